//! The small grammar of `send:`.

use jiff::civil::{Date, Time};

use crate::diagnostic::{Diagnostic, Span};

use super::expr::{Reader, Reported};
use super::literal;
use super::piece::{Kind, Piece};
use super::tree::{Cadence, ExprKind, Length, Schedule, SendTime, Unit, Weekday};

const FORMS: &str = "`once at 2026-12-01 09:00`, `daily at 09:00`, `every monday at 09:00 local`, `monthly on 1 at 09:00`, \
                     `every 15 minutes`";
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Reads a schedule; `empty` is where it was expected.
pub(super) fn schedule(reader: &mut Reader<'_, '_>, pieces: &[Piece], empty: Span) -> Schedule {
    let span = reader.cover(pieces).unwrap_or(empty);
    let mut schedule = Schedule { cadence: Cadence::Broken, local: false, until: None, span };
    if pieces.is_empty() {
        let finding =
            Diagnostic::error("H0113", empty, "`send` has no schedule").label("expected a schedule here");
        reader.findings.push(finding.help(format!("one of {FORMS}")));
        return schedule;
    }
    if pieces.iter().any(|p| p.lost) {
        return schedule;
    }
    let mut words = Words { reader, pieces, at: 0 };
    let Ok(cadence) = words.cadence() else { return schedule };
    schedule.local = words.take("local");
    let Ok(until) = words.until() else { return schedule };
    schedule.until = until;
    schedule.local |= words.take("local");
    if words.ends().is_ok() {
        schedule.cadence = cadence;
    }
    schedule
}

/// The time that somebody means by `9`, `0900` or `1530`.
fn time_of_digits(digits: &str) -> Option<Time> {
    let number: i16 = digits.parse().ok()?;
    let (hour, minute) = match digits.len() {
        1 | 2 => (number, 0),
        3 | 4 => (number / 100, number % 100),
        _ => return None,
    };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

struct Words<'r, 'f, 't, 'p> {
    reader: &'r mut Reader<'f, 't>,
    pieces: &'p [Piece],
    at: usize,
}

impl<'t, 'p> Words<'_, '_, 't, 'p> {
    fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.at)
    }

    fn text(&self) -> &'t str {
        self.peek().map_or("", |p| self.reader.text(p))
    }

    /// The place of the next piece, or the end.
    fn place(&self) -> Span {
        match self.peek() {
            Some(piece) => self.reader.span(piece),
            None => self.reader.cover(self.pieces).map_or(self.reader.findings.span(0, 0), Span::at_end),
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let found =
            self.peek().is_some_and(|p| p.kind == Kind::Word) && self.text().eq_ignore_ascii_case(word);
        if found && self.text() != word {
            let (text, span) = (self.text(), self.place());
            self.reader.findings.push(
                Diagnostic::error("H0121", span, format!("`{text}` is written in small letters"))
                    .label(format!("write `{word}`"))
                    .fix(format!("write `{word}`"), span, word),
            );
        }
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&mut self, message: &str, label: &str, help: &str) -> Result<T, Reported> {
        let finding = Diagnostic::error("H0140", self.place(), message).label(label).help(help);
        self.reader.findings.push(finding);
        Err(Reported)
    }

    fn cadence(&mut self) -> Result<Cadence, Reported> {
        if self.take("once") {
            self.at("once at 2026-12-01 09:00")?;
            return self.once();
        }
        if self.take("daily") {
            return Ok(Cadence::Daily(self.time("daily at 09:00")?));
        }
        if self.take("monthly") {
            return self.monthly();
        }
        if self.take("every") {
            return self.every();
        }
        let text = self.text();
        let near = super::words::nearest(text, ["once", "daily", "every", "monthly"]);
        let span = self.place();
        let mut finding =
            Diagnostic::error("H0140", span, format!("a schedule does not begin with `{text}`"))
                .label("expected `once`, `daily`, `every` or `monthly`")
                .help(format!("one of {FORMS}"));
        if let Some(near) = near {
            finding =
                finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
        }
        self.reader.findings.push(finding);
        Err(Reported)
    }

    fn once(&mut self) -> Result<Cadence, Reported> {
        const FORM: &str = "such as `once at 2026-12-01 09:00`";
        let Some(date) = self.date()? else {
            return self.fail("the day is missing", "expected a date here", FORM);
        };
        match date {
            ExprKind::Instant(instant) => Ok(Cadence::Once(instant)),
            ExprKind::Date(date) => match self.clock()? {
                Some(time) => Ok(Cadence::Once(date.to_datetime(time))),
                None => self.fail("the time of day is missing", "expected a time behind the date", FORM),
            },
            _ => Err(Reported),
        }
    }

    fn monthly(&mut self) -> Result<Cadence, Reported> {
        const FORM: &str = "such as `monthly on 1 at 09:00`";
        if !self.take("on") {
            return self.fail("`on` and the day of the month are missing", "expected `on` here", FORM);
        }
        let day = match self.peek() {
            Some(piece) if piece.kind == Kind::Number => self.text().parse::<u8>().ok(),
            _ => None,
        };
        let Some(day) = day.filter(|day| (1..=31).contains(day)) else {
            return self.fail(
                "a day of the month is a number from 1 to 31",
                "expected a day of the month",
                FORM,
            );
        };
        self.at += 1;
        Ok(Cadence::Monthly(day, self.time("monthly on 1 at 09:00")?))
    }

    fn every(&mut self) -> Result<Cadence, Reported> {
        if let Some(piece) = self.peek()
            && piece.kind == Kind::Number
        {
            let span = self.place();
            self.at += 1;
            return match literal::number(self.reader.findings, span) {
                ExprKind::Duration(length) if length.count > 0 => Ok(Cadence::Every(length)),
                ExprKind::Broken => Err(Reported),
                _ => {
                    self.at -= 1;
                    self.fail(
                        "a length of time is missing",
                        "expected a number and a unit",
                        "such as `every 15 minutes`",
                    )
                }
            };
        }
        if let Some(unit) = Unit::parse(self.text()).filter(|u| *u != Unit::Days && *u != Unit::Weeks) {
            self.at += 1;
            return Ok(Cadence::Every(Length { count: 1, unit }));
        }
        if matches!(self.text(), "day" | "month") {
            let (form, span) =
                if self.text() == "day" { ("daily", self.place()) } else { ("monthly on 1", self.place()) };
            let whole = self.reader.span(&self.pieces[0]).to(span);
            self.reader.findings.push(
                Diagnostic::error("H0140", whole, format!("this is written `{form}`"))
                    .label(format!("write `{form}`"))
                    .fix(format!("write `{form}`"), whole, form),
            );
            self.at += 1;
            let time = self.time("daily at 09:00")?;
            return Ok(if form == "daily" { Cadence::Daily(time) } else { Cadence::Monthly(1, time) });
        }
        let mut days = vec![self.weekday()?];
        loop {
            if self.peek().is_some_and(|p| p.kind == Kind::Comma) {
                self.at += 1;
            } else if self.take("and") {
                let span = self.reader.span(&self.pieces[self.at - 1]);
                self.reader.findings.push(
                    Diagnostic::error("H0140", span, "the days of a schedule are divided by commas")
                        .label("write `,`")
                        .fix("write `,`", span, ","),
                );
            } else {
                break;
            }
            days.push(self.weekday()?);
        }
        let time = self.time("every monday at 09:00 local")?;
        Ok(Cadence::Weekly(days, time))
    }

    fn weekday(&mut self) -> Result<Weekday, Reported> {
        let text = self.text().to_lowercase();
        let span = self.place();
        let singular = text.strip_suffix('s').unwrap_or(&text);
        let index = DAYS.iter().position(|d| *d == text);
        let guess = index
            .or_else(|| {
                DAYS.iter().position(|d| *d == singular || (text.len() >= 3 && d.starts_with(text.as_str())))
            })
            .or_else(|| {
                super::words::nearest(&text, DAYS).and_then(|near| DAYS.iter().position(|d| *d == near))
            });
        let Some(day) = guess else {
            return self.fail(
                "a day of the week is missing",
                "expected `monday` … `sunday`, or a length of time",
                "such as `every monday, thursday at 09:00 local` or `every 15 minutes`",
            );
        };
        if self.text() != DAYS[day] {
            let message = format!("`{}` is not a day of the week", self.text());
            let form = format!("write `{}`", DAYS[day]);
            self.reader.findings.push(
                Diagnostic::error("H0140", span, message)
                    .label("in full and in small letters")
                    .help(format!("did you mean `{}`?", DAYS[day]))
                    .fix(form, span, DAYS[day]),
            );
        }
        self.at += 1;
        Ok(Weekday(day as u8 + 1))
    }

    /// The `at` before a time.
    fn at(&mut self, form: &str) -> Result<(), Reported> {
        if self.take("at") {
            return Ok(());
        }
        let span = self.place();
        let follows = self.peek().is_some_and(|p| matches!(p.kind, Kind::Clock | Kind::Date));
        let mut finding = Diagnostic::error("H0140", span, "`at` is missing before the time")
            .label("expected `at` here")
            .help(format!("such as `{form}`"));
        if follows {
            finding = finding.fix("write `at`", span.at_start(), "at ");
        }
        self.reader.findings.push(finding);
        if follows { Ok(()) } else { Err(Reported) }
    }

    fn time(&mut self, form: &str) -> Result<SendTime, Reported> {
        self.at(form)?;
        if self.text() == "best_hour" {
            self.at += 1;
            return self.best_hour();
        }
        match self.clock()? {
            Some(time) => Ok(SendTime::At(time)),
            None => {
                self.fail("the time of day is missing", "expected a time here", &format!("such as `{form}`"))
            }
        }
    }

    fn best_hour(&mut self) -> Result<SendTime, Reported> {
        const FORM: &str = "such as `daily at best_hour(08:00..20:00)`";
        let Some(group) = self.peek().filter(|p| p.kind == Kind::Round) else {
            return self.fail(
                "`best_hour` is given the hours it may choose from",
                "expected `(08:00..20:00)`",
                FORM,
            );
        };
        let [from, dots, to] = group.inner.as_slice() else {
            return self.fail(
                "`best_hour` is given a range of hours",
                "expected two times with `..` between",
                FORM,
            );
        };
        if from.kind != Kind::Clock || self.reader.text(dots) != ".." || to.kind != Kind::Clock {
            return self.fail(
                "`best_hour` is given a range of hours",
                "expected two times with `..` between",
                FORM,
            );
        }
        let (from, to) = (self.reader.span(from), self.reader.span(to));
        let (from, to) =
            (literal::clock(self.reader.findings, from), literal::clock(self.reader.findings, to));
        self.at += 1;
        match (from, to) {
            (ExprKind::Time(from), ExprKind::Time(to)) => Ok(SendTime::BestHour(from, to)),
            _ => Err(Reported),
        }
    }

    fn clock(&mut self) -> Result<Option<Time>, Reported> {
        let span = self.place();
        let kind = match self.peek().map(|p| p.kind) {
            Some(Kind::Clock) => literal::clock(self.reader.findings, span),
            Some(Kind::Number) => literal::number(self.reader.findings, span),
            _ => return Ok(None),
        };
        match kind {
            ExprKind::Time(time) => {
                self.at += 1;
                Ok(Some(time))
            }
            ExprKind::Number(digits) => {
                let Some(time) = time_of_digits(&digits) else { return Ok(None) };
                let form = time.strftime("%H:%M").to_string();
                self.reader.findings.push(
                    Diagnostic::error("H0125", span, format!("this time is written `{form}`"))
                        .label("hours and minutes")
                        .fix(format!("write `{form}`"), span, form),
                );
                self.at += 1;
                Ok(Some(time))
            }
            ExprKind::Broken => Err(Reported),
            // Another kind of number: the caller says that a time is missing here.
            _ => Ok(None),
        }
    }

    fn date(&mut self) -> Result<Option<ExprKind>, Reported> {
        let span = self.place();
        let kind = match self.peek().map(|p| p.kind) {
            Some(Kind::Date) => literal::date(self.reader.findings, span),
            Some(Kind::Number) => literal::number(self.reader.findings, span),
            _ => return Ok(None),
        };
        match kind {
            ExprKind::Date(_) | ExprKind::Instant(_) => {
                self.at += 1;
                Ok(Some(kind))
            }
            ExprKind::Broken => Err(Reported),
            _ => Ok(None),
        }
    }

    fn until(&mut self) -> Result<Option<(Date, Span)>, Reported> {
        if !self.take("until") {
            return Ok(None);
        }
        let span = self.place();
        match self.date()? {
            Some(ExprKind::Date(date)) => Ok(Some((date, span))),
            Some(ExprKind::Instant(instant)) => Ok(Some((instant.date(), span))),
            _ => self.fail("the last day is missing", "expected a date here", "such as `until 2026-12-31`"),
        }
    }

    fn ends(&mut self) -> Result<(), Reported> {
        if self.peek().is_none() {
            return Ok(());
        }
        let text = self.text();
        if let Some(near) = super::words::nearest(text, ["local", "until"]) {
            let help = format!("did you mean `{near}`?");
            return self.fail("the schedule should end here", "not expected", &help);
        }
        if text == "at" && self.pieces.len() > 2 && self.reader.text(&self.pieces[0]) == "every" {
            return self.fail("an interval has no time of day", "not expected", "such as `every 15 minutes`");
        }
        self.fail(
            "the schedule should end here",
            "not expected",
            "only `local` and `until 2026-12-31` may follow the time",
        )
    }
}
