//! The run itself: chunk by chunk, each committed before it is handed over, so that whatever happens the same run
//! started again goes on where it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;

use super::error::RunError;
use super::message::Inputs;
use super::session::{Draft, Outcome, Session};
use crate::compose::Composed;
use crate::data::Key;
use crate::deliver::state::{
    Chunk, Exclusion, HandedOver, NewMessage, NewRun, Progress, RunId, RunRecord, RunStart,
};
use crate::deliver::{Address, Clock, Envelope, State, Transport};

/// Customers looked at together. Results do not depend on it: picks and messages are each recipient's own.
pub const CHUNK: u64 = 500;

/// What a run is told besides its plan.
pub struct Order<'a> {
    /// The files' names and contents.
    pub sources: &'a [(String, String)],
    /// The commit the files are of.
    pub git_commit: Option<&'a str>,
    /// The fingerprint of the shop's data.
    pub fingerprint: &'a str,
    /// Hand over at most so many messages, then stop; the next start goes on.
    pub limit: Option<u64>,
    /// Only this customer.
    pub only: Option<&'a Key>,
    /// The confirmed number of messages, for transports that reach people.
    pub confirmed: Option<u64>,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The run.
    pub record: RunRecord,
    /// How it started.
    pub started: Started,
    /// Counts.
    pub progress: Progress,
    /// Messages handed over by this process.
    pub handed_over: u64,
    /// Whether it stopped at `limit`.
    pub limited: bool,
    /// The states of the shop's data that the run was made from, by fingerprint, with how many customers of the audience
    /// were looked at in each, in the order in which they were read first.
    pub data: Vec<(String, u64)>,
}

/// How a run started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// Anew.
    New,
    /// Where it was stopped.
    Resumed,
    /// It was finished: nothing was done.
    Finished,
}

/// Tells how far a run is: what is being done, how many of how many.
pub type Told<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// The ways of the senders' mail, by the senders' labels.
pub type Transports = BTreeMap<String, Box<dyn Transport>>;

/// Executes a plan.
///
/// # Errors
/// What stops the whole run; it can be resumed. What concerns one recipient is recorded with that recipient.
pub fn execute(
    session: &Session,
    state: &mut State,
    transports: &mut Transports,
    clock: &dyn Clock,
    order: &Order<'_>,
    told: Told<'_>,
) -> Result<Report, RunError> {
    let _lock = state.lock(&session.plan.campaign)?;
    let occurrence = occurrence(session, order);
    let live = transports.values().any(|t| t.live());
    let plan = serde_json::to_string(&session.plan).unwrap_or_default();
    let new = NewRun {
        campaign: &session.plan.campaign,
        occurrence: &occurrence,
        as_of: session.plan.as_of,
        seed: session.plan.seed,
        live,
        plan: &plan,
        plan_hash: &session.plan.hash(),
        sources: order.sources,
        git_commit: order.git_commit,
        fingerprint: order.fingerprint,
        now: clock.now(),
    };
    brake(session, state, live, &occurrence, order)?;
    let (record, started) = match state.begin_or_resume(&new)? {
        RunStart::New(record) => (record, Started::New),
        RunStart::Resume(record) => (record, Started::Resumed),
        RunStart::Finished(record) => {
            let progress = state.progress(record.id)?;
            return Ok(Report {
                data: state.run_data(record.id)?,
                record,
                started: Started::Finished,
                progress,
                handed_over: 0,
                limited: false,
            });
        }
    };
    let mut runner = Runner {
        session,
        state,
        transports,
        clock,
        order,
        occurrence,
        run: record.id,
        data: (session.shop.version(), order.fingerprint.to_owned()),
        handed_over: 0,
    };
    let outcome = runner.work(&record, told);
    let (limited, handed_over) = match outcome {
        Ok(limited) => (limited, runner.handed_over),
        Err(error) => {
            // The reason is kept with the run; if even that fails (a full disk), the run still counts as unfinished.
            let _ = state.stop(record.id, &error.to_string(), clock.now());
            return Err(error);
        }
    };
    if limited {
        state.stop(record.id, "the limit asked for was reached", clock.now())?;
    } else {
        state.finish(record.id, clock.now())?;
    }
    let progress = state.progress(record.id)?;
    let data = state.run_data(record.id)?;
    Ok(Report { record: state.run(record.id)?, started, progress, handed_over, limited, data })
}

/// A run for one customer is an occurrence of its own, so that the full run still happens; `repeat:` keeps that
/// customer from a second mail.
fn occurrence(session: &Session, order: &Order<'_>) -> String {
    match order.only {
        Some(customer) => format!("{} only {customer}", session.plan.occurrence),
        None => session.plan.occurrence.clone(),
    }
}

/// Before a transport reaches people: the count is confirmed, and an audience three times the last one stops.
fn brake(
    session: &Session,
    state: &State,
    live: bool,
    occurrence: &str,
    order: &Order<'_>,
) -> Result<(), RunError> {
    if !live || state.find_run(&session.plan.campaign, occurrence)?.is_some() {
        return Ok(());
    }
    let now = session.audience()?.len() as u64;
    if order.confirmed.is_some_and(|n| n >= now) {
        return Ok(());
    }
    match state.last_run_size(&session.plan.campaign, occurrence, live)? {
        None => Err(RunError::Unconfirmed(now)),
        Some(before) if now > before.saturating_mul(3) => Err(RunError::Grown { now, before }),
        Some(_) => Ok(()),
    }
}

struct Runner<'a> {
    session: &'a Session,
    state: &'a mut State,
    transports: &'a mut Transports,
    clock: &'a dyn Clock,
    order: &'a Order<'a>,
    occurrence: String,
    run: RunId,
    /// Which state of the shop's data was read last: SQLite's number of it, and its fingerprint.
    data: (i64, String),
    handed_over: u64,
}

/// A message with its number in the state database, ready to be handed over.
struct Ready {
    id: i64,
    customer: Key,
    address: Address,
    sender: String,
    at: Timestamp,
    bytes: Vec<u8>,
}

impl Runner<'_> {
    /// Does what is left of the run; true if it stopped at the limit.
    fn work(&mut self, record: &RunRecord, told: Told<'_>) -> Result<bool, RunError> {
        if record.audience_size.is_none() {
            let mut ids = self.session.audience()?;
            if let Some(only) = self.order.only {
                ids.retain(|id| id == only);
            }
            self.state.freeze_audience(self.run, ids)?;
        }
        let total = self.state.run(self.run)?.audience_size.unwrap_or(0);
        self.hand_over_pending()?;
        let mut next = record.next_ordinal;
        while next < total {
            told("writing messages", next, total);
            let left = self.order.limit.map(|l| l.saturating_sub(self.handed_over));
            if left == Some(0) {
                return Ok(true);
            }
            let ids = self.state.audience_chunk(self.run, next, CHUNK.min(left.unwrap_or(CHUNK)))?;
            if ids.is_empty() {
                break;
            }
            self.chunk(next, &ids)?;
            next += ids.len() as u64;
        }
        told("writing messages", total, total);
        Ok(false)
    }

    /// What an earlier process planned and did not hand over, composed again from what is stored.
    fn hand_over_pending(&mut self) -> Result<(), RunError> {
        loop {
            let pending = self.state.pending(self.run, CHUNK)?;
            if pending.is_empty() {
                return Ok(());
            }
            let mut ready = Vec::new();
            let mut aside = Vec::new();
            for message in pending {
                let inputs: Inputs = serde_json::from_str(&message.inputs)
                    .map_err(|e| RunError::Inputs(message.id, e.to_string()))?;
                self.session.writer.knows(&inputs).map_err(|what| RunError::Gone(message.id, what))?;
                let at = self.clock.hand_over(message.due_at);
                match self.session.writer.write(&message.customer, &inputs, at) {
                    Ok(composed) => ready.push(Ready {
                        id: message.id,
                        customer: message.customer,
                        address: message.address,
                        sender: inputs.sender,
                        at,
                        bytes: composed.bytes,
                    }),
                    Err(error) => aside.push((message.id, error.to_string())),
                }
            }
            self.state.mark_set_aside(&aside)?;
            self.hand_over(&ready)?;
        }
    }

    /// One stretch of the audience: decided, written, committed, handed over.
    fn chunk(&mut self, first: u64, ids: &[Key]) -> Result<(), RunError> {
        let outcomes = self.session.chunk(ids)?;
        let version = self.session.shop.version();
        if version != self.data.0 {
            self.data = (version, self.session.shop.fingerprint()?);
        }
        let mut exclusions = Vec::new();
        let mut drafts = Vec::new();
        for (id, outcome) in ids.iter().zip(outcomes) {
            match outcome {
                Outcome::Excluded { gate, reason } => {
                    exclusions.push(Exclusion { customer: id.clone(), gate: gate.to_owned(), reason });
                }
                Outcome::Draft(draft) => drafts.push(*draft),
            }
        }
        let timed: Vec<(&Draft, Timestamp)> =
            drafts.iter().map(|d| (d, self.clock.hand_over(d.due_at))).collect();
        let writer = &self.session.writer;
        let written: Vec<Result<Composed, String>> =
            timed.par_iter().map(|(draft, at)| writer.write_draft(draft, *at)).collect();
        let messages = drafts.iter().zip(&written).map(|(d, w)| self.new_message(d, w)).collect();
        let chunk = Chunk {
            first_ordinal: first,
            next_ordinal: first + ids.len() as u64,
            messages,
            exclusions,
            plan_hash: self.session.plan.hash(),
            fingerprint: self.data.1.clone(),
        };
        let committed = self.state.commit_chunk(self.run, &chunk)?;
        let mut ready = Vec::new();
        let mut written: Vec<Option<Composed>> = written.into_iter().map(Result::ok).collect();
        for admitted in committed.admitted {
            let Some(composed) = written[admitted.index].take() else { continue };
            let draft = &drafts[admitted.index];
            let at = self.clock.hand_over(draft.due_at);
            ready.push(Ready {
                id: admitted.id,
                customer: draft.customer.clone(),
                address: draft.address.clone(),
                sender: draft.inputs.sender.clone(),
                at,
                bytes: composed.bytes,
            });
        }
        self.hand_over(&ready)
    }

    fn new_message(&self, draft: &Draft, written: &Result<Composed, String>) -> NewMessage {
        NewMessage {
            customer: draft.customer.clone(),
            address: draft.address.clone(),
            variant: draft.variant.clone(),
            template: draft.inputs.template.clone(),
            message_id: self.session.writer.message_id(&draft.customer, &draft.inputs.sender),
            subject: written.as_ref().map_or_else(|_| String::new(), |c| c.subject.clone()),
            inputs: serde_json::to_string(&draft.inputs).unwrap_or_default(),
            due_at: draft.due_at,
            limits: Arc::clone(&draft.limits),
            set_aside: written.as_ref().err().cloned(),
        }
    }

    fn hand_over(&mut self, ready: &[Ready]) -> Result<(), RunError> {
        let mut done = Vec::with_capacity(ready.len());
        let mut failed = Vec::new();
        for message in ready {
            let envelope = Envelope {
                campaign: &self.session.plan.campaign,
                occurrence: &self.occurrence,
                customer: &message.customer,
                to: &message.address,
                bytes: &message.bytes,
                at: message.at,
            };
            let Some(transport) = self.transports.get_mut(&message.sender) else {
                return Err(RunError::Gone(message.id, format!("sender {}", message.sender)));
            };
            match transport.deliver(&envelope) {
                Ok(receipt) => done.push(HandedOver {
                    id: message.id,
                    at: message.at,
                    place: receipt.place,
                    hash: receipt.hash,
                }),
                Err(error) if error.concerns_one_message() => failed.push((message.id, error.to_string())),
                Err(error) => return Err(error.into()),
            }
        }
        for transport in self.transports.values_mut() {
            transport.flush()?;
        }
        self.state.mark_handed_over(&done)?;
        self.state.mark_failed(&failed)?;
        self.handed_over += done.len() as u64;
        Ok(())
    }
}
