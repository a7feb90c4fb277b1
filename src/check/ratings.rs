//! `ratings: reviews.rating`: collaborative filtering by what customers said in numbers.

use super::checker::{Checker, Scope};
use super::methods::{MOST_NEIGHBOURS, MethodSignature};
use super::model::{ByRatings, Method};
use super::typed::Type;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::Arg;

/// `centred:` is said in these.
const YES_OR_NO: &[(&str, bool)] = &[("yes", true), ("no", false)];

impl<'a> Checker<'a> {
    /// `user_cf` or `item_cf` with `ratings:`.
    pub(super) fn rated(
        &mut self,
        signature: &MethodSignature,
        span: Span,
        args: &'a [Arg],
        scope: &Scope,
    ) -> Option<Method> {
        let named = |name: &str| {
            args.iter().find(|a| a.name.as_ref().is_some_and(|n| n.text == name)).map(|a| &a.value)
        };
        for unused in ["signals", "half_life", "trend", "weighting"] {
            if let Some(value) = named(unused) {
                let message = format!("`{unused}` has no say where `ratings` are what is learned from");
                let help = "a rating says by itself how much a product is liked: leave it out, or leave `ratings` out";
                self.report(Diagnostic::error("H0223", value.span, message).label("not used").help(help));
            }
        }
        let Some(value) = named("ratings") else {
            let message = "`centred` is about ratings, and there are none";
            let help = format!("for example `{}(ratings: reviews.rating, centred: yes)`", signature.name);
            self.report(Diagnostic::error("H0223", span, message).label("`ratings:` is missing").help(help));
            return None;
        };
        let (ratings, path) = self.rows(value, scope)?;
        let [column] = path.as_slice() else {
            self.wrong_value(value, "a column of numbers such as `reviews.rating`");
            return None;
        };
        let known = self.relation(scope, &ratings.relation).cloned();
        let found = known.as_ref().and_then(|r| r.column(&column.text));
        let Some(found) = found else {
            let names: Vec<&str> =
                known.iter().flat_map(|r| r.columns.iter().map(|c| c.name.as_str())).collect();
            let message = format!("`{}` has no column `{}`", ratings.relation, column.text);
            let finding = Diagnostic::error("H0220", column.span, message).label("unknown column");
            self.report(super::expr::near(finding, &column.text, column.span, &names, "it has"));
            return None;
        };
        if found.ty != Type::Number {
            let message = format!("`{}` is no number, so it rates nothing", column.text);
            self.report(Diagnostic::error("H0231", column.span, message).label("a rating is a number"));
            return None;
        }
        Some(Method::Rated(ByRatings {
            ratings,
            column: column.text.clone(),
            by_customers: signature.name == "user_cf",
            centred: named("centred").and_then(|v| self.word_of(v, YES_OR_NO)).unwrap_or_default(),
            neighbours: named("neighbours").and_then(|v| self.up_to(v, MOST_NEIGHBOURS)),
            shrinkage: named("shrinkage").and_then(|v| self.plain_number(v)),
        }))
    }
}
