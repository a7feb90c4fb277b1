//! Random conditions on random shops: the SQL agrees with the plainest reading of the language.

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;

use super::fixture::{Data, Val, database, money, schema};
use super::generator::{About, Generator};
use super::naive::{Naive, Scope};
use crate::audience::{
    Cell, Indexes, Target, attributes, count, pairs, product_values, products, run, sample, segment,
};
use crate::check::schema::Schema;
use crate::check::typed::{Expr, Type};
use crate::data::Key;

struct Case {
    schema: Schema,
    data: Data,
    conn: Connection,
    as_of: Timestamp,
    indexes: Indexes,
}

impl Case {
    fn new(seed: u64) -> Self {
        let schema = schema();
        let as_of = ["2026-03-29T01:30:00Z", "2026-03-29T01:30:30.5Z"][usize::from(seed.is_multiple_of(5))];
        let as_of: Timestamp = as_of.parse().unwrap();
        let data = Generator::new(seed, &schema, as_of, About::Customer).data();
        let indexed = seed.is_multiple_of(2);
        let conn = database(&schema, &data, indexed);
        let indexes = if indexed { Indexes::read(&conn, &schema, true).unwrap() } else { Indexes::default() };
        Self { schema, data, conn, as_of, indexes }
    }

    fn target(&self) -> Target<'_> {
        Target::new(&self.schema, self.as_of).with_records(true).with_indexes(self.indexes.clone())
    }

    fn generator(&self, seed: u64, about: About) -> Generator<'_> {
        Generator::new(seed.wrapping_add(1), &self.schema, self.as_of, about)
    }

    fn naive(&self) -> Naive<'_> {
        Naive { schema: &self.schema, data: &self.data, as_of: self.as_of }
    }

    fn ids(&self, table: &str) -> Vec<i64> {
        self.data.tables[table]
            .iter()
            .map(|r| if let Val::Number(n) = r["id"] { n as i64 } else { 0 })
            .collect()
    }
}

fn scope(customer: Option<i64>, product: Option<i64>) -> Scope {
    let val = |id: Option<i64>| id.map(|id| Val::Number(id as f64));
    Scope { customer: val(customer), product: val(product), this: None }
}

fn same(cell: &Cell, val: &Val) -> bool {
    match (cell, val) {
        (Cell::Missing, Val::Missing) => true,
        (Cell::YesNo(a), Val::YesNo(b)) => a == b,
        (Cell::Whole(a), Val::Number(b)) => close(*a as f64, *b),
        (Cell::Number(a), Val::Number(b)) => close(*a, *b),
        (Cell::Money(a), Val::Number(b)) => close(a.minor as f64, *b),
        (Cell::Instant(a), Val::Number(b)) => close(a.as_second() as f64, *b),
        (Cell::Text(a), Val::Text(b)) => a == b,
        (Cell::Date(a), Val::Text(b)) => a.to_string() == *b,
        _ => false,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

const TYPES: [Type; 6] = [Type::YesNo, Type::Number, Type::Text, Type::Instant, Type::Date, Type::Duration];

const CASES: u32 = 400;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn segments_are_those_whose_condition_is_true(seed in any::<u64>()) {
        let case = Case::new(seed);
        let condition = case.generator(seed, About::Customer).condition(4);
        let statement = segment(&case.target(), &condition).unwrap();
        let found = run::select(&case.conn, &statement)
            .map_err(|e| TestCaseError::fail(format!("{e}\n{}\n{condition:?}", statement.sql)))?;
        let expected: Vec<Key> = case.ids("customers").into_iter()
            .filter(|id| case.naive().is_true(&scope(Some(*id), None), &condition))
            .map(Key::Int).collect();
        prop_assert_eq!(&found, &expected, "{}\n{:?}\n{:?}", statement.sql, condition, case.data);
        let counted = run::count(&case.conn, &count(&case.target(), &condition).unwrap()).unwrap();
        prop_assert_eq!(counted, expected.len() as u64);
        let sampled = run::select(&case.conn, &sample(&case.target(), &condition, 2).unwrap()).unwrap();
        prop_assert_eq!(sampled.len(), expected.len().min(2));
        prop_assert!(sampled.iter().all(|id| expected.contains(id)));
    }

    #[test]
    fn attributes_have_the_values_that_the_language_says(seed in any::<u64>()) {
        let case = Case::new(seed);
        let mut generator = case.generator(seed, About::Customer);
        let list: Vec<(String, Expr)> = (0..4).map(|i| {
            let ty = if i == 3 { money() } else { TYPES[(seed as usize / 7 + i) % TYPES.len()] };
            (format!("a{i}"), generator.expr(ty, 3))
        }).collect();
        let types: Vec<Type> = list.iter().map(|(_, e)| e.ty).collect();
        let chunk = [Key::Int(4), Key::Int(2), Key::Int(77), Key::Int(1)];
        let statement = attributes(&case.target(), &list).unwrap();
        let rows = run::table(&case.conn, &statement.for_chunk(&chunk), &types)
            .map_err(|e| TestCaseError::fail(format!("{e}\n{}\n{list:?}", statement.sql)))?;
        prop_assert_eq!(rows.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), [1, 2, 4].map(Key::Int));
        for (id, cells) in rows {
            let Key::Int(id) = id else { unreachable!() };
            for (cell, (_, expr)) in cells.iter().zip(&list) {
                let expected = case.naive().value(&scope(Some(id), None), expr);
                prop_assert!(same(cell, &expected), "{id}: {cell:?}, not {expected:?}\n{}\n{expr:?}\n{:?}",
                    statement.sql, case.data);
            }
        }
    }

    #[test]
    fn product_filters_and_values_agree_too(seed in any::<u64>()) {
        let case = Case::new(seed);
        let mut generator = case.generator(seed, About::Product);
        let (condition, value) = (generator.condition(4), generator.expr(Type::Number, 3));
        let statement = products(&case.target(), &condition).unwrap();
        let found = run::select(&case.conn, &statement)
            .map_err(|e| TestCaseError::fail(format!("{e}\n{}\n{condition:?}", statement.sql)))?;
        let expected: Vec<i64> = case.ids("products").into_iter()
            .filter(|id| case.naive().is_true(&scope(None, Some(*id)), &condition)).collect();
        prop_assert_eq!(&found, &expected.iter().map(|id| Key::Int(*id)).collect::<Vec<_>>(),
            "{}\n{:?}\n{:?}", statement.sql, condition, case.data);
        let list = [("v".to_owned(), value.clone())];
        let statement = product_values(&case.target(), Some(&condition), &list).unwrap();
        let rows = run::table(&case.conn, &statement, &[Type::Number]).unwrap();
        prop_assert_eq!(rows.len(), expected.len());
        for ((_, cells), id) in rows.iter().zip(&expected) {
            let expected = case.naive().value(&scope(None, Some(*id)), &value);
            prop_assert!(same(&cells[0], &expected), "{cells:?}, not {expected:?}\n{}\n{value:?}", statement.sql);
        }
    }

    #[test]
    fn pairs_are_those_whose_condition_is_true(seed in any::<u64>()) {
        let case = Case::new(seed);
        let condition = case.generator(seed, About::Pair).condition(4);
        let statement = pairs(&case.target(), &condition).unwrap();
        let chunk = [Key::Int(1), Key::Int(3), Key::Int(99)];
        let found = run::pairs(&case.conn, &statement.for_chunk(&chunk))
            .map_err(|e| TestCaseError::fail(format!("{e}\n{}\n{condition:?}", statement.sql)))?;
        let mut expected = Vec::new();
        for customer in [1, 3] {
            for product in case.ids("products") {
                if case.naive().is_true(&scope(Some(customer), Some(product)), &condition) {
                    expected.push((Key::Int(customer), Key::Int(product)));
                }
            }
        }
        prop_assert_eq!(found, expected, "{}\n{:?}\n{:?}", statement.sql, condition, case.data);
    }
}
