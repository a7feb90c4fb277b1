//! The SMTP transport: one connection to the sender's mail server, kept from message to message.

mod error;
mod server;

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

pub use error::{Cause, SmtpError, Stage};
pub use server::{Security, Server, ServerError};

use super::address::Address;
use super::transport::{DeliveryError, Envelope, Receipt, Transport};

/// Hands messages to a mail server. They reach people.
///
/// It connects when the first message is there, and again after a broken connection. A message that is refused is reset, and the
/// next goes over the same connection. Each step waits for the server as long as it was made to, and no longer.
pub struct SmtpTransport {
    server: Server,
    /// Where what cannot be delivered comes back to (`MAIL FROM`).
    from: Address,
    patience: Duration,
    connection: Option<SmtpConnection>,
}

impl SmtpTransport {
    /// A transport that has not connected yet.
    pub fn new(server: Server, from: Address, patience: Duration) -> Self {
        Self { server, from, patience, connection: None }
    }

    fn fault(&self, stage: Stage, cause: Cause) -> SmtpError {
        SmtpError { server: self.server.to_string(), stage, cause }
    }

    /// A connection that is greeted, encrypted as it must be, and logged in.
    fn connect(&self) -> Result<SmtpConnection, SmtpError> {
        let Server { host, port, security, login } = &self.server;
        let implicit = *security == Security::Tls;
        let failed = |stage, encrypted| {
            move |e: lettre::transport::smtp::Error| {
                self.fault(stage, Cause::of(&e, self.patience, encrypted))
            }
        };
        let tls = TlsParameters::new(host.clone()).map_err(failed(Stage::StartTls, true))?;
        let hello = ClientId::default();
        let mut connection = SmtpConnection::connect(
            (host.as_str(), *port),
            Some(self.patience),
            &hello,
            implicit.then_some(&tls),
            None,
        )
        .map_err(failed(Stage::Connect, implicit))?;
        let wanted = match security {
            Security::Tls | Security::Never => false,
            Security::StartTls => true,
            Security::IfOffered => connection.can_starttls(),
        };
        if wanted && !connection.can_starttls() {
            let lacks = "TLS (STARTTLS), without which anybody on the way could read the mail; `?tls=opportunistic` in its address allows that";
            return Err(self.fault(Stage::StartTls, Cause::Lacks(lacks)));
        }
        if wanted {
            connection.starttls(&tls, &hello).map_err(failed(Stage::StartTls, true))?;
        }
        if let Some((user, password)) = login {
            if !connection.is_encrypted() && !self.server.is_here() {
                let lacks = "TLS (STARTTLS), and without it the password would be readable on the way";
                return Err(self.fault(Stage::StartTls, Cause::Lacks(lacks)));
            }
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
                return Err(
                    self.fault(Stage::Login, Cause::Lacks("a login by user and password (PLAIN or LOGIN)"))
                );
            }
            let credentials = Credentials::new(user.clone(), password.clone());
            connection
                .auth(&mechanisms, &credentials)
                .map_err(failed(Stage::Login, connection.is_encrypted()))?;
        }
        Ok(connection)
    }

    /// One message over a connection. A server that said no is left ready for the next message.
    fn hand_over(
        &self,
        connection: &mut SmtpConnection,
        envelope: &Envelope<'_>,
    ) -> Result<Response, SmtpError> {
        let encrypted = connection.is_encrypted();
        let failed = |stage| {
            move |e: lettre::transport::smtp::Error| {
                self.fault(stage, Cause::of(&e, self.patience, encrypted))
            }
        };
        let from = self.mailbox(&self.from, Stage::From)?;
        let to = self.mailbox(envelope.to, Stage::To)?;
        connection.command(Mail::new(Some(from), Vec::new())).map_err(failed(Stage::From))?;
        connection.command(Rcpt::new(to, Vec::new())).map_err(failed(Stage::To))?;
        connection.command(Data).map_err(failed(Stage::Data))?;
        connection.message(envelope.bytes).map_err(failed(Stage::Answer))
    }

    /// An address as the protocol writes it, which is ASCII.
    fn mailbox(&self, address: &Address, stage: Stage) -> Result<lettre::Address, SmtpError> {
        let lacks = "addresses in other letters than ASCII (SMTPUTF8)";
        let ascii = Some(address.written()).filter(|a| a.is_ascii());
        ascii.and_then(|a| a.parse().ok()).ok_or_else(|| self.fault(stage, Cause::Lacks(lacks)))
    }
}

impl Transport for SmtpTransport {
    fn deliver(&mut self, envelope: &Envelope<'_>) -> Result<Receipt, DeliveryError> {
        self.accepts(envelope.to)?;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let taken = self.hand_over(&mut connection, envelope);
        let usable = match &taken {
            Ok(_) => true,
            Err(error) => error.concerns_one_message() && connection.command(Rset).is_ok(),
        };
        self.connection = usable.then_some(connection);
        let place = taken?.message().collect::<Vec<_>>().join(" ");
        Ok(Receipt { place, hash: *blake3::hash(envelope.bytes).as_bytes() })
    }

    /// What the server took is its to keep; there is nothing here to make durable.
    fn flush(&mut self) -> Result<(), DeliveryError> {
        Ok(())
    }

    fn live(&self) -> bool {
        true
    }
}

impl Drop for SmtpTransport {
    /// Says goodbye, so that the server does not count a lost connection.
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // What was handed over was answered; nothing hangs on this.
            let _ = connection.quit();
        }
    }
}
