//! `exposure:`: a product of forty pieces is not promised to four thousand people.
//!
//! Customers have their turn in an order drawn by lot, not by id. Each is given what is best for them of what is left; once a product
//! is promised to as many as may have it, those whose turn comes later do not see it. So what decides about a customer is, for each
//! product, one number: the turn from which on it is gone. They are worked out once for the whole audience and kept; after that every
//! customer's list can be made alone, in a preview as in a run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::datum::Datum;
use super::error::RunError;
use super::execute::CHUNK;
use super::session::{Outcome, Session};
use super::store::{Name, Store};
use crate::check::model::Exposure;
use crate::data::Key;
use crate::plan::{StepId, Work};

/// The fewest customers that are looked at together.
const LEAST: usize = 16;

/// The turn that no customer has: a product that everybody may see.
const NEVER: u64 = u64::MAX;

/// A customer's turn in a strategy: evenly spread over all numbers, the same on every machine.
pub(super) fn number(customer: &Key, step: &str) -> u64 {
    let mut hasher = blake3::Hasher::new_derive_key("herald 2026 exposure");
    hasher.update(&(step.len() as u64).to_le_bytes());
    hasher.update(step.as_bytes());
    match customer {
        Key::Int(n) => hasher.update(b"n").update(&n.to_le_bytes()),
        Key::Text(text) => hasher.update(b"t").update(text.as_bytes()),
    };
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first).min(NEVER - 1)
}

/// Works out, or reads, who may see what, for the strategies of the session that limit it.
pub(super) fn ration(session: &mut Session, store: &Store) -> Result<(), RunError> {
    let limited: Vec<(StepId, Vec<u64>)> = session
        .plan
        .steps
        .iter()
        .filter_map(|step| match &step.work {
            Work::Recommend(work) => {
                work.filters.exposure.as_ref().map(|e| (step.id.clone(), limits(session, e)))
            }
            _ => None,
        })
        .collect();
    if limited.is_empty() {
        return Ok(());
    }
    let as_of = session.plan.as_of.as_second();
    // What the messages say does not decide who is shown what, so another template does not ask again.
    let decides = |work: &Work| !matches!(work, Work::Compose(_) | Work::Deliver { .. });
    let steps = session.plan.steps.iter().filter(|step| decides(&step.work)).map(|step| step.hash.as_str());
    let steps = format!("{} {} {:?}", session.plan.seed, steps.collect::<String>(), session.source.schema);
    let database = session.source.schema.database.to_string_lossy().into_owned();
    let records = session.shop.records_fingerprint();
    let parts: [&[u8]; 5] = [
        steps.as_bytes(),
        &as_of.to_le_bytes(),
        database.as_bytes(),
        session.data().as_bytes(),
        records.as_bytes(),
    ];
    let name = Name::of("exposure", &parts);
    let gone: Arc<BTreeMap<StepId, Vec<u64>>> = store.keep(name, || promise(session, &limited))?;
    for (step, until) in gone.iter() {
        session.recommender.ration(step, until.clone());
    }
    Ok(())
}

/// How many recipients each product may have. One whose column is missing has no limit.
fn limits(session: &Session, exposure: &Exposure) -> Vec<u64> {
    let of = |product: u32| {
        let pieces = match &exposure.per {
            None => Some(1.0),
            Some(column) => match session.catalogue.value(product, column) {
                Some(Datum::Whole(n)) => Some(*n as f64),
                Some(Datum::Number(n)) => Some(*n),
                _ => None,
            },
        };
        pieces.map_or(NEVER, |n| (exposure.count * n).max(0.0).floor() as u64)
    };
    (0..session.catalogue.len() as u32).map(of).collect()
}

/// Goes through the audience in the order of turns, and finds the turn at which each product is gone.
fn promise(
    session: &mut Session,
    limited: &[(StepId, Vec<u64>)],
) -> Result<BTreeMap<StepId, Vec<u64>>, RunError> {
    let audience = session.audience()?;
    let mut gone = BTreeMap::new();
    for (step, limits) in limited {
        let until: Vec<u64> = limits.iter().map(|&limit| if limit == 0 { 0 } else { NEVER }).collect();
        session.recommender.ration(step, until.clone());
        let mut turns: Vec<(u64, Key)> = audience.iter().map(|id| (number(id, step), id.clone())).collect();
        turns.sort_unstable();
        let until = Promises { session, step, limits, until, given: vec![0; limits.len()] }.make(&turns)?;
        gone.insert(step.clone(), until);
    }
    Ok(gone)
}

/// The promises of one strategy so far.
struct Promises<'a> {
    session: &'a mut Session,
    step: &'a StepId,
    limits: &'a [u64],
    until: Vec<u64>,
    given: Vec<u64>,
}

impl Promises<'_> {
    fn make(mut self, turns: &[(u64, Key)]) -> Result<Vec<u64>, RunError> {
        let (mut at, mut size) = (0, CHUNK as usize);
        while at < turns.len() {
            let chunk = &turns[at..turns.len().min(at + size)];
            let taken = self.chunk(chunk)?;
            // Where products run out often, long chunks would be made anew again and again.
            size = if taken < chunk.len() { LEAST } else { (2 * size).min(CHUNK as usize) };
            at += taken;
        }
        Ok(self.until)
    }

    /// Takes the turns of a chunk up to the one with which a product is gone: the lists after it have to be made anew. Gives the
    /// number of turns taken.
    fn chunk(&mut self, chunk: &[(u64, Key)]) -> Result<usize, RunError> {
        let ids: Vec<Key> = chunk.iter().map(|turn| turn.1.clone()).collect();
        let lists = self.lists(&ids)?;
        for (place, ((turn, _), list)) in chunk.iter().zip(lists).enumerate() {
            let mut is_gone = false;
            for item in list {
                let item = item as usize;
                self.given[item] += 1;
                if self.given[item] == self.limits[item] {
                    self.until[item] = turn + 1;
                    is_gone = true;
                }
            }
            if is_gone {
                self.session.recommender.ration(self.step, self.until.clone());
                return Ok(place + 1);
            }
        }
        Ok(chunk.len())
    }

    /// What each of these customers would be shown by the strategy; nothing where they get no mail, or one of another variant.
    fn lists(&self, ids: &[Key]) -> Result<Vec<Vec<u32>>, RunError> {
        let (_, variants) = self.session.plan.assignment();
        let uses: HashMap<&str, bool> = variants
            .iter()
            .map(|variant| (variant.name.as_str(), variant.recommend.as_ref() == Some(self.step)))
            .collect();
        let only = variants.first().is_some_and(|variant| variant.recommend.as_ref() == Some(self.step));
        let list = |outcome| match outcome {
            Outcome::Draft(draft) => {
                let own =
                    draft.variant.as_deref().map_or(only, |name| uses.get(name).copied().unwrap_or(false));
                if own { draft.picked } else { Vec::new() }
            }
            Outcome::Excluded { .. } => Vec::new(),
        };
        Ok(self.session.chunk(ids)?.into_iter().map(list).collect())
    }
}
