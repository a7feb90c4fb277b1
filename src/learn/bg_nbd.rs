//! Who buys again, and how often: the BG/NBD model (Fader, Hardie & Lee 2005). A customer buys at a rate of their own and
//! may leave for good after any purchase, with a chance of their own; both are learned from how all customers bought.

use std::collections::BTreeMap;

use libm::lgamma;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LearnError;
use super::simplex::minimise;

/// At least so many customers must have bought again.
pub const FEWEST_REPEATING: usize = 20;

/// How somebody bought, in any one unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buying {
    /// Purchases after the first.
    pub repeats: f64,
    /// From the first purchase to the last.
    pub recency: f64,
    /// From the first purchase to now.
    pub age: f64,
}

/// The fitted model. Times are in the unit of what it was fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
    /// Shape of the rates at which customers buy.
    pub r: f64,
    /// Their scale.
    pub alpha: f64,
    /// First parameter of the chances of leaving.
    pub a: f64,
    /// Second parameter.
    pub b: f64,
}

/// Parameters beyond these are signs that there is no best.
const BOUNDS: (f64, f64) = (1e-5, 1e5);

impl BgNbd {
    /// Fits by maximum likelihood.
    ///
    /// # Errors
    /// Too few customers that bought again, or buying that no parameters describe.
    pub fn fit(customers: &[Buying]) -> Result<Self, LearnError> {
        let repeating = customers.iter().filter(|c| c.repeats > 0.0).count();
        if repeating < FEWEST_REPEATING {
            return Err(LearnError::TooFewRepeat { repeating, fewest: FEWEST_REPEATING });
        }
        // In a unit in which the longest history is 10: the parameters are then of one size.
        let unit = customers.iter().map(|c| c.age).fold(0.0, f64::max) / 10.0;
        let histories = Histories::of(customers, unit);
        let likelihood = |logs: &[f64]| {
            let [r, alpha, a, b] = [logs[0].exp(), logs[1].exp(), logs[2].exp(), logs[3].exp()];
            -histories.log_likelihood(&Self { r, alpha, a, b }) / histories.count
        };
        let (logs, _) = minimise(&[0.0, 0.0, 0.0, 0.0], likelihood);
        let fit = Self { r: logs[0].exp(), alpha: logs[1].exp(), a: logs[2].exp(), b: logs[3].exp() };
        let inside = |x: f64| x > BOUNDS.0 && x < BOUNDS.1;
        if ![fit.r, fit.alpha, fit.a, fit.b].into_iter().all(inside) {
            return Err(LearnError::NoFit("BG/NBD"));
        }
        Ok(Self { alpha: fit.alpha * unit, ..fit })
    }

    /// The logarithm of the likelihood of how these customers bought.
    pub fn log_likelihood(&self, customers: &[Buying]) -> f64 {
        Histories::of(customers, 1.0).log_likelihood(self)
    }

    /// How many times likelier it is that somebody has left than that they have not.
    fn odds_of_left(&self, c: Buying) -> f64 {
        if c.repeats <= 0.0 {
            return 0.0;
        }
        let ratio = ((self.alpha + c.age) / (self.alpha + c.recency)).ln() * (self.r + c.repeats);
        self.a / (self.b + c.repeats - 1.0) * ratio.exp()
    }

    /// The probability that they have not left.
    pub fn alive(&self, c: Buying) -> f64 {
        1.0 / (1.0 + self.odds_of_left(c))
    }

    /// The probability of at least one purchase in the next `time`.
    pub fn buys_within(&self, c: Buying, time: f64) -> f64 {
        let none = ((self.alpha + c.age) / (self.alpha + c.age + time)).ln() * (self.r + c.repeats);
        self.alive(c) * -none.exp_m1()
    }

    /// How many purchases are expected in the next `time`.
    pub fn expected(&self, c: Buying, time: f64) -> f64 {
        // The formula has a hole at a = 1, with the same value on both sides.
        let a = if (self.a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { self.a };
        let z = time / (self.alpha + c.age + time);
        let top = a + self.b + c.repeats - 1.0;
        // Euler's transformation of the formula's 2F1(r+x, b+x; a+b+x-1; z): small numbers instead of huge ones.
        let series = hypergeometric(a + self.b - 1.0 - self.r, a - 1.0, top, z);
        let bought = top / (a - 1.0) * (1.0 - ((-z).ln_1p() * (a - 1.0)).exp() * series);
        bought.max(0.0) / (1.0 + self.odds_of_left(c))
    }

    /// The time within which a purchase is as likely as not; none if that is later than `horizon`, as it is of all who have left more likely than
    /// not. The inverse of [`BgNbd::buys_within`] at one half, in closed form.
    pub fn likely_by(&self, c: Buying, horizon: f64) -> Option<f64> {
        // alive (1 - (grown / (grown + t))^(r + x)) = 1/2
        let never = 1.0 - 0.5 / self.alive(c);
        let time = (self.alpha + c.age) * (-never.ln() / (self.r + c.repeats)).exp_m1();
        (never > 0.0 && time <= horizon).then_some(time)
    }
}

/// Gauss's hypergeometric series, for `0 <= z < 1`; its names are those of every book.
#[allow(clippy::many_single_char_names)]
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 0..100_000 {
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() < 1e-15 * f64::abs(sum) {
            break;
        }
    }
    sum
}

/// The same history once, with how many customers have it; gamma functions depend on the number of repeats alone.
struct Histories {
    /// The numbers of repeats that occur.
    repeats: Vec<f64>,
    /// Index into `repeats`, recency, age, how many.
    rows: Vec<(usize, f64, f64, f64)>,
    count: f64,
}

impl Histories {
    fn of(customers: &[Buying], unit: f64) -> Self {
        let mut found: BTreeMap<[u64; 3], f64> = BTreeMap::new();
        for c in customers {
            // Positive numbers are ordered as their bits are.
            *found.entry([c.repeats, c.recency / unit, c.age / unit].map(f64::to_bits)).or_default() += 1.0;
        }
        let (mut repeats, mut rows): (Vec<f64>, Vec<_>) = (Vec::new(), Vec::new());
        for (key, weight) in found {
            let [x, recency, age] = key.map(f64::from_bits);
            if repeats.last() != Some(&x) {
                repeats.push(x);
            }
            rows.push((repeats.len() - 1, recency, age, weight));
        }
        Self { repeats, rows, count: customers.len() as f64 }
    }

    fn log_likelihood(&self, m: &BgNbd) -> f64 {
        let BgNbd { r, alpha, a, b } = *m;
        let common: Vec<f64> = self
            .repeats
            .iter()
            .map(|x| {
                lgamma(r + x) - lgamma(r) + r * alpha.ln() + lgamma(a + b) + lgamma(b + x)
                    - lgamma(b)
                    - lgamma(a + b + x)
            })
            .collect();
        let parts: Vec<f64> = self
            .rows
            .par_chunks(4096)
            .map(|rows| {
                let one = |(at, recency, age, weight): &(usize, f64, f64, f64)| {
                    let x = self.repeats[*at];
                    let stayed = -(r + x) * (alpha + age).ln();
                    let either = if x > 0.0 {
                        let left = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + recency).ln();
                        let larger = stayed.max(left);
                        larger + ((stayed - larger).exp() + (left - larger).exp()).ln()
                    } else {
                        stayed
                    };
                    weight * (common[*at] + either)
                };
                rows.iter().map(one).sum()
            })
            .collect();
        parts.iter().sum()
    }
}
