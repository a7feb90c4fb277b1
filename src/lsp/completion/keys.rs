//! What may begin a line: a declaration, or a key of one.

use lsp_types::CompletionItemKind;

use super::entry::Entry;
use crate::check::kinds::{KINDS, Kind, Takes};
use crate::data::standard::TABLES;
use crate::lsp::describe;

/// Declarations, with their required keys to fill in; and `use`.
pub fn at_top() -> Vec<Entry> {
    let take =
        Entry::word("use", "take names from another file").inserting("use §{name} from \"§{shop}\"").rank(9);
    let kinds = KINDS.iter().filter(|k| k.name != "variant").map(declaration);
    std::iter::once(take).chain(kinds).collect()
}

fn declaration(kind: &'static Kind) -> Entry {
    let name = if kind.name == "test" { "\"§{what must be true}\"" } else { "§{name}" };
    let width = kind.keys.iter().filter(|k| k.required).map(|k| k.name.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = kind
        .keys
        .iter()
        .filter(|k| k.required)
        .map(|k| format!("  {}:{:pad$} {}", k.name, "", shape(k.takes, ""), pad = width - k.name.len()))
        .collect();
    if lines.is_empty() {
        lines.push("  §".to_owned());
    }
    Entry::word(kind.name, "declaration").doc(describe::kind(kind)).inserting(format!(
        "{} {name} {{\n{}\n}}",
        kind.name,
        lines.join("\n")
    ))
}

/// The keys that a declaration does not have yet, the required ones first.
pub fn in_body(kind: &'static Kind, present: &[&str], variants: bool, colon: bool) -> Vec<Entry> {
    let missing = kind.keys.iter().filter(|k| !present.contains(&k.name));
    let mut entries: Vec<Entry> = missing
        .zip(10u8..)
        .map(|(key, order)| {
            let entry = Entry::new(key.name, CompletionItemKind::PROPERTY, key.takes.words())
                .doc(describe::key(kind, key))
                .rank(if key.required { order } else { order + 50 });
            if colon { entry } else { entry.inserting(format!("{}: {}", key.name, shape(key.takes, "§"))) }
        })
        .collect();
    if variants {
        entries.push(
            Entry::word("variant", "a version that a share of the recipients gets")
                .inserting("variant §{name} §{50}% { § }")
                .rank(95),
        );
    }
    match kind.others {
        Some((Takes::Table, doc)) => {
            let tables = TABLES.iter().filter(|t| !present.contains(&t.name));
            entries.extend(tables.map(|table| {
                Entry::new(table.name, CompletionItemKind::CLASS, "a relation, mapped from a table")
                    .doc(format!("{}\n\n{doc}", table.doc))
                    .inserting(format!("{0}: table(\"§{{{0}}}\", §)", table.name))
                    .rank(90)
            }));
        }
        Some((_, doc)) => entries.push(
            Entry::new("attribute", CompletionItemKind::FIELD, "a value worked out for each customer")
                .doc(doc)
                .inserting("§{orders_90d}: §{count(orders in last 90 days)}"),
        ),
        None => {}
    }
    entries
}

/// What a value of a key looks like, with places to fill in; `rest` where it is a name or a condition.
fn shape(takes: Takes, rest: &str) -> String {
    let fixed = match takes {
        Takes::Text | Takes::Line | Takes::Path => "\"§{}\"",
        Takes::Body => "\"\"\"\n    §{}\n  \"\"\"",
        Takes::Rules => "\"\"\"\n    line = \"§{}\"\n  \"\"\"",
        Takes::Whole => "§{4}",
        Takes::Discount => "§{15}%",
        Takes::Percent => "§{10}%",
        Takes::Duration => "§{14} days",
        Takes::Currency => "§{CNY}",
        Takes::Zone => "\"§{Asia/Shanghai}\"",
        Takes::Word(words) => return format!("§|{}|", words.join(",")),
        Takes::NumberRange => "§{0.4}..§{0.8}",
        Takes::TimeRange => "§{21:00}..§{08:00}",
        Takes::Method | Takes::Fallback => "§{popular(purchases in last 30 days)}",
        Takes::Boost => "§{1.2} when §{margin > 0.3}",
        Takes::Caps => "§{2} per §{category}",
        Takes::Exposure => "§{10} per §{stock}",
        Takes::Frequency => "§{2} per §{7 days}",
        Takes::PerCustomer => "§{1} per customer",
        Takes::Rate => "§{50} per second",
        Takes::Transport => "files(\"§{outbox}\")",
        Takes::Database => "\"§{shop.db}\"",
        Takes::Table => "table(\"§{}\")",
        Takes::Schedule => "every §{monday} at §{09:00} local",
        Takes::Repeat => "after §{14} days",
        Takes::Code => "unique(\"§{BACK-}\", length: §{6})",
        Takes::Chooser => "§{first}",
        Takes::Texts => "[\"§{}\"]",
        Takes::Features => "[§{}]",
        Takes::Expectations => "[§{count(picks) = 4}]",
        Takes::Rows => "[\n    customers(id: §{1}, email: \"§{li@example.com}\"),\n  ]",
        Takes::When => "§{2026-11-20}",
        Takes::Number
        | Takes::Id
        | Takes::Ref(_)
        | Takes::Choice(_)
        | Takes::Recommend
        | Takes::Condition
        | Takes::Future
        | Takes::Conditions
        | Takes::ProductCondition
        | Takes::ProductPrice
        | Takes::Attribute => {
            return if rest.is_empty() { "§{}".to_owned() } else { rest.to_owned() };
        }
    };
    fixed.to_owned()
}
