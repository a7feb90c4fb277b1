//! A method of recommendation with its settings, as data: what can be fitted on events alone.
//!
//! Where a campaign's strategy says which rows of which tables count, a recipe is given the events. It is what `auto` chooses among,
//! what is evaluated, and what `herald recommend` runs on a bare file.

use std::any::Any;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use thiserror::Error;

use super::als::{Als, AlsParams};
use super::blend::{Blend, BlendError, Component};
use super::buy_again::{self, BuyAgain, Intervals};
use super::ease::{Ease, EaseParams};
use super::evaluate::Question;
use super::interactions::{DEFAULT_HALF_LIFE_DAYS, Events, InteractionError, Interactions};
use super::item_cf::{ItemCf, ItemCfParams};
use super::lists::ItemLists;
use super::method::Method;
use super::popular::Popular;
use super::svd::{Svd, SvdParams};
use super::trend::{DEFAULT_TREND_DAYS, trend};
use super::trending::trending;
use super::user_cf::{Crowd, UserCf, UserCfParams};
use super::weighting::Weighting;

/// A method and its settings. A half-life is in days; none means that nothing fades.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Recipe {
    /// What everybody takes.
    Popular {
        /// The half-life of an event.
        half_life: Option<f32>,
        /// Only events of the last so many days count; all of them if `None`.
        window: Option<f32>,
    },
    /// Item-to-item collaborative filtering.
    ItemCf {
        /// The half-life of the customer's history.
        half_life: Option<f32>,
        /// The half-life that products' sales of now are told from their past by; none leaves that out.
        trend: Option<f32>,
        /// The settings.
        params: ItemCfParams,
    },
    /// What sells better now than it used to.
    Trending {
        /// What is now: the last so many days.
        window: f32,
    },
    /// What the customer had before and is due to want again.
    BuyAgain {
        /// The half-life of the customer's history.
        half_life: Option<f32>,
    },
    /// User-to-user collaborative filtering.
    UserCf {
        /// The half-life of the neighbours' histories.
        half_life: Option<f32>,
        /// As of `ItemCf`.
        trend: Option<f32>,
        /// The settings.
        params: UserCfParams,
    },
    /// Matrix factorisation by alternating least squares.
    Als {
        /// The half-life of the customer's history.
        half_life: Option<f32>,
        /// As of `ItemCf`.
        trend: Option<f32>,
        /// The settings.
        params: AlsParams,
    },
    /// Truncated singular value decomposition.
    Svd {
        /// The half-life of the customer's history.
        half_life: Option<f32>,
        /// As of `ItemCf`.
        trend: Option<f32>,
        /// The settings.
        params: SvdParams,
    },
    /// A linear model of products by products.
    Ease {
        /// The half-life of the customer's history.
        half_life: Option<f32>,
        /// As of `ItemCf`.
        trend: Option<f32>,
        /// The settings.
        params: EaseParams,
    },
    /// A weighted mixture.
    Blend(Vec<(f32, Recipe)>),
}

/// What `trending` takes for now where nothing is said.
const TRENDING_DAYS: f32 = 14.0;

/// Settings as a person gives them one by one; what is not given has the method's own default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Settings {
    /// In days; `Some(None)` says that nothing fades.
    pub half_life: Option<Option<f32>>,
    /// The half-life of the trend, in days; `Some(None)` leaves it out.
    pub trend: Option<Option<f32>>,
    /// Only the last so many days count.
    pub window: Option<f32>,
    /// How many neighbours are kept.
    pub neighbours: Option<usize>,
    /// What is added to the denominator of a similarity.
    pub shrinkage: Option<f32>,
    /// How alike two customers or products are.
    pub weighting: Option<Weighting>,
    /// How many numbers describe a product.
    pub factors: Option<usize>,
    /// How often both sides are worked out in turn.
    pub iterations: Option<usize>,
    /// What keeps small what little speaks for.
    pub regularisation: Option<f32>,
    /// How much more a thing done counts than one not done.
    pub alpha: Option<f32>,
}

/// Events over a catalogue and customers of known numbers.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// What happened.
    pub events: Events,
    /// The number of customers.
    pub users: usize,
    /// The number of products.
    pub items: usize,
}

/// Why a recipe can't be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RecipeError {
    /// The events make no sense.
    #[error(transparent)]
    Events(#[from] InteractionError),
    /// The parts of a blend do not fit together.
    #[error(transparent)]
    Blend(#[from] BlendError),
    /// The recipe's arrays do not fit together.
    #[error("{0}")]
    Request(String),
}

/// A recipe fitted: the method, and the histories that it reads, by slot.
#[derive(Debug, Clone)]
pub struct FittedRecipe {
    /// The method.
    pub method: Arc<dyn Method>,
    /// The histories.
    pub histories: Vec<Arc<Interactions>>,
}

/// The histories made so far, by their half-life.
#[derive(Default)]
pub(super) struct Slots {
    half_lives: Vec<Option<f32>>,
    pub histories: Vec<Arc<Interactions>>,
    /// How products sell now, by the half-life.
    trends: Vec<(f32, Option<Vec<f32>>)>,
    /// What was learned so far, by what and with which settings. It does not depend on half-lives.
    learned: HashMap<String, Arc<dyn Any + Send + Sync>>,
}

impl Slots {
    fn slot(&mut self, half_life: Option<f32>, log: &Log) -> Result<usize, RecipeError> {
        if let Some(at) = self.half_lives.iter().position(|h| *h == half_life) {
            return Ok(at);
        }
        let built = Interactions::build(&log.events, log.users, log.items, half_life)?;
        self.half_lives.push(half_life);
        self.histories.push(Arc::new(built));
        Ok(self.histories.len() - 1)
    }

    /// What `learn` makes of the interactions, once for each `kind`.
    fn learn<T: Any + Send + Sync>(
        &mut self,
        kind: String,
        interactions: &Interactions,
        learn: impl FnOnce(&Interactions) -> T,
    ) -> Arc<T> {
        if let Some(known) = self.learned.get(&kind).and_then(|l| Arc::clone(l).downcast::<T>().ok()) {
            return known;
        }
        let learned = Arc::new(learn(interactions));
        self.learned.insert(kind, Arc::clone(&learned) as Arc<dyn Any + Send + Sync>);
        learned
    }

    /// How products sell now, against their past.
    fn trend(&mut self, half_life: Option<f32>, log: &Log) -> Result<Option<Vec<f32>>, RecipeError> {
        let Some(days) = half_life else { return Ok(None) };
        if let Some((_, known)) = self.trends.iter().find(|(of, _)| *of == days) {
            return Ok(known.clone());
        }
        let found = trend(&Interactions::build(&log.events, log.users, log.items, half_life)?);
        self.trends.push((days, found.clone()));
        Ok(found)
    }
}

impl Recipe {
    /// The names that [`Recipe::named`] knows.
    pub const NAMES: &'static [&'static str] =
        &["popular", "trending", "buy_again", "item_cf", "user_cf", "als", "svd", "ease"];

    /// A method by its name in the language; `None` if there is no such method.
    #[must_use]
    pub fn named(name: &str, settings: &Settings) -> Option<Self> {
        let half_life = settings.half_life.unwrap_or(Some(DEFAULT_HALF_LIFE_DAYS));
        let trend = settings.trend.unwrap_or(Some(DEFAULT_TREND_DAYS));
        Some(match name {
            "popular" => Self::Popular { half_life: settings.half_life.flatten(), window: settings.window },
            "item_cf" => {
                let mut params = ItemCfParams::default();
                params.neighbours = settings.neighbours.unwrap_or(params.neighbours);
                params.shrinkage = settings.shrinkage.unwrap_or(params.shrinkage);
                params.weighting = settings.weighting.unwrap_or(params.weighting);
                Self::ItemCf { half_life, trend, params }
            }
            "trending" => Self::Trending { window: settings.window.unwrap_or(TRENDING_DAYS) },
            "buy_again" => {
                let usual = Some(f32::from(buy_again::DEFAULT_HALF_LIFE_DAYS));
                Self::BuyAgain { half_life: settings.half_life.unwrap_or(usual) }
            }
            "user_cf" => {
                let mut params = UserCfParams::default();
                params.neighbours = settings.neighbours.unwrap_or(params.neighbours);
                params.shrinkage = settings.shrinkage.unwrap_or(params.shrinkage);
                params.weighting = settings.weighting.unwrap_or(params.weighting);
                Self::UserCf { half_life, trend, params }
            }
            "als" => Self::Als { half_life, trend, params: als(settings) },
            "svd" => {
                let mut params = SvdParams::default();
                params.factors = settings.factors.unwrap_or(params.factors);
                Self::Svd { half_life, trend, params }
            }
            "ease" => {
                let mut params = EaseParams { neighbours: settings.neighbours, ..EaseParams::default() };
                params.regularisation = settings.regularisation.unwrap_or(params.regularisation);
                Self::Ease { half_life, trend, params }
            }
            _ => return None,
        })
    }

    /// The method's name in the language.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Popular { .. } => "popular",
            Self::ItemCf { .. } => "item_cf",
            Self::Trending { .. } => "trending",
            Self::BuyAgain { .. } => "buy_again",
            Self::UserCf { .. } => "user_cf",
            Self::Als { .. } => "als",
            Self::Svd { .. } => "svd",
            Self::Ease { .. } => "ease",
            Self::Blend(_) => "blend",
        }
    }

    /// Fits the method.
    ///
    /// # Errors
    /// If the events make no sense, or the parts of a blend do not fit together.
    pub fn fit(&self, log: &Log) -> Result<FittedRecipe, RecipeError> {
        let mut slots = Slots::default();
        let method = self.method(log, &mut slots)?;
        Ok(FittedRecipe { method, histories: slots.histories })
    }

    pub(super) fn method(&self, log: &Log, slots: &mut Slots) -> Result<Arc<dyn Method>, RecipeError> {
        Ok(match self {
            Self::Popular { half_life, window } => {
                let recent = window.map(|days| log.within(days));
                let events = recent.as_ref().unwrap_or(&log.events);
                Arc::new(Popular::fit(&Interactions::build(events, log.users, log.items, *half_life)?))
            }
            Self::ItemCf { half_life, trend, params } => {
                let slot = slots.slot(*half_life, log)?;
                let interactions = Arc::clone(&slots.histories[slot]);
                let similar =
                    slots.learn(format!("{params:?}"), &interactions, |i| ItemCf::similar(i, *params));
                let trend = slots.trend(*trend, log)?;
                Arc::new(ItemCf::new(similar, trend, interactions.unit(), slot, params.damping))
            }
            Self::Trending { window } => {
                let build = |events| Interactions::build(events, log.users, log.items, None);
                Arc::new(trending(&build(&log.within(*window))?, &build(&log.events)?))
            }
            Self::BuyAgain { half_life } => {
                let slot = slots.slot(*half_life, log)?;
                let trend = slots.trend(Some(buy_again::LATELY_DAYS), log)?;
                let interactions = Arc::clone(&slots.histories[slot]);
                let fit = |_: &Interactions| Intervals::fit(&log.events, log.items, None);
                let intervals = slots.learn("intervals".to_owned(), &interactions, fit);
                Arc::new(BuyAgain::new(intervals, trend, slot))
            }
            Self::UserCf { half_life, trend, params } => {
                let slot = slots.slot(*half_life, log)?;
                let crowd = Crowd::new(&slots.histories[slot], params.damping, params.weighting);
                let crowd = crowd.paced(slots.trend(*trend, log)?);
                Arc::new(UserCf::new(Arc::new(crowd), slot, *params))
            }
            Self::Als { half_life, trend, params } => {
                let slot = slots.slot(*half_life, log)?;
                let interactions = Arc::clone(&slots.histories[slot]);
                let learned = slots.learn(format!("{params:?}"), &interactions, |i| Als::factors(i, *params));
                let trend = slots.trend(*trend, log)?;
                Arc::new(Als::new(learned, trend, interactions.unit(), slot, *params))
            }
            Self::Svd { half_life, trend, params } => {
                let slot = slots.slot(*half_life, log)?;
                let interactions = Arc::clone(&slots.histories[slot]);
                let learned =
                    slots.learn(format!("{params:?}"), &interactions, |i| Svd::directions(i, *params));
                let trend = slots.trend(*trend, log)?;
                Arc::new(Svd::new(learned, trend, interactions.unit(), slot, *params))
            }
            Self::Ease { half_life, trend, params } => {
                let slot = slots.slot(*half_life, log)?;
                let interactions = Arc::clone(&slots.histories[slot]);
                let learned =
                    slots.learn(format!("{params:?}"), &interactions, |i| Ease::weights(i, *params));
                let trend = slots.trend(*trend, log)?;
                Arc::new(Ease::new(learned, trend, interactions.unit(), slot, *params))
            }
            Self::Blend(parts) => {
                let mut components = Vec::with_capacity(parts.len());
                for (weight, part) in parts {
                    components.push(Component { weight: *weight, method: part.method(log, slots)? });
                }
                Arc::new(Blend::new(components)?)
            }
        })
    }
}

fn als(settings: &Settings) -> AlsParams {
    let default = AlsParams::default();
    AlsParams {
        factors: settings.factors.unwrap_or(default.factors),
        iterations: settings.iterations.unwrap_or(default.iterations),
        regularisation: settings.regularisation.unwrap_or(default.regularisation),
        alpha: settings.alpha.unwrap_or(default.alpha),
        ..default
    }
}

impl Log {
    /// What a method that answers this question learns from.
    #[must_use]
    pub fn to_learn_from(&self, question: Question) -> Cow<'_, Self> {
        match question {
            Question::Discovery => Cow::Owned(self.pairs_once()),
            Question::Next => Cow::Borrowed(self),
        }
    }

    /// Each customer's products.
    #[must_use]
    pub fn had(&self) -> ItemLists {
        let mut lists = vec![Vec::new(); self.users];
        for (&user, &item) in self.events.user.iter().zip(&self.events.item) {
            lists[user as usize].push(item);
        }
        lists.into_iter().collect()
    }

    /// Each pair of a customer and a product once, at its last time and with the weight of one event: who finds something new does not
    /// care how often it is bought. On the validation month of Online Retail `ease` without fading has NDCG@10 .112 so, .102 with counts.
    #[must_use]
    pub fn pairs_once(&self) -> Self {
        let Events { user, item, age_days, .. } = &self.events;
        let mut order: Vec<u32> = (0..self.events.len() as u32).collect();
        let key = |at: u32| {
            let at = at as usize;
            (user[at], item[at], age_days[at].to_bits())
        };
        order.sort_unstable_by_key(|&at| key(at));
        order.dedup_by_key(|at| (user[*at as usize], item[*at as usize]));
        let mut events = Events::default();
        order.iter().map(|&at| at as usize).for_each(|at| events.push(user[at], item[at], age_days[at], 1.0));
        Self { events, users: self.users, items: self.items }
    }

    /// The events that are less than so many days old.
    #[must_use]
    pub fn within(&self, days: f32) -> Events {
        let mut kept = Events::default();
        let Events { user, item, age_days, weight } = &self.events;
        for at in (0..self.events.len()).filter(|&at| age_days[at] < days) {
            kept.push(user[at], item[at], age_days[at], weight[at]);
        }
        kept
    }
}

impl std::fmt::Display for Recipe {
    /// As the language says it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let half_life = |f: &mut std::fmt::Formatter<'_>, half_life: &Option<f32>| match half_life {
            Some(days) => write!(f, "half_life: {days} days"),
            None => write!(f, "half_life: none"),
        };
        let paced = |f: &mut std::fmt::Formatter<'_>, trend: &Option<f32>| match trend {
            Some(days) => write!(f, ", trend: {days} days"),
            None => write!(f, ", trend: none"),
        };
        match self {
            Self::Popular { half_life: fades, window } => {
                write!(f, "popular(purchases")?;
                if let Some(days) = window {
                    write!(f, " in last {days} days")?;
                }
                if fades.is_some() {
                    write!(f, ", ")?;
                    half_life(f, fades)?;
                }
                write!(f, ")")
            }
            Self::ItemCf { half_life: fades, trend, params } => {
                write!(f, "item_cf(")?;
                half_life(f, fades)?;
                paced(f, trend)?;
                let (neighbours, shrinkage) = (params.neighbours, params.shrinkage);
                write!(f, ", neighbours: {neighbours}, shrinkage: {shrinkage}")?;
                weighting(f, params.weighting, ItemCfParams::default().weighting)?;
                write!(f, ")")
            }
            Self::Trending { window } => write!(f, "trending(purchases in last {window} days)"),
            Self::BuyAgain { half_life: fades } => {
                write!(f, "buy_again(purchases, ")?;
                half_life(f, fades)?;
                write!(f, ")")
            }
            Self::UserCf { half_life: fades, trend, params } => {
                write!(f, "user_cf(")?;
                half_life(f, fades)?;
                paced(f, trend)?;
                let (neighbours, shrinkage) = (params.neighbours, params.shrinkage);
                write!(f, ", neighbours: {neighbours}, shrinkage: {shrinkage}")?;
                weighting(f, params.weighting, UserCfParams::default().weighting)?;
                write!(f, ")")
            }
            Self::Als { half_life: fades, trend, params } => {
                write!(f, "als(")?;
                half_life(f, fades)?;
                paced(f, trend)?;
                let AlsParams { factors, iterations, regularisation, alpha, damping: _ } = params;
                write!(f, ", factors: {factors}, iterations: {iterations}")?;
                write!(f, ", regularisation: {regularisation}, alpha: {alpha})")
            }
            Self::Svd { half_life: fades, trend, params } => {
                write!(f, "svd(")?;
                half_life(f, fades)?;
                paced(f, trend)?;
                write!(f, ", factors: {})", params.factors)
            }
            Self::Ease { half_life: fades, trend, params } => {
                write!(f, "ease(")?;
                half_life(f, fades)?;
                paced(f, trend)?;
                let EaseParams { regularisation, neighbours, .. } = params;
                write!(f, ", regularisation: {regularisation}")?;
                match neighbours {
                    Some(neighbours) => write!(f, ", neighbours: {neighbours})"),
                    None => write!(f, ")"),
                }
            }
            Self::Blend(parts) => {
                write!(f, "blend(")?;
                for (at, (weight, part)) in parts.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{weight:.2} * {part}")?;
                }
                write!(f, ")")
            }
        }
    }
}

/// The weighting, where it is not the method's own.
fn weighting(f: &mut std::fmt::Formatter<'_>, chosen: Weighting, usual: Weighting) -> std::fmt::Result {
    if chosen == usual { Ok(()) } else { write!(f, ", weighting: {}", chosen.word()) }
}
