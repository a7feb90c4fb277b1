//! The weights of large catalogues: each product explained by its nearest ones.

use rayon::prelude::*;

use super::{EaseParams, largest};
use crate::recommend::matrix::{Cholesky, least};
use crate::recommend::neighbours::Neighbours;
use crate::recommend::sparse::Csr;

/// How many neighbours each product has where nothing is said.
const KEPT: usize = 100;

/// Room for the systems that are solved together, in numbers: a quarter of a gigabyte.
const ROOM: usize = 1 << 26;

/// For each product, the weights of its nearest by cosine: the ridge regression of it on them.
pub(super) fn weights(rows: &Csr, items: usize, params: EaseParams) -> Csr {
    let keep = params.neighbours.unwrap_or(KEPT).min(items.saturating_sub(1));
    let nearest = Neighbours::cosine(rows, items, 0.0, keep);
    let columns = rows.transpose(items);
    let together = (ROOM / (keep * (keep + 1)).max(1)).max(1);
    let mut found = Vec::with_capacity(items);
    for first in (0..items).step_by(together) {
        let group = first..(first + together).min(items);
        let systems = Systems::new(rows, &columns, &nearest, group.clone());
        found.par_extend(
            group.into_par_iter().map(|target| systems.solve(target as u32, params.regularisation)),
        );
    }
    Csr::from_rows(&found)
}

/// The sums over customers that a group of products needs: for each product of the catalogue, its sums with the
/// neighbours of every product of the group that has it for a neighbour, and with that product itself.
struct Systems<'a> {
    nearest: &'a Neighbours,
    first: u32,
    sums: Vec<Sums>,
}

/// The sums of one product.
#[derive(Default)]
struct Sums {
    /// Where the sums of each target begin.
    starts: Vec<usize>,
    values: Vec<f32>,
}

impl<'a> Systems<'a> {
    fn new(rows: &Csr, columns: &Csr, nearest: &'a Neighbours, group: std::ops::Range<usize>) -> Self {
        let items = nearest.items();
        let sums = (0..items as u32)
            .into_par_iter()
            .map_init(
                || vec![0.0; items],
                |with, item| {
                    let targets = targets_of(nearest, item, group.start as u32);
                    let count = targets.partition_point(|&t| (t as usize) < group.end);
                    if count == 0 {
                        return Sums::default();
                    }
                    let (customers, weights) = columns.row(item as usize);
                    let each = |with: &mut [f32], f: &dyn Fn(&mut f32, f32)| {
                        for (&customer, &weight) in customers.iter().zip(weights) {
                            let (others, values) = rows.row(customer as usize);
                            for (&other, &value) in others.iter().zip(values) {
                                f(&mut with[other as usize], weight * value);
                            }
                        }
                    };
                    each(with, &|sum, product| *sum += product);
                    let mut sums = Sums::default();
                    for &target in &targets[..count] {
                        sums.starts.push(sums.values.len());
                        sums.values.extend(nearest.nearest(target).0.iter().map(|&n| with[n as usize]));
                        sums.values.push(with[target as usize]);
                    }
                    each(with, &|sum, _| *sum = 0.0);
                    sums
                },
            )
            .collect();
        Self { nearest, first: group.start as u32, sums }
    }

    fn solve(&self, target: u32, regularisation: f32) -> Vec<(u32, f32)> {
        let (neighbours, _) = self.nearest.nearest(target);
        let size = neighbours.len();
        let mut system = Vec::with_capacity(size * size);
        let mut right = Vec::with_capacity(size);
        for &neighbour in neighbours {
            let sums = self.sums_of(neighbour, target);
            system.extend_from_slice(&sums[..size]);
            right.push(sums[size]);
        }
        let greatest = (0..size).map(|at| system[at * size + at]).fold(0.0, f32::max);
        let factor = least(regularisation, greatest).find_map(|regularisation| {
            let mut system = system.clone();
            (0..size).for_each(|at| system[at * size + at] += regularisation);
            Cholesky::new(system, size)
        });
        let Some(factor) = factor else { return Vec::new() };
        if size > 0 {
            factor.solve(&mut right);
        }
        largest(neighbours.iter().copied().zip(right).collect(), size)
    }

    /// A neighbour's sums with all neighbours of the target, then with the target.
    fn sums_of(&self, neighbour: u32, target: u32) -> &[f32] {
        let targets = targets_of(self.nearest, neighbour, self.first);
        let Sums { starts, values } = &self.sums[neighbour as usize];
        let start = starts[targets.partition_point(|&t| t < target)];
        &values[start..=start + self.nearest.nearest(target).0.len()]
    }
}

/// The products, from `first` on, that have `item` for a neighbour.
fn targets_of(nearest: &Neighbours, item: u32, first: u32) -> &[u32] {
    let (targets, _) = nearest.listed_by(item);
    &targets[targets.partition_point(|&t| t < first)..]
}
