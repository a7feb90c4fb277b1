//! The standard tables as an import writes them: their columns' types, keys and indexes.

use serde::Deserialize;

/// The type of a target column, which says how a text of the CSV becomes a stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// An identifier, kept as text so that a column never mixes `22423` and `85123A`.
    Id,
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// An amount in major units, stored as REAL.
    Money,
    /// A day: `YYYY-MM-DD`.
    Date,
    /// An instant: `YYYY-MM-DDTHH:MM:SSZ`, in UTC.
    Instant,
    /// Yes or no, stored as 1 or 0.
    YesNo,
}

impl ColumnType {
    /// The type declared in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Id | Self::Text | Self::Date | Self::Instant => "TEXT",
            Self::Whole | Self::YesNo => "INTEGER",
            Self::Number | Self::Money => "REAL",
        }
    }
}

/// What makes two lines of a file the same row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKey {
    /// These columns.
    Columns(&'static [&'static str]),
    /// For order lines: the order and the line's place in it; without an order, customer, product, instant, and
    /// how many such lines came before. The place is kept in the column `line`.
    OrderLine,
}

/// One standard table.
#[derive(Debug)]
pub struct StandardTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, ColumnType)],
    /// Those of them without which a line is rejected.
    pub required: &'static [&'static str],
    /// What makes two lines the same row.
    pub key: RowKey,
    /// Are its rows sales, which go when they are cancelled? Customers and products stay.
    pub sales: bool,
    /// Indexes that windows and signals are read by.
    pub indexes: &'static [&'static [&'static str]],
}

use ColumnType::{Date, Id, Instant, Money, Number, Text, Whole, YesNo};

/// All tables that an import may fill, in the order in which it fills them. `variants` is no table of the
/// campaign language: it remembers which product a stock keeping unit belongs to, so that the order lines of a
/// shop system, which name the unit, find the product.
pub const TABLES: &[StandardTable] = &[
    StandardTable {
        name: "customers",
        columns: &[
            ("id", Id),
            ("email", Text),
            ("name", Text),
            ("locale", Text),
            ("country", Text),
            ("city", Text),
            ("timezone", Text),
            ("birthday", Date),
            ("gender", Text),
            ("joined_at", Instant),
            ("consent", YesNo),
            ("consent_at", Instant),
            ("consent_source", Text),
            ("consent_purpose", Text),
        ],
        required: &["id", "email"],
        key: RowKey::Columns(&["id"]),
        sales: false,
        indexes: &[],
    },
    StandardTable {
        name: "variants",
        columns: &[("sku", Id), ("product", Id)],
        required: &["sku", "product"],
        key: RowKey::Columns(&["sku"]),
        sales: false,
        indexes: &[],
    },
    StandardTable {
        name: "products",
        columns: &[
            ("id", Id),
            ("title", Text),
            ("category", Text),
            ("brand", Text),
            ("description", Text),
            ("price", Money),
            ("cost", Money),
            ("stock", Number),
            ("url", Text),
            ("image", Text),
            ("released_at", Instant),
            ("active", YesNo),
        ],
        required: &["id", "title"],
        key: RowKey::Columns(&["id"]),
        sales: false,
        indexes: &[],
    },
    StandardTable {
        name: "orders",
        columns: &[("id", Id), ("customer", Id), ("at", Instant), ("status", Text), ("total", Money)],
        required: &["id", "customer", "at"],
        key: RowKey::Columns(&["id"]),
        sales: true,
        indexes: &[&["customer", "at"]],
    },
    StandardTable {
        name: "purchases",
        columns: &[
            ("order", Id),
            ("customer", Id),
            ("product", Id),
            ("at", Instant),
            ("quantity", Number),
            ("price", Money),
            ("list_price", Money),
        ],
        required: &["customer", "product", "at"],
        key: RowKey::OrderLine,
        sales: true,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "views",
        columns: &[("customer", Id), ("product", Id), ("at", Instant)],
        required: &["customer", "product", "at"],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "carts",
        columns: &[("customer", Id), ("product", Id), ("at", Instant), ("quantity", Number)],
        required: &["customer", "product", "at"],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "reviews",
        columns: &[("customer", Id), ("product", Id), ("at", Instant), ("rating", Whole), ("text", Text)],
        required: &["customer", "product", "at"],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
];

impl StandardTable {
    /// The type of a standard column.
    pub fn column(&self, name: &str) -> Option<ColumnType> {
        self.columns.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
    }

    /// The columns that identify a row, as far as they are in the file.
    pub fn key_columns(&self) -> &'static [&'static str] {
        match self.key {
            RowKey::Columns(names) => names,
            RowKey::OrderLine => &["order"],
        }
    }
}
