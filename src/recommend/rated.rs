//! Explicit ratings: what a customer would rate a product, as the customer's own mean and what alike customers or products say above it.
//!
//! The plain weighted sum needs nothing of its own: it is [`super::UserCf`] or [`super::ItemCf`] on ratings, without damping, shrinkage and
//! trend.

use std::sync::Arc;

use rayon::prelude::*;

use super::filters::Candidates;
use super::interactions::Interactions;
use super::method::{Customer, Method, Scores, Sums};
use super::sparse::{Csr, for_common};

/// Who speaks for a customer's rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Speaks {
    /// Customers of like taste (Resnick and others, CSCW 1994).
    Customers,
    /// Products rated alike, by the adjusted cosine (Sarwar, Karypis, Konstan and Riedl, WWW 2001).
    Products,
}

/// What is known of everybody's ratings, each as how far it lies above the customer's own mean.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ratings {
    /// Customers by products.
    of_customer: Csr,
    /// Products by customers.
    of_product: Csr,
    /// The length of each row of whoever speaks.
    sizes: Vec<f32>,
    /// Of each product the products rated alike, the most alike first; empty where customers speak.
    alike: Csr,
    speaks: Speaks,
}

impl Ratings {
    /// Centres the ratings, of which each pair has one (its `raw` weight), and where products speak finds the `neighbours` of each.
    #[must_use]
    pub fn fit(ratings: &Interactions, speaks: Speaks, neighbours: usize) -> Self {
        let mut of_customer = ratings.matrix(|rating| rating);
        for customer in 0..of_customer.rows() {
            let (_, values) = of_customer.row_mut(customer);
            let mean = mean(values);
            values.iter_mut().for_each(|value| *value -= mean);
        }
        let of_product = of_customer.transpose(ratings.items());
        let (rows, sizes) = match speaks {
            Speaks::Customers => (Csr::from_rows(&[]), sizes(&of_customer)),
            Speaks::Products => {
                let sizes = sizes(&of_product);
                (alike(&of_customer, &of_product, &sizes, neighbours), sizes)
            }
        };
        Self { of_customer, of_product, sizes, alike: rows, speaks }
    }
}

fn mean(values: &[f32]) -> f32 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f32>() / values.len() as f32 }
}

fn sizes(rows: &Csr) -> Vec<f32> {
    (0..rows.rows()).map(|row| rows.row(row).1.iter().map(|v| v * v).sum::<f32>().sqrt()).collect()
}

/// Of each product the `keep` of the highest cosine above 0 with it.
fn alike(of_customer: &Csr, of_product: &Csr, sizes: &[f32], keep: usize) -> Csr {
    let products = of_product.rows();
    let row = |sums: &mut Sums, product: usize| {
        sums.widen(products);
        let (customers, values) = of_product.row(product);
        for (&customer, &value) in customers.iter().zip(values) {
            sums.add_row(of_customer.row(customer as usize), value);
        }
        sums.take_best(keep, |other, dot| {
            if other as usize == product { 0.0 } else { cosine(dot, sizes[product], sizes[other as usize]) }
        });
        sums.best.clone()
    };
    let rows: Vec<Vec<(u32, f32)>> = (0..products).into_par_iter().map_init(Sums::default, row).collect();
    Csr::from_rows(&rows)
}

fn cosine(dot: f32, a: f32, b: f32) -> f32 {
    if a > 0.0 && b > 0.0 { dot / (a * b) } else { 0.0 }
}

/// Predicts ratings: the customer's mean plus the mean of what the neighbours say above their own (each in the measure of its likeness):
/// `mean + sum of s x (r - mean of r) / (sum of s + shrinkage)`. Only products that the customer would like better than the customer's mean are
/// recommended.
#[derive(Debug, Clone)]
pub struct Rated {
    ratings: Arc<Ratings>,
    slot: usize,
    neighbours: usize,
    shrinkage: f32,
}

impl Rated {
    /// `slot` is where customers' own ratings will be; `neighbours` is how many customers speak, where they do; the larger `shrinkage` (0 for
    /// the textbook's value), the nearer a prediction that few speak for stays to the mean.
    #[must_use]
    pub fn new(ratings: Arc<Ratings>, slot: usize, neighbours: usize, shrinkage: f32) -> Self {
        Self { ratings, slot, neighbours, shrinkage }
    }

    /// The customer's mean, and the own ratings above it.
    fn own(&self, me: &Customer<'_>) -> (f32, Vec<f32>) {
        let raw = me.history(self.slot).raw;
        let mean = mean(raw);
        (mean, raw.iter().map(|rating| rating - mean).collect())
    }

    /// The customers of like taste, into `sums.best`, the most alike first.
    fn find(&self, me: &Customer<'_>, own: &[f32], sums: &mut Sums) {
        let Ratings { of_product, sizes, .. } = &*self.ratings;
        let size = own.iter().map(|v| v * v).sum::<f32>().sqrt();
        sums.widen(sizes.len());
        for (&product, &value) in me.history(self.slot).items.iter().zip(own) {
            sums.add_row(of_product.row(product as usize), value);
        }
        sums.take_best(self.neighbours, |other, dot| {
            if other == me.row { 0.0 } else { cosine(dot, size, sizes[other as usize]) }
        });
    }

    /// What everybody who speaks says: product, likeness times what is said, likeness.
    fn said(&self, me: &Customer<'_>, own: &[f32], sums: &mut Sums) -> Vec<(u32, f32, f32)> {
        let mut said = Vec::new();
        match self.ratings.speaks {
            Speaks::Customers => {
                self.find(me, own, sums);
                for &(other, likeness) in &sums.best {
                    let (products, values) = self.ratings.of_customer.row(other as usize);
                    said.extend(products.iter().zip(values).map(|(&p, &v)| (p, likeness * v, likeness)));
                }
            }
            Speaks::Products => {
                for (&product, &value) in me.history(self.slot).items.iter().zip(own) {
                    let (others, likeness) = self.ratings.alike.row(product as usize);
                    said.extend(others.iter().zip(likeness).map(|(&p, &s)| (p, s * value, s)));
                }
            }
        }
        // Stable: what is said of one product is added up in a fixed order.
        said.sort_by_key(|s| s.0);
        said
    }
}

impl Method for Rated {
    fn items(&self) -> usize {
        self.ratings.of_product.rows()
    }

    fn slots(&self) -> usize {
        self.slot + 1
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        !me.history(self.slot).is_cold()
    }

    fn score(&self, me: &Customer<'_>, _among: &Candidates<'_>, out: &mut Scores) {
        let (mean, own) = self.own(me);
        let mut sums = std::mem::take(&mut out.side);
        let said = self.said(me, &own, &mut sums);
        for of_one in said.chunk_by(|a, b| a.0 == b.0) {
            let (above, likeness) = of_one.iter().fold((0.0, 0.0), |sum, s| (sum.0 + s.1, sum.1 + s.2));
            if above > 0.0 {
                out.add(of_one[0].0, mean + above / (likeness + self.shrinkage));
            }
        }
        out.side = sums;
    }

    /// Of customers: by how much the own product made those alike who praise `item`. Of products: by what its own rating says of `item`.
    fn evidence(&self, me: &Customer<'_>, item: u32, scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let (_, own) = self.own(me);
        let items = me.history(self.slot).items;
        match self.ratings.speaks {
            Speaks::Customers => {
                for &(other, likeness) in &scores.side.best {
                    let (products, values) = self.ratings.of_customer.row(other as usize);
                    let praise = products.binary_search(&item).map_or(0.0, |at| values[at]);
                    for_common(items, products, |mine, theirs| {
                        let share = likeness * praise * own[mine] * values[theirs];
                        if praise > 0.0 && share > 0.0 && items[mine] != item {
                            each(items[mine], share);
                        }
                    });
                }
            }
            Speaks::Products => {
                for (&product, &value) in items.iter().zip(&own) {
                    let (others, likeness) = self.ratings.alike.row(product as usize);
                    let found = others.iter().position(|&other| other == item).map_or(0.0, |at| likeness[at]);
                    if found * value > 0.0 && product != item {
                        each(product, found * value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::methods::{assert_scores, picks_of};
    use super::super::{Events, Interactions};
    use super::*;

    /// Ann (5, 1, -, -) and Bob (4, 2, 5, 1) like and dislike the same; Cy (1, 5, 1, 5) the opposite.
    fn ratings() -> Interactions {
        let rows = [[5.0, 1.0, 0.0, 0.0], [4.0, 2.0, 5.0, 1.0], [1.0, 5.0, 1.0, 5.0]];
        let mut events = Events::default();
        for (user, row) in rows.iter().enumerate() {
            for (item, &rating) in row.iter().enumerate().filter(|(_, r)| **r > 0.0) {
                events.push(user as u32, item as u32, 0.0, rating);
            }
        }
        Interactions::build(&events, 3, 4, None).unwrap()
    }

    fn picks(speaks: Speaks, shrinkage: f32) -> Vec<(u32, f32, Option<u32>)> {
        let ratings = ratings();
        let fitted = Arc::new(Ratings::fit(&ratings, speaks, 10));
        let picks = picks_of(&Rated::new(fitted, 0, 10, shrinkage), &[&ratings], 0);
        picks.iter().map(|p| (p.item, p.score, p.because)).collect()
    }

    #[test]
    fn a_rating_is_the_own_mean_and_what_alike_customers_say_above_theirs() {
        // Ann's mean is 3, Bob's 3. Only Bob is alike: product 2 is 3 + (5 - 3), product 0 is 3 + (4 - 3), which Ann has rated herself.
        let ratings = ratings();
        let fitted = Arc::new(Ratings::fit(&ratings, Speaks::Customers, 10));
        let expected = [(2, 5.0, Some(0)), (0, 4.0, Some(1))];
        assert_scores(&picks_of(&Rated::new(fitted, 0, 10, 0.0), &[&ratings], 0), &expected);
        // Whom few speak for stays near the mean.
        let shrunk = picks(Speaks::Customers, 1.0);
        assert!(shrunk[0].1 > 3.0 && shrunk[0].1 < 4.5, "{shrunk:?}");
    }

    #[test]
    fn products_rated_alike_speak_by_the_adjusted_cosine() {
        // Above the means: products 0 (2, 1, -2) and 2 (-, 2, -2) go together, 1 (-2, -1, 2) and 3 (-, -2, 2) too, and the pairs are opposites.
        // Product 2: 3 + 2, said by product 0 alone; product 3 is said to be 2 below the mean and is not recommended.
        assert_eq!(picks(Speaks::Products, 0.0), [(2, 5.0, Some(0))]);
    }

    #[test]
    fn who_rates_everything_the_same_has_no_taste_to_go_by() {
        let mut events = Events::default();
        for item in 0..3 {
            events.push(0, item, 0.0, 4.0);
            events.push(1, item, 0.0, item as f32);
        }
        let ratings = Interactions::build(&events, 2, 3, None).unwrap();
        for speaks in [Speaks::Customers, Speaks::Products] {
            let fitted = Arc::new(Ratings::fit(&ratings, speaks, 10));
            assert!(picks_of(&Rated::new(fitted, 0, 10, 0.0), &[&ratings], 0).is_empty());
        }
    }
}
