//! The products most similar to each product.

use rayon::prelude::*;

use super::sparse::Csr;
use super::weighting::{Weigher, Weighting};

/// For each product its most similar ones, and the same read backwards.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Neighbours {
    nearest: Csr,
    listed_by: Csr,
}

impl Neighbours {
    /// Cosine similarity of the columns of `rows` (customers or baskets by products), shrunk towards 0, the best
    /// `keep` for each product:
    ///
    /// `similarity(i, j) = sum over rows of x_i x_j / (|x_i| |x_j| + shrinkage)`
    ///
    /// Plain cosine is Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering recommendation
    /// algorithms" (WWW 2001); the top-N form is Deshpande and Karypis (ACM TOIS 22, 2004); the shrinkage term in the
    /// denominator, which distrusts pairs seen seldom, is as in Ferrari Dacrema, Cremonesi and Jannach (ACM Conference on Recommender Systems
    /// 2019).
    ///
    /// Works product by product after Gustavson (ACM TOMS 4, 1978): memory is one row of the catalogue per thread and
    /// the result. Equal similarities are kept by the lower index.
    #[must_use]
    pub fn cosine(rows: &Csr, items: usize, shrinkage: f32, keep: usize) -> Self {
        Self::find(rows, items, Weighting::Cosine, shrinkage, keep)
    }

    /// As [`Neighbours::cosine`], by another measure of how alike two products are.
    #[must_use]
    pub fn find(rows: &Csr, items: usize, weighting: Weighting, shrinkage: f32, keep: usize) -> Self {
        let columns = rows.transpose(items);
        let weigher = Weigher::new(weighting, &columns, rows.rows());
        let columns = weigher.weigh_all(columns);
        let weighed = (weighting != Weighting::Cosine).then(|| columns.transpose(rows.rows()));
        let rows = weighed.as_ref().unwrap_or(rows);
        let sizes: Vec<f32> = (0..items).map(|item| weigher.size(columns.row(item).1)).collect();
        let nearest: Vec<Vec<(u32, f32)>> = (0..items)
            .into_par_iter()
            .map_init(
                || Accumulator::new(items),
                |sums, item| {
                    sums.multiply_row(columns.row(item), rows);
                    let size = sizes[item];
                    sums.take_best(item as u32, keep, |other, dot| {
                        weigher.similarity(dot, size, sizes[other as usize], shrinkage)
                    })
                },
            )
            .collect();
        let nearest = Csr::from_rows(&nearest);
        let listed_by = nearest.transpose(items);
        Self { nearest, listed_by }
    }

    /// The number of products.
    #[must_use]
    pub fn items(&self) -> usize {
        self.nearest.rows()
    }

    /// The products most similar to `item`, best first, with their similarity.
    #[must_use]
    pub fn nearest(&self, item: u32) -> (&[u32], &[f32]) {
        self.nearest.row(item as usize)
    }

    /// The products that have `item` among their most similar ones, ascending, with the similarity.
    #[must_use]
    pub fn listed_by(&self, item: u32) -> (&[u32], &[f32]) {
        self.listed_by.row(item as usize)
    }
}

/// One row of a sparse product, as wide as the catalogue; all zero between two rows.
struct Accumulator {
    sums: Vec<f32>,
    touched: Vec<u32>,
    best: Vec<(u32, f32)>,
}

impl Accumulator {
    fn new(items: usize) -> Self {
        Self { sums: vec![0.0; items], touched: Vec::new(), best: Vec::new() }
    }

    /// Adds a product's column times the whole matrix. All values are positive, so a sum of 0 is one not begun.
    fn multiply_row(&mut self, column: (&[u32], &[f32]), rows: &Csr) {
        for (&row, &weight) in column.0.iter().zip(column.1) {
            let (items, values) = rows.row(row as usize);
            for (&item, &value) in items.iter().zip(values) {
                let sum = &mut self.sums[item as usize];
                if *sum == 0.0 {
                    self.touched.push(item);
                }
                *sum += weight * value;
            }
        }
    }

    /// The best `keep` others of the row, best first; leaves all sums at zero.
    fn take_best(&mut self, own: u32, keep: usize, similarity: impl Fn(u32, f32) -> f32) -> Vec<(u32, f32)> {
        self.best.clear();
        for &item in &self.touched {
            let dot = std::mem::take(&mut self.sums[item as usize]);
            let similarity = similarity(item, dot);
            if item != own && similarity > 0.0 {
                self.best.push((item, similarity));
            }
        }
        self.touched.clear();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if keep > 0 && keep < self.best.len() {
            self.best.select_nth_unstable_by(keep - 1, order);
        }
        self.best.truncate(keep);
        self.best.sort_unstable_by(order);
        self.best.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ratings [[0,1,0],[1,0,2],[0,1,1]]: customers by products.
    fn textbook() -> Csr {
        Csr::from_rows(&[vec![(1, 1.0)], vec![(0, 1.0), (2, 2.0)], vec![(1, 1.0), (2, 1.0)]])
    }

    #[test]
    fn cosine_of_a_textbook_matrix() {
        // Columns (0,1,0), (1,0,1), (0,2,1): norms 1, sqrt 2, sqrt 5.
        let found = Neighbours::cosine(&textbook(), 3, 0.0, 50);
        let (items, values) = found.nearest(2);
        assert_eq!(items, [0, 1]);
        assert!((values[0] - 2.0 / 5_f32.sqrt()).abs() < 1e-6);
        assert!((values[1] - 1.0 / 10_f32.sqrt()).abs() < 1e-6);
        assert_eq!(found.nearest(0).0, [2]); // nobody has 0 and 1
        assert_eq!(found.listed_by(2).0, [0, 1]);
    }

    #[test]
    fn shrinkage_goes_into_the_denominator() {
        let found = Neighbours::cosine(&textbook(), 3, 3.0, 50);
        assert!((found.nearest(0).1[0] - 2.0 / (5_f32.sqrt() + 3.0)).abs() < 1e-6);
    }

    #[test]
    fn only_the_best_are_kept_and_ties_go_to_the_lower_index() {
        let all_together = Csr::from_rows(&[(0..6).map(|i| (i, 1.0)).collect()]);
        let found = Neighbours::cosine(&all_together, 6, 0.0, 2);
        assert_eq!(found.nearest(5).0, [0, 1]);
        assert_eq!(found.nearest(0).0, [1, 2]);
        assert_eq!(found.listed_by(2).0, [0, 1]);
        assert_eq!(Neighbours::cosine(&all_together, 6, 0.0, 0).nearest(3).0, [0_u32; 0]);
    }

    #[test]
    fn one_product_has_no_neighbours() {
        let found = Neighbours::cosine(&Csr::from_rows(&[vec![(0, 1.0)]]), 1, 0.0, 50);
        assert_eq!((found.items(), found.nearest(0).0.len()), (1, 0));
    }
}
