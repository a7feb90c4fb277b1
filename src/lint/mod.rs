//! Floor 1: lints, what is sound and still not what anybody wants. A check says what cannot run; a lint says what can, and would be
//! regretted. Each lint has a code with a page in `docs/errors/`, and can be silenced in the file with a reason ([`silence`]).
//!
//! Here stands what the checked model and the texts show. What needs the shop's data as well is in `audit/`, and in the table below
//! all the same.

mod advert_mark;
mod alt;
mod always;
mod conditions;
mod consent;
mod contradiction;
mod contrast;
mod dead;
mod declared;
mod fact;
mod no_cap;
mod pixel;
mod postal;
mod price;
mod reading;
mod refusal;
mod sheet;
pub mod silence;
mod spam;
mod subject;
mod table;
mod texts;
mod url;

pub use dead::exported;
pub use subject::{Subject, value};
pub use table::{LINTS, Lint, Needs, find};

use crate::check::{self, Catalog, Checked, Project};
use crate::diagnostic::{Diagnostic, Severity};

/// Checks a project, and adds to its findings those of the lints that people should meet while they write.
pub fn check(project: &Project, catalog: &dyn Catalog) -> Checked {
    let mut checked = check::check(project, catalog);
    if !checked.has_errors() {
        let subject = Subject::new(project, &checked);
        let found = of_files(&subject, |lint| lint.while_writing);
        let faults = subject.silences.faults();
        let found = subject.silences.apply(checked.diagnostics.iter().cloned().chain(found)).0;
        checked.diagnostics = in_order(found.into_iter().chain(faults).collect());
    }
    checked
}

/// Every finding of a sound project: those of the check, of all lints, and of the silences themselves. `audited` are the findings of
/// the lints that need the shop's data; where not all of that could be looked at, silences of theirs are not called useless.
pub fn all(subject: &Subject<'_>, audited: Vec<Diagnostic>, whole: bool) -> Vec<Diagnostic> {
    let checked = subject.checked.diagnostics.iter().filter(|d| !is_of_lints(d)).cloned();
    let of_files = of_files(subject, |_| true);
    // A contradiction explains why nobody is there.
    let explained = |counted: &Diagnostic| {
        counted.code == "H0502"
            && of_files.iter().any(|d| {
                let (why, what) = (d.span, counted.span);
                matches!(d.code, "H0503" | "H0504")
                    && why.file == what.file
                    && what.start <= why.start
                    && why.end <= what.end
            })
    };
    let audited: Vec<Diagnostic> = audited.into_iter().filter(|d| !explained(d)).collect();
    let found = checked.chain(of_files).chain(audited);
    let (mut left, used) = subject.silences.apply(found);
    left.extend(subject.silences.faults());
    let looked_for = |lint: &Lint| match lint.code {
        "H0501" => dead::can_tell(subject),
        _ => lint.needs == Needs::Files || whole,
    };
    let useless = subject.silences.useless(&used, |code| find(code).is_some_and(looked_for));
    // Of a file that only came along, not everything was looked at.
    left.extend(useless.into_iter().filter(|d| subject.is_asked(d.span.file)));
    in_order(left)
}

fn of_files(subject: &Subject<'_>, wanted: impl Fn(&Lint) -> bool) -> Vec<Diagnostic> {
    let lints = LINTS.iter().filter(|lint| wanted(lint));
    let found = lints.filter_map(|lint| lint.run).flat_map(|run| run(subject));
    in_order(found.filter(|d| subject.is_own(d.span.file)).collect())
}

/// Whether a finding is one of a lint or a silence, which [`all`] works out anew.
fn is_of_lints(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Warning
        && (find(finding.code).is_some() || silence::CODES.contains(&finding.code))
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|a, b| {
        (a.span.file, a.span.start, a.span.end, a.code).cmp(&(b.span.file, b.span.start, b.span.end, b.code))
    });
    found.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    found
}
