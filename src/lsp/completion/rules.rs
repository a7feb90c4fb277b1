//! The lines of a copy's `rules:`, outside their texts: names of rules, and conditions on the message.

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use super::templates::{self, Scope};
use crate::check::DeclId;
use crate::lsp::lexer::in_word;

/// Proposals in the text of rules that begins at `start`.
pub fn entries(place: &Place<'_>, owner: Option<DeclId>, start: usize) -> Vec<Entry> {
    let text = place.text.text;
    let Some(before) = text.get(start..place.offset) else { return Vec::new() };
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    if line.matches('"').count() % 2 == 1 {
        return templates::entries(place, owner, start);
    }
    let offered = templates::offered(place, owner);
    let scope = Scope { offered: &offered, locals: Vec::new() };
    let alternative = outside_texts(line).rsplit('|').next().unwrap_or("").to_owned();
    let head = alternative.trim_end_matches(in_word);
    let mut words = head.split_whitespace();
    if words.any(|w| w == "when") {
        return condition(&scope, head);
    }
    let rest = text.get(start..).unwrap_or("");
    let rest = &rest[..rest.find("\"\"\"").unwrap_or(rest.len())];
    let names = rest.lines().filter_map(|l| l.split_once('=')).map(|(name, _)| name.trim());
    let mut names: Vec<&str> = names.filter(|n| !n.is_empty() && n.chars().all(in_word)).collect();
    names.sort_unstable();
    names.dedup();
    let rules = names.into_iter().map(|n| Entry::new(n, CompletionItemKind::FUNCTION, "rule").rank(2));
    let words = [
        ("\"…\"", "a text", "\"§{}\""),
        ("when", "where this may be chosen", "when §"),
        ("weight", "how often, compared with the others", "weight §{2}"),
    ];
    let words = words.into_iter().map(|(label, detail, insert)| Entry::word(label, detail).inserting(insert));
    rules.chain(words).collect()
}

fn condition(scope: &Scope<'_>, head: &str) -> Vec<Entry> {
    if let Some(path) = head.strip_suffix('.') {
        return scope.shape(templates::last_path(path)).map_or_else(Vec::new, |s| templates::fields(&s));
    }
    let last = head.split_whitespace().next_back().unwrap_or("");
    match last {
        "is" => return ["known", "missing"].map(|w| Entry::word(w, "")).to_vec(),
        "when" | "and" | "or" | "not" | "=" | "!=" | "<" | "<=" | ">" | ">=" => {}
        _ => {
            return ["and", "or", "is known", "is missing", "contains", "in"]
                .map(|w| Entry::word(w, ""))
                .to_vec();
        }
    }
    let mut names = scope.names();
    names.extend(["count", "any", "all"].map(|f| {
        Entry::new(f, CompletionItemKind::FUNCTION, "goes through a list")
            .inserting(format!("{f}(§{{picks}})"))
    }));
    names
}

/// A line without what stands in quotes.
fn outside_texts(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}
