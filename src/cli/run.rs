//! `herald run`.

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

use jiff::Timestamp;

use super::common::{self, Failure, Opened, Target};
use super::plan;
use super::terminal::{self, BAD, GOOD, ODD, QUIET, STRONG};
use crate::check::Model;
use crate::check::model::Via;
use crate::data::Key;
use crate::deliver::state::{RunRecord, RunStatus};
use crate::deliver::{FilesTransport, SimulatedClock, State};
use crate::plan::{Plan, PlanError};
use crate::run::execute::{Order, Report, Started, Transports, execute};
use crate::run::survey::survey;
use crate::run::{RunError, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Write every message and count, but keep no record and hand nothing over
    #[arg(long)]
    dry_run: bool,
    /// Hand over at most so many messages now; the next start goes on
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Only this customer
    #[arg(long, value_name = "CUSTOMER")]
    only: Option<String>,
    /// Confirm the number of recipients, where messages reach people
    #[arg(long, value_name = "N")]
    yes: Option<u64>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let opened = common::open_target(&args.target)?;
    if args.dry_run {
        return dry_run(args, &opened);
    }
    // Everything that can be wrong with the plan is found before anything is written.
    let first = opened.plan(&args.target, opened.as_of, None)?;
    only_files(&first, &opened.workspace.checked.model)?;
    let earlier = match opened.records(&args.target)? {
        Some(records) => records.find_run(&first.campaign, &first.occurrence)?,
        None => None,
    };
    let (as_of, occurrence) = match &earlier {
        Some(record) => {
            kept_as_of(args, record.as_of, opened.as_of);
            (record.as_of, Some(record.occurrence.clone()))
        }
        None => (opened.as_of, None),
    };
    let plan = opened.plan(&args.target, as_of, occurrence.as_deref())?;
    let mut state = State::open(&args.target.project)?;
    let session = opened.session(&args.target, plan)?;
    if let Some(record) = &earlier {
        tell_changes(record, &opened, &state)?;
    }
    let report = go(args, &opened, &session, &mut state)?;
    print(&session, &report, args);
    let unwritable = report.progress.messages.get("set_aside").copied().unwrap_or(0)
        + report.progress.messages.get("failed").copied().unwrap_or(0);
    if report.limited {
        return Ok(ExitCode::from(3));
    }
    Ok(if unwritable > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn kept_as_of(args: &Args, kept: Timestamp, asked: Timestamp) {
    if args.target.as_of.is_some() && kept != asked {
        anstream::eprintln!("note: this run started as of {kept}, and keeps that");
    }
}

/// Campaigns leave as files only, in this version; proofs leave by SMTP too.
fn only_files(plan: &Plan, model: &Model) -> Result<(), Failure> {
    let by_smtp = |label: &str| model.senders.get(label).is_some_and(|s| matches!(s.via, Via::Smtp(_)));
    if plan.senders().any(by_smtp) {
        let steps = vec!["the SMTP transport".to_owned()];
        return Err(Failure::Other(PlanError::Later { campaign: plan.campaign.clone(), steps }.to_string()));
    }
    Ok(())
}

/// Says what is no longer as it was when an unfinished run started.
fn tell_changes(record: &RunRecord, opened: &Opened, state: &State) -> Result<(), Failure> {
    if record.status == RunStatus::Finished {
        return Ok(());
    }
    let mut changed = Vec::new();
    if record.fingerprint != opened.fingerprint {
        changed.push("the shop's data");
    }
    let mut now = opened.workspace.contents();
    now.sort();
    if state.run_sources(record.id)? != now {
        changed.push("the campaign's files");
    }
    if !changed.is_empty() {
        anstream::eprintln!(
            "{ODD}note:{ODD:#} {} changed since this run started: the audience stays as it was, {} customers of it are dealt with, \
             the others get what holds now",
            changed.join(" and "),
            terminal::count(record.next_ordinal),
        );
    }
    Ok(())
}

fn go(args: &Args, opened: &Opened, session: &Session, state: &mut State) -> Result<Report, Failure> {
    let mut transports = transports(args, session)?;
    let clock = SimulatedClock { as_of: session.plan.as_of };
    let commit = git_commit(&args.target);
    let only = args.only.as_deref().map(Key::parse);
    let sources = opened.workspace.contents();
    let order = Order {
        sources: &sources,
        git_commit: commit.as_deref(),
        fingerprint: &opened.fingerprint,
        limit: args.limit,
        only: only.as_ref(),
        confirmed: args.yes,
    };
    let bar = terminal::progress();
    let result = execute(session, state, &mut transports, &clock, &order, &mut |s, d, t| {
        terminal::tell(&bar, s, d, t);
    });
    bar.finish_and_clear();
    result.map_err(|error| match error {
        RunError::Unconfirmed(_) | RunError::Grown { .. } => Failure::Usage(error.to_string()),
        RunError::State(_)
        | RunError::Delivery(_)
        | RunError::Sql(_)
        | RunError::Rows(_)
        | RunError::Data(_) => {
            Failure::Stopped(format!("{error}\nnothing is lost: the same command goes on where this stopped"))
        }
        other => other.into(),
    })
}

/// The way out of each sender's mail.
fn transports(args: &Args, session: &Session) -> Result<Transports, Failure> {
    let mut transports = Transports::new();
    for (label, sender) in &session.senders {
        let Via::Files(folder) = &sender.via else {
            return Err(Failure::Other("only the files transport is there in this version".to_owned()));
        };
        let files = FilesTransport::open(&args.target.project.join(folder)).map_err(RunError::from)?;
        transports.insert(label.clone(), Box::new(files));
    }
    Ok(transports)
}

fn dry_run(args: &Args, opened: &Opened) -> Result<ExitCode, Failure> {
    let plan = opened.plan(&args.target, opened.as_of, None)?;
    let session = opened.session(&args.target, plan)?;
    let records = opened.records(&args.target)?;
    let bar = terminal::progress();
    let counts =
        survey(&session, records.as_ref(), true, args.limit, &mut |s, d, t| terminal::tell(&bar, s, d, t))?;
    bar.finish_and_clear();
    plan::summary(&session, &counts);
    anstream::println!("{QUIET}a dry run: nothing was recorded, nothing handed over{QUIET:#}");
    Ok(if counts.unwritable.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn print(session: &Session, report: &Report, args: &Args) {
    let plan = &session.plan;
    if report.started == Started::Finished {
        anstream::println!(
            "{GOOD}nothing to do{GOOD:#}: {} {} was finished before, with {} handed over",
            plan.campaign,
            report.record.occurrence,
            terminal::counted(report.progress.messages.get("handed_over").copied().unwrap_or(0), "message")
        );
        return;
    }
    let how = if report.started == Started::Resumed { ", resumed" } else { "" };
    anstream::println!(
        "{STRONG}{}{STRONG:#}  {QUIET}{}, occurrence {}{how}{QUIET:#}\n",
        plan.title,
        plan.campaign,
        report.record.occurrence
    );
    anstream::println!(
        "  {STRONG}{:>9}{STRONG:#}  in the audience: {}",
        terminal::count(report.progress.audience.unwrap_or(0)),
        session.audience_words()
    );
    for (gate, number) in &report.progress.excluded {
        anstream::println!("  {:>9}  left out: {gate}", format!("-{}", terminal::count(*number)));
    }
    for (status, number) in &report.progress.messages {
        let (style, words) = match status.as_str() {
            "handed_over" => (GOOD, "handed over"),
            "planned" => (QUIET, "still to be handed over"),
            "set_aside" => (BAD, "set aside: could not be written (`herald why` tells)"),
            "failed" => (BAD, "failed"),
            other => (QUIET, other),
        };
        anstream::println!("  {:>9}  {style}{words}{style:#}", terminal::count(*number));
    }
    if report.progress.messages.contains_key("handed_over") {
        where_mails_are(args, session, &report.record.occurrence);
    }
    if report.data.len() > 1 {
        anstream::println!("\n{ODD}look{ODD:#}  the shop's data changed during this run:");
        for (fingerprint, customers) in &report.data {
            let short = fingerprint.get(..12).unwrap_or(fingerprint);
            anstream::println!("  {:>9}  customers looked at as of {short}", terminal::count(*customers));
        }
    }
    if report.limited {
        anstream::println!("stopped at the limit; the same command goes on");
    }
}

/// Each sender's folder with this run's mails, named once.
fn where_mails_are(args: &Args, session: &Session, occurrence: &str) {
    let place = FilesTransport::place(&session.plan.campaign, occurrence, &Key::Int(0));
    let folders: BTreeSet<String> = session
        .senders
        .values()
        .filter_map(|sender| match &sender.via {
            Via::Files(folder) => Some(args.target.project.join(folder).join(&place)),
            Via::Smtp(_) => None,
        })
        .map(|file| file.parent().unwrap_or(&file).display().to_string())
        .collect();
    let folders: Vec<&str> = folders.iter().map(|f| f.trim_start_matches("./")).collect();
    anstream::println!("\nmails are in {}", folders.join(" and "));
}

/// The commit that the project is at, if it is in git and unchanged.
fn git_commit(target: &Target) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(&target.project).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let clean = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    clean.then(|| git(&["rev-parse", "HEAD"])).flatten()
}
