//! `herald why`: one customer's way to a mail or to none.

use std::process::ExitCode;

use super::common::{self, Failure, Target};
use super::terminal::{self, BAD, GOOD, QUIET, STRONG};
use crate::data::Key;
use crate::run::trace::{Trace, trace};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Which customer
    #[arg(long, value_name = "ID")]
    customer: String,
    /// How many products to show
    #[arg(long, default_value_t = 10)]
    top: usize,
    /// As data
    #[arg(long)]
    json: bool,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let opened = common::open_target(&args.target)?;
    let plan = opened.plan(&args.target, opened.as_of, None)?;
    let session = opened.session(&args.target, plan)?;
    let records = opened.records(&args.target)?;
    let customer = Key::parse(&args.customer);
    let (trace, _) = trace(&session, records.as_ref(), &customer, args.top)?;
    if args.json {
        anstream::println!(
            "{}",
            serde_json::to_string_pretty(&trace).map_err(|e| Failure::Other(e.to_string()))?
        );
    } else {
        print(&trace);
        if let Some(records) = records {
            for past in records.why(&customer)? {
                anstream::println!("{QUIET}before: {past:?}{QUIET:#}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(trace: &Trace) {
    let verdict = if trace.mailed { "gets a message" } else { "gets no message" };
    anstream::println!("{STRONG}customer {} {verdict}{STRONG:#}\n", trace.customer);
    for gate in &trace.gates {
        let (style, mark) = if gate.passed { (GOOD, "yes") } else { (BAD, "no ") };
        let reason = if gate.reason.is_empty() { String::new() } else { format!(": {}", gate.reason) };
        anstream::println!("  {style}{mark}{style:#}  {}{reason}", gate.asked);
    }
    if !trace.values.is_empty() {
        anstream::println!("\n{STRONG}known{STRONG:#}");
        for (name, value) in &trace.values {
            let value = serde_json::to_string(value).unwrap_or_default();
            anstream::println!("  {} {value}", terminal::column(name, 22));
        }
    }
    if let Some(template) = &trace.template {
        let variant = trace.variant.as_ref().map(|v| format!(", variant {v}")).unwrap_or_default();
        anstream::println!("\n{STRONG}message{STRONG:#}  template {template}{variant}");
    }
    if !trace.products.is_empty() {
        anstream::println!("\n{STRONG}products{STRONG:#}");
    }
    for product in &trace.products {
        let mark = if product.picked { "picked" } else { "      " };
        anstream::println!(
            "  {GOOD}{mark}{GOOD:#} {} {:>8.4}",
            terminal::column(&product.product, 48),
            product.score
        );
        for (part, score) in product.parts.iter().filter(|_| product.picked) {
            anstream::println!("         {QUIET}{score:.4} from {part}{QUIET:#}");
        }
        if let Some(because) = &product.because {
            anstream::println!("         {QUIET}because of {because}{QUIET:#}");
        }
        if let (Some(removed), false) = (&product.removed, product.picked) {
            anstream::println!("         {QUIET}{removed}{QUIET:#}");
        }
    }
}
