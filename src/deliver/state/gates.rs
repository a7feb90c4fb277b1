//! The gates that need the records: suppression, repetition, frequency, and one mail an address. They are asked by chunk, with a fixed number of
//! SQL statements, not by customer; and they are asked in the same way by a dry run and by the transaction that commits the messages.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::chunk::Exclusion;
use super::{RunId, State, StateError};
use crate::data::Key;
use crate::deliver::Address;
use crate::plan::words::span;

/// The names under which these gates are recorded.
pub mod gate {
    /// The address is never to be written to.
    pub const SUPPRESSION: &str = "suppression";
    /// The campaign reached this customer before, and `repeat:` says no (or not yet).
    pub const REPEAT: &str = "repeat";
    /// The policy's `at_most:`.
    pub const FREQUENCY: &str = "frequency";
    /// Another customer of the run has the same address.
    pub const SAME_ADDRESS: &str = "same address";
}

/// At most so many mails, of all campaigns together, in any window of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequency {
    /// How many mails.
    pub count: u32,
    /// The window's length in seconds. Mails exactly so far apart are in different windows, so that `1 per day` lets a daily mail pass.
    pub window: i64,
}

/// When a campaign may reach a customer again in a later run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repeat {
    /// Never.
    #[default]
    Never,
    /// Once so many seconds have passed.
    After(i64),
}

/// What a campaign and its policy allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// The policy's `at_most:`; each must hold, for the customer and for the address.
    pub at_most: Vec<Frequency>,
    /// The campaign's `repeat:`.
    pub repeat: Repeat,
}

/// A message that may be planned.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// For whom.
    pub customer: &'a Key,
    /// To which address.
    pub address: &'a Address,
    /// When it would leave.
    pub due_at: Timestamp,
    /// What its campaign and policy allow.
    pub limits: &'a Limits,
}

/// Which addresses a dry run has seen, and whose they were: what the `messages` table is to a real run.
#[derive(Debug, Default)]
pub struct Claimed(HashMap<[u8; 32], Key>);

/// A refusal: the gate and the reason.
pub(super) type Refusal = (&'static str, String);

/// Statuses of messages that use up no slot, since nobody got them.
const NOT_SENT: &str = "('failed', 'set_aside', 'suppressed')";

impl State {
    /// What [`State::commit_chunk`] would refuse, and why, in the order of the candidates; nothing is recorded. `claimed` goes with the dry
    /// run from chunk to chunk.
    ///
    /// # Errors
    /// SQLite's.
    pub fn assess(
        &self,
        campaign: &str,
        occurrence: &str,
        candidates: &[Candidate<'_>],
        claimed: &mut Claimed,
    ) -> Result<Vec<Option<Exclusion>>, StateError> {
        let run = self.find_run(campaign, occurrence)?.map(|r| r.id);
        let mut refusals = refusals(&self.conn, campaign, run, candidates)?;
        for (candidate, refusal) in candidates.iter().zip(&mut refusals) {
            if refusal.is_none() {
                let owner =
                    claimed.0.entry(candidate.address.hash()).or_insert_with(|| candidate.customer.clone());
                if owner != candidate.customer {
                    *refusal = Some(same_address(owner));
                }
            }
        }
        let named = candidates.iter().zip(refusals);
        Ok(named.map(|(candidate, refusal)| refusal.map(|r| exclusion(candidate.customer, r))).collect())
    }
}

pub(super) fn exclusion(customer: &Key, (gate, reason): Refusal) -> Exclusion {
    Exclusion { customer: customer.clone(), gate: gate.to_owned(), reason }
}

pub(super) fn same_address(owner: &Key) -> Refusal {
    (gate::SAME_ADDRESS, format!("same address as customer {owner}"))
}

/// The first gate that each candidate fails, of suppression, repetition and frequency. `run` is left out of what was sent before. The
/// candidates stay in `temp.incoming` afterwards, by their place in the list.
pub(super) fn refusals(
    conn: &Connection,
    campaign: &str,
    run: Option<RunId>,
    candidates: &[Candidate<'_>],
) -> Result<Vec<Option<Refusal>>, StateError> {
    load(conn, candidates)?;
    let mut refusals = vec![None; candidates.len()];
    suppressed(conn, &mut refusals)?;
    for person in ["customer", "address"] {
        repeated(conn, person, campaign, run, candidates, &mut refusals)?;
    }
    let widest = candidates.iter().flat_map(|c| &c.limits.at_most).map(|f| f.window).max();
    if let Some(widest) = widest {
        for person in ["customer", "address"] {
            too_frequent(conn, person, run, candidates, widest, &mut refusals)?;
        }
    }
    Ok(refusals)
}

fn load(conn: &Connection, candidates: &[Candidate<'_>]) -> Result<(), StateError> {
    conn.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS incoming (pos INTEGER PRIMARY KEY, customer, address TEXT, hash BLOB, due INTEGER, \
         pause INTEGER); \
         DELETE FROM temp.incoming;",
    )?;
    let mut insert = conn.prepare_cached("INSERT INTO temp.incoming VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (pos, c) in candidates.iter().enumerate() {
        let pause = match c.limits.repeat {
            Repeat::Never => i64::MAX,
            Repeat::After(seconds) => seconds,
        };
        let (address, due) = (c.address, c.due_at.as_second());
        insert.execute(params![pos, c.customer, address.compared(), address.hash(), due, pause])?;
    }
    Ok(())
}

fn suppressed(conn: &Connection, refusals: &mut [Option<Refusal>]) -> Result<(), StateError> {
    let mut found = conn.prepare_cached(
        "SELECT i.pos, s.reason, s.at FROM temp.incoming AS i CROSS JOIN suppressions AS s ON s.address_hash = i.hash",
    )?;
    let mut rows = found.query([])?;
    while let Some(row) = rows.next()? {
        let (reason, since): (String, _) = (row.get(1)?, super::instant(row.get(2)?)?);
        let refusal = (gate::SUPPRESSION, format!("the address is suppressed since {since}: {reason}"));
        refuse(refusals, row.get(0)?, refusal);
    }
    Ok(())
}

/// `person` is the column by which someone is known: the customer or the address.
fn repeated(
    conn: &Connection,
    person: &str,
    campaign: &str,
    run: Option<RunId>,
    candidates: &[Candidate<'_>],
    refusals: &mut [Option<Refusal>],
) -> Result<(), StateError> {
    let mut found = conn.prepare_cached(&format!(
        "SELECT i.pos, max(coalesce(m.handed_over_at, m.due_at)) FROM temp.incoming AS i CROSS JOIN messages AS m \
         ON m.{person} = i.{person} WHERE m.run IN (SELECT id FROM runs WHERE campaign = ?1) AND m.run IS NOT ?2 \
         AND m.status NOT IN {NOT_SENT} AND abs(coalesce(m.handed_over_at, m.due_at) - i.due) < i.pause GROUP BY i.pos"
    ))?;
    let mut rows = found.query(params![campaign, run.map(|r| r.0)])?;
    while let Some(row) = rows.next()? {
        let (pos, last): (usize, _) = (row.get(0)?, super::instant(row.get(1)?)?);
        let reason = match candidates[pos].limits.repeat {
            Repeat::Never => format!("this campaign reached them on {last}, and it is not repeated"),
            Repeat::After(pause) => {
                format!("this campaign reached them on {last}, and it is repeated only after {}", span(pause))
            }
        };
        refuse(refusals, pos, (gate::REPEAT, reason));
    }
    Ok(())
}

fn too_frequent(
    conn: &Connection,
    person: &str,
    run: Option<RunId>,
    candidates: &[Candidate<'_>],
    widest: i64,
    refusals: &mut [Option<Refusal>],
) -> Result<(), StateError> {
    let mut others: Vec<Vec<i64>> = vec![Vec::new(); candidates.len()];
    let mut found = conn.prepare_cached(&format!(
        "SELECT i.pos, coalesce(m.handed_over_at, m.due_at) AS at FROM temp.incoming AS i CROSS JOIN messages AS m \
         ON m.{person} = i.{person} WHERE m.run IS NOT ?1 AND m.status NOT IN {NOT_SENT} \
         AND abs(coalesce(m.handed_over_at, m.due_at) - i.due) < ?2 ORDER BY i.pos, at"
    ))?;
    let mut rows = found.query(params![run.map(|r| r.0), widest])?;
    while let Some(row) = rows.next()? {
        others[row.get::<_, usize>(0)?].push(row.get(1)?);
    }
    for (pos, (candidate, times)) in candidates.iter().zip(&others).enumerate() {
        let due = candidate.due_at.as_second();
        if let Some(rule) = candidate.limits.at_most.iter().find(|rule| crowded(times, due, **rule)) {
            let (count, window) = (rule.count, span(rule.window));
            let reason =
                format!("would be mail {} within {window}, and the policy allows {count}", count + 1);
            refuse(refusals, pos, (gate::FREQUENCY, reason));
        }
    }
    Ok(())
}

/// Whether a mail at `due`, among others at sorted `times`, makes any window hold more than the rule allows. Mails already planned for later
/// count as well as those of before: quiet hours and local send times mean that mails are not planned in the order in which they leave.
fn crowded(times: &[i64], due: i64, rule: Frequency) -> bool {
    let place = times.partition_point(|&t| t <= due);
    let with = |i: usize| match i.cmp(&place) {
        std::cmp::Ordering::Less => times[i],
        std::cmp::Ordering::Equal => due,
        std::cmp::Ordering::Greater => times[i - 1],
    };
    let count = rule.count as usize;
    (place.saturating_sub(count)..=place)
        .take_while(|first| first + count <= times.len())
        .any(|first| with(first + count) - with(first) < rule.window)
}

fn refuse(refusals: &mut [Option<Refusal>], pos: usize, refusal: Refusal) {
    refusals[pos].get_or_insert(refusal);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Agrees with the plain reading: no half-open window of that length may hold more than the rule allows.
        #[test]
        fn a_mail_is_refused_if_and_only_if_some_window_would_overflow(
            mut times in prop::collection::vec(0_i64..60, 0..8),
            due in 0_i64..60,
            count in 1_u32..4,
            window in 1_i64..20,
        ) {
            times.sort_unstable();
            let rule = Frequency { count, window };
            let mut all = times.clone();
            all.push(due);
            let overflows = (due - window + 1..=due).any(|start| {
                all.iter().filter(|&&t| start <= t && t < start + window).count() > count as usize
            });
            prop_assert_eq!(crowded(&times, due, rule), overflows);
        }
    }
}
