//! What things are, in words: the texts of hover and completion.

use super::analysis::Analysis;
use crate::check::checker::{DeclId, expr_of, setting};
use crate::check::expr::type_words;
use crate::check::filters;
use crate::check::index::{Meaning, Part};
use crate::check::kinds::{self, Key, Kind, Takes};
use crate::check::methods::MethodSignature;
use crate::check::model::{Evidence, Fading, Method, Signal, Strategy};
use crate::check::schema::{Column, Relation, Storage};
use crate::check::typed::Window;
use crate::data::standard;
use crate::plan::show::fields_words;
use crate::syntax::tree::Decl;

/// A declaration: what it is, its title, its comment, what its kind is for.
pub fn declaration(analysis: &Analysis, id: DeclId) -> Option<String> {
    let decl = analysis.decl(id)?;
    let file = &analysis.project.sources.get(analysis.file_of(id)?).name;
    let mut out = head(decl);
    paragraph(&mut out, &decl.docs);
    match decl.kind.text.as_str() {
        "segment" => paragraph(&mut out, &code(written(analysis, decl, "where"))),
        "strategy" => paragraph(&mut out, &strategy_of(analysis, id, decl)),
        "source" => paragraph(&mut out, &source_of(analysis, id)),
        "profile" => {
            let names: Vec<&str> = decl.settings.iter().map(|s| s.key.text.as_str()).collect();
            paragraph(&mut out, &format!("Attributes: `{}`", names.join("`, `")));
        }
        "campaign" => {
            let keys = ["audience", "recommend", "template", "send", "goal"];
            let lines: Vec<String> = keys
                .iter()
                .filter_map(|k| written(analysis, decl, k).map(|v| format!("- {k}: `{v}`")))
                .collect();
            paragraph(&mut out, &lines.join("\n"));
        }
        _ => {
            if let Some(kind) = kinds::find(&decl.kind.text) {
                paragraph(&mut out, kind.doc);
            }
        }
    }
    paragraph(&mut out, &format!("*{file}*"));
    Some(out)
}

fn head(decl: &Decl) -> String {
    let name = decl.name.as_ref().map_or("", |n| n.text.as_str());
    let mut out = format!("{} **{name}**", decl.kind.text);
    if let Some(title) = &decl.title {
        out.push_str(" — ");
        out.push_str(&plain(&title.value));
    }
    out
}

/// A setting's value as it stands in the file, on one line.
fn written<'a>(analysis: &'a Analysis, decl: &Decl, key: &str) -> Option<&'a str> {
    let setting = setting(decl, key)?;
    let span = match &setting.value {
        crate::syntax::tree::Value::Expr(e) => e.span,
        crate::syntax::tree::Value::Schedule(s) => s.span,
    };
    Some(analysis.project.sources.text(span))
}

fn code(text: Option<&str>) -> String {
    text.map_or(String::new(), |t| format!("```campaign\n{t}\n```"))
}

fn source_of(analysis: &Analysis, id: DeclId) -> String {
    let label = analysis.checked.index.sources.get(&id);
    let Some(source) = label.and_then(|l| analysis.checked.model.sources.get(l)) else {
        return String::new();
    };
    if !source.schema.known {
        return "The database is not there yet, so columns are not known.".to_owned();
    }
    let names: Vec<&str> = source.schema.relations.iter().map(|r| r.name.as_str()).collect();
    format!("Amounts in {}. Relations: `{}`", source.schema.currency, names.join("`, `"))
}

/// A strategy's settings with the defaults that hold where it says nothing.
fn strategy_of(analysis: &Analysis, id: DeclId, decl: &Decl) -> String {
    let mut labels = analysis.checked.index.labels.get(&id).into_iter().flatten();
    let strategy = labels.find_map(|l| analysis.checked.model.strategies.get(l));
    let mut lines = Vec::new();
    if let Some(strategy) = strategy {
        lines.push(format!("- scores products by {}", method(&strategy.method)));
    }
    let kind = kinds::find("strategy");
    for key in kind.into_iter().flat_map(|k| k.keys).filter(|k| k.name != "source" && k.name != "method") {
        let line = match (written(analysis, decl, key.name), key.name, strategy) {
            (_, "fallback", Some(Strategy { fallback: Some(m), .. })) => format!("- fallback: {}", method(m)),
            (Some(value), ..) => format!("- {}: `{value}`", key.name),
            (None, ..) => format!("- {}: {} (by default)", key.name, key.default),
        };
        lines.push(line);
    }
    lines.join("\n")
}

/// A method with its settings, in words.
fn method(method: &Method) -> String {
    let half = |seconds: &Option<i64>| match seconds {
        Some(s) => format!(", a row counting half after {}", length(*s)),
        None => ", every row counting the same whatever its age".to_owned(),
    };
    let faded = |h: &Evidence| {
        let own = match h.half_life {
            Some(Fading::HalfLife(s)) => half(&Some(s)),
            Some(Fading::Never) => half(&None),
            None => ", a row counting half after the usual 90 days".to_owned(),
        };
        let now = match h.trend {
            Some(Fading::HalfLife(s)) => format!(", weighed by what sells now (half-life {})", length(s)),
            Some(Fading::Never) => ", whatever sells now".to_owned(),
            None => String::new(),
        };
        own + &now
    };
    let kept = |n: &Option<usize>| n.map_or("the usual number of".to_owned(), |n| n.to_string());
    match method {
        Method::Popular { signals: s, half_life } => {
            format!("what most of {} are of{}", signals(s), half(half_life))
        }
        Method::Trending { signal } => format!(
            "how much more {} there are than before (`trending`)",
            signals(std::slice::from_ref(signal))
        ),
        Method::BuyAgain { signal, half_life } => format!(
            "what is due again of the customer's own {} (`buy_again`){}",
            signals(std::slice::from_ref(signal)),
            half(half_life)
        ),
        Method::PopularBy { signals: s, half_life, .. } => {
            format!("what most of {} by customers of the same kind are of{}", signals(s), half(half_life))
        }
        Method::Slots(parts) => {
            let lines: Vec<String> = parts
                .iter()
                .map(|(count, part)| format!("\n  - {count} of {}", self::method(part)))
                .collect();
            format!("so many in turn{}", lines.concat())
        }
        Method::InTurn(methods) => methods.iter().map(self::method).collect::<Vec<String>>().join(", then "),
        Method::ItemCf { evidence: h, neighbours, .. } => format!(
            "what the same customers take to (`item_cf`), learned from {}{}, with {} neighbours a product",
            signals(&h.signals),
            faded(h),
            kept(neighbours)
        ),
        Method::UserCf { evidence: h, neighbours, .. } => format!(
            "what customers like this one take to (`user_cf`), learned from {}{}, with {} neighbours a customer",
            signals(&h.signals),
            faded(h),
            kept(neighbours)
        ),
        Method::Content { fields, learned, evidence: h } => format!(
            "likeness of {} to that of the customer's own (`content`{}), which are told by {}{}",
            if fields.is_empty() { "the texts".to_owned() } else { format!("`{}`", fields_words(fields)) },
            if *learned { ", by what words mean" } else { "" },
            signals(&h.signals),
            faded(h)
        ),
        Method::Rated(by) => format!(
            "what the customer would rate highest, by `{}` of {} ({}), with {} neighbours",
            by.column,
            signals(std::slice::from_ref(&by.ratings)),
            if by.by_customers { "customers of like taste" } else { "products rated alike" },
            kept(&by.neighbours)
        ),
        Method::BoughtTogether { signal } => {
            format!(
                "what goes with the customer's own {} (`bought_together`)",
                signals(std::slice::from_ref(signal))
            )
        }
        Method::SimilarTo { signals: s, neighbours, .. } => format!(
            "likeness to one product (`similar_to`), learned from {}, with {} neighbours a product",
            signals(s),
            kept(neighbours)
        ),
        Method::Als { evidence: h, factors, .. } => format!(
            "factors of customers and products (`als`), learned from {}{}, with {} factors",
            signals(&h.signals),
            faded(h),
            kept(factors)
        ),
        Method::Svd { evidence: h, factors } => format!(
            "the directions in which customers differ most (`svd`), learned from {}{}, with {} factors",
            signals(&h.signals),
            faded(h),
            kept(factors)
        ),
        Method::Ease { evidence: h, neighbours, .. } => format!(
            "what each product says of every other (`ease`), learned from {}{}, with {} neighbours a product",
            signals(&h.signals),
            faded(h),
            kept(neighbours)
        ),
        Method::Auto { .. } => {
            "what would have done best on the shop's own last weeks (`herald eval` shows what, and how well)"
                .to_owned()
        }
        Method::Blend(parts) => {
            let lines: Vec<String> = parts
                .iter()
                .map(|(weight, part)| format!("\n  - {weight} × {}", self::method(part)))
                .collect();
            format!("a mixture of{}", lines.concat())
        }
    }
}

/// Signals with their weights and windows.
fn signals(list: &[Signal]) -> String {
    let one = |s: &Signal| {
        let weight = if s.weight == 1.0 { String::new() } else { format!("{} × ", s.weight) };
        let filter = if s.filter.is_some() { " (some of them)" } else { "" };
        let window = match &s.window {
            Some(Window::Last(seconds)) => format!(" of the last {}", length(*seconds)),
            Some(Window::Next(seconds)) => format!(" of the next {}", length(*seconds)),
            Some(Window::Since(at)) => format!(" since {}", at.strftime("%Y-%m-%d")),
            Some(Window::Before(at)) => format!(" before {}", at.strftime("%Y-%m-%d")),
            None => String::new(),
        };
        format!("{weight}`{}`{filter}{window}", s.relation)
    };
    list.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn length(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} days", s / 86_400),
        s if s % 3600 == 0 => format!("{} hours", s / 3600),
        s => format!("{s} seconds"),
    }
}

/// What a name means; nothing where there is nothing to say.
pub fn meaning(analysis: &Analysis, meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Declaration(id) => declaration(analysis, *id),
        Meaning::Attribute(profile, name) => attribute(analysis, *profile, name),
        Meaning::Relation { source, relation } => {
            let schema = &analysis.checked.model.sources.get(source)?.schema;
            Some(self::relation(schema.relation(relation)?))
        }
        Meaning::Column { source, relation, column } => {
            let schema = &analysis.checked.model.sources.get(source)?.schema;
            Some(self::column(relation, schema.relation(relation)?.column(column)?))
        }
        Meaning::Rule(copy, name) => {
            let of = analysis.decl(*copy)?.name.as_ref().map_or("", |n| n.text.as_str());
            Some(format!("rule **{name}** of copy **{of}**"))
        }
        Meaning::Part(part) => Some(self::part(part)),
        Meaning::Filter(name) => filters::find(name).map(|f| format!("filter **{}**\n\n{}", f.name, f.doc)),
        Meaning::File(file) => Some(format!("*{}*", analysis.project.sources.get(*file).name)),
    }
}

/// An attribute of a profile.
pub fn attribute(analysis: &Analysis, profile: DeclId, name: &str) -> Option<String> {
    let decl = analysis.decl(profile)?;
    let setting = setting(decl, name)?;
    let mut out = format!("attribute **{name}**");
    if let Some(ty) = attribute_type(analysis, profile, name) {
        out.push_str(": ");
        out.push_str(&ty);
    }
    paragraph(&mut out, &setting.docs);
    paragraph(&mut out, &code(expr_of(setting).map(|e| analysis.project.sources.text(e.span))));
    let of = decl.name.as_ref().map_or("", |n| n.text.as_str());
    paragraph(&mut out, &format!("*profile {of}*"));
    Some(out)
}

/// An attribute's type in words.
pub fn attribute_type(analysis: &Analysis, profile: DeclId, name: &str) -> Option<String> {
    let labels = analysis.checked.index.labels.get(&profile)?;
    let profiles = labels.iter().filter_map(|l| analysis.checked.model.profiles.get(l));
    let found = profiles.flat_map(|p| &p.attributes).find(|a| a.name == name)?;
    Some(type_words(found.value.ty))
}

/// A relation with its columns.
pub fn relation(relation: &Relation) -> String {
    let doc = standard::find(&relation.name)
        .or_else(|| standard::RECORDS.iter().find(|r| r.name == relation.name))
        .map_or("A further table of the shop.", |t| t.doc);
    let mut out = format!("relation **{}**", relation.name);
    paragraph(&mut out, doc);
    let columns: Vec<&str> = relation.columns.iter().map(|c| c.name.as_str()).collect();
    paragraph(&mut out, &format!("Columns: `{}`", columns.join("`, `")));
    out
}

/// A column with its type, and where it is stored if under another name.
pub fn column(relation: &str, column: &Column) -> String {
    let mut out = format!("column **{relation}.{}**: {}", column.name, type_words(column.ty));
    paragraph(&mut out, column.doc);
    match &column.storage {
        Storage::Stored { column: stored, .. } if *stored != column.name => {
            paragraph(&mut out, &format!("Stored as `{stored}`."));
        }
        Storage::Derived(_) => paragraph(&mut out, "Worked out from other columns of the row."),
        Storage::Stored { .. } => {}
    }
    out
}

/// A part of a message.
pub fn part(part: &Part) -> String {
    let dot = if part.of.is_empty() { "" } else { "." };
    let mut out = format!("**{}{dot}{}**: {}", part.of, part.name, part.holds);
    paragraph(&mut out, &part.doc);
    if part.optional {
        paragraph(&mut out, "May be missing for a customer: give it a `default`, or ask `is known`.");
    }
    out
}

/// A kind of declaration.
pub fn kind(kind: &Kind) -> String {
    format!("**{}**\n\n{}\n\n```campaign\n{}\n```", kind.name, kind.doc, kind.example)
}

/// A key of a kind.
pub fn key(kind: &Kind, key: &Key) -> String {
    let mut out = format!("{} · **{}**", kind.name, key.name);
    paragraph(&mut out, key.doc);
    paragraph(&mut out, &format!("Takes {}.", key.takes.words()));
    let without = match (key.required, key.default) {
        (true, _) => "Required.".to_owned(),
        (false, "") => String::new(),
        (false, default) => format!("By default: {default}."),
    };
    paragraph(&mut out, &without);
    out
}

/// A key that the kind's table does not name: an attribute or a relation.
pub fn other_key(takes: Takes, doc: &str) -> String {
    format!("{doc}\n\nTakes {}.", takes.words())
}

/// A method of recommendation.
pub fn method_signature(method: &MethodSignature) -> String {
    let mut out = format!("method **{}**", method.name);
    paragraph(&mut out, method.doc);
    if !method.args.is_empty() {
        paragraph(&mut out, &format!("Settings: `{}`", method.args.join("`, `")));
    }
    out
}

fn paragraph(out: &mut String, text: &str) {
    if !text.trim().is_empty() {
        out.push_str("\n\n");
        out.push_str(text);
    }
}

/// Text from a file as Markdown that shows just that text.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '_' | '`' | '<' | '[' | ']' | '\\' | '#' | '|') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}
