//! H0505: a campaign that comes again and again, under a policy that never says when it is enough.

use super::subject::{Subject, setting};
use crate::check::model::Campaign;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::{Cadence, Schedule};

/// Finds them, each policy once.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for (file, decl, campaign) in subject.campaigns() {
        let blocks = std::iter::once(decl).chain(&decl.blocks);
        for block in blocks.filter(|b| subject.named(file, b, "policy").is_some()) {
            let Some((_, policy)) = subject.named(file, block, "policy") else { continue };
            let capped = setting(policy, "at_most").is_some();
            if capped || !comes_again(campaign) || found.iter().any(|d| d.span == policy.head) {
                continue;
            }
            found.push(
                Diagnostic::warning("H0505", policy.head, "this policy never says when it is enough")
                    .label("no `at_most`")
                    .related(decl.head, "this campaign comes again and again")
                    .help("add `at_most: [2 per 7 days, 1 per day]`, or what you think people bear"),
            );
        }
    }
    found
}

/// Whether there is more than one slot.
fn comes_again(campaign: &Campaign) -> bool {
    let schedules = campaign.send.iter().chain(campaign.variants.iter().filter_map(|v| v.send.as_ref()));
    schedules.into_iter().any(recurs)
}

fn recurs(schedule: &Schedule) -> bool {
    !matches!(schedule.cadence, Cadence::Once(_) | Cadence::Broken)
}
