//! `herald explain CODE`.

use std::process::ExitCode;

use super::common::Failure;
use crate::check::suggest;
use crate::diagnostic::codes;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, such as H0220
    code: String,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let written = args.code.to_uppercase();
    let Some(code) = codes::find(&written) else {
        let near = suggest::nearest(&written, codes::CODES.iter().map(|c| c.code))
            .map(|n| format!("; did you mean {n}?"))
            .unwrap_or_default();
        return Err(Failure::Usage(format!("there is no code {}{near}", args.code)));
    };
    anstream::println!("{}", code.page.trim_end());
    Ok(ExitCode::SUCCESS)
}
