//! H0515: a postal address to which no letter would come (CAN-SPAM, 15 U.S.C. 7704 (a)(5)).

use unicode_width::UnicodeWidthStr;

use super::subject::{Subject, value};
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::ExprKind;

/// Words of addresses that wait to be filled in.
const WAITING: [&str; 14] = [
    "your address",
    "street address",
    "company address",
    "123 main",
    "1234 main",
    "lorem",
    "todo",
    "tbd",
    "xxx",
    "placeholder",
    "fill in",
    "地址待定",
    "某某",
    "××",
];

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, decl) in subject.of_kind("sender") {
        let Some(ExprKind::Str(text)) = value(decl, "address").map(|v| &v.kind) else { continue };
        if let Some(reason) = fault(&text.value) {
            found.push(
                Diagnostic::warning("H0515", text.span, "no letter would come to this address")
                    .label(reason)
                    .help("the law asks for a postal address in every mail: street or post-office box, town and postal code"),
            );
        }
    }
    found
}

fn fault(address: &str) -> Option<&'static str> {
    let lower = address.to_lowercase();
    if WAITING.iter().any(|word| lower.contains(word)) {
        return Some("still to be filled in");
    }
    if lower.contains('@') || lower.contains("://") || lower.starts_with("www.") {
        return Some("an address of the internet");
    }
    if address.trim().width() < 10 {
        return Some("too short for street and town");
    }
    let numbered = address.chars().any(|c| c.is_numeric() || "一二三四五六七八九十".contains(c));
    (!numbered).then_some("no house, box or postal code")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_many_countries_are_addresses() {
        for sound in [
            "88 Century Avenue, Shanghai 200120",
            "上海市浦东新区世纪大道88号",
            "中山路十二号，厦门",
            "P.O. Box 7, Dublin D02 AF30",
            "1 Raffles Place, Singapore",
            "Hauptstraße 5, 10115 Berlin",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for wrong in
            ["Shanghai", "Your address here, 12345", "Somewhere Street, Nowhere", "hello@aurora.example", ""]
        {
            assert!(fault(wrong).is_some(), "{wrong}");
        }
    }
}
