//! `explain`: one customer's list with every score and every product that was passed over.

use super::filters::Removed;
use super::method::Scores;
use super::pick::{Pick, Prepared, Ranked, Request, RequestError, Source, because, is_score};

/// What one component of the method gave to a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Which component of the blend, from 0; 0 for a method that is no blend.
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
    let mut scores = Scores::new(request.method.items());
    let picks = prepared.pick(customer, &mut scores);
    let stranger = request.is_stranger(customer);
    let mut one = OneCustomer { prepared: &prepared, customer, top, picks: &picks, scores };
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
    scores: Scores,
}

impl OneCustomer<'_> {
    fn list(&mut self, source: Source) -> Vec<Explained> {
        let Some(method) = self.prepared.method(source) else { return Vec::new() };
        let me = self.prepared.request.customer(self.customer);
        let admitted = self.prepared.candidates(self.customer);
        let everything = admitted.with_everything();
        let items = method.items();
        let mut parts: Vec<(usize, Scores)> = Vec::new();
        for component in 0..method.components().len().max(1) {
            let mut part = Scores::new(items);
            method.score_part(component, &me, &everything, &mut part);
            parts.push((component, part));
        }
        self.scores.clear();
        method.score(&me, &everything, &mut self.scores);
        let mut ranked: Vec<Ranked> = self
            .scores
            .touched()
            .iter()
            .map(|&item| Ranked {
                item,
                score: self.prepared.boosted(self.customer, item, self.scores.get(item)),
            })
            .filter(|r| is_score(r.score))
            .collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        let (mut left, mut explained) = (self.top, Vec::new());
        for ranked in ranked {
            if left == 0 {
                break;
            }
            let Ranked { item, score } = ranked;
            let removed = admitted.removed(item).or_else(|| self.passed_over(ranked, source));
            left -= usize::from(admitted.admits(item));
            explained.push(Explained {
                item,
                score,
                boost: self.prepared.boosted(self.customer, item, 1.0),
                parts: parts
                    .iter()
                    .map(|(component, part)| Part { component: *component, score: part.get(item) })
                    .filter(|part| part.score != 0.0)
                    .collect(),
                because: because(method, &me, item, &self.scores),
                removed,
            });
        }
        explained
    }

    /// Why a product that passes the filters is not a pick of this source: seen from its turn, with the picks before it.
    fn passed_over(&self, ranked: Ranked, source: Source) -> Option<Removed> {
        if let Some(pick) = self.picks.iter().find(|p| p.item == ranked.item) {
            return (pick.source != source).then_some(Removed::Already);
        }
        let earlier = |p: &&Pick| {
            let before = Ranked { score: p.score, item: p.item } > ranked;
            if p.source == source { before } else { p.source == Source::Method }
        };
        let before = self.picks.iter().filter(earlier).map(|p| p.item);
        let full = self.prepared.request.filters.full_cap(ranked.item, &before);
        Some(full.map_or(Removed::Take, Removed::AtMost))
    }
}
