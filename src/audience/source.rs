//! Relations in `FROM` clauses, and their columns.

use jiff::Timestamp;

use super::encode::Raw;
use super::error::LowerError;
use super::frame::{Entity, Frame, Rows};
use super::lowering::{Lowering, Operand};
use super::statement::{Scan, quoted};
use super::target::STATE;
use crate::check::schema::{Encoding, Origin, Relation, Storage};
use crate::check::typed::{Expr, Op, Row};

impl<'a> Lowering<'a> {
    /// The relation of that name.
    pub fn relation(&self, name: &str) -> Result<&'a Relation, LowerError> {
        self.target.schema.relation(name).ok_or_else(|| LowerError::NoRelation(name.to_owned()))
    }

    /// A name that no other alias of the statement has.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// Opens a relation's rows: gives them an alias and the `FROM` item. Rows at or after `limit` and cancelled ones are
    /// only left out here for relations that are derived by grouping; for others that is a matter of `WHERE`.
    /// `within` names the customers whose rows are wanted, if others are not.
    pub fn open(
        &mut self,
        relation: &'a Relation,
        limit: Timestamp,
        within: Option<&str>,
    ) -> Result<(Rows<'a>, String), LowerError> {
        let rows = Rows { alias: self.name("r"), relation, grouped: relation.grouped_by.is_some() };
        let item = match &relation.grouped_by {
            Some(column) => self.grouped_lines(relation, column, limit, within)?,
            None => self.table(relation),
        };
        let item = format!("{item} AS {}", rows.alias);
        if relation.grouped_by.is_none() {
            self.scanned(&rows.alias, relation);
        }
        Ok((rows, item))
    }

    fn scanned(&mut self, alias: &str, relation: &Relation) {
        let table = self.table(relation);
        self.scans.push(Scan { alias: alias.to_owned(), table, columns: Vec::new() });
    }

    /// Notes the columns by which the rows opened last are found, for advice on indexes.
    pub fn found_by(&mut self, relation: &Relation, names: &[&str]) {
        if let (Origin::Shop, Some(scan)) = (relation.origin, self.scans.last_mut()) {
            scan.columns = names.iter().filter_map(|name| stored(relation, name).ok()).collect();
        }
    }

    /// The relation's table. Records that are not attached are a table without rows.
    pub fn table(&self, relation: &Relation) -> String {
        match relation.origin {
            Origin::Shop => format!("main.{}", quoted(&relation.table)),
            Origin::Records if self.target.records => format!("{STATE}.{}", quoted(&relation.table)),
            Origin::Records => {
                let stored = relation.columns.iter().filter_map(|c| match &c.storage {
                    Storage::Stored { column, .. } => Some(format!("NULL AS {}", quoted(column))),
                    Storage::Derived(_) => None,
                });
                let columns: Vec<_> = stored.chain(["NULL AS rowid".to_owned()]).collect();
                format!("(SELECT {} WHERE 0)", columns.join(", "))
            }
        }
    }

    /// Rows derived from lines: one for each value of `column` (and customer, who is the same on all its lines), at the
    /// earliest line's time. Lines at or after `limit` do not exist yet.
    fn grouped_lines(
        &mut self,
        relation: &'a Relation,
        column: &str,
        limit: Timestamp,
        within: Option<&str>,
    ) -> Result<String, LowerError> {
        let lines = self.lines_of(relation);
        let alias = self.name("l");
        let mut frame = Frame::over(Rows { alias: alias.clone(), relation: lines, grouped: false });
        let mut conditions = vec![self.before(&mut frame, limit)?];
        conditions.extend(self.not_cancelled(&mut frame, relation)?);
        if lines.cancelled != relation.cancelled {
            conditions.extend(self.not_cancelled(&mut frame, lines)?);
        }
        let customer = format!("{alias}.{}", quoted(&stored(relation, "customer")?));
        conditions.extend(within.map(|set| format!("{customer} IN {set}")));
        let mut columns = Vec::new();
        for c in &relation.columns {
            let value = match &c.storage {
                Storage::Derived(expr) if c.name == "total" => {
                    format!("sum({})", self.value(&mut frame, expr)?)
                }
                Storage::Derived(_) => continue,
                Storage::Stored { column, encoding } => {
                    let sql = format!("{alias}.{}", quoted(column));
                    if c.name == "total" {
                        let raw = Raw { sql, encoding: *encoding, ty: c.ty };
                        format!("sum({})", raw.decoded())
                    } else {
                        format!("min({sql})")
                    }
                }
            };
            columns.push(format!("{value} AS {}", quoted(&c.name)));
        }
        let joins = self.joins(&mut frame)?;
        let key = format!("{alias}.{}", quoted(column));
        let table = self.table(lines);
        self.scanned(&alias, lines);
        Ok(format!(
            "(SELECT {} FROM {table} AS {alias}{joins} WHERE {} GROUP BY {key}, {customer})",
            columns.join(", "),
            conditions.join(" AND "),
        ))
    }

    /// The relation whose rows are the lines of a grouped one; the grouped one itself where no other maps that table.
    fn lines_of(&self, relation: &'a Relation) -> &'a Relation {
        let lines = |r: &&Relation| {
            r.table == relation.table && r.origin == relation.origin && r.grouped_by.is_none()
        };
        self.target.schema.relations.iter().find(lines).unwrap_or(relation)
    }

    /// The condition that the row of this level is not cancelled, if its relation can have such rows.
    pub fn not_cancelled(
        &mut self,
        frame: &mut Frame<'a>,
        relation: &'a Relation,
    ) -> Result<Option<String>, LowerError> {
        let Some(cancelled) = &relation.cancelled else { return Ok(None) };
        let truth = self.truth(frame, cancelled, true)?;
        Ok(Some(format!("({truth}) IS NOT TRUE")))
    }

    /// A column of a row of this level.
    pub fn column(&mut self, frame: &mut Frame<'a>, row: Row, name: &str) -> Result<Operand, LowerError> {
        let rows = self.rows(frame, row)?;
        self.column_of(frame, &rows, name)
    }

    /// A column of certain rows, joined to this level already.
    pub fn column_of(
        &mut self,
        frame: &mut Frame<'a>,
        rows: &Rows<'a>,
        name: &str,
    ) -> Result<Operand, LowerError> {
        let relation = rows.relation;
        let column = relation
            .column(name)
            .ok_or_else(|| LowerError::NoColumn(relation.name.clone(), name.to_owned()))?;
        let grouped = rows.grouped;
        match &column.storage {
            _ if grouped && name == "total" => Ok(Operand::value(format!("{}.\"total\"", rows.alias))),
            Storage::Stored { column: stored, encoding } => {
                let stored = if grouped { name } else { stored };
                let sql = format!("{}.{}", rows.alias, quoted(stored));
                Ok(Operand::stored(Raw { sql, encoding: *encoding, ty: column.ty }))
            }
            Storage::Derived(expr) => {
                let mut own = Frame::over(rows.clone());
                let value = self.value(&mut own, expr)?;
                let joins = std::mem::take(&mut own.joins);
                frame.joins.extend(joins);
                frame.groups.append(&mut own.groups);
                Ok(Operand::value(value))
            }
        }
    }

    /// The rows that a column's place speaks of, joined if they are not yet.
    pub fn rows(&mut self, frame: &mut Frame<'a>, row: Row) -> Result<Rows<'a>, LowerError> {
        if row == Row::This {
            return frame.this.clone().ok_or(LowerError::NoRow(row));
        }
        let name = match row {
            Row::Customer | Row::ThisCustomer => "customers",
            _ => "products",
        };
        let relation = self.relation(name)?;
        if frame.entity(row).is_none() && matches!(row, Row::ThisCustomer | Row::ThisProduct) {
            let key = self.this_key(frame, if row == Row::ThisProduct { "product" } else { "customer" })?;
            *frame.entity(row) = Some(Entity::keyed(key));
        }
        let entity = frame.entity(row).as_ref().ok_or(LowerError::NoRow(row))?;
        if let Some(alias) = &entity.alias {
            return Ok(Rows { alias: alias.clone(), relation, grouped: false });
        }
        let alias = self.name(&name[..1]);
        let on = format!("{alias}.{} = {}", quoted(&stored(relation, "id")?), entity.key);
        frame.joins.push(format!(" LEFT JOIN {} AS {alias} ON {on}", self.table(relation)));
        if let Some(entity) = frame.entity(row) {
            entity.alias = Some(alias.clone());
        }
        Ok(Rows { alias, relation, grouped: false })
    }

    /// The `customer` or `product` of this level's row, as stored.
    pub fn this_key(&mut self, frame: &mut Frame<'a>, name: &str) -> Result<String, LowerError> {
        let rows = self.rows(frame, Row::This)?;
        Ok(self.column_of(frame, &rows, name)?.into_stored())
    }
}

/// The stored name of a column that must be stored.
pub(super) fn stored(relation: &Relation, name: &str) -> Result<String, LowerError> {
    match relation.column(name).map(|c| &c.storage) {
        Some(Storage::Stored { column, .. }) => Ok(column.clone()),
        _ => Err(LowerError::NoColumn(relation.name.clone(), name.to_owned())),
    }
}

/// The encoding in which an aggregate of this column's order can be computed without decoding each row: times keep their
/// order in their own writing.
pub(super) fn ordered_encoding(
    lowering: &Lowering<'_>,
    relation: &Relation,
    expr: &Expr,
) -> Option<(Encoding, crate::check::typed::Type)> {
    let Op::Column(row, name) = &expr.op else { return None };
    let relation = match row {
        Row::This => relation,
        Row::ThisProduct => lowering.target.schema.relation("products")?,
        _ => return None,
    };
    let column = relation.column(name)?;
    let Storage::Stored { encoding, .. } = column.storage else { return None };
    let raw = Raw { sql: String::new(), encoding, ty: column.ty };
    raw.is_time().then_some((encoding, column.ty))
}
