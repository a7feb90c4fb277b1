//! What a purchase is worth: the Gamma-Gamma model (Fader & Hardie 2013). Each customer has a mean of their own, around
//! which what they spend varies; few purchases say less of it than many.

use std::collections::BTreeMap;

use libm::lgamma;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LearnError;
use super::simplex::minimise;

/// At least so many customers must have bought.
const FEWEST: usize = 20;

/// What somebody spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spending {
    /// In how many purchases.
    pub purchases: f64,
    /// The mean of one.
    pub mean: f64,
}

/// The fitted model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    /// Shape of what one purchase is worth.
    pub p: f64,
    /// Shape of how customers differ.
    pub q: f64,
    /// Scale of how customers differ.
    pub v: f64,
}

impl GammaGamma {
    /// Fits by maximum likelihood to those who spent something.
    ///
    /// # Errors
    /// Too few that did, or spending that no parameters describe (such as the same amount every time).
    pub fn fit(customers: &[Spending]) -> Result<Self, LearnError> {
        let spent: Vec<Spending> =
            customers.iter().copied().filter(|c| c.purchases > 0.0 && c.mean > 0.0).collect();
        if spent.len() < FEWEST {
            return Err(LearnError::TooFewRepeat { repeating: spent.len(), fewest: FEWEST });
        }
        // In a unit in which the mean purchase is 1.
        let unit = spent.iter().map(|c| c.mean).sum::<f64>() / spent.len() as f64;
        let scaled: Vec<Spending> = spent.iter().map(|c| Spending { mean: c.mean / unit, ..*c }).collect();
        let value = |logs: &[f64]| {
            let m = Self { p: logs[0].exp(), q: logs[1].exp(), v: logs[2].exp() };
            -m.log_likelihood(&scaled) / scaled.len() as f64
        };
        let (logs, _) = minimise(&[1.0, 1.0, 0.0], value);
        let fit = Self { p: logs[0].exp(), q: logs[1].exp(), v: logs[2].exp() };
        if ![fit.p, fit.q, fit.v].into_iter().all(|x| x > 1e-5 && x < 1e5) || fit.q <= 1.0 {
            return Err(LearnError::NoFit("Gamma-Gamma"));
        }
        Ok(Self { v: fit.v * unit, ..fit })
    }

    /// The logarithm of the likelihood of what these customers spent.
    pub fn log_likelihood(&self, customers: &[Spending]) -> f64 {
        let Self { p, q, v } = *self;
        let mut by_count: BTreeMap<u64, f64> = BTreeMap::new();
        for c in customers {
            by_count.entry(c.purchases.to_bits()).or_insert_with(|| {
                let x = c.purchases;
                lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * v.ln() + p * x * x.ln()
            });
        }
        let parts: Vec<f64> = customers
            .par_chunks(4096)
            .map(|chunk| {
                let one = |c: &Spending| {
                    let x = c.purchases;
                    by_count[&x.to_bits()] + (p * x - 1.0) * c.mean.ln() - (p * x + q) * (x * c.mean + v).ln()
                };
                chunk.iter().map(one).sum()
            })
            .collect();
        parts.iter().sum()
    }

    /// What a purchase of theirs is expected to be worth: between their own mean and everybody's.
    pub fn expected(&self, c: Spending) -> f64 {
        self.p * (self.v + c.purchases * c.mean) / (self.p * c.purchases + self.q - 1.0)
    }
}
