//! `herald std`.

use std::process::ExitCode;

use super::common::Failure;
use crate::check::project::STD;
use crate::check::suggest;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which file, such as std/segments; all their names if not given
    name: Option<String>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let Some(name) = &args.name else {
        for (name, text) in STD {
            let declared: Vec<&str> = text
                .lines()
                .filter(|l| l.ends_with('{') && !l.starts_with(' '))
                .filter_map(|l| l.split_whitespace().nth(1))
                .collect();
            anstream::println!("{name}: {}", declared.join(", "));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let full = if name.starts_with("std/") { name.clone() } else { format!("std/{name}") };
    let Some((_, text)) = STD.iter().find(|(n, _)| **n == full) else {
        let help = suggest::help(&full, STD.iter().map(|s| s.0), "there are").unwrap_or_default();
        return Err(Failure::Usage(format!("the shipped library has no `{name}`; {help}")));
    };
    anstream::print!("{text}");
    Ok(ExitCode::SUCCESS)
}
