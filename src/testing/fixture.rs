//! A test's own rows as a shop's database, with the source's own tables and columns, so that the whole pipeline runs on
//! it unchanged. What is of the program's own records (`sends`, `clicks`, …) stands in a second one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::check::model::FixtureRow;
use crate::check::schema::{Encoding, Origin, Relation, Schema, Storage};
use crate::check::typed::Literal;
use crate::data::{DataError, open_writable};

/// The databases of a test, gone when this is dropped.
pub struct Fixture {
    /// The shop's.
    pub shop: PathBuf,
    /// The program's own records; none where no row is of them.
    pub records: Option<PathBuf>,
    _folder: tempfile::TempDir,
}

/// Why the rows could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// No temporary folder.
    #[error("there is no room for the test's rows: {0}")]
    Folder(#[from] std::io::Error),
    /// SQLite could not open it.
    #[error(transparent)]
    Data(#[from] DataError),
    /// SQLite refused a row.
    #[error("the test's rows could not be stored: {0}")]
    Sql(#[from] rusqlite::Error),
}

impl Fixture {
    /// Stores rows in the shape of a source's data.
    ///
    /// # Errors
    /// A disk that is full or may not be written to.
    pub fn new(schema: &Schema, rows: &[FixtureRow]) -> Result<Self, FixtureError> {
        let folder = tempfile::Builder::new().prefix("herald-test-").tempdir()?;
        let shop = folder.path().join("shop.db");
        store(&shop, schema, Origin::Shop, rows)?;
        let of_records =
            |row: &FixtureRow| schema.relation(&row.relation).is_some_and(|r| r.origin == Origin::Records);
        let mut records = None;
        if rows.iter().any(of_records) {
            let path = folder.path().join("records.db");
            store(&path, schema, Origin::Records, rows)?;
            records = Some(path);
        }
        Ok(Self { shop, records, _folder: folder })
    }
}

/// Makes one database: every table of that origin, and its rows.
fn store(path: &Path, schema: &Schema, origin: Origin, rows: &[FixtureRow]) -> Result<(), FixtureError> {
    let mut conn = open_writable(path)?;
    let work = conn.transaction()?;
    for (table, columns) in tables(schema, origin) {
        let columns: Vec<String> = columns.iter().map(|c| quoted(c)).collect();
        work.execute_batch(&format!("CREATE TABLE {} ({})", quoted(&table), columns.join(", ")))?;
    }
    for row in rows {
        if let Some(relation) = schema.relation(&row.relation).filter(|r| r.origin == origin) {
            insert(&work, relation, row, &schema.timezone)?;
        }
    }
    work.commit()?;
    Ok(())
}

/// The stored tables with their stored columns. Several relations may share one.
fn tables(schema: &Schema, origin: Origin) -> BTreeMap<String, BTreeSet<String>> {
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for relation in schema.relations.iter().filter(|r| r.origin == origin) {
        let table = tables.entry(relation.table.clone()).or_default();
        table.extend(relation.columns.iter().filter_map(|c| match &c.storage {
            Storage::Stored { column, .. } => Some(column.clone()),
            Storage::Derived(_) => None,
        }));
    }
    // A table without columns cannot be made.
    tables.retain(|_, columns| !columns.is_empty());
    tables
}

fn insert(
    conn: &Connection,
    relation: &Relation,
    row: &FixtureRow,
    zone: &TimeZone,
) -> Result<(), FixtureError> {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (name, literal) in &row.values {
        if let Some(Storage::Stored { column, encoding }) = relation.column(name).map(|c| &c.storage) {
            columns.push(quoted(column));
            values.push(stored(literal, *encoding, zone));
        }
    }
    let table = quoted(&relation.table);
    let marks = vec!["?"; values.len()].join(", ");
    let sql = if values.is_empty() {
        format!("INSERT INTO {table} DEFAULT VALUES")
    } else {
        format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "))
    };
    conn.execute(&sql, params_from_iter(values))?;
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A constant as a column writes it.
fn stored(literal: &Literal, encoding: Encoding, zone: &TimeZone) -> Value {
    match (literal, encoding) {
        (Literal::Missing, _) => Value::Null,
        (Literal::YesNo(yes), Encoding::YesNoText) => Value::Text(if *yes { "yes" } else { "no" }.to_owned()),
        (Literal::YesNo(yes), _) => Value::Integer(i64::from(*yes)),
        (Literal::Whole(n) | Literal::Duration(n), _) => Value::Integer(*n),
        (Literal::Number(n), _) => Value::Real(*n),
        (Literal::Text(text), _) => Value::Text(text.clone()),
        (Literal::Money(money), Encoding::MajorUnits) => Value::Real(money.major()),
        (Literal::Money(money), _) => Value::Integer(money.minor),
        (Literal::Date(date), _) => Value::Text(date.to_string()),
        (Literal::Time(time), _) => Value::Text(time.strftime("%H:%M").to_string()),
        (Literal::Instant(at), encoding) => instant(*at, encoding, zone),
    }
}

fn instant(at: Timestamp, encoding: Encoding, zone: &TimeZone) -> Value {
    match encoding {
        Encoding::UnixMillis => Value::Integer(at.as_millisecond()),
        Encoding::DateText => Value::Text(at.to_zoned(zone.clone()).date().to_string()),
        Encoding::InstantText { separator, seconds, utc } => {
            let zone = if utc { TimeZone::UTC } else { zone.clone() };
            let civil = at.to_zoned(zone);
            let time = civil.strftime(if seconds { "%H:%M:%S" } else { "%H:%M" });
            let mark = if utc { "Z" } else { "" };
            Value::Text(format!("{}{separator}{time}{mark}", civil.date()))
        }
        _ => Value::Integer(at.as_second()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_its_column_writes_them() {
        let at: Timestamp = "2026-11-20T02:30:00Z".parse().unwrap();
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let text = |separator, seconds, utc| Encoding::InstantText { separator, seconds, utc };
        let written = |encoding| instant(at, encoding, &shanghai);
        assert_eq!(written(Encoding::UnixSeconds), Value::Integer(1_795_141_800));
        assert_eq!(written(Encoding::UnixMillis), Value::Integer(1_795_141_800_000));
        assert_eq!(written(text(' ', false, false)), Value::Text("2026-11-20 10:30".to_owned()));
        assert_eq!(written(text('T', true, true)), Value::Text("2026-11-20T02:30:00Z".to_owned()));
    }

    #[test]
    fn money_is_stored_in_major_units_and_names_are_quoted() {
        let cny = crate::data::Currency::parse("CNY").unwrap();
        let money = Literal::Money(crate::data::Money { minor: 399_900, currency: cny });
        assert_eq!(stored(&money, Encoding::MajorUnits, &TimeZone::UTC), Value::Real(3999.0));
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
