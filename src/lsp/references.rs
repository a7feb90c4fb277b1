//! Every place where something is used.

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, Location, ReferenceParams,
};

use super::definition;
use super::snapshot::Snapshot;
use crate::check::Meaning;
use crate::diagnostic::Span;

/// Answers `textDocument/references`.
pub fn answer(snapshot: &Snapshot, params: &ReferenceParams) -> Option<Vec<Location>> {
    let at = &params.text_document_position;
    let path = snapshot.path(&at.text_document.uri);
    let offset = snapshot.text(&path)?.offset(at.position);
    let name = snapshot.analysis.name_at(&path, offset)?;
    let mut found: Vec<Location> = places(snapshot, &name.meaning, params.context.include_declaration)
        .into_iter()
        .filter_map(|span| snapshot.location(span))
        .collect();
    found.dedup();
    Some(found)
}

/// Every place of the project that means that, in order.
fn places(snapshot: &Snapshot, meaning: &Meaning, declared: bool) -> Vec<Span> {
    let analysis = &snapshot.analysis;
    let declaration = definition::place(analysis, meaning);
    let index = &analysis.checked.index;
    let used =
        index.places(meaning).filter(|span| !analysis.is_library(span.file) || Some(*span) == declaration);
    let mut spans: Vec<Span> = used.filter(|span| declared || Some(*span) != declaration).collect();
    spans.dedup();
    spans
}

/// Answers `textDocument/documentHighlight`.
pub fn highlights(snapshot: &Snapshot, params: &DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let at = &params.text_document_position_params;
    let path = snapshot.path(&at.text_document.uri);
    let offset = snapshot.text(&path)?.offset(at.position);
    let analysis = &snapshot.analysis;
    let name = analysis.name_at(&path, offset)?;
    let declaration = definition::place(analysis, &name.meaning);
    let here = analysis.checked.index.places(&name.meaning).filter(|s| s.file == name.span.file);
    let mut found: Vec<DocumentHighlight> = here
        .map(|span| DocumentHighlight {
            range: snapshot.range(span),
            kind: Some(if Some(span) == declaration {
                DocumentHighlightKind::WRITE
            } else {
                DocumentHighlightKind::READ
            }),
        })
        .collect();
    found.dedup();
    Some(found)
}
