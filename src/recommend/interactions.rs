//! What customers did, as a sparse matrix of customers and products.

use thiserror::Error;

use super::sparse::{Csr, offsets_of};

/// The half-life of a customer's history to take where a strategy names none, in days. Chosen on the validation month of Online Retail:
/// beside a trend of 14 days, 90 days and no fading at all do equally well, and 30 days a twentieth worse.
pub const DEFAULT_HALF_LIFE_DAYS: f32 = 90.0;

/// Events of one or more signals, one entry of each column per event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// Who: an index of a customer.
    pub user: Vec<u32>,
    /// What: an index of a product.
    pub item: Vec<u32>,
    /// How long before `as_of`, in days; never negative, since later data does not exist.
    pub age_days: Vec<f32>,
    /// What the event counts for: its signal's weight, the 5 of `5 * purchases`.
    pub weight: Vec<f32>,
}

impl Events {
    /// Adds an event.
    pub fn push(&mut self, user: u32, item: u32, age_days: f32, weight: f32) {
        self.user.push(user);
        self.item.push(item);
        self.age_days.push(age_days);
        self.weight.push(weight);
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.user.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.user.is_empty()
    }
}

/// Why events can't be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum InteractionError {
    /// The columns of the events are not equally long.
    #[error("the columns of the events differ in length")]
    Ragged,
    /// An event of a customer beyond the number given.
    #[error("event {event} is of customer {user}, but there are {users}")]
    User {
        /// Which event, from 0.
        event: usize,
        /// Its customer.
        user: u32,
        /// The number of customers.
        users: usize,
    },
    /// An event of a product beyond the catalogue.
    #[error("event {event} is of product {item}, but there are {items}")]
    Item {
        /// Which event, from 0.
        event: usize,
        /// Its product.
        item: u32,
        /// The number of products.
        items: usize,
    },
    /// A weight that is negative, infinite or not a number.
    #[error("event {event} weighs {weight}; a weight is a finite number from 0")]
    Weight {
        /// Which event, from 0.
        event: usize,
        /// Its weight.
        weight: f32,
    },
    /// An age that is negative, infinite or not a number.
    #[error("event {event} is {age_days} days old; an age is a finite number from 0")]
    Age {
        /// Which event, from 0.
        event: usize,
        /// Its age in days.
        age_days: f32,
    },
    /// A half-life that is not a positive number.
    #[error("a half-life of {0} days; it must be a positive number")]
    HalfLife(f32),
}

/// Customers by products. An entry is the sum over the customer's events with that product, kept twice: as it was
/// (`raw`) and faded by age (`faded` = the sum of weight x 2^(-age / half-life)).
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interactions {
    items: usize,
    offsets: Vec<usize>,
    item: Vec<u32>,
    raw: Vec<f32>,
    faded: Vec<f32>,
    age_days: Vec<f32>,
    unit: f32,
    half_life_days: Option<f32>,
}

/// One customer's row: parallel slices, products ascending.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'a> {
    /// The products.
    pub items: &'a [u32],
    /// The weight of each, as it was.
    pub raw: &'a [f32],
    /// The weight of each, faded by age.
    pub faded: &'a [f32],
    /// The age of the latest event with each, in days.
    pub age_days: &'a [f32],
}

impl History<'_> {
    /// Whether nothing in it counts any more: no events, or all of them faded to nothing (some 150 half-lives).
    #[must_use]
    pub fn is_cold(&self) -> bool {
        self.faded.iter().all(|&w| w <= 0.0)
    }
}

impl Interactions {
    /// Sums events into a matrix of `users` rows and `items` columns. The order of the events does not matter. An event
    /// of weight 0 says nothing and is dropped.
    ///
    /// # Errors
    /// If an index is out of range, or a weight, an age or the half-life is not a number it can be.
    pub fn build(
        events: &Events,
        users: usize,
        items: usize,
        half_life_days: Option<f32>,
    ) -> Result<Self, InteractionError> {
        Self::assemble(events, users, items, half_life_days, |weight| weight > 0.0)
    }

    /// The same of explicit ratings, without fading: a rating of 0 is one, and is kept.
    ///
    /// # Errors
    /// If an index is out of range, or a rating or an age is not a number it can be.
    pub fn of_ratings(ratings: &Events, users: usize, items: usize) -> Result<Self, InteractionError> {
        Self::assemble(ratings, users, items, None, |_| true)
    }

    fn assemble(
        events: &Events,
        users: usize,
        items: usize,
        half_life_days: Option<f32>,
        counts: impl Fn(f32) -> bool,
    ) -> Result<Self, InteractionError> {
        check(events, users, items)?;
        if let Some(days) = half_life_days.filter(|d| !(d.is_finite() && *d > 0.0)) {
            return Err(InteractionError::HalfLife(days));
        }
        let (starts, order) = by_user(events, users, counts);
        let kept = order.len();
        let mut built = Self {
            items,
            offsets: vec![0],
            item: Vec::with_capacity(kept),
            raw: Vec::with_capacity(kept),
            faded: Vec::with_capacity(kept),
            age_days: Vec::with_capacity(kept),
            unit: unit(events),
            half_life_days,
        };
        let mut row = Vec::new();
        for user in 0..users {
            row.clear();
            row.extend_from_slice(&order[starts[user]..starts[user + 1]]);
            built.push_row(events, &mut row);
        }
        Ok(built)
    }

    /// Adds a customer's events, merging those with one product. Sorted completely first, so that the sums, which
    /// round, do not depend on the order the events came in.
    fn push_row(&mut self, events: &Events, row: &mut [u32]) {
        let key = |e: u32| {
            let e = e as usize;
            (events.item[e], events.age_days[e].to_bits(), events.weight[e].to_bits())
        };
        row.sort_unstable_by_key(|&e| key(e));
        for same in row.chunk_by(|&a, &b| events.item[a as usize] == events.item[b as usize]) {
            let (mut raw, mut faded) = (0.0, 0.0);
            for &event in same {
                let (weight, age) = (events.weight[event as usize], events.age_days[event as usize]);
                raw += weight;
                faded += weight * self.half_life_days.map_or(1.0, |half| (-age / half).exp2());
            }
            self.item.push(events.item[same[0] as usize]);
            self.raw.push(raw);
            self.faded.push(faded);
            self.age_days.push(events.age_days[same[0] as usize]); // sorted by age: the latest comes first
        }
        self.offsets.push(self.item.len());
    }

    /// The number of customers.
    #[must_use]
    pub fn users(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items
    }

    /// The number of different pairs of a customer and a product.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.item.len()
    }

    /// The mean weight of an event (1 if there are none): what a weight is measured against, so that
    /// `[10 * purchases, 2 * views]` means the same as `[5 * purchases, views]`.
    #[must_use]
    pub fn unit(&self) -> f32 {
        self.unit
    }

    /// The half-life of the fading, in days.
    #[must_use]
    pub fn half_life_days(&self) -> Option<f32> {
        self.half_life_days
    }

    /// A customer's row; empty for a customer who is not in the matrix.
    #[must_use]
    pub fn history(&self, user: u32) -> History<'_> {
        let user = user as usize;
        if user >= self.users() {
            return History::default();
        }
        let range = self.offsets[user]..self.offsets[user + 1];
        History {
            items: &self.item[range.clone()],
            raw: &self.raw[range.clone()],
            faded: &self.faded[range.clone()],
            age_days: &self.age_days[range],
        }
    }

    /// Per product, the sums of the raw and of the faded weights.
    pub(crate) fn item_sums(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut raw, mut faded) = (vec![0.0; self.items], vec![0.0; self.items]);
        for (at, &item) in self.item.iter().enumerate() {
            raw[item as usize] += f64::from(self.raw[at]);
            faded[item as usize] += f64::from(self.faded[at]);
        }
        (raw, faded)
    }

    /// The matrix with a function of the faded weight for its values.
    pub(crate) fn faded_matrix(&self, of_faded: impl Fn(f32) -> f32) -> Csr {
        Csr::from_parts(
            self.offsets.clone(),
            self.item.clone(),
            self.faded.iter().map(|&w| of_faded(w)).collect(),
        )
    }

    /// The matrix with a function of the raw weight for its values.
    pub(crate) fn matrix(&self, of_raw: impl Fn(f32) -> f32) -> Csr {
        Csr::from_parts(
            self.offsets.clone(),
            self.item.clone(),
            self.raw.iter().map(|&w| of_raw(w)).collect(),
        )
    }
}

fn check(events: &Events, users: usize, items: usize) -> Result<(), InteractionError> {
    let count = events.len();
    if [events.item.len(), events.age_days.len(), events.weight.len()] != [count; 3] {
        return Err(InteractionError::Ragged);
    }
    for event in 0..count {
        let (user, item) = (events.user[event], events.item[event]);
        let (weight, age_days) = (events.weight[event], events.age_days[event]);
        if user as usize >= users {
            return Err(InteractionError::User { event, user, users });
        }
        if item as usize >= items {
            return Err(InteractionError::Item { event, item, items });
        }
        if !weight.is_finite() || weight < 0.0 {
            return Err(InteractionError::Weight { event, weight });
        }
        if !age_days.is_finite() || age_days < 0.0 {
            return Err(InteractionError::Age { event, age_days });
        }
    }
    Ok(())
}

/// The events that weigh something, grouped by customer, and where each customer's group begins.
fn by_user(events: &Events, users: usize, counts_at_all: impl Fn(f32) -> bool) -> (Vec<usize>, Vec<u32>) {
    let kept = || (0..events.len()).filter(|&e| counts_at_all(events.weight[e]));
    let mut counts = vec![0_usize; users];
    for event in kept() {
        counts[events.user[event] as usize] += 1;
    }
    let starts = offsets_of(counts.into_iter());
    let mut next = starts.clone();
    let mut order = vec![0_u32; starts[users]];
    for event in kept() {
        let at = &mut next[events.user[event] as usize];
        order[*at] = event as u32;
        *at += 1;
    }
    (starts, order)
}

/// The mean weight of the events that weigh something. Summed by distinct weight (there are as many as signals), so
/// that the order of the events does not show in the rounding.
fn unit(events: &Events) -> f32 {
    let mut counts = std::collections::BTreeMap::<u32, u64>::new();
    for weight in events.weight.iter().filter(|w| **w > 0.0) {
        *counts.entry(weight.to_bits()).or_default() += 1;
    }
    let total: u64 = counts.values().sum();
    if total == 0 {
        return 1.0;
    }
    let sum: f64 = counts.iter().map(|(&bits, &n)| f64::from(f32::from_bits(bits)) * n as f64).sum();
    (sum / total as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(rows: &[(u32, u32, f32, f32)]) -> Events {
        let mut events = Events::default();
        for &(user, item, age, weight) in rows {
            events.push(user, item, age, weight);
        }
        events
    }

    #[test]
    fn weights_halve_with_every_half_life_and_add_up_per_product() {
        let given = events(&[(1, 2, 60.0, 5.0), (1, 0, 0.0, 1.0), (1, 2, 30.0, 1.0), (0, 1, 15.0, 4.0)]);
        let built = Interactions::build(&given, 3, 3, Some(30.0)).unwrap();
        let row = built.history(1);
        assert_eq!(row.items, [0, 2]);
        assert_eq!(row.faded, [1.0, 0.5 + 1.25]);
        assert_eq!(row.age_days, [0.0, 30.0]);
        assert_eq!(built.item_sums().0, [1.0, 4.0, 6.0]);
        assert!((built.unit() - 11.0 / 4.0).abs() < 1e-6);
        assert!(built.history(2).is_cold() && built.history(99).is_cold());
    }

    #[test]
    fn without_a_half_life_nothing_fades() {
        let built = Interactions::build(&events(&[(0, 0, 9000.0, 2.0)]), 1, 1, None).unwrap();
        assert_eq!(built.history(0).faded, [2.0]);
    }

    #[test]
    fn a_history_older_than_numbers_reach_is_cold() {
        let built = Interactions::build(&events(&[(0, 0, 9000.0, 2.0)]), 1, 1, Some(7.0)).unwrap();
        assert!(built.history(0).is_cold());
        assert_eq!(built.entries(), 1);
    }

    #[test]
    fn the_order_of_the_events_does_not_show() {
        let mut rows: Vec<_> = (0..200_u32)
            .map(|n| (n % 3, n % 7, (n * 37 % 91) as f32 / 7.0, 1.0 + (n % 4) as f32 / 3.0))
            .collect();
        let forward = Interactions::build(&events(&rows), 3, 7, Some(11.0)).unwrap();
        rows.reverse();
        assert_eq!(Interactions::build(&events(&rows), 3, 7, Some(11.0)).unwrap(), forward);
    }

    #[test]
    fn events_of_no_weight_are_dropped() {
        let built = Interactions::build(&events(&[(0, 0, 1.0, 0.0), (0, 1, 1.0, 2.0)]), 1, 2, None).unwrap();
        assert_eq!(built.history(0).items, [1]);
        assert!((built.unit() - 2.0).abs() < 1e-6);
        let rated = Interactions::of_ratings(&events(&[(0, 0, 1.0, 0.0), (0, 1, 1.0, 2.0)]), 1, 2).unwrap();
        assert_eq!((rated.history(0).items, rated.history(0).raw), (&[0, 1][..], &[0.0, 2.0][..]));
    }

    #[test]
    fn what_is_not_a_weight_an_age_or_an_index_is_refused() {
        let build = |row, half| Interactions::build(&events(&[(0, 0, 1.0, 1.0), row]), 2, 2, half);
        for weight in [f32::NAN, f32::INFINITY, -1.0] {
            assert!(matches!(
                build((0, 0, 1.0, weight), None),
                Err(InteractionError::Weight { event: 1, .. })
            ));
        }
        for age in [f32::NAN, f32::INFINITY, -0.5] {
            assert!(matches!(build((0, 0, age, 1.0), None), Err(InteractionError::Age { event: 1, .. })));
        }
        let user = InteractionError::User { event: 1, user: 2, users: 2 };
        assert_eq!(build((2, 0, 1.0, 1.0), None), Err(user));
        let item = InteractionError::Item { event: 1, item: 2, items: 2 };
        assert_eq!(build((0, 2, 1.0, 1.0), None), Err(item));
        assert_eq!(build((0, 0, 1.0, 1.0), Some(0.0)), Err(InteractionError::HalfLife(0.0)));
        let ragged = Events { user: vec![0], ..Events::default() };
        assert_eq!(Interactions::build(&ragged, 1, 1, None), Err(InteractionError::Ragged));
    }
}
