//! Names of declarations: those of this file, and those of other files with the `use` line that takes them.

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use crate::check::DeclId;
use crate::check::project::STD;
use crate::diagnostic::FileId;
use crate::lsp::{describe, uses};
use crate::syntax;

/// Names of declarations of these kinds.
pub fn of_kinds(place: &Place<'_>, kinds: &[&str]) -> Vec<Entry> {
    let index = &place.analysis.checked.index;
    let visible = place.file.and_then(|f| index.names.get(f));
    let mut entries = Vec::new();
    for (name, id) in visible.into_iter().flatten() {
        if let Some(kind) = kind_of(place, *id).filter(|k| kinds.contains(k)) {
            let doc = describe::declaration(place.analysis, *id).unwrap_or_default();
            entries.push(Entry::new(name, item_kind(kind), detail(place, *id, kind)).doc(doc).rank(2));
        }
    }
    for (id, decl) in place.analysis.declarations() {
        let (Some(name), Some(kind)) = (&decl.name, kind_of(place, id)) else { continue };
        let taken = visible.is_some_and(|v| v.contains_key(&name.text));
        if Some(id.file) == place.file || taken || !kinds.contains(&kind) {
            continue;
        }
        let Some(source) = uses::source_of(place.analysis, id, &place.path) else { continue };
        let doc = describe::declaration(place.analysis, id).unwrap_or_default();
        entries.push(foreign(place, &name.text, kind, &source, doc));
    }
    entries.extend(library(place, kinds, &entries));
    entries
}

/// Names of the shipped library's files that nobody uses yet.
fn library(place: &Place<'_>, kinds: &[&str], known: &[Entry]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (source, text) in STD {
        for decl in syntax::parse(FileId(0), text).tree.decls {
            let Some(name) = decl.name.filter(|_| kinds.contains(&decl.kind.text.as_str())) else { continue };
            if known.iter().all(|e| e.label != name.text) {
                let doc = format!("{} **{}**\n\n{}\n\n*{source}*", decl.kind.text, name.text, decl.docs);
                entries.push(foreign(place, &name.text, &decl.kind.text, source, doc));
            }
        }
    }
    entries
}

/// A name of another file: choosing it extends the `use` lines.
fn foreign(place: &Place<'_>, name: &str, kind: &str, source: &str, doc: String) -> Entry {
    let mut entry = Entry::new(name, item_kind(kind), format!("{kind}, from \"{source}\"")).doc(doc).rank(7);
    entry.edits.push(uses::take(&place.text, name, source));
    entry
}

fn kind_of<'p>(place: &'p Place<'_>, id: DeclId) -> Option<&'p str> {
    place.analysis.decl(id).map(|d| d.kind.text.as_str())
}

fn detail(place: &Place<'_>, id: DeclId, kind: &str) -> String {
    let title = place.analysis.decl(id).and_then(|d| d.title.as_ref()).map(|t| t.value.as_str());
    title.map_or_else(|| kind.to_owned(), |t| format!("{kind}: {t}"))
}

fn item_kind(kind: &str) -> CompletionItemKind {
    match kind {
        "segment" | "cluster" => CompletionItemKind::ENUM,
        "strategy" | "model" => CompletionItemKind::FUNCTION,
        "template" | "copy" => CompletionItemKind::FILE,
        "source" => CompletionItemKind::MODULE,
        "profile" => CompletionItemKind::STRUCT,
        "campaign" => CompletionItemKind::CLASS,
        _ => CompletionItemKind::CONSTANT,
    }
}
