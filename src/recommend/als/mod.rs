//! `als`: implicit-feedback matrix factorisation by alternating least squares.

mod fold;
mod train;

use std::sync::Arc;

use super::batch::Batch;
use super::filters::Candidates;
use super::interactions::Interactions;
use super::item_cf::Damping;
use super::matrix::Matrix;
use super::method::{Customer, Method, Scores};
use super::tastes;
use super::trend::{Pace, trend};
use fold::Fold;

/// Settings of [`Als`]. The defaults were chosen on the validation month of Online Retail.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AlsParams {
    /// How many numbers describe a product. More than there are products are as many as there are products.
    pub factors: usize,
    /// How often customers and products are worked out in turn.
    pub iterations: usize,
    /// What keeps the factors of those of whom little is known small.
    pub regularisation: f32,
    /// How much more a thing done counts than one not done.
    pub alpha: f32,
    /// How repeated events count.
    pub damping: Damping,
}

impl Default for AlsParams {
    fn default() -> Self {
        let damping = Damping::Saturating;
        Self { factors: 128, iterations: 15, regularisation: 40.0, alpha: 4.0, damping }
    }
}

/// Matrix factorisation of what was done and what was not (Hu, Koren and Volinsky, "Collaborative filtering for implicit
/// feedback datasets", ICDM 2008). A customer's taste is worked out when it is asked for, from the faded history against
/// the products' factors, so that a customer of this morning has one too; a product scores taste times factors, times
/// its [`trend`] where there is a half-life.
///
/// What is learned are the products' factors only, turned so that the sum of all products' squares plus the
/// regularisation is the identity: then a taste is the solution of a system as large as the customer's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Als {
    products: Arc<Matrix>,
    alpha: f32,
    damping: Damping,
    pace: Pace,
    unit: f32,
    slot: usize,
}

impl Als {
    /// Learns the factors of every product. `slot` is where customers' histories of the same signals will be.
    #[must_use]
    pub fn fit(interactions: &Interactions, slot: usize, params: AlsParams) -> Self {
        let products = Arc::new(Self::factors(interactions, params));
        Self::new(products, trend(interactions), interactions.unit(), slot, params)
    }

    /// The factors of every product: what takes time. They do not depend on the half-life.
    #[must_use]
    pub fn factors(interactions: &Interactions, params: AlsParams) -> Matrix {
        let unit = interactions.unit();
        let rows = interactions.matrix(|weight| params.damping.apply(weight, unit));
        train::products(&rows, interactions.items(), params)
    }

    /// From factors found before, with the [`trend`] and the unit of weight of the same interactions.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the factors.
    #[must_use]
    pub fn new(
        products: Arc<Matrix>,
        trend: Option<Vec<f32>>,
        unit: f32,
        slot: usize,
        params: AlsParams,
    ) -> Self {
        let pace = Pace::new(trend, products.rows());
        Self { products, alpha: params.alpha, damping: params.damping, pace, unit, slot }
    }

    /// What the history says of the customer's taste. An event faded to a share of its weight is taken as that share of
    /// the event and, for the rest, as nothing done.
    fn fold(&self, me: &Customer<'_>) -> Fold {
        let history = me.history(self.slot);
        let mut own = Vec::with_capacity(history.items.len());
        for (at, &item) in history.items.iter().enumerate() {
            let raw = self.damping.apply(history.raw[at], self.unit);
            let share = self.damping.today(&history, at, self.unit) / raw;
            if share > 0.0 {
                let extra = self.alpha * raw * share;
                own.push(fold::Own { item, extra, liking: share + extra });
            }
        }
        Fold::new(&self.products, own)
    }
}

impl Method for Als {
    fn items(&self) -> usize {
        self.products.rows()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        if let Some(scores) = me.place.and_then(|place| place.scores()) {
            out.add_all(scores);
        } else if self.knows(me) {
            let fold = self.fold(me);
            out.add_all(&tastes::score(&self.products, &[fold.taste()], self.pace.all()));
        }
    }

    fn batch<'a>(&'a self, customers: &[Customer<'a>]) -> Option<Box<dyn Batch + 'a>> {
        let folds: Vec<Fold> = customers.iter().map(|me| self.fold(me)).collect();
        let of: Vec<&[f32]> = folds.iter().map(Fold::taste).collect();
        let scores = tastes::score(&self.products, &of, self.pace.all());
        Some(Box::new(Tastes { method: self, folds, scores }))
    }

    /// As in section 5 of Hu, Koren and Volinsky: a score is a sum over the customer's own products, of each one's
    /// confidence times its similarity to the product in the customer's own eyes.
    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        match me.place {
            Some(place) => place.batch.evidence(place.at, item, each),
            None => self.fold(me).evidence(&self.products, item, self.pace.of(item), each),
        }
    }
}

#[derive(Debug)]
struct Tastes<'a> {
    method: &'a Als,
    folds: Vec<Fold>,
    scores: Vec<f32>,
}

impl Batch for Tastes<'_> {
    fn scores(&self, at: usize) -> Option<&[f32]> {
        let items = self.method.items();
        self.scores.get(at * items..(at + 1) * items)
    }

    fn evidence(&self, at: usize, item: u32, each: &mut dyn FnMut(u32, f32)) {
        self.folds[at].evidence(&self.method.products, item, self.method.pace.of(item), each);
    }
}
