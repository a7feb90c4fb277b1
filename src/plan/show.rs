//! A plan's parts in words, and the plan as a diagram.

use super::step::{Plan, Work};
use super::words::expr_words;
use crate::check::lesson::{Asks, Learned, Lesson};
use crate::check::model::{Anchor, Evidence, Fading, Method, Signal};
use crate::check::typed::Window;

/// A method, in a line.
pub fn method_words(method: &Method) -> String {
    match method {
        Method::Popular { signals, half_life } => {
            format!("what sells most ({}{})", signals_words(signals), fading(*half_life))
        }
        Method::Trending { signal } => {
            format!("what sells better than it used to ({})", signals_words(std::slice::from_ref(signal)))
        }
        Method::BuyAgain { signal, half_life } => format!(
            "what is due to be bought again ({}{})",
            signals_words(std::slice::from_ref(signal)),
            fading(*half_life)
        ),
        Method::PopularBy { signals, half_life, .. } => format!(
            "what sells most to customers of the same kind ({}{})",
            signals_words(signals),
            fading(*half_life)
        ),
        Method::Slots(parts) => {
            let parts: Vec<String> =
                parts.iter().map(|(n, m)| format!("{n} of {}", method_words(m))).collect();
            parts.join(", ")
        }
        Method::InTurn(methods) => methods.iter().map(method_words).collect::<Vec<String>>().join(", then "),
        Method::ItemCf { evidence, .. } => {
            format!("what alike customers take to (item_cf of {})", evidence_words(evidence, ""))
        }
        Method::UserCf { evidence, .. } => {
            format!("what customers of like taste take (user_cf of {})", evidence_words(evidence, ""))
        }
        Method::Content { fields, learned, .. } => format!(
            "what is like the customer's own ({}{})",
            if fields.is_empty() { "all texts".to_owned() } else { fields_words(fields) },
            if *learned { ", by what words mean" } else { "" }
        ),
        Method::Rated(by) => format!(
            "what the customer would rate highest ({} of {}.{}{})",
            if by.by_customers { "user_cf" } else { "item_cf" },
            by.ratings.relation,
            by.column,
            if by.centred { ", above each customer's mean" } else { "" }
        ),
        Method::BoughtTogether { signal } => {
            format!("what is bought together ({})", signals_words(std::slice::from_ref(signal)))
        }
        Method::SimilarTo { anchor: Anchor::Latest(signal), .. } => {
            format!("what is like the latest of {}", signal.relation)
        }
        Method::SimilarTo { anchor: Anchor::Product(id), .. } => format!("what is like product {id}"),
        Method::Als { evidence, factors, .. } => format!(
            "what the customer's taste is near to (als of {})",
            evidence_words(evidence, &described(*factors))
        ),
        Method::Svd { evidence, factors } => format!(
            "what lies in the directions of the customer's taste (svd of {})",
            evidence_words(evidence, &described(*factors))
        ),
        Method::Ease { evidence, .. } => {
            format!(
                "what the customer's own products say of others (ease of {})",
                evidence_words(evidence, "")
            )
        }
        Method::Auto { signals, .. } => {
            format!("what would have done best on the shop's own past (auto, {})", signals_words(signals))
        }
        Method::Blend(parts) => {
            let parts: Vec<String> =
                parts.iter().map(|(w, m)| format!("{w} × {}", method_words(m))).collect();
            parts.join(" + ")
        }
    }
}

/// What is learned, in a line.
pub fn lesson_words(learned: &Learned) -> String {
    let features: Vec<&str> = learned.features.iter().map(|f| f.name.as_str()).collect();
    let features = features.join(", ");
    match &learned.lesson {
        Lesson::Personas { least, most, .. } if least == most => {
            format!("learn {}: {least} groups by {features}", learned.name)
        }
        Lesson::Personas { least, most, .. } => {
            format!("learn {}: {least} to {most} groups by {features}", learned.name)
        }
        Lesson::Probability { predicts, .. } => {
            format!("learn {}: how likely `{}` is, from {features}", learned.name, expr_words(predicts))
        }
        Lesson::Buying { rows, horizon, asks } => {
            let what = match asks {
                Asks::Buys => "who buys",
                Asks::Leaves => "who does not buy",
                Asks::Often => "how often each customer buys",
                Asks::Worth => "what each customer spends",
                Asks::When => "when each customer buys next",
            };
            let days = horizon / 86_400;
            format!("learn {}: {what} in the next {days} days (BG/NBD on {})", learned.name, rows.relation)
        }
        Lesson::Fifth => {
            let values: Vec<String> = learned.features.iter().map(|f| expr_words(&f.value)).collect();
            format!("learn the fifths of {}", values.join(", "))
        }
    }
}

fn signals_words(signals: &[Signal]) -> String {
    signals
        .iter()
        .map(|s| {
            let weight = if (s.weight - 1.0).abs() < f64::EPSILON {
                String::new()
            } else {
                format!("{} × ", s.weight)
            };
            let window = match &s.window {
                Some(Window::Last(seconds)) => format!(" in the last {} days", seconds / 86_400),
                Some(Window::Since(at)) => format!(" since {at}"),
                Some(Window::Before(at)) => format!(" before {at}"),
                Some(Window::Next(_)) | None => String::new(),
            };
            format!("{weight}{}{window}", s.relation)
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a method learns from, with a word on the method itself in the middle.
fn evidence_words(evidence: &Evidence, described: &str) -> String {
    let half_life = match evidence.half_life {
        None => String::new(),
        Some(Fading::HalfLife(seconds)) => fading(Some(seconds)),
        Some(Fading::Never) => ", without fading".to_owned(),
    };
    let trend = match evidence.trend {
        None => String::new(),
        Some(Fading::HalfLife(seconds)) => format!(", trend of {} days", seconds / 86_400),
        Some(Fading::Never) => ", whatever sells now".to_owned(),
    };
    format!("{}{described}{half_life}{trend}", signals_words(&evidence.signals))
}

/// Columns with their weights, as they are written.
pub fn fields_words(fields: &[(f64, String)]) -> String {
    let one = |(weight, column): &(f64, String)| {
        if (weight - 1.0).abs() < f64::EPSILON { column.clone() } else { format!("{weight} * {column}") }
    };
    fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn described(factors: Option<usize>) -> String {
    factors.map_or_else(String::new, |factors| format!(", {factors} factors"))
}

fn fading(half_life: Option<i64>) -> String {
    half_life.map_or_else(String::new, |seconds| format!(", half-life {} days", seconds / 86_400))
}

/// The plan as a Mermaid flow chart.
pub fn mermaid(plan: &Plan) -> String {
    let mut out = String::from("flowchart TD\n");
    let node = |id: &str| id.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    for step in &plan.steps {
        let words: String = step.words.replace('"', "'").replace('\n', " ");
        let (open, close) = match step.work {
            Work::Deliver { .. } => ("([", "])"),
            Work::Limits { .. } | Work::Require { .. } => ("{{", "}}"),
            _ => ("[", "]"),
        };
        out.push_str(&format!("  {}{open}\"{}<br/>{words}\"{close}\n", node(&step.id), step.id));
        for input in &step.inputs {
            out.push_str(&format!("  {} --> {}\n", node(input), node(&step.id)));
        }
    }
    out
}
