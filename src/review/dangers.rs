//! What a careful colleague would point at first.

use std::collections::BTreeMap;

use super::planned::Planned;
use super::report::{Campaign, Danger, Findings, Standing, Weight};
use crate::check::model::Frequency;
use crate::deliver::state::gate;
use crate::plan::Plan;
use crate::plan::words::span;

/// From this factor on an audience or a mailing has grown or shrunk a lot.
const A_LOT: f64 = 1.5;
/// Fewer people than this are no crowd.
const A_CROWD: u64 = 20;

/// Gates that stand there for people's sake.
const PROTECTING: [&str; 4] = ["policy", gate::SUPPRESSION, gate::REPEAT, gate::FREQUENCY];

/// The dangers of one campaign.
pub fn of_campaign(campaign: &Campaign, before: Option<&Planned>, after: Option<&Planned>) -> Vec<Danger> {
    let mut found = Found { campaign: &campaign.name, dangers: Vec::new() };
    found.standing(campaign);
    if let (Some(before), Some(after)) = (before, after) {
        found.rules(before, after);
    }
    found.people(campaign);
    found.mails(campaign);
    found.dangers
}

/// The dangers of findings.
pub fn of_findings(findings: &Findings) -> Vec<Danger> {
    let errors = findings.new.iter().filter(|f| f.error).count();
    let words = match errors {
        0 => return Vec::new(),
        1 => "1 new error: files that have it do not run".to_owned(),
        n => format!("{n} new errors: files that have them do not run"),
    };
    vec![Danger { weight: Weight::Bad, campaigns: Vec::new(), words }]
}

/// Campaigns that look like ones that are gone: what was recorded of those is not known of these.
pub fn of_new_names(gone: &[Plan], new: &[Plan]) -> Vec<Danger> {
    let audience = |plan: &Plan| plan.step("audience").map(|s| s.hash.clone());
    let alike = |plan: &Plan, old: &Plan| {
        audience(plan) == audience(old) && (plan.title == old.title || plan.senders().eq(old.senders()))
    };
    let mut dangers = Vec::new();
    for plan in new {
        if let Some(old) = gone.iter().find(|old| alike(plan, old)) {
            let words = format!(
                "looks like {} under a new name: who had that may get this (`repeat:`), holdout and versions are drawn anew",
                old.campaign
            );
            dangers.push(Danger { weight: Weight::Bad, campaigns: vec![plan.campaign.clone()], words });
        }
    }
    dangers
}

/// The same said of several campaigns is said once. The worst comes first, and of what is as bad what is said of the most.
pub fn together(dangers: Vec<Danger>) -> Vec<Danger> {
    let mut all: Vec<Danger> = Vec::new();
    for danger in dangers {
        match all.iter_mut().find(|d| d.weight == danger.weight && d.words == danger.words) {
            Some(known) => known.campaigns.extend(danger.campaigns),
            None => all.push(danger),
        }
    }
    for danger in &mut all {
        danger.campaigns.sort();
        danger.campaigns.dedup();
    }
    all.sort_by_key(|d| (d.weight, !d.campaigns.is_empty(), std::cmp::Reverse(d.campaigns.len())));
    all
}

struct Found<'a> {
    campaign: &'a str,
    dangers: Vec<Danger>,
}

impl Found<'_> {
    fn add(&mut self, weight: Weight, words: impl Into<String>) {
        let campaigns = vec![self.campaign.to_owned()];
        self.dangers.push(Danger { weight, campaigns, words: words.into() });
    }

    fn standing(&mut self, campaign: &Campaign) {
        match (&campaign.before, &campaign.after) {
            (Standing::Absent, Standing::Broken) => {
                self.add(Weight::Bad, "does not run: its files have errors");
            }
            (Standing::Broken, Standing::Broken) => {}
            (_, Standing::Broken) => self.add(Weight::Bad, "does not run any more: its files have errors"),
            (Standing::Planned, Standing::Unplanned(reason)) => {
                self.add(Weight::Bad, format!("does not run any more: {reason}"));
            }
            (Standing::Planned, Standing::Absent) => self.add(Weight::Look, "is gone"),
            _ => {}
        }
        if let Some(reason) = &campaign.stopped {
            self.add(Weight::Look, format!("could not be compared to the end: {reason}"));
        }
    }

    /// Rules that protect people and do so no longer.
    fn rules(&mut self, before: &Planned, after: &Planned) {
        let (old, new) = (rules(before), rules(after));
        for (policy, rules) in &old.required {
            // A policy of another name protects as well if it asks the same.
            let now = new.required.get(policy).or_else(|| new.required.values().next());
            for rule in rules.iter().filter(|r| now.is_none_or(|now| !now.contains(r))) {
                self.add(Weight::Bad, format!("its policy no longer requires `{rule}`"));
            }
        }
        for cap in old.caps.iter().filter(|c| !new.caps.iter().any(|n| is_as_strict(n, c))) {
            let words = format!("{} in {}", cap.count, span(cap.seconds));
            self.add(Weight::Bad, format!("its policy no longer keeps to {words} at most"));
        }
        if old.quiet && !new.quiet {
            self.add(Weight::Bad, "its policy has no quiet hours any more");
        }
        if old.repeat.is_none() && new.repeat.is_some() {
            self.add(Weight::Look, "may reach people again who have had it (`repeat:`)");
        }
        if old.holdout > 0.0 && new.holdout == 0.0 {
            self.add(Weight::Look, "holds nobody out any more: its effect can no longer be measured");
        }
    }

    fn people(&mut self, campaign: &Campaign) {
        let Some(audience) = &campaign.audience else { return };
        let (Some(before), Some(after)) = (audience.before, audience.after) else { return };
        if campaign.before == Standing::Planned && campaign.after == Standing::Planned {
            match (before, after) {
                (1.., 0) => self.add(Weight::Bad, "its audience is empty now"),
                _ => self.size("its audience", before, after),
            }
        }
    }

    fn mails(&mut self, campaign: &Campaign) {
        let Some(mails) = &campaign.mails else { return };
        for passage in mails.starts.iter().filter(|p| PROTECTING.contains(&p.gate.as_str())) {
            let why = passage.reason.as_ref().unwrap_or(&passage.gate);
            self.add(Weight::Bad, format!("{}: {why}", gets(passage.count)));
        }
        if mails.texts.unwritable > 0 {
            let (n, of) = (mails.texts.unwritable, mails.texts.written);
            let reason = mails.texts.reason.as_deref().unwrap_or_default();
            self.add(Weight::Bad, format!("{n} of {of} mails looked at cannot be written: {reason}"));
        }
        if mails.versions > 0 {
            let n = mails.versions;
            self.add(
                Weight::Look,
                format!("{n} of {} get another version: a comparison under way is spoilt", mails.both),
            );
        }
        if campaign.before == Standing::Planned && campaign.after == Standing::Planned {
            let (before, after) = (mails.before.mails, mails.after.mails);
            match (before, after) {
                (1.., 0) => self.add(Weight::Bad, "nobody gets a mail any more"),
                _ => self.size("the number of its mails", before, after),
            }
        }
    }

    fn size(&mut self, what: &str, before: u64, after: u64) {
        if before.abs_diff(after) < A_CROWD {
            return;
        }
        let factor = after as f64 / (before.max(1) as f64);
        if factor >= A_LOT {
            self.add(Weight::Look, format!("{what} grows from {before} to {after}"));
        } else if factor <= 1.0 / A_LOT {
            self.add(Weight::Look, format!("{what} shrinks from {before} to {after}"));
        }
    }
}

fn gets(count: u64) -> String {
    if count == 1 {
        "1 person gets a mail who was left out".to_owned()
    } else {
        format!("{count} people get a mail who were left out")
    }
}

/// A plan's rules that protect people.
struct Rules {
    required: BTreeMap<String, Vec<String>>,
    caps: Vec<Frequency>,
    quiet: bool,
    repeat: Option<i64>,
    holdout: f64,
}

fn rules(planned: &Planned) -> Rules {
    let plan = &planned.plan;
    let required = plan
        .requirements()
        .map(|(policy, list)| (policy.to_owned(), list.iter().map(|r| r.words.clone()).collect()))
        .collect();
    let (policies, repeat) = plan.limits();
    let quiet = !policies.is_empty() && policies.iter().all(|p| p.quiet_hours.is_some());
    let caps = policies.iter().flat_map(|p| p.at_most.clone()).collect();
    Rules { required, caps, quiet, repeat, holdout: plan.assignment().0 }
}

/// Whether a cap lets through no more than another does.
fn is_as_strict(cap: &Frequency, than: &Frequency) -> bool {
    cap.count <= than.count && cap.seconds >= than.seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_as_strict_where_it_allows_no_more_in_no_less_time() {
        let cap = |count, days: i64| Frequency { count, seconds: days * 86_400 };
        assert!(is_as_strict(&cap(1, 7), &cap(2, 7)) && is_as_strict(&cap(2, 8), &cap(2, 7)));
        assert!(!is_as_strict(&cap(3, 7), &cap(2, 7)) && !is_as_strict(&cap(2, 6), &cap(2, 7)));
    }
}
