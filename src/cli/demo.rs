//! `herald demo`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::common::{self, Failure};
use super::terminal;
use crate::data::demo::{DemoOptions, END};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to write `aurora.db` into
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// How many customers
    #[arg(long)]
    customers: Option<u32>,
    /// How many products
    #[arg(long)]
    products: Option<u32>,
    /// How many events (views, carts, order lines), roughly
    #[arg(long)]
    events: Option<u64>,
    /// The seed
    #[arg(long)]
    seed: Option<u64>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let default = DemoOptions::default();
    let options = DemoOptions {
        customers: args.customers.unwrap_or(default.customers),
        products: args.products.unwrap_or(default.products),
        events: args.events.unwrap_or(default.events),
        seed: args.seed.unwrap_or(default.seed),
    };
    std::fs::create_dir_all(&args.dir)?;
    let path = args.dir.join("aurora.db");
    common::make_demo_shop(&path, &options)?;
    anstream::println!(
        "{} with {} and {}; its data ends on {END}",
        path.display(),
        terminal::counted(u64::from(options.customers), "customer"),
        terminal::counted(u64::from(options.products), "product"),
    );
    Ok(ExitCode::SUCCESS)
}
