//! `auto`: the method that would have done best on the shop's own past.
//!
//! The last weeks of the events are hidden, every candidate learns from what is before them and is measured by what
//! customers then did. The best candidate is then mixed with others for as long as that helps. Nothing is learned from
//! the hidden weeks but which method to take; the method itself then learns from everything.

use std::sync::Arc;

use super::als::AlsParams;
use super::blend::{Blend, Component};
use super::ease::EaseParams;
use super::evaluate::{Question, Ranking, Split, rank};
use super::item_cf::ItemCfParams;
use super::method::Method;
use super::recipe::{FittedRecipe, Log, Recipe, RecipeError, Slots};
use super::request::RequestError;
use super::svd::SvdParams;
use super::user_cf::UserCfParams;

/// How many days are hidden; of a history shorter than four times that, a quarter.
const HIDDEN_DAYS: f32 = 30.0;
/// Where fewer customers did anything in the hidden weeks, the figures would be chance.
const FEWEST_CUSTOMERS: usize = 50;
/// So many customers are measured at most; more would hardly change the means.
const MOST_CUSTOMERS: usize = 5000;
/// The length of list that is measured.
const CUTOFF: usize = 10;
/// The shares that a further method is tried with.
const SHARES: [f32; 3] = [0.2, 0.35, 0.5];
/// How many methods a mixture has at most.
const MOST_PARTS: usize = 3;
/// A further method must raise NDCG by this factor: a longer recipe has to earn its place.
const GAIN: f64 = 1.005;

/// A candidate with how it did.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trial {
    /// The method.
    pub recipe: Recipe,
    /// Its mean NDCG@10 over the customers measured.
    pub ndcg: f64,
}

/// What was chosen, and why.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    /// The method.
    pub recipe: Recipe,
    /// All candidates, best first; none where there was too little to measure by.
    pub trials: Vec<Trial>,
    /// How many days were hidden.
    pub hidden_days: f32,
    /// How many customers were measured.
    pub customers: usize,
}

impl Choice {
    /// What was chosen and why, a line each.
    #[must_use]
    pub fn explained(&self) -> Vec<String> {
        let hidden = if self.hidden_days > 0.0 {
            format!("in the last {:.0} days", self.hidden_days.max(1.0))
        } else {
            "in a fifth of the pairs, since nothing tells when".to_owned()
        };
        if self.trials.is_empty() {
            return vec![format!(
                "auto takes {}: only {} customers did anything that counts {hidden}, too few to compare methods by",
                self.recipe, self.customers
            )];
        }
        let mut lines = vec![format!(
            "auto takes {}: of {} tried, it ranked best what {} customers did {hidden}, which it had not seen",
            self.recipe,
            self.trials.len(),
            self.customers
        )];
        lines.extend(self.trials.iter().map(|t| format!("  NDCG@10 {:.4}  {}", t.ndcg, t.recipe)));
        lines
    }
}

/// Chooses a method for a question.
///
/// Where fewer than 50 customers did anything that counts in the hidden weeks, the choice is popularity, and
/// [`Choice::trials`] is empty.
///
/// # Errors
/// If the events make no sense.
pub fn choose(log: &Log, question: Question) -> Result<Choice, RecipeError> {
    let span = log.events.age_days.iter().copied().fold(0.0, f32::max);
    let hidden_days = HIDDEN_DAYS.min(span / 4.0);
    let split =
        if hidden_days > 0.0 { Split::at(log, hidden_days, question) } else { untimed(log, question) };
    let customers = sample(split.customers());
    let popular = Recipe::Popular { half_life: Some(HIDDEN_DAYS), window: None };
    if customers.len() < FEWEST_CUSTOMERS {
        return Ok(Choice { recipe: popular, trials: Vec::new(), hidden_days, customers: customers.len() });
    }
    let past = split.past.to_learn_from(question);
    let mut bench = Bench { split: &split, question, customers: &customers, slots: Slots::default() };
    let mut tried = Vec::new();
    for recipe in candidates(question) {
        let method = recipe.method(&past, &mut bench.slots)?;
        let ndcg = bench.ndcg(&method)?;
        tried.push(Tried { trial: Trial { recipe, ndcg }, method });
    }
    tried.sort_by(|a, b| b.trial.ndcg.total_cmp(&a.trial.ndcg));
    let best = bench.mixed(&tried)?;
    let mut trials: Vec<Trial> = tried.into_iter().map(|t| t.trial).collect();
    if best.recipe != trials[0].recipe {
        trials.insert(0, best.clone());
    }
    Ok(Choice { recipe: best.recipe, trials, hidden_days, customers: customers.len() })
}

/// Where nothing has a time, a fifth of the pairs is hidden, chosen by their numbers.
fn untimed(log: &Log, question: Question) -> Split {
    let mut aged = log.clone();
    for at in 0..aged.events.len() {
        let mixed = u64::from(log.events.user[at]) << 32 | u64::from(log.events.item[at]);
        let hidden = (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).is_multiple_of(5);
        aged.events.age_days[at] = if hidden { 0.0 } else { 2.0 };
    }
    let mut split = Split::at(&aged, 1.0, question);
    split.past.events.age_days.fill(0.0);
    split
}

/// At most [`MOST_CUSTOMERS`], evenly out of all.
fn sample(customers: Vec<u32>) -> Vec<u32> {
    let step = customers.len().div_ceil(MOST_CUSTOMERS).max(1);
    customers.into_iter().step_by(step).collect()
}

struct Tried {
    trial: Trial,
    method: Arc<dyn Method>,
}

/// What all candidates are measured on.
struct Bench<'a> {
    split: &'a Split,
    question: Question,
    customers: &'a [u32],
    slots: Slots,
}

impl Bench<'_> {
    fn ndcg(&self, method: &Arc<dyn Method>) -> Result<f64, RecipeError> {
        let fitted = FittedRecipe { method: Arc::clone(method), histories: self.slots.histories.clone() };
        let without = self.split.without(self.question);
        let ranking = Ranking { fitted: &fitted, fallback: None, without, take: CUTOFF };
        let mut sum = 0.0;
        rank(&ranking, self.customers, |customer, list| {
            sum += super::evaluate::ndcg(list, self.split.then.of(customer as usize), CUTOFF);
        })
        .map_err(|e: RequestError| RecipeError::Request(e.to_string()))?;
        Ok(sum / self.customers.len() as f64)
    }

    /// The best candidate, mixed with the best of other kinds for as long as that helps.
    fn mixed(&self, tried: &[Tried]) -> Result<Trial, RecipeError> {
        let mut parts: Vec<(f32, &Tried)> = vec![(1.0, &tried[0])];
        let mut ndcg = tried[0].trial.ndcg;
        while parts.len() < MOST_PARTS {
            let mut better: Option<(f64, Vec<(f32, &Tried)>)> = None;
            for other in best_of_each_kind(tried) {
                if parts.iter().any(|(_, p)| p.trial.recipe.kind() == other.trial.recipe.kind()) {
                    continue;
                }
                for share in SHARES {
                    let mut mixture: Vec<(f32, &Tried)> =
                        parts.iter().map(|(w, p)| (w * (1.0 - share), *p)).collect();
                    mixture.push((share, other));
                    let found = self.ndcg(&blend(&mixture)?)?;
                    if found > better.as_ref().map_or(ndcg * GAIN, |b| b.0) {
                        better = Some((found, mixture));
                    }
                }
            }
            let Some((found, mixture)) = better else { break };
            (ndcg, parts) = (found, mixture);
        }
        let recipe = match parts.as_slice() {
            [(_, one)] => one.trial.recipe.clone(),
            several => Recipe::Blend(several.iter().map(|(w, p)| (*w, p.trial.recipe.clone())).collect()),
        };
        Ok(Trial { recipe, ndcg })
    }
}

fn best_of_each_kind(tried: &[Tried]) -> Vec<&Tried> {
    let mut best: Vec<&Tried> = Vec::new();
    for one in tried {
        if best.iter().all(|b| b.trial.recipe.kind() != one.trial.recipe.kind()) {
            best.push(one);
        }
    }
    best
}

fn blend(parts: &[(f32, &Tried)]) -> Result<Arc<dyn Method>, RecipeError> {
    let component =
        |(weight, tried): &(f32, &Tried)| Component { weight: *weight, method: Arc::clone(&tried.method) };
    Ok(Arc::new(Blend::new(parts.iter().map(component).collect())?))
}

/// What is tried: every method at several half-lives. How products sell changes sooner than what a customer likes, so the trend's are
/// the shorter ones.
fn candidates(question: Question) -> Vec<Recipe> {
    const TRENDS: [Option<f32>; 4] = [Some(7.0), Some(14.0), Some(30.0), None];
    let mut all = Vec::new();
    for half_life in [7.0, 14.0, 30.0] {
        all.push(Recipe::Popular { half_life: Some(half_life), window: None });
    }
    if question == Question::Next {
        for half_life in [Some(60.0), Some(180.0), None] {
            all.push(Recipe::BuyAgain { half_life });
        }
    }
    for half_life in [None, Some(90.0), Some(30.0)] {
        for trend in TRENDS {
            all.push(Recipe::ItemCf { half_life, trend, params: ItemCfParams::default() });
        }
        for trend in [Some(7.0), Some(14.0)] {
            all.push(Recipe::UserCf { half_life, trend, params: UserCfParams::default() });
            all.push(Recipe::Svd { half_life, trend, params: SvdParams::default() });
            all.push(Recipe::Als { half_life, trend, params: AlsParams::default() });
            for regularisation in [300.0, 1000.0] {
                let params = EaseParams { regularisation, ..EaseParams::default() };
                all.push(Recipe::Ease { half_life, trend, params });
            }
        }
    }
    all
}
