//! Every place in an expression, for who moves them or looks past them.

use super::tree::{Expr, ExprKind, Name, Str, WindowKind};
use crate::diagnostic::Span;

/// What is done with places.
pub(super) trait Places {
    /// With a place.
    fn span(&mut self, span: &mut Span);

    /// With a text's.
    fn text(&mut self, text: &mut Str);

    /// With a name's.
    fn name(&mut self, name: &mut Name) {
        self.span(&mut name.span);
    }

    /// With every place in an expression.
    fn expr(&mut self, expr: &mut Expr) {
        self.span(&mut expr.span);
        match &mut expr.kind {
            ExprKind::Money { currency, .. } => self.name(currency),
            ExprKind::Str(text) => self.text(text),
            ExprKind::List(items) => items.iter_mut().for_each(|item| self.expr(item)),
            ExprKind::Member(of, name) => {
                self.expr(of);
                self.name(name);
            }
            ExprKind::Call { callee, args } => {
                self.name(callee);
                for arg in args {
                    arg.name.iter_mut().for_each(|name| self.name(name));
                    self.expr(&mut arg.value);
                }
            }
            ExprKind::Rows { of, filter, window } => {
                self.expr(of);
                filter.iter_mut().for_each(|filter| self.expr(filter));
                if let Some(window) = window {
                    self.span(&mut window.span);
                    if let WindowKind::Since(at) | WindowKind::Before(at) = &mut window.kind {
                        self.expr(at);
                    }
                }
            }
            ExprKind::Unary(_, a) | ExprKind::Is { value: a, .. } | ExprKind::Since(_, a) => self.expr(a),
            ExprKind::Range(a, b) => {
                self.expr(a);
                b.iter_mut().for_each(|b| self.expr(b));
            }
            ExprKind::Index(a, b)
            | ExprKind::Binary(_, a, b)
            | ExprKind::When(a, b)
            | ExprKind::Per(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Time(_)
            | ExprKind::Instant(_)
            | ExprKind::Name(_)
            | ExprKind::Broken => {}
        }
    }
}
