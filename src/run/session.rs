//! A plan made ready to execute: the shop opened, strategies fitted, templates prepared. `plan`, dry runs, previews
//! and runs all work through [`Session::chunk`], so they cannot disagree.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::catalogue::Catalogue;
use super::datum::Datum;
use super::error::RunError;
use super::learned;
use super::message::{Inputs, PickInputs, Writer};
use super::rationing;
use super::recommender::Recommender;
use super::shop::Shop;
use super::store::{Name, Store};
use super::templates;
use crate::audience::Statement;
use crate::check::Model;
use crate::check::model::{Sender, Source};
use crate::check::typed::{Expr, Op, Type};
use crate::data::Key;
use crate::deliver::state::{Candidate, Frequency, Limits, Repeat};
use crate::deliver::{Address, QuietHours, recipient_zone};
use crate::experiment;
use crate::plan::{Plan, VariantPlan, Work, occurrence};
use crate::recommend::Pick;

/// What became of one customer of the audience.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// No message, and why: the gate in a word or two, the reason in a sentence.
    Excluded {
        /// The gate.
        gate: &'static str,
        /// The reason.
        reason: String,
    },
    /// A message to write.
    Draft(Box<Draft>),
}

/// A message that is decided and not written yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For whom.
    pub customer: Key,
    /// Where to.
    pub address: Address,
    /// The variant; none without variants.
    pub variant: Option<String>,
    /// When it may leave.
    pub due_at: Timestamp,
    /// What the campaign and the recipient's policy allow.
    pub limits: Arc<Limits>,
    /// What it is made from.
    pub inputs: Inputs,
    /// How many of its picks came from the fallback.
    pub from_fallback: usize,
    /// The products picked, by their places in the catalogue.
    pub picked: Vec<u32>,
}

impl Draft {
    /// The draft as the records' gates see it.
    pub fn candidate(&self) -> Candidate<'_> {
        let (customer, address) = (&self.customer, &self.address);
        Candidate { customer, address, due_at: self.due_at, limits: &self.limits }
    }
}

/// A plan made ready.
pub struct Session {
    /// The plan.
    pub plan: Plan,
    /// The source.
    pub source: Source,
    /// Everyone who writes, by label.
    pub senders: BTreeMap<String, Sender>,
    /// The shop's data.
    pub shop: Shop,
    /// Its products.
    pub catalogue: Arc<Catalogue>,
    /// Its strategies.
    pub recommender: Recommender,
    /// Writes messages.
    pub writer: Writer,
    /// What each policy allows, by its label.
    policies: BTreeMap<String, Rules>,
    /// The fingerprint of the shop's data.
    data: String,
    /// The product columns that messages show.
    shown: Vec<usize>,
    /// Features that something was learned without.
    left_out: Vec<(String, String, String)>,
}

impl Session {
    /// Opens the shop, fits the strategies and prepares the templates. `state` is the state database, if there is one.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn open(model: &Model, plan: Plan, state: Option<&Path>, store: &Store) -> Result<Self, RunError> {
        let source = model.sources.get(&plan.source).cloned().ok_or(RunError::NoTable("source"))?;
        let senders = senders(model, &plan)?;
        let shop = Shop::open(Arc::clone(&source.schema), plan.as_of, state)?;
        let data = shop.fingerprint()?;
        let left_out = learned::prepare_plan(&shop, &plan, store)?;
        let catalogue = Catalogue::stored(&shop, &data, store)?;
        let recommender = Recommender::fit(&shop, &catalogue, &plan, &data, store)?;
        let templates = templates::templates(&plan, &source, &senders, store)?;
        let shown = templates::shown(&plan, &catalogue);
        let writer = Writer::new(&plan, &source, &senders, templates)?;
        let policies = rules(&plan);
        let mut session = Self {
            plan,
            source,
            senders,
            shop,
            catalogue,
            recommender,
            writer,
            policies,
            data,
            shown,
            left_out,
        };
        rationing::ration(&mut session, store)?;
        Ok(session)
    }

    /// The fingerprint of the shop's data.
    pub(super) fn data(&self) -> &str {
        &self.data
    }

    /// What was learned without some of its features: its name, the feature, and why.
    pub fn left_out(&self) -> &[(String, String, String)] {
        &self.left_out
    }

    /// The ids of the audience, ascending; from the store where it has them.
    ///
    /// # Errors
    /// SQLite's.
    pub fn stored_audience(&self, store: &Store) -> Result<Arc<Vec<Key>>, RunError> {
        let Some(condition) = self.plan.audience() else { return Ok(Arc::default()) };
        let statement = self.shop.select_statement(condition)?;
        let reading = format!("{} {:?}", statement.sql, statement.params);
        let database = self.source.schema.database.to_string_lossy();
        let records = self.shop.records_fingerprint();
        let name = Name::of(
            "audience",
            &[reading.as_bytes(), database.as_bytes(), self.data.as_bytes(), records.as_bytes()],
        );
        store.remember(name, || self.shop.select(condition))
    }

    /// How many customers the shop has; from the store where it knows.
    ///
    /// # Errors
    /// SQLite's.
    pub fn stored_count(&self, store: &Store) -> Result<u64, RunError> {
        let database = self.source.schema.database.to_string_lossy();
        let shape = format!("{:?}", self.source.schema.relation("customers"));
        let name =
            Name::of("count of customers", &[database.as_bytes(), shape.as_bytes(), self.data.as_bytes()]);
        store.remember(name, || self.shop.count_customers()).map(|count| *count)
    }

    /// The ids of the audience, ascending.
    ///
    /// # Errors
    /// SQLite's.
    pub fn audience(&self) -> Result<Vec<Key>, RunError> {
        self.plan.audience().map_or_else(|| Ok(Vec::new()), |condition| self.shop.select(condition))
    }

    /// Whether a customer is in the audience.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_in_audience(&self, customer: &Key) -> Result<bool, RunError> {
        let Some(condition) = self.plan.audience() else { return Ok(false) };
        let holds = Expr::new(Op::IsTrue(Box::new(condition.clone())), Type::YesNo);
        let values = self.shop.values(std::slice::from_ref(customer), &[("holds".to_owned(), holds)])?;
        Ok(values.iter().flatten().any(Datum::is_yes))
    }

    /// The audience as it stands in the file.
    pub fn audience_words(&self) -> &str {
        self.plan
            .steps
            .iter()
            .find_map(|s| match &s.work {
                Work::Audience { words, .. } => Some(words.as_str()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The statements that the plan's steps run on the shop's data, with their steps' names.
    ///
    /// # Errors
    /// An expression that has no SQL.
    pub fn statements(&self) -> Result<Vec<(String, Statement)>, RunError> {
        let mut found = Vec::new();
        if let Some(condition) = self.plan.audience() {
            found.push(("audience".to_owned(), self.shop.select_statement(condition)?));
        }
        found.push((
            "require, attributes (for each chunk of customers)".to_owned(),
            self.shop.values_statement(&self.value_columns())?,
        ));
        Ok(found)
    }

    /// What becomes of each of these customers, up to the records' gates.
    ///
    /// # Errors
    /// SQLite's, or a recommendation that makes no sense.
    pub fn chunk(&self, ids: &[Key]) -> Result<Vec<Outcome>, RunError> {
        self.shop.at_one_moment(|| self.outcomes(ids, Gates::Asked))
    }

    /// What a customer would get if no gate stood in the way: for previews.
    ///
    /// # Errors
    /// As [`Session::chunk`].
    pub fn would_get(&self, id: &Key) -> Result<Option<Outcome>, RunError> {
        let ids = std::slice::from_ref(id);
        Ok(self.shop.at_one_moment(|| self.outcomes(ids, Gates::Open))?.pop())
    }

    fn outcomes(&self, ids: &[Key], gates: Gates) -> Result<Vec<Outcome>, RunError> {
        let values = self.values(ids)?;
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(ids.len());
        let mut chosen: Vec<Option<Chosen>> = Vec::with_capacity(ids.len());
        for (id, values) in ids.iter().zip(values) {
            match self.decide(id, values, gates) {
                Ok(choice) => {
                    outcomes.push(None);
                    chosen.push(Some(choice));
                }
                Err(excluded) => {
                    outcomes.push(Some(excluded));
                    chosen.push(None);
                }
            }
        }
        let picks = self.all_picks(ids, &chosen)?;
        for ((outcome, choice), (id, picks)) in outcomes.iter_mut().zip(chosen).zip(ids.iter().zip(picks)) {
            if let Some(choice) = choice {
                *outcome = Some(self.draft(id, choice, picks));
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    fn value_columns(&self) -> Vec<(String, Expr)> {
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for (policy, requirements) in self.plan.requirements() {
            for (index, requirement) in requirements.iter().enumerate() {
                let holds = Expr::new(Op::IsTrue(Box::new(requirement.condition.clone())), Type::YesNo);
                columns.push((format!("requirement {index} of {policy}"), holds));
            }
        }
        columns.extend(self.plan.attributes().iter().map(|a| (a.name.clone(), a.value.clone())));
        columns
    }

    /// The policy's conditions and the message's values, for each customer.
    fn values(&self, ids: &[Key]) -> Result<Vec<BTreeMap<String, Datum>>, RunError> {
        let columns = self.value_columns();
        let rows = self.shop.values(ids, &columns)?;
        Ok(rows.into_iter().map(|row| columns.iter().map(|c| c.0.clone()).zip(row).collect()).collect())
    }

    /// Gates that need no records, the experiment, and the choice of version and template.
    fn decide(&self, id: &Key, mut values: BTreeMap<String, Datum>, gates: Gates) -> Result<Chosen, Outcome> {
        let (holdout, variants) = self.plan.assignment();
        let secret = self.plan.seed.to_le_bytes();
        let shares: Vec<f64> = variants.iter().map(|v| v.share).collect();
        let variant = if variants.len() < 2 {
            0
        } else {
            experiment::assign(&secret, &self.plan.campaign, id, &shares)
        };
        let plan = &variants[variant];
        let asked = gates == Gates::Asked;
        let allowed = self.policy_holds(&plan.policy, &mut values);
        if asked {
            allowed?;
        }
        let written = values.get("email").and_then(Datum::text).unwrap_or_default().to_owned();
        if written.is_empty() && asked {
            return Err(excluded("no address", "there is no e-mail address".to_owned()));
        }
        let address = match Address::parse(&written) {
            Err(_) if !asked => Address::parse(NOBODY),
            parsed => parsed,
        };
        let address =
            address.map_err(|e| excluded("address", format!("`{written}` cannot be written to: {e}")))?;
        if asked && holdout > 0.0 && experiment::held_out(&secret, &self.plan.campaign, id, holdout) {
            return Err(excluded("holdout", "held out for comparison".to_owned()));
        }
        if asked
            && plan.audience.is_some()
            && !values.remove(&format!("audience of {}", plan.name)).is_some_and(|v| v.is_yes())
        {
            return Err(excluded("variant", format!("outside the audience of the variant {}", plan.name)));
        }
        let template = template_for(plan, &mut values);
        values.retain(|name, _| {
            !name.starts_with("template ")
                && !name.starts_with("audience of ")
                && !name.starts_with("requirement ")
        });
        Ok(Chosen { address, variant, template, values })
    }

    /// Whether all that a customer's policy requires holds.
    fn policy_holds(&self, policy: &str, values: &mut BTreeMap<String, Datum>) -> Result<(), Outcome> {
        let requirements =
            self.plan.requirements().find(|(label, _)| *label == policy).map_or(&[][..], |(_, list)| list);
        for (index, requirement) in requirements.iter().enumerate() {
            let holds =
                values.remove(&format!("requirement {index} of {policy}")).is_some_and(|v| v.is_yes());
            if !holds {
                return Err(excluded(
                    "policy",
                    format!("the policy requires `{}`, which does not hold", requirement.words),
                ));
            }
        }
        Ok(())
    }

    fn all_picks(&self, ids: &[Key], chosen: &[Option<Chosen>]) -> Result<Vec<Option<Vec<Pick>>>, RunError> {
        let (_, variants) = self.plan.assignment();
        let mut picks: Vec<Option<Vec<Pick>>> = vec![None; ids.len()];
        for (index, variant) in variants.iter().enumerate() {
            let Some(step) = &variant.recommend else { continue };
            let places: Vec<usize> = (0..ids.len())
                .filter(|&at| chosen[at].as_ref().is_some_and(|c| c.variant == index))
                .collect();
            let own: Vec<Key> = places.iter().map(|&at| ids[at].clone()).collect();
            if own.is_empty() {
                continue;
            }
            for (at, list) in
                places.into_iter().zip(self.recommender.picks(&self.shop, &self.catalogue, step, &own)?)
            {
                picks[at] = Some(list);
            }
        }
        Ok(picks)
    }

    fn draft(&self, id: &Key, choice: Chosen, picks: Option<Vec<Pick>>) -> Outcome {
        let (_, variants) = self.plan.assignment();
        let variant = &variants[choice.variant];
        if variant.recommend.is_some() && picks.as_ref().is_none_or(Vec::is_empty) {
            return excluded(
                "no products",
                "no product is left to recommend after the strategy's filters".to_owned(),
            );
        }
        let picks = picks.unwrap_or_default();
        let from_fallback = picks.iter().filter(|p| p.source == crate::recommend::Source::Fallback).count();
        let zone =
            recipient_zone(choice.values.get("timezone").and_then(Datum::text), &self.source.schema.timezone);
        let due =
            occurrence::due(variant.slot.as_ref(), self.plan.as_of, &self.source.schema.timezone, &zone);
        let rules = self.policies.get(&variant.policy);
        let due_at = rules.and_then(|r| r.quiet.as_ref()).map_or(due, |quiet| quiet.due(due, &zone));
        let last_purchase = choice.values.get("last_purchase").and_then(|d| self.product_of(d));
        let inputs = Inputs {
            template: choice.template,
            sender: variant.sender.clone(),
            email: choice.address.written().to_owned(),
            customer: choice.values,
            picks: picks.iter().map(|p| self.pick(p)).collect(),
            last_purchase,
        };
        Outcome::Draft(Box::new(Draft {
            customer: id.clone(),
            address: choice.address,
            variant: (variants.len() > 1).then(|| variant.name.clone()),
            due_at,
            limits: rules.map(|r| Arc::clone(&r.limits)).unwrap_or_default(),
            inputs,
            from_fallback,
            picked: picks.iter().map(|p| p.item).collect(),
        }))
    }

    fn product_of(&self, id: &Datum) -> Option<BTreeMap<String, Datum>> {
        let key = match id {
            Datum::Whole(id) => Key::Int(*id),
            Datum::Text(id) => Key::Text(id.as_str().into()),
            _ => return None,
        };
        self.catalogue.index(&key).map(|item| self.product(item))
    }

    fn pick(&self, pick: &Pick) -> PickInputs {
        PickInputs {
            product: self.product(pick.item),
            because: pick.because.map(|own| self.product(own)),
            score: f64::from(pick.score),
        }
    }

    /// The columns of a product that messages show.
    fn product(&self, item: u32) -> BTreeMap<String, Datum> {
        let row = &self.catalogue.rows[item as usize];
        self.shown.iter().map(|&c| (self.catalogue.columns[c].clone(), row[c].clone())).collect()
    }
}

/// Whether the gates on the way to a message are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gates {
    /// As in a run.
    Asked,
    /// As if all of them stood open.
    Open,
}

/// The address that stands for none, where a message is only looked at.
const NOBODY: &str = "nobody@customer.invalid";

/// What was chosen for a customer before products are.
struct Chosen {
    address: Address,
    variant: usize,
    template: String,
    values: BTreeMap<String, Datum>,
}

fn excluded(gate: &'static str, reason: String) -> Outcome {
    Outcome::Excluded { gate, reason }
}

/// The first template whose condition holds; the last has none.
fn template_for(variant: &VariantPlan, values: &mut BTreeMap<String, Datum>) -> String {
    for (index, (condition, template)) in variant.templates.iter().enumerate() {
        let holds = condition.is_none()
            || values.get(&format!("template {index} of {}", variant.name)).is_some_and(Datum::is_yes);
        if holds {
            return template.clone();
        }
    }
    variant.templates.last().map(|t| t.1.clone()).unwrap_or_default()
}

/// What a policy allows, ready to be asked.
struct Rules {
    limits: Arc<Limits>,
    quiet: Option<QuietHours>,
}

fn rules(plan: &Plan) -> BTreeMap<String, Rules> {
    let (policies, repeat) = plan.limits();
    let repeat = repeat.map_or(Repeat::Never, Repeat::After);
    let rules = policies.iter().map(|policy| {
        let at_most =
            policy.at_most.iter().map(|f| Frequency { count: f.count, window: f.seconds }).collect();
        let quiet = policy.quiet_hours.and_then(|(from, to)| QuietHours::new(from, to));
        (policy.policy.clone(), Rules { limits: Arc::new(Limits { at_most, repeat }), quiet })
    });
    rules.collect()
}

fn senders(model: &Model, plan: &Plan) -> Result<BTreeMap<String, Sender>, RunError> {
    plan.senders()
        .map(|label| {
            let sender = model.senders.get(label).cloned().ok_or(RunError::NoTable("sender"))?;
            Ok((label.to_owned(), sender))
        })
        .collect()
}
