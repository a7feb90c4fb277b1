//! One line of a file against the mapping: its texts, its rules, its values.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::StringRecord;
use rusqlite::types::Value;

use super::bind::{BoundField, BoundRule, Part, Source};
use super::value::{Values, plain_text};
use crate::data::standard::ColumnType;

/// Values that are only filled in the first line of a group.
pub struct FillDown {
    by: Vec<usize>,
    columns: Vec<usize>,
    group: String,
    values: HashMap<usize, String>,
}

impl FillDown {
    /// Groups by the first of some columns that has a value, fills the others.
    pub fn new(by: Vec<usize>, columns: Vec<usize>) -> Self {
        Self { by, columns, group: String::new(), values: HashMap::new() }
    }

    /// Takes note of the next line.
    pub fn see(&mut self, record: &StringRecord) {
        let text = |&column: &usize| record.get(column).unwrap_or_default().trim();
        let group = self.by.iter().map(text).find(|t| !t.is_empty()).unwrap_or_default();
        if group != self.group {
            group.clone_into(&mut self.group);
            self.values.clear();
        }
        for &column in &self.columns {
            let text = record.get(column).unwrap_or_default().trim();
            if !text.is_empty() {
                self.values.insert(column, text.to_owned());
            }
        }
    }
}

/// One line, its gaps filled.
pub struct Row<'a> {
    record: &'a StringRecord,
    fill: Option<&'a FillDown>,
}

/// Why a line is rejected: the reason, and the text at fault.
pub struct Bad {
    /// A few words.
    pub reason: String,
    /// The text.
    pub text: String,
}

impl<'a> Row<'a> {
    /// The line, and what the lines before it fill in.
    pub fn new(record: &'a StringRecord, fill: Option<&'a FillDown>) -> Self {
        Self { record, fill }
    }

    /// The trimmed text of a column; empty where there is none.
    fn get(&self, column: usize) -> &'a str {
        let own = self.record.get(column).unwrap_or_default().trim();
        match self.fill {
            Some(fill) if own.is_empty() => fill.values.get(&column).map_or("", String::as_str),
            _ => own,
        }
    }

    /// The first of these columns that has a value.
    fn first(&self, columns: &[usize]) -> &'a str {
        columns.iter().map(|&c| self.get(c)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Is the rule for this line? If so, the text that says it.
    pub fn meets(&self, rule: &BoundRule, values: &Values) -> Option<&'a str> {
        let text = self.first(&rule.columns);
        let when = &rule.when;
        let number = || values.number(text);
        let is = if let Some(missing) = when.missing {
            text.is_empty() == missing
        } else if let Some(all) = &when.one_of {
            let lower = text.to_lowercase();
            all.iter().any(|one| one.to_lowercase() == lower)
        } else if let Some(all) = &when.starts_with {
            let lower = text.to_lowercase();
            all.iter().any(|one| lower.starts_with(&one.to_lowercase()))
        } else if let Some(limit) = when.below {
            number().is_some_and(|n| n < limit)
        } else if let Some(limit) = when.at_most {
            number().is_some_and(|n| n <= limit)
        } else {
            false
        };
        is.then_some(text)
    }

    /// The text that a field takes from this line, before it is read as a value; empty where it is missing.
    pub fn text<'b>(&self, field: &'b BoundField, skus: &HashMap<String, String>) -> Cow<'b, str>
    where
        'a: 'b,
    {
        let mut text: Cow<'b, str> = match &field.source {
            Source::Columns(columns) => Cow::Borrowed(self.first(columns)),
            Source::Constant(text) => Cow::Borrowed(text),
            Source::Template(parts) => Cow::Owned(self.fill_template(parts)),
        };
        let spec = &field.spec;
        if let Some(mark) = &spec.before
            && let Some((head, _)) = text.split_once(mark.as_str())
        {
            text = Cow::Owned(head.trim().to_owned());
        }
        if let Some(prefix) = &spec.strip_prefix
            && let Some(rest) = text.strip_prefix(prefix.as_str())
        {
            text = Cow::Owned(rest.to_owned());
        }
        if spec.plain_text {
            text = Cow::Owned(plain_text(&text));
        }
        if spec.lower {
            text = Cow::Owned(text.to_lowercase());
        }
        if let Some(other) = spec.map.get(text.as_ref()) {
            text = Cow::Owned(other.clone());
        }
        if spec.lookup_sku
            && let Some(product) = skus.get(text.as_ref())
        {
            text = Cow::Owned(product.clone());
        }
        text
    }

    fn fill_template(&self, parts: &[Part]) -> String {
        let mut out = String::new();
        let mut known = false;
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Column(column) => {
                    let text = self.get(*column);
                    known |= !text.is_empty();
                    out.push_str(text);
                }
            }
        }
        if known { out.trim().to_owned() } else { String::new() }
    }

    /// The value of a field in this line.
    pub fn value(
        &self,
        field: &BoundField,
        skus: &HashMap<String, String>,
        values: &mut Values,
    ) -> Result<Value, Bad> {
        let text = self.text(field, skus);
        let bad =
            |why: &str| Bad { reason: format!("`{}` {why}", field.label), text: text.as_ref().to_owned() };
        if text.is_empty() {
            return if field.required { Err(bad("is missing")) } else { Ok(Value::Null) };
        }
        let value = values.read(field.kind, &text).map_err(bad)?;
        let (Some(column), Value::Real(amount)) = (field.divide_by, &value) else { return Ok(value) };
        match values.number(self.get(column)) {
            Some(by) if by != 0.0 => Ok(Value::Real(to_cents(field.kind, amount / by))),
            _ => Ok(Value::Null),
        }
    }
}

/// A quotient of money as a price has it: 10.00 for three pieces is 3.3333, four places being enough for any
/// currency's smallest unit.
fn to_cents(kind: ColumnType, quotient: f64) -> f64 {
    if kind == ColumnType::Money { (quotient * 1e4).round() / 1e4 } else { quotient }
}
