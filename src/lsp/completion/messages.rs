//! What a test expects: conditions on the message and the audience.

use lsp_types::CompletionItemKind;

use super::entry::Entry;
use super::expressions::{Scope, chain, columns_of, operators};
use super::names;
use super::values::ends_operand;
use crate::check::shape::{MessageGiven, OfferGiven, Shape, message_shape};
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
    let message =
        message_shape(&MessageGiven { offer: Some(OfferGiven::default()), ..MessageGiven::default() });
    let roots = ["customer", "picks", "offer", "subject", "preheader", "campaign", "copy"];
    let mut entries: Vec<Entry> = message
        .into_iter()
        .filter(|(name, _)| roots.contains(&name.as_str()))
        .map(|(name, field)| {
            let kind = match field.shape {
                Shape::List(_) => CompletionItemKind::CLASS,
                _ => CompletionItemKind::VARIABLE,
            };
            Entry::new(name, kind, field.shape.words()).doc(field.doc).rank(2)
        })
        .collect();
    let more = [
        ("audience", "who is written to"),
        ("tone", "how the message sounds"),
        ("body", "the message's text"),
        ("variant", "the version"),
    ];
    entries.extend(more.map(|(name, detail)| Entry::new(name, CompletionItemKind::VARIABLE, detail).rank(2)));
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
