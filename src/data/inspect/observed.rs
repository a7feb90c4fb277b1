//! What the stored values of a column are, and what they may be read as.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the values of a column look like. `NULL`s do not count here.
///
/// This is the best single reading. Several variants may be read as something else too (a column that so far
/// holds only 1 is a number and may be a yes/no), so ask the `as_…` methods when you know what it must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Observed {
    /// No value at all: no rows, or only `NULL`s.
    Missing,
    /// Whole numbers.
    Whole {
        /// The smallest.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Numbers of which some have a fraction (or are stored as REAL).
    Decimal {
        /// The smallest.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Yes or no.
    YesNo(YesNoForm),
    /// Text of any kind.
    Text,
    /// `YYYY-MM-DD`, each a day of the calendar.
    Date,
    /// Date and time as text, all in one layout.
    Instant(InstantLayout),
    /// Bytes.
    Blob,
    /// Several kinds, most frequent first.
    Mixed(Vec<KindSeen>),
}

/// One kind of value in a column, how often it occurs among the rows examined, and the first such value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSeen {
    /// The kind.
    pub kind: Kind,
    /// Rows that have it.
    pub count: u64,
    /// The first one, shortened to 40 characters.
    pub example: String,
}

/// The kind of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Decimal,
    /// Text that is nothing below.
    Text,
    /// Text of no characters.
    EmptyText,
    /// `yes`, `no`, `true` or `false`, in any case of letters.
    YesNoWord,
    /// `YYYY-MM-DD`.
    Date,
    /// Date and time as text.
    Instant(InstantLayout),
    /// Text that is not valid UTF-8.
    BrokenText,
    /// Bytes.
    Blob,
}

/// How a yes/no is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum YesNoForm {
    /// The numbers 0 and 1.
    ZeroOne,
    /// Words: [`YES_WORDS`] mean yes and [`NO_WORDS`] no, in any case of letters.
    Words,
}

/// Words that mean yes, in lower case.
pub const YES_WORDS: [&str; 2] = ["yes", "true"];
/// Words that mean no, in lower case.
pub const NO_WORDS: [&str; 2] = ["no", "false"];

/// The exact layout of a date and time stored as text: `YYYY-MM-DD`, separator, `HH:MM`, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InstantLayout {
    /// Between date and time.
    pub separator: Separator,
    /// How far the time goes.
    pub precision: Precision,
    /// What says the zone.
    pub zone: ZoneMark,
}

/// What stands between date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Separator {
    /// A blank.
    Space,
    /// The letter `T`.
    T,
}

/// How far a time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Precision {
    /// `HH:MM`
    Minutes,
    /// `HH:MM:SS`
    Seconds,
    /// `HH:MM:SS.` and this many digits, 1 to 9.
    Fraction(u8),
}

/// What says a time's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ZoneMark {
    /// Nothing: the time is the shop's.
    None,
    /// `Z`
    Utc,
    /// `+08:00`: such texts do not sort as the instants do.
    Offset,
}

/// How an instant is stored, once it is known that the column holds instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InstantForm {
    /// Dates: each stands for the midnight that begins it, in the shop's zone.
    Date,
    /// Text.
    Text(InstantLayout),
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
}

impl InstantLayout {
    /// Does comparing the texts byte by byte compare the instants?
    #[must_use]
    pub fn sorts_as_text(self) -> bool {
        self.zone != ZoneMark::Offset
    }

    /// The layout as a `strftime` format of jiff and of chrono.
    #[must_use]
    pub fn strftime(self) -> String {
        let separator = if self.separator == Separator::T { "T" } else { " " };
        let time = match self.precision {
            Precision::Minutes => "%H:%M".to_owned(),
            Precision::Seconds => "%H:%M:%S".to_owned(),
            Precision::Fraction(n) => format!("%H:%M:%S.%{n}f"),
        };
        let zone = match self.zone {
            ZoneMark::None => "",
            ZoneMark::Utc => "Z",
            ZoneMark::Offset => "%:z",
        };
        format!("%Y-%m-%d{separator}{time}{zone}")
    }
}

impl fmt::Display for InstantLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YYYY-MM-DD")?;
        f.write_str(if self.separator == Separator::T { "T" } else { " " })?;
        match self.precision {
            Precision::Minutes => f.write_str("HH:MM")?,
            Precision::Seconds => f.write_str("HH:MM:SS")?,
            Precision::Fraction(n) => write!(f, "HH:MM:SS.{}", "f".repeat(n.into()))?,
        }
        f.write_str(match self.zone {
            ZoneMark::None => "",
            ZoneMark::Utc => "Z",
            ZoneMark::Offset => "+HH:MM",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole number"),
            Self::Decimal => f.write_str("decimal"),
            Self::Text => f.write_str("text"),
            Self::EmptyText => f.write_str("empty text"),
            Self::YesNoWord => f.write_str("yes/no"),
            Self::Date => f.write_str("date"),
            Self::Instant(layout) => write!(f, "instant `{layout}`"),
            Self::BrokenText => f.write_str("text that is not UTF-8"),
            Self::Blob => f.write_str("bytes"),
        }
    }
}

impl Kind {
    /// Is it stored as text, and readable as such?
    fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::EmptyText | Self::YesNoWord | Self::Date | Self::Instant(_))
    }
}

/// Unix seconds of the years 1973 to 5138; as milliseconds they would all lie in 1970 to 1973.
const SECONDS: std::ops::Range<f64> = 1e8..1e11;
/// Unix milliseconds of the years 1973 to 5138.
const MILLIS: std::ops::Range<f64> = 1e11..1e14;

impl Observed {
    /// Nothing but `NULL`s: it may be read as anything.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        *self == Self::Missing
    }

    /// How the column stores instants, if it can hold them at all. Numbers are told apart by their range:
    /// Unix seconds from 1e8 up to 1e11, milliseconds from 1e11 up to 1e14.
    #[must_use]
    pub fn as_instant(&self) -> Option<InstantForm> {
        let (min, max) = match *self {
            Self::Date => return Some(InstantForm::Date),
            Self::Instant(layout) => return Some(InstantForm::Text(layout)),
            Self::Whole { .. } | Self::Decimal { .. } => self.as_number()?,
            _ => return None,
        };
        let within = |range: std::ops::Range<f64>| range.contains(&min) && range.contains(&max);
        if within(SECONDS) {
            Some(InstantForm::UnixSeconds)
        } else if within(MILLIS) {
            Some(InstantForm::UnixMillis)
        } else {
            None
        }
    }

    /// How the column stores yes and no, if all its values can be read so.
    #[must_use]
    pub fn as_yes_no(&self) -> Option<YesNoForm> {
        match self {
            Self::YesNo(form) => Some(*form),
            Self::Whole { min: 0.., max: ..=1 } => Some(YesNoForm::ZeroOne),
            _ => None,
        }
    }

    /// The smallest and greatest value if all are whole numbers (0 and 1 count as such).
    #[must_use]
    pub fn as_whole(&self) -> Option<(i64, i64)> {
        match *self {
            Self::Whole { min, max } => Some((min, max)),
            Self::YesNo(YesNoForm::ZeroOne) => Some((0, 1)),
            _ => None,
        }
    }

    /// The smallest and greatest value if all are numbers.
    #[must_use]
    pub fn as_number(&self) -> Option<(f64, f64)> {
        match *self {
            Self::Decimal { min, max } => Some((min, max)),
            _ => self.as_whole().map(|(min, max)| (min as f64, max as f64)),
        }
    }

    /// Are all values stored as readable text? Dates and words are.
    #[must_use]
    pub fn is_text(&self) -> bool {
        match self {
            Self::Text | Self::Date | Self::Instant(_) | Self::YesNo(YesNoForm::Words) => true,
            Self::Mixed(kinds) => kinds.iter().all(|k| k.kind.is_text()),
            _ => false,
        }
    }

    /// Can the values identify rows, as a [`crate::data::Key`] does? Whole numbers and texts can, also side by side.
    #[must_use]
    pub fn is_key(&self) -> bool {
        match self {
            Self::Mixed(kinds) => kinds.iter().all(|k| k.kind.is_text() || k.kind == Kind::Whole),
            _ => self.is_text() || self.as_whole().is_some(),
        }
    }
}
