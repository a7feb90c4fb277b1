//! `herald diff`.

mod markdown;
mod text;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::terminal;
use crate::data::demo::DemoOptions;
use crate::review::{GitError, How, Moment, Repository, Review, asked};

/// How the comparison is printed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Wanted {
    /// For the terminal
    Text,
    /// As data, complete
    Json,
    /// For a pull request's comment
    Markdown,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A revision to compare the working tree with, `A..B`, or `A...B` from where B left A; then files or folders
    #[arg(value_name = "REV[..REV]] [PATHS")]
    words: Vec<String>,
    /// Files or folders only
    #[arg(last = true, value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// How the comparison is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Wanted,
    /// The day or instant that both sides are worked out for, in the zone of each source; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// The seed of all randomness
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Take at most so many customers of a campaign through its gates, spread over all
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    sample: usize,
    /// Show people's names, also inside mails; without, examples are ids, and mails have a stand-in
    #[arg(long)]
    names: bool,
    /// Exit with 1 if anything changes for anybody
    #[arg(long)]
    exit_code: bool,
    /// The project's folder, where records are
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let repository = Repository::open(Path::new(".")).map_err(no_git)?;
    let asked = asked(&repository, &args.words, &args.paths).map_err(|e| Failure::Usage(e.to_string()))?;
    let open = || Review::open(&repository, &asked, &args.project).map_err(Failure::Usage);
    let mut review = open()?;
    let missing = review.missing_demos();
    if !missing.is_empty() {
        for path in missing {
            common::make_demo_shop(&path, &DemoOptions::default())?;
        }
        review = open()?;
    }
    let as_of = match &args.as_of {
        Some(text) => match text.parse() {
            Ok(at) => Moment::Instant(at),
            Err(_) => Moment::Local(common::civil(text)?),
        },
        None => Moment::Instant(Timestamp::now()),
    };
    let how = How { as_of, seed: args.seed, sample: args.sample.max(1), names: args.names };
    let bar = terminal::progress();
    let report = review.compare(&how, &mut |s, d, t| terminal::tell(&bar, s, d, t))?;
    bar.finish_and_clear();
    match args.format {
        Wanted::Text => anstream::print!("{}", text::text(&report, terminal::width())),
        Wanted::Markdown => anstream::print!("{}", markdown::markdown(&report)),
        Wanted::Json => {
            let data = serde_json::to_string_pretty(&report).map_err(|e| Failure::Other(e.to_string()))?;
            anstream::println!("{data}");
        }
    }
    Ok(if args.exit_code && report.changes() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn no_git(error: GitError) -> Failure {
    match error {
        GitError::Io(_) | GitError::NoGit => Failure::Other(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    }
}
