//! `content`: products like the customer's own, by what is known of them.

use std::sync::Arc;

use super::embed::{Embedding, EmbeddingParams};
use super::features::{Weighted, vectors};
use super::filters::Candidates;
use super::item_cf::Damping;
use super::method::{Customer, Method, Scores};
use super::sparse::Csr;
use super::trend::Pace;

/// How products are compared.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Vectors {
    /// By the words, kinds and numbers they have in common.
    #[default]
    Words,
    /// By the meaning of their words, as learned from the texts of the whole catalogue; kinds and numbers are not looked at.
    Learned(EmbeddingParams),
}

/// What [`Content`] knows of the products.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum ProductVectors {
    /// Sparse vectors of length 1.
    Words {
        /// Products by features.
        of_item: Csr,
        /// Features by products.
        having: Csr,
    },
    /// Dense vectors of length 1.
    Learned(Embedding),
}

impl ProductVectors {
    /// Reads the catalogue; each field has a value for every product.
    ///
    /// # Panics
    /// If a field is not of as many products as `items`.
    #[must_use]
    pub fn fit(fields: &[Weighted], items: usize, how: Vectors) -> Self {
        assert!(fields.iter().all(|f| f.field.len() == items), "a value for every product");
        match how {
            Vectors::Words => {
                let (of_item, features) = vectors(fields, items);
                let having = of_item.transpose(features);
                Self::Words { of_item, having }
            }
            Vectors::Learned(params) => Self::Learned(Embedding::fit(fields, items, params)),
        }
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        match self {
            Self::Words { of_item, .. } => of_item.rows(),
            Self::Learned(learned) => learned.items(),
        }
    }

    /// How alike two products are, from 0 to 1.
    #[must_use]
    pub fn likeness(&self, a: u32, b: u32) -> f32 {
        match self {
            Self::Words { of_item, .. } => of_item.dot(a as usize, b as usize).clamp(0.0, 1.0),
            Self::Learned(learned) => learned.dot(a, b).clamp(0.0, 1.0),
        }
    }

    /// Adds to every product that shares something with the customer's own `sum over own of weight x likeness`.
    fn add(&self, own: &[(u32, f32)], among: &Candidates<'_>, out: &mut Scores) {
        match self {
            Self::Words { of_item, having } => {
                let mut profile = std::mem::take(&mut out.side);
                profile.widen(having.rows());
                for &(item, weight) in own {
                    profile.add_row(of_item.row(item as usize), weight);
                }
                for feature in profile.touched.drain(..) {
                    let weight = std::mem::take(&mut profile.dense[feature as usize]);
                    let (items, values) = having.row(feature as usize);
                    for (&item, &value) in items.iter().zip(values) {
                        out.add(item, weight * value);
                    }
                }
                out.side = profile;
            }
            Self::Learned(learned) => {
                let profile = learned.sum(own);
                among.for_each_wanted(|item| {
                    let score = learned.with(item, &profile);
                    if score > 0.0 {
                        out.add(item, score);
                    }
                });
            }
        }
    }
}

/// Content-based filtering: a product scores the sum, over the customer's own products, of likeness times the customer's
/// faded weight (Rocchio's profile, with a cosine); times its [`trend`] where there is a half-life. It needs nobody to
/// have bought the product before. A product does not speak for itself.
#[derive(Debug, Clone)]
pub struct Content {
    vectors: Arc<ProductVectors>,
    pace: Pace,
    unit: f32,
    slot: usize,
    damping: Damping,
}

impl Content {
    /// From the products' vectors, the [`super::trend`] and the unit of weight of the customers' interactions. `slot` is where their
    /// histories of the same signals will be.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the vectors.
    #[must_use]
    pub fn new(vectors: Arc<ProductVectors>, trend: Option<Vec<f32>>, unit: f32, slot: usize) -> Self {
        let pace = Pace::new(trend, vectors.items());
        Self { vectors, pace, unit, slot, damping: Damping::Log }
    }

    /// The customer's own products with their weights.
    fn own(&self, me: &Customer<'_>) -> Vec<(u32, f32)> {
        let history = me.history(self.slot);
        let weight = |&faded: &f32| self.damping.apply(faded, self.unit);
        history.items.iter().copied().zip(history.faded.iter().map(weight)).filter(|o| o.1 > 0.0).collect()
    }
}

impl Method for Content {
    fn items(&self) -> usize {
        self.vectors.items()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, among: &Candidates<'_>, out: &mut Scores) {
        let own = self.own(me);
        self.vectors.add(&own, among, out);
        // What a product gave to itself is taken out by adding up the others anew: a difference would leave a rest.
        for &(item, _) in &own {
            if !out.is_touched(item) {
                continue;
            }
            let others =
                own.iter().filter(|o| o.0 != item).map(|o| o.1 * self.vectors.likeness(item, o.0)).sum();
            out.set(item, others);
        }
        self.pace.apply(out);
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, _scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        for (own, weight) in self.own(me).into_iter().filter(|o| o.0 != item) {
            let likeness = self.vectors.likeness(own, item);
            if likeness > 0.0 {
                each(own, weight * likeness * self.pace.of(item));
            }
        }
    }
}
