//! Numbers and what is written with digits: `1_000`, `15%`, `5000 CNY`, `30 days`, `2026-12-01`, `09:00`.

use jiff::civil::{Date, Time};

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::findings::Findings;
use crate::syntax::tree::{ExprKind, Length, Name, Unit};
use crate::syntax::words;

/// A number with its `%`, currency or unit.
pub(in crate::syntax) fn number(findings: &mut Findings<'_>, span: Span) -> ExprKind {
    let text = findings.slice(span);
    let digits_end = text.find(|c: char| !(c.is_ascii_digit() || "_.,".contains(c))).unwrap_or(text.len());
    let digits: String = text[..digits_end].chars().filter(|c| !"_,".contains(*c)).collect();
    let measure = text[digits_end..].trim_start();
    let spaced = measure.len() < text.len() - digits_end;
    if measure.is_empty() {
        return ExprKind::Number(digits);
    }
    // A full-width sign was reported by the scan.
    if matches!(measure, "%" | "％") {
        if spaced {
            findings.push(
                Diagnostic::error("H0132", span, "`%` stands right behind its number")
                    .label("no space here")
                    .fix(format!("write `{digits}%`"), span, format!("{digits}%")),
            );
        }
        return ExprKind::Percent(digits);
    }
    let place = findings.span(span.end as usize - measure.len(), span.end as usize);
    if let Some((unit, right)) = words::unit(measure) {
        return ExprKind::Duration(duration(findings, span, &digits, unit, right && spaced, measure));
    }
    if let Some(days) = words::uneven_unit(measure) {
        let count = digits.parse::<u32>().unwrap_or(1).saturating_mul(days);
        findings.push(
            Diagnostic::error("H0130", span, "months, quarters and years are not all of one length")
                .label(format!("write `{count} days`"))
                .fix(format!("write `{count} days`"), span, format!("{count} days")),
        );
        return ExprKind::Duration(Length { count, unit: Unit::Days });
    }
    let code = measure.len() == 3 && measure.bytes().all(|b| b.is_ascii_uppercase());
    if code && spaced {
        return ExprKind::Money { amount: digits, currency: Name { text: measure.to_owned(), span: place } };
    }
    if let Some(currency) = words::currency(measure).or(code.then_some(measure)) {
        return money(findings, span, digits, currency);
    }
    if let Some(kind) = chinese_date(findings, span, text).or_else(|| hour(findings, span, &digits, measure))
    {
        return kind;
    }
    findings.push(
        Diagnostic::error("H0103", span, format!("`{text}` is neither a number nor a name"))
            .label("a name begins with a letter")
            .help("units follow a number behind a space: `30 days`, `5000 CNY`"),
    );
    ExprKind::Broken
}

fn duration(f: &mut Findings<'_>, span: Span, digits: &str, unit: Unit, right: bool, word: &str) -> Length {
    let Ok(count) = digits.parse::<u32>() else {
        let finer = match unit {
            Unit::Weeks => "days",
            Unit::Days => "hours",
            _ => "minutes or seconds",
        };
        let message =
            if digits.contains('.') { "a duration is a whole number" } else { "this duration is too long" };
        let label = if digits.contains('.') { "a whole number is needed" } else { "too long" };
        f.push(Diagnostic::error("H0130", span, message).label(label).help(format!("write it in {finer}")));
        return Length { count: 1, unit };
    };
    let wanted = if count == 1 { unit.word().trim_end_matches('s') } else { unit.word() };
    if !right || word != wanted {
        let form = format!("{count} {wanted}");
        f.push(
            Diagnostic::error("H0130", span, format!("this duration is written `{form}`"))
                .label(format!("write `{form}`"))
                .fix(format!("write `{form}`"), span, form),
        );
    }
    Length { count, unit }
}

/// `¥5000`: the sign stands where the language has a currency's code behind the number.
pub(in crate::syntax) fn price(findings: &mut Findings<'_>, span: Span) -> ExprKind {
    let text = findings.slice(span);
    let sign = text.chars().next().map_or(0, char::len_utf8);
    let digits: String = text[sign..].trim_start().chars().filter(|c| *c != '_').collect();
    let currency = words::currency(&text[..sign]).unwrap_or("USD");
    money(findings, span, digits, currency)
}

/// Reports money in another form than the language's, and reads it all the same.
fn money(findings: &mut Findings<'_>, span: Span, amount: String, currency: &str) -> ExprKind {
    let form = format!("{amount} {currency}");
    findings.push(
        Diagnostic::error("H0131", span, "money is an amount, a space, and the currency's three letters")
            .label(format!("such as `{form}`"))
            .fix(format!("write `{form}`"), span, form),
    );
    ExprKind::Money { amount, currency: Name { text: currency.to_owned(), span } }
}

/// `2026年12月1日`.
fn chinese_date(findings: &mut Findings<'_>, span: Span, text: &str) -> Option<ExprKind> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix(['日', '号'])?;
    Some(civil(findings, span, [year, month, day], false).map_or(ExprKind::Broken, ExprKind::Date))
}

/// `9am`, `9h`.
fn hour(findings: &mut Findings<'_>, span: Span, digits: &str, measure: &str) -> Option<ExprKind> {
    let half = measure.to_lowercase();
    let hour = digits.parse::<i8>().ok().filter(|h| (1..=12).contains(h))?;
    let hour = match half.as_str() {
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        _ => return None,
    };
    let time = Time::new(hour, 0, 0, 0).ok()?;
    wrong_time(findings, span, time);
    Some(ExprKind::Time(time))
}

/// A date, with or without a time behind a `T`.
pub(in crate::syntax) fn date(findings: &mut Findings<'_>, span: Span) -> ExprKind {
    let text = findings.slice(span);
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let [first, second, third] = parts.as_slice() else { return ExprKind::Broken };
    if third.len() == 4 {
        findings.push(
            Diagnostic::error("H0124", span, "a date is written year-month-day")
                .label("month first or day first? nobody can tell")
                .help("such as `2026-12-01` for the first of December 2026"),
        );
        return ExprKind::Broken;
    }
    let right = second.len() == 2 && third.len() == 2 && !day.contains('/') && time.is_none();
    let Some(date) = civil(findings, span, [first, second, third], right) else { return ExprKind::Broken };
    let Some(time) = time else { return ExprKind::Date(date) };
    let start = span.end as usize - time.len();
    let place = findings.span(start, span.end as usize);
    match clock(findings, place) {
        ExprKind::Time(time) => ExprKind::Instant(date.to_datetime(time)),
        other => other,
    }
}

fn civil(
    findings: &mut Findings<'_>,
    span: Span,
    [year, month, day]: [&str; 3],
    right: bool,
) -> Option<Date> {
    let read = || Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    let Some(date) = read() else {
        let finding =
            Diagnostic::error("H0126", span, "there is no such day").label(match month.parse::<u8>() {
                Ok(1..=12) => "this month has no such day",
                _ => "a year has twelve months",
            });
        findings.push(finding);
        return None;
    };
    if !right {
        let day = findings.span(span.start as usize, span.end as usize);
        let time = findings.slice(span).split_once('T').map(|(_, time)| time);
        let form = time.map_or_else(|| date.to_string(), |time| format!("{date} {time}"));
        findings.push(
            Diagnostic::error("H0124", day, format!("this is written `{form}`"))
                .label("year, month and day, with two digits each")
                .fix(format!("write `{form}`"), day, form),
        );
    }
    Some(date)
}

/// A time of day.
pub(in crate::syntax) fn clock(findings: &mut Findings<'_>, span: Span) -> ExprKind {
    let text = findings.slice(span).to_lowercase().replace('：', ":");
    let digits = text.trim_end_matches(['a', 'p', 'm']).trim_end();
    let mut parts = digits.split(':').map(str::parse::<i8>);
    let mut part = || parts.next().and_then(Result::ok).unwrap_or_default();
    let (hour, minute, second) = (part(), part(), part());
    let hour = if text.ends_with("pm") && hour < 12 { hour + 12 } else { hour };
    let hour = if text.ends_with("am") && hour == 12 { 0 } else { hour };
    let Ok(time) = Time::new(hour, minute, second, 0) else {
        findings.push(
            Diagnostic::error("H0126", span, "there is no such time of day")
                .label("a day runs from 00:00 to 23:59")
                .help_opt((hour == 24).then(|| "midnight is `00:00`".to_owned())),
        );
        return ExprKind::Broken;
    };
    if digits.len() != text.len() || digits.find(':') != Some(2) {
        wrong_time(findings, span, time);
    }
    ExprKind::Time(time)
}

fn wrong_time(findings: &mut Findings<'_>, span: Span, time: Time) {
    let form = time.strftime("%H:%M").to_string();
    findings.push(
        Diagnostic::error("H0125", span, format!("this time is written `{form}`"))
            .label("two digits for the hour, of 24")
            .fix(format!("write `{form}`"), span, form),
    );
}
