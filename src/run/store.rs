//! Results of work, kept under a hash of everything that decides them. What has a stored result is not worked out again:
//! resuming, planning, previews and watching all stand on this one mechanism, and none has a cache of its own.
//!
//! Only pure work is kept: histories, similarities, the catalogue, prepared templates, audiences. What the records decide
//! (gates, sends) never is. A stored result that is damaged or of another version is not there.

use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::RunError;

/// What every stored file begins with; another layout of the results gets another number.
const MAGIC: &[u8; 8] = b"HERALD01";

/// The program's version and the number of its algorithms: raise the number when a constant or a formula behind stored results changes.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " 2");

/// The most that a folder of results holds, in bytes; the oldest go first.
const ROOM: u64 = 1 << 30;

/// The results that were in use in the last so many rounds stay in memory.
const ROUNDS: u64 = 8;

/// The name of a result: a hash of all that decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name([u8; 32]);

impl Name {
    /// A name from a kind of result and everything that decides it. The order counts.
    pub fn of(kind: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("herald stored results v2");
        hasher.update(VERSION.as_bytes());
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// Its bytes, to be part of another name.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn file(&self) -> String {
        blake3::Hash::from(self.0).to_hex().to_string()
    }
}

type Shared = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
struct Memory {
    results: HashMap<Name, (u64, Shared)>,
    round: u64,
}

/// Where results are kept: in memory for as long as the store lives, in a folder for the next process.
#[derive(Default)]
pub struct Store {
    memory: Mutex<Memory>,
    folder: Option<PathBuf>,
}

impl Store {
    /// The store of a project: the folder `results` in its state folder. A project without a state folder gets none, so
    /// that looking at a campaign writes nothing.
    pub fn of_project(project: &Path) -> Self {
        let state = project.join(".herald");
        Self { memory: Mutex::default(), folder: state.is_dir().then(|| state.join("results")) }
    }

    /// A result that is worth a file: looked up in memory, then in the folder, and worked out only if it is in neither.
    ///
    /// # Errors
    /// What working it out gives. A folder that cannot be written to is no error: the result is only not kept.
    pub fn keep<T>(&self, name: Name, work: impl FnOnce() -> Result<T, RunError>) -> Result<Arc<T>, RunError>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        self.remember(name, || {
            if let Some(kept) = self.read(&name) {
                return Ok(kept);
            }
            let result = work()?;
            self.write(&name, &result);
            Ok(result)
        })
    }

    /// A result that is kept in memory only.
    ///
    /// # Errors
    /// What working it out gives.
    pub fn remember<T>(
        &self,
        name: Name,
        work: impl FnOnce() -> Result<T, RunError>,
    ) -> Result<Arc<T>, RunError>
    where
        T: Send + Sync + 'static,
    {
        let known = {
            let mut memory = self.memory();
            let round = memory.round;
            memory.results.get_mut(&name).map(|(used, result)| {
                *used = round;
                Arc::clone(result)
            })
        };
        if let Some(known) = known.and_then(|k| k.downcast::<T>().ok()) {
            return Ok(known);
        }
        let result = Arc::new(work()?);
        let mut memory = self.memory();
        let round = memory.round;
        memory.results.insert(name, (round, Arc::clone(&result) as Shared));
        Ok(result)
    }

    /// Begins a new round: what was in use in none of the last eight is forgotten, so that memory does not grow with
    /// the number of saves.
    pub fn next_round(&self) {
        let mut memory = self.memory();
        memory.round += 1;
        let oldest = memory.round.saturating_sub(ROUNDS);
        memory.results.retain(|_, (used, _)| *used >= oldest);
    }

    /// How many results are in memory.
    pub fn remembered(&self) -> usize {
        self.memory().results.len()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T: DeserializeOwned>(&self, name: &Name) -> Option<T> {
        let bytes = fs::read(self.folder.as_ref()?.join(name.file())).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (hash, payload) = rest.split_at_checked(32)?;
        if blake3::hash(payload).as_bytes() != hash {
            return None;
        }
        postcard::from_bytes(payload).ok()
    }

    /// Written aside and renamed: another process sees a whole file or none.
    fn write<T: Serialize>(&self, name: &Name, result: &T) {
        let Some(folder) = &self.folder else { return };
        let Ok(payload) = postcard::to_stdvec(result) else { return };
        if payload.len() as u64 > ROOM / 2 || fs::create_dir_all(folder).is_err() {
            return;
        }
        make_room(folder, payload.len() as u64);
        let Ok(mut file) = tempfile::NamedTempFile::new_in(folder) else { return };
        let written = file
            .write_all(MAGIC)
            .and_then(|()| file.write_all(blake3::hash(&payload).as_bytes()))
            .and_then(|()| file.write_all(&payload));
        if written.is_ok() {
            // Not kept is not wrong: the next start works it out again.
            let _ = file.persist(folder.join(name.file()));
        }
    }
}

/// Removes the oldest files until `needed` bytes more fit.
fn make_room(folder: &Path, needed: u64) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|e| {
            let meta = e.metadata().ok()?;
            Some((meta.modified().ok()?, e.path(), meta.len()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|f| f.2).sum();
    for (_, path, size) in files {
        if total + needed <= ROOM {
            break;
        }
        if fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".herald")).unwrap();
        dir
    }

    /// The result, and whether it was worked out.
    fn ask(store: &Store, name: Name, answer: u32) -> (u32, bool) {
        let mut worked = false;
        let kept = store.keep(name, || {
            worked = true;
            Ok(answer)
        });
        (*kept.unwrap(), worked)
    }

    #[test]
    fn a_result_is_worked_out_once_for_all_processes() {
        let dir = project();
        let name = Name::of("sum", &[b"1", b"2"]);
        assert_eq!(ask(&Store::of_project(dir.path()), name, 3), (3, true));
        assert_eq!(ask(&Store::of_project(dir.path()), name, 9), (3, false));
        assert_ne!(name, Name::of("sum", &[b"12"]));
        assert_ne!(name, Name::of("product", &[b"1", b"2"]));
    }

    #[test]
    fn a_damaged_result_is_none() {
        let dir = project();
        let name = Name::of("sum", &[]);
        ask(&Store::of_project(dir.path()), name, 3);
        let file = dir.path().join(".herald/results").join(name.file());
        let whole = fs::read(&file).unwrap();
        for broken in [whole[..whole.len() - 1].to_vec(), Vec::new(), [&whole[..], &[0]].concat()] {
            fs::write(&file, broken).unwrap();
            assert_eq!(ask(&Store::of_project(dir.path()), name, 4), (4, true));
        }
    }

    #[test]
    fn without_a_state_folder_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        ask(&Store::of_project(dir.path()), Name::of("sum", &[]), 3);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn memory_holds_what_is_in_use_and_forgets_the_rest() {
        let store = Store::default();
        let used = Name::of("used", &[]);
        for round in 0..2_000_u32 {
            store.next_round();
            assert_eq!(ask(&store, used, 7), (7, round == 0));
            ask(&store, Name::of("once", &[&round.to_le_bytes()]), round);
        }
        assert!(store.remembered() <= ROUNDS as usize + 2, "{}", store.remembered());
    }

    #[test]
    fn an_error_is_not_kept() {
        let store = Store::default();
        let name = Name::of("x", &[]);
        assert!(store.keep::<u32>(name, || Err(RunError::NoTable("orders"))).is_err());
        assert_eq!(ask(&store, name, 1), (1, true));
    }
}
