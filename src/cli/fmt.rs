//! `herald fmt`.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::common::Failure;
use super::{common, difference, terminal};
use crate::diagnostic::FileId;
use crate::syntax::{format::format, parse};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose `.campaign` files are formatted
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing: show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Read one file from standard input and write it, formatted, to standard output
    #[arg(long)]
    stdin: bool,
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    changed: u64,
    unchanged: u64,
    refused: u64,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    if args.stdin {
        return from_standard_input(args.check);
    }
    let files = common::campaign_files(&args.paths)?;
    let mut tally = Tally::default();
    for file in &files {
        match one(file, args.check) {
            Ok(true) => tally.changed += 1,
            Ok(false) => tally.unchanged += 1,
            Err(why) => {
                tally.refused += 1;
                let bad = terminal::BAD;
                anstream::eprintln!("{bad}error:{bad:#} {}: {why}", file.display());
            }
        }
    }
    Ok(summary(&tally, args.check))
}

fn summary(tally: &Tally, check: bool) -> ExitCode {
    let mut parts = Vec::new();
    if tally.changed > 0 {
        let what = if check { "would be formatted" } else { "formatted" };
        parts.push(format!("{} {what}", terminal::counted(tally.changed, "file")));
    }
    if tally.unchanged > 0 {
        parts.push(format!("{} in form already", terminal::counted(tally.unchanged, "file")));
    }
    if tally.refused > 0 {
        parts.push(format!("{} left alone", terminal::counted(tally.refused, "file")));
    }
    let wrong = tally.refused > 0 || (check && tally.changed > 0);
    let style = if wrong { terminal::BAD } else { terminal::GOOD };
    anstream::println!("{style}{}{style:#}", parts.join(", "));
    if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// Formats one file; whether it was, or would be, changed.
fn one(path: &Path, check: bool) -> Result<bool, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("it cannot be read: {e}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8, so it was left alone".to_owned())?;
    let formatted = format(&text).map_err(|refused| refused.to_string())?;
    if !parse(FileId(0), &text).diagnostics.is_empty() {
        let (odd, path) = (terminal::ODD, path.display());
        anstream::eprintln!(
            "{odd}warning:{odd:#} {path} has mistakes, and the parts they are in were left as they are: \
             `herald check {path}` shows them"
        );
    }
    if formatted == text {
        return Ok(false);
    }
    if check {
        anstream::print!("{}", difference::unified(&path.display().to_string(), &text, &formatted));
    } else {
        replace(path, &formatted).map_err(|e| format!("it cannot be written: {e}"))?;
        anstream::println!("formatted {}", path.display());
    }
    Ok(true)
}

/// Replaces a file as a whole or not at all; a link goes on to be one, and permissions stay.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let target = path.canonicalize()?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let permissions = target.metadata()?.permissions();
    if permissions.readonly() {
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let mut aside = tempfile::Builder::new().prefix(".herald-fmt").tempfile_in(folder)?;
    aside.write_all(text.as_bytes())?;
    aside.as_file().set_permissions(permissions)?;
    aside.as_file().sync_all()?;
    aside.persist(&target)?;
    Ok(())
}

fn from_standard_input(check: bool) -> Result<ExitCode, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let refuse = |why: &str| Failure::Other(format!("standard input: {why}"));
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8, so it was left alone"))?;
    let formatted = format(&text).map_err(|refused| refuse(&refused.to_string()))?;
    if !check {
        std::io::stdout().write_all(formatted.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    anstream::print!("{}", difference::unified("standard input", &text, &formatted));
    Ok(if formatted == text { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
