//! What a way of sending mail must be able to do.

use std::path::PathBuf;

use jiff::Timestamp;

use super::address::Address;
use crate::data::Key;

/// One composed message, ready to leave.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The campaign's name.
    pub campaign: &'a str,
    /// The occurrence of the campaign that this run is.
    pub occurrence: &'a str,
    /// The customer it is for.
    pub customer: &'a Key,
    /// Where it goes.
    pub to: &'a Address,
    /// The whole message, headers and body, with CRLF line ends.
    pub bytes: &'a [u8],
    /// The hand-over time that stands in the message's `Date`.
    pub at: Timestamp,
}

/// What a transport says of a message it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Where the message is now, as the transport names places: a path relative to the outbox, or a provider's id.
    pub place: String,
    /// BLAKE3 hash of the bytes handed over.
    pub hash: [u8; 32],
}

/// Why a transport did not take a message.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The disk has no room; nothing is half-written, and the run can go on once there is room.
    #[error("the disk is full: {} could not be written; make room and run the same command again", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// A file or folder could not be written for another reason.
    #[error("{} could not be written: {detail}", path.display())]
    Write {
        /// What was being written.
        path: PathBuf,
        /// What the system says.
        detail: std::io::Error,
    },
    /// A folder on the way is a link that leads out of the outbox.
    #[error("{} leads out of the outbox; remove the link, or name its target as the outbox", path.display())]
    Outside {
        /// The folder.
        path: PathBuf,
    },
    /// A made-up address (`.invalid`) was given to a transport that really sends.
    #[error("`{address}` is a made-up address; only the files transport takes it")]
    MadeUp {
        /// The address.
        address: String,
    },
    /// A mail server said no, or could not be reached.
    #[error(transparent)]
    Smtp(#[from] super::smtp::SmtpError),
}

impl DeliveryError {
    /// Whether the fault is of this one message, so that the others may go on.
    pub fn concerns_one_message(&self) -> bool {
        match self {
            Self::MadeUp { .. } => true,
            Self::Smtp(error) => error.concerns_one_message(),
            _ => false,
        }
    }
}

/// A way of sending mail.
///
/// `deliver` takes one message; `flush` makes all that was taken since the last `flush` durable. Only after `flush` may the state be
/// told that these messages were handed over.
pub trait Transport {
    /// Takes one message. Taking the same message again, after a run died, does no harm.
    ///
    /// # Errors
    /// Why the message was not taken; nothing of it is left behind.
    fn deliver(&mut self, envelope: &Envelope<'_>) -> Result<Receipt, DeliveryError>;

    /// Makes every message taken so far survive a loss of power.
    ///
    /// # Errors
    /// Why they may not survive: none of those taken since the last `flush` counts as handed over.
    fn flush(&mut self) -> Result<(), DeliveryError>;

    /// Whether messages reach people. What is live asks for the audience's size to be confirmed.
    fn live(&self) -> bool;

    /// Whether the transport may take mail for this address: made-up ones are only for transports that are not live.
    ///
    /// # Errors
    /// [`DeliveryError::MadeUp`].
    fn accepts(&self, to: &Address) -> Result<(), DeliveryError> {
        if self.live() && to.is_made_up() {
            return Err(DeliveryError::MadeUp { address: to.written().to_owned() });
        }
        Ok(())
    }
}
