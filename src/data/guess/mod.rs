//! Which tables of an unknown shop are its customers, products and purchases, and which column is what: guessed from names, from what
//! is stored, and from what refers to what. Every guess has a score and a reason, so that a person can judge it.
//!
//! From tables and a look into their [`Content`] to a [`Proposal`]; nothing is written and nobody is asked.

mod columns;
mod content;
mod looks;
mod names;
mod place;
mod tables;
#[cfg(test)]
mod tests;
mod view;
mod words;

use std::collections::BTreeMap;

pub use content::{Content, Database};
pub use tables::guess;

use super::Currency;

/// How much a guess is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Look at it before anything is sent.
    Unsure,
    /// Names and values agree well enough.
    Likely,
    /// Hardly anything else.
    Sure,
}

impl Confidence {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsure => "unsure",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// What is worth how much: from here on a guess is likely, and from there on sure.
const LIKELY: f64 = 0.6;
const SURE: f64 = 0.8;

fn confidence(score: f64) -> Confidence {
    if score >= SURE {
        Confidence::Sure
    } else if score >= LIKELY {
        Confidence::Likely
    } else {
        Confidence::Unsure
    }
}

/// One column that is taken for one of the standard columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnGuess {
    /// The standard column: `email`.
    pub column: &'static str,
    /// The stored column.
    pub stored: String,
    /// Between 0 and 1.
    pub score: f64,
    /// Why, in a few words.
    pub reason: String,
}

impl ColumnGuess {
    /// How much it is worth.
    pub fn confidence(&self) -> Confidence {
        confidence(self.score)
    }
}

/// One table that is taken for one of the standard tables.
#[derive(Debug, Clone, PartialEq)]
pub struct TableGuess {
    /// The standard table: `customers`.
    pub relation: &'static str,
    /// The stored table.
    pub table: String,
    /// How many rows it has, if known.
    pub rows: Option<u64>,
    /// Between 0 and 1.
    pub score: f64,
    /// Why, in a few words.
    pub reason: String,
    /// Its columns, in the standard order.
    pub columns: Vec<ColumnGuess>,
    /// Standard columns that it cannot do without and for which there is none, with the reason.
    pub missing: Vec<(&'static str, String)>,
    /// A view that has what the table lacks, where other columns or tables have it.
    pub view: Option<View>,
}

/// A view that a person may make of what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The standard table's name, or `herald_…` where that is taken.
    pub name: String,
    /// The statement that makes it.
    pub sql: String,
}

impl TableGuess {
    /// How much it is worth.
    pub fn confidence(&self) -> Confidence {
        confidence(self.score)
    }

    /// Whether it is of use as it is: nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether it is the standard table itself, so that nothing needs to be said of it.
    pub fn is_standard(&self) -> bool {
        self.table == self.relation && self.columns.iter().all(|c| c.stored == c.column)
    }

    /// The stored column that is taken for a standard one.
    pub fn stored(&self, column: &str) -> Option<&str> {
        self.columns.iter().find(|c| c.column == column).map(|c| c.stored.as_str())
    }
}

/// A setting of the shop, and what speaks for it; without evidence it is a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// What speaks for it.
    pub evidence: Option<String>,
}

/// All that is guessed of a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Tables, in the standard order; those with something missing among them.
    pub tables: Vec<TableGuess>,
    /// What the shop sells in.
    pub currency: Setting<Currency>,
    /// Where the shop is, as an IANA zone.
    pub timezone: Setting<String>,
    /// Whether the shop speaks Chinese, as its tables and customers do.
    pub chinese: bool,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Proposal {
    /// The guess for a standard table, if all it needs is there.
    pub fn whole(&self, relation: &str) -> Option<&TableGuess> {
        self.tables.iter().find(|t| t.relation == relation && t.is_whole())
    }
}

/// Tables that somebody named: the standard table, and the stored one that it is.
pub type Named = BTreeMap<&'static str, String>;
