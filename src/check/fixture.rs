//! The rows that a test brings along: `rows: [customers(id: 1, consent: yes), views(customer: 1, …)]`, against the
//! relations and columns of its campaign's source.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, Scope};
use super::declarations::items;
use super::expr::{near, type_words};
use super::model::FixtureRow;
use super::names::yes_no;
use super::schema::{Column, Encoding, Relation, Storage};
use super::typed::{Expr, Literal, Op, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Arg, Expr as Syntax, ExprKind, Name, UnaryOp};

/// What a row is of no use without.
const NEEDED: [&str; 4] = ["id", "customer", "product", "at"];

impl<'a> Checker<'a> {
    /// Checks the rows of a test. Where the database is not there, columns that are not known are taken as written.
    pub fn fixture_rows(&mut self, value: &'a Syntax, scope: &Scope) -> Vec<FixtureRow> {
        let mut rows = Vec::new();
        for item in items(value) {
            match &item.kind {
                ExprKind::Call { callee, args } => {
                    rows.extend(self.fixture_row(callee, args, item.span, scope));
                }
                ExprKind::Broken => {}
                _ => {
                    self.wrong_value(item, "a row such as `customers(id: 1, email: \"li@example.com\")`");
                }
            }
        }
        self.rows_that_belong_together(&rows, value.span);
        rows
    }

    fn fixture_row(
        &mut self,
        callee: &'a Name,
        args: &'a [Arg],
        span: Span,
        scope: &Scope,
    ) -> Option<FixtureRow> {
        let relation = self.fixture_relation(callee, scope).ok()?;
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut values = Vec::new();
        for arg in args {
            let Some(name) = &arg.name else {
                self.report(
                    Diagnostic::error("H0223", arg.value.span, "which column is this?")
                        .label("a value without its column")
                        .help("name it: `customers(id: 1, name: \"Li\")`"),
                );
                continue;
            };
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.report(
                    Diagnostic::error("H0203", name.span, format!("`{}` is set twice", name.text))
                        .label("set again")
                        .related(first, "first set here"),
                );
                continue;
            }
            if let Some(literal) = self.fixture_value(relation.as_ref(), name, &arg.value, scope) {
                values.push((name.text.clone(), literal));
            }
        }
        if let Some(relation) = &relation {
            self.need_values(relation, &seen, callee.span);
        }
        Some(FixtureRow { relation: callee.text.clone(), values, span })
    }

    /// The relation of a row; none where the database is not there to tell.
    fn fixture_relation(&mut self, callee: &Name, scope: &Scope) -> Result<Option<Relation>, ()> {
        let name = callee.text.as_str();
        let Some((_, schema)) = &scope.source else { return Ok(None) };
        match schema.relation(name) {
            Some(relation) if relation.grouped_by.is_some() => {
                self.report(
                    Diagnostic::error("H0223", callee.span, format!("`{name}` follow from the lines of `purchases`"))
                        .label("worked out")
                        .help("write `purchases(order: 1, customer: …, product: …, at: …)`: lines of one `order` make one"),
                );
                Err(())
            }
            Some(relation) => {
                self.mark_relation(callee.span, scope, name);
                Ok(Some(relation.clone()))
            }
            None if !schema.known => Ok(None),
            None => {
                let names: Vec<&str> = schema.relations.iter().map(|r| r.name.as_str()).collect();
                let finding =
                    Diagnostic::error("H0220", callee.span, format!("there is no relation `{name}`"))
                        .label("unknown relation");
                self.report(near(finding, name, callee.span, &names, "relations are"));
                Err(())
            }
        }
    }

    fn fixture_value(
        &mut self,
        relation: Option<&Relation>,
        name: &Name,
        value: &Syntax,
        scope: &Scope,
    ) -> Option<Literal> {
        let (literal, ty) = self.constant(value, scope)?;
        let Some(relation) = relation else { return Some(literal) };
        let Some(column) = relation.column(&name.text) else {
            if scope.source.as_ref().is_some_and(|(_, s)| s.known) {
                let names: Vec<&str> = relation.columns.iter().map(|c| c.name.as_str()).collect();
                let message = format!("`{}` has no column `{}`", relation.name, name.text);
                let finding = Diagnostic::error("H0220", name.span, message).label("unknown column");
                self.report(near(finding, &name.text, name.span, &names, "it has"));
                return None;
            }
            return Some(literal);
        };
        if let Storage::Derived(_) = column.storage {
            self.report(
                Diagnostic::error(
                    "H0223",
                    name.span,
                    format!("`{}` is worked out from other columns", name.text),
                )
                .label("not written")
                .help(column.doc),
            );
            return None;
        }
        self.mark_column(name.span, scope, &relation.name, &name.text);
        self.fitting(column, literal, ty, value, scope)
    }

    /// The constant as the column's type has it.
    fn fitting(
        &mut self,
        column: &Column,
        literal: Literal,
        ty: Type,
        value: &Syntax,
        scope: &Scope,
    ) -> Option<Literal> {
        let midnights = matches!(&column.storage, Storage::Stored { encoding: Encoding::DateText, .. });
        match (column.ty, ty, &literal) {
            (Type::Instant, Type::Instant, _) if midnights => {}
            (Type::Instant, Type::Date, Literal::Date(date)) => {
                let zone = scope.source.as_ref()?.1.timezone.clone();
                return Some(Literal::Instant(date.to_zoned(zone).ok()?.timestamp()));
            }
            (_, _, Literal::Missing) => return Some(literal),
            (wanted, given, _) if wanted == given => return Some(literal),
            (Type::Unknown, ..) | (Type::Id, Type::Number | Type::Text, _) => return Some(literal),
            (Type::Money(currency), Type::Number, _) => {
                let written = self.text(value.span);
                let better = format!("{written} {currency}");
                self.report(
                    Diagnostic::error(
                        "H0226",
                        value.span,
                        format!("`{}` is an amount of money", column.name),
                    )
                    .label("a number without its currency")
                    .help(format!("write `{better}`"))
                    .fix(format!("write `{better}`"), value.span, better),
                );
                return None;
            }
            _ => {}
        }
        let wanted = if midnights { "a date".to_owned() } else { type_words(column.ty) };
        self.report(
            Diagnostic::error("H0205", value.span, format!("`{}` should be {wanted}", column.name))
                .label(format!("this is {}", type_words(ty))),
        );
        None
    }

    /// A value that stands for itself, or `missing`.
    fn constant(&mut self, value: &Syntax, scope: &Scope) -> Option<(Literal, Type)> {
        let typed = match &value.kind {
            ExprKind::Broken => return None,
            ExprKind::Name(word) if word == "missing" => return Some((Literal::Missing, Type::Unknown)),
            ExprKind::Name(word) => yes_no(word),
            ExprKind::Unary(UnaryOp::Neg, inner) => self.literal(inner, scope).and_then(negative),
            _ => self.literal(value, scope),
        };
        match typed {
            Some(Expr { op: Op::Literal(Literal::Missing), .. }) => None,
            Some(Expr { op: Op::Literal(literal), ty }) => Some((literal, ty)),
            _ => {
                let finding = Diagnostic::error("H0205", value.span, "a row holds fixed values")
                    .label("not a fixed value");
                let word = matches!(&value.kind, ExprKind::Name(_));
                let quoted = format!("a text stands in quotes: \"{}\"", self.text(value.span));
                self.report(finding.help_opt(word.then_some(quoted)));
                None
            }
        }
    }

    fn need_values(&mut self, relation: &Relation, seen: &BTreeMap<&str, Span>, span: Span) {
        let standard = crate::data::standard::find(&relation.name);
        for name in NEEDED {
            let needed = match standard {
                Some(table) => table.columns.iter().any(|c| c.name == name && c.required),
                None => name != "id" && relation.column(name).is_some(),
            };
            if needed && !seen.contains_key(name) && relation.column(name).is_some() {
                self.report(
                    Diagnostic::error(
                        "H0204",
                        span,
                        format!("this row of `{}` has no `{name}`", relation.name),
                    )
                    .label(format!("`{name}:` is missing"))
                    .help_opt(relation.column(name).map(|c| c.doc.to_owned()).filter(|d| !d.is_empty())),
                );
            }
        }
    }

    /// Ids stand once, and whom or what a row speaks of is there.
    fn rows_that_belong_together(&mut self, rows: &[FixtureRow], list: Span) {
        let id = |row: &FixtureRow, column: &str| {
            row.values.iter().find(|v| v.0 == column).map(|v| format!("{:?}", v.1))
        };
        let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for row in rows.iter().filter(|r| matches!(r.relation.as_str(), "customers" | "products")) {
            let Some(key) = id(row, "id") else { continue };
            if !found.entry(&row.relation).or_default().insert(key) {
                self.report(
                    Diagnostic::error(
                        "H0206",
                        row.span,
                        format!("two rows of `{}` have this `id`", row.relation),
                    )
                    .label("the second"),
                );
            }
        }
        if !rows.is_empty() && !found.contains_key("customers") {
            self.report(
                Diagnostic::error("H0204", list, "there is no customer among these rows")
                    .label("nobody to write to")
                    .help("add `customers(id: 1, email: \"li@example.com\")`"),
            );
            return;
        }
        let homes = [("customer", "customers"), ("product", "products")];
        for row in rows.iter().filter(|r| !matches!(r.relation.as_str(), "customers" | "products")) {
            for (column, home) in homes {
                let Some(key) = id(row, column) else { continue };
                if !found.get(home).is_some_and(|ids| ids.contains(&key)) {
                    self.report(
                        Diagnostic::error(
                            "H0207",
                            row.span,
                            format!("no row of `{home}` is this row's {column}"),
                        )
                        .label(format!("speaks of a {column} that is not there"))
                        .help(format!("add `{home}(id: …)` to these rows")),
                    );
                }
            }
        }
    }
}

/// A number or amount below zero.
fn negative(typed: Expr) -> Option<Expr> {
    let op = match typed.op {
        Op::Literal(Literal::Whole(n)) => Literal::Whole(-n),
        Op::Literal(Literal::Number(n)) => Literal::Number(-n),
        Op::Literal(Literal::Money(m)) => {
            Literal::Money(crate::data::Money { minor: -m.minor, currency: m.currency })
        }
        _ => return None,
    };
    Some(Expr::new(Op::Literal(op), typed.ty))
}
