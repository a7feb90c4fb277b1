//! `herald man`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;

use super::Cli;
use super::common::Failure;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write a page for each command; without it, the program's own page is printed
    dir: Option<PathBuf>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        std::io::stdout().write_all(&page)?;
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|e| Failure::Other(format!("the pages cannot be written to {}: {e}", dir.display())))?;
    Ok(ExitCode::SUCCESS)
}
