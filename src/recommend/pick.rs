//! `recommend`: lists of picks for a chunk of customers.

use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::batch::{CUSTOMERS_A_BATCH, Place};
use super::best::Best;
use super::bitset::BitSet;
use super::filters::{Candidates, Filters};
use super::method::{Customer, Method, NOBODY, Scores, Sums};
use super::request::{Pick, Request, RequestError, Source};
use super::variety::{Diversity, Pool};

/// Where products of a list are to differ, the best so many times as many as the list holds are looked at, and so many at
/// least: the longer the choice, the worse what it would bring in.
const VARIED_FROM: usize = 5;
const LEAST_VARIED_FROM: usize = 50;

/// Picks for every customer of the chunk, in their order, at most `take` each.
///
/// The method's products come first, by boosted score, ties by index, under the caps; then the fallback's, under the
/// same filters and with the same caps counted on. A customer whom the method does not know gets the fallback alone.
///
/// # Errors
/// If arrays do not fit together, or a boost is not a positive number.
pub fn recommend(request: &Request<'_>) -> Result<Vec<Vec<Pick>>, RequestError> {
    let prepared = Prepared::new(request)?;
    let items = request.method.items();
    let places: Vec<usize> = (0..request.customers.len()).collect();
    let batches: Vec<Vec<Vec<Pick>>> = places
        .par_chunks(CUSTOMERS_A_BATCH)
        .map_init(|| Room::new(items), |room, batch| prepared.pick_batch(batch, room))
        .collect();
    Ok(batches.into_iter().flatten().collect())
}

/// A product with a boosted score. The greatest is the best: by score, then the lower index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    pub score: f32,
    pub item: u32,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.score.total_cmp(&other.score).then(other.item.cmp(&self.item))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What one thread works in.
pub(crate) struct Room {
    items: usize,
    /// Scores for each voice of a source.
    scores: Vec<Scores>,
    mine: BitSet,
    evidence: Sums,
}

impl Room {
    pub fn new(items: usize) -> Self {
        Self { items, scores: Vec::new(), mine: BitSet::new(items), evidence: Sums::default() }
    }
}

/// A method that has a say in a list: a source's own, or one of those that take turns.
pub(crate) struct Voice<'a> {
    pub method: &'a dyn Method,
    pub source: Source,
    /// Which of its source's it is, from 0.
    pub turn: usize,
    /// How many products it chooses before the next has its turn.
    at_once: usize,
    /// Its shared scores, boosted for everybody, best first.
    shared: Vec<Ranked>,
}

/// A checked request, with what can be worked out once for the whole chunk.
pub(crate) struct Prepared<'a> {
    pub request: &'a Request<'a>,
    allowed: BitSet,
    /// The methods' voices, then the fallbacks'.
    voices: Vec<Voice<'a>>,
}

impl<'a> Prepared<'a> {
    pub fn new(request: &'a Request<'a>) -> Result<Self, RequestError> {
        request.check()?;
        let allowed = request.filters.allowed(request.method.items());
        let voice = |source, turn, method: &'a dyn Method, at_once: Option<usize>| {
            let rank = |scores| rank_shared(scores, &allowed, request.filters);
            let shared = method.shared().map_or_else(Vec::new, rank);
            Voice { method, source, turn, at_once: at_once.unwrap_or(usize::MAX), shared }
        };
        let mut voices = Vec::new();
        for (source, method) in [(Source::Method, Some(request.method)), (Source::Fallback, request.fallback)]
        {
            let Some(method) = method else { continue };
            match method.turns() {
                [] => voices.push(voice(source, 0, method, None)),
                turns => {
                    let each = turns.iter().zip(0..);
                    voices.extend(each.map(|(t, turn)| voice(source, turn, t.method.as_ref(), t.at_once)));
                }
            }
        }
        Ok(Self { request, allowed, voices })
    }

    /// The products that the customer may be shown; `mine` is room for them.
    pub fn candidates<'b>(&'b self, customer: usize, mine: &'b mut BitSet) -> Candidates<'b> {
        let Request { filters, personal, .. } = self.request;
        personal.narrow(customer, &self.allowed, mine);
        Candidates::new(filters, mine, personal, customer)
    }

    /// The final score that a method gives to a product. Multiplied in this order, so that products with a shared score
    /// alone keep the order of [`Voice::shared`] in spite of rounding.
    pub fn final_score(&self, customer: usize, method: &dyn Method, item: u32, scores: &Scores) -> f32 {
        let boost = common_boost(self.request.filters, item);
        let shared = match method.shared() {
            Some(shared) => scores.shared_factor() * (shared[item as usize] * boost),
            None => 0.0,
        };
        (scores.get(item) * boost + shared) * self.request.personal.boost_of(customer, item)
    }

    /// By what the product's score is multiplied for the customer.
    pub fn boost(&self, customer: usize, item: u32) -> f32 {
        common_boost(self.request.filters, item) * self.request.personal.boost_of(customer, item)
    }

    /// The whole lists of some customers.
    fn pick_batch(&self, customers: &[usize], room: &mut Room) -> Vec<Vec<Pick>> {
        let them: Vec<Customer<'_>> = customers.iter().map(|&c| self.request.customer(c)).collect();
        let batch = self.request.method.batch(&them);
        let place = |at| batch.as_deref().map(|batch| Place { batch, at });
        customers.iter().enumerate().map(|(at, &customer)| self.pick_at(customer, place(at), room)).collect()
    }

    /// The whole list of a customer.
    pub fn pick(&self, customer: usize, room: &mut Room) -> Vec<Pick> {
        self.pick_at(customer, None, room)
    }

    fn pick_at(&self, customer: usize, place: Option<Place<'_>>, room: &mut Room) -> Vec<Pick> {
        let take = self.request.filters.take;
        let mut picks = Vec::with_capacity(take.min(self.request.method.items()));
        if !self.request.is_stranger(customer) {
            self.fill(customer, Source::Method, place, room, &mut picks);
        }
        if picks.len() < take {
            self.fill(customer, Source::Fallback, None, room, &mut picks);
        }
        picks
    }

    /// The voices of a source.
    pub fn voices(&self, source: Source) -> impl Iterator<Item = &Voice<'a>> {
        self.voices.iter().filter(move |v| v.source == source)
    }

    /// Adds a source's products to a list until it is full or they run out: each voice in turn, and again from the first.
    fn fill(
        &self,
        customer: usize,
        source: Source,
        place: Option<Place<'_>>,
        room: &mut Room,
        picks: &mut Vec<Pick>,
    ) {
        let Room { items, scores, mine, evidence } = room;
        let me = Customer { place, ..self.request.customer(customer) };
        let candidates = self.candidates(customer, mine);
        let count = self.voices(source).count();
        if let (Some(all), Some(voice), 1) =
            (place.and_then(|p| p.scores()), self.voices(source).next(), count)
            && self.request.filters.diversity.as_ref().is_none_or(|d| d.strength <= 0.0)
        {
            let from = picks.len();
            if self.take_best(all, customer, &candidates, voice, picks) {
                let scores = Scores::default();
                for pick in picks[from..].iter_mut().filter(|_| self.request.because) {
                    pick.because = because(voice.method, &me, pick.item, &scores, evidence);
                }
                return;
            }
        }
        if scores.len() < count {
            scores.resize_with(count, || Scores::new(*items));
        }
        if count == 1
            && let Some(voice) = self.voices(source).next()
            && self.take_scored(customer, voice, &me, &candidates, (&mut scores[0], evidence), picks)
        {
            return;
        }
        let take = self.request.filters.take;
        let mut queues: Vec<Option<Queue<'_>>> = (0..count).map(|_| None).collect();
        let mut before = usize::MAX;
        while picks.len() < take && before != picks.len() {
            before = picks.len();
            for ((voice, queue), scores) in self.voices(source).zip(&mut queues).zip(&mut *scores) {
                let queue = match queue {
                    Some(queue) => queue,
                    None if picks.len() == take || (count > 1 && !voice.method.knows(&me)) => continue,
                    None => queue.insert(self.queue(customer, voice, &me, &candidates, scores)),
                };
                let from = picks.len();
                let ranked = std::iter::from_fn(|| self.next(customer, voice, queue, &candidates, scores));
                match &self.request.filters.diversity {
                    Some(diversity) if diversity.strength > 0.0 => {
                        let left = self.take_varied(diversity, ranked, voice, picks);
                        queue.best.extend(left);
                    }
                    _ => self.take(ranked, voice, picks),
                }
                for pick in picks[from..].iter_mut().filter(|_| self.request.because) {
                    pick.because = because(voice.method, &me, pick.item, scores, evidence);
                }
            }
        }
    }

    /// Fills a list from a score for every product without sorting them all: whether that sufficed. It does not where
    /// the customer has boosts of their own, or where caps pass over so many that the best few are too few.
    fn take_best(
        &self,
        scores: &[f32],
        customer: usize,
        candidates: &Candidates<'_>,
        voice: &Voice<'_>,
        picks: &mut Vec<Pick>,
    ) -> bool {
        let Filters { take, at_most, boost, .. } = self.request.filters;
        if !self.request.personal.boosted(customer).is_empty() {
            return false;
        }
        let from = picks.len();
        let mut best = Best::new(if at_most.is_empty() { *take } else { 4 * take + 16 });
        match boost {
            Some(boost) => {
                let boosted = scores.iter().zip(boost).map(|(score, boost)| score * boost);
                best.offer_all(boosted, |item| candidates.admits(item));
            }
            None => best.offer_all(scores.iter().copied(), |item| candidates.admits(item)),
        }
        let (ranked, all) = best.into_sorted();
        self.take(ranked.into_iter(), voice, picks);
        let filled = all || picks.len() >= *take;
        if !filled {
            picks.truncate(from);
        }
        filled
    }

    /// Fills a list from the customer's own scores without a queue of them all: whether that sufficed. It does not where products are to differ
    /// or everybody shares scores, and where [`Prepared::take_best`] does not.
    fn take_scored(
        &self,
        customer: usize,
        voice: &Voice<'_>,
        me: &Customer<'_>,
        candidates: &Candidates<'_>,
        (scores, evidence): (&mut Scores, &mut Sums),
        picks: &mut Vec<Pick>,
    ) -> bool {
        let Filters { take, at_most, diversity, .. } = self.request.filters;
        let varied = diversity.as_ref().is_some_and(|d| d.strength > 0.0);
        if varied || voice.method.shared().is_some() || !self.request.personal.boosted(customer).is_empty() {
            return false;
        }
        let from = picks.len();
        // What is in the list already may be among the best once more.
        let keep = if at_most.is_empty() { *take } else { 4 * take + 16 };
        let mut best = Best::new(keep + from);
        scores.clear();
        voice.method.score(me, candidates, scores);
        let rank =
            |&item: &u32| Ranked { item, score: scores.get(item) * common_boost(self.request.filters, item) };
        best.offer_some(scores.touched().iter().map(rank), |item| candidates.admits(item));
        let (ranked, all) = best.into_sorted();
        self.take(ranked.into_iter(), voice, picks);
        if !all && picks.len() < *take {
            picks.truncate(from);
            return false;
        }
        for pick in picks[from..].iter_mut().filter(|_| self.request.because) {
            pick.because = because(voice.method, me, pick.item, scores, evidence);
        }
        true
    }

    /// Scores a customer's products by one voice.
    fn queue<'v>(
        &self,
        customer: usize,
        voice: &'v Voice<'a>,
        me: &Customer<'_>,
        candidates: &Candidates<'_>,
        scores: &mut Scores,
    ) -> Queue<'v> {
        scores.clear();
        voice.method.score(me, candidates, scores);
        for &item in self.request.personal.boosted(customer) {
            scores.add(item, 0.0); // out of the order that everybody shares
        }
        let rank =
            |&item: &u32| Ranked { item, score: self.final_score(customer, voice.method, item, scores) };
        let own = scores.touched().iter().filter(|&&item| candidates.admits(item)).map(rank);
        let best = own.filter(|r| is_score(r.score)).collect();
        let shared = if scores.shared_factor() > 0.0 { &voice.shared[..] } else { &[] };
        Queue { best, shared: shared.iter(), waiting: None }
    }

    /// The next best product of a queue. Both its parts are sorted; shared ones join the heap when their turn may have
    /// come, all of an equal score together.
    fn next(
        &self,
        customer: usize,
        voice: &Voice<'_>,
        queue: &mut Queue<'_>,
        candidates: &Candidates<'_>,
        scores: &Scores,
    ) -> Option<Ranked> {
        let rank = |item| Ranked { item, score: self.final_score(customer, voice.method, item, scores) };
        loop {
            if queue.waiting.is_none() {
                let mut shared = queue
                    .shared
                    .by_ref()
                    .map(|r| r.item)
                    .filter(|&item| !scores.is_touched(item) && candidates.admits(item))
                    .map(rank);
                queue.waiting = shared.find(|r| is_score(r.score));
            }
            match queue.waiting {
                Some(next) if queue.best.peek().is_none_or(|b| next.score >= b.score) => {
                    queue.best.push(next);
                    queue.waiting = None;
                }
                _ => return queue.best.pop(),
            }
        }
    }

    /// Adds as many of a voice's products as it may choose at once.
    fn take(&self, ranked: impl Iterator<Item = Ranked>, voice: &Voice<'_>, picks: &mut Vec<Pick>) {
        let end = self.end(voice, picks);
        if picks.len() >= end {
            return;
        }
        for ranked in ranked {
            self.add(ranked, voice, picks);
            if picks.len() == end {
                return;
            }
        }
    }

    /// The same, those first that differ from what is in the list; gives back what was looked at and not taken.
    fn take_varied(
        &self,
        diversity: &Diversity,
        mut ranked: impl Iterator<Item = Ranked>,
        voice: &Voice<'_>,
        picks: &mut Vec<Pick>,
    ) -> Vec<Ranked> {
        let end = self.end(voice, picks);
        let looked_at = (self.request.filters.take * VARIED_FROM).max(LEAST_VARIED_FROM);
        while picks.len() < end {
            let best: Vec<Ranked> = ranked.by_ref().take(looked_at).collect();
            if best.is_empty() {
                break;
            }
            let mut pool = Pool::new(diversity, best, picks.iter().map(|p| p.item));
            while let Some(ranked) = pool.next() {
                if self.add(ranked, voice, picks) {
                    pool.note(ranked.item);
                }
                if picks.len() == end {
                    return pool.left().collect();
                }
            }
        }
        Vec::new()
    }

    /// How long the list may be when the voice's turn is over.
    fn end(&self, voice: &Voice<'_>, picks: &[Pick]) -> usize {
        self.request.filters.take.min(picks.len().saturating_add(voice.at_once))
    }

    /// Adds a product that is not in the list if there is room under the caps.
    fn add(&self, Ranked { item, score }: Ranked, voice: &Voice<'_>, picks: &mut Vec<Pick>) -> bool {
        let mut taken = picks.iter().map(|p| p.item);
        let free = self.request.filters.full_cap(item, &taken).is_none() && taken.all(|t| t != item);
        if free {
            picks.push(Pick { item, score, because: None, source: voice.source, turn: voice.turn });
        }
        free
    }
}

/// A customer's products by one voice, best first.
struct Queue<'a> {
    /// Those with a score of the customer's own.
    best: BinaryHeap<Ranked>,
    /// Those with a score that everybody shares, and the next of them.
    shared: std::slice::Iter<'a, Ranked>,
    waiting: Option<Ranked>,
}

fn common_boost(filters: &Filters, item: u32) -> f32 {
    filters.boost.as_ref().map_or(1.0, |b| b[item as usize])
}

/// Whether a score recommends at all.
pub(crate) fn is_score(score: f32) -> bool {
    score.is_finite() && score > 0.0
}

/// The products in the order of the scores that everybody shares.
fn rank_shared(scores: &[f32], allowed: &BitSet, filters: &Filters) -> Vec<Ranked> {
    let rank = |item: u32| Ranked { item, score: scores[item as usize] * common_boost(filters, item) };
    let mut ranked: Vec<Ranked> = allowed.iter().map(rank).filter(|r| is_score(r.score)).collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    ranked
}

/// The customer's own product whose evidence for `item` adds up to most; the lower index of equals. `room` is for the sums.
pub(crate) fn because(
    method: &dyn Method,
    me: &Customer<'_>,
    item: u32,
    scores: &Scores,
    room: &mut Sums,
) -> Option<u32> {
    if me.row == NOBODY {
        return None;
    }
    room.widen(method.items());
    method.evidence(me, item, scores, &mut |own, strength| room.add_row((&[own], &[strength]), 1.0));
    room.take_best(1, |_, strength| strength);
    room.best.first().map(|best| best.0)
}
