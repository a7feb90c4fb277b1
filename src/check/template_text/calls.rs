//! Calls: of functions and macros, and of what is no function.

use std::ops::Range;

use minijinja::machinery::ast::{self, Expr};

use super::expressions::Seen;
use super::report::FILTER;
use super::statements::Walker;
use crate::check::filters as table;
use crate::check::shape::Shape;
use crate::check::suggest;
use crate::check::typed::Type;

/// Functions that every template has.
pub(super) const FUNCTIONS: &[&str] = &["range", "dict", "namespace"];

impl<'a> Walker<'a, '_, '_> {
    /// A call: of a function, a macro, or something of `loop`.
    pub fn call(&mut self, call: &ast::Call<'_>, range: Range<usize>) -> Seen<'a> {
        self.arguments(&call.args);
        match &call.expr {
            Expr::Var(var) => self.function(var.id, &call.expr),
            Expr::GetAttr(attr) => {
                let base = self.needed(&attr.expr);
                let known = match base.as_ref() {
                    Shape::Any | Shape::Record { open: true, .. } | Shape::Value(Type::Unknown) => true,
                    Shape::Record { fields, .. } => {
                        fields.get(attr.name).is_some_and(|f| f.shape == Shape::Any)
                    }
                    _ => false,
                };
                if !known {
                    self.no_method(attr, call.args.is_empty(), range);
                }
                Seen::any()
            }
            other => {
                self.needed(other);
                Seen::any()
            }
        }
    }

    fn function(&mut self, name: &str, callee: &Expr<'_>) -> Seen<'a> {
        if name == "range" {
            return Seen::is(Shape::List(Box::new(Shape::Value(Type::Number))));
        }
        let binding = self.scopes.get(name);
        if FUNCTIONS.contains(&name) || binding.as_ref().is_some_and(|b| matches!(*b.shape, Shape::Any)) {
            return Seen::any();
        }
        let range = self.range(callee.span());
        if name == "loop" && binding.is_some() {
            return Seen::any();
        }
        let finding = self.report.error(FILTER, range.clone(), format!("there is no function `{name}`"));
        let finding = if binding.is_some() {
            let message = format!("`{name}` is no function");
            self.report.error(FILTER, range, message).help(format!("write `{name}` without brackets"))
        } else if table::find(name).is_some() {
            finding.help(format!("`{name}` is a filter: write `value | {name}`"))
        } else {
            let near =
                suggest::nearest(name, self.scopes.names().into_iter().chain(FUNCTIONS.iter().copied()));
            finding.help_opt(near.map(|near| format!("did you mean `{near}`?")))
        };
        self.report.add(finding);
        Seen::any()
    }

    fn no_method(&mut self, attr: &ast::Spanned<ast::GetAttr<'_>>, bare: bool, range: Range<usize>) {
        let base = self.whole_range(&attr.expr);
        let words = self.report.words(base.clone());
        let place = self.name_range(attr);
        let finding = self.report.error(FILTER, place, format!("`{}` can't be called here", attr.name));
        let finding = match table::find(attr.name) {
            Some(filter) => {
                let finding = finding.help(format!("`{0}` is a filter: write `{words} | {0}`", filter.name));
                if bare {
                    let span = self.report.place(base.end..range.end);
                    finding.fix(format!("write `| {}`", filter.name), span, format!(" | {}", filter.name))
                } else {
                    finding
                }
            }
            None => finding.help("templates have filters instead, such as `value | upper`"),
        };
        self.report.add(finding);
    }
}
