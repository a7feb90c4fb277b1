//! A text of a CSV file as a value of the shop: numbers, yes and no, dates and instants.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};
use rusqlite::types::Value;

use super::ImportError;
use super::spec::ImportSpec;
use crate::data::standard::ColumnType;

/// Reads texts as values. It remembers the last instant, since the lines of an order share theirs.
pub struct Values {
    zone: TimeZone,
    instants: Vec<String>,
    dates: Vec<String>,
    decimal_comma: bool,
    last: (String, String),
}

impl Values {
    /// # Errors
    /// `Spec` if the zone is unknown.
    pub fn new(spec: &ImportSpec) -> Result<Self, ImportError> {
        let zone = TimeZone::get(&spec.timezone)
            .map_err(|_| ImportError::Spec(format!("`{}` is no time zone", spec.timezone)))?;
        Ok(Self {
            zone,
            instants: spec.instants.clone(),
            dates: spec.dates.clone(),
            decimal_comma: spec.decimal_comma,
            last: (String::new(), String::new()),
        })
    }

    /// The value that a text (trimmed, not empty) stands for, or what it should have been.
    pub fn read(&mut self, kind: ColumnType, text: &str) -> Result<Value, &'static str> {
        match kind {
            ColumnType::Id | ColumnType::Text => Ok(Value::Text(text.to_owned())),
            ColumnType::Number | ColumnType::Money => {
                self.number(text).map(Value::Real).ok_or("is not a number")
            }
            ColumnType::Whole => {
                let whole = self.number(text).filter(|n| n.fract() == 0.0 && n.abs() < 9e15);
                whole.map(|n| Value::Integer(n as i64)).ok_or("is not a whole number")
            }
            ColumnType::YesNo => {
                yes_no(text).map(|b| Value::Integer(b.into())).ok_or("is neither yes nor no")
            }
            ColumnType::Date => self.date(text).map(Value::Text).ok_or("is not a date"),
            ColumnType::Instant => self.instant(text).map(Value::Text).ok_or("is not a date and time"),
        }
    }

    /// A decimal, perhaps with marks between thousands and a currency's sign before it.
    pub fn number(&self, text: &str) -> Option<f64> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let bare = unsigned.trim_start_matches(['$', '£', '€', '¥', '￥', ' ', '\u{a0}']);
        let (point, group) = if self.decimal_comma { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = bare.split_once(point).unwrap_or((bare, ""));
        let digits = ungrouped(whole, group)?;
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || (digits.is_empty() && fraction.is_empty()) {
            return None;
        }
        let value: f64 = format!("{digits}.{fraction}0").parse().ok()?;
        Some(if text.starts_with('-') { -value } else { value }).filter(|v| v.is_finite())
    }

    fn date(&self, text: &str) -> Option<String> {
        let iso = || text.get(..10).filter(|_| text.len() == 10)?.parse::<Date>().ok();
        let given = || self.dates.iter().find_map(|f| Date::strptime(f, text).ok());
        let from_instant = || text.parse::<DateTime>().ok().map(DateTime::date);
        iso().or_else(given).or_else(from_instant).map(|d| d.to_string())
    }

    fn instant(&mut self, text: &str) -> Option<String> {
        if self.last.0 != text {
            let at = self.timestamp(text)?;
            self.last = (text.to_owned(), at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        }
        Some(self.last.1.clone())
    }

    fn timestamp(&self, text: &str) -> Option<Timestamp> {
        if text.bytes().all(|b| b.is_ascii_digit()) && (9..=14).contains(&text.len()) {
            let n: i64 = text.parse().ok()?;
            // As when a column is inspected: up to 1e11 are seconds, from there on milliseconds.
            return if n < 100_000_000_000 {
                Timestamp::from_second(n)
            } else {
                Timestamp::from_millisecond(n)
            }
            .ok();
        }
        let local = |at: DateTime| self.zone.to_timestamp(at).ok();
        if let Some(utc) = text.strip_suffix("UTC") {
            return utc
                .trim_end()
                .parse::<DateTime>()
                .ok()
                .and_then(|at| TimeZone::UTC.to_timestamp(at).ok());
        }
        // First the texts that name a zone: read as local times, they would lose it.
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(at);
        }
        if let Ok(at) = text.parse::<DateTime>() {
            return local(at);
        }
        let given = self.instants.iter().map(String::as_str);
        given.chain(["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %:z"]).find_map(|format| {
            let parts = strtime::parse(format, text).ok()?;
            match (parts.offset(), parts.to_datetime()) {
                (Some(_), _) => parts.to_timestamp().ok(),
                (None, Ok(at)) => local(at),
                (None, Err(_)) => parts.to_date().ok().and_then(|day| local(day.into())),
            }
        })
    }
}

/// The digits of a whole number in which `group` may stand between groups of three.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let mut parts = whole.split(group);
    let mut digits = parts.next()?.to_owned();
    for part in parts {
        if part.len() != 3 || digits.is_empty() {
            return None;
        }
        digits.push_str(part);
    }
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
}

fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "yes" | "true" | "y" | "t" | "on" | "是" => Some(true),
        "0" | "no" | "false" | "n" | "f" | "off" | "否" => Some(false),
        _ => None,
    }
}

/// HTML as plain text: tags become blanks, the usual entities become characters, runs of blanks become one.
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        // `<` that no tag follows, as in "a < b", is text.
        let tag = rest[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let close = rest[open..].find('>').filter(|_| tag);
        let Some(close) = close else {
            text.push('<');
            rest = &rest[open + 1..];
            continue;
        };
        text.push(' ');
        rest = &rest[open + close + 1..];
    }
    text.push_str(rest);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(toml: &str) -> Values {
        Values::new(&ImportSpec::from_toml(toml).unwrap()).unwrap()
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let plain = values("");
        for (text, number) in [
            ("2.55", 2.55),
            ("-6", -6.0),
            ("1,234.50", 1234.5),
            ("£3", 3.0),
            ("-$0.10", -0.1),
            (".5", 0.5),
            ("7.", 7.0),
        ] {
            assert_eq!(plain.number(text), Some(number), "{text}");
        }
        let comma = values("decimal_comma = true");
        assert_eq!(comma.number("1.234,50"), Some(1234.5));
        assert_eq!(comma.number("€ 9,99"), Some(9.99));
        for text in ["", "-", ".", "abc", "1,23", "12,34.5", "1.2.3", "1e5", "NaN", "inf", ",500", "1 2"] {
            assert_eq!(plain.number(text), None, "{text}");
        }
    }

    #[test]
    fn instants_end_as_utc_in_one_layout() {
        let mut london = values("timezone = 'Europe/London'\ninstants = ['%m/%d/%Y %H:%M', '%d.%m.%Y']");
        for (text, utc) in [
            ("2011-07-01 09:30:00", "2011-07-01T08:30:00Z"),
            ("2011-12-01 09:30", "2011-12-01T09:30:00Z"),
            ("2011-07-01", "2011-06-30T23:00:00Z"),
            ("2011-07-01T09:30:00Z", "2011-07-01T09:30:00Z"),
            ("2011-07-01T09:30:00.75+08:00", "2011-07-01T01:30:00Z"),
            ("2025-10-07 09:50:26 +0200", "2025-10-07T07:50:26Z"),
            ("2012-01-01 11:13:25 UTC", "2012-01-01T11:13:25Z"),
            ("7/1/2011 9:30", "2011-07-01T08:30:00Z"),
            ("01.12.2011", "2011-12-01T00:00:00Z"),
            ("1309509000", "2011-07-01T08:30:00Z"),
            ("1309509000000", "2011-07-01T08:30:00Z"),
        ] {
            assert_eq!(london.read(ColumnType::Instant, text), Ok(Value::Text(utc.to_owned())), "{text}");
        }
        for text in ["yesterday", "2011-02-30", "2011-07-01 25:00", "12", "99999999999999999999"] {
            assert_eq!(london.read(ColumnType::Instant, text), Err("is not a date and time"), "{text}");
        }
    }

    #[test]
    fn other_types_are_checked() {
        let mut v = values("dates = ['%d/%m/%Y']");
        let text = |s: &str| Ok(Value::Text(s.to_owned()));
        assert_eq!(v.read(ColumnType::Date, "31/12/1999"), text("1999-12-31"));
        assert_eq!(v.read(ColumnType::Date, "1999-12-31 10:00"), text("1999-12-31"));
        assert!(v.read(ColumnType::Date, "31/31/1999").is_err());
        assert_eq!(v.read(ColumnType::YesNo, "TRUE"), Ok(Value::Integer(1)));
        assert!(v.read(ColumnType::YesNo, "maybe").is_err());
        assert_eq!(v.read(ColumnType::Whole, "5.0"), Ok(Value::Integer(5)));
        assert!(v.read(ColumnType::Whole, "5.5").is_err());
        assert!(Values::new(&ImportSpec::from_toml("timezone = 'Mars/Base'").unwrap()).is_err());
    }

    #[test]
    fn html_becomes_plain_text() {
        assert_eq!(plain_text("<p>Soft &amp; warm</p>\n<ul><li>3 < 4</li></ul>"), "Soft & warm 3 < 4");
        assert_eq!(plain_text("no tags"), "no tags");
        assert_eq!(plain_text("<b>open <"), "open <");
    }
}
