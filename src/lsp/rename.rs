//! Rename, across files and inside the texts of templates. What would break something is refused with the reason.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse, RenameParams,
    TextDocumentEdit, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};

use super::analysis::Analysis;
use super::catalog::WatchedCatalog;
use super::snapshot::Snapshot;
use crate::check::Meaning;
use crate::check::checker::{expr_of, setting};
use crate::diagnostic::{Diagnostic, FileId, Severity, Span};
use crate::syntax;
use crate::syntax::tree::ExprKind;

/// Answers `textDocument/prepareRename`: what would be renamed, or why nothing can be.
pub fn prepare(
    snapshot: &Snapshot,
    at: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, String> {
    let Some((span, _)) = target(snapshot, at)? else { return Ok(None) };
    let placeholder = snapshot.analysis.project.sources.text(span).to_owned();
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: snapshot.range(span), placeholder }))
}

/// Answers `textDocument/rename`.
pub fn answer(snapshot: &Snapshot, params: &RenameParams) -> Result<Option<WorkspaceEdit>, String> {
    let at = &params.text_document_position;
    let Some((_, spans)) = target(snapshot, at)? else { return Ok(None) };
    let new = params.new_name.trim();
    legal(new)?;
    let analysis = &snapshot.analysis;
    let old = analysis.project.sources.text(spans[0]);
    if old == new {
        return Ok(None);
    }
    breaks_nothing(snapshot, &spans, old, new)?;
    Ok(Some(edit(snapshot, &spans, new)))
}

/// The name at a place, and every place that has to change with it.
fn target(snapshot: &Snapshot, at: &TextDocumentPositionParams) -> Result<Option<(Span, Vec<Span>)>, String> {
    let analysis = &snapshot.analysis;
    let path = snapshot.path(&at.text_document.uri);
    let Some(text) = snapshot.text(&path) else { return Ok(None) };
    let offset = text.offset(at.position);
    let Some(name) = analysis.name_at(&path, offset) else {
        // A variant's name is used nowhere else.
        return Ok(variant(analysis, &path, offset).map(|span| (span, vec![span])));
    };
    let of_library = |file: FileId| analysis.is_library(file);
    let (declared, what) = match &name.meaning {
        Meaning::Declaration(id) => (analysis.file_of(*id), "a declaration"),
        Meaning::Attribute(profile, _) => (analysis.file_of(*profile), "an attribute"),
        Meaning::Rule(copy, _) => (analysis.file_of(*copy), "a rule"),
        Meaning::Column { .. } => {
            return Err(
                "a column is named by the shop's data; `table(…)` in the source can map it to another name"
                    .into(),
            );
        }
        Meaning::Relation { .. } => {
            return Err("a relation is named by the shop's data, or in the source".into());
        }
        Meaning::Part(_) | Meaning::Filter(_) => return Err("this is a name of the language".into()),
        Meaning::File(_) => return Err("rename the file itself, then its `use` lines".into()),
    };
    if declared.is_none_or(of_library) {
        return Err(format!("{what} of the shipped library keeps its name"));
    }
    let mut spans: Vec<Span> = analysis.checked.index.places(&name.meaning).collect();
    spans.dedup();
    Ok(Some((name.span, spans)))
}

fn variant(analysis: &Analysis, path: &std::path::Path, offset: usize) -> Option<Span> {
    let file = &analysis.project.files[analysis.campaign_file(path)?];
    let blocks = file.tree.decls.iter().flat_map(|d| &d.blocks);
    let mut names = blocks.filter_map(|b| b.name.as_ref()).map(|n| n.span);
    names.find(|s| (s.start as usize..=s.end as usize).contains(&offset))
}

/// Whether a word may be a name: the parser is asked, with the word where names stand.
fn legal(word: &str) -> Result<(), String> {
    let text = format!("segment {word} {{\n  where: {word}\n}}\n");
    let parsed = syntax::parse(FileId(0), &text);
    let declared = match parsed.tree.decls.as_slice() {
        [decl] => {
            let used = setting(decl, "where").and_then(expr_of).map(|e| &e.kind);
            decl.name.as_ref().is_some_and(|n| n.text == word)
                && matches!(used, Some(ExprKind::Name(name)) if name == word)
        }
        _ => false,
    };
    let sound = declared && parsed.diagnostics.is_empty() && parsed.tree.comments.is_empty();
    sound.then_some(()).ok_or_else(|| {
        format!("`{word}` cannot be a name: a name is one word of letters, digits and `_`, and begins with a letter")
    })
}

/// Checks the project as it would be. An error that was not there before is the reason not to.
fn breaks_nothing(snapshot: &Snapshot, spans: &[Span], old: &str, new: &str) -> Result<(), String> {
    let before = &snapshot.analysis;
    let mut documents = snapshot.documents.clone();
    for (file, spans) in by_file(spans) {
        let mut text = before.text(file).to_owned();
        for span in spans.iter().rev() {
            text.replace_range(span.range(), new);
        }
        let path = before.path(file);
        let uri = snapshot.uri(&path).ok_or("this file has no place on disk")?;
        documents.open(path, uri, 0, &text);
    }
    let files: Vec<PathBuf> =
        before.project.files.iter().filter(|f| f.asked).map(|f| before.path(f.id)).collect();
    let after = Analysis::of(files, &snapshot.folder, &documents, &WatchedCatalog::default());
    // Compared without their places, which shift, and with the names as they were.
    let told = |d: &Diagnostic| (d.code, d.message.replace(&format!("`{new}`"), &format!("`{old}`")));
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for finding in &before.checked.diagnostics {
        *known.entry(told(finding)).or_default() += 1;
    }
    for finding in after.checked.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        match known.get_mut(&told(finding)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => {
                let place = &after.project.sources.get(finding.span.file).name;
                let (line, _) = after.project.sources.line_column(finding.span);
                return Err(format!(
                    "`{new}` cannot take the place of `{old}`: {} ({place}, line {line})",
                    finding.message
                ));
            }
        }
    }
    Ok(())
}

fn by_file(spans: &[Span]) -> BTreeMap<FileId, Vec<Span>> {
    let mut files: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for span in spans {
        files.entry(span.file).or_default().push(*span);
    }
    for spans in files.values_mut() {
        spans.sort();
        spans.dedup();
    }
    files
}

fn edit(snapshot: &Snapshot, spans: &[Span], new: &str) -> WorkspaceEdit {
    let mut edits: Vec<(PathBuf, Vec<TextEdit>)> = Vec::new();
    for (file, spans) in by_file(spans) {
        let path = snapshot.analysis.path(file);
        // A text that two templates name is there twice, and changes once.
        if edits.iter().any(|(p, _)| *p == path) {
            continue;
        }
        let changes = spans.into_iter().map(|s| TextEdit::new(snapshot.range(s), new.to_owned())).collect();
        edits.push((path, changes));
    }
    workspace_edit(snapshot, edits)
}

/// Edits of several files in the form that the client understands.
#[allow(clippy::mutable_key_type)] // the protocol's own type; its key is never changed
pub fn workspace_edit(snapshot: &Snapshot, edits: Vec<(PathBuf, Vec<TextEdit>)>) -> WorkspaceEdit {
    let named: Vec<(PathBuf, Uri, Vec<TextEdit>)> = edits
        .into_iter()
        .filter_map(|(path, changes)| snapshot.uri(&path).map(|uri| (path, uri, changes)))
        .collect();
    if !snapshot.client.versioned_edits {
        let changes = named.into_iter().map(|(_, uri, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let documents = named
        .into_iter()
        .map(|(path, uri, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri,
                version: snapshot.documents.get(&path).map(|d| d.version),
            },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        })
        .collect();
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(documents)), ..WorkspaceEdit::default() }
}
