//! The versions of a campaign: each with what it overrides, and the campaign's own for the rest.

use super::compile::Compiler;
use super::inline::Inliner;
use super::occurrence;
use super::step::{Slot, VariantPlan};
use crate::check::model::{Goal, Variant};

impl Compiler<'_> {
    /// The labels of the policies that some version keeps to, in the order of the versions.
    pub(super) fn policies(&self) -> Vec<String> {
        self.of_versions(&self.campaign.policy, |v| v.policy.as_ref())
    }

    /// The labels of the senders of the versions, in the order of the versions.
    pub(super) fn senders(&self) -> Vec<String> {
        self.of_versions(&self.campaign.sender, |v| v.sender.as_ref())
    }

    fn of_versions(&self, own: &String, of: impl Fn(&Variant) -> Option<&String>) -> Vec<String> {
        let versions = &self.campaign.variants;
        let mut labels = Vec::new();
        let all: Vec<&String> = versions.iter().map(|v| of(v).unwrap_or(own)).collect();
        for label in if all.is_empty() { vec![own] } else { all } {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        labels
    }

    pub(super) fn variants(&mut self) -> Vec<VariantPlan> {
        let campaign = self.campaign;
        if campaign.variants.is_empty() {
            let recommend = campaign.recommend.as_ref().map(|r| self.recommend(r, None));
            let templates = self.templates(&campaign.template);
            return vec![VariantPlan {
                name: String::new(),
                share: 1.0,
                audience: None,
                recommend,
                templates,
                sender: campaign.sender.clone(),
                policy: campaign.policy.clone(),
                slot: self.slot,
                goal: self.goal(campaign.goal.as_ref()),
            }];
        }
        let mut plans = Vec::new();
        for variant in &campaign.variants {
            let recommend = variant.recommend.as_ref().or(campaign.recommend.as_ref());
            let recommend = recommend.map(|r| self.recommend(r, Some(&variant.name)));
            let templates = self.templates(variant.template.as_ref().unwrap_or(&campaign.template));
            let audience = variant.audience.as_ref().map(|a| self.inliner.expr(a));
            plans.push(VariantPlan {
                name: variant.name.clone(),
                share: variant.share,
                audience,
                recommend,
                templates,
                sender: variant.sender.as_ref().unwrap_or(&campaign.sender).clone(),
                policy: variant.policy.as_ref().unwrap_or(&campaign.policy).clone(),
                slot: self.slot_of(variant),
                goal: self.goal(variant.goal.as_ref().or(campaign.goal.as_ref())),
            });
        }
        plans
    }

    /// When a version leaves: the first slot of its own `send:` that is not before the campaign's.
    fn slot_of(&self, variant: &Variant) -> Slot {
        let Some(send) = &variant.send else { return self.slot };
        let zone = self.model.sources.get(&self.campaign.source)?.schema.timezone.clone();
        let from = self.slot.map_or_else(|| self.asked.as_of.to_zoned(zone).datetime(), |s| s.0);
        occurrence::first_from(send, from).map(|s| (s.at, s.local)).or(self.slot)
    }

    /// A goal, which no step of a run works out: what only the report will need stops no run.
    fn goal(&self, goal: Option<&Goal>) -> Option<Goal> {
        let mut inliner = Inliner::new(self.model);
        goal.map(|g| Goal { words: g.words.clone(), condition: inliner.expr(&g.condition) })
    }
}
