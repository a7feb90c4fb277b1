//! H0517: a picture that nobody sees and that tells who opened the mail. Watching single people needs their consent.

use super::subject::Subject;
use super::texts::{Body, Element};
use crate::diagnostic::Diagnostic;
use crate::markup::TagKind;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    subject.bodies().iter().flat_map(of_body).collect()
}

fn of_body(body: &Body<'_>) -> Vec<Diagnostic> {
    let watching = body.elements().filter(|e| matches!(e.name, "img" | "mj-image"));
    let watching = watching.filter(|e| is_unseen(body, e) && names_somebody(body, e));
    watching
        .map(|element| {
            let message = "this picture is there to tell who opened the mail";
            Diagnostic::warning("H0517", body.text.place(element.head()), message)
                .label("unseen, and different for each customer")
                .help("following single people needs their consent: take the picture away, or leave the customer out of its address")
        })
        .collect()
}

/// One pixel or none in either direction.
fn is_unseen(body: &Body<'_>, element: &Element<'_>) -> bool {
    let small = |name: &str| {
        let value = element.attribute(name).map(|a| body.text.at(a.value.clone()).trim());
        value.is_some_and(|v| matches!(v.trim_end_matches("px"), "0" | "1"))
    };
    small("width") && (small("height") || element.attribute("height").is_none())
}

fn names_somebody(body: &Body<'_>, element: &Element<'_>) -> bool {
    let Some(src) = element.attribute("src") else { return false };
    body.text.tags.iter().filter(|tag| tag.kind == TagKind::Output).any(|tag| {
        let inside = src.value.start <= tag.range.start && tag.range.end <= src.value.end;
        inside && tag.inside(&body.text.written.value).contains("customer.")
    })
}
