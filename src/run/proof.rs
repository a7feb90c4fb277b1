//! Proofs: whose messages an author should look at before anybody gets one. Nothing is recorded.

use std::sync::Arc;

use super::datum::Datum;
use super::error::RunError;
use super::execute::{CHUNK, Told};
use super::session::{Draft, Outcome, Session};
use super::survey::Surveyor;
use super::trace::trace;
use super::worst::{COUNTED, Worst};
use crate::data::Key;
use crate::deliver::State;

/// One customer's message to look at.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Whose message it is.
    pub customer: Key,
    /// The message, or why there is none even with every gate open.
    pub draft: Result<Draft, String>,
    /// What makes it a worst case, if it was chosen as one.
    pub cases: Vec<String>,
    /// Why this customer would get nothing in a run, if so.
    pub refused: Option<String>,
}

impl Proof {
    /// The customer's name, where the message knows it.
    pub fn name(&self) -> Option<&str> {
        self.draft.as_ref().ok()?.inputs.customer.get("name").and_then(Datum::text).filter(|n| !n.is_empty())
    }
}

/// The proof of one customer, whatever gates stand in the way.
///
/// # Errors
/// No such customer, or as a run's.
pub fn of_customer(session: &Session, records: Option<&State>, customer: &Key) -> Result<Proof, RunError> {
    let (trace, draft) = trace(session, records, customer, 1)?;
    let refused = trace.gates.iter().find(|g| !g.passed).map(|gate| {
        if gate.reason.is_empty() { format!("does not: {}", gate.asked) } else { gate.reason.clone() }
    });
    let draft = match draft {
        Some(draft) => Ok(draft),
        None => match session.would_get(customer)? {
            Some(Outcome::Draft(draft)) => Ok(*draft),
            Some(Outcome::Excluded { reason, .. }) => Err(reason),
            None => Err("there is nothing to say".to_owned()),
        },
    };
    Ok(Proof { customer: customer.clone(), draft, cases: Vec::new(), refused })
}

/// The proof of the first customer who would get a message; the last reason against it where nobody would.
///
/// # Errors
/// As a run's.
pub fn of_first(session: &Session, records: Option<&State>) -> Result<Result<Proof, String>, RunError> {
    let mut surveyor = Surveyor::new(Arc::new(session.audience()?));
    let mut first = None;
    loop {
        let more = surveyor.step(session, records, false, CHUNK as usize, &mut |draft, _| {
            first.get_or_insert_with(|| draft.customer.clone());
        })?;
        if let Some(customer) = &first {
            return Ok(Ok(of_customer(session, records, customer)?));
        }
        if !more {
            let reason = surveyor.survey.excluded.into_values().max_by_key(|(number, _)| *number);
            return Ok(Err(reason.map_or_else(|| "the audience is empty".to_owned(), |(_, r)| r)));
        }
    }
}

/// The worst cases of the audience, or of its first [`COUNTED`] customers, the gravest first; one for each customer, with all that
/// makes it one. Also how many customers were looked at.
///
/// # Errors
/// As a run's.
pub fn of_worst(
    session: &Session,
    records: Option<&State>,
    told: Told<'_>,
) -> Result<(Vec<Proof>, usize), RunError> {
    let mut ids = session.audience()?;
    ids.truncate(COUNTED);
    let total = ids.len();
    let mut surveyor = Surveyor::new(Arc::new(ids));
    let mut worst = Worst::default();
    let mut more = true;
    while more {
        let each = &mut |draft: &Draft, written: Option<&_>| worst.see(draft, written);
        more = surveyor.step(session, records, true, CHUNK as usize, each)?;
        told("looking for the worst", surveyor.progress().0 as u64, total as u64);
    }
    let mut proofs: Vec<Proof> = Vec::new();
    for case in worst.cases() {
        if let Some(proof) = proofs.iter_mut().find(|p| p.customer == case.customer) {
            proof.cases.push(case.what);
            continue;
        }
        let proof = of_customer(session, records, &case.customer)?;
        proofs.push(Proof { cases: vec![case.what], ..proof });
    }
    Ok((proofs, total))
}
