//! The frozen audience of a run: who was in it when it first started, in order.

use rusqlite::params;

use super::{RunId, State, StateError};
use crate::data::Key;

/// What freezing an audience came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen {
    /// How many customers the audience has.
    pub size: u64,
    /// How many ids came a second time and were left out.
    pub repeated: u64,
}

impl State {
    /// Keeps the ids of a run's audience, in the order given, all or none. An id that comes twice is kept once.
    ///
    /// # Errors
    /// The run has an audience already, or there is no such run.
    pub fn freeze_audience(
        &mut self,
        run: RunId,
        ids: impl IntoIterator<Item = Key>,
    ) -> Result<Frozen, StateError> {
        self.write(|tx| {
            let frozen: Option<i64> = tx
                .query_row("SELECT audience_size FROM runs WHERE id = ?1", [run.0], |row| row.get(0))
                .map_err(|e| no_run(e, run))?;
            if frozen.is_some() {
                return Err(StateError::Audience("was frozen before"));
            }
            let mut insert = tx
                .prepare("INSERT OR IGNORE INTO run_audience (run, ordinal, customer) VALUES (?1, ?2, ?3)")?;
            let (mut size, mut repeated) = (0_u64, 0);
            for id in ids {
                match insert.execute(params![run.0, size, id])? {
                    0 => repeated += 1,
                    _ => size += 1,
                }
            }
            tx.execute("UPDATE runs SET audience_size = ?2 WHERE id = ?1", params![run.0, size])?;
            Ok(Frozen { size, repeated })
        })
    }

    /// At most `limit` customers of a run's audience from a place in it on (counted from 0).
    ///
    /// # Errors
    /// SQLite's.
    pub fn audience_chunk(&self, run: RunId, from: u64, limit: u64) -> Result<Vec<Key>, StateError> {
        let mut rows = self.conn.prepare_cached(
            "SELECT customer FROM run_audience WHERE run = ?1 AND ordinal >= ?2 AND ordinal < ?3 ORDER BY ordinal",
        )?;
        let keys =
            rows.query_map(params![run.0, from, from.saturating_add(limit).min(MOST)], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }
}

/// SQLite's whole numbers end here.
const MOST: u64 = i64::MAX as u64;

/// Turns "no row" into "no such run".
pub(super) fn no_run(error: rusqlite::Error, run: RunId) -> StateError {
    match error {
        rusqlite::Error::QueryReturnedNoRows => StateError::NoRun(run.0),
        other => other.into(),
    }
}
