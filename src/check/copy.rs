//! A `copy`: its rules as a grammar, before any message is in sight. Whether every name is a rule, every rule is
//! reached, none needs itself, and something can always be said.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, DeclId};
use super::index::Meaning;
use super::model::{self, Chooser};
use super::suggest;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::rules::{self, Alternative, Part, Rule, Rules};
use crate::syntax::tree::{Arg, Expr as Syntax, ExprKind, Name};

impl<'a> Checker<'a> {
    /// A copy's label. The texts of its rules are checked with the messages that use it.
    pub fn copy(&mut self, id: DeclId) -> Option<String> {
        let label = self.label(id, "");
        if self.model.copies.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let language =
            self.value_of(decl, "language").and_then(|v| self.plain_text(v)).map(|t| t.value.clone());
        let fallback = self.value_of(decl, "fallback").and_then(|v| self.plain_text(v)).cloned();
        let candidates = self.value_of(decl, "candidates").and_then(|v| self.whole(v, 1)).unwrap_or(8);
        let choose = self.value_of(decl, "choose").map_or(Some(Chooser::First), |v| self.chooser(id, v));
        let text = self.value_of(decl, "rules").and_then(|v| self.plain_text(v))?;
        let (rules, found) = rules::parse(text);
        let sound = found.is_empty();
        self.diagnostics.extend(found);
        self.grammar(&rules, sound, fallback.is_some());
        self.mark_rules(id, &rules);
        let copy = model::Copy {
            label: label.clone(),
            language,
            rules,
            candidates,
            choose: choose.unwrap_or(Chooser::First),
            fallback,
        };
        self.model.copies.insert(label.clone(), copy);
        Some(label)
    }

    /// Notes where rules are defined and used.
    fn mark_rules(&mut self, id: DeclId, rules: &Rules) {
        for rule in &rules.rules {
            for name in std::iter::once(&rule.name).chain(uses(rule)) {
                if rules.rules.iter().any(|r| r.name.text == name.text) {
                    self.mark(name.span, Meaning::Rule(id, name.text.clone()));
                }
            }
        }
    }

    fn chooser(&mut self, id: DeclId, value: &'a Syntax) -> Option<Chooser> {
        match &value.kind {
            ExprKind::Name(word) if word == "first" => Some(Chooser::First),
            ExprKind::Name(word) if word == "rotate" => Some(Chooser::Rotate),
            ExprKind::Call { callee, args } if callee.text == "nearest" => {
                if let [Arg { name: None, value }] = args.as_slice() {
                    let tone = self.reference(id.file, value, "tone")?;
                    return Some(Chooser::Nearest(self.label(tone, "")));
                }
                self.wrong_value(value, "`nearest(tone)` with the name of one tone");
                None
            }
            ExprKind::Broken => None,
            ExprKind::Name(word) | ExprKind::Call { callee: Name { text: word, .. }, .. } => {
                let near = suggest::help(word, ["nearest", "rotate", "first"], "there are");
                self.report(
                    Diagnostic::error(
                        "H0205",
                        value.span,
                        "this should be `nearest(tone)`, `rotate` or `first`",
                    )
                    .label("something else")
                    .help_opt(near),
                );
                None
            }
            _ => {
                self.wrong_value(value, "`nearest(tone)`, `rotate` or `first`");
                None
            }
        }
    }

    fn grammar(&mut self, rules: &Rules, sound: bool, fallback: bool) {
        let Some(start) = rules.rules.first() else {
            if sound {
                self.report(
                    Diagnostic::error("H0151", rules.span, "these rules say nothing")
                        .label("expected `name = …`")
                        .help("such as `line = \"New for you\"`"),
                );
            }
            return;
        };
        let before = self.diagnostics.len();
        let by_name = self.rules_by_name(rules);
        for rule in &rules.rules {
            for alternative in rule.alternatives.iter().filter(|a| !a.broken) {
                self.unknown_rules(alternative, &by_name);
            }
        }
        // A rule seems unused when the name that uses it is misspelt: that was said.
        let sound = sound && self.diagnostics.len() == before;
        let circles = self.circles(rules, &by_name);
        if sound && !circles {
            self.unreached(rules, &by_name);
            self.nothing_to_say(start, &by_name, fallback);
        }
    }

    fn rules_by_name<'r>(&mut self, rules: &'r Rules) -> BTreeMap<&'r str, &'r Rule> {
        let mut by_name: BTreeMap<&str, &Rule> = BTreeMap::new();
        for rule in &rules.rules {
            if let Some(first) = by_name.get(rule.name.text.as_str()) {
                self.report(
                    Diagnostic::error(
                        "H0271",
                        rule.name.span,
                        format!("there are two rules `{}`", rule.name.text),
                    )
                    .label("defined again")
                    .related(first.name.span, "first defined here")
                    .help("make one of them, with alternatives divided by `|`"),
                );
            } else {
                by_name.insert(&rule.name.text, rule);
            }
        }
        by_name
    }

    /// Names that are no rule. Several in a row, none like a rule's, are most likely one text without its quotes.
    fn unknown_rules(&mut self, alternative: &Alternative, by_name: &BTreeMap<&str, &Rule>) {
        let mut run: Vec<Span> = Vec::new();
        for part in &alternative.parts {
            let Part::Rule(name) = part else {
                self.no_such_rules(&std::mem::take(&mut run), by_name);
                continue;
            };
            if by_name.contains_key(name.text.as_str()) {
                self.no_such_rules(&std::mem::take(&mut run), by_name);
                continue;
            }
            if let Some(near) = suggest::nearest(&name.text, by_name.keys().copied()) {
                self.no_such_rules(&std::mem::take(&mut run), by_name);
                self.report(
                    Diagnostic::error("H0270", name.span, format!("there is no rule `{}`", name.text))
                        .label("not defined")
                        .help(format!("did you mean `{near}`?"))
                        .fix(format!("write `{near}`"), name.span, near),
                );
            } else {
                run.push(name.span);
            }
        }
        self.no_such_rules(&run, by_name);
    }

    fn no_such_rules(&mut self, run: &[Span], by_name: &BTreeMap<&str, &Rule>) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
        let span = first.to(*last);
        let written = self.text(span);
        let finding = if run.len() == 1 {
            let names: Vec<&str> = by_name.keys().copied().collect();
            Diagnostic::error("H0270", span, format!("there is no rule `{written}`"))
                .label("not defined")
                .help(format!("the rules are {}; a text stands in quotes", suggest::list(&names)))
        } else {
            Diagnostic::error("H0152", span, "text stands in quotes").label("no quotes around it")
        };
        self.report(finding.fix("put quotes around it", span, format!("\"{written}\"")));
    }

    /// Reports rules that need themselves; whether there are any.
    fn circles(&mut self, rules: &Rules, by_name: &BTreeMap<&str, &Rule>) -> bool {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let mut found = false;
        for rule in &rules.rules {
            // The way down from this rule: each with the uses of other rules that are left to follow.
            let mut way: Vec<(&str, Vec<&Name>)> = Vec::new();
            if done.insert(&rule.name.text) {
                way.push((&rule.name.text, uses(rule)));
            }
            while let Some((_, left)) = way.last_mut() {
                let Some(next) = left.pop() else {
                    way.pop();
                    continue;
                };
                if let Some(at) = way.iter().position(|(name, _)| *name == next.text) {
                    found = true;
                    let names: Vec<&str> =
                        way[at..].iter().map(|w| w.0).chain([next.text.as_str()]).collect();
                    self.circle(next.span, &names);
                } else if let Some(rule) = by_name.get(next.text.as_str())
                    && done.insert(&rule.name.text)
                {
                    way.push((&rule.name.text, uses(rule)));
                }
            }
        }
        found
    }

    fn circle(&mut self, span: Span, names: &[&str]) {
        let finding = match names {
            [one, _] => Diagnostic::error("H0215", span, format!("the rule `{one}` needs itself"))
                .help("the text would have no end; a rule is made of other rules and texts"),
            _ => Diagnostic::error("H0215", span, "these rules need each other in a circle")
                .help(format!("{}: one of them must stand on its own", names.join(" needs "))),
        };
        self.report(finding.label("the circle closes here"));
    }

    fn unreached(&mut self, rules: &Rules, by_name: &BTreeMap<&str, &Rule>) {
        let Some(start) = rules.rules.first() else { return };
        let mut reached = BTreeSet::from([start.name.text.as_str()]);
        let mut left = vec![start];
        while let Some(rule) = left.pop() {
            for name in uses(rule) {
                if let Some(next) = by_name.get(name.text.as_str())
                    && reached.insert(&next.name.text)
                {
                    left.push(next);
                }
            }
        }
        for rule in rules.rules.iter().filter(|r| !reached.contains(r.name.text.as_str())) {
            self.report(
                Diagnostic::warning(
                    "H0272",
                    rule.name.span,
                    format!("the rule `{}` is never used", rule.name.text),
                )
                .label("not reached")
                .help(format!(
                    "copy begins at the first rule, `{}`, and no rule reached from there names this one",
                    start.name.text
                )),
            );
        }
    }

    /// A warning where every way through the rules hangs on a condition, and nothing is said where none holds.
    fn nothing_to_say(&mut self, start: &Rule, by_name: &BTreeMap<&str, &Rule>, fallback: bool) {
        let mut always: BTreeSet<&str> = BTreeSet::new();
        loop {
            let more: Vec<&str> = by_name
                .iter()
                .filter(|(name, rule)| {
                    !always.contains(*name)
                        && rule.alternatives.iter().any(|a| {
                            a.when.is_none()
                                && a.parts.iter().all(|part| match part {
                                    Part::Rule(name) => always.contains(name.text.as_str()),
                                    Part::Text(_) => true,
                                })
                        })
                })
                .map(|(name, _)| *name)
                .collect();
            if more.is_empty() {
                break;
            }
            always.extend(more);
        }
        if !fallback && !always.contains(start.name.text.as_str()) {
            self.report(
                Diagnostic::warning(
                    "H0273",
                    start.name.span,
                    "where none of the conditions holds, this copy has nothing to say",
                )
                .label("every way from here has a condition")
                .help("add an alternative without `when`, or a `fallback:` beside the rules"),
            );
        }
    }
}

/// The rules that a rule names, last first.
fn uses(rule: &Rule) -> Vec<&Name> {
    let parts = rule.alternatives.iter().flat_map(|a| &a.parts);
    let mut names: Vec<&Name> = parts
        .filter_map(|part| match part {
            Part::Rule(name) => Some(name),
            Part::Text(_) => None,
        })
        .collect();
    names.reverse();
    names
}
