//! What is in the databases, kept from check to check until a database's file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::Catalog;
use crate::data::Fingerprint;
use crate::data::inspect::PhysicalTable;
use crate::run::workspace::DiskCatalog;

type Found = Result<Option<Arc<Vec<PhysicalTable>>>, String>;

/// A catalog that looks again only where a file has changed.
#[derive(Default)]
pub struct WatchedCatalog {
    seen: Mutex<BTreeMap<PathBuf, (Option<Fingerprint>, Found)>>,
}

impl WatchedCatalog {
    /// Whether a database that was looked into has changed since, appeared or gone.
    pub fn is_stale(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().any(|(path, (print, _))| *print != Fingerprint::of(path).ok())
    }
}

impl Catalog for WatchedCatalog {
    fn tables(&self, path: &Path) -> Found {
        let now = Fingerprint::of(path).ok();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, found)) = seen.get(path)
            && *then == now
        {
            return found.clone();
        }
        let found = DiskCatalog::default().tables(path);
        seen.insert(path.to_owned(), (now, found.clone()));
        found
    }
}
