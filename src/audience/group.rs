//! Groups: aggregates of one relation computed for all keys in one scan, and joined.

use super::aggregate::{linked, plain_function};
use super::error::LowerError;
use super::frame::{Frame, Group, Member};
use super::lowering::Lowering;
use super::window::Span;
use crate::check::schema::Relation;
use crate::check::typed::{Aggregation, Compare, Window};

impl<'a> Lowering<'a> {
    /// The join of a group.
    pub fn group(&mut self, group: &Group) -> Result<String, LowerError> {
        let relation = self.relation(&group.rows.relation)?;
        let names = linked(group.rows.link).iter().map(|(_, name)| *name);
        let keys: Vec<_> = names.zip(group.keys.iter().cloned()).collect();
        let hull = self.hull(group)?;
        let (mut inner, item, columns, conditions) =
            self.rows_of_all(relation, &keys, hull, group.rows.filter.as_ref())?;
        let select = match group.members.as_slice() {
            [one] if !plain_function(one.function, one.column.as_ref()) => {
                self.one_row_each(&mut inner, relation, one, &item, &columns, conditions)?
            }
            members => {
                let mut values = named_keys(&columns);
                for (index, member) in members.iter().enumerate() {
                    let when = self.when(&mut inner, member.window.as_ref(), hull)?;
                    let value =
                        self.member(&mut inner, relation, member.function, member.column.as_ref(), &when)?;
                    values.push(format!("{} AS a{index}", value.into_stored()));
                }
                let joins = self.joins(&mut inner)?;
                let conditions = conditions.join(" AND ");
                let by = columns.join(", ");
                format!("SELECT {} FROM {item}{joins} WHERE {conditions} GROUP BY {by}", values.join(", "))
            }
        };
        let on = group.keys.iter().enumerate().map(|(i, k)| format!("{}.k{i} = {}", group.alias, k.key));
        let on: Vec<_> = on.collect();
        Ok(format!(" LEFT JOIN ({select}) AS {} ON {}", group.alias, on.join(" AND ")))
    }

    /// The smallest span that holds those of all of a group's values.
    fn hull(&self, group: &Group) -> Result<Span, LowerError> {
        let mut hull: Option<Span> = None;
        for member in &group.members {
            let span = self.span(member.window.as_ref())?;
            hull = Some(hull.map_or(span, |h| Span {
                start: h.start.zip(span.start).map(|(a, b)| a.min(b)),
                end: h.end.max(span.end),
            }));
        }
        hull.map_or_else(|| self.span(None), Ok)
    }

    /// The `FILTER` that narrows a group's scan to one value's window.
    fn when(
        &mut self,
        inner: &mut Frame<'a>,
        window: Option<&Window>,
        hull: Span,
    ) -> Result<String, LowerError> {
        let span = self.span(window)?;
        let mut terms = Vec::new();
        if let Some(start) = span.start.filter(|_| span.start != hull.start) {
            terms.push(self.at(inner, Compare::Ge, start)?);
        }
        if span.end != hull.end {
            terms.push(self.before(inner, span.end)?);
        }
        Ok(if terms.is_empty() { String::new() } else { format!(" FILTER (WHERE {})", terms.join(" AND ")) })
    }

    /// `latest`, `earliest` and `most_common` for every key at once: the rows (or values) are ranked, the first is taken.
    fn one_row_each(
        &mut self,
        inner: &mut Frame<'a>,
        relation: &'a Relation,
        member: &Member,
        item: &str,
        keys: &[String],
        mut conditions: Vec<String>,
    ) -> Result<String, LowerError> {
        let column = member.column.as_ref().ok_or_else(|| LowerError::NoValue(relation.name.clone()))?;
        let value = self.value(inner, column)?;
        let by = keys.join(", ");
        let (order, grouping) = if member.function == Aggregation::MostCommon {
            conditions.push(format!("{value} IS NOT NULL"));
            (self.commonest(inner, relation, &value)?, format!(" GROUP BY {by}, {value}"))
        } else {
            (self.by_time(inner, member.function)?, String::new())
        };
        let joins = self.joins(inner)?;
        let names: Vec<_> = (0..keys.len()).map(|i| format!("k{i}")).collect();
        Ok(format!(
            "SELECT {}, a0 FROM (SELECT {}, {value} AS a0, row_number() OVER (PARTITION BY {by} ORDER BY {order}) \
             AS n FROM {item}{joins} WHERE {}{grouping}) WHERE n = 1",
            names.join(", "),
            named_keys(keys).join(", "),
            conditions.join(" AND "),
        ))
    }
}

fn named_keys(keys: &[String]) -> Vec<String> {
    keys.iter().enumerate().map(|(i, key)| format!("{key} AS k{i}")).collect()
}
