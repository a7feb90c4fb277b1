//! A `test`: the campaign, the day and whose message, what must be true of it, and where it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::checker::{Checker, DeclId, Place, Scope, setting};
use super::declarations::items;
use super::expectation::{Expectation, Root};
use super::message_expr::Offered;
use super::messages::customer_scope;
use super::model::{Campaign, Snapshot, Source, Test};
use super::shape::{Field, MessageGiven, OfferGiven, Shape, message_shape};
use super::typed::{Expr, Row, Type};
use crate::data::Key;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Decl, Expr as Syntax, ExprKind, Str};

/// The campaign of a test, with the file that declares it and its source, where both are sound.
struct About {
    file: usize,
    campaign: Campaign,
    source: Source,
}

impl<'a> Checker<'a> {
    /// What of a test needs no sound campaign.
    pub fn test(&mut self, id: DeclId, decl: &'a Decl) {
        if let Some(value) = self.value_of(decl, "campaign") {
            self.reference(id.file, value, "campaign");
        }
        let says = ["expect", "snapshot"].iter().any(|key| setting(decl, key).is_some());
        if !says && !decl.broken {
            self.report(
                Diagnostic::error("H0204", decl.head, "this test expects nothing")
                    .label("`expect:` or `snapshot:` is missing")
                    .help("say what must be true: `expect: [count(audience) in 50..5000]`"),
            );
        }
    }

    /// Every test, against the messages of its campaign.
    pub fn tests(&mut self) {
        let mut kept: BTreeMap<PathBuf, Span> = BTreeMap::new();
        for (file, parsed) in self.project.files.iter().enumerate() {
            for decl in parsed.tree.decls.iter().filter(|d| d.kind.text == "test") {
                let test = self.whole_test(file, decl);
                let Some(test) = test.filter(|_| parsed.asked && !decl.broken) else { continue };
                if let Some(snapshot) = &test.snapshot
                    && let Some(first) = kept.insert(snapshot.path.clone(), snapshot.span)
                {
                    self.kept_twice(snapshot, first);
                }
                self.model.tests.push(test);
            }
        }
    }

    /// A campaign that is not sound says nothing about its messages: then only what every message has is known.
    fn whole_test(&mut self, file: usize, decl: &'a Decl) -> Option<Test> {
        let about = self.about(file, decl);
        let zone = about.as_ref().map_or(TimeZone::UTC, |a| a.source.schema.timezone.clone());
        let as_of = self.value_of(decl, "as_of").and_then(|v| self.day(v, &zone));
        let customer = self.value_of(decl, "customer").and_then(|v| self.customer_id(v));
        let expect = self.expectations(file, decl, about.as_ref());
        let rows = self.value_of(decl, "rows").map(|v| {
            let schema = about.as_ref().map(|a| (a.source.label.clone(), a.source.schema.clone()));
            self.fixture_rows(v, &self.scope(DeclId { file, index: 0 }, schema, Place::Customer))
        });
        let snapshot = self.value_of(decl, "snapshot").and_then(|v| self.snapshot(file, decl, v));
        let About { file: campaign_file, campaign, source } = about?;
        let values = self.asked_values(&expect, &customer_scope(campaign_file, &source));
        Some(Test {
            title: decl.title.as_ref().map(|t| t.value.clone()).unwrap_or_default(),
            span: decl.head,
            campaign: campaign.label,
            as_of,
            customer,
            rows,
            expect,
            values,
            snapshot,
        })
    }

    fn about(&mut self, file: usize, decl: &'a Decl) -> Option<About> {
        let ExprKind::Name(name) = &self.value_of(decl, "campaign")?.kind else { return None };
        let id = self.names[file].get(name.as_str()).copied()?;
        let label = self.label(id, "");
        let campaign = self.model.campaigns.get(&label)?.clone();
        let source = self.model.sources.get(&campaign.source)?.clone();
        Some(About { file: id.file, campaign, source })
    }

    /// A date is the midnight that begins it, in the shop's zone.
    fn day(&mut self, value: &Syntax, zone: &TimeZone) -> Option<Timestamp> {
        let civil = match &value.kind {
            ExprKind::Date(date) => date.at(0, 0, 0, 0),
            ExprKind::Instant(at) => *at,
            ExprKind::Broken => return None,
            _ => {
                self.wrong_value(value, "a date such as `2026-11-20`");
                return None;
            }
        };
        civil.to_zoned(zone.clone()).ok().map(|z| z.timestamp())
    }

    fn customer_id(&mut self, value: &Syntax) -> Option<(Key, Span)> {
        let key = match &value.kind {
            ExprKind::Number(digits) if digits.parse::<i64>().is_ok() => Some(Key::parse(digits)),
            ExprKind::Str(text) => Some(Key::Text(text.value.as_str().into())),
            ExprKind::Broken => None,
            _ => {
                self.wrong_value(value, "a customer's id, such as `17` or `\"C-17\"`");
                None
            }
        };
        key.map(|key| (key, value.span))
    }

    fn expectations(&mut self, file: usize, decl: &'a Decl, about: Option<&About>) -> Vec<Expectation> {
        let (mut roots, scope) = match about {
            Some(About { file, campaign, source }) => {
                let scope = customer_scope(*file, source);
                let offers = campaign.variants.iter().filter_map(|v| v.offer.as_deref());
                let offer = campaign.offer.as_deref().or_else(|| offers.into_iter().next());
                (self.offered(&scope, source, offer), scope)
            }
            None => {
                let given = MessageGiven { offer: Some(OfferGiven::default()), ..MessageGiven::default() };
                let mut roots = message_shape(&given);
                roots.insert("offer".to_owned(), Field::new(Shape::Any, ""));
                (roots, Scope { file, source: None, place: Place::Customer, row: None, future: false })
            }
        };
        only_of_tests(&mut roots);
        let scope = Scope { file, ..scope };
        let offered = Offered { roots: &roots, item: None, scope: &scope };
        let values: Vec<&Syntax> = self.value_of(decl, "expect").map(items).unwrap_or_default();
        let mut expect = Vec::new();
        for value in values {
            self.message_condition(value, offered);
            let words = self.text(value.span).split_whitespace().collect::<Vec<_>>().join(" ");
            expect.push(Expectation { words, ask: self.ask(value, offered) });
        }
        expect
    }

    /// How the values of customers that expectations look at are worked out.
    fn asked_values(&mut self, expect: &[Expectation], scope: &Scope) -> Vec<(String, Expr)> {
        let names: BTreeSet<String> = expect.iter().flat_map(|e| e.ask.customer_fields()).collect();
        let mut values = Vec::new();
        for name in names {
            if let Some(ty) = self.relation_column(scope, "customers", &name) {
                values.push((name.clone(), Expr::column(Row::Customer, &name, ty)));
            } else if let Some(&profile) = self.profiles_with(scope, &name).first() {
                let value = self.attribute(profile, &name, scope);
                values.push((name, value));
            }
        }
        values
    }

    /// A file below the folder of this one.
    fn snapshot(&mut self, file: usize, decl: &'a Decl, value: &'a Syntax) -> Option<Snapshot> {
        let text: &Str = self.plain_text(value)?;
        let inside = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
        if text.value.is_empty() || !Path::new(&text.value).components().all(inside) {
            self.report(
                Diagnostic::error(
                    "H0218",
                    text.span,
                    "a message is kept in the folder of this file, or below it",
                )
                .label("elsewhere")
                .help("for example `snapshot: \"snapshots/welcome.txt\"`"),
            );
            return None;
        }
        if setting(decl, "customer").is_none() && !decl.broken {
            self.report(
                Diagnostic::error("H0204", value.span, "whose message is kept? This test names no customer")
                    .label("one customer's message")
                    .help("add `customer:` with an id"),
            );
        }
        let source = self.project.sources.get(self.project.files[file].id);
        let folder = source.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        Some(Snapshot { written: text.value.clone(), path: folder.join(&text.value), span: value.span })
    }

    fn kept_twice(&mut self, snapshot: &Snapshot, first: Span) {
        self.report(
            Diagnostic::error(
                "H0206",
                snapshot.span,
                format!("two tests keep their message in `{}`", snapshot.written),
            )
            .label("the second")
            .related(first, "the first")
            .help("give each test a file of its own"),
        );
    }
}

/// A test speaks of what a message offers, of what became of it, and of the audience.
fn only_of_tests(roots: &mut BTreeMap<String, Field>) {
    let text = || Shape::Value(Type::Text);
    let customers = roots.get("customer").map_or(Shape::Any, |f| Shape::List(Box::new(f.shape.clone())));
    for (name, root, doc) in Root::ALL {
        let shape = match root {
            Root::Text | Root::Html | Root::Variant | Root::Template => text(),
            Root::Audience => customers.clone(),
            Root::Tone => Shape::Any,
            _ => continue,
        };
        roots.insert((*name).to_owned(), Field::new(shape, *doc));
    }
    roots.retain(|name, _| Root::ALL.iter().any(|r| r.0 == name));
}
