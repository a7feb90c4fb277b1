//! Templates' texts against what each campaign's messages offer.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, DeclId, Place, Scope, expr_of, setting};
use super::model::{Line, Source};
use super::shape::{Field, Given, MessageGiven, OfferGiven, Presence, Shape, message_shape};
use super::template_text::read_text;
use super::typed::{Op, Type};
use crate::syntax::tree::ExprKind;

impl Checker<'_> {
    /// Checks the texts of every template, once for each source (and offer) that a campaign uses it with. A template
    /// that no campaign uses is checked with the one source there is, or not at all.
    pub fn messages(&mut self) {
        let mut pairs: BTreeSet<(String, String, Option<String>)> = BTreeSet::new();
        for campaign in self.model.campaigns.values() {
            let choices = std::iter::once((&campaign.template, &campaign.offer)).chain(
                campaign.variants.iter().map(|v| {
                    (
                        v.template.as_ref().unwrap_or(&campaign.template),
                        if v.offer.is_some() { &v.offer } else { &campaign.offer },
                    )
                }),
            );
            for (choice, offer) in choices {
                for (_, template) in &choice.options {
                    pairs.insert((template.clone(), campaign.source.clone(), offer.clone()));
                }
            }
        }
        let only_source =
            (self.model.sources.len() == 1).then(|| self.model.sources.keys().next().cloned()).flatten();
        let unused: Vec<String> =
            self.model.templates.keys().filter(|t| !pairs.iter().any(|p| p.0 == **t)).cloned().collect();
        pairs.extend(unused.into_iter().filter_map(|t| Some((t, only_source.clone()?, None))));
        for (template, source, offer) in pairs {
            self.message(&template, &source, offer.as_deref());
        }
    }

    fn message(&mut self, template: &str, source: &str, offer: Option<&str>) {
        let (Some(template), Some(source)) =
            (self.model.templates.get(template).cloned(), self.model.sources.get(source).cloned())
        else {
            return;
        };
        let Some(&(id, _)) = self.labels.get(&template.label) else { return };
        let offered = self.offered(id, &source, offer.map(|o| self.offer_given(o)));
        let scope = scope(id, &source);
        let mut found = Vec::new();
        let mut mentions = Vec::new();
        let lines = std::iter::once(&template.subject).chain(&template.preheader);
        for line in lines {
            if let Line::Text(text) = line {
                mentions.extend(read_text(text, &offered, &[], &mut found));
            }
        }
        mentions.extend(read_text(&template.body, &offered, &[], &mut found));
        self.diagnostics.extend(found);
        self.mark_mentions(mentions, &scope);
        self.index.offered.entry(id).or_default().extend(offered);
    }

    /// What a text declared there may speak of.
    fn offered(&mut self, id: DeclId, source: &Source, offer: Option<OfferGiven>) -> BTreeMap<String, Field> {
        let customer = self.customer_fields(id, source);
        let product = columns(source, "products");
        let copies = self.copy_names();
        let given = MessageGiven {
            customer: &customer,
            product: &product,
            known: source.schema.known,
            offer,
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
    fn customer_fields(&mut self, id: DeclId, source: &Source) -> Vec<Given> {
        let mut given = columns(source, "customers");
        let scope = scope(id, source);
        for profile in self.profiles(&scope) {
            for attribute in &self.decl(profile).settings {
                let name = attribute.key.text.clone();
                if given.iter().any(|g| g.name == name) {
                    continue;
                }
                let typed = self.attribute(profile, &attribute.key.text, &scope);
                let optional = self.may_be_missing(&typed.op, &name);
                given.push(Given { name, ty: typed.ty, optional, doc: attribute.docs.clone() });
            }
        }
        given
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

/// Where a text's names of the customer's attributes are looked for.
fn scope(id: DeclId, source: &Source) -> Scope {
    Scope {
        file: id.file,
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
