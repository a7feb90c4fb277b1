//! What a test expects, resolved: every name a part of the message, every list's `where` about one item of it. The
//! conditions were checked before ([`super::message_expr`]); what was wrong there is the missing value here.

mod resolve;

use std::collections::BTreeSet;

use super::typed::{Arith, Compare, Literal, Type};
use crate::diagnostic::Span;
use crate::syntax::tree::Unit;

/// One condition on a message, with its own words.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As it stands in the file.
    pub words: String,
    /// The condition.
    pub ask: Ask,
}

/// A condition or value, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What it does.
    pub op: AskOp,
    /// All of its text.
    pub span: Span,
}

/// What a condition or value on a message does.
#[derive(Debug, Clone, PartialEq)]
pub enum AskOp {
    /// A constant.
    Literal(Literal),
    /// A part of the message.
    Part(Part),
    /// What goes through a list.
    Over(Box<Over>),
    /// A plain function, by its name in the table of functions; of a missing value missing.
    Function(String, Vec<Ask>),
    /// `customer in audience`.
    InAudience,
    /// `tone within …`: the tone's name.
    Within(String),
    /// Both hold.
    And(Box<Ask>, Box<Ask>),
    /// One holds.
    Or(Box<Ask>, Box<Ask>),
    /// It does not hold; of missing missing.
    Not(Box<Ask>),
    /// A comparison; missing where a side is missing.
    Compare(Compare, Box<Ask>, Box<Ask>),
    /// Whether the value is one of these.
    OneOf(Box<Ask>, Vec<Ask>),
    /// Whether the value is between, both ends included; an open end is none.
    Between(Box<Ask>, Box<Ask>, Option<Box<Ask>>),
    /// Whether the first text contains the second.
    Contains(Box<Ask>, Box<Ask>),
    /// Whether there is a value; never missing itself.
    IsKnown(Box<Ask>),
    /// Arithmetic.
    Arith(Arith, Box<Ask>, Box<Ask>),
    /// Minus.
    Neg(Box<Ask>),
    /// Whole units from a time until `as_of`, rounded down.
    Since(Unit, Box<Ask>),
}

/// `f(list.column where condition)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// What is made of the items.
    pub function: ListFunction,
    /// The list.
    pub list: Part,
    /// The items' field that is looked at; none for `count`, `any` and `all`.
    pub column: Option<Part>,
    /// Which items count; for `all`, what must hold for each.
    pub filter: Option<Ask>,
}

/// The functions that go through a message's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFunction {
    /// How many items.
    Count,
    /// Whether there is one.
    Any,
    /// Whether it holds for every item.
    All,
    /// Sum; of nothing 0.
    Sum,
    /// Mean; of nothing missing.
    Avg,
    /// Smallest; of nothing missing.
    Min,
    /// Largest; of nothing missing.
    Max,
}

impl ListFunction {
    /// The function of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "count" => Self::Count,
            "any" => Self::Any,
            "all" => Self::All,
            "sum" => Self::Sum,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            _ => return None,
        })
    }

    fn counts(self) -> bool {
        matches!(self, Self::Count | Self::Any | Self::All)
    }
}

/// A part of a message: `picks[0].price`.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where the path begins.
    pub root: Root,
    /// The steps from there.
    pub steps: Vec<Step>,
    /// The type of the value there; unknown for records and lists.
    pub ty: Type,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A record's field.
    Field(String),
    /// A list's item, counted from 0.
    Item(usize),
}

macro_rules! roots {
    ($($name:literal $root:ident $doc:literal,)*) => {
        /// What a test may begin a name with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Root {
            $(#[doc = $doc] $root,)*
            /// Inside a list's `where`: the item in question.
            Item,
        }

        impl Root {
            /// Every root with its name, but for the item, which has none.
            pub const ALL: &'static [(&'static str, Self, &'static str)] = &[$(($name, Self::$root, $doc),)*];
        }
    };
}

roots! {
    "customer" Customer "Who the message is for.",
    "picks" Picks "The recommended products, best first.",
    "subject" Subject "The subject line.",
    "preheader" Preheader "What a mailbox shows after the subject; empty where there is none.",
    "text" Text "The text part.",
    "html" Html "The HTML part.",
    "variant" Variant "The variant's name; missing where the campaign has none.",
    "template" Template "The template's name.",
    "lang" Lang "The message's language, such as `zh-CN`.",
    "audience" Audience "Everyone the campaign is for.",
    "campaign" Campaign "The campaign.",
    "shop" Shop "The shop.",
    "sender" Sender "Who the message is from.",
    "as_of" AsOf "The instant of the run.",
    "offer" Offer "What the campaign offers.",
    "copy" Copy "Lines of copy, by name.",
    "tone" Tone "How the message sounds.",
}

impl Root {
    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|r| r.0 == name).map(|r| r.1)
    }

    /// Whether there is such a part only where a customer gets a message.
    pub fn of_message(self) -> bool {
        !matches!(
            self,
            Self::Audience
                | Self::Campaign
                | Self::Shop
                | Self::Sender
                | Self::AsOf
                | Self::Item
                | Self::Customer
        )
    }

    /// Whether the message must have been written to know it.
    pub fn of_text(self) -> bool {
        matches!(self, Self::Subject | Self::Preheader | Self::Text | Self::Html)
    }
}

impl Ask {
    /// What stands directly inside; a list's `where` too.
    pub fn children(&self) -> Vec<&Ask> {
        match &self.op {
            AskOp::Literal(_) | AskOp::Part(_) | AskOp::InAudience | AskOp::Within(_) => Vec::new(),
            AskOp::Over(over) => over.filter.iter().collect(),
            AskOp::Function(_, values) => values.iter().collect(),
            AskOp::And(a, b)
            | AskOp::Or(a, b)
            | AskOp::Compare(_, a, b)
            | AskOp::Contains(a, b)
            | AskOp::Arith(_, a, b) => vec![a, b],
            AskOp::Not(a) | AskOp::IsKnown(a) | AskOp::Neg(a) | AskOp::Since(_, a) => vec![a],
            AskOp::OneOf(a, list) => std::iter::once(a.as_ref()).chain(list).collect(),
            AskOp::Between(a, low, high) => {
                [a.as_ref(), low.as_ref()].into_iter().chain(high.as_deref()).collect()
            }
        }
    }

    /// Calls `visit` for this and everything inside it, outermost first.
    pub fn walk<'s>(&'s self, visit: &mut dyn FnMut(&'s Ask)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// Every root that it begins a path with.
    pub fn roots(&self) -> BTreeSet<Root> {
        let mut found = BTreeSet::new();
        self.walk(&mut |ask| match &ask.op {
            AskOp::Part(part) => {
                found.insert(part.root);
            }
            AskOp::Over(over) => {
                found.insert(over.list.root);
            }
            AskOp::InAudience => {
                found.insert(Root::Customer);
            }
            AskOp::Within(_) => {
                found.insert(Root::Tone);
            }
            _ => {}
        });
        found
    }

    /// The fields of customers that it looks at: of the message's own, and of the audience's.
    pub fn customer_fields(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.note_fields(false, &mut found);
        found
    }

    fn note_fields(&self, in_audience: bool, found: &mut BTreeSet<String>) {
        let mut below = in_audience;
        match &self.op {
            AskOp::Part(part) => found.extend(part.customer_field(in_audience)),
            AskOp::Over(over) => {
                below = over.list.root == Root::Audience;
                found.extend(over.column.iter().filter_map(|c| c.customer_field(below)));
            }
            _ => {}
        }
        for child in self.children() {
            child.note_fields(below, found);
        }
    }
}

impl Part {
    /// The customer's field that the path leads to; `in_audience` where the item in question is a customer.
    fn customer_field(&self, in_audience: bool) -> Option<String> {
        match (self.root, self.steps.as_slice()) {
            (Root::Customer, [Step::Field(name), ..])
            | (Root::Audience, [Step::Item(_), Step::Field(name), ..]) => Some(name.clone()),
            (Root::Item, [Step::Field(name), ..]) if in_audience => Some(name.clone()),
            _ => None,
        }
    }
}
