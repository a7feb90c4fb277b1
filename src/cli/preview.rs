//! `herald preview`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::common::{self, Failure, Target};
use super::terminal;
use crate::data::Key;
use crate::run::{Outcome, RunError};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Whose message; the first recipient's if not given
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Write the message as a page for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the whole message as it would be sent
    #[arg(long, value_name = "FILE")]
    eml: Option<PathBuf>,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let opened = common::open_target(&args.target)?;
    let plan = opened.plan(&args.target, opened.as_of, None)?;
    let session = opened.session(&args.target, plan)?;
    let ids: Vec<Key> = match &args.customer {
        Some(id) => vec![Key::parse(id)],
        None => session.audience()?,
    };
    if let [id] = ids.as_slice()
        && !session.shop.has_customer(id)?
    {
        return Err(RunError::NoCustomer(id.to_string()).into());
    }
    let mut refusal = "the audience is empty".to_owned();
    for chunk in ids.chunks(200) {
        for (id, outcome) in chunk.iter().zip(session.chunk(chunk)?) {
            let draft = match outcome {
                Outcome::Excluded { reason, .. } => {
                    refusal = format!("customer {id} gets no message: {reason}");
                    continue;
                }
                Outcome::Draft(draft) => draft,
            };
            let composed = session
                .writer
                .write_draft(&draft, draft.due_at)
                .map_err(|e| Failure::Other(format!("customer {id}: {e}")))?;
            if !session.is_in_audience(id)? {
                anstream::eprintln!(
                    "{}note:{:#} customer {id} is not in the audience; this is what they would get",
                    terminal::ODD,
                    terminal::ODD
                );
            }
            if let Some(path) = &args.html {
                std::fs::write(path, composed.page())?;
            }
            if let Some(path) = &args.eml {
                std::fs::write(path, &composed.bytes)?;
            }
            anstream::println!("To: {} ({id})", draft.address.written());
            anstream::print!("{}", composed.terminal());
            for warning in &composed.warnings {
                anstream::eprintln!("{}warning:{:#} {warning}", terminal::ODD, terminal::ODD);
            }
            return Ok(ExitCode::SUCCESS);
        }
    }
    Err(Failure::Other(refusal))
}
