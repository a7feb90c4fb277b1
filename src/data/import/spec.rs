//! The mapping of an import: which column of the CSV becomes which column of which table. It is data,
//! read from a small TOML file or made from flags; the [module's page](super) describes the format.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ImportError;
use super::error::closest;
use crate::data::standard::{self, ColumnType, StandardTable};

/// A whole mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSpec {
    /// What it is for, in a sentence or more.
    #[serde(default)]
    pub about: String,
    /// The IANA zone of times that name none.
    #[serde(default = "utc")]
    pub timezone: String,
    /// How text that is not UTF-8 is read.
    #[serde(default)]
    pub encoding: Encoding,
    /// What separates fields; found out from the header if not given.
    pub delimiter: Option<char>,
    /// Are numbers written `1.234,50`?
    #[serde(default)]
    pub decimal_comma: bool,
    /// Layouts of instants besides ISO 8601 and Unix time, as `strptime` formats.
    #[serde(default)]
    pub instants: Vec<String>,
    /// Layouts of dates besides `YYYY-MM-DD`.
    #[serde(default)]
    pub dates: Vec<String>,
    /// May columns that no table requires be absent from the file? They are noted in the report.
    #[serde(default)]
    pub optional_columns: bool,
    /// Columns that are only filled in the first line of a group.
    pub fill_down: Option<FillDown>,
    /// Lines that are not taken.
    #[serde(default)]
    pub leave_out: Vec<LeaveOut>,
    /// The mapping of each table: its column to where the value comes from.
    #[serde(default)]
    pub table: BTreeMap<String, BTreeMap<String, Field>>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// How text that is not UTF-8 is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// Not at all: the line is rejected.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// As Windows-1252, of which Latin-1 is a part; line by line, so that UTF-8 lines stay what they are.
    #[serde(rename = "windows-1252", alias = "latin-1", alias = "iso-8859-1")]
    Windows1252,
}

/// Columns that hold a value in the first line of a group only: the lines after it that have the same `by` take
/// the value of the line before.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillDown {
    /// The column that tells the groups apart, or several of which the first with a value counts.
    pub by: Names,
    /// The columns to fill.
    pub columns: Vec<String>,
}

/// A rule for lines that are not taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveOut {
    /// The reason, a few words for the report.
    pub reason: String,
    /// The tables that it concerns; all if none is given.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Do such lines count as cancelled? Then orders and order lines that an earlier import made of them are deleted
    /// (an order only if no other line of it is taken).
    #[serde(default)]
    pub cancelled: bool,
    /// The lines meant.
    pub when: Condition,
}

/// A test of one column. Exactly one of the tests is given. Letters' case does not matter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column, or several of which the first with a value counts.
    pub column: Names,
    /// Is it empty (`true`), or has it a value (`false`)?
    pub missing: Option<bool>,
    /// Is it one of these?
    #[serde(rename = "in")]
    pub one_of: Option<Vec<String>>,
    /// Does it begin with one of these?
    pub starts_with: Option<Vec<String>>,
    /// Is it a number less than this?
    pub below: Option<f64>,
    /// Is it a number no greater than this?
    pub at_most: Option<f64>,
}

/// One column name, or several of which the first that has a value in a line counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Names {
    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Field {
    /// A column, or the first of several that has a value.
    Plain(Names),
    /// Anything more.
    Full(Box<FieldSpec>),
}

/// Where a value comes from, in full. Exactly one of `column`, `text` and `value` is given; what is done to the
/// text happens in the order of the fields here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // four switches of a file format, each independent of the others
pub struct FieldSpec {
    /// A column, or the first of several that has a value.
    pub column: Option<Names>,
    /// Text with columns in braces: `{First Name} {Last Name}`. It is missing where all of them are. Of several,
    /// the first whose columns are all in the file.
    pub text: Option<Names>,
    /// The same value for every line.
    pub value: Option<Constant>,
    /// Only what stands before this, as in a list of categories.
    pub before: Option<String>,
    /// A beginning to take off.
    pub strip_prefix: Option<String>,
    /// Take HTML tags and entities out.
    #[serde(default)]
    pub plain_text: bool,
    /// In lower case.
    #[serde(default)]
    pub lower: bool,
    /// Values to exchange for others; the rest stay. A value exchanged for an empty text is missing.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// Exchange a stock keeping unit for its product, if the table `variants` knows it.
    #[serde(default)]
    pub lookup_sku: bool,
    /// A column to divide a number by: a line's amount by its quantity is the price of a piece.
    pub divide_by: Option<String>,
    /// The type, for columns that are none of the standard ones.
    #[serde(rename = "type")]
    pub kind: Option<ColumnType>,
    /// Which value stays where several lines make one row.
    #[serde(default)]
    pub keep: Keep,
    /// Take a value that can't be read as missing, rather than reject the line; the report counts it either way.
    #[serde(default)]
    pub lenient: bool,
}

/// A value given in the mapping itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A decimal.
    Decimal(f64),
    /// A text.
    Text(String),
}

/// Which value stays where several lines make one row, in one file or in one import after another. A missing
/// value never replaces a known one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The last.
    #[default]
    Last,
    /// The first.
    First,
    /// The smallest (for instants: the earliest).
    Min,
    /// The first of this file's; what earlier imports stored is forgotten.
    FileFirst,
    /// The smallest of this file's; what earlier imports stored is forgotten.
    FileMin,
    /// The sum of this file's; what earlier imports stored is forgotten.
    FileSum,
}

/// The presets that are compiled in, by name.
const PRESETS: [(&str, &str); 7] = [
    ("online-retail", include_str!("presets/online-retail.toml")),
    ("shopify-customers", include_str!("presets/shopify-customers.toml")),
    ("shopify-orders", include_str!("presets/shopify-orders.toml")),
    ("shopify-products", include_str!("presets/shopify-products.toml")),
    ("woocommerce-customers", include_str!("presets/woocommerce-customers.toml")),
    ("woocommerce-orders", include_str!("presets/woocommerce-orders.toml")),
    ("woocommerce-products", include_str!("presets/woocommerce-products.toml")),
];

impl ImportSpec {
    /// The names of the presets and the TOML text of each, sorted by name.
    #[must_use]
    pub fn presets() -> &'static [(&'static str, &'static str)] {
        &PRESETS
    }

    /// The preset of this name.
    ///
    /// # Errors
    /// `Spec` if there is none, with a suggestion.
    pub fn preset(name: &str) -> Result<Self, ImportError> {
        let Some((_, text)) = PRESETS.iter().find(|(n, _)| *n == name) else {
            let names = PRESETS.iter().map(|(n, _)| *n);
            return Err(unknown("preset", name, &names.collect::<Vec<_>>()));
        };
        Self::from_toml(text)
    }

    /// Reads and checks a mapping written in TOML.
    ///
    /// # Errors
    /// `Spec`, with the place in the text.
    pub fn from_toml(text: &str) -> Result<Self, ImportError> {
        let spec: Self = toml::from_str(text).map_err(|e| ImportError::Spec(e.to_string()))?;
        spec.check()?;
        Ok(spec)
    }

    /// A mapping of one table, from flags such as `id=CustomerID`. A column that is none of the standard ones is
    /// given with its type: `points:whole=Loyalty Points`.
    ///
    /// # Errors
    /// `Spec`: no `=`, an unknown table, column or type, or a required column left out.
    pub fn from_flags<S: AsRef<str>>(table: &str, maps: &[S]) -> Result<Self, ImportError> {
        let mut fields = BTreeMap::new();
        for map in maps.iter().map(AsRef::as_ref) {
            let (target, column) = map.split_once('=').ok_or_else(|| {
                ImportError::Spec(format!("`{map}`: write the table's column, `=`, and the file's column"))
            })?;
            let (name, kind) = match target.split_once(':') {
                None => (target, None),
                Some((name, kind)) => (name, Some(column_type(kind)?)),
            };
            let spec =
                FieldSpec { column: Some(Names::One(column.to_owned())), kind, ..FieldSpec::default() };
            if fields.insert(name.to_owned(), Field::Full(Box::new(spec))).is_some() {
                return Err(ImportError::Spec(format!("`{name}` is mapped twice")));
            }
        }
        let mut spec = Self::from_toml("")?;
        spec.table.insert(table.to_owned(), fields);
        spec.check()?;
        Ok(spec)
    }

    /// Checks names and required columns. (That there is a table at all is asked by [`super::import`].)
    fn check(&self) -> Result<(), ImportError> {
        for (name, fields) in &self.table {
            let table = standard(name)?;
            for (column, field) in fields {
                let kind = if let Field::Full(spec) = field { spec.check(name, column)? } else { None };
                if table.column(column).is_none() && kind.is_none() {
                    let names: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
                    let ImportError::Spec(message) = unknown(&format!("column of {name}"), column, &names)
                    else {
                        continue;
                    };
                    return Err(ImportError::Spec(format!("{message} (a column of your own needs a type)")));
                }
            }
            if let Some(absent) = table
                .columns
                .iter()
                .filter(|c| c.in_every_line)
                .map(|c| c.name)
                .find(|r| !fields.contains_key(*r))
            {
                return Err(ImportError::Spec(format!("`{name}` needs its column `{absent}` mapped")));
            }
        }
        for rule in &self.leave_out {
            rule.tables.iter().try_for_each(|t| standard(t).map(|_| ()))?;
            rule.when.check(&rule.reason)?;
        }
        Ok(())
    }
}

impl FieldSpec {
    /// Exactly one origin; gives the type, if one is stated.
    fn check(&self, table: &str, column: &str) -> Result<Option<ColumnType>, ImportError> {
        let origins = [self.column.is_some(), self.text.is_some(), self.value.is_some()];
        if origins.iter().filter(|given| **given).count() != 1 {
            return Err(ImportError::Spec(format!(
                "`{table}.{column}` needs exactly one of `column`, `text` and `value`"
            )));
        }
        Ok(self.kind)
    }
}

impl Condition {
    fn check(&self, reason: &str) -> Result<(), ImportError> {
        let tests = [
            self.missing.is_some(),
            self.one_of.is_some(),
            self.starts_with.is_some(),
            self.below.is_some(),
            self.at_most.is_some(),
        ];
        if tests.iter().filter(|given| **given).count() != 1 {
            return Err(ImportError::Spec(format!(
                "the rule `{reason}` needs exactly one of `missing`, `in`, `starts_with`, `below` and `at_most`"
            )));
        }
        Ok(())
    }
}

/// The standard table of this name.
pub(super) fn standard(name: &str) -> Result<&'static StandardTable, ImportError> {
    standard::imported().find(|t| t.name == name).ok_or_else(|| {
        let names: Vec<&str> = standard::imported().map(|t| t.name).collect();
        unknown("table", name, &names)
    })
}

fn column_type(name: &str) -> Result<ColumnType, ImportError> {
    use serde::de::IntoDeserializer;
    let read: Result<ColumnType, serde::de::value::Error> = ColumnType::deserialize(name.into_deserializer());
    read.map_err(|_| {
        unknown("type", name, &["id", "text", "whole", "number", "money", "date", "instant", "yes-no"])
    })
}

fn unknown(what: &str, name: &str, known: &[&str]) -> ImportError {
    let hint = match closest(name, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    ImportError::Spec(format!("`{name}` is no {what}; {hint}"))
}
