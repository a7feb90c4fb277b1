//! A project opened for work: its files parsed and checked against the databases they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::{self, Catalog, Checked, Project, Reader};
use crate::data::inspect::{PhysicalTable, inspect};
use crate::data::{DataError, open_shop};

/// Looks into databases on disk, each once.
#[derive(Default)]
pub struct DiskCatalog {
    seen: Mutex<BTreeMap<PathBuf, Seen>>,
}

type Seen = Result<Option<Arc<Vec<PhysicalTable>>>, String>;

impl Catalog for DiskCatalog {
    fn tables(&self, path: &Path) -> Seen {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(path.to_owned()).or_insert_with(|| look(path)).clone()
    }
}

fn look(path: &Path) -> Seen {
    match open_shop(path) {
        Ok(conn) => inspect(&conn).map(|tables| Some(Arc::new(tables))).map_err(|e| e.to_string()),
        Err(DataError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
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
        let project =
            Project::load(paths, root, reader).map_err(|(path, source)| OpenError { path, source })?;
        let checked = check::check(&project, &DiskCatalog::default());
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
