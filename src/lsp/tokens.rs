//! Colours by meaning. The words come from the lexer, so that a broken file keeps its colours; what a name means comes
//! from the last check.

use std::collections::BTreeMap;

use lsp_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
    SemanticTokensParams, SemanticTokensRangeParams,
};

use super::lexer::{Piece, Token, lex};
use super::snapshot::{Page, Snapshot};
use super::words::OPERATORS;
use crate::check::Meaning;
use crate::diagnostic::Span;
use crate::syntax::tree::Decl;

/// The kinds of colour, in the order of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
enum Colour {
    Keyword,
    Property,
    Variable,
    Function,
    String,
    Number,
    Comment,
    Operator,
    Class,
    Type,
    Parameter,
}

/// The first modifier: where something is declared.
const DECLARED: u32 = 1;
/// The second: of the shipped library.
const SHIPPED: u32 = 2;
/// The third: a comment that documents.
const DOCUMENTS: u32 = 4;

/// The legend that the numbers refer to.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::KEYWORD,
            SemanticTokenType::PROPERTY,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::FUNCTION,
            SemanticTokenType::STRING,
            SemanticTokenType::NUMBER,
            SemanticTokenType::COMMENT,
            SemanticTokenType::OPERATOR,
            SemanticTokenType::CLASS,
            SemanticTokenType::TYPE,
            SemanticTokenType::PARAMETER,
        ],
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::DEFAULT_LIBRARY,
            SemanticTokenModifier::DOCUMENTATION,
        ],
    }
}

/// Words that are keywords where they are no name.
const WORDS: &[&str] = &[
    "use",
    "from",
    "last",
    "next",
    "since",
    "before",
    "known",
    "missing",
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "once",
    "at",
    "daily",
    "every",
    "monthly",
    "on",
    "until",
    "local",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "yes",
    "no",
    "true",
    "false",
    "never",
];

/// A stretch of text with its colour.
#[derive(Debug, Clone, Copy)]
struct Painted {
    start: usize,
    end: usize,
    colour: Colour,
    modifiers: u32,
}

/// Answers `textDocument/semanticTokens/full`.
pub fn full(snapshot: &Snapshot, params: &SemanticTokensParams) -> Option<SemanticTokens> {
    let path = snapshot.path(&params.text_document.uri);
    let text = snapshot.text(&path)?;
    let painted = paint(snapshot, &path, &text)?;
    Some(encode(&text, &painted))
}

/// Answers `textDocument/semanticTokens/range`.
pub fn in_range(snapshot: &Snapshot, params: &SemanticTokensRangeParams) -> Option<SemanticTokens> {
    let path = snapshot.path(&params.text_document.uri);
    let text = snapshot.text(&path)?;
    let (start, end) = (text.offset(params.range.start), text.offset(params.range.end));
    let mut painted = paint(snapshot, &path, &text)?;
    painted.retain(|p| p.start < end && start < p.end);
    Some(encode(&text, &painted))
}

fn paint(snapshot: &Snapshot, path: &std::path::Path, text: &Page<'_>) -> Option<Vec<Painted>> {
    let analysis = &snapshot.analysis;
    let file = &analysis.project.files[analysis.campaign_file(path)?];
    let tokens = lex(text.text, 0);
    let mut roles = BTreeMap::new();
    for decl in &file.tree.decls {
        declared(decl, &mut roles);
    }
    let names = names(snapshot, file.id);
    let mut painted = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if matches!(token.piece, Piece::Text { .. }) {
            string(text.text, token, &names, &mut painted);
        } else if let Some(name) = names.get(&token.start).filter(|n| n.end == token.end) {
            painted.push(*name);
        } else if let Some((colour, modifiers)) = colour(text.text, &tokens, i, &roles) {
            painted.push(Painted { start: token.start, end: token.end, colour, modifiers });
        }
    }
    Some(painted)
}

/// The kinds' words, keys and variants' names of a declaration, by where they begin.
fn declared(decl: &Decl, roles: &mut BTreeMap<usize, (Colour, u32)>) {
    roles.insert(decl.kind.span.start as usize, (Colour::Keyword, 0));
    if let Some(name) = &decl.name {
        roles.insert(name.span.start as usize, (Colour::Class, DECLARED));
    }
    for setting in &decl.settings {
        roles.insert(setting.key.span.start as usize, (Colour::Property, 0));
    }
    for block in &decl.blocks {
        declared(block, roles);
    }
}

/// Names of the file whose meaning is known, by where they begin.
fn names(snapshot: &Snapshot, file: crate::diagnostic::FileId) -> BTreeMap<usize, Painted> {
    let analysis = &snapshot.analysis;
    let uses = analysis.checked.index.uses.iter().filter(|u| u.span.file == file);
    let named = uses.filter_map(|u| {
        let Span { start, end, .. } = u.span;
        let colour = match &u.meaning {
            Meaning::Declaration(_) => Colour::Class,
            Meaning::Attribute(..) | Meaning::Column { .. } => Colour::Property,
            Meaning::Relation { .. } => Colour::Type,
            Meaning::Part(_) => Colour::Variable,
            Meaning::Filter(_) | Meaning::Rule(..) => Colour::Function,
            Meaning::File(_) => return None,
        };
        let home = match &u.meaning {
            Meaning::Declaration(id) | Meaning::Attribute(id, _) | Meaning::Rule(id, _) => Some(*id),
            _ => None,
        };
        let place = super::definition::place(analysis, &u.meaning).filter(|_| home.is_some());
        let shipped = home.and_then(|id| analysis.file_of(id)).is_some_and(|f| analysis.is_library(f));
        let modifiers = if place == Some(u.span) { DECLARED } else { 0 } | if shipped { SHIPPED } else { 0 };
        Some((start as usize, Painted { start: start as usize, end: end as usize, colour, modifiers }))
    });
    named.collect()
}

fn colour(
    text: &str,
    tokens: &[Token],
    at: usize,
    roles: &BTreeMap<usize, (Colour, u32)>,
) -> Option<(Colour, u32)> {
    let token = &tokens[at];
    if let Some(role) = roles.get(&token.start) {
        return Some(*role);
    }
    Some(match token.piece {
        Piece::Comment if text[token.start..].starts_with("##") => (Colour::Comment, DOCUMENTS),
        Piece::Comment => (Colour::Comment, 0),
        Piece::Figure => (Colour::Number, 0),
        Piece::Mark('=' | '!' | '<' | '>' | '+' | '-' | '*' | '/') => (Colour::Operator, 0),
        Piece::Word => {
            let word = &text[token.start..token.end];
            let next = tokens.get(at + 1);
            if next.is_some_and(|t| t.is_mark('(')) {
                (Colour::Function, 0)
            } else if next.is_some_and(|t| t.is_mark(':')) {
                (Colour::Parameter, 0)
            } else if OPERATORS.contains(&word) || WORDS.contains(&word) {
                (Colour::Keyword, 0)
            } else {
                (Colour::Variable, 0)
            }
        }
        _ => return None,
    })
}

/// A string, with the names and the marks of tags inside it.
fn string(text: &str, token: &Token, names: &BTreeMap<usize, Painted>, out: &mut Vec<Painted>) {
    let mut inside: Vec<Painted> =
        names.range(token.start..token.end).map(|(_, p)| *p).filter(|p| p.end <= token.end).collect();
    for mark in ["{{", "}}", "{%", "%}"] {
        for (at, _) in text[token.start..token.end].match_indices(mark) {
            let start = token.start + at;
            inside.push(Painted { start, end: start + 2, colour: Colour::Operator, modifiers: 0 });
        }
    }
    inside.sort_by_key(|p| p.start);
    let mut at = token.start;
    for part in inside {
        if part.start < at {
            continue;
        }
        if part.start > at {
            out.push(Painted { start: at, end: part.start, colour: Colour::String, modifiers: 0 });
        }
        out.push(part);
        at = part.end;
    }
    if at < token.end {
        out.push(Painted { start: at, end: token.end, colour: Colour::String, modifiers: 0 });
    }
}

/// The protocol's numbers: each token's distance from the one before. A token never runs over a line's end.
fn encode(text: &Page<'_>, painted: &[Painted]) -> SemanticTokens {
    let mut data = Vec::new();
    let (mut line, mut column) = (0, 0);
    for part in painted {
        let mut start = part.start;
        for piece in text.text[part.start..part.end].split_inclusive('\n') {
            let shown = piece.trim_end_matches(['\n', '\r']);
            let (from, to) = (text.position(start), text.position(start + shown.len()));
            start += piece.len();
            if from == to || from.line != to.line {
                continue;
            }
            let delta_line = from.line - line;
            let delta_start = if delta_line == 0 { from.character - column } else { from.character };
            data.push(SemanticToken {
                delta_line,
                delta_start,
                length: to.character - from.character,
                token_type: part.colour as u32,
                token_modifiers_bitset: part.modifiers,
            });
            (line, column) = (from.line, from.character);
        }
    }
    SemanticTokens { result_id: None, data }
}
