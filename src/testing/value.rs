//! Values of a message as expectations compare them. Missing values match nothing, as everywhere in the language.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::check::typed::{Arith, Compare, Literal, Type};
use crate::data::Money;
use crate::run::datum::Datum;

/// Texts longer than this are cut where they are shown.
const SHOWN: usize = 160;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not there.
    Missing,
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Number(f64),
    /// Money.
    Money(Money),
    /// Text.
    Text(String),
    /// A length of time, in seconds.
    Duration(i64),
    /// A date.
    Date(Date),
    /// A point in time.
    Instant(Timestamp),
    /// A time of day.
    Time(Time),
}

impl Value {
    /// A stored value as its type has it.
    pub fn of(datum: &Datum, ty: Type) -> Self {
        match (datum, ty) {
            (Datum::Missing, _) => Self::Missing,
            (Datum::Whole(n), Type::YesNo) => Self::YesNo(*n != 0),
            (Datum::Whole(n), Type::Duration) => Self::Duration(*n),
            (Datum::Text(text), Type::Date) => text.parse().map_or(Self::Missing, Self::Date),
            (Datum::Text(text), Type::Instant) => text.parse().map_or(Self::Missing, Self::Instant),
            (Datum::Text(text), Type::Time) => text.parse().map_or(Self::Missing, Self::Time),
            (Datum::YesNo(yes), _) => Self::YesNo(*yes),
            (Datum::Whole(n), _) => Self::Number(*n as f64),
            (Datum::Number(n), _) => Self::Number(*n),
            (Datum::Money(money), _) => Self::Money(*money),
            (Datum::Text(text), _) => Self::Text(text.clone()),
        }
    }

    /// A constant.
    pub fn literal(literal: &Literal) -> Self {
        match literal {
            Literal::Missing => Self::Missing,
            Literal::YesNo(yes) => Self::YesNo(*yes),
            Literal::Whole(n) => Self::Number(*n as f64),
            Literal::Number(n) => Self::Number(*n),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Money(money) => Self::Money(*money),
            Literal::Duration(seconds) => Self::Duration(*seconds),
            Literal::Date(date) => Self::Date(*date),
            Literal::Instant(at) => Self::Instant(*at),
            Literal::Time(time) => Self::Time(*time),
        }
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Whether there is a value.
    pub fn is_known(&self) -> bool {
        *self != Self::Missing
    }

    /// Yes or no; missing where it is neither.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::YesNo(yes) => Some(*yes),
            _ => None,
        }
    }

    /// A truth as a value.
    pub fn of_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Missing, Self::YesNo)
    }

    /// How two values stand to each other; none where one is missing or they are of different sorts. A date stands for the
    /// midnight that begins it in the shop's zone.
    pub fn order(&self, other: &Self, zone: &TimeZone) -> Option<Ordering> {
        match (self, other) {
            (Self::YesNo(a), Self::YesNo(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Money(a), Self::Money(b)) if a.currency == b.currency => Some(a.minor.cmp(&b.minor)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Instant(_) | Self::Date(_), Self::Instant(_) | Self::Date(_)) => {
                Some(self.instant(zone)?.cmp(&other.instant(zone)?))
            }
            _ => None,
        }
    }

    /// A point in time.
    pub fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Instant(at) => Some(*at),
            Self::Date(date) => date.to_zoned(zone.clone()).ok().map(|z| z.timestamp()),
            _ => None,
        }
    }

    /// Whether a comparison holds; missing where there is nothing to compare.
    pub fn compare(&self, compare: Compare, other: &Self, zone: &TimeZone) -> Option<bool> {
        let order = self.order(other, zone)?;
        Some(match compare {
            Compare::Eq => order.is_eq(),
            Compare::Ne => order.is_ne(),
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Gt => order.is_gt(),
            Compare::Ge => order.is_ge(),
        })
    }

    /// Arithmetic; missing where a side is, and of a division by 0.
    pub fn arith(&self, arith: Arith, other: &Self) -> Self {
        let money = |minor: f64, like: &Money| {
            // Half away from zero, as the shop's data is read.
            Self::Money(Money { minor: minor.round() as i64, currency: like.currency })
        };
        let plain = |a: f64, b: f64| match arith {
            Arith::Add => Some(a + b),
            Arith::Sub => Some(a - b),
            Arith::Mul => Some(a * b),
            Arith::Div => (b != 0.0).then(|| a / b),
        };
        let result = match (self, other) {
            (Self::Number(a), Self::Number(b)) => plain(*a, *b).map(Self::Number),
            (Self::Money(a), Self::Money(b)) if a.currency == b.currency => {
                let result = plain(a.minor as f64, b.minor as f64);
                result.map(|r| if arith == Arith::Div { Self::Number(r) } else { money(r, a) })
            }
            (Self::Money(a), Self::Number(b)) => plain(a.minor as f64, *b).map(|r| money(r, a)),
            (Self::Number(a), Self::Money(b)) => plain(*a, b.minor as f64).map(|r| money(r, b)),
            (Self::Duration(a), Self::Duration(b)) => {
                let result = plain(*a as f64, *b as f64);
                result.map(|r| if arith == Arith::Div { Self::Number(r) } else { Self::Duration(r as i64) })
            }
            (Self::Duration(a), Self::Number(b)) => plain(*a as f64, *b).map(|r| Self::Duration(r as i64)),
            (Self::Number(a), Self::Duration(b)) => plain(*a, *b as f64).map(|r| Self::Duration(r as i64)),
            (Self::Instant(at), Self::Duration(b)) => moved(*at, arith, *b),
            (Self::Instant(a), Self::Instant(b)) if arith == Arith::Sub => {
                Some(Self::Duration(a.as_second() - b.as_second()))
            }
            (Self::Date(a), Self::Date(b)) if arith == Arith::Sub => {
                Some(Self::Duration(i64::from((*a - *b).get_days()) * 86_400))
            }
            _ => None,
        };
        result.unwrap_or(Self::Missing)
    }

    /// A plain function of values, as its name says in the table of functions; of a missing value missing.
    pub fn function(name: &str, values: &[Self], zone: &TimeZone) -> Self {
        match (name, values) {
            ("lower", [Self::Text(text)]) => Self::Text(text.to_lowercase()),
            ("upper", [Self::Text(text)]) => Self::Text(text.to_uppercase()),
            ("length", [Self::Text(text)]) => Self::Number(text.chars().count() as f64),
            ("round", [Self::Number(n)]) => Self::Number(n.round()),
            ("floor", [Self::Number(n)]) => Self::Number(n.floor()),
            ("ceil", [Self::Number(n)]) => Self::Number(n.ceil()),
            ("abs", [Self::Number(n)]) => Self::Number(n.abs()),
            ("abs", [Self::Money(m)]) => Self::Money(Money { minor: m.minor.abs(), currency: m.currency }),
            ("abs", [Self::Duration(seconds)]) => Self::Duration(seconds.abs()),
            ("min" | "max", [a, b]) => match a.order(b, zone) {
                Some(order) if order.is_le() == (name == "min") => a.clone(),
                Some(_) => b.clone(),
                None => Self::Missing,
            },
            _ => Self::Missing,
        }
    }

    /// A value in a few words: of a long text how long it is.
    pub fn in_short(&self) -> String {
        match self {
            Self::Text(text) => match text.chars().count() {
                long if long > SHOWN => format!("another of {long} characters"),
                _ => self.to_string(),
            },
            _ => self.to_string(),
        }
    }

    /// Minus the value.
    pub fn negated(&self) -> Self {
        match self {
            Self::Number(n) => Self::Number(-n),
            Self::Money(m) => Self::Money(Money { minor: -m.minor, currency: m.currency }),
            Self::Duration(seconds) => Self::Duration(-seconds),
            _ => Self::Missing,
        }
    }
}

fn moved(at: Timestamp, arith: Arith, seconds: i64) -> Option<Value> {
    let seconds = match arith {
        Arith::Add => seconds,
        Arith::Sub => -seconds,
        Arith::Mul | Arith::Div => return None,
    };
    Timestamp::from_second(at.as_second().checked_add(seconds)?).ok().map(Value::Instant)
}

impl fmt::Display for Value {
    /// As a person would say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no value"),
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
            Self::Number(n) => write!(f, "{}", (n * 10_000.0).round() / 10_000.0),
            Self::Money(money) => write!(f, "{money}"),
            Self::Text(text) => write!(f, "`{}`", shortened(text)),
            Self::Duration(seconds) => duration(*seconds, f),
            Self::Date(date) => write!(f, "{date}"),
            Self::Instant(at) => write!(f, "{at}"),
            Self::Time(time) => write!(f, "{}", time.strftime("%H:%M")),
        }
    }
}

fn duration(seconds: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A text on one line, cut where it is long.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Currency;

    fn cny(minor: i64) -> Value {
        Value::Money(Money { minor, currency: Currency::parse("CNY").unwrap() })
    }

    #[test]
    fn a_missing_value_matches_nothing_and_neither_does_another_sort() {
        let utc = TimeZone::UTC;
        let (one, two) = (Value::Number(1.0), Value::Number(2.0));
        assert_eq!(one.compare(Compare::Lt, &two, &utc), Some(true));
        assert_eq!(one.compare(Compare::Ne, &Value::Missing, &utc), None);
        assert_eq!(cny(100).compare(Compare::Eq, &one, &utc), None);
        assert_eq!(one.arith(Arith::Div, &Value::Number(0.0)), Value::Missing);
        assert_eq!(Value::Missing.arith(Arith::Add, &one), Value::Missing);
    }

    #[test]
    fn a_date_is_the_midnight_that_begins_it_in_the_shops_zone() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let date = Value::Date(jiff::civil::date(2026, 11, 20));
        let midnight = Value::Instant("2026-11-19T16:00:00Z".parse().unwrap());
        assert_eq!(date.compare(Compare::Eq, &midnight, &shanghai), Some(true));
        assert_eq!(date.compare(Compare::Gt, &midnight, &TimeZone::UTC), Some(true));
    }

    #[test]
    fn every_function_of_the_table_is_known_and_strict() {
        use crate::check::functions::{FUNCTIONS, QUINTILE};
        let utc = TimeZone::UTC;
        for function in FUNCTIONS.iter().filter(|f| f.name != QUINTILE) {
            let of = |value: &Value| {
                Value::function(function.name, &vec![value.clone(); function.arguments.len()], &utc)
            };
            let known = of(&Value::text("Ab")).is_known() || of(&Value::Number(-1.5)).is_known();
            assert!(known, "{}", function.name);
            assert_eq!(of(&Value::Missing), Value::Missing, "{}", function.name);
        }
        let call = |name: &str, values: &[Value]| Value::function(name, values, &utc).to_string();
        assert_eq!(call("length", &[Value::text("手机 a")]), "4");
        assert_eq!(call("round", &[Value::Number(-2.5)]), "-3");
        assert_eq!(call("floor", &[Value::Number(-2.5)]), "-3");
        assert_eq!(call("max", &[cny(100), cny(250)]), "2.50 CNY");
        assert_eq!(call("min", &[cny(100), cny(250)]), "1.00 CNY");
    }

    #[test]
    fn values_are_said_as_people_say_them() {
        assert_eq!(cny(399_900).arith(Arith::Mul, &Value::Number(2.0)).to_string(), "7998.00 CNY");
        assert_eq!(Value::Number(0.1 + 0.2).to_string(), "0.3");
        assert_eq!(Value::Duration(172_800).to_string(), "2 days");
        assert_eq!(Value::text("a\n  b").to_string(), "`a b`");
        assert_eq!(Value::text(&"长".repeat(500)).to_string().chars().count(), SHOWN + 3);
    }
}
