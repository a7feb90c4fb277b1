//! What expressions mean, written as plainly as can be: the measure for the SQL.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fixture::{Data, Record, Val, zone};
use crate::audience::band_labels;
use crate::check::schema::{Schema, Storage};
use crate::check::typed::{
    Aggregate, Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Type, Window,
};
use crate::syntax::tree::Unit;

/// The rows that an expression speaks of.
#[derive(Clone, Default)]
pub struct Scope {
    pub customer: Option<Val>,
    pub product: Option<Val>,
    pub this: Option<(&'static str, Record)>,
}

pub struct Naive<'a> {
    pub schema: &'a Schema,
    pub data: &'a Data,
    pub as_of: Timestamp,
}

impl Naive<'_> {
    pub fn is_true(&self, scope: &Scope, expr: &Expr) -> bool {
        self.value(scope, expr) == Val::YesNo(true)
    }

    pub fn value(&self, scope: &Scope, expr: &Expr) -> Val {
        let value = |e: &Expr| self.value(scope, e);
        match &expr.op {
            Op::Literal(l) => literal(l),
            Op::Column(row, name) => self.column(scope, *row, name),
            Op::Aggregate(a) => self.aggregate(scope, a),
            Op::And(list) => all(list.iter().map(value)),
            Op::Or(list) => not(&all(list.iter().map(|e| not(&value(e))))),
            Op::Not(inner) => not(&value(inner)),
            Op::Compare(c, a, b) => compare(*c, (value(a), a.ty), (value(b), b.ty)),
            Op::OneOf(inner, list) => match value(inner) {
                Val::Missing => Val::Missing,
                v => Val::YesNo(list.iter().any(|l| literal(l) == v)),
            },
            Op::Between(inner, low, high) => {
                let end = |c, e: &Option<Box<Expr>>| {
                    e.as_ref().map(|e| compare(c, (value(inner), inner.ty), (value(e), e.ty)))
                };
                all([end(Compare::Ge, low), end(Compare::Le, high)].into_iter().flatten())
            }
            Op::Contains(a, b) => match (value(a), value(b)) {
                (Val::Text(a), Val::Text(b)) => Val::YesNo(a.contains(&b)),
                _ => Val::Missing,
            },
            Op::IsMissing(inner) => Val::YesNo(value(inner) == Val::Missing),
            Op::IsTrue(inner) => Val::YesNo(value(inner) == Val::YesNo(true)),
            Op::Arith(op, a, b) => arith(expr.ty, *op, (value(a), a.ty), (value(b), b.ty)),
            Op::Neg(inner) => number(&value(inner), |n| -n),
            Op::Since(unit, inner) => {
                let seconds = seconds(value(inner), inner.ty);
                let unit = match unit {
                    Unit::Seconds => 1.0,
                    Unit::Minutes => 60.0,
                    Unit::Hours => 3600.0,
                    Unit::Days => 86_400.0,
                    Unit::Weeks => 604_800.0,
                };
                number(&seconds, |n| ((self.as_of.as_second() as f64 - n) / unit).floor())
            }
            Op::YearsSince(inner) => match value(inner) {
                Val::Text(date) => {
                    let (date, today) = (date.parse::<Date>().unwrap(), self.as_of.to_zoned(zone()).date());
                    let before = (today.month(), today.day()) < (date.month(), date.day());
                    Val::Number(f64::from(today.year() - date.year()) - f64::from(u8::from(before)))
                }
                _ => Val::Missing,
            },
            Op::Shift(inner, by) => number(&seconds(value(inner), inner.ty), |n| n + *by as f64),
            Op::Band(inner, edges) => match value(inner) {
                Val::Number(n) => {
                    let at = edges.iter().filter(|edge| n >= **edge).count();
                    Val::Text(band_labels(edges)[at].clone())
                }
                _ => Val::Missing,
            },
            Op::Coalesce(list) => list.iter().map(value).find(|v| *v != Val::Missing).unwrap_or(Val::Missing),
            Op::Function(name, list) => function(name, &list.iter().map(value).collect::<Vec<_>>()),
            other => panic!("not for here: {other:?}"),
        }
    }

    fn row(&self, relation: &str, id: Option<&Val>) -> Option<Record> {
        let id = id.filter(|id| **id != Val::Missing)?;
        self.data.tables[relation].iter().find(|r| r["id"] == *id).cloned()
    }

    fn column(&self, scope: &Scope, row: Row, name: &str) -> Val {
        let of_this = |key: &str| scope.this.as_ref().map(|(_, r)| &r[key]);
        let (relation, record) = match row {
            Row::This => {
                let (relation, record) = scope.this.clone().unwrap();
                (relation, Some(record))
            }
            Row::Customer => ("customers", self.row("customers", scope.customer.as_ref())),
            Row::Product => ("products", self.row("products", scope.product.as_ref())),
            Row::ThisCustomer => ("customers", self.row("customers", of_this("customer"))),
            Row::ThisProduct => ("products", self.row("products", of_this("product"))),
        };
        let Some(record) = record else { return Val::Missing };
        if let Some(value) = record.get(name) {
            return value.clone();
        }
        match &self.schema.relation(relation).unwrap().column(name).unwrap().storage {
            Storage::Derived(expr) => {
                self.value(&Scope { this: Some((relation, record)), ..Scope::default() }, expr)
            }
            Storage::Stored { .. } => panic!("no value for {relation}.{name}"),
        }
    }

    /// The rows of a relation that are there, before any window.
    fn rows(&self, relation: &str, limit: f64) -> Vec<(&'static str, Record)> {
        let name = if relation == "orders" { "purchases" } else { relation };
        let (name, table) = self.data.tables.get_key_value(name).unwrap();
        let cancelled = self.schema.relation(relation).unwrap().cancelled.as_ref();
        let lines = table.iter().map(|r| (*name, r.clone())).filter(|(name, record)| {
            let scope = Scope { this: Some((name, record.clone())), ..Scope::default() };
            let before = matches!(record["at"], Val::Number(at) if at < limit);
            before && cancelled.is_none_or(|c| !self.is_true(&scope, c))
        });
        if relation == "orders" { self.orders(lines) } else { lines.collect() }
    }

    fn orders(&self, lines: impl Iterator<Item = (&'static str, Record)>) -> Vec<(&'static str, Record)> {
        let mut orders: Vec<Record> = Vec::new();
        for (_, line) in lines {
            let amount = self.column(
                &Scope { this: Some(("purchases", line.clone())), ..Scope::default() },
                Row::This,
                "amount",
            );
            let same =
                orders.iter_mut().find(|o| o["id"] == line["order"] && o["customer"] == line["customer"]);
            if let Some(order) = same {
                let at = min(&order["at"], &line["at"]);
                order.insert("at", at);
                let total = add(&order["total"], &amount);
                order.insert("total", total);
            } else {
                let key = |name: &str| line[name].clone();
                orders.push(Record::from([
                    ("id", key("order")),
                    ("customer", key("customer")),
                    ("at", key("at")),
                    ("total", amount),
                ]));
            }
        }
        orders.into_iter().map(|o| ("orders", o)).collect()
    }

    fn aggregate(&self, scope: &Scope, a: &Aggregate) -> Val {
        let now = self.as_of.as_nanosecond() as f64 / 1e9;
        let (start, end) = match &a.window {
            None => (f64::MIN, now),
            Some(Window::Last(n)) => (now - *n as f64, now),
            Some(Window::Next(n)) => (now, now + *n as f64),
            Some(Window::Since(t)) => (t.as_second() as f64, now),
            Some(Window::Before(t)) => (f64::MIN, now.min(t.as_second() as f64)),
        };
        let own = |name: &str, outer: &Option<Val>| {
            let this = scope.this.as_ref().and_then(|(_, r)| r.get(name));
            this.cloned().or_else(|| outer.clone())
        };
        let (customer, product) = (own("customer", &scope.customer), own("product", &scope.product));
        let mut rows = Vec::new();
        for (position, (name, record)) in self.rows(&a.relation, end.max(now)).into_iter().enumerate() {
            let Val::Number(at) = record["at"] else { continue };
            let is = |key: &str, id: &Option<Val>| {
                record[key] != Val::Missing && Some(&record[key]) == id.as_ref()
            };
            let linked = match a.link {
                Link::Customer => is("customer", &customer),
                Link::Product => is("product", &product),
                Link::CustomerAndProduct => is("customer", &customer) && is("product", &product),
            };
            let mut inner = Scope { this: Some((name, record.clone())), ..scope.clone() };
            if a.link != Link::Product {
                inner.customer.clone_from(&customer);
            }
            if a.link != Link::Customer {
                inner.product.clone_from(&product);
            }
            let filtered = a.filter.as_ref().is_none_or(|f| self.is_true(&inner, f));
            if linked && at >= start && at < end && filtered {
                let value = a.column.as_ref().map_or(Val::Missing, |c| self.value(&inner, c));
                let id = match record.get("id") {
                    Some(Val::Number(id)) => *id,
                    _ => position as f64,
                };
                rows.push((at, id, value));
            }
        }
        summary(a, rows)
    }
}

fn seconds(value: Val, ty: Type) -> Val {
    match (ty, value) {
        (Type::Date, Val::Text(date)) => {
            let midnight = date.parse::<Date>().unwrap().to_zoned(zone()).unwrap();
            Val::Number(midnight.timestamp().as_second() as f64)
        }
        (_, value) => value,
    }
}

fn compare(c: Compare, (a, a_ty): (Val, Type), (b, b_ty): (Val, Type)) -> Val {
    let mixed = a_ty != b_ty && (a_ty == Type::Instant || b_ty == Type::Instant);
    let (a, b) = if mixed { (seconds(a, a_ty), seconds(b, b_ty)) } else { (a, b) };
    let Some(order) = order(&a, &b) else { return Val::Missing };
    Val::YesNo(match c {
        Compare::Eq => order.is_eq(),
        Compare::Ne => order.is_ne(),
        Compare::Lt => order.is_lt(),
        Compare::Le => order.is_le(),
        Compare::Gt => order.is_gt(),
        Compare::Ge => order.is_ge(),
    })
}

fn arith(ty: Type, op: Arith, (a, a_ty): (Val, Type), (b, b_ty): (Val, Type)) -> Val {
    // Two dates are whole days apart, whatever the clocks did in between.
    let days = |v: Val| match v {
        Val::Text(date) => {
            let midnight = date.parse::<Date>().unwrap().to_zoned(TimeZone::UTC).unwrap();
            Val::Number(midnight.timestamp().as_second() as f64)
        }
        other => other,
    };
    let (a, b) = if (a_ty, b_ty) == (Type::Date, Type::Date) {
        (days(a), days(b))
    } else {
        (seconds(a, a_ty), seconds(b, b_ty))
    };
    let (Val::Number(a), Val::Number(b)) = (a, b) else { return Val::Missing };
    let exact = match op {
        Arith::Add => a + b,
        Arith::Sub => a - b,
        Arith::Mul => a * b,
        Arith::Div if b == 0.0 => return Val::Missing,
        Arith::Div => a / b,
    };
    Val::Number(if matches!(ty, Type::Money(_)) { exact.round() } else { exact })
}

fn summary(a: &Aggregate, mut rows: Vec<(f64, f64, Val)>) -> Val {
    let known = |rows: &[(f64, f64, Val)]| -> Vec<Val> {
        rows.iter().map(|(_, _, v)| v.clone()).filter(|v| *v != Val::Missing).collect()
    };
    let numbers = || known(&rows).iter().map(as_number).collect::<Vec<_>>();
    match a.function {
        Aggregation::Count => Val::Number(rows.len() as f64),
        Aggregation::Any => Val::YesNo(!rows.is_empty()),
        Aggregation::Days => unreachable!("models alone ask for days"),
        Aggregation::Sum => Val::Number(numbers().iter().sum()),
        Aggregation::Avg => {
            let n = numbers();
            let mean = n.iter().sum::<f64>() / n.len() as f64;
            let money = matches!(a.column.as_ref().unwrap().ty, Type::Money(_));
            if n.is_empty() { Val::Missing } else { Val::Number(if money { mean.round() } else { mean }) }
        }
        Aggregation::Min => known(&rows).into_iter().reduce(|a, b| min(&a, &b)).unwrap_or(Val::Missing),
        Aggregation::Max => {
            let larger = |a: Val, b: Val| if min(&a, &b) == a { b } else { a };
            known(&rows).into_iter().reduce(larger).unwrap_or(Val::Missing)
        }
        Aggregation::Latest | Aggregation::Earliest => {
            let sign = if a.function == Aggregation::Latest { -1.0 } else { 1.0 };
            rows.sort_by(|x, y| (sign * x.0).total_cmp(&(sign * y.0)).then(y.1.total_cmp(&x.1)));
            rows.first().map_or(Val::Missing, |(_, _, v)| v.clone())
        }
        Aggregation::MostCommon => {
            let mut values: Vec<(Val, usize, f64)> = Vec::new();
            for (at, _, v) in rows.into_iter().filter(|(_, _, v)| *v != Val::Missing) {
                match values.iter_mut().find(|(known, ..)| *known == v) {
                    Some((_, n, latest)) => (*n, *latest) = (*n + 1, latest.max(at)),
                    None => values.push((v, 1, at)),
                }
            }
            values.sort_by(|x, y| {
                y.1.cmp(&x.1).then(y.2.total_cmp(&x.2)).then(order(&x.0, &y.0).unwrap_or(Ordering::Equal))
            });
            values.into_iter().next().map_or(Val::Missing, |(v, ..)| v)
        }
    }
}

fn function(name: &str, arguments: &[Val]) -> Val {
    if arguments.contains(&Val::Missing) {
        return Val::Missing;
    }
    match (name, arguments) {
        ("lower", [Val::Text(t)]) => Val::Text(t.to_lowercase()),
        ("upper", [Val::Text(t)]) => Val::Text(t.to_uppercase()),
        ("length", [Val::Text(t)]) => Val::Number(t.chars().count() as f64),
        ("round", [v]) => number(v, f64::round),
        ("floor", [v]) => number(v, f64::floor),
        ("ceil", [v]) => number(v, f64::ceil),
        ("abs", [v]) => number(v, f64::abs),
        ("min", [a, b]) => Val::Number(as_number(a).min(as_number(b))),
        ("max", [a, b]) => Val::Number(as_number(a).max(as_number(b))),
        other => panic!("{other:?}"),
    }
}

pub fn literal(literal: &Literal) -> Val {
    match literal {
        Literal::Missing => Val::Missing,
        Literal::YesNo(yes) => Val::YesNo(*yes),
        Literal::Whole(n) | Literal::Duration(n) => Val::Number(*n as f64),
        Literal::Number(n) => Val::Number(*n),
        Literal::Text(t) => Val::Text(t.clone()),
        Literal::Money(m) => Val::Number(m.minor as f64),
        Literal::Date(d) => Val::Text(d.to_string()),
        Literal::Instant(t) => Val::Number(t.as_second() as f64),
        Literal::Time(t) => Val::Text(t.to_string()),
    }
}

fn all(values: impl Iterator<Item = Val>) -> Val {
    let values: Vec<Val> = values.collect();
    if values.contains(&Val::YesNo(false)) {
        Val::YesNo(false)
    } else if values.contains(&Val::Missing) {
        Val::Missing
    } else {
        Val::YesNo(true)
    }
}

fn not(value: &Val) -> Val {
    match value {
        Val::YesNo(yes) => Val::YesNo(!yes),
        _ => Val::Missing,
    }
}

fn order(a: &Val, b: &Val) -> Option<Ordering> {
    match (a, b) {
        (Val::Number(a), Val::Number(b)) => a.partial_cmp(b),
        (Val::Text(a), Val::Text(b)) => Some(a.cmp(b)),
        (Val::YesNo(a), Val::YesNo(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn min(a: &Val, b: &Val) -> Val {
    if order(a, b) == Some(Ordering::Greater) { b.clone() } else { a.clone() }
}

fn add(a: &Val, b: &Val) -> Val {
    match (a, b) {
        (Val::Missing, other) | (other, Val::Missing) => other.clone(),
        (a, b) => Val::Number(as_number(a) + as_number(b)),
    }
}

fn number(value: &Val, f: impl Fn(f64) -> f64) -> Val {
    match value {
        Val::Number(n) => Val::Number(f(*n)),
        _ => Val::Missing,
    }
}

fn as_number(value: &Val) -> f64 {
    match value {
        Val::Number(n) => *n,
        Val::YesNo(yes) => f64::from(u8::from(*yes)),
        other => panic!("not a number: {other:?}"),
    }
}

/// A moment so many seconds from another.
pub fn moved(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}
