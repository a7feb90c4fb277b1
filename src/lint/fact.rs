//! What a condition says, as facts about single values: `age` is at least 18, `country` is one of these. Two facts about one value
//! that no value satisfies make a contradiction. Nothing is claimed where that is not certain.

use std::cell::Cell;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::check::Model;
use crate::check::typed::{Aggregation, Compare, Expr, Literal, Op, Type};
use crate::diagnostic::Span;

/// A constant that can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    YesNo(bool),
    Date(Date),
    Instant(Timestamp),
    Time(Time),
}

impl Value {
    #[allow(clippy::cast_precision_loss)] // beyond 2^53 nothing that a shop counts is told apart
    fn of(literal: &Literal) -> Option<Self> {
        Some(match literal {
            Literal::Missing => return None,
            Literal::YesNo(yes) => Self::YesNo(*yes),
            Literal::Whole(n) => Self::Number(*n as f64),
            Literal::Number(n) => Self::Number(*n),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Money(money) => Self::Number(money.minor as f64),
            Literal::Duration(seconds) => Self::Number(*seconds as f64),
            Literal::Date(date) => Self::Date(*date),
            Literal::Instant(at) => Self::Instant(*at),
            Literal::Time(time) => Self::Time(*time),
        })
    }

    /// None for values of different sorts, of which nothing is claimed.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::YesNo(a), Self::YesNo(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// What is said of a value.
#[derive(Debug, Clone, PartialEq)]
enum Claim {
    AtLeast(Value),
    Above(Value),
    AtMost(Value),
    Below(Value),
    OneOf(Vec<Value>),
    NoneOf(Vec<Value>),
    Missing,
    Known,
}

/// One thing that holds.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Of what.
    subject: Expr,
    claim: Claim,
    /// Whether the value is surely there; what merely does not hold may also be missing.
    sure: bool,
    /// The text that says so.
    pub span: Span,
}

/// How a condition is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It holds.
    Yes,
    /// Its opposite holds, so its values are there.
    No,
    /// It does not hold: false, or something in it is missing.
    NotYes,
}

/// The facts that follow from a condition, all of which point at `span`.
pub fn facts(model: &Model, condition: &Expr, holds: Holds, span: Span) -> Vec<Fact> {
    let mut found = Vec::new();
    let left = Cell::new(PARTS);
    Reader { model, span, found: &mut found, left: &left, depth: 0 }.read(condition, holds);
    found
}

/// How many parts of a condition are read, those of segments in it too: where each names the next twice they would double.
const PARTS: usize = 10_000;

/// How deep parts are read, segments in segments too.
const DEPTH: usize = 200;

/// Longer lists are not compared.
const LONGEST: usize = 1_000;

struct Reader<'r> {
    model: &'r Model,
    span: Span,
    found: &'r mut Vec<Fact>,
    left: &'r Cell<usize>,
    depth: usize,
}

impl Reader<'_> {
    fn read(&mut self, e: &Expr, holds: Holds) {
        let Some(left) = self.left.get().checked_sub(1).filter(|_| self.depth < DEPTH) else { return };
        self.left.set(left);
        self.depth += 1;
        self.part(e, holds);
        self.depth -= 1;
    }

    fn part(&mut self, e: &Expr, holds: Holds) {
        match &e.op {
            Op::And(all) if holds == Holds::Yes => all.iter().for_each(|one| self.read(one, holds)),
            Op::Or(any) if holds != Holds::Yes => any.iter().for_each(|one| self.read(one, holds)),
            Op::Or(any) => self.either(any),
            Op::And(_) | Op::Literal(_) => {}
            Op::Not(inner) => match holds {
                Holds::Yes => self.read(inner, Holds::No),
                Holds::No => self.read(inner, Holds::Yes),
                Holds::NotYes if is_never_missing(inner) => self.read(inner, Holds::Yes),
                Holds::NotYes => {}
            },
            Op::IsTrue(inner) => {
                let holds = if holds == Holds::Yes { Holds::Yes } else { Holds::NotYes };
                self.read(inner, holds);
            }
            Op::Segment(label) => {
                self.yes_no(e, holds == Holds::Yes, true);
                if let Some(segment) = self.model.segments.get(label) {
                    let holds = if holds == Holds::Yes { Holds::Yes } else { Holds::NotYes };
                    self.read(&segment.condition, holds);
                }
            }
            Op::IsMissing(value) => {
                let claim = if holds == Holds::Yes { Claim::Missing } else { Claim::Known };
                self.add(value, claim, true);
            }
            Op::Compare(op, a, b) => self.compare(e, *op, a, b, holds),
            Op::OneOf(value, list) => {
                let values: Option<Vec<Value>> = list.iter().map(Value::of).collect();
                if let Some(values) = values.filter(|v| v.len() <= LONGEST) {
                    let claim =
                        if holds == Holds::Yes { Claim::OneOf(values) } else { Claim::NoneOf(values) };
                    self.add(value, claim, holds != Holds::NotYes);
                }
            }
            Op::Between(value, low, high) => self.between(value, low.as_deref(), high.as_deref(), holds),
            Op::Aggregate(a) if a.function == Aggregation::Any => self.any(e, holds == Holds::Yes),
            _ if e.ty == Type::YesNo => self.yes_no(e, holds == Holds::Yes, holds != Holds::NotYes),
            _ => {}
        }
    }

    fn add(&mut self, subject: &Expr, claim: Claim, sure: bool) {
        self.found.push(Fact { subject: subject.clone(), claim, sure, span: self.span });
    }

    fn yes_no(&mut self, subject: &Expr, yes: bool, sure: bool) {
        self.add(subject, Claim::OneOf(vec![Value::YesNo(yes)]), sure);
    }

    /// `any(…)` says of `count(…)` that it is 1 at least.
    fn any(&mut self, e: &Expr, yes: bool) {
        let mut count = e.clone();
        if let Op::Aggregate(a) = &mut count.op {
            a.function = Aggregation::Count;
            a.column = None;
            count.ty = Type::Number;
        }
        let claim =
            if yes { Claim::AtLeast(Value::Number(1.0)) } else { Claim::OneOf(vec![Value::Number(0.0)]) };
        self.add(&count, claim, true);
    }

    /// `country = "CN" or country = "SG"` says that it is one of the two; of other choices nothing is said.
    fn either(&mut self, any: &[Expr]) {
        let mut subject: Option<Expr> = None;
        let mut values = Vec::new();
        for one in any {
            let mut said = Vec::new();
            Reader { found: &mut said, ..*self }.read(one, Holds::Yes);
            let [Fact { subject: own, claim: Claim::OneOf(list), sure: true, .. }] = said.as_slice() else {
                return;
            };
            if subject.as_ref().is_some_and(|s| s != own) {
                return;
            }
            subject = Some(own.clone());
            values.extend(list.iter().cloned());
        }
        if let Some(subject) = subject {
            self.add(&subject, Claim::OneOf(values), true);
        }
    }

    fn compare(&mut self, e: &Expr, op: Compare, a: &Expr, b: &Expr, holds: Holds) {
        let (subject, op, value) = match (constant(a), constant(b)) {
            (None, Some(value)) => (a, op, value),
            (Some(value), None) => (b, flipped(op), value),
            (None, None) => return self.yes_no(e, holds == Holds::Yes, holds != Holds::NotYes),
            (Some(_), Some(_)) => return,
        };
        let op = if holds == Holds::Yes { op } else { opposite(op) };
        let claim = match op {
            Compare::Eq => Claim::OneOf(vec![value]),
            Compare::Ne => Claim::NoneOf(vec![value]),
            Compare::Lt => Claim::Below(value),
            Compare::Le => Claim::AtMost(value),
            Compare::Gt => Claim::Above(value),
            Compare::Ge => Claim::AtLeast(value),
        };
        self.add(subject, claim, holds != Holds::NotYes);
    }

    fn between(&mut self, value: &Expr, low: Option<&Expr>, high: Option<&Expr>, holds: Holds) {
        let sure = holds != Holds::NotYes;
        let ends = (low.map(constant), high.map(constant));
        match (ends, holds) {
            ((Some(None), _) | (_, Some(None)), _) => {}
            ((low, high), Holds::Yes) => {
                if let Some(low) = low.flatten() {
                    self.add(value, Claim::AtLeast(low), sure);
                }
                if let Some(high) = high.flatten() {
                    self.add(value, Claim::AtMost(high), sure);
                }
            }
            ((Some(Some(low)), None), _) => self.add(value, Claim::Below(low), sure),
            ((None, Some(Some(high))), _) => self.add(value, Claim::Above(high), sure),
            _ => {}
        }
    }
}

fn constant(e: &Expr) -> Option<Value> {
    match &e.op {
        Op::Literal(literal) => Value::of(literal),
        Op::Neg(inner) => match constant(inner)? {
            Value::Number(n) => Some(Value::Number(-n)),
            _ => None,
        },
        _ => None,
    }
}

fn flipped(op: Compare) -> Compare {
    match op {
        Compare::Lt => Compare::Gt,
        Compare::Le => Compare::Ge,
        Compare::Gt => Compare::Lt,
        Compare::Ge => Compare::Le,
        same => same,
    }
}

fn opposite(op: Compare) -> Compare {
    match op {
        Compare::Eq => Compare::Ne,
        Compare::Ne => Compare::Eq,
        Compare::Lt => Compare::Ge,
        Compare::Le => Compare::Gt,
        Compare::Gt => Compare::Le,
        Compare::Ge => Compare::Lt,
    }
}

/// Whether a value is there for everybody.
fn is_never_missing(e: &Expr) -> bool {
    match &e.op {
        Op::Segment(_) | Op::IsTrue(_) | Op::IsMissing(_) => true,
        Op::Aggregate(a) => {
            matches!(a.function, Aggregation::Count | Aggregation::Any)
                || (a.function == Aggregation::Sum && a.column.is_some())
        }
        Op::Compare(_, a, b) => [a, b].iter().all(|s| constant(s).is_some() || is_never_missing(s)),
        Op::OneOf(a, _) | Op::Not(a) => is_never_missing(a),
        Op::And(all) | Op::Or(all) => all.iter().all(is_never_missing),
        _ => false,
    }
}

fn is_count(e: &Expr) -> bool {
    matches!(&e.op, Op::Aggregate(a) if a.function == Aggregation::Count)
}

impl Fact {
    /// Whether the fact alone can never be.
    pub fn is_impossible(&self) -> bool {
        let count = is_count(&self.subject) && self.excludes_every_count();
        let never_missing = self.claim == Claim::Missing && is_never_missing(&self.subject);
        count || never_missing
    }

    /// No count is below 0.
    fn excludes_every_count(&self) -> bool {
        let number = |v: &Value| match v {
            Value::Number(n) => Some(*n),
            _ => None,
        };
        match &self.claim {
            Claim::Below(v) => number(v).is_some_and(|n| n <= 0.0),
            Claim::AtMost(v) => number(v).is_some_and(|n| n < 0.0),
            Claim::OneOf(list) => list.iter().all(|v| number(v).is_some_and(|n| n < 0.0 || n.fract() != 0.0)),
            _ => false,
        }
    }

    /// Whether the two can never both be.
    pub fn excludes(&self, other: &Self) -> bool {
        if self.subject != other.subject {
            return false;
        }
        let never_missing = is_never_missing(&self.subject);
        match (&self.claim, &other.claim) {
            (Claim::Missing, Claim::Known) | (Claim::Known, Claim::Missing) => true,
            (Claim::Missing, Claim::Missing) | (Claim::Known, _) | (_, Claim::Known) => false,
            (Claim::Missing, _) => other.sure || never_missing,
            (_, Claim::Missing) => self.sure || never_missing,
            (a, b) => (self.sure || other.sure || never_missing) && apart(a, b, is_count(&self.subject)),
        }
    }

    /// Whether the value spoken of is there for everybody.
    pub fn is_of_everybody(&self) -> bool {
        is_never_missing(&self.subject)
    }

    /// Whether the claim is only that the value is there, or that it is not.
    pub fn is_of_presence(&self) -> bool {
        matches!(self.claim, Claim::Missing | Claim::Known)
    }

    /// The name of the value, where it has one.
    pub fn name(&self) -> Option<&str> {
        match &self.subject.op {
            Op::Column(_, name) | Op::Attribute { name, .. } | Op::Segment(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the claim is that the value equals one of some, as in `country = "CN"`.
    pub fn is_of_values(&self) -> bool {
        matches!(self.claim, Claim::OneOf(_)) && self.subject.ty != Type::YesNo
    }

    /// The texts that the value of a customer's column must be one of.
    pub fn texts_of(&self, column: &str) -> Option<Vec<String>> {
        let Claim::OneOf(list) = &self.claim else { return None };
        let named = matches!(&self.subject.op, Op::Column(_, name) if name == column);
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        named.then(|| list.iter().filter_map(text).collect())
    }
}

/// Whether no value satisfies both claims.
fn apart(a: &Claim, b: &Claim, whole: bool) -> bool {
    match (a, b) {
        (Claim::OneOf(list), other) | (other, Claim::OneOf(list)) => {
            list.iter().all(|value| satisfies(value, other) == Some(false))
        }
        (Claim::NoneOf(_), _) | (_, Claim::NoneOf(_)) => false,
        _ => match (floor(a).zip(ceiling(b)), floor(b).zip(ceiling(a))) {
            (Some((low, high)), _) | (None, Some((low, high))) => no_room(low, high, whole),
            (None, None) => false,
        },
    }
}

/// Whether a value is as a claim says; none where they cannot be compared.
fn satisfies(value: &Value, claim: &Claim) -> Option<bool> {
    let is = |other: &Value| value.compare(other).map(Ordering::is_eq);
    Some(match claim {
        Claim::AtLeast(low) => value.compare(low)?.is_ge(),
        Claim::Above(low) => value.compare(low)?.is_gt(),
        Claim::AtMost(high) => value.compare(high)?.is_le(),
        Claim::Below(high) => value.compare(high)?.is_lt(),
        Claim::OneOf(list) => list.iter().map(is).collect::<Option<Vec<_>>>()?.contains(&true),
        Claim::NoneOf(list) => !list.iter().map(is).collect::<Option<Vec<_>>>()?.contains(&true),
        Claim::Missing => false,
        Claim::Known => true,
    })
}

/// The lower end that a claim sets, and whether it belongs.
fn floor(claim: &Claim) -> Option<(&Value, bool)> {
    match claim {
        Claim::AtLeast(low) => Some((low, true)),
        Claim::Above(low) => Some((low, false)),
        _ => None,
    }
}

fn ceiling(claim: &Claim) -> Option<(&Value, bool)> {
    match claim {
        Claim::AtMost(high) => Some((high, true)),
        Claim::Below(high) => Some((high, false)),
        _ => None,
    }
}

/// Whether nothing lies between two ends.
fn no_room(low: (&Value, bool), high: (&Value, bool), whole: bool) -> bool {
    if let (true, Value::Number(from), Value::Number(to)) = (whole, low.0, high.0) {
        let first = if low.1 { from.ceil() } else { from.floor() + 1.0 };
        let last = if high.1 { to.floor() } else { to.ceil() - 1.0 };
        return first > last;
    }
    match low.0.compare(high.0) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => !(low.1 && high.1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::typed::Row;
    use crate::diagnostic::FileId;

    /// What a column `x` may hold; none for missing.
    fn values() -> impl Iterator<Item = Option<f64>> {
        (-2..20).map(|half| Some(f64::from(half) / 2.0)).chain([None])
    }

    /// The truth of a condition on `x`: none where it is missing.
    fn truth(e: &Expr, x: Option<f64>) -> Option<bool> {
        let number = |e: &Expr| match &e.op {
            Op::Literal(Literal::Whole(n)) => Some(*n as f64),
            _ => x,
        };
        match &e.op {
            Op::And(all) => {
                let all: Vec<_> = all.iter().map(|one| truth(one, x)).collect();
                if all.contains(&Some(false)) {
                    Some(false)
                } else {
                    all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            Op::Or(any) => {
                let any: Vec<_> = any.iter().map(|one| truth(one, x)).collect();
                if any.contains(&Some(true)) {
                    Some(true)
                } else {
                    any.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            Op::Not(inner) => truth(inner, x).map(|yes| !yes),
            Op::IsTrue(inner) => Some(truth(inner, x) == Some(true)),
            Op::IsMissing(_) => Some(x.is_none()),
            Op::OneOf(_, list) => x.map(|x| list.iter().any(|l| Value::of(l) == Some(Value::Number(x)))),
            Op::Between(_, low, high) => {
                let x = x?;
                let above = low.as_ref().is_none_or(|low| number(low).is_some_and(|low| x >= low));
                Some(above && high.as_ref().is_none_or(|high| number(high).is_some_and(|high| x <= high)))
            }
            Op::Compare(op, a, b) => {
                let order = number(a)?.partial_cmp(&number(b)?)?;
                Some(match op {
                    Compare::Eq => order.is_eq(),
                    Compare::Ne => order.is_ne(),
                    Compare::Lt => order.is_lt(),
                    Compare::Le => order.is_le(),
                    Compare::Gt => order.is_gt(),
                    Compare::Ge => order.is_ge(),
                })
            }
            other => unreachable!("{other:?}"),
        }
    }

    fn condition() -> impl Strategy<Value = Expr> {
        let yes_no = |op| Expr::new(op, Type::YesNo);
        let x = || Box::new(Expr::column(Row::Customer, "x", Type::Number));
        let whole = |n: i64| Box::new(Expr::new(Op::Literal(Literal::Whole(n)), Type::Number));
        let operator = prop_oneof![
            Just(Compare::Eq),
            Just(Compare::Ne),
            Just(Compare::Lt),
            Just(Compare::Le),
            Just(Compare::Gt),
            Just(Compare::Ge)
        ];
        let leaf = prop_oneof![
            (operator, 0..8_i64, any::<bool>()).prop_map(move |(op, n, turned)| {
                let (a, b) = if turned { (whole(n), x()) } else { (x(), whole(n)) };
                yes_no(Op::Compare(op, a, b))
            }),
            prop::collection::vec(0..8_i64, 1..4)
                .prop_map(move |list| yes_no(Op::OneOf(x(), list.into_iter().map(Literal::Whole).collect()))),
            (prop::option::of(0..8_i64), prop::option::of(0..8_i64))
                .prop_map(move |(low, high)| yes_no(Op::Between(x(), low.map(whole), high.map(whole)))),
            Just(yes_no(Op::IsMissing(x()))),
        ];
        leaf.prop_recursive(3, 12, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(move |all| yes_no(Op::And(all))),
                prop::collection::vec(inner.clone(), 1..4).prop_map(move |any| yes_no(Op::Or(any))),
                inner.clone().prop_map(move |e| yes_no(Op::Not(Box::new(e)))),
                inner.prop_map(move |e| yes_no(Op::IsTrue(Box::new(e)))),
            ]
        })
    }

    fn said(e: &Expr, holds: Holds) -> Vec<Fact> {
        facts(&Model::default(), e, holds, Span::new(FileId(0), 0, 1))
    }

    /// Segments that each name the next twice do not double the work at every step.
    #[test]
    fn segments_in_segments_end() {
        let named = |name: usize| Expr::new(Op::Segment(format!("s{name}")), Type::YesNo);
        let mut model = Model::default();
        for at in 0..60 {
            let twice = vec![named(at + 1), named(at + 1)];
            let op = if at % 2 == 0 { Op::And(twice) } else { Op::Or(twice) };
            let label = format!("s{at}");
            let condition = Expr::new(op, Type::YesNo);
            let (title, source) = (String::new(), String::new());
            let segment = crate::check::model::Segment { label: label.clone(), title, source, condition };
            model.segments.insert(label, segment);
        }
        let found = facts(&model, &named(0), Holds::Yes, Span::new(FileId(0), 0, 1));
        assert!(!found.is_empty() && found.len() <= PARTS);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever is called a contradiction is true of nothing, however it is written and taken.
        #[test]
        fn no_value_is_as_a_contradiction_says(a in condition(), b in condition()) {
            for (first, second) in [(Holds::Yes, Holds::Yes), (Holds::Yes, Holds::No), (Holds::Yes, Holds::NotYes), (Holds::No, Holds::No)] {
                let (own, other) = (said(&a, first), said(&b, second));
                let excluded = own.iter().any(|f| f.is_impossible() || other.iter().any(|o| f.excludes(o)));
                let is = |e: &Expr, holds: Holds, x| match holds {
                    Holds::Yes => truth(e, x) == Some(true),
                    Holds::No => truth(e, x) == Some(false),
                    Holds::NotYes => truth(e, x) != Some(true),
                };
                let possible = values().find(|x| is(&a, first, *x) && is(&b, second, *x));
                prop_assert!(!excluded || possible.is_none(), "{possible:?} is {a:?} ({first:?}) and {b:?} ({second:?})");
            }
        }
    }
}
