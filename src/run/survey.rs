//! What a run would do, counted without doing it: for `plan` and dry runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;

use super::error::RunError;
use super::execute::{CHUNK, Told};
use super::session::{Draft, Outcome, Session};
use crate::compose::Composed;
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

/// A survey under way: as much of it at a time as the caller has time for.
#[derive(Default)]
pub struct Surveyor {
    ids: Arc<Vec<Key>>,
    at: usize,
    claimed: Claimed,
    /// An empty state, asked where the project has none.
    empty: Option<State>,
    /// The counts so far.
    pub survey: Survey,
}

/// Told of each message that a run would write: the draft, and the message or why it cannot be written, where it was tried.
pub type Each<'a> = &'a mut dyn FnMut(&Draft, Option<&Result<Composed, String>>);

impl Surveyor {
    /// A survey of these customers, the audience or its beginning.
    pub fn new(ids: Arc<Vec<Key>>) -> Self {
        let survey = Survey { audience: ids.len() as u64, ..Survey::default() };
        Self { ids, survey, ..Self::default() }
    }

    /// How many customers of how many were looked at.
    pub fn progress(&self) -> (usize, usize) {
        (self.at, self.ids.len())
    }

    /// Looks at the next `size` customers; false once there is none left. With `write` each message is also written, and
    /// what cannot be is counted.
    ///
    /// # Errors
    /// As a run's.
    pub fn step(
        &mut self,
        session: &Session,
        state: Option<&State>,
        write: bool,
        size: usize,
        each: Each<'_>,
    ) -> Result<bool, RunError> {
        let fates = self.fates(session, state, size)?;
        let drafts: Vec<Draft> = fates
            .into_iter()
            .filter_map(|(_, outcome)| match outcome {
                Fate::Mail(draft) => Some(*draft),
                Fate::NoMail { .. } => None,
            })
            .collect();
        if write {
            let writer = &session.writer;
            let written: Vec<_> = drafts.par_iter().map(|d| writer.write_draft(d, d.due_at)).collect();
            for (draft, written) in drafts.iter().zip(&written) {
                self.survey.note(written);
                each(draft, Some(written));
            }
        } else {
            drafts.iter().for_each(|d| each(d, None));
        }
        Ok(self.at < self.ids.len())
    }

    /// What a run would make of each of the next `size` customers, counted and told in their order.
    ///
    /// # Errors
    /// As a run's.
    pub fn fates(
        &mut self,
        session: &Session,
        state: Option<&State>,
        size: usize,
    ) -> Result<Vec<(Key, Fate)>, RunError> {
        let ids = Arc::clone(&self.ids);
        let end = (self.at + size).min(ids.len());
        let chunk = &ids[self.at..end];
        self.at = end;
        if chunk.is_empty() {
            return Ok(Vec::new());
        }
        let mut fates: Vec<(Key, Fate)> = chunk
            .iter()
            .zip(session.chunk(chunk)?)
            .map(|(id, outcome)| (id.clone(), Fate::from(outcome)))
            .collect();
        self.records(session, state, &mut fates)?;
        for (_, fate) in &fates {
            match fate {
                Fate::Mail(draft) => self.survey.count(session, draft),
                Fate::NoMail { gate, reason } => self.survey.exclude(gate, reason),
            }
        }
        Ok(fates)
    }

    /// Asks the records' gates of those who would get a mail.
    fn records(
        &mut self,
        session: &Session,
        state: Option<&State>,
        fates: &mut [(Key, Fate)],
    ) -> Result<(), RunError> {
        if state.is_none() && self.empty.is_none() {
            self.empty = Some(State::in_memory()?);
        }
        let Some(state) = state.or(self.empty.as_ref()) else { return Ok(()) };
        let drafts = fates.iter().filter_map(|(_, fate)| fate.draft());
        let candidates: Vec<Candidate<'_>> = drafts.map(Draft::candidate).collect();
        let plan = &session.plan;
        let refusals = state.assess(&plan.campaign, &plan.occurrence, &candidates, &mut self.claimed)?;
        let mails = fates.iter_mut().map(|(_, fate)| fate).filter(|fate| fate.draft().is_some());
        for (fate, refusal) in mails.zip(refusals) {
            if let Some(exclusion) = refusal {
                *fate = Fate::NoMail { gate: exclusion.gate, reason: exclusion.reason };
            }
        }
        Ok(())
    }
}

/// What becomes of a customer of the audience once every gate was asked.
#[derive(Debug, Clone)]
pub enum Fate {
    /// No message, and why: the gate in a word or two, the reason in a sentence.
    NoMail {
        /// The gate.
        gate: String,
        /// The reason.
        reason: String,
    },
    /// A message.
    Mail(Box<Draft>),
}

impl Fate {
    /// The message, if there is one.
    pub fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Mail(draft) => Some(draft),
            Self::NoMail { .. } => None,
        }
    }
}

impl From<Outcome> for Fate {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Excluded { gate, reason } => Self::NoMail { gate: gate.to_owned(), reason },
            Outcome::Draft(draft) => Self::Mail(draft),
        }
    }
}

/// Goes through the audience, or its first `limit` customers.
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
    let mut ids = session.audience()?;
    let audience = ids.len() as u64;
    ids.truncate(limit.map_or(ids.len(), |l| l as usize));
    let total = ids.len() as u64;
    let mut surveyor = Surveyor::new(Arc::new(ids));
    while surveyor.step(session, state, write, CHUNK as usize, &mut |_, _| {})? {
        told("counting", surveyor.progress().0 as u64, total);
    }
    told("counting", total, total);
    Ok(Survey { audience, ..surveyor.survey })
}

impl Survey {
    fn exclude(&mut self, gate: &str, reason: &str) {
        self.excluded.entry(gate.to_owned()).or_insert_with(|| (0, reason.to_owned())).0 += 1;
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

    fn note(&mut self, written: &Result<Composed, String>) {
        if let Err(reason) = written {
            self.unwritable.get_or_insert((0, reason.clone())).0 += 1;
        }
    }
}
