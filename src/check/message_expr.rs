//! Conditions on a message: behind an alternative of copy (`when picks[0].price < 3000 CNY`) and in a test's
//! `expect`. The grammar is that of all expressions; a name is a part of the message ([`super::shape`]).

use std::collections::BTreeMap;

use super::checker::{Checker, Scope};
use super::expr::{near, type_words, unknown};
use super::functions;
use super::names::yes_no;
use super::shape::{Field, Shape};
use super::suggest;
use super::typed::{Arith, Expr, Op, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Arg, BinaryOp, Expr as Syntax, ExprKind, Name, UnaryOp};

/// The functions that go through a message's list.
const LISTS: [&str; 7] = ["count", "any", "all", "sum", "avg", "min", "max"];

/// What a condition on a message may speak of.
#[derive(Clone, Copy)]
pub(super) struct Offered<'o> {
    /// The parts of the message.
    pub roots: &'o BTreeMap<String, Field>,
    /// Inside a list's `where`: one item of it, whose fields stand without a name before them.
    pub item: Option<&'o Shape>,
    /// The source, for its currency and time zone.
    pub scope: &'o Scope,
}

/// What an expression on a message is.
enum Meaning<'o> {
    Value(Expr),
    /// A record or a list.
    Thing(&'o Shape),
    Unknown,
}

impl Checker<'_> {
    /// Checks a condition on a message. A mistake is reported once, at its place.
    pub fn message_condition(&mut self, e: &Syntax, offered: Offered<'_>) {
        let typed = match self.meaning(e, offered) {
            Meaning::Value(typed) => typed,
            Meaning::Thing(shape) => return self.no_condition(e.span, shape.words()),
            Meaning::Unknown => return,
        };
        if !matches!(typed.ty, Type::YesNo | Type::Unknown) {
            self.no_condition(e.span, &type_words(typed.ty));
        }
    }

    fn no_condition(&mut self, span: Span, words: &str) {
        self.report(
            Diagnostic::error("H0227", span, "this should be a condition, something that is true or not")
                .label(format!("this is {words}"))
                .help("compare it with something, for example `… >= 3`, or ask `… is known`"),
        );
    }

    fn meaning<'o>(&mut self, e: &Syntax, offered: Offered<'o>) -> Meaning<'o> {
        if let Some(literal) = self.literal(e, offered.scope) {
            return Meaning::Value(literal);
        }
        match &e.kind {
            ExprKind::Name(name) => self.message_part(name, e.span, offered),
            ExprKind::Member(of, field) => self.message_field(of, field, offered),
            ExprKind::Index(of, index) => self.message_item(of, index, offered),
            ExprKind::Call { callee, args } => self.over_list(callee, args, e.span, offered),
            ExprKind::Unary(UnaryOp::Not, inner) => {
                self.message_condition(inner, offered);
                condition()
            }
            ExprKind::Unary(UnaryOp::Neg, inner) => {
                let value = self.message_value(inner, offered);
                Meaning::Value(value)
            }
            ExprKind::Is { value, .. } => {
                self.meaning(value, offered);
                condition()
            }
            ExprKind::Since(unit, inner) => {
                let value = self.message_value(inner, offered);
                Meaning::Value(self.since(*unit, inner.span, value))
            }
            ExprKind::Binary(op, left, right) => self.message_binary(*op, left, right, e.span, offered),
            ExprKind::List(_) | ExprKind::Range(..) => {
                Meaning::Value(self.misplaced(e.span, "a list or a range stands only after `in`"))
            }
            ExprKind::Rows { .. } => Meaning::Value(
                self.misplaced(e.span, "`where` stands inside the parentheses of `count`, `any` or `all`"),
            ),
            _ => Meaning::Value(self.misplaced(e.span, "this has no meaning in a condition")),
        }
    }

    /// A single value, or a finding.
    fn message_value(&mut self, e: &Syntax, offered: Offered<'_>) -> Expr {
        match self.meaning(e, offered) {
            Meaning::Value(value) => value,
            Meaning::Unknown => unknown(),
            Meaning::Thing(shape) => {
                let written = self.text(e.span).to_owned();
                let help = match shape {
                    Shape::List(_) => {
                        format!("count it with `count({written})`, or take one: `{written}[0]`")
                    }
                    _ => format!("name one of its parts, as in `{written}.name`"),
                };
                self.report(
                    Diagnostic::error(
                        "H0228",
                        e.span,
                        format!("`{written}` is {}, not one value", shape.words()),
                    )
                    .label("not one value")
                    .help(help),
                );
                unknown()
            }
        }
    }

    fn message_part<'o>(&mut self, name: &str, span: Span, offered: Offered<'o>) -> Meaning<'o> {
        if let Some(Shape::Record { fields, open, name: owner }) = offered.item {
            if let Some(field) = fields.get(name) {
                self.mark_part(span, owner, name, field, offered.scope);
                return of_shape(&field.shape, name);
            }
            if *open {
                return Meaning::Unknown;
            }
        }
        if let Some(field) = offered.roots.get(name) {
            self.mark_part(span, "", name, field, offered.scope);
            return of_shape(&field.shape, name);
        }
        if let Some(literal) = yes_no(name) {
            return Meaning::Value(literal);
        }
        let mut names: Vec<&str> = offered.roots.keys().map(String::as_str).collect();
        let owner = match offered.item {
            Some(Shape::Record { name: owner, fields, .. }) => {
                names = fields.keys().map(String::as_str).collect();
                owner.as_str()
            }
            _ => "message",
        };
        let message = format!("{} {owner} has no `{name}`", suggest::article(owner));
        let finding = Diagnostic::error("H0220", span, message).label("unknown name");
        let finding = match home_of(name, offered) {
            Some(home) if suggest::nearest(name, names.iter().copied()).is_none() => finding
                .help(format!("did you mean `{home}.{name}`?"))
                .fix(format!("write `{home}.{name}`"), span, format!("{home}.{name}")),
            _ => near(finding, name, span, &names, "it has"),
        };
        let bare = finding.help.is_none();
        let quoted = format!("a text stands in quotes: \"{name}\"");
        self.report(if bare { finding.help(quoted) } else { finding });
        Meaning::Unknown
    }

    fn message_field<'o>(&mut self, of: &Syntax, field: &Name, offered: Offered<'o>) -> Meaning<'o> {
        let words = self.text(of.span).to_owned();
        let finding = match self.meaning(of, offered) {
            Meaning::Unknown => return Meaning::Unknown,
            Meaning::Value(value) if value.ty == Type::Unknown => return Meaning::Unknown,
            Meaning::Value(value) => Diagnostic::error(
                "H0241",
                field.span,
                format!("`{words}` is {} and has no `{}`", type_words(value.ty), field.text),
            ),
            Meaning::Thing(Shape::Record { fields, open, name: owner }) => {
                if let Some(found) = fields.get(&field.text) {
                    self.mark_part(field.span, owner, &field.text, found, offered.scope);
                    return of_shape(&found.shape, &format!("{words}.{}", field.text));
                }
                if *open {
                    return Meaning::Unknown;
                }
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                let message = format!("`{words}` has no `{}`", field.text);
                near(
                    Diagnostic::error("H0241", field.span, message),
                    &field.text,
                    field.span,
                    &names,
                    "it has",
                )
            }
            Meaning::Thing(_) => Diagnostic::error(
                "H0241",
                field.span,
                format!("`{words}` is a list and has no `{}`", field.text),
            )
            .help(format!("`{words}[0].{}` is that of the first", field.text))
            .fix(format!("write `{words}[0]`"), of.span.at_end(), "[0]"),
        };
        self.report(finding.label("not there"));
        Meaning::Unknown
    }

    fn message_item<'o>(&mut self, of: &Syntax, index: &Syntax, offered: Offered<'o>) -> Meaning<'o> {
        if !matches!(&index.kind, ExprKind::Number(digits) if digits.parse::<usize>().is_ok()) {
            if !matches!(index.kind, ExprKind::Broken) {
                self.wrong_value(index, "a whole number: `[0]` is the first");
            }
            return Meaning::Unknown;
        }
        match self.meaning(of, offered) {
            Meaning::Thing(Shape::List(item)) => {
                let words = format!("{}[{}]", self.text(of.span), self.text(index.span));
                of_shape(item, &words)
            }
            Meaning::Unknown => Meaning::Unknown,
            _ => {
                let words = self.text(of.span).to_owned();
                self.report(
                    Diagnostic::error("H0241", index.span, format!("`{words}` is not a list"))
                        .label("not a list"),
                );
                Meaning::Unknown
            }
        }
    }

    /// `count(picks where price < 3000 CNY)`, or a plain function: `length(subject)`.
    fn over_list<'o>(
        &mut self,
        callee: &Name,
        args: &[Arg],
        span: Span,
        offered: Offered<'o>,
    ) -> Meaning<'o> {
        let function = callee.text.as_str();
        if let Some(plain) = plain_function(function, args) {
            let values = args.iter().map(|a| self.message_value(&a.value, offered)).collect();
            return Meaning::Value(self.function_of(plain, values, args, span));
        }
        if !LISTS.contains(&function) {
            let message = format!("there is no function `{function}` for messages");
            let finding = Diagnostic::error("H0222", callee.span, message).label("unknown function");
            let plain = functions::FUNCTIONS.iter().map(|f| f.name).filter(|name| !LISTS.contains(name));
            let names: Vec<&str> = LISTS.into_iter().chain(plain).collect();
            let slip = suggest::nearest(function, names.iter().copied()).is_some();
            let names = if slip { names.as_slice() } else { &LISTS };
            self.report(near(finding, function, callee.span, names, "there are"));
            return Meaning::Unknown;
        }
        let [Arg { name: None, value }] = args else {
            self.report(
                Diagnostic::error("H0223", span, format!("`{function}` takes one list of the message"))
                    .label("something else")
                    .help(format!("for example `{function}(picks where price < 3000 CNY)`")),
            );
            return Meaning::Unknown;
        };
        let (of, filter) = match &value.kind {
            ExprKind::Rows { of, filter, window } => {
                if let Some(window) = window {
                    self.report(
                        Diagnostic::error("H0230", window.span, "a message's lists have no times")
                            .label("no window here"),
                    );
                }
                (of.as_ref(), filter.as_deref())
            }
            _ => (value, None),
        };
        let counts = matches!(function, "count" | "any" | "all");
        let Some((item, column)) = self.list_and_column(of, counts, function, offered) else {
            return Meaning::Unknown;
        };
        if let Some(filter) = filter {
            self.message_condition(filter, Offered { item: Some(item), ..offered });
        } else if function == "all" {
            self.report(
                Diagnostic::error("H0223", span, "`all` needs a condition")
                    .label("all of them are what?")
                    .help("for example `all(picks where stock > 0)`"),
            );
        }
        let ty = match function {
            "count" => Type::Number,
            "any" | "all" => Type::YesNo,
            _ => column,
        };
        Meaning::Value(Expr::new(Op::Message(self.text(span).to_owned()), ty))
    }

    /// The item of the list that a function goes through, and the type of the column it looks at.
    fn list_and_column<'o>(
        &mut self,
        of: &Syntax,
        counts: bool,
        function: &str,
        offered: Offered<'o>,
    ) -> Option<(&'o Shape, Type)> {
        if let ExprKind::Member(list, field) = &of.kind
            && !counts
        {
            let Meaning::Thing(Shape::List(item)) = self.meaning(list, offered) else { return None };
            return match self.meaning_in(item, field, offered.scope) {
                Meaning::Value(value)
                    if !matches!(function, "sum" | "avg")
                        || matches!(
                            value.ty,
                            Type::Number | Type::Money(_) | Type::Duration | Type::Unknown
                        ) =>
                {
                    Some((item, value.ty))
                }
                Meaning::Value(value) => {
                    self.report(
                        Diagnostic::error(
                            "H0225",
                            field.span,
                            format!("`{function}` adds up numbers and amounts"),
                        )
                        .label(format!("this is {}", type_words(value.ty))),
                    );
                    None
                }
                _ => None,
            };
        }
        let words = self.text(of.span).to_owned();
        match self.meaning(of, offered) {
            Meaning::Thing(Shape::List(item)) if counts => Some((item, Type::Unknown)),
            Meaning::Thing(Shape::List(_)) => {
                self.report(
                    Diagnostic::error("H0231", of.span, format!("`{function}` needs a column: of what?"))
                        .label("only the list")
                        .help(format!("for example `{function}({words}.price)`")),
                );
                None
            }
            Meaning::Unknown => None,
            _ => {
                self.report(
                    Diagnostic::error("H0228", of.span, format!("`{function}` goes through a list"))
                        .label("not a list")
                        .help(format!("for example `{function}(picks)`")),
                );
                None
            }
        }
    }

    /// A field of a list's item.
    fn meaning_in<'o>(&mut self, item: &'o Shape, field: &Name, scope: &Scope) -> Meaning<'o> {
        let Shape::Record { fields, open, name } = item else { return Meaning::Unknown };
        if let Some(found) = fields.get(&field.text) {
            self.mark_part(field.span, name, &field.text, found, scope);
            return of_shape(&found.shape, &field.text);
        }
        if !open {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            let message = format!("{} {name} has no `{}`", suggest::article(name), field.text);
            let finding = Diagnostic::error("H0241", field.span, message).label("not there");
            self.report(near(finding, &field.text, field.span, &names, "it has"));
        }
        Meaning::Unknown
    }

    fn message_binary<'o>(
        &mut self,
        op: BinaryOp,
        left: &Syntax,
        right: &Syntax,
        span: Span,
        offered: Offered<'o>,
    ) -> Meaning<'o> {
        let arith = match op {
            BinaryOp::And | BinaryOp::Or => {
                self.message_condition(left, offered);
                self.message_condition(right, offered);
                return condition();
            }
            BinaryOp::In | BinaryOp::NotIn => {
                self.message_membership(left, right, offered);
                return condition();
            }
            BinaryOp::Within => {
                self.meaning(left, offered);
                self.reference(offered.scope.file, right, "tone");
                return condition();
            }
            BinaryOp::Contains => {
                for side in [left, right] {
                    let value = self.message_value(side, offered);
                    if !matches!(value.ty, Type::Text | Type::Unknown) {
                        self.report(
                            Diagnostic::error("H0224", side.span, "`contains` looks for a text in a text")
                                .label(format!("this is {}", type_words(value.ty))),
                        );
                    }
                }
                return condition();
            }
            BinaryOp::Add => Arith::Add,
            BinaryOp::Sub => Arith::Sub,
            BinaryOp::Mul => Arith::Mul,
            BinaryOp::Div => Arith::Div,
            _ => {
                let (a, b) = (self.message_value(left, offered), self.message_value(right, offered));
                self.comparable(a, b, left, right, offered.scope);
                return condition();
            }
        };
        let (a, b) = (self.message_value(left, offered), self.message_value(right, offered));
        Meaning::Value(self.arithmetic_of(arith, a, b, span))
    }

    /// `x in [a, b]`, `x in 3..5`, `customer in audience`.
    fn message_membership(&mut self, left: &Syntax, right: &Syntax, offered: Offered<'_>) {
        let bounds: Vec<&Syntax> = match &right.kind {
            ExprKind::List(items) => items.iter().collect(),
            ExprKind::Range(low, high) => std::iter::once(low.as_ref()).chain(high.as_deref()).collect(),
            ExprKind::Broken => return,
            _ => {
                self.meaning(left, offered);
                match self.meaning(right, offered) {
                    Meaning::Thing(Shape::List(_)) | Meaning::Unknown => {}
                    _ => self.report(
                        Diagnostic::error("H0224", right.span, "after `in` stands a list or a range")
                            .label("neither")
                            .help("write `in [\"CN\", \"SG\"]`, `in 3..5` or `customer in audience`"),
                    ),
                }
                return;
            }
        };
        let value = self.message_value(left, offered);
        for bound in bounds {
            let other = self.message_value(bound, offered);
            if self.comparable(value.clone(), other, left, bound, offered.scope).is_none() {
                return;
            }
        }
    }
}

/// The plain function that a call means; `min` and `max` of one thing go through a list.
pub(super) fn plain_function(name: &str, args: &[Arg]) -> Option<&'static functions::Function> {
    functions::function(name).filter(|_| !LISTS.contains(&name) || args.len() == 2)
}

fn condition<'o>() -> Meaning<'o> {
    Meaning::Value(Expr::new(unknown().op, Type::YesNo))
}

fn of_shape<'o>(shape: &'o Shape, path: &str) -> Meaning<'o> {
    match shape {
        Shape::Value(ty) => Meaning::Value(Expr::new(Op::Message(path.to_owned()), *ty)),
        Shape::Any => Meaning::Unknown,
        Shape::Record { .. } | Shape::List(_) => Meaning::Thing(shape),
    }
}

/// The record of the message that has such a field, if just one has.
fn home_of(name: &str, offered: Offered<'_>) -> Option<String> {
    let has =
        |field: &Field| matches!(&field.shape, Shape::Record { fields, .. } if fields.contains_key(name));
    let mut homes =
        offered.roots.iter().filter(|(_, field)| has(field) && !field.optional).map(|(home, _)| home);
    if name == "name" {
        return homes.any(|home| home == "customer").then(|| "customer".to_owned());
    }
    match (homes.next(), homes.next()) {
        (Some(home), None) => Some(home.clone()),
        _ => None,
    }
}
