//! One side of a comparison: the project's files as they were or are, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::declarations::Place;
use super::git::Tree;
use super::planned::{Frame, Planned, plan};
use super::report::Standing;
use crate::check::checker::Catalog;
use crate::check::{Disk, Reader};
use crate::diagnostic::{Severity, Span};
use crate::run::Workspace;
use crate::run::workspace::{DiskCatalog, OpenError};

/// Where a side's files are read.
pub enum Files {
    /// On disk.
    Disk,
    /// In a commit.
    Commit(Box<Tree>),
}

impl Reader for Files {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Disk => Disk.read(path),
            Self::Commit(tree) => tree.read(path),
        }
    }
}

/// One side.
pub struct Side {
    /// As people know it: `HEAD (1a2b3c4)`.
    pub name: String,
    /// Its files, checked.
    pub workspace: Workspace,
    /// The files in which, or in whose `use`d files, there is an error; as indexes into the project's files.
    broken: BTreeSet<usize>,
}

/// A campaign on one side.
pub enum Found {
    /// Not declared.
    Absent,
    /// Its files have errors.
    Broken(Place),
    /// Sound, and cannot be worked out; the reason.
    Unplanned(Place, String),
    /// Ready to be worked out.
    Planned(Place, Box<Planned>),
}

impl Found {
    /// For the report.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Absent => Standing::Absent,
            Self::Broken(_) => Standing::Broken,
            Self::Unplanned(_, reason) => Standing::Unplanned(reason.clone()),
            Self::Planned(..) => Standing::Planned,
        }
    }

    /// Where it is declared.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Absent => None,
            Self::Broken(place) | Self::Unplanned(place, _) | Self::Planned(place, _) => Some(*place),
        }
    }

    /// Its plan.
    pub fn planned(&self) -> Option<&Planned> {
        match self {
            Self::Planned(_, planned) => Some(planned),
            _ => None,
        }
    }
}

impl Side {
    /// Reads and checks a side. `databases` are where databases lie now: a file that has moved since names its own at a
    /// place where there is none any more.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn open(
        name: String,
        paths: &[PathBuf],
        root: &Path,
        files: &Files,
        disk: &DiskCatalog,
        databases: &[PathBuf],
    ) -> Result<Self, OpenError> {
        let catalog = Moved { disk, databases };
        let mut workspace = Workspace::open_with(paths, root, files, &catalog)?;
        for source in workspace.checked.model.sources.values_mut() {
            if let Some(now) = catalog.now(&source.schema.database) {
                Arc::make_mut(&mut source.schema).database = now;
            }
        }
        let broken = broken(&workspace);
        Ok(Self { name, workspace, broken })
    }

    /// The databases of its sources.
    pub fn databases(&self) -> Vec<PathBuf> {
        self.workspace.checked.model.sources.values().map(|s| s.schema.database.clone()).collect()
    }

    /// The campaigns of the files that were asked for, by name, sound or not.
    pub fn campaigns(&self) -> BTreeMap<String, Place> {
        let mut found = BTreeMap::new();
        for (file, parsed) in self.workspace.project.files.iter().enumerate().filter(|f| f.1.asked) {
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                let Some(name) = decl.name.as_ref().filter(|_| decl.kind.text == "campaign") else {
                    continue;
                };
                let label = self.label(Place { file, index }).unwrap_or_else(|| name.text.clone());
                // A second one of the same name, of which the check made none, is known by its file.
                let taken = found.contains_key(&label);
                let name = || format!("{}@{}", name.text, self.file_name(file));
                found.insert(if taken { name() } else { label }, Place { file, index });
            }
        }
        found
    }

    /// A campaign, worked out as far as it can be without looking at people.
    pub fn find(&self, place: Option<Place>, frame: &Frame<'_>) -> Found {
        let Some(place) = place else { return Found::Absent };
        let label = self.label(place).filter(|_| !self.broken.contains(&place.file));
        let Some(label) = label else { return Found::Broken(place) };
        match plan(&self.workspace.checked.model, &label, frame) {
            Ok(planned) => Found::Planned(place, Box::new(planned)),
            Err(reason) => Found::Unplanned(place, reason),
        }
    }

    /// A campaign's title.
    pub fn title(&self, place: Place) -> String {
        let decl = &self.workspace.project.files[place.file].tree.decls[place.index];
        decl.title.as_ref().map(|t| t.value.clone()).unwrap_or_default()
    }

    /// A file's name.
    pub fn file_name(&self, file: usize) -> String {
        let project = &self.workspace.project;
        project.sources.get(project.files[file].id).name.clone()
    }

    /// Where a file lies.
    pub fn path(&self, file: usize) -> Option<PathBuf> {
        let project = &self.workspace.project;
        project.sources.get(project.files[file].id).path.clone()
    }

    /// The label under which the check knows the campaign that is declared there.
    pub fn label(&self, place: Place) -> Option<String> {
        let decl = self.workspace.project.files[place.file].tree.decls[place.index].span;
        let within = |s: Span| s.file == decl.file && decl.start <= s.start && s.end <= decl.end;
        self.workspace.checked.model.campaigns.values().find(|c| within(c.span)).map(|c| c.label.clone())
    }
}

/// The files with an error in them, in a text that they name, or in a file that they use.
fn broken(workspace: &Workspace) -> BTreeSet<usize> {
    let project = &workspace.project;
    let errors = workspace.checked.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let wrong: BTreeSet<_> = errors.map(|d| d.span.file).collect();
    let named = |id| {
        let bodies = project.texts.iter().filter(move |(place, _)| place.file == id).map(|(_, text)| *text);
        let of = move |(place, texts): (&Span, _)| (place.file == id).then_some(texts);
        let includes = project.includes.iter().filter_map(of).flat_map(BTreeMap::values).copied();
        std::iter::once(id).chain(bodies).chain(includes)
    };
    // What is not UTF-8 is reported in a text of its own, of the same name.
    let names: BTreeSet<&str> = wrong.iter().map(|id| project.sources.get(*id).name.as_str()).collect();
    let is_wrong =
        |id| named(id).any(|id| wrong.contains(&id) || names.contains(project.sources.get(id).name.as_str()));
    let mut broken: BTreeSet<usize> =
        (0..project.files.len()).filter(|&i| is_wrong(project.files[i].id)).collect();
    loop {
        let users = project
            .files
            .iter()
            .enumerate()
            .filter(|(_, f)| f.uses.iter().any(|used| used.is_none_or(|used| broken.contains(&used))));
        let more: Vec<usize> = users.map(|(i, _)| i).filter(|i| !broken.contains(i)).collect();
        if more.is_empty() {
            return broken;
        }
        broken.extend(more);
    }
}

/// Databases as they are now, also for files that have moved away from them.
struct Moved<'a> {
    disk: &'a DiskCatalog,
    databases: &'a [PathBuf],
}

impl Moved<'_> {
    /// Where the database lies that was at a place where there is none any more: the only one of that name.
    fn now(&self, path: &Path) -> Option<PathBuf> {
        if path.exists() {
            return None;
        }
        let named: BTreeSet<&PathBuf> =
            self.databases.iter().filter(|d| d.file_name() == path.file_name() && d.exists()).collect();
        let [one] = named.into_iter().collect::<Vec<_>>()[..] else { return None };
        Some(one.clone())
    }
}

impl Catalog for Moved<'_> {
    fn tables(&self, path: &Path) -> Result<Option<Arc<Vec<crate::data::inspect::PhysicalTable>>>, String> {
        self.disk.tables(self.now(path).as_deref().unwrap_or(path))
    }
}
