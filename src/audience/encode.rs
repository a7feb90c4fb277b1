//! Stored values and values of the language, in SQL. Inside a statement every type has one form:
//!
//! | type | form |
//! |---|---|
//! | number, text, id | as stored |
//! | money | whole minor units |
//! | duration, instant | seconds; instants since 1970, UTC |
//! | date | text `2026-12-01` |
//! | time of day | text `09:00` |
//! | yes/no | 1 or 0 |
//!
//! and missing is `NULL`. Where an instant's column is compared with a constant it is the constant that is written in the
//! column's layout, so that an index on the column serves.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use rusqlite::types::Value;

use super::error::LowerError;
use crate::check::schema::Encoding;
use crate::check::typed::{Literal, Type};
use crate::data::Currency;

/// A stored value in its column's own writing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    /// The SQL that gives it.
    pub sql: String,
    /// How it is written.
    pub encoding: Encoding,
    /// Its type in the language.
    pub ty: Type,
}

impl Raw {
    /// Whether constants can be written in its layout, keeping the order.
    pub fn is_time(&self) -> bool {
        match self.encoding {
            Encoding::UnixSeconds | Encoding::UnixMillis | Encoding::InstantText { .. } => {
                self.ty == Type::Instant
            }
            Encoding::DateText => matches!(self.ty, Type::Instant | Type::Date),
            Encoding::Plain => matches!(self.ty, Type::Instant | Type::Date),
            Encoding::MajorUnits | Encoding::YesNo | Encoding::YesNoText => false,
        }
    }

    /// The value in the form of its type.
    pub fn decoded(&self) -> String {
        let sql = &self.sql;
        let from_seconds = |seconds: String| match self.ty {
            Type::Date => format!("herald_date({seconds})"),
            _ => seconds,
        };
        match self.encoding {
            Encoding::MajorUnits => match self.ty {
                Type::Money(currency) => minor_units(sql, currency),
                _ => sql.clone(),
            },
            Encoding::UnixSeconds => from_seconds(sql.clone()),
            Encoding::UnixMillis => from_seconds(format!("({sql} / 1000)")),
            Encoding::DateText if self.ty == Type::Instant => format!("herald_instant({sql})"),
            Encoding::Plain | Encoding::DateText => sql.clone(),
            Encoding::InstantText { utc: true, .. } => from_seconds(format!("unixepoch({sql})")),
            Encoding::InstantText { utc: false, .. } => from_seconds(format!("herald_instant({sql})")),
            Encoding::YesNo => format!("({sql} <> 0)"),
            Encoding::YesNoText => format!(
                "CASE lower({sql}) WHEN 'yes' THEN 1 WHEN 'true' THEN 1 WHEN 'y' THEN 1 \
                 WHEN 'no' THEN 0 WHEN 'false' THEN 0 WHEN 'n' THEN 0 END"
            ),
        }
    }
}

fn minor_units(sql: &str, currency: Currency) -> String {
    format!("CAST(round({sql} * {}.0) AS INTEGER)", currency.minor_per_major())
}

/// Which neighbour stands for an instant that the layout can't write (it has no seconds, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// The next one: right for `<` and `>=`.
    Up,
    /// The one before: right for `<=` and `>`.
    Down,
    /// Neither: the instant must be written exactly.
    Exact,
}

/// An instant as a constant in a column's layout; none if it must be exact and can't be.
pub(super) fn constant(
    raw: &Raw,
    instant: Timestamp,
    edge: Edge,
    zone: &TimeZone,
) -> Result<Option<Value>, LowerError> {
    let nanos = instant.as_nanosecond();
    let ticks = |unit: i128| round(nanos, unit, edge).and_then(|n| i64::try_from(n).ok());
    Ok(match raw.encoding {
        Encoding::UnixMillis => ticks(1_000_000).map(Value::Integer),
        Encoding::InstantText { separator, seconds, utc } => {
            let zone = if utc { &TimeZone::UTC } else { zone };
            let unit = if seconds { 1_000_000_000 } else { 60_000_000_000 };
            let Some(ticks) = round(nanos, unit, edge) else { return Ok(None) };
            let instant = Timestamp::from_nanosecond(ticks * unit).map_err(|_| LowerError::Time)?;
            let civil = instant.to_zoned(zone.clone()).datetime();
            Some(Value::Text(instant_text(civil, separator, seconds, utc)))
        }
        Encoding::DateText => midnight(instant, edge, zone)?.map(|date| Value::Text(date.to_string())),
        Encoding::Plain if raw.ty == Type::Date => {
            midnight(instant, edge, zone)?.map(|date| Value::Text(date.to_string()))
        }
        _ => ticks(1_000_000_000).map(Value::Integer),
    })
}

/// Whole units of an instant, moved to the wanted edge.
fn round(nanos: i128, unit: i128, edge: Edge) -> Option<i128> {
    let down = nanos.div_euclid(unit);
    match (nanos.rem_euclid(unit), edge) {
        (0, _) | (_, Edge::Down) => Some(down),
        (_, Edge::Up) => Some(down + 1),
        (_, Edge::Exact) => None,
    }
}

/// The date whose midnight in the zone is the instant, or its neighbour.
fn midnight(instant: Timestamp, edge: Edge, zone: &TimeZone) -> Result<Option<Date>, LowerError> {
    let date = instant.to_zoned(zone.clone()).date();
    if midnight_of(date, zone)? == instant {
        return Ok(Some(date));
    }
    match edge {
        Edge::Down => Ok(Some(date)),
        Edge::Up => date.tomorrow().map(Some).map_err(|_| LowerError::Time),
        Edge::Exact => Ok(None),
    }
}

/// The instant at which a date begins in a zone.
pub(super) fn midnight_of(date: Date, zone: &TimeZone) -> Result<Timestamp, LowerError> {
    let zoned = date.to_zoned(zone.clone()).map_err(|_| LowerError::Time)?;
    Ok(zoned.timestamp())
}

fn instant_text(civil: DateTime, separator: char, seconds: bool, utc: bool) -> String {
    let pattern = if seconds { "%H:%M:%S" } else { "%H:%M" };
    let zulu = if utc { "Z" } else { "" };
    format!("{}{separator}{}{zulu}", civil.date(), civil.time().strftime(pattern))
}

/// A constant in the form of its type; `None` is missing.
pub(super) fn literal(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Missing => return None,
        Literal::YesNo(yes) => Value::Integer(i64::from(*yes)),
        Literal::Whole(n) | Literal::Duration(n) => Value::Integer(*n),
        Literal::Number(n) => Value::Real(*n),
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Money(money) => Value::Integer(money.minor),
        Literal::Date(date) => Value::Text(date.to_string()),
        Literal::Instant(instant) => Value::Integer(instant.as_second()),
        Literal::Time(time) => Value::Text(time_text(*time)),
    })
}

fn time_text(time: Time) -> String {
    let pattern = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.strftime(pattern).to_string()
}

/// Seconds since 1970 of a stored text: an instant with `Z`, or a local time, or a date, in the shop's zone. What is
/// none of these is missing.
pub(super) fn seconds_of(text: &str, zone: &TimeZone) -> Option<i64> {
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        return midnight_of(date, zone).ok().map(Timestamp::as_second);
    }
    if text.ends_with('Z') {
        return text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(zone.clone()).ok()?.timestamp().as_second())
}
