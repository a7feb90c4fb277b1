//! The demo shop: Aurora sells electronics, sportswear and things for the home in China and Singapore.
//!
//! Everything follows from a seed. Customers have hidden tastes (`taste`), from which come visits (`history`) and
//! orders (`checkout`), so that a recommender has something to find. Each customer draws from a stream of their
//! own, so the first customers are the same people however many there are.

mod brands;
mod calendar;
mod catalogue;
mod checkout;
mod draw;
mod error;
mod gallery;
mod history;
mod kinds;
mod names;
mod people;
mod pictures;
mod publish;
mod shelves;
mod store;
mod talk;
mod taste;
#[cfg(test)]
mod tests;
mod titles;

use std::path::Path;

pub use error::DemoError;

use calendar::Calendar;
use history::{Walk, World};
use publish::{add_pictures, is_this_shop, publish};
use shelves::Shelves;
use store::Writer;
use taste::Taste;

/// The fixed end of the data: nothing in it happened at or after this instant, midnight in Shanghai.
pub const END: &str = "2026-11-20T00:00:00+08:00";

/// The folder beside the database that holds the product pictures; `products.image` is relative to the database's.
pub const PICTURES: &str = "pictures";

/// How much to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOptions {
    /// Customers, at least 1.
    pub customers: u32,
    /// Products, at least 80.
    pub products: u32,
    /// Views, carts and order lines together, to within some ten per cent.
    pub events: u64,
    /// The same seed makes the same shop.
    pub seed: u64,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { customers: 5_000, products: 640, events: 150_000, seed: 17 }
    }
}

/// What was generated: rows by table, and pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "one number a table")]
pub struct DemoSummary {
    pub customers: u64,
    pub products: u64,
    pub orders: u64,
    pub purchases: u64,
    pub views: u64,
    pub carts: u64,
    pub reviews: u64,
    pub app_sessions: u64,
    pub chats: u64,
    /// Picture files.
    pub pictures: u64,
}

impl DemoSummary {
    /// Views, carts and order lines together.
    pub fn events(&self) -> u64 {
        self.views + self.carts + self.purchases
    }
}

/// Generates the demo shop as a SQLite file, with the product pictures in a folder [`PICTURES`] beside it.
///
/// All is made in a temporary folder beside the target and moved at the end, so that a failure leaves nothing. What is there
/// already stays: pictures that are the same, or this very shop, to which the pictures that are missing are added.
/// `progress` is told the stage (`products`, `customers`, `indexes`, `pictures`) and how many are done.
///
/// # Errors
/// [`DemoError::Exists`] if another database or another picture of a name is there (nothing is overwritten), or all of it is,
/// [`DemoError::Options`] for a shop that can't be, and what the disk, SQLite and the PNG encoder say.
pub fn generate(
    path: &Path,
    options: &DemoOptions,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<DemoSummary, DemoError> {
    if options.customers == 0 || options.products < catalogue::FEWEST {
        return Err(DemoError::Options { fewest: catalogue::FEWEST });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let pictures = folder.join(PICTURES);
    let products = catalogue::products(options.seed, options.products);
    let there = path.symlink_metadata().is_ok();
    let exists = || DemoError::Exists { path: path.to_owned() };
    if there && !is_this_shop(path, &products, options.customers) {
        return Err(exists());
    }
    let io = |source| DemoError::Io { path: folder.to_owned(), source };
    let workshop = tempfile::Builder::new().prefix(".herald-demo-").tempdir_in(folder).map_err(io)?;
    let drawn = workshop.path().join(PICTURES);
    if there {
        let summary =
            DemoSummary { pictures: gallery::draw(&drawn, &products, progress)?, ..DemoSummary::default() };
        return if add_pictures(&drawn, &pictures)?.is_nothing() { Err(exists()) } else { Ok(summary) };
    }
    let database = workshop.path().join("shop.db");
    let mut summary = fill(&database, options, &products, progress)?;
    summary.pictures = gallery::draw(&drawn, &products, progress)?;
    publish(&database, path, &drawn, &pictures)?;
    Ok(summary)
}

/// Writes the database.
fn fill(
    database: &Path,
    options: &DemoOptions,
    products: &[catalogue::Product],
    progress: &mut dyn FnMut(&str, u64),
) -> Result<DemoSummary, DemoError> {
    let connection = store::create(database)?;
    let mut writer = Writer::new(&connection)?;
    for product in products {
        writer.product(product, gallery::path(product, products.len()).as_deref())?;
    }
    progress("products", products.len() as u64);
    let world = World {
        seed: options.seed,
        calendar: Calendar::new(),
        shelves: Shelves::new(products),
        visits: World::visits(options.events, options.customers),
    };
    for id in 1..=i64::from(options.customers) {
        let person = people::person(options.seed, id);
        let taste = Taste::of(options.seed, &person);
        writer.customer(&person)?;
        Walk::new(&world, &mut writer, &person, &taste).write()?;
        if id % 1_000 == 0 || id == i64::from(options.customers) {
            progress("customers", id as u64);
        }
    }
    let summary = writer.close()?;
    store::finish(&connection, progress)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(summary)
}
