//! Has the data changed?
//!
//! Within one connection `SQLite` itself knows ([`data_version`]). Between processes we compare what a
//! writer can't help touching: size, time and header of the database and of its `-wal`. In doubt the
//! data has changed; a difference may be a false alarm, no difference is trusted.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::DataError;

/// The state of a database's files at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    database: FilePrint,
    /// `None` where there is no `-wal`, or an empty one: a reader may create that.
    wal: Option<FilePrint>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct FilePrint {
    /// Bytes.
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    /// The part of the header that every commit or restart of the log changes.
    counter: Vec<u8>,
}

impl Fingerprint {
    /// Takes the fingerprint of the database at `path`.
    ///
    /// # Errors
    /// `Missing` or `Unreadable`.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        // The change counter: section 1.3.7 of SQLite's file format.
        let Some(database) = print(path, 24..28)? else {
            return Err(DataError::Missing { path: path.to_owned() });
        };
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        // Checkpoint sequence and salts: section 4.1.
        let wal = print(&PathBuf::from(wal), 12..24)?.filter(|w| w.size > 0);
        Ok(Self { database, wal })
    }

    /// 64 hexadecimal digits that are equal when the fingerprints are.
    #[must_use]
    pub fn to_hex(&self) -> String {
        let mut hash = blake3::Hasher::new();
        for part in [Some(&self.database), self.wal.as_ref()] {
            let Some(part) = part else { continue };
            hash.update(&part.size.to_le_bytes());
            hash.update(&part.modified.to_le_bytes());
            hash.update(&(part.counter.len() as u64).to_le_bytes());
            hash.update(&part.counter);
        }
        hash.finalize().to_hex().to_string()
    }
}

/// A number that differs from its earlier value on the same connection if and only if another connection
/// has committed since.
///
/// # Errors
/// Those of `SQLite`.
pub fn data_version(conn: &Connection) -> Result<i64, DataError> {
    Ok(conn.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

/// The state of one file, or `None` where there is none.
fn print(path: &Path, counter: std::ops::Range<usize>) -> Result<Option<FilePrint>, DataError> {
    let unreadable =
        |e: std::io::Error| DataError::Unreadable { path: path.to_owned(), reason: e.to_string() };
    let meta = match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(unreadable)?,
    };
    let mut head = Vec::with_capacity(counter.end);
    File::open(path).and_then(|f| f.take(counter.end as u64).read_to_end(&mut head)).map_err(unreadable)?;
    let modified = meta.modified().map_err(unreadable)?;
    let modified = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    };
    let counter = head.get(counter).unwrap_or(&head).to_vec();
    Ok(Some(FilePrint { size: meta.len(), modified, counter }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::open::{open_shop, open_writable};
    use tempfile::TempDir;

    fn shop(dir: &TempDir, journal: &str) -> (PathBuf, Connection) {
        let path = dir.path().join("shop.db");
        let conn = open_writable(&path).unwrap();
        conn.pragma_update(None, "journal_mode", journal).unwrap();
        conn.execute_batch("CREATE TABLE t(x); INSERT INTO t VALUES (1)").unwrap();
        (path, conn)
    }

    #[test]
    fn reading_leaves_it_and_writing_changes_it_in_both_journal_modes() {
        for journal in ["DELETE", "WAL"] {
            let dir = TempDir::new().unwrap();
            let (path, writer) = shop(&dir, journal);
            let before = Fingerprint::of(&path).unwrap();
            let reader = open_shop(&path).unwrap();
            let _: i64 = reader.query_row("SELECT count(*) FROM t", [], |r| r.get(0)).unwrap();
            assert_eq!(before, Fingerprint::of(&path).unwrap(), "{journal}");
            assert_eq!(before.to_hex(), Fingerprint::of(&path).unwrap().to_hex());
            let version = data_version(&reader).unwrap();
            writer.execute("UPDATE t SET x = 2", []).unwrap();
            let after = Fingerprint::of(&path).unwrap();
            assert_ne!(before, after, "{journal}");
            assert_ne!(before.to_hex(), after.to_hex());
            assert_ne!(version, data_version(&reader).unwrap(), "{journal}");
        }
    }

    #[test]
    fn an_empty_log_that_a_reader_leaves_is_no_change() {
        let dir = TempDir::new().unwrap();
        let (path, writer) = shop(&dir, "WAL");
        drop(writer);
        let before = Fingerprint::of(&path).unwrap();
        let _reader = open_shop(&path).unwrap();
        assert_eq!(before, Fingerprint::of(&path).unwrap());
    }

    #[test]
    fn it_survives_being_stored() {
        let dir = TempDir::new().unwrap();
        let (path, _writer) = shop(&dir, "WAL");
        let print = Fingerprint::of(&path).unwrap();
        let stored = serde_json::to_string(&print).unwrap();
        assert_eq!(print, serde_json::from_str(&stored).unwrap());
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let dir = TempDir::new().unwrap();
        assert!(matches!(Fingerprint::of(&dir.path().join("x")), Err(DataError::Missing { .. })));
    }
}
