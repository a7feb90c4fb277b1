//! Kinds that are checked and not executed yet: tone, offer, cluster, model, test.

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::message_expr::Offered;
use super::messages::customer_scope;
use super::schema::Schema;
use super::shape::{Field, MessageGiven, OfferGiven, Shape, message_shape};
use super::suggest;
use super::typed::Type;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::{Decl, Expr as Syntax, ExprKind};
use std::sync::Arc;

impl<'a> Checker<'a> {
    pub fn tone(&mut self, decl: &'a Decl) {
        for axis in ["polarity", "strength", "urgency", "formality", "warmth"] {
            if let Some(value) = self.value_of(decl, axis) {
                let least = if axis == "polarity" { -1.0 } else { 0.0 };
                self.number_range(value, least, 1.0);
            }
        }
        for key in ["avoid", "prefer"] {
            for value in self.value_of(decl, key).map(items).unwrap_or_default() {
                self.plain_text(value);
            }
        }
        if let Some(value) = self.value_of(decl, "otherwise") {
            self.word(value, &["reject", "warn", "fallback"]);
        }
    }

    pub fn offer(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Offer);
        if let Some(value) = self.value_of(decl, "products") {
            self.condition(value, &scope);
        }
        if let Some(value) = self.value_of(decl, "valid_for") {
            self.duration(value);
        }
        match self.value_of(decl, "discount").map(|value| (value, &value.kind)) {
            Some((value, ExprKind::Percent(digits))) if digits.parse::<f64>().is_ok_and(|d| d > 100.0) => {
                self.report(
                    Diagnostic::error(
                        "H0219",
                        value.span,
                        "nothing is cheaper than free: a discount goes up to 100 %",
                    )
                    .label("more than the price"),
                );
            }
            Some((value, ExprKind::Money { .. })) => {
                self.expr(value, &scope);
            }
            None | Some((_, ExprKind::Percent(_))) => {}
            Some((value, _)) => {
                self.wrong_value(value, "a percent such as `15%`, or an amount such as `50 CNY`");
            }
        }
        if let Some(value) = self.value_of(decl, "code") {
            self.code(value);
        }
        if let Some(value) = self.value_of(decl, "at_most") {
            match &value.kind {
                ExprKind::Per(count, whom) if matches!(&whom.kind, ExprKind::Name(word) if word == "customer") =>
                {
                    self.whole(count, 1);
                }
                _ => self.wrong_value(value, "a number of uses, `1 per customer`"),
            }
        }
        if let Some(value) = self.value_of(decl, "price") {
            self.offer_price(value, &scope);
        }
    }

    /// `unique("BACK-", length: 6)`, or one code for all.
    fn code(&mut self, value: &'a Syntax) {
        let ExprKind::Call { callee, args } = &value.kind else {
            if !matches!(value.kind, ExprKind::Str(_)) {
                self.wrong_value(value, "a code in quotes, or `unique(\"BACK-\", length: 6)`");
            }
            return;
        };
        if callee.text != "unique" {
            let message = format!("codes are not made by `{}`", callee.text);
            let finding = Diagnostic::error("H0222", callee.span, message).label("unknown function");
            self.report(super::expr::near(finding, &callee.text, callee.span, &["unique"], "there is"));
            return;
        }
        for arg in args {
            match arg.name.as_ref().map(|name| (name, name.text.as_str())) {
                None => {
                    self.plain_text(&arg.value);
                }
                Some((_, "length")) => {
                    self.whole(&arg.value, 4);
                }
                Some((name, other)) => {
                    let finding =
                        Diagnostic::error("H0223", name.span, format!("`unique` takes no `{other}`"))
                            .label("unknown argument");
                    self.report(super::expr::near(finding, other, name.span, &["length"], "it takes"));
                }
            }
        }
    }

    fn offer_price(&mut self, value: &'a Syntax, scope: &Scope) {
        let ExprKind::Call { callee, args } = &value.kind else {
            let typed = self.expr(value, scope);
            if !matches!(typed.ty, super::typed::Type::Money(_) | super::typed::Type::Unknown) {
                self.wrong_value(value, "an amount of money");
            }
            return;
        };
        if callee.text != "optimise" {
            self.expr(value, scope);
            return;
        }
        for arg in args {
            match arg.name.as_ref().map(|n| n.text.as_str()) {
                Some("floor" | "ceiling") => {
                    let typed = self.expr(&arg.value, scope);
                    if !matches!(typed.ty, Type::Money(_) | Type::Unknown) {
                        self.wrong_value(&arg.value, "an amount of money, such as `1.05 * cost`");
                    }
                }
                Some("clear_by") => {
                    if !matches!(arg.value.kind, ExprKind::Date(_)) {
                        self.wrong_value(&arg.value, "a day such as `2026-12-31`");
                    }
                }
                Some("round_to") => {
                    self.plain_number(&arg.value);
                }
                None => self.word(&arg.value, &["revenue", "profit", "units"]),
                Some(other) => {
                    let names = ["clear_by", "floor", "ceiling", "round_to"];
                    let span = arg.name.as_ref().map_or(arg.value.span, |n| n.span);
                    let finding = Diagnostic::error("H0223", span, format!("`optimise` takes no `{other}`"))
                        .label("unknown argument");
                    self.report(finding.help_opt(suggest::help(other, names, "it takes")));
                }
            }
        }
    }

    /// Clusters and models: their features are attributes or models of this place.
    pub fn learned(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Customer);
        for value in self.value_of(decl, "features").map(items).unwrap_or_default() {
            if matches!(value.kind, ExprKind::Name(_) | ExprKind::Member(..)) {
                self.expr(value, &scope);
            } else {
                self.wrong_value(value, "the name of an attribute or a model");
            }
        }
        if let Some(value) = self.value_of(decl, "order_by") {
            self.expr(value, &scope);
        }
        if let Some(value) = self.value_of(decl, "predicts") {
            self.condition(value, &Scope { future: true, ..scope });
        }
        if let Some(value) = self.value_of(decl, "k") {
            self.number_range(value, 1.0, 1000.0);
        }
        if let Some(value) = self.value_of(decl, "method") {
            self.word(value, &["logistic", "boosted", "bg_nbd"]);
        }
    }

    pub fn test(&mut self, id: DeclId, decl: &'a Decl) {
        if let Some(value) = self.value_of(decl, "campaign") {
            self.reference(id.file, value, "campaign");
        }
        if let Some(value) = self.value_of(decl, "as_of")
            && !matches!(value.kind, ExprKind::Date(_) | ExprKind::Instant(_) | ExprKind::Broken)
        {
            self.wrong_value(value, "a date such as `2026-11-20`");
        }
        if let Some(value) = self.value_of(decl, "customer")
            && !matches!(value.kind, ExprKind::Number(_) | ExprKind::Str(_) | ExprKind::Broken)
        {
            self.wrong_value(value, "a customer's id, such as `17` or `\"C-17\"`");
        }
    }

    /// What every test expects, against the messages of its campaign.
    pub fn tests(&mut self) {
        for (file, parsed) in self.project.files.iter().enumerate() {
            for decl in parsed.tree.decls.iter().filter(|d| d.kind.text == "test") {
                self.expectations(file, decl);
            }
        }
    }

    /// A campaign that is not sound says nothing about its messages: then only what every message has is known.
    fn expectations(&mut self, file: usize, decl: &'a Decl) {
        let campaign = self.value_of(decl, "campaign").and_then(|value| match &value.kind {
            ExprKind::Name(name) => self.names[file].get(name.as_str()).copied(),
            _ => None,
        });
        let campaign = campaign.map(|id| (id, self.label(id, "")));
        let campaign =
            campaign.and_then(|(id, label)| Some((id.file, self.model.campaigns.get(&label)?.clone())));
        let source = campaign.as_ref().and_then(|(_, c)| self.model.sources.get(&c.source).cloned());
        let (mut roots, scope) = match (&campaign, &source) {
            (Some((file, campaign)), Some(source)) => {
                let scope = customer_scope(*file, source);
                let offers = campaign.variants.iter().filter_map(|v| v.offer.as_deref());
                let offer = campaign.offer.as_deref().or_else(|| offers.into_iter().next());
                (self.offered(&scope, source, offer), scope)
            }
            _ => {
                let roots = message_shape(&MessageGiven {
                    offer: Some(OfferGiven::default()),
                    ..MessageGiven::default()
                });
                (roots, Scope { file, source: None, place: Place::Customer, row: None, future: false })
            }
        };
        let text = || Field::new(Shape::Value(Type::Text), "");
        for part in ["body", "text", "html", "variant"] {
            roots.insert(part.to_owned(), text());
        }
        if let Some(customer) = roots.get("customer").map(|field| field.shape.clone()) {
            roots.insert("audience".to_owned(), Field::new(Shape::List(Box::new(customer)), ""));
        }
        roots.insert("tone".to_owned(), Field::new(Shape::Any, ""));
        if campaign.is_none()
            && let Some(offer) = roots.get_mut("offer")
        {
            offer.shape = Shape::Any;
        }
        for value in self.value_of(decl, "expect").map(items).unwrap_or_default() {
            self.message_condition(
                value,
                Offered { roots: &roots, item: None, scope: &Scope { file, ..scope.clone() } },
            );
        }
    }
}
