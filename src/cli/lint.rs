//! `herald lint`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::findings::Wanted;
use super::terminal::{self, BAD, GOOD, ODD, QUIET, STRONG};
use crate::audit::audit;
use crate::diagnostic::codes;
use crate::lint::{self, LINTS, Needs, Subject};
use crate::run::{Workspace, workspace};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose `.campaign` files are looked at
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// The day to count as of: `2026-11-20`; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Wanted,
    /// The project's folder, where records are
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
    /// Name all lints
    #[arg(long)]
    list: bool,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    if args.list {
        list();
        return Ok(ExitCode::SUCCESS);
    }
    let files = common::campaign_files(&args.paths)?;
    let workspace = common::open(&files, &args.project, false)?;
    if workspace.checked.has_errors() {
        args.format.print(&workspace.checked.diagnostics, &workspace.project.sources)?;
        anstream::eprintln!("{BAD}not sound{BAD:#}: lints look at files without errors");
        return Ok(ExitCode::from(1));
    }
    let mut subject = Subject::new(&workspace.project, &workspace.checked);
    subject.exported = lint::exported(&workspace.project, &beside(&files));
    let bar = terminal::progress();
    let looked = audit(&subject, &instants(args, &workspace)?, &args.project, &mut |stage, done, all| {
        terminal::tell(&bar, stage, done, all);
    })?;
    bar.finish_and_clear();
    let whole = looked.skipped.is_empty();
    let found = lint::all(&subject, looked.found, whole);
    args.format.print(&found, &workspace.project.sources)?;
    for skipped in &looked.skipped {
        anstream::eprintln!("{ODD}look{ODD:#} {skipped}");
    }
    if matches!(args.format, Wanted::Text) {
        let files = terminal::counted(files.len() as u64, "file");
        let (style, verdict) = if found.is_empty() { (GOOD, "clean") } else { (ODD, "look") };
        anstream::println!(
            "{style}{verdict}{style:#}: {files}, {}",
            terminal::counted(found.len() as u64, "finding")
        );
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The instant to count as of, for each source in its own zone.
fn instants(args: &Args, workspace: &Workspace) -> Result<BTreeMap<String, Timestamp>, Failure> {
    let now = Timestamp::now();
    let sources = workspace.checked.model.sources.values();
    let instants = sources.map(|source| {
        let at = match &args.as_of {
            Some(text) => common::instant(text, &source.schema.timezone)?,
            None => now,
        };
        let at = Timestamp::from_second(at.as_second()).map_err(|e| Failure::Usage(e.to_string()))?;
        Ok((source.label.clone(), at))
    });
    instants.collect()
}

/// The campaign files beside those that are looked at: what they use is used.
fn beside(files: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let folder = |file: &PathBuf| {
        let parent = file.parent().filter(|p| !p.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).to_owned()
    };
    let folders: BTreeSet<PathBuf> = files.iter().map(folder).collect();
    let asked: BTreeSet<PathBuf> = files.iter().filter_map(|f| f.canonicalize().ok()).collect();
    let others = folders.iter().filter_map(|f| workspace::campaign_files(f).ok()).flatten();
    let others = others.filter(|f| f.canonicalize().is_ok_and(|f| !asked.contains(&f)));
    others.filter_map(|f| std::fs::read_to_string(&f).ok().map(|text| (f, text))).collect()
}

fn list() {
    for lint in LINTS {
        let title = codes::find(lint.code).map_or("", |code| code.title);
        let needs = match (lint.needs, lint.while_writing) {
            (Needs::Shop, _) => "needs the shop's data",
            (Needs::Files, true) => "also in `check`, the editor and `watch`",
            (Needs::Files, false) => "",
        };
        let line = format!("{STRONG}{}{STRONG:#}  {:<22}{title}", lint.code, lint.name);
        anstream::println!("{line}{QUIET}{}{needs}{QUIET:#}", if needs.is_empty() { "" } else { "  " });
    }
}
