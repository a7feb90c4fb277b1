//! Conditions as SQL in places where only "true or not" matters: `WHERE` and `HAVING`. `not` is pushed inwards, so that
//! a condition on one relation's rows becomes membership in a set that one scan makes, or a subquery for each row.

use super::aggregate::{is_within, needs_outer, plain};
use super::empty::{Of, of_nothing};
use super::error::LowerError;
use super::frame::{Entity, Frame, RowSet, aggregates};
use super::lowering::Lowering;
use super::statement::joined;
use crate::check::schema::Relation;
use crate::check::typed::{Aggregate, Aggregation, Compare, Expr, Literal, Op, Window};

/// Windows up to this long are few rows of a shop's history: scanning them makes a small set. Beyond it, asking an index
/// for each customer is cheaper (measured on a million customers and ten million events over two years: the two meet at
/// about four months).
pub(super) const NARROW: i64 = 120 * 86_400;

impl<'a> Lowering<'a> {
    /// SQL that is true where the expression is true (`want`), or where it is false (not `want`); elsewhere it is false or
    /// `NULL`.
    pub fn truth(&mut self, frame: &mut Frame<'a>, expr: &Expr, want: bool) -> Result<String, LowerError> {
        if frame.known(expr).is_some() {
            return self.plain_truth(frame, expr, want);
        }
        match &expr.op {
            Op::And(list) => self.truths(frame, list, want, if want { "AND" } else { "OR" }),
            Op::Or(list) => self.truths(frame, list, want, if want { "OR" } else { "AND" }),
            Op::Not(inner) => self.truth(frame, inner, !want),
            Op::IsTrue(inner) if want => self.truth(frame, inner, true),
            Op::IsTrue(inner) => Ok(format!("(({}) IS NOT TRUE)", self.truth(frame, inner, true)?)),
            _ => self.condition(frame, expr, want),
        }
    }

    fn truths(
        &mut self,
        frame: &mut Frame<'a>,
        list: &[Expr],
        want: bool,
        operator: &str,
    ) -> Result<String, LowerError> {
        let terms: Result<Vec<_>, _> = list.iter().map(|e| self.truth(frame, e, want)).collect();
        Ok(joined(&terms?, operator))
    }

    fn plain_truth(&mut self, frame: &mut Frame<'a>, expr: &Expr, want: bool) -> Result<String, LowerError> {
        let value = self.value(frame, expr)?;
        Ok(if want { value } else { format!("(NOT {value})") })
    }

    /// A condition without `and`, `or`, `not`.
    fn condition(&mut self, frame: &mut Frame<'a>, expr: &Expr, want: bool) -> Result<String, LowerError> {
        let Some(about) = About::of(expr).filter(|about| {
            frame.inline.is_none() && !about.aggregates.iter().any(|a| frame.shared.contains(a))
        }) else {
            return self.plain_truth(frame, expr, want);
        };
        let relation = self.relation(&about.first().relation)?;
        if needs_outer(about.first(), relation) || self.row_by_row(frame, about.first(), relation)? {
            return self.truth_by_row(frame, expr, &about, relation, want);
        }
        let keys = self.keys(frame, about.first().link)?;
        let outer: Vec<_> = keys.iter().map(|(_, entity)| entity.key.clone()).collect();
        let key = if outer.len() == 1 { outer[0].clone() } else { format!("({})", outer.join(", ")) };
        let set = self.set(expr, &about, &keys, want)?;
        if about.holds_for_nothing(want) {
            let unknown =
                if frame.this.is_some() { format!("{} IS NULL OR ", outer[0]) } else { String::new() };
            return Ok(format!("({unknown}{key} NOT IN ({set}))"));
        }
        Ok(format!("{key} IN ({set})"))
    }

    fn row_by_row(&self, frame: &Frame<'a>, a: &Aggregate, relation: &Relation) -> Result<bool, LowerError> {
        let few = is_within(frame, a.link);
        let at_hand = frame.this.is_none() && self.found_by_index(relation, a.link)?;
        Ok(at_hand && (few || !self.is_narrow(a.window.as_ref())))
    }

    /// Whether a window is short enough for a scan of it to be the best start.
    pub fn is_narrow(&self, window: Option<&Window>) -> bool {
        self.length(window) <= NARROW
    }

    /// The length of a window in seconds, the largest number if it has no beginning.
    pub fn length(&self, window: Option<&Window>) -> i64 {
        match window {
            Some(Window::Last(seconds) | Window::Next(seconds)) => *seconds,
            Some(Window::Since(start)) => self.target.as_of.as_second() - start.as_second(),
            Some(Window::Before(_)) | None => i64::MAX,
        }
    }

    fn truth_by_row(
        &mut self,
        frame: &mut Frame<'a>,
        expr: &Expr,
        about: &About<'_>,
        relation: &'a Relation,
        want: bool,
    ) -> Result<String, LowerError> {
        if let Some(exists) = about.exists {
            let (mut inner, item, conditions) = self.rows_of_one(frame, about.first(), relation)?;
            let joins = self.joins(&mut inner)?;
            let not = if exists == want { "" } else { "NOT " };
            return Ok(format!(
                "{not}EXISTS (SELECT 1 FROM {item}{joins} WHERE {})",
                conditions.join(" AND ")
            ));
        }
        let before = std::mem::replace(&mut frame.by_row, true);
        let result = self.plain_truth(frame, expr, want);
        frame.by_row = before;
        result
    }

    /// The set of keys for which the condition holds, or (where it holds for those without any row) for which it does
    /// not.
    pub fn set(
        &mut self,
        expr: &Expr,
        about: &About<'_>,
        keys: &[(&'static str, Entity)],
        want: bool,
    ) -> Result<String, LowerError> {
        let first = about.first();
        let relation = self.relation(&first.relation)?;
        let span = self.span(first.window.as_ref())?;
        let (mut inner, item, columns, mut conditions) =
            self.rows_of_all(relation, keys, span, first.filter.as_ref())?;
        let complement = about.holds_for_nothing(want);
        if complement {
            // A single NULL among them would make every NOT IN unknown.
            conditions.extend(columns.iter().map(|c| format!("{c} IS NOT NULL")));
        }
        let mut grouping = String::new();
        if about.exists.is_none() {
            inner.inline = Some(RowSet::of(first));
            let having = self.truth(&mut inner, expr, want)?;
            let having = if complement { format!("({having}) IS NOT TRUE") } else { having };
            grouping = format!(" GROUP BY {} HAVING {having}", columns.join(", "));
        }
        let joins = self.joins(&mut inner)?;
        let conditions = conditions.join(" AND ");
        Ok(format!("SELECT {} FROM {item}{joins} WHERE {conditions}{grouping}", columns.join(", ")))
    }
}

/// A condition that depends on one set of rows alone.
#[derive(Debug, Clone)]
pub(super) struct About<'e> {
    /// Its aggregates, all over the same rows. Never empty.
    pub aggregates: Vec<&'e Aggregate>,
    /// What it is for a customer without any such row.
    pub of_nothing: Of,
    /// If it only asks whether there is a row: the answer that makes it true.
    pub exists: Option<bool>,
}

impl<'e> About<'e> {
    /// Reads a condition; none if it depends on anything but one set of rows, or on an aggregate that SQLite has not.
    pub fn of(expr: &'e Expr) -> Option<Self> {
        let aggregates = aggregates(expr);
        let first = RowSet::of(aggregates.first()?);
        let alike = aggregates.iter().all(|a| plain(a) && RowSet::of(a) == first);
        if !alike || !closed(expr) {
            return None;
        }
        let of_nothing = of_nothing(expr)?;
        Some(Self { aggregates, of_nothing, exists: exists(expr) })
    }

    /// The aggregate that stands for all: their rows are the same.
    pub fn first(&self) -> &'e Aggregate {
        self.aggregates[0]
    }

    /// Whether the condition is true (`want`) or false (not `want`) for a customer without any such row.
    pub fn holds_for_nothing(&self, want: bool) -> bool {
        self.of_nothing == Of::YesNo(want)
    }
}

/// Whether nothing but constants and aggregates is in the expression.
fn closed(expr: &Expr) -> bool {
    match &expr.op {
        Op::Literal(_) | Op::Aggregate(_) => true,
        Op::Column(..)
        | Op::Attribute { .. }
        | Op::Segment(_)
        | Op::Cluster(_)
        | Op::Probability(_)
        | Op::Learned(_)
        | Op::Offer(..)
        | Op::Message(_) => false,
        _ => expr.children().into_iter().all(closed),
    }
}

/// If a condition only asks whether there is a row, the answer that makes it true: yes for `any(x)`, `count(x) > 0` and
/// `count(x) >= 1`, no for `count(x) = 0` and `count(x) < 1`.
fn exists(expr: &Expr) -> Option<bool> {
    match &expr.op {
        Op::Aggregate(a) if a.function == Aggregation::Any => Some(true),
        Op::Compare(compare, a, b) => {
            let counted = matches!(&a.op, Op::Aggregate(a) if a.function == Aggregation::Count);
            let Op::Literal(Literal::Whole(n)) = b.op else { return None };
            match (compare, n) {
                (Compare::Gt | Compare::Ne, 0) | (Compare::Ge, 1) if counted => Some(true),
                (Compare::Eq | Compare::Le, 0) | (Compare::Lt, 1) if counted => Some(false),
                _ => None,
            }
        }
        _ => None,
    }
}
