//! Looking back: what became of a customer, and why.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use super::{Exclusion, RunId, State, StateError, instant};
use crate::data::Key;

/// A message as the record knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentMessage {
    /// Its number in the state database.
    pub id: i64,
    /// The run it is of.
    pub run: RunId,
    /// For whom.
    pub customer: Key,
    /// To which address; none once the person is erased.
    pub recipient: Option<String>,
    /// `planned`, `handed_over`, `set_aside`, …
    pub status: String,
    /// When it might leave.
    pub due_at: Timestamp,
    /// When it left.
    pub handed_over_at: Option<Timestamp>,
    /// The campaign's variant.
    pub variant: Option<String>,
    /// The template's name.
    pub template: String,
    /// The Message-ID.
    pub message_id: String,
    /// The subject as the recipient reads it.
    pub subject: String,
    /// BLAKE3 hash of the bytes handed over, in hexadecimal digits.
    pub hash: Option<String>,
    /// Where the transport put it.
    pub place: Option<String>,
    /// Why it failed or was set aside.
    pub error: Option<String>,
}

/// What became of a customer in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is a message.
    Message(Box<SentMessage>),
    /// There is none, for this reason.
    Excluded(Exclusion),
    /// In the audience, at this place (counted from 0); the run has not come there yet.
    Waiting(u64),
}

/// A run that a customer was in the audience of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// The run.
    pub run: RunId,
    /// Its campaign.
    pub campaign: String,
    /// Its occurrence.
    pub occurrence: String,
    /// Its instant.
    pub as_of: Timestamp,
    /// What became of the customer.
    pub outcome: Outcome,
}

const COLUMNS: &str = "id, run, customer, recipient, status, due_at, handed_over_at, variant, template, message_id, \
                       subject, lower(hex(hash)), place, error";

impl State {
    /// A run's message to a customer.
    ///
    /// # Errors
    /// SQLite's.
    pub fn message(&self, run: RunId, customer: &Key) -> Result<Option<SentMessage>, StateError> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE customer = ?1 AND run = ?2");
        Ok(self.conn.prepare_cached(&sql)?.query_row(params![customer, run.0], read).optional()?)
    }

    /// What a message was made from, as JSON; none once the person is erased.
    ///
    /// # Errors
    /// SQLite's.
    pub fn inputs(&self, message: i64) -> Result<Option<String>, StateError> {
        let sql = "SELECT inputs FROM message_inputs WHERE message = ?1";
        Ok(self.conn.query_row(sql, [message], |row| row.get(0)).optional()?)
    }

    /// Why a customer of a run's audience gets no message.
    ///
    /// # Errors
    /// SQLite's.
    pub fn exclusion(&self, run: RunId, customer: &Key) -> Result<Option<Exclusion>, StateError> {
        let sql = "SELECT customer, gate, reason FROM exclusions WHERE run = ?1 AND customer = ?2";
        let read =
            |row: &Row<'_>| Ok(Exclusion { customer: row.get(0)?, gate: row.get(1)?, reason: row.get(2)? });
        Ok(self.conn.prepare_cached(sql)?.query_row(params![run.0, customer], read).optional()?)
    }

    /// The first `limit` messages of a run that were set aside or failed, in the order in which they were planned.
    ///
    /// # Errors
    /// SQLite's.
    pub fn troubled(&self, run: RunId, limit: u64) -> Result<Vec<SentMessage>, StateError> {
        let mut rows = self.conn.prepare(&format!(
            "SELECT {COLUMNS} FROM messages WHERE run = ?1 AND status IN ('failed', 'set_aside') ORDER BY id LIMIT ?2"
        ))?;
        Ok(rows.query_map(params![run.0, limit], read)?.collect::<Result<_, _>>()?)
    }

    /// Every run that a customer was in the audience of, the newest first, and what became of them there.
    ///
    /// # Errors
    /// SQLite's.
    pub fn why(&self, customer: &Key) -> Result<Vec<Past>, StateError> {
        let mut rows = self.conn.prepare(
            "SELECT r.id, r.campaign, r.occurrence, r.as_of, a.ordinal FROM run_audience AS a JOIN runs AS r ON r.id = a.run \
             WHERE a.customer = ?1 ORDER BY r.as_of DESC, r.id DESC",
        )?;
        let mut past = Vec::new();
        let mut rows = rows.query([customer])?;
        while let Some(row) = rows.next()? {
            let run = RunId(row.get(0)?);
            let outcome = if let Some(message) = self.message(run, customer)? {
                Outcome::Message(Box::new(message))
            } else if let Some(exclusion) = self.exclusion(run, customer)? {
                Outcome::Excluded(exclusion)
            } else {
                Outcome::Waiting(row.get(4)?)
            };
            let as_of = instant(row.get(3)?)?;
            past.push(Past { run, campaign: row.get(1)?, occurrence: row.get(2)?, as_of, outcome });
        }
        Ok(past)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SentMessage> {
    Ok(SentMessage {
        id: row.get(0)?,
        run: RunId(row.get(1)?),
        customer: row.get(2)?,
        recipient: row.get(3)?,
        status: row.get(4)?,
        due_at: instant(row.get(5)?)?,
        handed_over_at: row.get::<_, Option<i64>>(6)?.map(instant).transpose()?,
        variant: row.get(7)?,
        template: row.get(8)?,
        message_id: row.get(9)?,
        subject: row.get(10)?,
        hash: row.get::<_, Option<String>>(11)?.filter(|hash| !hash.is_empty()),
        place: row.get(12)?,
        error: row.get(13)?,
    })
}
