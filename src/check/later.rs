//! Kinds that are checked and not executed yet: tone, copy, offer, cluster, model, test.

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::index::Meaning;
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

    pub fn copy(&mut self, decl: &'a Decl) {
        for key in ["rules", "language", "fallback"] {
            if let Some(value) = self.value_of(decl, key) {
                self.plain_text(value);
            }
        }
        if let Some(value) = self.value_of(decl, "candidates") {
            self.whole(value, 1);
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

    pub fn test(&mut self, id: DeclId, decl: &'a Decl) {
        if let Some(value) = self.value_of(decl, "campaign") {
            self.reference(id.file, value, "campaign");
        }
        if let Some(value) = self.value_of(decl, "as_of")
            && !matches!(value.kind, ExprKind::Date(_) | ExprKind::Instant(_) | ExprKind::Broken)
        {
            self.wrong_value(value.span, "a date such as `2026-11-20`");
        }
        for value in self.value_of(decl, "expect").map(items).unwrap_or_default() {
            self.expectation(
                value,
                &[
                    "customer",
                    "picks",
                    "offer",
                    "subject",
                    "preheader",
                    "body",
                    "text",
                    "html",
                    "campaign",
                    "audience",
                    "tone",
                    "copy",
                    "variant",
                ],
                id.file,
            );
        }
    }

    /// A condition of a test: names begin at the message's parts; inside a `where` at a product's columns.
    fn expectation(&mut self, value: &'a Syntax, roots: &[&str], file: usize) {
        match &value.kind {
            ExprKind::Name(name) => {
                if !roots.contains(&name.as_str()) && !self.names[file].contains_key(name.as_str()) {
                    let finding =
                        Diagnostic::error("H0220", value.span, format!("a message has no `{name}`"))
                            .label("unknown name");
                    self.report(super::expr::near(finding, name, value.span, roots, "it has"));
                }
                if let Some(&id) = self.names[file].get(name.as_str()) {
                    self.mark(value.span, Meaning::Declaration(id));
                }
            }
            ExprKind::Member(of, _) | ExprKind::Index(of, _) => self.expectation(of, roots, file),
            ExprKind::Binary(_, a, b) => {
                self.expectation(a, roots, file);
                if !matches!(b.kind, ExprKind::Range(..) | ExprKind::List(_)) {
                    self.expectation(b, roots, file);
                }
            }
            ExprKind::Unary(_, inner) | ExprKind::Is { value: inner, .. } => {
                self.expectation(inner, roots, file);
            }
            ExprKind::Call { callee, args } => {
                if !super::aggregates::is_aggregate(&callee.text) && callee.text != "all" {
                    let finding = Diagnostic::error(
                        "H0222",
                        callee.span,
                        format!("there is no function `{}` for messages", callee.text),
                    )
                    .label("unknown function");
                    self.report(super::expr::near(
                        finding,
                        &callee.text,
                        callee.span,
                        &["all", "any", "count", "min", "max", "sum", "avg"],
                        "there are",
                    ));
                }
                for arg in args {
                    match &arg.value.kind {
                        ExprKind::Rows { of, .. } => self.expectation(of, roots, file),
                        _ => self.expectation(&arg.value, roots, file),
                    }
                }
            }
            _ => {}
        }
    }
}
