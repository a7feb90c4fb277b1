//! The shop's products in memory: dense indexes in the order of their ids, and their columns.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::datum::Datum;
use super::error::RunError;
use super::shop::Shop;
use super::store::{Name, Store};
use crate::check::typed::{Expr, Row};
use crate::data::Key;
use crate::recommend::NO_GROUP;

/// All products.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Ids, ascending; a product's index is its place here.
    pub ids: Vec<Key>,
    index: HashMap<Key, u32>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// For each product its values, in the columns' order.
    pub rows: Vec<Vec<Datum>>,
}

impl Catalogue {
    /// Reads the products of a shop; empty where the shop has no products.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read(shop: &Shop) -> Result<Self, RunError> {
        let Some(relation) = shop.schema().relation("products") else { return Ok(Self::default()) };
        let columns: Vec<(String, Expr)> = relation
            .columns
            .iter()
            .map(|c| (c.name.clone(), Expr::column(Row::Product, &c.name, c.ty)))
            .collect();
        let table = shop.products(&columns)?;
        let (ids, rows): (Vec<Key>, Vec<Vec<Datum>>) = table.into_iter().unzip();
        let index = ids.iter().cloned().zip(0..).collect();
        Ok(Self { ids, index, columns: columns.into_iter().map(|c| c.0).collect(), rows })
    }

    /// The products of the data of that fingerprint, read only if they are not in memory.
    ///
    /// # Errors
    /// SQLite's.
    pub fn stored(shop: &Shop, data: &str, store: &Store) -> Result<Arc<Self>, RunError> {
        let schema = shop.schema();
        let shape = format!("{:?}", schema.relation("products"));
        let name = Name::of(
            "catalogue",
            &[schema.database.to_string_lossy().as_bytes(), shape.as_bytes(), data.as_bytes()],
        );
        store.remember(name, || Self::read(shop))
    }

    /// How many products there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// A product's index.
    pub fn index(&self, id: &Key) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// One column's value of a product.
    pub fn value(&self, product: u32, column: &str) -> Option<&Datum> {
        let column = self.columns.iter().position(|c| c == column)?;
        self.rows.get(product as usize)?.get(column)
    }

    /// The products' values of a column as numbers of groups, and the groups by their values; a product without a
    /// value is in no group.
    pub fn groups(&self, column: &str) -> Vec<u32> {
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        (0..self.len() as u32)
            .map(|product| match self.value(product, column) {
                None | Some(Datum::Missing) => NO_GROUP,
                Some(value) => {
                    let next = numbers.len() as u32;
                    *numbers.entry(format!("{value:?}")).or_insert(next)
                }
            })
            .collect()
    }
}
