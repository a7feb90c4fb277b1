//! Why an expectation does not hold: the part of it that fails, what was expected there and what was found, in words.

use super::evaluate::{View, title};
use super::scene::Thing;
use super::value::Value;
use crate::check::expectation::{Ask, AskOp, ListFunction, Over, Part, Root, Step};
use crate::check::typed::Compare;
use crate::diagnostic::Span;

/// Items of a list that are told of one by one.
const TOLD: usize = 3;

/// What `is known` expects.
const A_VALUE: &str = "a value";

/// A part of an expectation that fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The part.
    pub span: Span,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// More to say, a sentence each.
    pub notes: Vec<String>,
}

impl Problem {
    fn new(span: Span, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { span, expected: expected.into(), found: found.into(), notes: Vec::new() }
    }
}

/// The failing parts of a condition that does not hold: of `a and b` those that fail, of `a or b` both.
pub fn problems(view: View<'_>, ask: &Ask) -> Vec<Problem> {
    match &ask.op {
        AskOp::And(a, b) => {
            let failing = [a, b].into_iter().filter(|part| view.truth(part) != Some(true));
            failing.flat_map(|part| problems(view, part)).collect()
        }
        AskOp::Or(a, b) => {
            let mut found = problems(view, a);
            found.extend(problems(view, b));
            found
        }
        _ => vec![problem(view, ask)],
    }
}

fn problem(view: View<'_>, ask: &Ask) -> Problem {
    let mut problem = match &ask.op {
        AskOp::Not(inner) => negated(view, ask.span, inner),
        AskOp::Compare(compare, a, b) => {
            let expected = format!("{}{}", comparison(*compare), view.value(b));
            Problem::new(ask.span, expected, view.value(a).to_string())
        }
        AskOp::OneOf(inner, list) => {
            let values: Vec<String> = list.iter().map(|item| view.value(item).to_string()).collect();
            Problem::new(ask.span, one_of(&values), view.value(inner).to_string())
        }
        AskOp::Between(inner, low, high) => {
            let low = view.value(low);
            let expected = match high {
                Some(high) => format!("{low} to {}", view.value(high)),
                None => format!("at least {low}"),
            };
            Problem::new(ask.span, expected, view.value(inner).to_string())
        }
        AskOp::Contains(a, b) => {
            let expected = format!("a text with {} in it", view.value(b));
            Problem::new(ask.span, expected, view.value(a).in_short())
        }
        AskOp::IsKnown(inner) => Problem::new(ask.span, A_VALUE, view.value(inner).to_string()),
        AskOp::InAudience => Problem::new(ask.span, "a customer of the audience", "one who is not in it"),
        AskOp::Over(over) if over.function == ListFunction::All => every(view, ask.span, over),
        AskOp::Over(over) if over.function == ListFunction::Any => some(view, ask.span, over),
        _ => Problem::new(ask.span, "yes", view.value(ask).to_string()),
    };
    if let AskOp::Compare(_, a, b) = &ask.op {
        problem.notes.extend([a, b].into_iter().filter_map(|side| looked_at(view, side)));
    }
    if let AskOp::InAudience = &ask.op {
        let words = view.bench.session.audience_words();
        problem.notes.push(format!("the audience is `{words}`"));
    }
    problem
}

/// What `not …` should not have found.
fn negated(view: View<'_>, span: Span, inner: &Ask) -> Problem {
    match &inner.op {
        AskOp::IsKnown(value) => Problem::new(span, "no value", view.value(value).to_string()),
        AskOp::InAudience => Problem::new(span, "a customer outside the audience", "one who is in it"),
        AskOp::OneOf(value, list) => {
            let values: Vec<String> = list.iter().map(|item| view.value(item).to_string()).collect();
            Problem::new(span, format!("not {}", one_of(&values)), view.value(value).to_string())
        }
        AskOp::Contains(a, b) => {
            let expected = format!("a text without {}", view.value(b));
            Problem::new(span, expected, view.value(a).in_short())
        }
        AskOp::Over(over) if over.function == ListFunction::Any => {
            let offending = view.items(&over.list);
            let offending = offending.iter().filter(|item| holds(view, over, item));
            let mut problem = Problem::new(span, "none", "some");
            let told: Vec<String> = offending.map(|item| told(over, item)).collect();
            problem.found = counted(told.len(), over);
            problem.notes = first_of(told);
            problem
        }
        _ => match view.truth(inner) {
            None => Problem::new(span, "that it does not hold", "that a value is missing"),
            Some(_) => Problem::new(span, "that it does not hold", "that it does"),
        },
    }
}

fn every(view: View<'_>, span: Span, over: &Over) -> Problem {
    let items = view.items(&over.list);
    let failing: Vec<String> =
        items.iter().filter(|item| !holds(view, over, item)).map(|item| told(over, item)).collect();
    let mut problem = Problem::new(span, format!("that it holds for all {}", items.len()), "");
    problem.found = format!("{} for which it does not", failing.len());
    problem.notes = first_of(failing);
    problem
}

fn some(view: View<'_>, span: Span, over: &Over) -> Problem {
    let items = view.items(&over.list);
    let mut problem = Problem::new(span, "one at least", format!("none of {}", items.len()));
    problem.notes = first_of(items.iter().map(|item| told(over, item)).collect());
    problem
}

fn holds(view: View<'_>, over: &Over, item: &Thing) -> bool {
    over.filter.as_ref().is_none_or(|filter| view.of_item(item).truth(filter) == Some(true))
}

/// An item with the values that its condition looks at: `41 Aurora X: stock 0`.
fn told(over: &Over, item: &Thing) -> String {
    let mut seen: Vec<String> = Vec::new();
    if let Some(filter) = &over.filter {
        filter.walk(&mut |ask| {
            if let AskOp::Part(Part { root: Root::Item, steps, .. }) = &ask.op
                && let Thing::Value(value) = item.at(steps)
            {
                let words = format!("{} {value}", path(steps));
                if !seen.contains(&words) {
                    seen.push(words);
                }
            }
        });
    }
    let name = title(item).unwrap_or_else(|| "one without a name".to_owned());
    if seen.is_empty() { name } else { format!("{name}: {}", seen.join(", ")) }
}

/// The first few, and how many more.
fn first_of(mut told: Vec<String>) -> Vec<String> {
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    told
}

fn counted(count: usize, over: &Over) -> String {
    let list = match over.list.root {
        Root::Picks => "pick",
        Root::Audience => "customer",
        _ => "item",
    };
    format!("{count} {list}{}", if count == 1 { "" } else { "s" })
}

/// What a side that goes through the picks, or counts characters, has looked at.
fn looked_at(view: View<'_>, side: &Ask) -> Option<String> {
    if let AskOp::Function(name, values) = &side.op
        && let ("length", [text]) = (name.as_str(), values.as_slice())
    {
        return Some(format!("the text is {}", view.value(text)));
    }
    let AskOp::Over(over) = &side.op else { return None };
    if over.list.root != Root::Picks {
        return None;
    }
    let items = view.items(&over.list);
    if items.is_empty() {
        return Some("there are no picks".to_owned());
    }
    let names: Vec<String> = items.iter().map(|item| told(over, item)).collect();
    Some(format!("the picks are {}", names.join("; ")))
}

fn comparison(compare: Compare) -> &'static str {
    match compare {
        Compare::Eq => "",
        Compare::Ne => "something else than ",
        Compare::Lt => "less than ",
        Compare::Le => "at most ",
        Compare::Gt => "more than ",
        Compare::Ge => "at least ",
    }
}

fn one_of(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn path(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Field(name) if out.is_empty() => out.push_str(name),
            Step::Field(name) => out.push_str(&format!(".{name}")),
            Step::Item(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

/// What to say where a value was compared and there is none.
pub fn missing_note(problem: &Problem) -> Option<&'static str> {
    let compared = !matches!(problem.expected.as_str(), "no value" | A_VALUE);
    (compared && problem.found == Value::Missing.to_string())
        .then_some("a missing value matches nothing; ask `is missing` or `is known`")
}
