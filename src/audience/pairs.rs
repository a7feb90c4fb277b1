//! Conditions on a customer and a product together, for a chunk of customers.
//!
//! Each alternative of an `or` is answered on its own. One that needs rows of this customer with this product is answered
//! from those rows, grouped, without looking at other products. Any other is a join of the chunk's customers with the
//! products; what depends on the customer alone (or the product alone) is computed once for each before the join, so that
//! `category = customer.browsing` becomes an equality that SQLite finds by a hash of its own.

use super::error::LowerError;
use super::frame::{Entity, Frame};
use super::lowering::Lowering;
use super::rows::CHUNK;
use super::segment::{conjuncts, disjuncts};
use super::statement::{Statement, joined};
use super::target::Target;
use super::truth::About;
use crate::check::typed::{Expr, Link, Op, Row};

/// What a condition in a strategy or offer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependence {
    /// It speaks of the customer.
    pub customer: bool,
    /// It speaks of the product.
    pub product: bool,
}

/// What an expression depends on. One that depends on the product alone is best asked once, with
/// [`super::rows::products`], and not for each customer.
pub fn dependence(expr: &Expr) -> Dependence {
    let mut found = Dependence { customer: false, product: false };
    depends(expr, &mut found, &[]);
    found
}

fn depends(expr: &Expr, found: &mut Dependence, bound: &[Row]) {
    match &expr.op {
        Op::Column(Row::Customer, _) if !bound.contains(&Row::Customer) => found.customer = true,
        Op::Column(Row::Product, _) if !bound.contains(&Row::Product) => found.product = true,
        Op::Offer(_, Row::Product) => found.product = true,
        Op::Attribute { .. } | Op::Segment(_) | Op::Cluster(_) | Op::Probability(_) | Op::Learned(_) => {
            found.customer = true;
        }
        Op::Aggregate(a) => {
            let mut inside = bound.to_vec();
            for (row, _) in super::aggregate::linked(a.link) {
                if bound.is_empty() {
                    match row {
                        Row::Customer => found.customer = true,
                        _ => found.product = true,
                    }
                }
                inside.push(*row);
            }
            a.column.iter().chain(&a.filter).for_each(|e| depends(e, found, &inside));
        }
        _ => expr.children().into_iter().for_each(|child| depends(child, found, bound)),
    }
}

/// The pairs of a customer of the chunk and a product for which the condition is true, in the order of their ids, each
/// once. Give the chunk with [`Statement::for_chunk`].
///
/// # Errors
/// Any [`LowerError`].
pub fn pairs(target: &Target<'_>, condition: &Expr) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let mut sets = vec![lowering.chunk()];
    let mut selects = Vec::new();
    for alternative in disjuncts(condition) {
        selects.push(lowering.alternative(alternative, &mut sets)?);
    }
    let union = selects.join(" UNION ");
    let with = sets.join(", ");
    Ok(lowering.finish(format!("WITH {with} SELECT customer, product FROM ({union}) ORDER BY 1, 2")))
}

impl Lowering<'_> {
    fn alternative(&mut self, alternative: &Expr, sets: &mut Vec<String>) -> Result<String, LowerError> {
        let parts = conjuncts(alternative);
        let driver = parts.iter().position(|part| {
            About::of(part).is_some_and(|about| {
                about.first().link == Link::CustomerAndProduct && !about.holds_for_nothing(true)
            })
        });
        let driving = match driver {
            Some(at) => Some(self.driving_pairs(parts[at], sets)?),
            None => None,
        };
        let rest: Vec<&Expr> =
            parts.iter().enumerate().filter(|(i, _)| Some(*i) != driver).map(|(_, part)| *part).collect();
        self.join(&rest, driving.as_deref(), sets)
    }

    /// A set of pairs, named, for whom a condition on rows of both is true.
    fn driving_pairs(&mut self, part: &Expr, sets: &mut Vec<String>) -> Result<String, LowerError> {
        let Some(about) = About::of(part) else { return Err(LowerError::Unsupported("pairs".to_owned())) };
        let customer = Entity { key: String::new(), alias: None, within: Some(CHUNK.to_owned()) };
        let keys = [("customer", customer), ("product", Entity::keyed(String::new()))];
        let set = self.set(part, &about, &keys, true)?;
        let name = self.name("d");
        sets.push(format!("{name}(customer, product) AS MATERIALIZED ({set})"));
        Ok(name)
    }

    /// The pairs for whom all parts are true: customers' and products' own parts are computed first, then joined.
    fn join(
        &mut self,
        parts: &[&Expr],
        driving: Option<&str>,
        sets: &mut Vec<String>,
    ) -> Result<String, LowerError> {
        let alone = |part: &&&Expr| match dependence(part) {
            Dependence { customer: true, product: true } => None,
            Dependence { customer: true, .. } => Some(Row::Customer),
            Dependence { .. } => Some(Row::Product),
        };
        let of = |row: Option<Row>| -> Vec<&Expr> {
            parts.iter().filter(|part| alone(part) == row).copied().collect()
        };
        let mixed = of(None);
        let mut frame = Frame::default();
        let mut items = Vec::new();
        for (row, within) in [(Row::Customer, Some(CHUNK)), (Row::Product, None)] {
            let values = owned(&mixed, row);
            let set = self.name(if row == Row::Customer { "kc" } else { "kp" });
            let select = self.select(row, within, &values, &of(Some(row)))?;
            sets.push(format!("{set} AS MATERIALIZED ({select})"));
            for (index, value) in values.into_iter().enumerate() {
                frame.computed.push((value.clone(), format!("{set}.v{index}")));
            }
            let entity = Entity { key: format!("{set}.id"), alias: None, within: within.map(str::to_owned) };
            *frame.entity(row) = Some(entity);
            items.push(set);
        }
        let mut conditions = Vec::new();
        for part in mixed {
            conditions.push(self.truth(&mut frame, part, true)?);
        }
        let joins = self.joins(&mut frame)?;
        let (customers, products) = (&items[0], &items[1]);
        let from = match driving {
            Some(pairs) => {
                let distinct = format!("(SELECT DISTINCT customer, product FROM {pairs})");
                let customer = format!("{customers} ON {customers}.id = {pairs}.customer");
                let product = format!("{products} ON {products}.id = {pairs}.product");
                format!("{distinct} AS {pairs} JOIN {customer} JOIN {product}")
            }
            None => format!("{customers} JOIN {products}"),
        };
        let conditions = joined(&conditions, "AND");
        Ok(format!(
            "SELECT {customers}.id AS customer, {products}.id AS product FROM {from}{joins} WHERE {conditions}"
        ))
    }
}

/// The largest expressions inside these parts that depend on one row alone and are worth a column: all but constants.
fn owned<'e>(parts: &[&'e Expr], row: Row) -> Vec<&'e Expr> {
    fn collect<'e>(expr: &'e Expr, row: Row, found: &mut Vec<&'e Expr>) {
        let depends = dependence(expr);
        let own = match row {
            Row::Customer => depends == Dependence { customer: true, product: false },
            _ => depends == Dependence { customer: false, product: true },
        };
        if own {
            if !found.contains(&expr) {
                found.push(expr);
            }
        } else if !matches!(expr.op, Op::Aggregate(_)) {
            expr.children().into_iter().for_each(|child| collect(child, row, found));
        }
    }
    let mut found = Vec::new();
    for part in parts {
        collect(part, row, &mut found);
    }
    found
}
