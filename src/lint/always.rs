//! H0504: conditions that every value passes, so that they ask for nothing.

use super::conditions::Verdict;
use super::fact::Fact;
use super::subject::Subject;
use crate::diagnostic::Diagnostic;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let told = subject.verdicts().iter().filter_map(|verdict| match verdict {
        Verdict::Always(fact) => Some(
            Diagnostic::warning("H0504", fact.span, "this holds for everybody")
                .label("asks for nothing")
                .help("take it away, or look at the number: no count is below 0"),
        ),
        Verdict::Either { fact, other, unless_missing } => Some(either(fact, other, *unless_missing)),
        Verdict::Impossible(_) | Verdict::Exclusive { .. } => None,
    });
    told.collect()
}

fn either(fact: &Fact, other: &Fact, unless_missing: bool) -> Diagnostic {
    let message = if unless_missing {
        "one of these two holds for everybody of whom the value is known"
    } else {
        "one of these two holds for everybody"
    };
    let help = match fact.name() {
        Some(name) if unless_missing && fact.is_of_values() => format!(
            "to leave both out, write `and` or `{name} not in […]`; to ask only whether it is known, `{name} is known`"
        ),
        _ if fact.is_of_presence() => "take both away".to_owned(),
        _ => "to ask for both, write `and` between them".to_owned(),
    };
    Diagnostic::warning("H0504", fact.span, message)
        .label("is like this")
        .related(other.span, "whoever is not like this")
        .help(help)
}
