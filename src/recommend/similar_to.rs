//! `similar_to`: products like one product.

use std::sync::Arc;

use super::filters::Candidates;
use super::method::{Customer, Method, Scores};
use super::neighbours::Neighbours;

/// The product to be similar to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// One product for everybody.
    Product(u32),
    /// The customer's latest product in the history of that slot: their last purchase, or their last view, by the
    /// signals the history was made of. Of several at one instant, the one of the most weight.
    Latest {
        /// The slot of the history.
        slot: usize,
    },
}

/// Scores products by their similarity to the anchor, with the neighbours that [`super::ItemCf`] or
/// [`super::BoughtTogether`] found. The anchor itself is not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarTo {
    neighbours: Arc<Neighbours>,
    anchor: Anchor,
}

impl SimilarTo {
    /// Products similar to `anchor`.
    ///
    /// # Panics
    /// If the anchor is a product outside the catalogue.
    #[must_use]
    pub fn new(neighbours: Arc<Neighbours>, anchor: Anchor) -> Self {
        if let Anchor::Product(item) = anchor {
            assert!((item as usize) < neighbours.items(), "the anchor is outside the catalogue");
        }
        Self { neighbours, anchor }
    }

    fn anchor_of(&self, me: &Customer<'_>) -> Option<u32> {
        let slot = match self.anchor {
            Anchor::Product(item) => return Some(item),
            Anchor::Latest { slot } => slot,
        };
        let history = me.history(slot);
        (0..history.items.len())
            .min_by(|&a, &b| {
                let age = history.age_days[a].total_cmp(&history.age_days[b]);
                age.then(history.faded[b].total_cmp(&history.faded[a])).then(a.cmp(&b))
            })
            .map(|at| history.items[at])
    }
}

impl Method for SimilarTo {
    fn items(&self) -> usize {
        self.neighbours.items()
    }

    fn slots(&self) -> usize {
        match self.anchor {
            Anchor::Product(_) => 0,
            Anchor::Latest { slot } => slot + 1,
        }
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        self.anchor_of(me).is_some()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let Some(anchor) = self.anchor_of(me) else { return };
        let (items, similarities) = self.neighbours.nearest(anchor);
        for (&item, &similarity) in items.iter().zip(similarities) {
            out.add(item, similarity);
        }
    }

    /// The anchor, where it is the customer's own. A product named in the file is nobody's own.
    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        if matches!(self.anchor, Anchor::Product(_)) {
            return;
        }
        let Some(anchor) = self.anchor_of(me) else { return };
        let (items, similarities) = self.neighbours.nearest(anchor);
        if let Some(at) = items.iter().position(|&i| i == item) {
            each(anchor, similarities[at]);
        }
    }
}
