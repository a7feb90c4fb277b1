//! Values for customers and products: the attributes of a profile, the products that a filter lets through.

use rusqlite::types::Value;

use super::error::LowerError;
use super::frame::{Entity, Frame};
use super::lowering::Lowering;
use super::source::stored;
use super::statement::{Statement, joined, quoted};
use super::target::Target;
use crate::check::typed::{Expr, Row};

/// The name of the set that holds a chunk's ids.
pub(super) const CHUNK: &str = "chunk";

/// The values of these expressions for each customer of a chunk, one row a customer in the order of ids: the id, then the
/// values in order. Ids that no customer has are left out. Give the chunk with [`Statement::for_chunk`].
///
/// # Errors
/// Any [`LowerError`].
pub fn attributes(target: &Target<'_>, attributes: &[(String, Expr)]) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let chunk = lowering.chunk();
    let sql = lowering.table_of(Row::Customer, Some(CHUNK), attributes, None)?;
    Ok(lowering.finish(format!("WITH {chunk} {sql} ORDER BY 1")))
}

/// The ids of the products for which the condition is true, in order. The condition speaks of the product alone.
///
/// # Errors
/// Any [`LowerError`]; [`LowerError::NoRow`] if the condition speaks of a customer.
pub fn products(target: &Target<'_>, filter: &Expr) -> Result<Statement, LowerError> {
    product_values(target, Some(filter), &[])
}

/// The values of these expressions for each product for which the condition is true (each at all if there is none): the
/// id, then the values, in the order of ids.
///
/// # Errors
/// Any [`LowerError`]; [`LowerError::NoRow`] if an expression speaks of a customer.
pub fn product_values(
    target: &Target<'_>,
    filter: Option<&Expr>,
    values: &[(String, Expr)],
) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let sql = lowering.table_of(Row::Product, None, values, filter)?;
    Ok(lowering.finish(format!("{sql} ORDER BY 1")))
}

/// The values of these expressions for each customer for whom the condition is true: the id, then the values, in the
/// order of ids.
///
/// # Errors
/// Any [`LowerError`].
pub fn customer_values(
    target: &Target<'_>,
    filter: &Expr,
    values: &[(String, Expr)],
) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let sql = lowering.table_of(Row::Customer, None, values, Some(filter))?;
    Ok(lowering.finish(format!("{sql} ORDER BY 1")))
}

impl Lowering<'_> {
    /// The definition of the chunk's set: the ids come as one JSON array.
    pub fn chunk(&mut self) -> String {
        let ids = self.params.chunk();
        format!("{CHUNK}(id) AS MATERIALIZED (SELECT value FROM json_each({ids}))")
    }

    /// One row for each customer or product: its id, then values named `v0`, `v1`, …
    pub fn table_of(
        &mut self,
        row: Row,
        within: Option<&str>,
        values: &[(String, Expr)],
        filter: Option<&Expr>,
    ) -> Result<String, LowerError> {
        let expressions: Vec<&Expr> = values.iter().map(|(_, e)| e).collect();
        let filters: Vec<&Expr> = filter.into_iter().collect();
        self.select(row, within, &expressions, &filters)
    }

    /// [`Self::table_of`] with several conditions.
    pub fn select(
        &mut self,
        row: Row,
        within: Option<&str>,
        values: &[&Expr],
        filters: &[&Expr],
    ) -> Result<String, LowerError> {
        let customers = row == Row::Customer;
        let relation = self.relation(if customers { "customers" } else { "products" })?;
        let id = quoted(&stored(relation, "id")?);
        let alias = self.name(if customers { "c" } else { "p" });
        let entity = Some(Entity::joined(&alias, &id, within));
        let mut frame = if customers { Frame::of(entity, None) } else { Frame::of(None, entity) };
        let mut columns = vec![format!("{alias}.{id} AS id")];
        for (index, expr) in values.iter().enumerate() {
            columns.push(format!("{} AS v{index}", self.value(&mut frame, expr)?));
        }
        let mut conditions: Vec<_> = within.iter().map(|set| format!("{alias}.{id} IN {set}")).collect();
        conditions.extend(self.own_cancelled(&mut frame, row)?);
        for filter in filters {
            conditions.push(self.truth(&mut frame, filter, true)?);
        }
        let joins = self.joins(&mut frame)?;
        let table = self.table(relation);
        let conditions = joined(&conditions, "AND");
        Ok(format!("SELECT {} FROM {table} AS {alias}{joins} WHERE {conditions}", columns.join(", ")))
    }

    /// A constant whole number.
    pub fn whole(&mut self, n: i64) -> String {
        self.params.bind(Value::Integer(n))
    }
}
