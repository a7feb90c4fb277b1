//! Expressions: gives the grammar's flat lists of pieces their precedence, and says what is wrong with them.
//!
//! A mistake breaks the item of a list or the argument it stands in, and no more: that item becomes
//! [`ExprKind::Broken`] and its neighbours are read.

mod habits;
mod operand;
mod operator;

use crate::diagnostic::{Diagnostic, Span};

use super::findings::Findings;
use super::piece::{Kind, Piece};
use super::tree::{Arg, BinaryOp, Expr, ExprKind, Length, UnaryOp, Unit, Window, WindowKind};
use super::words;
use operator::{Infix, Level};

/// No expression is higher than this as a tree: what comes after may walk it by recursion.
const HIGHEST: usize = 256;
/// Nor does reading one recurse deeper than this, which `a * not a * not …` would do without ever being high.
const DEEPEST: usize = 300;

/// The mistake was reported.
pub(super) struct Reported;

/// An expression with its height as a tree.
struct Node {
    expr: Expr,
    height: usize,
}

/// Where an item stands decides whether it may carry `where` and a window.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Directly inside a call's parentheses.
    Argument,
    /// Anywhere else.
    Elsewhere,
}

/// The items of one expression, and how far they have been read.
struct Cursor<'p> {
    pieces: &'p [Piece],
    at: usize,
    place: Place,
}

impl<'p> Cursor<'p> {
    fn peek(&self, ahead: usize) -> Option<&'p Piece> {
        self.pieces.get(self.at + ahead)
    }
}

/// Reads expressions of one file.
pub(super) struct Reader<'f, 't> {
    pub(super) findings: &'f mut Findings<'t>,
    depth: usize,
}

impl<'f, 't> Reader<'f, 't> {
    pub(super) fn new(findings: &'f mut Findings<'t>) -> Self {
        Self { findings, depth: 0 }
    }

    pub(super) fn span(&self, piece: &Piece) -> Span {
        self.findings.span(piece.start, piece.end)
    }

    pub(super) fn text(&self, piece: &Piece) -> &'t str {
        self.findings.slice(self.span(piece))
    }

    /// The place of several pieces, of which there is at least one.
    pub(super) fn cover(&self, pieces: &[Piece]) -> Option<Span> {
        Some(self.findings.span(pieces.first()?.start, pieces.last()?.end))
    }

    /// What stands after a setting's colon; `empty` is where it was expected.
    pub(super) fn value(&mut self, pieces: &[Piece], empty: Span, key: &str) -> Expr {
        let Some(all) = self.cover(pieces) else {
            let message = format!("`{key}` has no value");
            self.findings.push(Diagnostic::error("H0113", empty, message).label("expected a value here"));
            return Expr { kind: ExprKind::Broken, span: empty };
        };
        if !pieces.iter().any(|p| p.kind == Kind::Comma) {
            return self.dashes(pieces).unwrap_or_else(|| self.item(pieces, Place::Elsewhere));
        }
        if let Some(joined) = self.thousands(pieces) {
            return self.item(&joined, Place::Elsewhere);
        }
        self.findings.push(
            Diagnostic::error("H0134", all, "several values stand in brackets")
                .label("write `[` before them and `]` behind")
                .fix("put brackets around them", all, format!("[{}]", self.findings.slice(all))),
        );
        let items = pieces.split(|p| p.kind == Kind::Comma).filter(|item| !item.is_empty());
        let items = items.map(|item| self.item(item, Place::Elsewhere)).collect();
        Expr { kind: ExprKind::List(items), span: all }
    }

    /// One item, of at least one piece.
    pub(super) fn item(&mut self, pieces: &[Piece], place: Place) -> Expr {
        let span = self.cover(pieces).unwrap_or_else(|| self.findings.span(0, 0));
        self.item_node(pieces, place, span).expr
    }

    fn item_node(&mut self, pieces: &[Piece], place: Place, span: Span) -> Node {
        let broken = Node { expr: Expr { kind: ExprKind::Broken, span }, height: 1 };
        if pieces.iter().any(|p| p.lost) {
            return broken;
        }
        let mut cursor = Cursor { pieces, at: 0, place };
        self.whole(&mut cursor).unwrap_or(broken)
    }

    /// Everything up to the end of the cursor's pieces.
    fn whole(&mut self, cursor: &mut Cursor<'_>) -> Result<Node, Reported> {
        let mut node = self.climb(cursor, Level::When)?;
        if cursor.place == Place::Argument {
            node = self.rows(cursor, node)?;
        }
        match cursor.peek(0) {
            None => Ok(node),
            Some(_) => Err(self.left_over(cursor)),
        }
    }

    /// Operators of at least a level, by precedence climbing.
    fn climb(&mut self, cursor: &mut Cursor<'_>, least: Level) -> Result<Node, Reported> {
        if self.depth >= DEEPEST {
            let span =
                cursor.peek(0).or(cursor.pieces.last()).map_or(self.findings.span(0, 0), |p| self.span(p));
            return Err(self.too_long(span));
        }
        self.depth += 1;
        let node = self.chain(cursor, least);
        self.depth -= 1;
        node
    }

    fn chain(&mut self, cursor: &mut Cursor<'_>, least: Level) -> Result<Node, Reported> {
        let mut left = self.prefix(cursor)?;
        while let Some((infix, width)) = self.infix(cursor, &left.expr) {
            if infix.level() < least {
                break;
            }
            self.infix_habit(cursor, infix, width);
            let operator = cursor.at;
            cursor.at += width;
            left = self.join(cursor, left, infix, operator)?;
        }
        Ok(left)
    }

    /// The right side of an operator, and both sides made one.
    fn join(
        &mut self,
        cursor: &mut Cursor<'_>,
        left: Node,
        infix: Infix,
        at: usize,
    ) -> Result<Node, Reported> {
        let start = left.expr.span;
        let (kind, end, height) = match infix {
            Infix::Is => {
                let (known, end) = self.is_what(cursor, &left.expr, at)?;
                (ExprKind::Is { value: Box::new(left.expr), known }, end, left.height)
            }
            Infix::Range if !self.operand_follows(cursor) => {
                let end = self.span(&cursor.pieces[at]);
                (ExprKind::Range(Box::new(left.expr), None), end, left.height)
            }
            _ => {
                let right = self.climb(cursor, infix.level().next())?;
                let end = right.expr.span;
                let height = left.height.max(right.height);
                let value = Box::new(right.expr);
                let kind = match infix {
                    Infix::Binary(op) => {
                        if let Some(kind) =
                            self.compared_with_null(op, &left.expr, &value, &cursor.pieces[at])
                        {
                            return self.node(kind, start.to(end), height);
                        }
                        ExprKind::Binary(op, Box::new(left.expr), value)
                    }
                    Infix::When => ExprKind::When(Box::new(left.expr), value),
                    Infix::Per => ExprKind::Per(Box::new(left.expr), value),
                    Infix::Since(unit) => ExprKind::Since(unit, value),
                    Infix::Range | Infix::Is => ExprKind::Range(Box::new(left.expr), Some(value)),
                };
                (kind, end, height)
            }
        };
        let node = self.node(kind, start.to(end), height)?;
        if infix.level() == Level::Compare
            && let Some((next, _)) = self.infix(cursor, &node.expr)
            && next.level() == Level::Compare
        {
            return Err(self.chained(cursor, &node.expr));
        }
        Ok(node)
    }

    /// Makes a node one higher than what is below it.
    fn node(&mut self, kind: ExprKind, span: Span, below: usize) -> Result<Node, Reported> {
        if below >= HIGHEST {
            return Err(self.too_long(span));
        }
        Ok(Node { expr: Expr { kind, span }, height: below + 1 })
    }

    fn too_long(&mut self, span: Span) -> Reported {
        self.findings.push(
            Diagnostic::error("H0102", span, format!("this expression has more than {HIGHEST} steps"))
                .label("too long")
                .help("give parts of it names of their own, or use a list: `country in [\"CN\", \"SG\"]`"),
        );
        Reported
    }

    /// `where …` and the window behind a relation.
    fn rows(&mut self, cursor: &mut Cursor<'_>, of: Node) -> Result<Node, Reported> {
        let mut height = of.height;
        let start = of.expr.span;
        let mut filter = None;
        if let Some(piece) = cursor.peek(0)
            && self.is_word(piece, "where")
        {
            self.capitals(piece, "where");
            cursor.at += 1;
            let node = self.climb(cursor, Level::Or)?;
            height = height.max(node.height);
            filter = Some(Box::new(node.expr));
        }
        let window = match self.window(cursor)? {
            Some((window, below)) => {
                height = height.max(below);
                Some(window)
            }
            None => None,
        };
        let end = match (&window, &filter) {
            (Some(window), _) => window.span,
            (None, Some(filter)) => filter.span,
            (None, None) => return Ok(of),
        };
        if !matches!(of.expr.kind, ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Broken) {
            self.findings.push(
                Diagnostic::error("H0136", start, "`where` and `in last …` follow the name of a relation")
                    .label("this is not one")
                    .help("such as `count(orders where amount > 100 CNY in last 30 days)`"),
            );
            return Err(Reported);
        }
        self.node(ExprKind::Rows { of: Box::new(of.expr), filter, window }, start.to(end), height)
    }

    fn window(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<(Window, usize)>, Reported> {
        let Some(first) = cursor.peek(0) else { return Ok(None) };
        let start = self.span(first);
        if self.last_or_next(cursor).is_some() {
            let next = cursor.peek(1).is_some_and(|p| self.is_word(p, "next"));
            self.capitals(first, "in");
            let Some(figure) = cursor.peek(2).filter(|p| p.kind == Kind::Number) else {
                return Err(self.window_without_number(cursor));
            };
            let end = self.span(figure);
            let length = self.window_length(end)?;
            cursor.at += 3;
            let kind = if next { WindowKind::Next(length) } else { WindowKind::Last(length) };
            return Ok(Some((Window { kind, span: start.to(end) }, 0)));
        }
        let since = self.is_word(first, "since");
        if !since && !self.is_word(first, "before") {
            return Ok(None);
        }
        self.capitals(first, if since { "since" } else { "before" });
        cursor.at += 1;
        let value = self.climb(cursor, Level::Add)?;
        let span = start.to(value.expr.span);
        let value_expr = Box::new(value.expr);
        let kind = if since { WindowKind::Since(value_expr) } else { WindowKind::Before(value_expr) };
        Ok(Some((Window { kind, span }, value.height)))
    }

    fn window_length(&mut self, span: Span) -> Result<Length, Reported> {
        let digits = self.findings.slice(span);
        match super::literal::number(self.findings, span) {
            ExprKind::Duration(length) => Ok(length),
            ExprKind::Broken => Err(Reported),
            _ => {
                self.findings.push(
                    Diagnostic::error("H0130", span, "a window is so many days, hours or weeks")
                        .label("the unit is missing")
                        .fix(format!("write `{digits} days`"), span, format!("{digits} days")),
                );
                Ok(Length { count: digits.parse().unwrap_or(1), unit: Unit::Days })
            }
        }
    }

    /// Arguments between a call's parentheses.
    fn args(&mut self, group: &Piece) -> (Vec<Arg>, usize) {
        let (mut args, mut height) = (Vec::new(), 0);
        for item in self.split(group) {
            let mut item = item;
            let name = match item {
                [word, colon, ..] if word.kind == Kind::Word && colon.kind == Kind::Colon => {
                    let name = super::tree::Name { text: self.text(word).to_owned(), span: self.span(word) };
                    item = &item[2..];
                    Some(name)
                }
                _ => None,
            };
            let Some(span) = self.cover(item) else {
                if let Some(name) = name {
                    let place = name.span.at_end();
                    let message = format!("`{}` has no value", name.text);
                    self.findings.push(
                        Diagnostic::error("H0113", name.span, message).label("expected a value behind it"),
                    );
                    let value = Expr { kind: ExprKind::Broken, span: place };
                    args.push(Arg { name: Some(name), value });
                }
                continue;
            };
            let node = self.item_node(item, Place::Argument, span);
            height = height.max(node.height);
            args.push(Arg { name, value: node.expr });
        }
        (args, height)
    }

    /// The items of a list.
    fn list(&mut self, group: &Piece) -> (Vec<Expr>, usize) {
        let (mut items, mut height) = (Vec::new(), 0);
        for item in self.split(group) {
            if let Some(span) = self.cover(item) {
                let node = self.item_node(item, Place::Elsewhere, span);
                height = height.max(node.height);
                items.push(node.expr);
            }
        }
        (items, height)
    }

    /// The parts of a bracket between its commas; a comma too many is reported, the last one may end it.
    fn split<'p>(&mut self, group: &'p Piece) -> Vec<&'p [Piece]> {
        let mut items: Vec<&[Piece]> = group.inner.split(|p| p.kind == Kind::Comma).collect();
        if items.last().is_some_and(|item| item.is_empty()) {
            items.pop();
        }
        if items.iter().any(|item| item.is_empty()) {
            let commas = group.inner.iter().enumerate().filter(|(_, p)| p.kind == Kind::Comma);
            let extra = commas
                .filter(|(i, _)| *i == 0 || group.inner[i - 1].kind == Kind::Comma)
                .map(|(_, p)| p)
                .next();
            if let Some(comma) = extra {
                let span = self.span(comma);
                self.findings.push(
                    Diagnostic::error("H0113", span, "nothing stands before this comma")
                        .label("expected a value before it")
                        .fix("take the comma away", span, ""),
                );
            }
            items.retain(|item| !item.is_empty());
        }
        items
    }
}

/// `-a`, `not a`.
fn unary(op: UnaryOp, value: Expr) -> ExprKind {
    ExprKind::Unary(op, Box::new(value))
}

/// Whether a word is a unit of time, so that `days since …` can be told from a column.
fn unit_name(expr: &Expr) -> Option<Unit> {
    match &expr.kind {
        ExprKind::Name(word) => {
            Unit::parse(word).or_else(|| words::unit(word).filter(|_| word.len() > 3).map(|(u, _)| u))
        }
        _ => None,
    }
}

/// Whether an operator compares.
fn compares(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}
