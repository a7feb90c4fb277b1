//! A mapping bound to the header of one file: names become positions, and what does not fit is an error here.

use std::collections::BTreeMap;

use super::ImportError;
use super::error::closest;
use super::spec::{Condition, Field, FieldSpec, ImportSpec, Keep, Names, standard};
use crate::data::standard::{self, ColumnType, RowKey, StandardTable};

/// Everything that is to be done with each line.
pub struct Plan {
    /// The tables to fill, in order.
    pub tables: Vec<BoundTable>,
    /// The lines to leave out.
    pub rules: Vec<BoundRule>,
    /// The columns to fill down: those of which the first with a value tells the groups apart, and the others.
    pub fill: Option<(Vec<usize>, Vec<usize>)>,
    /// What the report should mention.
    pub notes: Vec<String>,
}

/// One table to fill.
pub struct BoundTable {
    /// The table.
    pub table: &'static StandardTable,
    /// Its fields.
    pub fields: Vec<BoundField>,
}

/// One field of it.
pub struct BoundField {
    /// The column of the table.
    pub name: String,
    /// Its type.
    pub kind: ColumnType,
    /// Is a line without it rejected?
    pub required: bool,
    /// Where its text comes from.
    pub source: Source,
    /// What the source is called in messages.
    pub label: String,
    /// What is done to the text.
    pub spec: FieldSpec,
    /// The column to divide by.
    pub divide_by: Option<usize>,
}

/// Where a text comes from.
pub enum Source {
    /// The first of these columns that has a value.
    Columns(Vec<usize>),
    /// Text and columns in turn.
    Template(Vec<Part>),
    /// Always this.
    Constant(String),
}

/// A part of a template.
pub enum Part {
    /// Text as it is.
    Text(String),
    /// A column.
    Column(usize),
}

/// A rule with its column found.
pub struct BoundRule {
    /// Its reason.
    pub reason: String,
    /// The tables that it concerns, as given; all if empty.
    pub tables: Vec<String>,
    /// Do its lines count as cancelled?
    pub cancelled: bool,
    /// The columns of which the first with a value is tested.
    pub columns: Vec<usize>,
    /// The test.
    pub when: Condition,
}

impl BoundRule {
    /// Does it concern this table?
    pub fn concerns(&self, table: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|t| t == table)
    }
}

impl BoundTable {
    /// The field that fills this column.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }

    /// Is a value of this table formed from all of the file's lines, so that each must be counted?
    pub fn accumulates(&self) -> bool {
        self.fields.iter().any(|f| matches!(f.spec.keep, Keep::FileFirst | Keep::FileMin | Keep::FileSum))
    }

    /// Is each line of the file a row of its own?
    pub fn is_order_lines(&self) -> bool {
        self.table.key == RowKey::OrderLine
    }
}

/// Binds a mapping to a header.
///
/// # Errors
/// `NoColumn`, `AmbiguousColumn` or `Spec`.
pub fn bind(spec: &ImportSpec, header: &[String]) -> Result<Plan, ImportError> {
    let mut binder = Binder { header, lenient: spec.optional_columns, notes: Vec::new() };
    let mut tables = Vec::new();
    for (name, fields) in &spec.table {
        tables.push(binder.table(standard(name)?, fields)?);
    }
    tables.sort_by_key(|t| standard::imported().position(|s| s.name == t.table.name));
    let mut rules = Vec::new();
    for rule in &spec.leave_out {
        let Some(columns) =
            binder.columns(&rule.when.column, &format!("the rule `{}`", rule.reason), false)?
        else {
            continue;
        };
        let (reason, tables, when) = (rule.reason.clone(), rule.tables.clone(), rule.when.clone());
        rules.push(BoundRule { reason, tables, cancelled: rule.cancelled, columns, when });
    }
    let fill = match &spec.fill_down {
        None => None,
        Some(fill) => {
            let by = binder.columns(&fill.by, "fill_down.by", true)?.unwrap_or_default();
            let mut columns = Vec::new();
            for name in &fill.columns {
                let found = binder.columns(&Names::One(name.clone()), "fill_down.columns", false)?;
                columns.extend(found.into_iter().flatten());
            }
            Some((by, columns))
        }
    };
    binder.notes.sort();
    binder.notes.dedup();
    Ok(Plan { tables, rules, fill, notes: binder.notes })
}

struct Binder<'a> {
    header: &'a [String],
    lenient: bool,
    notes: Vec<String>,
}

impl Binder<'_> {
    fn table(
        &mut self,
        table: &'static StandardTable,
        fields: &BTreeMap<String, Field>,
    ) -> Result<BoundTable, ImportError> {
        let mut bound = Vec::new();
        for (name, field) in fields {
            let spec = match field {
                Field::Plain(names) => FieldSpec { column: Some(names.clone()), ..FieldSpec::default() },
                Field::Full(spec) => (**spec).clone(),
            };
            let required = table.in_every_line(name);
            let place = format!("{}.{name}", table.name);
            let Some((source, label)) = self.source(&spec, &place, required)? else { continue };
            let divide_by = match &spec.divide_by {
                Some(column) => Some(self.column(column, &place)?),
                None => None,
            };
            // The mapping was checked: a column is a standard one or has its type stated.
            let kind =
                spec.kind.or_else(|| table.column(name).map(|c| c.imported)).unwrap_or(ColumnType::Text);
            bound.push(BoundField { name: name.clone(), kind, required, source, label, spec, divide_by });
        }
        Ok(BoundTable { table, fields: bound })
    }

    fn source(
        &mut self,
        spec: &FieldSpec,
        place: &str,
        required: bool,
    ) -> Result<Option<(Source, String)>, ImportError> {
        if let Some(names) = &spec.column {
            let found = self.columns(names, place, required)?;
            return Ok(found.map(|columns| {
                let label = self.header[columns[0]].clone();
                (Source::Columns(columns), label)
            }));
        }
        if let Some(templates) = &spec.text {
            return self.first_template(templates, place, required);
        }
        let constant = match &spec.value {
            Some(super::spec::Constant::YesNo(yes)) => u8::from(*yes).to_string(),
            Some(super::spec::Constant::Whole(n)) => n.to_string(),
            Some(super::spec::Constant::Decimal(x)) => x.to_string(),
            Some(super::spec::Constant::Text(text)) => text.clone(),
            None => return Err(ImportError::Spec(format!("`{place}` has no origin"))),
        };
        Ok(Some((Source::Constant(constant.clone()), constant)))
    }

    /// The first template whose columns are all in the file.
    fn first_template(
        &mut self,
        templates: &Names,
        place: &str,
        required: bool,
    ) -> Result<Option<(Source, String)>, ImportError> {
        let mut first_error = None;
        for template in templates.all() {
            match self.template(template, place) {
                Ok(parts) => return Ok(Some((Source::Template(parts), template.clone()))),
                Err(e @ ImportError::NoColumn { .. }) => first_error = first_error.or(Some(e)),
                Err(e) => return Err(e),
            }
        }
        match first_error {
            Some(e) if required || !self.lenient => Err(e),
            _ => {
                self.notes.push(format!(
                    "{place}: the file has not the columns of `{}`",
                    templates.all().join("` or `")
                ));
                Ok(None)
            }
        }
    }

    fn template(&self, template: &str, place: &str) -> Result<Vec<Part>, ImportError> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| ImportError::Spec(format!("`{place}`: `{{` without `}}` in `{template}`")))?;
            parts.push(Part::Text(text.to_owned()));
            parts.push(Part::Column(self.column(name, place)?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(parts)
    }

    /// Those of the names that are in the file; `None`, and a note, where none is and none need be.
    fn columns(
        &mut self,
        names: &Names,
        place: &str,
        required: bool,
    ) -> Result<Option<Vec<usize>>, ImportError> {
        let mut found = Vec::new();
        let mut first_error = None;
        for name in names.all() {
            match self.column(name, place) {
                Ok(i) => found.push(i),
                Err(e @ ImportError::AmbiguousColumn { .. }) => return Err(e),
                Err(e) => first_error = first_error.or(Some(e)),
            }
        }
        match first_error {
            _ if !found.is_empty() => Ok(Some(found)),
            Some(e) if required || !self.lenient => Err(e),
            _ => {
                let names: Vec<String> = names.all().iter().map(|n| format!("`{n}`")).collect();
                self.notes.push(format!("{place}: the file has no column {}", names.join(" or ")));
                Ok(None)
            }
        }
    }

    fn column(&self, name: &str, field: &str) -> Result<usize, ImportError> {
        let exact = self.matching(|n| n == name);
        let matches =
            if exact.is_empty() { self.matching(|n| n.to_lowercase() == name.to_lowercase()) } else { exact };
        match matches.as_slice() {
            [one] => Ok(*one),
            [] => Err(ImportError::NoColumn {
                field: field.to_owned(),
                wanted: name.to_owned(),
                closest: closest(name, self.header.iter().map(String::as_str)),
                available: self.header.to_vec(),
            }),
            many => Err(ImportError::AmbiguousColumn {
                field: field.to_owned(),
                name: name.to_owned(),
                count: many.len(),
            }),
        }
    }

    fn matching(&self, is: impl Fn(&str) -> bool) -> Vec<usize> {
        self.header.iter().enumerate().filter(|(_, n)| is(n)).map(|(i, _)| i).collect()
    }
}
