//! A `source`: its settings, and its tables turned into the schema that expressions are checked against.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::expr::near;
use super::model;
use super::schema::{Column, Encoding, Origin, Relation, Schema, Storage};
use super::standard::{self, Role, StandardTable};
use super::suggest;
use super::typed::{Arith, Compare, Expr, Literal, Op, Row, Type};
use crate::data::Currency;
use crate::data::inspect::{
    InstantForm, Observed, PhysicalColumn, PhysicalTable, Precision, Separator, YesNoForm, ZoneMark,
};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Decl, Expr as Syntax, ExprKind};

/// How one relation is mapped: the stored table, and stored names of columns that are called otherwise.
struct Mapping<'a> {
    table: String,
    span: Span,
    columns: Vec<(&'a tree::Name, String, Span)>,
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
        let mut relations = Vec::new();
        let mappings = self.mappings(decl);
        for (name, mapping) in &mappings {
            let columns = self.relation_from(name, mapping, &tables, known, currency);
            relations.extend(columns);
        }
        if known {
            for table in
                tables.iter().filter(|t| !mappings.iter().any(|(n, _)| n.text.eq_ignore_ascii_case(&t.name)))
            {
                let taken = mappings.iter().any(|(_, m)| m.table.eq_ignore_ascii_case(&t_name(table)));
                let standard = standard::find(&table.name).is_some();
                if standard || !taken {
                    relations.push(self.unmapped(table, span, currency));
                }
            }
            self.need_tables(decl, &relations, &tables);
        }
        for record in standard::RECORDS {
            if !relations.iter().any(|r| r.name == record.name) {
                relations.push(record_relation(record));
            }
        }
        derive(&mut relations, currency);
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
            schema: Arc::clone(&schema),
        };
        self.model.sources.insert(label.clone(), source);
        Some((label, schema))
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
            self.wrong_value(value.span, "a currency code of three capital letters, such as `CNY`");
            fallback()
        })
    }

    fn zone(&mut self, decl: &'a Decl) -> TimeZone {
        let Some(value) = setting(decl, "timezone").and_then(expr_of) else { return TimeZone::UTC };
        let Some(text) = string(value) else {
            self.wrong_value(value.span, "a time zone in quotes, such as `\"Asia/Shanghai\"`");
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
                    self.wrong_value(value.span, "`demo(\"aurora.db\")`");
                    return None;
                }
            },
            ExprKind::Broken => return None,
            _ => {
                self.wrong_value(
                    value.span,
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
                self.wrong_value(value.span, "a table: `table(\"name\", column: StoredColumn)`");
            }
        }
        found
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
                    self.wrong_value(arg.value.span, "the name of a stored column");
                    continue;
                }
            };
            match &arg.name {
                Some(name) => columns.push((name, stored, arg.value.span)),
                None => self.wrong_value(arg.value.span, "a column with its stored name: `id: CustomerID`"),
            }
        }
        Some(Mapping { table, span: first.value.span, columns })
    }

    /// A mapped relation.
    fn relation_from(
        &mut self,
        name: &tree::Name,
        mapping: &Mapping<'a>,
        tables: &[PhysicalTable],
        known: bool,
        currency: Currency,
    ) -> Option<Relation> {
        let physical = tables.iter().find(|t| t.name.eq_ignore_ascii_case(&mapping.table));
        if physical.is_none() && known {
            let names: Vec<&str> = tables.iter().map(|t| t.name.as_str()).collect();
            let finding = Diagnostic::error(
                "H0252",
                mapping.span,
                format!("the database has no table `{}`", mapping.table),
            )
            .label("not there");
            self.report(
                near(finding, &mapping.table, mapping.span, &[], "tables are").help_opt(suggest::help(
                    &mapping.table,
                    names.iter().copied(),
                    "tables are",
                )),
            );
            return None;
        }
        let standard = standard::find(&name.text);
        let mut columns = Vec::new();
        for (called, stored, span) in &mapping.columns {
            let role = standard.and_then(|s| s.columns.iter().find(|c| c.name == called.text));
            match physical {
                None => columns.push(unseen(&called.text, stored, role.map(|r| r.role), currency)),
                Some(table) => match table.column(stored) {
                    Some(column) => columns.push(self.column(
                        &called.text,
                        column,
                        role.map(|r| r.role),
                        role.map_or("", |r| r.doc),
                        *span,
                        currency,
                    )),
                    None => {
                        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
                        let finding = Diagnostic::error(
                            "H0253",
                            *span,
                            format!("the table `{}` has no column `{stored}`", table.name),
                        )
                        .label("not there");
                        self.report(near(finding, stored, *span, &names, "it has"));
                    }
                },
            }
        }
        if let Some(table) = physical {
            for column in &table.columns {
                let mapped = mapping.columns.iter().any(|(_, s, _)| s.eq_ignore_ascii_case(&column.name));
                if !mapped && !columns.iter().any(|c| c.name == column.name) {
                    let role = standard.and_then(|s| s.columns.iter().find(|c| c.name == column.name));
                    columns.push(self.column(
                        &column.name,
                        column,
                        role.map(|r| r.role),
                        role.map_or("", |r| r.doc),
                        mapping.span,
                        currency,
                    ));
                }
            }
        }
        if let Some(standard) = standard {
            self.need_columns(standard, &columns, name.span);
        }
        let table = physical.map_or_else(|| mapping.table.clone(), |t| t.name.clone());
        Some(Relation {
            name: name.text.clone(),
            origin: Origin::Shop,
            table,
            grouped_by: None,
            columns,
            cancelled: None,
        })
    }

    /// A table that the source does not mention: standard, or a further relation under its own name.
    fn unmapped(&mut self, table: &PhysicalTable, span: Span, currency: Currency) -> Relation {
        let standard = standard::find(&table.name);
        let columns: Vec<Column> = table
            .columns
            .iter()
            .map(|column| {
                let role = standard
                    .and_then(|s| s.columns.iter().find(|c| c.name == column.name))
                    .map(|c| (c.role, c.doc))
                    .or_else(|| further_role(column).map(|r| (r, "")));
                self.column(&column.name, column, role.map(|r| r.0), role.map_or("", |r| r.1), span, currency)
            })
            .collect();
        if let Some(standard) = standard {
            self.need_columns(standard, &columns, span);
        }
        Relation {
            name: table.name.clone(),
            origin: Origin::Shop,
            table: table.name.clone(),
            grouped_by: None,
            columns,
            cancelled: None,
        }
    }

    fn need_columns(&mut self, standard: &StandardTable, columns: &[Column], span: Span) {
        for needed in
            standard.columns.iter().filter(|c| c.required && !columns.iter().any(|k| k.name == c.name))
        {
            self.report(
                Diagnostic::error("H0254", span, format!("`{}` has no `{}`", standard.name, needed.name))
                    .label(format!("`{}` is needed", needed.name))
                    .help(format!(
                        "{} Map it: `{}: table(\"{}\", {}: StoredColumn)`",
                        needed.doc, standard.name, standard.name, needed.name
                    )),
            );
        }
    }

    fn need_tables(&mut self, decl: &Decl, relations: &[Relation], tables: &[PhysicalTable]) {
        if relations.iter().any(|r| r.name == "customers")
            || decl.settings.iter().any(|s| s.key.text == "customers")
        {
            return;
        }
        let names: Vec<&str> = tables.iter().map(|t| t.name.as_str()).collect();
        self.report(
            Diagnostic::error("H0252", decl.head, "the database has no table `customers`")
                .label("no customers")
                .help(format!(
                    "its tables are {}; map one: `customers: table(\"…\", id: …, email: …)`",
                    suggest::list(&names)
                )),
        );
    }

    /// One stored column as the language sees it.
    fn column(
        &mut self,
        name: &str,
        column: &PhysicalColumn,
        role: Option<Role>,
        doc: &'static str,
        span: Span,
        currency: Currency,
    ) -> Column {
        let observed = &column.observed;
        let (ty, encoding) = match role {
            Some(Role::Id) => (Type::Id, Encoding::Plain),
            Some(Role::Money) if observed.is_missing() || observed.as_number().is_some() => {
                (Type::Money(currency), Encoding::MajorUnits)
            }
            Some(Role::Instant) => self.instant_column(column, span),
            Some(Role::YesNo) => match observed.as_yes_no() {
                Some(YesNoForm::Words) => (Type::YesNo, Encoding::YesNoText),
                Some(YesNoForm::ZeroOne) => (Type::YesNo, Encoding::YesNo),
                None if observed.is_missing() => (Type::YesNo, Encoding::YesNo),
                None => inferred(observed),
            },
            Some(Role::Date) => match observed.as_instant() {
                Some(InstantForm::Date) => (Type::Date, Encoding::DateText),
                None if observed.is_missing() => (Type::Date, Encoding::DateText),
                Some(form) => instant_encoding(form),
                None => inferred(observed),
            },
            Some(Role::Text) if observed.is_missing() || observed.is_text() => (Type::Text, Encoding::Plain),
            Some(Role::Number) if observed.is_missing() || observed.as_number().is_some() => {
                (Type::Number, Encoding::Plain)
            }
            _ => inferred(observed),
        };
        if let Observed::Mixed(kinds) = observed
            && role != Some(Role::Id)
            && !(role == Some(Role::Text) && observed.is_text())
        {
            let seen: Vec<String> =
                kinds.iter().map(|k| format!("{} × {} (`{}`)", k.count, k.kind, k.example)).collect();
            if role.is_some() {
                self.report(
                    Diagnostic::error(
                        "H0255",
                        span,
                        format!("the column `{}` holds several kinds of value", column.name),
                    )
                    .label(format!("`{}`", column.name))
                    .help(format!("it holds {}", seen.join(", "))),
                );
            }
        }
        Column {
            name: name.to_owned(),
            ty,
            storage: Storage::Stored { column: column.name.clone(), encoding },
            doc,
        }
    }

    fn instant_column(&mut self, column: &PhysicalColumn, span: Span) -> (Type, Encoding) {
        match column.observed.as_instant() {
            Some(InstantForm::Text(layout))
                if layout.zone == ZoneMark::Offset || matches!(layout.precision, Precision::Fraction(_)) =>
            {
                self.report(
                    Diagnostic::error(
                        "H0256",
                        span,
                        format!(
                            "`{}` holds times as `{layout}`, which do not sort as the times do",
                            column.name
                        ),
                    )
                    .label("cannot be compared")
                    .help("store UTC: `2026-12-01T09:00:00Z`, or Unix seconds"),
                );
                (Type::Unknown, Encoding::Plain)
            }
            Some(form) => instant_encoding(form),
            None if column.observed.is_missing() => (Type::Instant, Encoding::UnixSeconds),
            None => {
                let example = column.example.clone().unwrap_or_default();
                if !matches!(column.observed, Observed::Mixed(_)) {
                    self.report(
                        Diagnostic::error(
                            "H0256",
                            span,
                            format!("`{}` should hold points in time", column.name),
                        )
                        .label("something else")
                        .help(format!(
                            "it holds `{example}`; wanted are ISO 8601 texts, or Unix seconds or milliseconds"
                        )),
                    );
                }
                (Type::Unknown, Encoding::Plain)
            }
        }
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
            let relation = if schema.relation("purchases").is_some_and(|r| r.column("status").is_some())
                || schema.relation("orders").is_none()
            {
                "purchases"
            } else {
                "orders"
            };
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

fn t_name(table: &PhysicalTable) -> String {
    table.name.clone()
}

/// `XXX` is ISO 4217's code for no currency, and parses.
#[allow(clippy::expect_used)]
fn unreachable_currency() -> Currency {
    Currency::parse("XXX").expect("three capital letters")
}

/// What a further table's column is for, by its standard name.
fn further_role(column: &PhysicalColumn) -> Option<Role> {
    match column.name.as_str() {
        "id" | "customer" | "product" | "order" => Some(Role::Id),
        "at" => Some(Role::Instant),
        name if name.ends_with("_at") && column.observed.as_instant().is_some() => Some(Role::Instant),
        _ if column.declared.eq_ignore_ascii_case("money") => Some(Role::Money),
        _ => None,
    }
}

/// A column's type by its values alone.
fn inferred(observed: &Observed) -> (Type, Encoding) {
    match observed {
        Observed::Whole { .. } | Observed::Decimal { .. } => (Type::Number, Encoding::Plain),
        Observed::YesNo(YesNoForm::ZeroOne) => (Type::YesNo, Encoding::YesNo),
        Observed::YesNo(YesNoForm::Words) => (Type::YesNo, Encoding::YesNoText),
        Observed::Text => (Type::Text, Encoding::Plain),
        Observed::Date => (Type::Date, Encoding::DateText),
        Observed::Instant(_) => observed.as_instant().map_or((Type::Text, Encoding::Plain), instant_encoding),
        _ => (Type::Unknown, Encoding::Plain),
    }
}

fn instant_encoding(form: InstantForm) -> (Type, Encoding) {
    let encoding = match form {
        InstantForm::Date => Encoding::DateText,
        InstantForm::UnixSeconds => Encoding::UnixSeconds,
        InstantForm::UnixMillis => Encoding::UnixMillis,
        InstantForm::Text(layout) => Encoding::InstantText {
            separator: if layout.separator == Separator::T { 'T' } else { ' ' },
            seconds: layout.precision != Precision::Minutes,
            utc: layout.zone == ZoneMark::Utc,
        },
    };
    (Type::Instant, encoding)
}

/// A mapped column of a database that is not there: its type by its role alone.
fn unseen(name: &str, stored: &str, role: Option<Role>, currency: Currency) -> Column {
    let (ty, encoding) = match role {
        Some(Role::Id) => (Type::Id, Encoding::Plain),
        Some(Role::Text) => (Type::Text, Encoding::Plain),
        Some(Role::Number) => (Type::Number, Encoding::Plain),
        Some(Role::Money) => (Type::Money(currency), Encoding::MajorUnits),
        Some(Role::Date) => (Type::Date, Encoding::DateText),
        Some(Role::Instant) => (Type::Instant, Encoding::UnixSeconds),
        Some(Role::YesNo) => (Type::YesNo, Encoding::YesNo),
        None => (Type::Unknown, Encoding::Plain),
    };
    Column {
        name: name.to_owned(),
        ty,
        storage: Storage::Stored { column: stored.to_owned(), encoding },
        doc: "",
    }
}

/// A relation of the program's own records.
fn record_relation(record: &StandardTable) -> Relation {
    let columns = record
        .columns
        .iter()
        .map(|c| {
            let (ty, encoding) = match c.role {
                Role::Instant => (Type::Instant, Encoding::UnixSeconds),
                Role::Id => (Type::Id, Encoding::Plain),
                _ => (Type::Text, Encoding::Plain),
            };
            Column {
                name: c.name.to_owned(),
                ty,
                storage: Storage::Stored { column: c.name.to_owned(), encoding },
                doc: c.doc,
            }
        })
        .collect();
    Relation {
        name: record.name.to_owned(),
        origin: Origin::Records,
        table: record.name.to_owned(),
        grouped_by: None,
        columns,
        cancelled: None,
    }
}

/// Adds what can be derived: `amount`, `discount`, `quantity`, `margin`, `age`, and `orders` from the lines.
fn derive(relations: &mut Vec<Relation>, currency: Currency) {
    let money = Type::Money(currency);
    let this = |name: &str, ty: Type| Box::new(Expr::column(Row::This, name, ty));
    if let Some(lines) = relations.iter_mut().find(|r| r.name == "purchases") {
        if lines.column("quantity").is_none() {
            add(
                lines,
                "quantity",
                Expr::new(Op::Literal(Literal::Whole(1)), Type::Number),
                "One piece a line.",
            );
        }
        if lines.column("price").is_some() {
            add(
                lines,
                "amount",
                Expr::new(Op::Arith(Arith::Mul, this("price", money), this("quantity", Type::Number)), money),
                "Price times quantity.",
            );
        }
        if lines.column("price").is_some() && lines.column("list_price").is_some() {
            let ratio = Expr::new(
                Op::Arith(Arith::Div, this("price", money), this("list_price", money)),
                Type::Number,
            );
            let one = Expr::new(Op::Literal(Literal::Whole(1)), Type::Number);
            add(
                lines,
                "discount",
                Expr::new(Op::Arith(Arith::Sub, Box::new(one), Box::new(ratio)), Type::Number),
                "The share taken off the list price.",
            );
        }
    }
    if let Some(products) = relations.iter_mut().find(|r| r.name == "products")
        && products.column("price").is_some()
        && products.column("cost").is_some()
    {
        let gain = Expr::new(Op::Arith(Arith::Sub, this("price", money), this("cost", money)), money);
        add(
            products,
            "margin",
            Expr::new(Op::Arith(Arith::Div, Box::new(gain), this("price", money)), Type::Number),
            "The share of the price that is gain.",
        );
    }
    if let Some(customers) = relations.iter_mut().find(|r| r.name == "customers")
        && customers.column("birthday").is_some_and(|c| c.ty == Type::Date)
    {
        add(
            customers,
            "age",
            Expr::new(Op::YearsSince(this("birthday", Type::Date)), Type::Number),
            "Whole years since the birthday.",
        );
    }
    derive_orders(relations, currency);
}

fn derive_orders(relations: &mut Vec<Relation>, currency: Currency) {
    if relations.iter().any(|r| r.name == "orders") {
        return;
    }
    let Some(lines) = relations.iter().find(|r| r.name == "purchases") else { return };
    let Some(Column { storage: Storage::Stored { column: grouped, .. }, .. }) = lines.column("order") else {
        return;
    };
    let mut columns: Vec<Column> =
        ["customer", "at"].iter().filter_map(|n| lines.column(n).cloned()).collect();
    if let Some(order) = lines.column("order") {
        columns.insert(0, Column { name: "id".to_owned(), ..order.clone() });
    }
    if let Some(amount) = lines.column("amount") {
        columns.push(Column {
            name: "total".to_owned(),
            ty: Type::Money(currency),
            storage: amount.storage.clone(),
            doc: "The sum of its lines.",
        });
    }
    let orders = Relation {
        name: "orders".to_owned(),
        origin: Origin::Shop,
        table: lines.table.clone(),
        grouped_by: Some(grouped.clone()),
        columns,
        cancelled: lines.cancelled.clone(),
    };
    relations.push(orders);
}

fn add(relation: &mut Relation, name: &str, value: Expr, doc: &'static str) {
    if relation.column(name).is_none() {
        let ty = value.ty;
        relation.columns.push(Column { name: name.to_owned(), ty, storage: Storage::Derived(value), doc });
    }
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
