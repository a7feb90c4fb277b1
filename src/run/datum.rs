//! A value of a message, as it is stored with the message and given to templates.

use minijinja::Value;
use serde::{Deserialize, Serialize};

use crate::audience::Cell;
use crate::compose;
use crate::data::Money;

/// A value. As JSON: null, yes/no, a number, a text, or `{"minor": 399900, "currency": "CNY"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Datum {
    /// Not there.
    Missing,
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Money.
    Money(Money),
    /// Text; dates and instants in ISO 8601.
    Text(String),
}

impl Datum {
    /// From what the database gave.
    pub fn of(cell: Cell) -> Self {
        match cell {
            Cell::Missing => Self::Missing,
            Cell::YesNo(value) => Self::YesNo(value),
            Cell::Whole(value) => Self::Whole(value),
            Cell::Number(value) => Self::Number(value),
            Cell::Text(value) => Self::Text(value),
            Cell::Money(value) => Self::Money(value),
            Cell::Date(date) => Self::Text(date.to_string()),
            Cell::Instant(at) => Self::Text(at.to_string()),
        }
    }

    /// As templates see it.
    pub fn value(&self) -> Value {
        match self {
            Self::Missing => Value::from(()),
            Self::YesNo(value) => Value::from(*value),
            Self::Whole(value) => Value::from(*value),
            Self::Number(value) => Value::from(*value),
            Self::Money(money) => compose::money(*money),
            Self::Text(text) => Value::from(text.as_str()),
        }
    }

    /// The text, if it is one and not empty.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Whether it is yes.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::YesNo(true) | Self::Whole(1))
    }
}
