//! The layout of a value: on one line if it fits, else a line for each condition, or for each item of a bracket.

use super::page::{Blank, Page};
use super::tokens::{Group, Role, Token, width};

/// The width of a page in columns.
pub(super) const WIDTH: usize = 100;

/// Where the lines of a broken chain of conditions begin.
#[derive(Clone, Copy)]
pub(super) enum Chain {
    /// `and` ends where its value's column begins, but stands at least here.
    Under(usize),
    /// At this column.
    At(usize),
}

/// Writes tokens on the line that was begun; `tail` columns must remain behind them.
pub(super) fn write(page: &mut Page<'_>, tokens: &[Token<'_>], chain: Chain, tail: usize) {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
    let space = usize::from(page.pending.is_none() && first.space);
    let fits = page.column() + space + width(tokens) + tail <= WIDTH;
    let broken = tokens.iter().any(|t| t.broken) || page.source.commented(first.start, last.end);
    let conditions = joins(tokens, &["and", "or"]);
    if fits && !broken && !conditions.iter().any(|&i| breaks_at(page, tokens, i)) {
        return flat(page, tokens);
    }
    if !conditions.is_empty() {
        return write_chain(page, tokens, &conditions, chain, tail);
    }
    let terms = terms(tokens);
    let room = WIDTH.saturating_sub(page.column() + 4 + tail);
    if !broken && calls(tokens, &terms) && parts(tokens, &terms).all(|part| width(part) <= room) {
        return write_chain(page, tokens, &terms, chain, tail);
    }
    brackets(page, tokens, tail);
}

/// Writes tokens on one line, whatever its length.
pub(super) fn flat(page: &mut Page<'_>, tokens: &[Token<'_>]) {
    for token in tokens {
        flat_token(page, token, token.space);
    }
}

fn flat_token(page: &mut Page<'_>, token: &Token<'_>, space: bool) {
    let Some(group) = &token.group else {
        return plain(page, token, space);
    };
    page.token(token.text, token.start, token.start + 1, space);
    for (index, item) in group.items.iter().enumerate() {
        if index > 0 {
            page.push(",");
        }
        for (place, token) in item.iter().enumerate() {
            flat_token(page, token, if place == 0 { index > 0 } else { token.space });
        }
    }
    page.token(group.close, group.close_start, token.end, false);
}

fn plain(page: &mut Page<'_>, token: &Token<'_>, space: bool) {
    if token.text.contains('\n') {
        page.token("", token.start, token.end, space);
        page.text_block(token.text);
    } else {
        page.token(token.text, token.start, token.end, space);
    }
}

/// Where operators stand between the parts of a value.
fn joins(tokens: &[Token<'_>], operators: &[&str]) -> Vec<usize> {
    let joins = |t: &Token<'_>| t.role == Role::Infix && operators.contains(&t.text);
    tokens.iter().enumerate().filter(|(_, t)| joins(t)).map(|(i, _)| i).collect()
}

/// Where the arithmetic of a value may be broken: at sums, or if there are none at products.
fn terms(tokens: &[Token<'_>]) -> Vec<usize> {
    let arithmetic = |t: &Token<'_>| t.role != Role::Infix || matches!(t.text, "+" | "-" | "*" | "/");
    if !tokens.iter().all(arithmetic) {
        return Vec::new();
    }
    let sums = joins(tokens, &["+", "-"]);
    if sums.is_empty() { joins(tokens, &["*", "/"]) } else { sums }
}

/// The tokens between operators.
fn parts<'p, 't>(tokens: &'p [Token<'t>], joins: &'p [usize]) -> impl Iterator<Item = &'p [Token<'t>]> {
    let starts = std::iter::once(0).chain(joins.iter().map(|i| i + 1));
    let ends = joins.iter().copied().chain([tokens.len()]);
    starts.zip(ends).map(|(start, end)| &tokens[start..end])
}

/// Whether at least two parts have brackets that could be opened: then it is better to open none.
fn calls(tokens: &[Token<'_>], joins: &[usize]) -> bool {
    let opens = |t: &Token<'_>| t.group.as_ref().is_some_and(|g| g.opens && !g.items.is_empty());
    parts(tokens, joins).filter(|part| part.iter().any(opens)).count() > 1
}

/// Whether the source has a line break on either side of an operator.
fn breaks_at(page: &Page<'_>, tokens: &[Token<'_>], operator: usize) -> bool {
    let around = &tokens[operator.saturating_sub(1)..(operator + 2).min(tokens.len())];
    around.windows(2).any(|pair| page.source.breaks_line(pair[0].end, pair[1].start))
}

fn write_chain(page: &mut Page<'_>, tokens: &[Token<'_>], joins: &[usize], chain: Chain, tail: usize) {
    // Of `1.2 when a and b` and `views where a and b` the conditions begin behind the word.
    let opens = |t: &Token<'_>| t.role == Role::Infix && matches!(t.text, "when" | "where");
    let begin = tokens[..joins[0]].iter().rposition(opens).map_or(0, |i| i + 1);
    brackets(page, &tokens[..begin], 0);
    let space = usize::from(page.pending.is_none() && tokens[begin].space);
    let under = (page.true_column() + space).saturating_sub(4);
    let (column, right) = match chain {
        Chain::At(column) if begin == 0 => (column, 0),
        Chain::At(least) | Chain::Under(least) => (under.max(least), 3),
    };
    let outer = std::mem::replace(&mut page.hanging, column + 4);
    let ends = joins.iter().copied().chain([tokens.len()]);
    let mut start = begin;
    for end in ends {
        if start > begin {
            let word = &tokens[start];
            page.comments_before(word.start);
            page.break_line(column + right.max(word.text.len()) - word.text.len(), Blank::Never);
            page.token(word.text, word.start, word.end, false);
            start += 1;
        }
        let last = end == tokens.len();
        brackets(page, &tokens[start..end], if last { tail } else { 0 });
        start = end;
    }
    page.hanging = outer;
}

/// Writes tokens one behind the other; brackets that do not fit are opened, a line for each item.
fn brackets(page: &mut Page<'_>, tokens: &[Token<'_>], tail: usize) {
    for (index, token) in tokens.iter().enumerate() {
        match &token.group {
            Some(group) if group.opens && (token.broken || !fits(page, &tokens[index..], tail)) => {
                open(page, token, group);
            }
            _ => flat_token(page, token, token.space),
        }
    }
}

/// Whether the bracket at the beginning fits, with all up to the next one that may be opened.
fn fits(page: &Page<'_>, tokens: &[Token<'_>], tail: usize) -> bool {
    let Some((first, rest)) = tokens.split_first() else { return true };
    let next = rest.iter().position(|t| t.group.as_ref().is_some_and(|g| g.opens && !g.items.is_empty()));
    let (rest, tail) = next.map_or((rest, tail), |next| (&rest[..next], 2));
    let empty = first.group.as_ref().is_some_and(|g| g.items.is_empty());
    let spaces = rest.first().map_or(0, |t| usize::from(t.space)) + usize::from(first.space);
    empty || page.column() + first.width + spaces + width(rest) + tail <= WIDTH
}

/// Writes a bracket with a line for each item.
fn open(page: &mut Page<'_>, token: &Token<'_>, group: &Group<'_>) {
    page.token(token.text, token.start, token.start + 1, token.space);
    let indent = page.indent();
    let outer = std::mem::replace(&mut page.hanging, indent + 4);
    for (index, item) in group.items.iter().enumerate() {
        page.break_line(indent + 2, if index == 0 { Blank::First } else { Blank::AsWritten });
        write(page, item, Chain::At(indent + 4), 1);
        if group.comma || index + 1 < group.items.len() {
            page.push(",");
        }
    }
    page.break_line(indent + 2, if group.items.is_empty() { Blank::First } else { Blank::AsWritten });
    page.comments_before(group.close_start);
    page.break_line(indent, Blank::Never);
    page.token(group.close, group.close_start, token.end, false);
    page.hanging = outer;
}
