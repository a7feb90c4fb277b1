//! `svd`: the directions in which customers differ most.

mod randomised;

use std::sync::Arc;

use super::batch::Batch;
use super::filters::Candidates;
use super::interactions::Interactions;
use super::item_cf::Damping;
use super::matrix::Matrix;
use super::method::{Customer, Method, Scores};
use super::simd::{AddRows, DotRows, widest};
use super::tastes;
use super::trend::{Pace, trend};

pub(crate) use randomised::right_vectors;

/// Settings of [`Svd`]. The defaults were chosen on the validation month of Online Retail.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SvdParams {
    /// How many directions. There are no more than customers or products.
    pub factors: usize,
    /// By what power of its popularity a product is made smaller before, so that the first directions are not
    /// popularity alone: 0 leaves it, 0.5 makes all products equal.
    pub levelling: f32,
    /// How repeated events count.
    pub damping: Damping,
}

impl Default for SvdParams {
    fn default() -> Self {
        Self { factors: 64, levelling: 0.0, damping: Damping::Saturating }
    }
}

/// What [`Svd`] learns: products by directions, and what each product is multiplied by.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Directions {
    products: Matrix,
    scale: Vec<f32>,
}

/// A customer's faded history, seen along the first right singular vectors of the matrix of customers and products only
/// ("PureSVD": Cremonesi, Koren and Turrin, ACM Conference on Recommender Systems 2010): scores are `x V Vᵀ`, times the
/// product's [`trend`] where there is a half-life.
#[derive(Debug, Clone, PartialEq)]
pub struct Svd {
    learned: Arc<Directions>,
    damping: Damping,
    pace: Pace,
    unit: f32,
    slot: usize,
}

impl Svd {
    /// Finds the directions. `slot` is where customers' histories of the same signals will be.
    #[must_use]
    pub fn fit(interactions: &Interactions, slot: usize, params: SvdParams) -> Self {
        let learned = Arc::new(Self::directions(interactions, params));
        Self::new(learned, trend(interactions), interactions.unit(), slot, params)
    }

    /// The directions: what takes time. They do not depend on the half-life.
    #[must_use]
    pub fn directions(interactions: &Interactions, params: SvdParams) -> Directions {
        let unit = interactions.unit();
        let weights = interactions.matrix(|weight| params.damping.apply(weight, unit));
        let scale = weights.column_sums_of_squares(interactions.items());
        let level =
            |squares: f64| if squares > 0.0 { squares.powf(-f64::from(params.levelling)) } else { 0.0 };
        let scale: Vec<f32> = scale.into_iter().map(|squares| level(squares) as f32).collect();
        let products = right_vectors(&weights.scale_columns(&scale), interactions.items(), params.factors);
        Directions { products, scale }
    }

    /// From directions found before, with the [`trend`] and the unit of weight of the same interactions.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the directions.
    #[must_use]
    pub fn new(
        learned: Arc<Directions>,
        trend: Option<Vec<f32>>,
        unit: f32,
        slot: usize,
        params: SvdParams,
    ) -> Self {
        let pace = Pace::new(trend, learned.scale.len());
        Self { learned, damping: params.damping, pace, unit, slot }
    }

    /// What each own product counts for today.
    fn weights(&self, me: &Customer<'_>) -> Vec<f32> {
        let history = me.history(self.slot);
        let scaled = |(at, &item): (usize, &u32)| {
            self.damping.today(&history, at, self.unit) * self.learned.scale[item as usize]
        };
        history.items.iter().enumerate().map(scaled).collect()
    }

    fn taste(&self, me: &Customer<'_>) -> Vec<f32> {
        let products = &self.learned.products;
        let mut taste = vec![0.0; products.width()];
        let (rows, factors) = (me.history(self.slot).items, &self.weights(me)[..]);
        widest(AddRows { table: products.values(), rows, factors, out: &mut taste });
        taste
    }

    fn scores(&self, customers: &[Customer<'_>]) -> Vec<f32> {
        let tastes: Vec<Vec<f32>> = customers.iter().map(|me| self.taste(me)).collect();
        let tastes: Vec<&[f32]> = tastes.iter().map(Vec::as_slice).collect();
        tastes::score(&self.learned.products, &tastes, self.pace.all())
    }
}

impl Method for Svd {
    fn items(&self) -> usize {
        self.learned.scale.len()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        match me.place.and_then(|place| place.scores()) {
            Some(scores) => out.add_all(scores),
            None if self.knows(me) => out.add_all(&self.scores(&[*me])),
            None => {}
        }
    }

    fn batch<'a>(&'a self, customers: &[Customer<'a>]) -> Option<Box<dyn Batch + 'a>> {
        Some(Box::new(Rows { items: self.items(), scores: self.scores(customers) }))
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let products = &self.learned.products;
        let own = me.history(self.slot).items;
        let mut similar = vec![0.0; own.len()];
        let vector = products.row(item);
        widest(DotRows { table: products.values(), rows: own, vector, out: &mut similar });
        for ((&own, weight), similarity) in own.iter().zip(self.weights(me)).zip(similar) {
            if own != item {
                each(own, weight * similarity * self.pace.of(item));
            }
        }
    }
}

/// Scores alone.
#[derive(Debug)]
struct Rows {
    items: usize,
    scores: Vec<f32>,
}

impl Batch for Rows {
    fn scores(&self, at: usize) -> Option<&[f32]> {
        self.scores.get(at * self.items..(at + 1) * self.items)
    }
}
