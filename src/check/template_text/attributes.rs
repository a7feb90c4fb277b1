//! Names, and the fields behind them.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::ast::{self, Expr};

use super::calls::FUNCTIONS;
use super::expressions::Seen;
use super::names;
use super::report::{FIELD, NAME};
use super::scope::Binding;
use super::statements::Walker;
use crate::check::filters as table;
use crate::check::index::Part;
use crate::check::shape::Shape;
use crate::check::suggest;
use crate::check::typed::Type;

/// The field of a shape that may be borrowed, with whether it is optional.
fn field<'a>(shape: &Cow<'a, Shape>, name: &str) -> Option<(Cow<'a, Shape>, bool)> {
    match shape {
        Cow::Borrowed(Shape::Record { fields, .. }) => {
            fields.get(name).map(|f| (Cow::Borrowed(&f.shape), f.optional))
        }
        Cow::Owned(Shape::Record { fields, .. }) => {
            fields.get(name).map(|f| (Cow::Owned(f.shape.clone()), f.optional))
        }
        _ => None,
    }
}

impl<'a> Walker<'a, '_, '_> {
    /// The place of the name that ends an attribute expression.
    pub fn name_range(&self, attr: &ast::Spanned<ast::GetAttr<'_>>) -> Range<usize> {
        let end = self.range(attr.span()).end;
        end.saturating_sub(attr.name.len())..end
    }

    pub fn variable(&mut self, expr: &Expr<'_>, name: &str) -> Seen<'a> {
        if let Some(binding) = self.scopes.get(name) {
            self.mention_name(expr, name, &binding);
            return self.maybe(expr, binding.shape, binding.optional);
        }
        if FUNCTIONS.contains(&name) {
            return Seen::any();
        }
        let range = self.range(expr.span());
        let place = self.report.place(range.clone());
        let finding = self.report.error(NAME, range, format!("there is no `{name}` in this message"));
        let near = suggest::nearest(name, self.scopes.names()).map(str::to_owned);
        let finding = match near.or_else(|| self.qualified(name)) {
            Some(near) => {
                finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), place, near)
            }
            None if self.scopes.was_bound(name) => {
                finding.help(format!("`{name}` is known only inside the loop or block that names it"))
            }
            None if name == "offer" => finding.help("there is an `offer` only where the campaign has one"),
            None => finding.help_opt(names::list(self.scopes.names())),
        };
        self.report.add(finding);
        Seen::any()
    }

    fn mention_name(&mut self, expr: &Expr<'_>, name: &str, binding: &Binding<'_>) {
        let offered = self.scopes.offered().get(name).filter(|f| f.shape == *binding.shape);
        let part = Part {
            of: String::new(),
            name: name.to_owned(),
            holds: binding.shape.words().to_owned(),
            optional: binding.optional,
            doc: offered.map_or(String::new(), |f| f.doc.clone()),
        };
        let range = self.range(expr.span());
        self.report.mention(range, part, false);
    }

    /// Notes that the field of a record is spoken of.
    pub fn mention_field(&mut self, record: &Shape, name: &str, place: Range<usize>) {
        let Shape::Record { name: of, fields, .. } = record else { return };
        let Some(field) = fields.get(name) else { return };
        let part = Part {
            of: of.clone(),
            name: name.to_owned(),
            holds: field.shape.words().to_owned(),
            optional: field.optional,
            doc: field.doc.clone(),
        };
        self.report.mention(place, part, false);
    }

    /// `customer.name` for `name`, where just one of the message's records has such a field.
    fn qualified(&self, name: &str) -> Option<String> {
        let has = |shape: &Shape| matches!(shape, Shape::Record { fields, .. } if fields.contains_key(name));
        let mut homes =
            self.scopes.offered().iter().filter(|(_, field)| !field.optional && has(&field.shape));
        if name == "name" {
            return homes.any(|(home, _)| home == "customer").then(|| "customer.name".to_owned());
        }
        match (homes.next(), homes.next()) {
            (Some((home, _)), None) => Some(format!("{home}.{name}")),
            _ => None,
        }
    }

    /// `base.name`, or `base["name"]`.
    pub fn attribute(
        &mut self,
        expr: &Expr<'_>,
        base: &Expr<'_>,
        shape: &Cow<'a, Shape>,
        name: &str,
        place: Range<usize>,
    ) -> Seen<'a> {
        if let Some((found, optional)) = field(shape, name) {
            self.mention_field(shape, name, place);
            return self.maybe(expr, found, optional);
        }
        match shape.as_ref() {
            Shape::Any | Shape::Record { open: true, .. } | Shape::Value(Type::Unknown) => Seen::any(),
            Shape::Value(Type::Money(_)) if matches!(name, "minor" | "amount") => {
                Seen::is(Shape::Value(Type::Number))
            }
            Shape::Value(Type::Money(_)) if name == "currency" => Seen::is(Shape::Value(Type::Text)),
            Shape::Record { fields, .. } => {
                let words = format!("`{}`", self.report.words(self.whole_range(base)));
                self.unknown_field(&words, name, fields.keys().map(String::as_str), place);
                Seen::any()
            }
            Shape::List(item) => {
                self.field_of_list(base, item, name, place);
                Seen::any()
            }
            Shape::Value(_) => {
                let words = self.report.words(self.whole_range(base));
                let message = format!("`{words}` is {} and has no `{name}`", shape.words());
                let finding = self.report.error(FIELD, place, message);
                let help =
                    table::find(name).map(|f| format!("`{0}` is a filter: write `{words} | {0}`", f.name));
                self.report.add(finding.help_opt(help));
                Seen::any()
            }
        }
    }

    /// Reports a field that a record does not have.
    pub fn unknown_field<'n>(
        &mut self,
        of: &str,
        name: &str,
        fields: impl Iterator<Item = &'n str> + Clone,
        place: Range<usize>,
    ) {
        let span = self.report.place(place.clone());
        let finding = self.report.error(FIELD, place, format!("{of} has no `{name}`"));
        let finding = match suggest::nearest(name, fields.clone()) {
            Some(near) => {
                finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
            }
            None => finding.help_opt(names::list(fields)),
        };
        self.report.add(finding);
    }

    fn field_of_list(&mut self, base: &Expr<'_>, item: &Shape, name: &str, place: Range<usize>) {
        let range = self.whole_range(base);
        let words = self.report.words(range.clone());
        let span = self.report.place(range.end..range.end);
        let finding = self.report.error(FIELD, place, format!("`{words}` is a list and has no `{name}`"));
        let finding = match item {
            Shape::Record { fields, .. } if fields.contains_key(name) => finding
                .help(format!("`{words}[0].{name}` is that of the first; `for` goes through them all"))
                .fix(format!("write `{words}[0]`"), span, "[0]"),
            _ if table::find(name).is_some() => {
                finding.help(format!("`{name}` is a filter: write `{words} | {name}`"))
            }
            _ => finding.help(format!("`{words}[0]` is the first; `for` goes through them all")),
        };
        self.report.add(finding);
    }

    pub fn item(&mut self, expr: &Expr<'_>, item: &ast::GetItem<'_>) -> Seen<'a> {
        let base = self.needed(&item.expr);
        if let Expr::Const(key) = &item.subscript_expr
            && let Some(name) = key.value.as_str()
        {
            let quoted = self.whole_range(&item.subscript_expr);
            let place = quoted.start + 1..quoted.end.saturating_sub(1).max(quoted.start + 1);
            return self.attribute(expr, &item.expr, &base, name, place);
        }
        self.value(&item.subscript_expr);
        match base {
            Cow::Borrowed(Shape::List(item)) => self.maybe(expr, Cow::Borrowed(item), false),
            Cow::Owned(Shape::List(item)) => self.maybe(expr, Cow::Owned(*item), false),
            _ => Seen::any(),
        }
    }
}
