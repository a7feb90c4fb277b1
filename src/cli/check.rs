//! `herald check`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::common::{self, Failure};
use super::terminal;
use crate::diagnostic::Severity;
use crate::diagnostic::render::{self, Format};

/// How findings are printed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Wanted {
    /// For people
    Text,
    /// As data
    Json,
    /// For code scanning
    Sarif,
    /// As annotations of a GitHub workflow
    Github,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose `.campaign` files are checked
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Wanted,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let mut files = Vec::new();
    for path in &args.paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(Failure::Usage("there is no `.campaign` file here".to_owned()));
    }
    let workspace = common::open(&files, Path::new("."), false)?;
    let format = match args.format {
        Wanted::Text => Format::Fancy { color: terminal::colours(), width: terminal::width() },
        Wanted::Json => Format::Json,
        Wanted::Sarif => Format::Sarif,
        Wanted::Github => Format::Github,
    };
    let mut text = Vec::new();
    let found = &workspace.checked.diagnostics;
    render::render(found, &workspace.project.sources, format, &mut text)?;
    std::io::stdout().write_all(&text)?;
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count() as u64;
    let warnings = found.len() as u64 - errors;
    if matches!(args.format, Wanted::Text) {
        let files = terminal::counted(files.len() as u64, "file");
        let (style, verdict) =
            if errors > 0 { (terminal::BAD, "not sound") } else { (terminal::GOOD, "sound") };
        anstream::println!(
            "{style}{verdict}{style:#}: {files}, {}, {}",
            terminal::counted(errors, "error"),
            terminal::counted(warnings, "warning")
        );
    }
    Ok(if errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The campaign files at a path, in order of their names; folders are searched, hidden ones, links and what
/// programs make left out.
pub(super) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let told = |e: std::io::Error| Failure::Usage(format!("{} cannot be read: {e}", path.display()));
    if !path.metadata().map_err(told)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path).map_err(told)?.flatten().map(|e| e.path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || name == "target" || name == "outbox" || entry.is_symlink() {
            continue;
        }
        if entry.is_dir() {
            collect(&entry, files)?;
        } else if entry.extension().is_some_and(|e| e == "campaign") {
            files.push(entry.strip_prefix("./").map_or(entry.clone(), Path::to_owned));
        }
    }
    Ok(())
}
