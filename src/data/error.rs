//! What can go wrong between the program and a shop's database.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why a database can't be opened or read. Each case has its own cure, so each has its own sentence.
#[derive(Debug, Error)]
pub enum DataError {
    /// Nothing has this name.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The path names a folder.
    #[error("{} is a folder, not a database file", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The file has no bytes: nobody has put a shop into it yet.
    #[error("{} is empty: it holds no tables", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is something other than a `SQLite` database, or an encrypted one.
    #[error("{} is not a SQLite database (or it is encrypted)", path.display())]
    NotSqlite {
        /// The file.
        path: PathBuf,
    },
    /// Another program holds a lock for longer than we wait.
    #[error("{} is locked by another program; try again when it has finished", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The operating system refuses: permissions, a broken disk, not a plain file.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A database in WAL mode needs `-wal` and `-shm` files beside it, and they can't be made or opened.
    #[error(
        "{} is in WAL mode, and its -wal and -shm files cannot be opened or created in {}; \
         let the folder be written to, or copy the database elsewhere after `PRAGMA journal_mode=DELETE`",
        path.display(), folder.display()
    )]
    WalForbidden {
        /// The database.
        path: PathBuf,
        /// The folder it is in.
        folder: PathBuf,
    },
    /// A program stopped in the middle of a write, and only a program that may write can undo it.
    #[error(
        "{} holds a write that was cut off; open it once with a program that may write, such as `sqlite3`, to undo it",
        path.display()
    )]
    Interrupted {
        /// The database.
        path: PathBuf,
    },
    /// The file begins as a database and goes on as something else.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// `SQLite`'s words.
        reason: String,
    },
    /// No space is left for what had to be written.
    #[error("the disk is full: {} could not grow", path.display())]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// Any other complaint of `SQLite`'s.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl DataError {
    /// Puts a `SQLite` error about the database at `path` into the words of this list.
    #[must_use]
    pub fn of(path: &Path, error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else { return Self::Sqlite(error) };
        let path = path.to_owned();
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { path },
            ErrorCode::NotADatabase => Self::NotSqlite { path },
            ErrorCode::DatabaseCorrupt => Self::Damaged { path, reason: error.to_string() },
            ErrorCode::DiskFull => Self::DiskFull { path },
            ErrorCode::ReadOnly if failure.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK => {
                Self::Interrupted { path }
            }
            ErrorCode::CannotOpen | ErrorCode::ReadOnly if is_wal(&path) => {
                let folder = path.parent().unwrap_or(&path).to_owned();
                Self::WalForbidden { path, folder }
            }
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure => {
                Self::Unreadable { path, reason: error.to_string() }
            }
            _ => Self::Sqlite(error),
        }
    }
}

/// Does the header say WAL? Byte 18 (the write version) is 2 then; see section 1.3 of `SQLite`'s file format.
fn is_wal(path: &Path) -> bool {
    use std::io::Read;
    let mut header = [0_u8; 19];
    std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut header)).is_ok() && header[18] == 2
}
