//! `blend`: several methods in one list.

use std::sync::Arc;

use thiserror::Error;

use super::batch::Batch;
use super::filters::Candidates;
use super::method::{Customer, Method, Scores};

/// A method and its share of a blend.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its weight, a positive number: the 0.6 of `0.6 * item_cf(...)`.
    pub weight: f32,
    /// The method.
    pub method: Arc<dyn Method>,
}

/// Why methods can't be blended.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum BlendError {
    /// There is nothing to blend.
    #[error("a blend of nothing")]
    Empty,
    /// A weight that is not a positive number.
    #[error("part {part} of the blend weighs {weight}; a weight is a positive number")]
    Weight {
        /// Which part, from 0.
        part: usize,
        /// Its weight.
        weight: f32,
    },
    /// Methods fitted on different catalogues.
    #[error("part {part} of the blend knows {items} products, the first part {first}")]
    Catalogue {
        /// Which part, from 0.
        part: usize,
        /// The products it knows.
        items: usize,
        /// The products the first part knows.
        first: usize,
    },
}

/// A weighted sum of methods, each divided by its own best score for the customer.
///
/// A sum of similarities and a number of sales have no common measure. Dividing by the best score among the products
/// that the customer may be shown makes each method's favourite count exactly its weight, keeps how far behind the
/// others are (ranks would not), and leaves 0 where a method knows nothing (subtracting a minimum would not). A
/// filtered product does not take part in that maximum: else a phone, in a list of phones, would count for less
/// because the customer likes shoes more.
#[derive(Debug, Clone)]
pub struct Blend {
    components: Vec<Component>,
    /// Per component, the products by its shared scores, best first; empty where it has none.
    orders: Vec<Vec<u32>>,
}

impl Blend {
    /// Blends methods. A blend among them is taken apart: its parts share its weight in proportion to theirs.
    ///
    /// # Errors
    /// If there are none, a weight is not a positive number, or the methods are of different catalogues.
    pub fn new(components: Vec<Component>) -> Result<Self, BlendError> {
        let first = components.first().ok_or(BlendError::Empty)?.method.items();
        for (part, component) in components.iter().enumerate() {
            let (weight, items) = (component.weight, component.method.items());
            if !(weight.is_finite() && weight > 0.0) {
                return Err(BlendError::Weight { part, weight });
            }
            if items != first {
                return Err(BlendError::Catalogue { part, items, first });
            }
        }
        let components: Vec<Component> = components.into_iter().flat_map(flatten).collect();
        let orders = components.iter().map(|c| c.method.shared().map_or_else(Vec::new, best_first)).collect();
        Ok(Self { components, orders })
    }

    /// The component whose shared scores stay shared. Of several, whose factors differ by customer, the others are
    /// added up for each customer.
    fn sharing(&self) -> Option<usize> {
        self.components.iter().position(|c| c.method.shared().is_some())
    }
}

/// The products of a positive score, best first.
fn best_first(scores: &[f32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).filter(|&i| scores[i as usize] > 0.0).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order
}

fn flatten(component: Component) -> Vec<Component> {
    let inner = component.method.components();
    if inner.is_empty() {
        return vec![component];
    }
    let total: f32 = inner.iter().map(|c| c.weight).sum();
    let share = |c: &Component| Component { weight: component.weight * c.weight / total, ..c.clone() };
    inner.iter().map(share).collect()
}

impl Method for Blend {
    fn items(&self) -> usize {
        self.components.first().map_or(0, |c| c.method.items())
    }

    fn slots(&self) -> usize {
        self.components.iter().map(|c| c.method.slots()).max().unwrap_or(0)
    }

    /// Whether one of the methods that read a history knows the customer: a stranger gets the fallback, not the
    /// popular part of the blend.
    fn knows(&self, me: &Customer<'_>) -> bool {
        let mut personal = self.components.iter().filter(|c| c.method.slots() > 0).peekable();
        personal.peek().is_none() || personal.any(|c| c.method.knows(me))
    }

    fn score(&self, me: &Customer<'_>, among: &Candidates<'_>, out: &mut Scores) {
        let mut parts = std::mem::take(&mut out.parts);
        parts.resize_with(self.components.len().max(parts.len()), || Scores::new(self.items()));
        for (at, part) in parts.iter_mut().enumerate().take(self.components.len()) {
            part.clear();
            let factor = self.score_part(at, me, among, part);
            out.factors.push(factor);
            for &item in part.touched() {
                out.add(item, part.get(item));
            }
            let factor = part.shared_factor();
            match self.components[at].method.shared() {
                Some(_) if self.sharing() == Some(at) => out.share(factor),
                Some(shared) => among.for_each_wanted(|item| out.add(item, factor * shared[item as usize])),
                None => {}
            }
        }
        out.parts = parts;
    }

    fn shared(&self) -> Option<&[f32]> {
        self.components[self.sharing()?].method.shared()
    }

    fn components(&self) -> &[Component] {
        &self.components
    }

    fn score_part(&self, part: usize, me: &Customer<'_>, among: &Candidates<'_>, out: &mut Scores) -> f32 {
        let Component { weight, method } = &self.components[part];
        method.score(&me.of_part(part), among, out);
        // No method both adds scores and shares some, unless it is a blend, and those were taken apart.
        let best = if let Some(shared) = method.shared() {
            let best = self.orders[part].iter().find(|&&item| among.admits(item));
            best.map_or(0.0, |&item| shared[item as usize]) * out.shared_factor()
        } else {
            let admitted = out.touched().iter().filter(|&&item| among.admits(item));
            admitted.map(|&item| out.get(item)).fold(0.0, f32::max)
        };
        let factor = if best > 0.0 { weight / best } else { 0.0 };
        out.multiply(|_| factor);
        out.share(out.shared_factor() * factor);
        factor
    }

    fn evidence(&self, me: &Customer<'_>, item: u32, scores: &Scores, each: &mut dyn FnMut(u32, f32)) {
        let parts = self.components.iter().zip(&scores.factors).zip(&scores.parts);
        for (part, ((component, &factor), given)) in parts.enumerate() {
            let me = me.of_part(part);
            component.method.evidence(&me, item, given, &mut |own, strength| each(own, strength * factor));
        }
    }

    fn batch<'a>(&'a self, customers: &[Customer<'a>]) -> Option<Box<dyn Batch + 'a>> {
        let parts: Vec<_> = self.components.iter().map(|c| c.method.batch(customers)).collect();
        parts.iter().any(Option::is_some).then(|| Box::new(Parts(parts)) as Box<dyn Batch>)
    }
}

/// What the components worked out, each on its own.
#[derive(Debug)]
struct Parts<'a>(Vec<Option<Box<dyn Batch + 'a>>>);

impl Batch for Parts<'_> {
    fn scores(&self, _at: usize) -> Option<&[f32]> {
        None
    }

    fn part(&self, part: usize) -> Option<&dyn Batch> {
        self.0.get(part)?.as_deref().map(|batch| batch as &dyn Batch)
    }
}
