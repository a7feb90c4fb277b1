//! Looking at one customer of a campaign: who it is, what they get, and why.

use std::sync::Arc;

use super::engine::Shown;
use super::view::{Audience, Counted, Looked, Mail, Person, Selection, View};
use crate::check::typed::{Expr, Op, Row, Type};
use crate::data::Key;
use crate::deliver::State;
use crate::run::datum::Datum;
use crate::run::trace::trace;
use crate::run::valued::valued;
use crate::run::{Draft, Outcome, RunError, Session};

/// How many are named of those who came or left.
const NAMED: usize = 5;
/// How many products are explained.
const TOP: usize = 12;
/// The most customers that a search gives.
const FOUND: usize = 20;

/// Fills a view with what a campaign shows of a selection.
pub(super) fn fill(
    view: &mut View,
    shown: &Shown,
    selection: &Selection,
    records: Option<&State>,
) -> Result<(), RunError> {
    view.audience = Some(audience(shown)?);
    view.counted = Some(counted(shown));
    let Some(id) = selected(&shown.audience, selection) else { return Ok(()) };
    let session = &shown.session;
    if !session.shop.has_customer(&id)? {
        view.stopped = Some(format!("the shop has no customer {id}"));
        return Ok(());
    }
    let model = &shown.workspace.checked.model;
    let (trace, draft) = trace(session, records, &id, TOP)?;
    let condition = model.campaigns.get(&session.plan.campaign).map(|c| &c.audience);
    let draft = match draft {
        Some(draft) => Ok(draft),
        None => match session.would_get(&id)? {
            Some(Outcome::Draft(draft)) => Ok(*draft),
            Some(Outcome::Excluded { reason, .. }) => Err(reason),
            None => Err("there is nothing to say".to_owned()),
        },
    };
    match draft.and_then(|draft| mail(session, &draft)) {
        Ok(mail) => view.mail = Some(mail),
        Err(reason) => view.unwritable = Some(reason),
    }
    view.customer = Some(Looked {
        person: people(session, std::slice::from_ref(&id))?
            .pop()
            .unwrap_or(Person { id: id.clone(), name: String::new() }),
        place: shown.audience.binary_search(&id).ok().map(|at| at + 1),
        gates: trace.gates,
        mailed: trace.mailed,
        valued: condition.map(|c| valued(model, &session.shop, c, &id)).transpose()?.flatten(),
        values: trace
            .values
            .into_iter()
            .map(|(name, value)| (name, serde_json::to_value(value).unwrap_or_default()))
            .collect(),
        products: trace.products,
    });
    Ok(())
}

/// Customers whose id is this text, or whose name or address contains it.
pub(super) fn search(session: &Session, text: &str) -> Result<Vec<Person>, RunError> {
    let shop = &session.shop;
    let exact = Key::parse(text.trim());
    let mut ids = if shop.has_customer(&exact)? { vec![exact] } else { Vec::new() };
    if text.trim().chars().count() >= 2
        && let Some(condition) = named(session, text.trim())
    {
        ids.extend(shop.select(&condition)?);
    }
    ids.truncate(FOUND);
    people(session, &ids)
}

/// The customer that a selection means.
fn selected(audience: &[Key], selection: &Selection) -> Option<Key> {
    if let Some(random) = selection.random
        && !audience.is_empty()
    {
        return audience.get((random % audience.len() as u64) as usize).cloned();
    }
    let own = selection.customer.as_deref().map(Key::parse);
    let Some(step) = selection.step else { return own.or_else(|| audience.first().cloned()) };
    let last = audience.len().checked_sub(1)?;
    let at = match own.as_ref().map(|id| audience.binary_search(id)) {
        Some(Ok(at)) => at as i64 + step,
        // Somebody outside: on to the next inside, or back to the one before.
        Some(Err(at)) => at as i64 + step - i64::from(step > 0),
        None => 0,
    };
    audience.get((at.max(0) as usize).min(last)).cloned()
}

fn audience(shown: &Shown) -> Result<Audience, RunError> {
    let session = &shown.session;
    let (mut entered, mut left) = (Vec::new(), Vec::new());
    if let Some(before) = shown.before.as_ref().filter(|b| !Arc::ptr_eq(b, &shown.audience)) {
        entered = missing_from(before, &shown.audience);
        left = missing_from(&shown.audience, before);
    }
    let named = |ids: &[Key]| people(session, &ids[..ids.len().min(NAMED)]);
    Ok(Audience {
        words: session.audience_words().to_owned(),
        count: shown.audience.len(),
        all: shown.all,
        newcomers: named(&entered)?,
        leavers: named(&left)?,
        entered: entered.len(),
        left: left.len(),
    })
}

/// Those of `now` that are not in `other`; both ascending.
fn missing_from(other: &[Key], now: &[Key]) -> Vec<Key> {
    let mut others = other.iter().peekable();
    now.iter()
        .filter(|id| {
            while others.peek().is_some_and(|o| o < id) {
                others.next();
            }
            others.peek() != Some(id)
        })
        .cloned()
        .collect()
}

fn counted(shown: &Shown) -> Counted {
    let (looked_at, of) = shown.surveyor.progress();
    Counted { looked_at, of, survey: shown.surveyor.survey.clone(), worst: shown.worst.cases() }
}

/// Customers with their names.
fn people(session: &Session, ids: &[Key]) -> Result<Vec<Person>, RunError> {
    let column = session.source.schema.relation("customers").and_then(|r| r.column("name"));
    let Some(column) = column else {
        return Ok(ids.iter().map(|id| Person { id: id.clone(), name: String::new() }).collect());
    };
    let columns = [("name".to_owned(), Expr::column(Row::Customer, "name", column.ty))];
    let rows = session.shop.values(ids, &columns)?;
    let name = |row: &Vec<Datum>| row.first().and_then(Datum::text).unwrap_or("").to_owned();
    Ok(ids.iter().zip(&rows).map(|(id, row)| Person { id: id.clone(), name: name(row) }).collect())
}

/// The condition that a customer's name or address contains a text, whatever its case.
fn named(session: &Session, text: &str) -> Option<Expr> {
    let customers = session.source.schema.relation("customers")?;
    let lower = |e: Expr| Expr::new(Op::Function("lower".to_owned(), vec![e]), Type::Text);
    let literal = crate::check::typed::Literal::Text(text.to_lowercase());
    let wanted = Expr::new(Op::Literal(literal), Type::Text);
    let contains = ["name", "email"].iter().filter_map(|name| {
        let column = customers.column(name).filter(|c| c.ty == Type::Text)?;
        let value = lower(Expr::column(Row::Customer, &column.name, column.ty));
        Some(Expr::new(Op::Contains(Box::new(value), Box::new(wanted.clone())), Type::YesNo))
    });
    let parts: Vec<Expr> = contains.collect();
    (!parts.is_empty()).then(|| Expr::new(Op::Or(parts), Type::YesNo))
}

fn mail(session: &Session, draft: &Draft) -> Result<Mail, String> {
    let composed = session.writer.write_draft(draft, draft.due_at)?;
    let sender = session.senders.get(&draft.inputs.sender);
    let zone = &session.source.schema.timezone;
    Ok(Mail {
        from: sender.map(|s| format!("{} <{}>", s.name, s.email)).unwrap_or_default(),
        to: draft.address.written().to_owned(),
        page: composed.page(),
        html_bytes: composed.html.len(),
        bytes: composed.bytes.len(),
        warnings: composed.warnings.iter().map(ToString::to_string).collect(),
        subject: composed.subject,
        preheader: composed.preheader,
        text: composed.text,
        template: draft.inputs.template.clone(),
        variant: draft.variant.clone(),
        due: draft.due_at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    })
}
