//! What a template sees: money as one value, rows with shared column names, picks on top of shared products.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};

use crate::data::Money;

/// An amount of money in a template: compares with money of its currency, prints in the mail's language,
/// and shows `minor` (whole minor units), `amount` (major units) and `currency` (the code).
#[derive(Debug, Clone, Copy)]
pub struct MoneyValue(pub Money);

/// Money as a template value.
#[must_use]
pub fn money(money: Money) -> Value {
    Value::from_object(MoneyValue(money))
}

impl Object for MoneyValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "minor" => Some(self.0.minor.into()),
            "amount" => Some(self.0.major().into()),
            "currency" => Some(self.0.currency.code().into()),
            _ => None,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        (self.0.currency == other.0.currency).then(|| self.0.minor.cmp(&other.0.minor))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The column names of many rows, kept once.
#[derive(Debug, Clone)]
pub struct Columns(Arc<[Arc<str>]>);

impl Columns {
    /// Names in the order in which rows give their values.
    pub fn new<S: Into<Arc<str>>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// A row as a template value. A `none` among the values is a missing value: `default` and `if` see it so, and printing it
    /// is an error. Values beyond the names are dropped.
    #[must_use]
    pub fn row(&self, values: Vec<Value>) -> Value {
        Value::from_object(Row { columns: self.clone(), values })
    }
}

#[derive(Debug)]
struct Row {
    columns: Columns,
    values: Vec<Value>,
}

impl Object for Row {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let index = self.columns.0.iter().position(|name| **name == *key)?;
        self.values.get(index).filter(|v| !v.is_none()).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.columns.0.iter().map(Value::from).collect())
    }
}

/// A pick: a product that many recipients share, and what is this recipient's own (`because`, `reason`, `offer_price`, `score`).
/// Its own fields win over the product's.
#[must_use]
pub fn pick(product: Value, own: Value) -> Value {
    Value::from_object(Pick { product, own })
}

#[derive(Debug)]
struct Pick {
    product: Value,
    own: Value,
}

impl Object for Pick {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let known = |value: &Value| !value.is_undefined() && !value.is_none();
        let own = self.own.get_attr(key).ok().filter(known);
        own.or_else(|| self.product.get_attr(key).ok().filter(known))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = |v: &Value| v.try_iter().into_iter().flatten().collect::<Vec<_>>();
        let mut all = names(&self.own);
        all.extend(names(&self.product).into_iter().filter(|n| !all.contains(n)).collect::<Vec<_>>());
        Enumerator::Values(all)
    }
}

/// Everything one message may speak of. Cloning is cheap; share products, shop, sender and campaign between recipients.
#[derive(Debug, Clone, Default)]
pub struct MessageContext {
    /// The customer's columns and attributes.
    pub customer: Value,
    /// The recommended products, best first.
    pub picks: Value,
    /// `name`, `url`, and `accent` (the shop's one colour, as `#0b6e4f`).
    pub shop: Value,
    /// `name` and `title`.
    pub campaign: Value,
    /// What is offered, if anything.
    pub offer: Value,
    /// Lines of copy by name.
    pub copy: Value,
    /// The postal address and further keys of the sender.
    pub sender: Value,
    /// The instant of the run.
    pub as_of: Value,
    /// Where one click stops the mails. Must be an `https` address.
    pub unsubscribe_url: Arc<str>,
    /// Where a person says what may be sent, if there is such a page.
    pub preferences_url: Option<Arc<str>>,
    /// The recipient's language (`zh-CN`), used where the template does not fix one.
    pub locale: Option<Arc<str>>,
    /// The recipient's IANA time zone, in which instants are written; UTC if not known.
    pub timezone: Option<Arc<str>>,
    /// Further names at the top level, such as `last_purchase`.
    pub further: Vec<(Arc<str>, Value)>,
}

/// The root that the engine looks names up in: the message's context, with what is known only while it is composed.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) context: MessageContext,
    pub(crate) language: Arc<str>,
    pub(crate) subject: Value,
    pub(crate) preheader: Value,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let c = &self.context;
        let value = match key {
            "customer" => c.customer.clone(),
            "picks" => c.picks.clone(),
            "shop" => c.shop.clone(),
            "campaign" => c.campaign.clone(),
            "offer" => c.offer.clone(),
            "copy" => c.copy.clone(),
            "sender" => c.sender.clone(),
            "as_of" => c.as_of.clone(),
            "unsubscribe_url" => Value::from(&c.unsubscribe_url),
            "preferences_url" => Value::from(c.preferences_url.clone()),
            "subject" => self.subject.clone(),
            "preheader" => self.preheader.clone(),
            "lang" => Value::from(&self.language),
            "timezone" => Value::from(c.timezone.clone()),
            _ => c.further.iter().find(|(name, _)| **name == *key)?.1.clone(),
        };
        (!value.is_none() && !value.is_undefined()).then_some(value)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let fixed = NAMES.iter().map(|n| Value::from(*n));
        Enumerator::Values(fixed.chain(self.context.further.iter().map(|(n, _)| n.into())).collect())
    }
}

/// The top-level names that every message offers, apart from a run's further ones.
pub const NAMES: &[&str] = &[
    "customer",
    "picks",
    "shop",
    "campaign",
    "offer",
    "copy",
    "sender",
    "as_of",
    "unsubscribe_url",
    "preferences_url",
    "subject",
    "preheader",
    "lang",
    "timezone",
];
