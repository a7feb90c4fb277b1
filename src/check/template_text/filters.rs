//! Filters and tests: that there is one of that name, that it gets what it takes, and what it gives.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::ast::{self, CallArg, Expr};

use super::expressions::{Seen, either};
use super::report::{FILTER, KIND};
use super::statements::Walker;
use crate::check::filters::{FILTERS, FilterSignature, FilterType, find};
use crate::check::index::Part;
use crate::check::shape::Shape;
use crate::check::suggest;
use crate::check::typed::Type;

/// Tests that a template may ask with `is`: the engine's, and Herald's `known` and `missing`.
const TESTS: &[&str] = &[
    "known",
    "missing",
    "defined",
    "undefined",
    "none",
    "true",
    "false",
    "boolean",
    "number",
    "integer",
    "int",
    "float",
    "string",
    "sequence",
    "iterable",
    "mapping",
    "odd",
    "even",
    "divisibleby",
    "startingwith",
    "endingwith",
    "lower",
    "upper",
    "in",
    "eq",
    "equalto",
    "==",
    "ne",
    "!=",
    "lt",
    "lessthan",
    "<",
    "le",
    "<=",
    "gt",
    "greaterthan",
    ">",
    "ge",
    ">=",
    "sameas",
    "safe",
    "escaped",
    "filter",
    "test",
];

/// Filters of the engine that take any number of arguments, whatever the table names.
const VARIADIC: &[&str] =
    &["chain", "map", "reject", "rejectattr", "select", "selectattr", "zip", "default", "d"];

/// Names of filters in other template languages.
const HABITS: &[(&str, &str)] = &[
    ("capfirst", "upper_first"),
    ("currency", "money"),
    ("len", "length"),
    ("size", "length"),
    ("strip", "trim"),
    ("strftime", "date"),
    ("format_date", "date"),
    ("truncate", "truncate_chars"),
    ("uppercase", "upper"),
    ("lowercase", "lower"),
    ("upcase", "upper"),
    ("downcase", "lower"),
    ("where", "selectattr"),
    ("url_encode", "urlencode"),
    ("pluralize", "plural"),
    ("number_format", "number"),
];

/// Checks `value | name(…)`.
pub(super) fn check<'a>(walker: &mut Walker<'a, '_, '_>, filter: &ast::Spanned<ast::Filter<'_>>) -> Seen<'a> {
    let start = walker.range(filter.span()).start;
    let place = start..start + filter.name.len();
    let forgiving = matches!(filter.name, "default" | "d");
    let input = match &filter.expr {
        Some(expr) if forgiving => walker.value(expr).shape,
        Some(expr) => walker.needed(expr),
        None => Cow::Owned(Shape::Value(Type::Text)),
    };
    let args = walker.arguments(&filter.args);
    let Some(signature) = find(filter.name) else {
        unknown(walker, filter.name, place);
        return Seen::any();
    };
    let part = Part {
        of: String::new(),
        name: filter.name.to_owned(),
        holds: String::new(),
        optional: false,
        doc: signature.doc.to_owned(),
    };
    walker.report.mention(place.clone(), part, true);
    count_arguments(walker, signature, filter, place.clone());
    if forgiving {
        let shape = Seen { shape: input, missing: None };
        return args.into_iter().next().map_or(shape.clone(), |other| either(shape, other));
    }
    takes(walker, signature, filter, &input, place);
    gives(walker, signature, filter, input)
}

fn unknown(walker: &mut Walker<'_, '_, '_>, name: &str, place: Range<usize>) {
    let span = walker.report.place(place.clone());
    let finding = walker.report.error(FILTER, place, format!("there is no filter `{name}`"));
    let habit = HABITS.iter().find(|(other, _)| *other == name).map(|(_, ours)| *ours);
    let near = habit.or_else(|| suggest::nearest(name, FILTERS.iter().map(|f| f.name)));
    walker.report.add(match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
        }
        None => finding.help("`herald explain H0249` lists them all"),
    });
}

/// Checks that `is name` asks something there is.
pub(super) fn check_test(walker: &mut Walker<'_, '_, '_>, test: &ast::Spanned<ast::Test<'_>>) {
    if TESTS.contains(&test.name) {
        return;
    }
    let start = walker.range(test.span()).start;
    let place = start..start + test.name.len();
    let span = walker.report.place(place.clone());
    let finding = walker.report.error(FILTER, place, format!("there is no test `{}`", test.name));
    let near = match test.name {
        "empty" | "null" | "nil" | "blank" => Some("missing"),
        name => suggest::nearest(name, TESTS.iter().copied()),
    };
    walker.report.add(match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
        }
        None => finding.help("such as `is known` and `is missing`"),
    });
}

fn count_arguments(
    walker: &mut Walker<'_, '_, '_>,
    signature: &FilterSignature,
    filter: &ast::Filter<'_>,
    place: Range<usize>,
) {
    if filter.args.iter().any(|a| matches!(a, CallArg::PosSplat(_) | CallArg::KwargSplat(_))) {
        return;
    }
    let name = signature.name;
    let required = signature.args.iter().filter(|a| a.required).count();
    if filter.args.len() < required {
        let words: Vec<String> =
            signature.args.iter().filter(|a| a.required).map(|a| format!("`{}`", a.name)).collect();
        let finding = walker.report.error(KIND, place, format!("`{name}` needs {}", words.join(" and ")));
        walker.report.add(finding.help(signature.doc));
    } else if filter.args.len() > signature.args.len() && !VARIADIC.contains(&name) {
        let message = match signature.args.len() {
            0 => format!("`{name}` takes nothing in brackets"),
            1 => format!("`{name}` takes one thing in brackets"),
            n => format!("`{name}` takes at most {n} things in brackets"),
        };
        let finding = walker.report.error(KIND, place, message);
        walker.report.add(finding.help(signature.doc));
    }
}

/// Whether what stands before the `|` is what the filter takes.
fn takes(
    walker: &mut Walker<'_, '_, '_>,
    signature: &FilterSignature,
    filter: &ast::Filter<'_>,
    input: &Shape,
    place: Range<usize>,
) {
    let Some(expr) = &filter.expr else { return };
    if matches!(signature.name, "string" | "upper" | "lower" | "replace") {
        walker.glued(input, expr);
    }
    let currency_missing =
        signature.name == "money" && filter.args.is_empty() && matches!(input, Shape::Value(Type::Number));
    let written_date = signature.input == FilterType::Date && matches!(expr, Expr::Const(_));
    if (fits(signature, input) || written_date) && !currency_missing {
        return;
    }
    let range = walker.whole_range(expr);
    let words = walker.report.words(range.clone());
    let what = input.words();
    let finding =
        walker.report.error(KIND, place, format!("`{}` takes {}", signature.name, wanted(signature.input)));
    let finding = finding.related(walker.report.place(range), format!("this is {what}"));
    walker.report.add(if currency_missing {
        finding.help(format!("a bare number needs its currency: `{words} | money(\"CNY\")`"))
    } else {
        finding.help(format!("`{words}` is {what}"))
    });
}

fn wanted(kind: FilterType) -> &'static str {
    match kind {
        FilterType::Text => "a text",
        FilterType::Number => "a number",
        FilterType::Money => "money",
        FilterType::Date => "a date or an instant",
        FilterType::List => "a list",
        FilterType::Bool => "a yes or no",
        FilterType::Any | FilterType::Same => "a value",
    }
}

fn fits(signature: &FilterSignature, input: &Shape) -> bool {
    let ty = match input {
        Shape::Any | Shape::Record { open: true, .. } | Shape::Value(Type::Unknown) => return true,
        Shape::List(_) => {
            return matches!(signature.input, FilterType::List | FilterType::Any | FilterType::Same);
        }
        Shape::Record { .. } => return matches!(signature.input, FilterType::Any | FilterType::Same),
        Shape::Value(ty) => *ty,
    };
    match signature.input {
        // The engine writes any single value as a text.
        FilterType::Any | FilterType::Same | FilterType::Text => true,
        FilterType::Number => matches!(ty, Type::Number | Type::Duration | Type::Id),
        FilterType::Money => matches!(ty, Type::Money(_) | Type::Number),
        FilterType::Date => matches!(ty, Type::Date | Type::Instant),
        // A text is the list of its letters.
        FilterType::List => ty == Type::Text,
        FilterType::Bool => ty == Type::YesNo,
    }
}

/// What a filter gives.
fn gives<'a>(
    walker: &mut Walker<'a, '_, '_>,
    signature: &FilterSignature,
    filter: &ast::Filter<'_>,
    input: Cow<'a, Shape>,
) -> Seen<'a> {
    let attribute = attribute_argument(filter);
    let item = match input.as_ref() {
        Shape::List(item) => item.as_ref().clone(),
        Shape::Value(Type::Text) => Shape::Value(Type::Text),
        _ => Shape::Any,
    };
    let part = attribute.map(|(name, expr)| follow(walker, filter, &item, name, expr));
    let shape = match signature.name {
        "first" | "last" | "min" | "max" => item,
        "map" => Shape::List(Box::new(part.unwrap_or(Shape::Any))),
        "selectattr" => Shape::List(Box::new(match attribute {
            Some((name, _)) if filter.args.len() == 1 || asks_known(filter) => having(item, name),
            _ => item,
        })),
        "rejectattr" | "select" | "reject" | "sort" | "unique" | "reverse" => {
            return Seen { shape: input, missing: None };
        }
        "sum" => {
            let summed = part.unwrap_or(item);
            if matches!(summed, Shape::Value(Type::Money(_))) {
                let start =
                    walker.range(filter.expr.as_ref().map_or_else(Default::default, Expr::span)).start;
                let end = filter.expr.as_ref().map_or(start, |e| walker.whole_range(e).end);
                let message = "money can't be added up in a template";
                let finding = walker.report.error(KIND, start..end, message);
                walker.report.add(finding.help("add it up in a `profile`, and print the attribute"));
            }
            Shape::Value(Type::Number)
        }
        "batch" | "slice" => Shape::List(Box::new(Shape::List(Box::new(item)))),
        "split" | "lines" => Shape::List(Box::new(Shape::Value(Type::Text))),
        _ => match signature.output {
            FilterType::Text => Shape::Value(Type::Text),
            FilterType::Number => Shape::Value(Type::Number),
            FilterType::Bool => Shape::Value(Type::YesNo),
            FilterType::List => Shape::List(Box::new(Shape::Any)),
            FilterType::Same => return Seen { shape: input, missing: None },
            FilterType::Any | FilterType::Money | FilterType::Date => Shape::Any,
        },
    };
    Seen::is(shape)
}

/// `selectattr("x", "known")` and the like.
fn asks_known(filter: &ast::Filter<'_>) -> bool {
    let [_, CallArg::Pos(Expr::Const(test))] = filter.args.as_slice() else { return false };
    matches!(test.value.as_str(), Some("known" | "defined" | "true"))
}

/// The written name of the attribute that a filter on lists looks at.
fn attribute_argument<'e, 's>(filter: &'e ast::Filter<'s>) -> Option<(&'e str, &'e Expr<'s>)> {
    let by_position = matches!(filter.name, "selectattr" | "rejectattr" | "groupby" | "list");
    let by_name = matches!(
        filter.name,
        "map" | "sort" | "unique" | "sum" | "min" | "max" | "join" | "groupby" | "list"
    );
    filter.args.iter().enumerate().find_map(|(i, arg)| {
        let expr = match arg {
            CallArg::Kwarg("attribute", expr) if by_name => expr,
            CallArg::Pos(expr) if i == 0 && by_position => expr,
            _ => return None,
        };
        let Expr::Const(name) = expr else { return None };
        Some((name.value.as_str()?, expr))
    })
}

/// What a dotted name leads to from an item of a list; reports the first part that is not there.
fn follow(
    walker: &mut Walker<'_, '_, '_>,
    filter: &ast::Filter<'_>,
    item: &Shape,
    name: &str,
    expr: &Expr<'_>,
) -> Shape {
    let list = filter.expr.as_ref().map_or("", |e| walker.report.words(walker.whole_range(e)));
    let mut shape = item;
    let mut at = walker.whole_range(expr).start + 1;
    for part in name.split('.') {
        let Shape::Record { fields, open, .. } = shape else { return Shape::Any };
        let Some(field) = fields.get(part) else {
            if !open {
                let of = format!("an item of `{list}`");
                walker.unknown_field(&of, part, fields.keys().map(String::as_str), at..at + part.len());
            }
            return Shape::Any;
        };
        walker.mention_field(shape, part, at..at + part.len());
        shape = &field.shape;
        at += part.len() + 1;
    }
    shape.clone()
}

/// A record in which a field (dotted) is known to have a value.
fn having(mut item: Shape, name: &str) -> Shape {
    let mut at = &mut item;
    for part in name.split('.') {
        let Shape::Record { fields, .. } = at else { break };
        let Some(field) = fields.get_mut(part) else { break };
        field.optional = false;
        at = &mut field.shape;
    }
    item
}
