//! Lists of products per customer of a chunk.

use super::sparse::Csr;

/// A sorted list of products for each customer of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemLists {
    offsets: Vec<usize>,
    items: Vec<u32>,
}

impl Default for ItemLists {
    fn default() -> Self {
        Self { offsets: vec![0], items: Vec::new() }
    }
}

impl ItemLists {
    /// Adds the next customer's products, in any order, repeated or not.
    pub fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        let start = self.items.len();
        self.items.extend(items);
        self.items[start..].sort_unstable();
        let mut end = start;
        for at in start..self.items.len() {
            if at == start || self.items[at] != self.items[end - 1] {
                self.items[end] = self.items[at];
                end += 1;
            }
        }
        self.items.truncate(end);
        self.offsets.push(end);
    }

    /// How many customers have been added.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.offsets.len() - 1
    }

    /// A customer's products, ascending.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn of(&self, customer: usize) -> &[u32] {
        &self.items[self.offsets[customer]..self.offsets[customer + 1]]
    }
}

impl<L: IntoIterator<Item = u32>> FromIterator<L> for ItemLists {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut built = Self::default();
        for list in lists {
            built.push(list);
        }
        built
    }
}

/// Products with a factor, for each customer of a chunk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemFactors(Csr);

impl ItemFactors {
    /// From each customer's products and factors. The factors of a product that a customer has twice multiply.
    #[must_use]
    pub fn new(mut customers: Vec<Vec<(u32, f32)>>) -> Self {
        for list in &mut customers {
            list.sort_by_key(|e| e.0);
            list.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    kept.1 *= later.1;
                }
                same
            });
        }
        Self(Csr::from_rows(&customers))
    }

    /// How many customers it has.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.0.rows()
    }

    /// A customer's products, ascending, and their factors.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn of(&self, customer: usize) -> (&[u32], &[f32]) {
        self.0.row(customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_without_repeats() {
        let lists: ItemLists = [vec![5, 1, 5, 3], vec![], vec![2, 2]].into_iter().collect();
        assert_eq!(lists.customers(), 3);
        assert_eq!([lists.of(0), lists.of(1), lists.of(2)], [&[1, 3, 5][..], &[], &[2]]);
    }

    #[test]
    fn factors_of_one_product_multiply() {
        let factors = ItemFactors::new(vec![vec![], vec![(4, 2.0), (1, 0.5), (4, 1.5)]]);
        assert_eq!(factors.of(1), (&[1, 4][..], &[0.5, 3.0][..]));
    }
}
