//! A source's tables as relations: what is mapped, what each stored column is taken for.

use super::checker::Checker;
use super::expr::near;
use super::schema::{Column, Encoding, Origin, Relation, Storage};
use super::source::Mapping;
use super::suggest;
use super::typed::Type;
use crate::data::Currency;
use crate::data::inspect::{
    InstantForm, Observed, PhysicalColumn, PhysicalTable, Precision, Separator, YesNoForm, ZoneMark,
};
use crate::data::standard::{self, ColumnType as Role, StandardTable};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{self, Decl};

impl<'a> Checker<'a> {
    /// A mapped relation.
    pub fn relation_from(
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
                        columns.push(unseen(&called.text, stored, role.map(|r| r.role), currency));
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
            self.need_columns(standard, &mut columns, &mapping.table, name.span, currency);
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
    pub fn unmapped(&mut self, table: &PhysicalTable, span: Span, currency: Currency) -> Relation {
        let standard = standard::find(&table.name).filter(|s| self.is_usable(s, table, span));
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
        Relation {
            name: table.name.clone(),
            origin: Origin::Shop,
            table: table.name.clone(),
            grouped_by: None,
            columns,
            cancelled: None,
        }
    }

    /// Whether a table that only has a standard table's name is one. Nobody said that it is, so what it lacks is an error for the
    /// customers only, without whom there is no shop; another is a further relation like any, and the reader is told.
    fn is_usable(&mut self, standard: &StandardTable, table: &PhysicalTable, span: Span) -> bool {
        let Some(needed) = standard.columns.iter().find(|c| {
            // Here names are told apart by their letters' case, as in campaign files.
            c.required && !table.columns.iter().any(|t| t.name == c.name)
        }) else {
            return true;
        };
        let (relation, column) = (standard.name, needed.name);
        let message = format!("`{relation}` has no `{column}`");
        let finding = if relation == "customers" {
            Diagnostic::error("H0254", span, message)
        } else {
            Diagnostic::warning("H0254", span, message)
        };
        self.report(finding.label(format!("`{column}` is needed")).help(format!(
            "{} Map it: `{relation}: table(\"{}\", {column}: StoredColumn)`",
            needed.doc, table.name
        )));
        relation == "customers"
    }

    /// Reports columns without which a relation is of no use, and adds them so that nothing else is said of them.
    fn need_columns(
        &mut self,
        standard: &StandardTable,
        columns: &mut Vec<Column>,
        table: &str,
        span: Span,
        currency: Currency,
    ) {
        for needed in standard.columns.iter().filter(|c| c.required) {
            if columns.iter().any(|k| k.name == needed.name) {
                continue;
            }
            let (relation, column) = (standard.name, needed.name);
            self.report(
                Diagnostic::error("H0254", span, format!("`{relation}` has no `{column}`"))
                    .label(format!("`{column}` is needed"))
                    .help(format!(
                        "{} Map it: `{relation}: table(\"{table}\", {column}: StoredColumn)`",
                        needed.doc
                    )),
            );
            let role = (needed.role == Role::Id).then_some(Role::Id);
            columns.push(unseen(column, column, role, currency));
        }
    }

    pub fn need_tables(&mut self, decl: &Decl, relations: &[Relation], tables: &[PhysicalTable]) {
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
            Some(Role::Number | Role::Whole) if observed.is_missing() || observed.as_number().is_some() => {
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
}

/// What a further table's column is for, by its standard name.
fn further_role(column: &PhysicalColumn) -> Option<Role> {
    match column.name.as_str() {
        "id" | "customer" | "product" | "order" => Some(Role::Id),
        name if (name == "at" || name.ends_with("_at")) && is_comparable(&column.observed) => {
            Some(Role::Instant)
        }
        _ if column.declared.eq_ignore_ascii_case("money") => Some(Role::Money),
        _ => None,
    }
}

/// Whether the values are points in time that compare as they are stored.
fn is_comparable(observed: &Observed) -> bool {
    match observed.as_instant() {
        Some(InstantForm::Text(layout)) => {
            layout.zone != ZoneMark::Offset && !matches!(layout.precision, Precision::Fraction(_))
        }
        form => form.is_some(),
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
        Some(Role::Number | Role::Whole) => (Type::Number, Encoding::Plain),
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
pub(super) fn record_relation(record: &StandardTable) -> Relation {
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
