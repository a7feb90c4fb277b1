//! Vectors of words learned from the shop's own texts.

use faer::{Mat, Side};
use rayon::prelude::*;

use super::features::{Weighted, damped, rarity, word_counts};
use super::sparse::Csr;

/// Settings of [`Embedding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddingParams {
    /// How long a vector is.
    pub dimensions: usize,
}

impl Default for EmbeddingParams {
    fn default() -> Self {
        Self { dimensions: 64 }
    }
}

/// A word of fewer products than this has no vector of its own: what stands beside it once is chance.
const LEAST_PRODUCTS: f32 = 2.0;

/// The square of a length, as a share of the longest's, below which a vector is what rounding left.
const NOISE: f32 = 1e-8;

/// How often the products are multiplied through, and the vectors that are computed beyond those kept (Halko,
/// Martinsson and Tropp, SIAM Review 53, 2011).
const ROUNDS: usize = 4;
const SPARE: usize = 8;

/// A dense vector of length 1 for every product (0 where no word is known).
///
/// Words that stand in the texts of the same products get vectors that point the same way: the positive pointwise mutual
/// information of each two words, with the contexts' counts raised to the power .75, is factorised, and a word's vector is
/// its row of `U sqrt(S)` (Levy and Goldberg, Neural word embedding as implicit matrix factorization, NIPS 2014; Levy,
/// Goldberg and Dagan, TACL 3, 2015). A product's vector is the mean of its words', each by its rarity (Arora, Liang and
/// Ma, ICLR 2017, in that form).
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Embedding {
    dimensions: usize,
    items: usize,
    values: Vec<f32>,
}

impl Embedding {
    /// Learns from the text fields.
    #[must_use]
    pub fn fit(fields: &[Weighted], items: usize, params: EmbeddingParams) -> Self {
        let (counts, words) = word_counts(fields, items);
        let worth = rarity(&counts, words);
        let information = mutual_information(&counts, words);
        let (word_vectors, dimensions) = factorise(&information, params.dimensions.min(words).max(1));
        let values = (0..items)
            .into_par_iter()
            .flat_map_iter(|item| {
                let mut sum = vec![0.0; dimensions];
                let (its_words, counts) = counts.row(item);
                for (&word, &count) in its_words.iter().zip(counts) {
                    let from = word as usize * dimensions;
                    let weight = damped(count) * worth[word as usize];
                    add(&mut sum, &word_vectors[from..from + dimensions], weight);
                }
                let norm = dot(&sum, &sum).sqrt();
                if norm > 0.0 {
                    sum.iter_mut().for_each(|v| *v /= norm);
                }
                sum
            })
            .collect();
        Self { dimensions, items, values }
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items
    }

    fn of(&self, item: u32) -> &[f32] {
        let from = item as usize * self.dimensions;
        &self.values[from..from + self.dimensions]
    }

    /// The cosine of two products.
    #[must_use]
    pub fn dot(&self, a: u32, b: u32) -> f32 {
        dot(self.of(a), self.of(b))
    }

    /// The weighted sum of some products.
    pub(crate) fn sum(&self, weighted: &[(u32, f32)]) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimensions];
        weighted.iter().for_each(|&(item, weight)| add(&mut sum, self.of(item), weight));
        sum
    }

    /// A product with a vector such as [`Embedding::sum`].
    pub(crate) fn with(&self, item: u32, vector: &[f32]) -> f32 {
        dot(self.of(item), vector)
    }
}

/// In eight lanes, so that the compiler may use wide registers; always in the same order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (chunks_a, chunks_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = chunks_a.remainder().iter().zip(chunks_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in chunks_a.zip(chunks_b) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn add(sum: &mut [f32], vector: &[f32], weight: f32) {
    sum.iter_mut().zip(vector).for_each(|(s, v)| *s += weight * v);
}

/// For each word those it stands beside more often than chance would have it, with `ln(p(a, b) / (p(a) p'(b)))`; symmetric
/// since both orders are averaged.
fn mutual_information(counts: &Csr, words: usize) -> Csr {
    let mut having = counts.transpose(words);
    having.fill(1.0);
    let mut beside = counts.clone();
    beside.fill(1.0);
    // A product of w words pairs each with w - 1 others.
    let pairs: Vec<f64> = (0..words)
        .map(|word| {
            having.row(word).0.iter().map(|&item| beside.row(item as usize).0.len() as f64 - 1.0).sum()
        })
        .collect();
    let all: f64 = pairs.iter().sum();
    let smoothed: Vec<f64> = pairs.iter().map(|n| n.powf(0.75)).collect();
    let all_smoothed: f64 = smoothed.iter().sum();
    let enough = |word: usize| having.row(word).0.len() as f32 >= LEAST_PRODUCTS;
    let rows: Vec<Vec<(u32, f32)>> = (0..words)
        .into_par_iter()
        .map_init(
            || (vec![0.0_f32; words], Vec::new()),
            |(sums, touched), word| {
                if !enough(word) {
                    return Vec::new();
                }
                for &item in having.row(word).0 {
                    for &other in beside.row(item as usize).0 {
                        if sums[other as usize] == 0.0 {
                            touched.push(other);
                        }
                        sums[other as usize] += 1.0;
                    }
                }
                touched.sort_unstable();
                let row = touched.iter().filter_map(|&other| {
                    let (a, b) = (word, other as usize);
                    let together = f64::from(std::mem::take(&mut sums[b]));
                    let information = |a: usize, b: usize| {
                        (together / all / (pairs[a] / all * smoothed[b] / all_smoothed)).ln().max(0.0)
                    };
                    let mean = f64::midpoint(information(a, b), information(b, a)) as f32;
                    (a != b && enough(b) && mean.is_finite() && mean > 0.0).then_some((other, mean))
                });
                let row = row.collect();
                touched.clear();
                row
            },
        )
        .collect();
    Csr::from_rows(&rows)
}

/// `U sqrt(S)` of a symmetric matrix, for its `keep` values of the largest magnitude, row after row; with how many there are.
fn factorise(matrix: &Csr, keep: usize) -> (Vec<f32>, usize) {
    let rows = matrix.rows();
    if rows == 0 || matrix.entries() == 0 {
        return (vec![0.0; rows], 1);
    }
    let width = (keep + SPARE).min(rows);
    let mut basis = Mat::from_fn(rows, width, start);
    for _ in 0..ROUNDS {
        basis = orthonormal(&times(matrix, &basis));
    }
    let image = times(matrix, &basis);
    let small = basis.transpose() * &image;
    let symmetric = Mat::from_fn(width, width, |a, b| f64::midpoint(small[(a, b)], small[(b, a)]));
    let Ok(eigen) = symmetric.self_adjoint_eigen(Side::Lower) else { return (vec![0.0; rows], 1) };
    let values: Vec<f64> = (0..width).map(|at| eigen.S()[at]).collect();
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()).then(a.cmp(&b)));
    order.truncate(keep);
    let vectors = &basis * eigen.U();
    let scaled = (0..rows).flat_map(|row| order.iter().map(move |&at| (row, at)));
    let mut scaled: Vec<f32> =
        scaled.map(|(row, at)| (vectors[(row, at)] * values[at].abs().sqrt()) as f32).collect();
    clear_noise(&mut scaled, order.len());
    (scaled, order.len())
}

/// Words of which the kept values say nothing have a rest of rounding for a vector, which brought to length 1 would mean
/// something.
fn clear_noise(vectors: &mut [f32], dimensions: usize) {
    let longest = vectors.chunks(dimensions).map(|v| dot(v, v)).fold(0.0, f32::max);
    for vector in vectors.chunks_mut(dimensions).filter(|v| dot(v, v) < NOISE * longest) {
        vector.fill(0.0);
    }
}

/// Numbers that look random and are the same everywhere: splitmix64 (Steele, Lea and Flood, OOPSLA 2014) of the place.
fn start(row: usize, column: usize) -> f64 {
    let mut z = ((row as u64) << 20 | column as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn times(matrix: &Csr, dense: &Mat<f64>) -> Mat<f64> {
    let columns: Vec<Vec<f64>> = (0..dense.ncols())
        .into_par_iter()
        .map(|column| {
            let row_sum = |row: usize| {
                let (others, values) = matrix.row(row);
                others.iter().zip(values).map(|(&o, &v)| f64::from(v) * dense[(o as usize, column)]).sum()
            };
            (0..matrix.rows()).map(row_sum).collect()
        })
        .collect();
    Mat::from_fn(matrix.rows(), dense.ncols(), |row, column| columns[column][row])
}

fn orthonormal(dense: &Mat<f64>) -> Mat<f64> {
    dense.qr().compute_thin_Q()
}
