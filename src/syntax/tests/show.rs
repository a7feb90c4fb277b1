//! Expressions written with all their brackets, to test how they were understood.

use crate::syntax::tree::{Expr, ExprKind, UnaryOp, Value, WindowKind};

use super::read;

/// The first setting's value of a declaration with that one setting.
pub(super) fn value_of(text: &str) -> String {
    let parsed = read(&format!("segment s {{\n  where: {text}\n}}\n"));
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
    match &parsed.tree.decls[0].settings[0].value {
        Value::Expr(expr) => show(expr),
        Value::Schedule(schedule) => format!("{schedule:?}"),
    }
}

pub(super) fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Percent(digits) => format!("{digits}%"),
        ExprKind::Money { amount, currency } => format!("{amount} {}", currency.text),
        ExprKind::Duration(length) => format!("{} {}", length.count, length.unit.word()),
        ExprKind::Date(date) => date.to_string(),
        ExprKind::Time(time) => time.to_string(),
        ExprKind::Instant(instant) => instant.to_string(),
        ExprKind::Str(text) => format!("{:?}", text.value),
        ExprKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Member(of, name) => format!("{}.{}", show(of), name.text),
        ExprKind::Index(of, index) => format!("{}[{}]", show(of), show(index)),
        ExprKind::Call { callee, args } => {
            let args = args.iter().map(|arg| match &arg.name {
                Some(name) => format!("{}: {}", name.text, show(&arg.value)),
                None => show(&arg.value),
            });
            format!("{}({})", callee.text, args.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Rows { of, filter, window } => {
            let filter = filter.as_ref().map_or(String::new(), |f| format!(" where {}", show(f)));
            let window = window.as_ref().map_or(String::new(), |w| match &w.kind {
                WindowKind::Last(length) => format!(" in last {} {}", length.count, length.unit.word()),
                WindowKind::Next(length) => format!(" in next {} {}", length.count, length.unit.word()),
                WindowKind::Since(at) => format!(" since {}", show(at)),
                WindowKind::Before(at) => format!(" before {}", show(at)),
            });
            format!("<{}{filter}{window}>", show(of))
        }
        ExprKind::Unary(UnaryOp::Not, value) => format!("(not {})", show(value)),
        ExprKind::Unary(UnaryOp::Neg, value) => format!("(-{})", show(value)),
        ExprKind::Binary(op, left, right) => format!("({} {} {})", show(left), op.symbol(), show(right)),
        ExprKind::Is { value, known } => {
            format!("({} is {})", show(value), if *known { "known" } else { "missing" })
        }
        ExprKind::Range(low, high) => {
            format!("({}..{})", show(low), high.as_ref().map_or(String::new(), |h| show(h)))
        }
        ExprKind::When(value, condition) => format!("({} when {})", show(value), show(condition)),
        ExprKind::Per(value, of) => format!("({} per {})", show(value), show(of)),
        ExprKind::Since(unit, value) => format!("({} since {})", unit.word(), show(value)),
        ExprKind::Broken => "broken".to_owned(),
    }
}
