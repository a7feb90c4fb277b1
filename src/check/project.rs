//! Loading: the files asked for, everything they `use`, and the texts they name, parsed side by side.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{includes, suggest};
use crate::diagnostic::span::Source;
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};
use crate::syntax::tree::{self, ExprKind, Value};

/// How files are read: from disk, or from an editor's unsaved buffers.
pub trait Reader: Sync {
    /// The file's bytes.
    ///
    /// # Errors
    /// As the operating system says.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
}

/// Reads from disk.
pub struct Disk;

impl Reader for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

/// The shipped library, as `std/…`.
pub static STD: &[(&str, &str)] = &[
    ("std/segments", include_str!("../../stdlib/segments.campaign")),
    ("std/profiles", include_str!("../../stdlib/profiles.campaign")),
    ("std/strategies", include_str!("../../stdlib/strategies.campaign")),
    ("std/tones", include_str!("../../stdlib/tones.campaign")),
];

/// A campaign file, parsed.
#[derive(Debug)]
pub struct ProjectFile {
    /// Its place in the source map.
    pub id: FileId,
    /// What it says.
    pub tree: tree::File,
    /// For each `use` line the file it names, as an index into [`Project::files`]; none if it could not be had.
    pub uses: Vec<Option<usize>>,
    /// Whether somebody asked for this file, or it only came along by `use`.
    pub asked: bool,
}

/// All files of a check, with what is wrong with their syntax.
#[derive(Debug, Default)]
pub struct Project {
    /// All texts.
    pub sources: SourceMap,
    /// Campaign files: the ones asked for first.
    pub files: Vec<ProjectFile>,
    /// Findings of the parser and the loader.
    pub diagnostics: Vec<Diagnostic>,
    /// Texts named by `file("…")`, by where the call stands.
    pub texts: BTreeMap<Span, FileId>,
    /// Texts that a body includes from its own folder, by where the body's value stands and the name it includes them by.
    pub includes: BTreeMap<Span, BTreeMap<String, FileId>>,
}

/// A file that was found but is not parsed yet.
struct Found {
    name: String,
    path: Option<PathBuf>,
    text: Arc<str>,
    asked: bool,
}

impl Project {
    /// Loads the files and everything they use. Names shown to people are relative to `root` where they can be.
    ///
    /// # Errors
    /// The path that was asked for and cannot be read, with the reason; what a file *uses* and is not there is a
    /// diagnostic instead.
    pub fn load(
        paths: &[PathBuf],
        root: &Path,
        reader: &dyn Reader,
    ) -> Result<Self, (PathBuf, std::io::Error)> {
        let mut project = Self::default();
        let mut by_key: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut queue = Vec::new();
        for path in paths {
            let bytes = reader.read(path).map_err(|e| (path.clone(), e))?;
            let path = tidy(path);
            if by_key.contains_key(&path) {
                continue;
            }
            by_key.insert(path.clone(), queue.len());
            let text = project.text_of(bytes, &path, root);
            queue.push(Found { name: display_name(&path, root), path: Some(path), text, asked: true });
        }
        while !queue.is_empty() {
            let first = project.files.len();
            project.parse_all(std::mem::take(&mut queue));
            for index in first..project.files.len() {
                let mut uses = Vec::new();
                for use_ in project.files[index].tree.uses.clone() {
                    let next = project.files.len() + queue.len();
                    uses.push(project.follow(index, &use_, root, reader, &mut by_key, next, &mut queue));
                }
                project.files[index].uses = uses;
                project.load_texts(index, root, reader);
                project.load_includes(index, root, reader);
            }
        }
        Ok(project)
    }

    fn parse_all(&mut self, found: Vec<Found>) {
        let first = self.files.len();
        let ids: Vec<FileId> = found
            .iter()
            .map(|f| {
                self.sources.add(Source {
                    name: f.name.clone(),
                    path: f.path.clone(),
                    text: Arc::clone(&f.text),
                })
            })
            .collect();
        let parsed: Vec<_> =
            found.par_iter().zip(&ids).map(|(f, &id)| crate::syntax::parse(id, &f.text)).collect();
        for ((parsed, id), found) in parsed.into_iter().zip(ids).zip(&found) {
            self.diagnostics.extend(parsed.diagnostics);
            self.files.push(ProjectFile { id, tree: parsed.tree, uses: Vec::new(), asked: found.asked });
        }
        debug_assert!(self.files.len() >= first);
    }

    /// The file that a `use` line names: already there, shipped, or read now.
    #[allow(clippy::too_many_arguments)]
    fn follow(
        &mut self,
        from: usize,
        use_: &tree::Use,
        root: &Path,
        reader: &dyn Reader,
        by_key: &mut BTreeMap<PathBuf, usize>,
        next: usize,
        queue: &mut Vec<Found>,
    ) -> Option<usize> {
        let written = use_.path.value.as_str();
        if written.starts_with("std/") {
            let key = PathBuf::from(written);
            if let Some(&index) = by_key.get(&key) {
                return Some(index);
            }
            let Some((name, text)) = STD.iter().find(|(name, _)| *name == written) else {
                self.diagnostics.push(
                    Diagnostic::error(
                        "H0209",
                        use_.path.span,
                        format!("there is no `{written}` in the shipped library"),
                    )
                    .label("not shipped")
                    .help_opt(suggest::help(written, STD.iter().map(|s| s.0), "it has")),
                );
                return None;
            };
            by_key.insert(key, next);
            queue.push(Found { name: (*name).to_owned(), path: None, text: (*text).into(), asked: false });
            return Some(next);
        }
        let base = self.sources.get(self.files[from].id).path.clone()?;
        let file =
            if written.ends_with(".campaign") { written.to_owned() } else { format!("{written}.campaign") };
        let path = tidy(&base.parent().unwrap_or(Path::new("")).join(&file));
        if let Some(&index) = by_key.get(&path) {
            return Some(index);
        }
        match reader.read(&path) {
            Ok(bytes) => {
                by_key.insert(path.clone(), next);
                let text = self.text_of(bytes, &path, root);
                queue.push(Found { name: display_name(&path, root), path: Some(path), text, asked: false });
                Some(next)
            }
            Err(error) => {
                let near = siblings(&path);
                self.diagnostics.push(
                    Diagnostic::error(
                        "H0209",
                        use_.path.span,
                        format!("the file `{file}` cannot be read: {}", reason(&error)),
                    )
                    .label("looked for beside this file")
                    .help_opt(suggest::help(
                        written,
                        near.iter().map(String::as_str),
                        "beside this file",
                    )),
                );
                None
            }
        }
    }

    /// Loads the texts that `file("…")` names.
    fn load_texts(&mut self, index: usize, root: &Path, reader: &dyn Reader) {
        let id = self.files[index].id;
        let Some(base) = self.sources.get(id).path.clone() else { return };
        let folder = base.parent().unwrap_or(Path::new("")).to_owned();
        let named: Vec<(Span, tree::Str)> = self.files[index]
            .tree
            .decls
            .iter()
            .flat_map(|d| &d.settings)
            .filter(|s| s.key.text == "body")
            .filter_map(|s| match &s.value {
                Value::Expr(e) => file_call(e).map(|text| (e.span, text.clone())),
                Value::Schedule(_) => None,
            })
            .collect();
        for (span, literal) in named {
            let path = tidy(&folder.join(&literal.value));
            if Path::new(&literal.value).is_absolute() {
                self.diagnostics.push(
                    Diagnostic::error("H0243", literal.span, "a file is named from the folder of this one")
                        .label("starts at the root of the disk")
                        .help("write it as `file(\"templates/name.mjml\")`"),
                );
                continue;
            }
            match reader.read(&path) {
                Ok(bytes) => {
                    let text = self.text_of(bytes, &path, root);
                    let id =
                        self.sources.add(Source { name: display_name(&path, root), path: Some(path), text });
                    self.texts.insert(span, id);
                }
                Err(error) => {
                    let near = siblings(&path);
                    let folder = Path::new(&literal.value).parent().map(|p| p.to_string_lossy().into_owned());
                    let near: Vec<String> = near
                        .into_iter()
                        .map(|n| {
                            folder
                                .as_ref()
                                .filter(|f| !f.is_empty())
                                .map_or(n.clone(), |f| format!("{f}/{n}"))
                        })
                        .collect();
                    self.diagnostics.push(
                        Diagnostic::error(
                            "H0243",
                            literal.span,
                            format!("the file `{}` cannot be read: {}", literal.value, reason(&error)),
                        )
                        .label("looked for beside this file")
                        .help_opt(suggest::help(
                            &literal.value,
                            near.iter().map(String::as_str),
                            "there are",
                        )),
                    );
                }
            }
        }
    }

    /// Loads what bodies include. A name that leads to no file is no finding here: it may be a shipped text's.
    fn load_includes(&mut self, index: usize, root: &Path, reader: &dyn Reader) {
        let bodies = self.files[index].tree.decls.iter().flat_map(|d| &d.settings);
        let bodies = bodies.filter(|s| s.key.text == "body").filter_map(|s| match &s.value {
            Value::Expr(e) => Some((e.span, includes::names(self.body_text(e)?))),
            Value::Schedule(_) => None,
        });
        for (span, names) in bodies.collect::<Vec<_>>() {
            let file = self.texts.get(&span).copied().unwrap_or(span.file);
            let path = self.sources.get(file).path.as_deref();
            let Some(folder) = path.and_then(Path::parent).map(Path::to_owned) else { continue };
            for name in names {
                let path = tidy(&folder.join(&name));
                let known = self.sources.find(&path);
                let read = || {
                    let text = String::from_utf8(reader.read(&path).ok()?).ok()?.into();
                    Some(Source { name: display_name(&path, root), path: Some(path.clone()), text })
                };
                if let Some(id) = known.or_else(|| read().map(|source| self.sources.add(source))) {
                    self.includes.entry(span).or_default().insert(name, id);
                }
            }
        }
    }

    fn body_text<'t>(&'t self, value: &'t tree::Expr) -> Option<&'t str> {
        match &value.kind {
            ExprKind::Str(text) => Some(&text.value),
            _ => self.texts.get(&value.span).map(|file| &*self.sources.get(*file).text),
        }
    }

    /// The text of a file's bytes; what is not UTF-8 is reported at its place and read with replacement marks.
    fn text_of(&mut self, bytes: Vec<u8>, path: &Path, root: &Path) -> Arc<str> {
        match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let text: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
                let id = self.sources.add(Source {
                    name: display_name(path, root),
                    path: None,
                    text: Arc::clone(&text),
                });
                let end = text[good..].chars().next().map_or(good, |c| good + c.len_utf8());
                self.diagnostics.push(
                    Diagnostic::error("H0214", Span::new(id, good, end), "this file is not UTF-8 text")
                        .label("the first byte that is not")
                        .help("save the file as UTF-8"),
                );
                text
            }
        }
    }
}

/// The text in `file("…")`, if the expression is that call.
pub fn file_call(e: &tree::Expr) -> Option<&tree::Str> {
    match &e.kind {
        ExprKind::Call { callee, args } if callee.text == "file" => match args.as_slice() {
            [tree::Arg { name: None, value: tree::Expr { kind: ExprKind::Str(text), .. } }] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The reason in a marketer's words.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Names of the files beside a path, campaign files without their ending, sorted.
fn siblings(path: &Path) -> Vec<String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let campaign = path.extension().is_some_and(|e| e == "campaign");
    let mut names: Vec<String> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_file() && (!campaign || p.extension().is_some_and(|e| e == "campaign")))
        .filter_map(|p| {
            let name = if campaign { p.file_stem() } else { p.file_name() };
            name.map(|n| n.to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    names
}

/// The path without `.` and with `..` resolved by text, so that one file has one name.
pub fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn display_name(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
