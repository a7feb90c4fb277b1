//! `bought_together`: what goes into a basket with the customer's own products.

use std::sync::Arc;

use super::filters::Candidates;
use super::method::{Customer, Method, Scores};
use super::neighbours::Neighbours;
use super::sparse::{Csr, offsets_of};

/// Baskets by products: who bought does not matter, only what went together.
#[derive(Debug, Clone, PartialEq)]
pub struct Baskets {
    rows: Csr,
    items: usize,
}

impl Baskets {
    /// From order lines: the basket (a dense index) and the product of each. A product counts once in a basket. Baskets
    /// of one product say nothing of pairs, yet they count for how often a product is bought at all.
    ///
    /// # Panics
    /// If a product is outside the catalogue.
    #[must_use]
    pub fn build(lines: &[(u32, u32)], items: usize) -> Self {
        assert!(lines.iter().all(|l| (l.1 as usize) < items), "a product outside a catalogue of {items}");
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        lines.dedup();
        let lengths = lines.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len);
        let offsets = offsets_of(lengths);
        let ones = vec![1.0; lines.len()];
        Self { rows: Csr::from_parts(offsets, lines.into_iter().map(|l| l.1).collect(), ones), items }
    }
}

/// Settings of [`BoughtTogether`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoughtTogetherParams {
    /// How many companions each product has.
    pub neighbours: usize,
    /// Added to the denominator, in baskets: pairs of seldom bought products count for less.
    pub shrinkage: f32,
}

impl Default for BoughtTogetherParams {
    fn default() -> Self {
        Self { neighbours: 50, shrinkage: 20.0 }
    }
}

/// Companions in baskets. Two products go together as
///
/// `n_ij / (sqrt(n_i n_j) + shrinkage)`
///
/// from the numbers of baskets with both, with the one and with the other. That is the cosine or IS measure of
/// association, the root of lift times support (Tan, Kumar and Srivastava, "Selecting the right interestingness measure
/// for association patterns", KDD 2002), shrunk: lift alone prefers pairs of rarities (half the NDCG@10 on Online
/// Retail), confidence alone prefers what goes with everything. A product scores the sum, over the customer's own
/// products that have it among their companions, of that number times the customer's faded weight.
#[derive(Debug, Clone, PartialEq)]
pub struct BoughtTogether {
    neighbours: Arc<Neighbours>,
    trend: Option<Vec<f32>>,
    slot: usize,
}

impl BoughtTogether {
    /// Finds the companions of every product. `trend` (see [`super::trend`]) favours what sells now; `slot` is where
    /// customers' histories will be.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the baskets.
    #[must_use]
    pub fn fit(
        baskets: &Baskets,
        trend: Option<Vec<f32>>,
        slot: usize,
        params: BoughtTogetherParams,
    ) -> Self {
        Self::new(Arc::new(Self::companions(baskets, params)), trend, slot)
    }

    /// The companions of every product: what takes time.
    #[must_use]
    pub fn companions(baskets: &Baskets, params: BoughtTogetherParams) -> Neighbours {
        let BoughtTogetherParams { neighbours, shrinkage } = params;
        Neighbours::cosine(&baskets.rows, baskets.items, shrinkage, neighbours)
    }

    /// From companions found before.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the companions.
    #[must_use]
    pub fn new(neighbours: Arc<Neighbours>, trend: Option<Vec<f32>>, slot: usize) -> Self {
        assert!(trend.as_ref().is_none_or(|t| t.len() == neighbours.items()), "one trend per product");
        Self { neighbours, trend, slot }
    }
}

impl Method for BoughtTogether {
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
        for (&own, &weight) in history.items.iter().zip(history.faded) {
            let (items, values) = self.neighbours.nearest(own);
            for (&item, &value) in items.iter().zip(values) {
                out.add(item, weight * value);
            }
        }
        if let Some(trend) = &self.trend {
            out.multiply(|item| trend[item as usize]);
        }
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let history = me.history(self.slot);
        let factor = self.trend.as_ref().map_or(1.0, |t| t[item as usize]);
        let (owners, values) = self.neighbours.listed_by(item);
        for (&own, &weight) in history.items.iter().zip(history.faded) {
            if let Ok(at) = owners.binary_search(&own) {
                each(own, weight * values[at] * factor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn association_counts_baskets_once_and_shrinks() {
        // Product 0 in 4 baskets, 1 in 2 of them (once twice), 2 alone.
        let lines = [(0, 0), (0, 1), (0, 1), (1, 0), (1, 1), (2, 0), (3, 0), (7, 2)];
        let baskets = Baskets::build(&lines, 3);
        let fit = |shrinkage| {
            BoughtTogether::companions(&baskets, BoughtTogetherParams { neighbours: 5, shrinkage })
        };
        let plain = fit(0.0);
        assert_eq!(plain.nearest(0).0, [1]);
        assert!((plain.nearest(0).1[0] - 2.0 / 8_f32.sqrt()).abs() < 1e-6);
        assert!((fit(3.0).nearest(1).1[0] - 2.0 / (8_f32.sqrt() + 3.0)).abs() < 1e-6);
        assert!(plain.nearest(2).0.is_empty());
    }
}
