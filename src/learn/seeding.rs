//! Where k-means begins: centres drawn far from each other (Arthur & Vassilvitskii 2007), each the best of a few tries.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::block::{Rows, all};
use super::points::{CHUNK, Points};

/// Draws `k` rows. A row is drawn with a chance in proportion to the square of its distance to what was drawn before;
/// of `2 + ln k` such draws the one is taken that leaves the least sum of squares.
pub(super) fn plus_plus(points: Points<'_>, k: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = points.len();
    let tries = 2 + (k as f64).ln() as usize;
    let mut chosen = vec![rng.random_range(0..n)];
    let mut closest = vec![f32::INFINITY; n];
    let mut sums = keep(points, &chosen[..1], &mut closest);
    while chosen.len() < k {
        let total: f64 = sums.iter().sum();
        let candidates: Vec<usize> =
            (0..tries).map(|_| draw(&closest, &sums, rng.random::<f64>() * total)).collect();
        let best = best(points, &candidates, &closest);
        chosen.push(candidates[best]);
        sums = keep(points, &candidates[best..=best], &mut closest);
    }
    chosen
}

/// Which of the candidates leaves the least sum of squares; of equals the first.
fn best(points: Points<'_>, candidates: &[usize], closest: &[f32]) -> usize {
    let rows = Rows::some(points, candidates);
    let parts: Vec<Vec<f64>> = points
        .par_chunks()
        .zip(closest.par_chunks(CHUNK))
        .map(|(points, closest)| {
            let mut left = vec![0.0; candidates.len()];
            all(points, &rows, |at, candidate, square| {
                left[candidate] += f64::from(square.min(closest[at]));
            });
            left
        })
        .collect();
    let left = |candidate: usize| parts.iter().map(|part| part[candidate]).sum::<f64>();
    (0..candidates.len()).min_by(|a, b| left(*a).total_cmp(&left(*b))).unwrap_or(0)
}

/// Takes a row into account: the squares of the distances to what is nearest, and their sums by chunk.
fn keep(points: Points<'_>, row: &[usize], closest: &mut [f32]) -> Vec<f64> {
    let row = Rows::some(points, row);
    closest
        .par_chunks_mut(CHUNK)
        .zip(points.par_chunks())
        .map(|(closest, points)| {
            all(points, &row, |at, _, square| closest[at] = closest[at].min(square));
            closest.iter().map(|square| f64::from(*square)).sum()
        })
        .collect()
}

/// The row at which the running sum of squares passes `at`.
fn draw(closest: &[f32], sums: &[f64], mut at: f64) -> usize {
    let mut chunk = 0;
    while chunk + 1 < sums.len() && at >= sums[chunk] {
        at -= sums[chunk];
        chunk += 1;
    }
    let start = chunk * CHUNK;
    let rows = &closest[start..(start + CHUNK).min(closest.len())];
    let mut last = start;
    for (index, distance) in rows.iter().enumerate() {
        if *distance > 0.0 {
            last = start + index;
            at -= f64::from(*distance);
            if at < 0.0 {
                break;
            }
        }
    }
    last
}
