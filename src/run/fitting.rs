//! Fitting: a plan's strategies learned from the shop's data.

mod chosen;
mod dense;
mod filters;
mod rated;

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::datum::Datum;
use super::error::RunError;
use super::recommender::{Customers, Fitted};
use super::shop::{Shop, Until};
use super::store::{Name, Store};
use crate::check::model::{
    Anchor as AnchorOf, Evidence, Fading, Method as Plan, Shows, Signal, Weighting as WeightingOf,
};
use crate::check::typed::Expr;
use crate::data::Key;
use crate::plan::RecommendStep;
use crate::recommend::{
    self as rec, Anchor, Baskets, Blend, BoughtTogether, BoughtTogetherParams, BuyAgain, Component, Content,
    EmbeddingParams, Events, Interactions, Intervals, ItemCf, ItemCfParams, Method, NO_GROUP, Neighbours,
    Popular, PopularBy, ProductVectors, SimilarTo, Turn, Turns, UserCf, UserCfParams, Vectors, Weighting,
};

/// The half-life of `buy_again` where none is given, in seconds.
const AGAIN_HALF_LIFE: i64 = rec::buy_again::DEFAULT_HALF_LIFE_DAYS as i64 * 86_400;

/// What `content` reads where no fields are named, as far as a shop has them.
const USUAL_FIELDS: [&str; 5] = ["title", "category", "brand", "description", "price"];

/// The usual fields, each of the usual weight.
fn usual_fields() -> [(f64, String); 5] {
    USUAL_FIELDS.map(|field| (1.0, field.to_owned()))
}

/// Fits methods; what is in the store is not fitted again.
pub(super) struct Fitter<'a> {
    shop: &'a Shop,
    catalogue: &'a Catalogue,
    store: &'a Store,
    /// What all names of results begin with: the data, and the shape of customers and products.
    base: Name,
    /// The fingerprint of the program's own records, which some signals read.
    records: String,
}

/// What `item_cf` learns: the neighbours of every product, and what weights are measured against.
#[derive(Serialize, Deserialize)]
struct ItemFit {
    neighbours: Arc<Neighbours>,
    unit: f32,
}

/// What a strategy scores products with.
pub(super) struct Methods {
    pub method: Arc<dyn Method>,
    pub fallback: Option<Arc<dyn Method>>,
    pub histories: Vec<Arc<Interactions>>,
}

/// The histories of one strategy, by slot.
#[derive(Default)]
struct Slots {
    keys: Vec<Name>,
    histories: Vec<Arc<Interactions>>,
}

impl Slots {
    fn slot(&mut self, key: Name, interactions: &Arc<Interactions>) -> usize {
        if let Some(at) = self.keys.iter().position(|k| *k == key) {
            return at;
        }
        self.keys.push(key);
        self.histories.push(Arc::clone(interactions));
        self.keys.len() - 1
    }
}

impl<'a> Fitter<'a> {
    pub fn new(shop: &'a Shop, catalogue: &'a Catalogue, data: &str, store: &'a Store) -> Self {
        let schema = shop.schema();
        let shape = format!("{:?}{:?}", schema.relation("customers"), schema.relation("products"));
        let database = schema.database.to_string_lossy();
        let base = Name::of("data", &[database.as_bytes(), data.as_bytes(), shape.as_bytes()]);
        Self { shop, catalogue, store, base, records: shop.records_fingerprint() }
    }

    /// Fits a strategy's method and fallback.
    pub fn methods(&self, method: &Plan, fallback: Option<&Plan>) -> Result<Methods, RunError> {
        let mut slots = Slots::default();
        let method = self.method(method, &mut slots)?;
        let fallback = fallback.map(|f| self.method(f, &mut slots)).transpose()?;
        Ok(Methods { method, fallback, histories: slots.histories })
    }

    pub fn strategy(&self, step: &RecommendStep) -> Result<Fitted, RunError> {
        let Methods { method, fallback, histories } = self.methods(&step.method, step.fallback.as_ref())?;
        let parts = self.parts(&step.method)?;
        let (filters, only, exclude, boosts) = self.filters(step)?;
        let customers = self.customers()?;
        let bought = self.bought(step.filters.shows)?;
        Ok(Fitted { method, fallback, histories, filters, only, exclude, boosts, bought, customers, parts })
    }

    fn customers(&self) -> Result<Arc<Customers>, RunError> {
        self.store.remember(Name::of("customers", &[self.base.bytes()]), || {
            Ok(self.shop.all_customers()?.into_iter().zip(0..).collect())
        })
    }

    /// The name of a result made from signals: by the statements that read them, so by their windows, filters and tables.
    fn name(
        &self,
        kind: &str,
        signals: &[Signal],
        up_to: Until,
        settings: &impl Debug,
    ) -> Result<Name, RunError> {
        let mut reading = format!("{settings:?}");
        for signal in signals {
            let statement = self.shop.events_statement(signal, up_to)?;
            reading.push_str(&format!("\n{} × {} {:?}", signal.weight, statement.sql, statement.params));
            // A filter may read them too, by what it counts or by what it has learned.
            if self.shop.is_of_records(&signal.relation) || signal.filter.is_some() {
                reading.push_str(&self.records);
            }
        }
        Ok(Name::of(kind, &[self.base.bytes(), reading.as_bytes()]))
    }

    /// Customers by products, from signals up to an instant, with the name it is stored by.
    fn interactions(
        &self,
        signals: &[Signal],
        half_life: Option<i64>,
        up_to: Until,
    ) -> Result<(Name, Arc<Interactions>), RunError> {
        let name = self.name("interactions", signals, up_to, &half_life)?;
        let read = || {
            let customers = self.customers()?;
            let events = self.events(signals, up_to)?;
            let days = half_life.map(|seconds| seconds as f32 / 86_400.0);
            Ok(Interactions::build(&events, customers.len(), self.catalogue.len(), days)?)
        };
        // As of now is no other process's now: only a day's beginning is worth a file.
        let kept = if self.shop.instant(up_to) == self.shop.instant(Until::Day) {
            self.store.keep(name, read)?
        } else {
            self.store.remember(name, read)?
        };
        Ok((name, kept))
    }

    /// Every event of these signals up to an instant.
    fn events(&self, signals: &[Signal], up_to: Until) -> Result<Events, RunError> {
        let customers = self.customers()?;
        let mut events = Events::default();
        for signal in signals {
            let statement = self.shop.events_statement(signal, up_to)?;
            self.shop.events(&statement, &mut |customer, product, age_seconds, _| {
                if let (Some(&user), Some(item)) = (customers.get(&customer), self.catalogue.index(&product))
                {
                    events.push(user, item, age_seconds as f32 / 86_400.0, signal.weight as f32);
                }
            })?;
        }
        Ok(events)
    }

    /// A customer's history of these signals as a slot of the strategy.
    fn history(
        &self,
        signals: &[Signal],
        half_life: Option<i64>,
        slots: &mut Slots,
    ) -> Result<usize, RunError> {
        let (name, interactions) = self.interactions(signals, half_life, Until::AsOf)?;
        Ok(slots.slot(name, &interactions))
    }

    /// How products sell now, against their past. A half-life of its own: it changes sooner than what a customer likes.
    fn trend(&self, signals: &[Signal], fading: Option<Fading>) -> Result<Arc<Option<Vec<f32>>>, RunError> {
        let Some(half_life) = half_life(fading, rec::DEFAULT_TREND_DAYS) else { return Ok(Arc::new(None)) };
        let half_life = Some(half_life);
        let name = self.name("trend", signals, Until::Day, &half_life)?;
        self.store.keep(name, || Ok(rec::trend(&self.interactions(signals, half_life, Until::Day)?.1)))
    }

    fn item_fit(&self, signals: &[Signal], params: ItemCfParams) -> Result<Arc<ItemFit>, RunError> {
        let name = self.name("item_cf", signals, Until::Day, &params)?;
        self.store.keep(name, || {
            let (_, interactions) = self.interactions(signals, None, Until::Day)?;
            Ok(ItemFit {
                neighbours: Arc::new(ItemCf::similar(&interactions, params)),
                unit: interactions.unit(),
            })
        })
    }

    /// Neighbours are found when a customer is scored, so nothing but the histories is worth a file.
    fn user_cf(
        &self,
        evidence: &Evidence,
        params: UserCfParams,
        slots: &mut Slots,
    ) -> Result<UserCf, RunError> {
        let (signals, half_life) = (&evidence.signals, own_half_life(evidence));
        let settings = (half_life, evidence.trend, params.damping, params.weighting);
        let name = self.name("user_cf", signals, Until::Day, &settings)?;
        let crowd = self.store.remember(name, || {
            let (_, interactions) = self.interactions(signals, half_life, Until::Day)?;
            let crowd = rec::Crowd::new(&interactions, params.damping, params.weighting);
            Ok(crowd.paced(self.trend(signals, evidence.trend)?.as_ref().clone()))
        })?;
        let slot = self.history(signals, half_life, slots)?;
        Ok(UserCf::new(crowd, slot, params))
    }

    /// The texts depend on the catalogue alone; how products sell now is read from the signals.
    fn content(
        &self,
        fields: &[(f64, String)],
        learned: bool,
        evidence: &Evidence,
        slots: &mut Slots,
    ) -> Result<Content, RunError> {
        let (signals, half_life) = (&evidence.signals, own_half_life(evidence));
        let usual = usual_fields();
        let fields = if fields.is_empty() { &usual[..] } else { fields };
        let how = if learned { Vectors::Learned(EmbeddingParams::default()) } else { Vectors::Words };
        let vectors = self.product_vectors(fields, how)?;
        let (_, interactions) = self.interactions(signals, half_life, Until::Day)?;
        let slot = self.history(signals, half_life, slots)?;
        let trend = self.trend(signals, evidence.trend)?.as_ref().clone();
        Ok(Content::new(vectors, trend, interactions.unit(), slot))
    }

    fn product_vectors(
        &self,
        fields: &[(f64, String)],
        how: Vectors,
    ) -> Result<Arc<ProductVectors>, RunError> {
        let settings = format!("{fields:?} {how:?}");
        let name = Name::of("content", &[self.base.bytes(), settings.as_bytes()]);
        let items = self.catalogue.len();
        self.store.keep(name, || Ok(ProductVectors::fit(&self.catalogue.fields(fields), items, how)))
    }

    fn companions(&self, signal: &Signal) -> Result<Arc<ItemFit>, RunError> {
        let signals = std::slice::from_ref(signal);
        let params = BoughtTogetherParams::default();
        let name = self.name("bought_together", signals, Until::Day, &params)?;
        self.store.keep(name, || {
            let (_, interactions) = self.interactions(signals, None, Until::Day)?;
            Ok(ItemFit {
                neighbours: Arc::new(BoughtTogether::companions(&self.baskets(signal)?, params)),
                unit: interactions.unit(),
            })
        })
    }

    fn method(&self, method: &Plan, slots: &mut Slots) -> Result<Arc<dyn Method>, RunError> {
        Ok(match method {
            Plan::Popular { signals, half_life } => {
                let name = self.name("popular", signals, Until::Day, half_life)?;
                self.store
                    .keep(name, || Ok(Popular::fit(&self.interactions(signals, *half_life, Until::Day)?.1)))?
            }
            Plan::PopularBy { signals, half_life, by } => Arc::new(self.popular_by(signals, *half_life, by)?),
            Plan::Slots(parts) => {
                let mut turns = Vec::new();
                for (count, part) in parts {
                    turns.push(Turn { at_once: Some(*count), method: self.method(part, slots)? });
                }
                Arc::new(Turns::new(turns))
            }
            Plan::InTurn(methods) => {
                let mut fitted = Vec::new();
                for method in methods {
                    fitted.push(self.method(method, slots)?);
                }
                Arc::new(Turns::in_order(fitted))
            }
            Plan::Trending { signal } => {
                let now = std::slice::from_ref(signal);
                let ever = [Signal { window: None, ..signal.clone() }];
                let name = self.name("trending", now, Until::Day, &())?;
                self.store.keep(name, || {
                    let (_, recent) = self.interactions(now, None, Until::Day)?;
                    Ok(rec::trending(&recent, &self.interactions(&ever, None, Until::Day)?.1))
                })?
            }
            Plan::BuyAgain { signal, half_life } => {
                let half_life = half_life.or(Some(AGAIN_HALF_LIFE));
                let intervals = self.intervals(signal)?;
                let signals = std::slice::from_ref(signal);
                let lately = Some((rec::buy_again::LATELY_DAYS * 86_400.0) as i64);
                let (_, lately) = self.interactions(signals, lately, Until::Day)?;
                let slot = self.history(signals, half_life, slots)?;
                Arc::new(BuyAgain::new(intervals, rec::trend(&lately), slot))
            }
            Plan::ItemCf { evidence, neighbours, shrinkage, weighting } => {
                let signals = &evidence.signals;
                let params = params(*neighbours, *shrinkage, *weighting);
                let fit = self.item_fit(signals, params)?;
                let slot = self.history(signals, own_half_life(evidence), slots)?;
                let trend = self.trend(signals, evidence.trend)?.as_ref().clone();
                let neighbours = Arc::clone(&fit.neighbours);
                Arc::new(ItemCf::new(neighbours, trend, fit.unit, slot, params.damping))
            }
            Plan::UserCf { evidence, neighbours, shrinkage, weighting } => {
                let params = user_params(*neighbours, *shrinkage, *weighting);
                Arc::new(self.user_cf(evidence, params, slots)?)
            }
            Plan::Content { fields, learned, evidence } => {
                Arc::new(self.content(fields, *learned, evidence, slots)?)
            }
            Plan::Rated(by) => self.rated(by, slots)?,
            Plan::BoughtTogether { signal } => {
                let fit = self.companions(signal)?;
                let signals = std::slice::from_ref(signal);
                let slot = self.history(signals, half_life(None, rec::DEFAULT_HALF_LIFE_DAYS), slots)?;
                let trend = self.trend(signals, None)?.as_ref().clone();
                Arc::new(BoughtTogether::new(Arc::clone(&fit.neighbours), trend, slot))
            }
            Plan::SimilarTo { anchor, signals, neighbours, weighting } => {
                let params = params(*neighbours, None, *weighting);
                let fit = self.item_fit(signals, params)?;
                let anchor = self.anchor(anchor, slots)?;
                Arc::new(SimilarTo::new(Arc::clone(&fit.neighbours), anchor))
            }
            Plan::Blend(parts) => {
                let mut components = Vec::new();
                for (weight, method) in parts {
                    components
                        .push(Component { weight: *weight as f32, method: self.method(method, slots)? });
                }
                Arc::new(Blend::new(components)?)
            }
            Plan::Auto { signals, new_only } => self.auto(signals, *new_only, slots)?,
            Plan::Als { evidence, factors, iterations, regularisation, alpha } => {
                let params = dense::als_params(*factors, *iterations, *regularisation, *alpha);
                self.als(evidence, params, slots)?
            }
            Plan::Svd { evidence, factors } => self.svd(evidence, dense::svd_params(*factors), slots)?,
            Plan::Ease { evidence, regularisation, neighbours } => {
                self.ease(evidence, dense::ease_params(*regularisation, *neighbours), slots)?
            }
        })
    }

    /// The customers' kinds are read as of the run, since it is of them today that something is recommended.
    fn popular_by(
        &self,
        signals: &[Signal],
        half_life: Option<i64>,
        by: &Expr,
    ) -> Result<PopularBy, RunError> {
        let (_, interactions) = self.interactions(signals, half_life, Until::Day)?;
        let values = self.shop.values(&self.shop.all_customers()?, &[("by".to_owned(), by.clone())])?;
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let group = |row: Vec<Datum>| match row.into_iter().next() {
            None | Some(Datum::Missing) => NO_GROUP,
            Some(value) => {
                let next = numbers.len() as u32;
                *numbers.entry(format!("{value:?}")).or_insert(next)
            }
        };
        Ok(PopularBy::fit(&interactions, values.into_iter().map(group).collect()))
    }

    /// How long customers wait before they buy each product again, with the products' categories where there are any.
    fn intervals(&self, signal: &Signal) -> Result<Arc<Intervals>, RunError> {
        let name = self.name("intervals", std::slice::from_ref(signal), Until::Day, &())?;
        self.store.keep(name, || {
            let events = self.events(std::slice::from_ref(signal), Until::Day)?;
            let category = self.catalogue.groups("category");
            Ok(Intervals::fit(&events, self.catalogue.len(), Some(&category)))
        })
    }

    /// What each customer ever bought, for `shows:`; none where the strategy shows all.
    fn bought(&self, shows: Shows) -> Result<Option<(Shows, Arc<Interactions>)>, RunError> {
        if shows == Shows::All {
            return Ok(None);
        }
        Ok(Some((shows, self.interactions(&everything_bought(), None, Until::AsOf)?.1)))
    }

    fn anchor(&self, anchor: &AnchorOf, slots: &mut Slots) -> Result<Anchor, RunError> {
        match anchor {
            AnchorOf::Latest(signal) => {
                Ok(Anchor::Latest { slot: self.history(std::slice::from_ref(signal), None, slots)? })
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
    fn baskets(&self, signal: &Signal) -> Result<Baskets, RunError> {
        let mut numbers: HashMap<Key, u32> = HashMap::new();
        let mut lines = Vec::new();
        let statement = self.shop.events_statement(signal, Until::Day)?;
        self.shop.events(&statement, &mut |customer, product, age_seconds, order| {
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
}

/// All purchases, without fading.
fn everything_bought() -> [Signal; 1] {
    [Signal { weight: 1.0, relation: "purchases".to_owned(), filter: None, window: None }]
}

/// Seconds after which something counts half, `usual` days where nothing is said; none where it never fades.
fn half_life(fading: Option<Fading>, usual: f32) -> Option<i64> {
    match fading {
        None => Some((usual * 86_400.0) as i64),
        Some(Fading::HalfLife(seconds)) => Some(seconds),
        Some(Fading::Never) => None,
    }
}

/// How a customer's own history fades, in seconds.
fn own_half_life(evidence: &Evidence) -> Option<i64> {
    half_life(evidence.half_life, rec::DEFAULT_HALF_LIFE_DAYS)
}

fn params(neighbours: Option<usize>, shrinkage: Option<f64>, weighting: Option<WeightingOf>) -> ItemCfParams {
    let default = ItemCfParams::default();
    ItemCfParams {
        neighbours: neighbours.unwrap_or(default.neighbours),
        shrinkage: shrinkage.map_or(default.shrinkage, |s| s as f32),
        weighting: weighting.map_or(default.weighting, measure),
        ..default
    }
}

fn user_params(
    neighbours: Option<usize>,
    shrinkage: Option<f64>,
    weighting: Option<WeightingOf>,
) -> UserCfParams {
    let default = UserCfParams::default();
    UserCfParams {
        neighbours: neighbours.unwrap_or(default.neighbours),
        shrinkage: shrinkage.map_or(default.shrinkage, |s| s as f32),
        weighting: weighting.map_or(default.weighting, measure),
        ..default
    }
}

fn measure(weighting: WeightingOf) -> Weighting {
    match weighting {
        WeightingOf::Cosine => Weighting::Cosine,
        WeightingOf::Jaccard => Weighting::Jaccard,
        WeightingOf::Bm25 => Weighting::Bm25,
        WeightingOf::TfIdf => Weighting::TfIdf,
    }
}
