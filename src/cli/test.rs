//! `herald test`.

mod json;
mod junit;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::difference;
use super::terminal::{ODD, QUIET};
use crate::check::model::Test;
use crate::diagnostic::SourceMap;
use crate::run::{Store, Workspace};
use crate::testing::{self, Order, Status, TestResult};

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Wanted {
    /// For people
    Text,
    /// As CI systems read them
    Junit,
    /// As data
    Json,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose `.campaign` files are tested
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Wanted,
    /// Keep the messages of `snapshot:` as they are now, instead of comparing them
    #[arg(long)]
    update: bool,
    /// The project's folder, whose stored results are used
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

/// Results with what is needed to print them.
struct Report<'a> {
    results: &'a [TestResult],
    sources: &'a SourceMap,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let files = common::campaign_files(&args.paths)?;
    let workspace = open(&files)?;
    let model = &workspace.checked.model;
    if model.tests.is_empty() {
        return Err(Failure::Usage("there is no `test` in these files".to_owned()));
    }
    let store = Store::of_project(&args.project);
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    let results = testing::run(model, Order { now, store: &store, update: args.update });
    let report = Report { results: &results, sources: &workspace.project.sources };
    match args.format {
        Wanted::Text => text::print(&report)?,
        Wanted::Junit => std::io::stdout().write_all(junit::page(&report).as_bytes())?,
        Wanted::Json => std::io::stdout().write_all(json::page(&report).as_bytes())?,
    }
    let failed = results.iter().any(|r| r.status() == Status::Failed);
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Opens and checks files. The demo shop is made where it is not there and a test is about it; another database that is not
/// there is stood in for where a test brings its rows along.
fn open(files: &[PathBuf]) -> Result<Workspace, Failure> {
    let root = Path::new(".");
    let mut workspace = common::open(files, root, false)?;
    if workspace.checked.model.tests.iter().any(|t| wants_demo(&workspace, t)) {
        workspace = common::open(files, root, true)?;
    }
    let databases = testing::stand_in(&mut workspace);
    let result = common::report(&workspace);
    if result.is_err() {
        for database in databases {
            anstream::eprintln!(
                "{ODD}note:{ODD:#} {} is not there; for tests with `rows:` its tables are taken to be the standard ones, with \
                 the columns that rows name. A column that has no value in any row is named so: `vip_since: missing`\n",
                database.display()
            );
        }
    }
    result.map(|()| workspace)
}

fn wants_demo(workspace: &Workspace, test: &Test) -> bool {
    let model = &workspace.checked.model;
    let source = model.campaigns.get(&test.campaign).and_then(|c| model.sources.get(&c.source));
    source.is_some_and(|s| s.demo && !s.schema.database.exists())
}

impl Report<'_> {
    /// The file and line of a test.
    fn place(&self, result: &TestResult) -> (&str, usize) {
        (&self.sources.get(result.span.file).name, self.sources.line_column(result.span).0)
    }

    fn count(&self, status: Status) -> usize {
        self.results.iter().filter(|r| r.status() == status).count()
    }

    /// `12 passed, 1 failed, 2 skipped`; what there is none of but `passed` is left out.
    fn summary(&self) -> String {
        let parts = [(Status::Passed, "passed"), (Status::Failed, "failed"), (Status::Skipped, "skipped")];
        let parts = parts.iter().map(|(status, word)| (self.count(*status), word, *status));
        let told = parts.filter(|(count, _, status)| *count > 0 || *status == Status::Passed);
        told.map(|(count, word, _)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}

/// The difference between two texts, in colour.
fn unified(failure: &testing::Failure) -> Option<String> {
    failure.difference.as_ref().map(|d| difference::unified(&d.name, &d.before, &d.after))
}

/// The same without colour.
fn unified_plain(failure: &testing::Failure) -> Option<String> {
    unified(failure).map(|text| anstream::adapter::strip_str(&text).to_string())
}

/// A quiet remark.
fn quiet(text: &str) -> String {
    format!("{QUIET}{text}{QUIET:#}")
}
