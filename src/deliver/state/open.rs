//! Opening the state database, and bringing an older one up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{State, StateError};

/// The layout's versions: script `n` (from 0) brings version `n` to `n + 1`. Scripts are never changed once released.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// SQLite's `application_id`, by which the file is known as ours: "HRLD".
const APPLICATION_ID: i64 = 0x4852_4C44;

/// How long to wait for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder's own note to git: what is in it is personal data.
const GITIGNORE: &str = "*\n";

/// Where the state database of a project folder lies, for those who attach it to the shop's. In it, a customer's id has no declared type: join it
/// as `+shop.id = state.customer`, so that SQLite compares the values as they are and can use the index.
pub fn state_path(project: &Path) -> PathBuf {
    project.join(".herald").join("state.db")
}

impl State {
    /// Opens a project's state for writing; makes it if it is not there, and brings an older one up to date.
    ///
    /// # Errors
    /// The folder can't be written, or the file is of a newer version, damaged, or another program's.
    pub fn open(project: &Path) -> Result<Self, StateError> {
        let path = state_path(project);
        let folder = project.join(".herald");
        fs::create_dir_all(&folder).map_err(|detail| StateError::Folder { path: folder.clone(), detail })?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, GITIGNORE).map_err(|detail| StateError::Folder { path: ignore, detail })?;
        }
        let mut conn = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        conn.busy_timeout(PATIENCE)?;
        // Looked at before anything is changed in it.
        version(&conn, &path)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        settle(&conn)?;
        migrate(&mut conn, &path)?;
        Ok(Self { conn, folder: Some(folder) })
    }

    /// Opens a project's state for reading; `None` if the project has none, and none is made. SQLite may put a `-wal` and a `-shm` file
    /// beside the database.
    ///
    /// # Errors
    /// The file can't be read, or is of another version, damaged, or another program's.
    pub fn open_read_only(project: &Path) -> Result<Option<Self>, StateError> {
        let path = state_path(project);
        if !path.exists() {
            return Ok(None);
        }
        let conn = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        conn.busy_timeout(PATIENCE)?;
        settle(&conn)?;
        match version(&conn, &path)? {
            // Made, and killed before its tables were there.
            0 => Ok(None),
            found if (found as usize) < MIGRATIONS.len() => Err(StateError::Older { path, found }),
            _ => Ok(Some(Self { conn, folder: Some(project.join(".herald")) })),
        }
    }

    /// An empty state in memory: what a project without one is planned against.
    ///
    /// # Errors
    /// SQLite has no memory.
    pub fn in_memory() -> Result<Self, StateError> {
        let mut conn = Connection::open_in_memory()?;
        settle(&conn)?;
        migrate(&mut conn, Path::new(":memory:"))?;
        Ok(Self { conn, folder: None })
    }
}

fn settle(conn: &Connection) -> Result<(), StateError> {
    conn.pragma_update(None, "foreign_keys", true)?;
    // The index of addresses is written all over the place: room to keep it, and to gather what is written before it is carried from the log
    // into the database (together a hundred MB at most).
    conn.pragma_update(None, "cache_size", -32 * 1024)?;
    conn.pragma_update(None, "wal_autocheckpoint", 16 * 1024)?;
    // What is only for the length of a statement never touches the disk.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // The log shrinks again after the one large transaction that freezes an audience.
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The layout's version, refused if it is not ours or newer than we know.
fn version(conn: &Connection, path: &Path) -> Result<i64, StateError> {
    let number = |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (found, application) = (number("user_version")?, number("application_id")?);
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (tables > 0 || application != 0) {
        return Err(StateError::Foreign { path: path.to_owned() });
    }
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StateError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StateError> {
    if version(conn, path)? == MIGRATIONS.len() as i64 {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again under the lock: another process may have been faster.
    let found = version(&tx, path)?;
    for script in &MIGRATIONS[found as usize..] {
        tx.execute_batch(script)?;
    }
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_makes_no_state_and_opening_makes_one_that_git_ignores() {
        let dir = tempfile::tempdir().unwrap();
        assert!(State::open_read_only(dir.path()).unwrap().is_none());
        assert!(!dir.path().join(".herald").exists());
        drop(State::open(dir.path()).unwrap());
        assert!(State::open_read_only(dir.path()).unwrap().is_some());
        assert_eq!(fs::read_to_string(dir.path().join(".herald/.gitignore")).unwrap(), "*\n");
        assert!(State::open(dir.path()).is_ok(), "a second opening finds it up to date");
    }

    #[test]
    fn every_commit_is_on_the_disk_before_it_returns() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(dir.path()).unwrap();
        let pragma = |name: &str| {
            state.conn.pragma_query_value(None, name, |r| r.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(pragma("synchronous"), rusqlite::types::Value::Integer(2));
        assert_eq!(pragma("foreign_keys"), rusqlite::types::Value::Integer(1));
    }

    #[test]
    fn a_newer_layout_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(dir.path()).unwrap();
        state.conn.pragma_update(None, "user_version", 99).unwrap();
        drop(state);
        for error in [State::open(dir.path()).err(), State::open_read_only(dir.path()).err()] {
            assert!(matches!(error, Some(StateError::Newer { found: 99, .. })), "{error:?}");
        }
        let conn = Connection::open(state_path(dir.path())).unwrap();
        assert_eq!(conn.pragma_query_value(None, "user_version", |r| r.get::<_, i64>(0)).unwrap(), 99);
    }

    #[test]
    fn a_file_of_something_else_is_never_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".herald")).unwrap();
        let conn = Connection::open(state_path(dir.path())).unwrap();
        conn.execute_batch("CREATE TABLE theirs (x)").unwrap();
        drop(conn);
        assert!(matches!(State::open(dir.path()), Err(StateError::Foreign { .. })));

        fs::write(state_path(dir.path()), "not a database at all, but long enough to look at ".repeat(50))
            .unwrap();
        let error = State::open(dir.path()).unwrap_err();
        assert!(matches!(error, StateError::Corrupt { .. }), "{error:?}");
    }

    #[test]
    fn a_state_killed_before_its_tables_were_made_reads_as_none_and_opens() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".herald")).unwrap();
        fs::write(state_path(dir.path()), "").unwrap();
        assert!(State::open_read_only(dir.path()).unwrap().is_none());
        assert!(State::open(dir.path()).is_ok());
    }
}
