//! Logistic regression with an L2 penalty, by Newton's method. It minimises `Σ ln(1 + e^(∓z)) + |w|² / 2C`, the
//! intercept free: the same as scikit-learn's `LogisticRegression(C)`.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// So many rows are added up at a time, whatever the number of threads.
const CHUNK: usize = 4096;

/// The weights of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// What it is where all features are 0.
    pub intercept: f64,
    /// One for each feature.
    pub weights: Vec<f64>,
}

impl Logistic {
    /// A fit of nothing yet: the base rate's odds, no weights.
    pub fn start(labels: &[bool], width: usize) -> Self {
        let yes = labels.iter().filter(|y| **y).count() as f64;
        let no = labels.len() as f64 - yes;
        let intercept = ((yes + 0.5) / (no + 0.5)).ln();
        Self { intercept, weights: vec![0.0; width] }
    }

    /// The log odds of a row.
    pub fn score(&self, row: ArrayView1<'_, f64>) -> f64 {
        self.intercept + row.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f64>()
    }

    /// Fits to rows, beginning from `self`. `c` is the inverse of the penalty's strength.
    #[must_use]
    pub fn fitted(&self, rows: ArrayView2<'_, f64>, labels: &[bool], c: f64) -> Self {
        let mut now = self.clone();
        let mut here = Sums::of(&now, rows, labels, c);
        for _ in 0..100 {
            let Some(step) = here.step() else { break };
            let mut share = 1.0;
            let (next, there) = loop {
                let next = now.moved(&step, share);
                let there = Sums::of(&next, rows, labels, c);
                if there.loss <= here.loss || share < 1e-6 {
                    break (next, there);
                }
                share /= 2.0;
            };
            let gain = here.loss - there.loss;
            if gain < 0.0 {
                break;
            }
            (now, here) = (next, there);
            if gain <= 1e-10 * (1.0 + here.loss.abs()) {
                break;
            }
        }
        now
    }

    fn moved(&self, step: &[f64], share: f64) -> Self {
        Self {
            intercept: self.intercept - share * step[0],
            weights: self.weights.iter().zip(&step[1..]).map(|(w, s)| w - share * s).collect(),
        }
    }
}

/// `1 / (1 + e^-z)`.
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// What Newton's method needs at one place: the loss, its slope and its curvature. The intercept comes first.
struct Sums {
    loss: f64,
    slope: Vec<f64>,
    curvature: Vec<f64>,
}

impl Sums {
    fn empty(size: usize) -> Self {
        Self { loss: 0.0, slope: vec![0.0; size], curvature: vec![0.0; size * size] }
    }

    fn of(at: &Logistic, rows: ArrayView2<'_, f64>, labels: &[bool], c: f64) -> Self {
        let size = at.weights.len() + 1;
        let parts: Vec<_> = rows.axis_chunks_iter(Axis(0), CHUNK).zip(labels.chunks(CHUNK)).collect();
        let chunks: Vec<Self> =
            parts.into_par_iter().map(|(rows, labels)| Self::of_chunk(at, rows, labels)).collect();
        let mut all = Self::empty(size);
        for chunk in chunks {
            all.loss += chunk.loss;
            all.slope.iter_mut().zip(&chunk.slope).for_each(|(a, b)| *a += b);
            all.curvature.iter_mut().zip(&chunk.curvature).for_each(|(a, b)| *a += b);
        }
        for (index, weight) in at.weights.iter().enumerate() {
            all.loss += weight * weight / (2.0 * c);
            all.slope[index + 1] += weight / c;
            all.curvature[(index + 1) * size + index + 1] += 1.0 / c;
        }
        all
    }

    fn of_chunk(at: &Logistic, rows: ArrayView2<'_, f64>, labels: &[bool]) -> Self {
        let size = at.weights.len() + 1;
        let mut sums = Self::empty(size);
        let mut x = vec![1.0; size];
        for (row, label) in rows.rows().into_iter().zip(labels) {
            x[1..].iter_mut().zip(row).for_each(|(x, v)| *x = *v);
            let z = at.score(row);
            let p = sigmoid(z);
            let y = f64::from(u8::from(*label));
            // ln(1 + e^z) - y z, without overflow.
            sums.loss += z.max(0.0) + (-z.abs()).exp().ln_1p() - y * z;
            let weight = p * (1.0 - p);
            for i in 0..size {
                sums.slope[i] += (p - y) * x[i];
                let scaled = weight * x[i];
                let lower = &mut sums.curvature[i * size..=i * size + i];
                lower.iter_mut().zip(&x).for_each(|(sum, x)| *sum += scaled * x);
            }
        }
        sums
    }

    /// The step that Newton's method takes off; none where the curvature is too flat to tell.
    fn step(&self) -> Option<Vec<f64>> {
        let size = self.slope.len();
        let curvature = Mat::from_fn(size, size, |i, j| {
            let (low, high) = (i.min(j), i.max(j));
            // A breath of damping for the intercept, which no penalty holds.
            self.curvature[high * size + low] + if i == j { 1e-10 } else { 0.0 }
        });
        let slope = Mat::from_fn(size, 1, |i, _| self.slope[i]);
        let solved = curvature.llt(Side::Lower).ok()?.solve(&slope);
        let step: Vec<f64> = (0..size).map(|i| solved[(i, 0)]).collect();
        step.iter().all(|s| s.is_finite()).then_some(step)
    }
}
