//! What stands where a value is printed or otherwise needed: it must be there, and be one readable value.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::ast::Expr;

use super::expressions::Seen;
use super::names;
use super::report::{MISSING, RAW, WHOLE};
use super::statements::Walker;
use crate::check::shape::Shape;
use crate::check::typed::Type;

impl<'a> Walker<'a, '_, '_> {
    /// Checks what `{{ … }}` prints.
    pub fn print(&mut self, expr: &Expr<'_>, range: Range<usize>) {
        let shape = self.needed(expr);
        match shape.as_ref() {
            Shape::List(_) | Shape::Record { open: false, .. } => {
                let message =
                    format!("`{}` is {}, not one text", self.report.words(range.clone()), shape.words());
                let finding = self.report.error(WHOLE, range, message).help(match shape.as_ref() {
                    Shape::List(_) => {
                        "go through it with `{% for … in … %}`, or print it with `| list` or `| join(\", \")`"
                            .to_owned()
                    }
                    other => fields_of(other).unwrap_or_else(|| "name one of its fields".to_owned()),
                });
                self.report.add(finding);
            }
            Shape::Value(ty @ (Type::Date | Type::Instant)) => {
                let (example, filter) = match ty {
                    Type::Date => ("2026-12-31", "date"),
                    _ => ("2026-12-31T09:00:00Z", "datetime"),
                };
                let words = self.report.words(range.clone());
                let end = self.report.place(range.end..range.end);
                let finding = self
                    .report
                    .warning(
                        RAW,
                        range,
                        format!("`{words}` prints as computers write it, such as `{example}`"),
                    )
                    .help(format!("write `{words} | date` to print it in the message's language"))
                    .fix("write `| date`", end, format!(" | {filter}"));
                self.report.add(finding);
            }
            _ => {}
        }
    }

    /// What an expression gives where a value is needed: warns if it may be missing.
    pub fn needed(&mut self, expr: &Expr<'_>) -> Cow<'a, Shape> {
        let seen = self.value(expr);
        self.need(seen)
    }

    pub fn need(&mut self, seen: Seen<'a>) -> Cow<'a, Shape> {
        let Some(range) = seen.missing.filter(|_| self.whole) else { return seen.shape };
        let words = self.report.words(range.clone());
        let instead = if words.ends_with("name") { "there" } else { "…" };
        let help = match seen.shape.as_ref() {
            Shape::Record { .. } => format!("put it inside `{{% if {words} %}}`"),
            _ => format!("write `{words} | default(\"{instead}\")`, or put it inside `{{% if {words} %}}`"),
        };
        let finding = self.report.warning(MISSING, range, format!("`{words}` may be missing"));
        self.report.add(finding.label("not everyone has one").help(help));
        seen.shape
    }

    /// A value put into a text without a filter.
    pub fn glued(&mut self, shape: &Shape, expr: &Expr<'_>) {
        let (filter, example) = match shape {
            Shape::Value(Type::Money(_)) => ("money", "3999.00 CNY"),
            Shape::Value(Type::Date | Type::Instant) => ("date", "2026-12-31"),
            _ => return,
        };
        let range = self.whole_range(expr);
        let words = self.report.words(range.clone());
        let message = format!("`{words}` prints here as computers write it, such as `{example}`");
        let finding = self.report.warning(RAW, range, message);
        self.report.add(finding.help(format!("write `({words} | {filter})`")));
    }
}

fn fields_of(shape: &Shape) -> Option<String> {
    let Shape::Record { fields, .. } = shape else { return None };
    names::list(fields.keys().map(String::as_str)).map(|list| format!("name one of its fields: {list}"))
}
