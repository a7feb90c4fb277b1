//! A strategy's filters: what is about products alone is asked once, the rest for each customer.

use super::super::datum::Datum;
use super::super::error::RunError;
use super::super::recommender::PersonalRule;
use super::super::shop::Until;
use super::{Fitter, everything_bought, usual_fields};
use crate::audience;
use crate::check::model::{Boost, LEAST_BOOST};
use crate::check::typed::{Expr, Op, Row};
use crate::plan::RecommendStep;
use crate::recommend::{self as rec, BitSet, Cap, Diversity, Filters, NO_GROUP, Vectors};

impl Fitter<'_> {
    #[allow(clippy::type_complexity)]
    pub(super) fn filters(
        &self,
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
        for boost in &step.filters.boosts {
            match &boost.when {
                Some(condition) if !about_products_alone(condition) => {
                    boosts.push((boost.factor as f32, condition.clone()));
                }
                _ => {
                    let all = factors.get_or_insert_with(|| vec![1.0; self.catalogue.len()]);
                    self.boost(boost, all)?;
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
        if step.filters.novelty > 0.0 {
            let (_, known) = self.interactions(&everything_bought(), None, Until::Day)?;
            let all = factors.get_or_insert_with(|| vec![1.0; self.catalogue.len()]);
            for (factor, novelty) in all.iter_mut().zip(rec::novelty(&known, step.filters.novelty as f32)) {
                *factor *= novelty;
            }
        }
        let diversity = if step.filters.diversity > 0.0 {
            let vectors = self.product_vectors(&usual_fields(), Vectors::Words)?;
            Some(Diversity { strength: step.filters.diversity as f32, vectors })
        } else {
            None
        };
        let filters = Filters {
            only: Some(allowed),
            exclude: Some(refused),
            boost: factors,
            at_most,
            rationed: None,
            take: step.filters.take,
            diversity,
        };
        Ok((filters, only, exclude, boosts))
    }

    /// Multiplies the factors of the products that a boost is for.
    fn boost(&self, boost: &Boost, factors: &mut [f32]) -> Result<(), RunError> {
        let matching = match &boost.when {
            Some(condition) => self.matching(condition)?,
            None => BitSet::full(self.catalogue.len()),
        };
        matching.iter().for_each(|item| factors[item as usize] *= boost.factor as f32);
        let Some(by) = &boost.by else { return Ok(()) };
        for (id, values) in self.shop.products(&[("by".to_owned(), by.clone())])? {
            let Some(item) = self.catalogue.index(&id).filter(|item| matching.contains(*item)) else {
                continue;
            };
            let value = match values.first() {
                Some(Datum::Number(x)) => *x,
                Some(Datum::Whole(n)) => *n as f64,
                _ => 1.0,
            };
            factors[item as usize] *= value.max(LEAST_BOOST) as f32;
        }
        Ok(())
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
