//! Floor 8: the editor server (`herald lsp`). It speaks the Language Server Protocol over two streams; one file an
//! editor feature.
//!
//! `server` receives messages and answers them; `worker` checks the whole project on a thread of its own whenever a
//! document has changed, and hands back an `analysis::Analysis`. Requests are answered from a `snapshot::Snapshot`: the
//! last check and the open documents. What must be exact (rename, definition) waits for the check of the text as it is;
//! completion, which is asked for in the middle of a word, takes the text as it is and the last check.

mod actions;
mod analysis;
mod capabilities;
mod catalog;
mod completion;
mod counts;
mod cursor;
mod definition;
mod describe;
mod diagnostics;
mod documents;
mod files;
mod folding;
mod formatting;
#[cfg(test)]
mod grammar;
mod hover;
mod lexer;
mod library;
mod paths;
mod position;
mod references;
mod rename;
mod requests;
mod server;
mod snapshot;
mod symbols;
mod tokens;
mod transport;
mod uses;
mod words;
mod worker;

pub use counts::Clock;
pub use server::serve;
