//! The commit of one chunk of the audience: who gets a message and who does not, in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::gates::{self, Candidate, Limits};
use super::{RunId, State, StateError, runs};
use crate::data::Key;
use crate::deliver::Address;

/// A message to be planned.
#[derive(Debug, Clone)]
pub struct NewMessage {
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
    /// What the message is made from, as JSON: enough to compose the same bytes again.
    pub inputs: String,
    /// When it may leave.
    pub due_at: Timestamp,
    /// What its campaign and policy allow.
    pub limits: Arc<Limits>,
    /// Why it could not be composed. It is recorded and never sent.
    pub set_aside: Option<String>,
}

/// Why a customer of the audience gets no message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// Who.
    pub customer: Key,
    /// The gate that kept the message back, a word or two: `consent`, `holdout`, `frequency`.
    pub gate: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// What was found out about a stretch of the audience. Each of its customers is in one of the two lists, once.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// The stretch's first customer, counted from 0.
    pub first_ordinal: u64,
    /// The first customer after it.
    pub next_ordinal: u64,
    /// Who may get a message. Where two have the same address, the first in this list gets it.
    pub messages: Vec<NewMessage>,
    /// Who gets none.
    pub exclusions: Vec<Exclusion>,
    /// The content hash of the plan that was followed.
    pub plan_hash: String,
    /// The fingerprint of the shop's data that was read.
    pub fingerprint: String,
}

/// A message that passed every gate and is now planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// Its place in [`Chunk::messages`].
    pub index: usize,
    /// Its number in the state database.
    pub id: i64,
}

/// What a commit came to. Messages set aside are in neither list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The messages to hand over now, in their order.
    pub admitted: Vec<Admitted>,
    /// The customers whose messages the records refused, in their order.
    pub refused: Vec<Exclusion>,
}

impl State {
    /// Checks a chunk's messages against the records (suppression, `repeat:`, `at_most:`, one mail an address) and commits it: messages with
    /// what they are made from, exclusions with their reasons, and the run's new place. All of it is on the disk when this returns, or
    /// none of it happened.
    ///
    /// # Errors
    /// The chunk is not the run's next, or does not account for each of its customers; else SQLite's.
    pub fn commit_chunk(&mut self, run: RunId, chunk: &Chunk) -> Result<Committed, StateError> {
        self.write(|tx| {
            account_for(tx, run, chunk)?;
            let campaign = runs::record(tx, run)?.campaign;
            let candidates: Vec<_> = chunk
                .messages
                .iter()
                .map(|m| Candidate {
                    customer: &m.customer,
                    address: &m.address,
                    due_at: m.due_at,
                    limits: &m.limits,
                })
                .collect();
            let refusals = gates::refusals(tx, &campaign, Some(run), &candidates)?;
            let mut claimed = claims(tx, run, chunk)?;
            let mut committed = Committed::default();
            for (index, (message, refusal)) in chunk.messages.iter().zip(refusals).enumerate() {
                let address = message.address.compared();
                let refusal = refusal.or_else(|| claimed.get(address).map(gates::same_address));
                if let Some(refusal) = refusal {
                    committed.refused.push(gates::exclusion(&message.customer, refusal));
                    continue;
                }
                claimed.insert(address, message.customer.clone());
                let id = insert_message(tx, run, message)?;
                if message.set_aside.is_none() {
                    committed.admitted.push(Admitted { index, id });
                }
            }
            insert_exclusions(tx, run, chunk.exclusions.iter().chain(&committed.refused))?;
            move_on(tx, run, chunk)?;
            Ok(committed)
        })
    }
}

/// Refuses a chunk that would lose a customer, count one twice, or bring in a stranger.
fn account_for(tx: &Transaction<'_>, run: RunId, chunk: &Chunk) -> Result<(), StateError> {
    let expected = runs::record(tx, run)?.next_ordinal;
    if chunk.first_ordinal != expected {
        return Err(StateError::OutOfTurn { expected, found: chunk.first_ordinal });
    }
    let mut seen = HashSet::new();
    for customer in
        chunk.messages.iter().map(|m| &m.customer).chain(chunk.exclusions.iter().map(|e| &e.customer))
    {
        if !seen.insert(customer) {
            return Err(StateError::Unaccounted {
                customer: customer.clone(),
                problem: "is twice in one chunk",
            });
        }
    }
    let mut rows = tx.prepare_cached(
        "SELECT customer FROM run_audience WHERE run = ?1 AND ordinal >= ?2 AND ordinal < ?3 ORDER BY ordinal",
    )?;
    let mut size = 0;
    for customer in
        rows.query_map(params![run.0, chunk.first_ordinal, chunk.next_ordinal], |row| row.get::<_, Key>(0))?
    {
        let customer = customer?;
        size += 1;
        if !seen.remove(&customer) {
            return Err(StateError::Unaccounted { customer, problem: "has no outcome in its chunk" });
        }
    }
    if let Some(customer) = seen.into_iter().min() {
        let problem = "is in a chunk that is not theirs";
        return Err(StateError::Unaccounted { customer: customer.clone(), problem });
    }
    if chunk.first_ordinal + size != chunk.next_ordinal {
        return Err(StateError::Audience("ends before the chunk does"));
    }
    Ok(())
}

/// Whose the chunk's addresses are already, in this run. Reads the candidates that [`gates::refusals`] left in `temp.incoming`.
fn claims<'a>(
    tx: &Transaction<'_>,
    run: RunId,
    chunk: &'a Chunk,
) -> Result<HashMap<&'a str, Key>, StateError> {
    let mut rows = tx.prepare_cached(
        "SELECT i.pos, m.customer FROM temp.incoming AS i CROSS JOIN messages AS m \
         ON m.address = i.address AND m.run = ?1",
    )?;
    let owners = rows.query_map([run.0], |row| {
        Ok((chunk.messages[row.get::<_, usize>(0)?].address.compared(), row.get(1)?))
    })?;
    Ok(owners.collect::<Result<_, _>>()?)
}

fn insert_message(tx: &Transaction<'_>, run: RunId, message: &NewMessage) -> Result<i64, StateError> {
    let status = if message.set_aside.is_some() { "set_aside" } else { "planned" };
    tx.prepare_cached(
        "INSERT INTO messages (run, customer, address, status, due_at, variant, template, message_id, recipient, subject, error) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        run.0,
        message.customer,
        message.address.compared(),
        status,
        message.due_at.as_second(),
        message.variant,
        message.template,
        message.message_id,
        message.address.written(),
        message.subject,
        message.set_aside,
    ])?;
    let id = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO message_inputs (message, inputs) VALUES (?1, ?2)")?
        .execute(params![id, message.inputs])?;
    Ok(id)
}

fn insert_exclusions<'a>(
    tx: &Transaction<'_>,
    run: RunId,
    exclusions: impl Iterator<Item = &'a Exclusion>,
) -> Result<(), StateError> {
    let mut insert =
        tx.prepare_cached("INSERT INTO exclusions (run, customer, gate, reason) VALUES (?1, ?2, ?3, ?4)")?;
    for exclusion in exclusions {
        insert.execute(params![run.0, exclusion.customer, exclusion.gate, exclusion.reason])?;
    }
    Ok(())
}

fn move_on(tx: &Transaction<'_>, run: RunId, chunk: &Chunk) -> Result<(), StateError> {
    if chunk.first_ordinal == chunk.next_ordinal {
        return Ok(());
    }
    tx.prepare_cached("UPDATE runs SET next_ordinal = ?2 WHERE id = ?1")?
        .execute(params![run.0, chunk.next_ordinal])?;
    tx.prepare_cached(
        "INSERT INTO run_chunks (run, first_ordinal, next_ordinal, plan_hash, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![run.0, chunk.first_ordinal, chunk.next_ordinal, chunk.plan_hash, chunk.fingerprint])?;
    Ok(())
}
