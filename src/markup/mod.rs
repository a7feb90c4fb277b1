//! Floor 0: what the text of a mail is made of: HTML, the tags of minijinja in it, colours.

mod colour;
pub(crate) mod html;
mod tags;

pub use colour::{Colour, READABLE};
pub use tags::{Tag, TagKind, tags, without_tags};
