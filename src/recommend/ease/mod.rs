//! `ease`: what each product says of every other, all others taken into account.

mod dense;
mod sparse;

use std::sync::Arc;

use super::filters::Candidates;
use super::interactions::Interactions;
use super::item_cf::Damping;
use super::method::{Customer, Method, Scores};
use super::sparse::Csr;
use super::trend::{Pace, trend};

/// Up to so many products the weights are worked out exactly: 0.2 GB and some 10 seconds. Memory grows with the square
/// of the number and time with its third power, so beyond it each product is explained by its nearest ones alone.
pub const EXACT_UP_TO: usize = 10_000;

/// Settings of [`Ease`]. The defaults were chosen on the validation month of Online Retail.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EaseParams {
    /// What keeps weights small: how many customers have to speak for one before it counts for much.
    pub regularisation: f32,
    /// How many products have a say in each product's score; `None` for 200 where the weights are exact and 100 beyond,
    /// where it is the size of the systems to be solved (50 and 200 do equally well on Online Retail).
    pub neighbours: Option<usize>,
    /// How repeated events count.
    pub damping: Damping,
    /// The most products for which the weights are exact.
    pub exact_up_to: usize,
}

impl Default for EaseParams {
    fn default() -> Self {
        let damping = Damping::Saturating;
        Self { regularisation: 500.0, neighbours: None, damping, exact_up_to: EXACT_UP_TO }
    }
}

/// What [`Ease`] learns: by own product, what it gives to the score of others.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Weights(Csr);

impl Weights {
    /// What a product of the customer's own gives to the score of others: these, ascending, and how much.
    #[must_use]
    pub fn given_by(&self, own: u32) -> (&[u32], &[f32]) {
        self.0.row(own as usize)
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        self.0.rows()
    }
}

/// A linear model of products by products with no product explaining itself (Steck, "Embarrassingly shallow autoencoders
/// for sparse data", WWW 2019). A product scores the sum of the customer's own products' weights for it times what each
/// counts for today, times its [`trend`] where there is a half-life.
///
/// Of each product's weights the largest are kept. For large catalogues the model is solved for each product on its
/// nearest products alone, which is the sparse approximation of Steck, "Markov random fields for collaborative filtering"
/// (`NeurIPS` 2019, section 3.2, each product the only one taken from its neighbourhood).
#[derive(Debug, Clone, PartialEq)]
pub struct Ease {
    weights: Arc<Weights>,
    damping: Damping,
    pace: Pace,
    unit: f32,
    slot: usize,
}

impl Ease {
    /// Finds the weights. `slot` is where customers' histories of the same signals will be.
    #[must_use]
    pub fn fit(interactions: &Interactions, slot: usize, params: EaseParams) -> Self {
        let weights = Arc::new(Self::weights(interactions, params));
        Self::new(weights, trend(interactions), interactions.unit(), slot, params)
    }

    /// The weights: what takes time. They do not depend on the half-life.
    #[must_use]
    pub fn weights(interactions: &Interactions, params: EaseParams) -> Weights {
        let unit = interactions.unit();
        let rows = interactions.matrix(|weight| params.damping.apply(weight, unit));
        let items = interactions.items();
        let by_target = if items <= params.exact_up_to {
            dense::weights(&rows, items, params)
        } else {
            sparse::weights(&rows, items, params)
        };
        Weights(by_target.transpose(items))
    }

    /// From weights found before, with the [`trend`] and the unit of weight of the same interactions.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the weights.
    #[must_use]
    pub fn new(
        weights: Arc<Weights>,
        trend: Option<Vec<f32>>,
        unit: f32,
        slot: usize,
        params: EaseParams,
    ) -> Self {
        let pace = Pace::new(trend, weights.items());
        Self { weights, damping: params.damping, pace, unit, slot }
    }
}

impl Method for Ease {
    fn items(&self) -> usize {
        self.weights.items()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let history = me.history(self.slot);
        for (at, &own) in history.items.iter().enumerate() {
            let today = self.damping.today(&history, at, self.unit);
            let (items, weights) = self.weights.given_by(own);
            for (&item, &weight) in items.iter().zip(weights) {
                out.add(item, today * weight);
            }
        }
        self.pace.apply(out);
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let history = me.history(self.slot);
        for (at, &own) in history.items.iter().enumerate() {
            let (items, weights) = self.weights.given_by(own);
            if let Ok(found) = items.binary_search(&item) {
                let today = self.damping.today(&history, at, self.unit);
                each(own, today * weights[found] * self.pace.of(item));
            }
        }
    }
}

/// The `keep` largest weights by size, the lower index of equals, ascending by index.
fn largest(mut weights: Vec<(u32, f32)>, keep: usize) -> Vec<(u32, f32)> {
    weights.retain(|w| w.1 != 0.0 && w.1.is_finite());
    if keep < weights.len() {
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0));
        if keep > 0 {
            weights.select_nth_unstable_by(keep - 1, order);
        }
        weights.truncate(keep);
    }
    weights.sort_unstable_by_key(|w| w.0);
    weights
}
