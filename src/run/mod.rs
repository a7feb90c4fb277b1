//! Floor 7: the interpreter of a plan.
//!
//! [`Session`] makes a plan ready; [`Session::chunk`] decides what becomes of a stretch of the audience. On that stand
//! [`execute`](execute::execute) (a run), [`survey`](survey::survey) (`plan` and dry runs) and [`trace`](trace::trace)
//! (one customer's way).

pub mod ahead;
pub mod catalogue;
pub mod datum;
pub mod error;
pub mod evaluate;
pub mod execute;
mod fitting;
pub mod learned;
pub mod message;
pub mod proof;
mod rationing;
mod recommender;
pub mod session;
pub mod shop;
pub mod store;
pub mod survey;
mod templates;
pub mod trace;
pub mod valued;
pub mod workspace;
pub mod worst;

pub use error::RunError;
pub use session::{Draft, Outcome, Session};
pub use store::Store;
pub use workspace::Workspace;
