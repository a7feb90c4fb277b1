//! Counting the kinds of value in one column, a row at a time.

use rusqlite::types::ValueRef;

use super::observed::{
    InstantLayout, Kind, KindSeen, NO_WORDS, Observed, Precision, Separator, YES_WORDS, YesNoForm, ZoneMark,
};

/// What has been seen of one column so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows whose value is `NULL`.
    pub missing: u64,
    whole: Option<(i64, i64)>,
    decimal: Option<(f64, f64)>,
    /// A few entries at most, so a search from the front is the fastest map. The last hit is tried first.
    seen: Vec<KindSeen>,
    last: usize,
}

impl Tally {
    /// Counts one more value.
    pub fn add(&mut self, value: ValueRef<'_>) {
        let kind = match value {
            ValueRef::Null => {
                self.missing += 1;
                return;
            }
            ValueRef::Integer(n) => {
                let (min, max) = self.whole.unwrap_or((n, n));
                self.whole = Some((min.min(n), max.max(n)));
                Kind::Whole
            }
            ValueRef::Real(x) => {
                let (min, max) = self.decimal.unwrap_or((x, x));
                self.decimal = Some((min.min(x), max.max(x)));
                Kind::Decimal
            }
            ValueRef::Text(bytes) => kind_of_text(bytes),
            ValueRef::Blob(_) => Kind::Blob,
        };
        if self.seen.get(self.last).is_none_or(|s| s.kind != kind) {
            self.last = self.seen.iter().position(|s| s.kind == kind).unwrap_or_else(|| {
                self.seen.push(KindSeen { kind, count: 0, example: show(value) });
                self.seen.len() - 1
            });
        }
        self.seen[self.last].count += 1;
    }

    /// The first value that is not `NULL`.
    pub fn example(&self) -> Option<String> {
        self.seen.first().map(|s| s.example.clone())
    }

    /// The best single reading of the column, whose declared type is `declared`.
    pub fn observed(&self, declared: &str) -> Observed {
        let has = |kind: Kind| self.seen.iter().any(|s| s.kind == kind);
        match self.seen.as_slice() {
            [] => Observed::Missing,
            [one] => self.of_one_kind(one.kind, declared),
            all if all.iter().all(|s| matches!(s.kind, Kind::Whole | Kind::Decimal)) => self.decimal(),
            // Free text may be empty, or say "yes", or be a date now and then: it is text all the same,
            // unless most of it is dates, when the rest is a mistake.
            all if !has(Kind::Whole) && !has(Kind::Decimal) && !has(Kind::Blob) && !has(Kind::BrokenText) => {
                let timely = |s: &&KindSeen| matches!(s.kind, Kind::Date | Kind::Instant(_));
                let dated: u64 = all.iter().filter(timely).map(|s| s.count).sum();
                let total: u64 = all.iter().map(|s| s.count).sum();
                if dated * 2 > total { self.mixed() } else { Observed::Text }
            }
            _ => self.mixed(),
        }
    }

    fn of_one_kind(&self, kind: Kind, declared: &str) -> Observed {
        match kind {
            Kind::Whole => {
                let (min, max) = self.whole.unwrap_or_default();
                let bool_like = (0..=1).contains(&min) && (0..=1).contains(&max);
                let said_so = declared.to_ascii_uppercase().contains("BOOL");
                if bool_like && (said_so || min != max) {
                    Observed::YesNo(YesNoForm::ZeroOne)
                } else {
                    Observed::Whole { min, max }
                }
            }
            Kind::Decimal => self.decimal(),
            Kind::Text | Kind::EmptyText => Observed::Text,
            Kind::YesNoWord => Observed::YesNo(YesNoForm::Words),
            Kind::Date => Observed::Date,
            Kind::Instant(layout) => Observed::Instant(layout),
            Kind::Blob => Observed::Blob,
            Kind::BrokenText => self.mixed(),
        }
    }

    fn decimal(&self) -> Observed {
        let (mut min, mut max) = self.decimal.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
        if let Some((low, high)) = self.whole {
            min = min.min(low as f64);
            max = max.max(high as f64);
        }
        Observed::Decimal { min, max }
    }

    fn mixed(&self) -> Observed {
        let mut kinds = self.seen.clone();
        kinds.sort_by_key(|s| std::cmp::Reverse(s.count));
        Observed::Mixed(kinds)
    }
}

/// A value as an example in a message, at most 40 characters of it.
fn show(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(x) => x.to_string(),
        ValueRef::Text(bytes) => {
            // 40 characters are 160 bytes at most: no need to decode a book for them.
            let head = &bytes[..bytes.len().min(160)];
            String::from_utf8_lossy(head).chars().take(40).collect()
        }
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// The kind of a text, by its bytes.
pub fn kind_of_text(bytes: &[u8]) -> Kind {
    match bytes.len() {
        0 => return Kind::EmptyText,
        2..=5 if is_yes_no(bytes) => return Kind::YesNoWord,
        10 if is_date(bytes) => return Kind::Date,
        16.. if is_date(&bytes[..10]) => {
            if let Some(layout) = instant_layout(bytes) {
                return Kind::Instant(layout);
            }
        }
        _ => {}
    }
    if std::str::from_utf8(bytes).is_ok() { Kind::Text } else { Kind::BrokenText }
}

fn is_yes_no(bytes: &[u8]) -> bool {
    YES_WORDS.iter().chain(&NO_WORDS).any(|word| bytes.eq_ignore_ascii_case(word.as_bytes()))
}

/// The number that two digits write.
fn two(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |i: usize| bytes.get(i).filter(|b| b.is_ascii_digit()).map(|b| b - b'0');
    Some(digit(at)? * 10 + digit(at + 1)?)
}

/// `YYYY-MM-DD`, a day that exists in the Gregorian calendar.
fn is_date(b: &[u8]) -> bool {
    if b[4] != b'-' || b[7] != b'-' {
        return false;
    }
    let (Some(century), Some(year), Some(month), Some(day)) = (two(b, 0), two(b, 2), two(b, 5), two(b, 8))
    else {
        return false;
    };
    let year = u16::from(century) * 100 + u16::from(year);
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// The layout of a text whose first ten bytes are a date.
fn instant_layout(b: &[u8]) -> Option<InstantLayout> {
    let separator = match b[10] {
        b' ' => Separator::Space,
        b'T' => Separator::T,
        _ => return None,
    };
    if two(b, 11)? > 23 || b[13] != b':' || two(b, 14)? > 59 {
        return None;
    }
    let mut rest = 16;
    let mut precision = Precision::Minutes;
    if b.get(rest) == Some(&b':') {
        if two(b, rest + 1)? > 59 {
            return None;
        }
        rest += 3;
        precision = Precision::Seconds;
        if b.get(rest) == Some(&b'.') {
            let digits = b[rest + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            precision = Precision::Fraction(digits as u8);
            rest += 1 + digits;
        }
    }
    let zone = match &b[rest..] {
        [] => ZoneMark::None,
        [b'Z'] => ZoneMark::Utc,
        offset @ [b'+' | b'-', _, _, b':', _, _] if two(offset, 1)? <= 23 && two(offset, 4)? <= 59 => {
            ZoneMark::Offset
        }
        _ => return None,
    };
    Some(InstantLayout { separator, precision, zone })
}
