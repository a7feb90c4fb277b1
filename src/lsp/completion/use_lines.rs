//! `use … from "…"`: names that are there to be taken, and files.

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use super::names;
use crate::check::kinds::KINDS;
use crate::check::project::STD;
use crate::diagnostic::FileId;
use crate::lsp::{files, paths};
use crate::syntax;

/// Names to take: of the line's file if it is there already, of any otherwise.
pub fn names(place: &Place<'_>, taken: &[&str]) -> Vec<Entry> {
    let rest = &place.text.text[place.offset..];
    let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
    let named = line.split_once("from").and_then(|(_, f)| f.split('"').nth(1));
    let entries = match named {
        Some(source) => declared(place, source),
        None => {
            let kinds: Vec<&str> = KINDS.iter().map(|k| k.name).collect();
            let all = names::of_kinds(place, &kinds).into_iter().filter(|e| !e.edits.is_empty());
            // The line being written is the one that takes them.
            all.map(|mut e| {
                e.edits.clear();
                e
            })
            .collect()
        }
    };
    entries.into_iter().filter(|e| !taken.contains(&e.label.as_str())).collect()
}

fn declared(place: &Place<'_>, source: &str) -> Vec<Entry> {
    let text = match STD.iter().find(|s| s.0 == source) {
        Some((_, text)) => (*text).to_owned(),
        None => {
            let path = place.folder().join(format!("{}.campaign", source.trim_end_matches(".campaign")));
            let read = crate::check::Reader::read(&place.snapshot.documents, &path);
            String::from_utf8_lossy(&read.unwrap_or_default()).into_owned()
        }
    };
    let decls = syntax::parse(FileId(0), &text).tree.decls;
    decls
        .into_iter()
        .filter_map(|d| {
            let title = d.title.map_or(d.docs, |t| t.value);
            Some(Entry::new(d.name?.text, CompletionItemKind::REFERENCE, d.kind.text).doc(title))
        })
        .collect()
}

/// Files to take from: the project's, and the shipped library.
pub fn paths(place: &Place<'_>, start: usize) -> Vec<Entry> {
    let replaced = start..closing(place.text.text, place.offset);
    let own = place.analysis.project.files.iter().filter(|f| !place.analysis.is_library(f.id));
    let known = own.map(|f| place.analysis.path(f.id));
    let beside = files::campaigns(&[place.folder().to_owned()]);
    let mut found: Vec<String> =
        known.chain(beside).filter(|p| *p != place.path).map(|p| paths::use_path(&place.path, &p)).collect();
    found.sort();
    found.dedup();
    let shipped =
        STD.iter().map(|s| Entry::new(s.0, CompletionItemKind::FILE, "shipped with Herald").rank(7));
    found
        .into_iter()
        .map(|p| Entry::new(p, CompletionItemKind::FILE, "campaign file"))
        .chain(shipped)
        .map(|e| e.replacing(replaced.clone()))
        .collect()
}

/// Where the text in quotes that the cursor is in ends.
pub fn closing(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    match rest.find(['"', '\n', '\r']) {
        Some(i) if rest[i..].starts_with('"') => offset + i,
        _ => offset,
    }
}
