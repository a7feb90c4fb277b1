//! `herald check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::common::{self, Failure};
use super::findings::Wanted;
use super::terminal;
use crate::diagnostic::Severity;

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
    let files = common::campaign_files(&args.paths)?;
    let workspace = common::open(&files, Path::new("."), false)?;
    let found = &workspace.checked.diagnostics;
    args.format.print(found, &workspace.project.sources)?;
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
