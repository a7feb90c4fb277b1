//! Go to where a name is declared.

use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse, Location};

use super::analysis::Analysis;
use super::snapshot::Snapshot;
use crate::check::Meaning;
use crate::check::checker::{DeclId, expr_of, setting};
use crate::check::project::file_call;
use crate::diagnostic::Span;
use crate::syntax::tree::{ExprKind, Value};

/// Answers `textDocument/definition`.
pub fn answer(snapshot: &Snapshot, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let at = &params.text_document_position_params;
    let path = snapshot.path(&at.text_document.uri);
    let offset = snapshot.text(&path)?.offset(at.position);
    let analysis = &snapshot.analysis;
    let span = match analysis.name_at(&path, offset) {
        Some(name) => place(analysis, &name.meaning)?,
        None => named_text(analysis, &path, offset)?,
    };
    let location: Location = snapshot.location(span)?;
    Some(GotoDefinitionResponse::Scalar(location))
}

/// Where that is declared. What no file declares (a part of a message, a filter) is nowhere.
pub fn place(analysis: &Analysis, meaning: &Meaning) -> Option<Span> {
    match meaning {
        Meaning::Declaration(id) => analysis.name_span(*id),
        Meaning::Attribute(profile, name) => {
            let decl = analysis.decl(*profile)?;
            decl.settings.iter().find(|s| s.key.text == *name).map(|s| s.key.span)
        }
        Meaning::Relation { source, relation } => {
            let id = source_decl(analysis, source)?;
            mapped(analysis, id, relation, None).or_else(|| database(analysis, id))
        }
        Meaning::Column { source, relation, column } => {
            let id = source_decl(analysis, source)?;
            mapped(analysis, id, relation, Some(column))
                .or_else(|| mapped(analysis, id, relation, None))
                .or_else(|| database(analysis, id))
        }
        Meaning::File(file) => Some(Span::new(*file, 0, 0)),
        Meaning::Rule(copy, name) => {
            let labels = analysis.checked.index.labels.get(copy)?;
            let copies = labels.iter().filter_map(|l| analysis.checked.model.copies.get(l));
            let mut rules = copies.flat_map(|c| &c.rules.rules);
            rules.find(|r| r.name.text == *name).map(|r| r.name.span)
        }
        Meaning::Part(_) | Meaning::Filter(_) => None,
    }
}

/// The declaration of the source with that label.
pub fn source_decl(analysis: &Analysis, label: &str) -> Option<DeclId> {
    analysis.checked.index.sources.iter().find(|(_, l)| *l == label).map(|(id, _)| *id)
}

/// Where a source maps a relation, or a column of one.
fn mapped(analysis: &Analysis, source: DeclId, relation: &str, column: Option<&str>) -> Option<Span> {
    let setting = setting(analysis.decl(source)?, relation)?;
    let Some(column) = column else { return Some(setting.key.span) };
    let ExprKind::Call { args, .. } = &expr_of(setting)?.kind else { return None };
    args.iter().filter_map(|a| a.name.as_ref()).find(|n| n.text == column).map(|n| n.span)
}

/// The setting that names the database: where its unmapped tables come from.
fn database(analysis: &Analysis, source: DeclId) -> Option<Span> {
    let decl = analysis.decl(source)?;
    setting(decl, "database").map(|s| s.span).or_else(|| analysis.name_span(source))
}

/// The text that `file("…")` around an offset names.
fn named_text(analysis: &Analysis, path: &std::path::Path, offset: usize) -> Option<Span> {
    let file = &analysis.project.files[analysis.campaign_file(path)?];
    let settings = file.tree.decls.iter().flat_map(|d| &d.settings);
    let around = settings.filter_map(|s| match &s.value {
        Value::Expr(e) => Some(e),
        Value::Schedule(_) => None,
    });
    let call = around.into_iter().find(|e| e.span.range().contains(&offset) && file_call(e).is_some())?;
    analysis.project.texts.get(&call.span).map(|id| Span::new(*id, 0, 0))
}
