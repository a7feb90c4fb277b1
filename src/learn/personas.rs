//! People who behave alike: k-means over features on a common scale, with the number of groups by the silhouette, the
//! groups in an order that means something, and what sets each apart.

use std::collections::HashSet;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::error::LearnError;
use super::kmeans::{KMeans, KMeansParams};
use super::points::Points;
use super::silhouette::silhouette;
use super::table::{Column, Encoding, Table, Value};

/// The number of groups is chosen on at most so many people.
const ENOUGH: usize = 20_000;

/// Silhouettes are measured on at most so many people, since they compare each with each.
const COMPARED: usize = 3_000;

/// From so many deviations away from everybody's mean on, something sets a group apart.
const APART: f64 = 0.4;

/// How a group differs in one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// The feature.
    pub feature: String,
    /// How many deviations the group's mean is above everybody's, on the common scale.
    pub away: f64,
    /// The group's mean, as it is in the data; of those of whom it is known.
    pub mean: f64,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Persona {
    /// How many people were in it when it was found.
    pub people: usize,
    /// Every feature, the one first that sets the group apart most.
    pub traits: Vec<Trait>,
}

impl Persona {
    /// What sets the group apart, three things at most.
    pub fn apart(&self) -> impl Iterator<Item = &Trait> {
        self.traits.iter().filter(|t| t.away.abs() >= APART).take(3)
    }
}

/// Groups that new people can be told to belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Personas {
    encoding: Encoding,
    centres: Vec<Vec<f64>>,
    /// The groups in their order: persona 1 first.
    pub groups: Vec<Persona>,
    /// For each number of groups that was tried, its silhouette.
    pub silhouettes: Vec<(usize, f64)>,
    /// The sum of squares that is left.
    pub inertia: f64,
    /// Features that are not used, and why.
    pub left_out: Vec<(String, String)>,
}

impl Personas {
    /// Finds between `least` and `most` groups. `order` has a number for each person: the group with the smallest mean
    /// of it is persona 1.
    ///
    /// # Errors
    /// No feature that differs, or fewer different people than groups asked for.
    pub fn find(features: &Table, order: &[f64], least: usize, most: usize) -> Result<Self, LearnError> {
        let encoding = Encoding::fit(features, false);
        let matrix = encoding.matrix(features);
        let width = matrix.ncols();
        if width == 0 {
            return Err(LearnError::NoFeature);
        }
        let values: Vec<f32> = matrix.iter().map(|x| *x as f32).collect();
        let points = Points::new(&values, width);
        let different = different(points, most);
        if different < least {
            return Err(LearnError::TooManyClusters { k: least, different });
        }
        let silhouettes = silhouettes(points, least.max(2), most.min(different));
        // Of equally good numbers the smallest.
        let best = silhouettes.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let k = if least == most { least } else { best.map_or(least, |b| b.0) };
        let found = KMeans::fit(points, KMeansParams::new(k));
        let places = places(&found, order);
        let centres = places.iter().map(|c| found.centres[*c].clone()).collect();
        let groups = places.iter().map(|c| persona(features, &encoding, &found, *c as u32)).collect();
        let left_out = encoding.left_out().map(|(n, why)| (n.to_owned(), why.to_owned())).collect();
        Ok(Self { encoding, centres, groups, silhouettes, inertia: found.inertia, left_out })
    }

    /// The persona of a row, 1 for the first.
    pub fn of(&self, row: &[Value<'_>]) -> usize {
        let row = self.encoding.row(row);
        let distance = |c: &Vec<f64>| c.iter().zip(&row).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let nearest = self
            .centres
            .iter()
            .enumerate()
            .map(|(at, c)| (distance(c), at))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        nearest.map_or(0, |n| n.1) + 1
    }
}

/// How many different points there are; counting stops at `enough`.
fn different(points: Points<'_>, enough: usize) -> usize {
    let mut seen: HashSet<Vec<u32>> = HashSet::new();
    for row in points.rows() {
        seen.insert(row.iter().map(|x| x.to_bits()).collect());
        if seen.len() >= enough {
            break;
        }
    }
    seen.len()
}

fn silhouettes(points: Points<'_>, least: usize, most: usize) -> Vec<(usize, f64)> {
    let (looked_at, width) = sample(points, ENOUGH);
    let looked_at = Points::new(&looked_at, width);
    let (compared, _) = sample(looked_at, COMPARED);
    let compared = Points::new(&compared, width);
    (least..=most)
        .filter_map(|k| {
            let found = KMeans::fit(looked_at, KMeansParams::new(k));
            let labels: Vec<u32> = compared.rows().map(|row| nearest(&found.centres, row)).collect();
            silhouette(compared, &labels).map(|s| (k, s))
        })
        .collect()
}

fn nearest(centres: &[Vec<f64>], row: &[f32]) -> u32 {
    let distance = |c: &Vec<f64>| c.iter().zip(row).map(|(a, b)| (a - f64::from(*b)).powi(2)).sum::<f64>();
    let near = centres.iter().map(distance).zip(0..).min_by(|a, b| a.0.total_cmp(&b.0));
    near.map_or(0, |n| n.1)
}

/// At most so many of the points, drawn once and for all, in their order.
fn sample(points: Points<'_>, size: usize) -> (Vec<f32>, usize) {
    let mut at: Vec<usize> = (0..points.len()).collect();
    if at.len() > size {
        at.shuffle(&mut ChaCha8Rng::seed_from_u64(0x5a3f));
        at.truncate(size);
        at.sort_unstable();
    }
    (at.into_iter().flat_map(|i| points.row(i).iter().copied()).collect(), points.width())
}

/// The clusters in the order of the means of `order`; where that is equal or not known, by their centres.
fn places(found: &KMeans, order: &[f64]) -> Vec<usize> {
    let mut sums = vec![(0.0, 0.0); found.centres.len()];
    for (label, x) in found.labels.iter().zip(order) {
        if x.is_finite() {
            sums[*label as usize].0 += x;
            sums[*label as usize].1 += 1.0;
        }
    }
    let means: Vec<f64> =
        sums.iter().map(|(sum, n)| if *n > 0.0 { sum / n } else { f64::NEG_INFINITY }).collect();
    let mut places: Vec<usize> = (0..means.len()).collect();
    let by_centre = |a: &usize, b: &usize| {
        let pairs = found.centres[*a].iter().zip(&found.centres[*b]);
        pairs.map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(a.cmp(b))
    };
    places.sort_by(|a, b| means[*a].total_cmp(&means[*b]).then_with(|| by_centre(a, b)));
    places
}

/// What a cluster is like: each feature's mean, away from everybody's.
fn persona(features: &Table, encoding: &Encoding, found: &KMeans, cluster: u32) -> Persona {
    let members: Vec<usize> = (0..found.labels.len()).filter(|i| found.labels[*i] == cluster).collect();
    let mut traits: Vec<Trait> = Vec::new();
    for ((name, how), column) in encoding.features.iter().zip(&features.columns) {
        let (super::table::How::Number(scale, _), Column::Numbers(values)) = (how, column) else { continue };
        let known: Vec<f64> = members.iter().map(|i| values[*i]).filter(|x| x.is_finite()).collect();
        if known.is_empty() {
            continue;
        }
        let n = known.len() as f64;
        let away = known.iter().map(|x| scale.apply(*x)).sum::<f64>() / n;
        traits.push(Trait { feature: name.clone(), away, mean: known.iter().sum::<f64>() / n });
    }
    traits.sort_by(|a, b| b.away.abs().total_cmp(&a.away.abs()));
    Persona { people: members.len(), traits }
}
