//! K-means: Lloyd's iterations with Hamerly's bounds (2010), which spare most distances and change no result, from
//! greedy k-means++ beginnings; the best of several.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::block::{Rows, nearest};
use super::points::{CHUNK, Points, squared};
use super::seeding::plus_plus;

/// How k-means is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KMeansParams {
    /// How many clusters.
    pub k: usize,
    /// How many beginnings are tried.
    pub restarts: usize,
    /// At most so many iterations from each.
    pub iterations: usize,
    /// The centres stand still when they move less than this share of the data's mean variance, squared and summed.
    pub tolerance: f64,
    /// Where the beginnings come from.
    pub seed: u64,
}

impl KMeansParams {
    /// The usual settings for `k` clusters.
    pub fn new(k: usize) -> Self {
        Self { k, restarts: 10, iterations: 300, tolerance: 1e-4, seed: 0x5eed }
    }
}

/// Clusters found in points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeans {
    /// The centres.
    pub centres: Vec<Vec<f64>>,
    /// The cluster of each point.
    pub labels: Vec<u32>,
    /// The sum of squares of the distances to the centres.
    pub inertia: f64,
    /// How many iterations the best beginning took.
    pub iterations: usize,
}

impl KMeans {
    /// Finds `k` clusters; fewer where there are fewer different points. The same points give the same clusters on any
    /// number of threads.
    pub fn fit(points: Points<'_>, params: KMeansParams) -> Self {
        let k = params.k.min(points.len());
        if k == 0 {
            return Self { centres: Vec::new(), labels: Vec::new(), inertia: 0.0, iterations: 0 };
        }
        let mean_variance = mean_variance(points);
        let mut best: Option<Self> = None;
        for restart in 0..params.restarts.max(1) {
            let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
            rng.set_stream(restart as u64);
            let chosen = plus_plus(points, k, &mut rng);
            let centres = chosen.into_iter().map(|at| widened(points.row(at))).collect();
            let found = Lloyd::new(points, centres).run(params.iterations, params.tolerance * mean_variance);
            if best.as_ref().is_none_or(|b| found.inertia < b.inertia) {
                best = Some(found);
            }
        }
        best.unwrap_or(Self { centres: Vec::new(), labels: Vec::new(), inertia: 0.0, iterations: 0 })
    }
}

fn widened(row: &[f32]) -> Vec<f64> {
    row.iter().map(|x| f64::from(*x)).collect()
}

fn mean_variance(points: Points<'_>) -> f64 {
    let (n, width) = (points.len() as f64, points.width());
    let mut moments = vec![(0.0, 0.0); width];
    for row in points.rows() {
        for (moment, x) in moments.iter_mut().zip(row) {
            moment.0 += f64::from(*x);
            moment.1 += f64::from(*x) * f64::from(*x);
        }
    }
    moments.iter().map(|(sum, squares)| (squares / n - (sum / n) * (sum / n)).max(0.0)).sum::<f64>()
        / width as f64
}

/// What is known of a point between two iterations.
#[derive(Debug, Clone, Copy)]
struct Bound {
    label: u32,
    /// Its centre is no farther.
    upper: f32,
    /// Every other centre is at least so far.
    lower: f32,
}

/// What one chunk of points adds to the sums of the clusters: only what moved.
struct Moved {
    sums: Vec<f64>,
    counts: Vec<i64>,
    any: bool,
}

struct Lloyd<'a> {
    points: Points<'a>,
    centres: Vec<Vec<f64>>,
    bounds: Vec<Bound>,
    sums: Vec<f64>,
    counts: Vec<i64>,
}

impl<'a> Lloyd<'a> {
    fn new(points: Points<'a>, centres: Vec<Vec<f64>>) -> Self {
        let (k, width) = (centres.len(), points.width());
        let unknown = Bound { label: u32::MAX, upper: f32::INFINITY, lower: 0.0 };
        Self {
            points,
            centres,
            bounds: vec![unknown; points.len()],
            sums: vec![0.0; k * width],
            counts: vec![0; k],
        }
    }

    fn run(mut self, at_most: usize, tolerance: f64) -> KMeans {
        let mut iterations = 0;
        while iterations < at_most {
            iterations += 1;
            let moved = self.assign();
            self.fill_empty();
            let shift = self.move_centres();
            if !moved || shift <= tolerance {
                break;
            }
        }
        self.finish(iterations)
    }

    /// Gives every point its nearest centre; whether any changed.
    fn assign(&mut self) -> bool {
        let (k, width) = (self.centres.len(), self.points.width());
        let rows = Rows::of(&self.centres);
        let half = half_gaps(&rows);
        let chunks: Vec<Moved> = self
            .bounds
            .par_chunks_mut(CHUNK)
            .zip(self.points.par_chunks())
            .map(|(bounds, points)| {
                let mut moved = Moved { sums: vec![0.0; k * width], counts: vec![0; k], any: false };
                let unsure = unsure(bounds, points, &rows, &half);
                nearest(points, &unsure, &rows, |at, found| {
                    let bound = &mut bounds[at as usize];
                    let before = bound.label;
                    *bound = Bound {
                        label: found.centre,
                        upper: found.squared.sqrt(),
                        lower: found.second.sqrt(),
                    };
                    if found.centre != before {
                        moved.change(points.row(at as usize), before, found.centre);
                    }
                });
                moved
            })
            .collect();
        let mut any = false;
        for chunk in chunks.iter().filter(|c| c.any) {
            any = true;
            self.sums.iter_mut().zip(&chunk.sums).for_each(|(all, part)| *all += part);
            self.counts.iter_mut().zip(&chunk.counts).for_each(|(all, part)| *all += part);
        }
        any
    }

    /// A cluster without points gets the point that is farthest from its own centre.
    fn fill_empty(&mut self) {
        let empty: Vec<usize> = (0..self.counts.len()).filter(|&c| self.counts[c] == 0).collect();
        if empty.is_empty() {
            return;
        }
        let mut far: Vec<(f32, usize)> = (0..self.points.len())
            .map(|at| {
                let centre: Vec<f32> =
                    self.centres[self.bounds[at].label as usize].iter().map(|x| *x as f32).collect();
                (squared(self.points.row(at), &centre), at)
            })
            .collect();
        far.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut candidates = far.into_iter();
        for cluster in empty {
            let Some((_, at)) = candidates
                .by_ref()
                .find(|(far, at)| *far > 0.0 && self.counts[self.bounds[*at].label as usize] > 1)
            else {
                return;
            };
            let from = self.bounds[at].label as usize;
            let width = self.points.width();
            for (d, x) in self.points.row(at).iter().enumerate() {
                self.sums[from * width + d] -= f64::from(*x);
                self.sums[cluster * width + d] = f64::from(*x);
            }
            self.counts[from] -= 1;
            self.counts[cluster] = 1;
            self.bounds[at] = Bound { label: cluster as u32, upper: f32::INFINITY, lower: 0.0 };
        }
    }

    /// Moves each centre to the mean of its points and the bounds along; the sum of the squares of the ways.
    fn move_centres(&mut self) -> f64 {
        let width = self.points.width();
        let mut ways = Vec::with_capacity(self.centres.len());
        for ((centre, sums), count) in
            self.centres.iter_mut().zip(self.sums.chunks_exact(width)).zip(&self.counts)
        {
            let mut way = 0.0;
            if *count > 0 {
                for (x, sum) in centre.iter_mut().zip(sums) {
                    let mean = sum / *count as f64;
                    way += (mean - *x) * (mean - *x);
                    *x = mean;
                }
            }
            ways.push(way);
        }
        // A little more than the way, so that rounding never makes a bound too tight.
        let steps: Vec<f32> = ways.iter().map(|way| (way.sqrt() * 1.000_001) as f32).collect();
        let farthest = steps.iter().copied().fold(0.0, f32::max);
        self.bounds.par_iter_mut().with_min_len(CHUNK).for_each(|bound| {
            bound.upper += steps[bound.label as usize];
            bound.lower -= farthest;
        });
        ways.iter().sum()
    }

    fn finish(self, iterations: usize) -> KMeans {
        let rows = Rows::of(&self.centres);
        let parts: Vec<(Vec<u32>, f64)> = self
            .points
            .par_chunks()
            .map(|points| {
                let mut inertia = 0.0;
                let which: Vec<u32> = (0..points.len() as u32).collect();
                let mut labels = Vec::with_capacity(which.len());
                nearest(points, &which, &rows, |_, found| {
                    inertia += f64::from(found.squared);
                    labels.push(found.centre);
                });
                (labels, inertia)
            })
            .collect();
        let inertia = parts.iter().map(|p| p.1).sum();
        let labels = parts.into_iter().flat_map(|p| p.0).collect();
        KMeans { centres: self.centres, labels, inertia, iterations }
    }
}

impl Moved {
    fn change(&mut self, row: &[f32], from: u32, to: u32) {
        self.any = true;
        let width = row.len();
        let mut add = |cluster: u32, sign: f64| {
            let start = cluster as usize * width;
            for (sum, x) in self.sums[start..start + width].iter_mut().zip(row) {
                *sum += sign * f64::from(*x);
            }
        };
        add(to, 1.0);
        self.counts[to as usize] += 1;
        if from != u32::MAX {
            add(from, -1.0);
            self.counts[from as usize] -= 1;
        }
    }
}

/// The points that may have come nearer to another centre, by their bounds; tightens the bounds on the way.
fn unsure(bounds: &mut [Bound], points: Points<'_>, rows: &Rows, half: &[f32]) -> Vec<u32> {
    let mut found = Vec::new();
    for (at, bound) in bounds.iter_mut().enumerate() {
        if bound.label != u32::MAX {
            let safe = bound.lower.max(half[bound.label as usize]);
            if bound.upper <= safe {
                continue;
            }
            bound.upper = squared(points.row(at), rows.row(bound.label as usize)).sqrt();
            if bound.upper <= safe {
                continue;
            }
        }
        found.push(at as u32);
    }
    found
}

/// Half the distance of each centre to its nearest neighbour: a point nearer than that is nowhere else at home.
fn half_gaps(rows: &Rows) -> Vec<f32> {
    rows.iter()
        .enumerate()
        .map(|(a, row)| {
            let others = rows.iter().enumerate().filter(|(b, _)| *b != a);
            let nearest = others.map(|(_, other)| squared(row, other)).fold(f32::INFINITY, f32::min);
            // Rounding must not make it too large.
            nearest.sqrt() * 0.499_999
        })
        .collect()
}
