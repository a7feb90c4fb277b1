//! Which of a customer's values a template's text asks for, so that nothing else is worked out.

use std::collections::BTreeSet;

/// The names `x` of every `owner.x` that stands in the texts.
pub fn fields_of<'t>(owner: &str, texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    let needle = format!("{owner}.");
    let mut found = BTreeSet::new();
    for text in texts {
        for (at, _) in text.match_indices(&needle) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let rest = &text[at + needle.len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if end > 0 {
                found.insert(rest[..end].to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_fields_and_nothing_that_only_looks_like_one() {
        let text =
            "{{ customer.name }} {% if customer.城市 %} my_customer.age shop.customer.x {{ customer. }}";
        let found: Vec<String> = fields_of("customer", [text]).into_iter().collect();
        assert_eq!(found, ["name", "城市"]);
    }
}
