//! What a condition gives for a customer who has no row of the relation it speaks of.

use crate::check::typed::{Aggregation, Arith, Compare, Expr, Literal, Op};

/// A value as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Of {
    /// Missing.
    Missing,
    /// Yes or no.
    YesNo(bool),
    /// A number, an amount of money or a length of time.
    Number(f64),
}

/// The value of an expression over aggregates when these see no rows: `count`, `sum` are 0, `any` is no, all others are
/// missing. `None` if that can't be told from the expression alone.
pub(super) fn of_nothing(expr: &Expr) -> Option<Of> {
    match &expr.op {
        Op::Literal(literal) => constant(literal),
        Op::Aggregate(a) => Some(match a.function {
            Aggregation::Count | Aggregation::Days | Aggregation::Sum => Of::Number(0.0),
            Aggregation::Any => Of::YesNo(false),
            _ => Of::Missing,
        }),
        Op::IsMissing(inner) => Some(Of::YesNo(of_nothing(inner)? == Of::Missing)),
        Op::Compare(compare, a, b) => compared(*compare, side(a)?, side(b)?),
        Op::Between(inner, low, high) => {
            let value = side(inner)?;
            let from = low.as_ref().map_or(Some(Of::YesNo(true)), |l| compared(Compare::Ge, value, side(l)?));
            let to = high.as_ref().map_or(Some(Of::YesNo(true)), |h| compared(Compare::Le, value, side(h)?));
            match (from?, to?) {
                (Of::YesNo(false), _) | (_, Of::YesNo(false)) => Some(Of::YesNo(false)),
                (Of::Missing, _) | (_, Of::Missing) => Some(Of::Missing),
                _ if value == Side::Known(Of::Missing) => Some(Of::Missing),
                _ => Some(Of::YesNo(true)),
            }
        }
        Op::OneOf(inner, list) => match of_nothing(inner)? {
            Of::Missing => Some(Of::Missing),
            value => Some(Of::YesNo(list.iter().any(|choice| constant(choice) == Some(value)))),
        },
        Op::Arith(arith, a, b) => match (of_nothing(a)?, of_nothing(b)?) {
            (Of::Missing, _) | (_, Of::Missing) => Some(Of::Missing),
            (Of::Number(_), Of::Number(0.0)) if *arith == Arith::Div => Some(Of::Missing),
            (Of::Number(x), Of::Number(y)) => Some(Of::Number(match arith {
                Arith::Add => x + y,
                Arith::Sub => x - y,
                Arith::Mul => x * y,
                Arith::Div => x / y,
            })),
            _ => None,
        },
        Op::Neg(inner) => match of_nothing(inner)? {
            Of::Number(x) => Some(Of::Number(-x)),
            other => Some(other),
        },
        Op::Since(_, inner) | Op::YearsSince(inner) | Op::Shift(inner, _) | Op::Band(inner, _) => {
            of_nothing(inner).filter(|value| *value == Of::Missing)
        }
        _ => None,
    }
}

/// One side of a comparison: a constant time or text is known, though it is not told here which.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Known(Of),
    Some,
}

fn side(expr: &Expr) -> Option<Side> {
    match &expr.op {
        Op::Literal(Literal::Text(_) | Literal::Date(_) | Literal::Instant(_) | Literal::Time(_)) => {
            Some(Side::Some)
        }
        _ => of_nothing(expr).map(Side::Known),
    }
}

fn constant(literal: &Literal) -> Option<Of> {
    Some(match literal {
        Literal::Missing => Of::Missing,
        Literal::YesNo(yes) => Of::YesNo(*yes),
        Literal::Whole(n) | Literal::Duration(n) => Of::Number(*n as f64),
        Literal::Number(n) => Of::Number(*n),
        Literal::Money(money) => Of::Number(money.minor as f64),
        Literal::Text(_) | Literal::Date(_) | Literal::Instant(_) | Literal::Time(_) => return None,
    })
}

#[allow(clippy::float_cmp)] // equality of constants as they stand, no sums of rounded parts
fn compared(compare: Compare, a: Side, b: Side) -> Option<Of> {
    let (a, b) = match (a, b) {
        (Side::Known(Of::Missing), _) | (_, Side::Known(Of::Missing)) => return Some(Of::Missing),
        (Side::Known(Of::Number(a)), Side::Known(Of::Number(b))) => (a, b),
        (Side::Known(Of::YesNo(a)), Side::Known(Of::YesNo(b))) => (f64::from(a), f64::from(b)),
        _ => return None,
    };
    Some(Of::YesNo(match compare {
        Compare::Eq => a == b,
        Compare::Ne => a != b,
        Compare::Lt => a < b,
        Compare::Le => a <= b,
        Compare::Gt => a > b,
        Compare::Ge => a >= b,
    }))
}
