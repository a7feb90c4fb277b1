//! A project as it was checked at one moment, with what the editor asks of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::documents::Documents;
use super::library;
use super::position::Lines;
use crate::check::index::Use;
use crate::check::{Catalog, Checked, DeclId, Project};
use crate::diagnostic::{FileId, Span};
use crate::lint;
use crate::syntax::tree::Decl;

/// Everything that is known about the files at one moment.
pub struct Analysis {
    /// Texts and trees.
    pub project: Project,
    /// Model, findings and the meanings of names.
    pub checked: Checked,
    /// The folder the library's files are written to.
    folder: PathBuf,
    by_path: BTreeMap<PathBuf, Vec<FileId>>,
    lines: Vec<OnceLock<Lines>>,
}

impl Analysis {
    /// Reads and checks files. A file that cannot be read is left out: it went away while we looked.
    pub fn of(mut files: Vec<PathBuf>, folder: &Path, documents: &Documents, catalog: &dyn Catalog) -> Self {
        let project = loop {
            match Project::load(&files, folder, documents) {
                Ok(project) => break project,
                Err((gone, _)) => files.retain(|f| *f != gone),
            }
        };
        let checked = lint::check(&project, catalog);
        let mut by_path: BTreeMap<PathBuf, Vec<FileId>> = BTreeMap::new();
        for (id, source) in project.sources.iter() {
            let path = match &source.path {
                Some(path) => path.clone(),
                None => library::path_of(&source.name, folder),
            };
            by_path.entry(path).or_default().push(id);
        }
        let lines = project.sources.iter().map(|_| OnceLock::new()).collect();
        Self { project, checked, folder: folder.to_owned(), by_path, lines }
    }

    /// The texts of that path. A template's text that several templates name is there several times.
    pub fn texts(&self, path: &Path) -> &[FileId] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The path of a text; of the shipped library the one that [`library`] writes.
    pub fn path(&self, file: FileId) -> PathBuf {
        let source = self.project.sources.get(file);
        source.path.clone().unwrap_or_else(|| library::path_of(&source.name, &self.folder))
    }

    /// Whether the file is of the shipped library.
    pub fn is_library(&self, file: FileId) -> bool {
        let source = self.project.sources.get(file);
        source.path.is_none() && source.name.starts_with("std/")
    }

    /// A text.
    pub fn text(&self, file: FileId) -> &str {
        &self.project.sources.get(file).text
    }

    /// The lines of a text.
    pub fn lines(&self, file: FileId) -> &Lines {
        self.lines[file.0 as usize].get_or_init(|| Lines::new(self.text(file)))
    }

    /// The campaign file of that path, as its place in the project.
    pub fn campaign_file(&self, path: &Path) -> Option<usize> {
        let ids = self.texts(path);
        self.project.files.iter().position(|f| ids.contains(&f.id))
    }

    /// The name at an offset of a path's text.
    pub fn name_at(&self, path: &Path, offset: usize) -> Option<&Use> {
        self.texts(path).iter().find_map(|id| self.checked.index.at(*id, offset))
    }

    /// The declaration.
    pub fn decl(&self, id: DeclId) -> Option<&Decl> {
        id.of(&self.project)
    }

    /// The file of a declaration.
    pub fn file_of(&self, id: DeclId) -> Option<FileId> {
        self.project.files.get(id.file).map(|f| f.id)
    }

    /// Where a declaration's name stands; of a nameless one its head.
    pub fn name_span(&self, id: DeclId) -> Option<Span> {
        let decl = self.decl(id)?;
        Some(decl.name.as_ref().map_or(decl.head, |n| n.span))
    }

    /// Every declaration of every file.
    pub fn declarations(&self) -> impl Iterator<Item = (DeclId, &Decl)> {
        self.project.files.iter().enumerate().flat_map(|(file, parsed)| {
            parsed.tree.decls.iter().enumerate().map(move |(index, decl)| (DeclId { file, index }, decl))
        })
    }
}
