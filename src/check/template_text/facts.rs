//! What a condition proves: which paths have a value where it holds, and where it does not.

use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

use super::scope::Facts;
use crate::syntax::tree;

/// How long a path may be. What a message offers is a few steps deep.
const LONGEST: usize = 8;

/// The path of a variable, attribute or item: `picks[0].because`.
pub(super) fn path(expr: &Expr<'_>) -> Option<String> {
    path_of(expr, LONGEST)
}

fn path_of(expr: &Expr<'_>, steps: usize) -> Option<String> {
    let steps = steps.checked_sub(1)?;
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(attr) => Some(format!("{}.{}", path_of(&attr.expr, steps)?, attr.name)),
        Expr::GetItem(item) => {
            let Expr::Const(key) = &item.subscript_expr else { return None };
            let base = path_of(&item.expr, steps)?;
            match key.value.as_str() {
                Some(name) => Some(format!("{base}.{name}")),
                None => key.value.as_i64().map(|i| format!("{base}[{i}]")),
            }
        }
        _ => None,
    }
}

/// Paths that have a value where the condition holds, and where it does not.
#[derive(Debug, Default)]
pub(super) struct Proven {
    pub if_true: Facts,
    pub if_false: Facts,
}

impl Proven {
    fn swapped(self) -> Self {
        Self { if_true: self.if_false, if_false: self.if_true }
    }

    fn either_way(facts: Facts) -> Self {
        Self { if_true: facts.clone(), if_false: facts }
    }

    fn only_true(if_true: Facts) -> Self {
        Self { if_true, if_false: Facts::new() }
    }
}

/// What a condition proves.
pub(super) fn proven(condition: &Expr<'_>) -> Proven {
    match condition {
        Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => proven(&op.expr).swapped(),
        Expr::BinOp(op) => match op.op {
            BinOpKind::ScAnd => {
                let (a, b) = (proven(&op.left), proven(&op.right));
                Proven { if_true: &a.if_true | &b.if_true, if_false: &a.if_false & &b.if_false }
            }
            BinOpKind::ScOr => {
                let (a, b) = (proven(&op.left), proven(&op.right));
                Proven { if_true: &a.if_true & &b.if_true, if_false: &a.if_false | &b.if_false }
            }
            // A missing value can't be compared: the engine stops there, so behind the comparison there is one.
            BinOpKind::Eq
            | BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte
            | BinOpKind::In => Proven::either_way(&value(&op.left) | &value(&op.right)),
            _ => Proven::default(),
        },
        Expr::Compare(chain) => {
            let first = chain.ops.first().map(|op| value(&op.expr)).unwrap_or_default();
            Proven::either_way(&value(&chain.expr) | &first)
        }
        Expr::Test(test) => {
            let facts = value(&test.expr);
            match test.name {
                "undefined" | "missing" => Proven::only_true(facts).swapped(),
                // These may hold of a missing value too.
                "none" | "ne" | "!=" | "lt" | "lessthan" | "<" | "le" | "<=" | "iterable" | "sequence" => {
                    Proven::default()
                }
                _ => Proven::only_true(facts),
            }
        }
        _ => Proven::only_true(value(condition)),
    }
}

/// Where this counts as a value, so do the path and those it leads through.
fn value(expr: &Expr<'_>) -> Facts {
    match expr {
        Expr::Filter(filter) if !matches!(filter.name, "default" | "d") => {
            filter.expr.as_ref().map(value).unwrap_or_default()
        }
        Expr::Var(_) => path(expr).into_iter().collect(),
        Expr::GetAttr(attr) => with_base(expr, &attr.expr),
        Expr::GetItem(item) => with_base(expr, &item.expr),
        _ => Facts::new(),
    }
}

fn with_base(expr: &Expr<'_>, base: &Expr<'_>) -> Facts {
    let mut facts = value(base);
    facts.extend(path(expr));
    facts
}

/// The paths that have a value where a condition of the language (`when customer.name is known`) holds.
pub(super) fn known_when(condition: &tree::Expr) -> Facts {
    use tree::{BinaryOp, ExprKind};
    match &condition.kind {
        ExprKind::Is { value, known: true } => tree_paths(value),
        ExprKind::Binary(BinaryOp::And, a, b) => &known_when(a) | &known_when(b),
        ExprKind::Binary(BinaryOp::Or, a, b) => &known_when(a) & &known_when(b),
        ExprKind::Binary(BinaryOp::NotIn, ..) => Facts::new(),
        // In the language a missing value never matches a comparison.
        ExprKind::Binary(_, a, b) => &tree_paths(a) | &tree_paths(b),
        ExprKind::Name(_) | ExprKind::Member(..) => tree_paths(condition),
        _ => Facts::new(),
    }
}

fn tree_paths(expr: &tree::Expr) -> Facts {
    use tree::ExprKind;
    let base = match &expr.kind {
        ExprKind::Member(base, _) | ExprKind::Index(base, _) => tree_paths(base),
        ExprKind::Name(_) => Facts::new(),
        _ => return Facts::new(),
    };
    base.into_iter().chain(tree_path(expr)).collect()
}

fn tree_path(expr: &tree::Expr) -> Option<String> {
    use tree::ExprKind;
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member(base, name) => Some(format!("{}.{}", tree_path(base)?, name.text)),
        ExprKind::Index(base, index) => match &index.kind {
            ExprKind::Number(digits) => Some(format!("{}[{digits}]", tree_path(base)?)),
            _ => None,
        },
        _ => None,
    }
}
