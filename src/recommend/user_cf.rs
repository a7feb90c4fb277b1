//! `user_cf`: what customers like this one took.

use std::sync::Arc;

use super::filters::Candidates;
use super::interactions::Interactions;
use super::item_cf::Damping;
use super::method::{Customer, Method, Scores, Sums};
use super::sparse::{Csr, for_common};
use super::trend::{Pace, trend};
use super::weighting::{Weigher, Weighting};

/// Settings of [`UserCf`]. The defaults were chosen on the validation month of Online Retail.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct UserCfParams {
    /// How many customers speak for each customer.
    pub neighbours: usize,
    /// Added to the denominator of the similarity, so that customers with little in common are not taken for twins.
    pub shrinkage: f32,
    /// How repeated events count.
    pub damping: Damping,
    /// How alike two customers are by what they took.
    pub weighting: Weighting,
}

impl Default for UserCfParams {
    fn default() -> Self {
        Self { neighbours: 100, shrinkage: 0.0, damping: Damping::Log, weighting: Weighting::Jaccard }
    }
}

/// User-to-user collaborative filtering (Resnick, Iacovou, Suchak, Bergstrom and Riedl, CSCW 1994; with the cosine and
/// the top N of Sarwar, Karypis, Konstan and Riedl, EC 2000). A product scores the sum, over the customer's nearest
/// neighbours, of similarity times the neighbour's faded weight; times the product's [`trend`] where there is a half-life.
///
/// Neighbours are found when a customer is scored, from who took the same products. So nothing grows with the square of
/// the customers, a customer who was not there at the fit has neighbours as any other, and only who is asked about costs
/// time. Similarity is of all times, as in [`super::ItemCf`].
#[derive(Debug, Clone)]
pub struct UserCf {
    crowd: Arc<Crowd>,
    slot: usize,
    neighbours: usize,
    shrinkage: f32,
}

/// What [`UserCf`] knows of all customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    /// Customers by products: the faded weights.
    tastes: Csr,
    /// The same entries as similarity is made of them.
    weighed: Csr,
    /// Products by customers: the weighed entries that similarity is made of.
    takers: Csr,
    /// The size of each customer's row in the denominator of similarity.
    sizes: Vec<f32>,
    weigher: Weigher,
    pace: Pace,
    unit: f32,
    damping: Damping,
}

impl Crowd {
    /// Weighs and turns over the interactions.
    #[must_use]
    pub fn new(interactions: &Interactions, damping: Damping, weighting: Weighting) -> Self {
        let (unit, items) = (interactions.unit(), interactions.items());
        let matrix = interactions.matrix(|w| damping.apply(w, unit));
        let weigher = Weigher::new(weighting, &matrix, items);
        let matrix = weigher.weigh_all(matrix);
        Self {
            sizes: (0..matrix.rows()).map(|customer| weigher.size(matrix.row(customer).1)).collect(),
            takers: matrix.transpose(items),
            weighed: matrix,
            tastes: interactions.faded_matrix(|w| damping.apply(w, unit)),
            weigher,
            pace: Pace::new(trend(interactions), items),
            unit,
            damping,
        }
    }

    /// With another [`trend`] than that of the interactions' own half-life.
    #[must_use]
    pub fn paced(self, trend: Option<Vec<f32>>) -> Self {
        let pace = Pace::new(trend, self.takers.rows());
        Self { pace, ..self }
    }

    /// A customer's history, weighed as the crowd's.
    fn weighed(&self, items: &[u32], raw: &[f32]) -> Vec<f32> {
        let mut values: Vec<f32> = raw.iter().map(|&w| self.damping.apply(w, self.unit)).collect();
        self.weigher.weigh(items, &mut values);
        values
    }
}

impl UserCf {
    /// Prepares for finding neighbours. `slot` is where customers' histories of the same signals will be.
    #[must_use]
    pub fn fit(interactions: &Interactions, slot: usize, params: UserCfParams) -> Self {
        Self::new(Arc::new(Crowd::new(interactions, params.damping, params.weighting)), slot, params)
    }

    /// From a crowd made before, with the same damping and weighting.
    #[must_use]
    pub fn new(crowd: Arc<Crowd>, slot: usize, params: UserCfParams) -> Self {
        Self { crowd, slot, neighbours: params.neighbours, shrinkage: params.shrinkage }
    }

    /// Finds the customer's neighbours: into `sums.best`, nearest first.
    fn find(&self, me: &Customer<'_>, sums: &mut Sums) {
        let Crowd { takers, sizes, weigher, .. } = &*self.crowd;
        let history = me.history(self.slot);
        let mine = self.crowd.weighed(history.items, history.raw);
        let size = weigher.size(&mine);
        sums.widen(sizes.len());
        for (&item, &weight) in history.items.iter().zip(&mine) {
            if weight > 0.0 {
                sums.add_row(takers.row(item as usize), weight);
            }
        }
        sums.take_best(self.neighbours, |other, dot| {
            if other == me.row {
                return 0.0;
            }
            weigher.similarity(dot, size, sizes[other as usize], self.shrinkage)
        });
        self.share_out(history.items, &mine, sums);
    }

    /// Notes for each neighbour how its similarity is shared out among the products in common: once for the whole list,
    /// so that each pick's reason is found quickly.
    fn share_out(&self, items: &[u32], mine: &[f32], sums: &mut Sums) {
        sums.shares.clear();
        sums.ends.clear();
        for &(other, similarity) in &sums.best {
            let (theirs, weights) = self.crowd.weighed.row(other as usize);
            let from = sums.shares.len();
            for_common(items, theirs, |at, their_at| {
                sums.shares.push((items[at], mine[at] * weights[their_at]));
            });
            let all: f32 = sums.shares[from..].iter().map(|s| s.1).sum();
            sums.shares[from..].iter_mut().for_each(|s| s.1 *= similarity / all);
            sums.ends.push(sums.shares.len());
        }
    }
}

impl Method for UserCf {
    fn items(&self) -> usize {
        self.crowd.takers.rows()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let mut sums = std::mem::take(&mut out.side);
        self.find(me, &mut sums);
        for &(other, similarity) in &sums.best {
            let (items, weights) = self.crowd.tastes.row(other as usize);
            for (&item, &weight) in items.iter().zip(weights) {
                out.add(item, similarity * weight);
            }
        }
        out.side = sums;
        self.crowd.pace.apply(out);
    }

    /// Each neighbour who took `item` shares out what it adds to the score among the products in common, by what they add
    /// to the similarity. A product is no reason for itself.
    fn evidence(&self, _me: &Customer<'_>, item: u32, scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let Sums { best, shares, ends, .. } = &scores.side;
        let mut from = 0;
        for (&(other, _), &end) in best.iter().zip(ends) {
            let (items, weights) = self.crowd.tastes.row(other as usize);
            if let Ok(at) = items.binary_search(&item) {
                let weight = weights[at] * self.crowd.pace.of(item);
                for &(own, share) in shares[from..end].iter().filter(|s| s.0 != item) {
                    each(own, share * weight);
                }
            }
            from = end;
        }
    }
}
