//! `herald lsp`.

use std::io::{self, BufReader};
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::common::{self, Failure};
use crate::lsp;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Speak over standard input and output, which is the only way there is
    #[arg(long)]
    stdio: bool,
    /// The day to count segments as of: `2026-11-20`, or an instant with a zone; now if not given
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let clock: lsp::Clock = match &args.as_of {
        Some(text) => {
            let at = common::instant(text, &TimeZone::UTC)?;
            Box::new(move || at)
        }
        None => Box::new(Timestamp::now),
    };
    let left = lsp::serve(BufReader::new(io::stdin()), io::stdout(), clock);
    Ok(if left { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
