//! What a run would do, counted without doing it: for `plan` and dry runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;

use super::error::RunError;
use super::execute::{CHUNK, Told};
use super::session::{Draft, Outcome, Session};
use crate::data::Key;
use crate::deliver::State;
use crate::deliver::state::{Candidate, Claimed};

/// The counts of a run that has not happened.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survey {
    /// Customers in the audience.
    pub audience: u64,
    /// Who gets none, by gate, with one reason as an example.
    pub excluded: BTreeMap<String, (u64, String)>,
    /// Messages, by variant (one nameless where there are no variants).
    pub messages: BTreeMap<String, u64>,
    /// Messages whose products all came from the fallback.
    pub all_from_fallback: u64,
    /// Messages with fewer products than the strategy's `take`.
    pub short_lists: u64,
    /// Messages that could not be written, with one reason as an example; counted only where they were written.
    pub unwritable: Option<(u64, String)>,
    /// The first and the last moment at which a message is due.
    pub due: Option<(Timestamp, Timestamp)>,
    /// The recipients' languages, by locale.
    pub locales: BTreeMap<String, u64>,
    /// The first recipients, as examples.
    pub examples: Vec<Key>,
}

impl Survey {
    /// All messages.
    pub fn total(&self) -> u64 {
        self.messages.values().sum()
    }
}

/// Goes through the audience. With `write` each message is also written, and what cannot be is counted.
///
/// # Errors
/// As a run's.
pub fn survey(
    session: &Session,
    state: Option<&State>,
    write: bool,
    limit: Option<u64>,
    told: Told<'_>,
) -> Result<Survey, RunError> {
    let ids = session.audience()?;
    let mut survey = Survey { audience: ids.len() as u64, ..Survey::default() };
    let mut claimed = Claimed::default();
    let looked_at = limit.map_or(ids.len(), |l| ids.len().min(l as usize));
    for (at, chunk) in ids[..looked_at].chunks(CHUNK as usize).enumerate() {
        told("counting", (at * CHUNK as usize) as u64, looked_at as u64);
        let mut drafts = Vec::new();
        for outcome in session.chunk(chunk)? {
            match outcome {
                Outcome::Excluded { gate, reason } => survey.exclude(gate, reason),
                Outcome::Draft(draft) => drafts.push(*draft),
            }
        }
        let drafts = survey.records(session, state, drafts, &mut claimed)?;
        for draft in &drafts {
            survey.count(session, draft);
        }
        if write {
            survey.write(session, &drafts);
        }
    }
    told("counting", looked_at as u64, looked_at as u64);
    Ok(survey)
}

impl Survey {
    fn exclude(&mut self, gate: &str, reason: String) {
        self.excluded.entry(gate.to_owned()).or_insert((0, reason)).0 += 1;
    }

    /// Those that the records' gates let pass.
    fn records(
        &mut self,
        session: &Session,
        state: Option<&State>,
        drafts: Vec<Draft>,
        claimed: &mut Claimed,
    ) -> Result<Vec<Draft>, RunError> {
        let memory;
        let state = match state {
            Some(state) => state,
            None => {
                memory = State::in_memory()?;
                &memory
            }
        };
        let candidates: Vec<Candidate<'_>> = drafts.iter().map(Draft::candidate).collect();
        let refusals =
            state.assess(&session.plan.campaign, &session.plan.occurrence, &candidates, claimed)?;
        let mut admitted = Vec::with_capacity(drafts.len());
        for (draft, refusal) in drafts.into_iter().zip(refusals) {
            match refusal {
                Some(exclusion) => self.exclude(&exclusion.gate, exclusion.reason),
                None => admitted.push(draft),
            }
        }
        Ok(admitted)
    }

    fn count(&mut self, session: &Session, draft: &Draft) {
        *self.messages.entry(draft.variant.clone().unwrap_or_default()).or_default() += 1;
        let picks = draft.inputs.picks.len();
        if picks > 0 && draft.from_fallback == picks {
            self.all_from_fallback += 1;
        }
        let take = session
            .plan
            .steps
            .iter()
            .filter_map(|s| match &s.work {
                crate::plan::Work::Recommend(step) => Some(step.filters.take),
                _ => None,
            })
            .max();
        if take.is_some_and(|take| picks < take) {
            self.short_lists += 1;
        }
        self.due = Some(match self.due {
            None => (draft.due_at, draft.due_at),
            Some((first, last)) => (first.min(draft.due_at), last.max(draft.due_at)),
        });
        let locale =
            draft.inputs.customer.get("locale").and_then(|l| l.text()).unwrap_or("unknown").to_owned();
        *self.locales.entry(locale).or_default() += 1;
        if self.examples.len() < 3 {
            self.examples.push(draft.customer.clone());
        }
    }

    fn write(&mut self, session: &Session, drafts: &[Draft]) {
        let writer = &session.writer;
        let failed: Vec<String> =
            drafts.par_iter().filter_map(|d| writer.write_draft(d, d.due_at).err()).collect();
        if let Some(first) = failed.first() {
            self.unwritable.get_or_insert((0, first.clone())).0 += failed.len() as u64;
        }
    }
}
