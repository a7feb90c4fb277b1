//! Finding something on the shelves: by popularity, price tier, favourite brand and whim.

use rand::Rng;

use super::calendar::{DAY, END_SECONDS};
use super::catalogue::{Product, Standing};
use super::draw::Draw;
use super::kinds::{Category, KINDS};
use super::taste::Taste;

/// How much a customer of a tier (row) wants a product of a tier (column).
const FIT: [[f64; 3]; 3] = [[1.0, 0.3, 0.05], [0.35, 1.0, 0.3], [0.08, 0.4, 1.0]];
/// When retired products were taken off the shelves.
const RETIRED_AT: i64 = END_SECONDS - 240 * DAY;
/// How long something counts as new.
const NEW_FOR: i64 = 75 * DAY;

/// Some products with the running sums of their appeal to each tier.
struct Shelf {
    products: Vec<usize>,
    running: [Vec<f64>; 3],
}

impl Shelf {
    fn new(all: &[Product], belongs: impl Fn(&Product) -> bool) -> Self {
        let products: Vec<usize> = (0..all.len()).filter(|&index| belongs(&all[index])).collect();
        let running = FIT.map(|fit| {
            let mut sum = 0.0;
            let sums = products.iter().map(|&index| {
                sum += all[index].appeal * fit[all[index].tier];
                sum
            });
            sums.collect()
        });
        Self { products, running }
    }

    fn draw(&self, rng: &mut impl Rng, tier: usize) -> Option<usize> {
        let running = &self.running[tier];
        let aim = rng.unit() * running.last()?;
        let place = running.partition_point(|&sum| sum <= aim).min(running.len() - 1);
        Some(self.products[place])
    }
}

/// The shelves of the shop.
pub struct Shelves<'a> {
    products: &'a [Product],
    categories: Vec<Shelf>,
    kinds: Vec<Shelf>,
}

impl<'a> Shelves<'a> {
    /// Puts the products on the shelves.
    pub fn new(products: &'a [Product]) -> Self {
        let category = |category| Shelf::new(products, |product| product.category() == category);
        let kind = |kind| Shelf::new(products, |product| product.kind == kind);
        Self {
            products,
            categories: Category::ALL.iter().map(|&one| category(one)).collect(),
            kinds: (0..KINDS.len()).map(kind).collect(),
        }
    }

    /// A product of the catalogue.
    pub fn product(&self, index: usize) -> &'a Product {
        &self.products[index]
    }

    /// Something in a category that a customer looks at, at a time.
    pub fn browse(&self, rng: &mut impl Rng, category: Category, taste: &Taste, at: i64) -> Option<usize> {
        self.choose(rng, &self.categories[category as usize], taste, at)
    }

    /// Something of a kind, to go with another thing.
    pub fn companion(&self, rng: &mut impl Rng, kind: &str, taste: &Taste, at: i64) -> Option<usize> {
        let kind = KINDS.iter().position(|other| other.name == kind)?;
        self.choose(rng, &self.kinds[kind], taste, at)
    }

    /// Draws by popularity, and keeps a draw by how well it suits (rejection sampling). After ten draws the
    /// last one that could be had will do.
    fn choose(&self, rng: &mut impl Rng, shelf: &Shelf, taste: &Taste, at: i64) -> Option<usize> {
        let mut last = None;
        for _ in 0..10 {
            let index = shelf.draw(rng, taste.tier)?;
            let product = &self.products[index];
            if product.released > at || (product.standing == Standing::Retired && at > RETIRED_AT) {
                continue;
            }
            last = Some(index);
            if rng.chance(suits(product, taste, at)) {
                return last;
            }
        }
        last
    }
}

fn suits(product: &Product, taste: &Taste, at: i64) -> f64 {
    let category = product.category() as usize;
    let fresh = if at - product.released < NEW_FOR { 1.0 } else { 0.5 };
    let brand = if product.brand == taste.favourites[category] { 1.0 } else { 1.0 - taste.loyalty };
    let kind = if product.kind.is_multiple_of(2) == taste.whims[category] { 1.0 } else { 0.6 };
    fresh * brand * kind
}
