//! What mends a finding: its own fix, a `use` line for a name that another file declares, or all fixes of a file at once.

use std::path::{Path, PathBuf};

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic as Shown, TextEdit,
};

use super::diagnostics;
use super::rename::workspace_edit;
use super::snapshot::Snapshot;
use super::uses;
use crate::check::project::STD;
use crate::diagnostic::{Diagnostic, FileId};
use crate::syntax;

/// Answers `textDocument/codeAction`.
pub fn answer(snapshot: &Snapshot, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let path = snapshot.path(&params.text_document.uri);
    let text = snapshot.text(&path)?;
    let (start, end) = (text.offset(params.range.start), text.offset(params.range.end));
    let files = snapshot.analysis.texts(&path);
    let here = |d: &&Diagnostic| files.contains(&d.span.file);
    let touched = |d: &&Diagnostic| d.span.start as usize <= end && start <= d.span.end as usize;
    let findings = &snapshot.analysis.checked.diagnostics;
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| {
            only.iter().any(|o| {
                kind.as_str() == o.as_str() || kind.as_str().starts_with(&format!("{}.", o.as_str()))
            })
        })
    };
    let mut actions: Vec<CodeAction> = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        for finding in findings.iter().filter(here).filter(touched) {
            actions.extend(fix(snapshot, finding));
            actions.extend(take(snapshot, &path, finding));
        }
        actions.dedup_by(|a, b| a.title == b.title && a.edit == b.edit);
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        let all: Vec<&Diagnostic> = findings.iter().filter(here).collect();
        let all = fix_all(snapshot, &path, files, &all);
        // Where nobody asked for it, fixing everything is worth a line only if there is more than one thing to fix.
        actions.extend(all.filter(|(_, count)| params.context.only.is_some() || *count > 1).map(|a| a.0));
    }
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

fn shown(snapshot: &Snapshot, finding: &Diagnostic) -> Shown {
    diagnostics::one(finding, &snapshot.analysis, &snapshot.documents, snapshot.encoding)
}

fn action(
    snapshot: &Snapshot,
    title: String,
    kind: CodeActionKind,
    finding: Option<&Diagnostic>,
    edits: (PathBuf, Vec<TextEdit>),
) -> CodeAction {
    CodeAction {
        title,
        is_preferred: finding.is_some().then_some(true),
        diagnostics: finding.map(|f| vec![shown(snapshot, f)]),
        edit: Some(workspace_edit(snapshot, vec![edits])),
        kind: Some(kind),
        ..CodeAction::default()
    }
}

/// The finding's own fix.
fn fix(snapshot: &Snapshot, finding: &Diagnostic) -> Option<CodeAction> {
    let fix = finding.fix.as_ref()?;
    if snapshot.analysis.is_library(fix.span.file) {
        return None;
    }
    let path = snapshot.analysis.path(fix.span.file);
    let edit = TextEdit::new(snapshot.range(fix.span), fix.replacement.clone());
    Some(action(snapshot, fix.title.clone(), CodeActionKind::QUICKFIX, Some(finding), (path, vec![edit])))
}

/// `use` lines that would make an unknown name known.
fn take(snapshot: &Snapshot, path: &Path, finding: &Diagnostic) -> Vec<CodeAction> {
    let analysis = &snapshot.analysis;
    if !matches!(finding.code, "H0207" | "H0220") {
        return Vec::new();
    }
    let (Some(text), Some(file)) = (snapshot.text(path), analysis.campaign_file(path)) else {
        return Vec::new();
    };
    let name = analysis.project.sources.text(finding.span);
    let mut sources: Vec<String> = analysis
        .declarations()
        .filter(|(id, decl)| id.file != file && decl.name.as_ref().is_some_and(|n| n.text == name))
        .filter_map(|(id, _)| uses::source_of(analysis, id, path))
        .collect();
    let declares = |text: &str| {
        let decls = syntax::parse(FileId(0), text).tree.decls;
        decls.iter().any(|d| d.name.as_ref().is_some_and(|n| n.text == name))
    };
    sources.extend(STD.iter().filter(|s| declares(s.1)).map(|s| s.0.to_owned()));
    sources.sort();
    sources.dedup();
    sources
        .into_iter()
        .map(|source| {
            let edit = uses::take(&text, name, &source);
            let title = format!("take `{name}` from \"{source}\"");
            action(snapshot, title, CodeActionKind::QUICKFIX, Some(finding), (path.to_owned(), vec![edit]))
        })
        .collect()
}

/// Every fix of the file, those left out that would touch another's text.
fn fix_all(
    snapshot: &Snapshot,
    path: &Path,
    files: &[FileId],
    findings: &[&Diagnostic],
) -> Option<(CodeAction, usize)> {
    let mut fixes: Vec<_> =
        findings.iter().filter_map(|d| d.fix.as_ref()).filter(|f| files.contains(&f.span.file)).collect();
    fixes.sort_by_key(|f| (f.span.start, f.span.end));
    fixes.dedup_by(|a, b| a.span.range() == b.span.range());
    let mut end = 0;
    fixes.retain(|f| {
        let apart = f.span.start >= end;
        if apart {
            end = f.span.end.max(f.span.start + 1);
        }
        apart
    });
    let edits: Vec<TextEdit> =
        fixes.iter().map(|f| TextEdit::new(snapshot.range(f.span), f.replacement.clone())).collect();
    let count = edits.len();
    let title = match count {
        0 => return None,
        1 => "fix what can be fixed in this file".to_owned(),
        n => format!("fix {n} findings of this file"),
    };
    let kind = CodeActionKind::SOURCE_FIX_ALL;
    Some((action(snapshot, title, kind, None, (path.to_owned(), edits)), count))
}
