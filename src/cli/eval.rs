//! `herald eval`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use super::common::{self, Failure};
use super::eval_page;
use super::terminal::{self, QUIET, STRONG};
use crate::check::suggest;
use crate::recommend::evaluate::{Estimate, METRICS, Question, Report, Row};
use crate::recommend::{Recipe, Settings};
use crate::run::Store;
use crate::run::evaluate::Bench;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file that declares or uses the strategies
    file: PathBuf,
    /// Which strategies; all that the file knows if none is named
    #[arg(long, value_name = "NAME")]
    strategy: Vec<String>,
    /// `auto` and every method that needs nothing but purchases beside them, each with its defaults
    #[arg(long)]
    all: bool,
    /// The day up to which data is looked at; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// How many days before it are hidden and then measured by
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Count products that a customer has had before as well
    #[arg(long)]
    repeats: bool,
    /// How to print: text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Also write a page with charts to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The project's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

/// What was measured, and how.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// The beginning of the hidden days.
    pub cut: String,
    /// How many days were hidden.
    pub days: u32,
    /// `discovery` or `next`.
    pub question: &'static str,
    /// How many customers were measured.
    pub customers: usize,
    /// Pairs after the cut that do not count, since their customer or product was not known before it.
    pub unknown_pairs: usize,
    /// The measures' names, in the order of the estimates.
    pub metrics: Vec<&'static str>,
    /// What was measured, best first.
    pub methods: Vec<Measured>,
}

/// A strategy or method with its figures.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// What it is, as the language says it.
    pub method: String,
    /// The figures.
    pub report: Report,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let evaluation = evaluate(args)?;
    if let Some(path) = &args.html {
        let failed = |e| Failure::Other(format!("{}: {e}", path.display()));
        std::fs::write(path, eval_page::page(&evaluation)).map_err(failed)?;
    }
    if args.format == "json" {
        let text = serde_json::to_string_pretty(&evaluation).map_err(|e| Failure::Other(e.to_string()))?;
        anstream::println!("{text}");
    } else {
        print(&evaluation);
    }
    Ok(ExitCode::SUCCESS)
}

fn evaluate(args: &Args) -> Result<Evaluation, Failure> {
    let workspace = common::open(std::slice::from_ref(&args.file), Path::new("."), true)?;
    common::report(&workspace)?;
    let model = &workspace.checked.model;
    let known = || model.strategies.keys().map(String::as_str);
    for name in &args.strategy {
        if !model.strategies.contains_key(name) {
            let help = suggest::help(name, known(), "there are").unwrap_or_default();
            return Err(Failure::Usage(format!("there is no strategy `{name}` here; {help}")));
        }
    }
    let wanted = |label: &str| args.strategy.is_empty() || args.strategy.iter().any(|n| n == label);
    let strategies: Vec<_> = model.strategies.values().filter(|s| wanted(&s.label)).collect();
    let label = strategies.first().map(|s| s.source.clone());
    let source = label.as_ref().or_else(|| model.sources.keys().next()).and_then(|l| model.sources.get(l));
    let Some(source) = source else {
        return Err(Failure::Usage(format!("{} is about no source", args.file.display())));
    };
    if strategies.iter().any(|s| Some(&s.source) != label.as_ref()) {
        return Err(Failure::Usage(
            "the strategies are of several sources: choose with `--strategy`".to_owned(),
        ));
    }
    if strategies.is_empty() && !args.all {
        return Err(Failure::Usage(format!(
            "{} knows no strategy; `--all` measures every method",
            args.file.display()
        )));
    }
    let as_of = match &args.as_of {
        Some(text) => common::instant(text, &source.schema.timezone)?,
        None => Timestamp::now(),
    };
    let store = Store::of_project(&args.project);
    let question = if args.repeats { Question::Next } else { Question::Discovery };
    let bench = Bench::open(source, as_of, args.days, question, &store)?;
    let cut = bench.cut().to_zoned(source.schema.timezone.clone()).strftime("%Y-%m-%d").to_string();
    if bench.customers() == 0 {
        return Err(Failure::Other(format!(
            "no customer who was known before {cut} bought anything{} in the {} days from then on; the shop's data may end earlier: pass `--as-of`",
            if args.repeats { "" } else { " new to them" },
            args.days
        )));
    }
    let mut methods = Vec::new();
    for strategy in strategies {
        methods.push(Measured {
            name: strategy.label.clone(),
            method: crate::plan::show::method_words(&strategy.method),
            report: bench.strategy(strategy, &store, args.seed)?,
        });
    }
    // What a customer buys again is another question than what is new to them.
    let asked = |name: &str| args.repeats || name != "buy_again";
    for name in Recipe::NAMES.iter().filter(|name| args.all && asked(name)) {
        if let Some(recipe) = Recipe::named(name, &Settings::default()) {
            let report = bench.recipe(&recipe, args.seed)?;
            methods.push(Measured { name: (*name).to_owned(), method: recipe.to_string(), report });
        }
    }
    if args.all {
        let (recipe, report) = bench.auto(args.seed)?;
        methods.push(Measured { name: "auto".to_owned(), method: recipe.to_string(), report });
    }
    methods.sort_by(|a, b| first(&b.report).total_cmp(&first(&a.report)));
    Ok(Evaluation {
        cut,
        days: args.days,
        question: if args.repeats { "next" } else { "discovery" },
        customers: bench.customers(),
        unknown_pairs: bench.unknown(),
        metrics: METRICS.iter().map(|m| m.name).collect(),
        methods,
    })
}

/// The measure that methods are ordered by: NDCG@10 over all customers.
fn first(report: &Report) -> f64 {
    report.rows.first().map_or(0.0, |row| row.estimates[0].mean)
}

/// The measures that have a column in the terminal; the data has them all.
const COLUMNS: [&str; 4] = ["ndcg@10", "recall@20", "hit@10", "mrr@10"];

fn print(evaluation: &Evaluation) {
    let what = if evaluation.question == "next" {
        "whatever they bought"
    } else {
        "what they bought for the first time"
    };
    anstream::println!(
        "{STRONG}{}{STRONG:#}, {what} in the {} days from {}, the whole catalogue ranked; nothing from then on was learned from",
        terminal::counted(evaluation.customers as u64, "customer"),
        evaluation.days,
        evaluation.cut
    );
    if evaluation.unknown_pairs > 0 {
        anstream::println!(
            "{QUIET}{} of a customer or a product unknown before then are not counted{QUIET:#}",
            terminal::counted(evaluation.unknown_pairs as u64, "pair")
        );
    }
    let width = evaluation.methods.iter().map(|m| m.name.len()).max().unwrap_or(0).clamp(22, 30) + 2;
    anstream::println!();
    let head: String = COLUMNS.iter().map(|name| format!("{name:>22}")).collect::<Vec<_>>().concat();
    anstream::println!(
        "{QUIET}{}{head}{:>10}{:>9}{:>11}{QUIET:#}",
        " ".repeat(width),
        "coverage",
        "novelty",
        "diversity"
    );
    for Measured { name, report, .. } in &evaluation.methods {
        let cells = report.rows.first().map(cells).unwrap_or_default();
        anstream::println!(
            "{STRONG}{}{STRONG:#}{cells}{:>9.1}%{:>9.1}{:>11.2}",
            terminal::column(name, width),
            report.coverage * 100.0,
            report.novelty,
            report.diversity
        );
        for row in report.rows.iter().skip(1) {
            anstream::println!(
                "{QUIET}{}{}{QUIET:#}",
                terminal::column(&history(row), width),
                self::cells(row)
            );
        }
    }
    anstream::println!(
        "\n{QUIET}in brackets the interval that holds the mean with 95 % confidence (bootstrap over customers){QUIET:#}"
    );
}

fn cells(row: &Row) -> String {
    COLUMNS
        .iter()
        .map(|column| {
            let at = METRICS.iter().position(|m| m.name == *column).unwrap_or(0);
            let Estimate { mean, low, high } = row.estimates[at];
            format!("{:>22}", format!("{mean:.3} [{low:.3} {high:.3}]"))
        })
        .collect::<Vec<_>>()
        .concat()
}

/// The customers of a row in words.
pub fn history(row: &Row) -> String {
    let who = terminal::count(row.customers as u64);
    match row.history {
        None => format!("all {who}"),
        Some((from, to)) if from == to => format!("  had {from}: {who}"),
        Some((from, usize::MAX)) => format!("  had {from} or more: {who}"),
        Some((from, to)) => format!("  had {from} to {to}: {who}"),
    }
}
