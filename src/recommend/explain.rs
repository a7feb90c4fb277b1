//! `explain`: one customer's list with every score and every product that was passed over.

use super::bitset::BitSet;
use super::filters::Removed;
use super::method::{Method, Scores, Sums};
use super::pick::{Prepared, Ranked, Room, Voice, because, is_score};
use super::request::{Pick, Request, RequestError, Source};

/// What one component of the method gave to a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Which component of the blend, from 0; 0 for a method that is no blend. Of methods that take turns, those of the first
    /// come first.
    pub component: usize,
    /// What it gave, before boosts: in a blend, its weight times its score divided by its best.
    pub score: f32,
}

/// A product with all that decided about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The product.
    pub item: u32,
    /// Its final score: the sum of the parts times the boost.
    pub score: f32,
    /// What boosts multiplied it by.
    pub boost: f32,
    /// What each component gave; those that gave nothing are left out.
    pub parts: Vec<Part>,
    /// The customer's own product that speaks most for it.
    pub because: Option<u32>,
    /// Why it is not a pick; `None` for a pick.
    pub removed: Option<Removed>,
}

/// How a customer's list came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Whether the method does not know the customer, who therefore gets the fallback alone.
    pub stranger: bool,
    /// The list, as [`super::recommend`] gives it.
    pub picks: Vec<Pick>,
    /// The method's products by score, down to the `top`-th that passes the filters; empty for a stranger.
    pub method: Vec<Explained>,
    /// The fallback's likewise, where it was used.
    pub fallback: Vec<Explained>,
}

/// Explains the list of the customer at place `customer` of the chunk: the best `top` products that pass `only` and
/// `exclude`, and those in between that do not.
///
/// # Errors
/// As [`super::recommend`]; also if there is no such place.
pub fn explain(request: &Request<'_>, customer: usize, top: usize) -> Result<Explanation, RequestError> {
    let prepared = Prepared::new(request)?;
    if customer >= request.customers.len() {
        let (found, expected) = (request.customers.len(), customer + 1);
        return Err(RequestError::Length { what: "the chunk", found, expected });
    }
    let picks = prepared.pick(customer, &mut Room::new(request.method.items()));
    let stranger = request.is_stranger(customer);
    let one = OneCustomer { prepared: &prepared, customer, top, picks: &picks };
    let method = if stranger { Vec::new() } else { one.list(Source::Method) };
    let short = picks.iter().filter(|p| p.source == Source::Method).count() < request.filters.take;
    let fallback = if short { one.list(Source::Fallback) } else { Vec::new() };
    Ok(Explanation { stranger, picks, method, fallback })
}

struct OneCustomer<'a> {
    prepared: &'a Prepared<'a>,
    customer: usize,
    top: usize,
    picks: &'a [Pick],
}

impl OneCustomer<'_> {
    /// The products of every voice of a source, voice by voice.
    fn list(&self, source: Source) -> Vec<Explained> {
        let me = self.prepared.request.customer(self.customer);
        let alone = self.prepared.voices(source).count() == 1;
        let (mut explained, mut first) = (Vec::new(), 0);
        for voice in self.prepared.voices(source) {
            if alone || voice.method.knows(&me) {
                explained.extend(self.by(voice, first, alone));
            }
            first += voice.method.components().len().max(1);
        }
        explained
    }

    /// The products of one voice, whose components are counted from `first`; `alone` if its source has no other.
    fn by(&self, voice: &Voice<'_>, first: usize, alone: bool) -> Vec<Explained> {
        let method = voice.method;
        let me = self.prepared.request.customer(self.customer);
        let items = method.items();
        let mut mine = BitSet::new(items);
        let admitted = self.prepared.candidates(self.customer, &mut mine);
        let everything = admitted.with_everything();
        let part_of = |component| {
            let mut part = Scores::new(items);
            method.score_part(component, &me, &everything, &mut part);
            part
        };
        let parts: Vec<Scores> = (0..method.components().len().max(1)).map(part_of).collect();
        let mut scores = Scores::new(items);
        method.score(&me, &everything, &mut scores);
        let mut ranked: Vec<Ranked> = (0..items as u32)
            .map(|item| Ranked {
                item,
                score: self.prepared.final_score(self.customer, method, item, &scores),
            })
            .filter(|r| is_score(r.score))
            .collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        let (mut left, mut explained, mut room) = (self.top, Vec::new(), Sums::default());
        for ranked in ranked {
            if left == 0 {
                break;
            }
            let Ranked { item, score } = ranked;
            let removed = admitted.removed(item).or_else(|| self.passed_over(ranked, voice, alone));
            left -= usize::from(admitted.admits(item));
            explained.push(Explained {
                item,
                score,
                boost: self.prepared.boost(self.customer, item),
                parts: parts
                    .iter()
                    .enumerate()
                    .map(|(component, part)| Part {
                        component: first + component,
                        score: part_score(method, component, part, item),
                    })
                    .filter(|part| part.score != 0.0)
                    .collect(),
                because: because(method, &me, item, &scores, &mut room),
                removed,
            });
        }
        explained
    }

    /// Why a product that passes the filters is not a pick of this source: seen from its turn, with the picks before it.
    /// Where several take turns, with all picks: which came before it depends on whose turn it was.
    fn passed_over(&self, ranked: Ranked, voice: &Voice<'_>, alone: bool) -> Option<Removed> {
        if let Some(pick) = self.picks.iter().find(|p| p.item == ranked.item) {
            let mine = (pick.source, pick.turn) == (voice.source, voice.turn);
            return (!mine).then_some(Removed::Already);
        }
        let earlier = |p: &&Pick| {
            let before = Ranked { score: p.score, item: p.item } > ranked;
            if p.source == voice.source { before || !alone } else { p.source == Source::Method }
        };
        let before = self.picks.iter().filter(earlier).map(|p| p.item);
        let full = self.prepared.request.filters.full_cap(ranked.item, &before);
        Some(full.map_or(Removed::Take, Removed::AtMost))
    }
}

/// What a component gave to a product, with what it gives to everybody.
fn part_score(method: &dyn Method, component: usize, part: &Scores, item: u32) -> f32 {
    let shared = method.components().get(component).map_or(method.shared(), |c| c.method.shared());
    part.get(item) + part.shared_factor() * shared.map_or(0.0, |s| s[item as usize])
}
