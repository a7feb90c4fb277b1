//! `herald proof`: real messages to the author, and to nobody else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;

use super::common::{self, Failure, Target};
use super::terminal::{self, BAD, GOOD, ODD, QUIET, STRONG};
use crate::check::model::{Sender, Via};
use crate::compose::ProofMark;
use crate::data::Key;
use crate::deliver::smtp::Server;
use crate::deliver::{Address, Envelope, FilesTransport, SmtpTransport, Transport};
use crate::run::proof::{self, Proof};
use crate::run::{RunError, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Who gets the proof: you; may be said several times
    #[arg(long, value_name = "ADDRESS", required = true)]
    to: Vec<String>,
    /// Whose message; the first recipient's if not given
    #[arg(long, value_name = "ID", conflicts_with = "worst")]
    customer: Option<String>,
    /// The messages that most likely look wrong: the longest name, nothing known, the largest, each language, …
    #[arg(long)]
    worst: bool,
    /// Send over the mail server that this environment variable names, whatever the sender's `via:` says
    #[arg(long, value_name = "NAME")]
    smtp_env: Option<String>,
    /// How long to wait for each answer of the mail server
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let authors = authors(&args.to)?;
    // A proof is for the time before the first slot; its day is as it is told.
    let target = Target { now: true, ..args.target.clone() };
    let opened = common::open_target(&target)?;
    let plan = opened.plan(&target, opened.as_of, None)?;
    let session = opened.session(&target, plan)?;
    let records = opened.records(&target)?;
    let proofs = match &args.customer {
        _ if args.worst => worst(&session, records.as_ref())?,
        Some(id) => vec![proof::of_customer(&session, records.as_ref(), &Key::parse(id))?],
        None => vec![proof::of_first(&session, records.as_ref())?.map_err(Failure::Other)?],
    };
    let mut post = Post { args, session: &session, ways: BTreeMap::new() };
    let (mut sent, mut failed) = (0, 0);
    for proof in &proofs {
        tell(proof);
        for author in &authors {
            match post.send(proof, author)? {
                Ok(place) => {
                    anstream::println!("  {GOOD}to {author}{GOOD:#}  {place}");
                    sent += 1;
                }
                Err(reason) => {
                    anstream::println!("  {BAD}not to {author}{BAD:#}: {reason}");
                    failed += 1;
                }
            }
        }
    }
    if sent > 0 {
        anstream::println!(
            "\n{QUIET}proofs only: no customer got anything, and nothing was recorded{QUIET:#}"
        );
    }
    Ok(if failed > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Whom the proofs go to, each once.
fn authors(written: &[String]) -> Result<Vec<Address>, Failure> {
    let mut authors: Vec<Address> = Vec::new();
    for text in written {
        let address =
            Address::parse(text).map_err(|e| Failure::Usage(format!("`{text}` is no mail address: {e}")))?;
        if address.is_made_up() {
            return Err(Failure::Usage(format!(
                "`{address}` is a made-up address (`.invalid`), and a proof wants a person who looks at it"
            )));
        }
        if !authors.iter().any(|a| a.compared() == address.compared()) {
            authors.push(address);
        }
    }
    Ok(authors)
}

fn worst(session: &Session, records: Option<&crate::deliver::State>) -> Result<Vec<Proof>, Failure> {
    let bar = terminal::progress();
    let found = proof::of_worst(session, records, &mut |s, d, t| terminal::tell(&bar, s, d, t));
    bar.finish_and_clear();
    let (proofs, looked_at) = found?;
    if proofs.is_empty() {
        return Err(Failure::Other("nobody would get a message, so there is no worst one".to_owned()));
    }
    anstream::println!(
        "{QUIET}looked at {} of the audience{QUIET:#}",
        terminal::counted(looked_at as u64, "customer")
    );
    Ok(proofs)
}

fn tell(proof: &Proof) {
    let name = proof.name().map(|n| format!(" ({n})")).unwrap_or_default();
    let cases = match proof.cases.as_slice() {
        [] => String::new(),
        cases => format!("  {QUIET}{}{QUIET:#}", cases.join("; ")),
    };
    anstream::println!("{STRONG}customer {}{name}{STRONG:#}{cases}", proof.customer);
    if let Some(reason) = &proof.refused {
        anstream::println!("  {ODD}look{ODD:#}  in a run this customer would get nothing: {reason}");
    }
}

/// The ways out that the senders' proofs take, opened when first needed.
struct Post<'a> {
    args: &'a Args,
    session: &'a Session,
    ways: BTreeMap<String, Way>,
}

struct Way {
    transport: Box<dyn Transport>,
    /// The folder that a file's place is told from.
    folder: Option<PathBuf>,
}

impl Post<'_> {
    /// Sends one proof; where it is now, or why this one could not be sent.
    fn send(&mut self, proof: &Proof, to: &Address) -> Result<Result<String, String>, Failure> {
        let draft = match &proof.draft {
            Ok(draft) => draft,
            Err(reason) => return Ok(Err(format!("there is no message: {reason}"))),
        };
        let plan = &self.session.plan;
        let at = Timestamp::now();
        let once = format!("{}.{}", at.as_nanosecond(), std::process::id());
        let note = note(self.session, proof);
        let mark = ProofMark { of: &format!("{}, customer {}", plan.campaign, proof.customer), note: &note };
        let written = self.session.writer.write_proof(draft, to, &mark, at, &once);
        let composed = match written {
            Ok(composed) => composed,
            Err(reason) => return Ok(Err(format!("it cannot be written: {reason}"))),
        };
        let way = self.way(&draft.inputs.sender)?;
        let envelope = Envelope {
            campaign: &plan.campaign,
            // Each author's proofs in a folder of their own.
            occurrence: to.written(),
            customer: &proof.customer,
            to,
            bytes: &composed.bytes,
            at,
        };
        let receipt = match way.transport.deliver(&envelope) {
            Err(error) if error.concerns_one_message() => return Ok(Err(error.to_string())),
            result => result.map_err(|e| Failure::Other(e.to_string()))?,
        };
        way.transport.flush().map_err(|e| Failure::Other(e.to_string()))?;
        let place = match &way.folder {
            Some(folder) => {
                folder.join(&receipt.place).display().to_string().trim_start_matches("./").to_owned()
            }
            None => format!("{QUIET}taken by the mail server: {}{QUIET:#}", receipt.place),
        };
        let warnings = composed.warnings.iter().map(|w| format!("\n  {ODD}look{ODD:#}  {w}"));
        Ok(Ok(place + &warnings.collect::<String>()))
    }

    fn way(&mut self, label: &str) -> Result<&mut Way, Failure> {
        if !self.ways.contains_key(label) {
            let sender = self.session.senders.get(label).ok_or(RunError::NoTable("sender"))?;
            let way = self.open(sender)?;
            self.ways.insert(label.to_owned(), way);
        }
        self.ways.get_mut(label).ok_or_else(|| Failure::from(RunError::NoTable("sender")))
    }

    fn open(&self, sender: &Sender) -> Result<Way, Failure> {
        match (&self.args.smtp_env, &sender.via) {
            (Some(name), _) | (None, Via::Smtp(name)) => {
                let server = server(name)?;
                let from = Address::parse(&sender.email).map_err(|e| {
                    Failure::Other(format!("sender {}: `{}`: {e}", sender.label, sender.email))
                })?;
                let patience = Duration::from_secs(self.args.timeout);
                Ok(Way { transport: Box::new(SmtpTransport::new(server, from, patience)), folder: None })
            }
            (None, Via::Files(outbox)) => {
                let folder = self.args.target.project.join(beside(Path::new(outbox)));
                let files = FilesTransport::open(&folder).map_err(RunError::from)?;
                Ok(Way { transport: Box::new(files), folder: Some(folder) })
            }
        }
    }
}

/// The folder of proofs beside an outbox; in it where it is itself called so.
fn beside(outbox: &Path) -> PathBuf {
    match outbox.file_name() {
        Some(name) if name != "proofs" => outbox.with_file_name("proofs"),
        _ => outbox.join("proofs"),
    }
}

/// The mail server that an environment variable names. What it holds is told nowhere: there may be a password in it.
fn server(name: &str) -> Result<Server, Failure> {
    let such_as = "such as `smtps://user:password@mail.example.com`";
    let text = match std::env::var(name) {
        Ok(text) if !text.trim().is_empty() => text,
        Ok(_) => {
            return Err(Failure::Other(format!(
                "the environment variable {name} is empty: it should hold the mail server's address, {such_as}"
            )));
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            return Err(Failure::Other(format!("the environment variable {name} holds no text")));
        }
        Err(std::env::VarError::NotPresent) => {
            return Err(Failure::Other(format!(
                "the mail server's address is wanted in the environment variable {name}, and that is not set; it should hold an address {such_as}"
            )));
        }
    };
    Server::parse(&text).map_err(|e| {
        Failure::Other(format!("the environment variable {name} does not say which mail server: {e}"))
    })
}

/// What stands on top of a proof.
fn note(session: &Session, proof: &Proof) -> String {
    let name = proof.name().map(|n| format!(" ({n})")).unwrap_or_default();
    let version = match proof.draft.as_ref().ok().and_then(|d| d.variant.as_deref()) {
        Some(variant) => format!(", version {variant}"),
        None => String::new(),
    };
    let zone = &session.source.schema.timezone;
    let day = session.plan.as_of.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
    let cases = match proof.cases.as_slice() {
        [] => String::new(),
        cases => format!(" Chosen for: {}.", cases.join("; ")),
    };
    format!(
        "Campaign {}{version}, as customer {}{name} would get it as of {day}.{cases} It went to you alone, nothing was recorded, \
         and its unsubscribe link ends nobody's subscription.",
        session.plan.campaign, proof.customer
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_lie_beside_the_outbox_and_never_among_its_mails() {
        for (outbox, proofs) in [
            ("outbox", "proofs"),
            ("mail/outbox", "mail/proofs"),
            ("./outbox", "./proofs"),
            ("proofs", "proofs/proofs"),
            (".", "./proofs"),
        ] {
            assert_eq!(beside(Path::new(outbox)), Path::new(proofs), "{outbox}");
        }
    }

    #[test]
    fn an_author_is_written_to_once_and_is_a_person() {
        let read = |texts: &[&str]| authors(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&["me@example.com", "Me@Example.com", "you@example.com"]).unwrap().len(), 2);
        let made_up = read(&["17@customer.invalid"]).unwrap_err();
        assert_eq!(made_up.status(), 2);
        assert!(made_up.to_string().contains("made-up"), "{made_up}");
        assert_eq!(read(&["me"]).unwrap_err().status(), 2);
    }
}
