//! What can be folded: declarations, blocks, text blocks and runs of comments.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use super::lexer::{Piece, lex};
use super::snapshot::Snapshot;

/// Answers `textDocument/foldingRange`.
pub fn answer(snapshot: &Snapshot, params: &FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let path = snapshot.path(&params.text_document.uri);
    let text = snapshot.text(&path)?;
    let mut found = Vec::new();
    let mut fold = |start: usize, end: usize, kind: Option<FoldingRangeKind>| {
        let (start, end) = (text.position(start).line, text.position(end).line);
        if start < end {
            found.push(FoldingRange { start_line: start, end_line: end, kind, ..FoldingRange::default() });
        }
    };
    let mut open = Vec::new();
    let mut comments: Option<(usize, usize)> = None;
    let mut blank = false;
    for token in lex(text.text, 0) {
        match token.piece {
            Piece::Comment => {
                blank = false;
                comments = Some((comments.map_or(token.start, |c| c.0), token.end));
                continue;
            }
            // The line break behind a comment; a second one ends the run.
            Piece::Line if !blank => {
                blank = true;
                continue;
            }
            Piece::Mark('{' | '(' | '[') => open.push(token.start),
            Piece::Mark('}' | ')' | ']') => {
                if let Some(start) = open.pop() {
                    fold(start, token.start, None);
                }
            }
            Piece::Text { block: true, .. } => fold(token.start, token.end, None),
            _ => {}
        }
        if let Some((start, end)) = comments.take() {
            fold(start, end, Some(FoldingRangeKind::Comment));
        }
    }
    if let Some((start, end)) = comments {
        fold(start, end, Some(FoldingRangeKind::Comment));
    }
    Some(found)
}
