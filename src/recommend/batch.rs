//! Several customers at once, for methods whose scores are a product of matrices.

use std::fmt::Debug;

/// How many customers are scored together. Fixed, so that a customer's scores do not depend on who else is asked for.
pub const CUSTOMERS_A_BATCH: usize = 32;

/// What a method worked out for a batch of customers; see [`super::Method::batch`].
pub trait Batch: Debug {
    /// The scores of all products for the customer at that place, where the method has them; none for a blend.
    fn scores(&self, at: usize) -> Option<&[f32]>;

    /// The batch of one component of a blend, where that has one.
    fn part(&self, _part: usize) -> Option<&dyn Batch> {
        None
    }

    /// As [`super::Method::evidence`], for the customer at that place.
    fn evidence(&self, _at: usize, _item: u32, _each: &mut dyn FnMut(u32, f32)) {}
}

/// A customer's place in a batch.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What was worked out.
    pub batch: &'a dyn Batch,
    /// The place of the customer.
    pub at: usize,
}

impl<'a> Place<'a> {
    /// The scores of all products, where there are any.
    #[must_use]
    pub fn scores(&self) -> Option<&'a [f32]> {
        self.batch.scores(self.at)
    }

    /// The customer's place in the batch of a component.
    #[must_use]
    pub fn part(&self, part: usize) -> Option<Self> {
        self.batch.part(part).map(|batch| Self { batch, at: self.at })
    }
}
