//! Windows: the conditions on the time of rows.

use jiff::{SignedDuration, Timestamp};

use super::error::LowerError;
use super::frame::Frame;
use super::lowering::Lowering;
use crate::check::schema::Relation;
use crate::check::typed::{Compare, Expr, Row, Window};

/// The instants between which an aggregate sees rows; the end is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first instant, if there is one.
    pub start: Option<Timestamp>,
    /// The first instant that is no longer in it.
    pub end: Timestamp,
}

impl<'a> Lowering<'a> {
    /// The span of a window. Whatever it is, rows at or after `as_of` do not exist, but for `in next`.
    pub fn span(&self, window: Option<&Window>) -> Result<Span, LowerError> {
        let as_of = self.target.as_of;
        let moved = |seconds: i64| {
            as_of.checked_add(SignedDuration::from_secs(seconds)).map_err(|_| LowerError::Time)
        };
        Ok(match window {
            None => Span { start: None, end: as_of },
            Some(Window::Last(seconds)) => {
                Span { start: Some(moved(seconds.checked_neg().ok_or(LowerError::Time)?)?), end: as_of }
            }
            Some(Window::Next(seconds)) => Span { start: Some(as_of), end: moved(*seconds)? },
            Some(Window::Since(start)) => Span { start: Some(*start), end: as_of },
            Some(Window::Before(end)) => Span { start: None, end: as_of.min(*end) },
        })
    }

    /// The instant from which on rows do not exist for this window, which matters where rows are made of lines.
    pub fn limit(&self, span: Span) -> Timestamp {
        span.end.max(self.target.as_of)
    }

    /// `at` of this level's row compared with an instant.
    pub fn at(
        &mut self,
        frame: &mut Frame<'a>,
        compare: Compare,
        instant: Timestamp,
    ) -> Result<String, LowerError> {
        let at = self.column(frame, Row::This, "at")?;
        if let Some(sql) = self.compare_time(&at, compare, instant)? {
            return Ok(sql);
        }
        let whole = i64::from(instant.subsec_nanosecond() > 0);
        let second = self.params.bind(rusqlite::types::Value::Integer(instant.as_second() + whole));
        let sign = if compare == Compare::Lt { "<" } else { ">=" };
        Ok(format!("({} {sign} {second})", at.decoded()))
    }

    /// The condition that this level's row is before an instant; true where the relation has no `at`.
    pub fn before(&mut self, frame: &mut Frame<'a>, end: Timestamp) -> Result<String, LowerError> {
        let timed = frame.this.as_ref().is_some_and(|rows| rows.relation.column("at").is_some());
        if timed { self.at(frame, Compare::Lt, end) } else { Ok("1".to_owned()) }
    }

    /// The conditions that this level's row is in the span.
    fn in_span(&mut self, frame: &mut Frame<'a>, span: Span) -> Result<Vec<String>, LowerError> {
        let mut conditions = Vec::new();
        if let Some(start) = span.start {
            let rows = self.rows(frame, Row::This)?;
            if rows.relation.column("at").is_none() {
                return Err(LowerError::NoTime(rows.relation.name.clone()));
            }
            conditions.push(self.at(frame, Compare::Ge, start)?);
        }
        conditions.push(self.before(frame, span.end)?);
        Ok(conditions)
    }

    /// The conditions on the rows that an aggregate sees: its span, its filter, and that they are not cancelled.
    pub fn conditions(
        &mut self,
        inner: &mut Frame<'a>,
        relation: &'a Relation,
        span: Span,
        filter: Option<&Expr>,
    ) -> Result<Vec<String>, LowerError> {
        let mut conditions = self.in_span(inner, span)?;
        if relation.grouped_by.is_none() {
            conditions.extend(self.not_cancelled(inner, relation)?);
        }
        if let Some(filter) = filter {
            conditions.push(self.truth(inner, filter, true)?);
        }
        Ok(conditions)
    }
}
