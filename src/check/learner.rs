//! Clusters and models: what is learned, from which features, and what its name means in an expression.

use std::sync::Arc;

use super::checker::{Checker, DeclId, Place, Scope};
use super::declarations::items;
use super::expr::unknown;
use super::lesson::{Asks, Feature, Lesson};
use super::model::Learner;
use super::schema::Schema;
use super::typed::{Aggregate, Aggregation, Expr, Link, Op, Row, Type, Window};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Decl, Expr as Syntax, ExprKind};

impl<'a> Checker<'a> {
    /// What the name of a cluster or model means: the persona's number, or what is predicted.
    pub fn learner_use(&mut self, id: DeclId, span: Span, scope: &Scope) -> Expr {
        let source = self.source_for(id, scope.source.as_ref());
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        if self.busy.contains(&(id, key)) {
            self.cycle(id, span);
            return unknown();
        }
        if self.is_too_deep(span) {
            return unknown();
        }
        let Some(label) = self.learner(id, scope.source.as_ref()) else {
            return Expr::new(Op::Literal(super::typed::Literal::Missing), Type::Unknown);
        };
        let Some(learner) = self.model.learners.get(&label) else { return unknown() };
        let ty = learner.ty;
        Expr::new(if learner.kind == "cluster" { Op::Cluster(label) } else { Op::Probability(label) }, ty)
    }

    /// A cluster's or model's label, checked with a source; none if it is not sound.
    pub fn learner(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.learners.contains_key(&label) {
            return Some(label);
        }
        if !self.tried.insert((id, key.clone())) {
            return None;
        }
        let decl = self.decl(id);
        let known = source.is_some();
        let scope = self.scope(id, source, Place::Customer);
        self.busy.push((id, key.clone()));
        let features = self.features(decl, &scope);
        let learned = if decl.kind.text == "cluster" {
            self.cluster(decl, features, &scope)
        } else {
            self.model(decl, features, &scope)
        };
        self.busy.pop();
        let (features, lesson, ty) = learned.filter(|_| known)?;
        let title = decl.title.as_ref().map_or_else(|| decl.docs.clone(), |t| t.value.clone());
        let (kind, span) = (decl.kind.text.clone(), decl.head);
        let learner = Learner { label: label.clone(), kind, title, source: key, features, lesson, ty, span };
        self.model.learners.insert(label.clone(), learner);
        Some(label)
    }

    fn features(&mut self, decl: &'a Decl, scope: &Scope) -> Vec<Feature> {
        let mut features = Vec::new();
        for value in self.value_of(decl, "features").map(items).unwrap_or_default() {
            if matches!(value.kind, ExprKind::Name(_) | ExprKind::Member(..)) {
                let typed = self.expr(value, scope);
                features.push(Feature { name: self.text(value.span).to_owned(), value: typed });
            } else {
                self.wrong_value(value, "the name of an attribute or a model");
            }
        }
        features
    }

    fn cluster(&mut self, decl: &'a Decl, features: Vec<Feature>, scope: &Scope) -> Option<Taught> {
        let written = self.value_of(decl, "features").map(items).unwrap_or_default();
        for (value, feature) in written.into_iter().zip(&features) {
            if matches!(feature.value.ty, Type::Text | Type::Id | Type::Time) {
                self.report(
                    Diagnostic::error("H0236", value.span, "customers are grouped by numbers")
                        .label(format!("this is {}", super::expr::type_words(feature.value.ty)))
                        .help("between two words there is no distance: take what can be counted or measured"),
                );
            }
        }
        let order = self.value_of(decl, "order_by").map(|value| self.expr(value, scope));
        let (least, most) = match self.value_of(decl, "k") {
            Some(value) => {
                self.number_range(value, 1.0, 1000.0);
                ends(value)
            }
            None => (2, 8),
        };
        let order = order.or_else(|| features.first().map(|f| f.value.clone()))?;
        Some((features, Lesson::Personas { least, most, order }, Type::Number))
    }

    fn model(&mut self, decl: &'a Decl, features: Vec<Feature>, scope: &Scope) -> Option<Taught> {
        let method = self.value_of(decl, "method");
        if let Some(method) = method {
            self.word(method, &["logistic", "bg_nbd"]);
        }
        let value = self.value_of(decl, "predicts")?;
        let before = self.diagnostics.len();
        let predicts = self.expr(value, &Scope { future: true, ..scope.clone() });
        let mut whole = self.diagnostics.len() == before;
        predicts.walk(&mut |e| whole &= e.ty != Type::Unknown);
        if !whole {
            return None;
        }
        if predicts.ty == Type::YesNo
            && let Some((source, _)) = &scope.source
        {
            let (span, source) = (value.span, source.clone());
            self.conditions.push(super::Condition { span, source, meaning: predicts.clone() });
        }
        let horizon = self.horizon(value, &predicts, scope)?;
        let named = |name: &str| method.is_some_and(|m| matches!(&m.kind, ExprKind::Name(n) if n == name));
        let buying = buying(&predicts);
        if named("bg_nbd") || predicts.ty != Type::YesNo {
            let Some((rows, asks)) = buying.filter(|_| !named("logistic")) else {
                let method = ["bg_nbd", "logistic"].into_iter().find(|m| named(m));
                self.cannot_predict(value, method);
                return None;
            };
            return self.of_buying(decl, rows, horizon, asks, predicts.ty);
        }
        if features.is_empty() {
            if self.value_of(decl, "features").is_none() && !decl.broken {
                self.report(
                    Diagnostic::error("H0204", decl.head, "this model has no `features`")
                        .label("`features:` is missing")
                        .help("The attributes it is predicted from. It takes names of attributes and models"),
                );
            }
            return None;
        }
        Some((features, Lesson::Probability { predicts, horizon }, Type::Number))
    }

    /// How far ahead a prediction looks; a finding if it does not, unless what it looks at is not known.
    fn horizon(&mut self, value: &'a Syntax, predicts: &Expr, scope: &Scope) -> Option<i64> {
        let mut horizon = None;
        predicts.walk(&mut |e| {
            if let Op::Aggregate(a) = &e.op
                && let Some(Window::Next(seconds)) = a.window
            {
                horizon = horizon.max(Some(seconds));
            }
        });
        if horizon.is_none() && self.is_known(scope) {
            self.report(
                Diagnostic::error("H0235", value.span, "a model predicts what is ahead")
                    .label("this is known already")
                    .help("say how far it looks: `any(orders in next 60 days)`"),
            );
        }
        horizon
    }

    fn cannot_predict(&mut self, value: &'a Syntax, method: Option<&str>) {
        let (message, label, help) = match method {
            Some("bg_nbd") => (
                "`bg_nbd` predicts whether, when, how often or for how much customers buy",
                "something else",
                "it takes `any(orders in next 60 days)`, with `not` before it, `count(…)`, `sum(…)` or `earliest(orders.at in next 365 days)`; for other conditions there is `logistic`",
            ),
            Some(_) => (
                "`logistic` predicts a condition, something that will be true or not",
                "this is none",
                "`bg_nbd` predicts times, counts and sums of money: `count(orders in next 90 days)`",
            ),
            None => (
                "this cannot be predicted",
                "neither a condition nor a time, count or sum of what is ahead",
                "a condition is predicted by `logistic`, `count(orders in next 90 days)`, `earliest(orders.at in next 365 days)` and `sum(purchases.amount in next 365 days)` by `bg_nbd`",
            ),
        };
        self.report(Diagnostic::error("H0235", value.span, message).label(label).help(help));
    }

    /// A model of how often customers buy needs only when they did.
    fn of_buying(
        &mut self,
        decl: &'a Decl,
        rows: Aggregate,
        horizon: i64,
        asks: Asks,
        ty: Type,
    ) -> Option<Taught> {
        if let Some(value) = self.value_of(decl, "features") {
            self.report(
                Diagnostic::error(
                    "H0235",
                    value.span,
                    "`bg_nbd` looks at when customers bought, and at nothing else",
                )
                .label("not used")
                .help("leave `features` away; or take `logistic`, which learns from them"),
            );
            return None;
        }
        let of = |function, column: Option<Expr>, ty| {
            let aggregate = Aggregate { function, column, window: None, ..rows.clone() };
            Expr::new(Op::Aggregate(Box::new(aggregate)), ty)
        };
        let at = || Some(Expr::column(Row::This, "at", Type::Instant));
        let relation = &rows.relation;
        let mut features = vec![
            ("days with".to_owned(), of(Aggregation::Days, at(), Type::Number)),
            ("first of".to_owned(), of(Aggregation::Earliest, at(), Type::Instant)),
            ("last of".to_owned(), of(Aggregation::Latest, at(), Type::Instant)),
        ];
        if asks == Asks::Worth {
            features.push(("sum of".to_owned(), of(Aggregation::Sum, rows.column.clone(), ty)));
        }
        let features = features
            .into_iter()
            .map(|(name, value)| Feature { name: format!("{name} {relation}"), value })
            .collect();
        let ty = if matches!(asks, Asks::Buys | Asks::Leaves) { Type::Number } else { ty };
        let rows = Box::new(Aggregate { column: None, window: None, function: Aggregation::Count, ..rows });
        Some((features, Lesson::Buying { rows, horizon, asks }, ty))
    }
}

type Taught = (Vec<Feature>, Lesson, Type);

/// The ends of `3..8`, `3..` or `4`. What is not a number was reported.
fn ends(value: &Syntax) -> (usize, usize) {
    let number = |e: &Syntax| match &e.kind {
        ExprKind::Number(digits) => digits.replace('_', "").parse::<f64>().ok().map(|n| n as usize),
        _ => None,
    };
    let (least, most) = match &value.kind {
        ExprKind::Range(low, high) => {
            let least = number(low).unwrap_or(2);
            (least, high.as_deref().and_then(number).unwrap_or(least.max(8)))
        }
        _ => {
            let k = number(value).unwrap_or(2);
            (k, k)
        }
    };
    (least.max(1), most.max(least).max(1))
}

/// Whether it is the time of a relation's row.
fn is_at(column: &Expr) -> bool {
    matches!(&column.op, Op::Column(Row::This, name) if name == "at")
}

/// What a prediction asks of future buying, if it is of that kind.
fn buying(predicts: &Expr) -> Option<(Aggregate, Asks)> {
    let ahead = |e: &Expr| match &e.op {
        Op::Aggregate(a) if a.link == Link::Customer && matches!(a.window, Some(Window::Next(_))) => {
            Some((**a).clone())
        }
        _ => None,
    };
    if let Op::Not(inner) = &predicts.op {
        return ahead(inner).filter(|a| a.function == Aggregation::Any).map(|a| (a, Asks::Leaves));
    }
    let aggregate = ahead(predicts)?;
    let asks = match (aggregate.function, predicts.ty) {
        (Aggregation::Any, _) => Asks::Buys,
        (Aggregation::Count, _) => Asks::Often,
        (Aggregation::Sum, Type::Money(_)) => Asks::Worth,
        (Aggregation::Earliest, Type::Instant) if aggregate.column.as_ref().is_some_and(is_at) => Asks::When,
        _ => return None,
    };
    Some((aggregate, asks))
}
