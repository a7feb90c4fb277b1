//! Walks the expressions of a text: what each is, and whether it may be missing.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::ast::{self, Expr};

use super::facts::{path, proven};
use super::filters;
use super::scope::Facts;
use super::statements::Walker;
use crate::check::shape::{Field, Shape};
use crate::check::typed::Type;

/// What an expression gives.
#[derive(Debug, Clone)]
pub(super) struct Seen<'a> {
    pub shape: Cow<'a, Shape>,
    /// The part of the text that may be missing, if one may.
    pub missing: Option<Range<usize>>,
}

impl Seen<'_> {
    pub fn is(shape: Shape) -> Self {
        Self { shape: Cow::Owned(shape), missing: None }
    }

    pub fn any() -> Self {
        Self::is(Shape::Any)
    }
}

impl<'a> Walker<'a, '_, '_> {
    /// The range of an expression with all its parts; the parser's own begins in the middle of a chain.
    pub fn whole_range(&self, expr: &Expr<'_>) -> Range<usize> {
        let own = self.range(expr.span());
        let first = match expr {
            Expr::GetAttr(e) => Some(&e.expr),
            Expr::GetItem(e) => Some(&e.expr),
            Expr::Slice(e) => Some(&e.expr),
            Expr::Call(e) => Some(&e.expr),
            Expr::Filter(e) => e.expr.as_ref(),
            Expr::Test(e) => Some(&e.expr),
            Expr::BinOp(e) => Some(&e.left),
            Expr::Compare(e) => Some(&e.expr),
            Expr::IfExpr(e) => Some(&e.true_expr),
            _ => None,
        };
        first.map_or(own.clone(), |e| self.whole_range(e).start..own.end)
    }

    /// What an expression gives; a value that may be missing is fine here.
    pub fn value(&mut self, expr: &Expr<'_>) -> Seen<'a> {
        match expr {
            Expr::Var(var) => self.variable(expr, var.id),
            Expr::Const(constant) => Seen::is(constant_shape(&constant.value)),
            Expr::GetAttr(attr) => {
                let base = self.needed(&attr.expr);
                let place = self.name_range(attr);
                self.attribute(expr, &attr.expr, &base, attr.name, place)
            }
            Expr::GetItem(item) => self.item(expr, item),
            Expr::Slice(slice) => {
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.value(part);
                }
                Seen { shape: self.needed(&slice.expr), missing: None }
            }
            Expr::UnaryOp(op) => match op.op {
                ast::UnaryOpKind::Not => {
                    self.value(&op.expr);
                    Seen::is(Shape::Value(Type::YesNo))
                }
                ast::UnaryOpKind::Neg => {
                    let shape = self.needed(&op.expr);
                    self.no_money(&shape, &op.expr);
                    Seen::is(Shape::Value(Type::Number))
                }
            },
            Expr::BinOp(op) => self.binary(op),
            Expr::Compare(chain) => {
                self.needed(&chain.expr);
                for op in &chain.ops {
                    self.needed(&op.expr);
                }
                Seen::is(Shape::Value(Type::YesNo))
            }
            Expr::IfExpr(choice) => {
                self.value(&choice.test_expr);
                let proven = proven(&choice.test_expr);
                let yes = self.assuming(proven.if_true, &choice.true_expr);
                let no = choice.false_expr.as_ref().map(|e| self.assuming(proven.if_false, e));
                no.map_or(yes.clone(), |no| either(yes, no))
            }
            Expr::Filter(filter) => filters::check(self, filter),
            Expr::Test(test) => {
                let seen = self.value(&test.expr);
                if matches!(test.name, "startingwith" | "endingwith") {
                    self.need(seen);
                }
                self.arguments(&test.args);
                filters::check_test(self, test);
                Seen::is(Shape::Value(Type::YesNo))
            }
            Expr::Call(call) => self.call(call, self.whole_range(expr)),
            Expr::List(list) => self.list(&list.items),
            Expr::Tuple(tuple) => self.list(&tuple.items),
            Expr::Map(map) => self.map(map),
        }
    }

    pub fn assuming(&mut self, facts: Facts, expr: &Expr<'_>) -> Seen<'a> {
        self.scopes.assume(facts);
        let seen = self.value(expr);
        self.scopes.close();
        seen
    }

    fn list(&mut self, items: &[Expr<'_>]) -> Seen<'a> {
        let shapes: Vec<_> = items.iter().map(|e| self.value(e).shape).collect();
        let same = shapes.windows(2).all(|pair| pair[0] == pair[1]);
        let item = shapes.into_iter().next().filter(|_| same).map_or(Shape::Any, Cow::into_owned);
        Seen::is(Shape::List(Box::new(item)))
    }

    fn map(&mut self, map: &ast::Map<'_>) -> Seen<'a> {
        let mut fields = Vec::new();
        for (key, value) in map.keys.iter().zip(&map.values) {
            self.value(key);
            let shape = self.value(value).shape.into_owned();
            if let Expr::Const(key) = key
                && let Some(name) = key.value.as_str()
            {
                fields.push((name.to_owned(), Field::new(shape, "")));
            }
        }
        Seen::is(Shape::Record { name: "map".to_owned(), fields: fields.into_iter().collect(), open: true })
    }

    pub fn arguments(&mut self, args: &[ast::CallArg<'_>]) -> Vec<Seen<'a>> {
        use ast::CallArg::{Kwarg, KwargSplat, Pos, PosSplat};
        args.iter()
            .map(|arg| match arg {
                Pos(e) | Kwarg(_, e) | PosSplat(e) | KwargSplat(e) => self.value(e),
            })
            .collect()
    }

    pub fn maybe(&self, expr: &Expr<'_>, shape: Cow<'a, Shape>, optional: bool) -> Seen<'a> {
        let optional = optional && !path(expr).is_some_and(|p| self.scopes.is_known(&p));
        Seen { shape, missing: optional.then(|| self.whole_range(expr)) }
    }
}

/// One of two: what they agree in.
pub(super) fn either<'a>(a: Seen<'a>, b: Seen<'a>) -> Seen<'a> {
    let missing = a.missing.or(b.missing);
    let shape = if a.shape == b.shape { a.shape } else { Cow::Owned(Shape::Any) };
    Seen { shape, missing }
}

fn constant_shape(value: &minijinja::Value) -> Shape {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::String => Shape::Value(Type::Text),
        ValueKind::Number => Shape::Value(Type::Number),
        ValueKind::Bool => Shape::Value(Type::YesNo),
        _ => Shape::Any,
    }
}
