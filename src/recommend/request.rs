//! What is asked for a chunk of customers, and what comes back.

use thiserror::Error;

use super::filters::{Filters, GroupRule, Personal};
use super::interactions::Interactions;
use super::method::{Customer, Method};

/// What is asked for a chunk of customers.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method of the strategy.
    pub method: &'a dyn Method,
    /// What fills lists that are short, and serves customers whom the method does not know.
    pub fallback: Option<&'a dyn Method>,
    /// The filters for everybody.
    pub filters: &'a Filters,
    /// The filters of each customer of the chunk.
    pub personal: &'a Personal,
    /// The histories that the methods read, by slot.
    pub histories: &'a [&'a Interactions],
    /// The rows of the chunk's customers in all of the histories; [`NOBODY`] for one without a history.
    pub customers: &'a [u32],
    /// Whether each pick is to say which of the customer's own products speaks for it, which takes time.
    pub because: bool,
}

/// Where a pick comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The method.
    Method,
    /// The fallback.
    Fallback,
}

/// A product chosen for a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pick {
    /// The product.
    pub item: u32,
    /// Its score, boosted. Comparable within one customer and one source only.
    pub score: f32,
    /// The customer's own product that speaks most for it.
    pub because: Option<u32>,
    /// Who chose it.
    pub source: Source,
    /// Which of the source's methods, from 0, where several take turns.
    pub turn: usize,
}

/// Why a request makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RequestError {
    /// Something is not as long as it has to be.
    #[error("{what}: {found} entries, where {expected} were expected")]
    Length {
        /// What it is.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length of the catalogue or of the chunk.
        expected: usize,
    },
    /// A method reads more histories than were given.
    #[error("the methods read {needed} histories, {given} were given")]
    Histories {
        /// How many it needs.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// A boost that is not a positive number.
    #[error("a boost of {0}; it must be a positive number")]
    Boost(f32),
}

impl Request<'_> {
    /// Whether the customer at that place of the chunk will get the fallback alone.
    #[must_use]
    pub fn is_stranger(&self, customer: usize) -> bool {
        self.fallback.is_some() && !self.method.knows(&self.customer(customer))
    }

    /// How many customers of the chunk will get the fallback alone.
    #[must_use]
    pub fn strangers(&self) -> usize {
        (0..self.customers.len()).filter(|&c| self.is_stranger(c)).count()
    }

    pub(crate) fn customer(&self, customer: usize) -> Customer<'_> {
        Customer::new(self.histories, self.customers[customer])
    }

    pub(super) fn check(&self) -> Result<(), RequestError> {
        let items = self.method.items();
        let catalogue = |what, found| length(what, found, items);
        let chunk = |what, found| length(what, found, self.customers.len());
        if let Some(fallback) = self.fallback {
            catalogue("the fallback's catalogue", fallback.items())?;
        }
        let needed = self.method.slots().max(self.fallback.map_or(0, Method::slots));
        if needed > self.histories.len() {
            return Err(RequestError::Histories { needed, given: self.histories.len() });
        }
        for history in self.histories {
            catalogue("the catalogue of a history", history.items())?;
        }
        let Filters { only, exclude, boost, at_most, rationed, take: _, diversity } = self.filters;
        for set in [only, exclude].into_iter().flatten() {
            catalogue("`only` or `exclude`", set.len())?;
        }
        if let Some(diversity) = diversity {
            catalogue("the products that are to differ", diversity.vectors.items())?;
        }
        for cap in at_most {
            catalogue("the groups of a cap", cap.group_of_item.len())?;
        }
        let Personal { only_groups, only, exclude_groups, exclude, boost: personal_boost, lottery } =
            self.personal;
        if let Some(until) = rationed {
            catalogue("the limits of exposure", until.len())?;
            chunk("the customers' numbers", lottery.len())?;
        }
        for GroupRule { group_of_item, group_of_customer } in only_groups.iter().chain(exclude_groups) {
            catalogue("the products' groups of a rule", group_of_item.len())?;
            chunk("the customers' groups of a rule", group_of_customer.len())?;
        }
        for lists in [only, exclude].into_iter().flatten() {
            chunk("lists of `only` or `exclude`", lists.customers())?;
        }
        if let Some(boost) = boost {
            catalogue("the boosts", boost.len())?;
            positive(boost)?;
        }
        if let Some(boost) = personal_boost {
            chunk("lists of boosts", boost.customers())?;
            (0..boost.customers()).try_for_each(|customer| positive(boost.of(customer).1))?;
        }
        Ok(())
    }
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), RequestError> {
    if found == expected { Ok(()) } else { Err(RequestError::Length { what, found, expected }) }
}

fn positive(boosts: &[f32]) -> Result<(), RequestError> {
    let wrong = boosts.iter().find(|b| !(b.is_finite() && **b > 0.0));
    wrong.map_or(Ok(()), |&b| Err(RequestError::Boost(b)))
}
