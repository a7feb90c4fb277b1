//! What a test expects: conditions on the message and the audience.

use lsp_types::CompletionItemKind;

use super::entry::Entry;
use super::expressions::{Scope, chain, columns_of, operators};
use super::names;
use super::values::ends_operand;
use crate::check::expectation::Root;
use crate::lsp::cursor::Frame;

/// What a test may speak of: the message and the audience.
pub fn entries(scope: &Scope<'_>, frames: &[Frame<'_>]) -> Vec<Entry> {
    let text = scope.place.text.text;
    let Some(frame) = frames.last() else { return Vec::new() };
    let before = &frame.before;
    let last = before.last();
    if last.is_some_and(|t| t.is_mark('.')) {
        let root = chain(before, text);
        let relation = match root.first() {
            Some(&"customer") => "customers",
            _ => "products",
        };
        return columns_of(scope, relation);
    }
    if last.is_some_and(|t| ends_operand(t, text)) {
        let mut entries = operators();
        entries.push(Entry::word("where", "which of them").inserting("where §"));
        entries.push(Entry::word("within", "a tone's bounds").inserting("within §"));
        return entries;
    }
    if last.is_some_and(|t| t.is(text, "within")) {
        return names::of_kinds(scope.place, &["tone"]);
    }
    if before.iter().any(|t| t.is(text, "where")) {
        return columns_of(scope, "products");
    }
    let mut entries: Vec<Entry> = Root::ALL
        .iter()
        .map(|(name, root, doc)| {
            let kind = match root {
                Root::Picks | Root::Audience => CompletionItemKind::CLASS,
                _ => CompletionItemKind::VARIABLE,
            };
            Entry::new(*name, kind, "a part of the message").doc(*doc).rank(2)
        })
        .collect();
    let calls = [
        ("count", "how many"),
        ("any", "whether one does"),
        ("all", "whether all do"),
        ("min", "the smallest"),
        ("max", "the largest"),
    ];
    entries.extend(calls.map(|(name, detail)| {
        Entry::new(name, CompletionItemKind::FUNCTION, detail)
            .inserting(format!("{name}(§{{picks}})"))
            .rank(4)
    }));
    entries
}
