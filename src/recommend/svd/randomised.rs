//! Singular vectors of a large sparse matrix by random projection.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, SelfAdjointEvdParams, self_adjoint_evd, self_adjoint_evd_scratch,
};
use faer::{Mat, MatRef, Par, Spec};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::recommend::matrix::Matrix;
use crate::recommend::simd::{AddRows, widest};
use crate::recommend::sparse::Csr;

/// More directions than are asked for, so that the last of those are right too.
const EXTRA: usize = 10;

/// How often the random directions are multiplied by the matrix and back: each time the large ones grow.
const POWERS: usize = 4;

/// The projection is random, but the same each time.
const SEED: u64 = 0x6865_7261_6c64;

/// Directions of which less than this is left, of the square of the longest one, are rounding and nothing else.
const NOTHING: f64 = 1e-11;

/// The first right singular vectors of `rows`, one to a column, the largest first: at most `count`, fewer if the matrix
/// has not as many.
///
/// The subspace iteration of Halko, Martinsson and Tropp, "Finding structure with randomness" (SIAM Review 53, 2011),
/// algorithms 4.4 and 5.1, on the side of the columns.
pub(crate) fn right_vectors(rows: &Csr, columns: usize, count: usize) -> Matrix {
    let width = (count + EXTRA).min(columns).min(rows.rows());
    let count = count.min(width);
    if width == 0 {
        return Matrix::zeros(columns, 0);
    }
    let turned = rows.transpose(columns);
    let mut basis = random(columns, width);
    for _ in 0..=POWERS {
        basis = orthonormal(&times(&turned, &times(rows, &basis)));
    }
    // Once more, since rounding leaves the smallest directions not quite upright.
    let basis = orthonormal(&basis);
    let (turn, _) = eigen(&gram(&times(rows, &basis)));
    let count = count.min(basis.width());
    basis.times(narrow(&turn, count).as_ref())
}

fn random(rows: usize, width: usize) -> Matrix {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    Matrix::from_values((0..rows * width).map(|_| random.random_range(-1.0_f32..1.0)).collect(), width)
}

/// A sparse matrix times a dense one.
fn times(sparse: &Csr, dense: &Matrix) -> Matrix {
    let width = dense.width();
    let mut out = Matrix::zeros(sparse.rows(), width);
    if width > 0 {
        out.values_mut().par_chunks_mut(width).enumerate().for_each(|(row, out)| {
            let (rows, factors) = sparse.row(row);
            widest(AddRows { table: dense.values(), rows, factors, out });
        });
    }
    out
}

/// An orthonormal basis of the space that the columns span.
fn orthonormal(columns: &Matrix) -> Matrix {
    let (mut turn, values) = eigen(&gram(columns));
    let longest = values.first().copied().unwrap_or(0.0);
    let count = values.iter().take_while(|v| **v > longest * NOTHING && **v > 0.0).count();
    for (at, value) in values.iter().enumerate().take(count) {
        let length = value.sqrt();
        turn.col_mut(at).iter_mut().for_each(|v| *v /= length);
    }
    columns.times(narrow(&turn, count).as_ref())
}

/// The products of the columns with each other, in double precision.
fn gram(columns: &Matrix) -> Mat<f64> {
    let width = columns.width();
    let rows = columns.rows().div_ceil(16).max(512);
    let pieces: Vec<Mat<f64>> = columns
        .values()
        .par_chunks((rows * width).max(1))
        .map(|piece| {
            let piece = MatRef::from_row_major_slice(piece, piece.len() / width, width);
            let wide = Mat::from_fn(width, piece.nrows(), |column, row| f64::from(piece[(row, column)]));
            let mut product = Mat::zeros(width, width);
            let accum = faer::Accum::Replace;
            faer::linalg::matmul::matmul(&mut product, accum, &wide, wide.transpose(), 1.0, Par::Seq);
            product
        })
        .collect();
    pieces.into_iter().fold(Mat::zeros(width, width), |sum, piece| sum + piece)
}

/// Eigenvectors as columns and eigenvalues of a symmetric matrix, the largest first.
fn eigen(matrix: &Mat<f64>) -> (Mat<f64>, Vec<f64>) {
    let size = matrix.nrows();
    if size == 0 {
        return (Mat::zeros(0, 0), Vec::new());
    }
    let params = || Spec::<SelfAdjointEvdParams, f64>::default();
    let (mut values, mut vectors) = (vec![0.0; size], Mat::zeros(size, size));
    let scratch = self_adjoint_evd_scratch::<f64>(size, ComputeEigenvectors::Yes, Par::Seq, params());
    let mut memory = MemBuffer::new(scratch);
    let found = self_adjoint_evd(
        matrix.as_ref(),
        DiagMut::from_slice_mut(&mut values),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        params(),
    );
    if found.is_err() {
        return (Mat::zeros(size, size), vec![0.0; size]); // numbers beyond all bounds have no directions
    }
    values.reverse();
    (vectors.reverse_cols().to_owned(), values)
}

/// The first columns in single precision.
fn narrow(matrix: &Mat<f64>, count: usize) -> Mat<f32> {
    Mat::from_fn(matrix.nrows(), count, |row, column| matrix[(row, column)] as f32)
}
