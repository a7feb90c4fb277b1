//! Declarations of every kind but sources and campaigns.

use std::sync::Arc;

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::model::{self, Frequency, Requirement};
use super::schema::Schema;
use super::suggest;
use super::typed::Expr;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::{self, Decl, Expr as Syntax, ExprKind};

/// A source as it is passed around: its label and its data.
pub(super) type SourceRef = Option<(String, Arc<Schema>)>;

impl<'a> Checker<'a> {
    /// Checks every declaration of every file. Those of a file with no source in scope are checked where they are
    /// used, and on their own only for what does not need the data.
    pub fn all_declarations(&mut self) {
        for (file, parsed) in self.project.files.iter().enumerate() {
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                if self.check_keys(decl, false).is_some() {
                    self.declaration(DeclId { file, index }, decl);
                }
            }
        }
    }

    fn declaration(&mut self, id: DeclId, decl: &'a Decl) {
        match decl.kind.text.as_str() {
            "source" => {
                self.source(id);
            }
            "sender" => {
                self.sender(id);
            }
            "tone" => self.tone(decl),
            "template" => {
                self.template(id);
            }
            "copy" => {
                self.copy(id);
            }
            "campaign" => self.campaign(id),
            "test" => self.test(id, decl),
            "policy" | "profile" | "segment" | "strategy" | "cluster" | "model" | "offer" => {
                let source = self.source_for(id, None);
                if source.is_none() && !self.project.files[id.file].asked {
                    return;
                }
                self.about_source(id, decl, source.as_ref());
            }
            _ => {}
        }
    }

    fn about_source(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        match decl.kind.text.as_str() {
            "policy" => {
                self.policy(id, source);
            }
            "profile" => self.profile(id, decl, source),
            "segment" => {
                self.segment(id, source);
            }
            "strategy" => {
                self.strategy(id, source);
            }
            "offer" => self.offer(id, decl, source),
            _ => {
                self.learner(id, source);
            }
        }
    }

    pub fn scope(&self, id: DeclId, source: SourceRef, place: Place) -> Scope {
        Scope { file: id.file, source, place, row: None, future: false }
    }

    pub fn value_of(&self, decl: &'a Decl, key: &str) -> Option<&'a Syntax> {
        setting(decl, key).and_then(expr_of)
    }

    fn profile(&mut self, id: DeclId, decl: &'a Decl, source: Option<&(String, Arc<Schema>)>) {
        let scope = self.scope(id, source.cloned(), Place::Customer);
        for s in &decl.settings {
            if source.is_some() {
                self.attribute(id, &s.key.text, &scope);
            } else if let Some(value) = expr_of(s) {
                self.expr(value, &scope);
            }
        }
    }

    /// A segment's label, checked with a source.
    pub fn segment(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.segments.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let value = self.value_of(decl, "where")?;
        self.busy.push((id, key.clone()));
        let scope = self.scope(id, source, Place::Customer);
        let condition = self.condition(value, &scope);
        self.busy.pop();
        let title = decl.title.as_ref().map_or_else(|| decl.docs.clone(), |t| t.value.clone());
        self.model
            .segments
            .insert(label.clone(), model::Segment { label: label.clone(), title, source: key, condition });
        Some(label)
    }

    /// A policy's label, checked with a source.
    pub fn policy(&mut self, id: DeclId, user: Option<&(String, Arc<Schema>)>) -> Option<String> {
        let source = self.source_for(id, user);
        let key = source.as_ref().map_or(String::new(), |s| s.0.clone());
        let label = self.label(id, &key);
        if self.model.policies.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let scope = self.scope(id, source, Place::Customer);
        let mut require = Vec::new();
        for value in self.value_of(decl, "require").map(items).unwrap_or_default() {
            let condition = self.condition(value, &scope);
            require.push(Requirement { words: self.text(value.span).to_owned(), condition });
        }
        let mut at_most = Vec::new();
        for value in self.value_of(decl, "at_most").map(items).unwrap_or_default() {
            at_most.extend(self.frequency(value));
        }
        let quiet_hours = self.value_of(decl, "quiet_hours").and_then(|v| self.time_range(v));
        self.model
            .policies
            .insert(label.clone(), model::Policy { label: label.clone(), require, at_most, quiet_hours });
        Some(label)
    }

    fn frequency(&mut self, value: &'a Syntax) -> Option<Frequency> {
        let ExprKind::Per(count, window) = &value.kind else {
            self.wrong_value(value, "a cap such as `2 per 7 days` or `1 per day`");
            return None;
        };
        let count = self.whole(count, 1)?;
        let seconds = match &window.kind {
            ExprKind::Duration(length) => i64::from(length.count) * length.unit.seconds(),
            ExprKind::Name(unit) => match tree::Unit::parse(unit) {
                Some(unit) => unit.seconds(),
                None => {
                    self.wrong_value(window, "a length of time such as `7 days` or `day`");
                    return None;
                }
            },
            _ => {
                self.wrong_value(window, "a length of time such as `7 days` or `day`");
                return None;
            }
        };
        Some(Frequency { count: u32::try_from(count).unwrap_or(u32::MAX), seconds })
    }

    fn time_range(&mut self, value: &'a Syntax) -> Option<(jiff::civil::Time, jiff::civil::Time)> {
        if let ExprKind::Range(from, Some(to)) = &value.kind
            && let (ExprKind::Time(from), ExprKind::Time(to)) = (&from.kind, &to.kind)
        {
            return Some((*from, *to));
        }
        let clock = |e: &Syntax| match &e.kind {
            ExprKind::Time(time) => Some(time.strftime("%H:%M").to_string()),
            ExprKind::Number(hour) => {
                hour.parse::<u8>().ok().filter(|h| *h < 24).map(|h| format!("{h:02}:00"))
            }
            _ => None,
        };
        let ends = match &value.kind {
            ExprKind::Range(from, Some(to)) | ExprKind::Binary(tree::BinaryOp::Sub, from, to) => {
                if [from, to].iter().any(|e| matches!(e.kind, ExprKind::Broken)) {
                    return None;
                }
                clock(from).zip(clock(to))
            }
            _ => None,
        };
        match ends {
            Some((from, to)) => {
                let form = format!("{from}..{to}");
                self.report(
                    Diagnostic::error(
                        "H0205",
                        value.span,
                        "this should be a range of times such as `21:00..08:00`",
                    )
                    .label(format!("write `{form}`"))
                    .fix(format!("write `{form}`"), value.span, form),
                );
            }
            None => self.wrong_value(value, "a range of times such as `21:00..08:00`"),
        }
        None
    }

    pub fn word(&mut self, value: &Syntax, words: &[&str]) {
        let written = match &value.kind {
            ExprKind::Name(word) => word.as_str(),
            ExprKind::Broken => return,
            _ => "",
        };
        if !words.contains(&written) {
            let help =
                suggest::nearest(written, words.iter().copied()).map(|n| format!("did you mean `{n}`?"));
            self.report(
                Diagnostic::error(
                    "H0205",
                    value.span,
                    format!("this should be one of {}", suggest::list(words)),
                )
                .label("something else")
                .help_opt(help),
            );
        }
    }

    pub fn number_range(&mut self, value: &'a Syntax, least: f64, most: f64) {
        let ends: Vec<&'a Syntax> = match &value.kind {
            ExprKind::Range(low, high) => std::iter::once(low.as_ref()).chain(high.as_deref()).collect(),
            _ => vec![value],
        };
        let numbers: Vec<f64> = ends.iter().filter_map(|e| self.plain_number(e)).collect();
        if numbers.iter().any(|n| *n < least || *n > most) || numbers.windows(2).any(|w| w[0] > w[1]) {
            self.report(
                Diagnostic::error(
                    "H0219",
                    value.span,
                    format!("this should be a range within {least} and {most}, the smaller end first"),
                )
                .label("outside"),
            );
        }
    }

    /// A condition with a scope that may look ahead.
    pub fn future_condition(&mut self, value: &'a Syntax, scope: &Scope) -> Expr {
        self.condition(value, &Scope { future: true, ..scope.clone() })
    }
}

/// The items of a list, or the one value.
pub(super) fn items(value: &Syntax) -> Vec<&Syntax> {
    match &value.kind {
        ExprKind::List(items) => items.iter().collect(),
        _ => vec![value],
    }
}
