//! What stored values look like, whatever their column is called.

use crate::data::Currency;

/// The share of values that look like what is asked; 0 where there are none.
pub(super) fn share(values: &[String], looks: impl Fn(&str) -> bool) -> f64 {
    let known: Vec<&String> = values.iter().filter(|v| !v.trim().is_empty()).collect();
    if known.is_empty() {
        return 0.0;
    }
    known.iter().filter(|v| looks(v.trim())).count() as f64 / known.len() as f64
}

/// `ann@shop.example`.
pub(super) fn email(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    !user.is_empty()
        && !text.contains(char::is_whitespace)
        && !domain.contains('@')
        && domain.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty())
}

/// `CN`: two capital letters.
pub(super) fn country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// `zh-CN`, `en`.
pub(super) fn locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let rest = |p: &str| (2..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase()) && parts.all(rest)
}

/// `Asia/Shanghai`.
pub(super) fn zone(text: &str) -> bool {
    text.contains('/') && jiff::tz::TimeZone::get(text).is_ok()
}

/// `CNY`; `USED` and `NEW` look so too, so only where a column is called so.
pub(super) fn currency(text: &str) -> bool {
    Currency::parse(text).is_some()
}

/// A Chinese character.
pub(super) fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
