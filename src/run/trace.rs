//! One customer's way to a mail or to none: every gate, and every product with its scores.

use serde::Serialize;

use super::datum::Datum;
use super::error::RunError;
use super::session::{Draft, Outcome, Session};
use crate::data::Key;
use crate::deliver::State;
use crate::deliver::state::Claimed;
use crate::recommend::{Explanation, Removed};

/// One gate.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// What is asked, in words.
    pub asked: String,
    /// Whether the customer passes.
    pub passed: bool,
    /// The reason, where there is one to tell.
    pub reason: String,
}

/// One product that was scored.
#[derive(Debug, Clone, Serialize)]
pub struct Scored {
    /// The product's id and title.
    pub product: String,
    /// Its score, boosted.
    pub score: f64,
    /// What each part of the method gave to it.
    pub parts: Vec<(String, f64)>,
    /// The customer's own product that speaks most for it.
    pub because: Option<String>,
    /// Why it is not among the picks.
    pub removed: Option<String>,
    /// Whether it is among the picks.
    pub picked: bool,
}

/// The whole way.
#[derive(Debug, Clone, Serialize)]
pub struct Trace {
    /// The customer.
    pub customer: Key,
    /// Gates, in the order in which they are asked; the last is the one that failed, if one did.
    pub gates: Vec<Gate>,
    /// What is known of the customer.
    pub values: Vec<(String, Datum)>,
    /// The variant, if there are several.
    pub variant: Option<String>,
    /// The template.
    pub template: Option<String>,
    /// Products, best first.
    pub products: Vec<Scored>,
    /// Whether there is a message.
    pub mailed: bool,
}

/// Follows one customer through a plan.
///
/// # Errors
/// No such customer, or as a run's. The message itself comes along where there is one.
pub fn trace(
    session: &Session,
    state: Option<&State>,
    customer: &Key,
    top: usize,
) -> Result<(Trace, Option<Draft>), RunError> {
    if !session.shop.has_customer(customer)? {
        return Err(RunError::NoCustomer(customer.to_string()));
    }
    let mut trace = Trace {
        customer: customer.clone(),
        gates: Vec::new(),
        values: Vec::new(),
        variant: None,
        template: None,
        products: Vec::new(),
        mailed: false,
    };
    let inside = session.is_in_audience(customer)?;
    trace.gates.push(Gate {
        asked: format!("belongs to the audience ({})", session.audience_words()),
        passed: inside,
        reason: String::new(),
    });
    let outcome = session.chunk(std::slice::from_ref(customer))?.into_iter().next();
    let draft = match outcome {
        Some(Outcome::Draft(draft)) => *draft,
        Some(Outcome::Excluded { gate, reason }) => {
            trace.gates.push(Gate { asked: gate.to_owned(), passed: false, reason });
            return Ok((trace, None));
        }
        None => return Ok((trace, None)),
    };
    trace.gates.push(Gate {
        asked: "policy, address, holdout and variant".to_owned(),
        passed: true,
        reason: String::new(),
    });
    trace.values = draft.inputs.customer.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    trace.variant.clone_from(&draft.variant);
    trace.template = Some(draft.inputs.template.clone());
    trace.products = products(session, customer, &draft, top)?;
    let refusal = records(session, state, &draft)?;
    trace.gates.push(match refusal {
        Some((gate, reason)) => Gate { asked: gate, passed: false, reason },
        None => Gate {
            asked: "records: suppression, repeat, frequency".to_owned(),
            passed: true,
            reason: format!("due {}", draft.due_at),
        },
    });
    trace.mailed = trace.gates.iter().all(|g| g.passed);
    Ok((trace, Some(draft)))
}

fn records(
    session: &Session,
    state: Option<&State>,
    draft: &Draft,
) -> Result<Option<(String, String)>, RunError> {
    let Some(state) = state else { return Ok(None) };
    let refusals = state.assess(
        &session.plan.campaign,
        &session.plan.occurrence,
        &[draft.candidate()],
        &mut Claimed::default(),
    )?;
    Ok(refusals.into_iter().flatten().next().map(|e| (e.gate, e.reason)))
}

fn products(session: &Session, customer: &Key, draft: &Draft, top: usize) -> Result<Vec<Scored>, RunError> {
    let (_, variants) = session.plan.assignment();
    let variant = variants.iter().find(|v| draft.variant.as_ref().is_none_or(|name| *name == v.name));
    let Some(step) = variant.and_then(|v| v.recommend.as_ref()) else { return Ok(Vec::new()) };
    let explanation = session.recommender.explain(&session.shop, &session.catalogue, step, customer, top)?;
    Ok(scored(session, step, &explanation))
}

fn scored(session: &Session, step: &str, explanation: &Explanation) -> Vec<Scored> {
    let names = session.recommender.parts(step);
    let title = |item: u32| {
        let id = &session.catalogue.ids[item as usize];
        let title = session.catalogue.value(item, "title").and_then(Datum::text).unwrap_or("");
        format!("{id} {title}")
    };
    let rows =
        explanation.method.iter().map(|e| (e, false)).chain(explanation.fallback.iter().map(|e| (e, true)));
    rows.map(|(e, fallback)| Scored {
        product: title(e.item),
        score: f64::from(e.score),
        parts: e
            .parts
            .iter()
            .map(|p| {
                let name = if fallback {
                    "fallback"
                } else {
                    names.get(p.component).map_or("method", String::as_str)
                };
                (name.to_owned(), f64::from(p.score))
            })
            .collect(),
        because: e.because.map(title),
        removed: e.removed.map(removed_words),
        picked: explanation.picks.iter().any(|p| p.item == e.item),
    })
    .collect()
}

fn removed_words(removed: Removed) -> String {
    match removed {
        Removed::Only => "not among what `only` allows".to_owned(),
        Removed::Exclude => "left out by `exclude`".to_owned(),
        Removed::Exposure => "`exposure`: promised to as many others as may have it".to_owned(),
        Removed::AtMost(_) => "`at_most`: better ones of its kind fill the list".to_owned(),
        Removed::Take => "the list is full".to_owned(),
        Removed::Already => "chosen before".to_owned(),
    }
}
