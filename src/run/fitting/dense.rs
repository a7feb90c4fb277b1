//! Fitting of the methods that learn a matrix: `als`, `svd`, `ease`.

use std::fmt::Debug;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::error::RunError;
use super::super::shop::Until;
use super::{Fitter, Slots, own_half_life};
use crate::check::model::Evidence;
use crate::recommend::{Als, AlsParams, Ease, EaseParams, Interactions, Method, Svd, SvdParams};

/// How products sell now, and what weights are measured against.
struct Now {
    trend: Arc<Option<Vec<f32>>>,
    unit: f32,
}

impl Fitter<'_> {
    pub(super) fn als(
        &self,
        evidence: &Evidence,
        params: AlsParams,
        slots: &mut Slots,
    ) -> Result<Arc<dyn Method>, RunError> {
        let products = self.learned("als", evidence, &params, |i| Als::factors(i, params))?;
        let (now, slot) = self.now(evidence, slots)?;
        Ok(Arc::new(Als::new(products, now.trend.as_ref().clone(), now.unit, slot, params)))
    }

    pub(super) fn svd(
        &self,
        evidence: &Evidence,
        params: SvdParams,
        slots: &mut Slots,
    ) -> Result<Arc<dyn Method>, RunError> {
        let learned = self.learned("svd", evidence, &params, |i| Svd::directions(i, params))?;
        let (now, slot) = self.now(evidence, slots)?;
        Ok(Arc::new(Svd::new(learned, now.trend.as_ref().clone(), now.unit, slot, params)))
    }

    pub(super) fn ease(
        &self,
        evidence: &Evidence,
        params: EaseParams,
        slots: &mut Slots,
    ) -> Result<Arc<dyn Method>, RunError> {
        let weights = self.learned("ease", evidence, &params, |i| Ease::weights(i, params))?;
        let (now, slot) = self.now(evidence, slots)?;
        Ok(Arc::new(Ease::new(weights, now.trend.as_ref().clone(), now.unit, slot, params)))
    }

    /// What is learned does not depend on the half-life, so another half-life does not learn it again.
    fn learned<T>(
        &self,
        kind: &str,
        evidence: &Evidence,
        params: &impl Debug,
        learn: impl FnOnce(&Interactions) -> T,
    ) -> Result<Arc<T>, RunError>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let name = self.name(kind, &evidence.signals, Until::Day, params)?;
        self.store.keep(name, || {
            let (_, interactions) =
                self.interactions(&evidence.signals, own_half_life(evidence), Until::Day)?;
            Ok(learn(&interactions))
        })
    }

    /// What the method knows of today, and the slot of the customers' histories.
    fn now(&self, evidence: &Evidence, slots: &mut Slots) -> Result<(Now, usize), RunError> {
        let (signals, half_life) = (&evidence.signals, own_half_life(evidence));
        let (_, interactions) = self.interactions(signals, half_life, Until::Day)?;
        let now = Now { trend: self.trend(signals, evidence.trend)?, unit: interactions.unit() };
        Ok((now, self.history(signals, half_life, slots)?))
    }
}

pub(super) fn als_params(
    factors: Option<usize>,
    iterations: Option<usize>,
    regularisation: Option<f64>,
    alpha: Option<f64>,
) -> AlsParams {
    let default = AlsParams::default();
    AlsParams {
        factors: factors.unwrap_or(default.factors),
        iterations: iterations.unwrap_or(default.iterations),
        regularisation: regularisation.map_or(default.regularisation, |r| r as f32),
        alpha: alpha.map_or(default.alpha, |a| a as f32),
        ..default
    }
}

pub(super) fn svd_params(factors: Option<usize>) -> SvdParams {
    let default = SvdParams::default();
    SvdParams { factors: factors.unwrap_or(default.factors), ..default }
}

pub(super) fn ease_params(regularisation: Option<f64>, neighbours: Option<usize>) -> EaseParams {
    let default = EaseParams::default();
    EaseParams {
        regularisation: regularisation.map_or(default.regularisation, |r| r as f32),
        neighbours,
        ..default
    }
}
