//! Expressions as SQL values. Missing is `NULL`, and SQL's own three-valued logic is the language's.

use jiff::Timestamp;
use rusqlite::types::Value;

use super::bands::band_labels;
use super::encode::{Edge, constant, literal, midnight_of};
use super::error::LowerError;
use super::frame::Frame;
use super::lowering::{Lowering, Operand};
use super::statement::joined;
use crate::check::functions::function;
use crate::check::typed::{Arith, Compare, Expr, Literal, Op, Type};
use crate::syntax::tree::Unit;

/// So many units are added before a division and taken off after it, so that SQLite's, which cuts towards 0, rounds down.
const AHEAD: i64 = 1_000_000_000;

impl<'a> Lowering<'a> {
    /// The value of an expression in the form of its type.
    pub fn value(&mut self, frame: &mut Frame<'a>, expr: &Expr) -> Result<String, LowerError> {
        Ok(self.operand(frame, expr)?.decoded())
    }

    /// The value of an expression, as stored where it is a column or keeps a column's order.
    pub fn operand(&mut self, frame: &mut Frame<'a>, expr: &Expr) -> Result<Operand, LowerError> {
        if let Some(sql) = frame.known(expr) {
            return Ok(Operand::value(sql.to_owned()));
        }
        match &expr.op {
            Op::Column(row, name) => self.column(frame, *row, name),
            Op::Aggregate(aggregate) => self.aggregate(frame, aggregate),
            _ => self.computed(frame, expr).map(Operand::value),
        }
    }

    fn computed(&mut self, frame: &mut Frame<'a>, expr: &Expr) -> Result<String, LowerError> {
        Ok(match &expr.op {
            Op::Literal(constant) => self.literal(constant),
            Op::And(list) => joined(&self.values(frame, list)?, "AND"),
            Op::Or(list) => joined(&self.values(frame, list)?, "OR"),
            Op::Not(inner) => format!("(NOT {})", self.value(frame, inner)?),
            Op::Compare(compare, a, b) => self.compare(frame, *compare, a, b)?,
            Op::OneOf(inner, list) => self.one_of(frame, inner, list)?,
            Op::Between(inner, low, high) => self.between(frame, inner, low.as_deref(), high.as_deref())?,
            Op::Contains(a, b) => {
                format!("(instr({}, {}) > 0)", self.value(frame, a)?, self.value(frame, b)?)
            }
            Op::IsMissing(inner) => format!("({} IS NULL)", self.operand(frame, inner)?.decoded()),
            Op::IsTrue(inner) => format!("(({}) IS TRUE)", self.truth(frame, inner, true)?),
            Op::Arith(arith, a, b) => self.arith(frame, expr.ty, *arith, a, b)?,
            Op::Neg(inner) => format!("(- {})", self.value(frame, inner)?),
            Op::Since(unit, inner) => self.since(frame, *unit, inner)?,
            Op::YearsSince(inner) => self.years_since(frame, inner)?,
            Op::Shift(inner, seconds) => {
                let moved = self.params.bind(Value::Integer(*seconds));
                format!("({} + {moved})", self.seconds(frame, inner)?)
            }
            Op::Band(inner, edges) => self.band(frame, inner, edges)?,
            Op::Coalesce(list) => match list.as_slice() {
                [one] => self.value(frame, one)?,
                list => format!("coalesce({})", self.values(frame, list)?.join(", ")),
            },
            Op::Function(name, list) => self.function(frame, name, list)?,
            Op::Learned(learned) => self.learned(frame, learned)?,
            Op::Attribute { profile, name } => {
                return Err(LowerError::Unsupported(format!("{profile}.{name}")));
            }
            Op::Segment(name)
            | Op::Cluster(name)
            | Op::Probability(name)
            | Op::Offer(name, _)
            | Op::Message(name) => return Err(LowerError::Unsupported(name.clone())),
            Op::Column(..) | Op::Aggregate(_) => self.value(frame, expr)?,
        })
    }

    fn values(&mut self, frame: &mut Frame<'a>, list: &[Expr]) -> Result<Vec<String>, LowerError> {
        list.iter().map(|e| self.value(frame, e)).collect()
    }

    fn literal(&mut self, constant: &Literal) -> String {
        literal(constant).map_or_else(|| "NULL".to_owned(), |value| self.params.bind(value))
    }

    /// A comparison. A constant time is written in the layout of the column it is compared with.
    fn compare(
        &mut self,
        frame: &mut Frame<'a>,
        compare: Compare,
        a: &Expr,
        b: &Expr,
    ) -> Result<String, LowerError> {
        if self.constant_time(a, b.ty)?.is_some() && self.constant_time(b, a.ty)?.is_none() {
            return self.compare(frame, mirrored(compare), b, a);
        }
        if let Some(instant) = self.constant_time(b, a.ty)? {
            let operand = self.operand(frame, a)?;
            if let Some(sql) = self.compare_time(&operand, compare, instant)? {
                return Ok(sql);
            }
        }
        let times = a.ty != b.ty && (a.ty == Type::Instant || b.ty == Type::Instant);
        let (left, right) = if times {
            (self.seconds(frame, a)?, self.seconds(frame, b)?)
        } else {
            (self.value(frame, a)?, self.value(frame, b)?)
        };
        Ok(format!("({left} {} {right})", sign(compare)))
    }

    /// `operand` compared with an instant in the column's own layout, if it is a stored time and the instant can be
    /// written so.
    pub fn compare_time(
        &mut self,
        operand: &Operand,
        compare: Compare,
        instant: Timestamp,
    ) -> Result<Option<String>, LowerError> {
        let Some(raw) = operand.time() else { return Ok(None) };
        let edge = match compare {
            Compare::Lt | Compare::Ge => Edge::Up,
            Compare::Le | Compare::Gt => Edge::Down,
            Compare::Eq | Compare::Ne => Edge::Exact,
        };
        let written = constant(raw, instant, edge, &self.target.schema.timezone)?;
        Ok(written.map(|value| {
            let value = self.params.bind(value);
            format!("({} {} {value})", raw.sql, sign(compare))
        }))
    }

    /// The instant that a constant stands for beside a value of type `other`; none if it is no time, or if both are dates.
    fn constant_time(&self, expr: &Expr, other: Type) -> Result<Option<Timestamp>, LowerError> {
        match &expr.op {
            Op::Literal(Literal::Instant(instant)) => Ok(Some(*instant)),
            Op::Literal(Literal::Date(date)) if other == Type::Instant => {
                midnight_of(*date, &self.target.schema.timezone).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// An instant, or the midnight that begins a date, in seconds since 1970.
    fn seconds(&mut self, frame: &mut Frame<'a>, expr: &Expr) -> Result<String, LowerError> {
        if let Op::Literal(Literal::Date(date)) = &expr.op {
            let midnight = midnight_of(*date, &self.target.schema.timezone)?;
            return Ok(self.params.bind(Value::Integer(midnight.as_second())));
        }
        let value = self.value(frame, expr)?;
        Ok(if expr.ty == Type::Date { format!("herald_instant({value})") } else { value })
    }

    fn one_of(
        &mut self,
        frame: &mut Frame<'a>,
        inner: &Expr,
        list: &[Literal],
    ) -> Result<String, LowerError> {
        let value = self.value(frame, inner)?;
        let mut choices = Vec::new();
        for choice in list {
            let bound = match (choice, inner.ty) {
                (Literal::Date(date), Type::Instant) => {
                    let midnight = midnight_of(*date, &self.target.schema.timezone)?;
                    Some(Value::Integer(midnight.as_second()))
                }
                _ => literal(choice),
            };
            choices.extend(bound.map(|value| self.params.bind(value)));
        }
        Ok(if choices.is_empty() {
            format!("({value} <> {value})")
        } else {
            format!("({value} IN ({}))", choices.join(", "))
        })
    }

    fn between(
        &mut self,
        frame: &mut Frame<'a>,
        inner: &Expr,
        low: Option<&Expr>,
        high: Option<&Expr>,
    ) -> Result<String, LowerError> {
        match (low, high) {
            (Some(low), Some(high)) if low.ty == inner.ty && high.ty == inner.ty && !is_time(inner.ty) => {
                let (low, high) = (self.value(frame, low)?, self.value(frame, high)?);
                Ok(format!("({} BETWEEN {low} AND {high})", self.value(frame, inner)?))
            }
            (Some(low), Some(high)) => {
                let from = self.compare(frame, Compare::Ge, inner, low)?;
                let to = self.compare(frame, Compare::Le, inner, high)?;
                Ok(format!("({from} AND {to})"))
            }
            (Some(low), None) => self.compare(frame, Compare::Ge, inner, low),
            (None, Some(high)) => self.compare(frame, Compare::Le, inner, high),
            (None, None) => Ok(format!("({0} = {0})", self.value(frame, inner)?)),
        }
    }

    /// Arithmetic. Numbers divide as decimals; amounts of money stay whole minor units, halves rounded away from zero.
    fn arith(
        &mut self,
        frame: &mut Frame<'a>,
        ty: Type,
        arith: Arith,
        a: &Expr,
        b: &Expr,
    ) -> Result<String, LowerError> {
        let (left, right) = match (a.ty, b.ty) {
            (Type::Date, Type::Date) => (
                format!("unixepoch({})", self.value(frame, a)?),
                format!("unixepoch({})", self.value(frame, b)?),
            ),
            (x, y) if is_time(x) || is_time(y) => (self.seconds(frame, a)?, self.seconds(frame, b)?),
            _ => (self.value(frame, a)?, self.value(frame, b)?),
        };
        let exact = match arith {
            Arith::Add => return Ok(format!("({left} + {right})")),
            Arith::Sub => return Ok(format!("({left} - {right})")),
            Arith::Mul => format!("({left} * {right})"),
            Arith::Div => format!("(CAST({left} AS REAL) / {right})"),
        };
        Ok(if matches!(ty, Type::Money(_)) { format!("CAST(round{exact} AS INTEGER)") } else { exact })
    }

    /// Whole units until `as_of`, rounded down.
    fn since(&mut self, frame: &mut Frame<'a>, unit: Unit, inner: &Expr) -> Result<String, LowerError> {
        let unit = unit_seconds(unit);
        let then = self.seconds(frame, inner)?;
        let now = self.target.as_of.as_second() + unit * AHEAD;
        let now = self.params.bind(Value::Integer(now));
        Ok(format!("(({now} - {then}) / {unit} - {AHEAD})"))
    }

    /// Whole years: the difference of the dates read as numbers `20261201`, without their last four digits.
    fn years_since(&mut self, frame: &mut Frame<'a>, inner: &Expr) -> Result<String, LowerError> {
        let value = self.value(frame, inner)?;
        let date = if inner.ty == Type::Instant { format!("herald_date({value})") } else { value };
        let today = self.target.as_of.to_zoned(self.target.schema.timezone.clone()).date();
        let number =
            i64::from(today.year()) * 10_000 + i64::from(today.month()) * 100 + i64::from(today.day());
        let now = self.params.bind(Value::Integer(number + 10_000 * AHEAD));
        Ok(format!("(({now} - CAST(strftime('%Y%m%d', {date}) AS INTEGER)) / 10000 - {AHEAD})"))
    }

    fn band(&mut self, frame: &mut Frame<'a>, inner: &Expr, edges: &[f64]) -> Result<String, LowerError> {
        let value = self.value(frame, inner)?;
        let mut sql = "CASE".to_owned();
        for (label, edge) in band_labels(edges).into_iter().zip(edges.iter().map(Some).chain([None])) {
            let label = self.params.bind(Value::Text(label));
            match edge {
                Some(edge) => {
                    let edge = self.params.bind(Value::Real(*edge));
                    sql = format!("{sql} WHEN {value} < {edge} THEN {label}");
                }
                None => sql = format!("{sql} WHEN {value} IS NOT NULL THEN {label}"),
            }
        }
        Ok(sql + " END")
    }

    fn function(&mut self, frame: &mut Frame<'a>, name: &str, list: &[Expr]) -> Result<String, LowerError> {
        if function(name).is_none_or(|f| f.arguments.len() != list.len()) {
            return Err(LowerError::NoFunction(name.to_owned()));
        }
        let values = self.values(frame, list)?;
        let x = &values[0];
        Ok(match name {
            "lower" | "upper" => format!("herald_{name}({x})"),
            "floor" => format!("(CAST({x} AS INTEGER) - ({x} < CAST({x} AS INTEGER)))"),
            "ceil" => format!("(CAST({x} AS INTEGER) + ({x} > CAST({x} AS INTEGER)))"),
            _ => format!("{name}({})", values.join(", ")),
        })
    }
}

fn is_time(ty: Type) -> bool {
    matches!(ty, Type::Instant | Type::Date)
}

fn unit_seconds(unit: Unit) -> i64 {
    match unit {
        Unit::Seconds => 1,
        Unit::Minutes => 60,
        Unit::Hours => 3_600,
        Unit::Days => 86_400,
        Unit::Weeks => 604_800,
    }
}

fn mirrored(compare: Compare) -> Compare {
    match compare {
        Compare::Lt => Compare::Gt,
        Compare::Le => Compare::Ge,
        Compare::Gt => Compare::Lt,
        Compare::Ge => Compare::Le,
        same => same,
    }
}

fn sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Eq => "=",
        Compare::Ne => "<>",
        Compare::Lt => "<",
        Compare::Le => "<=",
        Compare::Gt => ">",
        Compare::Ge => ">=",
    }
}
