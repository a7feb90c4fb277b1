//! Values: literals, names, members, calls, lists, parentheses, and the signs before them.

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::literal;
use crate::syntax::piece::{Kind, Piece};
use crate::syntax::tree::{Arg, Expr, ExprKind, Name, UnaryOp};
use crate::syntax::words::names_operator;

use super::operator::Level;
use super::{Cursor, HIGHEST, Node, Place, Reader, Reported, unary};

impl Reader<'_, '_> {
    /// A value with the `not` and `-` before it.
    pub(super) fn prefix(&mut self, cursor: &mut Cursor<'_>) -> Result<Node, Reported> {
        let mut signs = Vec::new();
        while let Some((op, span)) = self.sign(cursor) {
            signs.push((op, span));
            if signs.len() > HIGHEST {
                break;
            }
        }
        // `not a = b` denies the comparison; a minus belongs to its number alone.
        let denied = signs.iter().any(|(op, _)| *op == UnaryOp::Not);
        let mut node = match signs.last() {
            Some(&(_, span)) if signs.len() > HIGHEST => self.node(ExprKind::Broken, span, HIGHEST)?,
            _ if denied => self.climb(cursor, Level::Compare)?,
            _ => self.operand(cursor)?,
        };
        for (op, span) in signs.into_iter().rev() {
            let whole = span.to(node.expr.span);
            node = self.node(unary(op, node.expr), whole, node.height)?;
        }
        Ok(node)
    }

    fn sign(&mut self, cursor: &mut Cursor<'_>) -> Option<(UnaryOp, Span)> {
        let piece = cursor.peek(0)?;
        let span = self.span(piece);
        let op =
            match piece.kind {
                Kind::Op => match self.text(piece) {
                    "-" | "–" | "—" | "−" | "－" => UnaryOp::Neg,
                    "!" | "！" => {
                        let form = self.spaced(span, "not");
                        self.findings.push(
                            Diagnostic::error("H0120", span, "`!` is written `not`")
                                .label("write `not`")
                                .fix("write `not`", span, form),
                        );
                        UnaryOp::Not
                    }
                    _ => return None,
                },
                Kind::Word if self.is_word(piece, "not") => {
                    let next = Cursor { pieces: cursor.pieces, at: cursor.at + 1, place: cursor.place };
                    if !self.operand_follows(&next) {
                        return None;
                    }
                    self.capitals(piece, "not");
                    UnaryOp::Not
                }
                _ => return None,
            };
        cursor.at += 1;
        Some((op, span))
    }

    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Node, Reported> {
        let Some(piece) = cursor.peek(0) else { return Err(self.nothing_follows(cursor)) };
        let span = self.span(piece);
        let mut height = 0;
        cursor.at += 1;
        let kind = match piece.kind {
            Kind::Word => self.word(cursor, piece)?,
            Kind::Number => literal::number(self.findings, span),
            Kind::Price => literal::price(self.findings, span),
            Kind::Clock => literal::clock(self.findings, span),
            Kind::Date => {
                let (kind, span) = self.date(cursor, span);
                return self.node(kind, span, 0);
            }
            Kind::Text | Kind::OddText => ExprKind::Str(literal::text(self.findings, span)),
            Kind::Square => {
                let (items, below) = self.list(piece);
                height = below;
                ExprKind::List(items)
            }
            Kind::Round => return self.parenthesis(piece, span),
            _ => {
                cursor.at -= 1;
                return Err(self.no_value(cursor, piece));
            }
        };
        let span = match &kind {
            ExprKind::Call { args, .. } => args.iter().fold(span, |span, arg| span.to(arg.value.span)),
            _ => span,
        };
        let node = self.node(kind, span, height)?;
        self.postfix(cursor, node)
    }

    /// A name, or a mistake where an operator has nothing before it.
    fn word(&mut self, cursor: &mut Cursor<'_>, piece: &Piece) -> Result<ExprKind, Reported> {
        let word = self.text(piece);
        let called = cursor.peek(0).is_some_and(|p| p.kind == Kind::Round && p.start == piece.end);
        if names_operator(word) && !called && self.operand_follows(cursor) {
            let span = self.span(piece);
            let message = format!("nothing stands before `{word}`");
            self.findings.push(Diagnostic::error("H0113", span, message).label("expected a value before it"));
            return Err(Reported);
        }
        if word == "after"
            && let Some(length) = cursor.peek(0).filter(|p| p.kind == Kind::Number)
        {
            // `after 60 days` is a call without its parentheses.
            cursor.at += 1;
            let place = self.span(length);
            let value = Expr { kind: literal::number(self.findings, place), span: place };
            let callee = Name { text: word.to_owned(), span: self.span(piece) };
            return Ok(ExprKind::Call { callee, args: vec![Arg { name: None, value }] });
        }
        Ok(ExprKind::Name(word.to_owned()))
    }

    /// A date, or an instant if a time follows.
    fn date(&mut self, cursor: &mut Cursor<'_>, span: Span) -> (ExprKind, Span) {
        let date = literal::date(self.findings, span);
        let Some(piece) = cursor.peek(0).filter(|p| p.kind == Kind::Clock) else { return (date, span) };
        cursor.at += 1;
        let end = self.span(piece);
        let kind = match (date, literal::clock(self.findings, end)) {
            (ExprKind::Date(date), ExprKind::Time(time)) => ExprKind::Instant(date.to_datetime(time)),
            _ => ExprKind::Broken,
        };
        (kind, span.to(end))
    }

    fn parenthesis(&mut self, piece: &Piece, span: Span) -> Result<Node, Reported> {
        if piece.inner.iter().any(|p| p.kind == Kind::Comma) {
            self.findings.push(
                Diagnostic::error("H0134", span, "a list stands in square brackets")
                    .label("write `[` and `]`")
                    .fix("write square brackets", span, {
                        let text = self.findings.slice(span);
                        format!("[{}]", text.get(1..text.len() - 1).unwrap_or_default())
                    }),
            );
            let (items, below) = self.list(piece);
            return self.node(ExprKind::List(items), span, below);
        }
        if piece.inner.is_empty() {
            self.findings.push(
                Diagnostic::error("H0113", span, "nothing stands between these parentheses")
                    .label("expected a value inside"),
            );
            return Err(Reported);
        }
        if piece.lost {
            return Err(Reported);
        }
        let mut cursor = Cursor { pieces: &piece.inner, at: 0, place: Place::Elsewhere };
        let mut node = self.whole(&mut cursor)?;
        node.expr.span = span;
        Ok(node)
    }

    /// `.column`, `(arguments)` and `[index]` behind a value.
    fn postfix(&mut self, cursor: &mut Cursor<'_>, mut node: Node) -> Result<Node, Reported> {
        while let Some(piece) = cursor.peek(0) {
            let end = self.span(piece);
            let span = node.expr.span.to(end);
            let adjacent = piece.start <= node.expr.span.end as usize;
            match piece.kind {
                Kind::Dot => {
                    let Some(name) = cursor.peek(1).filter(|p| p.kind == Kind::Word) else {
                        self.findings.push(
                            Diagnostic::error("H0113", end, "a column's name is missing behind this dot")
                                .label("expected a name behind it"),
                        );
                        return Err(Reported);
                    };
                    let name = Name { text: self.text(name).to_owned(), span: self.span(name) };
                    cursor.at += 2;
                    let span = span.to(name.span);
                    node = self.node(ExprKind::Member(Box::new(node.expr), name), span, node.height)?;
                }
                Kind::Round if matches!(node.expr.kind, ExprKind::Name(_)) => {
                    let ExprKind::Name(text) = node.expr.kind else { break };
                    cursor.at += 1;
                    let (args, below) = self.args(piece);
                    let callee = Name { text, span: node.expr.span };
                    node = self.node(ExprKind::Call { callee, args }, span, below)?;
                }
                Kind::Square if adjacent => {
                    cursor.at += 1;
                    node = self.index(node, piece, span)?;
                }
                _ => break,
            }
        }
        Ok(node)
    }

    fn index(&mut self, of: Node, piece: &Piece, span: Span) -> Result<Node, Reported> {
        let (mut items, below) = self.list(piece);
        let (Some(index), true) = (items.pop(), items.is_empty()) else {
            let place = self.span(piece);
            self.findings.push(
                Diagnostic::error("H0103", place, "one number stands in these brackets")
                    .label("such as `[0]` for the first"),
            );
            return Err(Reported);
        };
        let value: Box<Expr> = Box::new(of.expr);
        self.node(ExprKind::Index(value, Box::new(index)), span, of.height.max(below))
    }
}
