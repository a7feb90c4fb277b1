//! Fitting of methods on explicit ratings.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::error::RunError;
use super::super::shop::Until;
use super::super::store::Name;
use super::{Fitter, ItemFit, Slots};
use crate::check::model::{ByRatings, Signal};
use crate::recommend::{
    Crowd, Damping, Events, Interactions, ItemCf, ItemCfParams, Method, Rated, Ratings, Speaks, UserCf,
    UserCfParams, Weighting,
};

impl Fitter<'_> {
    /// `user_cf` and `item_cf` with `ratings:`. Uncentred they are the textbook's weighted sums: the cosine of the ratings as they are, times the
    /// rating, without shrinkage unless asked for, whatever sells now.
    pub(super) fn rated(&self, by: &ByRatings, slots: &mut Slots) -> Result<Arc<dyn Method>, RunError> {
        let ByRatings { ratings, column, by_customers, centred, neighbours, shrinkage } = by;
        let usual = if *by_customers {
            UserCfParams::default().neighbours
        } else {
            ItemCfParams::default().neighbours
        };
        let neighbours = neighbours.unwrap_or(usual);
        let shrinkage = shrinkage.unwrap_or(0.0) as f32;
        let (_, past) = self.ratings(ratings, column, Until::Day)?;
        let (name, own) = self.ratings(ratings, column, Until::AsOf)?;
        let slot = slots.slot(name, &own);
        let kept = |kind: &str, settings: String| {
            self.name(kind, std::slice::from_ref(ratings), Until::Day, &(column, settings))
        };
        if *centred {
            let speaks = if *by_customers { Speaks::Customers } else { Speaks::Products };
            let name = kept("ratings, centred", format!("{speaks:?} {neighbours}"))?;
            let fit = self.store.keep(name, || Ok(Ratings::fit(&past, speaks, neighbours)))?;
            return Ok(Arc::new(Rated::new(fit, slot, neighbours, shrinkage)));
        }
        let (damping, weighting) = (Damping::None, Weighting::Cosine);
        if *by_customers {
            let params = UserCfParams { neighbours, shrinkage, damping, weighting };
            let name = kept("ratings, by customers", String::new())?;
            let crowd =
                self.store.remember(name, || Ok(Crowd::new(&past, damping, weighting).paced(None)))?;
            return Ok(Arc::new(UserCf::new(crowd, slot, params)));
        }
        let params = ItemCfParams { neighbours, shrinkage, damping, weighting };
        let name = kept("ratings, by products", format!("{params:?}"))?;
        let fit = self.store.keep(name, || {
            Ok(ItemFit { neighbours: Arc::new(ItemCf::similar(&past, params)), unit: past.unit() })
        })?;
        Ok(Arc::new(ItemCf::new(Arc::clone(&fit.neighbours), None, fit.unit, slot, damping)))
    }

    /// Customers by products with the latest rating of each pair up to an instant.
    fn ratings(
        &self,
        ratings: &Signal,
        column: &str,
        up_to: Until,
    ) -> Result<(Name, Arc<Interactions>), RunError> {
        let name = self.name("ratings", std::slice::from_ref(ratings), up_to, &column)?;
        let kept = self.store.remember(name, || {
            let customers = self.customers()?;
            let statement = self.shop.numbers_statement(ratings, Some(column), up_to)?;
            // The oldest of a customer comes first, so what stays is the latest.
            let mut latest: HashMap<(u32, u32), (i64, f64)> = HashMap::new();
            self.shop.numbers(&statement, |customer, product, age, rating| {
                if let (Some(&user), Some(item)) = (customers.get(&customer), self.catalogue.index(&product))
                {
                    latest.insert((user, item), (age, rating));
                }
            })?;
            let mut pairs: Vec<_> = latest.into_iter().collect();
            pairs.sort_unstable_by_key(|(pair, _)| *pair);
            let mut events = Events::default();
            for ((user, item), (age, rating)) in pairs {
                if rating < 0.0 {
                    return Err(RunError::Recommend(format!(
                        "`{}.{column}` has a rating of {rating}: ratings are numbers from 0",
                        ratings.relation
                    )));
                }
                events.push(user, item, age as f32 / 86_400.0, rating as f32);
            }
            Ok(Interactions::of_ratings(&events, customers.len(), self.catalogue.len())?)
        })?;
        Ok((name, kept))
    }
}
