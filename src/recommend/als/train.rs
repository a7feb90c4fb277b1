//! Alternating least squares.

use faer::{Accum, MatMut, MatRef};
use pulp::{Simd, WithSimd};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{AlsParams, fold};
use crate::recommend::matrix::{Matrix, least, multiply};
use crate::recommend::simd::{add_scaled, dot, row_of, widest};
use crate::recommend::sparse::Csr;

/// How many rows are solved together, so that their products with the common matrix are one product of matrices.
const ROWS_A_BLOCK: usize = 64;

/// Steps of conjugate gradients for a row. It starts from the row's last solution, so that few do.
const STEPS: usize = 3;

/// Where the factors begin is of no consequence, but it has to be the same each time.
const SEED: u64 = 0x6865_7261_6c64;

/// The products' factors, turned for [`fold`].
pub(super) fn products(rows: &Csr, items: usize, params: AlsParams) -> Matrix {
    // As many factors as products can say anything; each row of zeros that is no one's costs only time.
    let width = params.factors.min(items).max(1);
    let columns = rows.transpose(items);
    let mut products = beginning(items, width);
    let mut customers = Matrix::zeros(rows.rows(), width);
    for _ in 0..params.iterations.max(1) {
        solve(rows, &products, &mut customers, params);
        solve(&columns, &customers, &mut products, params);
    }
    fold::whiten(&products, params.regularisation)
}

fn beginning(items: usize, width: usize) -> Matrix {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let values = (0..items * width).map(|_| random.random_range(-0.01_f32..0.01)).collect();
    Matrix::from_values(values, width)
}

/// One half of an iteration: every row's factors from those of the other side.
///
/// By conjugate gradients after Takács, Pilászy and Tikk, "Applications of the conjugate gradient method for implicit
/// feedback collaborative filtering" (ACM Conference on Recommender Systems 2011).
fn solve(rows: &Csr, other: &Matrix, own: &mut Matrix, params: AlsParams) {
    let width = other.width();
    let mut common = other.gram();
    let greatest = (0..width).map(|at| common.values()[at * width + at]).fold(0.0, f32::max);
    let added = least(params.regularisation, greatest).next().unwrap_or(params.regularisation);
    (0..width).for_each(|at| common.values_mut()[at * width + at] += added);
    own.values_mut().par_chunks_mut(ROWS_A_BLOCK * width).enumerate().for_each_init(
        || Room::new(width),
        |room, (block, own)| {
            let system =
                System { rows, first: block * ROWS_A_BLOCK, other, common: &common, alpha: params.alpha };
            system.solve(own, room);
        },
    );
}

/// What one thread works in: a vector for each row of a block, three times.
struct Room {
    residual: Vec<f32>,
    direction: Vec<f32>,
    image: Vec<f32>,
}

impl Room {
    fn new(width: usize) -> Self {
        let block = || vec![0.0; ROWS_A_BLOCK * width];
        Self { residual: block(), direction: block(), image: block() }
    }
}

/// The equations `(common + Σ αw y yᵀ) x = Σ (1 + αw) y` of a block of rows, over the entries `w` of each and the
/// factors `y` that they belong to.
struct System<'a> {
    rows: &'a Csr,
    first: usize,
    other: &'a Matrix,
    common: &'a Matrix,
    alpha: f32,
}

impl System<'_> {
    fn solve(&self, x: &mut [f32], room: &mut Room) {
        let (width, len) = (self.other.width(), x.len());
        let Room { residual, direction, image } = room;
        let (residual, direction, image) = (&mut residual[..len], &mut direction[..len], &mut image[..len]);
        let count = len / width;
        let mut squares = [0.0; ROWS_A_BLOCK];
        self.times_common(x, image);
        for (at, square) in squares.iter_mut().enumerate().take(count) {
            let range = at * width..(at + 1) * width;
            *square = widest(Begin {
                row: self.row(at),
                x: &mut x[range.clone()],
                image: &image[range.clone()],
                residual: &mut residual[range.clone()],
                direction: &mut direction[range],
            });
        }
        for _ in 0..STEPS {
            self.times_common(direction, image);
            for (at, square) in squares.iter_mut().enumerate().take(count) {
                let range = at * width..(at + 1) * width;
                *square = widest(Step {
                    row: self.row(at),
                    square: *square,
                    x: &mut x[range.clone()],
                    image: &mut image[range.clone()],
                    residual: &mut residual[range.clone()],
                    direction: &mut direction[range],
                });
            }
        }
    }

    /// `out = rows * common`, for the rows of the block.
    fn times_common(&self, rows: &[f32], out: &mut [f32]) {
        let width = self.other.width();
        let count = rows.len() / width;
        multiply(
            MatMut::from_row_major_slice_mut(out, count, width),
            Accum::Replace,
            MatRef::from_row_major_slice(rows, count, width),
            self.common.view(),
        );
    }

    fn row(&self, at: usize) -> Row<'_> {
        let (entries, weights) = self.rows.row(self.first + at);
        Row { entries, weights, table: self.other.values(), alpha: self.alpha }
    }
}

/// The entries of one row.
#[derive(Clone, Copy)]
struct Row<'a> {
    entries: &'a [u32],
    weights: &'a [f32],
    table: &'a [f32],
    alpha: f32,
}

/// The first residual of a row, which is also the first direction; gives its square.
struct Begin<'a> {
    row: Row<'a>,
    x: &'a mut [f32],
    image: &'a [f32],
    residual: &'a mut [f32],
    direction: &'a mut [f32],
}

impl WithSimd for Begin<'_> {
    type Output = f32;

    #[allow(clippy::inline_always)] // see `simd`
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let Self { row, x, image, residual, direction } = self;
        if row.entries.is_empty() {
            x.fill(0.0);
            residual.fill(0.0);
            direction.fill(0.0);
            return 0.0;
        }
        residual.fill(0.0);
        add_scaled(simd, -1.0, image, residual);
        for (&entry, &weight) in row.entries.iter().zip(row.weights) {
            let y = row_of(row.table, x.len(), entry);
            let extra = row.alpha * weight;
            let factor = 1.0 + extra - extra * dot(simd, y, x);
            add_scaled(simd, factor, y, residual);
        }
        direction.copy_from_slice(residual);
        dot(simd, residual, residual)
    }
}

/// A step of conjugate gradients; gives the square of the new residual.
struct Step<'a> {
    row: Row<'a>,
    square: f32,
    x: &'a mut [f32],
    image: &'a mut [f32],
    residual: &'a mut [f32],
    direction: &'a mut [f32],
}

/// A residual below this is nothing: the row is solved.
const SOLVED: f32 = 1e-20;

impl WithSimd for Step<'_> {
    type Output = f32;

    #[allow(clippy::inline_always)] // see `simd`
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let Self { row, square, x, image, residual, direction } = self;
        if square < SOLVED {
            return square;
        }
        for (&entry, &weight) in row.entries.iter().zip(row.weights) {
            let y = row_of(row.table, x.len(), entry);
            let factor = row.alpha * weight * dot(simd, y, direction);
            add_scaled(simd, factor, y, image);
        }
        let curvature = dot(simd, direction, image);
        if curvature <= 0.0 || !curvature.is_finite() {
            return 0.0; // rounding has nothing more to say about this row
        }
        let length = square / curvature;
        add_scaled(simd, length, direction, x);
        add_scaled(simd, -length, image, residual);
        let next = dot(simd, residual, residual);
        let turn = next / square;
        for (direction, residual) in direction.iter_mut().zip(residual.iter()) {
            *direction = turn * *direction + residual;
        }
        next
    }
}
