//! Both sides of a comparison, read and checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::declarations::Place;
use super::git::{Commit, Repository};
use super::range::Asked;
use super::side::{Files, Side};
use crate::run::workspace::{DiskCatalog, campaign_files};

/// Two sides, opened.
pub struct Review {
    pub(super) project: PathBuf,
    pub(super) before: Side,
    pub(super) after: Side,
    files: (Files, Files),
    disk: DiskCatalog,
}

impl Review {
    /// Reads and checks both sides; names shown to people are relative to `project`.
    ///
    /// # Errors
    /// A sentence for people: git cannot be asked, or a file cannot be read.
    pub fn open(repository: &Repository, asked: &Asked, project: &Path) -> Result<Self, String> {
        let disk = DiskCatalog::default();
        let tree =
            |commit| repository.tree(commit).map(|t| Files::Commit(Box::new(t))).map_err(|e| e.to_string());
        let files = (tree(&asked.before)?, asked.after.as_ref().map_or(Ok(Files::Disk), &tree)?);
        let old_paths = paths(repository, &files.0, &asked.paths)?;
        let new_paths = paths(repository, &files.1, &asked.paths)?;
        if new_paths.is_empty() && old_paths.is_empty() {
            return Err("there is no `.campaign` file here, on either side".to_owned());
        }
        let new_name = asked.after.as_ref().map_or_else(|| "the working tree".to_owned(), Commit::words);
        let open = |name, paths: &[PathBuf], files: &Files, databases: &[PathBuf]| {
            Side::open(name, paths, project, files, &disk, databases).map_err(|e| e.to_string())
        };
        let after = open(new_name, &new_paths, &files.1, &[])?;
        let before = open(asked.before.words(), &old_paths, &files.0, &after.databases())?;
        let after = if after.databases().iter().all(|d| d.exists()) {
            after
        } else {
            // Both sides may be of a time before the files moved.
            open(after.name.clone(), &new_paths, &files.1, &before.databases())?
        };
        Ok(Self { project: project.to_owned(), before, after, files, disk })
    }

    /// The file of a campaign with what it uses and nothing else, as a run of it would read it: what other files declare
    /// gives its declarations no other labels then, and their mistakes are not its own.
    pub(super) fn alone(&self, newer: bool, place: Place) -> Option<(Side, Place)> {
        let (side, files) = if newer { (&self.after, &self.files.1) } else { (&self.before, &self.files.0) };
        let path = side.path(place.file)?;
        let databases: Vec<PathBuf> =
            [&self.after, &self.before].iter().flat_map(|s| s.databases()).collect();
        let side =
            Side::open(side.name.clone(), &[path], &self.project, files, &self.disk, &databases).ok()?;
        Some((side, Place { file: 0, index: place.index }))
    }

    /// Demo shops that were not made yet: those of the newer side, which serve the older one too.
    pub fn missing_demos(&self) -> BTreeSet<PathBuf> {
        let sources = |side: &Side| side.workspace.checked.model.sources.clone();
        let newer = Some(sources(&self.after)).filter(|s| !s.is_empty());
        let sources = newer.unwrap_or_else(|| sources(&self.before)).into_values();
        sources.filter(|s| s.demo && !s.schema.database.exists()).map(|s| s.schema.database.clone()).collect()
    }

    /// The databases that are there, as people know them.
    pub(super) fn databases(&self) -> Vec<String> {
        let all: BTreeSet<PathBuf> =
            self.before.databases().into_iter().chain(self.after.databases()).collect();
        let shown = |d: &PathBuf| d.strip_prefix(&self.project).unwrap_or(d).display().to_string();
        all.iter().filter(|d| d.exists()).map(shown).collect()
    }
}

/// The campaign files of a side, at or below these paths; what git ignores is no part of a review.
fn paths(repository: &Repository, files: &Files, asked: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in asked {
        match files {
            Files::Commit(tree) => found.extend(tree.campaign_files(path)),
            Files::Disk if !path.exists() => {}
            Files::Disk => found
                .extend(campaign_files(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?),
        }
    }
    if let Files::Disk = files {
        let ignored = repository.ignored(&found).map_err(|e| e.to_string())?;
        found.retain(|path| !ignored.contains(path));
    }
    Ok(found)
}
