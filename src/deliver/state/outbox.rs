//! The hand-over: which messages are still to leave, and what became of those that left.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{RunId, State, StateError, instant};
use crate::data::Key;
use crate::deliver::Address;

/// A message that is planned and was not handed over, with all it takes to compose it again.
#[derive(Debug, Clone)]
pub struct PendingMessage {
    /// Its number in the state database.
    pub id: i64,
    /// For whom.
    pub customer: Key,
    /// To which address.
    pub address: Address,
    /// The campaign's variant, if it has variants.
    pub variant: Option<String>,
    /// The template's name.
    pub template: String,
    /// The Message-ID.
    pub message_id: String,
    /// The subject as the recipient reads it.
    pub subject: String,
    /// What the message is made from, as JSON.
    pub inputs: String,
    /// When it may leave.
    pub due_at: Timestamp,
}

/// A message that a transport took and made safe.
#[derive(Debug, Clone)]
pub struct HandedOver {
    /// Its number in the state database.
    pub id: i64,
    /// When it left: what stands in its `Date`.
    pub at: Timestamp,
    /// Where the transport put it.
    pub place: String,
    /// BLAKE3 hash of its bytes.
    pub hash: [u8; 32],
}

impl State {
    /// The first `limit` messages of a run that are still to be handed over, in the order in which they were planned. A run that resumes
    /// hands these over before it looks at further customers.
    ///
    /// # Errors
    /// SQLite's.
    pub fn pending(&self, run: RunId, limit: u64) -> Result<Vec<PendingMessage>, StateError> {
        let mut rows = self.conn.prepare_cached(
            "SELECT m.id, m.customer, m.recipient, m.variant, m.template, m.message_id, m.subject, i.inputs, m.due_at \
             FROM messages AS m JOIN message_inputs AS i ON i.message = m.id \
             WHERE m.run = ?1 AND m.status = 'planned' ORDER BY m.id LIMIT ?2",
        )?;
        Ok(rows.query_map(params![run.0, limit], read_pending)?.collect::<Result<_, _>>()?)
    }

    /// Records messages as handed over, all or none. Called after the transport's `flush`, never before. A message whose address was
    /// suppressed while it was on its way is recorded as what it is: handed over.
    ///
    /// # Errors
    /// [`StateError::NotPlanned`] if one of them had another end already.
    pub fn mark_handed_over(&mut self, messages: &[HandedOver]) -> Result<(), StateError> {
        self.write(|tx| {
            let mut update = tx.prepare_cached(
                "UPDATE messages SET status = 'handed_over', handed_over_at = ?2, place = ?3, hash = ?4, \
                 error = NULL WHERE id = ?1 AND status IN ('planned', 'suppressed')",
            )?;
            for m in messages {
                if update.execute(params![m.id, m.at.as_second(), m.place, m.hash])? == 0 {
                    return Err(StateError::NotPlanned { id: m.id, wanted: "handed over" });
                }
            }
            Ok(())
        })
    }

    /// Records messages that could not be composed, with the reason of each; they are never sent.
    ///
    /// # Errors
    /// [`StateError::NotPlanned`] if one of them was not waiting to be handed over.
    pub fn mark_set_aside(&mut self, messages: &[(i64, String)]) -> Result<(), StateError> {
        self.end(messages, "set_aside", "set aside")
    }

    /// Records messages that the transport refused for good, with the reason of each.
    ///
    /// # Errors
    /// [`StateError::NotPlanned`] if one of them was not waiting to be handed over.
    pub fn mark_failed(&mut self, messages: &[(i64, String)]) -> Result<(), StateError> {
        self.end(messages, "failed", "failed")
    }

    fn end(
        &mut self,
        messages: &[(i64, String)],
        status: &str,
        wanted: &'static str,
    ) -> Result<(), StateError> {
        self.write(|tx| {
            let mut update = tx.prepare_cached(
                "UPDATE messages SET status = ?2, error = ?3 WHERE id = ?1 AND status = 'planned'",
            )?;
            for (id, reason) in messages {
                if update.execute(params![id, status, reason])? == 0 {
                    return Err(StateError::NotPlanned { id: *id, wanted });
                }
            }
            Ok(())
        })
    }
}

fn read_pending(row: &Row<'_>) -> rusqlite::Result<PendingMessage> {
    let address = Address::parse(row.get_ref(2)?.as_str()?).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(e))
    })?;
    Ok(PendingMessage {
        id: row.get(0)?,
        customer: row.get(1)?,
        address,
        variant: row.get(3)?,
        template: row.get(4)?,
        message_id: row.get(5)?,
        subject: row.get(6)?,
        inputs: row.get(7)?,
        due_at: instant(row.get(8)?)?,
    })
}
