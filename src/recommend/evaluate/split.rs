//! Events cut at an instant into a past to learn from and a future to be measured by.

use super::super::interactions::Events;
use super::super::lists::ItemLists;
use super::super::recipe::Log;

/// What is asked of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// Products that are new to the customer: those they had before are neither shown nor counted.
    Discovery,
    /// Whatever the customer takes next, had before or not.
    Next,
}

/// A past, and what came after it.
#[derive(Debug, Clone)]
pub struct Split {
    /// The events before the cut; ages count from it.
    pub past: Log,
    /// Each customer's products of the past.
    pub had: ItemLists,
    /// What each customer took after the cut, of the products that the past knows; nothing for customers whom it does not know.
    pub then: ItemLists,
    /// Pairs of a customer and a product after the cut that are not counted, since the past does not know one of them.
    pub unknown: usize,
}

impl Question {
    /// Whether only what is new to the customer counts.
    #[must_use]
    pub fn of_new_only(new_only: bool) -> Self {
        if new_only { Self::Discovery } else { Self::Next }
    }
}

impl Split {
    /// What is not to be shown where that question is asked.
    #[must_use]
    pub fn without(&self, question: Question) -> Option<&ItemLists> {
        (question == Question::Discovery).then_some(&self.had)
    }

    /// Cuts off the last `days` before the instant that the ages count from.
    #[must_use]
    pub fn at(log: &Log, days: f32, question: Question) -> Self {
        let Events { user, item, age_days, weight } = &log.events;
        let mut past = Events::default();
        let (mut had, mut then) = (vec![Vec::new(); log.users], vec![Vec::new(); log.users]);
        let mut known_item = vec![false; log.items];
        for at in 0..log.events.len() {
            if age_days[at] > days {
                past.push(user[at], item[at], age_days[at] - days, weight[at]);
                had[user[at] as usize].push(item[at]);
                known_item[item[at] as usize] = true;
            }
        }
        let had: ItemLists = had.into_iter().collect();
        for at in 0..log.events.len() {
            if age_days[at] <= days {
                then[user[at] as usize].push(item[at]);
            }
        }
        let then: ItemLists = then.into_iter().collect();
        let mut unknown = 0;
        let wanted = |user: usize| {
            let own = had.of(user);
            let known: Vec<u32> = then
                .of(user)
                .iter()
                .copied()
                .filter(|&i| !own.is_empty() && known_item[i as usize])
                .collect();
            unknown += then.of(user).len() - known.len();
            match question {
                Question::Next => known,
                Question::Discovery => known.into_iter().filter(|i| own.binary_search(i).is_err()).collect(),
            }
        };
        let wanted: ItemLists = (0..log.users).map(wanted).collect::<Vec<_>>().into_iter().collect();
        let past = Log { events: past, users: log.users, items: log.items };
        Self { past, had, then: wanted, unknown }
    }

    /// The customers who did something that counts after the cut.
    #[must_use]
    pub fn customers(&self) -> Vec<u32> {
        (0..self.then.customers() as u32).filter(|&c| !self.then.of(c as usize).is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        let mut events = Events::default();
        for (user, item, age) in [
            (0, 0, 40.0),
            (0, 1, 30.1),
            (0, 3, 30.0), // at the cut: hidden, and unknown to the past
            (0, 0, 5.0),  // again
            (0, 2, 5.0),  // new to this customer, known to the past
            (1, 2, 50.0),
            (1, 3, 1.0), // a product that the past does not know
            (2, 0, 1.0), // a customer whom the past does not know
        ] {
            events.push(user, item, age, 1.0);
        }
        Log { events, users: 3, items: 4 }
    }

    #[test]
    fn nothing_after_the_cut_is_in_the_past_and_ages_count_from_it() {
        let split = Split::at(&log(), 30.0, Question::Discovery);
        let rounded: Vec<f32> =
            split.past.events.age_days.iter().map(|age| (age * 10.0).round() / 10.0).collect();
        assert_eq!(rounded, [10.0, 0.1, 20.0]);
        assert_eq!([split.had.of(0), split.had.of(1), split.had.of(2)], [&[0, 1][..], &[2], &[]]);
    }

    #[test]
    fn discovery_counts_new_pairs_and_next_counts_all_known_ones() {
        let new = Split::at(&log(), 30.0, Question::Discovery);
        assert_eq!((new.then.of(0), new.unknown, new.customers()), (&[2][..], 3, vec![0]));
        assert_eq!(Split::at(&log(), 30.0, Question::Next).then.of(0), [0, 2]);
    }
}
