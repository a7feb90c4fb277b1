//! Fifths: what RFM scores are made of.

use serde::{Deserialize, Serialize};

/// The four values at which a fifth of the people ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quintiles(pub [f64; 4]);

impl Quintiles {
    /// The fifths of the values that are known; none if there are none. People of one value are in one fifth.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut known: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        known.sort_by(f64::total_cmp);
        let last = known.len().checked_sub(1)?;
        let at = |fifth: usize| {
            let place = last as f64 * fifth as f64 / 5.0;
            let (low, share) = (place.floor() as usize, place.fract());
            known[low] + share * (known[(low + 1).min(last)] - known[low])
        };
        Some(Self([at(1), at(2), at(3), at(4)]))
    }

    /// The fifth of a value, 1 for the smallest.
    pub fn score(&self, x: f64) -> u8 {
        1 + self.0.iter().filter(|edge| x > **edge).count() as u8
    }
}
