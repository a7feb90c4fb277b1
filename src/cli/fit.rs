//! `herald fit`: learns ahead of time, so that the next plan or run finds it done.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::terminal::{BAD, GOOD, ODD, QUIET};
use crate::check::Model;
use crate::check::model::Campaign;
use crate::deliver::state::state_path;
use crate::plan::show::lesson_words;
use crate::plan::{Asked, Inliner, compile};
use crate::run::{Store, ahead, learned};

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
    let mut fitted = BTreeSet::new();
    for campaign in model.campaigns.values() {
        failed |= !strategies(args, model, campaign, &store, &mut fitted)?;
    }
    if model.learners.is_empty() && model.campaigns.is_empty() {
        anstream::println!("nothing to learn: there is no `cluster`, no `model` and no campaign here");
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// Fits what a campaign recommends by; false if that cannot be done. Campaigns that share a strategy find it done, and it is told once.
fn strategies(
    args: &Args,
    model: &Model,
    campaign: &Campaign,
    store: &Store,
    told: &mut BTreeSet<String>,
) -> Result<bool, Failure> {
    let Some(source) = model.sources.get(&campaign.source) else { return Ok(true) };
    let as_of = match args.as_of.as_deref() {
        Some(text) => common::instant(text, &source.schema.timezone)?,
        None => Timestamp::now(),
    };
    // The fingerprint is of the steps' own names; what is kept goes by the data itself.
    let asked =
        Asked { campaign: &campaign.label, as_of, occurrence: None, now: true, seed: 1, fingerprint: "" };
    let state = state_path(&args.project);
    let state = state.exists().then_some(state.as_path());
    let plan = match compile(model, &asked) {
        Ok(plan) => plan,
        // What cannot be run needs nothing learned, and the other campaigns do.
        Err(why) => {
            anstream::println!("{ODD}look{ODD:#} nothing is fitted for {}: {why}", campaign.label);
            return Ok(true);
        }
    };
    let done = ahead::strategies(model, &plan, state, store);
    match done {
        Ok(steps) => {
            for (step, hash) in steps {
                if told.insert(hash) {
                    anstream::println!("{GOOD}fitted{GOOD:#} {step}  {QUIET}for {}{QUIET:#}", campaign.label);
                }
            }
            Ok(true)
        }
        Err(error) => {
            anstream::println!("{BAD}error:{BAD:#} {}: {error}", campaign.label);
            Ok(false)
        }
    }
}
