//! `herald watch`.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::common::{self, Failure};
use super::terminal::{self, BAD, GOOD, ODD, QUIET, STRONG};
use crate::diagnostic::render::{self, Format};
use crate::run::Workspace;
use crate::watch::{self, Built, Engine, Settings};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder with campaigns, or one file
    #[arg(default_value = ".")]
    target: PathBuf,
    /// The day or instant to work as of, kept while watching; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// The port of the page; 0 for any free one
    #[arg(long, default_value_t = 7717)]
    port: u16,
    /// The seed of all randomness
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The project's folder, where records are
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let files = common::campaign_files(std::slice::from_ref(&args.target))?;
    // Makes the demo shop where a source asks for it, and tells the shop's zone.
    let workspace = common::open(&files, &args.project, true)?;
    let zone = workspace.checked.model.sources.values().next().map(|s| s.schema.timezone.clone());
    let as_of = match &args.as_of {
        Some(text) => common::instant(text, &zone.unwrap_or(TimeZone::UTC))?,
        None => Timestamp::now(),
    };
    let as_of = Timestamp::from_second(as_of.as_second()).map_err(|e| Failure::Usage(e.to_string()))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).map_err(|e| {
        Failure::Usage(format!("port {} cannot be had: {e}; name another with `--port`", args.port))
    })?;
    let page = watch::page(listener.local_addr()?.port());
    anstream::println!("{STRONG}watching{STRONG:#} {}, as of {as_of}", args.target.display());
    anstream::println!("the preview is at {STRONG}{page}{STRONG:#}  {QUIET}(Ctrl-C ends it){QUIET:#}\n");
    let settings =
        Settings { target: args.target.clone(), project: args.project.clone(), as_of, seed: args.seed };
    watch::serve(listener, Engine::new(settings), told)?;
    Ok(ExitCode::SUCCESS)
}

/// A line for each save; the findings below it where there are any.
fn told(built: &Built, workspace: Option<&Workspace>) {
    let what = match built.changed.as_slice() {
        [] => "started".to_owned(),
        [one] => format!("{one} saved"),
        [first, rest @ ..] => {
            format!("{first} and {} saved", terminal::counted(rest.len() as u64, "more file"))
        }
    };
    let (style, verdict) = match (built.sound, built.warnings) {
        (false, _) => (BAD, terminal::counted(built.errors as u64, "error")),
        (true, 0) => (GOOD, "sound".to_owned()),
        (true, n) => (ODD, format!("sound, {}", terminal::counted(n as u64, "warning"))),
    };
    let now = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
    anstream::println!(
        "{QUIET}{now}{QUIET:#}  {what}: {style}{verdict}{style:#} {QUIET}{} ms{QUIET:#}",
        built.milliseconds
    );
    if built.sound {
        return;
    }
    match workspace {
        Some(workspace) => {
            let format = Format::Fancy { color: terminal::colours(), width: terminal::width() };
            let mut text = Vec::new();
            // A terminal that is gone hears nothing.
            let _ =
                render::render(&workspace.checked.diagnostics, &workspace.project.sources, format, &mut text);
            let _ = std::io::stdout().write_all(&text);
        }
        None => anstream::println!("  the files cannot be read"),
    }
}
