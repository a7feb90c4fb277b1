//! Formatting, as the few lines that change: the cursor and folds of all others stay.

use lsp_types::{DocumentFormattingParams, TextEdit};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::snapshot::{Page, Snapshot};
use crate::syntax::format::{Refused, format};

/// More lines than this are replaced as one piece: finding out which of them changed would take too long.
const COMPARED: usize = 4000;

/// Answers `textDocument/formatting`. A file whose mistakes stand in the way is left alone; they are told as findings.
pub fn answer(
    snapshot: &Snapshot,
    params: &DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, String> {
    let path = snapshot.path(&params.text_document.uri);
    let Some(page) = snapshot.text(&path).filter(|_| path.extension().is_some_and(|e| e == "campaign"))
    else {
        return Ok(None);
    };
    match format(page.text) {
        Ok(formatted) => Ok(Some(edits(&page, &formatted))),
        Err(Refused::Broken) => Ok(None),
        Err(refused) => Err(refused.to_string()),
    }
}

/// The edits that make one text of the other, a run of lines each.
fn edits(page: &Page<'_>, formatted: &str) -> Vec<TextEdit> {
    let old: Vec<&str> = page.text.split_inclusive('\n').collect();
    let new: Vec<&str> = formatted.split_inclusive('\n').collect();
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let left = old.len().min(new.len()) - same;
    let behind = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - behind, new.len() - behind);
    let operations = if old_end.max(new_end) - same > COMPARED {
        vec![DiffOp::Replace {
            old_index: same,
            old_len: old_end - same,
            new_index: same,
            new_len: new_end - same,
        }]
    } else {
        capture_diff_slices(Algorithm::Myers, &old, &new)
    };
    let start = |line: usize| old[..line].iter().map(|l| l.len()).sum::<usize>();
    operations
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            TextEdit::new(page.range(start(from.start)..start(from.end)), new[to].concat())
        })
        .filter(|edit| edit.range.start != edit.range.end || !edit.new_text.is_empty())
        .collect()
}
