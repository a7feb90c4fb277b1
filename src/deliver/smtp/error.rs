//! What can go wrong between here and a mail server, in sentences that say what to do. None tells a user or a password.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::transport::smtp;

/// How far a conversation was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reaching the server, up to its answer to EHLO.
    Connect,
    /// Changing over to TLS.
    StartTls,
    /// User and password.
    Login,
    /// The sender's address.
    From,
    /// The recipient's address.
    To,
    /// The message itself, before the dot that ends it.
    Data,
    /// The answer to the dot that ends the message: without it nobody knows whether the message is on its way.
    Answer,
}

/// What happened there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server said no; its code and words.
    Reply {
        /// Three digits; 4xx may work later, 5xx will not.
        code: u16,
        /// In its words.
        text: String,
    },
    /// Nothing came within the time given.
    Silence(Duration),
    /// Nobody listens there.
    Refused,
    /// The name leads nowhere.
    NoSuchHost,
    /// TLS could not be agreed on.
    Tls(String),
    /// The server cannot do what is needed.
    Lacks(&'static str),
    /// The connection broke, or something else of the network.
    Network(String),
}

/// Why a mail server did not take a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct SmtpError {
    /// Host and port.
    pub server: String,
    /// How far it came.
    pub stage: Stage,
    /// What happened.
    pub cause: Cause,
}

impl SmtpError {
    /// Whether the fault is of this one message, so that others may go on over the same server.
    pub fn concerns_one_message(&self) -> bool {
        matches!(
            (self.stage, &self.cause),
            (Stage::To | Stage::Data | Stage::Answer, Cause::Reply { code, .. }) if *code != 421
        )
    }

    /// Whether the message may be on its way all the same: the connection was lost after its end.
    pub fn is_unknown(&self) -> bool {
        self.stage == Stage::Answer && !matches!(self.cause, Cause::Reply { .. })
    }

    fn sentence(&self) -> String {
        let server = &self.server;
        let stage = match self.stage {
            Stage::Connect => "when it was connected to",
            Stage::StartTls => "when it was asked for TLS",
            Stage::Login => "when it was told user and password",
            Stage::From => "to the sender's address",
            Stage::To => "to the recipient's address",
            Stage::Data => "when the message was sent",
            Stage::Answer => "at the end of the message",
        };
        let said = match &self.cause {
            Cause::Reply { code, text } if self.stage == Stage::Login => {
                format!("the mail server {server} does not take the user or the password: {code} {text}")
            }
            Cause::Reply { code: code @ 400..500, text } => {
                format!("the mail server {server} says not now {stage}: {code} {text}; try again later")
            }
            Cause::Reply { code, text } => format!("the mail server {server} says no {stage}: {code} {text}"),
            Cause::Silence(time) => {
                let hint = if self.stage == Stage::Connect {
                    "; is it the right port? `smtps://` is for ports that begin with TLS (465), `smtp://` for the others (587, 25)"
                } else {
                    ""
                };
                format!(
                    "the mail server {server} did not answer {stage} within {} seconds{hint}",
                    time.as_secs()
                )
            }
            Cause::Refused => {
                format!("no mail server listens at {server}: the connection was refused; check host and port")
            }
            Cause::NoSuchHost => format!("there is no mail server {server}: its name is not known"),
            Cause::Tls(detail) => format!(
                "no secure connection to the mail server {server}: {detail}; is its certificate one that this machine trusts, \
                 and is it the right port? `smtps://` is for ports that begin with TLS (465), `smtp://` for the others (587, 25)"
            ),
            Cause::Lacks(what) => format!("the mail server {server} does not offer {what}"),
            Cause::Network(detail) => {
                format!("the connection to the mail server {server} broke {stage}: {detail}")
            }
        };
        if self.is_unknown() { format!("{said}; the message may have arrived all the same") } else { said }
    }
}

impl Cause {
    /// What an error of the library means. `encrypted`: whether bytes go through TLS at this stage.
    pub(super) fn of(error: &smtp::Error, patience: Duration, encrypted: bool) -> Self {
        if let Some(code) = error.status() {
            let text = error.source().map(ToString::to_string).unwrap_or_default();
            return Self::Reply { code: u16::from(code), text: one_line(&text) };
        }
        let (io, last) = sources(error);
        if error.is_timeout() {
            return Self::Silence(patience);
        }
        match io {
            Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Self::Silence(patience),
            Some(io::ErrorKind::ConnectionRefused) => Self::Refused,
            Some(io::ErrorKind::InvalidData) if encrypted => Self::Tls(last),
            _ if error.is_tls() => Self::Tls(last),
            _ if last.contains("lookup address") || last.contains("resolve") => Self::NoSuchHost,
            _ => Self::Network(last),
        }
    }
}

/// The kind of the input or output error at the bottom of it, if there is one, and the words of what is at the bottom.
fn sources(error: &smtp::Error) -> (Option<io::ErrorKind>, String) {
    let (mut io, mut last) = (None, error.to_string());
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(found) = inner.downcast_ref::<io::Error>() {
            io = Some(found.kind());
        }
        last = inner.to_string();
        source = inner.source();
    }
    (io, one_line(&last))
}

/// A server's words on one line, and not too long a one.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ").chars().take(300).collect()
}
