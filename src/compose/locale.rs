//! How a language writes numbers, money, dates and lists. Data of CLDR 46, kept to what a mail prints.

use jiff::civil::{Date, Time};

use crate::data::{Currency, Money};

/// Non-breaking space: keeps an amount and its currency on one line.
const NBSP: &str = "\u{a0}";

/// What a language's conventions are, found once a message from its tag (`zh-CN`, `en`, `de-AT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    family: Family,
    group: &'static str,
    decimal: char,
    /// The currency's sign stands after the amount.
    sign_after: bool,
}

/// Languages whose dates, lists and phrases are written out; every other is written as in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    English,
    Chinese,
}

impl Language {
    /// The conventions of a BCP 47 tag. A language that is not known here is written as English is.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let (group, decimal, sign_after) = match primary {
            "de" | "es" | "it" | "da" | "el" => (".", ',', true),
            "nl" | "pt" | "id" | "tr" => (".", ',', false),
            "fr" | "sv" | "nb" | "nn" | "no" | "pl" | "cs" | "sk" | "fi" | "ru" | "uk" | "hu" | "bg" => {
                (NBSP, ',', true)
            }
            _ => (",", '.', false),
        };
        let family = if primary == "zh" { Family::Chinese } else { Family::English };
        Self { family, group, decimal, sign_after }
    }

    /// Whether the language is Chinese: full-width punctuation, no spaces between words.
    #[must_use]
    pub fn is_chinese(self) -> bool {
        self.family == Family::Chinese
    }

    /// A number with that many decimals, in groups of three: `1,234.50`. Rounds half away from zero.
    #[must_use]
    pub fn number(self, value: f64, decimals: usize) -> String {
        let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
        let text = format!("{:.decimals$}", (value.abs() * scale).round() / scale);
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let sign = if value < 0.0 && text.bytes().any(|b| matches!(b, b'1'..=b'9')) { "-" } else { "" };
        self.digits(sign, whole, part)
    }

    fn digits(self, sign: &str, whole: &str, part: &str) -> String {
        let mut out = String::with_capacity(whole.len() * 2 + part.len() + 2);
        out.push_str(sign);
        for (i, digit) in whole.char_indices() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push_str(self.group);
            }
            out.push(digit);
        }
        if !part.is_empty() {
            out.push(self.decimal);
            out.push_str(part);
        }
        out
    }

    /// An amount with its currency's sign: `¥3,999`, `S$12.50`, `£2.55`, `12,50 €`. Yuan, New Taiwan dollars and roubles
    /// lose decimals that are zero, as their shops write them; other currencies keep them.
    #[must_use]
    pub fn money(self, money: Money) -> String {
        let per = money.currency.minor_per_major().unsigned_abs();
        let (whole, part) = (money.minor.unsigned_abs() / per, money.minor.unsigned_abs() % per);
        let sign = if money.minor < 0 { "-" } else { "" };
        let digits = money.currency.digits() as usize;
        let bare = part == 0 && matches!(money.currency.code(), "CNY" | "TWD" | "RUB");
        let part = if digits == 0 || bare { String::new() } else { format!("{part:0digits$}") };
        let amount = self.digits("", &whole.to_string(), &part);
        let symbol = self.symbol(&money.currency);
        let spaced = symbol.bytes().all(|b| b.is_ascii_alphabetic());
        if self.sign_after {
            format!("{sign}{amount}{NBSP}{symbol}")
        } else if spaced {
            format!("{sign}{symbol}{NBSP}{amount}")
        } else {
            format!("{sign}{symbol}{amount}")
        }
    }

    fn symbol(self, currency: &Currency) -> &str {
        match currency.code() {
            "CNY" => "¥",
            "JPY" => "JP¥",
            "USD" if self.is_chinese() => "US$",
            "USD" => "$",
            "SGD" => "S$",
            "HKD" => "HK$",
            "TWD" => "NT$",
            "AUD" => "A$",
            "CAD" => "CA$",
            "NZD" => "NZ$",
            "GBP" => "£",
            "EUR" => "€",
            "KRW" => "₩",
            "INR" => "₹",
            "VND" => "₫",
            "PHP" => "₱",
            "MYR" => "RM",
            code => code,
        }
    }

    /// A share as a percentage, with at most one decimal: 0.15 is `15%`, 0.125 is `12.5%`.
    #[must_use]
    pub fn percent(self, share: f64, decimals: Option<usize>) -> String {
        let value = share * 100.0;
        let whole = (value - value.round()).abs() < 0.05;
        let text = self.number(value, decimals.unwrap_or(usize::from(!whole)));
        if self.sign_after { format!("{text}{NBSP}%") } else { format!("{text}%") }
    }

    /// A date: `31 December 2026`, `2026年12月31日`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self.family {
            Family::Chinese => format!("{year}年{month}月{day}日"),
            Family::English => format!("{day} {} {year}", month_name(month)),
        }
    }

    /// A date and the time of day, on the 24-hour clock: `31 December 2026, 09:00`.
    #[must_use]
    pub fn datetime(self, date: Date, time: Time) -> String {
        let (hour, minute) = (time.hour(), time.minute());
        match self.family {
            Family::Chinese => format!("{} {hour:02}:{minute:02}", self.date(date)),
            Family::English => format!("{}, {hour:02}:{minute:02}", self.date(date)),
        }
    }

    /// Words as a list in a sentence: `a, b and c`, `a、b和c`.
    #[must_use]
    pub fn list(self, items: &[String]) -> String {
        let (comma, and) = match self.family {
            Family::Chinese => ("、", "和"),
            Family::English => (", ", " and "),
        };
        match items.split_last() {
            None => String::new(),
            Some((only, [])) => only.clone(),
            Some((last, first)) => format!("{}{and}{last}", first.join(comma)),
        }
    }

    /// A standard phrase by its key, with `{}` where a value goes; `None` if there is no such phrase.
    #[must_use]
    pub fn phrase(self, key: &str) -> Option<&'static str> {
        let (_, english, chinese) = PHRASES.iter().find(|(name, _, _)| *name == key)?;
        Some(if self.is_chinese() { chinese } else { english })
    }
}

/// The phrases that the shipped layouts use: key, English, Chinese. Part of what `phrase` documents.
pub const PHRASES: &[(&str, &str, &str)] = &[
    ("unsubscribe", "Unsubscribe", "退订"),
    ("preferences", "Preferences", "偏好设置"),
    (
        "why",
        "You get this mail because you agreed to hear from {}.",
        "您收到这封邮件，是因为您同意接收 {} 的消息。",
    ),
    ("view", "Have a look", "去看看"),
    ("was_open", "(was ", "（原价 "),
    ("was_close", ")", "）"),
    ("colon", ": ", "："),
    ("because", "Because of your interest in {}", "与您看过的 {} 相似"),
];

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|i| NAMES.get(i)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money { minor, currency: Currency::parse(code).unwrap() }
    }

    #[test]
    fn money_is_written_as_the_language_writes_it() {
        let cases = [
            ("zh-CN", 399_900, "CNY", "¥3,999"),
            ("en", 255, "GBP", "£2.55"),
            ("en", 1_200, "SGD", "S$12.00"),
            ("zh-CN", -1_050, "CNY", "-¥10.50"),
            ("de", 123_456, "EUR", "1.234,56\u{a0}€"),
            ("en", 5_000, "JPY", "JP¥5,000"),
            ("xx", 1_000, "CHF", "CHF\u{a0}10.00"),
        ];
        for (tag, minor, code, expected) in cases {
            assert_eq!(Language::of(tag).money(money(minor, code)), expected, "{tag} {minor} {code}");
        }
    }

    #[test]
    fn percents_drop_a_decimal_that_says_nothing() {
        let en = Language::of("en");
        assert_eq!(en.percent(0.15, None), "15%");
        assert_eq!(en.percent(0.125, None), "12.5%");
        assert_eq!(en.percent(0.29, None), "29%");
        assert_eq!(en.percent(0.123_456, Some(2)), "12.35%");
    }

    #[test]
    fn lists_and_dates_follow_the_language() {
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let date = jiff::civil::date(2026, 12, 31);
        assert_eq!(Language::of("en").list(&words), "a, b and c");
        assert_eq!(Language::of("zh-CN").list(&words), "a、b和c");
        assert_eq!(Language::of("en").list(&words[..1]), "a");
        assert_eq!(Language::of("en").date(date), "31 December 2026");
        assert_eq!(Language::of("zh-CN").date(date), "2026年12月31日");
        assert_eq!(
            Language::of("en").datetime(date, jiff::civil::time(9, 5, 0, 0)),
            "31 December 2026, 09:05"
        );
    }

    #[test]
    fn numbers_are_grouped_and_never_minus_zero() {
        let en = Language::of("en");
        assert_eq!(en.number(1_234_567.0, 0), "1,234,567");
        assert_eq!(en.number(-0.001, 2), "0.00");
        assert_eq!(Language::of("fr").number(1234.5, 1), "1\u{a0}234,5");
    }
}
