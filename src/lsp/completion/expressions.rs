//! Expressions: columns, attributes, segments, relations and functions, by where they stand.

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use super::names;
use super::values::{UNITS, ends_operand};
use crate::check::expr::type_words;
use crate::check::functions::FUNCTIONS;
use crate::check::schema::{Column, Relation, Schema, Storage};
use crate::lsp::cursor::Frame;
use crate::lsp::describe;
use crate::lsp::lexer::{Piece, Token};
use crate::lsp::words::AGGREGATES;

/// What a bare name is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A customer.
    Customer,
    /// A product, for a customer.
    Product,
    /// A product, the same for everybody.
    Offer,
    /// A row of a relation.
    Row(String),
}

/// Where an expression stands.
pub struct Scope<'s> {
    pub place: &'s Place<'s>,
    pub schema: Option<&'s Schema>,
    pub about: About,
    /// The declaration itself, which cannot be used in itself.
    pub own: Option<&'s str>,
}

/// Proposals for an expression.
pub fn entries(scope: &Scope<'_>, frames: &[Frame<'_>]) -> Vec<Entry> {
    let text = scope.place.text.text;
    let Some(frame) = frames.last() else { return Vec::new() };
    let is_aggregate = |f: &&Frame<'_>| f.callee.is_some_and(|c| AGGREGATES.iter().any(|a| a.0 == c));
    let Some(aggregate) = frames.iter().rev().find(is_aggregate) else {
        return operand_or_operator(scope, &frame.before);
    };
    let Some(at) = aggregate.before.iter().position(|t| t.is(text, "where")) else {
        return rows(scope, &aggregate.before);
    };
    let relation =
        path(&aggregate.before[..at], text).into_iter().find(|n| !matches!(*n, "customer" | "product"));
    let inner = Scope {
        place: scope.place,
        schema: scope.schema,
        about: About::Row(relation.unwrap_or("").to_owned()),
        own: scope.own,
    };
    let before = if std::ptr::eq(frame, aggregate) { &aggregate.before[at + 1..] } else { &frame.before[..] };
    let mut entries = operand_or_operator(&inner, before);
    if before.last().is_some_and(|t| ends_operand(t, text)) {
        entries.extend(windows());
    } else if before.last().is_some_and(|t| t.is(text, "in")) {
        entries.extend(window_ends());
    }
    entries
}

/// The names of `a.b.c` at the beginning.
fn path<'t>(tokens: &[Token], text: &'t str) -> Vec<&'t str> {
    tokens
        .iter()
        .take_while(|t| t.piece == Piece::Word || t.is_mark('.'))
        .filter(|t| t.piece == Piece::Word)
        .map(|t| &text[t.start..t.end])
        .collect()
}

/// The names before a dot at the end: `a.b.`; empty if there is no dot.
pub fn chain<'t>(before: &[Token], text: &'t str) -> Vec<&'t str> {
    let mut names = Vec::new();
    let mut rest = before;
    while let [head @ .., name, dot] = rest {
        if !dot.is_mark('.') || name.piece != Piece::Word {
            break;
        }
        names.insert(0, &text[name.start..name.end]);
        rest = head;
    }
    names
}

fn operand_or_operator(scope: &Scope<'_>, before: &[Token]) -> Vec<Entry> {
    let text = scope.place.text.text;
    let last = before.last();
    if last.is_some_and(|t| t.is_mark('.')) {
        return members(scope, &chain(before, text));
    }
    if last.is_some_and(|t| t.is(text, "is")) {
        return vec![Entry::word("known", "there is a value"), Entry::word("missing", "there is none")];
    }
    if last.is_some_and(|t| ends_operand(t, text)) {
        let mut entries = operators();
        if last.is_some_and(|t| t.piece == Piece::Figure) {
            entries.extend(UNITS.iter().map(|(u, d)| Entry::word(u, d).rank(3)));
            entries.extend(
                scope.schema.map(|s| Entry::word(&s.currency.to_string(), "the shop's currency").rank(2)),
            );
        }
        return entries;
    }
    operands(scope)
}

/// Words that join what is already there with something.
pub fn operators() -> Vec<Entry> {
    let words = [
        ("and", "both hold", "and §"),
        ("or", "one of them holds", "or §"),
        ("in", "one of a list, or within a range", "in [§]"),
        ("not in", "none of a list", "not in [§]"),
        ("contains", "a text in a text", "contains \"§{}\""),
        ("is known", "there is a value", "is known"),
        ("is missing", "there is no value", "is missing"),
    ];
    words.into_iter().map(|(label, detail, insert)| Entry::word(label, detail).inserting(insert)).collect()
}

fn windows() -> Vec<Entry> {
    let words = [
        ("in last", "the time before now", "in last §{30} days"),
        ("since", "from that day on", "since §{2026-01-01}"),
        ("before", "until that day", "before §{2026-01-01}"),
    ];
    words
        .into_iter()
        .map(|(label, detail, insert)| Entry::word(label, detail).inserting(insert).rank(3))
        .collect()
}

fn window_ends() -> Vec<Entry> {
    vec![
        Entry::word("last", "the time before now").inserting("last §{30} days").rank(1),
        Entry::word("next", "the time from now; only in goals and predictions")
            .inserting("next §{14} days")
            .rank(8),
    ]
}

/// What an aggregate takes before its `where`: a relation, its column, a condition and a window.
pub fn rows(scope: &Scope<'_>, before: &[Token]) -> Vec<Entry> {
    let text = scope.place.text.text;
    let Some(last) = before.last() else { return relations(scope) };
    if last.is_mark('.') {
        return row_members(scope, &chain(before, text));
    }
    let word = &text[last.start..last.end];
    match word {
        "*" => relations(scope),
        "in" => window_ends(),
        "last" | "next" => vec![Entry::word("30 days", "a length of time").inserting("§{30} days")],
        "since" | "before" => vec![Entry::word("2026-01-01", "a date").inserting("§{2026-01-01}")],
        _ if last.piece == Piece::Figure => UNITS.iter().map(|(u, d)| Entry::word(u, d)).collect(),
        _ if before.iter().any(|t| t.is(text, "in")) => Vec::new(),
        _ => {
            let mut entries = windows();
            entries.push(Entry::word("where", "which rows").inserting("where §").rank(2));
            entries
        }
    }
}

fn row_members(scope: &Scope<'_>, chain: &[&str]) -> Vec<Entry> {
    match chain {
        ["customer" | "product"] if matches!(scope.about, About::Product | About::Offer) => {
            relations_alone(scope)
        }
        [.., "product"] if chain.len() > 1 => columns_of(scope, "products"),
        [.., relation] => {
            let mut entries = columns_of(scope, relation);
            let of_product =
                scope.schema.and_then(|s| s.relation(relation)).is_some_and(Relation::of_product);
            if of_product {
                entries.retain(|e| e.label != "product");
                entries.push(
                    Entry::new("product", CompletionItemKind::FIELD, "the row's product, with its columns")
                        .rank(4),
                );
            }
            entries
        }
        [] => Vec::new(),
    }
}

/// `a.` in an expression.
fn members(scope: &Scope<'_>, chain: &[&str]) -> Vec<Entry> {
    match chain {
        ["customer"] => {
            let mut entries = columns_of(scope, "customers");
            entries.extend(attributes(scope));
            entries
        }
        ["product"] => columns_of(scope, "products"),
        [profile] => attributes_of(scope, Some(profile)),
        _ => Vec::new(),
    }
}

/// Columns of a relation, with types and docs.
pub fn columns_of(scope: &Scope<'_>, relation: &str) -> Vec<Entry> {
    let columns =
        scope.schema.and_then(|s| s.relation(relation)).map(|r| r.columns.as_slice()).unwrap_or_default();
    columns
        .iter()
        .map(|c| {
            Entry::new(&c.name, CompletionItemKind::FIELD, type_words(c.ty))
                .doc(describe::column(relation, c))
                .rank(2)
        })
        .collect()
}

/// The rows that a test brings along: relations, and inside one its columns.
pub fn of_rows(scope: &Scope<'_>, frame: &Frame<'_>) -> Vec<Entry> {
    let Some(relation) = frame.callee else {
        let relations = scope.schema.map(|s| s.relations.as_slice()).unwrap_or_default();
        let stored = relations.iter().filter(|r| r.grouped_by.is_none());
        let entry = |r: &Relation| {
            Entry::new(&r.name, CompletionItemKind::CLASS, "a row of this relation")
                .doc(describe::relation(r))
                .inserting(format!("{}(§)", r.name))
        };
        return stored.map(entry).collect();
    };
    if frame.argument.is_some() {
        return Vec::new();
    }
    let columns = scope.schema.and_then(|s| s.relation(relation)).map(|r| r.columns.as_slice());
    let stored = columns.unwrap_or_default().iter().filter(|c| matches!(c.storage, Storage::Stored { .. }));
    let entry = |c: &Column| {
        Entry::new(&c.name, CompletionItemKind::FIELD, type_words(c.ty))
            .doc(describe::column(relation, c))
            .inserting(format!("{}: §", c.name))
    };
    stored.map(entry).collect()
}

fn attributes(scope: &Scope<'_>) -> Vec<Entry> {
    attributes_of(scope, None)
}

/// Attributes of the profiles that are known here: of one by name, or of all.
fn attributes_of(scope: &Scope<'_>, profile: Option<&str>) -> Vec<Entry> {
    let analysis = scope.place.analysis;
    let index = &analysis.checked.index;
    let here = scope.place.file.and_then(|f| index.names.get(f));
    // Profiles beside the source are known wherever the source is.
    let source = scope.schema.and_then(|s| index.sources.iter().find(|(_, l)| **l == s.source));
    let beside = source.and_then(|(id, _)| index.names.get(id.file));
    let mut ids: Vec<_> = here.into_iter().chain(beside).flatten().collect();
    ids.sort();
    ids.dedup();
    let mut entries = Vec::new();
    for (name, id) in ids {
        let Some(decl) = analysis.decl(*id).filter(|d| d.kind.text == "profile") else { continue };
        if profile.is_some_and(|p| p != name) {
            continue;
        }
        for setting in &decl.settings {
            let attribute = &setting.key.text;
            let ty = describe::attribute_type(analysis, *id, attribute).unwrap_or_default();
            let doc = describe::attribute(analysis, *id, attribute).unwrap_or_default();
            entries.push(Entry::new(attribute, CompletionItemKind::PROPERTY, ty).doc(doc).rank(2));
        }
    }
    entries.sort_by(|a, b| a.label.cmp(&b.label));
    entries.dedup_by(|a, b| a.label == b.label);
    entries
}

fn relations_alone(scope: &Scope<'_>) -> Vec<Entry> {
    let relations = scope.schema.map(|s| s.relations.as_slice()).unwrap_or_default();
    relations
        .iter()
        .filter(|r| r.of_customer() || r.of_product())
        .map(|r| {
            Entry::new(&r.name, CompletionItemKind::CLASS, "relation").doc(describe::relation(r)).rank(2)
        })
        .collect()
}

/// Relations that an aggregate may take here.
fn relations(scope: &Scope<'_>) -> Vec<Entry> {
    match scope.about {
        About::Offer => {
            vec![Entry::word("product", "everybody's rows of this product").inserting("product.§")]
        }
        About::Product => {
            let mut entries = relations_alone(scope);
            entries.push(
                Entry::word("customer", "this customer's rows, of any product").inserting("customer.§"),
            );
            entries.push(Entry::word("product", "everybody's rows of this product").inserting("product.§"));
            entries
        }
        _ => relations_alone(scope),
    }
}

/// Relations that recommendation can learn from: those that join a customer to a product.
pub fn signals(scope: &Scope<'_>) -> Vec<Entry> {
    let relations = scope.schema.map(|s| s.relations.as_slice()).unwrap_or_default();
    let joins = relations.iter().filter(|r| r.of_customer() && r.of_product());
    joins
        .map(|r| {
            Entry::new(&r.name, CompletionItemKind::CLASS, "relation").doc(describe::relation(r)).rank(2)
        })
        .collect()
}

fn operands(scope: &Scope<'_>) -> Vec<Entry> {
    let mut entries = match &scope.about {
        About::Customer => {
            let mut entries = columns_of(scope, "customers");
            entries.extend(attributes(scope));
            entries.extend(names::of_kinds(scope.place, &["segment", "model", "cluster"]));
            entries.retain(|e| scope.own != Some(e.label.as_str()));
            entries
        }
        About::Product | About::Offer => {
            let mut entries = columns_of(scope, "products");
            if scope.about == About::Product {
                entries.extend(names::of_kinds(scope.place, &["offer"]));
                entries.push(Entry::word("customer", "the customer").inserting("customer.§"));
            }
            entries
        }
        About::Row(relation) => {
            let mut entries = columns_of(scope, relation);
            entries.push(
                Entry::word("product.", "the row's product, with its columns").inserting("product.§").rank(3),
            );
            entries.push(
                Entry::word("customer.", "the customer, with their columns and attributes")
                    .inserting("customer.§"),
            );
            entries.extend(names::of_kinds(scope.place, &["offer"]));
            entries
        }
    };
    entries.push(Entry::word("not", "the opposite").inserting("not §").rank(6));
    if !matches!(scope.about, About::Row(_)) {
        entries.extend(AGGREGATES.iter().map(|(name, doc)| {
            Entry::new(*name, CompletionItemKind::FUNCTION, "aggregate")
                .doc(*doc)
                .inserting(format!("{name}(§)"))
                .rank(4)
        }));
    }
    entries.extend(functions());
    entries
}

fn functions() -> Vec<Entry> {
    let plain = FUNCTIONS.iter().filter(|f| !matches!(f.name, "min" | "max")).map(|f| {
        Entry::new(f.name, CompletionItemKind::FUNCTION, "function")
            .doc(f.doc)
            .inserting(format!("{}(§)", f.name))
            .rank(6)
    });
    let others = [
        ("band", "sorts a number into bands", "band(§{age}, [§{18, 25, 35, 50}])"),
        ("coalesce", "the first that has a value", "coalesce(§)"),
        ("days since", "whole days since a date or an instant", "days since §"),
    ];
    let others = others.into_iter().map(|(label, detail, insert)| {
        Entry::new(label, CompletionItemKind::FUNCTION, detail).inserting(insert).rank(6)
    });
    plain.chain(others).collect()
}
