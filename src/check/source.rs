//! A `source`: its settings, and its tables turned into the schema that expressions are checked against.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::derived;
use super::index::Meaning;
use super::model;
use super::relations;
use super::schema::{Relation, Schema, Storage};
use super::suggest;
use super::typed::{Compare, Expr, Literal, Op, Row, Type};
use crate::data::Currency;
use crate::data::inspect::PhysicalTable;
use crate::data::standard;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Decl, Expr as Syntax, ExprKind};

/// How one relation is mapped: the stored table, and stored names of columns that are called otherwise.
pub(super) struct Mapping<'a> {
    pub(super) table: String,
    pub(super) span: Span,
    pub(super) columns: Vec<(&'a tree::Name, String, Span)>,
}

impl<'a> Checker<'a> {
    /// A source's label and schema; none if it is too broken to be read.
    pub fn source(&mut self, id: DeclId) -> Option<(String, Arc<Schema>)> {
        if let Some(done) = self.sources.get(&id) {
            return done.clone();
        }
        self.sources.insert(id, None);
        let built = self.build_source(id);
        self.sources.insert(id, built.clone());
        built
    }

    fn build_source(&mut self, id: DeclId) -> Option<(String, Arc<Schema>)> {
        let decl = self.decl(id);
        let label = self.label(id, "");
        let currency = self.currency(decl);
        let timezone = self.zone(decl);
        let (path, demo, span) = self.database(id, decl)?;
        let (tables, known) = match self.catalog.tables(&path) {
            Ok(Some(tables)) => (tables, true),
            Ok(None) => {
                let help = if demo {
                    "`herald run` makes the demo shop when it is first needed, or make it now with `herald demo`".to_owned()
                } else {
                    format!("looked for {}", path.display())
                };
                self.report(
                    Diagnostic::warning(
                        "H0250",
                        span,
                        "the database is not there, so names of columns are not checked",
                    )
                    .label("not found")
                    .help(help),
                );
                (Arc::new(Vec::new()), false)
            }
            Err(reason) => {
                self.report(
                    Diagnostic::error("H0251", span, format!("the database cannot be read: {reason}"))
                        .label("not readable"),
                );
                (Arc::new(Vec::new()), false)
            }
        };
        // Of a table whose mapping cannot be read nothing is known.
        let unread = |s: &tree::Setting| {
            matches!(expr_of(s), Some(Syntax { kind: ExprKind::Broken, .. }))
                && super::kinds::find("source").is_some_and(|kind| kind.key(&s.key.text).is_none())
        };
        let known = known && !decl.settings.iter().any(unread);
        let mut relations = Vec::new();
        let mappings = self.mappings(decl);
        for (name, mapping) in &mappings {
            self.mark_mapping(&label, name, mapping);
            let columns = self.relation_from(name, mapping, &tables, known, currency);
            relations.extend(columns);
        }
        if known {
            for table in
                tables.iter().filter(|t| !mappings.iter().any(|(n, _)| n.text.eq_ignore_ascii_case(&t.name)))
            {
                let taken = mappings.iter().any(|(_, m)| m.table.eq_ignore_ascii_case(&table.name));
                let standard = standard::find(&table.name).is_some();
                if standard || !taken {
                    relations.push(self.unmapped(table, span, currency));
                }
            }
            self.need_tables(decl, &relations, &tables);
        }
        for record in standard::RECORDS {
            if !relations.iter().any(|r| r.name == record.name) {
                relations.push(relations::record_relation(record));
            }
        }
        derived::add_all(&mut relations, currency);
        let schema = Schema { source: label.clone(), database: path, currency, timezone, relations, known };
        let schema = self.with_cancelled(id, decl, schema);
        let text = |key: &str| setting(decl, key).and_then(expr_of).and_then(string).map(|t| t.value.clone());
        let source = model::Source {
            label: label.clone(),
            shop_name: text("name")
                .or_else(|| decl.title.as_ref().map(|t| t.value.clone()))
                .unwrap_or_else(|| capitalised(&label)),
            url: text("url").unwrap_or_default().trim_end_matches('/').to_owned(),
            demo,
            with_gaps: with_gaps(&schema, &tables),
            pictures: schema.database.parent().unwrap_or(Path::new("")).to_owned(),
            schema: Arc::clone(&schema),
        };
        self.model.sources.insert(label.clone(), source);
        Some((label, schema))
    }

    fn mark_mapping(&mut self, source: &str, name: &tree::Name, mapping: &Mapping<'a>) {
        let (source, relation) = (source.to_owned(), name.text.clone());
        self.mark(name.span, Meaning::Relation { source: source.clone(), relation: relation.clone() });
        for (column, _, _) in &mapping.columns {
            let (source, relation) = (source.clone(), relation.clone());
            self.mark(column.span, Meaning::Column { source, relation, column: column.text.clone() });
        }
    }

    fn currency(&mut self, decl: &'a Decl) -> Currency {
        let fallback = || Currency::parse("XXX").unwrap_or_else(unreachable_currency);
        let Some(value) = setting(decl, "currency").and_then(expr_of) else { return fallback() };
        let written = match &value.kind {
            ExprKind::Name(name) => name.as_str(),
            ExprKind::Str(text) => text.value.as_str(),
            _ => "",
        };
        Currency::parse(written).unwrap_or_else(|| {
            let finding = Diagnostic::error(
                "H0205",
                value.span,
                "a currency is written by its code of three capital letters",
            )
            .label("not a code");
            match crate::syntax::currency_code(written) {
                _ if matches!(value.kind, ExprKind::Broken) => {}
                Some(code) => self.report(finding.fix(format!("write `{code}`"), value.span, code)),
                None => self.report(finding.help("such as `CNY` or `EUR`")),
            }
            fallback()
        })
    }

    fn zone(&mut self, decl: &'a Decl) -> TimeZone {
        let Some(value) = setting(decl, "timezone").and_then(expr_of) else { return TimeZone::UTC };
        let Some(text) = string(value) else {
            self.wrong_value(value, "a time zone in quotes, such as `\"Asia/Shanghai\"`");
            return TimeZone::UTC;
        };
        TimeZone::get(&text.value).unwrap_or_else(|_| {
            let names: Vec<String> = jiff::tz::db().available().map(|n| n.as_str().to_owned()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let finding =
                Diagnostic::error("H0216", text.span, format!("there is no time zone `{}`", text.value))
                    .label("unknown zone");
            let help =
                suggest::nearest(&text.value, names.iter().copied()).map(|n| format!("did you mean `{n}`?"));
            self.report(finding.help_opt(
                help.or_else(|| {
                    Some("zones are named by continent and city: `\"Europe/London\"`".to_owned())
                }),
            ));
            TimeZone::UTC
        })
    }

    /// The database's path, and whether the demo shop is made where it is not there.
    fn database(&mut self, id: DeclId, decl: &'a Decl) -> Option<(PathBuf, bool, Span)> {
        let value = setting(decl, "database").and_then(expr_of)?;
        let (text, demo) = match &value.kind {
            ExprKind::Str(text) => (text, false),
            ExprKind::Call { callee, args } if callee.text == "demo" => match args.as_slice() {
                [tree::Arg { value: Syntax { kind: ExprKind::Str(text), .. }, .. }] => (text, true),
                _ => {
                    self.wrong_value(value, "`demo(\"aurora.db\")`");
                    return None;
                }
            },
            ExprKind::Broken => return None,
            _ => {
                self.wrong_value(
                    value,
                    "a database in quotes, such as `\"shop.db\"`, or `demo(\"aurora.db\")`",
                );
                return None;
            }
        };
        let file = self.project.sources.get(self.project.files[id.file].id);
        let folder = file.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        Some((folder.join(&text.value), demo, value.span))
    }

    fn mappings(&mut self, decl: &'a Decl) -> Vec<(&'a tree::Name, Mapping<'a>)> {
        let kind = super::kinds::find("source");
        let mut found = Vec::new();
        for s in &decl.settings {
            if kind.is_some_and(|k| k.key(&s.key.text).is_some()) {
                continue;
            }
            let Some(value) = expr_of(s) else { continue };
            if let Some(mapping) = self.mapping(value) {
                found.push((&s.key, mapping));
            } else if let Some(near) =
                kind.and_then(|k| suggest::nearest(&s.key.text, k.keys.iter().map(|k| k.name)))
            {
                self.report(
                    Diagnostic::error("H0202", s.key.span, format!("a source has no `{}`", s.key.text))
                        .label("unknown key")
                        .help(format!("did you mean `{near}`?"))
                        .fix(format!("write `{near}`"), s.key.span, near),
                );
            } else {
                self.no_table(value);
            }
        }
        found
    }

    /// A finding that a relation is given something that is no table.
    fn no_table(&mut self, value: &Syntax) {
        match &value.kind {
            ExprKind::Str(text) => self.report(
                Diagnostic::error("H0205", value.span, "this should be a table with its columns")
                    .label("only its name")
                    .help(format!("such as `table(\"{}\", id: StoredColumn)`", text.value)),
            ),
            ExprKind::Call { callee, args } if callee.text == "table" => {
                match args.first().filter(|first| first.name.is_none()) {
                    Some(first) => self.wrong_value(&first.value, "the table's name in quotes"),
                    None => self.report(
                        Diagnostic::error("H0205", value.span, "a table begins with its name in quotes")
                            .label("no name")
                            .help("such as `table(\"invoice_lines\", customer: CustomerID)`"),
                    ),
                }
            }
            _ => self.wrong_value(value, "a table: `table(\"name\", column: StoredColumn)`"),
        }
    }

    fn mapping(&mut self, value: &'a Syntax) -> Option<Mapping<'a>> {
        let ExprKind::Call { callee, args } = &value.kind else { return None };
        if callee.text != "table" {
            return None;
        }
        let (first, rest) = args.split_first()?;
        let table = string(&first.value)?.value.clone();
        let mut columns = Vec::new();
        for arg in rest {
            let stored = match &arg.value.kind {
                ExprKind::Name(name) => name.clone(),
                ExprKind::Str(text) => text.value.clone(),
                _ => {
                    self.wrong_value(&arg.value, "the name of a stored column");
                    continue;
                }
            };
            match &arg.name {
                Some(name) => columns.push((name, stored, arg.value.span)),
                None => self.wrong_value(&arg.value, "a column with its stored name: `id: CustomerID`"),
            }
        }
        Some(Mapping { table, span: first.value.span, columns })
    }

    /// Puts the condition for lines that count for nothing on `purchases` (and on `orders` by its status).
    fn with_cancelled(&mut self, id: DeclId, decl: &'a Decl, schema: Schema) -> Arc<Schema> {
        let schema = Arc::new(schema);
        let negative = |r: &Relation| {
            r.column("quantity").map(|c| {
                let zero = Expr::new(Op::Literal(Literal::Whole(0)), Type::Number);
                Expr::new(
                    Op::Compare(
                        Compare::Le,
                        Box::new(Expr::column(Row::This, "quantity", c.ty)),
                        Box::new(zero),
                    ),
                    Type::YesNo,
                )
            })
        };
        let written = setting(decl, "cancelled").and_then(expr_of).map(|value| {
            let place = |relation: &str| Scope {
                file: id.file,
                source: Some((schema.source.clone(), Arc::clone(&schema))),
                place: Place::Customer,
                row: Some((relation.to_owned(), super::typed::Link::Customer)),
                future: false,
            };
            // A condition on lines, unless it is the shop's own orders that have the status and its lines have none.
            let has_status = |name: &str| {
                schema.relation(name).is_some_and(|r| r.grouped_by.is_none() && r.column("status").is_some())
            };
            let relation =
                if has_status("orders") && !has_status("purchases") { "orders" } else { "purchases" };
            (relation, self.condition(value, &place(relation)))
        });
        let mut schema = Arc::unwrap_or_clone(schema);
        for relation in &mut schema.relations {
            if relation.name == "purchases" {
                relation.cancelled = negative(relation);
            }
            if relation.name == "orders" && relation.column("status").is_some() {
                relation.cancelled = Some(Expr::new(
                    Op::OneOf(
                        Box::new(Expr::column(Row::This, "status", Type::Text)),
                        ["cancelled", "canceled", "returned", "refunded"]
                            .iter()
                            .map(|s| Literal::Text((*s).to_owned()))
                            .collect(),
                    ),
                    Type::YesNo,
                ));
            }
            if let Some((name, condition)) = &written
                && relation.name == *name
                && condition.ty == Type::YesNo
            {
                let both = relation
                    .cancelled
                    .take()
                    .filter(|_| *name == "purchases")
                    .into_iter()
                    .chain([condition.clone()])
                    .collect();
                relation.cancelled = Some(Expr::new(Op::Or(both), Type::YesNo));
            }
        }
        Arc::new(schema)
    }
}

/// Columns that have no value in some rows; what is derived from one has none there either.
fn with_gaps(schema: &Schema, tables: &[PhysicalTable]) -> BTreeSet<String> {
    let mut gaps = BTreeSet::new();
    for relation in &schema.relations {
        let Some(table) = tables.iter().find(|t| t.name == relation.table) else { continue };
        let stored_gap = |name: &str| match relation.column(name).map(|c| &c.storage) {
            Some(Storage::Stored { column, .. }) => table.column(column).is_some_and(|c| c.has_missing),
            _ => false,
        };
        for column in &relation.columns {
            let mut gap = stored_gap(&column.name);
            if let Storage::Derived(value) = &column.storage {
                value.walk(&mut |e| {
                    if let Op::Column(_, name) = &e.op {
                        gap |= stored_gap(name);
                    }
                });
            }
            if gap {
                gaps.insert(format!("{}.{}", relation.name, column.name));
            }
        }
    }
    gaps
}

/// `XXX` is ISO 4217's code for no currency, and parses.
#[allow(clippy::expect_used)]
fn unreachable_currency() -> Currency {
    Currency::parse("XXX").expect("three capital letters")
}

/// The text of an expression that is a string.
pub(super) fn string(e: &Syntax) -> Option<&tree::Str> {
    match &e.kind {
        ExprKind::Str(text) => Some(text),
        _ => None,
    }
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
