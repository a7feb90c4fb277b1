//! One level of a statement: whose rows it reads, and what has to be joined to them.

use crate::check::schema::Relation;
use crate::check::typed::{Aggregate, Aggregation, Expr, Link, Row, Window};

/// A relation's rows in a `FROM` clause.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    /// Their alias, unique in the statement.
    pub alias: String,
    /// What they are rows of.
    pub relation: &'a Relation,
    /// Whether they were made by grouping lines, so that their columns have the relation's own names.
    pub grouped: bool,
}

/// A customer or product that a level speaks of.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    /// The SQL of its id.
    pub key: String,
    /// The alias of its row, once that is joined.
    pub alias: Option<String>,
    /// The name of a set of ids that it is known to be in: aggregates need look at no others.
    pub within: Option<String>,
}

impl Entity {
    /// One known by its id alone.
    pub fn keyed(key: String) -> Self {
        Self { key, alias: None, within: None }
    }

    /// One whose row is already in the `FROM` clause.
    pub fn joined(alias: &str, id: &str, within: Option<&str>) -> Self {
        Self {
            key: format!("{alias}.{id}"),
            alias: Some(alias.to_owned()),
            within: within.map(str::to_owned),
        }
    }
}

/// Which rows an aggregate sees: aggregates that agree in this can share one scan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowSet {
    /// The relation's name.
    pub relation: String,
    /// Whose rows.
    pub link: Link,
    /// Which of them.
    pub filter: Option<Expr>,
    /// From when.
    pub window: Option<Window>,
}

impl RowSet {
    /// What an aggregate sees.
    pub fn of(aggregate: &Aggregate) -> Self {
        Self {
            relation: aggregate.relation.clone(),
            link: aggregate.link,
            filter: aggregate.filter.clone(),
            window: aggregate.window.clone(),
        }
    }
}

/// One value of a joined group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// How it is computed.
    pub function: Aggregation,
    /// Of what.
    pub column: Option<Expr>,
    /// From which rows of the group's scan.
    pub window: Option<Window>,
}

/// Aggregates of one relation, computed in one grouped scan and joined by key.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The alias of the scan's result.
    pub alias: String,
    /// The rows it reads; the window only for scans that are not shared.
    pub rows: RowSet,
    /// Whose they are, out here.
    pub keys: Vec<Entity>,
    /// Its values `a0`, `a1`, …
    pub members: Vec<Member>,
}

/// One level of a statement.
#[derive(Debug, Default)]
pub(super) struct Frame<'a> {
    /// The row of the innermost aggregate's relation.
    pub this: Option<Rows<'a>>,
    /// The customer in question.
    pub customer: Option<Entity>,
    /// The product in question.
    pub product: Option<Entity>,
    /// The customer of `this`.
    pub this_customer: Option<Entity>,
    /// The product of `this`.
    pub this_product: Option<Entity>,
    /// Joins of single rows, in order.
    pub joins: Vec<String>,
    /// Groups to be joined.
    pub groups: Vec<Group>,
    /// In a `HAVING`: the rows that are being grouped, whose aggregates stand there as they are.
    pub inline: Option<RowSet>,
    /// Whether aggregates are best asked for row by row here.
    pub by_row: bool,
    /// Aggregates needed in several places, which are therefore computed once, in a group.
    pub shared: Vec<Aggregate>,
    /// Expressions whose values are already columns here, with the SQL of these.
    pub computed: Vec<(Expr, String)>,
}

impl<'a> Frame<'a> {
    /// A level over the rows of a relation.
    pub fn over(rows: Rows<'a>) -> Self {
        Self { this: Some(rows), ..Self::default() }
    }

    /// A level over customers, products, or both.
    pub fn of(customer: Option<Entity>, product: Option<Entity>) -> Self {
        Self { customer, product, ..Self::default() }
    }

    /// The place of a customer or product.
    pub fn entity(&mut self, row: Row) -> &mut Option<Entity> {
        match row {
            Row::Customer => &mut self.customer,
            Row::Product | Row::This => &mut self.product,
            Row::ThisCustomer => &mut self.this_customer,
            Row::ThisProduct => &mut self.this_product,
        }
    }

    /// What is computed for this expression already.
    pub fn known(&self, expr: &Expr) -> Option<&str> {
        self.computed.iter().find(|(e, _)| e == expr).map(|(_, sql)| sql.as_str())
    }
}

/// The aggregates in an expression, those inside other aggregates left out.
pub(super) fn aggregates(expr: &Expr) -> Vec<&Aggregate> {
    fn collect<'e>(expr: &'e Expr, found: &mut Vec<&'e Aggregate>) {
        if let crate::check::typed::Op::Aggregate(a) = &expr.op {
            found.push(a);
        } else {
            for child in expr.children() {
                collect(child, found);
            }
        }
    }
    let mut found = Vec::new();
    collect(expr, &mut found);
    found
}
