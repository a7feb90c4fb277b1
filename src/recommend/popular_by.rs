//! `popular(…, by: …)`: what customers of the same kind take.

use super::filters::{Candidates, NO_GROUP};
use super::interactions::Interactions;
use super::method::{Customer, Method, Scores, Sums};
use super::sparse::Csr;

/// Scores a product by the sum of the (faded) weights of all events with it by customers of the same group: of one
/// country, say. It needs no history of the customer's own, only their group.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PopularBy {
    items: usize,
    group_of_customer: Vec<u32>,
    scores: Csr,
}

impl PopularBy {
    /// Adds up the events of every product within each group. `group_of_customer` has a group for every row of the
    /// interactions, [`NO_GROUP`] for a customer of none.
    ///
    /// # Panics
    /// If it has not.
    #[must_use]
    pub fn fit(interactions: &Interactions, group_of_customer: Vec<u32>) -> Self {
        assert_eq!(group_of_customer.len(), interactions.users(), "a group for every customer");
        let groups =
            group_of_customer.iter().filter(|&&g| g != NO_GROUP).max().map_or(0, |&g| g as usize + 1);
        let mut customers = vec![Vec::new(); groups];
        for (customer, &group) in (0..).zip(&group_of_customer) {
            if group != NO_GROUP {
                customers[group as usize].push(customer);
            }
        }
        let mut sums = Sums::default();
        sums.widen(interactions.items());
        let add_up = |customers: &Vec<u32>| {
            for &customer in customers {
                let history = interactions.history(customer);
                sums.add_row((history.items, history.faded), 1.0);
            }
            sums.take_best(interactions.items(), |_, sum| sum);
            sums.best.clone()
        };
        let rows: Vec<Vec<(u32, f32)>> = customers.iter().map(add_up).collect();
        Self { items: interactions.items(), group_of_customer, scores: Csr::from_rows(&rows) }
    }

    fn of(&self, me: &Customer<'_>) -> (&[u32], &[f32]) {
        let group = self.group_of_customer.get(me.row as usize).copied().unwrap_or(NO_GROUP);
        if (group as usize) < self.scores.rows() { self.scores.row(group as usize) } else { (&[], &[]) }
    }
}

impl Method for PopularBy {
    fn items(&self) -> usize {
        self.items
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !self.of(me).0.is_empty()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let (items, scores) = self.of(me);
        items.iter().zip(scores).for_each(|(&item, &score)| out.add(item, score));
    }

    fn evidence(&self, _me: &Customer<'_>, _item: u32, _scores: &Scores, _each: &mut dyn FnMut(u32, f32)) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::{Events, NOBODY};

    #[test]
    fn each_group_has_its_own_favourites_and_a_customer_of_none_has_no_say() {
        let mut events = Events::default();
        for (user, item, age) in [(0, 1, 0.0), (1, 1, 30.0), (1, 2, 0.0), (2, 0, 0.0), (3, 0, 0.0)] {
            events.push(user, item, age, 1.0);
        }
        let interactions = Interactions::build(&events, 5, 3, Some(30.0)).unwrap();
        let fitted = PopularBy::fit(&interactions, vec![0, 0, 1, NO_GROUP, 0]);
        let of = |row| fitted.of(&Customer::new(&[], row));
        assert_eq!(of(4), (&[1, 2][..], &[1.5, 1.0][..])); // who bought nothing has the group's favourites
        assert_eq!(of(2), (&[0][..], &[1.0][..]));
        assert!(of(3).0.is_empty() && of(NOBODY).0.is_empty());
        assert!(!fitted.knows(&Customer::new(&[], 3)));
    }
}
