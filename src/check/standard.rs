//! The standard tables and their columns, as data: what each is called, its type and whether it must be there.

/// What the language takes a standard column for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An identifier.
    Id,
    /// Text.
    Text,
    /// A number.
    Number,
    /// Money, in major units of the source's currency.
    Money,
    /// A date.
    Date,
    /// A point in time.
    Instant,
    /// Yes or no.
    YesNo,
}

/// A standard column.
#[derive(Debug, Clone, Copy)]
pub struct StandardColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub role: Role,
    /// Whether a relation is of no use without it.
    pub required: bool,
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
}

const fn must(name: &'static str, role: Role, doc: &'static str) -> StandardColumn {
    StandardColumn { name, role, required: true, doc }
}

const fn may(name: &'static str, role: Role, doc: &'static str) -> StandardColumn {
    StandardColumn { name, role, required: false, doc }
}

/// The shop's standard tables.
pub static TABLES: &[StandardTable] = &[
    StandardTable {
        name: "customers",
        doc: "The shop's customers.",
        columns: &[
            must("id", Role::Id, "Identifies the customer."),
            must("email", Role::Text, "The address mails go to."),
            may("name", Role::Text, "As the customer is addressed."),
            may("locale", Role::Text, "Language and region, such as `zh-CN`."),
            may("country", Role::Text, "ISO 3166 code, such as `CN`."),
            may("city", Role::Text, "The city."),
            may("timezone", Role::Text, "IANA zone, such as `Asia/Shanghai`."),
            may("birthday", Role::Date, "Date of birth."),
            may("gender", Role::Text, "As the shop records it."),
            may("joined_at", Role::Instant, "When the customer joined."),
            may("consent", Role::YesNo, "Whether the customer agreed to marketing mail."),
            may("consent_at", Role::Instant, "When."),
            may("consent_source", Role::Text, "Where the consent was given."),
            may("consent_purpose", Role::Text, "What for."),
        ],
    },
    StandardTable {
        name: "products",
        doc: "The shop's products.",
        columns: &[
            must("id", Role::Id, "Identifies the product."),
            must("title", Role::Text, "What it is called."),
            may("category", Role::Text, "Its category."),
            may("brand", Role::Text, "Its brand."),
            may("description", Role::Text, "A few sentences about it."),
            may("price", Role::Money, "What it costs now."),
            may("cost", Role::Money, "What the shop pays for it."),
            may("stock", Role::Number, "How many there are."),
            may("url", Role::Text, "Its page."),
            may("image", Role::Text, "Its picture."),
            may("released_at", Role::Date, "When it came out."),
            may("active", Role::YesNo, "Whether it is on sale."),
        ],
    },
    StandardTable {
        name: "orders",
        doc: "Orders; derived from `purchases` where the shop has no table of them.",
        columns: &[
            must("id", Role::Id, "Identifies the order."),
            must("customer", Role::Id, "Whose it is."),
            must("at", Role::Instant, "When."),
            may("status", Role::Text, "As the shop records it."),
            may("total", Role::Money, "The sum of its lines."),
        ],
    },
    StandardTable {
        name: "purchases",
        doc: "Order lines: one product of one order.",
        columns: &[
            may("order", Role::Id, "The order."),
            must("customer", Role::Id, "Who bought."),
            must("product", Role::Id, "What."),
            must("at", Role::Instant, "When."),
            may("quantity", Role::Number, "How many; 1 where the shop does not say."),
            may("price", Role::Money, "Paid, a piece."),
            may("list_price", Role::Money, "The price before any discount, a piece."),
        ],
    },
    StandardTable {
        name: "views",
        doc: "Visits to products' pages.",
        columns: &[
            must("customer", Role::Id, "Who looked."),
            must("product", Role::Id, "At what."),
            must("at", Role::Instant, "When."),
        ],
    },
    StandardTable {
        name: "carts",
        doc: "Products put into a cart.",
        columns: &[
            must("customer", Role::Id, "Who."),
            must("product", Role::Id, "What."),
            must("at", Role::Instant, "When."),
            may("quantity", Role::Number, "How many."),
        ],
    },
    StandardTable {
        name: "reviews",
        doc: "What customers say of products.",
        columns: &[
            may("customer", Role::Id, "Who."),
            may("product", Role::Id, "About what."),
            may("at", Role::Instant, "When."),
            may("rating", Role::Number, "Stars."),
            may("text", Role::Text, "In words."),
        ],
    },
];

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
    must("customer", Role::Id, "Whose."),
    must("at", Role::Instant, "When."),
    may("campaign", Role::Text, "The campaign's name."),
];

const fn record(name: &'static str, doc: &'static str) -> StandardTable {
    StandardTable { name, doc, columns: RECORD_COLUMNS }
}

/// The standard table of that name.
pub fn find(name: &str) -> Option<&'static StandardTable> {
    TABLES.iter().find(|t| t.name == name)
}
