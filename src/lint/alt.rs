//! H0509: pictures that say nothing to those who do not see them: many inboxes load none, and some people see none.

use super::subject::Subject;
use super::texts::{Body, Element};
use crate::check::model::Format;
use crate::diagnostic::Diagnostic;

/// Elements that show a picture and take `alt`.
const PICTURES: [&str; 3] = ["img", "mj-image", "mj-carousel-image"];

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    subject.bodies().iter().flat_map(of_body).collect()
}

fn of_body(body: &Body<'_>) -> Vec<Diagnostic> {
    let silent = body.elements().filter(|e| PICTURES.contains(&e.name) && is_silent(body, e));
    let mut found: Vec<Diagnostic> = silent
        .map(|element| {
            let place = body.text.place(element.head());
            let end = element.head().end;
            Diagnostic::warning("H0509", place, "this picture says nothing where it is not shown")
                .label("no `alt`")
                .help("many inboxes show no pictures at first: add `alt=\"what it shows\"`, or `alt=\"\"` if it only decorates")
                .fix("say that it only decorates", body.text.place(end..end), " alt=\"\"")
        })
        .collect();
    if body.template.format == Format::Markdown {
        found.extend(markdown(body));
    }
    found
}

/// Whether nothing is said and nothing may be: an attribute whose name is filled in may be `alt` as well.
fn is_silent(body: &Body<'_>, element: &Element<'_>) -> bool {
    let hidden = element.attribute("aria-hidden").or_else(|| element.attribute("role"));
    let mut outside = body.text.tags.iter().filter(|tag| {
        let inside = |a: &crate::markup::html::Attribute| {
            a.value.start <= tag.range.start && tag.range.end <= a.value.end
        };
        element.range.start < tag.range.start
            && tag.range.end <= element.range.end
            && !element.attributes.iter().any(inside)
    });
    element.attribute("alt").is_none() && hidden.is_none() && outside.next().is_none()
}

/// `![](picture.png)`, outside of code.
fn markdown(body: &Body<'_>) -> Vec<Diagnostic> {
    let plain = &body.text.plain;
    let code = |at: usize| {
        let line = plain[..at].rfind('\n').map_or(0, |i| i + 1);
        plain[line..at].matches('`').count() % 2 == 1 || plain[line..at].starts_with("    ")
    };
    let empty = plain.match_indices("![](").map(|(at, _)| at).filter(|at| !code(*at));
    let shown = empty.filter(|at| !plain[..*at].ends_with('\\'));
    shown
        .map(|at| {
            Diagnostic::warning(
                "H0509",
                body.text.place(at..at + 3),
                "this picture says nothing where it is not shown",
            )
            .label("no words between the brackets")
            .help("many inboxes show no pictures at first: write `![what it shows](…)`")
        })
        .collect()
}
