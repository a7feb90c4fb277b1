use proptest::prelude::*;

use super::super::kmeans::{KMeans, KMeansParams};
use super::super::points::Points;
use super::super::silhouette::silhouette;
use super::super::{Column, LearnError, Personas, Table, Value};
use super::{Rng, close, on_threads};

/// 2,000 points around five centres, in four dimensions.
fn blobs() -> Vec<f32> {
    let mut rng = Rng(7);
    let mut values = Vec::new();
    for i in 0..2000 {
        for d in 0..4 {
            values.push((2.0 * f64::from(((i % 5) * (d + 1)) % 5) + rng.normal()) as f32);
        }
    }
    values
}

#[test]
fn inertia_is_within_a_hundredth_of_scikit_learns() {
    let values = blobs();
    let points = Points::new(&values, 4);
    // KMeans(k, n_init=10, random_state=0).inertia_
    for (k, theirs) in [(3, 23_914.44), (5, 7_953.71), (8, 7_024.38)] {
        let ours = KMeans::fit(points, KMeansParams::new(k)).inertia;
        assert!(ours <= theirs * 1.01, "k {k}: {ours} against {theirs}");
    }
}

#[test]
fn the_silhouette_is_scikit_learns() {
    let values = blobs();
    let points = Points::new(&values, 4);
    let labels: Vec<u32> = (0..2000).map(|i| i % 5).collect();
    // silhouette_score(X, arange(2000) % 5)
    close(silhouette(points, &labels).unwrap(), 0.604_166, 1e-5);
    assert_eq!(silhouette(points, &vec![0; 2000]), None);
}

#[test]
fn clusters_are_the_same_on_any_number_of_threads() {
    let mut rng = Rng(1);
    let values: Vec<f32> = (0..7_500).map(|_| rng.normal() as f32).collect();
    let [one, three] = on_threads(|| KMeans::fit(Points::new(&values, 3), KMeansParams::new(7)));
    assert_eq!(one, three);
}

proptest! {
    /// Whatever the points are: each is with its nearest centre, and each centre is the mean of its points.
    #[test]
    fn a_fit_stands_still(rows in prop::collection::vec([-9_i8..9, -9_i8..9], 1..60), k in 1_usize..6) {
        let values: Vec<f32> = rows.iter().flatten().map(|x| f32::from(*x)).collect();
        let points = Points::new(&values, 2);
        let params = KMeansParams { tolerance: 0.0, ..KMeansParams::new(k) };
        let fit = KMeans::fit(points, params);
        let far = |row: &[f32], centre: &[f64]| -> f64 {
            row.iter().zip(centre).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum()
        };
        prop_assert_eq!(fit.centres.len(), k.min(rows.len()));
        for (row, label) in points.rows().zip(&fit.labels) {
            let own = far(row, &fit.centres[*label as usize]);
            prop_assert!(fit.centres.iter().all(|c| far(row, c) >= own - 1e-4));
        }
        for (index, centre) in fit.centres.iter().enumerate() {
            let members: Vec<&[f32]> =
                points.rows().zip(&fit.labels).filter(|(_, l)| **l as usize == index).map(|(r, _)| r).collect();
            for (d, x) in centre.iter().enumerate().filter(|_| !members.is_empty()) {
                let mean = members.iter().map(|r| f64::from(r[d])).sum::<f64>() / members.len() as f64;
                prop_assert!((mean - x).abs() < 1e-4);
            }
        }
    }
}

/// Three kinds of customers: many small, some middling, a few large that have not been seen for long.
fn customers() -> (Table, Vec<f64>) {
    let mut rng = Rng(2);
    let (mut orders, mut spend, mut recency) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..600 {
        let (o, s, r) = match i % 6 {
            0..3 => (1.0, 100.0, 20.0),
            3 | 4 => (8.0, 900.0, 30.0),
            _ => (3.0, 9000.0, 300.0),
        };
        orders.push(o + rng.uniform());
        spend.push(s * (0.9 + 0.2 * rng.uniform()));
        recency.push(if i % 6 == 0 { f64::NAN } else { r * (0.9 + 0.2 * rng.uniform()) });
    }
    let names = ["orders", "spend", "recency"].map(str::to_owned).to_vec();
    let columns = vec![Column::Numbers(orders), Column::Numbers(spend.clone()), Column::Numbers(recency)];
    (Table { names, columns }, spend)
}

#[test]
fn personas_are_as_many_as_there_are_and_numbered_by_what_they_spend() {
    let (table, spend) = customers();
    let found = Personas::find(&table, &spend, 2, 6).unwrap();
    let sizes: Vec<usize> = found.groups.iter().map(|g| g.people).collect();
    assert_eq!(sizes, [300, 200, 100], "{:?}", found.silhouettes);
    assert_eq!(found.silhouettes.len(), 5);
    let apart: Vec<Vec<(&str, bool)>> = found
        .groups
        .iter()
        .map(|g| g.apart().map(|t| (t.feature.as_str(), t.away > 0.0)).collect())
        .collect();
    assert_eq!(apart[2][..2], [("spend", true), ("recency", true)]);
    assert!(apart[0].contains(&("orders", false)) && apart[1].contains(&("orders", true)), "{apart:?}");
}

#[test]
fn whoever_comes_later_belongs_to_the_nearest_persona() {
    let (table, spend) = customers();
    let found = Personas::find(&table, &spend, 3, 3).unwrap();
    assert_eq!(found.of(&[Value::Number(9.0), Value::Number(950.0), Value::Number(31.0)]), 2);
    assert_eq!(found.of(&[Value::Number(3.0), Value::Number(8000.0), Value::Number(250.0)]), 3);
    assert_eq!(found.of(&[Value::Number(1.0), Value::Number(90.0), Value::Missing]), 1);
}

#[test]
fn personas_keep_their_numbers_when_customers_come_in_another_order() {
    let (table, spend) = customers();
    let turned = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let columns = table.columns.iter().map(|c| match c {
        Column::Numbers(values) => Column::Numbers(turned(values)),
        Column::Words(_) => unreachable!(),
    });
    let other = Table { names: table.names.clone(), columns: columns.collect() };
    let one = Personas::find(&table, &spend, 3, 3).unwrap();
    let two = Personas::find(&other, &turned(&spend), 3, 3).unwrap();
    for at in 0..600 {
        assert_eq!(one.of(&table.row(at)), two.of(&table.row(at)));
    }
}

#[test]
fn more_groups_than_different_customers_is_an_error() {
    let table = Table {
        names: vec!["x".to_owned()],
        columns: vec![Column::Numbers(vec![1.0, 1.0, 1.0, 2.0, 2.0, 3.0])],
    };
    let found = Personas::find(&table, &[0.0; 6], 4, 4);
    assert_eq!(found.unwrap_err(), LearnError::TooManyClusters { k: 4, different: 3 });
    // Of a range, only what there are customers for is tried.
    let range = Personas::find(&table, &[0.0; 6], 2, 8).unwrap();
    assert_eq!(range.silhouettes.iter().map(|s| s.0).collect::<Vec<_>>(), [2, 3]);
    let same = Table { names: vec!["x".to_owned()], columns: vec![Column::Numbers(vec![5.0; 9])] };
    assert_eq!(Personas::find(&same, &[0.0; 9], 2, 3).unwrap_err(), LearnError::NoFeature);
}
