//! Which column of a table is which standard column.

use super::ColumnGuess;
use super::content::Content;
use super::looks;
use super::names::{fit, names_key_of, table_words, words};
use super::words::{self, KEY_WORDS, MINOR_UNITS};
use crate::data::inspect::{InstantForm, Observed, PhysicalColumn, PhysicalTable, Precision, ZoneMark};
use crate::data::standard::{ColumnType, StandardColumn, StandardTable};

/// A table whose rows others refer to: its name and the column that identifies them.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub table: String,
    pub column: String,
}

/// What is known already when a table's columns are looked at.
pub(super) struct Known<'a> {
    pub content: &'a dyn Content,
    pub customers: Option<Key>,
    pub products: Option<Key>,
    pub orders: Option<Key>,
}

/// Below this a column is not taken for anything.
const ENOUGH: f64 = 0.35;
/// What a column that the relation needs is preferred by, where it could be two.
const NEEDED: f64 = 0.06;

/// The columns found, in the standard order, and those that are needed and were not found, with the reason.
pub(super) fn columns(
    standard: &'static StandardTable,
    table: &PhysicalTable,
    known: &Known<'_>,
) -> (Vec<ColumnGuess>, Vec<(&'static str, String)>) {
    let mut candidates: Vec<(f64, usize, usize, String)> = Vec::new();
    for (place, wanted) in standard.columns.iter().enumerate() {
        for (at, column) in table.columns.iter().enumerate() {
            if let Some((score, reason)) =
                candidate(standard, wanted, table, column, known).filter(|c| c.0 >= ENOUGH)
            {
                candidates.push((score.min(1.0), place, at, reason));
            }
        }
    }
    let rank = |score: f64, place: usize| score + if standard.columns[place].required { NEEDED } else { 0.0 };
    candidates
        .sort_by(|a, b| rank(b.0, b.1).total_cmp(&rank(a.0, a.1)).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut found: Vec<(usize, usize, ColumnGuess)> = Vec::new();
    for (score, place, at, reason) in candidates {
        if found.iter().any(|(p, a, _)| *p == place || *a == at) {
            continue;
        }
        let (column, stored) = (standard.columns[place].name, table.columns[at].name.clone());
        found.push((place, at, ColumnGuess { column, stored, score, reason }));
    }
    found.sort_by_key(|(place, ..)| *place);
    let found: Vec<ColumnGuess> = found.into_iter().map(|(_, _, guess)| guess).collect();
    let missing = standard
        .columns
        .iter()
        .filter(|c| c.required && !found.iter().any(|f| f.column == c.name))
        .map(|c| (c.name, why_missing(standard, c, table, known)))
        .collect();
    (found, missing)
}

fn candidate(
    standard: &StandardTable,
    wanted: &StandardColumn,
    table: &PhysicalTable,
    column: &PhysicalColumn,
    known: &Known<'_>,
) -> Option<(f64, String)> {
    match (wanted.role, wanted.name) {
        (ColumnType::Id, "id") => own_key(standard.name, table, column, known.content),
        (ColumnType::Id, "customer") => {
            reference("customers", wanted, known.customers.as_ref(), table, column, known.content)
        }
        (ColumnType::Id, "product") => {
            reference("products", wanted, known.products.as_ref(), table, column, known.content)
        }
        (ColumnType::Id, _) => {
            reference("orders", wanted, known.orders.as_ref(), table, column, known.content)
        }
        (ColumnType::Instant, "at") => moment(standard.name, wanted, table, column),
        _ => named(standard.name, wanted, table, column, known.content),
    }
}

/// The column that identifies a table's own rows.
fn own_key(
    relation: &str,
    table: &PhysicalTable,
    column: &PhysicalColumn,
    content: &dyn Content,
) -> Option<(f64, String)> {
    if !column.observed.is_key() && !column.observed.is_missing() {
        return None;
    }
    let primary = matches!(table.primary_key.as_slice(), [only] if only.eq_ignore_ascii_case(&column.name));
    let own = words(&column.name);
    let of_table = own.first().zip(table_words(&table.name).first()).is_some_and(|(a, b)| a == b)
        && own.iter().any(|w| KEY_WORDS.contains(&w.as_str()));
    let called = if column.name == "id" {
        1.0
    } else if matches!(own.join(" ").as_str(), "id" | "entity id" | "编号") {
        0.95
    } else if of_table {
        0.9
    } else {
        0.95 * names_key_of(relation, &column.name)
    };
    // A table of customers has no other customer's key in it, but a name alone is no key either.
    let score = match (primary, called > 0.5) {
        (true, true) => called.max(0.95),
        (true, false) => 0.8,
        (false, true) => called * 0.9,
        (false, false) => return None,
    };
    if !primary && !column.observed.is_missing() && !content.is_unique(&table.name, &column.name) {
        return None;
    }
    let reason = match (primary, called > 0.5) {
        (true, true) => "the primary key, and called so",
        (true, false) => "the primary key",
        _ => "called so, and no two rows share one",
    };
    Some((score, reason.to_owned()))
}

/// A column whose values are keys of another table's rows.
fn reference(
    relation: &str,
    wanted: &StandardColumn,
    target: Option<&Key>,
    table: &PhysicalTable,
    column: &PhysicalColumn,
    content: &dyn Content,
) -> Option<(f64, String)> {
    let observed = &column.observed;
    if !observed.is_key() && !observed.is_missing() {
        return None;
    }
    let called = if column.name == wanted.name { 1.0 } else { names_key_of(relation, &column.name) };
    let Some(target) = target else {
        // Orders need no table of their own: they are their lines.
        let worth = if relation == "orders" { 0.9 } else { 0.75 };
        return (called > 0.5).then(|| (worth * called, format!("called like a key of {relation}")));
    };
    if target.table == table.name {
        return None;
    }
    if let Some((other, _)) = content.foreign_key(&table.name, &column.name) {
        return other
            .eq_ignore_ascii_case(&target.table)
            .then(|| (1.0, format!("a foreign key to `{}`", target.table)));
    }
    let share = content.found_in((&table.name, &column.name), (&target.table, &target.column));
    let among = format!("`{}.{}`", target.table, target.column);
    if called > 0.5 {
        return Some(match share {
            Some(share @ 0.9..) => {
                (0.95 * called, format!("called so, and {} of its values are in {among}", percent(share)))
            }
            Some(share) => (
                (0.3 + 0.4 * share) * called,
                format!("called so, but only {} of its values are in {among}", percent(share)),
            ),
            None => (0.65 * called, "called so; there are no values to compare".to_owned()),
        });
    }
    // Small numbers are among any ids; only keys that are called keys, or texts, speak for themselves.
    let speaks = observed.is_text() || words(&column.name).iter().any(|w| KEY_WORDS.contains(&w.as_str()));
    let many = content.values(&table.name, &column.name).len() >= 5;
    match share {
        Some(share @ 0.95..) if speaks && many => {
            Some((0.55, format!("{} of its values are in {among}", percent(share))))
        }
        _ => None,
    }
}

/// When a row happened.
fn moment(
    relation: &'static str,
    wanted: &StandardColumn,
    table: &PhysicalTable,
    column: &PhysicalColumn,
) -> Option<(f64, String)> {
    let called = called(relation, wanted, table, column);
    if column.observed.is_missing() {
        return called
            .map(|(score, _)| (0.6 * score, "called so; there are no values to look at".to_owned()));
    }
    let form = comparable(&column.observed)?;
    let stored = match form {
        InstantForm::Date => "days",
        InstantForm::Text(_) => "points in time",
        InstantForm::UnixSeconds => "Unix seconds",
        InstantForm::UnixMillis => "Unix milliseconds",
    };
    if column.name == wanted.name {
        return Some((1.0, format!("called so, and holds {stored}")));
    }
    if let Some((score, _)) = called {
        return Some((0.95 * score, format!("called so, and holds {stored}")));
    }
    // Large numbers may be telephone numbers; dates and times are nothing else.
    let alone = table.columns.iter().filter(|c| is_written_time(&c.observed)).count() == 1;
    (alone && is_written_time(&column.observed)).then(|| (0.55, format!("the only column of {stored}")))
}

fn is_written_time(observed: &Observed) -> bool {
    matches!(observed, Observed::Date | Observed::Instant(_))
}

/// How a column stores instants, if they compare as they are stored.
pub(super) fn comparable(observed: &Observed) -> Option<InstantForm> {
    observed.as_instant().filter(|form| match form {
        InstantForm::Text(layout) => {
            layout.zone != ZoneMark::Offset && !matches!(layout.precision, Precision::Fraction(_))
        }
        _ => true,
    })
}

/// Any other column: by its name first, and by what it holds.
fn named(
    relation: &'static str,
    wanted: &StandardColumn,
    table: &PhysicalTable,
    column: &PhysicalColumn,
    content: &dyn Content,
) -> Option<(f64, String)> {
    let observed = &column.observed;
    let fits = observed.is_missing()
        || match wanted.role {
            ColumnType::Id | ColumnType::Text => observed.is_text() && !is_written_time(observed),
            ColumnType::Whole | ColumnType::Number => observed.as_number().is_some(),
            ColumnType::Money => observed.as_number().is_some() && !in_minor_units(&column.name),
            ColumnType::Date => {
                comparable(observed) == Some(InstantForm::Date)
                    || comparable(observed).is_some_and(|f| matches!(f, InstantForm::Text(_)))
            }
            ColumnType::Instant => comparable(observed).is_some(),
            ColumnType::YesNo => observed.as_yes_no().is_some(),
        };
    if !fits {
        return None;
    }
    let called = called(relation, wanted, table, column).map(|(score, _)| score);
    let values = || content.values(&table.name, &column.name);
    if observed.is_missing() {
        return called.map(|score| (0.6 * score, "called so; there are no values to look at".to_owned()));
    }
    match wanted.name {
        "email" => {
            let share = looks::share(&values(), looks::email);
            match called {
                Some(score) if share >= 0.8 => Some((
                    score.max(0.97),
                    format!("called so, and {} of its values look like mail addresses", percent(share)),
                )),
                Some(score) if share >= 0.4 => Some((
                    0.6 * score,
                    format!("called so, but only {} of its values look like mail addresses", percent(share)),
                )),
                None if share >= 0.9 => {
                    Some((0.75, format!("{} of its values look like mail addresses", percent(share))))
                }
                _ => None,
            }
        }
        "country" => called.map(|score| {
            if looks::share(&values(), looks::country_code) >= 0.8 {
                (score, "called so, and holds codes of countries".to_owned())
            } else {
                (0.7 * score, "called so, but holds other texts than codes of two letters".to_owned())
            }
        }),
        "locale" => called
            .filter(|_| looks::share(&values(), looks::locale) >= 0.8)
            .map(|score| (score, "called so, and holds languages such as `en-GB`".to_owned())),
        "timezone" => called
            .filter(|_| looks::share(&values(), looks::zone) >= 0.8)
            .map(|score| (score, "called so, and holds time zones".to_owned())),
        _ => called.map(|score| (0.95 * score, "called so".to_owned())),
    }
    .map(
        |(score, reason)| if column.name == wanted.name { (score.max(0.9), reason) } else { (score, reason) },
    )
}

/// How well a column's name fits, with or without the table's name in front: `user_email`, `post_title`.
fn called(
    relation: &'static str,
    wanted: &StandardColumn,
    table: &PhysicalTable,
    column: &PhysicalColumn,
) -> Option<(f64, &'static str)> {
    if column.name == wanted.name {
        return Some((1.0, ""));
    }
    let phrases = words::column(relation, wanted.name);
    let own = words(&column.name);
    let whole = fit(&column.name, &own, phrases);
    let front = table_words(&table.name);
    let short = own
        .iter()
        .position(|w| !front.contains(w))
        .filter(|skip| *skip > 0)
        .and_then(|skip| fit(&column.name, &own[skip..], phrases))
        .map(|(score, phrase)| (0.97 * score, phrase));
    match (whole, short) {
        (Some(a), Some(b)) => Some(if a.0 >= b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// Whether a name says that the amounts are in cents.
pub(super) fn in_minor_units(name: &str) -> bool {
    words(name).iter().any(|w| MINOR_UNITS.contains(&w.as_str()))
}

fn why_missing(
    standard: &'static StandardTable,
    wanted: &StandardColumn,
    table: &PhysicalTable,
    known: &Known<'_>,
) -> String {
    match wanted.name {
        "email" => "no column holds mail addresses".to_owned(),
        "customer" => match &known.customers {
            Some(key) => format!("no column refers to `{}`", key.table),
            None => "no table of customers is known".to_owned(),
        },
        "product" => match &known.products {
            Some(key) => format!("no column refers to `{}`", key.table),
            None => "no table of products is known".to_owned(),
        },
        "at" => {
            let unreadable = table.columns.iter().find(|c| {
                c.observed.as_instant().is_some()
                    && comparable(&c.observed).is_none()
                    && called(standard.name, wanted, table, c).is_some()
            });
            match unreadable.map(|c| (&c.name, &c.observed)) {
                Some((name, Observed::Instant(layout))) => {
                    format!("`{name}` holds times as `{layout}`, which do not compare as they are stored")
                }
                _ => "no column holds points in time".to_owned(),
            }
        }
        "id" => "no column identifies its rows".to_owned(),
        other => format!("no column is called like a {other}"),
    }
}

pub(super) fn percent(share: f64) -> String {
    match (share * 100.0).round() {
        100.0 if share < 1.0 => "99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}
