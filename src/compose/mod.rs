//! Floor 4: templates, filters and the MIME message.
//!
//! Two phases. [`prepare`] does once a template all that is the same for everyone: Markdown and MJML are compiled, style sheets applied,
//! the text part derived. [`compose`] then fills it for one recipient and writes the message, without parsing anything again.

mod css;
mod document;
mod engine;
mod error;
mod filters;
mod layout;
mod library;
mod links;
mod locale;
mod markdown;
mod message;
mod mime;
mod mjml;
mod outline;
mod pictures;
mod plain;
mod prepare;
mod proof;
mod tags;
mod text_part;
mod tidy;
mod value;

use crate::markup::html;

#[cfg(test)]
mod tests;

pub use error::{ComposeError, Part, TemplateError, TemplateFault, Warning};
pub use library::Library;
pub use locale::Language;
pub use message::{
    Composed, HTML_LIMIT, HTML_WARNING, Rendered, SUBJECT_LIMIT, SUBJECT_WARNING, compose, render,
};
pub use mime::{Recipient, SenderHeaders, SenderSettings};
pub use outline::outline;
pub use pictures::{Picture, Pictures};
pub use prepare::{Format, PreparedTemplate, Surroundings, TemplateSource, prepare};
pub use proof::{PREFIX as PROOF_PREFIX, ProofMark, compose_proof};
pub use value::{Columns, MessageContext, MoneyValue, NAMES, money, pick};
