//! Operators: what they take, and what they give.

use minijinja::machinery::ast::{self, BinOpKind, Expr};

use super::expressions::{Seen, either};
use super::facts::proven;
use super::report::KIND;
use super::statements::Walker;
use crate::check::shape::Shape;
use crate::check::typed::Type;

impl<'a> Walker<'a, '_, '_> {
    /// Money is no number: the engine can't reckon with it, and compares it only with money.
    pub fn no_money(&mut self, shape: &Shape, expr: &Expr<'_>) {
        if matches!(shape, Shape::Value(Type::Money(_))) {
            let range = self.whole_range(expr);
            let words = self.report.words(range.clone());
            let help = format!("`{words}.amount` is its number");
            let finding = self.report.error(
                KIND,
                range,
                format!("`{words}` is money, which templates can't reckon with"),
            );
            self.report.add(finding.help(help));
        }
    }

    pub fn binary(&mut self, op: &ast::BinOp<'_>) -> Seen<'a> {
        match op.op {
            BinOpKind::ScAnd => {
                let left = self.value(&op.left);
                let right = self.assuming(proven(&op.left).if_true, &op.right);
                either(left, right)
            }
            BinOpKind::ScOr => {
                let left = self.value(&op.left);
                let right = self.assuming(proven(&op.left).if_false, &op.right);
                let missing = right.missing.clone();
                Seen { missing, ..either(left, right) }
            }
            BinOpKind::Eq
            | BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte => {
                let (left, right) = (self.needed(&op.left), self.needed(&op.right));
                self.same_kind(&left, &op.left, &right);
                self.same_kind(&right, &op.right, &left);
                Seen::is(Shape::Value(Type::YesNo))
            }
            BinOpKind::In => {
                self.needed(&op.left);
                self.needed(&op.right);
                Seen::is(Shape::Value(Type::YesNo))
            }
            BinOpKind::Concat => {
                for side in [&op.left, &op.right] {
                    let shape = self.needed(side);
                    self.glued(&shape, side);
                }
                Seen::is(Shape::Value(Type::Text))
            }
            _ => {
                let (left, right) = (self.needed(&op.left), self.needed(&op.right));
                self.no_money(&left, &op.left);
                self.no_money(&right, &op.right);
                let number = Shape::Value(Type::Number);
                if *left == number && *right == number { Seen::is(number) } else { Seen::any() }
            }
        }
    }

    fn same_kind(&mut self, money: &Shape, expr: &Expr<'_>, other: &Shape) {
        if matches!(money, Shape::Value(Type::Money(_)))
            && matches!(other, Shape::Value(Type::Number | Type::Text))
        {
            let range = self.whole_range(expr);
            let words = self.report.words(range.clone());
            let message = format!("`{words}` is money and never compares with {}", other.words());
            let end = self.report.place(range.end..range.end);
            let finding =
                self.report.error(KIND, range, message).help(format!("compare its number, `{words}.amount`"));
            self.report.add(finding.fix("write `.amount`", end, ".amount"));
        }
    }
}
