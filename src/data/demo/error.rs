//! What can go wrong while the demo shop is made.

use std::io;
use std::path::PathBuf;

/// Why there is no demo shop.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database or the folder of pictures is already there.
    #[error("`{path}` is already there; the demo shop overwrites nothing")]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Too few customers or products.
    #[error("the demo shop needs at least one customer and {fewest} products")]
    Options {
        /// The fewest products.
        fewest: u32,
    },
    /// A file or folder could not be written.
    #[error("can't write `{path}`: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite failed.
    #[error("can't write the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A picture could not be drawn.
    #[error("can't draw a picture: {0}")]
    Picture(String),
}
