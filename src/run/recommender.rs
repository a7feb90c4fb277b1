//! The strategies of a plan, fitted on the shop's data, and the picks of a chunk of recipients.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::datum::Datum;
use super::error::RunError;
use super::shop::Shop;
use crate::check::model::{Anchor as AnchorOf, Method as Plan, Signal};
use crate::check::typed::{Expr, Op, Row};
use crate::data::Key;
use crate::plan::{RecommendStep, StepId};
use crate::recommend::{
    self as rec, Anchor, Baskets, BitSet, Blend, BoughtTogether, BoughtTogetherParams, Cap, Component,
    Events, Explanation, Filters, GroupRule, Interactions, ItemCf, ItemCfParams, ItemFactors, ItemLists,
    Method, NO_GROUP, NOBODY, Personal, Pick, Popular, Request, SimilarTo,
};

/// Customers with a history, as dense indexes in the order of their ids.
type Customers = HashMap<Key, u32>;

/// A strategy, fitted.
#[derive(Debug)]
pub struct Fitted {
    method: Arc<dyn Method>,
    fallback: Option<Arc<dyn Method>>,
    histories: Vec<Arc<Interactions>>,
    filters: Filters,
    /// Conditions that depend on the customer: what must hold, and what must not.
    only: Vec<PersonalRule>,
    exclude: Vec<PersonalRule>,
    boosts: Vec<(f32, Expr)>,
    customers: Arc<Customers>,
    /// What each part of a blend is, in words, for explanations.
    pub parts: Vec<String>,
}

/// A condition on a customer with a product.
#[derive(Debug)]
enum PersonalRule {
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
    /// Fits every recommendation step on the shop's data.
    ///
    /// # Errors
    /// The data cannot be read, or makes no sense for the method.
    pub fn fit(
        shop: &Shop,
        catalogue: &Catalogue,
        steps: &[(StepId, &RecommendStep)],
    ) -> Result<Self, RunError> {
        let mut strategies = BTreeMap::new();
        let mut fitter = Fitter { shop, catalogue, customers: None, signals: BTreeMap::new() };
        for (id, step) in steps {
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

    /// The words of a strategy's parts.
    pub fn parts(&self, step: &str) -> &[String] {
        self.strategies.get(step).map(|s| s.parts.as_slice()).unwrap_or_default()
    }

    /// How many of the customers have no history that the strategy could use.
    ///
    /// # Errors
    /// SQLite's.
    pub fn strangers(
        &self,
        shop: &Shop,
        catalogue: &Catalogue,
        step: &str,
        ids: &[Key],
    ) -> Result<usize, RunError> {
        self.with_request(shop, catalogue, step, ids, |request| Ok(request.strangers()))
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
        let personal = fitted.personal(shop, catalogue, ids)?;
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
        })
    }
}

impl Fitted {
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

/// Fits methods, sharing what several of them read.
struct Fitter<'a> {
    shop: &'a Shop,
    catalogue: &'a Catalogue,
    customers: Option<Arc<Customers>>,
    /// Interactions by the signals and half-life they were made of.
    signals: BTreeMap<String, Arc<Interactions>>,
}

/// The histories of one strategy, by slot.
#[derive(Default)]
struct Slots {
    keys: Vec<String>,
    histories: Vec<Arc<Interactions>>,
}

impl Slots {
    fn slot(&mut self, key: String, interactions: &Arc<Interactions>) -> usize {
        if let Some(at) = self.keys.iter().position(|k| *k == key) {
            return at;
        }
        self.keys.push(key);
        self.histories.push(Arc::clone(interactions));
        self.keys.len() - 1
    }
}

impl Fitter<'_> {
    fn strategy(&mut self, step: &RecommendStep) -> Result<Fitted, RunError> {
        let mut slots = Slots::default();
        let method = self.method(&step.method, &mut slots)?;
        let fallback = step.fallback.as_ref().map(|f| self.method(f, &mut slots)).transpose()?;
        let mut parts = Vec::new();
        match &step.method {
            Plan::Blend(blended) => parts
                .extend(blended.iter().map(|(w, m)| format!("{w} × {}", crate::plan::show::method_words(m)))),
            one => parts.push(crate::plan::show::method_words(one)),
        }
        let (filters, only, exclude, boosts) = self.filters(step)?;
        let customers = self.customers()?;
        Ok(Fitted {
            method,
            fallback,
            histories: slots.histories,
            filters,
            only,
            exclude,
            boosts,
            customers,
            parts,
        })
    }

    fn customers(&mut self) -> Result<Arc<Customers>, RunError> {
        if self.customers.is_none() {
            let ids = self.shop.all_customers()?;
            self.customers = Some(Arc::new(ids.into_iter().zip(0..).collect()));
        }
        Ok(self.customers.clone().unwrap_or_default())
    }

    fn interactions(
        &mut self,
        signals: &[Signal],
        half_life: Option<i64>,
    ) -> Result<(String, Arc<Interactions>), RunError> {
        let key = format!("{signals:?} {half_life:?}");
        if let Some(known) = self.signals.get(&key) {
            return Ok((key, Arc::clone(known)));
        }
        let customers = self.customers()?;
        let mut events = Events::default();
        for signal in signals {
            self.shop.events(signal, &mut |customer, product, age_seconds, _| {
                if let (Some(&user), Some(item)) = (customers.get(&customer), self.catalogue.index(&product))
                {
                    events.push(user, item, age_seconds as f32 / 86_400.0, signal.weight as f32);
                }
            })?;
        }
        let days = half_life.map(|seconds| seconds as f32 / 86_400.0);
        let built = Arc::new(Interactions::build(&events, customers.len(), self.catalogue.len(), days)?);
        self.signals.insert(key.clone(), Arc::clone(&built));
        Ok((key, built))
    }

    fn method(&mut self, method: &Plan, slots: &mut Slots) -> Result<Arc<dyn Method>, RunError> {
        let default_half_life = Some((rec::DEFAULT_HALF_LIFE_DAYS * 86_400.0) as i64);
        Ok(match method {
            Plan::Popular { signals, half_life } => {
                Arc::new(Popular::fit(&self.interactions(signals, *half_life)?.1))
            }
            Plan::ItemCf { signals, half_life, neighbours, shrinkage } => {
                let (key, interactions) = self.interactions(signals, half_life.or(default_half_life))?;
                let slot = slots.slot(key, &interactions);
                Arc::new(ItemCf::fit(&interactions, slot, params(*neighbours, *shrinkage)))
            }
            Plan::BoughtTogether { signal } => {
                let baskets = self.baskets(signal)?;
                let (key, interactions) =
                    self.interactions(std::slice::from_ref(signal), default_half_life)?;
                let slot = slots.slot(key, &interactions);
                Arc::new(BoughtTogether::fit(
                    &baskets,
                    rec::trend(&interactions),
                    slot,
                    BoughtTogetherParams::default(),
                ))
            }
            Plan::SimilarTo { anchor, signals, half_life, neighbours } => {
                let (_, interactions) = self.interactions(signals, half_life.or(default_half_life))?;
                let neighbours =
                    Arc::clone(ItemCf::fit(&interactions, 0, params(*neighbours, None)).neighbours());
                let anchor = self.anchor(anchor, slots)?;
                Arc::new(SimilarTo::new(neighbours, anchor))
            }
            Plan::Blend(parts) => {
                let mut components = Vec::new();
                for (weight, method) in parts {
                    components
                        .push(Component { weight: *weight as f32, method: self.method(method, slots)? });
                }
                Arc::new(Blend::new(components)?)
            }
            Plan::Later(name) => {
                return Err(RunError::Recommend(format!("`{name}` is not run by this version")));
            }
        })
    }

    fn anchor(&mut self, anchor: &AnchorOf, slots: &mut Slots) -> Result<Anchor, RunError> {
        match anchor {
            AnchorOf::Latest(signal) => {
                let (key, interactions) = self.interactions(std::slice::from_ref(signal), None)?;
                Ok(Anchor::Latest { slot: slots.slot(key, &interactions) })
            }
            AnchorOf::Product(id) => {
                let item = self
                    .catalogue
                    .index(&Key::parse(id))
                    .or_else(|| self.catalogue.index(&Key::Text(id.as_str().into())));
                item.map(Anchor::Product)
                    .ok_or_else(|| RunError::Recommend(format!("the shop has no product `{id}`")))
            }
        }
    }

    /// Order lines as baskets; a line without an order is a basket of its customer's day.
    fn baskets(&mut self, signal: &Signal) -> Result<Baskets, RunError> {
        let mut numbers: HashMap<Key, u32> = HashMap::new();
        let mut lines = Vec::new();
        self.shop.events(signal, &mut |customer, product, age_seconds, order| {
            let basket =
                order.unwrap_or_else(|| Key::Text(format!("{customer} {}", age_seconds / 86_400).into()));
            let next = numbers.len() as u32;
            let basket = *numbers.entry(basket).or_insert(next);
            if let Some(item) = self.catalogue.index(&product) {
                lines.push((basket, item));
            }
        })?;
        Ok(Baskets::build(&lines, self.catalogue.len()))
    }

    #[allow(clippy::type_complexity)]
    fn filters(
        &mut self,
        step: &RecommendStep,
    ) -> Result<(Filters, Vec<PersonalRule>, Vec<PersonalRule>, Vec<(f32, Expr)>), RunError> {
        let (mut only, mut exclude, mut boosts) = (Vec::new(), Vec::new(), Vec::new());
        let mut allowed = self.on_sale();
        for condition in &step.filters.only {
            if about_products_alone(condition) {
                allowed.intersect(&self.matching(condition)?);
            } else {
                only.push(self.rule(condition));
            }
        }
        let mut refused = BitSet::new(self.catalogue.len());
        for condition in &step.filters.exclude {
            if about_products_alone(condition) {
                for item in self.matching(condition)?.iter() {
                    refused.insert(item);
                }
            } else {
                exclude.push(self.rule(condition));
            }
        }
        let mut factors: Option<Vec<f32>> = None;
        for (factor, condition) in &step.filters.boosts {
            match condition {
                Some(condition) if !about_products_alone(condition) => {
                    boosts.push((*factor as f32, condition.clone()));
                }
                _ => {
                    let matching = condition
                        .as_ref()
                        .map_or_else(|| Ok(BitSet::full(self.catalogue.len())), |c| self.matching(c))?;
                    let all = factors.get_or_insert_with(|| vec![1.0; self.catalogue.len()]);
                    matching.iter().for_each(|item| all[item as usize] *= *factor as f32);
                }
            }
        }
        let at_most = step
            .filters
            .caps
            .iter()
            .map(|(count, column)| Cap {
                group_of_item: self.catalogue.groups(column),
                at_most: *count as u32,
            })
            .collect();
        let filters = Filters {
            only: Some(allowed),
            exclude: Some(refused),
            boost: factors,
            at_most,
            take: step.filters.take,
        };
        Ok((filters, only, exclude, boosts))
    }

    /// Products that are on sale: all but those whose `active` is no.
    fn on_sale(&self) -> BitSet {
        BitSet::from_fn(self.catalogue.len(), |product| {
            match self.catalogue.value(product as u32, "active") {
                Some(Datum::YesNo(active)) => *active,
                Some(Datum::Whole(active)) => *active != 0,
                _ => true,
            }
        })
    }

    fn matching(&self, condition: &Expr) -> Result<BitSet, RunError> {
        let mut set = BitSet::new(self.catalogue.len());
        for id in self.shop.products_where(condition)? {
            if let Some(item) = self.catalogue.index(&id) {
                set.insert(item);
            }
        }
        Ok(set)
    }

    fn rule(&self, condition: &Expr) -> PersonalRule {
        if let Some((column, value)) = group_rule(condition) {
            let group_of_item = self.catalogue.groups(column);
            let groups = (0..self.catalogue.len() as u32)
                .filter_map(|p| {
                    Some((format!("{:?}", self.catalogue.value(p, column)?), group_of_item[p as usize]))
                })
                .filter(|(_, group)| *group != NO_GROUP)
                .collect();
            return PersonalRule::Group { group_of_item, groups, value: value.clone() };
        }
        PersonalRule::Pairs(condition.clone())
    }
}

fn params(neighbours: Option<usize>, shrinkage: Option<f64>) -> ItemCfParams {
    let default = ItemCfParams::default();
    ItemCfParams {
        neighbours: neighbours.unwrap_or(default.neighbours),
        shrinkage: shrinkage.map_or(default.shrinkage, |s| s as f32),
        ..default
    }
}

/// Whether a condition asks nothing about the customer.
fn about_products_alone(condition: &Expr) -> bool {
    let mut alone = true;
    condition.walk(&mut |e| match &e.op {
        Op::Column(Row::Customer, _) => alone = false,
        Op::Aggregate(a) if a.link != crate::check::typed::Link::Product => alone = false,
        _ => {}
    });
    alone
}

/// `column = value of the customer`, either way round, of equal types.
fn group_rule(condition: &Expr) -> Option<(&str, &Expr)> {
    let Op::Compare(crate::check::typed::Compare::Eq, a, b) = &condition.op else { return None };
    let column = |e: &Expr| matches!(&e.op, Op::Column(Row::Product, _));
    let customers = |e: &Expr| {
        let mut own = true;
        e.walk(&mut |inner| match &inner.op {
            Op::Column(Row::Product, _) => own = false,
            Op::Aggregate(a) if a.link != crate::check::typed::Link::Customer => own = false,
            _ => {}
        });
        own
    };
    let (column, value) = if column(a) && customers(b) {
        (a, b)
    } else if column(b) && customers(a) {
        (b, a)
    } else {
        return None;
    };
    match &column.op {
        Op::Column(_, name) if column.ty == value.ty => Some((name, value)),
        _ => None,
    }
}
