//! Features of people, column by column, and the one shape that models learn from: numbers without gaps.
//!
//! - A number is standardised: mean 0, deviation 1. One that has no negative values and a long tail (skewness above 2:
//!   counts, money) goes through `ln(1 + x)` first, so that a few large customers do not set the scale.
//! - A number that is not known stands at the mean. Where a model asks for it, a column of its own says that it was not
//!   known, because that often says something too.
//! - Words become a column for each that at least one row in a hundred has, twenty at most.
//! - What is the same for everybody, or known of nobody, is left out, and the encoding says so.

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// At most so many words of one feature get a column of their own.
const WORDS: usize = 20;

/// From this skewness on, a number without negative values is taken by its logarithm.
const SKEWED: f64 = 2.0;

/// The values of one feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; NaN where it is not known.
    Numbers(Vec<f64>),
    /// Words.
    Words(Vec<Option<Arc<str>>>),
}

/// One value, to be scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Not known.
    Missing,
    /// A number.
    Number(f64),
    /// A word.
    Word(&'a str),
}

impl Column {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Words(values) => values.len(),
        }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of its values.
    pub fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Numbers(values) if values[row].is_finite() => Value::Number(values[row]),
            Self::Numbers(_) => Value::Missing,
            Self::Words(values) => values[row].as_deref().map_or(Value::Missing, Value::Word),
        }
    }
}

/// Features of people: named columns of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The features' names.
    pub names: Vec<String>,
    /// Their values.
    pub columns: Vec<Column>,
}

impl Table {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// The values of one row.
    pub fn row(&self, at: usize) -> Vec<Value<'_>> {
        self.columns.iter().map(|c| c.value(at)).collect()
    }
}

/// How a number is brought to the common scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Whether its logarithm is taken first.
    pub log: bool,
    /// The mean, of the logarithm if it is taken.
    pub mean: f64,
    /// The standard deviation, likewise.
    pub deviation: f64,
}

impl Scale {
    /// The scale of values; none where they are all the same or not known.
    pub fn of(values: &[f64]) -> Option<Self> {
        let known = || values.iter().copied().filter(|x| x.is_finite());
        let plain = Self::moments(known(), false)?;
        let log = known().all(|x| x >= 0.0) && skewness(known(), plain) > SKEWED;
        if log { Self::moments(known(), true) } else { Some(plain) }
    }

    fn moments(values: impl Iterator<Item = f64> + Clone, log: bool) -> Option<Self> {
        let seen = values.map(|x| if log { x.ln_1p() } else { x });
        let n = seen.clone().count() as f64;
        let mean = seen.clone().sum::<f64>() / n;
        let variance = seen.map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let deviation = variance.sqrt();
        (n > 0.0 && deviation > 1e-12 * mean.abs().max(1e-300)).then_some(Self { log, mean, deviation })
    }

    /// A value on the common scale. Below zero the logarithm's line goes on straight.
    pub fn apply(&self, x: f64) -> f64 {
        let x = if !self.log {
            x
        } else if x < 0.0 {
            -(-x).ln_1p()
        } else {
            x.ln_1p()
        };
        (x - self.mean) / self.deviation
    }
}

fn skewness(values: impl Iterator<Item = f64> + Clone, scale: Scale) -> f64 {
    let n = values.clone().count() as f64;
    values.map(|x| ((x - scale.mean) / scale.deviation).powi(3)).sum::<f64>() / n
}

/// How one feature becomes columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum How {
    /// A number on the common scale, and how the column "not known" is, if there is one.
    Number(Scale, Option<Scale>),
    /// A column for each of these words.
    Words(Vec<(String, Scale)>),
    /// Not used: the same for everybody.
    Constant,
    /// Not used: known of nobody.
    Unknown,
}

/// How features become rows of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// The features by name.
    pub features: Vec<(String, How)>,
}

impl Encoding {
    /// Learns the scales of a table. `unknown` asks for columns that say where a value was not known.
    pub fn fit(table: &Table, unknown: bool) -> Self {
        let how = |column: &Column| match column {
            Column::Numbers(values) => numbers(values, unknown),
            Column::Words(values) => words(values),
        };
        let features = table.names.iter().cloned().zip(table.columns.iter().map(how)).collect();
        Self { features }
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, how) in &self.features {
            match how {
                How::Number(_, unknown) => {
                    names.push(name.clone());
                    names.extend(unknown.map(|_| format!("{name} is missing")));
                }
                How::Words(words) => names.extend(words.iter().map(|(w, _)| format!("{name} = \"{w}\""))),
                How::Constant | How::Unknown => {}
            }
        }
        names
    }

    /// The features that are not used, each with why.
    pub fn left_out(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.features.iter().filter_map(|(name, how)| match how {
            How::Constant => Some((name.as_str(), "is the same for everybody")),
            How::Unknown => Some((name.as_str(), "is not known of anybody")),
            _ => None,
        })
    }

    /// One row as numbers.
    pub fn row(&self, values: &[Value<'_>]) -> Vec<f64> {
        let mut row = Vec::with_capacity(self.features.len());
        for ((_, how), value) in self.features.iter().zip(values) {
            match how {
                How::Number(scale, unknown) => {
                    let known = match value {
                        Value::Number(x) if x.is_finite() => Some(*x),
                        _ => None,
                    };
                    row.push(known.map_or(0.0, |x| scale.apply(x)));
                    row.extend(unknown.map(|s| s.apply(f64::from(u8::from(known.is_none())))));
                }
                How::Words(words) => {
                    for (word, scale) in words {
                        let is = matches!(value, Value::Word(w) if w == word);
                        row.push(scale.apply(f64::from(u8::from(is))));
                    }
                }
                How::Constant | How::Unknown => {}
            }
        }
        row
    }

    /// A table as numbers, row by row.
    pub fn matrix(&self, table: &Table) -> Array2<f64> {
        let (rows, width) = (table.rows(), self.columns().len());
        let mut matrix = Array2::zeros((rows, width));
        for (at, mut out) in matrix.rows_mut().into_iter().enumerate() {
            for (cell, value) in out.iter_mut().zip(self.row(&table.row(at))) {
                *cell = value;
            }
        }
        matrix
    }
}

fn numbers(values: &[f64], unknown: bool) -> How {
    if !values.iter().any(|x| x.is_finite()) {
        return How::Unknown;
    }
    let gaps: Vec<f64> = values.iter().map(|x| f64::from(u8::from(!x.is_finite()))).collect();
    let gaps = Scale::moments(gaps.into_iter(), false).filter(|_| unknown);
    match (Scale::of(values), gaps) {
        (Some(scale), gaps) => How::Number(scale, gaps),
        // Whether it is known can be all that it tells.
        (None, Some(gaps)) => {
            How::Number(Scale { log: false, mean: known_mean(values), deviation: 1.0 }, Some(gaps))
        }
        (None, None) => How::Constant,
    }
}

fn known_mean(values: &[f64]) -> f64 {
    let known: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

fn words(values: &[Option<Arc<str>>]) -> How {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in values.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    if counts.is_empty() {
        return How::Unknown;
    }
    let mut common: Vec<(&str, usize)> = counts.into_iter().filter(|c| c.1 * 100 >= values.len()).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    common.truncate(WORDS);
    let n = values.len() as f64;
    let scaled = common.into_iter().filter_map(|(word, count)| {
        let mean = count as f64 / n;
        let deviation = (mean * (1.0 - mean)).sqrt();
        (deviation > 0.0).then(|| (word.to_owned(), Scale { log: false, mean, deviation }))
    });
    let scaled: Vec<_> = scaled.collect();
    if scaled.is_empty() { How::Constant } else { How::Words(scaled) }
}
