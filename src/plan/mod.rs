//! Floor 2: the checked model as a graph of steps with content hashes: plain data, printable and comparable.
//!
//! `plan`, a dry run, `preview` and `run` all follow the same steps, so they cannot disagree.

mod attributes;
mod compile;
mod inline;
pub mod mentions;
pub mod occurrence;
pub mod show;
mod step;
mod versions;
pub mod words;

pub use compile::{Asked, PlanError, compile};
pub use inline::Inliner;
pub use step::{
    AttributeColumn, Choices, ComposeStep, FilterSet, Plan, PolicyLimits, RecommendStep, Requirement, Slot,
    Step, StepId, VariantPlan, Work,
};
