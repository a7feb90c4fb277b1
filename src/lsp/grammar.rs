//! The grammar for colours (`grammar/campaign.tmLanguage.json`) names kinds, methods, functions, filters and tests. Here
//! it is held to the tables.

use serde_json::Value;

use super::words::AGGREGATES;
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
