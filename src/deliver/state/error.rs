//! What can go wrong with the state database, told so that a person knows what to do.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::data::Key;

/// A fault of the state database.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// No room for the database or its log. What was committed is kept.
    #[error("the disk is full: the state database could not grow; make room and run the same command again")]
    DiskFull,
    /// Another process holds the database's write lock for longer than ten seconds.
    #[error("the state database is locked by another process; wait for it to end, or see what holds it open")]
    Locked,
    /// Another process runs the same campaign.
    #[error("another herald is running this campaign (`{campaign}`); wait for it to end")]
    AlreadyRunning {
        /// The campaign's name.
        campaign: String,
    },
    /// The database was written by a newer version of the program.
    #[error("{} was written by a newer herald (its layout is version {found}, this program knows {known}); update herald", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The database was written by an older version, and may not be changed now.
    #[error("{} was written by an older herald (its layout is version {found}); the next `herald run` brings it up to date", path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The file is an SQLite database of something else.
    #[error("{} is not herald's state database", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or no SQLite database at all.
    #[error(
        "the state database is damaged: {detail}; restore `.herald` from a copy (a new one would forget who was mailed)"
    )]
    Corrupt {
        /// What SQLite says.
        detail: String,
    },
    /// The folder or the file can't be made, opened or written.
    #[error("{} could not be opened or written: {detail}", path.display())]
    Folder {
        /// The path.
        path: PathBuf,
        /// What the system says.
        detail: std::io::Error,
    },
    /// The database's folder may not be written.
    #[error(
        "the state database can't be opened: SQLite needs to write in `.herald`, also to read ({detail})"
    )]
    NotWritable {
        /// What SQLite says.
        detail: String,
    },
    /// A chunk was committed twice or out of turn.
    #[error("the chunk starts at customer {found} of the audience, but the run stands at {expected}")]
    OutOfTurn {
        /// Where the run stands.
        expected: u64,
        /// Where the chunk starts.
        found: u64,
    },
    /// A chunk does not say of each of its customers, once, what became of them.
    #[error("customer {customer} {problem}")]
    Unaccounted {
        /// The customer.
        customer: Key,
        /// In what way, as the rest of a sentence.
        problem: &'static str,
    },
    /// A run has no audience yet, or already has one.
    #[error("the run's audience {0}")]
    Audience(&'static str),
    /// A message was to change its state in a way that its state does not allow.
    #[error("message {id} is no longer planned, so it can't be recorded as {wanted}")]
    NotPlanned {
        /// The message.
        id: i64,
        /// The state asked for.
        wanted: &'static str,
    },
    /// A run was to be finished with work left.
    #[error(
        "the run is not finished: {planned} messages are still to be handed over, {left} customers still to be looked at"
    )]
    Unfinished {
        /// Messages planned and not handed over.
        planned: u64,
        /// Customers of the audience beyond the last chunk.
        left: u64,
    },
    /// There is no such run.
    #[error("there is no run {0}")]
    NoRun(i64),
    /// Any other fault that SQLite reports.
    #[error("the state database failed: {0}")]
    Sqlite(rusqlite::Error),
}

/// SQLite's extended code for "the `-shm` file could not grow", which on a full disk comes first of all.
const NO_ROOM_FOR_SHARED_MEMORY: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error().is_some_and(|e| e.extended_code == NO_ROOM_FOR_SHARED_MEMORY) {
            return Self::DiskFull;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { detail: error.to_string() }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable { detail: error.to_string() }
            }
            _ => Self::Sqlite(error),
        }
    }
}
