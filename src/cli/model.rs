//! `herald model`: what a model or cluster has learned, and how good it is.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::terminal::{self, GOOD, ODD, QUIET, STRONG};
use crate::check::lesson::Learned;
use crate::check::model::{Learner, Model};
use crate::check::suggest;
use crate::check::typed::{Expr, Row};
use crate::deliver::state::state_path;
use crate::learn::measures::{Decile, GroupMeasure};
use crate::learn::{Evaluation, Personas};
use crate::plan::Inliner;
use crate::plan::show::lesson_words;
use crate::run::learned::{self, BuyingReport, Fit, Fitted, ProbabilityReport, Report, words};
use crate::run::shop::{Shop, Until};
use crate::run::{Store, Workspace};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The model's or cluster's name
    name: String,
    /// The file that declares or uses it
    file: PathBuf,
    /// The day to learn as of; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Compare the groups of an attribute or column: `gender`
    #[arg(long, value_name = "ATTRIBUTE")]
    by: Option<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// The project's folder, where records and results are
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// As data.
    Json,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = common::open(std::slice::from_ref(&args.file), &args.project, true)?;
    common::report(&workspace)?;
    let model = &workspace.checked.model;
    let Some(learner) = model.learners.get(&args.name) else {
        let help = suggest::help(&args.name, model.learners.keys().map(String::as_str), "there are")
            .unwrap_or_default();
        return Err(Failure::Usage(format!("there is no model or cluster `{}` here; {help}", args.name)));
    };
    let shop = open_shop(&workspace, learner, args.as_of.as_deref(), &args.project)?;
    let store = Store::of_project(&args.project);
    let what = Inliner::new(model).learned(learner);
    let fitted = learned::fitted(&shop, &what, &store)?;
    let groups = match &args.by {
        Some(name) => {
            let by = attribute(model, &shop, name)?;
            learned::fairness(&shop, &what, &by, &store)?
        }
        None => None,
    };
    if args.by.is_some() && groups.is_none() {
        return Err(Failure::Usage(format!(
            "`--by` compares probabilities, and `{}` is not a logistic model",
            args.name
        )));
    }
    match args.format {
        Form::Json => json(&what, &fitted, groups.as_deref())?,
        Form::Text => {
            head(learner, &what, &shop);
            text(&what, &fitted, &shop);
            if let (Some(groups), Some(name)) = (&groups, &args.by) {
                fairness(groups, name);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The shop of a learner's source as of a day.
pub(super) fn open_shop(
    workspace: &Workspace,
    learner: &Learner,
    as_of: Option<&str>,
    project: &std::path::Path,
) -> Result<Shop, Failure> {
    let Some(source) = workspace.checked.model.sources.get(&learner.source) else {
        return Err(Failure::Usage(format!("`{}` is about no source", learner.label)));
    };
    let as_of = match as_of {
        Some(text) => common::instant(text, &source.schema.timezone)?,
        None => Timestamp::now(),
    };
    let state = state_path(project);
    let state = state.exists().then_some(state.as_path());
    Ok(Shop::open(Arc::clone(&source.schema), as_of, state)?)
}

/// The column of customers or the attribute of that name.
fn attribute(model: &Model, shop: &Shop, name: &str) -> Result<Expr, Failure> {
    let column = shop.schema().relation("customers").and_then(|r| r.column(name));
    if let Some(column) = column {
        return Ok(Expr::column(Row::Customer, name, column.ty));
    }
    let mut attributes = model.profiles.values().flat_map(|p| &p.attributes);
    let found = attributes.find(|a| a.name == name).map(|a| Inliner::new(model).expr(&a.value));
    found.ok_or_else(|| {
        Failure::Usage(format!("customers have no column or attribute `{name}` to be compared by"))
    })
}

fn head(learner: &Learner, learned: &Learned, shop: &Shop) {
    let zone = shop.schema().timezone.clone();
    let day = shop.instant(Until::Day).to_zoned(zone).strftime("%Y-%m-%d").to_string();
    let title = if learner.title.is_empty() { &learned.name } else { &learner.title };
    anstream::println!(
        "{STRONG}{title}{STRONG:#}  {QUIET}{}, learned from what was before {day}{QUIET:#}",
        learned.name
    );
    anstream::println!("  {}\n", lesson_words(learned));
}

fn text(learned: &Learned, fitted: &Fitted, shop: &Shop) {
    match (&fitted.report, &fitted.fit) {
        (Report::Personas { people }, Fit::Personas(personas)) => clusters(learned, personas, *people),
        (Report::Probability(report), _) => probability(report, shop),
        (Report::Buying(report), Fit::Buying(buyers)) => {
            buying(report, shop);
            let m = buyers.model;
            anstream::println!(
                "\n  {QUIET}r {:.4}, alpha {:.4} days, a {:.4}, b {:.4}{QUIET:#}",
                m.r,
                m.alpha,
                m.a,
                m.b
            );
        }
        _ => {}
    }
    for (feature, why) in &fitted.left_out {
        anstream::println!("  {ODD}look{ODD:#} `{feature}` {why}: it is not used");
    }
}

fn clusters(learned: &Learned, personas: &Personas, people: usize) {
    for (at, group) in personas.groups.iter().enumerate() {
        let share = 100.0 * group.people as f64 / people.max(1) as f64;
        anstream::println!(
            "  {STRONG}{:>3}{STRONG:#}  {:>9}  {QUIET}{share:>5.1} %{QUIET:#}  {}",
            at + 1,
            terminal::count(group.people as u64),
            words::persona(learned, group)
        );
    }
    if !personas.silhouettes.is_empty() {
        anstream::println!("\n  how well they stand apart {QUIET}(silhouette; 1 is best){QUIET:#}");
        let chosen = personas.groups.len();
        for (k, width) in &personas.silhouettes {
            let mark = if *k == chosen { "  chosen" } else { "" };
            anstream::println!("    {k:>2} groups  {width:.3}{GOOD}{mark}{GOOD:#}");
        }
    }
}

fn day(second: i64, shop: &Shop) -> String {
    let zone = shop.schema().timezone.clone();
    Timestamp::from_second(second)
        .map_or_else(|_| "?".to_owned(), |t| t.to_zoned(zone).strftime("%Y-%m-%d").to_string())
}

fn probability(report: &ProbabilityReport, shop: &Shop) {
    let found = &report.evaluation;
    let days: Vec<String> = report.cutoffs.iter().map(|(second, _)| day(*second, shop)).collect();
    anstream::println!(
        "  learned from {} examples: customers as they were on {}",
        terminal::count(found.examples as u64),
        days.join(", ")
    );
    anstream::println!("  it came true for {:.1} %\n", found.rate * 100.0);
    anstream::println!("  on customers it had not seen:");
    anstream::println!(
        "    AUC   {STRONG}{:.3}{STRONG:#}  {QUIET}(0.5 is chance, 1 perfect){QUIET:#}",
        found.auc
    );
    anstream::println!(
        "    Brier {:.4} {QUIET}({:.4} if everybody had the same probability){QUIET:#}",
        found.brier,
        found.brier_of_rate
    );
    for warning in warnings(found) {
        anstream::println!("  {ODD}look{ODD:#} {warning}");
    }
    tenths(&found.deciles);
    anstream::println!("\n  what moves it most {QUIET}(log odds for one deviation more){QUIET:#}");
    for (name, weight) in found.strongest.iter().take(8) {
        anstream::println!("    {weight:>+6.2}  {name}");
    }
}

/// What a careful colleague would say of a model.
fn warnings(found: &Evaluation) -> Vec<&'static str> {
    let mut said = Vec::new();
    if found.auc > 0.995 {
        said.push("the features tell it exactly: does one of them know the answer already?");
    }
    if found.auc < 0.55 {
        said.push("this is hardly better than chance");
    }
    said
}

fn tenths(deciles: &[Decile]) {
    anstream::println!("\n  customers by tenths   said   came true   lift");
    for (at, tenth) in deciles.iter().enumerate() {
        anstream::println!(
            "    {:>2}  {:>9}   {:>6.1} %    {:>6.1} %  {:>5.2}",
            at + 1,
            terminal::count(tenth.people as u64),
            tenth.predicted * 100.0,
            tenth.observed * 100.0,
            tenth.lift
        );
    }
}

fn buying(report: &BuyingReport, shop: &Shop) {
    anstream::println!(
        "  learned from {} customers who bought, {} of them on several days",
        terminal::count(report.customers as u64),
        terminal::count(report.repeating as u64)
    );
    let from = day(report.cutoff, shop);
    let Some(trial) = &report.trial else {
        anstream::println!("  {ODD}look{ODD:#} it could not be tried: too few had bought again by {from}");
        return;
    };
    anstream::println!("\n  tried as of {from} on {} customers:", terminal::count(trial.customers as u64));
    if let Some(auc) = trial.auc {
        anstream::println!("    AUC of who buys  {STRONG}{auc:.3}{STRONG:#}");
    }
    anstream::println!("    days of buying   {:.0} expected, {:.0} came", trial.expected, trial.came);
    tenths(&trial.deciles);
}

fn fairness(groups: &[GroupMeasure], by: &str) {
    anstream::println!("\n  by {by}            customers  came true       said   over 50 %     AUC");
    for group in groups {
        let name = terminal::column(group.group.as_deref().unwrap_or("not known"), 16);
        let auc = group.auc.map_or_else(|| "-".to_owned(), |a| format!("{a:.3}"));
        anstream::println!(
            "    {name} {:>9}   {:>6.1} %   {:>6.1} %    {:>6.1} %   {auc:>5}",
            terminal::count(group.people as u64),
            group.observed * 100.0,
            group.predicted * 100.0,
            group.chosen * 100.0,
        );
    }
}

fn json(learned: &Learned, fitted: &Fitted, groups: Option<&[GroupMeasure]>) -> Result<(), Failure> {
    let personas = match &fitted.fit {
        Fit::Personas(personas) => Some(serde_json::json!({
            "groups": personas.groups.iter().enumerate().map(|(at, g)| serde_json::json!({
                "persona": at + 1, "people": g.people, "words": words::persona(learned, g), "traits": g.traits,
            })).collect::<Vec<_>>(),
            "silhouettes": personas.silhouettes,
            "inertia": personas.inertia,
        })),
        _ => None,
    };
    let buying = match &fitted.fit {
        Fit::Buying(buyers) => Some(buyers.model),
        _ => None,
    };
    let data = serde_json::json!({
        "name": learned.name,
        "hash": learned.hash,
        "report": fitted.report,
        "personas": personas,
        "bg_nbd": buying,
        "left_out": fitted.left_out,
        "fairness": groups,
    });
    let data = serde_json::to_string_pretty(&data).map_err(|e| Failure::Other(e.to_string()))?;
    anstream::println!("{data}");
    Ok(())
}
