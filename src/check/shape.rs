//! What a message offers to its text: the names that copy, subjects and templates may use, and what they hold.

use std::collections::BTreeMap;

use super::schema::Column;
use super::typed::Type;

/// What a name in a template stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One value.
    Value(Type),
    /// Several fields.
    Record {
        /// What it is called in messages: `customer`, `product`.
        name: String,
        /// The fields that are known.
        fields: BTreeMap<String, Field>,
        /// Whether there may be further fields (the database was not there): an unknown one is no mistake then.
        open: bool,
    },
    /// Any number of the same.
    List(Box<Shape>),
    /// Not known: fits everywhere, and nothing is said about it.
    Any,
}

/// A named part of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What it holds.
    pub shape: Shape,
    /// Whether it may be missing for a customer.
    pub optional: bool,
    /// A sentence for hover and completion; may be empty.
    pub doc: String,
}

impl Field {
    /// A field that is always there.
    pub fn new(shape: Shape, doc: impl Into<String>) -> Self {
        Self { shape, optional: false, doc: doc.into() }
    }

    /// A field that may be missing for a customer.
    pub fn optional(shape: Shape, doc: impl Into<String>) -> Self {
        Self { optional: true, ..Self::new(shape, doc) }
    }
}

impl Shape {
    /// A record of exactly these fields.
    pub fn record(name: &str, fields: impl IntoIterator<Item = (String, Field)>) -> Self {
        Self::Record { name: name.to_owned(), fields: fields.into_iter().collect(), open: false }
    }

    /// In a marketer's words, with its article: `a text`, `money`, `a list`.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Value(ty) => match ty {
                Type::Number => "a number",
                Type::Text => "a text",
                Type::YesNo => "a yes or no",
                Type::Money(_) => "money",
                Type::Duration => "a length of time",
                Type::Date => "a date",
                Type::Instant => "an instant",
                Type::Time => "a time of day",
                Type::Id => "an identifier",
                Type::Unknown => "a value",
            },
            Self::Record { .. } => "a record of several fields",
            Self::List(_) => "a list",
            Self::Any => "a value",
        }
    }
}

/// A column or attribute that a message offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it may be missing.
    pub optional: bool,
    /// A sentence for hover and completion; may be empty.
    pub doc: String,
}

impl Given {
    /// A column of the data.
    pub fn column(column: &Column, optional: bool) -> Self {
        Self { name: column.name.clone(), ty: column.ty, optional, doc: column.doc.to_owned() }
    }
}

/// Whether a part of a message is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Presence {
    /// Never: to name it is a mistake.
    #[default]
    Never,
    /// For some customers or products.
    Sometimes,
    /// Always.
    Always,
}

/// What a campaign's offer says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OfferGiven {
    /// The type of the discount (a number for a share, money for an amount), if there is one.
    pub discount: Option<Type>,
    /// Whether customers get a code.
    pub code: bool,
    /// Whether it ends (`valid_for`).
    pub expires: bool,
    /// Whether picks carry a price of the offer.
    pub price: Presence,
}

/// Everything that decides what a message offers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MessageGiven<'a> {
    /// Columns of the customer, then attributes of the profile, personas and probabilities.
    pub customer: &'a [Given],
    /// Columns of a product.
    pub product: &'a [Given],
    /// Whether the columns are all known; false where the database was not there.
    pub known: bool,
    /// The campaign's offer, if it has one.
    pub offer: Option<OfferGiven>,
    /// Names of the declarations of copy in scope.
    pub copies: &'a [String],
}

/// The names that copy, subjects, preheaders and templates of a campaign may use. They are those that
/// `compose::value` offers when the message is filled. The subject is filled first, then the preheader: who checks
/// those takes `subject` and `preheader` out.
pub fn message_shape(given: &MessageGiven<'_>) -> BTreeMap<String, Field> {
    let text = || Shape::Value(Type::Text);
    let mut roots = BTreeMap::new();
    let mut add = |name: &str, field: Field| roots.insert(name.to_owned(), field);
    add("customer", Field::new(columns("customer", given.customer, given.known), "Who the message is for."));
    add("picks", Field::new(Shape::List(Box::new(pick(given))), "The recommended products, best first."));
    add("last_purchase", Field::optional(product(given), "The product the customer bought last."));
    add("shop", Field::new(shop(), "The shop."));
    add("sender", Field::new(sender(), "Who the message is from."));
    add("campaign", Field::new(titled("campaign"), "The campaign."));
    if let Some(offer) = given.offer {
        add("offer", Field::new(offer_shape(offer), "What the campaign offers."));
    }
    let copies = given.copies.iter().map(|name| (name.clone(), Field::new(text(), "A line of copy.")));
    add("copy", Field::new(Shape::record("copy", copies), "Lines of copy, by name."));
    add("subject", Field::new(text(), "The subject line."));
    add(
        "preheader",
        Field::new(text(), "What a mailbox shows after the subject; empty where there is none."),
    );
    add("unsubscribe_url", Field::new(text(), "Where one click stops the mails."));
    add("preferences_url", Field::optional(text(), "Where a customer says what may be sent."));
    add("as_of", Field::new(Shape::Value(Type::Instant), "The instant of the run."));
    add("lang", Field::new(text(), "The message's language, such as `zh-CN`."));
    add("timezone", Field::optional(text(), "The customer's time zone."));
    roots
}

fn columns(name: &str, given: &[Given], known: bool) -> Shape {
    let fields = given.iter().map(|column| {
        let shape = if column.ty == Type::Unknown { Shape::Any } else { Shape::Value(column.ty) };
        (column.name.clone(), Field { shape, optional: column.optional, doc: column.doc.clone() })
    });
    Shape::Record { name: name.to_owned(), fields: fields.collect(), open: !known }
}

fn product(given: &MessageGiven<'_>) -> Shape {
    columns("product", given.product, given.known)
}

/// A product with what is this customer's own about it.
fn pick(given: &MessageGiven<'_>) -> Shape {
    let Shape::Record { mut fields, open, .. } = product(given) else { return Shape::Any };
    let because = Field::optional(product(given), "The customer's own product that explains this pick best.");
    fields.insert("because".to_owned(), because);
    let reason = Field::optional(Shape::Value(Type::Text), "Why it was picked, in words.");
    fields.insert("reason".to_owned(), reason);
    let score = Field::new(Shape::Value(Type::Number), "How well it suits the customer.");
    fields.insert("score".to_owned(), score);
    let price = given.offer.map_or(Presence::Never, |offer| offer.price);
    if price != Presence::Never {
        let shape = fields.get("price").map_or(Shape::Any, |field| field.shape.clone());
        let optional = price == Presence::Sometimes;
        let doc = "The price that the offer gives it.".to_owned();
        fields.insert("offer_price".to_owned(), Field { shape, optional, doc });
    }
    Shape::Record { name: "pick".to_owned(), fields, open }
}

fn texts<'a>(fields: impl IntoIterator<Item = (&'a str, bool, &'a str)>) -> Vec<(String, Field)> {
    let field =
        |optional, doc: &str| Field { shape: Shape::Value(Type::Text), optional, doc: doc.to_owned() };
    fields.into_iter().map(|(name, optional, doc)| (name.to_owned(), field(optional, doc))).collect()
}

fn shop() -> Shape {
    let fields = [
        ("name", false, "The shop's name."),
        ("url", true, "The shop's address on the web."),
        ("accent", true, "The shop's colour, such as `#0b6e4f`."),
    ];
    Shape::record("shop", texts(fields))
}

fn sender() -> Shape {
    let fields = [("name", false, "The sender's name."), ("address", false, "The sender's postal address.")];
    Shape::record("sender", texts(fields))
}

fn titled(name: &str) -> Shape {
    let fields = [("name", false, "Its name in the file."), ("title", false, "Its title.")];
    Shape::record(name, texts(fields))
}

fn offer_shape(offer: OfferGiven) -> Shape {
    let mut fields = texts([("name", false, "Its name in the file."), ("title", false, "Its title.")]);
    if let Some(ty) = offer.discount {
        let field = Field::new(Shape::Value(ty), "What is taken off: a share, or an amount.");
        fields.push(("discount".to_owned(), field));
    }
    if offer.code {
        let field = Field::new(Shape::Value(Type::Text), "The customer's code.");
        fields.push(("code".to_owned(), field));
    }
    if offer.expires {
        let field = Field::new(Shape::Value(Type::Instant), "When it ends.");
        fields.push(("expires".to_owned(), field));
    }
    Shape::record("offer", fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, ty: Type) -> Given {
        Given { name: name.to_owned(), ty, optional: false, doc: String::new() }
    }

    #[test]
    fn an_offer_is_there_only_with_a_campaign_that_has_one() {
        assert!(!message_shape(&MessageGiven::default()).contains_key("offer"));
        let offer = Some(OfferGiven { code: true, ..OfferGiven::default() });
        let roots = message_shape(&MessageGiven { offer, ..MessageGiven::default() });
        let Shape::Record { fields, open, .. } = &roots["offer"].shape else { panic!("no record") };
        assert!(fields.contains_key("code") && !fields.contains_key("expires") && !open);
    }

    #[test]
    fn a_pick_has_the_products_columns_and_its_own() {
        let product = [given("title", Type::Text), given("colour", Type::Unknown)];
        let roots =
            message_shape(&MessageGiven { product: &product, known: true, ..MessageGiven::default() });
        let Shape::List(pick) = &roots["picks"].shape else { panic!("no list") };
        let Shape::Record { fields, open, .. } = pick.as_ref() else { panic!("no record") };
        assert!(!open && fields["because"].optional && !fields.contains_key("offer_price"));
        assert_eq!(fields["title"].shape, Shape::Value(Type::Text));
        assert_eq!(fields["colour"].shape, Shape::Any);
    }

    #[test]
    fn without_a_database_any_column_may_be_there() {
        let roots = message_shape(&MessageGiven::default());
        assert!(matches!(&roots["customer"].shape, Shape::Record { open: true, .. }));
    }
}
