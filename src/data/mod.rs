//! Floor 0: the shop's data in SQLite (read-only), its import, and the demo shop.

pub mod key;
pub mod money;

pub use key::Key;
pub use money::{Currency, Money};
