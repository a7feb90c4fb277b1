//! The products: what each is, costs, how many there are, and how much people want it.

use std::collections::HashSet;

use rand_chacha::ChaCha8Rng;

use super::brands::{self, BRANDS};
use super::calendar::{DAY, END_SECONDS, date_of};
use super::draw::{Draw, Purpose, stream};
use super::kinds::{Category, KINDS, Kind};
use super::pictures::{COLOURS, VARIANTS};
use super::titles::{self, Article};

/// The fewest products that fill the shelves.
pub const FEWEST: u32 = 80;
/// Days between 2026-09-01 and the end of the data: the autumn launches.
const AUTUMN_DAYS: f64 = 80.0;
/// How many phones come out in autumn, at most, for a catalogue of the usual size.
const AUTUMN_PHONES: usize = 22;
/// The fewest phones a catalogue has, so that there is something to launch.
const FEWEST_PHONES: usize = 24;

/// How a product stands in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Sold as usual.
    Usual,
    /// Plenty in stock, and hardly anybody wants it.
    Clearance,
    /// No longer sold; still in old orders.
    Retired,
    /// Announced without a price: looked at, not sold.
    Unpriced,
}

/// A product.
pub struct Product {
    /// From 1; later releases have higher ids.
    pub id: i64,
    /// An index into [`KINDS`].
    pub kind: usize,
    /// An index into the brands.
    pub brand: usize,
    /// An index into the colours of the pictures.
    pub colour: usize,
    /// Which variant of the drawing.
    pub variant: u32,
    /// The title.
    pub title: String,
    /// The description, where there is one.
    pub description: Option<String>,
    /// Price in fen.
    pub price: i64,
    /// Cost in fen.
    pub cost: i64,
    /// Pieces in stock.
    pub stock: u32,
    /// When it came out, in Unix seconds (midnight in Shanghai).
    pub released: i64,
    /// How it stands in the shop.
    pub standing: Standing,
    /// Whether the shop has filled in the brand.
    pub branded: bool,
    /// Whether there is a picture.
    pub pictured: bool,
    /// How much people want it, against others of its category.
    pub appeal: f64,
    /// How dear it is for its kind, 0 to 1.
    pub dearness: f64,
    /// 0 cheap, 1 middling, 2 dear, for its kind.
    pub tier: usize,
}

impl Product {
    /// Its kind.
    pub fn kind(&self) -> &'static Kind {
        KINDS[self.kind]
    }

    /// Its category.
    pub fn category(&self) -> Category {
        self.kind().category
    }
}

/// The whole catalogue, in the order of the ids.
pub fn products(seed: u64, count: u32) -> Vec<Product> {
    let mut rng = stream(seed, Purpose::Catalogue, 0);
    let mut products: Vec<Product> = Vec::with_capacity(count as usize);
    for (kind, &share) in shares(count as usize).iter().enumerate() {
        let autumn = if KINDS[kind].name == "phone" { AUTUMN_PHONES.min(2 * share / 3) } else { 0 };
        for place in 0..share {
            products.push(product(&mut rng, kind, place, autumn));
        }
    }
    products.sort_by_key(|product| product.released);
    let mut taken = HashSet::new();
    for (index, product) in products.iter_mut().enumerate() {
        product.id = index as i64 + 1;
        name(&mut rng, product, &mut taken);
    }
    rank(&mut rng, &mut products);
    products
}

/// How many products of each kind: by its share, at least one, at least [`FEWEST_PHONES`] phones; the largest
/// remainders get what is left.
fn shares(count: usize) -> Vec<usize> {
    let phones = KINDS.iter().position(|kind| kind.name == "phone").unwrap_or(0);
    let total: f64 = KINDS.iter().map(|kind| kind.share).sum();
    let wanted = |index: usize| KINDS[index].share / total * count as f64;
    let mut shares: Vec<usize> = (0..KINDS.len()).map(|index| (wanted(index) as usize).max(1)).collect();
    shares[phones] = shares[phones].max(FEWEST_PHONES);
    let mut order: Vec<usize> = (0..KINDS.len()).collect();
    order.sort_by(|&a, &b| wanted(b).fract().total_cmp(&wanted(a).fract()));
    while shares.iter().sum::<usize>() < count {
        for &index in &order {
            if shares.iter().sum::<usize>() < count {
                shares[index] += 1;
            }
        }
    }
    while shares.iter().sum::<usize>() > count {
        let most = (0..KINDS.len()).filter(|&index| index != phones).max_by_key(|&index| shares[index]);
        shares[most.unwrap_or(0)] -= 1;
    }
    shares
}

/// A product without its name and rank. The first `autumn` places are autumn launches in stock, spread over the
/// brands; the next place of each kind was always there, so that no shelf is ever empty.
fn product(rng: &mut ChaCha8Rng, kind: usize, place: usize, autumn: usize) -> Product {
    let details = KINDS[kind];
    let launch = place < autumn;
    let makers = brands::makers(details.category);
    let brand = if launch { makers[place % makers.len()] } else { *rng.one(makers) };
    let age = match place {
        _ if launch => rng.between(4.0, AUTUMN_DAYS),
        _ if place == autumn => 1_400.0,
        _ => 30.0 + 1_370.0 * rng.unit().powf(1.4),
    };
    let midnight = END_SECONDS - age as i64 * DAY;
    let standing = match rng.unit() {
        _ if launch || place == autumn => Standing::Usual,
        u if u < 0.09 => Standing::Clearance,
        u if u < 0.14 && age > 300.0 => Standing::Retired,
        u if u < 0.155 => Standing::Unpriced,
        _ => Standing::Usual,
    };
    let (low, high) = details.price;
    let place_in_range = rng.unit();
    let yuan = low * (high / low).powf(place_in_range) * BRANDS[brand].dear;
    let price = shelf_price(yuan);
    let margin = rng.between(details.margin.0, details.margin.1);
    let dearness = place_in_range + 0.7 * BRANDS[brand].dear.ln();
    let tier = if dearness < 0.3 { 0 } else { usize::from(dearness >= 0.7) + 1 };
    Product {
        id: 0,
        kind,
        brand,
        colour: rng.index(COLOURS.len()),
        variant: rng.index(VARIANTS as usize) as u32,
        title: String::new(),
        description: None,
        price,
        cost: (price as f64 * (1.0 - margin)).round() as i64,
        stock: 0,
        released: midnight,
        standing,
        branded: launch || !rng.chance(0.02),
        pictured: launch || !rng.chance(0.02),
        appeal: 0.0,
        dearness: place_in_range,
        tier,
    }
}

/// A price as shops write it, in fen: 39.90 below a hundred yuan, 259 below a thousand, 4299 above.
fn shelf_price(yuan: f64) -> i64 {
    if yuan < 100.0 {
        ((yuan / 10.0).round().max(1.0) as i64 * 10) * 100 - 10
    } else if yuan < 1_000.0 {
        ((yuan / 10.0).round() as i64 * 10 - 1) * 100
    } else {
        ((yuan / 100.0).round() as i64 * 100 - 1) * 100
    }
}

fn name(rng: &mut ChaCha8Rng, product: &mut Product, taken: &mut HashSet<String>) {
    let year = date_of(product.released).year();
    let (brand, colour, dearness) = (product.brand, product.colour, product.dearness);
    let article = Article { kind: product.kind(), brand, colour, year, dearness };
    let title = titles::title(rng, &article, taken);
    product.description = (!rng.chance(0.05)).then(|| titles::description(rng, &article));
    product.title = title;
}

/// Gives each category a popularity that falls with rank (Zipf, exponent 0.85), and stock to match: a good
/// shop holds much of what sells. A few are sold out.
fn rank(rng: &mut ChaCha8Rng, products: &mut [Product]) {
    for category in Category::ALL {
        let mut shelf: Vec<&mut Product> = products.iter_mut().filter(|p| p.category() == category).collect();
        rng.shuffle(&mut shelf);
        let length = shelf.len() as f64;
        for (rank, product) in shelf.iter_mut().enumerate() {
            let launch = autumn_phone(product);
            let zipf = (rank as f64 + 3.0).powf(-0.85);
            let top = rank as f64 / length < 0.15;
            product.appeal = match product.standing {
                Standing::Clearance => 0.02 * zipf,
                _ if launch => zipf.max((0.2 * length + 3.0).powf(-0.85)),
                _ => zipf,
            };
            product.stock = match product.standing {
                Standing::Clearance => rng.between(60.0, 420.0) as u32,
                Standing::Retired | Standing::Unpriced => 0,
                Standing::Usual if !launch && rng.chance(0.05) => 0,
                Standing::Usual if top || launch => rng.between(90.0, 900.0) as u32,
                Standing::Usual => rng.between(4.0, 49.0) as u32,
            };
        }
    }
}

/// Whether a product is one of the autumn's new phones.
pub fn autumn_phone(product: &Product) -> bool {
    product.category() == Category::Phones && product.released >= END_SECONDS - 80 * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_is_full_priced_and_every_title_is_its_own() {
        let products = products(3, 400);
        assert_eq!(products.len(), 400);
        let titles: HashSet<&str> = products.iter().map(|product| product.title.as_str()).collect();
        assert_eq!(titles.len(), 400);
        for product in &products {
            assert!(product.cost < product.price, "{}", product.title);
            let fen = product.price;
            assert!(fen % 1_000 == 900 || fen % 1_000 == 990, "{} costs {fen}", product.title);
        }
        assert!(
            products.windows(2).all(|pair| pair[0].released <= pair[1].released && pair[0].id < pair[1].id)
        );
    }

    #[test]
    fn autumn_brings_phones_of_several_brands_in_stock() {
        for count in [FEWEST, 160, 640] {
            let products = products(1, count);
            let new: Vec<&Product> = products.iter().filter(|p| autumn_phone(p) && p.stock > 0).collect();
            let brands: HashSet<usize> = new.iter().map(|product| product.brand).collect();
            assert!(new.len() >= 12 && brands.len() >= 3, "{count}: {} of {}", new.len(), brands.len());
        }
    }

    #[test]
    fn a_shop_far_beyond_its_words_still_has_a_title_each() {
        let products = products(5, 30_000);
        let titles: HashSet<&str> = products.iter().map(|product| product.title.as_str()).collect();
        assert_eq!(titles.len(), 30_000);
    }
}
