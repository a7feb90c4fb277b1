//! How a condition was valued for one customer: every part of it in words, with what came out.

use serde::Serialize;

use super::datum::Datum;
use super::error::RunError;
use super::shop::Shop;
use crate::check::Model;
use crate::check::typed::{Expr, Op};
use crate::data::Key;
use crate::plan::Inliner;
use crate::plan::words::expr_words;

/// The most parts that are worked out; what is deeper is left out.
const MOST: usize = 60;

/// One part of a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Valued {
    /// The part in the language.
    pub words: String,
    /// What it is for this customer.
    pub value: Datum,
    /// The parts it is made of.
    pub parts: Vec<Valued>,
}

/// Values a condition and its parts, all with one statement. References are followed to what they stand for.
///
/// # Errors
/// SQLite's, or an expression that has no SQL.
pub fn valued(
    model: &Model,
    shop: &Shop,
    condition: &Expr,
    customer: &Key,
) -> Result<Option<Valued>, RunError> {
    let mut nodes = Vec::new();
    let root = node(model, condition, &mut nodes);
    let mut inliner = Inliner::new(model);
    let columns: Vec<(String, Expr)> =
        nodes.iter().enumerate().map(|(at, e)| (format!("part {at}"), inliner.expr(e))).collect();
    let values = shop.values(std::slice::from_ref(customer), &columns)?;
    let Some(values) = values.into_iter().next() else { return Ok(None) };
    Ok(root.map(|root| root.fill(&nodes, &values)))
}

/// A part's place among the expressions to work out.
struct Node {
    at: usize,
    parts: Vec<Node>,
}

impl Node {
    fn fill(&self, nodes: &[Expr], values: &[Datum]) -> Valued {
        Valued {
            words: nodes.get(self.at).map(expr_words).unwrap_or_default(),
            value: values.get(self.at).cloned().unwrap_or(Datum::Missing),
            parts: self.parts.iter().map(|p| p.fill(nodes, values)).collect(),
        }
    }
}

fn node(model: &Model, e: &Expr, nodes: &mut Vec<Expr>) -> Option<Node> {
    // Membership is the condition itself, made yes or no: it says nothing more.
    if let Op::IsTrue(inner) = &e.op {
        return node(model, inner, nodes);
    }
    if nodes.len() >= MOST {
        return None;
    }
    let at = nodes.len();
    nodes.push(e.clone());
    let parts = below(model, e).into_iter().filter_map(|part| node(model, part, nodes)).collect();
    Some(Node { at, parts })
}

/// What a part is explained by: constants explain nothing, and aggregates stand for themselves.
fn below<'e>(model: &'e Model, e: &'e Expr) -> Vec<&'e Expr> {
    let defined = match &e.op {
        Op::Segment(label) => model.segments.get(label).map(|s| &s.condition),
        Op::Attribute { profile, name } => model
            .profiles
            .get(profile)
            .and_then(|p| p.attributes.iter().find(|a| a.name == *name))
            .map(|a| &a.value),
        _ => None,
    };
    if let Some(defined) = defined {
        return vec![defined];
    }
    if matches!(e.op, Op::Aggregate(_)) {
        return Vec::new();
    }
    e.children().into_iter().filter(|c| !matches!(c.op, Op::Literal(_))).collect()
}
