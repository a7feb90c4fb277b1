//! What names mean: columns, attributes, segments, models, relations, and the aggregates over them.

use super::checker::{Checker, DeclId, Place, Scope};
use super::expr::{bare_row, near, unknown};
use super::index::Meaning as Refers;
use super::schema::Relation;
use super::suggest;
use super::typed::{Expr, Link, Op, Row, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Expr as Syntax, ExprKind};

/// A meaning that a name may have, with its words.
struct Meaning {
    words: String,
    expr: Expr,
    refers: Option<Refers>,
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
                refers: self.bare_column(scope, name),
            });
        }
        if scope.row.is_none() && scope.place == Place::Customer {
            for profile in self.profiles_with(scope, name) {
                let label = self.decl(profile).name.as_ref().map_or("", |n| n.text.as_str());
                let expr = self.attribute(profile, name, scope);
                let refers = Some(Refers::Attribute(profile, name.to_owned()));
                meanings.push(Meaning { words: format!("an attribute (`{label}.{name}`)"), expr, refers });
            }
        }
        if let Some(&id) = self.names[scope.file].get(name)
            && let Some(expr) = self.declared(id, span, scope, meanings.is_empty())
        {
            let words = format!("the {} `{name}`", self.decl(id).kind.text);
            meanings.push(Meaning { words, expr, refers: Some(Refers::Declaration(id)) });
        }
        match meanings.len() {
            1 => {
                let meaning = meanings.swap_remove(0);
                if let Some(refers) = meaning.refers {
                    self.mark(span, refers);
                }
                meaning.expr
            }
            0 if self.is_lost(scope.file, name) => unknown(),
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

    /// The column that a bare name is.
    fn bare_column(&self, scope: &Scope, name: &str) -> Option<Refers> {
        let relation = match (&scope.row, scope.place) {
            (Some((relation, _)), _) => relation.as_str(),
            (None, Place::Customer) => "customers",
            (None, Place::Product | Place::Offer) => "products",
        };
        let source = scope.source.as_ref()?.0.clone();
        Some(Refers::Column { source, relation: relation.to_owned(), column: name.to_owned() })
    }

    /// What a declaration's name means in an expression: a segment's membership, a model's probability, …
    fn declared(&mut self, id: DeclId, span: Span, scope: &Scope, only_meaning: bool) -> Option<Expr> {
        let kind = self.decl(id).kind.text.clone();
        let name = self.decl(id).name.as_ref().map_or(String::new(), |n| n.text.clone());
        let about_customer = scope.place == Place::Customer && scope.row.is_none();
        match kind.as_str() {
            "segment" if about_customer => Some(self.segment_use(id, span, scope)),
            "cluster" | "model" if about_customer => Some(self.learner_use(id, span, scope)),
            "offer" if scope.row.is_some() => Some(Expr::new(Op::Offer(name, Row::ThisProduct), Type::YesNo)),
            "offer" if scope.place == Place::Product => {
                Some(Expr::new(Op::Offer(name, Row::Product), Type::YesNo))
            }
            _ if super::kinds::find(&kind).is_none() => Some(unknown()),
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
        if self.is_too_deep(span) {
            return unknown();
        }
        let Some(label) = self.segment(id, scope.source.as_ref()) else { return unknown() };
        Expr::new(Op::IsTrue(Box::new(Expr::new(Op::Segment(label), Type::YesNo))), Type::YesNo)
    }

    /// Whether declarations stand on each other in so long a row that following it would end the program; a finding says so.
    pub fn is_too_deep(&mut self, span: Span) -> bool {
        const DEEPEST: usize = 100;
        let deep = self.busy.len() >= DEEPEST;
        if deep {
            let message = format!("more than {DEEPEST} declarations stand on each other in a row");
            self.report(Diagnostic::error("H0215", span, message).label("the row is too long here"));
        }
        deep
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
        finding = match self.elsewhere_qualified(name, scope) {
            Some(longer) if suggest::nearest(name, candidates.iter().copied()).is_none() => finding
                .help(format!("did you mean `{longer}`?"))
                .fix(format!("write `{longer}`"), span, longer),
            _ => near(finding, name, span, &candidates, &format!("{what} has")),
        };
        if suggest::nearest(name, candidates.iter().copied()).is_none()
            && let Some(elsewhere) = self.elsewhere(scope.file, name)
        {
            finding = finding.help(elsewhere);
        }
        if finding.help.is_none() {
            let quoted = self.text(span).to_owned();
            finding =
                finding.help(format!("{what} has no such column; a text stands in quotes: \"{quoted}\""));
        }
        self.report(finding);
        unknown()
    }

    /// `customer.x` or `product.x`, where that is what a bare `x` could only mean.
    fn elsewhere_qualified(&self, name: &str, scope: &Scope) -> Option<String> {
        let customer = Scope { place: Place::Customer, row: None, ..scope.clone() };
        let of_customer = || {
            self.relation_column(scope, "customers", name).is_some()
                || self.attribute_names(&customer).iter().any(|attribute| attribute == name)
        };
        let of_product = || self.relation_column(scope, "products", name).is_some();
        match (&scope.row, scope.place) {
            (Some((relation, _)), _) => {
                let joined = self.relation(scope, relation).is_some_and(Relation::of_product);
                if joined && of_product() {
                    return Some(format!("product.{name}"));
                }
                of_customer().then(|| format!("customer.{name}"))
            }
            (None, Place::Product) => of_customer().then(|| format!("customer.{name}")),
            (None, _) => None,
        }
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
            self.mark_column(field.span, scope, "customers", &field.text);
            return Expr::column(row, &field.text, ty);
        }
        let outer = Scope { place: Place::Customer, row: None, ..scope.clone() };
        if row == Row::Customer {
            let profiles = self.profiles_with(&outer, &field.text);
            if let [profile] = profiles.as_slice() {
                self.mark(field.span, Refers::Attribute(*profile, field.text.clone()));
                return self.attribute(*profile, &field.text, &outer);
            }
            if let Some(&id) = self.names[scope.file].get(field.text.as_str())
                && matches!(self.decl(id).kind.text.as_str(), "segment" | "cluster" | "model")
            {
                self.mark(field.span, Refers::Declaration(id));
                return self.declared(id, field.span, &outer, true).unwrap_or_else(unknown);
            }
        }
        self.no_column("customers", "a customer", field, &outer)
    }

    pub fn product_member(&mut self, field: &'a tree::Name, scope: &Scope) -> Expr {
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
            Some(ty) => {
                self.mark_column(field.span, scope, "products", &field.text);
                Expr::column(row, &field.text, ty)
            }
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
            self.mark(owner_span, Refers::Declaration(id));
            if self.decl(id).settings.iter().any(|s| s.key.text == field.text) {
                self.mark(field.span, Refers::Attribute(id, field.text.clone()));
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
        if !self.is_known(scope) || self.is_lost(scope.file, owner) {
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
}

/// `yes`, `no`, `true`, `false`, where nothing else has that name.
pub(super) fn yes_no(name: &str) -> Option<Expr> {
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
