//! What is under the pointer: type, documentation, a segment's size today, a strategy's settings, a finding's page.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::analysis::Analysis;
use super::counts::Counts;
use super::describe;
use super::snapshot::Snapshot;
use super::words::{self, Under};
use crate::check::index::Meaning;
use crate::check::{functions, kinds, methods};
use crate::diagnostic::{FileId, codes};

/// Answers `textDocument/hover`.
pub fn answer(snapshot: &Snapshot, counts: &Counts, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let path = snapshot.path(&at.text_document.uri);
    let text = snapshot.text(&path)?;
    let offset = text.offset(at.position);
    let analysis = &snapshot.analysis;
    let mut range = None;
    let mut parts: Vec<String> = Vec::new();
    if let Some(name) = analysis.name_at(&path, offset) {
        range = Some(snapshot.range(name.span));
        parts.extend(describe::meaning(analysis, &name.meaning));
        parts.extend(size(analysis, counts, &name.meaning, snapshot));
    } else if let Some(under) = words::under(text.text, offset)
        && let Some(told) = language(analysis, &path, &under)
    {
        range = Some(text.range(under.range));
        parts.push(told);
    }
    parts
        .extend(analysis.texts(&path).first().into_iter().flat_map(|file| findings(analysis, *file, offset)));
    if parts.is_empty() {
        return None;
    }
    let value = parts.join("\n\n---\n\n");
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range,
    })
}

/// A segment's size.
fn size(analysis: &Analysis, counts: &Counts, meaning: &Meaning, snapshot: &Snapshot) -> Option<String> {
    let Meaning::Declaration(id) = meaning else { return None };
    let labels = analysis.checked.index.labels.get(id)?;
    let mut segments = labels.iter().filter_map(|l| analysis.checked.model.segments.get(l));
    counts.of(analysis, segments.next()?, &snapshot.folder)
}

/// Words of the language itself: kinds, keys, functions, methods.
fn language(analysis: &Analysis, path: &std::path::Path, under: &Under<'_>) -> Option<String> {
    let file = &analysis.project.files[analysis.campaign_file(path)?];
    let start = under.range.start;
    let decls = file.tree.decls.iter().flat_map(|d| std::iter::once(d).chain(&d.blocks));
    for decl in decls.filter(|d| d.span.range().contains(&start)) {
        if decl.kind.span.start as usize == start {
            return kinds::find(&decl.kind.text).map(describe::kind);
        }
        if let Some(setting) = decl.settings.iter().find(|s| s.key.span.start as usize == start) {
            let kind = kinds::find(&decl.kind.text)?;
            return match kind.key(&setting.key.text) {
                Some(key) => Some(describe::key(kind, key)),
                None => kind.others.map(|(takes, doc)| describe::other_key(takes, doc)),
            };
        }
    }
    if !under.is_called {
        return None;
    }
    let method = methods::METHODS.iter().find(|m| m.name == under.word);
    let function = functions::function(under.word).map(|f| format!("function **{}**\n\n{}", f.name, f.doc));
    let aggregate = || {
        let doc = words::AGGREGATES.iter().find(|a| a.0 == under.word)?.1;
        Some(format!("aggregate **{}**\n\n{doc}", under.word))
    };
    method.map(describe::method_signature).or_else(aggregate).or(function)
}

/// The findings at a place, with the beginning of their pages.
fn findings(analysis: &Analysis, file: FileId, offset: usize) -> Vec<String> {
    let found =
        analysis.checked.diagnostics.iter().filter(|d| {
            d.span.file == file && (d.span.start as usize..=d.span.end as usize).contains(&offset)
        });
    let mut told: Vec<String> = found
        .filter_map(|d| codes::find(d.code))
        .map(|code| {
            let page = code.page.split_once('\n').map_or("", |p| p.1).trim();
            let first = page.split("\n\n").next().unwrap_or("");
            format!("**{}** {}\n\n{first}\n\n`herald explain {}`", code.code, code.title, code.code)
        })
        .collect();
    told.dedup();
    told
}
