//! What a document declares, as an outline; and every declaration of the project by name.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind,
    WorkspaceSymbolParams,
};

use super::snapshot::Snapshot;
use crate::diagnostic::Span;
use crate::syntax::tree::{Decl, Setting};

/// How many symbols of a workspace are told at once.
const MOST: usize = 500;

/// Answers `textDocument/documentSymbol`.
pub fn of_document(snapshot: &Snapshot, params: &DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let path = snapshot.path(&params.text_document.uri);
    let file = snapshot.analysis.campaign_file(&path)?;
    let decls = &snapshot.analysis.project.files[file].tree.decls;
    let outline: Vec<DocumentSymbol> = decls.iter().map(|d| declaration(snapshot, d)).collect();
    if snapshot.client.nested_symbols {
        return Some(DocumentSymbolResponse::Nested(outline));
    }
    let mut flat = Vec::new();
    for (decl, symbol) in decls.iter().zip(outline) {
        flatten(snapshot, decl.span, symbol, None, &mut flat);
    }
    Some(DocumentSymbolResponse::Flat(flat))
}

fn declaration(snapshot: &Snapshot, decl: &Decl) -> DocumentSymbol {
    let parts = decl.settings.iter().filter(|_| decl.kind.text == "profile");
    let mut children: Vec<DocumentSymbol> = parts.map(|s| attribute(snapshot, s)).collect();
    children.extend(decl.blocks.iter().map(|b| declaration(snapshot, b)));
    let named = decl.name.as_ref().map(|n| (n.text.clone(), n.span));
    let (name, selected) = named
        .or_else(|| decl.title.as_ref().map(|t| (t.value.clone(), t.span)))
        .unwrap_or_else(|| (decl.kind.text.clone(), decl.kind.span));
    let title = decl.title.as_ref().filter(|_| decl.name.is_some()).map(|t| t.value.as_str());
    let detail = match title {
        Some(title) => format!("{} “{title}”", decl.kind.text),
        None => decl.kind.text.clone(),
    };
    symbol(snapshot, name, detail, kind(&decl.kind.text), decl.span, selected, children)
}

fn attribute(snapshot: &Snapshot, setting: &Setting) -> DocumentSymbol {
    let name = setting.key.text.clone();
    symbol(snapshot, name, String::new(), SymbolKind::FIELD, setting.span, setting.key.span, Vec::new())
}

fn symbol(
    snapshot: &Snapshot,
    name: String,
    detail: String,
    kind: SymbolKind,
    span: Span,
    selected: Span,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    // The protocol wants the name inside the whole, and no empty name.
    let whole = span.to(selected);
    #[allow(deprecated)] // a field that the type still has
    DocumentSymbol {
        name: if name.is_empty() { "…".to_owned() } else { name },
        detail: (!detail.is_empty()).then_some(detail),
        kind,
        tags: None,
        deprecated: None,
        range: snapshot.range(whole),
        selection_range: snapshot.range(selected),
        children: (!children.is_empty()).then_some(children),
    }
}

fn kind(word: &str) -> SymbolKind {
    match word {
        "source" => SymbolKind::MODULE,
        "sender" => SymbolKind::CONSTANT,
        "policy" => SymbolKind::INTERFACE,
        "profile" => SymbolKind::STRUCT,
        "segment" | "cluster" => SymbolKind::ENUM,
        "model" | "strategy" => SymbolKind::FUNCTION,
        "tone" | "offer" => SymbolKind::OBJECT,
        "copy" | "template" => SymbolKind::STRING,
        "campaign" => SymbolKind::CLASS,
        "variant" => SymbolKind::ENUM_MEMBER,
        "test" => SymbolKind::METHOD,
        _ => SymbolKind::NULL,
    }
}

fn flatten(
    snapshot: &Snapshot,
    span: Span,
    symbol: DocumentSymbol,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    let Some(whole) = snapshot.location(span) else { return };
    let name = symbol.name;
    #[allow(deprecated)] // a field that the type still has
    out.push(SymbolInformation {
        name: name.clone(),
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        location: Location::new(whole.uri, symbol.range),
        container_name: container.map(str::to_owned),
    });
    for child in symbol.children.into_iter().flatten() {
        flatten(snapshot, span, child, Some(&name), out);
    }
}

/// Answers `workspace/symbol`: declarations whose names hold the query's letters in order.
pub fn of_workspace(snapshot: &Snapshot, params: &WorkspaceSymbolParams) -> Vec<SymbolInformation> {
    let query = params.query.to_lowercase();
    let found = snapshot.analysis.declarations().filter_map(|(id, decl)| {
        let file = snapshot.analysis.file_of(id)?;
        let name = decl.name.as_ref()?;
        if snapshot.analysis.is_library(file) || !holds(&name.text.to_lowercase(), &query) {
            return None;
        }
        #[allow(deprecated)] // a field that the type still has
        Some(SymbolInformation {
            name: name.text.clone(),
            kind: kind(&decl.kind.text),
            tags: None,
            deprecated: None,
            location: snapshot.location(name.span)?,
            container_name: Some(decl.kind.text.clone()),
        })
    });
    found.take(MOST).collect()
}

fn holds(name: &str, query: &str) -> bool {
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|c| c == wanted))
}
