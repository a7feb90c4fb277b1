//! A `strategy`.

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::model::{self, Boost, Cap, Exposure, Method};
use super::schema::Schema;
use super::typed::{Expr, Link, Op, Type};
use crate::syntax::tree::{Expr as Syntax, ExprKind};
use std::sync::Arc;

/// Whether something is about a customer, and not about products alone.
fn of_customer(e: &Expr) -> bool {
    let mut found = false;
    e.walk(&mut |e| {
        let with_products = matches!(&e.op, Op::Aggregate(a) if a.link == Link::CustomerAndProduct);
        found |= with_products || e.op.is_of_customer();
    });
    found
}

impl<'a> Checker<'a> {
    /// A strategy's label, checked with a source.
    pub fn strategy(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.strategies.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let scope = self.scope(id, source, Place::Product);
        let method = self.value_of(decl, "method").and_then(|v| self.method(v, &scope));
        let only = self.value_of(decl, "only").map(|v| self.condition(v, &scope));
        let exclude = self.value_of(decl, "exclude").map(|v| self.condition(v, &scope));
        let boosts = self
            .value_of(decl, "boost")
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| self.boost(v, &scope))
            .collect();
        let caps = self
            .value_of(decl, "at_most")
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| self.cap(v, &scope))
            .collect();
        let exposure = self.value_of(decl, "exposure").and_then(|v| self.exposure(v, &scope));
        let take = self.value_of(decl, "take").and_then(|v| self.whole(v, 1)).unwrap_or(4);
        let shows = self.value_of(decl, "shows").and_then(|v| self.shows(v)).unwrap_or_default();
        let fallback = self.value_of(decl, "fallback").and_then(|v| self.fallback(v, &scope));
        let mut share = |key| self.value_of(decl, key).and_then(|v| self.strength(v)).unwrap_or(0.0);
        let (diversity, novelty) = (share("diversity"), share("novelty"));
        let mut method = method?;
        if let Method::Auto { new_only, .. } = &mut method {
            *new_only = shows == model::Shows::New;
        }
        let strategy = model::Strategy {
            label: label.clone(),
            source: key,
            method,
            only,
            exclude,
            boosts,
            caps,
            exposure,
            take,
            shows,
            diversity,
            novelty,
            fallback,
        };
        self.model.strategies.insert(label.clone(), strategy);
        Some(label)
    }

    fn boost(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Boost> {
        match &value.kind {
            ExprKind::When(factor, condition) => {
                let boost = self.factor(factor, scope)?;
                let when = self.condition(condition, scope);
                if boost.by.is_some() && of_customer(&when) {
                    self.wrong_value(
                        condition,
                        "a condition on the product alone, where the factor is worked out of it",
                    );
                    return None;
                }
                Some(Boost { when: Some(when), ..boost })
            }
            _ => self.factor(value, scope),
        }
    }

    /// `1.2`, or a number worked out of the product: `1 + margin`.
    fn factor(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Boost> {
        match &value.kind {
            ExprKind::Broken => return None,
            ExprKind::Number(_) | ExprKind::Percent(_) => {
                return self.plain_number(value).map(|factor| Boost { factor, by: None, when: None });
            }
            _ => {}
        }
        let before = self.diagnostics.len();
        let by = self.expr(value, scope);
        if self.diagnostics.len() > before || by.ty == Type::Unknown {
            return None;
        }
        if by.ty != Type::Number || of_customer(&by) {
            self.wrong_value(value, "a factor such as `1.2 when margin > 0.3`, or a number worked out of the product such as `1 + margin`");
            return None;
        }
        Some(Boost { factor: 1.0, by: Some(by), when: None })
    }

    /// `500`, `10 per stock`.
    fn exposure(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Exposure> {
        let (count, column) = match &value.kind {
            ExprKind::Per(count, column) => (count.as_ref(), Some(column.as_ref())),
            _ => (value, None),
        };
        let Some(column) = column else {
            return self.whole(count, 1).map(|count| Exposure { count: count as f64, per: None });
        };
        let count = self.plain_number(count)?;
        let ExprKind::Name(name) = &column.kind else {
            self.wrong_value(column, "a product's column of numbers, such as `stock`");
            return None;
        };
        let typed = self.name(name, column.span, scope);
        if !matches!(typed.ty, Type::Number | Type::Unknown) {
            self.wrong_value(column, "a product's column of numbers, such as `stock`");
            return None;
        }
        Some(Exposure { count, per: Some(name.clone()) })
    }

    fn cap(&mut self, value: &'a Syntax, scope: &Scope) -> Option<Cap> {
        let ExprKind::Per(count, column) = &value.kind else {
            self.wrong_value(value, "a cap such as `2 per category`");
            return None;
        };
        let count = self.whole(count, 1)?;
        let ExprKind::Name(name) = &column.kind else {
            self.wrong_value(column, "a product's column, such as `category`");
            return None;
        };
        self.name(name, column.span, scope);
        Some(Cap { count, column: name.clone() })
    }
}
