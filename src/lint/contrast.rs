//! H0510: text that can hardly be read on its ground. Both colours may stand in one place (a sender's accent under white, a `style`, the
//! attributes of an MJML element, a rule of a style sheet), or the ground is that of an element around the text.

use std::ops::Range;

use super::declared::{Pair, declared, pixels};
use super::reading::readings;
use super::sheet::insides;
use super::subject::{Subject, value};
use super::texts::{Body, Element};
use crate::diagnostic::Diagnostic;
use crate::markup::{Colour, READABLE};
use crate::syntax::tree::ExprKind;

/// The least contrast of large text: 24 pixels, or 18.66 in bold (WCAG 2.1, 1.4.3).
const READABLE_LARGE: f64 = 3.0;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = accents(subject);
    for body in subject.bodies() {
        found.extend(body.elements().flat_map(|element| of_element(body, &element)));
        found.extend(of_sheets(body));
        found.extend(readings(body).iter().filter_map(|pair| told(body, pair)));
    }
    found
}

fn accents(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, decl) in subject.of_kind("sender") {
        let Some(accent) = value(decl, "accent") else { continue };
        let ExprKind::Str(text) = &accent.kind else { continue };
        let Some(contrast) = Colour::hex(&text.value).map(|c| c.contrast(Colour::WHITE)) else { continue };
        if contrast < READABLE {
            let message = format!(
                "the white words of a button can hardly be read on `{}`: their contrast is {} to 1",
                text.value,
                shown(contrast)
            );
            found.push(
                Diagnostic::warning("H0510", text.span, message).label("too light").help(
                    "it needs 4.5 to 1, and mails in a lighter colour are not written: take a darker one",
                ),
            );
        }
    }
    found
}

fn of_element(body: &Body<'_>, element: &Element<'_>) -> Vec<Diagnostic> {
    let style = element.attribute("style").filter(|a| !body.text.is_filled(&a.value));
    let in_style = style.and_then(|a| declared(&body.text.plain, a.value.clone()).pair());
    let in_attributes = || {
        let colour = |name: &str| {
            let attribute = element.attribute(name)?;
            let colour = Colour::css(body.literal_value(attribute)?)?;
            Some((colour, attribute.value.clone()))
        };
        let ground =
            if element.name == "mj-text" { "container-background-color" } else { "background-color" };
        let large = element.attribute("font-size").and_then(|a| pixels(body.text.at(a.value.clone())));
        let text = colour("color")?;
        let ground = colour(ground)?;
        Some(Pair { text, ground, large: large.is_some_and(|size| size >= 24.0) })
    };
    let pair = if element.name.starts_with("mj-") { in_attributes() } else { in_style };
    pair.and_then(|pair| told(body, &pair)).into_iter().collect()
}

/// The rules of the style sheets in a body, each by itself.
fn of_sheets(body: &Body<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for sheet in insides(&body.text.plain) {
        let mut at = sheet.start;
        while let Some((rule, behind)) = next_rule(&body.text.plain, at, sheet.end) {
            at = behind;
            if !body.text.is_filled(&rule)
                && let Some(pair) = declared(&body.text.plain, rule).pair()
            {
                found.extend(told(body, &pair));
            }
        }
    }
    found
}

/// The inside of the next innermost pair of braces, and what is behind it.
fn next_rule(plain: &str, from: usize, end: usize) -> Option<(Range<usize>, usize)> {
    let close = from + plain[from..end].find('}')?;
    let open = plain[from..close].rfind('{').map_or(close, |i| from + i + 1);
    Some((open..close, close + 1))
}

fn told(body: &Body<'_>, pair: &Pair) -> Option<Diagnostic> {
    let contrast = pair.text.0.contrast(pair.ground.0);
    let least = if pair.large { READABLE_LARGE } else { READABLE };
    if contrast >= least {
        return None;
    }
    let message =
        format!("this text can hardly be read: its contrast with its ground is {} to 1", shown(contrast));
    Some(
        Diagnostic::warning("H0510", body.text.place(pair.text.1.clone()), message)
            .label("the text")
            .related(body.text.place(pair.ground.1.clone()), "its ground")
            .help(format!("it needs {least} to 1: take a darker colour on a light ground, a lighter one on a dark ground")),
    )
}

/// Rounded down, so that what fails does not read as if it passed.
fn shown(contrast: f64) -> String {
    format!("{:.1}", (contrast * 10.0).floor() / 10.0)
}
