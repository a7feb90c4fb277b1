//! The shop's products in memory: dense indexes in the order of their ids, and their columns.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::datum::Datum;
use super::error::RunError;
use super::shop::Shop;
use super::store::{Name, Store};
use crate::check::typed::{Expr, Row};
use crate::data::Key;
use crate::recommend::{Field, NO_GROUP, Weighted};

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

    /// A product's values of some columns, to be compared with other products': text by its words, and as a kind where
    /// several products have the same; numbers, amounts and dates as numbers; yes or no as kinds. Columns that the
    /// catalogue has not are left out.
    pub fn fields(&self, columns: &[(f64, String)]) -> Vec<Weighted> {
        let mut fields = Vec::new();
        for (weight, column) in columns {
            let Some(column) = self.columns.iter().position(|c| c == column) else { continue };
            let weight = *weight as f32;
            fields.extend(self.field(column).into_iter().map(|field| Weighted { weight, field }));
        }
        fields
    }

    fn field(&self, column: usize) -> Vec<Field> {
        let values = || self.rows.iter().map(|row| &row[column]);
        let number = |value: &Datum| match value {
            Datum::Whole(n) => *n as f64,
            Datum::Number(n) => *n,
            Datum::Money(money) => money.minor as f64,
            Datum::Text(text) => text.parse::<Timestamp>().map_or(f64::NAN, |at| at.as_second() as f64),
            _ => f64::NAN,
        };
        if values().any(|v| number(v).is_finite()) {
            return vec![Field::Number(values().map(number).collect())];
        }
        let texts: Vec<String> = values()
            .map(|value| match value {
                Datum::Text(text) => text.clone(),
                Datum::YesNo(yes) => yes.to_string(),
                _ => String::new(),
            })
            .collect();
        let different = texts.iter().filter(|t| !t.is_empty()).collect::<HashSet<_>>().len();
        let filled = texts.iter().filter(|t| !t.is_empty()).count();
        let kinds = (2 * different <= filled).then(|| Field::Kind(texts.clone()));
        kinds.into_iter().chain([Field::Text(texts)]).collect()
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
