//! Running statements on a connection, and the values that come back.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::types::{FromSql, Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

use super::error::RunError;
use super::learned::Given;
use super::statement::Statement;
use crate::check::typed::Type;
use crate::data::{Key, Money};

/// A value of the language, as it came from the data.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// The missing value.
    Missing,
    /// Yes or no.
    YesNo(bool),
    /// A whole number, or a duration in seconds.
    Whole(i64),
    /// A decimal number.
    Number(f64),
    /// Text, or a time of day `09:00`.
    Text(String),
    /// Money.
    Money(Money),
    /// A calendar date.
    Date(Date),
    /// A point in time, to the second.
    Instant(Timestamp),
}

/// A row of signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who.
    pub customer: Key,
    /// Which product.
    pub product: Key,
    /// How many seconds before `as_of`; negative for what lies in its future (`in next`).
    pub seconds: i64,
    /// The order it belongs to, if the relation says.
    pub order: Option<Key>,
    /// The number that was asked for: the pieces, or another column's.
    pub value: f64,
}

/// The ids that a statement gives: of a segment, a sample or a product filter.
///
/// # Errors
/// Any [`RunError`].
pub fn select(conn: &Connection, statement: &Statement) -> Result<Vec<Key>, RunError> {
    let mut keys = Vec::new();
    each(conn, statement, |row| {
        keys.push(get(row, 0, "a number or a text")?);
        Ok(())
    })?;
    Ok(keys)
}

/// The number that a counting statement gives.
///
/// # Errors
/// Any [`RunError`].
pub fn count(conn: &Connection, statement: &Statement) -> Result<u64, RunError> {
    let mut total = 0;
    each(conn, statement, |row| {
        total = get(row, 0, "a whole number")?;
        Ok(())
    })?;
    Ok(total)
}

/// The rows of a statement of attributes or product values: the id, and a cell for each of `types` (which are those of
/// the expressions, in order).
///
/// # Errors
/// Any [`RunError`]; [`RunError::Value`] where a stored value is not of its column's type.
pub fn table(
    conn: &Connection,
    statement: &Statement,
    types: &[Type],
) -> Result<Vec<(Key, Vec<Cell>)>, RunError> {
    let mut rows = Vec::new();
    each(conn, statement, |row| {
        let id = get(row, 0, "a number or a text")?;
        let cells: Result<Vec<_>, _> =
            types.iter().enumerate().map(|(i, ty)| cell(row, i + 1, *ty)).collect();
        rows.push((id, cells?));
        Ok(())
    })?;
    Ok(rows)
}

/// Calls `take` with the id and `width` values of each row of a statement, as they are given to what was learned.
///
/// # Errors
/// Any [`RunError`].
pub fn given(
    conn: &Connection,
    statement: &Statement,
    width: usize,
    mut take: impl FnMut(Key, &[Given<'_>]),
) -> Result<(), RunError> {
    each(conn, statement, |row| {
        let id = get(row, 0, "a number or a text")?;
        let values: Result<Vec<_>, _> = (1..=width).map(|at| row.get_ref(at).map(Given::of)).collect();
        take(id, &values?);
        Ok(())
    })
}

/// The pairs of customer and product that a statement gives.
///
/// # Errors
/// Any [`RunError`].
pub fn pairs(conn: &Connection, statement: &Statement) -> Result<Vec<(Key, Key)>, RunError> {
    let mut pairs = Vec::new();
    each(conn, statement, |row| {
        pairs.push((get(row, 0, "a number or a text")?, get(row, 1, "a number or a text")?));
        Ok(())
    })?;
    Ok(pairs)
}

/// Calls `take` for each signal, in the statement's order. Nothing is kept here, so that ten million of them need no
/// memory but the caller's.
///
/// # Errors
/// Any [`RunError`].
pub fn events(conn: &Connection, statement: &Statement, mut take: impl FnMut(Event)) -> Result<(), RunError> {
    each(conn, statement, |row| {
        take(Event {
            customer: get(row, 0, "a number or a text")?,
            product: get(row, 1, "a number or a text")?,
            seconds: get(row, 2, "a point in time")?,
            order: get(row, 3, "a number or a text")?,
            value: get::<Option<f64>>(row, 4, "a number")?.unwrap_or(1.0),
        });
        Ok(())
    })
}

fn each(
    conn: &Connection,
    statement: &Statement,
    mut take: impl FnMut(&Row<'_>) -> Result<(), RunError>,
) -> Result<(), RunError> {
    if statement.needs_chunk() {
        return Err(RunError::NoChunk);
    }
    let mut prepared = conn.prepare_cached(&statement.sql)?;
    let mut rows = prepared.query(params_from_iter(&statement.params))?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

fn get<T: FromSql>(row: &Row<'_>, at: usize, expected: &'static str) -> Result<T, RunError> {
    let value = row.get_ref(at)?;
    T::column_result(value).map_err(|_| wrong(row, at, value, expected))
}

fn wrong(row: &Row<'_>, at: usize, value: ValueRef<'_>, expected: &'static str) -> RunError {
    let column = row.as_ref().column_name(at).map_or_else(|_| at.to_string(), str::to_owned);
    let found = match Value::try_from(value) {
        Ok(Value::Text(text)) => format!("`{text}`"),
        Ok(Value::Integer(n)) => n.to_string(),
        Ok(Value::Real(n)) => n.to_string(),
        Ok(Value::Null) => "nothing".to_owned(),
        Ok(Value::Blob(_)) | Err(_) => "bytes".to_owned(),
    };
    RunError::Value { column, found, expected }
}

fn cell(row: &Row<'_>, at: usize, ty: Type) -> Result<Cell, RunError> {
    let value = row.get_ref(at)?;
    let is_not = |expected| wrong(row, at, value, expected);
    let text = || value.as_str().map(str::to_owned);
    Ok(match (ty, value) {
        (_, ValueRef::Null) => Cell::Missing,
        (Type::YesNo, ValueRef::Integer(n)) => Cell::YesNo(n != 0),
        (Type::Money(currency), ValueRef::Integer(minor)) => Cell::Money(Money { minor, currency }),
        (Type::Money(currency), ValueRef::Real(minor)) => {
            Cell::Money(Money { minor: minor.round() as i64, currency })
        }
        (Type::Instant, ValueRef::Integer(seconds)) => {
            Cell::Instant(Timestamp::from_second(seconds).map_err(|_| is_not("a point in time"))?)
        }
        (Type::Date, ValueRef::Text(_)) => {
            let date = text().ok().and_then(|t| t.get(..10).and_then(|t| t.parse().ok()));
            Cell::Date(date.ok_or_else(|| is_not("a date"))?)
        }
        (Type::YesNo, _) => return Err(is_not("yes or no")),
        (Type::Money(_), _) => return Err(is_not("an amount of money")),
        (Type::Instant, _) => return Err(is_not("a point in time")),
        (Type::Date, _) => return Err(is_not("a date")),
        (Type::Number | Type::Duration | Type::Id | Type::Unknown, ValueRef::Integer(n)) => Cell::Whole(n),
        (Type::Number | Type::Duration | Type::Id | Type::Unknown, ValueRef::Real(n)) => Cell::Number(n),
        (Type::Number | Type::Duration, _) => return Err(is_not("a number")),
        (Type::Text | Type::Time, ValueRef::Integer(n)) => Cell::Text(n.to_string()),
        (Type::Text | Type::Time, ValueRef::Real(n)) => Cell::Text(n.to_string()),
        (_, ValueRef::Text(_)) => Cell::Text(text().map_err(|_| is_not("a text"))?),
        (_, ValueRef::Blob(_)) => return Err(is_not("a text")),
    })
}
