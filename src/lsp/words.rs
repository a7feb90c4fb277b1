//! Words of the language that the tables of the checker do not hold, and the word at a place.

use std::ops::Range;

use super::lexer::{begins_word, in_word};

/// The aggregates, with a sentence each.
pub const AGGREGATES: &[(&str, &str)] = &[
    ("count", "How many rows there are: `count(orders in last 90 days)`. Of nothing 0."),
    ("any", "Whether there is a row: `any(purchases where quantity > 1)`."),
    ("sum", "The sum of a column: `sum(purchases.amount in last 365 days)`. Of nothing 0."),
    ("avg", "The mean of a column; of nothing missing."),
    ("min", "The smallest value of a column; with two values the smaller."),
    ("max", "The largest value of a column; with two values the larger."),
    ("latest", "The column's value in the latest row: `latest(orders.at)`."),
    ("earliest", "The column's value in the earliest row."),
    ("most_common", "The value most rows have: `most_common(views.product.category in last 14 days)`."),
];

/// Words that join or ask, and are no value themselves.
pub const OPERATORS: &[&str] =
    &["and", "or", "not", "in", "is", "contains", "within", "when", "where", "per"];

/// The word that ends at an offset; empty if none does.
pub fn word_before(text: &str, offset: usize) -> Range<usize> {
    let offset = floor(text, offset);
    let before = &text[..offset];
    let start =
        before.char_indices().rev().take_while(|(_, c)| in_word(*c)).last().map_or(offset, |(i, _)| i);
    let begins = before[start..].chars().next().is_some_and(begins_word);
    if begins { start..offset } else { offset..offset }
}

/// The offset, moved into the text and to the border of a character.
pub fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A word under the pointer.
#[derive(Debug)]
pub struct Under<'t> {
    /// The word.
    pub word: &'t str,
    /// Its place.
    pub range: Range<usize>,
    /// Whether a bracket follows.
    pub is_called: bool,
}

/// The word at an offset, or just before it.
pub fn under(text: &str, offset: usize) -> Option<Under<'_>> {
    let offset = floor(text, offset);
    let start = text[..offset]
        .char_indices()
        .rev()
        .take_while(|(_, c)| in_word(*c))
        .last()
        .map_or(offset, |(i, _)| i);
    let end = text[offset..].find(|c| !in_word(c)).map_or(text.len(), |i| offset + i);
    let is_called = text[end..].trim_start_matches([' ', '\t']).starts_with('(');
    (start < end).then(|| Under { word: &text[start..end], range: start..end, is_called })
}
