//! One customer's message as a test sees it, and the audience.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bench::Bench;
use super::value::Value;
use crate::check::expectation::{Root, Step};
use crate::check::typed::{Expr, Type};
use crate::compose::Composed;
use crate::data::Key;
use crate::run::datum::Datum;
use crate::run::message::PickInputs;
use crate::run::{Draft, Outcome, RunError};

/// What a path leads to.
#[derive(Debug, Clone)]
pub enum Thing {
    /// A value.
    Value(Value),
    /// Fields by name.
    Record(BTreeMap<String, Thing>),
    /// Any number of the same.
    List(Vec<Thing>),
}

impl Thing {
    /// Where some steps lead from here; missing where there is no such part.
    pub fn at(&self, steps: &[Step]) -> &Thing {
        const NOTHING: &Thing = &Thing::Value(Value::Missing);
        let Some((first, rest)) = steps.split_first() else { return self };
        let next = match (self, first) {
            (Self::Record(fields), Step::Field(name)) => fields.get(name),
            (Self::List(items), Step::Item(index)) => items.get(*index),
            _ => None,
        };
        next.map_or(NOTHING, |thing| thing.at(rest))
    }

    fn text(text: &str) -> Self {
        Self::Value(Value::text(text))
    }

    fn record<'n>(fields: impl IntoIterator<Item = (&'n str, Thing)>) -> Self {
        Self::Record(fields.into_iter().map(|(name, thing)| (name.to_owned(), thing)).collect())
    }
}

/// Why a customer gets no message.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The gate, in a word or two.
    pub gate: String,
    /// The reason, in a sentence.
    pub reason: String,
}

/// One customer and what they would get.
pub struct Scene {
    /// Who.
    pub customer: Key,
    /// The message, not written yet, or why there is none.
    pub draft: Result<Box<Draft>, Refusal>,
    /// The message as it is written, where a test looks at its text.
    pub written: Option<Composed>,
    values: Thing,
    picks: Thing,
}

impl Scene {
    /// The scenes of customers, in their order. `write` writes their messages; one that cannot be written is none.
    ///
    /// # Errors
    /// SQLite's.
    pub fn of(
        bench: &Bench,
        ids: &[Key],
        columns: &[(String, Expr)],
        write: bool,
    ) -> Result<Vec<Self>, RunError> {
        let rows = bench.values(ids, columns)?;
        let mut decided: Vec<Result<Box<Draft>, Refusal>> = Vec::with_capacity(ids.len());
        for outcome in bench.session.chunk(ids)? {
            decided.push(match outcome {
                Outcome::Draft(draft) => Ok(draft),
                Outcome::Excluded { gate, reason } => Err(Refusal { gate: gate.to_owned(), reason }),
            });
        }
        let writer = &bench.session.writer;
        let written: Vec<Option<Result<Composed, String>>> = decided
            .par_iter()
            .map(|d| d.as_ref().ok().filter(|_| write).map(|d| writer.write_draft(d, d.due_at)))
            .collect();
        let scenes = ids.iter().zip(rows).zip(decided.into_iter().zip(written));
        let scenes = scenes.map(|((id, row), (draft, written))| {
            let (draft, written) = match written {
                Some(Err(reason)) => (Err(Refusal { gate: "writing".to_owned(), reason }), None),
                Some(Ok(composed)) => (draft, Some(composed)),
                None => (draft, None),
            };
            let picks = draft.iter().flat_map(|d| &d.inputs.picks).map(|p| pick(bench, p)).collect();
            let values = customer(columns, &row);
            Self { customer: id.clone(), draft, written, values, picks: Thing::List(picks) }
        });
        Ok(scenes.collect())
    }

    /// A part of the message or of its customer.
    pub fn root(&self, bench: &Bench, root: Root) -> Cow<'_, Thing> {
        match root {
            Root::Customer => Cow::Borrowed(&self.values),
            Root::Picks => Cow::Borrowed(&self.picks),
            _ => Cow::Owned(self.text(bench, root).unwrap_or_else(|| whole(bench, root))),
        }
    }

    /// A part that is a text or the sender; none where there is no message, or the part is the same for all.
    fn text(&self, bench: &Bench, root: Root) -> Option<Thing> {
        let draft = self.draft.as_ref().ok()?;
        let written = |part: fn(&Composed) -> &str| self.written.as_ref().map(|w| Thing::text(part(w)));
        match root {
            Root::Subject => written(|w| &w.subject),
            Root::Preheader => written(|w| &w.preheader),
            Root::Text => written(|w| &w.text),
            Root::Html => written(|w| &w.html),
            Root::Variant => draft.variant.as_deref().map(Thing::text),
            Root::Template => Some(Thing::text(&draft.inputs.template)),
            Root::Lang => {
                let template = bench.model.templates.get(&draft.inputs.template)?;
                Some(Thing::text(&template.language))
            }
            Root::Sender => Some(sender(bench, Some(&draft.inputs.sender))),
            _ => None,
        }
    }
}

/// A part that is the same for every message.
pub fn whole(bench: &Bench, root: Root) -> Thing {
    let source = &bench.session.source;
    match root {
        Root::Campaign => Thing::record([
            ("name", Thing::text(&bench.session.plan.campaign)),
            ("title", Thing::text(&bench.session.plan.title)),
        ]),
        Root::Shop => {
            let accent =
                bench.campaign().and_then(|c| bench.session.senders.get(&c.sender)).map(|s| &s.accent);
            Thing::record([
                ("name", Thing::text(&source.shop_name)),
                ("url", Thing::text(&source.url)),
                ("accent", Thing::text(accent.map_or("", |a| a))),
            ])
        }
        Root::Sender => sender(bench, None),
        Root::AsOf => Thing::Value(Value::Instant(bench.session.plan.as_of)),
        _ => Thing::Value(Value::Missing),
    }
}

/// A sender; without a name the campaign's own.
fn sender(bench: &Bench, label: Option<&str>) -> Thing {
    let own = || bench.campaign().map(|c| c.sender.as_str());
    match label.or_else(own).and_then(|label| bench.session.senders.get(label)) {
        Some(sender) => {
            Thing::record([("name", Thing::text(&sender.name)), ("address", Thing::text(&sender.address))])
        }
        None => Thing::Value(Value::Missing),
    }
}

/// A customer's values as a record.
pub fn customer(columns: &[(String, Expr)], row: &[Datum]) -> Thing {
    let fields = columns.iter().zip(row);
    Thing::record(
        fields.map(|((name, expr), datum)| (name.as_str(), Thing::Value(Value::of(datum, expr.ty)))),
    )
}

/// A pick with every column of its product, whether the mail shows it or not.
fn pick(bench: &Bench, pick: &PickInputs) -> Thing {
    let mut record = product(bench, &pick.product);
    if let Thing::Record(fields) = &mut record {
        fields.insert("score".to_owned(), Thing::Value(Value::Number(pick.score)));
        if let Some(because) = &pick.because {
            fields.insert("because".to_owned(), product(bench, because));
        }
    }
    record
}

fn product(bench: &Bench, shown: &BTreeMap<String, Datum>) -> Thing {
    let catalogue = &bench.session.catalogue;
    let id = match shown.get("id") {
        Some(Datum::Whole(id)) => Key::Int(*id),
        Some(Datum::Text(id)) => Key::Text(id.as_str().into()),
        _ => return Thing::Value(Value::Missing),
    };
    let Some(item) = catalogue.index(&id) else { return Thing::Value(Value::Missing) };
    let relation = bench.session.shop.schema().relation("products");
    let fields = catalogue.columns.iter().filter_map(|name| {
        let ty = relation.and_then(|r| r.column(name)).map_or(Type::Unknown, |c| c.ty);
        Some((name.as_str(), Thing::Value(Value::of(catalogue.value(item, name)?, ty))))
    });
    Thing::record(fields)
}
