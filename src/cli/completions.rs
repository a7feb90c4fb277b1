//! `herald completions`.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::common::Failure;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell that shall complete commands, options and their values
    shell: Shell,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "herald", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
