//! Addresses never to be written to again.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::{State, StateError, instant};
use crate::deliver::Address;

/// Why and since when an address is not written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// Why: `unsubscribed`, `hard bounce`, `complaint`, …
    pub reason: String,
    /// Who said so: a command, a mail, a provider.
    pub source: String,
    /// Since when.
    pub at: Timestamp,
}

impl State {
    /// Stops all mail to an address, also what is planned for it in any run. The first reason stays if it is suppressed already. Only a
    /// hash of the address is kept, so the entry may outlive the erasure of the person.
    ///
    /// # Errors
    /// SQLite's.
    pub fn suppress(&mut self, address: &Address, why: &Suppression) -> Result<(), StateError> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR IGNORE INTO suppressions (address_hash, reason, source, at) VALUES (?1, ?2, ?3, ?4)",
                params![address.hash(), why.reason, why.source, why.at.as_second()],
            )?;
            tx.execute(
                "UPDATE messages SET status = 'suppressed', error = ?2 WHERE address = ?1 AND status = 'planned'",
                params![address.compared(), why.reason],
            )?;
            Ok(())
        })
    }

    /// Whether and why an address is not written to.
    ///
    /// # Errors
    /// SQLite's.
    pub fn suppression(&self, address: &Address) -> Result<Option<Suppression>, StateError> {
        let sql = "SELECT reason, source, at FROM suppressions WHERE address_hash = ?1";
        let found = self.conn.prepare_cached(sql)?.query_row([address.hash()], |row| {
            Ok(Suppression { reason: row.get(0)?, source: row.get(1)?, at: instant(row.get(2)?)? })
        });
        Ok(found.optional()?)
    }
}
