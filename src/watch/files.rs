//! File events, gathered: a save is one change, whether the editor writes in place, renames, or saves ten files at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// A change is told after so much quiet …
const QUIET: Duration = Duration::from_millis(15);
/// … or at the latest so long after its first event.
const PATIENCE: Duration = Duration::from_millis(100);

/// The folders that are watched. Each is watched by itself, not with all below it: the outbox may lie there.
pub struct Files {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
}

impl Files {
    /// Begins to watch nothing yet. `changed` is called, on a thread of its own, with the files of each change.
    ///
    /// # Errors
    /// The system has no file events to give.
    pub fn new(changed: impl FnMut(BTreeSet<PathBuf>) + Send + 'static) -> notify::Result<Self> {
        let (events, gathered) = mpsc::channel();
        let watcher = notify::recommended_watcher(move |event| tell(event, &events))?;
        std::thread::spawn(move || gather(&gathered, changed));
        Ok(Self { watcher, folders: BTreeSet::new() })
    }

    /// Watches exactly these folders from now on. One that cannot be watched is left out: it may come back.
    pub fn watch(&mut self, folders: BTreeSet<PathBuf>) {
        for gone in self.folders.difference(&folders) {
            // It may be gone already, with the folder itself.
            let _ = self.watcher.unwatch(gone);
        }
        let mut watched: BTreeSet<PathBuf> = self.folders.intersection(&folders).cloned().collect();
        for folder in folders.difference(&self.folders) {
            if self.watcher.watch(folder, RecursiveMode::NonRecursive).is_ok() {
                watched.insert(folder.clone());
            }
        }
        self.folders = watched;
    }
}

fn tell(event: notify::Result<notify::Event>, events: &Sender<PathBuf>) {
    let Ok(event) = event else { return };
    if matches!(event.kind, EventKind::Access(_)) {
        return;
    }
    for path in event.paths.into_iter().filter(|p| matters(p)) {
        // The receiver is gone only when the program ends.
        let _ = events.send(path);
    }
}

/// Whether a file may be of a project, and not an editor's or SQLite's own.
fn matters(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else { return false };
    let scratch = name.starts_with(".#")
        || name.starts_with('#')
        || name.ends_with('~')
        || name == "4913"
        || [".swp", ".swx", ".tmp", "-shm", "-journal"].iter().any(|end| name.ends_with(end));
    !scratch && name != ".herald" && name != "outbox"
}

fn gather(events: &Receiver<PathBuf>, mut changed: impl FnMut(BTreeSet<PathBuf>)) {
    while let Ok(first) = events.recv() {
        let mut files = BTreeSet::from([first]);
        let begun = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed()).min(QUIET);
            match events.recv_timeout(left) {
                Ok(file) => {
                    files.insert(file);
                    if begun.elapsed() >= PATIENCE {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        changed(files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_of_every_kind_are_one_change_each() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap();
        let (told, changes) = mpsc::channel();
        let mut files = Files::new(move |change| told.send(change).unwrap()).unwrap();
        files.watch(BTreeSet::from([folder.clone()]));
        let file = folder.join("a.campaign");
        let next = || changes.recv_timeout(Duration::from_secs(10)).unwrap();
        std::fs::write(&file, "one").unwrap();
        assert_eq!(next(), BTreeSet::from([file.clone()]));
        std::fs::write(folder.join("a.campaign.new"), "two").unwrap();
        std::fs::rename(folder.join("a.campaign.new"), &file).unwrap();
        assert!(next().contains(&file), "saved by rename");
        for name in ["b.campaign", "c.campaign", ".#lock", "x.swp", "shop.db-shm"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        assert_eq!(next(), BTreeSet::from([folder.join("b.campaign"), folder.join("c.campaign")]));
        assert!(changes.recv_timeout(Duration::from_millis(200)).is_err(), "nothing else happened");
    }
}
