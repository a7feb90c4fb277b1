//! Opening databases: the shop's, which is only ever read, and those that the program makes.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::DataError;

/// How long we wait for another program's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// Page cache of one connection, in KiB.
const CACHE_KIB: i64 = 64 * 1024;

/// Opens a shop's database read-only, and reads its schema once so that what is wrong shows here and not
/// in the middle of a run.
///
/// The file is not mapped into memory: a program that cuts a mapped file short would kill this one.
/// Writing is refused twice over, by the open mode and by `query_only`; the second also forbids temporary tables.
/// A database in WAL mode may get `-wal` and `-shm` files beside it.
///
/// # Errors
/// Every case of [`DataError`] but a full disk.
pub fn open_shop(path: &Path) -> Result<Connection, DataError> {
    open_shop_within(path, PATIENCE)
}

/// [`open_shop`], waiting for locks no longer than `patience`.
///
/// # Errors
/// As [`open_shop`].
pub fn open_shop_within(path: &Path, patience: Duration) -> Result<Connection, DataError> {
    if must_be_a_file(path)? == 0 {
        return Err(DataError::Empty { path: path.to_owned() });
    }
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)?;
    conn.pragma_update(None, "query_only", true).map_err(|e| DataError::of(path, e))?;
    Ok(conn)
}

/// Opens a database to write to, and makes it if it is not there. Its folder must exist.
///
/// # Errors
/// As [`open_shop`], but neither a missing nor an empty file is one.
pub fn open_writable(path: &Path) -> Result<Connection, DataError> {
    match must_be_a_file(path) {
        Ok(_) | Err(DataError::Missing { .. }) => {}
        Err(e) => return Err(e),
    }
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, PATIENCE)
}

/// The size of the plain, readable file at `path`, in bytes.
fn must_be_a_file(path: &Path) -> Result<u64, DataError> {
    let unreadable = |reason: String| DataError::Unreadable { path: path.to_owned(), reason };
    let meta = fs::metadata(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => DataError::Missing { path: path.to_owned() },
        _ => unreadable(e.to_string()),
    })?;
    if meta.is_dir() {
        return Err(DataError::Folder { path: path.to_owned() });
    }
    if !meta.is_file() {
        return Err(unreadable("it is not a plain file".to_owned()));
    }
    fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    Ok(meta.len())
}

fn connect(path: &Path, mode: OpenFlags, patience: Duration) -> Result<Connection, DataError> {
    // An absolute path keeps SQLite from seeing a special name such as `:memory:` in it.
    let full = std::path::absolute(path)
        .map_err(|e| DataError::Unreadable { path: path.to_owned(), reason: e.to_string() })?;
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(&full, flags)?;
        conn.busy_timeout(patience)?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        conn.pragma_update(None, "mmap_size", 0)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "trusted_schema", false)?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(conn)
    };
    open().map_err(|e| DataError::of(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn shop(dir: &TempDir, journal: &str) -> std::path::PathBuf {
        let path = dir.path().join("shop.db");
        let conn = open_writable(&path).unwrap();
        conn.pragma_update(None, "journal_mode", journal).unwrap();
        conn.execute_batch("CREATE TABLE customers(id); INSERT INTO customers VALUES (1)").unwrap();
        path
    }

    #[test]
    fn what_is_opened_can_be_read_and_not_written() {
        let dir = TempDir::new().unwrap();
        let conn = open_shop(&shop(&dir, "DELETE")).unwrap();
        let n: i64 = conn.query_row("SELECT count(*) FROM customers", [], |r| r.get(0)).unwrap();
        assert_eq!(n, 1);
        assert!(conn.execute("INSERT INTO customers VALUES (2)", []).is_err());
        assert!(conn.execute("CREATE TEMP TABLE t(x)", []).is_err());
    }

    #[test]
    fn each_thing_that_is_not_a_database_has_its_own_error() {
        let dir = TempDir::new().unwrap();
        let at = |name: &str| dir.path().join(name);
        assert!(matches!(open_shop(&at("none.db")), Err(DataError::Missing { .. })));
        assert!(matches!(open_shop(dir.path()), Err(DataError::Folder { .. })));
        assert!(matches!(open_writable(dir.path()), Err(DataError::Folder { .. })));
        fs::write(at("empty.db"), "").unwrap();
        assert!(matches!(open_shop(&at("empty.db")), Err(DataError::Empty { .. })));
        fs::write(at("notes.db"), "Dear diary, today I sold nothing.\n".repeat(100)).unwrap();
        assert!(matches!(open_shop(&at("notes.db")), Err(DataError::NotSqlite { .. })));
        assert!(matches!(open_writable(&at("notes.db")), Err(DataError::NotSqlite { .. })));
        assert!(matches!(open_shop(Path::new(":memory:")), Err(DataError::Missing { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_refused_without_waiting_for_it() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("s");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(matches!(open_shop(&path), Err(DataError::Unreadable { .. })));
    }

    #[test]
    fn a_damaged_schema_is_found_on_opening() {
        let dir = TempDir::new().unwrap();
        let path = shop(&dir, "DELETE");
        let mut bytes = fs::read(&path).unwrap();
        bytes[100..].fill(0xAB);
        fs::write(&path, bytes).unwrap();
        assert!(matches!(open_shop(&path), Err(DataError::Damaged { .. })));
    }

    #[test]
    fn a_lock_held_by_another_program_is_said_to_be_one() {
        let dir = TempDir::new().unwrap();
        let path = shop(&dir, "DELETE");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let short = Duration::from_millis(20);
        assert!(matches!(open_shop_within(&path, short), Err(DataError::Busy { .. })));
        other.execute_batch("COMMIT").unwrap();
        assert!(open_shop_within(&path, short).is_ok());
    }

    #[test]
    fn a_wal_database_is_read_and_where_its_files_cannot_be_made_the_error_says_so() {
        let dir = TempDir::new().unwrap();
        let path = shop(&dir, "WAL");
        assert!(open_shop(&path).is_ok());
        for tail in ["-wal", "-shm"] {
            let _ = fs::remove_file(dir.path().join(format!("shop.db{tail}")));
        }
        // A folder in the file's place forbids it even to root, whom permissions do not stop.
        fs::create_dir(dir.path().join("shop.db-wal")).unwrap();
        let err = open_shop(&path).unwrap_err();
        assert!(matches!(err, DataError::WalForbidden { .. }), "{err:?}");
    }

    #[test]
    fn a_write_that_was_cut_off_is_named() {
        let dir = TempDir::new().unwrap();
        let path = shop(&dir, "DELETE");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN;").unwrap();
        writer
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000)
                 INSERT INTO customers SELECT hex(randomblob(100)) FROM n",
            )
            .unwrap();
        // The files as they are at this moment are those of a program that was killed.
        let copy = dir.path().join("cut.db");
        fs::copy(&path, &copy).unwrap();
        fs::copy(dir.path().join("shop.db-journal"), dir.path().join("cut.db-journal")).unwrap();
        let err = open_shop(&copy).unwrap_err();
        assert!(matches!(err, DataError::Interrupted { .. }), "{err:?}");
    }
}
