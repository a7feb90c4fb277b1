//! Files that have each pair of a customer and a product once, with how often and when last, instead of every event.
//!
//! Such a file hides that people come back: cut at an instant, it would show a pair that was bought before and after as one that is
//! new. So each total is taken apart into events again: the last at the time that stands there, the earlier ones spread evenly from the
//! customer's first time on. On Online Retail, whose totals hide one month, that gives back the number of new pairs of the month
//! (21,587 against 21,191), where the totals as they stand would give 34,461.

use std::collections::HashSet;

use super::interactions::Events;

/// Of one pair at most so many events are made; the rest of its weight is shared out among them.
const MOST_EVENTS: f32 = 20.0;

/// Whether events look like totals: no pair stands twice, all weights are whole numbers from 1, more than half of them are 1 and some
/// are not, and there are times. Ratings, the other thing that stands once a pair, are seldom 1.
#[must_use]
pub fn are_totals(events: &Events) -> bool {
    let ones = events.weight.iter().filter(|w| **w == 1.0).count();
    let counts = events.weight.iter().all(|w| *w >= 1.0 && w.fract() == 0.0);
    let timed = events.age_days.iter().any(|age| *age > 0.0);
    if !(counts && timed && ones < events.len() && ones * 2 > events.len()) {
        return false;
    }
    let mut pairs = HashSet::with_capacity(events.len());
    events.user.iter().zip(&events.item).all(|pair| pairs.insert(pair))
}

/// Totals taken apart into events.
#[must_use]
pub fn spread(totals: &Events, users: usize) -> Events {
    let mut first = vec![0.0_f32; users];
    for (&user, &age) in totals.user.iter().zip(&totals.age_days) {
        first[user as usize] = first[user as usize].max(age);
    }
    let mut events = Events::default();
    for at in 0..totals.len() {
        let (user, item) = (totals.user[at], totals.item[at]);
        let (last, weight) = (totals.age_days[at], totals.weight[at]);
        let count = weight.clamp(1.0, MOST_EVENTS);
        for event in 1..=count as u32 {
            let before = (first[user as usize] - last) * (1.0 - event as f32 / count);
            events.push(user, item, last + before, weight / count);
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(rows: &[(u32, u32, f32, f32)]) -> Events {
        let mut events = Events::default();
        rows.iter().for_each(|&(user, item, age, weight)| events.push(user, item, age, weight));
        events
    }

    #[test]
    fn a_total_of_three_was_first_at_the_customers_first_time_and_last_at_its_own() {
        let totals = events(&[(0, 0, 10.0, 3.0), (0, 1, 70.0, 1.0), (0, 2, 40.0, 1.0)]);
        assert!(are_totals(&totals));
        let spread = spread(&totals, 1);
        assert_eq!(spread.item, [0, 0, 0, 1, 2]);
        let rounded: Vec<f32> = spread.age_days.iter().map(|age| (age * 1000.0).round() / 1000.0).collect();
        assert_eq!(rounded, [50.0, 30.0, 10.0, 70.0, 40.0]);
        assert_eq!(spread.weight, [1.0; 5]);
    }

    #[test]
    fn events_ratings_and_amounts_are_left_alone() {
        let twice = events(&[(0, 0, 1.0, 1.0), (0, 0, 2.0, 1.0), (0, 1, 3.0, 2.0)]);
        let ratings = events(&[(0, 0, 1.0, 5.0), (0, 1, 2.0, 4.0), (1, 1, 3.0, 1.0)]);
        let amounts = events(&[(0, 0, 1.0, 1.0), (0, 1, 2.0, 1.0), (1, 1, 3.0, 2.5)]);
        let all_one = events(&[(0, 0, 1.0, 1.0), (0, 1, 2.0, 1.0)]);
        for events in [twice, ratings, amounts, all_one] {
            assert!(!are_totals(&events));
        }
    }
}
