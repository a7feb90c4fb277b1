//! How certain a mean over customers is.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// A mean with the interval that holds it with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Resamples taken; with many customers, whose means hardly vary, fewer.
const RESAMPLES: usize = 1000;
const MOST_DRAWS: usize = 50_000_000;
const FEWEST_RESAMPLES: usize = 200;

/// The percentile bootstrap (Efron 1979) of the means of several values of the same customers: customers are drawn with
/// replacement, all their values together. `rows[c]` are the values of customer `c`.
///
/// The same seed gives the same intervals on any number of threads: each resample has a generator of its own.
#[must_use]
pub fn bootstrap<const N: usize>(rows: &[[f64; N]], seed: u64) -> [Estimate; N] {
    let mean_of = |sums: [f64; N]| sums.map(|s| s / rows.len().max(1) as f64);
    let means = mean_of(rows.iter().fold([0.0; N], add));
    if rows.is_empty() {
        return means.map(|mean| Estimate { mean, low: mean, high: mean });
    }
    let resamples = RESAMPLES.min(MOST_DRAWS / rows.len()).max(FEWEST_RESAMPLES);
    let drawn: Vec<[f64; N]> = (0..resamples as u64)
        .into_par_iter()
        .map(|resample| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(resample);
            let sums = (0..rows.len())
                .fold([0.0; N], |sums, _| add(sums, &rows[random.random_range(0..rows.len())]));
            mean_of(sums)
        })
        .collect();
    let mut at = 0;
    means.map(|mean| {
        let mut values: Vec<f64> = drawn.iter().map(|d| d[at]).collect();
        at += 1;
        values.sort_unstable_by(f64::total_cmp);
        let quantile = |q: f64| values[((values.len() - 1) as f64 * q).round() as usize];
        Estimate { mean, low: quantile(0.025), high: quantile(0.975) }
    })
}

fn add<const N: usize>(mut sums: [f64; N], row: &[f64; N]) -> [f64; N] {
    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_normal_approximation_where_there_are_many() {
        // 1,000 customers, of whom 300 have 1: standard error sqrt(.3 * .7 / 1000) = .01449.
        let rows: Vec<[f64; 1]> = (0..1000).map(|n| [f64::from(u8::from(n % 10 < 3))]).collect();
        let [estimate] = bootstrap(&rows, 7);
        assert!((estimate.mean - 0.3).abs() < 1e-12);
        assert!((estimate.low - (0.3 - 1.96 * 0.01449)).abs() < 0.003, "{estimate:?}");
        assert!((estimate.high - (0.3 + 1.96 * 0.01449)).abs() < 0.003, "{estimate:?}");
    }

    #[test]
    fn one_customer_is_certain_and_none_is_nothing() {
        assert_eq!(bootstrap(&[[0.5, 2.0]], 1).map(|e| (e.low, e.high)), [(0.5, 0.5), (2.0, 2.0)]);
        assert_eq!(bootstrap::<1>(&[], 1)[0].mean, 0.0);
    }
}
