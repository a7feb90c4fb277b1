//! A view for what one table lacks and another has: most shops keep who bought and when with the order, not with its lines.

use super::columns::{Known, comparable};
use super::content::quoted;
use super::names::{fit, names_key_of, words};
use super::words;
use super::{TableGuess, View};
use crate::data::inspect::{Observed, PhysicalTable, Precision, ZoneMark};
use crate::data::standard;

/// A view under the standard name, or under `herald_…` where that is taken; none where the parts are not there.
pub(super) fn view(
    lacking: &TableGuess,
    found: &[TableGuess],
    tables: &[&PhysicalTable],
    known: &Known<'_>,
) -> Option<View> {
    let table = tables.iter().find(|t| t.name == lacking.table)?;
    let standard = standard::find(lacking.relation)?;
    let orders = found.iter().find(|t| t.relation == "orders").filter(|o| o.table != lacking.table);
    let order_table = orders.and_then(|o| tables.iter().find(|t| t.name == o.table));
    let link = orders.and_then(|orders| Some((link(table, orders, known)?, orders.stored("id")?)));
    let mut joined = false;
    let mut parts = Vec::new();
    for column in standard.columns {
        let own = lacking.stored(column.name).map(|stored| format!("l.{}", quoted(stored)));
        let from_order = || {
            let (orders, order_table) = (orders.filter(|_| link.is_some())?, order_table?);
            match column.name {
                "customer" => orders.stored("customer").map(|c| format!("o.{}", quoted(c))),
                "at" => moment("orders", order_table, "o"),
                _ => None,
            }
        };
        let value = match own
            .or_else(|| (column.name == "at").then(|| moment(lacking.relation, table, "l")).flatten())
        {
            Some(own) => Some(own),
            None => from_order().inspect(|_| joined = true),
        };
        match value {
            Some(value) => parts.push(format!("  {value} AS {}", quoted(column.name))),
            None if column.required => return None,
            None => {}
        }
    }
    let taken = tables.iter().any(|t| t.name.eq_ignore_ascii_case(lacking.relation));
    let name = if taken { format!("herald_{}", lacking.relation) } else { lacking.relation.to_owned() };
    let mut sql = format!(
        "CREATE VIEW {} AS SELECT\n{}\nFROM {} AS l",
        quoted(&name),
        parts.join(",\n"),
        quoted(&table.name)
    );
    if joined {
        let (link, id) = link?;
        sql += &format!("\nJOIN {} AS o ON o.{} = l.{}", quoted(&orders?.table), quoted(id), quoted(&link));
    }
    Some(View { name, sql: sql + ";" })
}

/// The column of lines that names their order.
fn link(lines: &PhysicalTable, orders: &TableGuess, known: &Known<'_>) -> Option<String> {
    let id = orders.stored("id")?;
    let declared = |c: &str| {
        known.content.foreign_key(&lines.name, c).is_some_and(|(t, _)| t.eq_ignore_ascii_case(&orders.table))
    };
    let found = |c: &str| {
        known.content.found_in((&lines.name, c), (&orders.table, id)).is_none_or(|share| share >= 0.5)
    };
    let column = lines.columns.iter().find(|c| declared(&c.name)).or_else(|| {
        lines.columns.iter().find(|c| names_key_of("orders", &c.name) >= 0.9 && found(&c.name))
    })?;
    Some(column.name.clone())
}

/// When a row happened, as a text that compares: what is finer than a second is cut off.
fn moment(relation: &'static str, table: &PhysicalTable, alias: &str) -> Option<String> {
    let phrases = words::column(relation, "at");
    let mut named: Vec<_> = table
        .columns
        .iter()
        .filter_map(|c| fit(&c.name, &words(&c.name), phrases).map(|(score, _)| (score, c)))
        .collect();
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    named.into_iter().find_map(|(_, column)| {
        let stored = format!("{alias}.{}", quoted(&column.name));
        if comparable(&column.observed).is_some() {
            return Some(stored);
        }
        match column.observed {
            Observed::Instant(layout) if matches!(layout.precision, Precision::Fraction(_)) => {
                match layout.zone {
                    ZoneMark::None => Some(format!("substr({stored}, 1, 19)")),
                    ZoneMark::Utc => Some(format!("substr({stored}, 1, 19) || 'Z'")),
                    ZoneMark::Offset => Some(format!("strftime('%Y-%m-%dT%H:%M:%SZ', {stored})")),
                }
            }
            Observed::Instant(_) => Some(format!("strftime('%Y-%m-%dT%H:%M:%SZ', {stored})")),
            _ => None,
        }
    })
}
