//! `herald plan`: summary first, then what is odd, then the steps.

use std::process::ExitCode;

use super::common::{self, Failure, Target};
use super::terminal::{self, ODD, QUIET, STRONG};
use crate::plan::{Plan, show};
use crate::run::Session;
use crate::run::survey::{Survey, survey};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Show each statement with SQLite's own plan of it
    #[arg(long)]
    sql: bool,
    /// The plan and its counts as data
    #[arg(long)]
    json: bool,
    /// The plan as a Mermaid diagram
    #[arg(long)]
    mermaid: bool,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let opened = common::open_target(&args.target)?;
    let plan = opened.plan(&args.target, opened.as_of, None)?;
    if args.mermaid {
        anstream::print!("{}", show::mermaid(&plan));
        return Ok(ExitCode::SUCCESS);
    }
    let session = opened.session(&args.target, plan)?;
    let records = opened.records(&args.target)?;
    let bar = terminal::progress();
    let counts =
        survey(&session, records.as_ref(), false, None, &mut |s, d, t| terminal::tell(&bar, s, d, t))?;
    bar.finish_and_clear();
    if args.json {
        let data = serde_json::json!({ "plan": session.plan, "hash": session.plan.hash(), "counts": counts });
        anstream::println!(
            "{}",
            serde_json::to_string_pretty(&data).map_err(|e| Failure::Other(e.to_string()))?
        );
        return Ok(ExitCode::SUCCESS);
    }
    summary(&session, &counts);
    steps(&session.plan);
    if args.sql {
        statements(&session)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Who, how many, who is left out and why, and what is odd.
pub fn summary(session: &Session, counts: &Survey) {
    let plan = &session.plan;
    anstream::println!(
        "{STRONG}{}{STRONG:#}  {QUIET}{}, occurrence {}, as of {}{QUIET:#}\n",
        plan.title,
        plan.campaign,
        plan.occurrence,
        as_of(session)
    );
    anstream::println!(
        "  {STRONG}{:>9}{STRONG:#}  in the audience: {}",
        terminal::count(counts.audience),
        session.audience_words()
    );
    for (gate, (number, reason)) in &counts.excluded {
        anstream::println!(
            "  {:>9}  left out, {gate}: {QUIET}{reason}{QUIET:#}",
            format!("-{}", terminal::count(*number))
        );
    }
    anstream::println!("  {STRONG}{:>9}{STRONG:#}  to be written", terminal::count(counts.total()));
    for (variant, number) in counts.messages.iter().filter(|m| !m.0.is_empty()) {
        anstream::println!("  {:>9}    version {variant}", terminal::count(*number));
    }
    if let Some((first, last)) = counts.due {
        let zone = &session.source.schema.timezone;
        let show = |t: jiff::Timestamp| t.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        let words = if first == last { show(first) } else { format!("{} to {}", show(first), show(last)) };
        anstream::println!("             due {words} {QUIET}(the shop's time){QUIET:#}");
    }
    let languages: Vec<String> =
        counts.locales.iter().map(|(l, n)| format!("{l} {}", terminal::count(*n))).collect();
    if !languages.is_empty() {
        anstream::println!("             {QUIET}languages: {}{QUIET:#}", languages.join(", "));
    }
    for odd in oddities(session, counts) {
        anstream::println!("  {ODD}look{ODD:#}       {odd}");
    }
    anstream::println!();
}

fn as_of(session: &Session) -> String {
    session
        .plan
        .as_of
        .to_zoned(session.source.schema.timezone.clone())
        .strftime("%Y-%m-%d %H:%M %Z")
        .to_string()
}

/// What a careful colleague would point at.
fn oddities(session: &Session, counts: &Survey) -> Vec<String> {
    let mut odd = Vec::new();
    if counts.audience == 0 {
        odd.push("the audience is empty".to_owned());
        if let Ok(Some(last)) = session.shop.last_event() {
            let days = (session.plan.as_of.as_second() - last.as_second()) / 86_400;
            if days > 14 {
                odd.push(format!("the shop's data ends {days} days before this run's day: pass `--as-of` to work as of another"));
            }
        }
    } else if counts.total() == 0 {
        odd.push("nobody is left to write to".to_owned());
    }
    if counts.all_from_fallback > 0 {
        odd.push(format!(
            "{} get only the fallback's products: nothing better is known of them",
            terminal::counted(counts.all_from_fallback, "recipient")
        ));
    }
    if counts.short_lists > 0 {
        odd.push(format!(
            "{} get fewer products than the strategy's `take`",
            terminal::counted(counts.short_lists, "recipient")
        ));
    }
    for (name, feature, why) in session.left_out() {
        odd.push(format!("`{name}` is learned without `{feature}`, which {why}"));
    }
    if let Some((number, reason)) = &counts.unwritable {
        odd.push(format!("{} could not be written: {reason}", terminal::counted(*number, "message")));
    }
    odd
}

fn steps(plan: &Plan) {
    anstream::println!("{STRONG}steps{STRONG:#}");
    for step in &plan.steps {
        anstream::println!(
            "  {QUIET}{}{QUIET:#}  {}  {}",
            &step.hash[..8],
            terminal::column(&step.id, 24),
            step.words
        );
    }
}

fn statements(session: &Session) -> Result<(), Failure> {
    for (name, statement) in session.statements()? {
        anstream::println!("\n{STRONG}{name}{STRONG:#}\n{}", statement.sql);
        for (at, value) in statement.params.iter().enumerate() {
            anstream::println!("  {QUIET}?{} = {value:?}{QUIET:#}", at + 1);
        }
        for line in session.shop.query_plan(&statement)? {
            anstream::println!("  {QUIET}| {line}{QUIET:#}");
        }
        for advice in session.shop.index_advice(&statement)? {
            anstream::println!("  {ODD}advice{ODD:#} {advice}");
        }
    }
    Ok(())
}
