//! Floor 1: names, types and kinds. Takes syntax trees and the shape of the data, gives a model in which nothing
//! is optional any more.

pub mod filters;
pub mod functions;
pub mod schema;
pub mod shape;
pub mod template_text;
pub mod typed;
