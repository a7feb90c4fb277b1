//! `herald fit`: learns ahead of time, so that the next plan or run finds it done.

use std::path::PathBuf;
use std::process::ExitCode;

use super::common::{self, Failure};
use super::terminal::{BAD, GOOD, ODD, QUIET};
use crate::plan::Inliner;
use crate::plan::show::lesson_words;
use crate::run::{Store, learned};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose `.campaign` files are looked at
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// The day to learn as of; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// The project's folder, where results are kept
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let files = common::campaign_files(&args.paths)?;
    let workspace = common::open(&files, &args.project, true)?;
    common::report(&workspace)?;
    // Results are kept where the records are; whoever fits ahead of time wants them kept.
    std::fs::create_dir_all(args.project.join(".herald"))?;
    let store = Store::of_project(&args.project);
    let model = &workspace.checked.model;
    let mut failed = false;
    for learner in model.learners.values() {
        let shop = super::model::open_shop(&workspace, learner, args.as_of.as_deref(), &args.project)?;
        let what = Inliner::new(model).learned(learner);
        match learned::fitted(&shop, &what, &store) {
            Ok(fitted) => {
                anstream::println!(
                    "{GOOD}fitted{GOOD:#} {}  {QUIET}{}{QUIET:#}",
                    what.name,
                    lesson_words(&what)
                );
                for (feature, why) in &fitted.left_out {
                    anstream::println!("  {ODD}look{ODD:#} `{feature}` {why}: it is not used");
                }
            }
            Err(error) => {
                failed = true;
                anstream::println!("{BAD}error:{BAD:#} {error}");
            }
        }
    }
    if model.learners.is_empty() {
        anstream::println!("nothing to learn: there is no `cluster` and no `model` here");
    }
    Ok(ExitCode::from(u8::from(failed)))
}
