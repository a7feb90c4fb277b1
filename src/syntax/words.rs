//! Words of the language, and those people write instead of them.

use super::tree::Unit;

/// The kinds of declaration that stand at the top of a file. The checker knows what each holds; here they only
/// tell a head whose brace was forgotten from a setting whose colon was.
pub(super) const KINDS: [&str; 14] = [
    "source", "sender", "policy", "profile", "segment", "cluster", "model", "strategy", "tone", "copy",
    "offer", "template", "campaign", "test",
];

/// Whether a name may begin with it: a letter of any script.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && pest::unicode::XID_START(c))
}

/// Whether a name may go on with it.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && pest::unicode::XID_CONTINUE(c))
}

/// The word that `text` begins with.
pub(super) fn word_at(text: &str) -> Option<&str> {
    if !text.starts_with(is_letter) {
        return None;
    }
    let end = text.find(|c| !is_word_char(c)).unwrap_or(text.len());
    Some(&text[..end])
}

/// Whether a word may stand between two values, in whatever case.
pub(super) fn names_operator(word: &str) -> bool {
    ["and", "or", "in", "contains", "within", "is", "when", "per", "where", "since"]
        .iter()
        .any(|operator| word.eq_ignore_ascii_case(operator))
}

/// A unit as people write it, and whether that is how the language writes it.
pub(super) fn unit(word: &str) -> Option<(Unit, bool)> {
    if let Some(unit) = Unit::parse(word) {
        return Some((unit, true));
    }
    let unit = match word.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "秒" => Unit::Seconds,
        "m" | "min" | "mins" | "分钟" => Unit::Minutes,
        "h" | "hr" | "hrs" | "小时" => Unit::Hours,
        "d" | "天" | "日" => Unit::Days,
        "w" | "wk" | "wks" | "周" => Unit::Weeks,
        other => return Unit::parse(other).map(|unit| (unit, false)),
    };
    Some((unit, false))
}

/// Units that are not of one length, with the days people mean by them.
pub(super) fn uneven_unit(word: &str) -> Option<u32> {
    Some(match word.to_lowercase().trim_end_matches('s') {
        "month" | "mo" | "个月" | "月" => 30,
        "quarter" => 90,
        "year" | "yr" | "y" | "年" => 365,
        _ => return None,
    })
}

/// A currency as people write it beside a number.
pub(super) fn currency(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "¥" | "￥" | "元" | "yuan" | "rmb" | "cny" => "CNY",
        "$" | "usd" | "dollar" | "dollars" => "USD",
        "€" | "eur" | "euro" | "euros" => "EUR",
        "£" | "gbp" => "GBP",
        _ => return None,
    })
}

/// Whether a word is a span of time, of fixed length or not.
pub(super) fn duration_word(word: &str) -> bool {
    Unit::parse(&word.to_lowercase()).is_some() || (word.len() > 2 && uneven_unit(word).is_some())
}

/// The word that was probably meant: close enough for a slip of the keyboard.
pub(super) fn nearest<'w>(word: &str, candidates: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.len().div_ceil(3).min(3) && *distance < word.len()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
