//! Personas in words: "orders often, spends little, last seen long ago".

use crate::check::lesson::{Feature, Learned};
use crate::check::typed::{Aggregation, Expr, Op, Type};
use crate::learn::{Persona, Trait};

/// What sets a persona apart, in words.
pub fn persona(learned: &Learned, persona: &Persona) -> String {
    let words: Vec<String> = persona
        .apart()
        .map(|t| {
            let feature = learned.features.iter().find(|f| f.name == t.feature);
            let much = if t.away.abs() >= 1.5 { "very " } else { "" };
            phrase(feature, t, much)
        })
        .collect();
    if words.is_empty() { "like everybody".to_owned() } else { words.join(", ") }
}

fn phrase(feature: Option<&Feature>, apart: &Trait, much: &str) -> String {
    let high = apart.away > 0.0;
    let either = |up: &'static str, down: &'static str| if high { up } else { down };
    let named = |words: &str| format!("{words} ({})", apart.feature);
    let Some(feature) = feature else { return format!("{much}{} {}", either("high", "low"), apart.feature) };
    match what(&feature.value) {
        What::Often(verb) => named(&format!("{verb} {much}{}", either("often", "rarely"))),
        What::Spends => named(&format!("spends {much}{}", either("much", "little"))),
        What::Ago => named(&format!("last seen {much}{}", either("long ago", "lately"))),
        What::Other => format!("{much}{} {}", either("high", "low"), apart.feature),
    }
}

/// What a feature measures, as far as its expression tells.
enum What {
    /// How often something is done.
    Often(String),
    /// How much is spent.
    Spends,
    /// How long ago something was.
    Ago,
    /// Anything else.
    Other,
}

fn what(value: &Expr) -> What {
    match &value.op {
        Op::Aggregate(a) if a.function == Aggregation::Count => What::Often(match a.relation.as_str() {
            "orders" => "orders".to_owned(),
            "purchases" => "buys".to_owned(),
            "views" => "looks".to_owned(),
            "clicks" => "clicks".to_owned(),
            other => format!("has {other}"),
        }),
        Op::Aggregate(a) if a.function == Aggregation::Sum && matches!(value.ty, Type::Money(_)) => {
            What::Spends
        }
        Op::Since(_, inner) if matches!(&inner.op, Op::Aggregate(a) if matches!(a.function, Aggregation::Latest | Aggregation::Max)) => {
            What::Ago
        }
        _ => What::Other,
    }
}
