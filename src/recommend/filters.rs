//! Which products a customer may be shown, which are favoured, and how many of a kind.

use super::bitset::BitSet;
use super::lists::{ItemFactors, ItemLists};
use super::variety::Diversity;

/// The group of a product that has none: it counts towards no cap and matches no rule. As the group a customer wants:
/// the customer wants none that there is, so the rule lets nothing through.
pub const NO_GROUP: u32 = u32::MAX;

/// `at_most: N per ...`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// The group (brand, category) of each product.
    pub group_of_item: Vec<u32>,
    /// How many of one group a list may hold.
    pub at_most: u32,
}

impl Cap {
    /// Whether the list `picked` has no room for `item`.
    fn is_full(&self, item: u32, picked: impl Iterator<Item = u32>) -> bool {
        let group = self.group_of_item[item as usize];
        group != NO_GROUP
            && picked.filter(|&p| self.group_of_item[p as usize] == group).count() >= self.at_most as usize
    }
}

/// What a strategy says of every customer alike. The order of application is that of the language: `only`, `exclude`,
/// `boost`, `at_most`, `take`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// The products that may be shown; all of them if `None`.
    pub only: Option<BitSet>,
    /// The products that may not.
    pub exclude: Option<BitSet>,
    /// What each product's score is multiplied by, a positive number; 1 for all if `None`.
    pub boost: Option<Vec<f32>>,
    /// The caps, all of which hold.
    pub at_most: Vec<Cap>,
    /// For each product the number in [`Personal::lottery`] from which on customers do not get it, since it is promised to as
    /// many as may have it; all of them may if `None`.
    pub rationed: Option<Vec<u64>>,
    /// The length of a list.
    pub take: usize,
    /// Whether products of a list are to differ from each other.
    pub diversity: Option<Diversity>,
}

impl Filters {
    /// The first cap that leaves no room for `item` in the list `picked`.
    pub(crate) fn full_cap(&self, item: u32, picked: &(impl Iterator<Item = u32> + Clone)) -> Option<usize> {
        self.at_most.iter().position(|cap| cap.is_full(item, picked.clone()))
    }

    /// The products that may be shown to some customer at all.
    pub(crate) fn allowed(&self, items: usize) -> BitSet {
        let mut allowed = self.only.clone().unwrap_or_else(|| BitSet::full(items));
        if let Some(exclude) = &self.exclude {
            allowed.subtract(exclude);
        }
        allowed
    }
}

/// A condition that compares a group of the product with one of the customer, such as `category = customer.browsing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// The group of each product.
    pub group_of_item: Vec<u32>,
    /// The group that each customer of the chunk has.
    pub group_of_customer: Vec<u32>,
}

impl GroupRule {
    fn matches(&self, customer: usize, item: u32) -> bool {
        let wanted = self.group_of_customer[customer];
        wanted != NO_GROUP && self.group_of_item[item as usize] == wanted
    }
}

/// What a strategy says of each customer of a chunk apart. Everything in it has one entry per customer of the chunk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Personal {
    /// `only` by group: a product must match all of these.
    pub only_groups: Vec<GroupRule>,
    /// `only` as lists: a product must be in the customer's.
    pub only: Option<ItemLists>,
    /// `exclude` by group: a product must match none of these.
    pub exclude_groups: Vec<GroupRule>,
    /// `exclude` as lists: a product must not be in the customer's.
    pub exclude: Option<ItemLists>,
    /// Boosts of single products, on top of those for everybody.
    pub boost: Option<ItemFactors>,
    /// Each customer's number in the order in which products of limited exposure are promised; only read where there are such.
    pub lottery: Vec<u64>,
}

impl Personal {
    /// Puts into `mine` what of `allowed` the customer's own lists leave.
    pub(crate) fn narrow(&self, customer: usize, allowed: &BitSet, mine: &mut BitSet) {
        match &self.only {
            Some(only) => {
                mine.clear();
                only.of(customer).iter().filter(|&&i| allowed.contains(i)).for_each(|&i| mine.insert(i));
            }
            None => mine.clone_from(allowed),
        }
        for &item in self.exclude.as_ref().map_or(&[][..], |x| x.of(customer)) {
            mine.remove(item);
        }
    }

    /// The products that the customer has boosts of their own for.
    pub(crate) fn boosted(&self, customer: usize) -> &[u32] {
        self.boost.as_ref().map_or(&[], |b| b.of(customer).0)
    }

    /// The customer's own boost of a product.
    pub(crate) fn boost_of(&self, customer: usize, item: u32) -> f32 {
        let Some(boost) = &self.boost else { return 1.0 };
        let (items, factors) = boost.of(customer);
        items.binary_search(&item).map_or(1.0, |at| factors[at])
    }
}

/// Why a product that was scored is not among the picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It does not meet `only`.
    Only,
    /// It meets `exclude`.
    Exclude,
    /// It is promised to as many others as may have it.
    Exposure,
    /// The cap of that number (from 0) was reached by better products.
    AtMost(usize),
    /// The list was full.
    Take,
    /// The method had already chosen it (of a fallback's product).
    Already,
}

/// The products that one customer may be shown.
#[derive(Debug, Clone, Copy)]
pub struct Candidates<'a> {
    filters: &'a Filters,
    allowed: &'a BitSet,
    personal: &'a Personal,
    customer: usize,
    everything: bool,
}

impl<'a> Candidates<'a> {
    /// Those of the customer at that place of the chunk; `allowed` is [`Filters::allowed`], narrowed down by
    /// [`Personal::narrow`].
    pub(crate) fn new(
        filters: &'a Filters,
        allowed: &'a BitSet,
        personal: &'a Personal,
        customer: usize,
    ) -> Self {
        Self { filters, allowed, personal, customer, everything: false }
    }

    /// The same, but methods are to score what is filtered out too, so that it can be explained.
    pub(crate) fn with_everything(self) -> Self {
        Self { everything: true, ..self }
    }

    /// Whether the product may be shown: all of `only` holds, and nothing of `exclude`.
    #[must_use]
    pub fn admits(&self, item: u32) -> bool {
        self.allowed.contains(item)
            && self.personal.only_groups.iter().all(|rule| rule.matches(self.customer, item))
            && !self.personal.exclude_groups.iter().any(|rule| rule.matches(self.customer, item))
            && self.is_within_exposure(item)
    }

    fn is_within_exposure(&self, item: u32) -> bool {
        let Some(until) = &self.filters.rationed else { return true };
        self.personal.lottery[self.customer] < until[item as usize]
    }

    /// Calls `each` for every product that a score is wanted for, ascending.
    pub fn for_each_wanted(&self, each: impl FnMut(u32)) {
        if self.everything {
            (0..self.allowed.len() as u32).for_each(each);
        } else {
            self.allowed.iter().filter(|&i| self.admits(i)).for_each(each);
        }
    }

    /// Why the product may not be shown, the first reason in the order of application; `None` if it may.
    #[must_use]
    pub fn removed(&self, item: u32) -> Option<Removed> {
        let listed = |set: &Option<BitSet>| set.as_ref().map(|s| s.contains(item));
        if listed(&self.filters.only) == Some(false) || !self.meets_personal_only(item) {
            Some(Removed::Only)
        } else if listed(&self.filters.exclude) == Some(true) || self.personally_excluded(item) {
            Some(Removed::Exclude)
        } else if !self.is_within_exposure(item) {
            Some(Removed::Exposure)
        } else {
            None
        }
    }

    fn meets_personal_only(&self, item: u32) -> bool {
        self.personal.only_groups.iter().all(|rule| rule.matches(self.customer, item))
            && self
                .personal
                .only
                .as_ref()
                .is_none_or(|only| only.of(self.customer).binary_search(&item).is_ok())
    }

    fn personally_excluded(&self, item: u32) -> bool {
        self.personal.exclude_groups.iter().any(|rule| rule.matches(self.customer, item))
            || self
                .personal
                .exclude
                .as_ref()
                .is_some_and(|x| x.of(self.customer).binary_search(&item).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(filters: &Filters, personal: &Personal, customer: usize) -> Vec<u32> {
        let mut allowed = BitSet::new(6);
        personal.narrow(customer, &filters.allowed(6), &mut allowed);
        let candidates = Candidates::new(filters, &allowed, personal, customer);
        for item in 0..6 {
            assert_eq!(candidates.admits(item), candidates.removed(item).is_none());
        }
        let mut found = Vec::new();
        candidates.for_each_wanted(|item| found.push(item));
        found
    }

    #[test]
    fn only_and_exclude_hold_together() {
        let filters = Filters {
            only: Some(BitSet::from_fn(6, |i| i < 4)),
            exclude: Some(BitSet::from_fn(6, |i| i == 1)),
            ..Filters::default()
        };
        assert_eq!(admitted(&filters, &Personal::default(), 0), [0, 2, 3]);
        let personal = Personal {
            only: Some([vec![1, 2, 3, 5], vec![]].into_iter().collect()),
            exclude: Some([vec![3], vec![]].into_iter().collect()),
            ..Personal::default()
        };
        assert_eq!(admitted(&filters, &personal, 0), [2]);
        assert_eq!(admitted(&filters, &personal, 1), [0_u32; 0]);
    }

    #[test]
    fn a_customer_or_a_product_of_no_group_matches_nothing() {
        let rule = GroupRule {
            group_of_item: vec![0, 1, 0, NO_GROUP, 1, NO_GROUP],
            group_of_customer: vec![0, NO_GROUP],
        };
        let only = Personal { only_groups: vec![rule.clone()], ..Personal::default() };
        assert_eq!(admitted(&Filters::default(), &only, 0), [0, 2]);
        assert_eq!(admitted(&Filters::default(), &only, 1), [0_u32; 0]);
        let exclude = Personal { exclude_groups: vec![rule], ..Personal::default() };
        assert_eq!(admitted(&Filters::default(), &exclude, 0), [1, 3, 4, 5]);
        assert_eq!(admitted(&Filters::default(), &exclude, 1), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_cap_counts_its_group_alone() {
        let cap = Cap { group_of_item: vec![0, 0, 1, NO_GROUP, NO_GROUP, 0], at_most: 1 };
        let filters = Filters { at_most: vec![cap], ..Filters::default() };
        let picked = [0, 3];
        let full = |item| filters.full_cap(item, &picked.iter().copied());
        assert_eq!([full(1), full(2), full(4)], [Some(0), None, None]);
    }
}
