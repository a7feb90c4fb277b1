//! Dense matrices by rows, as plain data, and the few things done with them.
//!
//! Every product is cut into pieces that do not depend on the number of threads, and each piece is worked out by one
//! thread, so that the result is the same on any number of them.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{
    LltParams, LltRegularization, cholesky_in_place, cholesky_in_place_scratch,
};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Accum, MatMut, MatRef, Par, Spec};
use rayon::prelude::*;

/// The rows that one thread takes at a time.
const ROWS_A_PIECE: usize = 1024;

/// A dense matrix: row `r` is `values[r * width..][..width]`.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Matrix {
    width: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, width: usize) -> Self {
        Self { width, values: vec![0.0; rows * width] }
    }

    /// A matrix from its values, row after row.
    ///
    /// # Panics
    /// If they do not fill rows of that width.
    #[must_use]
    pub fn from_values(values: Vec<f32>, width: usize) -> Self {
        assert!(if width == 0 { values.is_empty() } else { values.len().is_multiple_of(width) });
        Self { width, values }
    }

    /// The number of rows; 0 where rows have no columns.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// The number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, to be changed.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// A row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: u32) -> &[f32] {
        super::simd::row_of(&self.values, self.width, row)
    }

    pub(crate) fn view(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.values, self.rows(), self.width)
    }

    /// The products of its columns with each other: `transpose * self`.
    #[must_use]
    pub fn gram(&self) -> Self {
        let width = self.width;
        // No more than some dozens of sums to keep, and always the same cut.
        let rows = ROWS_A_PIECE.max(self.rows().div_ceil(32));
        let pieces: Vec<Vec<f32>> = self
            .values
            .par_chunks((rows * width).max(1))
            .map(|piece| {
                let piece = MatRef::from_row_major_slice(piece, piece.len() / width, width);
                let mut sums = vec![0.0; width * width];
                multiply(square(&mut sums, width), Accum::Replace, piece.transpose(), piece);
                sums
            })
            .collect();
        let mut total = vec![0.0_f64; width * width];
        for piece in pieces {
            total.iter_mut().zip(piece).for_each(|(sum, p)| *sum += f64::from(p));
        }
        Self { width, values: total.into_iter().map(|v| v as f32).collect() }
    }

    /// `self * right`, by pieces of its rows.
    ///
    /// # Panics
    /// If `right` has not as many rows as this has columns.
    #[must_use]
    pub fn times(&self, right: MatRef<'_, f32>) -> Self {
        assert_eq!(self.width, right.nrows(), "the matrices do not fit together");
        let mut out = Self::zeros(self.rows(), right.ncols());
        if self.width == 0 || right.ncols() == 0 {
            return out;
        }
        let pieces = self.values.par_chunks(ROWS_A_PIECE * self.width);
        out.values.par_chunks_mut(ROWS_A_PIECE * right.ncols()).zip(pieces).for_each(|(out, piece)| {
            let rows = piece.len() / self.width;
            let left = MatRef::from_row_major_slice(piece, rows, self.width);
            multiply(MatMut::from_row_major_slice_mut(out, rows, right.ncols()), Accum::Replace, left, right);
        });
        out
    }
}

/// A square matrix over a slice.
pub(crate) fn square<T>(values: &mut [T], size: usize) -> MatMut<'_, T> {
    MatMut::from_row_major_slice_mut(values, size, size)
}

/// `out (+)= left * right` on this thread.
pub(crate) fn multiply(out: MatMut<'_, f32>, accum: Accum, left: MatRef<'_, f32>, right: MatRef<'_, f32>) {
    matmul(out, accum, left, right, 1.0, Par::Seq);
}

/// What to add to the diagonal of sums of squares, the greatest of which is `greatest`: as much as is asked for, or what
/// the precision of single numbers demands at least, and more of that where it is not enough.
pub(crate) fn least(asked: f32, greatest: f32) -> impl Iterator<Item = f32> {
    let greatest = if greatest > 0.0 { greatest } else { 1.0 };
    [1e-5, 1e-3, 1e-1].into_iter().map(move |share| asked.max(share * greatest))
}

/// The Cholesky factor of a positive definite matrix, on this thread: solves systems with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cholesky {
    size: usize,
    /// The lower triangle holds the factor; the upper one is not looked at.
    lower: Vec<f32>,
}

impl Cholesky {
    /// Factors a matrix given by its lower triangle, row after row. A matrix that is not positive definite to the
    /// precision of its numbers gives none.
    pub fn new(mut matrix: Vec<f32>, size: usize) -> Option<Self> {
        debug_assert_eq!(matrix.len(), size * size);
        let spec = Spec::<LltParams, f32>::default();
        let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f32>(size, Par::Seq, spec));
        let stack = MemStack::new(&mut memory);
        let spec = Spec::<LltParams, f32>::default();
        // A symmetric matrix is the same by rows and by columns; its lower triangle by rows is the upper one by columns.
        cholesky_in_place(square(&mut matrix, size), LltRegularization::default(), Par::Seq, stack, spec)
            .ok()?;
        Some(Self { size, lower: matrix })
    }

    fn factor(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.lower, self.size, self.size)
    }

    /// Replaces a vector by the solution of the system with it on the right-hand side.
    pub fn solve(&self, vector: &mut [f32]) {
        self.solve_many(MatMut::from_column_major_slice_mut(vector, self.size, 1));
    }

    /// The same for every column of a matrix.
    pub fn solve_many(&self, mut columns: MatMut<'_, f32>) {
        solve_lower_triangular_in_place(self.factor(), columns.as_mut(), Par::Seq);
        solve_upper_triangular_in_place(self.factor().transpose(), columns, Par::Seq);
    }

    /// Replaces each column by the inverse of the factor times it.
    pub fn whiten(&self, columns: MatMut<'_, f32>) {
        solve_lower_triangular_in_place(self.factor(), columns, Par::Seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_of_two_equations() {
        // [[4, 2], [2, 3]] x = [2, 5] has the solution [-0.5, 2].
        let factor = Cholesky::new(vec![4.0, 0.0, 2.0, 3.0], 2).unwrap();
        let mut x = [2.0, 5.0];
        factor.solve(&mut x);
        assert!((x[0] + 0.5).abs() < 1e-6 && (x[1] - 2.0).abs() < 1e-6, "{x:?}");
        assert_eq!(Cholesky::new(vec![1.0, 0.0, 2.0, 1.0], 2), None);
    }

    #[test]
    fn products_by_pieces_are_the_products() {
        let rows = 2 * ROWS_A_PIECE + 3;
        let left = Matrix::from_values((0..rows * 3).map(|n| (n % 5) as f32 - 2.0).collect(), 3);
        let product = left.times(left.gram().view());
        let gram =
            |a: usize, b: usize| -> f32 { (0..rows as u32).map(|r| left.row(r)[a] * left.row(r)[b]).sum() };
        for row in [0, 1024, rows as u32 - 1] {
            for column in 0..3 {
                let want: f32 = (0..3).map(|k| left.row(row)[k] * gram(k, column)).sum();
                assert!((product.row(row)[column] - want).abs() <= 1e-5 * want.abs().max(1.0));
            }
        }
    }

    #[test]
    fn nothing_times_nothing() {
        let nothing = Matrix::zeros(0, 4);
        assert_eq!(nothing.gram(), Matrix::zeros(4, 4));
        assert_eq!(nothing.times(Matrix::zeros(4, 2).view()).rows(), 0);
        assert_eq!(Matrix::default().gram().rows(), 0);
    }
}
