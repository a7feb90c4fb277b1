//! References replaced by what they stand for: segments by their conditions, attributes by their expressions.

use std::collections::BTreeSet;

use crate::check::Model;
use crate::check::functions::QUINTILE;
use crate::check::lesson::{Feature, Learned, Lesson};
use crate::check::model::Learner;
use crate::check::typed::{Aggregate, Expr, Op, Type};
use crate::syntax::tree::Unit;

/// Replaces references within one model, and notes what cannot be executed yet.
pub struct Inliner<'m> {
    model: &'m Model,
    /// What a run of this would need and this version does not execute: `offer summer`.
    pub later: BTreeSet<String>,
}

impl<'m> Inliner<'m> {
    /// An inliner for a model.
    pub fn new(model: &'m Model) -> Self {
        Self { model, later: BTreeSet::new() }
    }

    /// The expression with every reference replaced. The checker has refused circles, so this ends.
    pub fn expr(&mut self, e: &Expr) -> Expr {
        let op = match &e.op {
            Op::Attribute { profile, name } => {
                let found = self
                    .model
                    .profiles
                    .get(profile)
                    .and_then(|p| p.attributes.iter().find(|a| a.name == *name));
                if let Some(attribute) = found {
                    return self.expr(&attribute.value);
                }
                e.op.clone()
            }
            Op::Segment(label) => {
                if let Some(segment) = self.model.segments.get(label) {
                    return self.expr(&segment.condition);
                }
                e.op.clone()
            }
            Op::Cluster(label) | Op::Probability(label) => match self.model.learners.get(label) {
                Some(learner) => Op::Learned(Box::new(self.learned(learner))),
                None => e.op.clone(),
            },
            Op::Learned(_) => e.op.clone(),
            Op::Offer(name, _) => self.not_yet(format!("offer {name}"), e),
            Op::Literal(_) | Op::Column(..) | Op::Message(_) => e.op.clone(),
            Op::Aggregate(a) => Op::Aggregate(Box::new(Aggregate {
                column: a.column.as_ref().map(|c| self.expr(c)),
                filter: a.filter.as_ref().map(|f| self.expr(f)),
                ..(**a).clone()
            })),
            Op::And(list) => Op::And(self.list(list)),
            Op::Or(list) => Op::Or(self.list(list)),
            Op::Coalesce(list) => Op::Coalesce(self.list(list)),
            Op::Function(name, list) if name == QUINTILE => {
                let value = list.first().map(|e| self.expr(e));
                let features = value.into_iter().map(|value| Feature { name: "value".to_owned(), value });
                let what = learned(QUINTILE.to_owned(), features.collect(), Lesson::Fifth);
                Op::Learned(Box::new(what))
            }
            Op::Function(name, list) => Op::Function(name.clone(), self.list(list)),
            Op::Not(a) => Op::Not(self.boxed(a)),
            Op::OneOf(a, list) => Op::OneOf(self.boxed(a), list.clone()),
            Op::IsMissing(a) => Op::IsMissing(self.boxed(a)),
            Op::IsTrue(a) => Op::IsTrue(self.boxed(a)),
            Op::Neg(a) => Op::Neg(self.boxed(a)),
            Op::Since(unit, a) => Op::Since(*unit, self.boxed(a)),
            Op::YearsSince(a) => Op::YearsSince(self.boxed(a)),
            Op::Shift(a, seconds) => Op::Shift(self.boxed(a), *seconds),
            Op::Band(a, edges) => Op::Band(self.boxed(a), edges.clone()),
            Op::Compare(op, a, b) => Op::Compare(*op, self.boxed(a), self.boxed(b)),
            Op::Contains(a, b) => Op::Contains(self.boxed(a), self.boxed(b)),
            Op::Arith(op, a, b) => Op::Arith(*op, self.boxed(a), self.boxed(b)),
            Op::Between(a, low, high) => {
                let low = low.as_ref().map(|l| self.boxed(l));
                let high = high.as_ref().map(|h| self.boxed(h));
                Op::Between(self.boxed(a), low, high)
            }
        };
        Expr::new(op, e.ty)
    }

    /// What a cluster or model learns, with all that decides it. The checker has refused circles among them too.
    pub fn learned(&mut self, learner: &Learner) -> Learned {
        let features: Vec<Feature> = learner
            .features
            .iter()
            .map(|f| Feature { name: f.name.clone(), value: as_length(self.expr(&f.value)) })
            .collect();
        let lesson = match &learner.lesson {
            Lesson::Personas { least, most, order } => {
                Lesson::Personas { least: *least, most: *most, order: self.expr(order) }
            }
            Lesson::Probability { predicts, horizon } => {
                Lesson::Probability { predicts: self.expr(predicts), horizon: *horizon }
            }
            Lesson::Buying { rows, horizon, asks } => {
                let filter = rows.filter.as_ref().map(|f| self.expr(f));
                let rows = Box::new(Aggregate { filter, ..(**rows).clone() });
                Lesson::Buying { rows, horizon: *horizon, asks: *asks }
            }
            Lesson::Fifth => Lesson::Fifth,
        };
        learned(learner.label.clone(), features, lesson)
    }

    fn not_yet(&mut self, what: String, e: &Expr) -> Op {
        self.later.insert(what);
        e.op.clone()
    }

    fn boxed(&mut self, e: &Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn list(&mut self, list: &[Expr]) -> Vec<Expr> {
        list.iter().map(|e| self.expr(e)).collect()
    }
}

/// A point in time is another one each day: what can be learned from it is how long ago it is.
fn as_length(value: Expr) -> Expr {
    match value.ty {
        Type::Instant | Type::Date => Expr::new(Op::Since(Unit::Seconds, Box::new(value)), Type::Number),
        _ => value,
    }
}

/// What is learned, under the hash of what decides it: a name changes nothing.
fn learned(name: String, features: Vec<Feature>, lesson: Lesson) -> Learned {
    // Plain structs without maps of unordered keys: serialising them cannot fail.
    let bytes = serde_json::to_vec(&(&features, &lesson)).unwrap_or_default();
    let hash = blake3::hash(&bytes).to_hex()[..16].to_owned();
    Learned { name, hash, features, lesson }
}
