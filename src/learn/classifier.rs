//! A yes-or-no of the future as a probability: logistic regression, its penalty by cross-validation, its probabilities
//! calibrated (Platt 1999) on scores that every row got from a fit without its person.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use super::error::LearnError;
use super::logistic::{Logistic, sigmoid};
use super::measures::{Decile, auc, brier, deciles};
use super::table::{Encoding, Table, Value};

/// Rows are dealt into so many parts, each scored by a fit on the others. A person's rows stay together.
const FOLDS: u64 = 5;

/// The strengths of the penalty that are tried, strongest first, as scikit-learn's `C`.
const STRENGTHS: [f64; 9] = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4];

/// The penalty is chosen on at most so many rows.
const ENOUGH: usize = 50_000;

/// Fewer rows of either answer than this teach nothing that holds.
pub const FEWEST: usize = 20;

/// What a classifier learns from.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// The features, a row for each example.
    pub features: &'a Table,
    /// What came true.
    pub labels: &'a [bool],
    /// Whose row it is: any number that is the same for rows of one person, well mixed.
    pub people: &'a [u64],
}

/// A fitted classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classifier {
    encoding: Encoding,
    logistic: Logistic,
    calibration: Calibration,
}

/// What the log odds become: `sigmoid(slope * z + shift)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Calibration {
    slope: f64,
    shift: f64,
}

/// How good a classifier is on people it has not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How many examples there are.
    pub examples: usize,
    /// The share for whom it came true.
    pub rate: f64,
    /// How well they are ranked.
    pub auc: f64,
    /// How far the probabilities are off.
    pub brier: f64,
    /// How far they would be off if everybody had the base rate.
    pub brier_of_rate: f64,
    /// By tenths.
    pub deciles: Vec<Decile>,
    /// The columns, strongest first, each with what one deviation more does to the log odds.
    pub strongest: Vec<(String, f64)>,
    /// Features that are not used, and why.
    pub left_out: Vec<(String, String)>,
    /// The inverse strength of the penalty that was chosen.
    pub c: f64,
}

/// A fit with what is known of its quality.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The classifier.
    pub classifier: Classifier,
    /// Its quality.
    pub evaluation: Evaluation,
    /// For each example the probability from a fit that had not seen its person.
    pub held_out: Vec<f64>,
}

impl Classifier {
    /// Learns from examples.
    ///
    /// # Errors
    /// Too few examples, examples of one answer only, or no feature that differs.
    pub fn train(examples: Examples<'_>) -> Result<Trained, LearnError> {
        let labels = examples.labels;
        let yes = labels.iter().filter(|y| **y).count();
        let no = labels.len() - yes;
        if labels.len() >= 2 * FEWEST && (yes == 0 || no == 0) {
            return Err(LearnError::OneAnswer { examples: labels.len(), yes: yes > 0 });
        }
        if yes < FEWEST || no < FEWEST {
            return Err(LearnError::TooFew { yes, no, fewest: FEWEST });
        }
        let encoding = Encoding::fit(examples.features, true);
        let columns = encoding.columns();
        if columns.is_empty() {
            return Err(LearnError::NoFeature);
        }
        let rows = encoding.matrix(examples.features);
        let folds: Vec<u64> = examples.people.iter().map(|p| mixed(*p) % FOLDS).collect();
        let c = strength(&rows, labels, &folds);
        let scores = held_out(&rows, labels, &folds, c);
        let held_out: Vec<f64> = calibrated_apart(&scores, labels, &folds);
        let logistic = Logistic::start(labels, columns.len()).fitted(rows.view(), labels, c);
        let calibration = Calibration::of(&scores, labels);
        let rate = yes as f64 / labels.len() as f64;
        let mut strongest: Vec<(String, f64)> =
            columns.into_iter().zip(logistic.weights.iter().map(|w| w * calibration.slope)).collect();
        strongest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        let evaluation = Evaluation {
            examples: labels.len(),
            rate,
            auc: auc(&scores, labels).unwrap_or(0.5),
            brier: brier(&held_out, labels),
            brier_of_rate: rate * (1.0 - rate),
            deciles: deciles(&held_out, labels),
            strongest,
            left_out: encoding.left_out().map(|(n, why)| (n.to_owned(), why.to_owned())).collect(),
            c,
        };
        let classifier = Self { encoding, logistic, calibration };
        Ok(Trained { classifier, evaluation, held_out })
    }

    /// The probability of a row.
    pub fn probability(&self, row: &[Value<'_>]) -> f64 {
        let numbers = self.encoding.row(row);
        self.calibration.probability(self.logistic.score(ndarray::ArrayView1::from(&numbers)))
    }
}

impl Calibration {
    /// Platt's two numbers, with his softened answers. Scores that rank people the wrong way round are worth nothing:
    /// then everybody has the base rate.
    fn of(scores: &[f64], labels: &[bool]) -> Self {
        let column = Array2::from_shape_fn((scores.len(), 1), |(i, _)| scores[i]);
        // So weak a penalty that it only keeps a perfect ranking from becoming certainty.
        let fit = Logistic::start(labels, 1).fitted(column.view(), labels, scores.len() as f64);
        let slope = fit.weights[0];
        if slope > 0.0 {
            return Self { slope, shift: fit.intercept };
        }
        Self { slope: 0.0, shift: Logistic::start(labels, 0).intercept }
    }

    fn probability(self, score: f64) -> f64 {
        sigmoid(self.slope * score + self.shift)
    }
}

/// The last step of `SplitMix64`: numbers that were counted up become well mixed ones.
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn part(rows: &Array2<f64>, labels: &[bool], keep: impl Fn(usize) -> bool) -> (Array2<f64>, Vec<bool>) {
    let at: Vec<usize> = (0..labels.len()).filter(|i| keep(*i)).collect();
    (rows.select(Axis(0), &at), at.into_iter().map(|i| labels[i]).collect())
}

/// The penalty under which people who were not seen are told best, by the mean of the logarithm of what they were given.
fn strength(rows: &Array2<f64>, labels: &[bool], folds: &[u64]) -> f64 {
    let step = labels.len().div_ceil(ENOUGH);
    let mut losses = [0.0; STRENGTHS.len()];
    for fold in 0..FOLDS {
        let (seen, answers) = part(rows, labels, |i| i % step == 0 && folds[i] != fold);
        if seen.nrows() == 0 {
            continue;
        }
        let mut fit = Logistic::start(&answers, rows.ncols());
        for (loss, c) in losses.iter_mut().zip(STRENGTHS) {
            fit = fit.fitted(seen.view(), &answers, c);
            for at in (0..labels.len()).step_by(step).filter(|i| folds[*i] == fold) {
                let z = fit.score(rows.row(at));
                let z = if labels[at] { z } else { -z };
                *loss += (-z).max(0.0) + (-z.abs()).exp().ln_1p();
            }
        }
    }
    // Of equally good ones the strongest.
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let at = losses.iter().position(|l| *l <= best * (1.0 + 1e-9)).unwrap_or(4);
    STRENGTHS[at]
}

/// For each row the log odds from a fit on the other folds.
fn held_out(rows: &Array2<f64>, labels: &[bool], folds: &[u64], c: f64) -> Vec<f64> {
    let mut scores = vec![0.0; labels.len()];
    for fold in 0..FOLDS {
        let (seen, answers) = part(rows, labels, |i| folds[i] != fold);
        let fit = Logistic::start(&answers, rows.ncols()).fitted(seen.view(), &answers, c);
        for at in (0..labels.len()).filter(|i| folds[*i] == fold) {
            scores[at] = fit.score(rows.row(at));
        }
    }
    scores
}

/// For each row the probability by a calibration on the other folds.
fn calibrated_apart(scores: &[f64], labels: &[bool], folds: &[u64]) -> Vec<f64> {
    let mut probabilities = vec![0.0; labels.len()];
    for fold in 0..FOLDS {
        let others: Vec<usize> = (0..labels.len()).filter(|i| folds[*i] != fold).collect();
        let (z, y): (Vec<f64>, Vec<bool>) = others.iter().map(|i| (scores[*i], labels[*i])).unzip();
        let calibration = Calibration::of(&z, &y);
        for at in (0..labels.len()).filter(|i| folds[*i] == fold) {
            probabilities[at] = calibration.probability(scores[at]);
        }
    }
    probabilities
}
