//! Expectations evaluated over a message. Missing values match nothing: what is missing is neither true nor false, and an
//! expectation holds only where it is true.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::bench::Bench;
use super::scene::{Scene, Thing, whole};
use super::value::Value;
use crate::check::expectation::{Ask, AskOp, ListFunction, Over, Part, Root};
use crate::check::typed::Compare;

/// What an expectation looks at: one customer's scene, or what is the same for all.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// The campaign.
    pub bench: &'v Bench,
    /// The customer's message; none where no customer is looked at.
    pub scene: Option<&'v Scene>,
    /// The audience.
    pub audience: &'v Audience,
    /// Whether the customer is in the audience.
    pub inside: Option<bool>,
    /// Inside a list's `where`: the item in question.
    pub item: Option<&'v Thing>,
}

/// The audience as expectations see it.
pub struct Audience {
    /// How many.
    pub count: usize,
    /// A list of their values, empty where no expectation looks at them.
    pub members: Thing,
}

impl<'v> View<'v> {
    /// The same view of one item of a list.
    pub fn of_item(self, item: &'v Thing) -> Self {
        Self { item: Some(item), ..self }
    }

    /// The shop's time zone.
    pub fn zone(&self) -> &'v TimeZone {
        &self.bench.session.source.schema.timezone
    }

    /// Whether a condition holds; missing where it is neither true nor false.
    pub fn truth(&self, ask: &Ask) -> Option<bool> {
        match &ask.op {
            AskOp::And(a, b) => match (self.truth(a), self.truth(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            AskOp::Or(a, b) => match (self.truth(a), self.truth(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            AskOp::Not(inner) => self.truth(inner).map(|holds| !holds),
            AskOp::InAudience => self.inside,
            AskOp::IsKnown(inner) => Some(self.is_known(inner)),
            AskOp::Compare(compare, a, b) => self.value(a).compare(*compare, &self.value(b), self.zone()),
            AskOp::OneOf(inner, list) => self.one_of(inner, list),
            AskOp::Between(inner, low, high) => {
                let value = self.value(inner);
                let above = value.compare(Compare::Ge, &self.value(low), self.zone());
                let below = match high {
                    Some(high) => value.compare(Compare::Le, &self.value(high), self.zone()),
                    None => Some(true),
                };
                above.zip(below).map(|(above, below)| above && below)
            }
            AskOp::Contains(a, b) => match (self.value(a), self.value(b)) {
                (Value::Text(a), Value::Text(b)) => Some(a.contains(&b)),
                _ => None,
            },
            _ => self.value(ask).truth(),
        }
    }

    fn one_of(&self, inner: &Ask, list: &[Ask]) -> Option<bool> {
        let value = self.value(inner);
        if !value.is_known() {
            return None;
        }
        let equal = |item: &Ask| value.compare(Compare::Eq, &self.value(item), self.zone()) == Some(true);
        Some(list.iter().any(equal))
    }

    /// Records and lists are known where they are there.
    fn is_known(&self, ask: &Ask) -> bool {
        match &ask.op {
            AskOp::Part(part) => match self.thing(part).as_ref() {
                Thing::Value(value) => value.is_known(),
                Thing::Record(_) | Thing::List(_) => true,
            },
            _ => self.value(ask).is_known(),
        }
    }

    /// The value of an expression.
    pub fn value(&self, ask: &Ask) -> Value {
        match &ask.op {
            AskOp::Literal(literal) => Value::literal(literal),
            AskOp::Part(part) => match self.thing(part).into_owned() {
                Thing::Value(value) => value,
                Thing::Record(_) | Thing::List(_) => Value::Missing,
            },
            AskOp::Over(over) => self.over(over),
            AskOp::Function(name, values) => {
                let values: Vec<Value> = values.iter().map(|value| self.value(value)).collect();
                Value::function(name, &values, self.zone())
            }
            AskOp::Arith(arith, a, b) => self.value(a).arith(*arith, &self.value(b)),
            AskOp::Neg(inner) => self.value(inner).negated(),
            AskOp::Since(unit, inner) => match self.value(inner).instant(self.zone()) {
                Some(at) => {
                    let seconds = self.bench.session.plan.as_of.as_second() - at.as_second();
                    Value::Number(seconds.div_euclid(unit.seconds()) as f64)
                }
                None => Value::Missing,
            },
            _ => Value::of_truth(self.truth(ask)),
        }
    }

    /// What a path leads to.
    pub fn thing(&self, part: &Part) -> Cow<'v, Thing> {
        if let Some(item) = self.item.filter(|_| part.root == Root::Item) {
            return Cow::Borrowed(item.at(&part.steps));
        }
        let root = match (self.scene, part.root) {
            (_, Root::Audience) => Cow::Borrowed(&self.audience.members),
            (Some(scene), root) => scene.root(self.bench, root),
            (None, root) => Cow::Owned(whole(self.bench, root)),
        };
        match root {
            Cow::Borrowed(thing) => Cow::Borrowed(thing.at(&part.steps)),
            Cow::Owned(thing) => Cow::Owned(thing.at(&part.steps).clone()),
        }
    }

    /// The items of a list.
    pub fn items(&self, list: &Part) -> Cow<'v, [Thing]> {
        match self.thing(list) {
            Cow::Borrowed(Thing::List(items)) => Cow::Borrowed(items),
            Cow::Owned(Thing::List(items)) => Cow::Owned(items),
            _ => Cow::Borrowed(&[]),
        }
    }

    fn over(&self, over: &Over) -> Value {
        if over.function == ListFunction::Count && over.list.root == Root::Audience && over.filter.is_none() {
            return Value::Number(self.audience.count as f64);
        }
        let items = self.items(&over.list);
        let holds = |item: &Thing| {
            over.filter.as_ref().is_none_or(|filter| self.of_item(item).truth(filter) == Some(true))
        };
        match over.function {
            ListFunction::All => return Value::YesNo(items.iter().all(holds)),
            ListFunction::Any => return Value::YesNo(items.iter().any(holds)),
            ListFunction::Count => return Value::Number(items.iter().filter(|i| holds(i)).count() as f64),
            _ => {}
        }
        let Some(column) = &over.column else { return Value::Missing };
        let values = items.iter().filter(|i| holds(i)).filter_map(|item| match item.at(&column.steps) {
            Thing::Value(value) if value.is_known() => Some(value.clone()),
            _ => None,
        });
        aggregated(over.function, values, self.zone())
    }
}

/// Sum, mean, smallest or largest of values, the missing ones left out.
fn aggregated(function: ListFunction, values: impl Iterator<Item = Value>, zone: &TimeZone) -> Value {
    use crate::check::typed::Arith;
    let values: Vec<Value> = values.collect();
    let Some((first, rest)) = values.split_first() else {
        return if function == ListFunction::Sum { Value::Number(0.0) } else { Value::Missing };
    };
    let sum = || rest.iter().fold(first.clone(), |sum, value| sum.arith(Arith::Add, value));
    let extreme =
        |wanted: Compare| {
            rest.iter().fold(first, |best, value| {
                if value.compare(wanted, best, zone) == Some(true) { value } else { best }
            })
        };
    match function {
        ListFunction::Sum => sum(),
        ListFunction::Avg => sum().arith(Arith::Div, &Value::Number(values.len() as f64)),
        ListFunction::Min => extreme(Compare::Lt).clone(),
        _ => extreme(Compare::Gt).clone(),
    }
}

/// An item's own name among its fields: its title, its name, or its id.
pub fn title(item: &Thing) -> Option<String> {
    let Thing::Record(fields) = item else { return None };
    let text = |name: &str| named(fields, name);
    let id = text("id");
    match (id, text("title").or_else(|| text("name"))) {
        (Some(id), Some(title)) => Some(format!("{id} {title}")),
        (id, title) => title.or(id),
    }
}

fn named(fields: &BTreeMap<String, Thing>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Thing::Value(Value::Text(text)) => Some(text.clone()),
        Thing::Value(value) if value.is_known() => Some(value.to_string()),
        _ => None,
    }
}
