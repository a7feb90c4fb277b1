//! What the mails say on both sides, for a sample of those who get one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rayon::prelude::*;
use similar::{ChangeTag, TextDiff};

use super::report::{Message, Template, Texts};
use crate::compose::Composed;
use crate::data::Key;
use crate::run::Draft;
use crate::run::datum::Datum;
use crate::run::message::{Inputs, Writer};

/// The most pairs of mails that are written.
const WRITTEN: u64 = 200;
/// Of each stretch of the audience so many are written.
const EACH: usize = 20;
/// Of each pair of templates at least so many are written.
const LEAST: usize = 5;
/// How many messages are shown.
const SHOWN: usize = 3;
/// Two long mails with nothing in common are compared no longer than this.
const PATIENCE: Duration = Duration::from_millis(200);

/// What of a customer tells people who somebody is, as far as mails usually show it.
const PRIVATE: [&str; 5] = ["name", "first_name", "last_name", "phone", "email"];
/// The address that stands for anybody's.
const SOMEBODY: &str = "somebody@customer.invalid";

/// The templates of a mail before and after.
type Templates = (String, String);

/// The comparison of mails under way.
#[derive(Default)]
pub struct Compared {
    /// Templates whose mails are worded as they were: other products are all that can differ.
    as_they_were: BTreeSet<String>,
    /// Whether people's names are shown.
    names: bool,
    texts: Texts,
    /// For each pair of templates: how many were written, and how many differ.
    written: BTreeMap<Templates, (usize, u64)>,
    /// For each pair of templates the largest differences: those first in which the products are the same, so that the
    /// words alone differ.
    worst: BTreeMap<Templates, Vec<(bool, Message)>>,
}

impl Compared {
    /// A comparison that has seen nothing yet. Without `names`, what tells who somebody is gives way to a stand-in.
    pub fn new(as_they_were: BTreeSet<String>, names: bool) -> Self {
        Self { as_they_were, names, ..Self::default() }
    }

    /// Writes and compares the mails of some of a stretch of those who get one on both sides.
    pub fn see(&mut self, before: &Writer, after: &Writer, pairs: &[(&Draft, &Draft)]) {
        let chosen = self.choose(pairs);
        let names = self.names;
        let written: Vec<_> = chosen
            .par_iter()
            .map(|(old, new)| (write(before, old, names), write(after, new, names)))
            .collect();
        for ((old, new), written) in chosen.iter().zip(written) {
            self.note(old, new, written);
        }
    }

    /// Writes some of the mails of a campaign that was not there before: the first of each template is shown.
    pub fn see_new(&mut self, writer: &Writer, drafts: &[&Draft]) {
        let pairs: Vec<_> = drafts.iter().map(|d| (*d, *d)).collect();
        let chosen = self.choose(&pairs);
        let names = self.names;
        let written: Vec<_> = chosen.par_iter().map(|(draft, _)| write(writer, draft, names)).collect();
        for ((draft, _), written) in chosen.iter().zip(written) {
            self.texts.written += 1;
            let template = draft.inputs.template.clone();
            match written {
                Ok(mail) => {
                    let shown = self.worst.entry((template.clone(), template.clone())).or_default();
                    if shown.is_empty() {
                        let (customer, after) = (draft.customer.clone(), read(&mail));
                        let (templates, before, html) = ((None, Some(template)), String::new(), false);
                        let lines = after.lines().count();
                        shown.push((true, Message { customer, templates, html, before, after, lines }));
                    }
                }
                Err(reason) => self.texts.cannot(reason),
            }
        }
    }

    /// The first of each pair of templates, and some of the stretch.
    fn choose<'d>(&mut self, pairs: &[(&'d Draft, &'d Draft)]) -> Vec<(&'d Draft, &'d Draft)> {
        let every = pairs.len().div_ceil(EACH).max(1);
        let mut chosen = Vec::new();
        for (at, (old, new)) in pairs.iter().enumerate() {
            let room = self.texts.written + (chosen.len() as u64) < WRITTEN;
            let templates = (old.inputs.template.clone(), new.inputs.template.clone());
            let written = self.written.entry(templates).or_default();
            if written.0 < LEAST || (room && at.is_multiple_of(every)) {
                written.0 += 1;
                chosen.push((*old, *new));
            }
        }
        chosen
    }

    fn note(
        &mut self,
        old: &Draft,
        new: &Draft,
        written: (Result<Composed, String>, Result<Composed, String>),
    ) {
        self.texts.written += 1;
        let (was, is) = match written {
            (Ok(was), Ok(is)) => (was, is),
            (Ok(_), Err(reason)) => return self.texts.cannot(reason),
            (Err(reason), Ok(_)) => {
                self.texts.writable += 1;
                self.texts.reason.get_or_insert(reason);
                return;
            }
            (Err(_), Err(_)) => return,
        };
        let Some((html, before, after)) = differing(&was, &is) else { return };
        self.texts.changed += 1;
        let templates = (old.inputs.template.clone(), new.inputs.template.clone());
        if templates.0 == templates.1 && self.as_they_were.contains(&templates.0) {
            self.texts.by_products += 1;
            return;
        }
        let lines = changed_lines(&before, &after);
        let shown = (Some(templates.0.clone()), Some(templates.1.clone()));
        let message =
            Message { customer: old.customer.clone(), templates: shown, html, before, after, lines };
        self.written.entry(templates.clone()).or_default().1 += 1;
        let worst = self.worst.entry(templates).or_default();
        worst.push((old.inputs.picks == new.inputs.picks, message));
        worst.sort_by_key(|(same_products, m)| Reverse((*same_products, m.lines)));
        worst.truncate(SHOWN);
    }

    /// What was found: one message of each pair of templates, worst first, then as many more as there is room for.
    pub fn finish(&mut self) -> Texts {
        let mut texts = std::mem::take(&mut self.texts);
        let templates =
            std::mem::take(&mut self.written).into_iter().filter(|(_, (_, changed))| *changed > 0);
        texts.templates = templates
            .map(|((old, new), (written, changed))| Template {
                name: if old == new { old } else { format!("{old} → {new}") },
                written: written as u64,
                changed,
            })
            .collect();
        let mut ranked: Vec<(usize, Message)> = std::mem::take(&mut self.worst)
            .into_values()
            .flat_map(|list| {
                // Where the words alone differ for somebody, other products would only distract from them.
                let words_alone = list.iter().any(|(same_products, _)| *same_products);
                let kept = list.into_iter().filter(move |(same_products, _)| *same_products || !words_alone);
                kept.map(|(_, m)| m).enumerate()
            })
            .collect();
        ranked.sort_by_key(|(rank, m)| (*rank, Reverse(m.lines)));
        let mut seen: Vec<String> = Vec::new();
        for (_, message) in ranked {
            // Two mails that change in the same words say nothing new.
            let change = essence(&message);
            if texts.examples.len() < SHOWN && !seen.contains(&change) {
                seen.push(change);
                texts.examples.push(message);
            }
        }
        texts
    }
}

impl Texts {
    fn cannot(&mut self, reason: String) {
        self.unwritable += 1;
        self.reason.get_or_insert(reason);
    }
}

fn write(writer: &Writer, draft: &Draft, names: bool) -> Result<Composed, String> {
    if names {
        return writer.write_draft(draft, draft.due_at);
    }
    let (customer, inputs) = stand_in(draft);
    writer.write(&customer, &inputs, draft.due_at).map_err(|e| e.to_string())
}

/// The draft with a stand-in for its customer: the names gone, and with the id the links that only they may have.
fn stand_in(draft: &Draft) -> (Key, Inputs) {
    let mut inputs = draft.inputs.clone();
    SOMEBODY.clone_into(&mut inputs.email);
    for name in PRIVATE {
        if let Some(value @ Datum::Text(_)) = inputs.customer.get_mut(name) {
            *value = Datum::Text(format!("[{name}]"));
        }
    }
    (Key::Text("somebody".into()), inputs)
}

/// A mail as people read it.
fn read(mail: &Composed) -> String {
    let preheader = match mail.preheader.as_str() {
        "" => String::new(),
        text => format!("Preheader: {text}\n"),
    };
    format!("Subject: {}\n{preheader}\n{}", mail.subject, mail.text)
}

/// What differs between two mails: what people read, or else the HTML alone (then true).
fn differing(was: &Composed, is: &Composed) -> Option<(bool, String, String)> {
    let (before, after) = (read(was), read(is));
    if before != after {
        return Some((false, before, after));
    }
    // A tag a line: a layout is one long line otherwise.
    let lines = |html: &str| html.replace("><", ">\n<");
    (was.html != is.html).then(|| (true, lines(&was.html), lines(&is.html)))
}

fn changed_lines(before: &str, after: &str) -> usize {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    diff.iter_all_changes().filter(|c| c.tag() != ChangeTag::Equal).count()
}

/// The words that go and those that come.
fn essence(message: &Message) -> String {
    let lines = TextDiff::configure().timeout(PATIENCE).diff_lines(&message.before, &message.after);
    let of = |tag| lines.iter_all_changes().filter(|c| c.tag() == tag).map(|c| c.value()).collect::<String>();
    let (gone, come) = (of(ChangeTag::Delete), of(ChangeTag::Insert));
    let words = TextDiff::configure().timeout(PATIENCE).diff_words(&gone, &come);
    let changes = words.iter_all_changes().filter(|c| c.tag() != ChangeTag::Equal);
    changes.flat_map(|c| [if c.tag() == ChangeTag::Delete { "-" } else { "+" }, c.value()]).collect()
}
