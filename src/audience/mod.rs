//! Floor 3: segments and profiles as SQL, and the gates between a segment and its recipients.
//!
//! Typed expressions go in, one SQL statement with bound values comes out, and [`run`] gives its rows. A connection is
//! made ready with [`prepare`] first; it may be read-only and `query_only`, for nothing is ever written, not even a
//! temporary table.

mod aggregate;
mod bands;
mod empty;
mod encode;
mod error;
mod events;
mod explain;
mod frame;
mod group;
mod learned;
mod lowering;
mod pairs;
mod rows;
pub mod run;
mod segment;
mod source;
mod statement;
mod target;
mod truth;
mod udf;
mod value;
mod window;

pub use bands::band_labels;
pub use error::{LowerError, RunError};
pub use events::{Whose, events};
pub use explain::{explain_query_plan, index_advice};
pub use learned::{Given, Scorer, Scorers};
pub use pairs::{Dependence, dependence, pairs};
pub use rows::{attributes, customer_values, product_values, products};
pub use run::{Cell, Event};
pub use segment::{count, sample, segment};
pub use statement::{Scan, Statement};
pub use target::{Indexes, STATE, Target};
pub use udf::prepare;

#[cfg(test)]
mod tests;
