//! H0512: mail to people of whom nobody asks whether they wanted any.

use std::collections::BTreeSet;

use super::subject::{Subject, value};
use crate::check::model::{Campaign, Model};
use crate::check::typed::{Expr, Op, Type};
use crate::diagnostic::Diagnostic;

/// Parts of names under which shops keep that somebody agreed to get mail, or did not.
const WORDS: [&str; 14] = [
    "consent",
    "opt",
    "subscri",
    "permission",
    "agree",
    "newsletter",
    "marketing",
    "mailing",
    "allow",
    "accept",
    "同意",
    "订阅",
    "许可",
    "授权",
];

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (file, decl, campaign) in subject.campaigns() {
        let versions = std::iter::once(None).chain(campaign.variants.iter().map(Some));
        for variant in versions {
            let policy = variant.and_then(|v| v.policy.as_ref()).unwrap_or(&campaign.policy);
            let narrower = variant.and_then(|v| v.audience.as_ref());
            if asks(subject.model(), campaign, narrower, policy) {
                continue;
            }
            let block = variant
                .and_then(|v| decl.blocks.iter().find(|b| b.name.as_ref().is_some_and(|n| n.text == v.name)));
            let own = block.filter(|b| value(b, "policy").is_some()).unwrap_or(decl);
            let Some((_, policy)) = subject.named(file, own, "policy") else { continue };
            let Some(require) = value(policy, "require") else { continue };
            let message = "nobody asks whether these people agreed to get mail";
            found.push(
                Diagnostic::warning("H0512", require.span, message)
                    .label("requires something, and no consent")
                    .related(decl.head, "this campaign is sent under it")
                    .help("require it: `require: [consented, …]` with `use consented from \"std/segments\"`, or the column in which your shop keeps it"),
            );
        }
    }
    found
}

fn asks(model: &Model, campaign: &Campaign, narrower: Option<&Expr>, policy: &str) -> bool {
    let required = model.policies.get(policy).into_iter().flat_map(|p| &p.require).map(|r| &r.condition);
    let mut conditions = required.chain([&campaign.audience]).chain(narrower);
    let mut seen = BTreeSet::new();
    conditions.any(|condition| speaks_of_consent(model, condition, &mut seen))
}

/// Whether a condition speaks of consent, in the shop's own words for it. A condition on something unknown may.
fn speaks_of_consent<'m>(model: &'m Model, condition: &Expr, seen: &mut BTreeSet<&'m str>) -> bool {
    let mut found = false;
    condition.walk(&mut |e| {
        found |= match &e.op {
            Op::Column(_, name) | Op::Attribute { name, .. } => is_word(name),
            Op::Aggregate(a) => is_word(&a.relation),
            Op::Segment(label) => {
                is_word(label)
                    || model.segments.get(label).is_some_and(|inner| {
                        seen.insert(&inner.label) && speaks_of_consent(model, &inner.condition, seen)
                    })
            }
            _ => e.ty == Type::Unknown,
        };
    });
    found
}

fn is_word(name: &str) -> bool {
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}
