//! Calls: aggregates over a relation's rows with their windows, and the plain functions.

use super::checker::{Checker, Place, Scope};
use super::expr::{default_link, near, type_words, unknown};
use super::functions::{self, Argument, Gives};
use super::schema::Relation;
use super::typed::{Aggregate, Aggregation, Expr, Link, Op, Row, Type, Window};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Expr as Syntax, ExprKind, WindowKind};

impl<'a> Checker<'a> {
    /// `f(relation.column where … window)`.
    pub fn aggregate(
        &mut self,
        function: Aggregation,
        callee: &tree::Name,
        argument: &'a Syntax,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let (of, filter, window) = match &argument.kind {
            ExprKind::Rows { of, filter, window } => (of.as_ref(), filter.as_deref(), window.as_ref()),
            ExprKind::Broken => return unknown(),
            _ => (argument, None, None),
        };
        let Some((relation, link, path)) = self.rows_of(of, scope) else { return unknown() };
        let inner = Scope { row: Some((relation.clone(), link)), ..scope.clone() };
        let known = self.relation(scope, &relation).cloned();
        let column = self.aggregated_column(function, callee, &path, of, span, known.as_ref(), &inner);
        let Ok(column) = column else { return unknown() };
        let filter = filter.map(|f| self.condition(f, &inner));
        let window = match window {
            None => None,
            Some(w) => match self.window(w, known.as_ref(), &inner) {
                Some(w) => Some(w),
                None => return unknown(),
            },
        };
        if matches!(function, Aggregation::Latest | Aggregation::Earliest)
            && known.as_ref().is_some_and(|r| r.column("at").is_none())
        {
            self.report(
                Diagnostic::error(
                    "H0230",
                    of.span,
                    format!("`{relation}` has no `at`, so none of its rows is the {}", callee.text),
                )
                .label("no time here"),
            );
            return unknown();
        }
        let ty = match function {
            Aggregation::Count => Type::Number,
            Aggregation::Any => Type::YesNo,
            _ => column.as_ref().map_or(Type::Unknown, |c| c.ty),
        };
        if known.is_none() {
            return Expr::new(unknown().op, ty);
        }
        Expr::new(Op::Aggregate(Box::new(Aggregate { function, relation, link, column, filter, window })), ty)
    }

    #[allow(clippy::too_many_arguments)]
    fn aggregated_column(
        &mut self,
        function: Aggregation,
        callee: &tree::Name,
        path: &[&'a tree::Name],
        of: &Syntax,
        span: Span,
        relation: Option<&Relation>,
        inner: &Scope,
    ) -> Result<Option<Expr>, ()> {
        let countable = matches!(function, Aggregation::Count | Aggregation::Any);
        let name = inner.row.as_ref().map_or("", |r| r.0.as_str()).to_owned();
        let column = match path {
            [] if countable => return Ok(None),
            [] => {
                let example = match name.as_str() {
                    "purchases" => "purchases.amount",
                    "orders" => "orders.total",
                    _ => "purchases.price",
                };
                self.report(
                    Diagnostic::error(
                        "H0231",
                        of.span,
                        format!("`{}` needs a column: of what?", callee.text),
                    )
                    .label("only the relation")
                    .help(format!("for example `{}({example})`", callee.text)),
                );
                return Err(());
            }
            [field] => match self.relation_column(inner, &name, &field.text) {
                Some(ty) => {
                    self.mark_column(field.span, inner, &name, &field.text);
                    Expr::column(Row::This, &field.text, ty)
                }
                None => {
                    let Some(relation) = relation else { return Ok(None) };
                    let names: Vec<&str> = relation.columns.iter().map(|c| c.name.as_str()).collect();
                    let finding = Diagnostic::error(
                        "H0220",
                        field.span,
                        format!("`{name}` has no column `{}`", field.text),
                    )
                    .label("unknown column");
                    self.report(near(finding, &field.text, field.span, &names, "it has"));
                    return Err(());
                }
            },
            [product, field] if product.text == "product" => self.product_member(field, inner),
            _ => {
                self.report(
                    Diagnostic::error(
                        "H0228",
                        of.span,
                        "a column is reached directly, or through its product",
                    )
                    .label("too long")
                    .help("for example `purchases.product.category`"),
                );
                return Err(());
            }
        };
        if countable {
            self.report(
                Diagnostic::error("H0231", of.span, format!("`{}` counts rows, not a column", callee.text))
                    .label("leave the column out")
                    .help(format!(
                        "write `{}({name} where {} is known)` if it matters",
                        callee.text,
                        path.last().map_or("", |n| n.text.as_str())
                    )),
            );
            return Err(());
        }
        let adds = matches!(function, Aggregation::Sum | Aggregation::Avg);
        if adds && !matches!(column.ty, Type::Number | Type::Money(_) | Type::Duration | Type::Unknown) {
            self.report(
                Diagnostic::error("H0225", span, format!("`{}` adds up numbers and amounts", callee.text))
                    .label(format!("this is {}", type_words(column.ty))),
            );
            return Err(());
        }
        Ok(Some(column))
    }

    /// The relation, its link and the column path that an aggregate's argument names.
    pub fn rows_of(&mut self, of: &'a Syntax, scope: &Scope) -> Option<(String, Link, Vec<&'a tree::Name>)> {
        let mut path = Vec::new();
        let mut at = of;
        while let ExprKind::Member(inner, field) = &at.kind {
            path.push(field);
            at = inner;
        }
        path.reverse();
        let ExprKind::Name(root) = &at.kind else {
            if !matches!(at.kind, ExprKind::Broken) {
                self.report(
                    Diagnostic::error("H0228", of.span, "an aggregate takes a relation, such as `orders`")
                        .label("not a relation")
                        .help("for example `count(orders in last 90 days)`"),
                );
            }
            return None;
        };
        let qualified = matches!(root.as_str(), "customer" | "product")
            && self.relation(scope, root).is_none()
            && !path.is_empty();
        if qualified {
            let link = if root == "customer" { Link::Customer } else { Link::Product };
            let first = path.remove(0);
            if link == Link::Customer && scope.place == Place::Offer {
                let root = at.span;
                self.report(
                    Diagnostic::error(
                        "H0233",
                        root,
                        "whose? An offer is the same for everybody, so it cannot look at a customer",
                    )
                    .label("not one customer's")
                    .help(format!("write `product.{}` for everybody's", first.text))
                    .fix("write `product`", root, "product"),
                );
                return None;
            }
            return self
                .relation_named(&first.text, first.span, scope)
                .then(|| (first.text.clone(), link, path));
        }
        if scope.place == Place::Offer && self.relation(scope, root).is_some() {
            self.report(
                Diagnostic::error(
                    "H0233",
                    at.span,
                    format!("whose {root}? An offer is the same for everybody"),
                )
                .label("not one customer's")
                .help(format!("write `product.{root}` for everybody's"))
                .fix(format!("write `product.{root}`"), at.span, format!("product.{root}")),
            );
            return None;
        }
        self.relation_named(root, at.span, scope).then(|| (root.clone(), default_link(scope.place), path))
    }

    fn relation_named(&mut self, name: &str, span: Span, scope: &Scope) -> bool {
        self.mark_relation(span, scope, name);
        let Some((_, schema)) = &scope.source else { return true };
        if schema.relation(name).is_some_and(|r| r.of_customer() || r.of_product()) || !schema.known {
            return true;
        }
        if schema.relation(name).is_some() {
            self.report(
                Diagnostic::error("H0232", span, format!("rows of `{name}` belong to no customer"))
                    .label("nobody's")
                    .help("map its customer column in the source"),
            );
            return false;
        }
        let names = self.relation_names(scope);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let finding = Diagnostic::error("H0220", span, format!("there is no relation `{name}`"))
            .label("unknown relation");
        self.report(near(finding, name, span, &names, "relations are"));
        false
    }

    /// The window of an aggregate.
    pub fn window(
        &mut self,
        window: &'a tree::Window,
        relation: Option<&Relation>,
        scope: &Scope,
    ) -> Option<Window> {
        if relation.is_some_and(|r| r.column("at").is_none()) {
            self.report(
                Diagnostic::error("H0230", window.span, "these rows have no time, so no window fits them")
                    .label("no `at` column"),
            );
            return None;
        }
        if let WindowKind::Last(length) | WindowKind::Next(length) = &window.kind
            && length.count == 0
        {
            self.report(
                Diagnostic::error("H0219", window.span, "in a window of no length nothing happens")
                    .label("empty")
                    .help("such as `in last 30 days`"),
            );
            return None;
        }
        match &window.kind {
            WindowKind::Last(length) => Some(Window::Last(i64::from(length.count) * length.unit.seconds())),
            WindowKind::Next(length) if scope.future => {
                Some(Window::Next(i64::from(length.count) * length.unit.seconds()))
            }
            WindowKind::Next(_) => {
                self.report(
                    Diagnostic::error("H0229", window.span, "the future is not known here")
                        .label("looks ahead")
                        .help("`in next …` stands only in a model's `predicts` and a campaign's `goal`; write `in last …` for the past"),
                );
                None
            }
            WindowKind::Since(at) => self.window_edge(at, scope).map(Window::Since),
            WindowKind::Before(at) => self.window_edge(at, scope).map(Window::Before),
        }
    }

    fn window_edge(&mut self, at: &'a Syntax, scope: &Scope) -> Option<jiff::Timestamp> {
        let zone = scope.source.as_ref().map_or(jiff::tz::TimeZone::UTC, |(_, s)| s.timezone.clone());
        let civil = match &at.kind {
            ExprKind::Date(date) => date.at(0, 0, 0, 0),
            ExprKind::Instant(at) => *at,
            ExprKind::Broken => return None,
            _ => {
                self.wrong_value(at, "a date such as `2026-01-01`");
                return None;
            }
        };
        civil.to_zoned(zone).ok().map(|z| z.timestamp())
    }

    /// A plain function.
    pub fn function(
        &mut self,
        callee: &'a tree::Name,
        args: &'a [tree::Arg],
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let Some(function) = functions::function(&callee.text) else {
            let mut names: Vec<&str> = functions::FUNCTIONS.iter().map(|f| f.name).collect();
            names.extend([
                "count",
                "any",
                "sum",
                "avg",
                "latest",
                "earliest",
                "most_common",
                "band",
                "coalesce",
            ]);
            if scope.place == Place::Offer && scope.row.is_none() {
                names.push("optimise");
            }
            let finding =
                Diagnostic::error("H0222", callee.span, format!("there is no function `{}`", callee.text))
                    .label("unknown function");
            self.report(near(finding, &callee.text, callee.span, &names, "there are"));
            return unknown();
        };
        if function.name == functions::QUINTILE && (scope.place != Place::Customer || scope.row.is_some()) {
            self.report(
                Diagnostic::error("H0228", span, "a fifth is one of all customers")
                    .label("not about a customer here")
                    .help("make it an attribute of a profile, and name that here"),
            );
            return unknown();
        }
        let typed = args.iter().map(|a| self.expr(&a.value, scope)).collect();
        self.function_of(function, typed, args, span)
    }

    /// A plain function of values, against what it takes.
    pub fn function_of(
        &mut self,
        function: &functions::Function,
        values: Vec<Expr>,
        args: &[tree::Arg],
        span: Span,
    ) -> Expr {
        if args.len() != function.arguments.len() || args.iter().any(|a| a.name.is_some()) {
            let wanted = function.arguments.len();
            self.report(
                Diagnostic::error(
                    "H0223",
                    span,
                    format!("`{}` takes {wanted} value{}", function.name, if wanted == 1 { "" } else { "s" }),
                )
                .label(format!("{} given", args.len()))
                .help(function.doc),
            );
            return unknown();
        }
        let mut typed = Vec::new();
        for ((arg, value), wanted) in args.iter().zip(values).zip(function.arguments) {
            let fits = match wanted {
                Argument::Amount => {
                    matches!(value.ty, Type::Number | Type::Money(_) | Type::Duration | Type::Unknown)
                }
                Argument::Number => matches!(value.ty, Type::Number | Type::Unknown),
                Argument::Text => matches!(value.ty, Type::Text | Type::Unknown),
            };
            if !fits {
                self.report(
                    Diagnostic::error(
                        "H0224",
                        arg.value.span,
                        format!("`{}` does not take this", function.name),
                    )
                    .label(type_words(value.ty))
                    .help(function.doc),
                );
                return unknown();
            }
            typed.push(value);
        }
        if let [a, b] = typed.as_slice()
            && a.ty != b.ty
            && a.ty != Type::Unknown
            && b.ty != Type::Unknown
        {
            self.report(Diagnostic::error("H0224", span, "both values must be of one sort").label(format!(
                "{} and {}",
                type_words(a.ty),
                type_words(b.ty)
            )));
            return unknown();
        }
        let ty = match function.gives {
            Gives::Text => Type::Text,
            Gives::Number => Type::Number,
            Gives::SameAsArgument => typed.first().map_or(Type::Unknown, |t| t.ty),
        };
        Expr::new(Op::Function(function.name.to_owned(), typed), ty)
    }
}
