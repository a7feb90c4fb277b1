//! What does not hold, as findings: for one customer, for some of the recipients, for nobody.

use std::collections::BTreeMap;

use super::explain::{Problem, missing_note};
use super::outcome::Failure;
use super::scene::Refusal;
use crate::check::expectation::Expectation;
use crate::data::Key;
use crate::diagnostic::{Diagnostic, Span};

/// Customers that are named one by one where an expectation fails for several.
const NAMED: usize = 5;

/// An expectation that fails for some recipients: the first of them in full, the others by their ids.
pub struct Failing {
    first: Key,
    problems: Vec<Problem>,
    others: Vec<Key>,
}

impl Failing {
    /// Notes a recipient for whom it fails.
    pub fn note(failing: &mut Option<Self>, customer: &Key, problems: impl FnOnce() -> Vec<Problem>) {
        match failing {
            Some(known) => known.others.push(customer.clone()),
            None => {
                *failing = Some(Self { first: customer.clone(), problems: problems(), others: Vec::new() });
            }
        }
    }

    /// The failure, of so many recipients.
    pub fn failure(self, expectation: &Expectation, recipients: usize) -> Failure {
        let count = self.others.len() + 1;
        let whose = match recipients {
            1 => format!(" for customer {}, the only recipient", self.first),
            _ => format!(" for {count} of {recipients} recipients; here customer {}", self.first),
        };
        let mut failure = failure(expectation, &self.problems, &whose, Some(self.first));
        if !self.others.is_empty() {
            let named: Vec<String> = self.others.iter().take(NAMED).map(Key::to_string).collect();
            let more = self.others.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let others = format!("the same for {}{more}", named.join(", "));
            let help = failure.diagnostic.help.take();
            failure.diagnostic.help = Some(help.map_or(others.clone(), |help| format!("{help}\n{others}")));
        }
        failure
    }
}

/// An expectation that does not hold, with what was expected and found at the parts of it that fail.
pub fn failure(
    expectation: &Expectation,
    problems: &[Problem],
    whose: &str,
    customer: Option<Key>,
) -> Failure {
    let words = |p: &Problem| format!("expected {}, found {}", p.expected, p.found);
    let span = problems.first().map_or(expectation.ask.span, |p| p.span);
    let message = format!("`{}` does not hold{whose}", expectation.words);
    let mut diagnostic = Diagnostic::error("H0301", span, message);
    if let Some(first) = problems.first() {
        diagnostic = diagnostic.label(words(first));
    }
    for problem in problems.iter().skip(1) {
        diagnostic = diagnostic.related(problem.span, words(problem));
    }
    let mut notes: Vec<&str> =
        problems.iter().flat_map(|p| p.notes.iter().map(String::as_str).chain(missing_note(p))).collect();
    notes.dedup();
    let join = |part: fn(&Problem) -> &str| problems.iter().map(part).collect::<Vec<_>>().join("; ");
    Failure {
        diagnostic: diagnostic.help_opt((!notes.is_empty()).then(|| notes.join("\n"))),
        expected: join(|p| &p.expected),
        found: join(|p| &p.found),
        customer,
        difference: None,
    }
}

/// What is said about a message that is not there, once for all that is said; none where nothing is.
pub fn no_message(id: &Key, refusal: &Refusal, about: &[Span]) -> Option<Failure> {
    let (first, rest) = about.split_first()?;
    let why = format!("{}: {}", refusal.gate, refusal.reason);
    let message = match refusal.gate.as_str() {
        "writing" => format!("the message to customer {id} cannot be written"),
        _ => format!("customer {id} gets no message"),
    };
    let mut diagnostic = Diagnostic::error("H0301", *first, message)
        .label("about a message that is not there")
        .help(why.clone());
    for span in rest {
        diagnostic = diagnostic.related(*span, "this too");
    }
    Some(Failure {
        diagnostic,
        expected: "a message".to_owned(),
        found: why,
        customer: Some(id.clone()),
        difference: None,
    })
}

/// What is said of every recipient, where there is none.
pub fn nobody(about: &[Span], refused: &BTreeMap<String, (usize, String)>) -> Option<Failure> {
    let (first, rest) = about.split_first()?;
    let why: Vec<String> =
        refused.iter().map(|(gate, (count, reason))| format!("{count} × {gate}: {reason}")).collect();
    let why = if why.is_empty() { "the audience is empty".to_owned() } else { why.join("\n") };
    let mut diagnostic = Diagnostic::error("H0301", *first, "nobody gets a message")
        .label("about messages that are not there")
        .help(why.clone());
    for span in rest {
        diagnostic = diagnostic.related(*span, "this too");
    }
    Some(Failure {
        diagnostic,
        expected: "a message".to_owned(),
        found: format!("nobody gets one ({why})"),
        customer: None,
        difference: None,
    })
}
