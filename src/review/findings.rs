//! Findings that one side has and the other has not, wherever they stand in their files.

use std::collections::BTreeMap;

use super::report::{Finding, Findings};
use super::side::Side;
use crate::diagnostic::{Diagnostic, Severity};

/// What makes two findings the same on both sides: not their lines, which move with every other change.
type Same = (&'static str, String, String, String);

/// The findings that only one side has.
pub fn differing(before: &Side, after: &Side) -> Findings {
    Findings { new: without(after, before), gone: without(before, after) }
}

/// The findings of a side beyond those that the other has as well.
fn without(side: &Side, other: &Side) -> Vec<Finding> {
    let mut known: BTreeMap<Same, usize> = BTreeMap::new();
    for finding in &other.workspace.checked.diagnostics {
        *known.entry(same(other, finding)).or_default() += 1;
    }
    let mut found = Vec::new();
    for finding in &side.workspace.checked.diagnostics {
        match known.get_mut(&same(side, finding)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => found.push(shown(side, finding)),
        }
    }
    found.sort_by_key(|f| !f.error);
    found
}

fn same(side: &Side, finding: &Diagnostic) -> Same {
    let sources = &side.workspace.project.sources;
    let (file, text) = (&sources.get(finding.span.file).name, sources.text(finding.span));
    (finding.code, file.clone(), finding.message.clone(), text.to_owned())
}

fn shown(side: &Side, finding: &Diagnostic) -> Finding {
    let sources = &side.workspace.project.sources;
    let (line, column) = sources.line_column(finding.span);
    Finding {
        code: finding.code.to_owned(),
        error: finding.severity == Severity::Error,
        message: finding.message.clone(),
        help: finding.help.clone(),
        file: sources.get(finding.span.file).name.clone(),
        line,
        column,
    }
}
