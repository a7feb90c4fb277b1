//! What is learned from the past: the personas of a cluster, what a model predicts.

use serde::{Deserialize, Serialize};

use super::typed::{Aggregate, Expr, Op};

/// A feature with its name in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// As it stands in the file.
    pub name: String,
    /// How it is worked out.
    pub value: Expr,
}

/// What is to be learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lesson {
    /// Groups of customers who behave alike.
    Personas {
        /// At least so many.
        least: usize,
        /// At most so many; the best silhouette decides.
        most: usize,
        /// What the personas are numbered by, smallest first.
        order: Expr,
    },
    /// The probability of a condition on what is ahead, from features.
    Probability {
        /// The condition.
        predicts: Expr,
        /// How many seconds it looks ahead.
        horizon: i64,
    },
    /// What comes of how often customers buy, by BG/NBD.
    Buying {
        /// What counts as buying: its relation and its filter.
        rows: Box<Aggregate>,
        /// How many seconds are looked ahead.
        horizon: i64,
        /// What is asked.
        asks: Asks,
    },
    /// The fifth of all customers that a value is in.
    Fifth,
}

/// What is asked of the future buying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// The probability that they buy.
    Buys,
    /// The probability that they do not.
    Leaves,
    /// How many times they are expected to buy.
    Often,
    /// What they are expected to spend.
    Worth,
    /// When they buy next: the instant by which they will have done so as likely as not.
    When,
}

/// Something learned, with all that decides it: its value for a customer is worked out from the features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Its name in the file.
    pub name: String,
    /// A hash of the features and the lesson.
    pub hash: String,
    /// What it is worked out from, with every reference replaced.
    pub features: Vec<Feature>,
    /// What is learned.
    pub lesson: Lesson,
}

/// What these expressions speak of, each once, what stands inside another first.
pub fn all_learned<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> Vec<&'e Learned> {
    fn collect<'e>(e: &'e Expr, found: &mut Vec<&'e Learned>) {
        for child in e.children() {
            collect(child, found);
        }
        if let Op::Learned(learned) = &e.op
            && !found.iter().any(|f| f.hash == learned.hash)
        {
            found.push(learned);
        }
    }
    let mut found = Vec::new();
    expressions.into_iter().for_each(|e| collect(e, &mut found));
    found
}
