//! Floor 8: the live preview. Save, and the mail of a real customer is there.
//!
//! ```text
//! notify ── files.rs ──► engine.rs (one thread: check, plan, session, view) ◄── server.rs (loopback: page, views, events)
//! ```
//!
//! The engine owns everything that is worked out and answers questions one after the other; between questions it counts
//! the audience and looks for the worst cases. What did not change is taken from the store, so a save costs what it touched.

mod engine;
mod files;
mod guard;
mod look;
mod server;
mod view;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use jiff::Timestamp;

pub use engine::{Ask, Engine};
pub use files::Files;
pub use server::serve;
pub use view::{Built, Selection, View};

/// What is watched, and as of when.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A folder with campaign files, or one file.
    pub target: PathBuf,
    /// The project's folder, where records are.
    pub project: PathBuf,
    /// The instant that everything is worked out as of; it stays while watching.
    pub as_of: Timestamp,
    /// The seed of all randomness.
    pub seed: u64,
}

/// The address of the page for a port.
pub fn page(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}
