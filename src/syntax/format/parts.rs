//! The parts of a declaration, from what the grammar matched.

use pest::iterators::Pair;

use crate::syntax::grammar::Rule;
use crate::syntax::piece::pieces;

use super::page::Source;
use super::tokens::{Token, tokens};

/// A declaration or a block in one.
pub(super) struct Block<'t> {
    /// Kind, name, title, share.
    pub(super) head: Vec<Token<'t>>,
    /// What stands in its braces, if it has any.
    pub(super) body: Option<Body<'t>>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What stands between braces.
pub(super) struct Body<'t> {
    pub(super) open: usize,
    pub(super) close: usize,
    pub(super) entries: Vec<Entry<'t>>,
}

/// A setting or a block.
pub(super) enum Entry<'t> {
    Setting(Setting<'t>),
    Block(Block<'t>),
}

impl Entry<'_> {
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Setting(setting) => setting.start,
            Self::Block(block) => block.start,
        }
    }

    pub(super) fn end(&self) -> usize {
        match self {
            Self::Setting(setting) => setting.end,
            Self::Block(block) => block.end,
        }
    }
}

/// `key: value`.
pub(super) struct Setting<'t> {
    pub(super) key: &'t str,
    pub(super) value: Vec<Token<'t>>,
    /// `send:` has words instead of an expression.
    pub(super) schedule: bool,
    pub(super) start: usize,
    pub(super) colon: usize,
    pub(super) end: usize,
}

/// Reads the parts of a declaration; none if any of them is not of the language.
pub(super) fn block<'t>(source: Source<'t>, pair: Pair<'_, Rule>) -> Option<Block<'t>> {
    let (start, end) = (pair.as_span().start(), pair.as_span().end());
    let mut parts = pair.into_inner();
    let head = parts.next()?;
    let head_end = head.as_span().end();
    let head = tokens(source, &pieces(head))?;
    let kind = head.first()?.text;
    let mut entries = Vec::new();
    for part in parts {
        match part.as_rule() {
            Rule::setting => entries.push(Entry::Setting(setting(source, part, kind)?)),
            Rule::block => entries.push(Entry::Block(block(source, part)?)),
            _ => return None,
        }
    }
    let last = head.last().map_or(start, |t| t.end);
    let Some(open) = source.clean[head_end..end].find('{').map(|i| head_end + i) else {
        return entries.is_empty().then_some(Block { head, body: None, start, end: last });
    };
    let close = source.clean[..end].rfind('}').filter(|close| *close > open)?;
    Some(Block { head, body: Some(Body { open, close, entries }), start, end: close + 1 })
}

fn setting<'t>(source: Source<'t>, pair: Pair<'_, Rule>, kind: &str) -> Option<Setting<'t>> {
    let mut parts = pair.into_inner();
    let (key, colon, value) = (parts.next()?, parts.next()?, parts.next()?);
    let (start, colon) = (key.as_span().start(), colon.as_span().end());
    let key = source.slice(start, key.as_span().end());
    let value = tokens(source, &pieces(value))?;
    let end = value.last()?.end;
    let schedule = key == "send" && crate::syntax::build::sends(kind);
    Some(Setting { key, value, schedule, start, colon, end })
}
