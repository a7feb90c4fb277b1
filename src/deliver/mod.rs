//! Floor 5: the state database (journal and outbox in one) and the transports.
//!
//! The order of things, for every chunk of a run: the messages are committed to the [`state`], durably; then they are handed to a
//! [`transport`], which says when they are safe; then the state is told. A process killed anywhere in between is resumed by reading
//! what the state still holds as planned.

pub mod address;
pub mod clock;
pub mod filename;
pub mod files;
pub mod quiet;
pub mod smtp;
pub mod state;
pub mod transport;

pub use address::{Address, AddressError};
pub use clock::{Clock, SimulatedClock};
pub use files::FilesTransport;
pub use quiet::{QuietHours, recipient_zone};
pub use smtp::SmtpTransport;
pub use state::{State, StateError};
pub use transport::{DeliveryError, Envelope, Receipt, Transport};

#[cfg(test)]
mod crash_tests;
