//! The syntax tree: what a file says, with the place of every part, before anything is known about names.
//!
//! Every expression of the language, wherever it stands, is an [`Expr`]; only `send:` has a small grammar of
//! its own ([`Schedule`]). A part that could not be read is [`ExprKind::Broken`]: its mistake has been reported,
//! and the checker stays silent about it.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;

/// A whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// `use` lines, in order.
    pub uses: Vec<Use>,
    /// Declarations, in order, broken ones included as far as they were understood.
    pub decls: Vec<Decl>,
    /// Every comment, in order of its place.
    pub comments: Vec<Comment>,
    /// Regions that could not be read (already reported); the formatter leaves them alone.
    pub broken: Vec<Span>,
}

/// A comment with its marks: `# …`, or `## …` which documents the declaration or setting below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the first `#` to the line's end, line break left out.
    pub span: Span,
    /// Whether it begins with `##`.
    pub documents: bool,
}

/// `use a, b from "file"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The names it takes.
    pub names: Vec<Name>,
    /// The file it takes them from, as written.
    pub path: Str,
    /// The whole line.
    pub span: Span,
}

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A string or text block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Str {
    /// The value: escapes resolved; of a text block the indentation taken off and lines joined by `\n`.
    pub value: String,
    /// The literal, quotes included.
    pub span: Span,
    /// Where the bytes of `value` stand in the file, to point inside the text: pairs of (offset in `value`,
    /// offset in the file), ascending, one at every place where the two stop advancing together.
    pub map: Vec<(u32, u32)>,
    /// Whether it was written as a `"""` block.
    pub block: bool,
}

impl Str {
    /// The place in the file of a range of bytes of the value.
    pub fn place(&self, range: std::ops::Range<usize>) -> Span {
        let at = |offset: usize| {
            let index = self.map.partition_point(|&(value, _)| value as usize <= offset);
            match index.checked_sub(1).and_then(|i| self.map.get(i)) {
                Some(&(value, file)) => file as usize + (offset - value as usize),
                None => self.span.start as usize,
            }
        };
        let start = at(range.start);
        let end = if range.is_empty() { start } else { at(range.end - 1) + 1 };
        Span::new(self.span.file, start, end.max(start))
    }
}

/// `kind name "Title" share { settings, blocks }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Decl {
    /// The kind's word, as written; the checker knows which there are.
    pub kind: Name,
    /// The name; a `test` has none.
    pub name: Option<Name>,
    /// The title; a `test`'s is its name.
    pub title: Option<Str>,
    /// A `variant`'s share, such as `70%`.
    pub share: Option<Expr>,
    /// The text of the `##` comments just above, marks taken off, lines joined by `\n`; empty if none.
    pub docs: String,
    /// `key: value` lines, in order.
    pub settings: Vec<Setting>,
    /// Blocks inside (`variant`), in order.
    pub blocks: Vec<Decl>,
    /// From the kind to the closing brace.
    pub span: Span,
    /// From the kind to before the opening brace: what a message about the whole declaration points at.
    pub head: Span,
    /// Whether a part of the body was broken (reported): absence of a key proves nothing then.
    pub broken: bool,
}

/// `key: value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Value,
    /// The text of the `##` comments just above; empty if none.
    pub docs: String,
    /// Key and value.
    pub span: Span,
}

/// What stands after the colon.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any expression.
    Expr(Expr),
    /// The schedule of `send:`.
    Schedule(Schedule),
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of its text.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `1_000`, `0.4`: the digits as written, underscores taken out.
    Number(String),
    /// `15%`: the number before the sign, as written.
    Percent(String),
    /// `5000 CNY`: amount as written and three capital letters (known to be a currency or not).
    Money {
        /// The digits.
        amount: String,
        /// The code.
        currency: Name,
    },
    /// `30 days`.
    Duration(Length),
    /// `2026-12-01`.
    Date(jiff::civil::Date),
    /// `09:00`.
    Time(jiff::civil::Time),
    /// `2026-12-01 09:00`, in the shop's zone.
    Instant(jiff::civil::DateTime),
    /// A string or text block.
    Str(Str),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// A bare word.
    Name(String),
    /// `a.b`.
    Member(Box<Expr>, Name),
    /// `a[0]`.
    Index(Box<Expr>, Box<Expr>),
    /// `f(a, key: b)`. Aggregates are calls whose only argument is usually a [`ExprKind::Rows`].
    Call {
        /// The function's word.
        callee: Name,
        /// Arguments, in order.
        args: Vec<Arg>,
    },
    /// `relation[.column] where condition in last 30 days`: only inside a call's parentheses, and only when it
    /// has a `where` or a window (otherwise it is just a name or member).
    Rows {
        /// The relation, with the column behind it if there is one.
        of: Box<Expr>,
        /// The condition.
        filter: Option<Box<Expr>>,
        /// The window.
        window: Option<Window>,
    },
    /// `not a`, `-a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x is missing`, `x is known`.
    Is {
        /// What is asked about.
        value: Box<Expr>,
        /// True for `is known`.
        known: bool,
    },
    /// `0.4..0.8`, `3..`.
    Range(Box<Expr>, Option<Box<Expr>>),
    /// `value when condition`.
    When(Box<Expr>, Box<Expr>),
    /// `2 per 7 days`, `2 per category`, `1 per customer`, `50 per second`.
    Per(Box<Expr>, Box<Expr>),
    /// `days since x`.
    Since(Unit, Box<Expr>),
    /// Could not be read; reported.
    Broken,
}

/// A duration as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Length {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// Units of time that a duration may be written in. A day is 24 hours; months and years are not durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// `second`, `seconds`.
    Seconds,
    /// `minute`, `minutes`.
    Minutes,
    /// `hour`, `hours`.
    Hours,
    /// `day`, `days`.
    Days,
    /// `week`, `weeks`.
    Weeks,
}

impl Unit {
    /// Reads a unit, singular or plural.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "second" | "seconds" => Self::Seconds,
            "minute" | "minutes" => Self::Minutes,
            "hour" | "hours" => Self::Hours,
            "day" | "days" => Self::Days,
            "week" | "weeks" => Self::Weeks,
            _ => return None,
        })
    }

    /// Seconds in one unit.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
            Self::Weeks => 604_800,
        }
    }

    /// The unit's word in the plural.
    pub fn word(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// The name before the colon, if it has one.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// `not`, `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnaryOp {
    /// Logical.
    Not,
    /// Arithmetic.
    Neg,
}

/// Binary operators, loosest first: `or`; `and`; comparisons, `in`, `contains`, `within`; `+ -`; `* /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BinaryOp {
    /// `or`.
    Or,
    /// `and`.
    And,
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
    /// `in`: membership of a list, a range, an audience.
    In,
    /// `not in`.
    NotIn,
    /// `contains`: a text in a text, an item in a list.
    Contains,
    /// `within`: a tone within its bounds.
    Within,
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Contains => "contains",
            Self::Within => "within",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}

/// The window that closes an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Which.
    pub kind: WindowKind,
    /// `in last 30 days`, all of it.
    pub span: Span,
}

/// The kinds of window.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowKind {
    /// `in last 30 days`: the half-open interval that ends at `as_of`.
    Last(Length),
    /// `in next 7 days`: only where the future may be asked about.
    Next(Length),
    /// `since 2026-01-01`.
    Since(Box<Expr>),
    /// `before 2026-01-01`.
    Before(Box<Expr>),
}

/// When a campaign is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub cadence: Cadence,
    /// Whether times are the recipient's own (`local`) and not the shop's.
    pub local: bool,
    /// The last day on which a slot may fall, `until 2026-12-31`.
    pub until: Option<(jiff::civil::Date, Span)>,
    /// All of it.
    pub span: Span,
}

/// How often, and at what time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cadence {
    /// `once at 2026-12-01 09:00`.
    Once(jiff::civil::DateTime),
    /// `daily at …`.
    Daily(SendTime),
    /// `every monday, thursday at …`.
    Weekly(Vec<Weekday>, SendTime),
    /// `monthly on 1 at …`; a day past the month's end is its last day.
    Monthly(u8, SendTime),
    /// `every 15 minutes`.
    Every(Length),
    /// Could not be read; reported.
    Broken,
}

/// A day of the week, Monday 1 to Sunday 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Weekday(pub u8);

/// The time of day of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendTime {
    /// `at 09:00`.
    At(jiff::civil::Time),
    /// `at best_hour(08:00..20:00)`: each recipient's best hour within the range, in their own zone.
    BestHour(jiff::civil::Time, jiff::civil::Time),
}
