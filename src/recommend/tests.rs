//! The methods and the picking together, on small shops.

mod invariants;
mod lists;
mod methods;
