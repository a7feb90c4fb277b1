//! Fitting: a plan's strategies learned from the shop's data.

use super::catalogue::Catalogue;
use super::datum::Datum;
use super::error::RunError;
use super::recommender::{Customers, Fitted, PersonalRule};
use super::shop::Shop;
use crate::audience;
use crate::check::model::{Anchor as AnchorOf, Method as Plan, Signal};
use crate::check::typed::{Expr, Op, Row};
use crate::data::Key;
use crate::plan::RecommendStep;
use crate::recommend::{
    self as rec, Anchor, Baskets, BitSet, Blend, BoughtTogether, BoughtTogetherParams, Cap, Component,
    Events, Filters, Interactions, ItemCf, ItemCfParams, Method, NO_GROUP, Popular, SimilarTo,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Fits methods, sharing what several of them read.
pub(super) struct Fitter<'a> {
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

impl<'a> Fitter<'a> {
    pub fn new(shop: &'a Shop, catalogue: &'a Catalogue) -> Self {
        Self { shop, catalogue, customers: None, signals: BTreeMap::new() }
    }

    pub fn strategy(&mut self, step: &RecommendStep) -> Result<Fitted, RunError> {
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
    !audience::dependence(condition).customer
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
