//! What stops a run, or keeps one from starting.

use crate::audience::LowerError;
use crate::compose::{ComposeError, TemplateError};
use crate::data::DataError;
use crate::deliver::{DeliveryError, StateError};
use crate::learn::LearnError;
use crate::plan::PlanError;
use crate::recommend::{BlendError, InteractionError, RequestError};

/// Why a run cannot start or go on. What concerns one recipient only is recorded with that recipient instead.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The shop's data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// SQLite refused a statement on the shop's data.
    #[error("the shop's data could not be read: {0}")]
    Sql(#[from] rusqlite::Error),
    /// An expression has no SQL.
    #[error(transparent)]
    Lower(#[from] LowerError),
    /// The rows of the shop's data could not be read.
    #[error(transparent)]
    Rows(#[from] crate::audience::RunError),
    /// The state database.
    #[error(transparent)]
    State(#[from] StateError),
    /// The transport.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// A template that is wrong for everybody.
    #[error("the template {template} cannot be used: {error}")]
    Template {
        /// The template.
        template: String,
        /// What is wrong.
        error: TemplateError,
    },
    /// An accent colour that buttons cannot have.
    #[error("the sender's accent cannot be used: {0}")]
    Accent(String),
    /// A sender that no mail can come from.
    #[error("the sender cannot be used: {0}")]
    Sender(ComposeError),
    /// Recommendation from this data makes no sense.
    #[error("products cannot be recommended: {0}")]
    Recommend(String),
    /// A cluster or model that the data does not teach.
    #[error("{}{error} ({}: `herald explain {}`)", named(.name), code(.error), code(.error))]
    Learn {
        /// Its name; empty where that is not known yet.
        name: String,
        /// Why not.
        error: LearnError,
    },
    /// The table that a step needs is not in the data.
    #[error("the source has no `{0}`, which this campaign needs")]
    NoTable(&'static str),
    /// No customer of that id.
    #[error("the shop has no customer {0}")]
    NoCustomer(String),
    /// The audience is much larger than last time.
    #[error(
        "the audience has {now} customers, the last run had {before}: look at it, then say `--yes {now}`"
    )]
    Grown {
        /// Now.
        now: u64,
        /// In the last finished run.
        before: u64,
    },
    /// A live transport asks for the count.
    #[error("this reaches people: {0} messages at most. Say `--yes {0}` to send them")]
    Unconfirmed(u64),
    /// A message that is still to be handed over needs what the campaign no longer has.
    #[error(
        "message {0} of this run is still to be handed over, and the campaign no longer has its {1}: put it back, and the same command goes on"
    )]
    Gone(i64, String),
    /// What was stored with a message cannot be read again.
    #[error("what is stored of message {0} cannot be read: {1}")]
    Inputs(i64, String),
}

impl RunError {
    /// The same error, with the name of what could not be learned where it has none yet.
    #[must_use]
    pub fn naming(self, name: &str) -> Self {
        match self {
            Self::Learn { name: unnamed, error } if unnamed.is_empty() => {
                Self::Learn { name: name.to_owned(), error }
            }
            other => other,
        }
    }
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("`{name}` cannot be learned: ") }
}

/// The page that explains why something cannot be learned.
fn code(error: &LearnError) -> &'static str {
    match error {
        LearnError::TooFew { .. } | LearnError::TooFewRepeat { .. } => "H0601",
        LearnError::OneAnswer { .. } => "H0602",
        LearnError::NoFeature => "H0603",
        LearnError::TooManyClusters { .. } => "H0604",
        LearnError::NoFit(_) => "H0605",
    }
}

impl From<LearnError> for RunError {
    fn from(error: LearnError) -> Self {
        Self::Learn { name: String::new(), error }
    }
}

impl From<InteractionError> for RunError {
    fn from(error: InteractionError) -> Self {
        Self::Recommend(error.to_string())
    }
}

impl From<RequestError> for RunError {
    fn from(error: RequestError) -> Self {
        Self::Recommend(error.to_string())
    }
}

impl From<BlendError> for RunError {
    fn from(error: BlendError) -> Self {
        Self::Recommend(error.to_string())
    }
}
