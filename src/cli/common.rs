//! What commands share: opening a project, choosing a campaign and the day, and errors with their exit status.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::terminal;
use crate::check::{Disk, suggest};
use crate::data::Fingerprint;
use crate::data::demo::{self, DemoOptions};
use crate::deliver::state::state_path;
use crate::deliver::{State, StateError};
use crate::diagnostic::render::{self, Format};
use crate::plan::{Asked, Plan, compile};
use crate::run::{RunError, Session, Store, Workspace, workspace};

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command was asked for something that makes no sense: exit status 2.
    Usage(String),
    /// The files have errors, which were printed: exit status 1.
    Findings(String),
    /// A run stopped and can be resumed: exit status 3.
    Stopped(String),
    /// Anything else: exit status 1.
    Other(String),
}

impl Failure {
    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Findings(_) | Self::Other(_) => 1,
            Self::Stopped(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Findings(text) | Self::Stopped(text) | Self::Other(text) => {
                f.write_str(text)
            }
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.to_string())
    }
}

/// The campaign and the day, as most commands take them.
#[derive(Debug, Clone, clap::Args)]
pub struct Target {
    /// The campaign's file
    pub file: PathBuf,
    /// Which campaign, where the file declares several
    #[arg(long, value_name = "NAME")]
    pub campaign: Option<String>,
    /// The day or instant to work as of: `2026-11-20`, `2026-11-20 09:00` (the shop's time), or with a zone; now if not given
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// The seed of all randomness
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Run before the first slot of `send:`
    #[arg(long)]
    pub now: bool,
    /// Name the occurrence, where the campaign has no `send:`
    #[arg(long, value_name = "NAME")]
    pub occurrence: Option<String>,
    /// The project's folder, where mails and records go
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
}

/// A target opened: the project checked, the campaign chosen, the day known.
pub struct Opened {
    pub workspace: Workspace,
    pub campaign: String,
    pub as_of: Timestamp,
    pub fingerprint: String,
}

/// Opens and checks files, making the demo shop where a source asks for it and `make_demo` is set.
pub fn open(files: &[PathBuf], root: &Path, make_demo: bool) -> Result<Workspace, Failure> {
    let load = || Workspace::open(files, root, &Disk).map_err(|e| Failure::Usage(e.to_string()));
    let workspace = load()?;
    let missing: Vec<PathBuf> = workspace
        .checked
        .model
        .sources
        .values()
        .filter(|s| s.demo && !s.schema.database.exists())
        .map(|s| s.schema.database.clone())
        .collect();
    if !make_demo || missing.is_empty() {
        return Ok(workspace);
    }
    for path in missing {
        make_demo_shop(&path, &DemoOptions::default())?;
    }
    load()
}

/// The campaign files at these paths; a usage error if there is none.
pub fn campaign_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let found = workspace::campaign_files(path);
        files.extend(found.map_err(|e| Failure::Usage(format!("{} cannot be read: {e}", path.display())))?);
    }
    if files.is_empty() {
        return Err(Failure::Usage("there is no `.campaign` file here".to_owned()));
    }
    Ok(files)
}

/// Makes the demo shop, with progress.
pub fn make_demo_shop(path: &Path, options: &DemoOptions) -> Result<demo::DemoSummary, Failure> {
    anstream::eprintln!("making the demo shop in {}", path.display());
    let bar = terminal::progress();
    let made = demo::generate(path, options, &mut |stage, done| terminal::tell(&bar, stage, done, done));
    bar.finish_and_clear();
    made.map_err(|e| Failure::Other(e.to_string()))
}

/// Prints findings to standard error; an error if there is one among them.
pub fn report(workspace: &Workspace) -> Result<(), Failure> {
    let format = Format::Fancy { color: terminal::colours(), width: terminal::width() };
    let mut text = Vec::new();
    render::render(&workspace.checked.diagnostics, &workspace.project.sources, format, &mut text)?;
    std::io::stderr().write_all(&text)?;
    if workspace.checked.has_errors() {
        return Err(Failure::Findings("the files have errors, so nothing was done".to_owned()));
    }
    Ok(())
}

/// Opens a target; its findings are printed, and errors among them end the command.
pub fn open_target(target: &Target) -> Result<Opened, Failure> {
    let workspace = open(std::slice::from_ref(&target.file), &target.project, true)?;
    report(&workspace)?;
    let campaign = choose(&workspace, target)?;
    let source = workspace
        .checked
        .model
        .campaigns
        .get(&campaign)
        .and_then(|c| workspace.checked.model.sources.get(&c.source));
    let zone = source.map_or(TimeZone::UTC, |s| s.schema.timezone.clone());
    let as_of = match &target.as_of {
        Some(text) => instant(text, &zone)?,
        None => Timestamp::now(),
    };
    // The run's instant is kept in whole seconds.
    let as_of = Timestamp::from_second(as_of.as_second()).map_err(|e| Failure::Usage(e.to_string()))?;
    let database = source.map(|s| s.schema.database.clone()).unwrap_or_default();
    let fingerprint = Fingerprint::of(&database).map_err(|e| Failure::Other(e.to_string()))?.to_hex();
    Ok(Opened { workspace, campaign, as_of, fingerprint })
}

fn choose(workspace: &Workspace, target: &Target) -> Result<String, Failure> {
    let names = workspace.campaigns();
    match (&target.campaign, names.as_slice()) {
        (Some(name), _) if names.contains(name) => Ok(name.clone()),
        (Some(name), _) => {
            let near =
                suggest::help(name, names.iter().map(String::as_str), "it declares").unwrap_or_default();
            Err(Failure::Usage(format!("{} declares no campaign `{name}`; {near}", target.file.display())))
        }
        (None, [one]) => Ok(one.clone()),
        (None, []) => Err(Failure::Usage(format!("{} declares no campaign", target.file.display()))),
        (None, several) => Err(Failure::Usage(format!(
            "{} declares several campaigns: say which with `--campaign` {}",
            target.file.display(),
            suggest::list(several)
        ))),
    }
}

/// An instant as a person types it.
pub fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let civil = civil(text)?.to_zoned(zone.clone());
    civil.map(|zoned| zoned.timestamp()).map_err(|_| no_instant(text))
}

/// A day, or a day and a time, as a person types it.
pub fn civil(text: &str) -> Result<DateTime, Failure> {
    // In this order: a date's parser takes a date with a time as well, and drops the time.
    let civil = text
        .replace(' ', "T")
        .parse::<DateTime>()
        .or_else(|_| text.parse::<Date>().map(|d| d.at(0, 0, 0, 0)));
    civil.map_err(|_| no_instant(text))
}

fn no_instant(text: &str) -> Failure {
    Failure::Usage(format!("`{text}` is not a day or an instant: write `2026-11-20` or `2026-11-20 09:00`"))
}

impl Opened {
    /// Compiles the plan for an instant.
    pub fn plan(&self, target: &Target, as_of: Timestamp, occurrence: Option<&str>) -> Result<Plan, Failure> {
        let asked = Asked {
            campaign: &self.campaign,
            as_of,
            occurrence: occurrence.or(target.occurrence.as_deref()),
            now: target.now,
            seed: target.seed,
            fingerprint: &self.fingerprint,
        };
        compile(&self.workspace.checked.model, &asked).map_err(|e| Failure::Other(e.to_string()))
    }

    /// Makes a plan ready.
    pub fn session(&self, target: &Target, plan: Plan) -> Result<Session, Failure> {
        let state = state_path(&target.project);
        let state = state.exists().then_some(state);
        let store = Store::of_project(&target.project);
        Ok(Session::open(&self.workspace.checked.model, plan, state.as_deref(), &store)?)
    }

    /// The records, if there are any yet.
    pub fn records(&self, target: &Target) -> Result<Option<State>, Failure> {
        Ok(State::open_read_only(&target.project)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_it_is_typed() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let read = |text: &str| instant(text, &shanghai).map(|t| t.to_string()).map_err(|e| e.to_string());
        assert_eq!(read("2026-11-20").unwrap(), "2026-11-19T16:00:00Z");
        assert_eq!(read("2026-11-20 10:30").unwrap(), "2026-11-20T02:30:00Z");
        assert_eq!(read("2026-11-20T10:30:05").unwrap(), "2026-11-20T02:30:05Z");
        assert_eq!(read("2026-11-20T10:30:00+01:00").unwrap(), "2026-11-20T09:30:00Z");
        assert!(read("20.11.2026").unwrap_err().contains("write `2026-11-20`"));
    }
}
