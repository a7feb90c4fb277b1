//! What is known of the quality of what was learned.

use serde::{Deserialize, Serialize};

use super::super::error::RunError;
use super::super::shop::{Shop, Until};
use super::super::store::Store;
use super::fit::{past, train};
use crate::check::lesson::{Learned, Lesson};
use crate::check::typed::Expr;
use crate::learn::Evaluation;
use crate::learn::measures::{Decile, GroupMeasure, by_group};

/// What is known of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Of groups.
    Personas {
        /// How many customers were grouped.
        people: usize,
    },
    /// Of a probability.
    Probability(ProbabilityReport),
    /// Of how customers buy.
    Buying(BuyingReport),
    /// Of fifths.
    Fifth {
        /// How many customers were looked at.
        people: usize,
    },
}

/// How good a probability is, and on what it was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityReport {
    /// On people that the fit had not seen.
    pub evaluation: Evaluation,
    /// The seconds that were looked ahead from, latest first, with how many customers were there.
    pub cutoffs: Vec<(i64, usize)>,
}

/// What a model of buying was fitted to, and how it did in a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuyingReport {
    /// How many customers had bought.
    pub customers: usize,
    /// How many of them again.
    pub repeating: usize,
    /// The second that the trial looked ahead from.
    pub cutoff: i64,
    /// The trial; none where the shop had too few customers that bought again.
    pub trial: Option<Trial>,
}

/// A fit as of a horizon ago, compared with what came true since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// How many customers had bought.
    pub customers: usize,
    /// How well those who would buy were ranked.
    pub auc: Option<f64>,
    /// Days of buying that were expected.
    pub expected: f64,
    /// Days of buying that came.
    pub came: f64,
    /// By tenths of the probability to buy.
    pub deciles: Vec<Decile>,
}

/// What a model does for the groups of an attribute: on people that a fit had not seen.
///
/// # Errors
/// The data cannot be read, or teaches nothing; something that is not a probability has no such measures.
pub fn fairness(
    shop: &Shop,
    learned: &Learned,
    by: &Expr,
    store: &Store,
) -> Result<Option<Vec<GroupMeasure>>, RunError> {
    let Lesson::Probability { predicts, horizon } = &learned.lesson else { return Ok(None) };
    let until = shop.instant(Until::Day);
    let past = past(shop, learned, predicts, *horizon, Some(by), until, store)
        .map_err(|error| error.naming(&learned.name))?;
    let trained = train(&past).map_err(|error| error.naming(&learned.name))?;
    Ok(Some(by_group(&trained.held_out, &past.labels, &past.groups)))
}
