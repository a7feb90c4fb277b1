//! Typed expressions: names resolved, units converted, no dialect. The checker makes them from syntax, the plan
//! replaces their references by what they stand for, `audience/` lowers them to SQL.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::lesson::Learned;
use crate::data::{Currency, Money};
use crate::syntax::tree::Unit;

/// Types of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A number, whole or decimal; percents are numbers (15 % is 0.15).
    Number,
    /// Text.
    Text,
    /// Yes or no.
    YesNo,
    /// Money of one currency.
    Money(Currency),
    /// A length of time.
    Duration,
    /// A calendar date.
    Date,
    /// A point in time.
    Instant,
    /// A time of day.
    Time,
    /// An identifier: compares with numbers and texts, takes no arithmetic.
    Id,
    /// Not known (the database was not there, or a mistake already reported): fits everywhere.
    Unknown,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// The missing value.
    Missing,
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Number(f64),
    /// Text.
    Text(String),
    /// Money, in minor units.
    Money(Money),
    /// A length of time in seconds.
    Duration(i64),
    /// A date.
    Date(Date),
    /// An instant.
    Instant(Timestamp),
    /// A time of day.
    Time(Time),
}

/// The row that a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// The customer in question.
    Customer,
    /// The product in question (in a strategy or an offer).
    Product,
    /// The row of the innermost aggregate's relation.
    This,
    /// The product of the innermost aggregate's row (`purchases.product.category`).
    ThisProduct,
    /// The customer of the innermost aggregate's row, where the outer row is a product.
    ThisCustomer,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// `=`.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
}

/// Arithmetic operators. Division by 0 is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arith {
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
}

/// Aggregates over a relation's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// How many rows; of nothing 0.
    Count,
    /// On how many days of the shop's calendar there is a row; for models, the language does not write it.
    Days,
    /// Whether there is a row.
    Any,
    /// Sum; of nothing 0.
    Sum,
    /// Mean; of nothing missing.
    Avg,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// The column's value in the row of the latest `at` (ties: the largest row id).
    Latest,
    /// The column's value in the row of the earliest `at`.
    Earliest,
    /// The value that stands in most rows (ties: the most recent, then the smallest value).
    MostCommon,
}

/// Which rows of a relation an aggregate sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Those of the customer in question.
    Customer,
    /// Those of the product in question, everybody's.
    Product,
    /// Those of this customer with this product.
    CustomerAndProduct,
}

/// The window of an aggregate. Whatever the window, rows at or after `as_of` do not exist (but for `Next`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The half-open interval of so many seconds that ends at `as_of`.
    Last(i64),
    /// The half-open interval of so many seconds that begins at `as_of`.
    Next(i64),
    /// From this instant on, that instant included.
    Since(Timestamp),
    /// Before this instant, left out.
    Before(Timestamp),
}

/// `f(relation.column where filter window)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Which.
    pub function: Aggregation,
    /// The relation's name in the schema.
    pub relation: String,
    /// The rows it sees.
    pub link: Link,
    /// What is aggregated, over `Row::This` and `Row::ThisProduct`; none for `count` and `any`.
    pub column: Option<Expr>,
    /// Which rows count: over `Row::This`, `Row::ThisProduct`, and `Row::Customer` or `Row::Product` of the outer row.
    pub filter: Option<Expr>,
    /// The window.
    pub window: Option<Window>,
}

/// What an expression does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// A constant.
    Literal(Literal),
    /// A column of a row.
    Column(Row, String),
    /// An aggregate.
    Aggregate(Box<Aggregate>),
    /// All are true. Never empty.
    And(Vec<Expr>),
    /// One is true. Never empty.
    Or(Vec<Expr>),
    /// Not; of missing missing.
    Not(Box<Expr>),
    /// A comparison; missing where a side is missing.
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// Whether the value is one of these.
    OneOf(Box<Expr>, Vec<Literal>),
    /// Whether the value is between, both ends included; an open end is none.
    Between(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// Whether the first text contains the second (exact letters).
    Contains(Box<Expr>, Box<Expr>),
    /// `is missing`; never missing itself.
    IsMissing(Box<Expr>),
    /// True if the inner is true, false if it is false or missing: what makes membership of a segment yes or no.
    IsTrue(Box<Expr>),
    /// Arithmetic on numbers, money (minor units) and durations (seconds).
    Arith(Arith, Box<Expr>, Box<Expr>),
    /// Minus.
    Neg(Box<Expr>),
    /// Whole units from an instant or date until `as_of`, rounded down.
    Since(Unit, Box<Expr>),
    /// Whole years from a date until `as_of`: an age.
    YearsSince(Box<Expr>),
    /// An instant moved by a number of seconds.
    Shift(Box<Expr>, i64),
    /// `band(x, [18, 25, 35])`: the band's name as text: `under 18`, `18-24`, `25-34`, `35+`.
    Band(Box<Expr>, Vec<f64>),
    /// The first that is not missing.
    Coalesce(Vec<Expr>),
    /// `lower`, `upper`, `round`, `abs`, … by the name in the table of functions.
    Function(String, Vec<Expr>),
    /// An attribute of a profile; the plan puts its expression here.
    Attribute {
        /// The profile.
        profile: String,
        /// The attribute.
        name: String,
    },
    /// Membership of a segment; the plan puts its condition here.
    Segment(String),
    /// The number of the customer's persona of a cluster.
    Cluster(String),
    /// A model's value for the customer: mostly a probability.
    Probability(String),
    /// What a cluster or model has learned, of these features; the plan puts it in the place of its name.
    Learned(Box<Learned>),
    /// Whether the product in question (or of the row in question) is one that the offer covers.
    Offer(String, Row),
    /// A value of the message (`picks[0].price`, `subject`), as in a template: a path.
    Message(String),
}

/// An expression with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it does.
    pub op: Op,
    /// What it gives.
    pub ty: Type,
}

impl Op {
    /// Whether this, whatever is inside it, is about one customer: a column, what is known or learned of them, or rows of theirs alone.
    pub fn is_of_customer(&self) -> bool {
        match self {
            Self::Column(row, _) => *row == Row::Customer,
            Self::Aggregate(a) => a.link == Link::Customer,
            Self::Attribute { .. }
            | Self::Segment(_)
            | Self::Cluster(_)
            | Self::Probability(_)
            | Self::Learned(_) => true,
            _ => false,
        }
    }
}

impl Expr {
    /// An expression of a type.
    pub fn new(op: Op, ty: Type) -> Self {
        Self { op, ty }
    }

    /// A column of a row.
    pub fn column(row: Row, name: &str, ty: Type) -> Self {
        Self::new(Op::Column(row, name.to_owned()), ty)
    }

    /// Calls `visit` for this expression and everything inside it, outermost first.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The expressions directly inside, aggregates' columns and filters included.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.op {
            Op::Literal(_)
            | Op::Column(..)
            | Op::Attribute { .. }
            | Op::Segment(_)
            | Op::Cluster(_)
            | Op::Probability(_)
            | Op::Offer(..)
            | Op::Message(_) => Vec::new(),
            Op::Aggregate(a) => a.column.iter().chain(&a.filter).collect(),
            Op::Learned(learned) => learned.features.iter().map(|f| &f.value).collect(),
            Op::And(list) | Op::Or(list) | Op::Coalesce(list) | Op::Function(_, list) => {
                list.iter().collect()
            }
            Op::Not(a)
            | Op::OneOf(a, _)
            | Op::IsMissing(a)
            | Op::IsTrue(a)
            | Op::Neg(a)
            | Op::Since(_, a)
            | Op::YearsSince(a)
            | Op::Shift(a, _)
            | Op::Band(a, _) => vec![a],
            Op::Compare(_, a, b) | Op::Contains(a, b) | Op::Arith(_, a, b) => vec![a, b],
            Op::Between(a, low, high) => {
                let ends = low.iter().chain(high).map(AsRef::as_ref);
                std::iter::once(a.as_ref()).chain(ends).collect()
            }
        }
    }
}
