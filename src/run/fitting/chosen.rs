//! Fitting of `auto`: the method that would have done best, and what it is in words.

use std::sync::Arc;

use super::super::error::RunError;
use super::super::shop::Until;
use super::{Fitter, Slots};
use crate::check::model::{Method as Plan, Signal};
use crate::recommend::evaluate::Question;
use crate::recommend::{Log, Method, Recipe, auto};

impl Fitter<'_> {
    /// What `auto` takes for these signals, and why.
    fn choice(&self, signals: &[Signal], new_only: bool) -> Result<Arc<auto::Choice>, RunError> {
        let name = self.name("auto", signals, Until::Day, &new_only)?;
        self.store.keep(name, || {
            let question = Question::of_new_only(new_only);
            auto::choose(&self.log(signals)?, question).map_err(|e| RunError::Recommend(e.to_string()))
        })
    }

    fn log(&self, signals: &[Signal]) -> Result<Log, RunError> {
        let (users, items) = (self.customers()?.len(), self.catalogue.len());
        Ok(Log { events: self.events(signals, Until::Day)?, users, items })
    }

    /// The method that `auto` takes, fitted. It stands alone in its strategy, so its histories are the first.
    pub(super) fn auto(
        &self,
        signals: &[Signal],
        new_only: bool,
        slots: &mut Slots,
    ) -> Result<Arc<dyn Method>, RunError> {
        if !slots.keys.is_empty() {
            return Err(RunError::Recommend("`auto` stands alone".to_owned()));
        }
        let name = self.name("auto, fitted", signals, Until::Day, &new_only)?;
        let fitted = self.store.remember(name, || {
            let choice = self.choice(signals, new_only)?;
            let log = self.log(signals)?;
            let log = log.to_learn_from(Question::of_new_only(new_only));
            choice.recipe.fit(&log).map_err(|e| RunError::Recommend(e.to_string()))
        })?;
        for (at, history) in fitted.histories.iter().enumerate() {
            slots.keys.push(self.name("auto's history", signals, Until::Day, &(new_only, at))?);
            slots.histories.push(Arc::clone(history));
        }
        Ok(Arc::clone(&fitted.method))
    }

    /// The words of a strategy's parts, in the order in which explanations count them.
    pub(super) fn parts(&self, method: &Plan) -> Result<Vec<String>, RunError> {
        let mut words = Vec::new();
        match method {
            Plan::Auto { signals, new_only } => match &self.choice(signals, *new_only)?.recipe {
                Recipe::Blend(parts) => words.extend(parts.iter().map(|(w, part)| format!("{w} × {part}"))),
                one => words.push(one.to_string()),
            },
            other => part_words(other, &mut words),
        }
        Ok(words)
    }
}

/// The parts of a method in words, in the order in which explanations count them.
fn part_words(method: &Plan, words: &mut Vec<String>) {
    let show = crate::plan::show::method_words;
    match method {
        Plan::Blend(blended) => words.extend(blended.iter().map(|(w, m)| format!("{w} × {}", show(m)))),
        Plan::Slots(slots) => slots.iter().for_each(|(_, part)| part_words(part, words)),
        one => words.push(show(one)),
    }
}
