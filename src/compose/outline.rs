//! The HTML of a message as lines that people can compare: an element or a text a line, indented as they stand in each
//! other, without what only makes tables of tables.

use super::html::{self, Attribute, Kind};

/// Attributes that a reader would see the effect of.
const SHOWN: [&str; 9] = ["href", "src", "alt", "style", "bgcolor", "lang", "dir", "title", "background"];

/// The outline of an HTML document. The same document gives the same lines.
#[must_use]
pub fn outline(document: &str) -> String {
    let mut out = String::new();
    // For each open element its name, and whether it has a line and so a column of its own.
    let mut open: Vec<(String, bool)> = Vec::new();
    for token in html::tokenize(document) {
        let column = open.iter().filter(|(_, shown)| *shown).count();
        let text = &document[token.range.clone()];
        match &token.kind {
            Kind::Start { name, attributes, closed } => {
                let shown = attributes.iter().filter(|a| SHOWN.contains(&a.name.as_str()));
                let shown: Vec<String> = shown.map(|a| written(a, document)).collect();
                let has_line = !shown.is_empty() || !is_scaffold(name);
                if has_line {
                    line(
                        &mut out,
                        column,
                        &format!("<{}>", [&[name.clone()][..], &shown].concat().join(" ")),
                    );
                }
                if !closed && !html::is_void(name) {
                    open.push((name.clone(), has_line));
                }
            }
            Kind::End { name } => {
                if let Some(at) = open.iter().rposition(|(n, _)| n == name) {
                    open.truncate(at);
                }
            }
            Kind::Text => line(&mut out, column, &joined(text)),
            // A rule of a style sheet a line.
            Kind::RawText => text.split_inclusive('}').for_each(|l| line(&mut out, column, &joined(l))),
            Kind::Comment | Kind::Doctype => {}
        }
    }
    out
}

/// Elements that say nothing by themselves.
fn is_scaffold(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "head"
            | "body"
            | "meta"
            | "center"
            | "table"
            | "tbody"
            | "tr"
            | "td"
            | "div"
            | "span"
            | "link"
    )
}

fn written(attribute: &Attribute, document: &str) -> String {
    format!("{}=\"{}\"", attribute.name, joined(&document[attribute.value.clone()]))
}

/// On one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line(out: &mut String, column: usize, text: &str) {
    if !text.is_empty() {
        out.push_str(&"  ".repeat(column));
        out.push_str(text);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees_has_a_line_and_scaffolding_has_none() {
        let document = "<!doctype html><html lang=\"en\"><head><style>\n a { color: red } p { margin: 0 }\n</style></head><body>\
            <!-- x --><table role=\"presentation\"><tr><td style=\"padding:  0\"><p>Hello   <b>Li</b></p>\
            <img src=\"cid:1\" alt=\"A phone\" width=\"10\"></td></tr></table></body></html>";
        assert_eq!(
            outline(document),
            "<html lang=\"en\">\n  <style>\n    a { color: red }\n    p { margin: 0 }\n  <td style=\"padding: 0\">\n    <p>\n      Hello\n      \
             <b>\n        Li\n    <img src=\"cid:1\" alt=\"A phone\">\n"
        );
    }
}
