//! A segment as one statement.
//!
//! The condition's parts are sorted by what they cost. Where a part can only be true for customers who have rows in a
//! short window, one scan of that window makes a set of candidates, and everything else is asked of these alone. Rules:
//!
//! 1. A part on the customer's own `id` makes the candidates, if there is one.
//! 2. Else the part with the shortest window does, if that is short (see [`super::truth`]) or no index finds a customer's
//!    rows. Parts over the same rows go into the same scan.
//! 3. Without an index on the customer, each further such part narrows the candidates by a scan in its turn; with one, it
//!    is asked for each candidate.
//! 4. What remains is checked per candidate (per customer if there are none): own columns first, then the parts by the
//!    length of their windows. An aggregate needed in several parts is computed once, in a joined scan.

use super::error::LowerError;
use super::frame::{Entity, Frame, RowSet, aggregates};
use super::lowering::Lowering;
use super::source::stored;
use super::statement::{Statement, joined, quoted};
use super::target::Target;
use super::truth::About;
use crate::check::typed::{Aggregate, Compare, Expr, Link, Op, Row, Type};

/// The ids of the customers for whom the condition is true, in order.
///
/// # Errors
/// Any [`LowerError`].
pub fn segment(target: &Target<'_>, filter: &Expr) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let sql = lowering.audience(filter)?;
    Ok(lowering.finish(format!("{sql} ORDER BY 1")))
}

/// How many customers the condition is true for: one row with one number.
///
/// # Errors
/// Any [`LowerError`].
pub fn count(target: &Target<'_>, filter: &Expr) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let sql = lowering.audience(filter)?;
    Ok(lowering.finish(format!("SELECT count(*) FROM ({sql})")))
}

/// The ids of at most `size` customers of the segment, spread evenly over it in the order of ids. The same data give the
/// same sample.
///
/// # Errors
/// Any [`LowerError`].
pub fn sample(target: &Target<'_>, filter: &Expr, size: u32) -> Result<Statement, LowerError> {
    let mut lowering = Lowering::new(target);
    let sql = lowering.audience(filter)?;
    let size = lowering.params.bind(rusqlite::types::Value::Integer(i64::from(size)));
    Ok(lowering.finish(format!(
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total FROM ({sql})) \
         WHERE n * {size} / total <> (n - 1) * {size} / total OR total <= {size} ORDER BY id"
    )))
}

impl<'a> Lowering<'a> {
    /// The segment's statement without its order.
    fn audience(&mut self, filter: &Expr) -> Result<String, LowerError> {
        let parts = conjuncts(filter);
        let mut candidates = Vec::new();
        let mut rest = self.candidates(&parts, &mut candidates)?;
        let with =
            if candidates.is_empty() { String::new() } else { format!("WITH {} ", candidates.join(", ")) };
        let within = (!candidates.is_empty()).then(|| format!("s{}", candidates.len()));
        rest.sort_by_key(|part| self.cost(part));

        let customers = self.relation("customers")?;
        let id = quoted(&stored(customers, "id")?);
        let alias = self.name("c");
        let mut frame = Frame::of(Some(Entity::joined(&alias, &id, within.as_deref())), None);
        frame.shared = repeated(&rest);
        let mut conditions: Vec<_> = within.iter().map(|set| format!("{alias}.{id} IN {set}")).collect();
        conditions.extend(self.own_cancelled(&mut frame, Row::Customer)?);
        for part in &rest {
            conditions.push(self.truth(&mut frame, part, true)?);
        }
        let joins = self.joins(&mut frame)?;
        let table = self.table(customers);
        Ok(format!(
            "{with}SELECT {alias}.{id} AS id FROM {table} AS {alias}{joins} WHERE {}",
            joined(&conditions, "AND")
        ))
    }

    /// Makes the sets of candidates `s1`, `s2`, …, each within the one before; gives the parts that remain.
    fn candidates<'e>(
        &mut self,
        parts: &[&'e Expr],
        sets: &mut Vec<String>,
    ) -> Result<Vec<&'e Expr>, LowerError> {
        if parts.iter().any(|part| names_customers(part)) {
            let (own, rest): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().partition(|part| aggregates(part).is_empty());
            sets.push(self.own_candidates(&own)?);
            return Ok(rest);
        }
        let mut drivers: Vec<(RowSet, Vec<&'e Expr>)> = Vec::new();
        for part in parts {
            let Some(rows) = self.drives(part)? else { continue };
            match drivers.iter_mut().find(|(r, _)| *r == rows) {
                Some((_, same)) => same.push(part),
                None => drivers.push((rows, vec![part])),
            }
        }
        drivers.sort_by_key(|(rows, _)| self.length(rows.window.as_ref()));
        let mut rest = parts.to_vec();
        for (rows, same) in drivers {
            let indexed = self.found_by_index(self.relation(&rows.relation)?, Link::Customer)?;
            if indexed && (!sets.is_empty() || !self.is_narrow(rows.window.as_ref())) {
                continue;
            }
            let within = (!sets.is_empty()).then(|| format!("s{}", sets.len()));
            let set = self.driver(&same, within)?;
            sets.push(format!("s{}(id) AS MATERIALIZED ({set})", sets.len() + 1));
            rest.retain(|part| !same.iter().any(|s| std::ptr::eq(*s, *part)));
        }
        Ok(rest)
    }

    fn own_candidates(&mut self, own: &[&Expr]) -> Result<String, LowerError> {
        let customers = self.relation("customers")?;
        let id = quoted(&stored(customers, "id")?);
        let alias = self.name("c");
        let mut frame = Frame::of(Some(Entity::joined(&alias, &id, None)), None);
        let mut conditions = Vec::new();
        for part in own {
            conditions.push(self.truth(&mut frame, part, true)?);
        }
        let table = self.table(customers);
        let conditions = joined(&conditions, "AND");
        Ok(format!("s1(id) AS MATERIALIZED (SELECT {alias}.{id} FROM {table} AS {alias} WHERE {conditions})"))
    }

    /// The rows that a part needs to be true, if without any it can't be.
    fn drives(&self, part: &Expr) -> Result<Option<RowSet>, LowerError> {
        let Some(about) = About::of(part) else { return Ok(None) };
        let first = about.first();
        let relation = self.relation(&first.relation)?;
        let can = first.link == Link::Customer
            && !about.holds_for_nothing(true)
            && !super::aggregate::needs_outer(first, relation);
        Ok(can.then(|| RowSet::of(first)))
    }

    /// The customers for whom all of these parts, which are over the same rows, are true.
    fn driver(&mut self, parts: &[&Expr], within: Option<String>) -> Result<String, LowerError> {
        let abouts: Vec<About<'_>> = parts.iter().filter_map(|part| About::of(part)).collect();
        let first = &abouts[0];
        let all = About {
            aggregates: abouts.iter().flat_map(|a| a.aggregates.clone()).collect(),
            of_nothing: first.of_nothing,
            exists: first.exists.filter(|_| abouts.iter().all(|a| a.exists.is_some())),
        };
        let condition = Expr::new(Op::And(parts.iter().map(|part| (*part).clone()).collect()), Type::YesNo);
        let entity = Entity { key: String::new(), alias: None, within };
        self.set(&condition, &all, &[("customer", entity)], true)
    }

    /// What a part costs per customer: nothing for own columns, else the length of its longest window.
    fn cost(&self, part: &Expr) -> i64 {
        let windows = aggregates(part).into_iter().map(|a| self.length(a.window.as_ref()));
        windows.max().unwrap_or(i64::MIN)
    }

    /// The condition that a customer or product is not one of the rows that count for nothing.
    pub fn own_cancelled(&mut self, frame: &mut Frame<'a>, row: Row) -> Result<Option<String>, LowerError> {
        let rows = self.rows(frame, row)?;
        let relation = rows.relation;
        self.not_cancelled(&mut Frame::over(rows), relation)
    }
}

/// The parts of a condition that must all be true.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.op {
        Op::And(list) => list.iter().flat_map(conjuncts).collect(),
        Op::IsTrue(inner) => conjuncts(inner),
        _ => vec![expr],
    }
}

/// The parts of a condition of which one must be true.
pub(super) fn disjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.op {
        Op::Or(list) => list.iter().flat_map(disjuncts).collect(),
        Op::IsTrue(inner) => disjuncts(inner),
        _ => vec![expr],
    }
}

/// Whether a part names the customers it wants by their ids.
fn names_customers(part: &Expr) -> bool {
    let id = |e: &Expr| matches!(&e.op, Op::Column(Row::Customer, name) if name == "id");
    let constant = |e: &Expr| matches!(e.op, Op::Literal(_));
    match &part.op {
        Op::Compare(Compare::Eq, a, b) => (id(a) && constant(b)) || (id(b) && constant(a)),
        Op::OneOf(inner, _) => id(inner),
        _ => false,
    }
}

/// The aggregates that stand in several of the parts (or several times in one) and are not a whole condition's subject
/// alone, so that they are worth computing once.
fn repeated(parts: &[&Expr]) -> Vec<Aggregate> {
    let all: Vec<&Aggregate> = parts.iter().flat_map(|part| aggregates(part)).collect();
    let mut repeated: Vec<Aggregate> = Vec::new();
    for (i, a) in all.iter().enumerate() {
        if all[..i].contains(a) && !repeated.contains(a) {
            repeated.push((*a).clone());
        }
    }
    repeated
}
