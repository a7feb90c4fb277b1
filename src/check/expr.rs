//! Expressions: what each name means where it stands, and whether types fit.

use super::checker::{Checker, Place, Scope};
use super::suggest;
use super::typed::{Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Type};
use crate::data::{Currency, Money};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, BinaryOp, Expr as Syntax, ExprKind, UnaryOp};

/// An expression of which nothing is known, because a mistake in it was reported: fits everywhere.
pub(super) fn unknown() -> Expr {
    Expr::new(Op::Literal(Literal::Missing), Type::Unknown)
}

/// A type, as a person would say it.
pub fn type_words(ty: Type) -> String {
    match ty {
        Type::Number => "a number".into(),
        Type::Text => "a text".into(),
        Type::YesNo => "a yes or no".into(),
        Type::Money(c) => format!("an amount in {c}"),
        Type::Duration => "a length of time".into(),
        Type::Date => "a date".into(),
        Type::Instant => "a point in time".into(),
        Type::Time => "a time of day".into(),
        Type::Id => "an id".into(),
        Type::Unknown => "something unknown".into(),
    }
}

/// The aggregate of that word.
pub fn aggregation(word: &str) -> Option<Aggregation> {
    Some(match word {
        "count" => Aggregation::Count,
        "any" => Aggregation::Any,
        "sum" => Aggregation::Sum,
        "avg" => Aggregation::Avg,
        "min" => Aggregation::Min,
        "max" => Aggregation::Max,
        "latest" => Aggregation::Latest,
        "earliest" => Aggregation::Earliest,
        "most_common" => Aggregation::MostCommon,
        _ => return None,
    })
}

impl<'a> Checker<'a> {
    /// Types an expression. A mistake is reported once, at its place, and gives [`unknown`].
    pub fn expr(&mut self, e: &'a Syntax, scope: &Scope) -> Expr {
        if let Some(literal) = self.literal(e, scope) {
            return literal;
        }
        match &e.kind {
            ExprKind::Name(name) => self.name(name, e.span, scope),
            ExprKind::Member(of, field) => self.member(of, field, e.span, scope),
            ExprKind::Call { callee, args } => self.call(callee, args, e.span, scope),
            ExprKind::Unary(op, inner) => self.unary(*op, inner, scope),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, e.span, scope),
            ExprKind::Is { value, known } => {
                let asked = Expr::new(Op::IsMissing(Box::new(self.expr(value, scope))), Type::YesNo);
                if *known { Expr::new(Op::Not(Box::new(asked)), Type::YesNo) } else { asked }
            }
            ExprKind::Since(unit, inner) => {
                let value = self.expr(inner, scope);
                self.since(*unit, inner.span, value)
            }
            ExprKind::List(_) => self.misplaced(e.span, "a list stands only after `in`"),
            ExprKind::Range(..) => self.misplaced(e.span, "a range stands only after `in`"),
            ExprKind::When(..) => self.misplaced(e.span, "`when` makes a choice, which cannot stand here"),
            ExprKind::Per(..) => self.misplaced(e.span, "`per` stands only in caps and rates"),
            ExprKind::Index(..) => self.misplaced(e.span, "`[…]` is for templates and tests"),
            ExprKind::Rows { .. } => {
                self.misplaced(e.span, "`where` and windows stand inside an aggregate, such as `count(…)`")
            }
            _ => unknown(),
        }
    }

    /// A value that stands for itself, wherever it stands.
    pub fn literal(&mut self, e: &Syntax, scope: &Scope) -> Option<Expr> {
        Some(match &e.kind {
            ExprKind::Number(digits) => number(digits),
            ExprKind::Percent(digits) => {
                let share = digits.parse::<f64>().unwrap_or_default() / 100.0;
                Expr::new(Op::Literal(Literal::Number(share)), Type::Number)
            }
            ExprKind::Money { amount, currency } => self.money(amount, currency),
            ExprKind::Duration(length) => {
                let seconds = i64::from(length.count) * length.unit.seconds();
                Expr::new(Op::Literal(Literal::Duration(seconds)), Type::Duration)
            }
            ExprKind::Date(date) => Expr::new(Op::Literal(Literal::Date(*date)), Type::Date),
            ExprKind::Time(time) => Expr::new(Op::Literal(Literal::Time(*time)), Type::Time),
            ExprKind::Instant(at) => instant(*at, scope),
            ExprKind::Str(text) => Expr::new(Op::Literal(Literal::Text(text.value.clone())), Type::Text),
            ExprKind::Broken => unknown(),
            _ => return None,
        })
    }

    pub fn misplaced(&mut self, span: Span, message: &str) -> Expr {
        self.report(Diagnostic::error("H0228", span, message).label("not here"));
        unknown()
    }

    fn money(&mut self, amount: &str, currency: &tree::Name) -> Expr {
        let Some(code) = Currency::parse(&currency.text) else {
            self.report(
                Diagnostic::error(
                    "H0226",
                    currency.span,
                    format!("`{}` is not a currency code", currency.text),
                )
                .label("three capital letters are wanted")
                .help("for example `5000 CNY`"),
            );
            return unknown();
        };
        match minor_units(amount, code) {
            Some(minor) => {
                Expr::new(Op::Literal(Literal::Money(Money { minor, currency: code })), Type::Money(code))
            }
            None => {
                self.report(
                    Diagnostic::error(
                        "H0226",
                        currency.span,
                        format!("{code} has {} digits after the point", code.digits()),
                    )
                    .label("the amount is finer than that"),
                );
                unknown()
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, inner: &'a Syntax, scope: &Scope) -> Expr {
        match op {
            UnaryOp::Not => {
                let condition = self.condition(inner, scope);
                Expr::new(Op::Not(Box::new(condition)), Type::YesNo)
            }
            UnaryOp::Neg => {
                let value = self.expr(inner, scope);
                if !matches!(value.ty, Type::Number | Type::Money(_) | Type::Duration | Type::Unknown) {
                    self.report(
                        Diagnostic::error(
                            "H0225",
                            inner.span,
                            "only numbers, amounts and lengths of time can be negative",
                        )
                        .label(type_words(value.ty)),
                    );
                    return unknown();
                }
                let ty = value.ty;
                Expr::new(Op::Neg(Box::new(value)), ty)
            }
        }
    }

    /// `days since value`.
    pub fn since(&mut self, unit: tree::Unit, at: Span, value: Expr) -> Expr {
        if !matches!(value.ty, Type::Instant | Type::Date | Type::Unknown) {
            self.report(
                Diagnostic::error(
                    "H0225",
                    at,
                    format!("`{} since` counts from a point in time or a date", unit.word()),
                )
                .label(format!("this is {}", type_words(value.ty))),
            );
            return unknown();
        }
        Expr::new(Op::Since(unit, Box::new(value)), Type::Number)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &'a Syntax,
        right: &'a Syntax,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let mut parts = Vec::new();
                flatten(op, left, &mut parts);
                flatten(op, right, &mut parts);
                let typed = parts.into_iter().map(|p| self.condition(p, scope)).collect();
                Expr::new(if op == BinaryOp::And { Op::And(typed) } else { Op::Or(typed) }, Type::YesNo)
            }
            BinaryOp::Eq => self.compare(Compare::Eq, left, right, span, scope),
            BinaryOp::Ne => self.compare(Compare::Ne, left, right, span, scope),
            BinaryOp::Lt => self.compare(Compare::Lt, left, right, span, scope),
            BinaryOp::Le => self.compare(Compare::Le, left, right, span, scope),
            BinaryOp::Gt => self.compare(Compare::Gt, left, right, span, scope),
            BinaryOp::Ge => self.compare(Compare::Ge, left, right, span, scope),
            BinaryOp::In => self.membership(left, right, scope),
            BinaryOp::NotIn => {
                let inside = self.membership(left, right, scope);
                Expr::new(Op::Not(Box::new(inside)), Type::YesNo)
            }
            BinaryOp::Contains => {
                let (a, b) = (self.expr(left, scope), self.expr(right, scope));
                for (value, at) in [(&a, left.span), (&b, right.span)] {
                    if !matches!(value.ty, Type::Text | Type::Unknown) {
                        self.report(
                            Diagnostic::error("H0224", at, "`contains` looks for a text in a text")
                                .label(format!("this is {}", type_words(value.ty))),
                        );
                        return unknown();
                    }
                }
                Expr::new(Op::Contains(Box::new(a), Box::new(b)), Type::YesNo)
            }
            BinaryOp::Within => self.misplaced(span, "`within` asks about tone, in a test"),
            BinaryOp::Add => self.arithmetic(Arith::Add, left, right, span, scope),
            BinaryOp::Sub => self.arithmetic(Arith::Sub, left, right, span, scope),
            BinaryOp::Mul => self.arithmetic(Arith::Mul, left, right, span, scope),
            BinaryOp::Div => self.arithmetic(Arith::Div, left, right, span, scope),
        }
    }

    fn compare(
        &mut self,
        op: Compare,
        left: &'a Syntax,
        right: &'a Syntax,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        for side in [left, right] {
            if let ExprKind::Name(name) = &side.kind
                && matches!(name.as_str(), "missing" | "null" | "none" | "NULL")
                && self.column_of(scope, name).is_none()
            {
                self.report(
                    Diagnostic::error("H0224", span, "nothing compares with a missing value")
                        .label("ask instead")
                        .help("write `… is missing` or `… is known`"),
                );
                return unknown();
            }
        }
        let (a, b) = (self.expr(left, scope), self.expr(right, scope));
        let Some((a, b)) = self.comparable(a, b, left, right, scope) else { return unknown() };
        if matches!(op, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge) && a.ty == Type::YesNo {
            self.report(
                Diagnostic::error("H0224", span, "yes and no have no order")
                    .label("compare with `=` or drop the comparison"),
            );
            return unknown();
        }
        Expr::new(Op::Compare(op, Box::new(a), Box::new(b)), Type::YesNo)
    }

    /// Two sides as values of one type, or a finding.
    pub fn comparable(
        &mut self,
        a: Expr,
        b: Expr,
        left: &Syntax,
        right: &Syntax,
        scope: &Scope,
    ) -> Option<(Expr, Expr)> {
        use Type::{Date, Id, Instant, Money, Number, Text, Unknown};
        match (a.ty, b.ty) {
            (x, y) if x == y => Some((a, b)),
            (Unknown, _) | (_, Unknown) => Some((a, b)),
            (Id, Number | Text) | (Number | Text, Id) => Some((a, b)),
            // A source without its currency was reported.
            (Money(c), _) | (_, Money(c)) if c.to_string() == "XXX" => Some((a, b)),
            (Instant, Date) if is_literal(&b) => Some((a, midnight(b, scope))),
            (Date, Instant) if is_literal(&a) => Some((midnight(a, scope), b)),
            (Money(c), Number) if is_literal(&b) || !is_literal(&a) => self.bare_number(c, right, &b),
            (Number, Money(c)) if is_literal(&a) || !is_literal(&b) => self.bare_number(c, left, &a),
            (Money(c), Money(d)) => {
                self.report(
                    Diagnostic::error("H0226", right.span, format!("{c} and {d} cannot be compared"))
                        .label(format!("in {d}"))
                        .related(left.span, format!("in {c}"))
                        .help(format!("write the amount in {c}: Herald does not guess exchange rates")),
                );
                None
            }
            (x, y) => {
                let message = format!("{} cannot be compared with {}", type_words(x), type_words(y));
                let finding = Diagnostic::error("H0224", right.span, message)
                    .label(type_words(y))
                    .related(left.span, type_words(x));
                let quoted = [left, right].into_iter().find_map(|side| match &side.kind {
                    ExprKind::Str(text) if x != Text || y != Text => Some((side.span, text.value.clone())),
                    _ => None,
                });
                // `"2026-01-01"`, `"5000 CNY"`: a value that was put in quotes.
                let bare = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
                self.report(match quoted {
                    Some((span, text)) if bare(&text) => finding
                        .help(format!("in quotes it is a text: write `{text}`"))
                        .fix(format!("write `{text}`"), span, text),
                    _ => finding,
                });
                None
            }
        }
    }

    fn bare_number(&mut self, currency: Currency, at: &Syntax, value: &Expr) -> Option<(Expr, Expr)> {
        let mut finding =
            Diagnostic::error("H0226", at.span, "an amount of money never compares with a bare number")
                .label("a number without its currency");
        if is_literal(value) {
            let written = self.text(at.span);
            finding = finding.help(format!("write `{written} {currency}`")).fix(
                format!("write `{written} {currency}`"),
                at.span,
                format!("{written} {currency}"),
            );
        }
        self.report(finding);
        None
    }

    fn membership(&mut self, left: &'a Syntax, right: &'a Syntax, scope: &Scope) -> Expr {
        let value = self.expr(left, scope);
        match &right.kind {
            ExprKind::List(items) => {
                let mut literals = Vec::new();
                for item in items {
                    let typed = self.expr(item, scope);
                    let Some((_, typed)) = self.comparable(value.clone(), typed, left, item, scope) else {
                        return unknown();
                    };
                    match typed.op {
                        Op::Literal(literal) => literals.push(literal),
                        _ => {
                            self.report(
                                Diagnostic::error("H0224", item.span, "a list after `in` holds fixed values")
                                    .label("worked out, not fixed")
                                    .help("compare with `=` and join with `or`"),
                            );
                            return unknown();
                        }
                    }
                }
                Expr::new(Op::OneOf(Box::new(value), literals), Type::YesNo)
            }
            ExprKind::Range(low, high) => {
                let low_typed = self.expr(low, scope);
                let Some((value, low_typed)) = self.comparable(value, low_typed, left, low, scope) else {
                    return unknown();
                };
                let Some(high) = high else {
                    return Expr::new(
                        Op::Between(Box::new(value), Some(Box::new(low_typed)), None),
                        Type::YesNo,
                    );
                };
                let high_typed = self.expr(high, scope);
                let Some((value, high_typed)) = self.comparable(value, high_typed, left, high, scope) else {
                    return unknown();
                };
                Expr::new(
                    Op::Between(Box::new(value), Some(Box::new(low_typed)), Some(Box::new(high_typed))),
                    Type::YesNo,
                )
            }
            ExprKind::Broken => unknown(),
            _ => {
                let written = self.text(right.span);
                let finding = Diagnostic::error("H0224", right.span, "after `in` stands a list or a range")
                    .label("neither")
                    .help("write `in [\"CN\", \"SG\"]` or `in 18..35`");
                let single = matches!(right.kind, ExprKind::Str(_) | ExprKind::Number(_));
                self.report(if single {
                    finding.fix(format!("write `[{written}]`"), right.span, format!("[{written}]"))
                } else {
                    finding
                });
                unknown()
            }
        }
    }

    fn arithmetic(
        &mut self,
        op: Arith,
        left: &'a Syntax,
        right: &'a Syntax,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let (a, b) = (self.expr(left, scope), self.expr(right, scope));
        self.arithmetic_of(op, a, b, span)
    }

    /// Arithmetic on two values.
    pub fn arithmetic_of(&mut self, op: Arith, a: Expr, b: Expr, span: Span) -> Expr {
        use Arith::{Add, Div, Mul, Sub};
        use Type::{Date, Duration, Instant, Money, Number, Unknown};
        let ty = match (op, a.ty, b.ty) {
            (_, Unknown, _) | (_, _, Unknown) => Unknown,
            (_, Number, Number) => Number,
            (Add | Sub, Money(c), Money(d)) if c == d => Money(c),
            (Mul | Div, Money(c), Number) | (Mul, Number, Money(c)) => Money(c),
            (Div, Money(c), Money(d)) if c == d => Number,
            (Add | Sub, Duration, Duration) | (Mul | Div, Duration, Number) | (Mul, Number, Duration) => {
                Duration
            }
            (Div, Duration, Duration) => Number,
            (Sub, Instant, Instant) | (Sub, Date, Date) => Duration,
            (Add | Sub, Instant, Duration) => {
                if let Op::Literal(Literal::Duration(seconds)) = b.op {
                    let seconds = if op == Sub { -seconds } else { seconds };
                    return Expr::new(Op::Shift(Box::new(a), seconds), Instant);
                }
                return self.no_arithmetic(op, a.ty, b.ty, span);
            }
            _ => return self.no_arithmetic(op, a.ty, b.ty, span),
        };
        Expr::new(Op::Arith(op, Box::new(a), Box::new(b)), ty)
    }

    fn no_arithmetic(&mut self, op: Arith, a: Type, b: Type, span: Span) -> Expr {
        let symbol = match op {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
        };
        let (a, b) = (type_words(a), type_words(b));
        self.report(
            Diagnostic::error("H0225", span, format!("`{symbol}` does not work on {a} and {b}"))
                .label("these do not go together"),
        );
        unknown()
    }

    /// Calls: aggregates, `band`, and the plain functions.
    fn call(&mut self, callee: &'a tree::Name, args: &'a [tree::Arg], span: Span, scope: &Scope) -> Expr {
        if let Some(function) = aggregation(&callee.text) {
            return match args {
                [tree::Arg { name: None, value }] => self.aggregate(function, callee, value, span, scope),
                _ if matches!(function, Aggregation::Min | Aggregation::Max) && args.len() == 2 => {
                    self.function(callee, args, span, scope)
                }
                _ => {
                    self.report(
                        Diagnostic::error("H0223", span, format!("`{}` takes one relation", callee.text))
                            .label("something else")
                            .help(format!("for example `{}(orders in last 90 days)`", callee.text)),
                    );
                    unknown()
                }
            };
        }
        match callee.text.as_str() {
            "band" => self.band(args, span, scope),
            "coalesce" => {
                let mut typed: Vec<Expr> = args.iter().map(|a| self.expr(&a.value, scope)).collect();
                let ty = typed.iter().map(|t| t.ty).find(|t| *t != Type::Unknown).unwrap_or(Type::Unknown);
                if typed.is_empty() {
                    typed.push(unknown());
                }
                Expr::new(Op::Coalesce(typed), ty)
            }
            _ => self.function(callee, args, span, scope),
        }
    }

    fn band(&mut self, args: &'a [tree::Arg], span: Span, scope: &Scope) -> Expr {
        let [
            tree::Arg { name: None, value },
            tree::Arg { name: None, value: tree::Expr { kind: ExprKind::List(edges), .. } },
        ] = args
        else {
            self.report(
                Diagnostic::error("H0223", span, "`band` takes a number and a list of edges")
                    .label("something else")
                    .help("for example `band(age, [18, 25, 35, 50])`"),
            );
            return unknown();
        };
        let typed = self.expr(value, scope);
        if !matches!(typed.ty, Type::Number | Type::Unknown) {
            self.report(
                Diagnostic::error("H0224", value.span, "`band` sorts numbers")
                    .label(format!("this is {}", type_words(typed.ty))),
            );
            return unknown();
        }
        let mut numbers: Vec<f64> = Vec::new();
        for edge in edges {
            match &edge.kind {
                ExprKind::Number(digits) => numbers.push(digits.parse().unwrap_or_default()),
                _ => {
                    self.wrong_value(edge, "a number");
                    return unknown();
                }
            }
        }
        if numbers.is_empty() || numbers.windows(2).any(|w| w[0] >= w[1]) {
            self.report(
                Diagnostic::error("H0223", span, "the edges of bands grow from left to right")
                    .label("these do not"),
            );
            return unknown();
        }
        Expr::new(Op::Band(Box::new(typed), numbers), Type::Text)
    }
}

/// The parts of a chain of one logical operator.
fn flatten<'e>(op: BinaryOp, e: &'e Syntax, out: &mut Vec<&'e Syntax>) {
    match &e.kind {
        ExprKind::Binary(inner, left, right) if *inner == op => {
            flatten(op, left, out);
            flatten(op, right, out);
        }
        _ => out.push(e),
    }
}

fn number(digits: &str) -> Expr {
    let literal = match digits.parse::<i64>() {
        Ok(whole) => Literal::Whole(whole),
        Err(_) => Literal::Number(digits.parse().unwrap_or_default()),
    };
    Expr::new(Op::Literal(literal), Type::Number)
}

fn instant(at: jiff::civil::DateTime, scope: &Scope) -> Expr {
    let zone = scope.source.as_ref().map_or(jiff::tz::TimeZone::UTC, |(_, s)| s.timezone.clone());
    match at.to_zoned(zone) {
        Ok(zoned) => Expr::new(Op::Literal(Literal::Instant(zoned.timestamp())), Type::Instant),
        Err(_) => unknown(),
    }
}

/// A date literal as the midnight that begins it in the shop's zone.
fn midnight(e: Expr, scope: &Scope) -> Expr {
    match e.op {
        Op::Literal(Literal::Date(date)) => instant(date.at(0, 0, 0, 0), scope),
        _ => e,
    }
}

fn is_literal(e: &Expr) -> bool {
    matches!(e.op, Op::Literal(_))
}

/// Whole minor units of an amount as written; none if it has more digits than the currency.
pub(super) fn minor_units(amount: &str, currency: Currency) -> Option<i64> {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = currency.digits() as usize;
    if part.len() > digits {
        return None;
    }
    let text = format!("{whole}{part:0<digits$}");
    text.parse().ok()
}

/// The link of a relation's rows at a place.
pub(super) fn default_link(place: Place) -> Link {
    match place {
        Place::Customer => Link::Customer,
        Place::Product => Link::CustomerAndProduct,
        Place::Offer => Link::Product,
    }
}

/// The row that a bare name is a column of.
pub(super) fn bare_row(scope: &Scope) -> Row {
    match (&scope.row, scope.place) {
        (Some(_), _) => Row::This,
        (None, Place::Customer) => Row::Customer,
        (None, Place::Product | Place::Offer) => Row::Product,
    }
}

/// "did you mean" for a list of names.
pub(super) fn near(finding: Diagnostic, written: &str, span: Span, names: &[&str], what: &str) -> Diagnostic {
    let finding = finding.help_opt(suggest::help(written, names.iter().copied(), what));
    match suggest::nearest(written, names.iter().copied()) {
        Some(near) => finding.fix(format!("write `{near}`"), span, near),
        None => finding,
    }
}
