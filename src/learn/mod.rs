//! Floor 3: how customers behave, learned from arrays: no language and no database in sight.
//!
//! ```text
//!                    ┌─ personas     k-means, k by silhouette, what sets each group apart
//! Table (features) ──┼─ classifier   logistic regression, cross-validated and calibrated, with its measures
//!                    └─ quintiles    fifths, for RFM scores
//! Buying, Spending ──── bg_nbd, gamma_gamma: who buys again, how often, for how much
//! ```
//!
//! A fit is plain data that can be kept, and scores one row at a time. Sums are taken over chunks of a fixed size in a
//! fixed order, so that results are the same on any number of threads.

pub mod bg_nbd;
mod block;
pub mod classifier;
pub mod error;
pub mod gamma_gamma;
pub mod kmeans;
pub mod logistic;
pub mod measures;
pub mod personas;
pub mod points;
pub mod quintiles;
mod seeding;
pub mod silhouette;
mod simplex;
pub mod table;

#[cfg(test)]
mod tests;

pub use bg_nbd::{BgNbd, Buying};
pub use classifier::{Classifier, Evaluation, Examples, Trained};
pub use error::LearnError;
pub use gamma_gamma::{GammaGamma, Spending};
pub use kmeans::{KMeans, KMeansParams};
pub use personas::{Persona, Personas, Trait};
pub use points::Points;
pub use quintiles::Quintiles;
pub use table::{Column, Encoding, Table, Value};
