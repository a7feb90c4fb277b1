//! Findings on standard output, in the form that was asked for.

use std::io::Write;

use super::terminal;
use crate::diagnostic::render::{self, Format};
use crate::diagnostic::{Diagnostic, SourceMap};

/// How findings are printed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Wanted {
    /// For people
    Text,
    /// As data
    Json,
    /// For code scanning
    Sarif,
    /// As annotations of a GitHub workflow
    Github,
}

impl Wanted {
    /// Prints findings.
    pub fn print(self, found: &[Diagnostic], sources: &SourceMap) -> std::io::Result<()> {
        let format = match self {
            Self::Text => Format::Fancy { color: terminal::colours(), width: terminal::width() },
            Self::Json => Format::Json,
            Self::Sarif => Format::Sarif,
            Self::Github => Format::Github,
        };
        let mut text = Vec::new();
        render::render(found, sources, format, &mut text)?;
        std::io::stdout().write_all(&text)
    }
}
