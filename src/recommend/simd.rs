//! The inner loops of the dense methods, on the widest registers that the processor turns out to have.
//!
//! The program is built for any x86-64 or ARM; pulp asks the processor once and runs the same loop compiled for what it
//! has. Whatever is called from a [`WithSimd`] has to be inlined into it to be compiled so.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

/// Runs a loop on the widest registers there are.
pub(crate) fn widest<W: WithSimd>(work: W) -> W::Output {
    Arch::new().dispatch(work)
}

/// The sum of products of two equally long vectors. Eight running sums hide the latency of an addition.
#[inline(always)]
pub(crate) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (S::as_simd_f32s(a), S::as_simd_f32s(b));
    let zero = simd.splat_f32s(0.0);
    let mut sums = [zero; 4];
    let (a_four, a_left) = a.as_chunks::<4>();
    let (b_four, b_left) = b.as_chunks::<4>();
    for (a, b) in a_four.iter().zip(b_four) {
        for at in 0..4 {
            sums[at] = simd.mul_add_e_f32s(a[at], b[at], sums[at]);
        }
    }
    for (at, (a, b)) in a_left.iter().zip(b_left).enumerate() {
        sums[at] = simd.mul_add_e_f32s(*a, *b, sums[at]);
    }
    let (low, high) = (simd.add_f32s(sums[0], sums[1]), simd.add_f32s(sums[2], sums[3]));
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    simd.reduce_sum_f32s(simd.add_f32s(low, high)) + rest
}

/// `to += factor * from`.
#[inline(always)]
pub(crate) fn add_scaled<S: Simd>(simd: S, factor: f32, from: &[f32], to: &mut [f32]) {
    let (from, from_rest) = S::as_simd_f32s(from);
    let (to, to_rest) = S::as_mut_simd_f32s(to);
    let factors = simd.splat_f32s(factor);
    for (from, to) in from.iter().zip(to) {
        *to = simd.mul_add_e_f32s(factors, *from, *to);
    }
    for (from, to) in from_rest.iter().zip(to_rest) {
        *to += factor * from;
    }
}

/// The sum of some rows of a table, each times its factor, added to `out`.
pub(crate) struct AddRows<'a> {
    /// Rows of `out.len()` numbers.
    pub table: &'a [f32],
    /// Which rows.
    pub rows: &'a [u32],
    /// The factor of each.
    pub factors: &'a [f32],
    /// Where they are added.
    pub out: &'a mut [f32],
}

impl WithSimd for AddRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.out.len();
        for (&row, &factor) in self.rows.iter().zip(self.factors) {
            add_scaled(simd, factor, row_of(self.table, width, row), self.out);
        }
    }
}

/// The products of some rows of a table with a vector, one number each.
pub(crate) struct DotRows<'a> {
    /// Rows of `vector.len()` numbers.
    pub table: &'a [f32],
    /// Which rows.
    pub rows: &'a [u32],
    /// The vector.
    pub vector: &'a [f32],
    /// Where the products go, one per row.
    pub out: &'a mut [f32],
}

impl WithSimd for DotRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (&row, out) in self.rows.iter().zip(self.out) {
            *out = dot(simd, row_of(self.table, self.vector.len(), row), self.vector);
        }
    }
}

/// A row of a table of rows of `width` numbers.
#[inline(always)]
pub(crate) fn row_of(table: &[f32], width: usize, row: u32) -> &[f32] {
    let start = row as usize * width;
    &table[start..start + width]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths around those of every register, so that each loop and each rest is gone through.
    #[test]
    fn rows_are_multiplied_and_added_at_every_width() {
        for width in 0..150_usize {
            let table: Vec<f32> = (0..3 * width).map(|n| (n % 13) as f32 - 6.0).collect();
            let vector: Vec<f32> = (0..width).map(|n| (n % 7) as f32 - 3.0).collect();
            let mut products = [0.0; 2];
            widest(DotRows { table: &table, rows: &[2, 0], vector: &vector, out: &mut products });
            let plain = |row: usize| (0..width).map(|at| table[row * width + at] * vector[at]).sum::<f32>();
            assert_eq!(products, [plain(2), plain(0)], "width {width}");
            let mut out = vector.clone();
            widest(AddRows { table: &table, rows: &[1, 2], factors: &[2.0, -0.5], out: &mut out });
            for at in 0..width {
                let want = vector[at] + 2.0 * table[width + at] - 0.5 * table[2 * width + at];
                assert_eq!(out[at], want, "width {width}");
            }
        }
    }
}
