//! Floor 8: two revisions of a project compared, in people: who enters and leaves each audience, who starts and stops to get
//! a mail, whose products and whose words change, and through what.
//!
//! [`Review::open`] reads both sides from git (or disk) and checks them; [`Review::compare`] works out, on the same data
//! and for the same instant, what differs for somebody.

mod campaign;
mod compare;
mod dangers;
mod declarations;
mod findings;
mod git;
mod mails;
mod moment;
mod opened;
mod people;
mod planned;
mod range;
pub mod report;
mod side;

pub use compare::How;
pub use git::{GitError, Repository};
pub use moment::Moment;
pub use opened::Review;
pub use people::{EXAMPLES, OUTSIDE};
pub use range::{Asked, asked};
pub use report::Report;
