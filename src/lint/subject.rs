//! What lints look at, with the questions that several of them ask.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::advert_mark::is_of_china;
use super::conditions::{Verdict, judge};
use super::fact::{Holds, facts};
use super::silence::Silences;
use super::texts::{self, Body};
use crate::check::model::{Campaign, Choice, Template};
use crate::check::{Checked, Model, Project};
use crate::diagnostic::{FileId, Span};
use crate::syntax::tree::{Decl, Expr, ExprKind, Setting, Value};

/// A checked project without errors.
pub struct Subject<'a> {
    /// Texts and trees.
    pub project: &'a Project,
    /// The model and the findings of the check.
    pub checked: &'a Checked,
    /// What the files silence.
    pub silences: Silences,
    /// Names, by file, that files which were not loaded take from it ([`super::exported`]).
    pub exported: BTreeSet<(FileId, String)>,
    bodies: OnceCell<Vec<Body<'a>>>,
    verdicts: OnceCell<Vec<Verdict>>,
}

impl<'a> Subject<'a> {
    /// A project to look at, of which nothing is used outside.
    pub fn new(project: &'a Project, checked: &'a Checked) -> Self {
        Self {
            project,
            checked,
            silences: Silences::of(project),
            exported: BTreeSet::new(),
            bodies: OnceCell::new(),
            verdicts: OnceCell::new(),
        }
    }

    /// The bodies of all templates and what they include, each read once for all lints.
    pub(super) fn bodies(&self) -> &[Body<'a>] {
        self.bodies.get_or_init(|| self.model().templates.values().flat_map(texts::bodies).collect())
    }

    /// What was found of every condition, judged once for all lints.
    pub(super) fn verdicts(&self) -> &[Verdict] {
        self.verdicts.get_or_init(|| judge(self))
    }

    /// The model.
    pub fn model(&self) -> &'a Model {
        &self.checked.model
    }

    /// Whether a text is the project's own, and not of the shipped library.
    pub fn is_own(&self, file: FileId) -> bool {
        let source = self.project.sources.get(file);
        source.path.is_some() || !source.name.starts_with("std/")
    }

    /// Whether a file was asked for, and did not only come along by `use`.
    pub fn is_asked(&self, file: FileId) -> bool {
        self.project.files.iter().any(|f| f.id == file && f.asked)
    }

    /// The text of a place.
    pub fn text(&self, span: Span) -> &'a str {
        self.project.sources.text(span)
    }

    /// Every declaration, with its file's place in the project.
    pub fn decls(&self) -> impl Iterator<Item = (usize, &'a Decl)> + use<'a> {
        let files = self.project.files.iter().enumerate();
        files.flat_map(|(file, parsed)| parsed.tree.decls.iter().map(move |decl| (file, decl)))
    }

    /// Every declaration of a kind.
    pub fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = (usize, &'a Decl)> + use<'a> {
        self.decls().filter(move |(_, decl)| decl.kind.text == kind)
    }

    /// The declaration that a name means in a file: its own, or one that it takes from another.
    pub fn resolve(&self, file: usize, name: &str) -> Option<(usize, &'a Decl)> {
        let own = |file: usize| {
            let decls = &self.project.files[file].tree.decls;
            let found = decls.iter().find(|d| d.name.as_ref().is_some_and(|n| n.text == name));
            found.map(|decl| (file, decl))
        };
        own(file).or_else(|| {
            let parsed = &self.project.files[file];
            let lines = parsed.tree.uses.iter().zip(&parsed.uses);
            let mut from = lines.filter(|(line, _)| line.names.iter().any(|n| n.text == name));
            from.find_map(|(_, target)| own((*target)?))
        })
    }

    /// The declaration that a setting's value names.
    pub fn named(&self, file: usize, decl: &'a Decl, key: &str) -> Option<(usize, &'a Decl)> {
        match &value(decl, key)?.kind {
            ExprKind::Name(name) => self.resolve(file, name),
            _ => None,
        }
    }

    /// Every campaign of the model with its declaration.
    pub fn campaigns(&self) -> impl Iterator<Item = (usize, &'a Decl, &'a Campaign)> + use<'a> {
        let campaigns = &self.checked.model.campaigns;
        self.of_kind("campaign").filter_map(move |(file, decl)| {
            campaigns.values().find(|c| c.span == decl.head).map(|campaign| (file, decl, campaign))
        })
    }

    /// Whether a campaign writes to people in China, as far as its files say: in their language, or to their country.
    pub fn reaches_china(&self, campaign: &Campaign) -> bool {
        let language = self.templates_of(campaign).iter().any(|t| is_of_china(&t.language));
        language || self.countries(campaign).is_some_and(|c| c.iter().any(|c| is_china(c)))
    }

    /// Whether a campaign writes to nobody else.
    pub fn is_only_for_china(&self, campaign: &Campaign) -> bool {
        self.countries(campaign).is_some_and(|c| !c.is_empty() && c.iter().all(|c| is_china(c)))
    }

    /// The countries that a campaign's audience and policy ask for.
    fn countries(&self, campaign: &Campaign) -> Option<Vec<String>> {
        let required = self.checked.model.policies.get(&campaign.policy);
        let required = required.into_iter().flat_map(|p| &p.require).map(|r| &r.condition);
        let said = required.chain([&campaign.audience]);
        let mut facts = said.flat_map(|c| facts(&self.checked.model, c, Holds::Yes, campaign.span));
        facts.find_map(|fact| fact.texts_of("country"))
    }

    /// Where the body of a template is set.
    pub fn body_of(&self, label: &str) -> Option<Span> {
        let body = self.checked.model.templates.get(label)?.body.span;
        let is_it = |e: &Expr| match self.project.texts.get(&e.span) {
            Some(text) => *text == body.file,
            None => e.span == body,
        };
        let bodies = self.of_kind("template").filter_map(|(_, decl)| setting(decl, "body"));
        let mut own = bodies.filter(|s| matches!(&s.value, Value::Expr(e) if is_it(e)));
        own.next().map(|setting| setting.key.span)
    }

    /// The templates that a campaign's messages are made of.
    pub fn templates_of(&self, campaign: &Campaign) -> Vec<&'a Template> {
        let choices = std::iter::once(&campaign.template)
            .chain(campaign.variants.iter().filter_map(|v| v.template.as_ref()));
        let labels: BTreeSet<&str> =
            choices.flat_map(|Choice { options }| options.iter().map(|o| o.1.as_str())).collect();
        labels.into_iter().filter_map(|label| self.checked.model.templates.get(label)).collect()
    }
}

fn is_china(country: &str) -> bool {
    matches!(country, "CN" | "CHN" | "China" | "china" | "中国")
}

/// The setting of that key.
pub fn setting<'d>(decl: &'d Decl, key: &str) -> Option<&'d Setting> {
    decl.settings.iter().find(|s| s.key.text == key)
}

/// The value of that key.
pub fn value<'d>(decl: &'d Decl, key: &str) -> Option<&'d Expr> {
    match &setting(decl, key)?.value {
        Value::Expr(e) => Some(e),
        Value::Schedule(_) => None,
    }
}

/// The items of a list, or the one value.
pub fn items(value: &Expr) -> Vec<&Expr> {
    match &value.kind {
        ExprKind::List(items) => items.iter().collect(),
        _ => vec![value],
    }
}
