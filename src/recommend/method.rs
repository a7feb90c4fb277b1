//! What a recommendation method is, and the room it works in.

use super::batch::{Batch, Place};
use super::blend::Component;
use super::filters::Candidates;
use super::interactions::{History, Interactions};
use super::turns::Turn;

/// The row of a customer who is in no history.
pub const NOBODY: u32 = u32::MAX;

/// One customer, as the methods see them.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// A history for each slot. Methods with other signals or another half-life read another slot.
    pub histories: &'a [&'a Interactions],
    /// The customer's row in all of them; [`NOBODY`] for one without any.
    pub row: u32,
    /// Where the method has worked something out for this customer together with others.
    pub place: Option<Place<'a>>,
}

impl<'a> Customer<'a> {
    /// A customer by the row in the histories.
    #[must_use]
    pub fn new(histories: &'a [&'a Interactions], row: u32) -> Self {
        Self { histories, row, place: None }
    }

    /// The customer as a component of a blend is to see them.
    #[must_use]
    pub fn of_part(self, part: usize) -> Self {
        Self { place: self.place.and_then(|place| place.part(part)), ..self }
    }

    /// The customer's row of a slot.
    ///
    /// # Panics
    /// If there is no such slot; [`super::recommend`] checks [`Method::slots`] beforehand.
    #[must_use]
    pub fn history(&self, slot: usize) -> History<'a> {
        self.histories[slot].history(self.row)
    }
}

/// A fitted method: gives scores to products for a customer.
///
/// Scores are comparable among the products of one customer only. A product of no score, or of one that is not
/// positive, is not recommended by the method.
pub trait Method: std::fmt::Debug + Send + Sync {
    /// The number of products it was fitted on.
    fn items(&self) -> usize;

    /// How many histories it reads: slots `0..slots()`. 0 for a method that needs none.
    fn slots(&self) -> usize {
        0
    }

    /// Whether it can say anything about this customer. A method that reads no history always can.
    fn knows(&self, _me: &Customer<'_>) -> bool {
        true
    }

    /// Adds its scores to `out`, which is clear. It may leave out products that `among` does not want, and what
    /// [`Method::shared`] has: of that it only tells the factor, by [`Scores::share`].
    fn score(&self, me: &Customer<'_>, among: &Candidates<'_>, out: &mut Scores);

    /// Works out at once, for several customers (at most [`super::CUSTOMERS_A_BATCH`]), what is slow one by one; their
    /// [`Customer::place`] then leads there. It must not show in the scores. A method without such work has none.
    fn batch<'a>(&'a self, _customers: &[Customer<'a>]) -> Option<Box<dyn Batch + 'a>> {
        None
    }

    /// Tells which of the customer's own products speak for `item`, and how strongly. `scores` are those that
    /// [`Method::score`] just gave for the same customer.
    fn evidence(&self, me: &Customer<'_>, item: u32, scores: &Scores, each: &mut dyn FnMut(u32, f32));

    /// Scores that are the same for everybody but for a factor, one per product, each 0 or a positive number. They come
    /// on top of those from [`Method::score`]; being sorted once for all customers, only the best of them are looked at.
    fn shared(&self) -> Option<&[f32]> {
        None
    }

    /// The methods whose scores it adds up; none for a method that is no blend.
    fn components(&self) -> &[Component] {
        &[]
    }

    /// The methods that fill a list in turn; none for a method that fills it alone.
    fn turns(&self) -> &[Turn] {
        &[]
    }

    /// Adds what one component (0 for a method that is no blend) gives to its scores to `out`, which is clear, and
    /// returns the factor by which the component's own scores were multiplied. What the component shares is left to
    /// [`Scores::share`], as in [`Method::score`].
    fn score_part(&self, _part: usize, me: &Customer<'_>, among: &Candidates<'_>, out: &mut Scores) -> f32 {
        self.score(me, among, out);
        1.0
    }
}

/// The scores of one customer's products: as wide as the catalogue, and cleared at the cost of what was touched.
/// One is kept per thread.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    dense: Vec<f32>,
    listed: Vec<bool>,
    touched: Vec<u32>,
    shared_factor: f32,
    /// The factors of a blend's parts, kept for [`Method::evidence`].
    pub(crate) factors: Vec<f32>,
    /// A room for each part of a blend, kept for [`Method::evidence`].
    pub(crate) parts: Vec<Scores>,
    /// Room for sums over something else than products (customers, words), and what was chosen by them.
    pub(crate) side: Sums,
}

impl Scores {
    /// Room for a catalogue of `items` products.
    #[must_use]
    pub fn new(items: usize) -> Self {
        Self { dense: vec![0.0; items], listed: vec![false; items], ..Self::default() }
    }

    /// Forgets all scores.
    pub fn clear(&mut self) {
        for &item in &self.touched {
            self.dense[item as usize] = 0.0;
            self.listed[item as usize] = false;
        }
        self.touched.clear();
        self.factors.clear();
        self.shared_factor = 0.0;
    }

    /// Adds to a product's score.
    #[inline]
    pub fn add(&mut self, item: u32, score: f32) {
        let at = item as usize;
        if !self.listed[at] {
            self.listed[at] = true;
            self.touched.push(item);
        }
        self.dense[at] += score;
    }

    /// Replaces a product's score.
    pub fn set(&mut self, item: u32, score: f32) {
        self.add(item, 0.0);
        self.dense[item as usize] = score;
    }

    /// Adds to the scores of all products.
    pub fn add_all(&mut self, scores: &[f32]) {
        for (item, &score) in (0..).zip(scores) {
            self.add(item, score);
        }
    }

    /// Says that the method's shared scores count, times this factor.
    pub fn share(&mut self, factor: f32) {
        self.shared_factor = factor;
    }

    /// By what the method's shared scores are to be multiplied; 0 if they do not count.
    #[must_use]
    pub fn shared_factor(&self) -> f32 {
        self.shared_factor
    }

    /// Whether anything was added to the product's score.
    #[must_use]
    pub fn is_touched(&self, item: u32) -> bool {
        self.listed[item as usize]
    }

    /// A product's score; 0 where nothing was added. Shared scores are not in it.
    #[must_use]
    pub fn get(&self, item: u32) -> f32 {
        self.dense[item as usize]
    }

    /// Multiplies every score by its product's factor.
    pub fn multiply(&mut self, factor: impl Fn(u32) -> f32) {
        for &item in &self.touched {
            self.dense[item as usize] *= factor(item);
        }
    }

    /// The products that were given a score, in the order they first were.
    #[must_use]
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }
}

/// Sums as wide as whatever a method counts besides products; all zero between two customers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    /// The sums.
    pub dense: Vec<f32>,
    /// Those that are not zero.
    pub touched: Vec<u32>,
    /// The best of them, kept for [`Method::evidence`].
    pub best: Vec<(u32, f32)>,
    /// What of the customer's own made each of the best, one after the other.
    pub shares: Vec<(u32, f32)>,
    /// Where in `shares` those of each of the best end.
    pub ends: Vec<usize>,
}

impl Sums {
    /// Makes it as wide as that.
    pub fn widen(&mut self, width: usize) {
        if self.dense.len() < width {
            self.dense.resize(width, 0.0);
        }
    }

    /// Adds a sparse row times a factor. What is added is positive, so a sum of 0 is one not begun.
    #[inline]
    pub fn add_row(&mut self, (index, value): (&[u32], &[f32]), factor: f32) {
        for (&at, &value) in index.iter().zip(value) {
            let sum = &mut self.dense[at as usize];
            if *sum == 0.0 {
                self.touched.push(at);
            }
            *sum += factor * value;
        }
    }

    /// Moves the best `keep` of `of(place, sum)` into `best`, best first, equals by the lower place; sums are zero
    /// afterwards.
    pub fn take_best(&mut self, keep: usize, of: impl Fn(u32, f32) -> f32) {
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        self.best.clear();
        // Twice as many as are kept, cut to half whenever they are full: most sums are only compared with the last kept.
        let mut least = 0.0;
        for &at in &self.touched {
            let value = of(at, std::mem::take(&mut self.dense[at as usize]));
            if value < least || value <= 0.0 || keep == 0 {
                continue;
            }
            self.best.push((at, value));
            if self.best.len() >= keep.saturating_mul(2) {
                self.best.select_nth_unstable_by(keep - 1, order);
                self.best.truncate(keep);
                least = self.best[keep - 1].1;
            }
        }
        self.touched.clear();
        self.best.sort_unstable_by(order);
        self.best.truncate(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_sums_are_found_whatever_came_before() {
        for keep in [0, 1, 3, 7, 50] {
            let mut sums = Sums::default();
            sums.widen(40);
            let value = |at: u32| ((at * 17) % 13) as f32; // with many equals, and zeros
            let all: Vec<u32> = (0..40).collect();
            sums.add_row((&all, &all.iter().map(|&at| value(at)).collect::<Vec<_>>()), 2.0);
            sums.take_best(keep, |_, sum| sum / 2.0);
            let mut expected: Vec<(u32, f32)> = all.iter().map(|&at| (at, value(at))).collect();
            expected.retain(|e| e.1 > 0.0);
            expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            expected.truncate(keep);
            assert_eq!(sums.best, expected);
            assert!(sums.dense.iter().all(|&s| s == 0.0) && sums.touched.is_empty());
        }
    }

    #[test]
    fn scores_add_up_and_are_forgotten() {
        let mut scores = Scores::new(4);
        scores.add(2, 1.0);
        scores.add(0, 3.0);
        scores.add(2, -1.0); // back at nothing, yet listed once
        scores.add(2, 0.5);
        assert_eq!(scores.touched(), [2, 0]);
        assert!((scores.get(2) - 0.5).abs() < 1e-6);
        scores.clear();
        assert_eq!((scores.touched().len(), scores.get(0), scores.get(2)), (0, 0.0, 0.0));
    }
}
