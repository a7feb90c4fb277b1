//! Herald's own filters, and the rule by which values are printed.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{Rest, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, Value};

use super::links;
use super::locale::Language;
use super::pictures::Pictures;
use super::value::MoneyValue;
use crate::data::{Currency, Money};

/// Marks an error about a link that no mail may have.
#[derive(Debug, thiserror::Error)]
#[error("a link of that kind has no place in a mail")]
pub(crate) struct UnsafeLink;

/// Marks an error about a value that this recipient does not have.
#[derive(Debug, thiserror::Error)]
#[error("no value")]
pub(crate) struct NoValue;

/// Puts Herald's filters and tests into an engine.
pub(crate) fn install(env: &mut Environment<'_>, pictures: &Arc<Pictures>) {
    env.add_filter("money", money);
    env.add_filter("date", date);
    env.add_filter("datetime", datetime);
    env.add_filter("percent", |state: &State, share: f64, decimals: Option<usize>| {
        language(state).percent(share, decimals.map(|d| d.min(9)))
    });
    env.add_filter("number", |state: &State, value: f64, decimals: Option<usize>| {
        let whole = (value - value.round()).abs() < 1e-9;
        language(state).number(value, decimals.unwrap_or(if whole { 0 } else { 2 }).min(9))
    });
    env.add_filter("list", list);
    let default = |value: &Value, other: Rest<Value>| default(value, &other);
    env.add_filter("default", default);
    env.add_filter("d", default);
    env.add_filter(
        "plural",
        |n: f64, one: String, many: String| if (n - 1.0).abs() < 1e-9 { one } else { many },
    );
    env.add_filter("upper_first", |text: String| {
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    });
    env.add_filter("truncate_chars", truncate_chars);
    env.add_filter("phrase", phrase);
    let pictures = Arc::clone(pictures);
    env.add_filter("inline", move |name: String| {
        let picture = pictures.get(&name).map_err(invalid)?;
        Ok::<_, Error>(format!("cid:{}", picture.cid))
    });
    env.add_filter("__link", link);
    env.add_filter("__autolink", autolink);
    env.add_test("known", |value: &Value| !is_missing(value));
    env.add_test("missing", is_missing);
    env.set_formatter(print);
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn no_value() -> Error {
    Error::new(ErrorKind::UndefinedError, "no value").with_source(NoValue)
}

/// A value that the data does not have.
fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

/// The language in which the message is written, as the message's root says.
fn language(state: &State) -> Language {
    let tag = state.lookup("lang");
    Language::of(tag.as_ref().and_then(Value::as_str).unwrap_or("en"))
}

/// Prints a value: text escaped where the part is HTML, money in the mail's language. What is missing, and what is no text, is an error.
fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if is_missing(value) {
        return Err(no_value());
    }
    let html = !matches!(state.auto_escape(), AutoEscape::None);
    if let Some(text) = value.as_str() {
        let done = if html && !value.is_safe() { escape_into(text, out) } else { out.write_str(text) };
        return done.map_err(Error::from);
    }
    if let Some(MoneyValue(money)) = value.downcast_object_ref() {
        return out.write_str(&language(state).money(*money)).map_err(Error::from);
    }
    match value.kind() {
        ValueKind::Bool => out.write_str(if value.is_true() { "true" } else { "false" }).map_err(Error::from),
        ValueKind::Number => write!(out, "{value}").map_err(Error::from),
        ValueKind::Seq | ValueKind::Iterable => {
            Err(invalid("this is a list: write which of it, or put it through `list` or `join`"))
        }
        _ => Err(invalid("this is not one value: write which of its fields, as in `customer.name`")),
    }
}

fn escape_into(text: &str, out: &mut Output) -> std::fmt::Result {
    let mut start = 0;
    for (i, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            0..=8 | 11 | 12 | 14..=31 | 127 => "",
            _ => continue,
        };
        out.write_str(&text[start..i])?;
        out.write_str(entity)?;
        start = i + 1;
    }
    out.write_str(&text[start..])
}

fn money(state: &State, value: &Value, currency: Option<&str>) -> Result<String, Error> {
    if is_missing(value) {
        return Err(no_value());
    }
    if let Some(MoneyValue(money)) = value.downcast_object_ref() {
        return Ok(language(state).money(*money));
    }
    let parts = || {
        let code = value.get_attr("currency").ok()?;
        let currency = Currency::parse(code.as_str()?)?;
        Some(Money { minor: value.get_attr("minor").ok()?.as_i64()?, currency })
    };
    if let Some(money) = parts() {
        return Ok(language(state).money(money));
    }
    let Some(major) = f64::try_from(value.clone()).ok().filter(|n| n.is_finite()) else {
        return Err(invalid("`money` needs an amount of money"));
    };
    let code = currency.ok_or_else(|| invalid("a bare number needs its currency, as in `money(\"CNY\")`"))?;
    let currency =
        Currency::parse(code).ok_or_else(|| invalid(format!("`{code}` is not a currency code")))?;
    let minor = (major * currency.minor_per_major() as f64).round() as i64;
    Ok(language(state).money(Money { minor, currency }))
}

/// A date, and the time of day if the value has one; instants in the recipient's zone.
fn moment(state: &State, value: &Value) -> Result<(Date, Option<Time>), Error> {
    if is_missing(value) {
        return Err(no_value());
    }
    let text = value.as_str().unwrap_or_default().trim();
    let refused = || invalid(format!("`{value}` is not a date"));
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok((zoned.date(), Some(zoned.time())));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        let name = state.lookup("timezone");
        let zone = name.as_ref().and_then(Value::as_str).map_or(Ok(TimeZone::UTC), TimeZone::get);
        let local = instant.to_zoned(zone.map_err(|e| invalid(e.to_string()))?);
        return Ok((local.date(), Some(local.time())));
    }
    if text.len() <= 10 {
        return text.parse::<Date>().map(|d| (d, None)).map_err(|_| refused());
    }
    text.parse::<DateTime>().map(|d| (d.date(), Some(d.time()))).map_err(|_| refused())
}

fn date(state: &State, value: &Value) -> Result<String, Error> {
    Ok(language(state).date(moment(state, value)?.0))
}

fn datetime(state: &State, value: &Value) -> Result<String, Error> {
    let (date, time) = moment(state, value)?;
    Ok(language(state).datetime(date, time.unwrap_or(Time::midnight())))
}

/// One value as plain text, as `print` would write it.
fn plain(state: &State, value: &Value) -> Result<String, Error> {
    if is_missing(value) {
        return Err(no_value());
    }
    if let Some(MoneyValue(money)) = value.downcast_object_ref() {
        return Ok(language(state).money(*money));
    }
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn list(state: &State, items: &Value, attribute: Option<&str>) -> Result<String, Error> {
    if is_missing(items) {
        return Err(no_value());
    }
    let words: Result<Vec<_>, _> = items
        .try_iter()?
        .map(|item| match attribute {
            Some(name) => plain(state, &item.get_attr(name)?),
            None => plain(state, &item),
        })
        .collect();
    Ok(language(state).list(&words?))
}

fn default(value: &Value, other: &[Value]) -> Value {
    let empty = value.as_str().is_some_and(|s| s.trim().is_empty());
    if is_missing(value) || empty {
        other.first().cloned().unwrap_or_else(|| "".into())
    } else {
        value.clone()
    }
}

fn truncate_chars(text: String, length: usize) -> String {
    if text.chars().count() <= length {
        return text;
    }
    let cut: String = text.chars().take(length.saturating_sub(1)).collect();
    // Between words if that costs less than a third of the text.
    let kept = cut.rfind(' ').filter(|at| at * 3 >= cut.len() * 2).map_or(cut.as_str(), |at| &cut[..at]);
    format!("{}…", kept.trim_end_matches([' ', ',', '，', '、', '-']))
}

fn phrase(state: &State, key: &str, value: Option<Value>) -> Result<String, Error> {
    let text = language(state).phrase(key).ok_or_else(|| invalid(format!("there is no phrase `{key}`")))?;
    match value {
        Some(value) => Ok(text.replace("{}", &plain(state, &value)?)),
        None => Ok(text.to_owned()),
    }
}

fn link(value: &Value) -> Result<Value, Error> {
    if is_missing(value) {
        return Err(no_value());
    }
    let Some(url) = value.as_str() else { return Ok(value.clone()) };
    if links::refused(url) {
        return Err(
            invalid(format!("`{}` is not a link for a mail", links::clean(url))).with_source(UnsafeLink)
        );
    }
    let odd = url.chars().any(|c| c.is_whitespace() || c.is_control());
    Ok(if odd { links::clean(url).into() } else { value.clone() })
}

fn autolink(value: &Value) -> Value {
    match value.as_str() {
        Some(url)
            if (url.starts_with("https://") || url.starts_with("http://"))
                && !url.contains(char::is_whitespace) =>
        {
            let shown = super::html::escape(&links::clean(url));
            Value::from_safe_string(format!("<a href=\"{shown}\" style=\"color:inherit\">{shown}</a>"))
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::super::engine::engine;
    use super::super::value;
    use super::*;
    use crate::check::filters::{FILTERS, FUNCTIONS, TESTS};

    fn render(lang: &str, template: &str) -> Result<String, Error> {
        let price = value::money(Money { minor: 399_900, currency: Currency::parse("CNY").unwrap() });
        let cheap = value::money(Money { minor: 1_050, currency: Currency::parse("CNY").unwrap() });
        let context = context! { lang, price, cheap, name => "O'Neil <b>", blank => " ", tags => ["a", "b", "c"],
        day => "2026-12-31", moment => "2026-12-31T23:30:00Z", timezone => "Asia/Shanghai", map => context! { currency => "GBP", minor => 255 } };
        engine(&Arc::default()).render_named_str("text", template, context)
    }

    #[test]
    fn filters_follow_the_language() {
        for (template, english, chinese) in [
            ("{{ price | money }}", "¥3,999", "¥3,999"),
            ("{{ price }}", "¥3,999", "¥3,999"),
            ("{{ map | money }}", "£2.55", "£2.55"),
            ("{{ 12.5 | money('SGD') }}", "S$12.50", "S$12.50"),
            ("{{ day | date }}", "31 December 2026", "2026年12月31日"),
            ("{{ moment | datetime }}", "1 January 2027, 07:30", "2027年1月1日 07:30"),
            ("{{ 0.15 | percent }}", "15%", "15%"),
            ("{{ tags | list }}", "a, b and c", "a、b和c"),
            ("{{ 'unsubscribe' | phrase }}", "Unsubscribe", "退订"),
            ("{{ [price, cheap] | min | money }}", "¥10.50", "¥10.50"),
            ("{{ cheap < price }}", "true", "true"),
            ("{{ nobody | default('there') }}, {{ blank | default('you') }}", "there, you", "there, you"),
            ("{{ 1 | plural('day', 'days') }} {{ 2 | plural('day', 'days') }}", "day days", "day days"),
            ("{{ 'éa' | upper_first }}", "Éa", "Éa"),
            ("{{ 'one two three four' | truncate_chars(10) }}", "one two…", "one two…"),
            ("{% if nobody is missing and name is known %}x{% endif %}", "x", "x"),
        ] {
            assert_eq!(render("en", template).unwrap(), english, "{template}");
            assert_eq!(render("zh-CN", template).unwrap(), chinese, "{template}");
        }
    }

    #[test]
    fn what_is_missing_is_an_error_and_never_printed() {
        for template in [
            "{{ nobody }}",
            "{{ none }}",
            "{{ nobody | money }}",
            "{{ nobody | upper }}",
            "{{ 'a' ~ nobody }}",
            "{{ nobody | date }}",
        ] {
            assert!(render("en", template).is_err(), "{template}");
        }
        assert_eq!(render("en", "{% if nobody %}x{% endif %}").unwrap(), "");
    }

    #[test]
    fn lists_and_records_are_not_printed_as_code() {
        for template in
            ["{{ tags }}", "{{ map }}", "{{ 'x' | money }}", "{{ 3 | money }}", "{{ 'x' | phrase }}"]
        {
            assert!(render("en", template).is_err(), "{template}");
        }
    }

    #[test]
    fn the_engine_offers_exactly_the_table() {
        let builtin = "abs attr batch bool capitalize chain count d default dictsort e escape first float format groupby indent int items join last length lines list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice sort split string sum title tojson trim unique upper urlencode zip";
        let ours = "date datetime inline money number percent phrase plural truncate_chars upper_first";
        let env = engine(&Arc::default());
        for name in builtin.split(' ').chain(ours.split(' ')).chain(FILTERS.iter().map(|f| f.name)) {
            let offered = env.render_str(&format!("{{{{ '{name}' is filter }}}}"), ()).unwrap() == "true";
            assert_eq!(offered, FILTERS.iter().any(|f| f.name == name), "{name}");
        }
        assert!(FILTERS.is_sorted_by_key(|f| f.name));
        for name in TESTS {
            assert_eq!(env.render_str(&format!("{{{{ '{name}' is test }}}}"), ()).unwrap(), "true", "{name}");
        }
        assert!(TESTS.is_sorted());
        for name in FUNCTIONS.iter().chain(&["debug"]) {
            let offered = env.render_str(&format!("{{{{ {name} is defined }}}}"), ()).unwrap() == "true";
            assert_eq!(offered, FUNCTIONS.contains(name), "{name}");
        }
    }
}
