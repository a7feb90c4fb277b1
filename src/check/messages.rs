//! Templates' texts against what each campaign's messages offer.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::declarations::items;
use super::model::{Line, Source};
use super::proven;
use super::shape::{Field, Given, MessageGiven, OfferGiven, Presence, Shape, message_shape};
use super::template_text::read_text;
use super::typed::{Op, Type};
use crate::syntax::tree::ExprKind;

/// A text in the messages of a campaign.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    /// The label of the template or copy.
    text: String,
    source: String,
    offer: Option<String>,
    /// What everybody who gets the message has.
    known: BTreeSet<String>,
}

impl Checker<'_> {
    /// Checks the texts of every template, once for each source, offer and audience that a campaign uses it
    /// with. A template
    /// that no campaign uses is checked with the one source there is, or not at all.
    pub fn messages(&mut self) {
        let mut uses: BTreeSet<Use> = BTreeSet::new();
        for campaign in self.model.campaigns.values() {
            let versions = std::iter::once(None).chain(campaign.variants.iter().map(Some));
            for variant in versions {
                let template = variant.and_then(|v| v.template.as_ref()).unwrap_or(&campaign.template);
                let offer = variant.and_then(|v| v.offer.as_ref()).or(campaign.offer.as_ref());
                let known = proven::of_recipients(&self.model, campaign, variant);
                uses.extend(template.options.iter().map(|(_, template)| Use {
                    text: template.clone(),
                    source: campaign.source.clone(),
                    offer: offer.cloned(),
                    known: known.clone(),
                }));
            }
        }
        let waiting = self.named_by_broken_campaigns();
        let lone: Vec<String> = self
            .model
            .templates
            .keys()
            .filter(|label| !uses.iter().any(|u| u.text == **label) && !waiting.contains(*label))
            .cloned()
            .collect();
        for text in lone {
            let source = self.source_of_text(&text);
            uses.extend(source.map(|source| Use { text, source, offer: None, known: BTreeSet::new() }));
        }
        let mut unused: BTreeSet<String> = self.model.copies.keys().cloned().collect();
        for template in waiting.iter().filter_map(|label| self.model.templates.get(label)) {
            let used = self.copies_of(template);
            unused.retain(|copy| !used.contains(copy));
        }
        for use_ in uses {
            let used = self.message(&use_);
            unused.retain(|copy| !used.contains(copy));
        }
        for copy in unused {
            self.unused_copy(&copy);
        }
        self.tests();
    }

    /// The labels of templates that campaigns name which are not sound: what their messages offer is not known.
    fn named_by_broken_campaigns(&mut self) -> BTreeSet<String> {
        let project = self.project;
        let mut named = BTreeSet::new();
        for (file, parsed) in project.files.iter().enumerate() {
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                let label = self.label(DeclId { file, index }, "");
                if decl.kind.text != "campaign" || self.model.campaigns.contains_key(&label) {
                    continue;
                }
                let blocks = std::iter::once(decl).chain(&decl.blocks);
                let values = blocks.filter_map(|d| setting(d, "template").and_then(expr_of)).flat_map(items);
                for value in values {
                    let name = match &value.kind {
                        ExprKind::When(name, _) => name.as_ref(),
                        _ => value,
                    };
                    if let ExprKind::Name(name) = &name.kind
                        && let Some(&id) = self.names[file].get(name.as_str())
                    {
                        named.insert(self.label(id, ""));
                    }
                }
            }
        }
        named
    }

    /// The source whose customers a text that no campaign uses would be for: the one in its file's scope, or the
    /// only one there is.
    fn source_of_text(&mut self, label: &str) -> Option<String> {
        let file = self.labels.get(label)?.0.file;
        let is_source = |id: &DeclId| self.decl(*id).kind.text == "source";
        let mut here: Vec<DeclId> = self.names[file].values().copied().filter(is_source).collect();
        if here.is_empty() {
            let decls = self.project.files.iter().enumerate();
            let all =
                decls.flat_map(|(file, f)| (0..f.tree.decls.len()).map(move |index| DeclId { file, index }));
            here = all.filter(is_source).collect();
        }
        match here.as_slice() {
            [one] => Some(self.label(*one, "")).filter(|label| self.model.sources.contains_key(label)),
            _ => None,
        }
    }

    /// Checks the texts of one message; the copies that it is made of.
    fn message(&mut self, use_: &Use) -> BTreeSet<String> {
        let (Some(template), Some(source)) =
            (self.model.templates.get(&use_.text).cloned(), self.model.sources.get(&use_.source).cloned())
        else {
            return BTreeSet::new();
        };
        let Some(id) = self.labels.get(&template.label).map(|(id, _)| *id) else {
            return BTreeSet::new();
        };
        let scope = customer_scope(id.file, &source);
        let mut offered = self.offered(&scope, &source, use_.offer.as_deref());
        let known: Vec<String> = use_.known.iter().cloned().collect();
        let copies = self.copies_of(&template);
        for copy in
            copies.iter().filter_map(|label| self.model.copies.get(label).cloned()).collect::<Vec<_>>()
        {
            self.copy_in_message(&copy, &offered, &use_.known, &scope);
        }
        let mut found = Vec::new();
        self.index.offered.entry(id).or_default().extend(offered.clone());
        let mut mentions = read_text(&template.body, &offered, &known, &mut found);
        // The preheader is filled before the body, the subject before both.
        for (line, name) in [(template.preheader.as_ref(), "preheader"), (Some(&template.subject), "subject")]
        {
            offered.remove(name);
            if let Some(Line::Text(text)) = line {
                mentions.extend(read_text(text, &offered, &known, &mut found));
            }
        }
        self.diagnostics.extend(found);
        self.mark_mentions(mentions, &scope);
        copies
    }

    /// A copy that no template uses is checked with the campaigns of its file, or with the one source there is.
    fn unused_copy(&mut self, copy: &str) {
        let Some(file) = self.labels.get(copy).map(|(id, _)| id.file) else { return };
        let here = self.project.files[file].id;
        let beside = self.model.campaigns.values().filter(|campaign| campaign.span.file == here);
        let mut uses: BTreeSet<Use> = beside
            .map(|campaign| Use {
                text: copy.to_owned(),
                source: campaign.source.clone(),
                offer: campaign.offer.clone(),
                known: proven::of_recipients(&self.model, campaign, None),
            })
            .collect();
        if uses.is_empty() {
            let source = self.source_of_text(copy);
            uses.extend(source.map(|source| Use {
                text: copy.to_owned(),
                source,
                offer: None,
                known: BTreeSet::new(),
            }));
        }
        for use_ in uses {
            let (Some(copy), Some(source)) =
                (self.model.copies.get(copy).cloned(), self.model.sources.get(&use_.source).cloned())
            else {
                continue;
            };
            let scope = customer_scope(file, &source);
            let offered = self.offered(&scope, &source, use_.offer.as_deref());
            self.copy_in_message(&copy, &offered, &use_.known, &scope);
        }
    }

    /// What a message of a source, with that offer, offers to its texts.
    pub fn offered(
        &mut self,
        scope: &Scope,
        source: &Source,
        offer: Option<&str>,
    ) -> BTreeMap<String, Field> {
        let customer = self.customer_fields(scope, source);
        let product = columns(source, "products");
        let copies = self.copy_names();
        let given = MessageGiven {
            customer: &customer,
            product: &product,
            known: source.schema.known,
            offer: offer.map(|o| self.offer_given(o)),
            copies: &copies,
        };
        let mut offered = message_shape(&given);
        if let Some(Field { shape: Shape::Record { fields, .. }, .. }) = offered.get_mut("shop")
            && let Some(url) = fields.get_mut("url")
        {
            url.optional = source.url.is_empty();
        }
        offered
    }

    /// The customer's columns, and the attributes of the profiles that the text's file knows.
    fn customer_fields(&mut self, scope: &Scope, source: &Source) -> Vec<Given> {
        let mut given = columns(source, "customers");
        for profile in self.profiles(scope) {
            for attribute in &self.decl(profile).settings {
                let name = attribute.key.text.clone();
                if given.iter().any(|g| g.name == name) {
                    continue;
                }
                let typed = self.attribute(profile, &attribute.key.text, scope);
                let optional = self.may_be_missing(&typed.op, &name);
                given.push(Given { name, ty: typed.ty, optional, doc: attribute.docs.clone() });
            }
        }
        for (name, id) in self.learned_names(scope) {
            if given.iter().any(|g| g.name == name) {
                continue;
            }
            let Some(learner) = self.learner(id, scope.source.as_ref()) else { continue };
            let Some(learner) = self.model.learners.get(&learner) else { continue };
            let optional = matches!(learner.lesson, super::lesson::Lesson::Buying { .. });
            given.push(Given { name, ty: learner.ty, optional, doc: learner.title.clone() });
        }
        given
    }

    /// Clusters and models that a text may name: those of its file, and those beside the source.
    fn learned_names(&self, scope: &Scope) -> Vec<(String, DeclId)> {
        let mut files = vec![scope.file];
        if let Some((label, _)) = &scope.source
            && let Some((id, _)) = self.labels.get(label)
            && id.file != scope.file
        {
            files.push(id.file);
        }
        let names = files.iter().flat_map(|file| &self.names[*file]);
        names
            .filter(|(_, id)| matches!(self.decl(**id).kind.text.as_str(), "cluster" | "model"))
            .map(|(name, id)| ((*name).to_owned(), *id))
            .collect()
    }

    /// Whether an attribute has no value for some customers: all but counts, sums and conditions.
    fn may_be_missing(&self, op: &Op, name: &str) -> bool {
        let Op::Attribute { profile, .. } = op else { return true };
        let value =
            self.model.profiles.get(profile).and_then(|p| p.attributes.iter().find(|a| a.name == name));
        match value.map(|a| (&a.value.op, a.value.ty)) {
            Some((_, Type::YesNo)) => false,
            Some((Op::Aggregate(a), _)) => {
                !matches!(a.function, super::typed::Aggregation::Count | super::typed::Aggregation::Sum)
            }
            _ => true,
        }
    }

    fn copy_names(&self) -> Vec<String> {
        self.project
            .files
            .iter()
            .flat_map(|f| &f.tree.decls)
            .filter(|d| d.kind.text == "copy")
            .filter_map(|d| d.name.as_ref().map(|n| n.text.clone()))
            .collect()
    }

    fn offer_given(&self, label: &str) -> OfferGiven {
        let Some((id, _)) = self.labels.get(label) else { return OfferGiven::default() };
        let decl = self.decl(*id);
        let has = |key: &str| setting(decl, key).is_some();
        let discount = setting(decl, "discount").and_then(expr_of).map(|value| match &value.kind {
            ExprKind::Money { currency, .. } => {
                crate::data::Currency::parse(&currency.text).map_or(Type::Unknown, Type::Money)
            }
            _ => Type::Number,
        });
        OfferGiven {
            discount,
            code: has("code"),
            expires: has("valid_for"),
            price: if has("price") || has("discount") { Presence::Always } else { Presence::Never },
        }
    }
}

/// The scope in which a customer's attributes are known to a file.
pub(super) fn customer_scope(file: usize, source: &Source) -> Scope {
    Scope {
        file,
        source: Some((source.label.clone(), source.schema.clone())),
        place: Place::Customer,
        row: None,
        future: false,
    }
}

fn columns(source: &Source, relation: &str) -> Vec<Given> {
    let columns = source.schema.relation(relation).map(|r| r.columns.as_slice()).unwrap_or_default();
    columns
        .iter()
        .map(|c| Given::column(c, source.with_gaps.contains(&format!("{relation}.{}", c.name))))
        .collect()
}
