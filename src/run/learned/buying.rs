//! Models of how customers buy: BG/NBD on their days of buying, Gamma-Gamma on what a day is worth.
//!
//! A day with several purchases counts as one: what is bought within hours is one decision. Customers who never bought
//! have no value: nothing is known of how they buy.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::error::RunError;
use super::super::shop::Shop;
use super::super::store::Store;
use super::examples::{look, numbers};
use super::report::BuyingReport;
use crate::check::lesson::{Asks, Learned};
use crate::check::typed::{Aggregate, Aggregation, Expr, Op, Type, Window};
use crate::learn::measures::{auc, deciles};
use crate::learn::{BgNbd, Buying, GammaGamma, LearnError, Spending, Value};

const DAY: f64 = 86_400.0;

/// How customers buy, and what is asked of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Buyers {
    /// On which days they buy.
    pub model: BgNbd,
    /// What a day is worth; for what they are expected to spend.
    pub worth: Option<GammaGamma>,
    /// How many rows a day of buying has.
    per_day: f64,
    /// Days looked ahead.
    days: f64,
    asks: Asks,
}

/// One customer's history, as the features give it.
#[derive(Clone, Copy)]
struct History {
    buying: Buying,
    spending: Spending,
}

impl History {
    fn of(days: f64, since_first: f64, since_last: f64, spent: f64) -> Option<Self> {
        if !(days >= 1.0 && since_first.is_finite() && since_last.is_finite()) {
            return None;
        }
        let age = since_first / DAY;
        let buying = Buying { repeats: days - 1.0, recency: (age - since_last / DAY).max(0.0), age };
        Some(Self { buying, spending: Spending { purchases: days, mean: spent / days } })
    }
}

impl Buyers {
    /// What is asked, of a customer of these features; nothing of one who never bought. A time is in seconds from the day looked from, and
    /// missing where the customer more likely than not buys nothing in the time looked ahead.
    pub fn value(&self, row: &[Value<'_>]) -> Option<f64> {
        let number = |at: usize| match row.get(at) {
            Some(Value::Number(x)) => *x,
            _ => f64::NAN,
        };
        let history = History::of(number(0), number(1), number(2), number(3))?;
        Some(self.of(history)).filter(|value| value.is_finite())
    }

    fn of(&self, history: History) -> f64 {
        let buys = || self.model.buys_within(history.buying, self.days);
        let often = || self.model.expected(history.buying, self.days);
        match self.asks {
            Asks::Buys => buys(),
            Asks::Leaves => 1.0 - buys(),
            Asks::When => self.model.likely_by(history.buying, self.days).map_or(f64::NAN, |days| days * DAY),
            Asks::Often => often() * self.per_day,
            // Nothing was spent: refunds at most. Nothing is what may be expected.
            Asks::Worth if history.spending.mean <= 0.0 => 0.0,
            Asks::Worth => often() * self.worth.map_or(f64::NAN, |w| w.expected(history.spending)),
        }
    }
}

/// Fits as of `until`, and once more as of the horizon before it, to compare with what came true.
pub(super) fn fit(
    shop: &Shop,
    learned: &Learned,
    rows: &Aggregate,
    (horizon, asks): (i64, Asks),
    until: Timestamp,
    store: &Store,
) -> Result<(Buyers, BuyingReport), RunError> {
    let days = horizon as f64 / DAY;
    let (histories, _) = histories(shop, learned, rows, None, until, store)?;
    let buyers = Buyers::fit(&histories, days, asks)?;
    let cutoff = until.checked_sub(SignedDuration::from_secs(horizon)).unwrap_or(until);
    let (before, after) = self::histories(shop, learned, rows, Some(horizon), cutoff, store)?;
    // A shop may be too young to be looked at from so long ago; that is no reason to know nothing today.
    let tried = Buyers::fit(&before, days, asks).ok();
    let report = BuyingReport {
        customers: histories.len(),
        repeating: histories.iter().filter(|h| h.0.buying.repeats > 0.0).count(),
        cutoff: cutoff.as_second(),
        trial: tried.map(|model| {
            let chance: Vec<f64> = before.iter().map(|h| model.model.buys_within(h.0.buying, days)).collect();
            let bought: Vec<bool> = after.iter().map(|n| *n > 0.0).collect();
            let expected = before.iter().map(|h| model.model.expected(h.0.buying, days)).sum();
            super::report::Trial {
                customers: before.len(),
                auc: auc(&chance, &bought),
                expected,
                came: after.iter().sum(),
                deciles: deciles(&chance, &bought),
            }
        }),
    };
    Ok((buyers, report))
}

type Counted = (History, f64);

/// The histories of all who bought, each with its number of rows; with a horizon also the days of buying within it.
fn histories(
    shop: &Shop,
    learned: &Learned,
    rows: &Aggregate,
    ahead: Option<i64>,
    at: Timestamp,
    store: &Store,
) -> Result<(Vec<Counted>, Vec<f64>), RunError> {
    let count = Expr::new(Op::Aggregate(Box::new(rows.clone())), Type::Number);
    let future = ahead.and_then(|seconds| {
        let Op::Aggregate(days) = &learned.features.first()?.value.op else { return None };
        debug_assert_eq!(days.function, Aggregation::Days);
        let days = Aggregate { window: Some(Window::Next(seconds)), ..(**days).clone() };
        Some(Expr::new(Op::Aggregate(Box::new(days)), Type::Number))
    });
    let features = learned.features.len();
    let mut wanted: Vec<&Expr> = learned.features.iter().map(|f| &f.value).collect();
    wanted.push(&count);
    wanted.extend(&future);
    let looked = look(shop, learned, &wanted, at, store)?;
    let columns: Vec<Vec<f64>> = looked.columns.iter().map(numbers).collect();
    let (mut found, mut after) = (Vec::new(), Vec::new());
    for row in 0..looked.ids.len() {
        let spent = if features > 3 { columns[3][row] } else { 0.0 };
        if let Some(history) = History::of(columns[0][row], columns[1][row], columns[2][row], spent) {
            found.push((history, columns[features][row]));
            after.extend(columns.get(features + 1).map(|c| c[row]));
        }
    }
    Ok((found, after))
}

impl Buyers {
    fn fit(histories: &[Counted], days: f64, asks: Asks) -> Result<Self, LearnError> {
        let buying: Vec<Buying> = histories.iter().map(|h| h.0.buying).collect();
        let model = BgNbd::fit(&buying)?;
        let worth = if asks == Asks::Worth {
            let spending: Vec<Spending> = histories.iter().map(|h| h.0.spending).collect();
            Some(GammaGamma::fit(&spending)?)
        } else {
            None
        };
        let rows: f64 = histories.iter().map(|h| h.1).sum();
        let all_days: f64 = histories.iter().map(|h| h.0.buying.repeats + 1.0).sum();
        Ok(Self { model, worth, per_day: rows / all_days, days, asks })
    }
}
