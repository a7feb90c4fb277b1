//! The state database: `.herald/state.db` in the project folder. It is both the journal of what happened and the outbox of what is
//! still to leave, and the only thing besides the outbox that the program writes.
//!
//! One idea a file: the life of a run in `runs`, the frozen audience in `audience`, who is refused and why in `gates`, the
//! commit of a chunk in `chunk`, the hand-over in `outbox`, looking back in `history`, addresses never to be written to in `suppression`.

mod audience;
mod chunk;
mod error;
mod gates;
mod history;
mod lock;
mod open;
mod outbox;
mod runs;
mod suppression;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use audience::Frozen;
pub use chunk::{Admitted, Chunk, Committed, Exclusion, NewMessage};
pub use error::StateError;
pub use gates::{Candidate, Claimed, Frequency, Limits, Repeat, gate};
pub use history::{Outcome, Past, SentMessage};
pub use lock::RunLock;
pub use open::state_path;
pub use outbox::{HandedOver, PendingMessage};
pub use runs::{NewRun, Progress, RunId, RunRecord, RunStart, RunStatus};
pub use suppression::Suppression;

/// An open state database. Writers need it mutably; several processes may have it open at once.
#[derive(Debug)]
pub struct State {
    conn: Connection,
    /// The `.herald` folder; none for a state in memory.
    folder: Option<PathBuf>,
}

impl State {
    /// Does some writing as one transaction, that is on the disk when this returns, or did not happen.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&tx)?;
        tx.commit()?;
        Ok(result)
    }
}

/// A stored instant; out of range only if another program wrote it.
fn instant(seconds: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_second(seconds).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Integer, Box::new(e))
    })
}
