//! The grammars for colours name words of the language, and are held to the tables here: kinds, methods, functions, filters and
//! tests in `grammar/campaign.tmLanguage.json`, kinds and operators in `grammar/tree-sitter-herald/`.

use serde_json::Value;

use super::words::{AGGREGATES, OPERATORS};
use crate::check::filters::{FILTERS, TESTS};
use crate::check::functions::FUNCTIONS;
use crate::check::kinds::KINDS;
use crate::check::methods::METHODS;

/// Every text of the grammar.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|v| texts(v, out)),
        Value::Object(fields) => fields.values().for_each(|v| texts(v, out)),
        _ => {}
    }
}

#[test]
fn its_lists_of_words_are_those_of_the_tables() {
    let grammar: Value =
        serde_json::from_str(include_str!("../../grammar/campaign.tmLanguage.json")).unwrap();
    let mut found = Vec::new();
    texts(&grammar, &mut found);
    let lists: [(&str, Vec<&str>); 6] = [
        ("kinds", KINDS.iter().map(|k| k.name).filter(|k| *k != "variant").collect()),
        ("methods", METHODS.iter().map(|m| m.name).collect()),
        ("functions", FUNCTIONS.iter().map(|f| f.name).collect()),
        ("aggregates", AGGREGATES.iter().map(|a| a.0).collect()),
        ("filters", FILTERS.iter().map(|f| f.name).collect()),
        ("tests", TESTS.to_vec()),
    ];
    for (what, words) in lists {
        let wanted = format!("({})", words.join("|"));
        assert!(found.iter().any(|t| t.contains(&wanted)), "the list of {what} should be {wanted}");
    }
}

#[test]
fn the_aggregates_are_those_that_the_checker_knows() {
    for (name, _) in AGGREGATES {
        assert!(crate::check::expr::aggregation(name).is_some(), "{name}");
    }
}

/// The words in quotes in a text, between two others.
fn quoted<'t>(text: &'t str, from: &str, to: &str, quote: char) -> Vec<&'t str> {
    let start = text.find(from).unwrap_or_else(|| panic!("no `{from}`")) + from.len();
    let end = start + text[start..].find(to).unwrap();
    text[start..end].split(quote).skip(1).step_by(2).collect()
}

#[test]
fn the_tree_sitter_grammar_knows_the_kinds_and_its_parser_was_made_from_it() {
    let kinds: Vec<&str> = KINDS.iter().map(|k| k.name).filter(|k| *k != "variant").collect();
    let grammar = include_str!("../../grammar/tree-sitter-herald/grammar.js");
    let parser = include_str!("../../grammar/tree-sitter-herald/src/parser.c");
    assert_eq!(quoted(grammar, "const KINDS = [", "];", '\''), kinds);
    for word in kinds.into_iter().chain(["use", "variant"]) {
        assert!(
            parser.contains(&format!("  anon_sym_{word} = ")),
            "`tree-sitter generate` after `{word}` came"
        );
    }
}

#[test]
fn the_tree_sitter_colours_know_the_words_that_join_and_ask() {
    let colours = include_str!("../../grammar/tree-sitter-herald/queries/highlights.scm");
    let words = quoted(colours, "(#any-of? @keyword.operator\n", "))", '"');
    for word in OPERATORS {
        assert!(words.contains(word), "{word}");
    }
}
