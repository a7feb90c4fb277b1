//! The measures of a list.

use std::collections::HashMap;

use super::super::lists::ItemLists;
use super::super::recipe::Log;
use super::bootstrap::{Estimate, bootstrap};

/// The lengths of list that are measured.
pub const CUTOFFS: [usize; 2] = [10, 20];

/// A measure that each customer has a value of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Metric {
    /// Its name, as in `ndcg@10`.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
}

/// The measures of [`Customer::values`], in their order. Binary relevance; logarithm to base 2; the ideal list has all that
/// the customer took (at most the cut-off), as in Liang and others, "Variational autoencoders for collaborative filtering" (WWW 2018).
pub const METRICS: [Metric; 7] = [
    Metric {
        name: "ndcg@10",
        doc: "hits in the first ten, the earlier the better, against the best possible list",
    },
    Metric { name: "ndcg@20", doc: "the same of the first twenty" },
    Metric { name: "recall@10", doc: "the share of what the customer took that stands in the first ten" },
    Metric { name: "recall@20", doc: "the same of the first twenty" },
    Metric { name: "hit@10", doc: "whether any of the first ten was taken" },
    Metric { name: "hit@20", doc: "the same of the first twenty" },
    Metric { name: "mrr@10", doc: "one divided by the place of the first hit among the first ten" },
];

/// One customer's measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// How many different products the customer had before the cut.
    pub history: usize,
    /// In the order of [`METRICS`].
    pub values: [f64; METRICS.len()],
}

/// Groups of customers by the number of different products they had: from, to and including.
const BY_HISTORY: [(usize, usize); 5] = [(1, 1), (2, 4), (5, 9), (10, 19), (20, usize::MAX)];

/// What was measured of one method.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Report {
    /// The customers measured.
    pub customers: usize,
    /// Over all of them, and then by length of history.
    pub rows: Vec<Row>,
    /// The share of the catalogue (what the past knows) that stands in some first ten.
    pub coverage: f64,
    /// How unlikely a product of a first ten is to be met otherwise: the mean of -log2 of the share of customers who had it,
    /// in bits (Zhou and others, PNAS 107, 2010).
    pub novelty: f64,
    /// How unlike each other the products of a first ten are: the mean over pairs of 1 minus the cosine of who had them.
    /// 0 for one product again and again, 1 for products that nobody had together.
    pub diversity: f64,
}

/// The measures of a group of customers.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Row {
    /// The least and the most products its customers had before; none for everybody.
    pub history: Option<(usize, usize)>,
    /// How many they are.
    pub customers: usize,
    /// In the order of [`METRICS`].
    pub estimates: [Estimate; METRICS.len()],
}

/// Measures lists (at least [`CUTOFFS`]`[1]` long where there are so many products) of customers who took `then`.
/// `lists` are of those in `customers`, in their order.
#[must_use]
pub fn measure(
    past: &Log,
    had: &ItemLists,
    then: &ItemLists,
    customers: &[u32],
    lists: &[Vec<u32>],
    seed: u64,
) -> Report {
    let measured: Vec<Customer> = customers
        .iter()
        .zip(lists)
        .map(|(&customer, list)| Customer {
            history: had.of(customer as usize).len(),
            values: values(list, then.of(customer as usize)),
        })
        .collect();
    let row = |history: Option<(usize, usize)>| {
        let within = |c: &&Customer| history.is_none_or(|(from, to)| (from..=to).contains(&c.history));
        let values: Vec<_> = measured.iter().filter(within).map(|c| c.values).collect();
        Row { history, customers: values.len(), estimates: bootstrap(&values, seed) }
    };
    let mut rows = vec![row(None)];
    rows.extend(BY_HISTORY.iter().map(|&group| row(Some(group))).filter(|row| row.customers > 0));
    let shown = Shown::new(past);
    Report {
        customers: measured.len(),
        rows,
        coverage: shown.coverage(lists),
        novelty: shown.novelty(lists),
        diversity: shown.diversity(lists),
    }
}

/// Normalised discounted cumulative gain of the first `k` of a list, against a customer's products, ascending.
#[must_use]
pub fn ndcg(list: &[u32], then: &[u32], k: usize) -> f64 {
    let gain = |at: usize| 1.0 / (at as f64 + 2.0).log2();
    let best: f64 = (0..k.min(then.len())).map(gain).sum();
    let hits = (0..k.min(list.len())).filter(|&at| then.binary_search(&list[at]).is_ok());
    if best > 0.0 { hits.map(gain).sum::<f64>() / best } else { 0.0 }
}

fn values(list: &[u32], then: &[u32]) -> [f64; METRICS.len()] {
    let hits: Vec<usize> =
        (0..list.len().min(CUTOFFS[1])).filter(|&at| then.binary_search(&list[at]).is_ok()).collect();
    let within = |k: usize| hits.iter().copied().filter(move |&at| at < k);
    let recall = |k: usize| if then.is_empty() { 0.0 } else { within(k).count() as f64 / then.len() as f64 };
    let hit = |k: usize| f64::from(u8::from(within(k).count() > 0));
    let first = within(CUTOFFS[0]).next().map_or(0.0, |at| 1.0 / (at as f64 + 1.0));
    let [short, long] = CUTOFFS;
    [
        ndcg(list, then, short),
        ndcg(list, then, long),
        recall(short),
        recall(long),
        hit(short),
        hit(long),
        first,
    ]
}

/// What is known of products from the past, for the measures of whole lists.
struct Shown {
    /// The customers of each product, ascending.
    owners: Vec<Vec<u32>>,
    customers: usize,
}

/// Of so many lists the diversity is measured; the others would hardly change it.
const DIVERSITY_LISTS: usize = 2000;

impl Shown {
    fn new(past: &Log) -> Self {
        let mut owners = vec![Vec::new(); past.items];
        let mut active = vec![false; past.users];
        for (&user, &item) in past.events.user.iter().zip(&past.events.item) {
            owners[item as usize].push(user);
            active[user as usize] = true;
        }
        for list in &mut owners {
            list.sort_unstable();
            list.dedup();
        }
        Self { owners, customers: active.into_iter().filter(|a| *a).count() }
    }

    fn coverage(&self, lists: &[Vec<u32>]) -> f64 {
        let mut shown = vec![false; self.owners.len()];
        for &item in lists.iter().flat_map(|l| l.iter().take(CUTOFFS[0])) {
            shown[item as usize] = true;
        }
        let known = self.owners.iter().filter(|o| !o.is_empty()).count();
        let met =
            shown.iter().zip(&self.owners).filter(|(shown, owners)| **shown && !owners.is_empty()).count();
        met as f64 / known.max(1) as f64
    }

    fn novelty(&self, lists: &[Vec<u32>]) -> f64 {
        let items = || lists.iter().flat_map(|l| l.iter().take(CUTOFFS[0]));
        let bits = |item: u32| {
            -(self.owners[item as usize].len().max(1) as f64 / self.customers.max(1) as f64).log2()
        };
        items().map(|&item| bits(item)).sum::<f64>() / items().count().max(1) as f64
    }

    fn diversity(&self, lists: &[Vec<u32>]) -> f64 {
        let (mut sum, mut pairs) = (0.0, 0_u64);
        let mut known: HashMap<(u32, u32), f64> = HashMap::new();
        for list in lists.iter().step_by((lists.len() / DIVERSITY_LISTS).max(1)) {
            let list = &list[..list.len().min(CUTOFFS[0])];
            for (at, &a) in list.iter().enumerate() {
                for &b in &list[at + 1..] {
                    let cosine = *known.entry((a.min(b), a.max(b))).or_insert_with(|| self.cosine(a, b));
                    sum += 1.0 - cosine;
                    pairs += 1;
                }
            }
        }
        if pairs == 0 { 0.0 } else { sum / pairs as f64 }
    }

    fn cosine(&self, a: u32, b: u32) -> f64 {
        let (a, b) = (&self.owners[a as usize], &self.owners[b as usize]);
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let both = few.iter().filter(|user| many.binary_search(user).is_ok()).count();
        if both == 0 { 0.0 } else { both as f64 / (a.len() as f64 * b.len() as f64).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::Events;

    #[test]
    fn the_measures_of_a_list_worked_out_by_hand() {
        // Hits at places 1 and 3 of five; the customer took four.
        let got = values(&[7, 1, 3, 2, 0], &[3, 5, 7, 9]);
        let (dcg, best) = (1.0 + 0.5, 1.0 + 1.0 / 3_f64.log2() + 0.5 + 1.0 / 5_f64.log2());
        let expected = [dcg / best, dcg / best, 0.5, 0.5, 1.0, 1.0, 1.0];
        for (got, want) in got.iter().zip(expected) {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
        assert_eq!(values(&[], &[1]), [0.0; METRICS.len()]);
    }

    #[test]
    fn what_stands_past_the_cutoff_does_not_count() {
        let list: Vec<u32> = (0..30).collect();
        let got = values(&list, &[12, 25]);
        assert_eq!((got[2], got[3], got[4], got[5], got[6]), (0.0, 0.5, 0.0, 1.0, 0.0));
    }

    #[test]
    fn coverage_novelty_and_diversity_of_small_lists() {
        let mut events = Events::default();
        for (user, item) in [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (2, 2)] {
            events.push(user, item, 0.0, 1.0);
        }
        let shown = Shown::new(&Log { events, users: 5, items: 4 });
        let lists = [vec![0, 1], vec![0, 2]];
        assert_eq!(shown.coverage(&lists), 1.0); // product 3 is unknown to the past
        assert!((shown.novelty(&lists) - (0.0 + 1.0 + 0.0 + 2.0) / 4.0).abs() < 1e-12);
        let pairs = [1.0 - 2.0 / 8_f64.sqrt(), 1.0 - 1.0 / 2.0];
        assert!((shown.diversity(&lists) - pairs.iter().sum::<f64>() / 2.0).abs() < 1e-12);
    }
}
