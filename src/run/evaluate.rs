//! A strategy measured on the shop's own past: it learns up to an instant, and is held against what customers then did.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::catalogue::Catalogue;
use super::error::RunError;
use super::fitting::{Fitter, Methods};
use super::shop::{Shop, Until};
use super::store::Store;
use crate::check::model::{Signal, Source, Strategy};
use crate::data::Key;
use crate::recommend::auto;
use crate::recommend::evaluate::{CUTOFFS, Question, Ranking, Report, Split, measure, rank};
use crate::recommend::{Events, FittedRecipe, Log, Method, Recipe};

/// A shop's purchases cut at an instant.
pub struct Bench {
    source: Source,
    cut: Timestamp,
    catalogue: Arc<Catalogue>,
    data: String,
    split: Split,
    question: Question,
    customers: Vec<u32>,
}

impl Bench {
    /// Reads the purchases before `as_of`, and cuts off the last `days` before the beginning of its day.
    ///
    /// # Errors
    /// The shop cannot be read, or has no purchases of customers with products.
    pub fn open(
        source: &Source,
        as_of: Timestamp,
        days: u32,
        question: Question,
        store: &Store,
    ) -> Result<Self, RunError> {
        let shop = Shop::open(Arc::clone(&source.schema), as_of, None)?;
        let data = shop.fingerprint()?;
        let catalogue = Catalogue::stored(&shop, &data, store)?;
        let log = purchases(&shop, &catalogue)?;
        let end = shop.instant(Until::Day);
        let cut = days_before(end, days, &source.schema.timezone);
        let hidden = end.duration_since(cut).as_secs_f64() / 86_400.0;
        let split = Split::at(&log, hidden as f32, question);
        let customers = split.customers();
        Ok(Self { source: source.clone(), cut, catalogue, data, split, question, customers })
    }

    /// The instant that everything learned from is before.
    #[must_use]
    pub fn cut(&self) -> Timestamp {
        self.cut
    }

    /// How many customers are measured.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// How many pairs after the cut do not count, since their customer or product was not known before it.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.split.unknown
    }

    /// Measures a strategy's method with its fallback. Its filters stay out: stock, prices and what is on sale have no
    /// history.
    ///
    /// # Errors
    /// The data cannot be read, or makes no sense for the method.
    pub fn strategy(&self, strategy: &Strategy, store: &Store, seed: u64) -> Result<Report, RunError> {
        let past = Shop::open(Arc::clone(&self.source.schema), self.cut, None)?;
        let Methods { method, fallback, histories } = Fitter::new(&past, &self.catalogue, &self.data, store)
            .methods(&strategy.method, strategy.fallback.as_ref())?;
        let lists = self.lists(&FittedRecipe { method, histories }, fallback.as_deref())?;
        Ok(self.report(&lists, seed))
    }

    /// Measures a recipe, fitted on the purchases alone.
    ///
    /// # Errors
    /// If the recipe makes no sense for the data.
    pub fn recipe(&self, recipe: &Recipe, seed: u64) -> Result<Report, RunError> {
        let learned_from = self.split.past.to_learn_from(self.question);
        let fitted = recipe.fit(&learned_from).map_err(|e| RunError::Recommend(e.to_string()))?;
        Ok(self.report(&self.lists(&fitted, None)?, seed))
    }

    /// Measures what `auto` takes, which chooses by the last weeks before the cut.
    ///
    /// # Errors
    /// If the purchases make no sense.
    pub fn auto(&self, seed: u64) -> Result<(Recipe, Report), RunError> {
        let choice = auto::choose(&self.split.past, self.question);
        let recipe = choice.map_err(|e| RunError::Recommend(e.to_string()))?.recipe;
        let report = self.recipe(&recipe, seed)?;
        Ok((recipe, report))
    }

    fn report(&self, lists: &[Vec<u32>], seed: u64) -> Report {
        let Split { past, had, then, .. } = &self.split;
        measure(past, had, then, &self.customers, lists, seed)
    }

    fn lists(&self, fitted: &FittedRecipe, fallback: Option<&dyn Method>) -> Result<Vec<Vec<u32>>, RunError> {
        let mut lists = Vec::with_capacity(self.customers.len());
        let ranking =
            Ranking { fitted, fallback, without: self.split.without(self.question), take: CUTOFFS[1] };
        rank(&ranking, &self.customers, |_, list| lists.push(list.to_vec()))?;
        Ok(lists)
    }
}

/// The beginning of the day so many days before, in the shop's calendar: summer time makes some of them 23 or 25 hours.
fn days_before(end: Timestamp, days: u32, zone: &TimeZone) -> Timestamp {
    let span = Span::new().days(i64::from(days));
    let day = end.to_zoned(zone.clone()).checked_sub(span).and_then(|day| day.start_of_day());
    day.map_or(end, |day| day.timestamp())
}

/// Every purchase before `as_of`; ages count from the beginning of its day, so that what is of the day itself is left out.
fn purchases(shop: &Shop, catalogue: &Catalogue) -> Result<Log, RunError> {
    if shop.schema().relation("purchases").is_none() {
        return Err(RunError::NoTable("purchases"));
    }
    let customers: HashMap<Key, u32> = shop.all_customers()?.into_iter().zip(0..).collect();
    let signal = Signal { weight: 1.0, relation: "purchases".to_owned(), filter: None, window: None };
    let mut events = Events::default();
    let statement = shop.events_statement(&signal, Until::Day)?;
    shop.events(&statement, &mut |customer, product, seconds, _| {
        if let (Some(&user), Some(item)) = (customers.get(&customer), catalogue.index(&product)) {
            events.push(user, item, (seconds as f64 / 86_400.0) as f32, 1.0);
        }
    })?;
    Ok(Log { events, users: customers.len(), items: catalogue.len() })
}
