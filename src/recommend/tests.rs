//! The methods and the picking together, on small shops.

mod dense;
mod invariants;
mod lists;
pub(super) mod methods;
