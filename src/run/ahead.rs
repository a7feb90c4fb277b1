//! Fitting ahead of time: what a run of a plan would learn before it writes a message, learned now and kept.

use std::path::Path;
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::error::RunError;
use super::learned;
use super::recommender::Recommender;
use super::shop::Shop;
use super::store::Store;
use crate::check::Model;
use crate::plan::{Plan, StepId, Work};

/// Fits the strategies of a plan, and what their filters ask of clusters and models; gives the names of the steps that were fitted, with their hashes. What the
/// store has is not fitted again, so a run on the same day and data finds it done. `state` is the state database, if there is one.
///
/// # Errors
/// The data cannot be read, or makes no sense for a method.
pub fn strategies(
    model: &Model,
    plan: &Plan,
    state: Option<&Path>,
    store: &Store,
) -> Result<Vec<(StepId, String)>, RunError> {
    let source = model.sources.get(&plan.source).ok_or(RunError::NoTable("source"))?;
    let shop = Shop::open(Arc::clone(&source.schema), plan.as_of, state)?;
    let data = shop.fingerprint()?;
    learned::prepare_plan(&shop, plan, store)?;
    let catalogue = Catalogue::stored(&shop, &data, store)?;
    Recommender::fit(&shop, &catalogue, plan, &data, store)?;
    let fitted = plan.steps.iter().filter(|s| matches!(s.work, Work::Recommend(_)));
    Ok(fitted.map(|s| (s.id.clone(), s.hash.clone())).collect())
}
