//! Points in space, row by row.

use rayon::prelude::*;

/// So many rows are worked on at a time. The size is fixed, so that sums are the same on any number of threads.
pub(super) const CHUNK: usize = 2048;

/// So many sums are kept at once, so that the compiler may use wide registers.
const LANES: usize = 8;

/// Rows of numbers, all of the same length.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a> {
    values: &'a [f32],
    width: usize,
}

impl<'a> Points<'a> {
    /// Points from their rows one after the other.
    pub fn new(values: &'a [f32], width: usize) -> Self {
        Self { values, width: width.max(1) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// One row.
    pub fn row(&self, at: usize) -> &'a [f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &'a [f32]> {
        self.values.chunks_exact(self.width)
    }

    /// The rows in chunks, for all threads.
    pub(super) fn par_chunks(self) -> impl IndexedParallelIterator<Item = Points<'a>> {
        let width = self.width;
        self.values.par_chunks(CHUNK * width).map(move |values| Points { values, width })
    }
}

/// The square of the distance of two rows.
pub(super) fn squared(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 =
        a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| (x - y) * (x - y)).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            let difference = x[lane] - y[lane];
            lanes[lane] += difference * difference;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// The nearest centre of a point, with the squares of the distances to it and to the second nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub centre: u32,
    pub squared: f32,
    pub second: f32,
}
