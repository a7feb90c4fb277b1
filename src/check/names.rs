//! What names mean: columns, attributes, segments, models, relations, and the aggregates over them.

use std::sync::Arc;

use super::checker::{Checker, DeclId, Place, Progress, Scope, expr_of};
use super::expr::{aggregation, bare_row, default_link, near, type_words, unknown};
use super::functions::{self, Argument, Gives};
use super::schema::{Relation, Schema};
use super::suggest;
use super::typed::{Aggregate, Aggregation, Expr, Link, Op, Row, Type, Window};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Expr as Syntax, ExprKind, WindowKind};

/// A meaning that a name may have, with its words.
struct Meaning {
    words: String,
    expr: Expr,
}

impl<'a> Checker<'a> {
    /// A bare name.
    pub fn name(&mut self, name: &'a str, span: Span, scope: &Scope) -> Expr {
        let mut meanings = Vec::new();
        if let Some(ty) = self.column_of(scope, name) {
            let owner = match bare_row(scope) {
                Row::Customer => "customer",
                Row::Product => "product",
                _ => "row",
            };
            meanings.push(Meaning {
                words: format!("a column (`{owner}.{name}`)"),
                expr: Expr::column(bare_row(scope), name, ty),
            });
        }
        if scope.row.is_none() && scope.place == Place::Customer {
            for profile in self.profiles_with(scope, name) {
                let label = self.decl(profile).name.as_ref().map_or("", |n| n.text.as_str());
                let expr = self.attribute(profile, name, scope);
                meanings.push(Meaning { words: format!("an attribute (`{label}.{name}`)"), expr });
            }
        }
        if let Some(&id) = self.names[scope.file].get(name)
            && let Some(expr) = self.declared(id, span, scope, meanings.is_empty())
        {
            meanings.push(Meaning { words: format!("the {} `{name}`", self.decl(id).kind.text), expr });
        }
        match meanings.len() {
            1 => meanings.swap_remove(0).expr,
            0 => self.unknown_name(name, span, scope),
            _ => {
                let words: Vec<String> = meanings.into_iter().map(|m| m.words).collect();
                self.report(
                    Diagnostic::error("H0221", span, format!("`{name}` could mean {}", words.join(" or ")))
                        .label("which one?")
                        .help("write the longer form in brackets above"),
                );
                unknown()
            }
        }
    }

    /// What a declaration's name means in an expression: a segment's membership, a model's probability, …
    fn declared(&mut self, id: DeclId, span: Span, scope: &Scope, only_meaning: bool) -> Option<Expr> {
        let kind = self.decl(id).kind.text.clone();
        let name = self.decl(id).name.as_ref().map_or(String::new(), |n| n.text.clone());
        let about_customer = scope.place == Place::Customer && scope.row.is_none();
        match kind.as_str() {
            "segment" if about_customer => Some(self.segment_use(id, span, scope)),
            "cluster" if about_customer => Some(Expr::new(Op::Cluster(name), Type::Number)),
            "model" if about_customer => Some(Expr::new(Op::Probability(name), Type::Number)),
            "offer" if scope.row.is_some() => Some(Expr::new(Op::Offer(name, Row::ThisProduct), Type::YesNo)),
            "offer" if scope.place == Place::Product => {
                Some(Expr::new(Op::Offer(name, Row::Product), Type::YesNo))
            }
            _ if only_meaning && self.relation(scope, &name).is_none() => {
                self.report(
                    Diagnostic::error(
                        "H0220",
                        span,
                        format!("{} `{name}` cannot be used here", with_article(&kind)),
                    )
                    .label("not a value here")
                    .related(self.decl(id).head, "declared here"),
                );
                Some(unknown())
            }
            _ => None,
        }
    }

    fn segment_use(&mut self, id: DeclId, span: Span, scope: &Scope) -> Expr {
        let source = self.source_for(id, scope.source.as_ref());
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        if self.busy.contains(&(id, key)) {
            self.cycle(id, span);
            return unknown();
        }
        let Some(label) = self.segment(id, scope.source.as_ref()) else { return unknown() };
        Expr::new(Op::IsTrue(Box::new(Expr::new(Op::Segment(label), Type::YesNo))), Type::YesNo)
    }

    /// A finding that declarations depend on each other in a circle.
    pub fn cycle(&mut self, id: DeclId, span: Span) {
        let start = self.busy.iter().position(|b| b.0 == id).unwrap_or(0);
        let mut names: Vec<String> = self.busy[start..]
            .iter()
            .filter_map(|b| self.decl(b.0).name.as_ref().map(|n| n.text.clone()))
            .collect();
        names.extend(names.first().cloned());
        self.report(
            Diagnostic::error("H0215", span, "these declarations depend on each other in a circle")
                .label("the circle closes here")
                .help(format!("{}: one of them must stand on its own", names.join(" needs "))),
        );
    }

    fn unknown_name(&mut self, name: &str, span: Span, scope: &Scope) -> Expr {
        if let Some(literal) = yes_no(name) {
            return literal;
        }
        if let Some(relation) = self.relation(scope, name) {
            let words = format!("count({} in last 30 days)", relation.name);
            self.report(
                Diagnostic::error("H0228", span, format!("`{name}` is a list of rows, not a value"))
                    .label("a relation")
                    .help(format!("count or add it up, for example `{words}`")),
            );
            return unknown();
        }
        if !self.is_known(scope) {
            return unknown();
        }
        let candidates = self.names_in(scope);
        let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
        let what = match bare_row(scope) {
            Row::Product => "a product",
            Row::Customer => "a customer",
            _ => "a row of this relation",
        };
        let mut finding = Diagnostic::error("H0220", span, format!("nothing here is called `{name}`"))
            .label("unknown name");
        finding = near(finding, name, span, &candidates, &format!("{what} has"));
        if finding.help.is_none() {
            let quoted = self.text(span).to_owned();
            finding =
                finding.help(format!("{what} has no such column; a text stands in quotes: \"{quoted}\""));
        }
        self.report(finding);
        unknown()
    }

    /// `a.b`.
    pub fn member(&mut self, of: &'a Syntax, field: &'a tree::Name, span: Span, scope: &Scope) -> Expr {
        let ExprKind::Name(owner) = &of.kind else {
            if let ExprKind::Member(..) = &of.kind {
                self.report(
                    Diagnostic::error("H0228", span, "a relation's column is read inside an aggregate")
                        .label("no aggregate around it")
                        .help(format!("for example `latest({})`", self.text(span))),
                );
            } else if !matches!(of.kind, ExprKind::Broken) {
                self.report(
                    Diagnostic::error(
                        "H0228",
                        span,
                        "only customers, products, rows and profiles have parts",
                    )
                    .label("not one of them"),
                );
            }
            return unknown();
        };
        match owner.as_str() {
            "customer" => self.customer_member(field, scope),
            "product" => self.product_member(field, scope),
            "shop"
                if self.relation(scope, owner).is_none()
                    && !self.names[scope.file].contains_key(owner.as_str()) =>
            {
                unknown()
            }
            _ => self.other_member(owner, of.span, field, span, scope),
        }
    }

    fn customer_member(&mut self, field: &'a tree::Name, scope: &Scope) -> Expr {
        let row = match &scope.row {
            Some((_, Link::Product)) => Row::ThisCustomer,
            _ => Row::Customer,
        };
        if scope.place == Place::Offer && scope.row.is_none() {
            self.report(
                Diagnostic::error(
                    "H0233",
                    field.span,
                    "an offer is the same for everybody, so it cannot look at a customer",
                )
                .label("about one customer")
                .help("who gets the offer is the campaign's `audience`"),
            );
            return unknown();
        }
        if let Some(ty) = self.relation_column(scope, "customers", &field.text) {
            return Expr::column(row, &field.text, ty);
        }
        let outer = Scope { place: Place::Customer, row: None, ..scope.clone() };
        if row == Row::Customer {
            let profiles = self.profiles_with(&outer, &field.text);
            if let [profile] = profiles.as_slice() {
                return self.attribute(*profile, &field.text, &outer);
            }
            if let Some(&id) = self.names[scope.file].get(field.text.as_str())
                && matches!(self.decl(id).kind.text.as_str(), "segment" | "cluster" | "model")
            {
                return self.declared(id, field.span, &outer, true).unwrap_or_else(unknown);
            }
        }
        self.no_column("customers", "a customer", field, &outer)
    }

    fn product_member(&mut self, field: &'a tree::Name, scope: &Scope) -> Expr {
        let row = match (&scope.row, scope.place) {
            (Some((relation, _)), _) => {
                if self.relation(scope, relation).is_some_and(|r| !r.of_product()) {
                    self.report(
                        Diagnostic::error(
                            "H0220",
                            field.span,
                            format!("a row of `{relation}` has no product"),
                        )
                        .label("no product here"),
                    );
                    return unknown();
                }
                Row::ThisProduct
            }
            (None, Place::Product | Place::Offer) => Row::Product,
            (None, Place::Customer) => {
                self.report(
                    Diagnostic::error(
                        "H0228",
                        field.span,
                        "which product? A product is known only inside an aggregate",
                    )
                    .label("no product here")
                    .help(format!("for example `any(purchases where product.{} = …)`", field.text)),
                );
                return unknown();
            }
        };
        match self.relation_column(scope, "products", &field.text) {
            Some(ty) => Expr::column(row, &field.text, ty),
            None => self.no_column("products", "a product", field, scope),
        }
    }

    fn other_member(
        &mut self,
        owner: &'a str,
        owner_span: Span,
        field: &'a tree::Name,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if let Some(&id) = self.names[scope.file].get(owner)
            && self.decl(id).kind.text == "profile"
        {
            if self.decl(id).settings.iter().any(|s| s.key.text == field.text) {
                return self.attribute(id, &field.text, scope);
            }
            let names: Vec<&str> = self.decl(id).settings.iter().map(|s| s.key.text.as_str()).collect();
            let finding = Diagnostic::error(
                "H0220",
                field.span,
                format!("the profile `{owner}` has no `{}`", field.text),
            )
            .label("unknown attribute");
            self.report(near(finding, &field.text, field.span, &names, "it has"));
            return unknown();
        }
        if self.relation(scope, owner).is_some() {
            self.report(
                Diagnostic::error(
                    "H0228",
                    span,
                    format!("`{owner}` has many rows: say what to do with them"),
                )
                .label("many values")
                .help(format!(
                    "for example `latest({owner}.{})` or `max({owner}.{})`",
                    field.text, field.text
                )),
            );
            return unknown();
        }
        if !self.is_known(scope) {
            return unknown();
        }
        let mut names = vec!["customer".to_owned(), "product".to_owned()];
        names.extend(self.relation_names(scope));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let finding = Diagnostic::error("H0220", owner_span, format!("nothing here is called `{owner}`"))
            .label("unknown name");
        self.report(near(finding, owner, owner_span, &names, "there are"));
        unknown()
    }

    fn no_column(&mut self, relation: &str, what: &str, field: &tree::Name, scope: &Scope) -> Expr {
        if !self.is_known(scope) || scope.source.as_ref().is_some_and(|(_, s)| s.relation(relation).is_none())
        {
            return unknown();
        }
        let mut names: Vec<String> = self.column_names(scope, relation);
        if relation == "customers" {
            names.extend(self.attribute_names(scope));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let finding = Diagnostic::error("H0220", field.span, format!("{what} has no `{}`", field.text))
            .label("unknown column");
        self.report(near(finding, &field.text, field.span, &names, &format!("{what} has")));
        unknown()
    }

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
                Some(ty) => Expr::column(Row::This, &field.text, ty),
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
                self.wrong_value(at.span, "a date such as `2026-01-01`");
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
            let finding =
                Diagnostic::error("H0222", callee.span, format!("there is no function `{}`", callee.text))
                    .label("unknown function");
            self.report(near(finding, &callee.text, callee.span, &names, "there are"));
            return unknown();
        };
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
        for (arg, wanted) in args.iter().zip(function.arguments) {
            let value = self.expr(&arg.value, scope);
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

    // --- what there is -------------------------------------------------------------------------------------

    /// The type of the column that a bare name would be, if there is one.
    pub fn column_of(&self, scope: &Scope, name: &str) -> Option<Type> {
        match (&scope.row, scope.place) {
            (Some((relation, _)), _) => self.relation_column(scope, relation, name),
            (None, Place::Customer) => self.relation_column(scope, "customers", name),
            (None, Place::Product | Place::Offer) => self.relation_column(scope, "products", name),
        }
    }

    pub fn relation_column(&self, scope: &Scope, relation: &str, name: &str) -> Option<Type> {
        let (_, schema) = scope.source.as_ref()?;
        schema.relation(relation)?.column(name).map(|c| c.ty)
    }

    pub fn relation<'s>(&self, scope: &'s Scope, name: &str) -> Option<&'s Relation> {
        scope.source.as_ref().and_then(|(_, s)| s.relation(name))
    }

    fn is_known(&self, scope: &Scope) -> bool {
        scope.source.as_ref().is_some_and(|(_, s)| s.known)
    }

    fn relation_names(&self, scope: &Scope) -> Vec<String> {
        let relations = scope.source.as_ref().map(|(_, s)| s.relations.as_slice()).unwrap_or_default();
        relations.iter().filter(|r| r.of_customer() || r.of_product()).map(|r| r.name.clone()).collect()
    }

    fn column_names(&self, scope: &Scope, relation: &str) -> Vec<String> {
        self.relation(scope, relation)
            .map(|r| r.columns.iter().map(|c| c.name.clone()).collect())
            .unwrap_or_default()
    }

    /// Every name that an expression at this place may use, for "did you mean".
    fn names_in(&self, scope: &Scope) -> Vec<String> {
        let mut names = match (&scope.row, scope.place) {
            (Some((relation, _)), _) => self.column_names(scope, relation),
            (None, Place::Customer) => self.column_names(scope, "customers"),
            (None, _) => self.column_names(scope, "products"),
        };
        if scope.row.is_none() && scope.place == Place::Customer {
            names.extend(self.attribute_names(scope));
            let declared = self.names[scope.file].iter();
            names.extend(
                declared
                    .filter(|(_, id)| {
                        matches!(self.decl(**id).kind.text.as_str(), "segment" | "model" | "cluster")
                    })
                    .map(|(n, _)| (*n).to_owned()),
            );
        }
        names
    }

    fn attribute_names(&self, scope: &Scope) -> Vec<String> {
        self.profiles(scope)
            .into_iter()
            .flat_map(|p| self.decl(p).settings.iter().map(|s| s.key.text.clone()))
            .collect()
    }

    /// Profiles whose attributes are known here: the file's own and used ones, and those declared beside the source.
    pub fn profiles(&self, scope: &Scope) -> Vec<DeclId> {
        let is_profile = |id: &DeclId| self.decl(*id).kind.text == "profile";
        let mut found: Vec<DeclId> = self.names[scope.file].values().copied().filter(is_profile).collect();
        if let Some((label, _)) = &scope.source
            && let Some((id, _)) = self.labels.get(label)
        {
            found.extend(self.names[id.file].values().copied().filter(is_profile));
        }
        found.sort();
        found.dedup();
        found
    }

    fn profiles_with(&self, scope: &Scope, attribute: &str) -> Vec<DeclId> {
        let has = |id: &DeclId| self.decl(*id).settings.iter().any(|s| s.key.text == attribute);
        self.profiles(scope).into_iter().filter(has).collect()
    }

    /// A reference to an attribute, with its type.
    pub fn attribute(&mut self, profile: DeclId, name: &str, scope: &Scope) -> Expr {
        let Some((source, schema)) = scope.source.clone() else { return unknown() };
        let key = (profile, name.to_owned(), source.clone());
        let ty = match self.attributes.get(&key) {
            Some(Progress::Done(ty)) => *ty,
            Some(Progress::Busy) => {
                let decl = self.decl(profile);
                let span =
                    decl.settings.iter().find(|s| s.key.text == name).map_or(decl.head, |s| s.key.span);
                self.report(
                    Diagnostic::error("H0215", span, format!("`{name}` depends on itself"))
                        .label("a circle")
                        .help("an attribute may use other attributes, but not in a circle"),
                );
                self.attributes.insert(key, Progress::Done(Type::Unknown));
                return unknown();
            }
            None => self.check_attribute(profile, name, &source, &schema),
        };
        let label = self.label(profile, &source);
        Expr::new(Op::Attribute { profile: label, name: name.to_owned() }, ty)
    }

    /// Checks one attribute with one source and keeps it in the model.
    fn check_attribute(&mut self, profile: DeclId, name: &str, source: &str, schema: &Arc<Schema>) -> Type {
        let key = (profile, name.to_owned(), source.to_owned());
        self.attributes.insert(key.clone(), Progress::Busy);
        let decl = self.decl(profile);
        let Some(setting) = decl.settings.iter().find(|s| s.key.text == name) else { return Type::Unknown };
        let scope = Scope {
            file: profile.file,
            source: Some((source.to_owned(), Arc::clone(schema))),
            place: Place::Customer,
            row: None,
            future: false,
        };
        let value = expr_of(setting).map_or_else(unknown, |e| self.expr(e, &scope));
        let ty = value.ty;
        let label = self.label(profile, source);
        let attribute = super::model::Attribute { name: name.to_owned(), value, doc: setting.docs.clone() };
        let entry = self
            .model
            .profiles
            .entry(label.clone())
            .or_insert_with(|| super::model::Profile { label, attributes: Vec::new() });
        if !entry.attributes.iter().any(|a| a.name == name) {
            entry.attributes.push(attribute);
        }
        self.attributes.insert(key, Progress::Done(ty));
        ty
    }
}

/// `yes`, `no`, `true`, `false`, where nothing else has that name.
fn yes_no(name: &str) -> Option<Expr> {
    let value = match name {
        "yes" | "true" => true,
        "no" | "false" => false,
        _ => return None,
    };
    Some(Expr::new(Op::Literal(super::typed::Literal::YesNo(value)), Type::YesNo))
}

fn with_article(kind: &str) -> String {
    format!("{} {kind}", suggest::article(kind))
}

/// Whether a call's word is an aggregate, for places that treat them apart.
pub(super) fn is_aggregate(word: &str) -> bool {
    aggregation(word).is_some()
}
