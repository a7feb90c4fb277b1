//! Scores as products of what a customer likes with what products are like.

use super::batch::CUSTOMERS_A_BATCH;
use super::matrix::{Matrix, multiply};
use faer::{Accum, MatMut, MatRef};

/// The scores of all products for a batch of customers: row after row, a row for each customer, of
/// `taste * product`, times the product's factor.
///
/// The product is always of the same shape, with empty tastes for the places that are not taken, so that a customer's
/// scores are the same to the last bit in whatever company.
pub(crate) fn score(products: &Matrix, tastes: &[&[f32]], factors: Option<&[f32]>) -> Vec<f32> {
    let (items, width) = (products.rows(), products.width());
    let mut given = vec![0.0; CUSTOMERS_A_BATCH * width];
    for (place, taste) in given.chunks_mut(width.max(1)).zip(tastes) {
        place.copy_from_slice(taste);
    }
    let mut scores = vec![0.0; CUSTOMERS_A_BATCH * items];
    multiply(
        MatMut::from_column_major_slice_mut(&mut scores, items, CUSTOMERS_A_BATCH),
        Accum::Replace,
        products.view(),
        MatRef::from_column_major_slice(&given, width, CUSTOMERS_A_BATCH),
    );
    scores.truncate(tastes.len() * items);
    if let Some(factors) = factors {
        for row in scores.chunks_mut(items.max(1)) {
            row.iter_mut().zip(factors).for_each(|(score, factor)| *score *= factor);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_scores_do_not_depend_on_the_company() {
        let noise = |n: usize| ((n * 7919 % 1013) as f32 / 1013.0 - 0.5).sin();
        for (items, width) in [(1, 1), (5, 3), (77, 64), (300, 17)] {
            let products = Matrix::from_values((0..items * width).map(noise).collect(), width);
            let tastes: Vec<Vec<f32>> = (0..CUSTOMERS_A_BATCH)
                .map(|c| (0..width).map(|at| noise(9000 + c * width + at)).collect())
                .collect();
            let tastes: Vec<&[f32]> = tastes.iter().map(Vec::as_slice).collect();
            let together = score(&products, &tastes, None);
            for (at, taste) in tastes.iter().enumerate() {
                let alone = score(&products, &[taste], None);
                assert_eq!(&together[at * items..][..items], &alone[..], "{items} products, place {at}");
            }
        }
    }
}
