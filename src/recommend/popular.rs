//! `popular`: what everybody takes.

use super::filters::Candidates;
use super::interactions::Interactions;
use super::method::{Customer, Method, Scores};

/// Scores a product by the sum of the (faded) weights of all events with it: with one signal of weight 1 and no
/// half-life, by their number.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Popular {
    score: Vec<f32>,
}

impl Popular {
    /// Adds up the events of every product.
    #[must_use]
    pub fn fit(interactions: &Interactions) -> Self {
        Self { score: interactions.item_sums().1.into_iter().map(|s| s as f32).collect() }
    }

    /// From sums made elsewhere, one per product. Those that are not positive numbers count as nothing.
    #[must_use]
    pub fn from_scores(mut score: Vec<f32>) -> Self {
        for sum in score.iter_mut().filter(|s| !(s.is_finite() && **s > 0.0)) {
            *sum = 0.0;
        }
        Self { score }
    }
}

impl Method for Popular {
    fn items(&self) -> usize {
        self.score.len()
    }

    fn score(&self, _me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        out.share(1.0);
    }

    fn evidence(&self, _me: &Customer<'_>, _item: u32, _scores: &Scores, _each: &mut dyn FnMut(u32, f32)) {}

    fn shared(&self) -> Option<&[f32]> {
        Some(&self.score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::Events;

    #[test]
    fn a_product_scores_what_was_done_with_it() {
        let mut events = Events::default();
        for (user, item, age, weight) in [(0, 1, 0.0, 5.0), (1, 1, 30.0, 1.0), (1, 0, 60.0, 1.0)] {
            events.push(user, item, age, weight);
        }
        let interactions = Interactions::build(&events, 2, 3, Some(30.0)).unwrap();
        assert_eq!(Popular::fit(&interactions).shared(), Some(&[0.25, 5.5, 0.0][..]));
    }
}
