//! Floor 0: text, the pest parser and the syntax tree.

pub mod tree;
