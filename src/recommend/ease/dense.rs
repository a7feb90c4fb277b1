//! The weights in closed form, from the inverse of products by products.

use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::{EaseParams, largest};
use crate::recommend::matrix::{Cholesky, least, square};
use crate::recommend::sparse::Csr;

/// Products a block: a block's product with a panel is large enough for the processor's full speed.
const BLOCK: usize = 128;

/// How many weights of each product are kept where nothing is said.
const KEPT: usize = 200;

/// Rows of a panel that one thread takes at a time.
const ROWS_A_PIECE: usize = 512;

/// For each product, its `neighbours` largest weights.
pub(super) fn weights(rows: &Csr, items: usize, params: EaseParams) -> Csr {
    let columns = rows.transpose(items);
    let largest_square = rows.column_sums_of_squares(items).into_iter().fold(0.0, f64::max) as f32;
    let inverse = least(params.regularisation, largest_square).find_map(|regularisation| {
        let mut matrix = Symmetric::gram(rows, &columns, items);
        matrix.add_to_diagonal(regularisation);
        matrix.invert().then_some(matrix)
    });
    let Some(inverse) = inverse else { return Csr::from_rows(&vec![Vec::new(); items]) };
    let found: Vec<Vec<Vec<(u32, f32)>>> = (0..inverse.panels.len())
        .into_par_iter()
        .map(|block| inverse.weights_of(block, params.neighbours.unwrap_or(KEPT)))
        .collect();
    Csr::from_rows(&found.concat())
}

/// The lower half of a symmetric matrix, in panels of [`BLOCK`] columns. A panel holds the rows from its own first column
/// on, row after row.
struct Symmetric {
    size: usize,
    panels: Vec<Vec<f32>>,
}

impl Symmetric {
    /// Products by products: the sums over customers of what they have of both.
    fn gram(rows: &Csr, columns: &Csr, items: usize) -> Self {
        let panels = (0..items.div_ceil(BLOCK)).into_par_iter().map(|block| {
            let (first, width) = extent(block, items);
            let mut panel = vec![0.0; (items - first) * width];
            for at in 0..width {
                let (customers, weights) = columns.row(first + at);
                for (&customer, &weight) in customers.iter().zip(weights) {
                    let (others, values) = rows.row(customer as usize);
                    let from = others.partition_point(|&other| (other as usize) < first);
                    for (&other, &value) in others[from..].iter().zip(&values[from..]) {
                        panel[(other as usize - first) * width + at] += weight * value;
                    }
                }
            }
            panel
        });
        Self { size: items, panels: panels.collect() }
    }

    fn add_to_diagonal(&mut self, value: f32) {
        let size = self.size;
        for (block, panel) in self.panels.iter_mut().enumerate() {
            let (_, width) = extent(block, size);
            (0..width).for_each(|at| panel[at * width + at] += value);
        }
    }

    /// Turns the matrix into its inverse times -1, by sweeping it (Beaton 1964; Goodnight, The American Statistician 33,
    /// 1979) a block at a time. It takes the operations of a Cholesky factorisation and inversion, in place, and nearly all
    /// of them are products of a block with a panel. False if the matrix is not positive definite.
    fn invert(&mut self) -> bool {
        (0..self.panels.len()).all(|block| self.sweep(block))
    }

    fn sweep(&mut self, block: usize) -> bool {
        let (first, width) = extent(block, self.size);
        let Some(pivot) = inverse(self.panels[block][..width * width].to_vec(), width) else { return false };
        let column = self.take_column(block);
        let weighed = times(&column, &pivot, width);
        self.panels.par_iter_mut().enumerate().filter(|(other, _)| *other != block).for_each(
            |(other, panel)| {
                let (from, count) = extent(other, self.size);
                let across =
                    MatRef::from_row_major_slice(&column[from * width..][..count * width], count, width);
                panel.par_chunks_mut(ROWS_A_PIECE * count).enumerate().for_each(|(piece, out)| {
                    let (start, rows) = (from + piece * ROWS_A_PIECE, out.len() / count);
                    let along =
                        MatRef::from_row_major_slice(&weighed[start * width..][..rows * width], rows, width);
                    let out = MatMut::from_row_major_slice_mut(out, rows, count);
                    faer::linalg::matmul::matmul(out, Accum::Add, along, across.transpose(), -1.0, Par::Seq);
                });
            },
        );
        self.put_column(block, &weighed);
        let own = &mut self.panels[block];
        own[..width * width].iter_mut().zip(&pivot).for_each(|(out, p)| *out = -p);
        debug_assert_eq!(own.len(), (self.size - first) * width);
        true
    }

    /// The whole columns of a block, row after row, with nothing in the block's own rows.
    fn take_column(&self, block: usize) -> Vec<f32> {
        let (first, width) = extent(block, self.size);
        let mut column = vec![0.0; self.size * width];
        for (other, panel) in self.panels[..block].iter().enumerate() {
            let (from, count) = extent(other, self.size);
            for at in 0..width {
                let row = &panel[(first + at - from) * count..][..count];
                row.iter().enumerate().for_each(|(r, value)| column[(from + r) * width + at] = *value);
            }
        }
        let below = (first + width) * width;
        column[below..].copy_from_slice(&self.panels[block][width * width..]);
        column
    }

    /// Puts the whole columns of a block back, but for the block's own rows.
    fn put_column(&mut self, block: usize, column: &[f32]) {
        let (first, width) = extent(block, self.size);
        let size = self.size;
        for (other, panel) in self.panels[..block].iter_mut().enumerate() {
            let (from, count) = extent(other, size);
            for at in 0..width {
                let row = &mut panel[(first + at - from) * count..][..count];
                row.iter_mut().enumerate().for_each(|(r, value)| *value = column[(from + r) * width + at]);
            }
        }
        self.panels[block][width * width..].copy_from_slice(&column[(first + width) * width..]);
    }

    /// The weights of a block's products, from the inverse `P`: `-P_ij / P_jj` of `i` for `j`, whatever its sign.
    fn weights_of(&self, block: usize, keep: usize) -> Vec<Vec<(u32, f32)>> {
        let (first, width) = extent(block, self.size);
        let column = self.take_column(block);
        let own = &self.panels[block][..width * width];
        let of = |at: usize| {
            let diagonal = own[at * width + at];
            let value = |item: usize| match item.checked_sub(first) {
                Some(row) if row < width => own[row.max(at) * width + row.min(at)],
                _ => column[item * width + at],
            };
            let others = (0..self.size).filter(|&item| item != first + at);
            largest(others.map(|item| (item as u32, -value(item) / diagonal)).collect(), keep)
        };
        (0..width).map(of).collect()
    }
}

/// The first column of a block and how many it has.
fn extent(block: usize, size: usize) -> (usize, usize) {
    let first = block * BLOCK;
    (first, BLOCK.min(size - first))
}

/// The inverse of a small positive definite matrix given by its lower triangle.
fn inverse(matrix: Vec<f32>, size: usize) -> Option<Vec<f32>> {
    let factor = Cholesky::new(matrix, size)?;
    let mut inverse = vec![0.0; size * size];
    (0..size).for_each(|at| inverse[at * size + at] = 1.0);
    factor.solve_many(square(&mut inverse, size));
    // Rounding must not make it lopsided: what follows reads one half for the other.
    for row in 0..size {
        for column in 0..row {
            inverse[column * size + row] = inverse[row * size + column];
        }
    }
    Some(inverse)
}

/// Rows of `width` numbers times a square matrix.
fn times(rows: &[f32], right: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows.len()];
    let right = MatRef::from_row_major_slice(right, width, width);
    out.par_chunks_mut(ROWS_A_PIECE * width).zip(rows.par_chunks(ROWS_A_PIECE * width)).for_each(
        |(out, rows)| {
            let count = rows.len() / width;
            let rows = MatRef::from_row_major_slice(rows, count, width);
            let out = MatMut::from_row_major_slice_mut(out, count, width);
            faer::linalg::matmul::matmul(out, Accum::Replace, rows, right, 1.0, Par::Seq);
        },
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of more than two blocks times its inverse is the identity.
    #[test]
    fn sweeping_all_blocks_inverts() {
        let size = 2 * BLOCK + 37;
        let noise = |n: usize| (n * 2_654_435_761 % 1009) as f32 / 1009.0;
        let users: Vec<Vec<(u32, f32)>> = (0..400)
            .map(|u| {
                let taken = (0..size as u32).filter(|&i| noise(u * size + i as usize) < 0.05);
                taken.map(|i| (i, 0.5 + noise(i as usize + u))).collect()
            })
            .collect();
        let rows = Csr::from_rows(&users);
        let mut matrix = Symmetric::gram(&rows, &rows.transpose(size), size);
        matrix.add_to_diagonal(20.0);
        let value = |of: &Symmetric, a: usize, b: usize| {
            let (row, column) = (a.max(b), a.min(b));
            let (first, width) = extent(column / BLOCK, size);
            of.panels[column / BLOCK][(row - first) * width + column - first]
        };
        let whole: Vec<Vec<f64>> =
            (0..size).map(|a| (0..size).map(|b| f64::from(value(&matrix, a, b))).collect()).collect();
        assert!(matrix.invert());
        for row in (0..size).step_by(17) {
            for column in (0..size).step_by(13) {
                let product: f64 =
                    (0..size).map(|k| whole[row][k] * -f64::from(value(&matrix, k, column))).sum();
                let want = f64::from(u8::from(row == column));
                assert!((product - want).abs() < 2e-5, "{row} {column}: {product}");
            }
        }
    }
}
