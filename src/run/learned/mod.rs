//! What clusters and models learn, from the shop's data, and its way into statements.
//!
//! A statement that speaks of something learned calls a function of the connection ([`audience::Scorers`]). Before the
//! statement runs, [`prepare`] sees to it that what it speaks of is known: taken from the store under the hash of all that
//! decides it, or learned now. Learning looks at nothing after the instant it is done as of; what is ahead is learned by
//! moving that instant back.

mod buying;
mod examples;
mod fit;
mod report;
pub mod words;

use std::sync::Arc;

use jiff::Timestamp;

use super::error::RunError;
use super::shop::{Shop, Until};
use super::store::{Name, Store};
use crate::audience::{Given, Scorer};
use crate::check::lesson::{Learned, all_learned};
use crate::check::typed::Expr;
use crate::learn::Value;
use crate::plan::Plan;

pub use fit::{Fit, Fitted};
pub use report::{BuyingReport, ProbabilityReport, Report, fairness};

/// Makes known all that these expressions speak of, as of the shop's instant; what the store has is not learned again.
///
/// # Errors
/// The data cannot be read, or does not teach what is asked.
pub fn prepare<'e>(
    shop: &Shop,
    expressions: impl IntoIterator<Item = &'e Expr>,
    store: &Store,
) -> Result<(), RunError> {
    for learned in all_learned(expressions) {
        known_at(shop, learned, shop.instant(Until::AsOf), shop.instant(Until::Day), store)?;
    }
    Ok(())
}

/// [`prepare`] for all steps of a plan. Gives the features that something was learned without: its name, the feature, and
/// why.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_plan(
    shop: &Shop,
    plan: &Plan,
    store: &Store,
) -> Result<Vec<(String, String, String)>, RunError> {
    prepare(shop, plan.expressions(), store)?;
    let mut left_out = Vec::new();
    for learned in plan.fits() {
        let fitted = fitted(shop, learned, store)?;
        let of = |(feature, why): &(String, String)| (learned.name.clone(), feature.clone(), why.clone());
        left_out.extend(fitted.left_out.iter().map(of));
    }
    Ok(left_out)
}

/// The fit of something learned as of the beginning of the day of the shop's instant.
///
/// # Errors
/// As [`prepare`].
pub fn fitted(shop: &Shop, learned: &Learned, store: &Store) -> Result<Arc<Fitted>, RunError> {
    fitted_at(shop, learned, shop.instant(Until::Day), store)
}

/// Makes something known for statements as of `at`, from what was there before `until`.
fn known_at(
    shop: &Shop,
    learned: &Learned,
    at: Timestamp,
    until: Timestamp,
    store: &Store,
) -> Result<(), RunError> {
    if shop.scorers().has(&learned.hash, at) {
        return Ok(());
    }
    for inner in all_learned(learned.features.iter().map(|f| &f.value)) {
        known_at(shop, inner, at, until, store)?;
    }
    let fitted = fitted_at(shop, learned, until, store)?;
    shop.scorers().learn(&learned.hash, at, scorer(fitted));
    Ok(())
}

fn fitted_at(
    shop: &Shop,
    learned: &Learned,
    until: Timestamp,
    store: &Store,
) -> Result<Arc<Fitted>, RunError> {
    let schema = shop.schema();
    let (database, data) = (schema.database.to_string_lossy(), shop.fingerprint()?);
    let shape = format!("{schema:?}");
    let records = if reads_records(shop, learned) { shop.records_fingerprint() } else { String::new() };
    let name = Name::of(
        "learned",
        &[
            database.as_bytes(),
            data.as_bytes(),
            records.as_bytes(),
            shape.as_bytes(),
            learned.hash.as_bytes(),
            &until.as_second().to_le_bytes(),
        ],
    );
    store.keep(name, || fit::fit(shop, learned, until, store).map_err(|error| error.naming(&learned.name)))
}

fn reads_records(shop: &Shop, learned: &Learned) -> bool {
    let relations = examples::relations(learned);
    relations.iter().any(|name| shop.is_of_records(name))
}

fn scorer(fitted: Arc<Fitted>) -> Scorer {
    Arc::new(move |features| {
        let row: Vec<Value<'_>> = features.iter().copied().map(value).collect();
        fitted.fit.value(&row)
    })
}

fn value(given: Given<'_>) -> Value<'_> {
    match given {
        Given::Missing => Value::Missing,
        Given::Number(x) => Value::Number(x),
        Given::Word(word) => Value::Word(word),
    }
}
