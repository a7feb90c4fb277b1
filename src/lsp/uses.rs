//! Taking a name from another file: the change of the `use` lines that makes it known here.

use lsp_types::TextEdit;

use super::analysis::Analysis;
use super::paths;
use super::snapshot::Page;
use crate::check::DeclId;
use crate::diagnostic::FileId;
use crate::syntax;

/// How a `use` line in the file at `from` names the file of a declaration.
pub fn source_of(analysis: &Analysis, id: DeclId, from: &std::path::Path) -> Option<String> {
    let file = analysis.file_of(id)?;
    let source = analysis.project.sources.get(file);
    match &source.path {
        Some(path) => Some(paths::use_path(from, path)),
        None => Some(source.name.clone()),
    }
}

/// The edit that makes `use name from "source"` true: one more name in the line that takes from there, or a new line.
pub fn take(text: &Page<'_>, name: &str, source: &str) -> TextEdit {
    let tree = syntax::parse(FileId(0), text.text).tree;
    if let Some(line) = tree.uses.iter().find(|u| u.path.value == source)
        && let Some(last) = line.names.last()
    {
        let at = last.span.end as usize;
        return TextEdit::new(text.range(at..at), format!(", {name}"));
    }
    let ending = if text.text.contains("\r\n") { "\r\n" } else { "\n" };
    let new = format!("use {name} from \"{source}\"");
    if let Some(last) = tree.uses.last() {
        let at = last.span.end as usize;
        return TextEdit::new(text.range(at..at), format!("{ending}{new}"));
    }
    // Below the comments that a file begins with, unless they document its first declaration.
    let mut at = 0;
    for comment in tree.comments.iter().filter(|c| !c.documents) {
        let between = text.text.get(at..comment.span.start as usize).unwrap_or("x");
        if !between.trim().is_empty() {
            break;
        }
        let end = comment.span.end as usize;
        at = end + text.text[end..].find('\n').map_or(text.text.len() - end, |i| i + 1);
    }
    let blank = text.text[at..].starts_with(['\n', '\r']);
    TextEdit::new(text.range(at..at), format!("{new}{ending}{}", if blank { "" } else { ending }))
}
