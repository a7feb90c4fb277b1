//! The checked model: every name resolved, every type known, nothing optional that a default could fill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Time;

use super::expectation::Expectation;
use super::lesson::{Feature, Lesson};
pub use super::model_strategy::{
    Anchor, Boost, ByRatings, Cap, Evidence, Exposure, Fading, LEAST_BOOST, Method, Shows, Signal, Strategy,
    Weighting,
};
use super::schema::Schema;
use super::typed::{Expr, Literal, Type};
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
