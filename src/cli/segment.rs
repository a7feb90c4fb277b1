//! `herald segment`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::terminal::{self, ODD, QUIET, STRONG};
use crate::check::suggest;
use crate::check::typed::{Expr, Row};
use crate::deliver::state::state_path;
use crate::plan::Inliner;
use crate::run::datum::Datum;
use crate::run::shop::Shop;
use crate::run::{Store, learned};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The segment's name
    name: String,
    /// The file that declares or uses it
    file: PathBuf,
    /// The day to count as of; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// How many customers to show
    #[arg(long, default_value_t = 10)]
    sample: usize,
    /// Show the statement with SQLite's own plan of it
    #[arg(long)]
    sql: bool,
    /// The project's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    project: PathBuf,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = common::open(std::slice::from_ref(&args.file), Path::new("."), true)?;
    common::report(&workspace)?;
    let model = &workspace.checked.model;
    let Some(segment) = model.segments.get(&args.name) else {
        let help = suggest::help(&args.name, model.segments.keys().map(String::as_str), "there are")
            .unwrap_or_default();
        return Err(Failure::Usage(format!("there is no segment `{}` here; {help}", args.name)));
    };
    let Some(source) = model.sources.get(&segment.source) else {
        return Err(Failure::Usage(format!("`{}` is about no source", args.name)));
    };
    let as_of = match &args.as_of {
        Some(text) => common::instant(text, &source.schema.timezone)?,
        None => Timestamp::now(),
    };
    let mut inliner = Inliner::new(model);
    let condition = inliner.expr(&segment.condition);
    if !inliner.later.is_empty() {
        let needs: Vec<String> = inliner.later.into_iter().collect();
        return Err(Failure::Other(format!(
            "`{}` needs {}, which this version checks but does not run yet",
            args.name,
            needs.join(", ")
        )));
    }
    let state = state_path(&args.project);
    let shop = Shop::open(Arc::clone(&source.schema), as_of, state.exists().then_some(state.as_path()))?;
    learned::prepare(&shop, [&condition], &Store::of_project(&args.project))?;
    let ids = shop.select(&condition)?;
    let all = shop.count_customers()?;
    let share = if all == 0 { 0.0 } else { ids.len() as f64 * 100.0 / all as f64 };
    anstream::println!(
        "{STRONG}{}{STRONG:#} {}  {QUIET}{share:.1} % of {}{QUIET:#}",
        args.name,
        terminal::counted(ids.len() as u64, "customer"),
        terminal::count(all)
    );
    if ids.is_empty()
        && let Some(last) = shop.last_event()?
        && (as_of.as_second() - last.as_second()) > 14 * 86_400
    {
        anstream::println!(
            "{ODD}look{ODD:#} the shop's data ends on {}: pass `--as-of`",
            last.strftime("%Y-%m-%d")
        );
    }
    let columns: Vec<(String, Expr)> = ["name", "email", "country", "locale"]
        .iter()
        .filter_map(|n| {
            source
                .schema
                .relation("customers")?
                .column(n)
                .map(|c| ((*n).to_owned(), Expr::column(Row::Customer, n, c.ty)))
        })
        .collect();
    let sample: Vec<_> = ids.iter().take(args.sample).cloned().collect();
    for (id, row) in sample.iter().zip(shop.values(&sample, &columns)?) {
        let cells: Vec<String> =
            row.iter().map(|d| terminal::column(d.text().unwrap_or(missing(d)), 26)).collect();
        anstream::println!("  {}{}", terminal::column(&id.to_string(), 9), cells.join("").trim_end());
    }
    if args.sql {
        let statement = shop.select_statement(&condition)?;
        anstream::println!("\n{}", statement.sql);
        for (at, value) in statement.params.iter().enumerate() {
            anstream::println!("  {QUIET}?{} = {value:?}{QUIET:#}", at + 1);
        }
        for line in shop.query_plan(&statement)? {
            anstream::println!("  {QUIET}| {line}{QUIET:#}");
        }
        for advice in shop.index_advice(&statement)? {
            anstream::println!("  {ODD}advice{ODD:#} {advice}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn missing(datum: &Datum) -> &'static str {
    if *datum == Datum::Missing { "-" } else { "" }
}
