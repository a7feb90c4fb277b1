//! Aggregates as SQL. There are three forms, all with the same meaning:
//!
//! - **inline**, in the `HAVING` of a scan that groups just those rows;
//! - **by row**, a subquery for each outer row: best where an index finds the rows of one customer or product;
//! - **grouped**, one scan of all the rows wanted, joined by key: right without any index, and several aggregates of a
//!   relation share one scan.

use super::encode::Raw;
use super::error::LowerError;
use super::frame::{Entity, Frame, Group, Member, RowSet, aggregates};
use super::lowering::{Lowering, Operand};
use super::source::{ordered_encoding, stored};
use super::window::Span;
use crate::check::schema::{Relation, Storage};
use crate::check::typed::{Aggregate, Aggregation, Expr, Link, Op, Row, Type, Window};

impl<'a> Lowering<'a> {
    /// The value of an aggregate at this level.
    pub fn aggregate(&mut self, frame: &mut Frame<'a>, a: &Aggregate) -> Result<Operand, LowerError> {
        let relation = self.relation(&a.relation)?;
        let rows = RowSet::of(a);
        if frame.inline.as_ref() == Some(&rows) {
            let inline = frame.inline.take();
            let result = self.member(frame, relation, a.function, a.column.as_ref(), "");
            frame.inline = inline;
            return result;
        }
        if self.by_row(frame, a, relation)? {
            return self.subquery(frame, a, relation);
        }
        self.grouped(frame, a, relation, rows)
    }

    /// Whether an aggregate is asked for each outer row on its own.
    fn by_row(&self, frame: &Frame<'a>, a: &Aggregate, relation: &Relation) -> Result<bool, LowerError> {
        if needs_outer(a, relation) {
            return Ok(true);
        }
        let shared = frame.shared.contains(a);
        if shared || frame.this.is_some() || !self.found_by_index(relation, a.link)? {
            return Ok(false);
        }
        Ok(frame.by_row || !is_within(frame, a.link))
    }

    /// Whether an index finds the rows of one customer (or product).
    pub fn found_by_index(&self, relation: &Relation, link: Link) -> Result<bool, LowerError> {
        let key = if link == Link::Product { "product" } else { "customer" };
        let column = stored(relation, key)?;
        Ok(relation.grouped_by.is_none() && self.target.indexes.lead(relation, &column))
    }

    /// The customer or product whose rows an aggregate at this level sees: inside a relation's `where` that of the row,
    /// else the one in question.
    fn bound(&mut self, frame: &mut Frame<'a>, row: Row) -> Result<Row, LowerError> {
        let (name, here) = match row {
            Row::Product => ("product", Row::ThisProduct),
            _ => ("customer", Row::ThisCustomer),
        };
        let own = frame.this.as_ref().is_some_and(|rows| rows.relation.column(name).is_some());
        let row = if own { here } else { row };
        if frame.entity(row).is_none() && own {
            let key = self.this_key(frame, name)?;
            *frame.entity(row) = Some(Entity::keyed(key));
        }
        if frame.entity(row).is_none() { Err(LowerError::NoRow(row)) } else { Ok(row) }
    }

    /// The columns that link a relation's rows to this level, each with the customer or product out here.
    pub fn keys(
        &mut self,
        frame: &mut Frame<'a>,
        link: Link,
    ) -> Result<Vec<(&'static str, Entity)>, LowerError> {
        let mut keys = Vec::new();
        for (row, name) in linked(link) {
            let bound = self.bound(frame, *row)?;
            keys.extend(frame.entity(bound).clone().map(|entity| (*name, entity)));
        }
        Ok(keys)
    }

    /// An aggregate as a subquery for each outer row.
    fn subquery(
        &mut self,
        frame: &mut Frame<'a>,
        a: &Aggregate,
        relation: &'a Relation,
    ) -> Result<Operand, LowerError> {
        let (mut inner, item, mut conditions) = self.rows_of_one(frame, a, relation)?;
        if plain(a) {
            let value = self.member(&mut inner, relation, a.function, a.column.as_ref(), "")?;
            let joins = self.joins(&mut inner)?;
            let wrap =
                |sql: &str| format!("(SELECT {sql} FROM {item}{joins} WHERE {})", conditions.join(" AND "));
            return Ok(match value {
                Operand::Value(sql) => Operand::Value(wrap(&sql)),
                Operand::Stored(raw) => Operand::Stored(Raw { sql: wrap(&raw.sql), ..raw }),
            });
        }
        let value = self.of_column(&mut inner, a)?;
        let order = if a.function == Aggregation::MostCommon {
            conditions.push(format!("{value} IS NOT NULL"));
            format!("GROUP BY 1 ORDER BY {}", self.commonest(&mut inner, relation, &value)?)
        } else {
            format!("ORDER BY {}", self.by_time(&mut inner, a.function)?)
        };
        let joins = self.joins(&mut inner)?;
        let conditions = conditions.join(" AND ");
        Ok(Operand::value(format!("(SELECT {value} FROM {item}{joins} WHERE {conditions} {order} LIMIT 1)")))
    }

    /// Opens the rows of one outer customer or product.
    pub fn rows_of_one(
        &mut self,
        frame: &mut Frame<'a>,
        a: &Aggregate,
        relation: &'a Relation,
    ) -> Result<(Frame<'a>, String, Vec<String>), LowerError> {
        let span = self.span(a.window.as_ref())?;
        for row in [Row::Customer, Row::Product] {
            if a.column.iter().chain(&a.filter).any(|e| mentions(e, row, relation)) {
                let slot =
                    if linked(a.link).iter().any(|(r, _)| *r == row) { self.bound(frame, row)? } else { row };
                self.rows(frame, slot)?;
            }
        }
        let (rows, item) = self.open(relation, self.limit(span), None)?;
        let names: Vec<_> = linked(a.link).iter().map(|(_, name)| *name).chain(["at"]).collect();
        self.found_by(relation, &names);
        let mut inner = Frame::over(rows);
        inner.customer.clone_from(&frame.customer);
        inner.product.clone_from(&frame.product);
        let mut conditions = Vec::new();
        for (name, entity) in self.keys(frame, a.link)? {
            let key = self.this_key(&mut inner, name)?;
            conditions.push(format!("{key} = {}", entity.key));
            *inner.entity(if name == "product" { Row::Product } else { Row::Customer }) = Some(entity);
        }
        conditions.extend(self.conditions(&mut inner, relation, span, a.filter.as_ref())?);
        Ok((inner, item, conditions))
    }

    /// Opens the rows of all, or of those within the sets that the keys are known to be in. Gives the keys' SQL too.
    pub fn rows_of_all(
        &mut self,
        relation: &'a Relation,
        keys: &[(&'static str, Entity)],
        span: Span,
        filter: Option<&Expr>,
    ) -> Result<(Frame<'a>, String, Vec<String>, Vec<String>), LowerError> {
        let within = keys.iter().find(|(name, _)| *name == "customer").and_then(|(_, e)| e.within.as_deref());
        let (rows, item) = self.open(relation, self.limit(span), within)?;
        let names = keys.iter().map(|(name, _)| *name);
        let few = keys.iter().any(|(_, entity)| entity.within.is_some());
        match span.start {
            _ if few => self.found_by(relation, &names.chain(["at"]).collect::<Vec<_>>()),
            Some(_) => self.found_by(relation, &["at"].into_iter().chain(names).collect::<Vec<_>>()),
            // All rows of all time are wanted: no index spares the scan.
            None => {}
        }
        let mut inner = Frame::over(rows);
        let (mut columns, mut conditions) = (Vec::new(), Vec::new());
        for (name, entity) in keys {
            let key = self.this_key(&mut inner, name)?;
            conditions.extend(entity.within.as_ref().map(|set| format!("{key} IN {set}")));
            let row = if *name == "product" { Row::Product } else { Row::Customer };
            *inner.entity(row) = Some(Entity::keyed(key.clone()));
            columns.push(key);
        }
        conditions.extend(self.conditions(&mut inner, relation, span, filter)?);
        Ok((inner, item, columns, conditions))
    }

    /// An aggregate as a column of a joined group, shared with others where that is possible.
    fn grouped(
        &mut self,
        frame: &mut Frame<'a>,
        a: &Aggregate,
        relation: &'a Relation,
        mut rows: RowSet,
    ) -> Result<Operand, LowerError> {
        let keys: Vec<_> = self.keys(frame, a.link)?.into_iter().map(|(_, entity)| entity).collect();
        let shared = plain(a) && relation.grouped_by.is_none() && !matches!(a.window, Some(Window::Next(_)));
        if shared {
            rows.window = None;
        }
        let member = Member { function: a.function, column: a.column.clone(), window: a.window.clone() };
        let found = frame.groups.iter().position(|g| {
            let same = g.rows == rows && g.keys.iter().map(|k| &k.key).eq(keys.iter().map(|k| &k.key));
            let alike =
                |m: &Member| *m == member || (plain(a) && plain_function(m.function, m.column.as_ref()));
            same && g.members.iter().all(alike)
        });
        let at = found.unwrap_or_else(|| {
            let alias = self.name("g");
            frame.groups.push(Group { alias, rows, keys, members: Vec::new() });
            frame.groups.len() - 1
        });
        let group = &mut frame.groups[at];
        let index = group.members.iter().position(|m| *m == member).unwrap_or_else(|| {
            group.members.push(member);
            group.members.len() - 1
        });
        let sql = format!("{}.a{index}", group.alias);
        if let Some((encoding, ty)) = self.kept_encoding(relation, a.function, a.column.as_ref()) {
            return Ok(Operand::stored(Raw { sql, encoding, ty }));
        }
        Ok(Operand::value(match a.function {
            Aggregation::Count | Aggregation::Days | Aggregation::Any | Aggregation::Sum => {
                format!("coalesce({sql}, 0)")
            }
            _ => sql,
        }))
    }

    /// The order in which the commonest value comes first: ties go to the most recent, then to the smallest value.
    pub fn commonest(
        &mut self,
        inner: &mut Frame<'a>,
        relation: &Relation,
        value: &str,
    ) -> Result<String, LowerError> {
        let recent = match relation.column("at") {
            Some(_) => format!("max({}) DESC, ", self.column(inner, Row::This, "at")?.into_stored()),
            None => String::new(),
        };
        Ok(format!("count(*) DESC, {recent}{value}"))
    }

    /// The order in which the latest (or earliest) row comes first: ties go to the largest row id.
    pub fn by_time(&mut self, inner: &mut Frame<'a>, function: Aggregation) -> Result<String, LowerError> {
        let rows = self.rows(inner, Row::This)?;
        if rows.relation.column("at").is_none() {
            return Err(LowerError::NoTime(rows.relation.name.clone()));
        }
        let at = self.column(inner, Row::This, "at")?.into_stored();
        let direction = if function == Aggregation::Latest { "DESC" } else { "ASC" };
        Ok(format!("{at} {direction}, {} DESC", self.row_id(inner)?))
    }

    /// What tells rows of one instant apart: the relation's own `id`, else SQLite's row id.
    pub fn row_id(&mut self, inner: &mut Frame<'a>) -> Result<String, LowerError> {
        let rows = self.rows(inner, Row::This)?;
        match rows.relation.column("id").map(|c| &c.storage) {
            Some(Storage::Stored { .. }) => Ok(self.column_of(inner, &rows, "id")?.into_stored()),
            _ => Ok(format!("{}.rowid", rows.alias)),
        }
    }

    /// An aggregate over the rows of this level, `when` narrowing them further.
    pub fn member(
        &mut self,
        inner: &mut Frame<'a>,
        relation: &'a Relation,
        function: Aggregation,
        column: Option<&Expr>,
        when: &str,
    ) -> Result<Operand, LowerError> {
        match function {
            Aggregation::Count => return Ok(Operand::value(format!("count(*){when}"))),
            Aggregation::Any => return Ok(Operand::value(format!("(count(*){when} > 0)"))),
            _ => {}
        }
        let column = column.ok_or_else(|| LowerError::NoValue(relation.name.clone()))?;
        if function == Aggregation::Days {
            let at = self.value(inner, column)?;
            let date = if column.ty == Type::Date { at } else { format!("herald_date({at})") };
            return Ok(Operand::value(format!("count(DISTINCT {date}){when}")));
        }
        let name = match function {
            Aggregation::Min | Aggregation::Earliest => "min",
            Aggregation::Max | Aggregation::Latest => "max",
            Aggregation::Sum => "sum",
            _ => "avg",
        };
        let operand = self.operand(inner, column)?;
        if let Some((encoding, ty)) = self.kept_encoding(relation, function, Some(column)) {
            let sql = format!("{name}({}){when}", operand.into_stored());
            return Ok(Operand::stored(Raw { sql, encoding, ty }));
        }
        let sql = format!("{name}({}){when}", operand.decoded());
        Ok(Operand::value(match (function, column.ty) {
            (Aggregation::Sum, _) => format!("coalesce({sql}, 0)"),
            (Aggregation::Avg, Type::Money(_)) => format!("CAST(round({sql}) AS INTEGER)"),
            _ => sql,
        }))
    }

    fn of_column(&mut self, inner: &mut Frame<'a>, a: &Aggregate) -> Result<String, LowerError> {
        let column = a.column.as_ref().ok_or_else(|| LowerError::NoValue(a.relation.clone()))?;
        self.value(inner, column)
    }

    /// The encoding that `min`, `max` and their like keep when they pick among stored times.
    fn kept_encoding(
        &self,
        relation: &Relation,
        function: Aggregation,
        column: Option<&Expr>,
    ) -> Option<(crate::check::schema::Encoding, Type)> {
        let picks = match function {
            Aggregation::Min | Aggregation::Max => true,
            Aggregation::Latest | Aggregation::Earliest => plain_function(function, column),
            _ => false,
        };
        ordered_encoding(self, relation, column?).filter(|_| picks)
    }
}

/// The rows that a link speaks of, with the relation's column for each.
pub(super) fn linked(link: Link) -> &'static [(Row, &'static str)] {
    match link {
        Link::Customer => &[(Row::Customer, "customer")],
        Link::Product => &[(Row::Product, "product")],
        Link::CustomerAndProduct => &[(Row::Customer, "customer"), (Row::Product, "product")],
    }
}

/// Whether SQLite has the aggregate itself. `latest(x.at)` is the largest `at`.
pub(super) fn plain(a: &Aggregate) -> bool {
    plain_function(a.function, a.column.as_ref())
}

/// [`plain`] by the parts.
pub(super) fn plain_function(function: Aggregation, column: Option<&Expr>) -> bool {
    match function {
        Aggregation::MostCommon => false,
        Aggregation::Latest | Aggregation::Earliest => {
            column.is_some_and(|c| matches!(&c.op, Op::Column(Row::This, name) if name == "at"))
        }
        _ => true,
    }
}

/// Whether the customers (or products) at this level are known to be few.
pub(super) fn is_within(frame: &Frame<'_>, link: Link) -> bool {
    let entity = if link == Link::Product { &frame.product } else { &frame.customer };
    entity.as_ref().is_some_and(|e| e.within.is_some())
}

/// Whether an aggregate speaks of an outer row that its own rows don't lead to, so that it can't be computed for all at
/// once.
pub(super) fn needs_outer(a: &Aggregate, relation: &Relation) -> bool {
    [Row::Customer, Row::Product].iter().any(|row| {
        let led_to = linked(a.link).iter().any(|(r, _)| r == row);
        !led_to && a.column.iter().chain(&a.filter).any(|e| mentions(e, *row, relation))
    })
}

/// Whether an expression inside an aggregate of `relation` speaks of the outer customer (or product).
fn mentions(expr: &Expr, row: Row, relation: &Relation) -> bool {
    let nested = aggregates(expr)
        .iter()
        .any(|a| linked(a.link).iter().any(|(r, name)| *r == row && relation.column(name).is_none()));
    nested || column_of(expr, row)
}

fn column_of(expr: &Expr, row: Row) -> bool {
    match &expr.op {
        Op::Column(r, _) => *r == row,
        Op::Aggregate(_) => false,
        _ => expr.children().into_iter().any(|child| column_of(child, row)),
    }
}
