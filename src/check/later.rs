//! Kinds that are checked and not executed yet: tone, offer.

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::schema::Schema;
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
}
