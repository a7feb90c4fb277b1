//! What stands between two values.

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::piece::{Kind, Piece};
use crate::syntax::tree::{BinaryOp, Expr, Unit};

use super::{Cursor, Reader, unit_name};

/// How tightly an operator holds its sides together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    When,
    Or,
    And,
    Compare,
    Range,
    Add,
    Multiply,
    Per,
    Operand,
}

impl Level {
    /// The next tighter one: the right side of an operator is read at it, so that `a - b - c` is `(a - b) - c`.
    pub(super) fn next(self) -> Self {
        match self {
            Self::When => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Compare,
            Self::Compare => Self::Range,
            Self::Range => Self::Add,
            Self::Add => Self::Multiply,
            Self::Multiply => Self::Per,
            Self::Per | Self::Operand => Self::Operand,
        }
    }
}

/// An operator between two values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Infix {
    Binary(BinaryOp),
    Is,
    Range,
    When,
    Per,
    Since(Unit),
}

impl Infix {
    pub(super) fn level(self) -> Level {
        match self {
            Self::When => Level::When,
            Self::Binary(BinaryOp::Or) => Level::Or,
            Self::Binary(BinaryOp::And) => Level::And,
            Self::Binary(BinaryOp::Add | BinaryOp::Sub) => Level::Add,
            Self::Binary(BinaryOp::Mul | BinaryOp::Div) => Level::Multiply,
            Self::Binary(_) | Self::Is => Level::Compare,
            Self::Range => Level::Range,
            Self::Per | Self::Since(_) => Level::Per,
        }
    }
}

/// The operator a symbol stands for, and whether that is how the language writes it.
fn symbol(text: &str) -> Option<(Infix, bool)> {
    use BinaryOp::{Add, And, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, Sub};
    let (op, right) = match text {
        "=" | "＝" => (Eq, true),
        "!=" => (Ne, true),
        "<" | "＜" => (Lt, true),
        "<=" => (Le, true),
        ">" | "＞" => (Gt, true),
        ">=" => (Ge, true),
        "+" | "＋" => (Add, true),
        "-" | "－" | "–" | "—" | "−" => (Sub, true),
        "*" | "＊" => (Mul, true),
        "/" | "／" => (Div, true),
        ".." => return Some((Infix::Range, true)),
        "==" => (Eq, false),
        "<>" | "≠" => (Ne, false),
        "≤" => (Le, false),
        "≥" | "=>" => (Ge, false),
        "×" => (Mul, false),
        "÷" => (Div, false),
        "&&" => (And, false),
        "||" => (Or, false),
        _ => return None,
    };
    Some((Infix::Binary(op), right))
}

impl Reader<'_, '_> {
    /// Whether a piece is that word, in whatever case.
    pub(in crate::syntax) fn is_word(&self, piece: &Piece, word: &str) -> bool {
        piece.kind == Kind::Word && self.text(piece).eq_ignore_ascii_case(word)
    }

    /// The operator that stands here, and how many pieces it is made of. `where` and windows are none.
    pub(super) fn infix(&self, cursor: &Cursor<'_>, left: &Expr) -> Option<(Infix, usize)> {
        let piece = cursor.peek(0)?;
        if piece.kind == Kind::Op {
            return symbol(self.text(piece)).map(|(infix, _)| (infix, 1));
        }
        if piece.kind != Kind::Word {
            return None;
        }
        let infix = match self.text(piece).to_ascii_lowercase().as_str() {
            "and" => Infix::Binary(BinaryOp::And),
            "or" => Infix::Binary(BinaryOp::Or),
            "in" if self.last_or_next(cursor).is_some() => return None,
            "in" => Infix::Binary(BinaryOp::In),
            "not" if cursor.peek(1).is_some_and(|p| self.is_word(p, "in")) => {
                return Some((Infix::Binary(BinaryOp::NotIn), 2));
            }
            "contains" => Infix::Binary(BinaryOp::Contains),
            "within" => Infix::Binary(BinaryOp::Within),
            "is" => Infix::Is,
            "when" => Infix::When,
            "per" => Infix::Per,
            "since" => Infix::Since(unit_name(left)?),
            _ => return None,
        };
        Some((infix, 1))
    }

    /// Whether `in last 30 days` or `in next …` stands here, and not membership of something called `last`.
    pub(super) fn last_or_next(&self, cursor: &Cursor<'_>) -> Option<Span> {
        let (first, second, third) = (cursor.peek(0)?, cursor.peek(1)?, cursor.peek(2)?);
        let named =
            self.is_word(first, "in") && (self.is_word(second, "last") || self.is_word(second, "next"));
        let counted = third.kind == Kind::Number
            || (third.kind == Kind::Word && crate::syntax::words::duration_word(self.text(third)));
        (named && counted).then(|| self.span(first).to(self.span(third)))
    }

    /// Reports an operator written as another language writes it.
    pub(super) fn infix_habit(&mut self, cursor: &Cursor<'_>, infix: Infix, width: usize) {
        let pieces = &cursor.pieces[cursor.at..cursor.at + width];
        let Some(span) = self.cover(pieces) else { return };
        let text = self.findings.slice(span);
        let right = match infix {
            Infix::Binary(op) => op.symbol(),
            Infix::Is => "is",
            Infix::Range => "..",
            Infix::When => "when",
            Infix::Per => "per",
            Infix::Since(_) => "since",
        };
        if pieces[0].kind == Kind::Op {
            if symbol(text).is_some_and(|(_, right)| right) {
                return;
            }
            let message = match text {
                "==" => "a single `=` compares".to_owned(),
                _ => format!("`{text}` is written `{right}`"),
            };
            let words = right.starts_with(|c: char| c.is_ascii_alphabetic());
            let form = if words { self.spaced(span, right) } else { right.to_owned() };
            self.findings.push(
                Diagnostic::error("H0120", span, message).label(format!("write `{right}`")).fix(
                    format!("write `{right}`"),
                    span,
                    form,
                ),
            );
        } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
            self.wrong_case(span, right);
        }
    }

    /// A word that takes a symbol's place, with the spaces it needs.
    pub(super) fn spaced(&self, span: Span, word: &str) -> String {
        let text = self.findings.text();
        let before = text[..span.start as usize].ends_with([' ', '\t', '\n', '(', '[']);
        let after = text[span.end as usize..].starts_with([' ', '\t', '\n', '\r']);
        format!("{}{word}{}", if before { "" } else { " " }, if after { "" } else { " " })
    }

    /// Reports a keyword that is not in small letters.
    pub(in crate::syntax) fn capitals(&mut self, piece: &Piece, word: &str) {
        if self.text(piece) != word {
            self.wrong_case(self.span(piece), word);
        }
    }

    fn wrong_case(&mut self, span: Span, word: &str) {
        let text = self.findings.slice(span);
        self.findings.push(
            Diagnostic::error("H0121", span, format!("`{text}` is written in small letters"))
                .label(format!("write `{word}`"))
                .fix(format!("write `{word}`"), span, word),
        );
    }

    /// Whether a value stands here, and not an operator or the end.
    pub(super) fn operand_follows(&self, cursor: &Cursor<'_>) -> bool {
        let Some(piece) = cursor.peek(0) else { return false };
        match piece.kind {
            Kind::Op => matches!(self.text(piece), "-" | "!"),
            Kind::Dot | Kind::Comma | Kind::Colon => false,
            Kind::Word => {
                let word = self.text(piece).to_ascii_lowercase();
                let operator = crate::syntax::words::names_operator(&word) || word == "before";
                let denied_in = word == "not" && cursor.peek(1).is_some_and(|p| self.is_word(p, "in"));
                !operator && !denied_in
            }
            _ => true,
        }
    }
}
