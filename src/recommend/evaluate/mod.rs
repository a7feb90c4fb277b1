//! How good recommendations are, measured on what customers did next.
//!
//! The events are cut at an instant. Everything before it is what a method may learn from; what known customers then did
//! with known products is what its lists are held against, over the whole catalogue (no sampled negatives).

mod bootstrap;
mod lists;
mod metrics;
mod split;

pub use bootstrap::{Estimate, bootstrap};
pub use lists::{Ranking, rank};
pub use metrics::{CUTOFFS, Customer, METRICS, Metric, Report, Row, measure, ndcg};
pub use split::{Question, Split};
