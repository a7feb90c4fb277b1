//! The few functions that SQLite lacks: zones of the world and letters of every script.

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::encode::seconds_of;
use crate::check::schema::Schema;

/// Gives a connection the functions that lowered statements call: `herald_instant(text)` and `herald_date(seconds)` in
/// the shop's zone, `herald_lower(text)` and `herald_upper(text)`. Nothing is written.
///
/// # Errors
/// What SQLite says.
pub fn prepare(conn: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let zone = schema.timezone.clone();
    conn.create_scalar_function("herald_instant", 1, flags, move |call| {
        let text: Option<String> = call.get(0)?;
        Ok(text.and_then(|text| seconds_of(&text, &zone)))
    })?;
    let zone = schema.timezone.clone();
    conn.create_scalar_function("herald_date", 1, flags, move |call| {
        let instant = call.get::<Option<i64>>(0)?.and_then(|s| Timestamp::from_second(s).ok());
        Ok(instant.map(|instant| instant.to_zoned(zone.clone()).date().to_string()))
    })?;
    conn.create_scalar_function("herald_lower", 1, flags, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
    })?;
    conn.create_scalar_function("herald_upper", 1, flags, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|text| text.to_uppercase()))
    })
}
