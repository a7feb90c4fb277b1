//! H0503: conditions that can never hold, alone or with what is asked for beside them.

use super::conditions::{Because, Verdict};
use super::subject::Subject;
use crate::diagnostic::Diagnostic;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    subject.verdicts().iter().filter_map(|verdict| told(subject, verdict)).collect()
}

fn told(subject: &Subject<'_>, verdict: &Verdict) -> Option<Diagnostic> {
    let (fact, other, because) = match verdict {
        Verdict::Impossible(fact) => {
            return Some(
                Diagnostic::warning("H0503", fact.span, "this can never hold")
                    .label("true of nothing")
                    .help("no value is like that: look at the numbers, or take the condition away"),
            );
        }
        Verdict::Exclusive { fact, other, because } => (fact, other, *because),
        Verdict::Always(_) | Verdict::Either { .. } => return None,
    };
    let (message, label, related) = match because {
        Because::Beside => (
            "these two conditions can never hold together".to_owned(),
            "never with the other",
            "this leaves none of them",
        ),
        Because::Policy => (
            "the policy lets nobody of this audience through".to_owned(),
            "asks for one thing",
            "the policy requires another",
        ),
        Because::Recipients => (
            "nobody who gets this campaign is like this".to_owned(),
            "never chosen",
            "recipients are of these only",
        ),
        Because::Taken => (
            "nobody is left for this choice".to_owned(),
            "never chosen",
            "whoever is like that was taken here already",
        ),
        Because::Only => (
            "no product is left: what `only` lets through is taken away again".to_owned(),
            "against `only`",
            "only these are let through",
        ),
    };
    let help = match (because, fact.is_of_values() && other.is_of_values()) {
        (Because::Beside, true) => Some(match fact.name() {
            Some(name) => format!("to mean either, write `{name} in […]` with both, or `or` between them"),
            None => "to mean either, write `or` between them".to_owned(),
        }),
        (Because::Beside, false) => {
            Some("look at both again; to mean either, write `or` between them".to_owned())
        }
        (Because::Taken, _) => Some("put the narrower choice first".to_owned()),
        (Because::Only, _) => Some("take one of the two away".to_owned()),
        (Because::Policy, _) => Some("nothing would be sent: mend one of the two".to_owned()),
        (Because::Recipients, _) => Some("take it away, or look at both again".to_owned()),
    };
    let elsewhere = subject.text(other.span).len() < 200;
    let finding = Diagnostic::warning("H0503", fact.span, message).label(label).help_opt(help);
    Some(if elsewhere { finding.related(other.span, related) } else { finding })
}
