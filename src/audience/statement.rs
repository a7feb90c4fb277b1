//! One SQL statement with its bound values.

use rusqlite::types::Value;

use crate::data::Key;

/// A statement ready to be prepared. Values are never spliced into the text: they are numbered parameters `?1`, `?2`, …
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The SQL.
    pub sql: String,
    /// The value of parameter `?1` first.
    pub params: Vec<Value>,
    /// For statements over a chunk of customers: which of `params` takes the chunk's ids.
    pub chunk: Option<usize>,
    /// The scans of relations in the statement, for advice on indexes.
    pub scans: Vec<Scan>,
}

/// One place where a statement reads a relation's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The table's alias in the statement, unique there.
    pub alias: String,
    /// The table, quoted, with its database.
    pub table: String,
    /// Stored columns by which the rows are found, those compared for equality first.
    pub columns: Vec<String>,
}

impl Statement {
    /// The same statement for these customers. The ids travel as one JSON array, so that the text of the statement and
    /// its preparation are the same for every chunk, and a read-only connection needs no temporary table.
    #[must_use]
    pub fn for_chunk(&self, ids: &[Key]) -> Self {
        let mut filled = self.clone();
        if let Some(value) = self.chunk.and_then(|at| filled.params.get_mut(at)) {
            *value = Value::Text(ids_as_json(ids));
        }
        filled
    }

    /// Whether a chunk of customers is still to be given.
    pub fn needs_chunk(&self) -> bool {
        self.chunk.is_some_and(|at| self.params.get(at) == Some(&Value::Null))
    }
}

fn ids_as_json(ids: &[Key]) -> String {
    let values = ids.iter().map(|id| match id {
        Key::Int(n) => serde_json::Value::from(*n),
        Key::Text(t) => serde_json::Value::from(t.as_ref()),
    });
    serde_json::Value::Array(values.collect()).to_string()
}

/// The values of a statement in the making.
#[derive(Debug, Default)]
pub(super) struct Params {
    values: Vec<Value>,
    chunk: Option<usize>,
}

impl Params {
    /// The parameter that stands for this value; equal values share one.
    pub fn bind(&mut self, value: Value) -> String {
        let at = self.values.iter().position(|v| *v == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        format!("?{}", at + 1)
    }

    /// The parameter that will take the chunk's ids.
    pub fn chunk(&mut self) -> String {
        let at = *self.chunk.get_or_insert_with(|| {
            self.values.push(Value::Null);
            self.values.len() - 1
        });
        format!("?{}", at + 1)
    }

    /// The finished statement.
    pub fn finish(self, sql: String, scans: Vec<Scan>) -> Statement {
        Statement { sql, params: self.values, chunk: self.chunk, scans }
    }
}

/// An identifier in double quotes, whatever it is.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Joins conditions by `AND` or `OR` as a balanced tree: SQLite limits the depth of an expression, and a chain of a
/// thousand would pass it.
pub(super) fn joined(conditions: &[String], operator: &str) -> String {
    match conditions {
        [] => if operator == "AND" { "1" } else { "0" }.to_owned(),
        [one] => one.clone(),
        few if few.len() <= 8 => format!("({})", few.join(&format!(" {operator} "))),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({} {operator} {})", joined(left, operator), joined(right, operator))
        }
    }
}
