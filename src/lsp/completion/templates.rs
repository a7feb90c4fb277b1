//! Inside the text that customers read: what a message offers, its fields, filters and statements.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use crate::check::DeclId;
use crate::check::filters::{FILTERS, TESTS};
use crate::check::shape::{Field, Given, MessageGiven, OfferGiven, Presence, Shape, message_shape};
use crate::check::typed::Type;
use crate::lsp::lexer::in_word;

/// Statements, with what they insert between `{%` and `%}`.
const STATEMENTS: &[(&str, &str, &str)] = &[
    ("for", "once for each of a list", "for §{pick} in §{picks} %}§{}{% endfor "),
    ("if", "only where it holds", "if §{customer.name} %}§{}{% endif "),
    ("elif", "otherwise, where that holds", "elif §"),
    ("else", "otherwise", "else"),
    ("endfor", "the end of a `for`", "endfor"),
    ("endif", "the end of an `if`", "endif"),
    ("set", "gives a name to a value", "set §{name} = §{}"),
    ("with", "names for a while", "with §{name} = §{} %}§{}{% endwith "),
    ("include", "another text", "include \"§{}\""),
];

/// Proposals inside a text that begins at `start`; none outside its tags.
pub fn entries(place: &Place<'_>, owner: Option<DeclId>, start: usize) -> Vec<Entry> {
    let Some(before) = place.text.text.get(start..place.offset) else { return Vec::new() };
    let Some((open, output)) = open_tag(before) else { return Vec::new() };
    let offered = offered(place, owner);
    let scope = Scope { offered: &offered, locals: locals(&before[..open], &offered) };
    let inside = &before[open + 2..];
    let head = inside.trim_end_matches(in_word);
    if let Some(list) = attribute_of(head) {
        let item = scope.shape(list).and_then(item_of);
        return item.map_or_else(Vec::new, |shape| fields(&shape));
    }
    let trimmed = head.trim_end();
    if let Some(path) = head.strip_suffix('.') {
        return scope.shape(last_path(path)).map_or_else(Vec::new, |shape| fields(&shape));
    }
    if trimmed.ends_with('|') {
        return filters();
    }
    if ends_with_word(trimmed, "is") || ends_with_word(trimmed, "is not") {
        return TESTS
            .iter()
            .map(|t| Entry::word(t, "test").rank(if matches!(*t, "known" | "missing") { 1 } else { 5 }))
            .collect();
    }
    if !output && trimmed.trim_start_matches('-').is_empty() {
        return STATEMENTS
            .iter()
            .map(|(word, detail, insert)| Entry::word(word, detail).inserting(*insert))
            .collect();
    }
    let after_value = trimmed.ends_with([')', ']', '"', '\''])
        || (head.len() > trimmed.len() && trimmed.ends_with(in_word) && !after_operator(trimmed));
    if after_value {
        return ["and", "or", "is known", "is missing", "if", "else", "in"]
            .map(|w| Entry::word(w, ""))
            .to_vec();
    }
    scope.names()
}

/// What a text may speak of.
pub fn offered<'p>(place: &'p Place<'_>, owner: Option<DeclId>) -> Cow<'p, BTreeMap<String, Field>> {
    let known = owner.and_then(|id| place.analysis.checked.index.offered.get(&id));
    known.map_or_else(|| Cow::Owned(supposed(place, owner)), Cow::Borrowed)
}

/// What a text that no campaign uses yet may speak of: all that a campaign of its source could offer.
fn supposed(place: &Place<'_>, owner: Option<DeclId>) -> BTreeMap<String, Field> {
    let Some(source) = place.source(owner) else { return message_shape(&MessageGiven::default()) };
    let columns = |relation: &str| -> Vec<Given> {
        let columns = source.schema.relation(relation).map(|r| r.columns.as_slice()).unwrap_or_default();
        let gap = |name: &str| source.with_gaps.contains(&format!("{relation}.{name}"));
        columns.iter().map(|c| Given::column(c, gap(&c.name))).collect()
    };
    let mut customer = columns("customers");
    for attribute in place.analysis.checked.model.profiles.values().flat_map(|p| &p.attributes) {
        if customer.iter().all(|g| g.name != attribute.name) {
            let (name, doc) = (attribute.name.clone(), attribute.doc.clone());
            customer.push(Given { name, ty: attribute.value.ty, optional: true, doc });
        }
    }
    let copies: Vec<String> = place
        .analysis
        .declarations()
        .filter(|(_, d)| d.kind.text == "copy")
        .filter_map(|(_, d)| d.name.as_ref().map(|n| n.text.clone()))
        .collect();
    let offer =
        OfferGiven { discount: Some(Type::Number), code: true, expires: true, price: Presence::Sometimes };
    message_shape(&MessageGiven {
        customer: &customer,
        product: &columns("products"),
        known: source.schema.known,
        offer: Some(offer),
        copies: &copies,
    })
}

/// The tag that is open at the end: where it begins, and whether it is an output.
fn open_tag(before: &str) -> Option<(usize, bool)> {
    let output = before.rfind("{{");
    let statement = before.rfind("{%");
    let (open, is_output) = match (output, statement) {
        (Some(o), Some(s)) => (o.max(s), o > s),
        (Some(o), None) => (o, true),
        (None, Some(s)) => (s, false),
        (None, None) => return None,
    };
    let closing = if is_output { "}}" } else { "%}" };
    (!before[open + 2..].contains(closing)).then_some((open, is_output))
}

/// The list before `| map(attribute='`, where the cursor is in those quotes.
fn attribute_of(head: &str) -> Option<&str> {
    let before = head.strip_suffix(['\'', '"'])?;
    let call = before.strip_suffix("attribute=").or_else(|| before.strip_suffix("attr("))?;
    let pipe = call.rfind('|')?;
    Some(last_path(call[..pipe].split('|').next().unwrap_or("").trim_end()))
}

/// The path at the end: `picks[0].because`.
pub fn last_path(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| in_word(*c) || matches!(c, '.' | '[' | ']'))
        .last()
        .map_or(text.len(), |(i, _)| i);
    &text[start..]
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(in_word) && !rest.is_empty())
}

fn after_operator(text: &str) -> bool {
    ["and", "or", "not", "in", "if", "else", "elif", "for"]
        .iter()
        .any(|w| ends_with_word(text, w) || text.trim() == *w)
}

/// The names of a text.
pub struct Scope<'a> {
    /// What the message offers.
    pub offered: &'a BTreeMap<String, Field>,
    /// What loops and `set` have named.
    pub locals: Vec<(String, Shape)>,
}

impl Scope<'_> {
    /// What a path leads to.
    pub fn shape(&self, path: &str) -> Option<Cow<'_, Shape>> {
        let mut parts = path.split('.');
        let (root, indexed) = index(parts.next()?);
        let local = self.locals.iter().rev().find(|(name, _)| name == root).map(|(_, shape)| shape);
        let mut shape = local.or_else(|| self.offered.get(root).map(|f| &f.shape))?;
        if indexed {
            shape = element(shape)?;
        }
        for part in parts {
            let (name, indexed) = index(part);
            let Shape::Record { fields, .. } = shape else { return None };
            shape = &fields.get(name)?.shape;
            if indexed {
                shape = element(shape)?;
            }
        }
        Some(Cow::Borrowed(shape))
    }

    pub fn names(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self
            .locals
            .iter()
            .map(|(name, shape)| Entry::new(name, CompletionItemKind::VARIABLE, shape.words()).rank(1))
            .collect();
        entries.extend(
            self.offered.iter().map(|(name, field)| named(name, field, CompletionItemKind::VARIABLE)),
        );
        // A list is gone through, or its first is taken.
        if self.offered.contains_key("picks") {
            entries.push(
                Entry::new("picks[0]", CompletionItemKind::VARIABLE, "the best pick")
                    .inserting("picks[0].§")
                    .rank(3),
            );
        }
        entries
    }
}

/// A part of a path without its `[0]`, and whether it had one.
fn index(part: &str) -> (&str, bool) {
    part.find('[').map_or((part, false), |i| (&part[..i], true))
}

fn element(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::List(item) => Some(item),
        _ => None,
    }
}

fn item_of(shape: Cow<'_, Shape>) -> Option<Shape> {
    element(&shape).cloned()
}

/// The fields of a record.
pub fn fields(shape: &Shape) -> Vec<Entry> {
    match shape {
        Shape::Record { fields, .. } => {
            fields.iter().map(|(name, field)| named(name, field, CompletionItemKind::FIELD)).collect()
        }
        _ => Vec::new(),
    }
}

fn named(name: &str, field: &Field, kind: CompletionItemKind) -> Entry {
    let missing = if field.optional { ", may be missing" } else { "" };
    let mut doc = field.doc.clone();
    if field.optional {
        doc.push_str("\n\nMay be missing for a customer: give it a `default`, or ask `is known`.");
    }
    Entry::new(name, kind, format!("{}{missing}", field.shape.words())).doc(doc).rank(2)
}

fn filters() -> Vec<Entry> {
    FILTERS
        .iter()
        .map(|filter| {
            let needed = filter.args.iter().any(|a| a.required);
            let entry = Entry::new(filter.name, CompletionItemKind::FUNCTION, "filter").doc(filter.doc);
            match filter.name {
                "default" => entry.inserting("default(\"§{}\")").rank(2),
                "map" => entry.inserting("map(attribute=\"§{price}\")"),
                "money" | "date" | "percent" => entry.rank(2),
                _ if needed => entry.inserting(format!("{}(§)", filter.name)),
                _ => entry,
            }
        })
        .collect()
}

/// Names that loops and `set` bind before a place, innermost last.
fn locals(before: &str, offered: &BTreeMap<String, Field>) -> Vec<(String, Shape)> {
    let mut scope = Scope { offered, locals: Vec::new() };
    let mut loops = Vec::new();
    let mut rest = before;
    while let Some(open) = rest.find("{%") {
        let Some(close) = rest[open..].find("%}") else { break };
        let tag = rest[open + 2..open + close].trim_matches(['-', '+', ' ', '\n', '\t']);
        rest = &rest[open + close + 2..];
        let shape_of = |scope: &Scope<'_>, value: &str| {
            let path = value.split('|').next().unwrap_or("").trim();
            scope.shape(path).map_or(Shape::Any, Cow::into_owned)
        };
        if let Some(head) = tag.strip_prefix("for ") {
            loops.push(scope.locals.len());
            if let Some((name, list)) = head.split_once(" in ") {
                let list = shape_of(&scope, list.split(" if ").next().unwrap_or(list));
                let item = element(&list).cloned().unwrap_or(Shape::Any);
                scope.locals.push((name.trim().to_owned(), item));
            }
        } else if tag == "endfor" {
            scope.locals.truncate(loops.pop().unwrap_or(0));
        } else if let Some((name, value)) = tag.strip_prefix("set ").and_then(|t| t.split_once('=')) {
            let shape = shape_of(&scope, value);
            scope.locals.push((name.trim().to_owned(), shape));
        }
    }
    scope.locals
}
