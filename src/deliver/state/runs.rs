//! The life of a run: started or resumed, stopped, finished; and how far it is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::audience::no_run;
use super::{State, StateError, instant};

/// The number of a run in its state database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RunId(pub i64);

/// A run about to start.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    /// The campaign's name.
    pub campaign: &'a str,
    /// Which occurrence of the campaign: a slot of its `send:` or a name given by hand.
    pub occurrence: &'a str,
    /// The run's one instant; kept in whole seconds.
    pub as_of: Timestamp,
    /// Where all the run's randomness comes from.
    pub seed: u64,
    /// Whether its transport reaches people.
    pub live: bool,
    /// The plan as JSON.
    pub plan: &'a str,
    /// The plan's content hash.
    pub plan_hash: &'a str,
    /// The campaign's files: path within the project, and content.
    pub sources: &'a [(String, String)],
    /// The commit that the files are of, if the project is in git.
    pub git_commit: Option<&'a str>,
    /// The fingerprint of the shop's data now.
    pub fingerprint: &'a str,
    /// The time now, by the caller's clock.
    pub now: Timestamp,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Started and not ended; after a crash it stays so.
    Running,
    /// Every customer of its audience has an outcome, and every message left.
    Finished,
    /// Stopped with a reason; it can be resumed.
    Stopped,
}

/// What is known of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunRecord {
    /// Its number.
    pub id: RunId,
    /// The campaign's name.
    pub campaign: String,
    /// Which occurrence of it.
    pub occurrence: String,
    /// Its one instant, in whole seconds: the one to use, also in the process that started it.
    pub as_of: Timestamp,
    /// Where all its randomness comes from.
    pub seed: u64,
    /// Whether its transport reaches people.
    pub live: bool,
    /// Where it stands.
    pub status: RunStatus,
    /// The content hash of the plan it first started with.
    pub plan_hash: String,
    /// The commit its files were of.
    pub git_commit: Option<String>,
    /// The version of the program that started it.
    pub herald_version: String,
    /// The fingerprint of the shop's data when it first started.
    pub fingerprint: String,
    /// When it first started.
    pub started_at: Timestamp,
    /// When it finished or was stopped.
    pub finished_at: Option<Timestamp>,
    /// Why it was stopped.
    pub stop_reason: Option<String>,
    /// The size of its audience; none while that is not frozen yet.
    pub audience_size: Option<u64>,
    /// The first customer of the audience (counted from 0) that no chunk has dealt with.
    pub next_ordinal: u64,
}

/// What became of asking for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStart {
    /// It is new.
    New(RunRecord),
    /// It was started before and goes on.
    Resume(RunRecord),
    /// It is finished: there is nothing to do.
    Finished(RunRecord),
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The size of the audience; none while that is not frozen.
    pub audience: Option<u64>,
    /// How many of its customers were dealt with.
    pub looked_at: u64,
    /// Messages by status (`planned`, `handed_over`, `set_aside`, …).
    pub messages: BTreeMap<String, u64>,
    /// Customers who get none, by gate.
    pub excluded: BTreeMap<String, u64>,
}

const COLUMNS: &str = "id, campaign, occurrence, as_of, seed, live, status, plan_hash, git_commit, herald_version, \
                       fingerprint, started_at, finished_at, stop_reason, audience_size, next_ordinal";

impl State {
    /// Starts a run, or goes on with the one of the same campaign and occurrence. The record returned is the run's, whatever was asked
    /// for: a resumed run keeps its `as_of` and seed.
    ///
    /// # Errors
    /// SQLite's.
    pub fn begin_or_resume(&mut self, new: &NewRun<'_>) -> Result<RunStart, StateError> {
        self.write(|tx| {
            if let Some(found) = find(tx, new.campaign, new.occurrence)? {
                if found.status == RunStatus::Finished {
                    return Ok(RunStart::Finished(found));
                }
                tx.execute(
                    "UPDATE runs SET status = 'running', finished_at = NULL, stop_reason = NULL WHERE id = ?1",
                    [found.id.0],
                )?;
                return Ok(RunStart::Resume(record(tx, found.id)?));
            }
            tx.execute(
                "INSERT INTO runs (campaign, occurrence, as_of, seed, live, status, plan, plan_hash, git_commit, \
                 herald_version, fingerprint, started_at) VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    new.campaign,
                    new.occurrence,
                    new.as_of.as_second(),
                    new.seed.cast_signed(),
                    new.live,
                    new.plan,
                    new.plan_hash,
                    new.git_commit,
                    env!("CARGO_PKG_VERSION"),
                    new.fingerprint,
                    new.now.as_second(),
                ],
            )?;
            let id = RunId(tx.last_insert_rowid());
            let mut insert = tx.prepare("INSERT INTO run_sources (run, path, content) VALUES (?1, ?2, ?3)")?;
            for (path, content) in new.sources {
                insert.execute(params![id.0, path, content])?;
            }
            Ok(RunStart::New(record(tx, id)?))
        })
    }

    /// Marks a run as finished at an instant.
    ///
    /// # Errors
    /// [`StateError::Unfinished`] if a message is still to be handed over or a customer to be looked at.
    pub fn finish(&mut self, run: RunId, now: Timestamp) -> Result<(), StateError> {
        self.write(|tx| {
            let found = record(tx, run)?;
            let Some(size) = found.audience_size else {
                return Err(StateError::Audience("is not frozen yet"));
            };
            let planned: u64 = tx.query_row(
                "SELECT count(*) FROM messages WHERE run = ?1 AND status = 'planned'",
                [run.0],
                |row| row.get(0),
            )?;
            let left = size.saturating_sub(found.next_ordinal);
            if planned > 0 || left > 0 {
                return Err(StateError::Unfinished { planned, left });
            }
            tx.execute(
                "UPDATE runs SET status = 'finished', finished_at = ?2, stop_reason = NULL WHERE id = ?1",
                params![run.0, now.as_second()],
            )?;
            Ok(())
        })
    }

    /// Marks a run as stopped, with the reason; it can be resumed. A finished run stays finished.
    ///
    /// # Errors
    /// SQLite's.
    pub fn stop(&mut self, run: RunId, reason: &str, now: Timestamp) -> Result<(), StateError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE runs SET status = 'stopped', finished_at = ?3, stop_reason = ?2 \
                 WHERE id = ?1 AND status <> 'finished'",
                params![run.0, reason, now.as_second()],
            )?;
            Ok(())
        })
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// [`StateError::NoRun`].
    pub fn run(&self, run: RunId) -> Result<RunRecord, StateError> {
        record(&self.conn, run)
    }

    /// The run of an occurrence of a campaign, if it was ever started.
    ///
    /// # Errors
    /// SQLite's.
    pub fn find_run(&self, campaign: &str, occurrence: &str) -> Result<Option<RunRecord>, StateError> {
        find(&self.conn, campaign, occurrence)
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn runs(&self) -> Result<Vec<RunRecord>, StateError> {
        let mut rows =
            self.conn.prepare(&format!("SELECT {COLUMNS} FROM runs ORDER BY started_at DESC, id DESC"))?;
        Ok(rows.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// The plan (JSON) that a run first started with.
    ///
    /// # Errors
    /// [`StateError::NoRun`].
    pub fn run_plan(&self, run: RunId) -> Result<String, StateError> {
        self.conn
            .query_row("SELECT plan FROM runs WHERE id = ?1", [run.0], |row| row.get(0))
            .map_err(|e| no_run(e, run))
    }

    /// The files that a run was made from: path and content, by path.
    ///
    /// # Errors
    /// SQLite's.
    pub fn run_sources(&self, run: RunId) -> Result<Vec<(String, String)>, StateError> {
        let mut rows =
            self.conn.prepare("SELECT path, content FROM run_sources WHERE run = ?1 ORDER BY path")?;
        Ok(rows.query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// The states of the shop's data that a run's chunks were made from, by fingerprint, with the number of customers looked
    /// at in each, in the order in which they were read first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn run_data(&self, run: RunId) -> Result<Vec<(String, u64)>, StateError> {
        let mut rows = self.conn.prepare(
            "SELECT fingerprint, sum(next_ordinal - first_ordinal) FROM run_chunks WHERE run = ?1 \
             GROUP BY fingerprint ORDER BY min(first_ordinal)",
        )?;
        Ok(rows.query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// How far a run is.
    ///
    /// # Errors
    /// [`StateError::NoRun`].
    pub fn progress(&self, run: RunId) -> Result<Progress, StateError> {
        let found = self.run(run)?;
        Ok(Progress {
            audience: found.audience_size,
            looked_at: found.next_ordinal,
            messages: self
                .counts("SELECT status, count(*) FROM messages WHERE run = ?1 GROUP BY status", run)?,
            excluded: self
                .counts("SELECT gate, count(*) FROM exclusions WHERE run = ?1 GROUP BY gate", run)?,
        })
    }

    /// The audience's size in the last finished run of a campaign other than this occurrence: what the brake compares with. `live` asks
    /// for runs that reached people, so that a trial on files does not stand for a first send.
    ///
    /// # Errors
    /// SQLite's.
    pub fn last_run_size(
        &self,
        campaign: &str,
        occurrence: &str,
        live: bool,
    ) -> Result<Option<u64>, StateError> {
        let size = self
            .conn
            .query_row(
                "SELECT audience_size FROM runs WHERE campaign = ?1 AND occurrence <> ?2 AND live = ?3 \
                 AND status = 'finished' ORDER BY as_of DESC, id DESC LIMIT 1",
                params![campaign, occurrence, live],
                |row| row.get(0),
            )
            .optional()?;
        Ok(size.flatten())
    }

    fn counts(&self, sql: &str, run: RunId) -> Result<BTreeMap<String, u64>, StateError> {
        let mut rows = self.conn.prepare(sql)?;
        Ok(rows.query_map([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

pub(super) fn record(conn: &Connection, run: RunId) -> Result<RunRecord, StateError> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?1"))?
        .query_row([run.0], read)
        .map_err(|e| no_run(e, run))
}

fn find(conn: &Connection, campaign: &str, occurrence: &str) -> Result<Option<RunRecord>, StateError> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE campaign = ?1 AND occurrence = ?2");
    Ok(conn.query_row(&sql, [campaign, occurrence], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    let status = match row.get_ref(6)?.as_str()? {
        "finished" => RunStatus::Finished,
        "stopped" => RunStatus::Stopped,
        _ => RunStatus::Running,
    };
    Ok(RunRecord {
        id: RunId(row.get(0)?),
        campaign: row.get(1)?,
        occurrence: row.get(2)?,
        as_of: instant(row.get(3)?)?,
        seed: row.get::<_, i64>(4)?.cast_unsigned(),
        live: row.get(5)?,
        status,
        plan_hash: row.get(7)?,
        git_commit: row.get(8)?,
        herald_version: row.get(9)?,
        fingerprint: row.get(10)?,
        started_at: instant(row.get(11)?)?,
        finished_at: row.get::<_, Option<i64>>(12)?.map(instant).transpose()?,
        stop_reason: row.get(13)?,
        audience_size: row.get(14)?,
        next_ordinal: row.get(15)?,
    })
}
