//! Why an import as a whole can't be done. What is wrong with single lines is in the report instead.

use std::path::PathBuf;

use thiserror::Error;

use crate::data::DataError;

/// Why an import stopped. The target is then as it was before.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The target database can't be opened or written.
    #[error(transparent)]
    Target(#[from] DataError),
    /// The CSV file can't be read, or its compression is broken.
    #[error("{} cannot be read: {reason}", path.display())]
    Source {
        /// The CSV file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The CSV file has no header line.
    #[error("{} is empty: a CSV file begins with a line of column names", path.display())]
    Empty {
        /// The CSV file.
        path: PathBuf,
    },
    /// The CSV file is UTF-16.
    #[error("{} is UTF-16 text; save it as UTF-8 (in Excel: `CSV UTF-8`)", path.display())]
    Utf16 {
        /// The CSV file.
        path: PathBuf,
    },
    /// A column that the mapping asks for is not in the file.
    #[error(
        "there is no column `{wanted}` for `{field}`{}",
        closest.as_ref().map_or_else(|| format!("; the file has {}", names(available)), |c| format!("; did you mean `{c}`?"))
    )]
    NoColumn {
        /// What it is wanted for, such as `customers.email`.
        field: String,
        /// The name that is not in the file.
        wanted: String,
        /// A name of the file that is much like it.
        closest: Option<String>,
        /// All names of the file.
        available: Vec<String>,
    },
    /// A column that the mapping asks for is in the file more than once.
    #[error("the file has {count} columns named `{name}`, and `{field}` cannot tell which is meant")]
    AmbiguousColumn {
        /// What it is wanted for.
        field: String,
        /// The name.
        name: String,
        /// How often it occurs.
        count: usize,
    },
    /// The mapping itself is wrong.
    #[error("the mapping is wrong: {0}")]
    Spec(String),
}

fn names(all: &[String]) -> String {
    all.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// The candidate that `wanted` most resembles, if any does.
pub(super) fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = wanted.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&wanted, &c.to_lowercase()), c))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c.to_owned())
}
