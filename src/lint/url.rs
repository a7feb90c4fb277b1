//! H0516: what is personal in a link: an address or a name in a URL stands in the logs of every server on its way.

use std::ops::Range;

use super::subject::Subject;
use super::texts::{Body, Text};
use crate::check::model::Format;
use crate::diagnostic::Diagnostic;
use crate::markup::TagKind;

/// Columns and attributes of a customer that say who it is; a number or a token of the shop's own does not.
const PERSONAL: [&str; 23] = [
    "address",
    "birthdate",
    "birthday",
    "birth_date",
    "date_of_birth",
    "email",
    "family_name",
    "first_name",
    "firstname",
    "full_name",
    "gender",
    "given_name",
    "last_name",
    "lastname",
    "mail",
    "mobile",
    "name",
    "phone",
    "postcode",
    "street",
    "surname",
    "telephone",
    "zip",
];

/// Attributes that hold an address that somebody's server will see.
const LINKS: [&str; 5] = ["href", "src", "action", "background", "background-url"];

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    subject.bodies().iter().flat_map(of_body).collect()
}

fn of_body(body: &Body<'_>) -> Vec<Diagnostic> {
    let urls = urls(body);
    let text = &body.text;
    let outputs = text.tags.iter().filter(|tag| tag.kind == TagKind::Output);
    let mut found = Vec::new();
    for tag in outputs {
        let in_url = urls.iter().any(|url| url.start <= tag.range.start && tag.range.end <= url.end);
        let Some((name, at)) = in_url.then(|| personal(tag.inside(&text.written.value))).flatten() else {
            continue;
        };
        let start = tag.range.start + 2 + at;
        let end = start + "customer.".len() + name.len();
        let message = format!("this puts the customer's {} into a link", name.replace('_', " "));
        found.push(
            Diagnostic::warning("H0516", text.place(start..end), message)
                .label("personal")
                .help("links are logged and passed on: take it out, or link with something that only your shop understands, such as `{{ customer.id }}`"),
        );
    }
    found
}

/// The personal value that an expression prints, with its place.
fn personal(expression: &str) -> Option<(&'static str, usize)> {
    let mut found = expression.match_indices("customer.").filter_map(|(at, owner)| {
        let before = expression[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            return None;
        }
        let rest = &expression[at + owner.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        PERSONAL.iter().find(|name| **name == &rest[..end]).map(|name| (*name, at))
    });
    found.next()
}

/// Where addresses of the web stand. What a link of `mailto:` holds goes to nobody but the customer's own mail program.
fn urls(body: &Body<'_>) -> Vec<Range<usize>> {
    let text = &body.text;
    let attributes = body.elements().flat_map(|e| e.attributes.to_vec()).collect::<Vec<_>>();
    let links = attributes.into_iter().filter(|a| LINKS.contains(&a.name.as_str())).map(|a| a.value);
    let mut found: Vec<Range<usize>> = links.collect();
    if body.template.format == Format::Markdown {
        found.extend(bracketed(text));
    }
    found.extend(bare(text));
    found.retain(|url| {
        let written = text.at(url.clone()).trim_start();
        !written.starts_with("mailto:") && !written.starts_with("tel:") && !written.starts_with("sms:")
    });
    found
}

/// `[words](here)` in Markdown.
fn bracketed(text: &Text<'_>) -> Vec<Range<usize>> {
    let starts = text.plain.match_indices("](").map(|(at, _)| at + 2);
    starts
        .map(|at| at..at + text.plain[at..].find([')', '\n', ' ']).unwrap_or(text.plain.len() - at))
        .collect()
}

/// `https://…` in running text.
fn bare(text: &Text<'_>) -> Vec<Range<usize>> {
    let ends = |c: char| !c.is_ascii() || c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')');
    let starts = text.plain.match_indices("://").map(|(at, _)| at);
    starts.map(|at| at..at + text.plain[at..].find(ends).unwrap_or(text.plain.len() - at)).collect()
}
