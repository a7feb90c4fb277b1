//! `buy_again`: what the customer had before and is due to want again.

use std::sync::Arc;

use super::filters::Candidates;
use super::interactions::Events;
use super::method::{Customer, Method, Scores};

/// The half-life to take where a strategy names none, in days: what one has again, one has had for long. Chosen on the
/// validation month of Online Retail.
pub const DEFAULT_HALF_LIFE_DAYS: u16 = 180;

/// The half-life that what sells lately is told by, in days.
pub const LATELY_DAYS: f32 = 30.0;

/// Events of one customer and product closer together than this are one occasion: an order of two lines.
const SAME_OCCASION_DAYS: f32 = 1.0;

/// How many typical gaps of everybody are added to those of a product (and to those of its category, where there are
/// categories), so that a product bought again once has no interval of its own.
const PRIOR_GAPS: f64 = 5.0;

/// How slowly a product comes due around its typical gap: the standard deviation of the logarithm of time that is taken for
/// all. A judgement, not a measurement: Online Retail's split has one line a customer and product, and so no gaps.
const SPREAD: f32 = 1.5;

/// The least that a product is due right after it was bought.
const JUST_BOUGHT: f32 = 0.5;

/// After how many days each product is typically bought again by the same customer.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Intervals {
    days: Vec<f32>,
}

impl Intervals {
    /// Learns from the gaps between purchases of one product by one customer: the mean of their logarithms, drawn
    /// towards the mean of the product's category, and that towards the mean of all. `category` has a number for each
    /// product; [`super::NO_GROUP`] for one of none.
    ///
    /// The gaps of repeat customers follow a lognormal closely: Bhagat, Muralidharan, Lobzhanidze and Vishwanath, Buy It
    /// Again: Modeling Repeat Purchase Recommendations (KDD 2018).
    ///
    /// # Panics
    /// If an event is of a product beyond `items`, or `category` is not of `items` products.
    #[must_use]
    pub fn fit(events: &Events, items: usize, category: Option<&[u32]>) -> Self {
        assert!(category.is_none_or(|c| c.len() == items), "a category for every product");
        let mut of_item = vec![Gaps::default(); items];
        let mut order: Vec<usize> = (0..events.len()).collect();
        let key = |e: usize| (events.user[e], events.item[e], events.age_days[e]);
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
        });
        for pair in order.windows(2) {
            let (later, earlier) = (key(pair[0]), key(pair[1]));
            let days = earlier.2 - later.2;
            if (later.0, later.1) == (earlier.0, earlier.1) && days >= SAME_OCCASION_DAYS {
                of_item[later.1 as usize].add(f64::from(days).ln(), 1.0);
            }
        }
        Self { days: shrunk(&of_item, category) }
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        self.days.len()
    }

    /// The typical gap of a product, in days; NaN where nothing was ever bought twice.
    #[must_use]
    pub fn days(&self, item: u32) -> f32 {
        self.days[item as usize]
    }

    /// How due a product is so long after it was bought: from [`JUST_BOUGHT`] up to 1, halfway at the typical gap.
    fn due(&self, item: u32, age_days: f32) -> f32 {
        let typical = self.days(item);
        if typical.is_nan() {
            return 1.0;
        }
        let late = (age_days.max(0.5) / typical).ln() / SPREAD;
        JUST_BOUGHT + (1.0 - JUST_BOUGHT) / (1.0 + (-1.7 * late).exp()) // the logistic that is nearest to the normal
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Gaps {
    sum: f64,
    count: f64,
}

impl Gaps {
    fn add(&mut self, sum: f64, count: f64) {
        self.sum += sum;
        self.count += count;
    }

    /// The mean with [`PRIOR_GAPS`] of another added.
    fn mean(&self, prior: f64) -> f64 {
        (self.sum + PRIOR_GAPS * prior) / (self.count + PRIOR_GAPS)
    }
}

fn shrunk(of_item: &[Gaps], category: Option<&[u32]>) -> Vec<f32> {
    let mut all = Gaps::default();
    of_item.iter().for_each(|g| all.add(g.sum, g.count));
    let overall = all.sum / all.count; // NaN where there is no gap, and so for every product
    let mut of_category: std::collections::BTreeMap<u32, Gaps> = std::collections::BTreeMap::new();
    for (gaps, &group) in of_item.iter().zip(category.unwrap_or_default()) {
        of_category.entry(group).or_default().add(gaps.sum, gaps.count);
    }
    let typical = |item: usize| {
        let group = category.map(|c| c[item]).filter(|&g| g != super::NO_GROUP);
        let prior = group.and_then(|g| of_category.get(&g)).map_or(overall, |g| g.mean(overall));
        of_item[item].mean(prior).exp() as f32
    };
    (0..of_item.len()).map(typical).collect()
}

/// Scores the customer's own products, and no others, by their faded weight, how due they are, and the square root of
/// their [`super::trend`]. The root: what a shop sells less of is wanted less again, yet by those who have it more than by
/// others. On the validation month of Online Retail NDCG@10 is .291 without the trend, .311 with it and .315 with its root.
#[derive(Debug, Clone)]
pub struct BuyAgain {
    intervals: Arc<Intervals>,
    /// What each product's score is multiplied by.
    lift: Option<Vec<f32>>,
    slot: usize,
}

impl BuyAgain {
    /// `trend` has a factor for every product, of the same signals faded by [`LATELY_DAYS`]; `slot` is
    /// where customers' histories will be.
    ///
    /// # Panics
    /// If `trend` is not of as many products as the intervals.
    #[must_use]
    pub fn new(intervals: Arc<Intervals>, trend: Option<Vec<f32>>, slot: usize) -> Self {
        assert!(trend.as_ref().is_none_or(|t| t.len() == intervals.items()), "one trend per product");
        let lift = trend.map(|trend| trend.into_iter().map(f32::sqrt).collect());
        Self { intervals, lift, slot }
    }
}

impl Method for BuyAgain {
    fn items(&self) -> usize {
        self.intervals.items()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let history = me.history(self.slot);
        for ((&item, &weight), &age) in history.items.iter().zip(history.faded).zip(history.age_days) {
            let lift = self.lift.as_ref().map_or(1.0, |l| l[item as usize]);
            out.add(item, weight * self.intervals.due(item, age) * lift);
        }
    }

    /// None: a product is no reason for itself, and no other speaks for it.
    fn evidence(&self, _me: &Customer<'_>, _item: u32, _scores: &Scores, _each: &mut dyn FnMut(u32, f32)) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::NO_GROUP;

    /// Of each: customer, product, and how many days ago.
    fn events(rows: &[(u32, u32, f32)]) -> Events {
        let mut events = Events::default();
        rows.iter().for_each(|&(user, item, age)| events.push(user, item, age, 1.0));
        events
    }

    /// Milk every 4 days by three customers, a lamp once, and oil after 100 days by one.
    fn household() -> Events {
        let milk = (0..3_u32).flat_map(|c| (0..10_u8).map(move |n| (c, 0, 4.0 * f32::from(n))));
        let mut rows: Vec<_> = milk.collect();
        rows.extend([(0, 1, 30.0), (1, 2, 10.0), (1, 2, 110.0), (1, 2, 110.2)]);
        events(&rows)
    }

    #[test]
    fn a_products_own_rhythm_counts_the_more_the_oftener_it_was_seen() {
        let learned = Intervals::fit(&household(), 4, None);
        let overall = (27.0 * 4_f64.ln() + 100_f64.ln()) / 28.0; // the second line of the order 110 days ago is no gap
        let close = |item, mean: f64| assert!((f64::from(learned.days(item)) - mean.exp()).abs() < 1e-3);
        close(0, (27.0 * 4_f64.ln() + 5.0 * overall) / 32.0);
        close(2, (100_f64.ln() + 5.0 * overall) / 6.0);
        close(1, overall);
        close(3, overall);
    }

    #[test]
    fn a_product_never_bought_twice_takes_after_its_category() {
        let learned = Intervals::fit(&household(), 4, Some(&[0, NO_GROUP, 1, 1]));
        assert!(learned.days(3) > learned.days(1) && learned.days(2) > learned.days(3));
    }

    #[test]
    fn what_is_due_rises_past_what_was_just_bought() {
        let learned = Intervals::fit(&household(), 4, None);
        assert!(learned.due(0, 0.0) < learned.due(0, 4.0) && learned.due(0, 4.0) < learned.due(0, 40.0));
        assert!(learned.due(2, 4.0) < learned.due(0, 4.0));
        assert!((learned.due(0, learned.days(0)) - 0.75).abs() < 1e-6);
    }

    #[test]
    fn where_nothing_was_bought_twice_everything_is_due() {
        let learned = Intervals::fit(&events(&[(0, 0, 3.0), (1, 0, 9.0)]), 1, None);
        assert_eq!(learned.due(0, 3.0), 1.0);
        assert_eq!(Intervals::fit(&Events::default(), 0, None).items(), 0);
    }
}
