//! The texts and conditions of a copy's rules, against what each message that uses it offers.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, Scope};
use super::message_expr::Offered;
use super::model::{Copy, Line, Template};
use super::shape::Field;
use super::template_text::{known_when, read_text};
use crate::diagnostic::Severity;
use crate::syntax::rules::{Part, Rules};
use crate::syntax::tree::{Expr, ExprKind};

/// Paths (`customer.name`) that have a value.
pub(super) type Known = BTreeSet<String>;

impl Checker<'_> {
    /// Checks a copy against the parts of a message, of which it may use all but those made of copy themselves.
    /// `always` are the paths that everybody who gets the message has.
    pub fn copy_in_message(
        &mut self,
        copy: &Copy,
        offered: &BTreeMap<String, Field>,
        always: &Known,
        scope: &Scope,
    ) {
        let mut roots = offered.clone();
        for made_later in ["subject", "preheader", "copy"] {
            roots.remove(made_later);
        }
        let known = known_at(&copy.rules);
        let mut found = Vec::new();
        let mut mentions = Vec::new();
        for (index, rule) in copy.rules.rules.iter().enumerate() {
            for alternative in &rule.alternatives {
                let mut known = &known[index] | always;
                if let Some(condition) = &alternative.when {
                    self.message_condition(condition, Offered { roots: &roots, item: None, scope });
                    known.extend(known_when(condition));
                }
                let known: Vec<String> = known.into_iter().collect();
                let unread = matches!(&alternative.when, Some(Expr { kind: ExprKind::Broken, .. }));
                for part in &alternative.parts {
                    let Part::Text(text) = part else { continue };
                    let before = found.len();
                    mentions.extend(read_text(text, &roots, &known, &mut found));
                    if unread {
                        // Nobody knows what the condition would have asked for.
                        let tail = found.split_off(before);
                        found.extend(tail.into_iter().filter(|d| d.severity == Severity::Error));
                    }
                }
            }
        }
        if let Some(text) = &copy.fallback {
            let always: Vec<String> = always.iter().cloned().collect();
            mentions.extend(read_text(text, &roots, &always, &mut found));
        }
        self.diagnostics.extend(found);
        self.mark_mentions(mentions, scope);
        if let Some(&(id, _)) = self.labels.get(&copy.label) {
            self.index.offered.entry(id).or_default().extend(roots);
        }
    }

    /// The labels of the copies that a template uses: as a line, or as `copy.name` somewhere in its text.
    pub fn copies_of(&self, template: &Template) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        let lines = || std::iter::once(&template.subject).chain(&template.preheader);
        used.extend(lines().filter_map(|line| match line {
            Line::Copy(label) => Some(label.clone()),
            Line::Text(_) => None,
        }));
        let texts = lines().filter_map(|line| match line {
            Line::Text(text) => Some(text.value.as_str()),
            Line::Copy(_) => None,
        });
        for text in texts.chain([template.body.value.as_str()]) {
            used.extend(self.model.copies.keys().filter(|label| names_copy(text, label)).cloned());
        }
        used
    }
}

/// Whether `copy.label` stands in a text.
fn names_copy(text: &str, label: &str) -> bool {
    text.match_indices("copy.").any(|(at, sign)| {
        let rest = &text[at + sign.len()..];
        let word = |c: char| c.is_alphanumeric() || c == '_';
        rest.strip_prefix(label).is_some_and(|after| !after.starts_with(word)) && !text[..at].ends_with(word)
    })
}

/// What is known to have a value in each rule: what every use of it, or of a rule that leads to it, asked for.
fn known_at(rules: &Rules) -> Vec<Known> {
    let index: BTreeMap<&str, usize> =
        rules.rules.iter().enumerate().rev().map(|(i, rule)| (rule.name.text.as_str(), i)).collect();
    // None stands for a rule of which no use has been seen: everything holds there. Facts only get fewer, so the
    // rounds end; in a circle, which was reported, they end too.
    let mut known: Vec<Option<Known>> = vec![None; rules.rules.len()];
    if let Some(start) = known.first_mut() {
        *start = Some(Known::new());
    }
    loop {
        let mut changed = false;
        for (from, rule) in rules.rules.iter().enumerate() {
            let Some(here) = known[from].clone() else { continue };
            for alternative in &rule.alternatives {
                let mut given = here.clone();
                given.extend(alternative.when.as_ref().map(known_when).unwrap_or_default());
                for part in &alternative.parts {
                    let Part::Rule(name) = part else { continue };
                    let Some(&to) = index.get(name.text.as_str()) else { continue };
                    let less = match &known[to] {
                        None => given.clone(),
                        Some(before) => before & &given,
                    };
                    changed |= known[to].as_ref() != Some(&less);
                    known[to] = Some(less);
                }
            }
        }
        if !changed {
            break;
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}
