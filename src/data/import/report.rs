//! What an import did, in numbers.

use serde::Serialize;

/// The result of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Data lines read (records: a quoted field may hold line ends).
    pub rows: u64,
    /// Of these, lines left out because they are cancelled or returned.
    pub cancelled: u64,
    /// Of these, lines of which nothing was taken, whatever the reason.
    pub dropped: u64,
    /// What each table got.
    pub tables: Vec<TableReport>,
    /// Why lines were not taken, or not into every table; most frequent first. A line counts under each reason
    /// that it meets, but under one only when its values are wrong.
    pub rejected: Vec<Rejection>,
    /// Values that could not be read and were taken as missing, their lines taken all the same; `tables` says where.
    pub blanked: Vec<Rejection>,
    /// What else is worth saying, such as columns that this export does not have.
    pub notes: Vec<String>,
}

/// What one table got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// The table.
    pub table: String,
    /// Lines that fed it. Many lines may feed one row: a customer has many orders.
    pub taken: u64,
    /// Rows that it has now and had not before.
    pub added: u64,
    /// Rows that it has now.
    pub total: u64,
}

/// One reason for not taking lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The reason, as a few words.
    pub reason: String,
    /// The tables that the lines did not go to; empty for all.
    pub tables: Vec<String>,
    /// How many lines.
    pub rows: u64,
    /// The number of the first such line in the file; the header is line 1.
    pub line: u64,
    /// The value in it that was at fault, where one was; at most 60 characters.
    pub example: String,
}

impl ImportReport {
    /// Counts one line under a reason.
    pub(super) fn reject(&mut self, reason: &str, tables: &[String], line: u64, example: &str) {
        count(&mut self.rejected, reason, tables, line, example);
    }

    /// Counts one value taken as missing.
    pub(super) fn blank(&mut self, reason: &str, table: &str, line: u64, example: &str) {
        count(&mut self.blanked, reason, &[table.to_owned()], line, example);
    }

    /// How many lines met this reason, in whatever table.
    #[must_use]
    pub fn rejected_for(&self, reason: &str) -> u64 {
        self.rejected.iter().filter(|r| r.reason == reason).map(|r| r.rows).sum()
    }

    /// What this table got.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&TableReport> {
        self.tables.iter().find(|t| t.table == name)
    }
}

/// Counts one line, and keeps the first of each reason as the example.
fn count(list: &mut Vec<Rejection>, reason: &str, tables: &[String], line: u64, example: &str) {
    match list.iter_mut().find(|r| r.reason == reason && r.tables == tables) {
        Some(known) => known.rows += 1,
        None => list.push(Rejection {
            reason: reason.to_owned(),
            tables: tables.to_vec(),
            rows: 1,
            line,
            example: example.chars().take(60).collect(),
        }),
    }
}
