//! The tokens of a value, with the spaces between them.

use unicode_width::UnicodeWidthStr;

use crate::syntax::piece::{Kind, Piece};
use crate::syntax::words::names_operator;

use super::page::Source;

/// What a token does in its expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A value, or a part of one.
    Operand,
    /// `-`, `not`.
    Prefix,
    /// Between two values: a sign or a word.
    Infix,
    /// `,`, `:`, `.`.
    Punctuation,
}

/// A token; a bracket with all that is in it is one.
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a space stands before it on a line.
    pub(super) space: bool,
    pub(super) role: Role,
    pub(super) group: Option<Group<'t>>,
    /// On one line, the space before it left out.
    pub(super) width: usize,
    /// It cannot be written on one line.
    pub(super) broken: bool,
}

/// What is in a bracket.
pub(super) struct Group<'t> {
    pub(super) items: Vec<Vec<Token<'t>>>,
    pub(super) close: &'static str,
    pub(super) close_start: usize,
    /// Its items may have a line each: it is no index.
    pub(super) opens: bool,
    /// Where its items have a line each, the last one ends with a comma.
    pub(super) comma: bool,
}

/// The width of tokens on one line.
pub(super) fn width(tokens: &[Token<'_>]) -> usize {
    tokens.iter().enumerate().map(|(i, t)| t.width + usize::from(t.space && i > 0)).sum()
}

/// The tokens of pieces; none if there is something among them that is not of the language.
pub(super) fn tokens<'t>(source: Source<'t>, pieces: &[Piece]) -> Option<Vec<Token<'t>>> {
    let mut out: Vec<Token<'t>> = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let value_follows = pieces.get(index + 1).is_some_and(|next| begins_value(source, next));
        let before = Before::of(out.last());
        match piece.kind {
            Kind::Round | Kind::Square => out.push(bracket(source, piece, &before)?),
            Kind::Number => number(source, piece, &before, &mut out),
            Kind::Text | Kind::Date | Kind::Clock => {
                out.push(plain(source, piece.start, piece.end, before.space, Role::Operand));
            }
            Kind::Word => {
                let word = source.slice(piece.start, piece.end);
                let role = match word {
                    "in" if before.text == "not" => Role::Infix,
                    _ if !before.value_wanted => Role::Infix,
                    "not" if value_follows => Role::Prefix,
                    _ => Role::Operand,
                };
                out.push(plain(source, piece.start, piece.end, before.space, role));
            }
            Kind::Op => out.push(sign(source, piece, &before, value_follows)),
            Kind::Dot | Kind::Comma | Kind::Colon => {
                out.push(plain(source, piece.start, piece.end, false, Role::Punctuation));
            }
            Kind::OddText | Kind::Price | Kind::Brace | Kind::Hidden | Kind::Mark => return None,
        }
    }
    Some(out)
}

/// What stands before the next token.
struct Before<'t> {
    text: &'t str,
    end: usize,
    space: bool,
    value_wanted: bool,
    word: bool,
    role: Role,
}

impl<'t> Before<'t> {
    fn of(last: Option<&Token<'t>>) -> Self {
        let Some(last) = last else {
            let role = Role::Punctuation;
            return Self { text: "", end: 0, space: false, value_wanted: true, word: false, role };
        };
        let word = last.group.is_none() && last.text.starts_with(crate::syntax::words::is_letter);
        let tight = matches!(last.text, "." | "..") && last.role != Role::Operand;
        let sign = last.role == Role::Prefix && last.text != "not";
        let space = !tight && !sign;
        let value_wanted = last.role != Role::Operand;
        Self { text: last.text, end: last.end, space, value_wanted, word, role: last.role }
    }
}

/// Whether a value may begin with a piece, and not only an operator.
fn begins_value(source: Source<'_>, piece: &Piece) -> bool {
    let text = source.slice(piece.start, piece.end);
    match piece.kind {
        Kind::Op => text == "-",
        Kind::Dot | Kind::Comma | Kind::Colon => false,
        Kind::Word => !names_operator(text) && text != "before",
        _ => true,
    }
}

fn plain(source: Source<'_>, start: usize, end: usize, space: bool, role: Role) -> Token<'_> {
    let text = source.slice(start, end);
    Token { text, start, end, space, role, group: None, width: text.width(), broken: text.contains('\n') }
}

/// `5000 CNY`: a number and its unit, with one space between. A comment may stand there.
fn number<'t>(source: Source<'t>, piece: &Piece, before: &Before<'t>, out: &mut Vec<Token<'t>>) {
    let mut at = piece.start;
    let mut space = before.space;
    for part in source.clean[piece.start..piece.end].split(' ') {
        if !part.is_empty() {
            out.push(plain(source, at, at + part.len(), space, Role::Operand));
            space = true;
        }
        at += part.len() + 1;
    }
}

fn sign<'t>(source: Source<'t>, piece: &Piece, before: &Before<'t>, value_follows: bool) -> Token<'t> {
    let text = source.slice(piece.start, piece.end);
    let (space, role) = match text {
        // An open range is a value: an operator may follow.
        ".." => (false, if value_follows { Role::Infix } else { Role::Operand }),
        _ if before.value_wanted => (before.space, Role::Prefix),
        _ => (true, Role::Infix),
    };
    plain(source, piece.start, piece.end, space, role)
}

fn bracket<'t>(source: Source<'t>, piece: &Piece, before: &Before<'t>) -> Option<Token<'t>> {
    if piece.lost {
        return None;
    }
    let round = piece.kind == Kind::Round;
    let adjacent = before.end == piece.start;
    let keyword = names_operator(before.text) || matches!(before.text, "not" | "before" | "last" | "next");
    // What stands right behind a value belongs to it: arguments or an index.
    let behind = match (round, before.word) {
        (true, true) if keyword => before.role == Role::Operand && adjacent,
        (true, word) => word,
        (false, _) => before.role == Role::Operand && adjacent,
    };
    let space = before.space && !behind;
    let mut items = Vec::new();
    for item in piece.inner.split(|p| p.kind == Kind::Comma) {
        if !item.is_empty() {
            items.push(tokens(source, item)?);
        }
    }
    let (start, end) = (piece.start, piece.end);
    let opens = round || !behind;
    let written = source.slice(start + 1, end).trim_start_matches([' ', '\t']);
    // Items that were given lines of their own keep them, so that it is the writer's to choose.
    let written = written.starts_with('\n') && (items.len() > 1 || !round);
    let broken = source.commented(start, end)
        || items.iter().flatten().any(|t| t.broken)
        || (opens && !items.is_empty() && written);
    let inside: usize = items.iter().map(|item| width(item)).sum();
    let comma = if round { behind && items.len() > 1 } else { !items.is_empty() };
    Some(Token {
        text: if round { "(" } else { "[" },
        start,
        end,
        space,
        role: Role::Operand,
        width: inside + 2 * items.len().saturating_sub(1) + 2,
        broken,
        group: Some(Group {
            items,
            close: if round { ")" } else { "]" },
            close_start: end - 1,
            opens,
            comma,
        }),
    })
}
