//! Kinds that are checked and not executed yet: tone, offer, cluster, model.

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::schema::Schema;
use super::suggest;
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
        if let Some(value) = self.value_of(decl, "discount")
            && !matches!(value.kind, ExprKind::Percent(_) | ExprKind::Money { .. } | ExprKind::Broken)
        {
            self.wrong_value(value.span, "a percent such as `15%`, or an amount such as `50 CNY`");
        }
        if let Some(value) = self.value_of(decl, "price") {
            self.offer_price(value, &scope);
        }
    }

    fn offer_price(&mut self, value: &'a Syntax, scope: &Scope) {
        let ExprKind::Call { callee, args } = &value.kind else {
            let typed = self.expr(value, scope);
            if !matches!(typed.ty, super::typed::Type::Money(_) | super::typed::Type::Unknown) {
                self.wrong_value(value.span, "an amount of money");
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
                    self.expr(&arg.value, scope);
                }
                Some("clear_by" | "round_to") => {}
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
            self.expr(value, &scope);
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
}
