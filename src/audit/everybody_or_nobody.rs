//! H0502: segments that hold everybody, or nobody. Either may be meant; mostly it is a condition that says something else than was thought.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::Audit;
use crate::check::model::Source;
use crate::deliver::state::state_path;
use crate::diagnostic::Diagnostic;
use crate::lint::{Subject, value};
use crate::plan::Inliner;
use crate::run::RunError;
use crate::run::shop::Shop;

/// Of so few customers nothing follows.
const FEW: u64 = 20;

/// After so many seconds without an event the data is old, and segments of a window are empty for that reason.
const OLD: i64 = 14 * 86_400;

/// Counts every segment of the project's own files.
pub fn look(
    subject: &Subject<'_>,
    present: &BTreeMap<&str, (&Source, Timestamp)>,
    project: &Path,
    audit: &mut Audit,
) -> Result<(), RunError> {
    let state = state_path(project);
    let state = state.exists().then_some(state);
    for (label, (source, as_of)) in present {
        let shop = Shop::open(Arc::clone(&source.schema), *as_of, state.as_deref())?;
        let all = shop.count_customers()?;
        let last = shop.last_event()?.filter(|last| as_of.as_second() - last.as_second() > OLD);
        if let Some(last) = last {
            let day = last.strftime("%Y-%m-%d");
            audit.skipped.push(format!(
                "the data of {label} ends on {day}, so empty segments were not looked at: pass `--as-of`"
            ));
        }
        for (file, decl) in subject.of_kind("segment") {
            let Some(condition) = value(decl, "where").filter(|_| subject.project.files[file].asked) else {
                continue;
            };
            let meant = subject.checked.conditions.iter();
            let mut meant = meant.filter(|c| c.span == condition.span && c.source == *label);
            let Some(meaning) = meant.next().map(|c| &c.meaning).filter(|_| all >= FEW) else { continue };
            let mut inliner = Inliner::new(subject.model());
            let expanded = inliner.expr(meaning);
            if !inliner.later.is_empty() {
                continue;
            }
            let count = shop.select(&expanded)?.len() as u64;
            let (message, help) = match count {
                0 if last.is_none() => (
                    "nobody is in this segment",
                    "look at the values: are they spelled as in your data? `herald why` shows what holds for one customer",
                ),
                n if n == all => (
                    "everybody is in this segment",
                    "a condition that all customers meet asks for nothing: look at the values",
                ),
                _ => continue,
            };
            audit.found.push(
                Diagnostic::warning("H0502", condition.span, message)
                    .label(if count == 0 {
                        format!("0 of {all} customers")
                    } else {
                        format!("all {all} customers")
                    })
                    .help(help),
            );
        }
    }
    Ok(())
}
