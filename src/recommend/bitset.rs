//! A set of products as one bit each.

/// A fixed-size set of product indexes.
#[derive(Debug, PartialEq, Eq)]
pub struct BitSet {
    words: Vec<u64>,
    len: usize,
}

impl Clone for BitSet {
    fn clone(&self) -> Self {
        Self { words: self.words.clone(), len: self.len }
    }

    /// Copies into the room that is there: this is done once per customer.
    fn clone_from(&mut self, source: &Self) {
        self.words.clone_from(&source.words);
        self.len = source.len;
    }
}

impl BitSet {
    /// The empty set over `len` products.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// The set of all `len` products.
    #[must_use]
    pub fn full(len: usize) -> Self {
        Self::from_fn(len, |_| true)
    }

    /// The products for which `keep` says yes.
    #[must_use]
    pub fn from_fn(len: usize, keep: impl Fn(usize) -> bool) -> Self {
        let mut set = Self::new(len);
        for item in (0..len).filter(|&i| keep(i)) {
            set.insert(item as u32);
        }
        set
    }

    /// How many products the set is over, in it or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no product is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// How many products are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Puts a product in.
    ///
    /// # Panics
    /// If the product is outside the catalogue.
    pub fn insert(&mut self, item: u32) {
        assert!((item as usize) < self.len, "product {item} is outside a catalogue of {}", self.len);
        self.words[item as usize / 64] |= 1 << (item % 64);
    }

    /// Takes a product out; one that is not in it, or outside the catalogue, is out already.
    pub fn remove(&mut self, item: u32) {
        if let Some(word) = self.words.get_mut(item as usize / 64) {
            *word &= !(1 << (item % 64));
        }
    }

    /// Takes all products out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Whether a product is in it; one outside the catalogue is not.
    #[must_use]
    pub fn contains(&self, item: u32) -> bool {
        self.words.get(item as usize / 64).is_some_and(|w| w >> (item % 64) & 1 == 1)
    }

    /// Keeps only what is also in `other`.
    pub fn intersect(&mut self, other: &Self) {
        for (word, mask) in self.words.iter_mut().zip(&other.words) {
            *word &= mask;
        }
    }

    /// Takes out what is in `other`.
    pub fn subtract(&mut self, other: &Self) {
        for (word, mask) in self.words.iter_mut().zip(&other.words) {
            *word &= !mask;
        }
    }

    /// The products in it, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            std::iter::successors((word != 0).then_some(word), |&w| {
                let rest = w & (w - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |w| at as u32 * 64 + w.trailing_zeros())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_in_order_across_words() {
        let mut set = BitSet::new(130);
        for item in [129, 0, 64, 63, 64] {
            set.insert(item);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert_eq!(set.count(), 4);
        set.remove(63);
        set.remove(5000);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 64, 129]);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(5000));
    }

    #[test]
    fn a_full_set_has_no_products_beyond_the_catalogue() {
        assert_eq!(BitSet::full(70).count(), 70);
        assert!(BitSet::full(0).is_empty());
    }

    #[test]
    fn intersection_and_difference() {
        let mut even = BitSet::from_fn(100, |i| i % 2 == 0);
        even.intersect(&BitSet::from_fn(100, |i| i < 10));
        even.subtract(&BitSet::from_fn(100, |i| i == 4));
        assert_eq!(even.iter().collect::<Vec<_>>(), [0, 2, 6, 8]);
    }
}
