//! A customer's taste from their history and the products' factors.

use faer::{Accum, MatMut, MatRef};

use crate::recommend::matrix::{Cholesky, Matrix, least, multiply, square};
use crate::recommend::simd::{AddRows, DotRows, widest};

/// A product of the customer's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Own {
    /// Which.
    pub item: u32,
    /// By how much its square counts more than that of a product with which nothing was done.
    pub extra: f32,
    /// How strongly the taste is drawn to it.
    pub liking: f32,
}

/// The taste `x` that is least in `|x|² + Σ extra (y·x)² - 2 Σ liking (y·x)`, over the customer's own products `y`, and
/// what is needed to say what it owes to each of them. (`|x|²` stands for all other products and for the
/// regularisation: the factors are turned so that it does.)
///
/// With `R` the rows `√extra y`, that is `W Σ liking y`, where `W = (I + RᵀR)⁻¹`; and `W = I - Rᵀ(I + RRᵀ)⁻¹R` for a
/// history shorter than there are factors, which leaves a system of the history's length to solve.
#[derive(Debug, PartialEq)]
pub(super) struct Fold {
    items: Vec<u32>,
    liking: Vec<f32>,
    /// `R`, row after row; empty where the system is one of factors.
    rows: Vec<f32>,
    system: Option<Cholesky>,
    taste: Vec<f32>,
}

impl Fold {
    pub fn new(products: &Matrix, own: Vec<Own>) -> Self {
        let width = products.width();
        let (items, liking): (Vec<u32>, Vec<f32>) = own.iter().map(|o| (o.item, o.liking)).unzip();
        let mut taste = vec![0.0; width];
        widest(AddRows { table: products.values(), rows: &items, factors: &liking, out: &mut taste });
        let mut rows = Vec::with_capacity(own.len() * width);
        for Own { item, extra, .. } in &own {
            let root = extra.sqrt();
            rows.extend(products.row(*item).iter().map(|y| root * y));
        }
        let by_history = own.len() < width;
        let size = own.len().min(width);
        let mut system = vec![0.0; size * size];
        if size > 0 {
            let r = MatRef::from_row_major_slice(&rows, own.len(), width);
            let (left, right) = if by_history { (r, r.transpose()) } else { (r.transpose(), r) };
            multiply(square(&mut system, size), Accum::Replace, left, right);
        }
        (0..size).for_each(|at| system[at * size + at] += 1.0);
        if !by_history {
            rows.clear();
        }
        // The identity and a sum of squares: positive definite, unless something in it is beyond numbers.
        let system = Cholesky::new(system, size);
        let mut fold = Self { items, liking, rows, system, taste: Vec::new() };
        fold.weigh(&mut taste);
        fold.taste = taste;
        fold
    }

    /// The taste.
    pub fn taste(&self) -> &[f32] {
        &self.taste
    }

    /// Replaces `v` by `W v`.
    fn weigh(&self, v: &mut [f32]) {
        let Some(system) = &self.system else {
            v.fill(0.0);
            return;
        };
        if self.rows.is_empty() {
            if !self.items.is_empty() {
                system.solve(v);
            }
            return;
        }
        let (size, width) = (self.items.len(), v.len());
        let order: Vec<u32> = (0..size as u32).collect();
        let mut along = vec![0.0; size];
        widest(DotRows { table: &self.rows, rows: &order, vector: v, out: &mut along });
        system.solve(&mut along);
        along.iter_mut().for_each(|a| *a = -*a);
        debug_assert_eq!(self.rows.len(), size * width);
        widest(AddRows { table: &self.rows, rows: &order, factors: &along, out: v });
    }

    /// What each own product gives to the score of `item`: they add up to it.
    pub fn evidence(&self, products: &Matrix, item: u32, factor: f32, each: &mut dyn FnMut(u32, f32)) {
        let mut seen = products.row(item).to_vec();
        self.weigh(&mut seen);
        let mut similar = vec![0.0; self.items.len()];
        widest(DotRows { table: products.values(), rows: &self.items, vector: &seen, out: &mut similar });
        for ((&own, liking), similarity) in self.items.iter().zip(&self.liking).zip(similar) {
            if own != item {
                each(own, liking * similarity * factor);
            }
        }
    }
}

/// Turns factors so that their squares plus the regularisation become the identity.
///
/// With hardly any regularisation there may be directions in which no product has anything; then as much is added as
/// makes the turn possible.
pub(super) fn whiten(products: &Matrix, regularisation: f32) -> Matrix {
    let width = products.width();
    let all = products.gram();
    let diagonal = |at: usize| at * width + at;
    let greatest = (0..width).map(|at| all.values()[diagonal(at)]).fold(0.0, f32::max);
    let factor = least(regularisation, greatest).find_map(|added| {
        let mut all = all.values().to_vec();
        (0..width).for_each(|at| all[diagonal(at)] += added);
        Cholesky::new(all, width)
    });
    // None where the numbers went beyond all bounds: then nothing was learned.
    let Some(factor) = factor else { return Matrix::zeros(products.rows(), width) };
    let mut turn = vec![0.0; width * width];
    (0..width).for_each(|at| turn[diagonal(at)] = 1.0);
    factor.whiten(MatMut::from_row_major_slice_mut(&mut turn, width, width));
    products.times(MatRef::from_row_major_slice(&turn, width, width).transpose())
}
