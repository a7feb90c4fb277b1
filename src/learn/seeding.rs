//! Where k-means begins: centres drawn far from each other (Arthur & Vassilvitskii 2007), each the best of a few tries.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::points::{CHUNK, Points, squared};

/// Draws `k` rows. A row is drawn with a chance in proportion to the square of its distance to what was drawn before;
/// of `2 + ln k` such draws the one is taken that leaves the least sum of squares.
pub(super) fn plus_plus(points: Points<'_>, k: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = points.len();
    let tries = 2 + (k as f64).ln() as usize;
    let mut chosen = vec![rng.random_range(0..n)];
    let (mut closest, mut sums) = distances(points, points.row(chosen[0]), None);
    while chosen.len() < k {
        let total: f64 = sums.iter().sum();
        let mut best: Option<(f64, usize, Vec<f32>, Vec<f64>)> = None;
        for _ in 0..tries {
            let candidate = draw(&closest, &sums, rng.random::<f64>() * total);
            let (near, part) = distances(points, points.row(candidate), Some(&closest));
            let left: f64 = part.iter().sum();
            if best.as_ref().is_none_or(|b| left < b.0) {
                best = Some((left, candidate, near, part));
            }
        }
        if let Some((_, candidate, near, part)) = best {
            chosen.push(candidate);
            closest = near;
            sums = part;
        }
    }
    chosen
}

/// The squares of the distances to a row (or to what was nearer), and their sums by chunk.
fn distances(points: Points<'_>, to: &[f32], nearer: Option<&[f32]>) -> (Vec<f32>, Vec<f64>) {
    let mut near = vec![0.0_f32; points.len()];
    let sums = near
        .par_chunks_mut(CHUNK)
        .zip(points.par_chunks())
        .enumerate()
        .map(|(chunk, (near, rows))| {
            let mut sum = 0.0;
            for (at, (out, row)) in near.iter_mut().zip(rows.rows()).enumerate() {
                let distance = squared(row, to);
                *out = nearer.map_or(distance, |n| n[chunk * CHUNK + at].min(distance));
                sum += f64::from(*out);
            }
            sum
        })
        .collect();
    (near, sums)
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
