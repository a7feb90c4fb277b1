//! What guessing needs to know of stored rows, beyond what inspection tells.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::Connection;

/// A look into the rows.
pub trait Content {
    /// Some of a column's different values, at most [`SOME`], as texts.
    fn values(&self, table: &str, column: &str) -> Vec<String>;
    /// The share of a column's values that stand in another table's column; none where it has no values.
    fn found_in(&self, from: (&str, &str), to: (&str, &str)) -> Option<f64>;
    /// Whether no value stands in two rows, as far as was looked.
    fn is_unique(&self, table: &str, column: &str) -> bool;
    /// The most common of a column's values, and its share of those that are known.
    fn most_common(&self, table: &str, column: &str) -> Option<(String, f64)>;
    /// What stands in a table of settings beside the name of one.
    fn setting(&self, table: &str, names: &str, values: &str, name: &str) -> Option<String>;
    /// The table and column that a column refers to by a declared foreign key.
    fn foreign_key(&self, table: &str, column: &str) -> Option<(String, Option<String>)>;
}

/// How many different values are looked at.
pub const SOME: usize = 200;
/// Among how many rows they are looked for.
const AMONG: usize = 5_000;
/// Among how many the most common is looked for.
const MANY: usize = 50_000;

/// The content of a database, asked for when it is needed and remembered. What cannot be read counts as not there.
pub struct Database<'a> {
    conn: &'a Connection,
    values: RefCell<HashMap<(String, String), Vec<String>>>,
    shares: RefCell<HashMap<[String; 4], Option<f64>>>,
}

impl<'a> Database<'a> {
    /// The content behind a connection.
    pub fn new(conn: &'a Connection) -> Self {
        Self { conn, values: RefCell::default(), shares: RefCell::default() }
    }

    fn read_values(&self, table: &str, column: &str) -> rusqlite::Result<Vec<String>> {
        let (table, column) = (quoted(table), quoted(column));
        let sql = format!(
            "SELECT DISTINCT CAST(v AS TEXT) FROM (SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL LIMIT {AMONG}) LIMIT {SOME}"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            if let Ok(text) = row.get_ref(0)?.as_bytes() {
                values.push(String::from_utf8_lossy(text).into_owned());
            }
        }
        Ok(values)
    }

    fn read_share(&self, from: (&str, &str), to: (&str, &str)) -> rusqlite::Result<Option<f64>> {
        let (table, column) = (quoted(from.0), quoted(from.1));
        let (other, key) = (quoted(to.0), quoted(to.1));
        let sql = format!(
            "SELECT avg(v IN (SELECT {key} FROM {other} WHERE {key} IS NOT NULL)) FROM \
             (SELECT DISTINCT v FROM (SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL LIMIT {AMONG}) LIMIT {SOME})"
        );
        self.conn.query_row(&sql, [], |row| row.get(0))
    }
}

impl Content for Database<'_> {
    fn values(&self, table: &str, column: &str) -> Vec<String> {
        let name = (table.to_owned(), column.to_owned());
        if let Some(known) = self.values.borrow().get(&name) {
            return known.clone();
        }
        let found = self.read_values(table, column).unwrap_or_default();
        self.values.borrow_mut().insert(name, found.clone());
        found
    }

    fn found_in(&self, from: (&str, &str), to: (&str, &str)) -> Option<f64> {
        let name = [from.0, from.1, to.0, to.1].map(str::to_owned);
        if let Some(known) = self.shares.borrow().get(&name) {
            return *known;
        }
        let found = self.read_share(from, to).unwrap_or_default();
        self.shares.borrow_mut().insert(name, found);
        found
    }

    fn is_unique(&self, table: &str, column: &str) -> bool {
        let (table, column) = (quoted(table), quoted(column));
        let sql = format!(
            "SELECT count(v) > 0 AND count(v) = count(DISTINCT v) FROM (SELECT {column} AS v FROM {table} LIMIT {AMONG})"
        );
        self.conn.query_row(&sql, [], |row| row.get(0)).unwrap_or(false)
    }

    fn most_common(&self, table: &str, column: &str) -> Option<(String, f64)> {
        let (table, column) = (quoted(table), quoted(column));
        let sql = format!(
            "SELECT CAST(v AS TEXT), count(*) * 1.0 / sum(count(*)) OVER () FROM \
             (SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL LIMIT {MANY}) GROUP BY v ORDER BY count(*) DESC, v LIMIT 1"
        );
        self.conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).ok()
    }

    fn setting(&self, table: &str, names: &str, values: &str, name: &str) -> Option<String> {
        let (table, names, values) = (quoted(table), quoted(names), quoted(values));
        let sql = format!("SELECT CAST({values} AS TEXT) FROM {table} WHERE {names} = ?1 LIMIT 1");
        self.conn.query_row(&sql, [name], |row| row.get(0)).ok()
    }

    fn foreign_key(&self, table: &str, column: &str) -> Option<(String, Option<String>)> {
        let sql =
            "SELECT \"table\", \"to\" FROM pragma_foreign_key_list(?1) WHERE \"from\" = ?2 COLLATE NOCASE";
        self.conn.query_row(sql, [table, column], |row| Ok((row.get(0)?, row.get(1)?))).ok()
    }
}

/// A name as an SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
