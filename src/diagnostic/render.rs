//! Printing findings: for people in a terminal, and for machines as JSON, GitHub annotations and SARIF.

mod excerpt;
mod fancy;
mod machine;
mod place;

use std::io::{self, Write};

use super::{Diagnostic, SourceMap};
use place::Places;

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the lines they are about, for people.
    Fancy {
        /// Whether to colour.
        color: bool,
        /// Columns of the terminal.
        width: usize,
    },
    /// One JSON array.
    Json,
    /// Workflow commands, which GitHub shows beside the lines of a pull request.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// Prints findings in the order of their files and places, each once. A summary is the caller's.
///
/// # Errors
/// If `out` cannot be written to.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let sorted = in_order(diagnostics, sources);
    let mut places = Places::new(sources);
    match format {
        Format::Fancy { color, width } => fancy::render(&sorted, &mut places, color, width, out),
        Format::Json => machine::json(&sorted, &mut places, out),
        Format::Github => machine::github(&sorted, &mut places, out),
        Format::Sarif => machine::sarif(&sorted, &mut places, out),
    }
}

/// Findings as data, in the same order, each with the lines around its place: for a page that shows them.
#[must_use]
pub fn excerpts(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<serde_json::Value> {
    machine::excerpts(&in_order(diagnostics, sources), &mut Places::new(sources))
}

/// In the order of files and places, each once.
fn in_order<'d>(diagnostics: &'d [Diagnostic], sources: &SourceMap) -> Vec<&'d Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| {
        let place =
            |d: &Diagnostic| (sources.get(d.span.file).name.clone(), d.span.start, d.span.end, d.code);
        place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
    });
    sorted.dedup();
    sorted
}

#[cfg(test)]
mod tests;
