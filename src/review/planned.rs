//! A campaign's plan on one side, with what decides everything that people get of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::moment::Instants;
use crate::check::Model;
use crate::check::model::{Campaign, Source};
use crate::data::Fingerprint;
use crate::plan::{Asked, Plan, Work, compile};
use crate::syntax::tree::Schedule;

/// What both sides are worked out with.
pub struct Frame<'a> {
    /// The instant, for each source.
    pub instants: &'a Instants,
    /// The seed.
    pub seed: u64,
    /// Fingerprints of databases, each taken once, so that both sides name the same data.
    pub prints: &'a RefCell<BTreeMap<PathBuf, String>>,
}

impl Frame<'_> {
    fn fingerprint(&self, database: &Path) -> Result<String, String> {
        if let Some(known) = self.prints.borrow().get(database) {
            return Ok(known.clone());
        }
        let print = Fingerprint::of(database).map_err(|e| e.to_string())?.to_hex();
        self.prints.borrow_mut().insert(database.to_owned(), print.clone());
        Ok(print)
    }
}

/// A campaign's plan on one side.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Of each template a hash of all that its mails are worded by: its texts, the senders, what is said of the shop and of
    /// recipients. Where it is the same on both sides, a mail differs by its products at most.
    pub wordings: BTreeMap<String, String>,
    /// A hash of all that decides who gets what, and when.
    pub essence: String,
}

/// Compiles a campaign; the reason where there is no plan.
pub fn plan(model: &Model, name: &str, frame: &Frame<'_>) -> Result<Planned, String> {
    let campaign = model.campaigns.get(name).ok_or("it is not declared")?;
    let source = model.sources.get(&campaign.source).ok_or("its source is not known")?;
    let fingerprint = frame.fingerprint(&source.schema.database)?;
    let asked = Asked {
        campaign: name,
        as_of: frame.instants.of(source),
        occurrence: None,
        // What is first due tomorrow is reviewed today.
        now: true,
        seed: frame.seed,
        fingerprint: &fingerprint,
    };
    let plan = compile(model, &asked).map_err(|e| e.to_string())?;
    let senders: Vec<String> = plan
        .senders()
        .map(|s| {
            format!(
                "{:?}",
                model.senders.get(s).map(|s| (
                    &s.name,
                    &s.email,
                    &s.reply_to,
                    &s.address,
                    &s.unsubscribe,
                    &s.preferences,
                    &s.accent
                ))
            )
        })
        .collect();
    let attributes = serde_json::to_string(plan.attributes()).unwrap_or_default();
    let shared = format!("{senders:?} {:?} {:?} {:?} {attributes}", plan.title, source.shop_name, source.url);
    let wordings: BTreeMap<String, String> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.work {
            Work::Compose(compose) => Some((compose.template.clone(), hash(&[&step.hash, &shared]))),
            _ => None,
        })
        .collect();
    let essence = hash(&[
        &plan.hash(),
        &shared,
        &around(source, campaign),
        &plan.occurrence,
        &format!("{:?}", plan.slot),
    ]);
    Ok(Planned { plan, wordings, essence })
}

/// The steps whose own work differs, whatever comes in from others; those of one side only among them.
pub fn differing_steps(before: &Plan, after: &Plan) -> Vec<String> {
    let work =
        |plan: &Plan, id: &str| plan.step(id).map(|s| serde_json::to_string(&s.work).unwrap_or_default());
    let mut seen = BTreeSet::new();
    let steps = after.steps.iter().chain(&before.steps).map(|s| s.id.as_str());
    steps.filter(|id| seen.insert(*id) && work(before, id) != work(after, id)).map(str::to_owned).collect()
}

/// What a plan's hash leaves out: how the data is read, and when it is sent as long as that is ahead.
fn around(source: &Source, campaign: &Campaign) -> String {
    let schedule =
        |s: &Schedule| format!("{:?} {:?} {:?}", s.cadence, s.local, s.until.as_ref().map(|u| u.0));
    let schedules: Vec<Option<String>> = std::iter::once(campaign.send.as_ref())
        .chain(campaign.variants.iter().map(|v| v.send.as_ref()))
        .map(|s| s.map(schedule))
        .collect();
    format!("{:?} {:?} {schedules:?}", source.schema, source.schema.timezone.iana_name())
}

fn hash(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
