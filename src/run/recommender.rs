//! The strategies of a plan, fitted on the shop's data, and the picks of a chunk of recipients.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::datum::Datum;
use super::error::RunError;
use super::fitting::Fitter;
use super::rationing;
use super::shop::Shop;
use super::store::Store;
use crate::check::model::Shows;
use crate::check::typed::Expr;
use crate::data::Key;
use crate::plan::{Plan, StepId};
use crate::recommend::{
    self as rec, Explanation, Filters, GroupRule, Interactions, ItemFactors, ItemLists, Method, NO_GROUP,
    NOBODY, Personal, Pick, Request,
};

/// Customers with a history, as dense indexes in the order of their ids.
pub(super) type Customers = HashMap<Key, u32>;

/// A strategy, fitted.
#[derive(Debug)]
pub struct Fitted {
    pub(super) method: Arc<dyn Method>,
    pub(super) fallback: Option<Arc<dyn Method>>,
    pub(super) histories: Vec<Arc<Interactions>>,
    pub(super) filters: Filters,
    /// Conditions that depend on the customer: what must hold, and what must not.
    pub(super) only: Vec<PersonalRule>,
    pub(super) exclude: Vec<PersonalRule>,
    pub(super) boosts: Vec<(f32, Expr)>,
    /// What each customer ever bought, where only that or only the rest is shown.
    pub(super) bought: Option<(Shows, Arc<Interactions>)>,
    pub(super) customers: Arc<Customers>,
    /// What each part of a blend is, in words, for explanations.
    pub parts: Vec<String>,
}

/// A condition on a customer with a product.
#[derive(Debug)]
pub(super) enum PersonalRule {
    /// `column = value of the customer`: groups, no list of pairs.
    Group { group_of_item: Vec<u32>, groups: HashMap<String, u32>, value: Expr },
    /// Anything else, as pairs.
    Pairs(Expr),
}

/// Every strategy of a plan, fitted.
#[derive(Debug, Default)]
pub struct Recommender {
    strategies: BTreeMap<StepId, Fitted>,
}

impl Recommender {
    /// Fits every recommendation step of a plan on the shop's data, of which `data` is the fingerprint; what `store` has is not fitted
    /// again.
    ///
    /// # Errors
    /// The data cannot be read, or makes no sense for the method.
    pub fn fit(
        shop: &Shop,
        catalogue: &Catalogue,
        plan: &Plan,
        data: &str,
        store: &Store,
    ) -> Result<Self, RunError> {
        let mut strategies = BTreeMap::new();
        let fitter = Fitter::new(shop, catalogue, data, store);
        for (id, step) in plan.recommendations() {
            strategies.insert(id.clone(), fitter.strategy(step)?);
        }
        Ok(Self { strategies })
    }

    /// The picks of customers, in their order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn picks(
        &self,
        shop: &Shop,
        catalogue: &Catalogue,
        step: &str,
        ids: &[Key],
    ) -> Result<Vec<Vec<Pick>>, RunError> {
        self.with_request(shop, catalogue, step, ids, |request| Ok(rec::recommend(request)?))
    }

    /// Why one customer gets these products: every score, by part.
    ///
    /// # Errors
    /// SQLite's.
    pub fn explain(
        &self,
        shop: &Shop,
        catalogue: &Catalogue,
        step: &str,
        id: &Key,
        top: usize,
    ) -> Result<Explanation, RunError> {
        self.with_request(shop, catalogue, step, std::slice::from_ref(id), |request| {
            Ok(rec::explain(request, 0, top)?)
        })
    }

    /// Limits whom a strategy's products are shown to: see [`Filters::rationed`].
    pub(super) fn ration(&mut self, step: &str, until: Vec<u64>) {
        if let Some(fitted) = self.strategies.get_mut(step) {
            fitted.filters.rationed = Some(until);
        }
    }

    /// The words of a strategy's parts.
    pub fn parts(&self, step: &str) -> &[String] {
        self.strategies.get(step).map(|s| s.parts.as_slice()).unwrap_or_default()
    }

    fn with_request<T>(
        &self,
        shop: &Shop,
        catalogue: &Catalogue,
        step: &str,
        ids: &[Key],
        work: impl FnOnce(&Request<'_>) -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let fitted =
            self.strategies.get(step).ok_or_else(|| RunError::Recommend(format!("no step `{step}`")))?;
        let mut personal = fitted.personal(shop, catalogue, ids)?;
        if fitted.filters.rationed.is_some() {
            personal.lottery = ids.iter().map(|id| rationing::number(id, step)).collect();
        }
        let histories: Vec<&Interactions> = fitted.histories.iter().map(Arc::as_ref).collect();
        let customers: Vec<u32> =
            ids.iter().map(|id| fitted.customers.get(id).copied().unwrap_or(NOBODY)).collect();
        work(&Request {
            method: fitted.method.as_ref(),
            fallback: fitted.fallback.as_deref(),
            filters: &fitted.filters,
            personal: &personal,
            histories: &histories,
            customers: &customers,
            because: true,
        })
    }
}

impl Fitted {
    /// The products that a customer has in a history.
    fn had(&self, history: &Interactions, id: &Key) -> Vec<u32> {
        self.customers.get(id).map_or_else(Vec::new, |&row| history.history(row).items.to_vec())
    }

    /// The filters of each customer of a chunk.
    fn personal(&self, shop: &Shop, catalogue: &Catalogue, ids: &[Key]) -> Result<Personal, RunError> {
        let mut personal = Personal::default();
        for rule in &self.only {
            match rule {
                PersonalRule::Group { .. } => personal.only_groups.push(rule.groups(shop, ids)?),
                PersonalRule::Pairs(condition) => {
                    let lists = pairs(shop, catalogue, condition, ids)?;
                    personal.only = Some(match personal.only.take() {
                        None => lists.into_iter().collect(),
                        Some(so_far) => intersection(&so_far, &lists),
                    });
                }
            }
        }
        let mut excluded: Option<Vec<Vec<u32>>> = None;
        for rule in &self.exclude {
            match rule {
                PersonalRule::Group { .. } => personal.exclude_groups.push(rule.groups(shop, ids)?),
                PersonalRule::Pairs(condition) => {
                    let lists = pairs(shop, catalogue, condition, ids)?;
                    match &mut excluded {
                        None => excluded = Some(lists),
                        Some(so_far) => so_far.iter_mut().zip(lists).for_each(|(all, more)| all.extend(more)),
                    }
                }
            }
        }
        if let Some((shows, bought)) = &self.bought {
            let lists: Vec<Vec<u32>> = ids.iter().map(|id| self.had(bought, id)).collect();
            match shows {
                Shows::Again => {
                    personal.only = Some(match personal.only.take() {
                        None => lists.into_iter().collect(),
                        Some(so_far) => intersection(&so_far, &lists),
                    });
                }
                _ => match &mut excluded {
                    None => excluded = Some(lists),
                    Some(so_far) => so_far.iter_mut().zip(lists).for_each(|(all, more)| all.extend(more)),
                },
            }
        }
        personal.exclude = excluded.map(|lists| lists.into_iter().collect::<ItemLists>());
        if !self.boosts.is_empty() {
            let mut factors: Vec<Vec<(u32, f32)>> = vec![Vec::new(); ids.len()];
            for (factor, condition) in &self.boosts {
                for (all, items) in factors.iter_mut().zip(pairs(shop, catalogue, condition, ids)?) {
                    all.extend(items.into_iter().map(|item| (item, *factor)));
                }
            }
            personal.boost = Some(ItemFactors::new(factors));
        }
        Ok(personal)
    }
}

impl PersonalRule {
    fn groups(&self, shop: &Shop, ids: &[Key]) -> Result<GroupRule, RunError> {
        let Self::Group { group_of_item, groups, value } = self else {
            return Ok(GroupRule { group_of_item: Vec::new(), group_of_customer: Vec::new() });
        };
        let values = shop.values(ids, &[("value".to_owned(), value.clone())])?;
        let group_of_customer = values
            .into_iter()
            .map(|row| match row.into_iter().next() {
                None | Some(Datum::Missing) => NO_GROUP,
                Some(value) => groups.get(&format!("{value:?}")).copied().unwrap_or(NO_GROUP),
            })
            .collect();
        Ok(GroupRule { group_of_item: group_of_item.clone(), group_of_customer })
    }
}

fn pairs(
    shop: &Shop,
    catalogue: &Catalogue,
    condition: &Expr,
    ids: &[Key],
) -> Result<Vec<Vec<u32>>, RunError> {
    let place: HashMap<&Key, usize> = ids.iter().zip(0..).collect();
    let mut lists = vec![Vec::new(); ids.len()];
    for (customer, product) in shop.pairs(condition, ids)? {
        if let (Some(&at), Some(item)) = (place.get(&customer), catalogue.index(&product)) {
            lists[at].push(item);
        }
    }
    Ok(lists)
}

fn intersection(so_far: &ItemLists, more: &[Vec<u32>]) -> ItemLists {
    more.iter()
        .enumerate()
        .map(|(customer, list)| {
            let known = so_far.of(customer);
            list.iter().copied().filter(|item| known.binary_search(item).is_ok()).collect::<Vec<_>>()
        })
        .collect()
}
