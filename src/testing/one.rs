//! One test on its bench.

use std::collections::BTreeMap;

use super::bench::{Bench, CHUNK};
use super::evaluate::{Audience, View};
use super::explain::problems;
use super::failing::{Failing, failure, no_message, nobody};
use super::outcome::{Difference, Failure, LookedAt, NotAsked, TestResult};
use super::scene::{Refusal, Scene, Thing, customer};
use super::snapshot::{self, Kept};
use crate::check::expectation::{AskOp, Expectation, Part, Root};
use crate::check::model::{Snapshot, Test};
use crate::check::typed::Expr;
use crate::data::Key;
use crate::diagnostic::{Diagnostic, Span};
use crate::run::RunError;

/// Of a larger audience so many customers' messages are looked at, spread over all of it.
const SAMPLE: usize = 2_000;

/// Runs a test. `update` keeps its message as it is now.
pub fn run(bench: &Bench, test: &Test, update: bool) -> TestResult {
    let mut runner = Runner { bench, test, columns: Vec::new(), result: TestResult::new(test) };
    if let Err(error) = runner.run(update) {
        runner.result.failures.push(Failure::broken(test.span, &error.to_string()));
    }
    runner.result.failures.sort_by_key(|f| f.diagnostic.span);
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
            Some((id, _)) => self.one_customer(id, &asked, &audience, update),
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
        let mut audience = Audience { count: 0, members: Thing::List(Vec::new()) };
        let roots: Vec<Root> = asked.iter().flat_map(|e| e.ask.roots()).collect();
        if roots.contains(&Root::Audience) {
            let ids = self.bench.audience()?;
            audience.count = ids.len();
            if asked.iter().any(|e| looks_at_members(e)) {
                let rows = self.bench.values(ids, &self.columns)?;
                audience.members = Thing::List(rows.iter().map(|row| customer(&self.columns, row)).collect());
            }
        }
        Ok(audience)
    }

    fn one_customer(
        &mut self,
        id: &Key,
        asked: &[&Expectation],
        audience: &Audience,
        update: bool,
    ) -> Result<(), RunError> {
        let inside = Some(self.bench.session.is_in_audience(id)?);
        let write = self.test.snapshot.is_some() || asked.iter().any(|e| looks_at_text(e));
        let scenes = Scene::of(self.bench, std::slice::from_ref(id), &self.columns, write)?;
        let Some(scene) = scenes.first() else { return Ok(()) };
        let view = View { bench: self.bench, scene: Some(scene), audience, inside, item: None };
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
        let view = View { bench: self.bench, scene: None, audience, inside: None, item: None };
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
                let view =
                    View { bench: self.bench, scene: Some(&scene), audience, inside: Some(true), item: None };
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
