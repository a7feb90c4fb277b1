//! H0501: declarations that no campaign and no test comes to, however many others stand between. In doubt something is used: any word
//! that may mean a declaration keeps it alive.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::subject::Subject;
use crate::check::Project;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::syntax::tree::Decl;

/// A file and a place among its declarations.
type Id = (usize, usize);

/// The names that files which are not loaded take from files of a project.
pub fn exported(project: &Project, others: &[(PathBuf, String)]) -> BTreeSet<(FileId, String)> {
    let mut taken = BTreeSet::new();
    for (path, text) in others {
        let tree = crate::syntax::parse(FileId(0), text).tree;
        for line in tree.uses {
            let written = &line.path.value;
            let name =
                if written.ends_with(".campaign") { written.clone() } else { format!("{written}.campaign") };
            let target = path.parent().unwrap_or(Path::new("")).join(name);
            let same = |file: &&crate::check::project::ProjectFile| {
                project.sources.get(file.id).path.as_deref().is_some_and(|p| is_same(p, &target))
            };
            if let Some(file) = project.files.iter().find(same) {
                taken.extend(line.names.into_iter().map(|n| (file.id, n.text)));
            }
        }
    }
    taken
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Whether anything can be said: files that nobody comes to are not there yet.
pub fn can_tell(subject: &Subject<'_>) -> bool {
    subject.decls().any(|(_, decl)| is_root(decl)) || !subject.exported.is_empty()
}

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    if !can_tell(subject) {
        return Vec::new();
    }
    let words = Words::of(subject);
    let used = alive(subject, &words, |_| false);
    // What is kept on purpose keeps what it needs.
    let is_kept = |name: Span| subject.silences.covers("H0501", name);
    let kept = alive(subject, &words, is_kept);
    let mut found = Vec::new();
    for (file, parsed) in subject.project.files.iter().enumerate().filter(|(_, f)| f.asked) {
        for (index, decl) in parsed.tree.decls.iter().enumerate() {
            let Some(name) = &decl.name else { continue };
            let id = (file, index);
            let needed = kept.contains(&id) && !is_kept(name.span);
            if used.contains(&id) || needed || decl.kind.text == "source" {
                continue;
            }
            let message = format!("no campaign uses the {} `{}`", decl.kind.text, name.text);
            found.push(
                Diagnostic::warning("H0501", name.span, message)
                    .label("never used")
                    .help("take it away, or use it; git remembers it"),
            );
        }
        found.extend(unused_names(subject, file));
    }
    found
}

fn is_root(decl: &Decl) -> bool {
    matches!(decl.kind.text.as_str(), "campaign" | "test")
}

/// Everything that campaigns, tests and other files come to, and what is kept on purpose.
fn alive<'a>(subject: &Subject<'a>, words: &Words<'a>, is_kept: impl Fn(Span) -> bool) -> BTreeSet<Id> {
    let mut waiting: Vec<Id> = Vec::new();
    for (file, parsed) in subject.project.files.iter().enumerate() {
        for (index, decl) in parsed.tree.decls.iter().enumerate() {
            let asked_for = decl.name.as_ref().is_some_and(|name| {
                is_kept(name.span) || subject.exported.contains(&(parsed.id, name.text.clone()))
            });
            if is_root(decl) || asked_for {
                waiting.push((file, index));
            }
        }
    }
    let mut alive: BTreeSet<Id> = waiting.iter().copied().collect();
    while let Some(id) = waiting.pop() {
        for next in words.meant_by(subject, id) {
            if alive.insert(next) {
                waiting.push(next);
            }
        }
    }
    alive
}

/// What words may mean.
struct Words<'a> {
    /// Names that a file knows.
    visible: Vec<BTreeMap<&'a str, Id>>,
    /// Copies and profiles' attributes, which texts speak of without `use`.
    everywhere: BTreeMap<&'a str, Vec<Id>>,
}

impl<'a> Words<'a> {
    fn of(subject: &Subject<'a>) -> Self {
        let files = &subject.project.files;
        let mut own: Vec<BTreeMap<&str, Id>> = vec![BTreeMap::new(); files.len()];
        let mut everywhere: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
        for (file, parsed) in files.iter().enumerate() {
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                let id = (file, index);
                if let Some(name) = &decl.name {
                    own[file].insert(&name.text, id);
                    if decl.kind.text == "copy" {
                        everywhere.entry(&name.text).or_default().push(id);
                    }
                }
                for attribute in decl.settings.iter().filter(|_| decl.kind.text == "profile") {
                    everywhere.entry(&attribute.key.text).or_default().push(id);
                }
            }
        }
        let mut visible = own.clone();
        for (file, parsed) in files.iter().enumerate() {
            for (line, target) in parsed.tree.uses.iter().zip(&parsed.uses) {
                for name in &line.names {
                    if let Some(id) = target.and_then(|t| own[t].get(name.text.as_str())) {
                        visible[file].insert(&name.text, *id);
                    }
                }
            }
        }
        Self { visible, everywhere }
    }

    fn meant_by(&self, subject: &Subject<'a>, (file, index): Id) -> Vec<Id> {
        let parsed = &subject.project.files[file];
        let decl = &parsed.tree.decls[index];
        let mut texts = said(subject, file, decl.span);
        let calls = subject.project.texts.iter().filter(|(call, _)| {
            call.file == parsed.id && decl.span.start <= call.start && call.end <= decl.span.end
        });
        texts.extend(calls.map(|(_, text)| subject.project.sources.get(*text).text.to_string()));
        let mut meant = Vec::new();
        for word in texts.iter().flat_map(|text| words(text)) {
            meant.extend(self.visible[file].get(word));
            meant.extend(self.everywhere.get(word).into_iter().flatten());
        }
        meant
    }
}

/// The text of a place without comments.
fn said(subject: &Subject<'_>, file: usize, place: Span) -> Vec<String> {
    let parsed = &subject.project.files[file];
    let text = &subject.project.sources.get(parsed.id).text;
    let mut pieces = Vec::new();
    let mut at = place.start;
    for comment in
        parsed.tree.comments.iter().filter(|c| c.span.start >= place.start && c.span.end <= place.end)
    {
        pieces.push(text[at as usize..comment.span.start as usize].to_owned());
        at = comment.span.end;
    }
    pieces.push(text[at as usize..place.end as usize].to_owned());
    pieces
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Names that a file takes and never says. A source and a profile work without being named.
fn unused_names(subject: &Subject<'_>, file: usize) -> Vec<Diagnostic> {
    let parsed = &subject.project.files[file];
    let decls = &parsed.tree.decls;
    let texts: Vec<String> = decls.iter().flat_map(|d| said(subject, file, d.span)).collect();
    let bodies = subject.project.texts.iter().filter(|(call, _)| call.file == parsed.id);
    let bodies: Vec<&str> = bodies.map(|(_, id)| &*subject.project.sources.get(*id).text).collect();
    let spoken: BTreeSet<&str> = texts.iter().map(String::as_str).chain(bodies).flat_map(words).collect();
    let mut found = Vec::new();
    for name in parsed.tree.uses.iter().flat_map(|line| &line.names) {
        let quiet = subject
            .resolve(file, &name.text)
            .is_none_or(|(_, decl)| matches!(decl.kind.text.as_str(), "source" | "profile"));
        if !quiet && !spoken.contains(name.text.as_str()) {
            found.push(
                Diagnostic::warning(
                    "H0501",
                    name.span,
                    format!("this file takes `{}` and never uses it", name.text),
                )
                .label("never used")
                .help("take it out of the `use` line"),
            );
        }
    }
    found
}
