//! Writing rows into the target, so that the same file imported twice gives the same rows.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};

use super::bind::{BoundField, BoundTable};
use super::spec::Keep;
use crate::data::standard::RowKey;

/// Writes the rows of one table.
pub struct TableWriter<'c> {
    /// For a key that this import has not written yet.
    first: Statement<'c>,
    /// For one that it has.
    again: Statement<'c>,
    /// `None` where there is nothing to delete: the table is new, or holds no sales.
    delete: Option<Statement<'c>>,
    /// Keys of cancelled orders, by hash; whether another line keeps the order is known in the end.
    cancelled: BTreeMap<u64, Value>,
    /// Positions of the key's columns among the fields.
    key: Vec<usize>,
    /// A hash of each key written, and of the row last written under it: most lines of an order say nothing new
    /// about its customer. Kept only for tables whose key is one column, or that accumulate.
    seen: Option<HashMap<u64, u64>>,
    accumulates: bool,
    /// Lines that were given to this table.
    pub taken: u64,
}

/// Makes the table if it is not there, adds the columns that it lacks, and whatever keeps its rows apart. Says
/// whether the table was there.
pub fn prepare_table(conn: &Connection, bound: &BoundTable) -> rusqlite::Result<bool> {
    let table = bound.table;
    let mut known: Vec<String> = Vec::new();
    let mut info = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let mut rows = info.query([table.name])?;
    while let Some(row) = rows.next()? {
        known.push(row.get::<_, String>(0)?.to_lowercase());
    }
    let mut columns: Vec<(String, &str)> =
        bound.fields.iter().map(|f| (f.name.clone(), f.kind.sql())).collect();
    // Standard columns stand in the standard order, others after them.
    let place = |name: &str| table.columns.iter().position(|c| c.name == name).unwrap_or(usize::MAX);
    columns.sort_by_key(|(name, _)| place(name));
    if table.key == RowKey::OrderLine {
        if bound.field("order").is_none() {
            columns.insert(0, ("order".to_owned(), "TEXT"));
        }
        columns.push(("line".to_owned(), "INTEGER"));
    }
    if known.is_empty() {
        let mut parts: Vec<String> = columns
            .iter()
            .map(|(name, sql)| {
                let required = if table.in_every_line(name) { " NOT NULL" } else { "" };
                format!("{} {sql}{required}", quoted(name))
            })
            .collect();
        if let RowKey::Columns(&[one]) = table.key {
            parts.push(format!("PRIMARY KEY ({})", quoted(one)));
        }
        conn.execute_batch(&format!("CREATE TABLE {} ({})", quoted(table.name), parts.join(", ")))?;
    }
    for (name, sql) in columns.iter().filter(|_| !known.is_empty()) {
        if !known.contains(&name.to_lowercase()) {
            conn.execute_batch(&format!(
                "ALTER TABLE {} ADD COLUMN {} {sql}",
                quoted(table.name),
                quoted(name)
            ))?;
        }
    }
    unique(conn, bound)?;
    Ok(!known.is_empty())
}

/// Sees to it that the database itself refuses two rows of one key.
fn unique(conn: &Connection, bound: &BoundTable) -> rusqlite::Result<()> {
    let name = bound.table.name;
    match bound.table.key {
        RowKey::OrderLine => conn.execute_batch(
            "CREATE UNIQUE INDEX IF NOT EXISTS purchases_line ON purchases(\"order\", line) WHERE \"order\" IS NOT NULL;
             CREATE UNIQUE INDEX IF NOT EXISTS purchases_without_order ON purchases(customer, product, at, line)
                 WHERE \"order\" IS NULL;",
        ),
        RowKey::Columns(key) => {
            let key = list(key.iter().copied());
            // SQLite says so if nothing makes this key unique yet.
            let columns = bound.table.key_columns().len();
            let marks = vec!["?"; columns].join(", ");
            let probe =
                format!("INSERT INTO {} ({key}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING", quoted(name));
            if conn.prepare(&probe).is_ok() {
                return Ok(());
            }
            conn.execute_batch(&format!("CREATE UNIQUE INDEX {name}_key ON {} ({key})", quoted(name)))
        }
    }
}

/// Makes the indexes that windows and signals are read by.
pub fn make_indexes(conn: &Connection, bound: &BoundTable) -> rusqlite::Result<()> {
    let table = bound.table;
    for index in table.indexes {
        let name = quoted(&format!("{}_{}", table.name, index.join("_")));
        let columns = list(index.iter().copied());
        conn.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS {name} ON {} ({columns})",
            quoted(table.name)
        ))?;
    }
    Ok(())
}

impl<'c> TableWriter<'c> {
    /// Prepares to write into a table that is there. `delete`: may rows have to be deleted?
    pub fn new(conn: &'c Connection, bound: &BoundTable, delete: bool) -> rusqlite::Result<Self> {
        let key_columns = bound.table.key_columns();
        let table = quoted(bound.table.name);
        let delete = match bound.table.key {
            _ if !delete => None,
            RowKey::OrderLine => {
                Some(conn.prepare("DELETE FROM purchases WHERE \"order\" = ?1 AND line = ?2")?)
            }
            RowKey::Columns(_) => Some(conn.prepare(&format!("DELETE FROM {table} WHERE id = ?1"))?),
        };
        let accumulates = bound.accumulates();
        let few_keys = !bound.is_order_lines() && key_columns.len() == 1;
        Ok(Self {
            first: conn.prepare(&upsert(bound, false))?,
            again: conn.prepare(&upsert(bound, true))?,
            delete,
            cancelled: BTreeMap::new(),
            key: key_columns.iter().filter_map(|k| bound.field(k)).collect(),
            seen: (few_keys || accumulates).then(HashMap::new),
            accumulates,
            taken: 0,
        })
    }

    /// Writes the row of one line. `place` is the line's place in its order, for order lines.
    pub fn write(&mut self, values: &[Value], place: Option<i64>) -> rusqlite::Result<()> {
        self.taken += 1;
        let mut known = false;
        if let Some(seen) = &mut self.seen {
            let row = hash(values);
            let before = seen.insert(hash(self.key.iter().map(|&i| &values[i])), row);
            if before == Some(row) && !self.accumulates {
                return Ok(());
            }
            known = before.is_some();
        }
        let statement = if known { &mut self.again } else { &mut self.first };
        let place = place.map(Value::Integer);
        statement.execute(params_from_iter(values.iter().chain(&place)))?;
        Ok(())
    }

    /// Takes note of a cancelled sale, which an earlier import may have taken.
    pub fn cancel(&mut self, key: Value, place: Option<i64>) -> rusqlite::Result<()> {
        match (&mut self.delete, place) {
            (Some(statement), Some(place)) => {
                statement.execute((key, place))?;
            }
            (Some(_), None) => {
                self.cancelled.insert(hash([&key]), key);
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Deletes the cancelled orders of which no line was taken.
    pub fn finish(&mut self) -> rusqlite::Result<()> {
        let (Some(statement), Some(seen)) = (&mut self.delete, &self.seen) else { return Ok(()) };
        for (_, key) in self.cancelled.iter().filter(|(hash, _)| !seen.contains_key(hash)) {
            statement.execute([key])?;
        }
        Ok(())
    }

    /// Positions of the key's columns among the fields.
    pub fn key(&self) -> &[usize] {
        &self.key
    }
}

/// The statement that inserts a row or brings it up to date.
fn upsert(bound: &BoundTable, again: bool) -> String {
    let mut names: Vec<&str> = bound.fields.iter().map(|f| f.name.as_str()).collect();
    if bound.is_order_lines() {
        names.push("line");
    }
    let marks = vec!["?"; names.len()].join(", ");
    let table = quoted(bound.table.name);
    let key = bound.table.key_columns();
    let sets: Vec<String> = bound
        .fields
        .iter()
        .filter(|f| !key.contains(&f.name.as_str()))
        .map(|f| format!("{} = {}", quoted(&f.name), kept(&table, f, again)))
        .collect();
    // A row that stays as it is, is not written: importing a file again is mostly reading.
    let changed: Vec<String> = bound
        .fields
        .iter()
        .filter(|f| !key.contains(&f.name.as_str()))
        .map(|f| format!("{table}.{} IS NOT {}", quoted(&f.name), kept(&table, f, again)))
        .collect();
    let action = if sets.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {} WHERE {}", sets.join(", "), changed.join(" OR "))
    };
    let conflict = match bound.table.key {
        RowKey::Columns(key) => format!("ON CONFLICT ({}) DO {action}", list(key.iter().copied())),
        RowKey::OrderLine => format!(
            "ON CONFLICT (\"order\", line) WHERE \"order\" IS NOT NULL DO {action} \
             ON CONFLICT (customer, product, at, line) WHERE \"order\" IS NULL DO {action}"
        ),
    };
    format!("INSERT INTO {table} ({}) VALUES ({marks}) {conflict}", list(names.into_iter()))
}

/// The value that stays when a row is written again.
fn kept(table: &str, field: &BoundField, again: bool) -> String {
    let name = quoted(&field.name);
    let (old, new) = (format!("{table}.{name}"), format!("excluded.{name}"));
    let least = format!("min(coalesce({old}, {new}), coalesce({new}, {old}))");
    match field.spec.keep {
        Keep::First => format!("coalesce({old}, {new})"),
        Keep::FileFirst if again => format!("coalesce({old}, {new})"),
        Keep::Min => least,
        Keep::FileMin if again => least,
        Keep::FileSum if again => format!("coalesce({old} + {new}, {old}, {new})"),
        Keep::Last | Keep::FileFirst | Keep::FileMin | Keep::FileSum => format!("coalesce({new}, {old})"),
    }
}

/// A hash of some values, the same in every process.
pub fn hash<'v>(values: impl IntoIterator<Item = &'v Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        match value {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Integer(n) => (1_u8, n).hash(&mut hasher),
            Value::Real(x) => (2_u8, x.to_bits()).hash(&mut hasher),
            Value::Text(text) => (3_u8, text).hash(&mut hasher),
            Value::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// Names as a list of SQL identifiers.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A name as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
