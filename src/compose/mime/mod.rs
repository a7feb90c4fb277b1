//! The MIME message: headers by lettre's encoders, the body put together here so that boundaries and identifiers
//! come from the message's own id and nothing from a clock or a random source.

pub(crate) mod encode;
mod headers;
mod message;

pub(crate) use headers::Purpose;
pub use headers::{Recipient, SenderHeaders, SenderSettings};
pub(crate) use message::{Content, assemble};
