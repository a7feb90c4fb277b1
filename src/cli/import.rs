//! `herald import`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::common::Failure;
use super::terminal::{self, ODD, QUIET, STRONG};
use crate::data::import::{ImportReport, ImportSpec, import};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The CSV file, plain or gzipped
    source: PathBuf,
    /// The database to load it into; made if it is not there
    target: PathBuf,
    /// A known export: online-retail, shopify-orders, shopify-products, shopify-customers, woocommerce-orders, …
    #[arg(long, conflicts_with_all = ["mapping", "table"])]
    preset: Option<String>,
    /// A mapping in a TOML file
    #[arg(long, value_name = "FILE", conflicts_with = "table")]
    mapping: Option<PathBuf>,
    /// The standard table that `--map` fills
    #[arg(long, requires = "map")]
    table: Option<String>,
    /// A column of it and the file's column: `id=CustomerID`; may be given several times
    #[arg(long, value_name = "COLUMN=HEADER")]
    map: Vec<String>,
    /// The report as data
    #[arg(long)]
    json: bool,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let usage = |e: &dyn std::fmt::Display| Failure::Usage(e.to_string());
    let spec = match (&args.preset, &args.mapping, &args.table) {
        (Some(name), _, _) => ImportSpec::preset(name).map_err(|e| usage(&e))?,
        (_, Some(file), _) => {
            let text = std::fs::read_to_string(file)
                .map_err(|e| Failure::Usage(format!("{}: {e}", file.display())))?;
            ImportSpec::from_toml(&text).map_err(|e| usage(&e))?
        }
        (_, _, Some(table)) => ImportSpec::from_flags(table, &args.map).map_err(|e| usage(&e))?,
        _ => {
            let names: Vec<&str> = ImportSpec::presets().iter().map(|p| p.0).collect();
            return Err(Failure::Usage(format!(
                "say what the columns are: `--preset` ({}), `--mapping FILE`, or `--table` with `--map`",
                names.join(", ")
            )));
        }
    };
    let bar = terminal::progress();
    let report = import(&args.source, &args.target, &spec, &mut |p| {
        terminal::tell(&bar, "reading", p.bytes, p.total_bytes);
    });
    bar.finish_and_clear();
    let report = report.map_err(|e| Failure::Other(e.to_string()))?;
    if args.json {
        anstream::println!("{}", serde_json::to_string_pretty(&report).map_err(|e| usage(&e))?);
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &ImportReport) {
    anstream::println!("{STRONG}{:>10}{STRONG:#}  lines read", terminal::count(report.rows));
    for table in &report.tables {
        anstream::println!(
            "{:>10}  went to {}, which has {} rows now ({} new)",
            terminal::count(table.taken),
            table.table,
            terminal::count(table.total),
            terminal::count(table.added)
        );
    }
    if report.cancelled > 0 {
        anstream::println!("{:>10}  cancelled or returned", terminal::count(report.cancelled));
    }
    for rejection in &report.rejected {
        let tables = if rejection.tables.is_empty() {
            String::new()
        } else {
            format!(" (not into {})", rejection.tables.join(", "))
        };
        let example =
            if rejection.example.is_empty() { String::new() } else { format!(", `{}`", rejection.example) };
        anstream::println!(
            "{ODD}{:>10}{ODD:#}  {}{tables} {QUIET}first on line {}{example}{QUIET:#}",
            terminal::count(rejection.rows),
            rejection.reason,
            rejection.line
        );
    }
    for blanked in &report.blanked {
        anstream::println!(
            "{:>10}  taken as missing: {} {QUIET}first on line {}{QUIET:#}",
            terminal::count(blanked.rows),
            blanked.reason,
            blanked.line
        );
    }
    for note in &report.notes {
        anstream::println!("{QUIET}{note}{QUIET:#}");
    }
}
