//! The pieces of an expression, as the grammar tells them apart: words, figures, texts, operators, brackets.

use pest::iterators::Pair;

use super::grammar::Rule;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Text in its right form.
    Text,
    /// Text in wrong quotes or without its end: reported.
    OddText,
    Date,
    Clock,
    Number,
    /// A number behind a currency's sign.
    Price,
    Op,
    Dot,
    Comma,
    Colon,
    Round,
    Square,
    Brace,
    /// A bracket nested too deeply: reported.
    Hidden,
    /// A character that has no meaning.
    Mark,
}

/// A piece with its place, and what is inside its brackets.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) inner: Vec<Piece>,
    /// Whether it could not be read, or something inside its brackets: reported.
    pub(super) lost: bool,
}

/// The pieces of a `value`, `head`, `use_line` or bracket. Brackets nest no deeper than the scan allows.
pub(super) fn pieces(pair: Pair<'_, Rule>) -> Vec<Piece> {
    pair.into_inner().filter_map(piece).collect()
}

fn piece(pair: Pair<'_, Rule>) -> Option<Piece> {
    let kind = match pair.as_rule() {
        Rule::word => Kind::Word,
        Rule::string => Kind::Text,
        Rule::odd => Kind::OddText,
        Rule::date => Kind::Date,
        Rule::clock => Kind::Clock,
        Rule::number => Kind::Number,
        Rule::price => Kind::Price,
        Rule::op => Kind::Op,
        Rule::dot => Kind::Dot,
        Rule::comma | Rule::list_comma => Kind::Comma,
        Rule::mark_colon => Kind::Colon,
        Rule::round => Kind::Round,
        Rule::square => Kind::Square,
        Rule::brace => Kind::Brace,
        Rule::hidden => Kind::Hidden,
        Rule::mark | Rule::head_mark | Rule::tag => Kind::Mark,
        _ => return None,
    };
    let span = pair.as_span();
    let (start, end) = (span.start(), span.end());
    let mut lost = kind == Kind::Hidden;
    let mut inner = Vec::new();
    if matches!(kind, Kind::Round | Kind::Square | Kind::Brace) {
        for pair in pair.into_inner() {
            lost |= pair.as_rule() == Rule::missing;
            if let Some(piece) = piece(pair) {
                lost |= piece.kind == Kind::Hidden;
                inner.push(piece);
            }
        }
    }
    Some(Piece { kind, start, end, inner, lost })
}
