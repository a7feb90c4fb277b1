//! The rows of a relation as signals: who had to do with which product, and how long ago.

use super::error::LowerError;
use super::frame::Frame;
use super::lowering::Lowering;
use super::rows::CHUNK;
use super::statement::Statement;
use super::target::Target;
use crate::check::typed::{Expr, Row, Window};

/// Whose events are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those of a chunk of customers, given with [`Statement::for_chunk`].
    Chunk,
}

/// The rows of a relation that count as signals, each as: customer, product, seconds before `as_of`, order (missing if
/// the relation has none), and the number in the column `value`. Without one that is the quantity, and 1 if the relation has none; with one, rows
/// that have no such number are left out. Ordered by customer, then time (the oldest first), then product.
/// Rows without a customer or a product are left out.
///
/// # Errors
/// Any [`LowerError`]; [`LowerError::NoTime`] if the relation has no `at`.
pub fn events(
    target: &Target<'_>,
    relation: &str,
    filter: Option<&Expr>,
    window: Option<&Window>,
    whose: Whose,
    value: Option<&str>,
) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let relation = lowering.relation(relation)?;
    if relation.column("at").is_none() {
        return Err(LowerError::NoTime(relation.name.clone()));
    }
    let (with, within) = match whose {
        Whose::All => (String::new(), None),
        Whose::Chunk => (format!("WITH {} ", lowering.chunk()), Some(CHUNK)),
    };
    let span = lowering.span(window)?;
    let (rows, item) = lowering.open(relation, span.end.max(target.as_of), within)?;
    match (within, span.start) {
        (Some(_), _) => lowering.found_by(relation, &["customer", "at"]),
        (None, Some(_)) => lowering.found_by(relation, &["at", "customer"]),
        (None, None) => {}
    }
    let mut frame = Frame::over(rows);
    let customer = lowering.this_key(&mut frame, "customer")?;
    let product = lowering.this_key(&mut frame, "product")?;
    let mut conditions = vec![format!("{customer} IS NOT NULL"), format!("{product} IS NOT NULL")];
    conditions.extend(within.map(|set| format!("{customer} IN {set}")));
    conditions.extend(lowering.conditions(&mut frame, relation, span, filter)?);

    let at = lowering.column(&mut frame, Row::This, "at")?;
    let stored_at = at.clone().into_stored();
    let now = lowering.whole(target.as_of.as_second());
    let mut optional = |name: &str, without: &str| match relation.column(name) {
        Some(_) if name == "order" => lowering.this_key(&mut frame, name),
        Some(_) => Ok(lowering.column(&mut frame, Row::This, name)?.decoded()),
        None => Ok(without.to_owned()),
    };
    let order = optional("order", "NULL")?;
    let told = optional(value.unwrap_or("quantity"), if value.is_some() { "NULL" } else { "1" })?;
    if value.is_some() {
        conditions.push(format!("{told} IS NOT NULL"));
    }
    let joins = lowering.joins(&mut frame)?;
    let sql = format!(
        "{with}SELECT {customer} AS customer, {product} AS product, {now} - {} AS seconds, {order} AS \"order\", \
         {told} AS value FROM {item}{joins} WHERE {} ORDER BY {customer}, {stored_at}, {product}, {order}, \
         {told}",
        at.decoded(),
        conditions.join(" AND "),
    );
    Ok(lowering.finish(sql))
}
