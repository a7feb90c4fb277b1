//! Who something changes for: the two sides walked together, through every gate that a run has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mails::Compared;
use super::report::{Audience, Counts, Mails, Moved, Passage, Picked, Products};
use crate::check::typed::{Expr, Row};
use crate::data::Key;
use crate::deliver::State;
use crate::run::datum::Datum;
use crate::run::execute::CHUNK;
use crate::run::message::PickInputs;
use crate::run::shop::Shop;
use crate::run::survey::{Fate, Surveyor};
use crate::run::{Draft, RunError, Session, Store};

/// How many people are named as examples.
pub const EXAMPLES: usize = 5;
/// How many customers' products are kept as examples.
const PICKED: usize = 3;
/// Where somebody stands who does not belong to the audience.
pub const OUTSIDE: &str = "outside the audience";

/// Tells how far a stage is.
pub type Told<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// One side of a campaign made ready, with its audience.
pub struct Ready {
    /// The session.
    pub session: Session,
    /// The audience, ascending.
    pub audience: Arc<Vec<Key>>,
}

impl Ready {
    /// Reads the audience.
    ///
    /// # Errors
    /// As a run's.
    pub fn new(session: Session, store: &Store) -> Result<Self, RunError> {
        let audience = session.stored_audience(store)?;
        Ok(Self { session, audience })
    }
}

/// Who entered and who left; none stands for an audience that is not known, an empty one for a campaign that is not there.
pub fn audience(before: Option<Arc<Vec<Key>>>, after: Option<Arc<Vec<Key>>>) -> Audience {
    let count = |ids: &Option<Arc<Vec<Key>>>| ids.as_ref().map(|ids| ids.len() as u64);
    let mut change = Audience { before: count(&before), after: count(&after), ..Audience::default() };
    if let (Some(before), Some(after)) = (before, after)
        && !Arc::ptr_eq(&before, &after)
    {
        change.entered = missing_from(&before, &after);
        change.left = missing_from(&after, &before);
    }
    change
}

/// Those who are shown of those who entered or left.
pub fn examples(audience: &Audience) -> Vec<Key> {
    let lists = [&audience.entered, &audience.left];
    lists.into_iter().flat_map(|list| list.iter().take(EXAMPLES)).cloned().collect()
}

/// Those of `now` that are not in `other`; both ascending.
fn missing_from(other: &[Key], now: &[Key]) -> Vec<Key> {
    let mut others = other.iter().peekable();
    let is_missing = |id: &&Key| {
        while others.next_if(|o| o < id).is_some() {}
        others.peek() != Some(id)
    };
    now.iter().filter(is_missing).cloned().collect()
}

/// Everybody in either audience, ascending, each once; where there are more than `most`, every second, third, …
fn together(before: &[Key], after: &[Key], most: usize) -> (Vec<Key>, usize) {
    let mut all: Vec<Key> = before.iter().chain(after).cloned().collect();
    all.sort_unstable();
    all.dedup();
    let of = all.len();
    let every = of.div_ceil(most.max(1)).max(1);
    (all.into_iter().step_by(every).collect(), of)
}

/// Walks both sides' audiences, or a sample of them, through every gate. `whole` says that a side which is not there has
/// nobody, and not that it is unknown.
///
/// # Errors
/// As a run's.
pub fn mails(
    before: Option<&Ready>,
    after: Option<&Ready>,
    whole: bool,
    state: Option<&State>,
    sample: usize,
    compared: &mut Compared,
    told: Told<'_>,
) -> Result<Mails, RunError> {
    let empty = Arc::default();
    let ids = |side: Option<&Ready>| side.map_or(Arc::clone(&empty), |s| Arc::clone(&s.audience));
    let (everybody, of) = together(&ids(before), &ids(after), sample);
    let mut sides = (Walk::new(before, &everybody), Walk::new(after, &everybody));
    let mut tally = Tally::default();
    let zone = before.or(after).map(|s| s.session.source.schema.timezone.clone());
    for (at, window) in everybody.chunks(CHUNK as usize).enumerate() {
        told("comparing", at as u64 * CHUNK, everybody.len() as u64);
        let old = sides.0.fates(window, state)?;
        let new = sides.1.fates(window, state)?;
        let mut pairs = Vec::new();
        for (id, (old, new)) in window.iter().zip(old.iter().zip(&new)) {
            if let (Some(old), Some(new)) = tally.passage(id, old.as_ref(), new.as_ref()) {
                tally.both(id, old, new);
                pairs.push((old, new));
            }
        }
        match (before, after) {
            (Some(before), Some(after)) => {
                compared.see(&before.session.writer, &after.session.writer, &pairs);
            }
            (None, Some(after)) if whole => {
                let drafts: Vec<&Draft> = new.iter().flatten().filter_map(Fate::draft).collect();
                compared.see_new(&after.session.writer, &drafts);
            }
            _ => {}
        }
    }
    let moved = Moved {
        changed: tally.moved,
        example: tally.moment.map(|(id, then, now)| {
            let show = |t: jiff::Timestamp| {
                let zone = zone.clone().unwrap_or(jiff::tz::TimeZone::UTC);
                t.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
            };
            (id, show(then), show(now))
        }),
    };
    let passages = |map: BTreeMap<String, Passage>| {
        let mut list: Vec<Passage> = map.into_values().collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then(a.gate.cmp(&b.gate)));
        list
    };
    Ok(Mails {
        looked_at: everybody.len() as u64,
        of: of as u64,
        before: sides.0.counts(),
        after: sides.1.counts(),
        starts: passages(tally.starts),
        stops: passages(tally.stops),
        both: tally.both,
        versions: tally.versions,
        moved,
        products: tally.products,
        texts: compared.finish(),
    })
}

/// One side on its way.
struct Walk<'a> {
    ready: Option<&'a Ready>,
    /// Those of the customers looked at who belong to this side's audience.
    own: Arc<Vec<Key>>,
    at: usize,
    surveyor: Surveyor,
}

impl<'a> Walk<'a> {
    fn new(ready: Option<&'a Ready>, everybody: &[Key]) -> Self {
        let belongs = |id: &&Key| ready.is_some_and(|r| r.audience.binary_search(id).is_ok());
        let own: Arc<Vec<Key>> = Arc::new(everybody.iter().filter(belongs).cloned().collect());
        Self { ready, surveyor: Surveyor::new(Arc::clone(&own)), own, at: 0 }
    }

    /// What becomes of each of these; none for who is outside.
    fn fates(&mut self, window: &[Key], state: Option<&State>) -> Result<Vec<Option<Fate>>, RunError> {
        let mut fates = vec![None; window.len()];
        let Some(ready) = self.ready else { return Ok(fates) };
        let Some(last) = window.last() else { return Ok(fates) };
        let size = self.own[self.at..].partition_point(|id| id <= last);
        self.at += size;
        for (id, fate) in self.surveyor.fates(&ready.session, state, size)? {
            if let Ok(place) = window.binary_search(&id) {
                fates[place] = Some(fate);
            }
        }
        Ok(fates)
    }

    fn counts(self) -> Counts {
        let survey = self.surveyor.survey;
        Counts {
            mails: survey.total(),
            versions: survey.messages.into_iter().filter(|m| !m.0.is_empty()).collect(),
            left_out: survey.excluded.into_iter().map(|(gate, (count, _))| (gate, count)).collect(),
        }
    }
}

#[derive(Default)]
struct Tally {
    starts: BTreeMap<String, Passage>,
    stops: BTreeMap<String, Passage>,
    both: u64,
    versions: u64,
    moved: u64,
    moment: Option<(Key, jiff::Timestamp, jiff::Timestamp)>,
    products: Products,
}

impl Tally {
    /// Notes who starts or stops to get a mail; the mails of both sides.
    fn passage<'f>(
        &mut self,
        id: &Key,
        old: Option<&'f Fate>,
        new: Option<&'f Fate>,
    ) -> (Option<&'f Draft>, Option<&'f Draft>) {
        let mails = (old.and_then(Fate::draft), new.and_then(Fate::draft));
        match mails {
            (None, Some(_)) => note(&mut self.starts, id, old),
            (Some(_), None) => note(&mut self.stops, id, new),
            _ => {}
        }
        mails
    }

    fn both(&mut self, id: &Key, old: &Draft, new: &Draft) {
        self.both += 1;
        self.versions += u64::from(old.variant != new.variant);
        if old.due_at != new.due_at {
            self.moved += 1;
            self.moment.get_or_insert_with(|| (id.clone(), old.due_at, new.due_at));
        }
        self.products.note(id, &old.inputs.picks, &new.inputs.picks);
    }
}

/// Counts somebody at the gate that keeps them from a mail on one side.
fn note(passages: &mut BTreeMap<String, Passage>, id: &Key, fate: Option<&Fate>) {
    let (gate, reason) = match fate {
        Some(Fate::NoMail { gate, reason }) => (gate.as_str(), Some(reason)),
        _ => (OUTSIDE, None),
    };
    // Only a policy's sentence is about a rule and not about a person.
    let reason = reason.filter(|_| gate == "policy");
    let key = format!("{gate}: {}", reason.map_or("", String::as_str));
    let passage = passages.entry(key).or_insert_with(|| Passage {
        gate: gate.to_owned(),
        reason: reason.cloned(),
        count: 0,
        examples: Vec::new(),
    });
    passage.count += 1;
    if passage.examples.len() < EXAMPLES {
        passage.examples.push(id.clone());
    }
}

impl Products {
    fn note(&mut self, customer: &Key, old: &[PickInputs], new: &[PickInputs]) {
        let id = |p: &PickInputs| p.product.get("id").cloned();
        let (before, after): (Vec<_>, Vec<_>) = (old.iter().map(id).collect(), new.iter().map(id).collect());
        if before == after {
            return;
        }
        self.changed += 1;
        let come = after.iter().filter(|p| !before.contains(p)).count();
        if come == 0 && before.len() == after.len() {
            self.reordered += 1;
        }
        let weight = |p: &Picked| p.after.iter().filter(|a| !p.before.contains(a)).count();
        let least = self.examples.iter().map(&weight).min();
        if self.examples.len() == PICKED && least.is_none_or(|least| least >= come) {
            return;
        }
        let titles = |list: &[PickInputs]| list.iter().map(title).collect();
        self.examples.push(Picked { customer: customer.clone(), before: titles(old), after: titles(new) });
        // The most affected first; of two alike the one that came first.
        self.examples.sort_by_key(|p| std::cmp::Reverse(weight(p)));
        self.examples.truncate(PICKED);
    }
}

/// A product as people know it.
fn title(pick: &PickInputs) -> String {
    let text = |name: &str| pick.product.get(name).and_then(Datum::text).unwrap_or_default().to_owned();
    let id = match pick.product.get("id") {
        Some(Datum::Whole(n)) => n.to_string(),
        _ => text("id"),
    };
    match text("title") {
        title if title.is_empty() => id,
        title => format!("{title} ({id})"),
    }
}

/// The names of these customers, by their ids.
///
/// # Errors
/// SQLite's.
pub fn names(shop: &Shop, ids: &[Key]) -> Result<BTreeMap<String, String>, RunError> {
    let column = shop.schema().relation("customers").and_then(|r| r.column("name"));
    let Some(column) = column.filter(|_| !ids.is_empty()) else { return Ok(BTreeMap::new()) };
    let columns = [("name".to_owned(), Expr::column(Row::Customer, "name", column.ty))];
    let rows = shop.values(ids, &columns)?;
    let name = |row: &Vec<Datum>| row.first().and_then(Datum::text).map(str::to_owned);
    Ok(ids.iter().zip(&rows).filter_map(|(id, row)| Some((id.to_string(), name(row)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[i64]) -> Vec<Key> {
        ids.iter().map(|id| Key::Int(*id)).collect()
    }

    #[test]
    fn those_who_are_missing_are_found_whatever_surrounds_them() {
        assert_eq!(missing_from(&keys(&[2, 4]), &keys(&[1, 2, 3, 5])), keys(&[1, 3, 5]));
        assert_eq!(missing_from(&keys(&[]), &keys(&[1])), keys(&[1]));
        assert_eq!(missing_from(&keys(&[1, 2]), &keys(&[1, 2])), keys(&[]));
    }

    #[test]
    fn a_sample_is_spread_over_everybody() {
        assert_eq!(together(&keys(&[1, 3]), &keys(&[2, 3]), 9), (keys(&[1, 2, 3]), 3));
        assert_eq!(together(&keys(&[1, 2, 3, 4, 5]), &keys(&[6]), 3), (keys(&[1, 3, 5]), 6));
    }
}
