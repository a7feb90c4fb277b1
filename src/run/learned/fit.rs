//! One fit: from the shop's rows to something that values a customer.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::error::RunError;
use super::super::shop::Shop;
use super::super::store::Store;
use super::buying::{self, Buyers};
use super::examples::{Looked, look, numbers, person};
use super::report::{ProbabilityReport, Report};
use crate::check::lesson::{Learned, Lesson};
use crate::check::typed::Expr;
use crate::learn::{Classifier, Column, Examples, Personas, Quintiles, Table, Trained, Value};

/// At most so many instants of the past are looked ahead from.
const CUTOFFS: i32 = 4;

/// At most so many examples are learned from.
const MOST: usize = 200_000;

/// What was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fit {
    /// Groups.
    Personas(Personas),
    /// The probability of a condition.
    Probability(Classifier),
    /// How customers buy.
    Buying(Buyers),
    /// The edges of fifths; none where nothing is known of anybody.
    Fifth(Option<Quintiles>),
}

/// What was learned, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// What values customers.
    pub fit: Fit,
    /// What is known of its quality.
    pub report: Report,
    /// Features that are not used, and why.
    pub left_out: Vec<(String, String)>,
}

impl Fit {
    /// The value for a customer of these features.
    pub fn value(&self, row: &[Value<'_>]) -> Option<f64> {
        match self {
            Self::Personas(personas) => Some(personas.of(row) as f64),
            Self::Probability(classifier) => Some(classifier.probability(row)),
            Self::Buying(buyers) => buyers.value(row),
            Self::Fifth(quintiles) => match row.first() {
                Some(Value::Number(x)) => quintiles.map(|q| f64::from(q.score(*x))),
                _ => None,
            },
        }
    }
}

/// Learns from what was there before `until`.
pub(super) fn fit(
    shop: &Shop,
    learned: &Learned,
    until: Timestamp,
    store: &Store,
) -> Result<Fitted, RunError> {
    match &learned.lesson {
        Lesson::Personas { least, most, order } => {
            let mut wanted: Vec<&Expr> = learned.features.iter().map(|f| &f.value).collect();
            wanted.push(order);
            let mut looked = look(shop, learned, &wanted, until, store)?;
            let order = looked.columns.pop().map_or_else(Vec::new, |c| numbers(&c));
            let table = table(learned, looked.columns);
            let personas = Personas::find(&table, &order, *least, *most)?;
            let (left_out, report) = (personas.left_out.clone(), Report::Personas { people: table.rows() });
            Ok(Fitted { fit: Fit::Personas(personas), report, left_out })
        }
        Lesson::Probability { predicts, horizon } => {
            let past = past(shop, learned, predicts, *horizon, None, until, store)?;
            let trained = train(&past)?;
            let report = ProbabilityReport {
                evaluation: trained.evaluation,
                cutoffs: past.cutoffs.iter().map(|c| (c.0.as_second(), c.1)).collect(),
            };
            let left_out = report.evaluation.left_out.clone();
            let fit = Fit::Probability(trained.classifier);
            Ok(Fitted { fit, report: Report::Probability(report), left_out })
        }
        Lesson::Buying { rows, horizon, asks } => {
            let (buyers, report) = buying::fit(shop, learned, rows, (*horizon, *asks), until, store)?;
            Ok(Fitted { fit: Fit::Buying(buyers), report: Report::Buying(report), left_out: Vec::new() })
        }
        Lesson::Fifth => {
            let wanted: Vec<&Expr> = learned.features.iter().map(|f| &f.value).collect();
            let looked = look(shop, learned, &wanted, until, store)?;
            let quintiles = looked.columns.first().and_then(|c| Quintiles::of(&numbers(c)));
            let report = Report::Fifth { people: looked.ids.len() };
            Ok(Fitted { fit: Fit::Fifth(quintiles), report, left_out: Vec::new() })
        }
    }
}

pub(super) fn table(learned: &Learned, columns: Vec<Column>) -> Table {
    Table { names: learned.features.iter().map(|f| f.name.clone()).collect(), columns }
}

/// Examples of the past: what customers were like, and what came true afterwards.
pub(super) struct Past {
    pub features: Table,
    pub labels: Vec<bool>,
    pub people: Vec<u64>,
    /// The value of the attribute that fairness is asked by.
    pub groups: Vec<Option<String>>,
    /// The instants that were looked ahead from, with how many customers were there.
    pub cutoffs: Vec<(Timestamp, usize)>,
}

pub(super) fn train(past: &Past) -> Result<Trained, RunError> {
    Ok(Classifier::train(Examples { features: &past.features, labels: &past.labels, people: &past.people })?)
}

/// Looks ahead from the latest instant from which the horizon has passed, and from earlier ones, a horizon apart, as long
/// as half as many customers were there.
pub(super) fn past(
    shop: &Shop,
    learned: &Learned,
    predicts: &Expr,
    horizon: i64,
    by: Option<&Expr>,
    until: Timestamp,
    store: &Store,
) -> Result<Past, RunError> {
    let mut wanted: Vec<&Expr> = learned.features.iter().map(|f| &f.value).collect();
    wanted.push(predicts);
    wanted.extend(by);
    let mut past = Past {
        features: table(learned, Vec::new()),
        labels: Vec::new(),
        people: Vec::new(),
        groups: Vec::new(),
        cutoffs: Vec::new(),
    };
    for step in 1..=CUTOFFS {
        let back = SignedDuration::from_secs(horizon.saturating_mul(i64::from(step)));
        let Ok(cutoff) = until.checked_sub(back) else { break };
        let looked = look(shop, learned, &wanted, cutoff, store)?;
        let there = looked.ids.len();
        let first = past.cutoffs.first().map_or(there, |c| c.1);
        if step > 1 && (there == 0 || there * 2 < first) {
            break;
        }
        past.cutoffs.push((cutoff, there));
        past.add(looked, by.is_some());
    }
    past.thin();
    Ok(past)
}

impl Past {
    fn add(&mut self, mut looked: Looked, by: bool) {
        let groups = by.then(|| looked.columns.pop()).flatten();
        let Some(labels) = looked.columns.pop().map(|c| numbers(&c)) else { return };
        // Of whom it is not known whether it came true, nothing is learned.
        let keep: Vec<usize> = (0..labels.len()).filter(|i| labels[*i].is_finite()).collect();
        self.labels.extend(keep.iter().map(|i| labels[*i] > 0.5));
        self.people.extend(keep.iter().map(|i| person(&looked.ids[*i])));
        if let Some(groups) = groups {
            self.groups.extend(keep.iter().map(|i| match groups.value(*i) {
                Value::Missing => None,
                Value::Number(x) => Some(x.to_string()),
                Value::Word(word) => Some(word.to_owned()),
            }));
        }
        let columns = looked.columns.into_iter().map(|c| rows_of(&c, &keep));
        if self.features.columns.is_empty() {
            self.features.columns = columns.collect();
        } else {
            self.features.columns.iter_mut().zip(columns).for_each(|(all, more)| append(all, more));
        }
    }

    /// Keeps some people with all their rows, where there are more rows than are needed.
    fn thin(&mut self) {
        let share = self.labels.len().div_ceil(MOST) as u64;
        if share <= 1 {
            return;
        }
        let keep: Vec<usize> =
            (0..self.labels.len()).filter(|i| (self.people[*i] >> 7).is_multiple_of(share)).collect();
        self.labels = keep.iter().map(|i| self.labels[*i]).collect();
        self.people = keep.iter().map(|i| self.people[*i]).collect();
        if !self.groups.is_empty() {
            self.groups = keep.iter().map(|i| self.groups[*i].clone()).collect();
        }
        for column in &mut self.features.columns {
            *column = rows_of(column, &keep);
        }
    }
}

fn rows_of(column: &Column, keep: &[usize]) -> Column {
    match column {
        Column::Numbers(values) => Column::Numbers(keep.iter().map(|i| values[*i]).collect()),
        Column::Words(values) => Column::Words(keep.iter().map(|i| values[*i].clone()).collect()),
    }
}

/// More rows of one feature. A column of words that had no word yet looks like one of numbers without any.
fn append(all: &mut Column, more: Column) {
    let unknown = |n: usize| vec![None; n];
    match (&mut *all, more) {
        (Column::Numbers(all), Column::Numbers(more)) => all.extend(more),
        (Column::Words(all), Column::Words(more)) => all.extend(more),
        (Column::Words(all), Column::Numbers(more)) => all.extend(unknown(more.len())),
        (Column::Numbers(before), Column::Words(more)) => {
            let mut words = unknown(before.len());
            words.extend(more);
            *all = Column::Words(words);
        }
    }
}
