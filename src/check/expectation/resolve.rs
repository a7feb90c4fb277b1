//! Expectations' syntax resolved: where each name's path begins and leads.

use super::{Ask, AskOp, ListFunction, Over, Part, Root, Step};
use crate::check::checker::Checker;
use crate::check::message_expr::{Offered, plain_function};
use crate::check::names::yes_no;
use crate::check::shape::Shape;
use crate::check::typed::{Arith, Compare, Expr, Literal, Op, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{BinaryOp, Expr as Syntax, ExprKind, Name, UnaryOp};

impl Checker<'_> {
    /// A condition that was checked, resolved.
    pub(in crate::check) fn ask(&mut self, e: &Syntax, offered: Offered<'_>) -> Ask {
        let op = self.ask_op(e, offered);
        Ask { op, span: e.span }
    }

    fn ask_op(&mut self, e: &Syntax, offered: Offered<'_>) -> AskOp {
        if let Some(typed) = self.literal(e, offered.scope) {
            return AskOp::Literal(match typed.op {
                Op::Literal(literal) => literal,
                _ => Literal::Missing,
            });
        }
        match &e.kind {
            ExprKind::Name(name) if path(e, offered).is_none() => AskOp::Literal(match yes_no(name) {
                Some(Expr { op: Op::Literal(literal), .. }) => literal,
                _ => Literal::Missing,
            }),
            ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Index(..) => {
                part(e, offered).map_or(MISSING, AskOp::Part)
            }
            ExprKind::Call { callee, args } if plain_function(&callee.text, args).is_some() => {
                let values = args.iter().map(|a| self.ask(&a.value, offered)).collect();
                AskOp::Function(callee.text.clone(), values)
            }
            ExprKind::Call { callee, args } => match args.as_slice() {
                [only] => self.over(callee, &only.value, offered).unwrap_or(MISSING),
                _ => MISSING,
            },
            ExprKind::Unary(UnaryOp::Not, inner) => AskOp::Not(self.boxed(inner, offered)),
            ExprKind::Unary(UnaryOp::Neg, inner) => AskOp::Neg(self.boxed(inner, offered)),
            ExprKind::Is { value, known } => {
                let asked = AskOp::IsKnown(self.boxed(value, offered));
                if *known { asked } else { AskOp::Not(Box::new(Ask { op: asked, span: e.span })) }
            }
            ExprKind::Since(unit, inner) => AskOp::Since(*unit, self.boxed(inner, offered)),
            ExprKind::Binary(op, left, right) => self.ask_binary(*op, left, right, e.span, offered),
            _ => MISSING,
        }
    }

    fn boxed(&mut self, e: &Syntax, offered: Offered<'_>) -> Box<Ask> {
        Box::new(self.ask(e, offered))
    }

    fn ask_binary(
        &mut self,
        op: BinaryOp,
        left: &Syntax,
        right: &Syntax,
        span: Span,
        offered: Offered<'_>,
    ) -> AskOp {
        let op = match op {
            BinaryOp::In => return self.ask_in(left, right, offered),
            BinaryOp::NotIn => {
                let op = self.ask_in(left, right, offered);
                return AskOp::Not(Box::new(Ask { op, span }));
            }
            BinaryOp::Within => return AskOp::Within(self.text(right.span).to_owned()),
            _ => op,
        };
        let (a, b) = (self.boxed(left, offered), self.boxed(right, offered));
        match op {
            BinaryOp::And => AskOp::And(a, b),
            BinaryOp::Or => AskOp::Or(a, b),
            BinaryOp::Contains => AskOp::Contains(a, b),
            BinaryOp::Add => AskOp::Arith(Arith::Add, a, b),
            BinaryOp::Sub => AskOp::Arith(Arith::Sub, a, b),
            BinaryOp::Mul => AskOp::Arith(Arith::Mul, a, b),
            BinaryOp::Div => AskOp::Arith(Arith::Div, a, b),
            BinaryOp::Ne => AskOp::Compare(Compare::Ne, a, b),
            BinaryOp::Lt => AskOp::Compare(Compare::Lt, a, b),
            BinaryOp::Le => AskOp::Compare(Compare::Le, a, b),
            BinaryOp::Gt => AskOp::Compare(Compare::Gt, a, b),
            BinaryOp::Ge => AskOp::Compare(Compare::Ge, a, b),
            _ => AskOp::Compare(Compare::Eq, a, b),
        }
    }

    fn ask_in(&mut self, left: &Syntax, right: &Syntax, offered: Offered<'_>) -> AskOp {
        match &right.kind {
            ExprKind::List(items) => {
                let value = self.boxed(left, offered);
                AskOp::OneOf(value, items.iter().map(|item| self.ask(item, offered)).collect())
            }
            ExprKind::Range(low, high) => {
                let (value, low) = (self.boxed(left, offered), self.boxed(low, offered));
                AskOp::Between(value, low, high.as_ref().map(|h| self.boxed(h, offered)))
            }
            _ => {
                let roots =
                    [left, right].map(|side| path(side, offered).map(|(root, steps, _)| (root, steps)));
                if roots != [Some((Root::Customer, Vec::new())), Some((Root::Audience, Vec::new()))] {
                    let span = left.span.to(right.span);
                    self.report(
                        Diagnostic::error("H0224", span, "the one list that `in` asks about is the audience")
                            .label("neither a list of values, nor a range, nor this")
                            .help("write `customer in audience`, or `any(picks where …)`"),
                    );
                }
                AskOp::InAudience
            }
        }
    }

    /// `count(picks where price < 3000 CNY)`.
    fn over(&mut self, callee: &Name, argument: &Syntax, offered: Offered<'_>) -> Option<AskOp> {
        let function = ListFunction::parse(&callee.text)?;
        let (of, filter) = match &argument.kind {
            ExprKind::Rows { of, filter, .. } => (of.as_ref(), filter.as_deref()),
            _ => (argument, None),
        };
        let (list, column) = match &of.kind {
            ExprKind::Member(list, field) if !function.counts() => (list.as_ref(), Some(field)),
            _ => (of, None),
        };
        let (root, steps, shape) = path(list, offered)?;
        let item = match shape {
            Some(Shape::List(item)) => Some(item.as_ref()),
            _ => None,
        };
        let column = column.map(|field| {
            let (ty, steps) = (type_of(field_of(item, &field.text)), vec![Step::Field(field.text.clone())]);
            Part { root: Root::Item, steps, ty }
        });
        let filter = filter.map(|f| self.ask(f, Offered { item: item.or(offered.item), ..offered }));
        let list = Part { root, steps, ty: Type::Unknown };
        Some(AskOp::Over(Box::new(Over { function, list, column, filter })))
    }
}

const MISSING: AskOp = AskOp::Literal(Literal::Missing);

fn part(e: &Syntax, offered: Offered<'_>) -> Option<Part> {
    let (root, steps, shape) = path(e, offered)?;
    Some(Part { root, steps, ty: type_of(shape) })
}

fn type_of(shape: Option<&Shape>) -> Type {
    match shape {
        Some(Shape::Value(ty)) => *ty,
        _ => Type::Unknown,
    }
}

type Path<'o> = (Root, Vec<Step>, Option<&'o Shape>);

/// Where a path leads, as far as its shape is known.
fn path<'o>(e: &Syntax, offered: Offered<'o>) -> Option<Path<'o>> {
    match &e.kind {
        ExprKind::Name(name) => {
            let item = || (Root::Item, vec![Step::Field(name.clone())], field_of(offered.item, name));
            let open = matches!(offered.item, Some(Shape::Record { open: true, .. }));
            if field_of(offered.item, name).is_some() {
                return Some(item());
            }
            match (offered.roots.get(name), Root::of(name)) {
                (Some(field), Some(root)) => Some((root, Vec::new(), Some(&field.shape))),
                _ if open => Some(item()),
                _ => None,
            }
        }
        ExprKind::Member(of, field) => {
            let (root, mut steps, shape) = path(of, offered)?;
            steps.push(Step::Field(field.text.clone()));
            Some((root, steps, field_of(shape, &field.text)))
        }
        ExprKind::Index(of, index) => {
            let ExprKind::Number(digits) = &index.kind else { return None };
            let (root, mut steps, shape) = path(of, offered)?;
            steps.push(Step::Item(digits.parse().ok()?));
            let item = match shape {
                Some(Shape::List(item)) => Some(item.as_ref()),
                _ => None,
            };
            Some((root, steps, item))
        }
        _ => None,
    }
}

fn field_of<'o>(shape: Option<&'o Shape>, name: &str) -> Option<&'o Shape> {
    match shape? {
        Shape::Record { fields, .. } => fields.get(name).map(|field| &field.shape),
        _ => None,
    }
}
