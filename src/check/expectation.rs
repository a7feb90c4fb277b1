//! What a test expects, resolved: every name a part of the message, every list's `where` about one item of it. The
//! conditions were checked before ([`super::message_expr`]); what was wrong there is the missing value here.

use std::collections::BTreeSet;

use super::checker::Checker;
use super::message_expr::Offered;
use super::names::yes_no;
use super::shape::Shape;
use super::typed::{Arith, Compare, Literal, Op, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{BinaryOp, Expr as Syntax, ExprKind, Name, UnaryOp, Unit};

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

impl Checker<'_> {
    /// A condition that was checked, resolved.
    pub(super) fn ask(&mut self, e: &Syntax, offered: Offered<'_>) -> Ask {
        let op = self.ask_op(e, offered);
        Ask { op, span: e.span }
    }

    fn ask_op(&mut self, e: &Syntax, offered: Offered<'_>) -> AskOp {
        if let Some(typed) = self.literal(e, offered.scope) {
            return AskOp::Literal(match typed.op {
                Op::Literal(literal) => literal,
                _ => Literal::Missing,
            });
        }
        match &e.kind {
            ExprKind::Name(name) if path(e, offered).is_none() => AskOp::Literal(match yes_no(name) {
                Some(super::typed::Expr { op: Op::Literal(literal), .. }) => literal,
                _ => Literal::Missing,
            }),
            ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Index(..) => {
                part(e, offered).map_or(MISSING, AskOp::Part)
            }
            ExprKind::Call { callee, args } => match args.as_slice() {
                [only] => self.over(callee, &only.value, offered).unwrap_or(MISSING),
                _ => MISSING,
            },
            ExprKind::Unary(UnaryOp::Not, inner) => AskOp::Not(self.boxed(inner, offered)),
            ExprKind::Unary(UnaryOp::Neg, inner) => AskOp::Neg(self.boxed(inner, offered)),
            ExprKind::Is { value, known } => {
                let asked = AskOp::IsKnown(self.boxed(value, offered));
                if *known { asked } else { AskOp::Not(Box::new(Ask { op: asked, span: e.span })) }
            }
            ExprKind::Since(unit, inner) => AskOp::Since(*unit, self.boxed(inner, offered)),
            ExprKind::Binary(op, left, right) => self.ask_binary(*op, left, right, e.span, offered),
            _ => MISSING,
        }
    }

    fn boxed(&mut self, e: &Syntax, offered: Offered<'_>) -> Box<Ask> {
        Box::new(self.ask(e, offered))
    }

    fn ask_binary(
        &mut self,
        op: BinaryOp,
        left: &Syntax,
        right: &Syntax,
        span: Span,
        offered: Offered<'_>,
    ) -> AskOp {
        let op = match op {
            BinaryOp::In => return self.ask_in(left, right, offered),
            BinaryOp::NotIn => {
                let op = self.ask_in(left, right, offered);
                return AskOp::Not(Box::new(Ask { op, span }));
            }
            BinaryOp::Within => return AskOp::Within(self.text(right.span).to_owned()),
            _ => op,
        };
        let (a, b) = (self.boxed(left, offered), self.boxed(right, offered));
        match op {
            BinaryOp::And => AskOp::And(a, b),
            BinaryOp::Or => AskOp::Or(a, b),
            BinaryOp::Contains => AskOp::Contains(a, b),
            BinaryOp::Add => AskOp::Arith(Arith::Add, a, b),
            BinaryOp::Sub => AskOp::Arith(Arith::Sub, a, b),
            BinaryOp::Mul => AskOp::Arith(Arith::Mul, a, b),
            BinaryOp::Div => AskOp::Arith(Arith::Div, a, b),
            BinaryOp::Ne => AskOp::Compare(Compare::Ne, a, b),
            BinaryOp::Lt => AskOp::Compare(Compare::Lt, a, b),
            BinaryOp::Le => AskOp::Compare(Compare::Le, a, b),
            BinaryOp::Gt => AskOp::Compare(Compare::Gt, a, b),
            BinaryOp::Ge => AskOp::Compare(Compare::Ge, a, b),
            _ => AskOp::Compare(Compare::Eq, a, b),
        }
    }

    fn ask_in(&mut self, left: &Syntax, right: &Syntax, offered: Offered<'_>) -> AskOp {
        match &right.kind {
            ExprKind::List(items) => {
                let value = self.boxed(left, offered);
                AskOp::OneOf(value, items.iter().map(|item| self.ask(item, offered)).collect())
            }
            ExprKind::Range(low, high) => {
                let (value, low) = (self.boxed(left, offered), self.boxed(low, offered));
                AskOp::Between(value, low, high.as_ref().map(|h| self.boxed(h, offered)))
            }
            _ => {
                let roots =
                    [left, right].map(|side| path(side, offered).map(|(root, steps, _)| (root, steps)));
                if roots != [Some((Root::Customer, Vec::new())), Some((Root::Audience, Vec::new()))] {
                    let span = left.span.to(right.span);
                    self.report(
                        Diagnostic::error("H0224", span, "the one list that `in` asks about is the audience")
                            .label("neither a list of values, nor a range, nor this")
                            .help("write `customer in audience`, or `any(picks where …)`"),
                    );
                }
                AskOp::InAudience
            }
        }
    }

    /// `count(picks where price < 3000 CNY)`.
    fn over(&mut self, callee: &Name, argument: &Syntax, offered: Offered<'_>) -> Option<AskOp> {
        let function = ListFunction::parse(&callee.text)?;
        let (of, filter) = match &argument.kind {
            ExprKind::Rows { of, filter, .. } => (of.as_ref(), filter.as_deref()),
            _ => (argument, None),
        };
        let (list, column) = match &of.kind {
            ExprKind::Member(list, field) if !function.counts() => (list.as_ref(), Some(field)),
            _ => (of, None),
        };
        let (root, steps, shape) = path(list, offered)?;
        let item = match shape {
            Some(Shape::List(item)) => Some(item.as_ref()),
            _ => None,
        };
        let column = column.map(|field| {
            let (ty, steps) = (type_of(field_of(item, &field.text)), vec![Step::Field(field.text.clone())]);
            Part { root: Root::Item, steps, ty }
        });
        let filter = filter.map(|f| self.ask(f, Offered { item: item.or(offered.item), ..offered }));
        let list = Part { root, steps, ty: Type::Unknown };
        Some(AskOp::Over(Box::new(Over { function, list, column, filter })))
    }
}

const MISSING: AskOp = AskOp::Literal(Literal::Missing);

fn part(e: &Syntax, offered: Offered<'_>) -> Option<Part> {
    let (root, steps, shape) = path(e, offered)?;
    Some(Part { root, steps, ty: type_of(shape) })
}

fn type_of(shape: Option<&Shape>) -> Type {
    match shape {
        Some(Shape::Value(ty)) => *ty,
        _ => Type::Unknown,
    }
}

type Path<'o> = (Root, Vec<Step>, Option<&'o Shape>);

/// Where a path leads, as far as its shape is known.
fn path<'o>(e: &Syntax, offered: Offered<'o>) -> Option<Path<'o>> {
    match &e.kind {
        ExprKind::Name(name) => {
            let item = || (Root::Item, vec![Step::Field(name.clone())], field_of(offered.item, name));
            let open = matches!(offered.item, Some(Shape::Record { open: true, .. }));
            if field_of(offered.item, name).is_some() {
                return Some(item());
            }
            match (offered.roots.get(name), Root::of(name)) {
                (Some(field), Some(root)) => Some((root, Vec::new(), Some(&field.shape))),
                _ if open => Some(item()),
                _ => None,
            }
        }
        ExprKind::Member(of, field) => {
            let (root, mut steps, shape) = path(of, offered)?;
            steps.push(Step::Field(field.text.clone()));
            Some((root, steps, field_of(shape, &field.text)))
        }
        ExprKind::Index(of, index) => {
            let ExprKind::Number(digits) = &index.kind else { return None };
            let (root, mut steps, shape) = path(of, offered)?;
            steps.push(Step::Item(digits.parse().ok()?));
            let item = match shape {
                Some(Shape::List(item)) => Some(item.as_ref()),
                _ => None,
            };
            Some((root, steps, item))
        }
        _ => None,
    }
}

fn field_of<'o>(shape: Option<&'o Shape>, name: &str) -> Option<&'o Shape> {
    match shape? {
        Shape::Record { fields, .. } => fields.get(name).map(|field| &field.shape),
        _ => None,
    }
}
