//! What may stand behind a key's colon, by what the table of kinds says the key takes.

use lsp_types::CompletionItemKind;

use super::Place;
use super::entry::Entry;
use super::expressions::{self, About, Scope};
use super::messages;
use super::names;
use crate::check::kinds::{Kind, Takes};
use crate::check::methods::METHODS;
use crate::lsp::cursor::{Cursor, Frame};
use crate::lsp::describe;
use crate::lsp::lexer::{Piece, Token};

/// Proposals for a value.
pub fn entries(
    place: &Place<'_>,
    cursor: &Cursor<'_>,
    kind: &'static Kind,
    key: &str,
    frames: &[Frame<'_>],
) -> Vec<Entry> {
    let Some(takes) = kind.key(key).map(|k| k.takes).or(kind.others.map(|o| o.0)) else { return Vec::new() };
    let Some(frame) = frames.last() else { return Vec::new() };
    let declaration = place.declaration(cursor);
    let schema = place.source(declaration).map(|s| &*s.schema);
    let own = cursor.name;
    let scope = |about| Scope { place, schema, about, own };
    let text = place.text.text;
    let begins = frame.before.is_empty();
    let has = |word: &str| frame.before.iter().any(|t| t.is(text, word));
    match takes {
        Takes::Ref(wanted) if begins => names::of_kinds(place, &[wanted]),
        Takes::Choice(_) if has("when") || frames.iter().any(|f| f.callee.is_some()) => {
            expressions::entries(&scope(About::Customer), frames)
        }
        Takes::Choice(wanted) if begins => names::of_kinds(place, &[wanted]),
        Takes::Choice(_) => vec![Entry::word("when", "for whom this is chosen").inserting("when §")],
        Takes::Recommend if begins && frames.len() == 1 => {
            let mut entries = names::of_kinds(place, &["strategy"]);
            entries.extend(methods());
            entries
        }
        Takes::Method | Takes::Fallback | Takes::Recommend => in_method(&scope(About::Product), frames),
        Takes::Word(words) if begins => words.iter().map(|w| Entry::word(w, "")).collect(),
        Takes::Condition if kind.name == "source" => {
            expressions::entries(&scope(About::Row("purchases".to_owned())), frames)
        }
        Takes::Condition | Takes::Conditions | Takes::Future | Takes::Attribute | Takes::Features => {
            expressions::entries(&scope(About::Customer), frames)
        }
        Takes::ProductCondition => {
            let about = if kind.name == "offer" { About::Offer } else { About::Product };
            expressions::entries(&scope(about), frames)
        }
        Takes::ProductPrice if begins && frames.len() == 1 => {
            let mut entries = expressions::entries(&scope(About::Offer), frames);
            entries.push(
                Entry::new("optimise", CompletionItemKind::FUNCTION, "the price that does best")
                    .inserting("optimise(revenue, floor: §{1.05 * cost}, ceiling: §{price})"),
            );
            entries
        }
        Takes::ProductPrice => in_optimise(&scope(About::Offer), frames),
        Takes::Boost if has("when") => expressions::entries(&scope(About::Product), frames),
        Takes::Caps | Takes::Exposure if has("per") => {
            expressions::columns_of(&scope(About::Product), "products")
        }
        Takes::Expectations => messages::entries(&scope(About::Customer), frames),
        Takes::Rows => expressions::of_rows(&scope(About::Customer), frame),
        Takes::Line if begins => {
            let mut entries = names::of_kinds(place, &["copy"]);
            entries.push(Entry::word("\"…\"", "a text in quotes").inserting("\"§{}\""));
            entries
        }
        Takes::Chooser if frame.callee == Some("nearest") => names::of_kinds(place, &["tone"]),
        Takes::Table if frame.callee == Some("table") => Vec::new(),
        _ => words(takes, frame, text),
    }
}

/// Small grammars of fixed words.
fn words(takes: Takes, frame: &Frame<'_>, text: &str) -> Vec<Entry> {
    let last = frame.before.last().map(|t| &text[t.start..t.end]);
    let number = frame.before.last().is_some_and(|t| t.piece == Piece::Figure);
    let list: &[(&str, &str)] = match (takes, last) {
        (Takes::Body, None) => &[
            ("\"\"\"\n    §{}\n  \"\"\"", "the text, here"),
            ("file(\"§{templates/name.mjml}\")", "the text, in a file"),
        ],
        (Takes::Currency, None) => &[
            ("CNY", "yuan"),
            ("EUR", "euro"),
            ("GBP", "pound"),
            ("JPY", "yen"),
            ("SGD", "Singapore dollar"),
            ("USD", "US dollar"),
            ("HKD", "Hong Kong dollar"),
            ("INR", "rupee"),
        ],
        (Takes::Zone, None) => &[("\"§{Asia/Shanghai}\"", "continent and city")],
        (Takes::Boost, Some(_)) => &[("when", "for which products")],
        (Takes::Caps | Takes::Exposure | Takes::Frequency | Takes::PerCustomer | Takes::Rate, Some(_))
            if number =>
        {
            &[("per", "of what, or in how long")]
        }
        (Takes::Frequency, Some("per")) => {
            &[("day", "24 hours"), ("week", "seven days"), ("§{7} days", "a length of time")]
        }
        (Takes::PerCustomer, Some("per")) => &[("customer", "each customer")],
        (Takes::Rate, Some("per")) => &[("second", ""), ("minute", ""), ("hour", "")],
        (Takes::Caps, None) => &[("§{2} per §{category}", "at most so many of one value")],
        (Takes::Exposure, None) => &[
            ("§{500}", "so many recipients of one product"),
            ("§{10} per §{stock}", "so many for each piece"),
        ],
        (Takes::Frequency, None) => &[("§{2} per §{7 days}", "at most so many in a time")],
        (Takes::Duration, None) => &[("§{14} days", "a length of time")],
        (Takes::Duration | Takes::Repeat, Some(_)) if number => UNITS,
        (Takes::Repeat, None) => &[
            ("after §{14} days", "the same customer again after that long"),
            ("never", "each customer once"),
        ],
        (Takes::Transport, None) => &[
            ("files(\"§{outbox}\")", "one file a mail"),
            ("smtp(env: \"§{SMTP_URL}\")", "over SMTP; the address stands in that variable"),
        ],
        (Takes::Database, None) => &[
            ("\"§{shop.db}\"", "the shop's database"),
            ("demo(\"§{aurora.db}\")", "the demo shop, made if it is not there"),
        ],
        (Takes::Table, None) => &[("table(\"§{name}\", §)", "one of the shop's own tables")],
        (Takes::Code, None) => &[
            ("unique(\"§{BACK-}\", length: §{6})", "one code a customer"),
            ("\"§{CODE}\"", "one code for all"),
        ],
        (Takes::Chooser, None) => &[
            ("nearest(§)", "the one nearest to a tone"),
            ("rotate", "one after the other"),
            ("first", "the first that passes"),
        ],
        (Takes::Percent | Takes::Discount, None) => &[("§{10}%", "a share")],
        (Takes::When, None) => &[("§{2026-11-20}", "a date")],
        (Takes::Schedule, None) => &[
            ("once at §{2026-12-01} §{09:00} local", "one time"),
            ("daily at §{09:00} local", "every day"),
            (
                "every §|monday,tuesday,wednesday,thursday,friday,saturday,sunday| at §{09:00} local",
                "every week",
            ),
            ("monthly on §{1} at §{09:00} local", "every month"),
            ("every §{15} minutes", "again and again"),
        ],
        (Takes::Schedule, Some("at")) => {
            &[("best_hour(§{08:00}..§{20:00})", "each recipient's best hour"), ("§{09:00}", "a time of day")]
        }
        (Takes::Schedule, Some("every" | ",")) => &[
            ("monday", ""),
            ("tuesday", ""),
            ("wednesday", ""),
            ("thursday", ""),
            ("friday", ""),
            ("saturday", ""),
            ("sunday", ""),
        ],
        (Takes::Schedule, Some("once" | "daily")) => &[("at §{09:00}", "the time")],
        (Takes::Schedule, Some(_)) => &[
            ("at", "the time"),
            ("local", "in the recipient's own zone"),
            ("until §{2026-12-31}", "the last day"),
        ],
        _ => &[],
    };
    list.iter()
        .map(|(text, detail)| {
            let label: String = text.split('\n').next().unwrap_or("").replace(['§', '{', '}'], "");
            Entry::word(label.split('|').next().unwrap_or(""), detail).inserting(*text)
        })
        .collect()
}

/// Units of time.
pub const UNITS: &[(&str, &str)] = &[
    ("days", "24 hours each"),
    ("hours", ""),
    ("weeks", "seven days each"),
    ("minutes", ""),
    ("seconds", ""),
];

/// Methods of recommendation, with their usual settings to fill in.
pub fn methods() -> Vec<Entry> {
    METHODS
        .iter()
        .map(|m| {
            let body = match m.name {
                "popular" | "bought_together" => "§{purchases} in last §{30 days}".to_owned(),
                "similar_to" => "latest(§{views})".to_owned(),
                "blend" => "\n    §{0.7} * §{item_cf(signals: [purchases])},\n    §{0.3} * §{popular(purchases in last 14 days)},\n  ".to_owned(),
                "content" => "fields: [§{title, category}]".to_owned(),
                "auto" => String::new(),
                "als" | "svd" => "factors: §{64}".to_owned(),
                _ => "signals: [§{5 * purchases, views}], half_life: §{30 days}".to_owned(),
            };
            Entry::new(m.name, CompletionItemKind::FUNCTION, "method")
                .doc(describe::method_signature(m))
                .inserting(format!("{}({body})", m.name))
                .rank(4)
        })
        .collect()
}

/// Inside a method's brackets.
fn in_method(scope: &Scope<'_>, frames: &[Frame<'_>]) -> Vec<Entry> {
    let text = scope.place.text.text;
    let Some(at) = frames.iter().rposition(|f| METHODS.iter().any(|m| Some(m.name) == f.callee)) else {
        let begins = frames.last().is_some_and(|f| f.before.is_empty());
        return if begins { methods() } else { Vec::new() };
    };
    let (outer, inner) = (&frames[at], &frames[at..]);
    let Some(method) = METHODS.iter().find(|m| Some(m.name) == outer.callee) else { return Vec::new() };
    let last = &inner[inner.len() - 1];
    let operand = last.before.last().is_none_or(|t| t.is_mark('*'));
    match outer.argument {
        Some("fields") => expressions::columns_of(scope, "products"),
        Some("half_life" | "trend") => words(Takes::Duration, last, text),
        Some("signals" | "ratings") if operand => expressions::signals(scope),
        Some("signals" | "ratings") => expressions::rows(scope, &last.before),
        Some(_) => Vec::new(),
        None if inner.len() > 1 && !operand => expressions::rows(scope, &last.before),
        None if inner.len() > 1 => expressions::signals(scope),
        None if method.name == "blend" => {
            if operand {
                methods()
            } else {
                Vec::new()
            }
        }
        None if !operand => expressions::rows(scope, &last.before),
        None => {
            let mut entries: Vec<Entry> = method
                .args
                .iter()
                .map(|a| {
                    Entry::new(*a, CompletionItemKind::PROPERTY, "setting").inserting(argument(a)).rank(3)
                })
                .collect();
            if matches!(method.name, "popular" | "bought_together" | "similar_to") {
                entries.extend(expressions::signals(scope));
            }
            if method.name == "similar_to" {
                entries.push(
                    Entry::new("latest", CompletionItemKind::FUNCTION, "the customer's latest")
                        .inserting("latest(§{views})"),
                );
            }
            entries
        }
    }
}

fn argument(name: &str) -> String {
    let value = match name {
        "signals" => "[§{5 * purchases, views}]",
        "half_life" => "§{30} days",
        "trend" => "§{14} days",
        "fields" => "[§{title, category}]",
        "neighbours" => "§{50}",
        "factors" => "§{64}",
        "ratings" => "§{reviews.rating}",
        "centred" => "yes",
        "iterations" => "§{15}",
        _ => "§{}",
    };
    format!("{name}: {value}")
}

fn in_optimise(scope: &Scope<'_>, frames: &[Frame<'_>]) -> Vec<Entry> {
    let Some(at) = frames.iter().position(|f| f.callee == Some("optimise")) else {
        return expressions::entries(scope, frames);
    };
    let frame = &frames[at];
    match frame.argument {
        None if frame.commas == 0 && frames.len() == at + 1 => {
            ["revenue", "profit", "units"].map(|w| Entry::word(w, "what is made most of")).to_vec()
        }
        None if frames.len() == at + 1 => ["clear_by", "floor", "ceiling", "round_to"]
            .map(|a| Entry::new(a, CompletionItemKind::PROPERTY, "setting").inserting(format!("{a}: §")))
            .to_vec(),
        _ => expressions::entries(scope, frames),
    }
}

/// Proposals inside a text in quotes; none where the text is one that customers read.
pub fn in_text(
    place: &Place<'_>,
    kind: &Kind,
    key: &str,
    callee: Option<&str>,
    start: usize,
) -> Option<Vec<Entry>> {
    let takes = kind.key(key).map(|k| k.takes).or(kind.others.map(|o| o.0))?;
    let replaced = start..super::use_lines::closing(place.text.text, place.offset);
    let listed = |names: Vec<String>, detail: &str| {
        let entry = |n: String| Entry::new(n, CompletionItemKind::VALUE, detail).replacing(replaced.clone());
        Some(names.into_iter().map(entry).collect())
    };
    match (takes, callee) {
        (Takes::Zone, _) => {
            listed(jiff::tz::db().available().map(|n| n.as_str().to_owned()).collect(), "time zone")
        }
        (Takes::Body, Some("file")) => listed(files_below(place, &["mjml", "html", "md", "txt"]), "file"),
        (Takes::Database, _) => listed(files_below(place, &["db", "sqlite", "sqlite3"]), "database"),
        (Takes::Line | Takes::Body | Takes::Rules, None) => None,
        (Takes::Text, _) if key == "language" => {
            listed(["en", "zh-CN", "zh-TW", "de", "fr", "es", "ja"].map(str::to_owned).to_vec(), "language")
        }
        _ => Some(Vec::new()),
    }
}

/// Files beside the campaign file and in the folders below it, by relative path.
fn files_below(place: &Place<'_>, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![(place.folder().to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().take(1000) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            if name.starts_with('.') || found.len() > 500 {
                continue;
            }
            if path.is_dir() && depth < 3 {
                folders.push((path, format!("{prefix}{name}/"), depth + 1));
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e)) {
                found.push(format!("{prefix}{name}"));
            }
        }
    }
    found.sort();
    found
}

/// Whether a value could end with this piece.
pub fn ends_operand(token: &Token, text: &str) -> bool {
    match token.piece {
        Piece::Word => {
            let word = &text[token.start..token.end];
            !crate::lsp::words::OPERATORS.contains(&word)
                && !matches!(word, "last" | "next" | "since" | "before")
        }
        Piece::Figure | Piece::Text { .. } => true,
        Piece::Mark(c) => matches!(c, ')' | ']'),
        Piece::Comment | Piece::Line => false,
    }
}
