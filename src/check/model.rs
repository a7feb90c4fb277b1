//! The checked model: every name resolved, every type known, nothing optional that a default could fill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Time;

use super::expectation::Expectation;
use super::lesson::{Feature, Lesson};
use super::schema::Schema;
use super::typed::{Expr, Literal, Type, Window};
use crate::data::Key;
use crate::diagnostic::Span;
use crate::syntax::tree::Schedule;

/// A shop's data.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name in the file.
    pub label: String,
    /// As customers know the shop.
    pub shop_name: String,
    /// The shop's address on the web, without a slash at its end; empty if not given.
    pub url: String,
    /// Whether the demo shop is made where the database is not there.
    pub demo: bool,
    /// Relations and columns.
    pub schema: Arc<Schema>,
    /// The folder that the data names pictures from: the database's own.
    pub pictures: PathBuf,
    /// Columns that have no value in some rows, as `relation.column`.
    pub with_gaps: BTreeSet<String>,
}

/// How mails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// One file a mail, in this folder of the project.
    Files(String),
    /// SMTP; the address stands in this environment variable.
    Smtp(String),
}

/// Who writes.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Its name in the file.
    pub label: String,
    /// The name people see; empty if none.
    pub name: String,
    /// The address mails come from.
    pub email: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The postal address of the footer.
    pub address: String,
    /// The https address that takes one-click unsubscribes.
    pub unsubscribe: String,
    /// The https address of a customer's preferences.
    pub preferences: Option<String>,
    /// How mails leave.
    pub via: Via,
    /// The accent colour, `#rrggbb`.
    pub accent: String,
}

/// At most `count` mails in any `seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Frequency {
    /// How many.
    pub count: u32,
    /// In how long.
    pub seconds: i64,
}

/// A condition of a policy with its own words, for the reason an excluded customer is given.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// As it stands in the file.
    pub words: String,
    /// The condition.
    pub condition: Expr,
}

/// House rules.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name in the file.
    pub label: String,
    /// What must hold for every recipient.
    pub require: Vec<Requirement>,
    /// Frequency caps over all campaigns.
    pub at_most: Vec<Frequency>,
    /// When nobody is written to, in the recipient's own time; may run past midnight.
    pub quiet_hours: Option<(Time, Time)>,
}

/// One attribute of a profile.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// How it is worked out.
    pub value: Expr,
    /// Its `##` comment.
    pub doc: String,
}

/// A profile.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its label.
    pub label: String,
    /// Its attributes, in the file's order.
    pub attributes: Vec<Attribute>,
}

/// A segment.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its label.
    pub label: String,
    /// Its title; empty if none.
    pub title: String,
    /// The source's label.
    pub source: String,
    /// Who belongs.
    pub condition: Expr,
}

/// A cluster or a model.
#[derive(Debug, Clone)]
pub struct Learner {
    /// Its label.
    pub label: String,
    /// Its kind: `cluster` or `model`.
    pub kind: String,
    /// Its title; its comment if it has none.
    pub title: String,
    /// The source's label.
    pub source: String,
    /// What it is worked out from.
    pub features: Vec<Feature>,
    /// What is learned.
    pub lesson: Lesson,
    /// The type of its value.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
}

/// A weighted relation that recommendation learns from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Signal {
    /// Weight of one row.
    pub weight: f64,
    /// The relation.
    pub relation: String,
    /// Which rows, over `Row::This` and `Row::ThisProduct`.
    pub filter: Option<Expr>,
    /// When.
    pub window: Option<Window>,
}

/// What `similar_to` starts from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The product of the customer's latest row of this signal.
    Latest(Signal),
    /// One product, by its id.
    Product(String),
}

/// How alike two customers or two products are by what they have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// The cosine of the weights as they are.
    Cosine,
    /// What both have, divided by what either has.
    Jaccard,
    /// The rarer, the more it says, and the longer the less; repeats soon count no more.
    Bm25,
    /// The rarer, the more it says.
    TfIdf,
}

/// A method of recommendation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// What most rows are of.
    Popular {
        /// The rows counted.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
    },
    /// What sells better now than it used to.
    Trending {
        /// The rows that are now; all rows of the relation are what they are compared with.
        signal: Signal,
    },
    /// What the customer had before and is due to want again.
    BuyAgain {
        /// The rows counted.
        signal: Signal,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
    },
    /// What most rows by customers of the same kind are of.
    PopularBy {
        /// The rows counted.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// What customers of a kind have in common.
        by: Expr,
    },
    /// So many products from each in turn.
    Slots(Vec<(usize, Method)>),
    /// All that the first has, then all that the next has.
    InTurn(Vec<Method>),
    /// Item-based collaborative filtering.
    ItemCf {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// How many similar products are kept for each.
        neighbours: Option<usize>,
        /// How much evidence a similarity needs.
        shrinkage: Option<f64>,
        /// How alike two products are.
        weighting: Option<Weighting>,
    },
    /// User-based collaborative filtering.
    UserCf {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// How many similar customers speak for each.
        neighbours: Option<usize>,
        /// How much evidence a similarity needs.
        shrinkage: Option<f64>,
        /// How alike two customers are.
        weighting: Option<Weighting>,
    },
    /// Products whose words and attributes are like those of the customer's own.
    Content {
        /// The products' columns that are read; the usual ones where none are named.
        fields: Vec<String>,
        /// Whether words count by their meaning, as learned from the shop's texts.
        learned: bool,
        /// The rows that say what is the customer's own.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
    },
    /// Products of the same orders.
    BoughtTogether {
        /// The order lines.
        signal: Signal,
    },
    /// Products like a given one.
    SimilarTo {
        /// Which one.
        anchor: Anchor,
        /// The rows that similarity is learned from.
        signals: Vec<Signal>,
        /// How many similar products are kept for each.
        neighbours: Option<usize>,
        /// How alike two products are.
        weighting: Option<Weighting>,
    },
    /// Implicit-feedback matrix factorisation.
    Als {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// How many numbers describe a product.
        factors: Option<usize>,
        /// How often both sides are worked out in turn.
        iterations: Option<usize>,
        /// What keeps the factors of the little known small.
        regularisation: Option<f64>,
        /// How much more a thing done counts than one not done.
        alpha: Option<f64>,
    },
    /// Truncated singular value decomposition.
    Svd {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// How many numbers describe a product.
        factors: Option<usize>,
    },
    /// A linear model of products by products.
    Ease {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// What keeps weights that few customers speak for small.
        regularisation: Option<f64>,
        /// How many products have a say in each product's score.
        neighbours: Option<usize>,
    },
    /// What would have done best on the shop's own past.
    Auto {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Whether it is judged by what customers took for the first time.
        new_only: bool,
    },
    /// A weighted mixture.
    Blend(Vec<(f64, Method)>),
}

/// A factor on a product's score.
#[derive(Debug, Clone)]
pub struct Boost {
    /// The factor.
    pub factor: f64,
    /// Where it holds; none for every product.
    pub when: Option<Expr>,
}

/// At most `count` products of one value of a column in a list.
#[derive(Debug, Clone)]
pub struct Cap {
    /// How many.
    pub count: usize,
    /// The product's column.
    pub column: String,
}

/// At most so many recipients of one product, over the whole audience.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Exposure {
    /// How many.
    pub count: f64,
    /// The product's column that it is multiplied by; none for the count as it is.
    pub per: Option<String>,
}

/// Which products a strategy shows, by whether the customer ever bought them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// Those that the customer never bought.
    New,
    /// Those that the customer bought before.
    Again,
    /// Both.
    #[default]
    All,
}

/// How products are recommended.
#[derive(Debug, Clone)]
pub struct Strategy {
    /// Its label.
    pub label: String,
    /// The source's label.
    pub source: String,
    /// How products are scored.
    pub method: Method,
    /// Which may be picked.
    pub only: Option<Expr>,
    /// Which may not.
    pub exclude: Option<Expr>,
    /// Factors.
    pub boosts: Vec<Boost>,
    /// Caps.
    pub caps: Vec<Cap>,
    /// How many recipients a product has at most.
    pub exposure: Option<Exposure>,
    /// How many a customer gets.
    pub take: usize,
    /// Whether products are to be new to the customer.
    pub shows: Shows,
    /// How much the products of a list are to differ from each other, 0 to 1.
    pub diversity: f64,
    /// How far what everybody knows stands back, 0 to 1.
    pub novelty: f64,
    /// What fills short lists.
    pub fallback: Option<Method>,
}

/// How a template's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// MJML.
    Mjml,
}

/// A text that a customer will read, with its place.
#[derive(Debug, Clone)]
pub enum Line {
    /// Written in place.
    Text(crate::syntax::tree::Str),
    /// Made by a `copy`.
    Copy(String),
}

/// How one of the candidates of a copy is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chooser {
    /// The first that passes.
    First,
    /// Each customer the next one.
    Rotate,
    /// The one nearest to this tone.
    Nearest(String),
}

/// Generated text.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Its label.
    pub label: String,
    /// The language of the text; none for the template's.
    pub language: Option<String>,
    /// The grammar that it is made by, from the first rule on; its names are rules of it where nothing was reported.
    pub rules: crate::syntax::rules::Rules,
    /// How many candidates are made.
    pub candidates: usize,
    /// How one of them is chosen.
    pub choose: Chooser,
    /// The text where no candidate passes.
    pub fallback: Option<crate::syntax::tree::Str>,
}

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its label.
    pub label: String,
    /// BCP 47 language tag.
    pub language: String,
    /// The subject.
    pub subject: Line,
    /// The preheader.
    pub preheader: Option<Line>,
    /// How the body is written.
    pub format: Format,
    /// The body.
    pub body: crate::syntax::tree::Str,
    /// Texts that the body includes from its own folder, by the names it includes them by.
    pub includes: BTreeMap<String, crate::syntax::tree::Str>,
}

/// One thing chosen by customer: the first whose condition holds; the last has none.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Conditions and labels.
    pub options: Vec<(Option<Expr>, String)>,
}

/// What a campaign recommends with.
#[derive(Debug, Clone)]
pub enum Recommend {
    /// A strategy.
    Strategy(String),
    /// A method in place of the strategy's own, which keeps its filters, caps and `take`.
    Method(Method),
}

/// What a variant changes.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its share of those not held out, 0 to 1.
    pub share: f64,
    /// Other products.
    pub recommend: Option<Recommend>,
    /// Other mails.
    pub template: Option<Choice>,
    /// Another offer.
    pub offer: Option<String>,
    /// Another tone.
    pub tone: Option<Choice>,
    /// A narrower audience.
    pub audience: Option<Expr>,
    /// Another sender.
    pub sender: Option<String>,
    /// Other house rules.
    pub policy: Option<String>,
    /// Another time.
    pub send: Option<Schedule>,
    /// Another goal.
    pub goal: Option<Goal>,
}

/// What counts as success, with its own words.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Goal {
    /// As it stands in the file.
    pub words: String,
    /// The condition, looking ahead from the sending.
    pub condition: Expr,
}

/// A campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its name.
    pub label: String,
    /// Its title, or its name.
    pub title: String,
    /// The source's label.
    pub source: String,
    /// Who is written to.
    pub audience: Expr,
    /// The audience as it stands in the file.
    pub audience_words: String,
    /// What is recommended.
    pub recommend: Option<Recommend>,
    /// What is offered.
    pub offer: Option<String>,
    /// What the mail says.
    pub template: Choice,
    /// How it should sound.
    pub tone: Option<Choice>,
    /// Who writes.
    pub sender: String,
    /// The house rules.
    pub policy: String,
    /// When.
    pub send: Option<Schedule>,
    /// Seconds after which the same customer may get it again; none for never.
    pub repeat: Option<i64>,
    /// What counts as success.
    pub goal: Option<Goal>,
    /// The share held out, 0 to 1.
    pub holdout: f64,
    /// Versions; empty for one version.
    pub variants: Vec<Variant>,
    /// Where it is declared.
    pub span: Span,
}

/// What must be true of a campaign's messages on a day.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it says must be true; its name.
    pub title: String,
    /// Where it is declared.
    pub span: Span,
    /// The campaign's label.
    pub campaign: String,
    /// The day; none for now.
    pub as_of: Option<jiff::Timestamp>,
    /// Whose message is looked at, and where that stands; none for every recipient's.
    pub customer: Option<(Key, Span)>,
    /// The shop's data as the test itself has it; none for the source's own.
    pub rows: Option<Vec<FixtureRow>>,
    /// What must hold.
    pub expect: Vec<Expectation>,
    /// The values of customers that the expectations look at.
    pub values: Vec<(String, Expr)>,
    /// The file that the whole message is kept in.
    pub snapshot: Option<Snapshot>,
}

/// A row of a test's own data.
#[derive(Debug, Clone, PartialEq)]
pub struct FixtureRow {
    /// The relation.
    pub relation: String,
    /// Columns with their values; the others are missing.
    pub values: Vec<(String, Literal)>,
    /// Where it stands.
    pub span: Span,
}

/// Where a test keeps a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// As it stands in the file.
    pub written: String,
    /// The file.
    pub path: PathBuf,
    /// Where it is named.
    pub span: Span,
}

/// Everything that was declared, by label. A label is the declaration's name; where two files declare the same
/// name, or a shared declaration is used with two sources, `name@file` or `name@source`.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Sources.
    pub sources: BTreeMap<String, Source>,
    /// Senders.
    pub senders: BTreeMap<String, Sender>,
    /// Policies, by label with the source they were checked against.
    pub policies: BTreeMap<String, Policy>,
    /// Profiles.
    pub profiles: BTreeMap<String, Profile>,
    /// Segments.
    pub segments: BTreeMap<String, Segment>,
    /// Clusters and models.
    pub learners: BTreeMap<String, Learner>,
    /// Strategies.
    pub strategies: BTreeMap<String, Strategy>,
    /// Copies.
    pub copies: BTreeMap<String, Copy>,
    /// Templates.
    pub templates: BTreeMap<String, Template>,
    /// Campaigns.
    pub campaigns: BTreeMap<String, Campaign>,
    /// Tests, in the order of the files and of their places in them.
    pub tests: Vec<Test>,
}
