//! A project opened for work: its files parsed and checked against the databases they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::{Catalog, Checked, Project, Reader};
use crate::data::inspect::{PhysicalTable, inspect};
use crate::data::{DataError, Fingerprint, open_shop};
use crate::lint;

/// Looks into databases on disk, each once for each state of its data.
#[derive(Default)]
pub struct DiskCatalog {
    seen: Mutex<BTreeMap<PathBuf, (Option<Fingerprint>, Seen)>>,
}

type Seen = Result<Option<Arc<Vec<PhysicalTable>>>, String>;

impl Catalog for DiskCatalog {
    fn tables(&self, path: &Path) -> Seen {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Fingerprint::of(path).ok();
        if let Some((then, known)) = seen.get(path)
            && *then == now
        {
            return known.clone();
        }
        let found = look(path);
        seen.insert(path.to_owned(), (now, found.clone()));
        found
    }
}

fn look(path: &Path) -> Seen {
    match open_shop(path) {
        Ok(conn) => inspect(&conn).map(|tables| Some(Arc::new(tables))).map_err(|e| e.to_string()),
        Err(DataError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The campaign files at a path, in order of their names; folders are searched, hidden ones, links and what programs make
/// left out.
///
/// # Errors
/// The system's, for the path itself.
pub fn campaign_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(path, &mut files)?;
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.metadata()?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)?.flatten().map(|e| e.path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || name == "target" || name == "outbox" || entry.is_symlink() {
            continue;
        }
        if entry.is_dir() {
            collect(&entry, files)?;
        } else if entry.extension().is_some_and(|e| e == "campaign") {
            files.push(entry.strip_prefix("./").map_or(entry.clone(), Path::to_owned));
        }
    }
    Ok(())
}

/// A checked project.
pub struct Workspace {
    /// Its texts and trees.
    pub project: Project,
    /// Its model and findings.
    pub checked: Checked,
}

/// Why a project could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read: {source}", path.display())]
pub struct OpenError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

impl Workspace {
    /// Loads and checks files; names shown to people are relative to `root`.
    ///
    /// # Errors
    /// A file that was asked for and cannot be read.
    pub fn open(paths: &[PathBuf], root: &Path, reader: &dyn Reader) -> Result<Self, OpenError> {
        Self::open_with(paths, root, reader, &DiskCatalog::default())
    }

    /// [`Workspace::open`] with databases that may have been looked into before.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn open_with(
        paths: &[PathBuf],
        root: &Path,
        reader: &dyn Reader,
        catalog: &dyn Catalog,
    ) -> Result<Self, OpenError> {
        let project =
            Project::load(paths, root, reader).map_err(|(path, source)| OpenError { path, source })?;
        let checked = lint::check(&project, catalog);
        Ok(Self { project, checked })
    }

    /// The files' names and contents, for a run's record.
    pub fn contents(&self) -> Vec<(String, String)> {
        self.project.sources.iter().map(|(_, s)| (s.name.clone(), s.text.to_string())).collect()
    }

    /// Campaigns declared in the files that were asked for, in order.
    pub fn campaigns(&self) -> Vec<String> {
        let mut found: Vec<(u32, u32, String)> = self
            .checked
            .model
            .campaigns
            .values()
            .filter(|c| self.project.files.iter().any(|f| f.id == c.span.file && f.asked))
            .map(|c| (c.span.file.0, c.span.start, c.label.clone()))
            .collect();
        found.sort();
        found.into_iter().map(|f| f.2).collect()
    }
}
