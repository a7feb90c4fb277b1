//! Variety: lists whose products differ from each other, and products that not everybody knows.

use std::sync::Arc;

use super::content::ProductVectors;
use super::interactions::Interactions;
use super::pick::Ranked;

/// Lists whose products differ from each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Diversity {
    /// From 0, the scores alone, to 1, the differences alone.
    pub strength: f32,
    /// What makes two products alike.
    pub vectors: Arc<ProductVectors>,
}

/// Products that wait to be chosen by score and by how they differ from those chosen before.
///
/// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): the next is the one of the greatest
/// `(1 - d) score / best score - d likeness`, the likeness to the chosen one that it is most like.
pub(crate) struct Pool<'a> {
    diversity: &'a Diversity,
    best: f32,
    /// The products, with the likeness to the nearest of those chosen.
    waiting: Vec<(Ranked, f32)>,
}

impl<'a> Pool<'a> {
    /// A pool of products, of which some were chosen before.
    pub fn new(diversity: &'a Diversity, ranked: Vec<Ranked>, chosen: impl Iterator<Item = u32>) -> Self {
        let best = ranked.first().map_or(1.0, |r| r.score);
        let mut pool =
            Self { diversity, best, waiting: ranked.into_iter().map(|ranked| (ranked, 0.0)).collect() };
        chosen.for_each(|item| pool.note(item));
        pool
    }

    /// Takes out the next product; equals by score, then by index.
    pub fn next(&mut self) -> Option<Ranked> {
        let d = self.diversity.strength;
        let worth = |(ranked, likeness): &(Ranked, f32)| (1.0 - d) * ranked.score / self.best - d * likeness;
        let of = |at: usize| (worth(&self.waiting[at]), self.waiting[at].0);
        let better = |&a: &usize, &b: &usize| {
            let (a, b) = (of(a), of(b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        };
        let at = (0..self.waiting.len()).max_by(better)?;
        Some(self.waiting.swap_remove(at).0)
    }

    /// Says that a product was chosen.
    pub fn note(&mut self, item: u32) {
        for (ranked, likeness) in &mut self.waiting {
            *likeness = likeness.max(self.diversity.vectors.likeness(ranked.item, item));
        }
    }

    /// What was not chosen.
    pub fn left(self) -> impl Iterator<Item = Ranked> {
        self.waiting.into_iter().map(|w| w.0)
    }
}

/// By what products' scores are multiplied so that what everybody knows stands back, from 0 (no effect) to 1.
///
/// `(1 - strength) + strength ln(n / k) / ln(n)` of a product that `k` of `n` customers have: the self-information of
/// meeting it (Zhou et al., PNAS 107, 2010), from 1 for one that a single customer has down to nearly 0 for one that all have.
#[must_use]
pub fn novelty(interactions: &Interactions, strength: f32) -> Vec<f32> {
    let customers = (0..interactions.users() as u32).filter(|&c| !interactions.history(c).items.is_empty());
    let mut known_by = vec![0_u32; interactions.items()];
    let mut all = 0_u32;
    for customer in customers {
        all += 1;
        interactions.history(customer).items.iter().for_each(|&item| known_by[item as usize] += 1);
    }
    let information = |known_by: u32| {
        if all < 2 { 1.0 } else { (all as f32 / known_by.max(1) as f32).ln() / (all as f32).ln() }
    };
    known_by.into_iter().map(|k| ((1.0 - strength) + strength * information(k)).max(1e-3)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::*;

    /// Two mugs that score best, then a lamp, then a mug.
    fn diverse(strength: f32, at_most: Vec<Cap>, take: usize) -> Vec<u32> {
        let titles = ["red mug", "blue mug", "desk lamp", "green mug"].map(str::to_owned).to_vec();
        let vectors = Arc::new(ProductVectors::fit(&[Field::Text(titles).into()], 4, Vectors::Words));
        let method = Popular::from_scores(vec![10.0, 9.0, 5.0, 4.0]);
        let diversity = Some(Diversity { strength, vectors });
        let request = Request {
            method: &method,
            fallback: None,
            filters: &Filters { at_most, take, diversity, ..Filters::default() },
            personal: &Personal::default(),
            histories: &[],
            customers: &[NOBODY],
            because: true,
        };
        recommend(&request).unwrap().remove(0).into_iter().map(|p| p.item).collect()
    }

    #[test]
    fn what_differs_comes_earlier_the_more_diversity_counts() {
        assert_eq!(diverse(0.0, vec![], 4), [0, 1, 2, 3]);
        assert_eq!(diverse(0.95, vec![], 4), [0, 2, 1, 3]);
        assert_eq!(diverse(1.0, vec![], 2), [0, 2]);
        assert_eq!(diverse(0.95, vec![], 9), [0, 2, 1, 3]); // all of them, in whichever order
    }

    #[test]
    fn caps_hold_whatever_the_diversity() {
        let cap = Cap { group_of_item: vec![0, 0, 1, 0], at_most: 1 };
        assert_eq!(diverse(0.5, vec![cap], 4), [0, 2]);
    }

    #[test]
    fn the_better_a_product_is_known_the_more_it_stands_back() {
        let mut events = Events::default();
        (0..8).for_each(|user| events.push(user, 0, 1.0, 1.0));
        (0..2).for_each(|user| events.push(user, 1, 1.0, 1.0));
        events.push(0, 2, 1.0, 1.0);
        let known = Interactions::build(&events, 9, 4, None).unwrap();
        let factors = novelty(&known, 1.0);
        let expected = [1e-3, 4_f32.ln() / 8_f32.ln(), 1.0, 1.0];
        assert!(factors.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6), "{factors:?}");
        assert!((novelty(&known, 0.5)[0] - 0.5).abs() < 1e-6);
        assert_eq!(novelty(&known, 0.0), [1.0; 4]);
        assert_eq!(novelty(&Interactions::build(&Events::default(), 0, 2, None).unwrap(), 1.0), [1.0; 2]);
    }
}
