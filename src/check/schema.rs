//! The shape of a shop's data as the language sees it: relations and typed columns, and how each is stored.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::typed::{Expr, Type};
use crate::data::Currency;

/// Where a relation's rows live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The shop's own database, read-only.
    Shop,
    /// The program's own records (`sends`, `opens`, …) in the state database.
    Records,
}

/// How a stored value becomes a value of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// As it is: texts, numbers, ids.
    Plain,
    /// Money stored in major units (`39.90`); becomes whole minor units by rounding half away from zero.
    MajorUnits,
    /// An instant in whole seconds since 1970, UTC.
    UnixSeconds,
    /// An instant in milliseconds since 1970, UTC.
    UnixMillis,
    /// A calendar date `2026-12-01`.
    DateText,
    /// An instant as text; compared as text with parameters written in the same layout, so that indexes serve.
    InstantText {
        /// Between date and time: `T` or a space.
        separator: char,
        /// Whether seconds are written.
        seconds: bool,
        /// Whether it ends in `Z` (UTC); if not it is in the shop's zone.
        utc: bool,
    },
    /// 0 or 1.
    YesNo,
    /// One of `yes`/`no`, `true`/`false`, `y`/`n`, in any case.
    YesNoText,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// A stored column.
    Stored {
        /// Its name in the database.
        column: String,
        /// How its values are written.
        encoding: Encoding,
    },
    /// Computed from other columns of the same row (`purchases.amount`, `customers.age`): an expression over
    /// [`super::typed::Row::This`].
    Derived(Expr),
}

/// One column of a relation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// The name that campaign files use.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where its value comes from.
    pub storage: Storage,
    /// A sentence for hover and completion; empty for the shop's own further columns.
    pub doc: &'static str,
}

/// A table, or what is derived as one, as the language sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relation {
    /// The name that campaign files use: `purchases`.
    pub name: String,
    /// Whose database it is in.
    pub origin: Origin,
    /// The table's or view's name there. For `orders` derived from lines: the lines' table (see `grouped_by`).
    pub table: String,
    /// For `orders` where the shop has no table of them: the lines' column (its stored name) whose equal values
    /// make one row. `at` is then the earliest line's, `total` the sum of the lines' amounts.
    pub grouped_by: Option<String>,
    /// Columns, the standard ones first.
    pub columns: Vec<Column>,
    /// Rows that count for nothing (cancelled, returned): an expression over `Row::This`.
    pub cancelled: Option<Expr>,
}

impl Relation {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Whether rows of this relation belong to a customer and so can be aggregated for one.
    pub fn of_customer(&self) -> bool {
        self.column("customer").is_some()
    }

    /// Whether rows belong to a product.
    pub fn of_product(&self) -> bool {
        self.column("product").is_some()
    }
}

/// A source's data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schema {
    /// The source's name in the file.
    pub source: String,
    /// The database's path, relative paths resolved against the file that declares the source.
    pub database: std::path::PathBuf,
    /// The source's currency.
    pub currency: Currency,
    /// The shop's zone.
    #[serde(skip)]
    pub timezone: TimeZone,
    /// Relations by name: `customers` and `products` among them where there are such tables.
    pub relations: Vec<Relation>,
    /// False where the database was not there: names of columns could not be checked.
    pub known: bool,
}

impl Schema {
    /// The relation of that name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|r| r.name == name)
    }
}
