//! One test on its bench.

use std::collections::BTreeMap;

use super::bench::{Bench, CHUNK};
use super::evaluate::{Audience, View};
use super::explain::{Problem, missing_note, problems};
use super::outcome::{Difference, Failure, LookedAt, NotAsked, TestResult};
use super::scene::{Refusal, Scene, customer};
use super::snapshot::{self, Kept};
use crate::check::expectation::{AskOp, Expectation, Part, Root};
use crate::check::model::{Snapshot, Test};
use crate::check::typed::Expr;
use crate::data::Key;
use crate::diagnostic::{Diagnostic, Span};
use crate::run::RunError;

/// Of a larger audience so many customers' messages are looked at, spread over all of it.
const SAMPLE: usize = 1_000;

/// Customers that are named one by one where an expectation fails for several.
const NAMED: usize = 5;

/// Runs a test. `update` keeps its message as it is now.
pub fn run(bench: &Bench, test: &Test, update: bool) -> TestResult {
    let mut runner = Runner { bench, test, columns: Vec::new(), result: TestResult::new(test) };
    if let Err(error) = runner.run(update) {
        runner.result.failures.push(Failure::broken(test.span, &error.to_string()));
    }
    runner.result
}

struct Runner<'a> {
    bench: &'a Bench,
    test: &'a Test,
    /// The values of customers that are looked at.
    columns: Vec<(String, Expr)>,
    result: TestResult,
}

impl<'a> Runner<'a> {
    fn run(&mut self, update: bool) -> Result<(), RunError> {
        let asked = self.askable();
        let audience = self.audience(&asked)?;
        match &self.test.customer {
            Some((id, span)) if !self.bench.session.shop.has_customer(id)? => {
                self.result.failures.push(Failure::broken(*span, &format!("the shop has no customer {id}")));
                Ok(())
            }
            Some((id, _)) => self.one_customer(id, &asked, audience, update),
            None => self.everybody(&asked, &audience),
        }
    }

    /// The expectations that this version can ask; the others are noted with the reason.
    fn askable(&mut self) -> Vec<&'a Expectation> {
        let mut later: BTreeMap<&str, String> = BTreeMap::new();
        for (name, value) in &self.test.values {
            match self.bench.inlined(value) {
                Ok(value) => self.columns.push((name.clone(), value)),
                Err(needs) => {
                    let needs: Vec<String> = needs.into_iter().collect();
                    later.insert(name, needs.join(", "));
                }
            }
        }
        let mut asked = Vec::new();
        for expectation in &self.test.expect {
            match not_yet(expectation, &later) {
                None => asked.push(expectation),
                Some(reason) => {
                    self.result.not_asked.push(NotAsked { words: expectation.words.clone(), reason });
                }
            }
        }
        asked
    }

    /// As much of the audience as the expectations ask for.
    fn audience(&self, asked: &[&Expectation]) -> Result<Audience, RunError> {
        let mut audience = Audience::default();
        let roots: Vec<Root> = asked.iter().flat_map(|e| e.ask.roots()).collect();
        if roots.contains(&Root::Audience) {
            let ids = self.bench.audience()?;
            audience.count = ids.len();
            if asked.iter().any(|e| looks_at_members(e)) {
                let rows = self.bench.values(ids, &self.columns)?;
                audience.members = rows.iter().map(|row| customer(&self.columns, row)).collect();
            }
        }
        Ok(audience)
    }

    fn one_customer(
        &mut self,
        id: &Key,
        asked: &[&Expectation],
        mut audience: Audience,
        update: bool,
    ) -> Result<(), RunError> {
        audience.inside = Some(self.bench.session.is_in_audience(id)?);
        let write = self.test.snapshot.is_some() || asked.iter().any(|e| looks_at_text(e));
        let scenes = Scene::of(self.bench, std::slice::from_ref(id), &self.columns, write)?;
        let Some(scene) = scenes.first() else { return Ok(()) };
        let view = View { bench: self.bench, scene: Some(scene), audience: &audience, item: None };
        let mut about_nothing: Vec<Span> = Vec::new();
        for expectation in asked {
            if scene.draft.is_err() && expectation.ask.roots().iter().any(|r| r.of_message()) {
                about_nothing.push(expectation.ask.span);
            } else if view.truth(&expectation.ask) != Some(true) {
                let problems = problems(view, &expectation.ask);
                let whose = format!(" for customer {id}");
                self.result.failures.push(failure(expectation, &problems, &whose, Some(id.clone())));
            }
        }
        if let Some(snapshot) = &self.test.snapshot {
            match snapshot::text(self.bench, scene) {
                Some(message) => self.kept(snapshot, &message, update),
                None => about_nothing.push(snapshot.span),
            }
        }
        if let Err(refusal) = &scene.draft {
            self.result.failures.extend(no_message(id, refusal, &about_nothing));
        }
        Ok(())
    }

    fn kept(&mut self, snapshot: &Snapshot, message: &str, update: bool) {
        let name = &snapshot.written;
        let failure = match snapshot::compare(&snapshot.path, message) {
            Ok(Kept::Same) => return,
            Ok(_) if update => match snapshot::keep(&snapshot.path, message) {
                Ok(()) => {
                    self.result.kept = Some(name.clone());
                    return;
                }
                Err(error) => Failure::broken(snapshot.span, &format!("`{name}` cannot be written: {error}")),
            },
            Ok(Kept::Absent) => Failure {
                diagnostic: Diagnostic::error(
                    "H0302",
                    snapshot.span,
                    format!("no message is kept in `{name}` yet"),
                )
                .label("not there")
                .help("`herald test --update` keeps the message as it is now: read it then"),
                expected: format!("the message kept in `{name}`"),
                found: "no such file".to_owned(),
                customer: self.test.customer.as_ref().map(|c| c.0.clone()),
                difference: None,
            },
            Ok(Kept::Changed(before)) => self.changed(snapshot, before, message),
            Err(error) => Failure::broken(snapshot.span, &format!("`{name}` cannot be read: {error}")),
        };
        self.result.failures.push(failure);
    }

    fn changed(&self, snapshot: &Snapshot, before: String, message: &str) -> Failure {
        let name = &snapshot.written;
        Failure {
            diagnostic: Diagnostic::error(
                "H0302",
                snapshot.span,
                format!("the message is not the one that is kept in `{name}`"),
            )
            .label("it differs")
            .help("if the new message is right, keep it with `herald test --update`"),
            expected: format!("the message kept in `{name}`"),
            found: "another message".to_owned(),
            customer: self.test.customer.as_ref().map(|c| c.0.clone()),
            difference: Some(Difference { name: name.clone(), before, after: message.to_owned() }),
        }
    }

    /// What is said of the message holds for every recipient, what is not is asked once.
    fn everybody(&mut self, asked: &[&Expectation], audience: &Audience) -> Result<(), RunError> {
        let view = View { bench: self.bench, scene: None, audience, item: None };
        let (each, once): (Vec<&Expectation>, Vec<&Expectation>) =
            asked.iter().partition(|e| e.ask.roots().iter().any(|r| r.of_message() || *r == Root::Customer));
        for expectation in once {
            if view.truth(&expectation.ask) != Some(true) {
                let problems = problems(view, &expectation.ask);
                self.result.failures.push(failure(expectation, &problems, "", None));
            }
        }
        if !each.is_empty() {
            self.recipients(&each, audience)?;
        }
        self.result.failures.sort_by_key(|f| f.diagnostic.span);
        Ok(())
    }

    fn recipients(&mut self, asked: &[&Expectation], audience: &Audience) -> Result<(), RunError> {
        let ids = self.bench.audience()?;
        let sample = spread(ids, SAMPLE);
        let write = asked.iter().any(|e| looks_at_text(e));
        let mut failing: Vec<Option<Failing>> = asked.iter().map(|_| None).collect();
        let mut refused: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let mut unwritten: Vec<(Key, Refusal)> = Vec::new();
        let mut recipients = 0;
        let inside =
            Audience { inside: Some(true), count: audience.count, members: audience.members.clone() };
        for chunk in sample.chunks(CHUNK) {
            for scene in Scene::of(self.bench, chunk, &self.columns, write)? {
                if let Err(refusal) = &scene.draft {
                    if refusal.gate == "writing" {
                        unwritten.push((scene.customer.clone(), refusal.clone()));
                    }
                    refused.entry(refusal.gate.clone()).or_insert((0, refusal.reason.clone())).0 += 1;
                    continue;
                }
                recipients += 1;
                let view = View { bench: self.bench, scene: Some(&scene), audience: &inside, item: None };
                for (expectation, failing) in asked.iter().zip(&mut failing) {
                    if view.truth(&expectation.ask) != Some(true) {
                        Failing::note(failing, &scene.customer, || problems(view, &expectation.ask));
                    }
                }
            }
        }
        let looked_at = LookedAt { recipients, customers: sample.len(), audience: ids.len() };
        self.result.looked_at = Some(looked_at);
        let spans: Vec<Span> = asked.iter().map(|e| e.ask.span).collect();
        if let Some((id, refusal)) = unwritten.first() {
            self.result.failures.extend(no_message(id, refusal, &spans[..1]));
        }
        if recipients == 0 {
            self.result.failures.extend(nobody(&spans, &refused));
            return Ok(());
        }
        for (expectation, failing) in asked.iter().zip(failing) {
            self.result.failures.extend(failing.map(|f| f.failure(expectation, recipients)));
        }
        Ok(())
    }
}

/// An expectation that fails for some recipients: the first of them in full, the others by their ids.
struct Failing {
    first: Key,
    problems: Vec<Problem>,
    others: Vec<Key>,
}

impl Failing {
    fn note(failing: &mut Option<Self>, customer: &Key, problems: impl FnOnce() -> Vec<Problem>) {
        match failing {
            Some(known) => known.others.push(customer.clone()),
            None => {
                *failing = Some(Self { first: customer.clone(), problems: problems(), others: Vec::new() });
            }
        }
    }

    fn failure(self, expectation: &Expectation, recipients: usize) -> Failure {
        let count = self.others.len() + 1;
        let whose = format!(" for {count} of {recipients} recipients; here customer {}", self.first);
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
fn failure(expectation: &Expectation, problems: &[Problem], whose: &str, customer: Option<Key>) -> Failure {
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
fn no_message(id: &Key, refusal: &Refusal, about: &[Span]) -> Option<Failure> {
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
fn nobody(about: &[Span], refused: &BTreeMap<String, (usize, String)>) -> Option<Failure> {
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

/// So many of a list at most, spread over all of it, always the same.
fn spread(ids: &[Key], most: usize) -> Vec<Key> {
    if ids.len() <= most {
        return ids.to_vec();
    }
    (0..most).map(|at| ids[at * ids.len() / most].clone()).collect()
}

/// Why an expectation cannot be asked by this version.
fn not_yet(expectation: &Expectation, later: &BTreeMap<&str, String>) -> Option<String> {
    let roots = expectation.ask.roots();
    let part = [
        (Root::Tone, "tone, which this version of Herald does not measure yet"),
        (Root::Copy, "copy, which this version of Herald does not write yet"),
        (Root::Offer, "an offer, which this version of Herald does not make yet"),
    ];
    if let Some((_, what)) = part.iter().find(|(root, _)| roots.contains(root)) {
        return Some(format!("it asks about {what}"));
    }
    let fields = expectation.ask.customer_fields();
    let needs = fields.iter().find_map(|field| later.get(field.as_str()))?;
    Some(format!("it needs {needs}, which this version of Herald checks but does not run yet"))
}

/// Whether the values of the audience's customers are asked for, and not only how many they are.
fn looks_at_members(expectation: &Expectation) -> bool {
    let mut found = false;
    expectation.ask.walk(&mut |ask| {
        found |= match &ask.op {
            AskOp::Over(over) => {
                over.list.root == Root::Audience && (over.filter.is_some() || over.column.is_some())
            }
            AskOp::Part(Part { root: Root::Audience, .. }) => true,
            _ => false,
        };
    });
    found
}

fn looks_at_text(expectation: &Expectation) -> bool {
    expectation.ask.roots().iter().any(|root| root.of_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_the_whole_audience() {
        let ids: Vec<Key> = (0..2_500).map(Key::Int).collect();
        let sample = spread(&ids, 1_000);
        assert_eq!(sample.len(), 1_000);
        assert_eq!((&sample[0], &sample[999]), (&Key::Int(0), &Key::Int(2_497)));
        assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(spread(&ids[..3], 1_000), ids[..3]);
    }
}
