//! The best few of many scores, without sorting the many.

use super::pick::Ranked;

/// The best so many of a row of scores, of equal ones those of the lower index.
pub(crate) struct Best {
    keep: usize,
    kept: Vec<Ranked>,
    /// What a score has to be above of to be among the best.
    above: f32,
    dropped: bool,
}

impl Best {
    pub fn new(keep: usize) -> Self {
        Self { keep, kept: Vec::new(), above: 0.0, dropped: false }
    }

    /// Offers the scores of the products 0, 1, 2 and so on; `admits` is asked only about those that would be kept.
    pub fn offer_all(&mut self, scores: impl Iterator<Item = f32>, admits: impl Fn(u32) -> bool) {
        for (item, score) in (0..).zip(scores) {
            // One of the same score as the least that is kept comes later, and has a higher index.
            if score > self.above && score.is_finite() && admits(item) {
                self.keep_for_now(Ranked { score, item });
            }
        }
    }

    /// Offers the scores of some products, in any order.
    pub fn offer_some(&mut self, scores: impl Iterator<Item = Ranked>, admits: impl Fn(u32) -> bool) {
        for ranked in scores {
            let Ranked { score, item } = ranked;
            if score >= self.above && score > 0.0 && score.is_finite() && admits(item) {
                self.keep_for_now(ranked);
            }
        }
    }

    fn keep_for_now(&mut self, ranked: Ranked) {
        self.kept.push(ranked);
        if self.kept.len() > self.keep.saturating_mul(2) {
            self.drop_the_rest();
        }
    }

    fn drop_the_rest(&mut self) {
        self.dropped = true;
        if let Some(last) = self.keep.checked_sub(1) {
            let (_, least, _) = self.kept.select_nth_unstable_by(last, |a, b| b.cmp(a));
            self.above = least.score;
        }
        self.kept.truncate(self.keep);
    }

    /// The best first, and whether that is all that were offered.
    pub fn into_sorted(mut self) -> (Vec<Ranked>, bool) {
        if self.kept.len() > self.keep {
            self.drop_the_rest();
        }
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        (self.kept, !self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(keep: usize, scores: &[f32], admitted: impl Fn(u32) -> bool) -> (Vec<u32>, bool) {
        let mut best = Best::new(keep);
        best.offer_all(scores.iter().copied(), admitted);
        let (ranked, all) = best.into_sorted();
        (ranked.into_iter().map(|r| r.item).collect(), all)
    }

    #[test]
    fn the_best_come_first_and_equals_by_index() {
        let scores: Vec<f32> = (0..100).map(|n| (n * 37 % 50) as f32).collect();
        let mut plain: Vec<u32> = (0..100).filter(|&i| scores[i as usize] > 0.0 && i % 3 > 0).collect();
        plain.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        for keep in [0, 1, 7, 40, plain.len(), 100] {
            let (found, all) = best(keep, &scores, |i| i % 3 > 0);
            assert_eq!((&found[..], all), (&plain[..keep.min(plain.len())], keep >= plain.len()), "{keep}");
            // In any order.
            let mut some = Best::new(keep);
            let shuffled =
                (0..100).map(|n| n * 61 % 100).map(|item| Ranked { item, score: scores[item as usize] });
            some.offer_some(shuffled, |i| i % 3 > 0);
            let ranked: Vec<u32> = some.into_sorted().0.into_iter().map(|r| r.item).collect();
            assert_eq!(ranked, found, "{keep}");
        }
    }

    #[test]
    fn what_is_no_score_is_never_kept() {
        assert_eq!(best(9, &[f32::NAN, 1.0, -1.0, f32::INFINITY, 0.0], |_| true), (vec![1], true));
    }
}
