//! The standard tables, as data: what each is called, its columns and their types, and how an import writes it. The
//! language, the import and the reference read this table and no other.

use serde::Deserialize;

/// The type of a column: what the language takes it for, and how a text of an import becomes a stored value.
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

/// A standard column.
#[derive(Debug, Clone, Copy)]
pub struct StandardColumn {
    /// Its name.
    pub name: &'static str,
    /// What the language takes it for.
    pub role: ColumnType,
    /// What an import writes, where that is finer than what the language asks for.
    pub imported: ColumnType,
    /// Whether a relation is of no use without it.
    pub required: bool,
    /// Whether an import rejects a line without it.
    pub in_every_line: bool,
    /// A sentence.
    pub doc: &'static str,
}

/// A standard table.
#[derive(Debug, Clone, Copy)]
pub struct StandardTable {
    /// Its name.
    pub name: &'static str,
    /// A sentence.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [StandardColumn],
    /// What makes two lines of an import the same row.
    pub key: RowKey,
    /// Are its rows sales, which go when they are cancelled? Customers and products stay.
    pub sales: bool,
    /// Indexes that windows and signals are read by.
    pub indexes: &'static [&'static [&'static str]],
}

impl StandardTable {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static StandardColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether an import rejects a line without that column.
    pub fn in_every_line(&self, name: &str) -> bool {
        self.column(name).is_some_and(|column| column.in_every_line)
    }

    /// The columns that identify a row, as far as they are in the file.
    pub fn key_columns(&self) -> &'static [&'static str] {
        match self.key {
            RowKey::Columns(names) => names,
            RowKey::OrderLine => &["order"],
        }
    }
}

const fn must(name: &'static str, role: ColumnType, doc: &'static str) -> StandardColumn {
    StandardColumn { name, role, imported: role, required: true, in_every_line: true, doc }
}

const fn may(name: &'static str, role: ColumnType, doc: &'static str) -> StandardColumn {
    StandardColumn { name, role, imported: role, required: false, in_every_line: false, doc }
}

/// A column that a relation may lack, but no line of an import.
const fn line(name: &'static str, role: ColumnType, doc: &'static str) -> StandardColumn {
    StandardColumn { in_every_line: true, ..may(name, role, doc) }
}

const fn finer(column: StandardColumn, imported: ColumnType) -> StandardColumn {
    StandardColumn { imported, ..column }
}

use ColumnType::{Date, Id, Instant, Money, Number, Text, Whole, YesNo};

/// The shop's standard tables, in the order in which an import fills them.
pub static TABLES: &[StandardTable] = &[
    StandardTable {
        name: "customers",
        doc: "The shop's customers.",
        columns: &[
            must("id", Id, "Identifies the customer."),
            must("email", Text, "The address mails go to."),
            may("name", Text, "As the customer is addressed."),
            may("locale", Text, "Language and region, such as `zh-CN`."),
            may("country", Text, "ISO 3166 code, such as `CN`."),
            may("city", Text, "The city."),
            may("timezone", Text, "IANA zone, such as `Asia/Shanghai`."),
            may("birthday", Date, "Date of birth."),
            may("gender", Text, "As the shop records it."),
            may("joined_at", Instant, "When the customer joined."),
            may("consent", YesNo, "Whether the customer agreed to marketing mail."),
            may("consent_at", Instant, "When."),
            may("consent_source", Text, "Where the consent was given."),
            may("consent_purpose", Text, "What for."),
        ],
        key: RowKey::Columns(&["id"]),
        sales: false,
        indexes: &[],
    },
    StandardTable {
        name: "products",
        doc: "The shop's products.",
        columns: &[
            must("id", Id, "Identifies the product."),
            must("title", Text, "What it is called."),
            may("category", Text, "Its category."),
            may("brand", Text, "Its brand."),
            may("description", Text, "A few sentences about it."),
            may("price", Money, "What it costs now."),
            may("cost", Money, "What the shop pays for it."),
            may("stock", Number, "How many there are."),
            may("url", Text, "Its page."),
            may("image", Text, "Its picture."),
            finer(may("released_at", Date, "When it came out."), Instant),
            may("active", YesNo, "Whether it is on sale."),
        ],
        key: RowKey::Columns(&["id"]),
        sales: false,
        indexes: &[],
    },
    StandardTable {
        name: "orders",
        doc: "Orders; derived from `purchases` where the shop has no table of them.",
        columns: &[
            must("id", Id, "Identifies the order."),
            must("customer", Id, "Whose it is."),
            must("at", Instant, "When."),
            may("status", Text, "As the shop records it."),
            may("total", Money, "The sum of its lines."),
        ],
        key: RowKey::Columns(&["id"]),
        sales: true,
        indexes: &[&["customer", "at"]],
    },
    StandardTable {
        name: "purchases",
        doc: "Order lines: one product of one order.",
        columns: &[
            may("order", Id, "The order."),
            must("customer", Id, "Who bought."),
            must("product", Id, "What."),
            must("at", Instant, "When."),
            may("quantity", Number, "How many; 1 where the shop does not say."),
            may("price", Money, "Paid, a piece."),
            may("list_price", Money, "The price before any discount, a piece."),
        ],
        key: RowKey::OrderLine,
        sales: true,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "views",
        doc: "Visits to products' pages.",
        columns: &[
            must("customer", Id, "Who looked."),
            must("product", Id, "At what."),
            must("at", Instant, "When."),
        ],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "carts",
        doc: "Products put into a cart.",
        columns: &[
            must("customer", Id, "Who."),
            must("product", Id, "What."),
            must("at", Instant, "When."),
            may("quantity", Number, "How many."),
        ],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
    StandardTable {
        name: "reviews",
        doc: "What customers say of products.",
        columns: &[
            line("customer", Id, "Who."),
            line("product", Id, "About what."),
            line("at", Instant, "When."),
            finer(may("rating", Number, "Stars."), Whole),
            may("text", Text, "In words."),
        ],
        key: RowKey::Columns(&["customer", "product", "at"]),
        sales: false,
        indexes: &[&["customer", "at"], &["product", "at"]],
    },
];

/// Which product a stock keeping unit belongs to, so that the order lines of a shop system, which name the unit, find
/// the product. No table of the campaign language; an import fills it before the products.
pub static VARIANTS: StandardTable = StandardTable {
    name: "variants",
    doc: "Which product a stock keeping unit belongs to.",
    columns: &[must("sku", Id, "The unit."), must("product", Id, "Its product.")],
    key: RowKey::Columns(&["sku"]),
    sales: false,
    indexes: &[],
};

/// Every table that an import may fill, in the order in which it fills them.
pub fn imported() -> impl Iterator<Item = &'static StandardTable> {
    let (people, rest) = TABLES.split_at(1);
    people.iter().chain(std::iter::once(&VARIANTS)).chain(rest)
}

/// The program's own records, read from the state database.
pub static RECORDS: &[StandardTable] = &[
    record("sends", "Mails handed over."),
    record("opens", "Mails opened."),
    record("clicks", "Links clicked."),
    record("conversions", "Goals reached after a mail."),
    record("unsubscribes", "Customers who said no."),
    record("complaints", "Customers who complained of spam."),
    record("bounces", "Mails that came back."),
];

const RECORD_COLUMNS: &[StandardColumn] = &[
    must("customer", Id, "Whose."),
    must("at", Instant, "When."),
    may("campaign", Text, "The campaign's name."),
];

const fn record(name: &'static str, doc: &'static str) -> StandardTable {
    StandardTable {
        name,
        doc,
        columns: RECORD_COLUMNS,
        key: RowKey::Columns(&["customer", "at"]),
        sales: false,
        indexes: &[],
    }
}

/// The standard table of that name, of those that the language knows.
pub fn find(name: &str) -> Option<&'static StandardTable> {
    TABLES.iter().find(|t| t.name == name)
}
