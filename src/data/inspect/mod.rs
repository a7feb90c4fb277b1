//! The physical schema of a database, as plain data: which tables and columns there are, what is really
//! stored in them, and how they are indexed.

pub mod observed;
mod scan;
mod tally;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use observed::{
    InstantForm, InstantLayout, Kind, KindSeen, NO_WORDS, Observed, Precision, Separator, YES_WORDS,
    YesNoForm, ZoneMark,
};
pub use scan::inspect;

/// A table or view as it is in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhysicalTable {
    /// Its name, as declared.
    pub name: String,
    /// Is it a view?
    pub view: bool,
    /// Its columns, in the order declared; hidden ones of virtual tables are left out.
    pub columns: Vec<PhysicalColumn>,
    /// How many rows it has: exact where all were examined, else an estimate (from `ANALYZE` if it was run,
    /// or from the greatest rowid), else unknown.
    pub rows: Option<u64>,
    /// How many rows were looked at: all up to 200,000 of them, else the first and the last 50,000.
    pub examined: u64,
    /// The columns of the primary key, in its order; empty where there is none.
    pub primary_key: Vec<String>,
    /// Its indexes, by name; one that SQLite keeps for a primary key or UNIQUE is among them.
    pub indexes: Vec<IndexInfo>,
    /// Why it can't be read, where it can't: a view on a table that is gone, a virtual table of an unknown module.
    pub problem: Option<String>,
}

/// A column as it is in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhysicalColumn {
    /// Its name, as declared.
    pub name: String,
    /// Its declared type, as written; empty where there is none.
    pub declared: String,
    /// What the stored values are.
    pub observed: Observed,
    /// Is any of the values examined `NULL`?
    pub has_missing: bool,
    /// The first value that is not `NULL`, shortened to 40 characters.
    pub example: Option<String>,
}

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexInfo {
    /// Its name.
    pub name: String,
    /// Its leading columns, up to the first that is an expression.
    pub columns: Vec<String>,
    /// Does it forbid equal rows?
    pub unique: bool,
    /// Does it cover only the rows of a WHERE?
    pub partial: bool,
}

impl PhysicalTable {
    /// The column of this name; case of letters does not matter, as in SQL.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&PhysicalColumn> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// Were all rows examined, so that `rows` and what was observed are certain?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.rows == Some(self.examined)
    }
}
