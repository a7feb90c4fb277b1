//! What a campaign's audience and policy prove of everybody who gets its messages: `browsing is known` in a segment
//! makes `customer.browsing` safe in the text.

use std::collections::BTreeSet;

use super::model::{Campaign, Model, Variant};
use super::typed::{Expr, Op, Row};

/// Paths (`customer.browsing`) that have a value for every recipient of a campaign, or of one of its variants.
pub(super) fn of_recipients(
    model: &Model,
    campaign: &Campaign,
    variant: Option<&Variant>,
) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    holds(model, &campaign.audience, &mut known);
    if let Some(audience) = variant.and_then(|v| v.audience.as_ref()) {
        holds(model, audience, &mut known);
    }
    for requirement in model.policies.get(&campaign.policy).iter().flat_map(|policy| &policy.require) {
        holds(model, &requirement.condition, &mut known);
    }
    known
}

/// What a condition proves where it holds. A missing value matches no comparison, nor the denial of one.
fn holds(model: &Model, condition: &Expr, known: &mut BTreeSet<String>) {
    match &condition.op {
        Op::And(all) => all.iter().for_each(|one| holds(model, one, known)),
        Op::IsTrue(inner) => holds(model, inner, known),
        // Circles among segments were reported, and such a segment has no condition.
        Op::Segment(label) => {
            if let Some(segment) = model.segments.get(label) {
                holds(model, &segment.condition, known);
            }
        }
        Op::Not(inner) => match &inner.op {
            Op::IsMissing(value) => has_value(value, known),
            Op::Compare(..) | Op::OneOf(..) | Op::Between(..) | Op::Contains(..) | Op::Column(..) => {
                holds(model, inner, known);
            }
            _ => {}
        },
        Op::Compare(_, a, b) | Op::Contains(a, b) => {
            has_value(a, known);
            has_value(b, known);
        }
        Op::OneOf(value, _) | Op::Between(value, ..) => has_value(value, known),
        Op::Column(..) | Op::Attribute { .. } => has_value(condition, known),
        _ => {}
    }
}

/// Where this has a value, so has everything it is worked out from.
fn has_value(value: &Expr, known: &mut BTreeSet<String>) {
    match &value.op {
        Op::Column(Row::Customer, name) | Op::Attribute { name, .. } => {
            known.insert(format!("customer.{name}"));
        }
        Op::Since(_, inner)
        | Op::YearsSince(inner)
        | Op::Shift(inner, _)
        | Op::Neg(inner)
        | Op::Band(inner, _) => has_value(inner, known),
        Op::Arith(_, a, b) => {
            has_value(a, known);
            has_value(b, known);
        }
        _ => {}
    }
}
