//! `item_cf`: products like those the customer took, by who took both.

use std::sync::Arc;

use super::filters::Candidates;
use super::interactions::{History, Interactions};
use super::method::{Customer, Method, Scores};
use super::neighbours::Neighbours;
use super::trend::{Pace, trend};
use super::weighting::Weighting;

/// What a sum of weights counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Damping {
    /// `ln(1 + weight / unit)`: the tenth view of a product says less than the first.
    #[default]
    Log,
    /// The weight as it is, for ratings.
    None,
    /// `2 weight / (weight + unit)`: 1 for a typical event, less than 2 however often it is done. Nearly that it was done at
    /// all, yet a purchase still says more than a view.
    Saturating,
}

impl Damping {
    /// What a sum of raw weights counts for.
    pub(crate) fn apply(self, weight: f32, unit: f32) -> f32 {
        match self {
            Self::Log => (weight / unit).ln_1p(),
            Self::None => weight,
            Self::Saturating => 2.0 * weight / (weight + unit),
        }
    }

    /// What the entry at that place of a history counts for today.
    pub(crate) fn today(self, history: &History<'_>, at: usize, unit: f32) -> f32 {
        match self {
            Self::Saturating => self.apply(history.raw[at], unit) * (history.faded[at] / history.raw[at]),
            Self::Log | Self::None => self.apply(history.faded[at], unit),
        }
    }
}

/// Settings of [`ItemCf`]. The defaults were chosen on the validation month of Online Retail.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ItemCfParams {
    /// How many similar products speak for each product.
    pub neighbours: usize,
    /// Added to the denominator of the cosine; see [`Neighbours::cosine`].
    pub shrinkage: f32,
    /// How repeated events count.
    pub damping: Damping,
    /// How alike two products are by who took them.
    pub weighting: Weighting,
}

impl Default for ItemCfParams {
    fn default() -> Self {
        Self { neighbours: 50, shrinkage: 20.0, damping: Damping::Log, weighting: Weighting::Cosine }
    }
}

/// Item-to-item collaborative filtering. A product scores the sum, over the customer's own products among its nearest
/// neighbours, of similarity times the customer's faded weight; times the product's [`trend`] where there is a
/// half-life. Similarity itself is of all times: the taste is lasting, the want is not.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemCf {
    neighbours: Arc<Neighbours>,
    pace: Pace,
    slot: usize,
    unit: f32,
    damping: Damping,
}

impl ItemCf {
    /// Finds the neighbours of every product. `slot` is where customers' histories of the same signals will be.
    #[must_use]
    pub fn fit(interactions: &Interactions, slot: usize, params: ItemCfParams) -> Self {
        let similar = Arc::new(Self::similar(interactions, params));
        Self::new(similar, trend(interactions), interactions.unit(), slot, params.damping)
    }

    /// The neighbours of every product: what takes time. They do not depend on the half-life.
    #[must_use]
    pub fn similar(interactions: &Interactions, params: ItemCfParams) -> Neighbours {
        let ItemCfParams { neighbours, shrinkage, damping, weighting } = params;
        let unit = interactions.unit();
        let matrix = interactions.matrix(|weight| damping.apply(weight, unit));
        Neighbours::find(&matrix, interactions.items(), weighting, shrinkage, neighbours)
    }

    /// From neighbours found before, with the [`trend`] and the unit of weight of the same interactions.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the neighbours.
    #[must_use]
    pub fn new(
        neighbours: Arc<Neighbours>,
        trend: Option<Vec<f32>>,
        unit: f32,
        slot: usize,
        damping: Damping,
    ) -> Self {
        let pace = Pace::new(trend, neighbours.items());
        Self { neighbours, pace, slot, unit, damping }
    }
}

impl Method for ItemCf {
    fn items(&self) -> usize {
        self.neighbours.items()
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
            let weight = self.damping.today(&history, at, self.unit);
            let (items, similarities) = self.neighbours.listed_by(own);
            for (&item, &similarity) in items.iter().zip(similarities) {
                out.add(item, weight * similarity);
            }
        }
        self.pace.apply(out);
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let history = me.history(self.slot);
        let (neighbours, similarities) = self.neighbours.nearest(item);
        for (own, similarity) in neighbours.iter().zip(similarities) {
            if let Ok(at) = history.items.binary_search(own) {
                let weight = self.damping.today(&history, at, self.unit);
                each(*own, weight * similarity * self.pace.of(item));
            }
        }
    }
}
