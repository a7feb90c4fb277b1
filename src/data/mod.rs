//! Floor 0: the shop's data in SQLite (read-only), its import, and the demo shop.

pub mod demo;
pub mod error;
pub mod fingerprint;
pub mod guess;
pub mod import;
pub mod inspect;
pub mod key;
pub mod log_file;
pub mod money;
pub mod open;
pub mod standard;

pub use error::DataError;
pub use fingerprint::{Fingerprint, data_version};
pub use key::Key;
pub use money::{Currency, Money};
pub use open::{open_shop, open_writable};
