//! Which picture belongs to which product, and drawing them all.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::catalogue::Product;
use super::kinds::KINDS;
use super::{DemoError, PICTURES, pictures};

/// Up to here each product has a picture of its own; beyond, products of one kind and colour share one.
const OWN_PICTURES: usize = 2_000;

/// What is drawn: kind, colour, variant.
type Motif = (usize, usize, u32);

/// The picture's path in the `image` column, relative to the database's folder.
pub fn path(product: &Product, products: usize) -> Option<String> {
    product.pictured.then(|| format!("{PICTURES}/{}", file_name(product, products)))
}

fn file_name(product: &Product, products: usize) -> String {
    if products <= OWN_PICTURES {
        format!("{}.png", product.id)
    } else {
        let (kind, colour, variant) = motif(product);
        format!("{}-{colour}-{variant}.png", KINDS[kind].name.replace(' ', "-"))
    }
}

fn motif(product: &Product) -> Motif {
    (product.kind, product.colour, product.variant)
}

/// Draws all pictures into a new folder, on all processors, and returns how many files there are.
///
/// # Errors
/// What the disk and the PNG encoder say.
pub fn draw(
    folder: &Path,
    products: &[Product],
    progress: &mut dyn FnMut(&str, u64),
) -> Result<u64, DemoError> {
    std::fs::create_dir(folder).map_err(|source| DemoError::Io { path: folder.to_owned(), source })?;
    let mut files = BTreeMap::<Motif, Vec<String>>::new();
    for product in products.iter().filter(|product| product.pictured) {
        let names = files.entry(motif(product)).or_default();
        let name = file_name(product, products.len());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let files: Vec<(Motif, Vec<String>)> = files.into_iter().collect();
    let mut done = 0;
    for batch in files.chunks(64) {
        batch.par_iter().try_for_each(|(motif, names)| paint(folder, *motif, names))?;
        done += batch.iter().map(|(_, names)| names.len() as u64).sum::<u64>();
        progress("pictures", done);
    }
    Ok(done)
}

fn paint(folder: &Path, (kind, colour, variant): Motif, names: &[String]) -> Result<(), DemoError> {
    let png = pictures::png(KINDS[kind].picture, colour, variant).map_err(DemoError::Picture)?;
    for name in names {
        let path = folder.join(name);
        std::fs::write(&path, &png).map_err(|source| DemoError::Io { path, source })?;
    }
    Ok(())
}
