//! Customers as examples: their features as of an instant, column by column.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::RunError;
use super::super::shop::Shop;
use super::super::store::Store;
use super::known_at;
use crate::audience::Given;
use crate::check::lesson::{Learned, Lesson, all_learned};
use crate::check::typed::{Aggregate, Aggregation, Compare, Expr, Link, Literal, Op, Row, Type};
use crate::data::Key;
use crate::learn::Column;

/// The standard column that says since when somebody is a customer.
const SINCE: &str = "joined_at";

/// The values of expressions for many customers as of one instant.
pub(super) struct Looked {
    /// Whose.
    pub ids: Vec<Key>,
    /// One column for each expression.
    pub columns: Vec<Column>,
}

/// The relations that something learned looks at, also through what else was learned.
pub(super) fn relations(learned: &Learned) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut note = |e: &Expr| {
        e.walk(&mut |e| match &e.op {
            Op::Aggregate(a) => {
                found.insert(a.relation.clone());
            }
            Op::Learned(inner) => found.extend(relations(inner)),
            _ => {}
        });
    };
    learned.features.iter().for_each(|f| note(&f.value));
    match &learned.lesson {
        Lesson::Personas { order, .. } => note(order),
        Lesson::Probability { predicts, .. } => note(predicts),
        Lesson::Buying { .. } | Lesson::Fifth => {}
    }
    if let Lesson::Buying { rows, .. } = &learned.lesson {
        found.insert(rows.relation.clone());
    }
    found
}

/// The condition that a customer was there before an instant: they had registered, or had done something that is looked
/// at. Where the data cannot tell, everybody was.
pub(super) fn was_there(shop: &Shop, learned: &Learned, at: Timestamp) -> Expr {
    let yes_no = |op| Expr::new(op, Type::YesNo);
    let mut signs = Vec::new();
    let since = shop.schema().relation("customers").and_then(|r| r.column(SINCE));
    if let Some(column) = since.filter(|c| matches!(c.ty, Type::Instant | Type::Date)) {
        let since = Expr::column(Row::Customer, &column.name, column.ty);
        let at = Expr::new(Op::Literal(Literal::Instant(at)), Type::Instant);
        signs.push(yes_no(Op::Compare(Compare::Lt, Box::new(since), Box::new(at))));
    }
    for name in relations(learned) {
        let timed =
            shop.schema().relation(&name).is_some_and(|r| r.of_customer() && r.column("at").is_some());
        if timed && !shop.is_of_records(&name) {
            signs.push(yes_no(Op::Aggregate(Box::new(Aggregate {
                function: Aggregation::Any,
                relation: name,
                link: Link::Customer,
                column: None,
                filter: None,
                window: None,
            }))));
        }
    }
    match signs.len() {
        0 => yes_no(Op::Literal(Literal::YesNo(true))),
        _ => yes_no(Op::Or(signs)),
    }
}

/// Looks at every customer that was there before `at`. What the expressions speak of was learned before `at` as well.
pub(super) fn look(
    shop: &Shop,
    learned: &Learned,
    expressions: &[&Expr],
    at: Timestamp,
    store: &Store,
) -> Result<Looked, RunError> {
    for inner in all_learned(expressions.iter().copied()) {
        known_at(shop, inner, at, at, store)?;
    }
    let there = was_there(shop, learned, at);
    let columns: Vec<(String, Expr)> = expressions.iter().map(|e| (String::new(), (*e).clone())).collect();
    let mut ids = Vec::new();
    let mut cells: Vec<Cells> = expressions.iter().map(|_| Cells::default()).collect();
    shop.each_customer(at, &there, &columns, &mut |id, given| {
        ids.push(id);
        cells.iter_mut().zip(given).for_each(|(cells, given)| cells.push(*given));
    })?;
    Ok(Looked { ids, columns: cells.into_iter().map(Cells::column).collect() })
}

/// A column in the making: numbers until the first word.
#[derive(Default)]
struct Cells {
    numbers: Vec<f64>,
    words: Option<Vec<Option<Arc<str>>>>,
}

impl Cells {
    fn push(&mut self, given: Given<'_>) {
        match (given, &mut self.words) {
            (Given::Word(word), Some(words)) => words.push(Some(word.into())),
            (Given::Word(word), None) => {
                let mut words: Vec<Option<Arc<str>>> = self.numbers.drain(..).map(spelled).collect();
                words.push(Some(word.into()));
                self.words = Some(words);
            }
            (Given::Number(x), Some(words)) => words.push(spelled(x)),
            (Given::Missing, Some(words)) => words.push(None),
            (Given::Number(x), None) => self.numbers.push(x),
            (Given::Missing, None) => self.numbers.push(f64::NAN),
        }
    }

    fn column(self) -> Column {
        self.words.map_or(Column::Numbers(self.numbers), Column::Words)
    }
}

fn spelled(x: f64) -> Option<Arc<str>> {
    x.is_finite().then(|| x.to_string().into())
}

/// A column as numbers; words are none.
pub(super) fn numbers(column: &Column) -> Vec<f64> {
    match column {
        Column::Numbers(values) => values.clone(),
        Column::Words(values) => vec![f64::NAN; values.len()],
    }
}

/// Whose row it is, as a number that is the same in every look and well mixed.
pub(super) fn person(id: &Key) -> u64 {
    let hash = blake3::hash(id.to_string().as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}
