//! Distances of several points at a time to several centres, on the widest registers that the processor turns out to have.
//!
//! Points are turned so that a register holds the same number of as many points as it has lanes: nothing is ever added up
//! across a register. What is called from a [`WithSimd`] has to be inlined into it to be compiled for those registers.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

use super::points::{Nearest, Points};

/// So many centres are compared at once: enough sums under way to hide how long each takes.
const ABREAST: usize = 4;

/// Centres in single precision, row after row.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    values: Vec<f32>,
    width: usize,
}

impl Rows {
    /// Of centres as they are kept.
    pub fn of(centres: &[Vec<f64>]) -> Self {
        let width = centres.first().map_or(1, Vec::len).max(1);
        Self { values: centres.iter().flatten().map(|x| *x as f32).collect(), width }
    }

    /// Of some of the points.
    pub fn some(points: Points<'_>, at: &[usize]) -> Self {
        Self {
            values: at.iter().flat_map(|at| points.row(*at).iter().copied()).collect(),
            width: points.width(),
        }
    }

    /// One of them.
    pub fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }

    /// All, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }
}

/// The nearest centre of some of the points, of equally near ones the first.
pub(super) fn nearest(points: Points<'_>, which: &[u32], centres: &Rows, each: impl FnMut(u32, Nearest)) {
    Arch::new().dispatch(Work { points, which, centres, each: Least(each) });
}

/// The squares of the distances of all points to every centre: the point's place, the centre's, the square.
pub(super) fn all(points: Points<'_>, centres: &Rows, each: impl FnMut(usize, usize, f32)) {
    let which: Vec<u32> = (0..points.len() as u32).collect();
    Arch::new().dispatch(Work { points, which: &which, centres, each: Every(each) });
}

/// What becomes of the distances of a block: `squares` has for each centre as many as there are lanes.
trait Use {
    fn block<S: Simd>(&mut self, simd: S, which: &[u32], squares: &[f32]);
}

struct Work<'a, U> {
    points: Points<'a>,
    which: &'a [u32],
    centres: &'a Rows,
    each: U,
}

impl<U: Use> WithSimd for Work<'_, U> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (lanes, width) = (S::F32_LANES, self.points.width());
        let mut block = vec![0.0_f32; lanes * width];
        let mut squares = vec![0.0_f32; lanes * self.centres.len()];
        for which in self.which.chunks(lanes) {
            for (lane, at) in which.iter().enumerate() {
                let row = self.points.row(*at as usize);
                for place in 0..width {
                    block[place * lanes + lane] = row[place];
                }
            }
            distances(simd, &block, self.centres, &mut squares);
            self.each.block(simd, which, &squares);
        }
    }
}

/// The squares of the distances of a turned block of points to every centre.
#[inline(always)]
fn distances<S: Simd>(simd: S, block: &[f32], centres: &Rows, squares: &mut [f32]) {
    let points = &S::as_simd_f32s(block).0[..centres.width];
    let squares = S::as_mut_simd_f32s(squares).0;
    let width = centres.width;
    let zero = simd.splat_f32s(0.0);
    let groups = centres.values.chunks(ABREAST * width).zip(squares.chunks_mut(ABREAST));
    for (group, squares) in groups {
        if squares.len() == ABREAST {
            let mut sums = [zero; ABREAST];
            let rows: [&[f32]; ABREAST] = std::array::from_fn(|c| &group[c * width..(c + 1) * width]);
            // By index: a chain of five iterators is not always taken apart by the compiler.
            for at in 0..width {
                for c in 0..ABREAST {
                    let away = simd.sub_f32s(points[at], simd.splat_f32s(rows[c][at]));
                    sums[c] = simd.mul_add_e_f32s(away, away, sums[c]);
                }
            }
            squares.copy_from_slice(&sums);
        } else {
            for (centre, square) in group.chunks_exact(width).zip(squares) {
                let mut sum = zero;
                for (x, centre) in points.iter().zip(centre) {
                    let away = simd.sub_f32s(*x, simd.splat_f32s(*centre));
                    sum = simd.mul_add_e_f32s(away, away, sum);
                }
                *square = sum;
            }
        }
    }
}

/// Wants every distance.
struct Every<F>(F);

impl<F: FnMut(usize, usize, f32)> Use for Every<F> {
    #[inline(always)]
    fn block<S: Simd>(&mut self, _: S, which: &[u32], squares: &[f32]) {
        for (centre, squares) in squares.chunks_exact(S::F32_LANES).enumerate() {
            for (at, square) in which.iter().zip(squares) {
                (self.0)(*at as usize, centre, *square);
            }
        }
    }
}

/// Wants the nearest and how far the second nearest is.
struct Least<F>(F);

impl<F: FnMut(u32, Nearest)> Use for Least<F> {
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, which: &[u32], squares: &[f32]) {
        let far = simd.splat_f32s(f32::INFINITY);
        let (mut least, mut second) = (far, far);
        let mut place = simd.splat_u32s(0);
        for (centre, square) in S::as_simd_f32s(squares).0.iter().enumerate() {
            let nearer = simd.less_than_f32s(*square, least);
            place = simd.select_u32s(nearer, simd.splat_u32s(centre as u32), place);
            second = simd.min_f32s(second, simd.max_f32s(least, *square));
            least = simd.min_f32s(least, *square);
        }
        let (least, second, place) = ([least], [second], [place]);
        let found = numbers::<S>(&least).iter().zip(numbers::<S>(&second)).zip(places::<S>(&place));
        for (at, ((squared, second), centre)) in which.iter().zip(found) {
            (self.0)(*at, Nearest { centre: *centre, squared: *squared, second: *second });
        }
    }
}

#[inline(always)]
fn numbers<S: Simd>(register: &[S::f32s; 1]) -> &[f32] {
    pulp::bytemuck::cast_slice(register)
}

#[inline(always)]
fn places<S: Simd>(register: &[S::u32s; 1]) -> &[u32] {
    pulp::bytemuck::cast_slice(register)
}

#[cfg(test)]
mod tests {
    use super::super::points::squared;
    use super::*;

    /// Widths and numbers around those of every register, so that each loop and each rest is gone through.
    #[test]
    fn the_nearest_is_found_at_every_width_and_among_any_number() {
        let noise = |n: usize| ((n * 7919 % 1013) as f32 / 101.0).sin();
        for (count, width, k) in [(1, 1, 1), (19, 3, 5), (64, 20, 10), (7, 33, 2), (33, 8, 4)] {
            let values: Vec<f32> = (0..count * width).map(noise).collect();
            let points = Points::new(&values, width);
            let centres: Vec<Vec<f64>> = (0..k)
                .map(|c| (0..width).map(|at| f64::from(noise(5000 + c * width + at))).collect())
                .collect();
            let rows = Rows::of(&centres);
            let which: Vec<u32> = (0..count as u32).rev().collect();
            let mut seen = Vec::new();
            nearest(points, &which, &rows, |at, found| {
                seen.push(at);
                let mut far: Vec<f32> = rows.iter().map(|c| squared(points.row(at as usize), c)).collect();
                let close = |a: f32, b: f32| a == b || (a - b).abs() <= 1e-5 * b.max(1.0);
                assert!(close(found.squared, far[found.centre as usize]));
                far.sort_by(f32::total_cmp);
                assert!(close(found.squared, far[0]));
                assert!(close(found.second, far.get(1).copied().unwrap_or(f32::INFINITY)));
            });
            assert_eq!(seen, which);
        }
    }
}
