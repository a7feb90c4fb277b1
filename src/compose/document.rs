//! A protected HTML document on its way to a template: what it must not contain, where tags stand in it, and its links.

use std::ops::Range;

use super::error::{Part, TemplateError, TemplateFault};
use super::html::{self, Kind};
use super::tags::Tags;

/// A document whose words in text are comments, so that no HTML parser moves them, with the reason why CSS cannot
/// be inlined before it is filled, if there is one.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub html: String,
    pub dynamic: Option<&'static str>,
}

/// Checks a protected document and makes the words in its text comments.
///
/// # Errors
/// On scripts, event handlers, and values where escaping could not make them harmless. `body` is the author's text, for places.
pub(crate) fn settle(protected: &str, tags: &Tags, body: &str) -> Result<Document, TemplateError> {
    let mut out = String::with_capacity(protected.len() + 64);
    let mut dynamic = None;
    for token in html::tokenize(protected) {
        let source = &protected[token.range.clone()];
        match &token.kind {
            Kind::Text => as_comments(source, tags, &mut out),
            Kind::RawText => {
                if let Some((_, word)) = tags.words(source).next() {
                    let style = !out.ends_with("<title>");
                    if style && tags.words(source).any(|(_, i)| tags.get(i).output) {
                        return Err(unsafe_at(
                            tags.get(word).origin.clone(),
                            "a value cannot stand in a style sheet",
                        )
                        .help("put it into a `style` attribute"));
                    }
                    dynamic = dynamic.or(style.then_some("the style sheet depends on the recipient"));
                }
                out.push_str(source);
            }
            Kind::Start { name, attributes, .. } => {
                if name == "script" || name == "iframe" || name == "object" {
                    return Err(unsafe_at(
                        find(body, &format!("<{name}")),
                        &format!("a mail has no `{name}`"),
                    ));
                }
                let inside =
                    |at: usize| attributes.iter().find(|a| a.value.contains(&(token.range.start + at)));
                for (range, index) in tags.words(source) {
                    let tag = tags.get(index);
                    match inside(range.start) {
                        Some(attribute) if attribute.quoted => {
                            if matches!(attribute.name.as_str(), "class" | "id") {
                                dynamic = dynamic.or(Some("a class or id depends on the recipient"));
                            }
                        }
                        _ if tag.output => {
                            return Err(unsafe_at(
                                tag.origin.clone(),
                                "a value inside a tag must stand between quotes",
                            ));
                        }
                        _ => dynamic = dynamic.or(Some("the attributes of a tag depend on the recipient")),
                    }
                }
                for attribute in attributes {
                    if attribute.name.starts_with("on") {
                        return Err(unsafe_at(find(body, &attribute.name), "a mail has no event handlers"));
                    }
                    let value = &protected[attribute.value.clone()];
                    if is_link(&attribute.name) && super::links::refused(value) {
                        return Err(unsafe_at(
                            find(body, value),
                            &format!("`{value}` is not a link for a mail"),
                        ));
                    }
                }
                out.push_str(source);
            }
            Kind::End { .. } | Kind::Comment | Kind::Doctype => out.push_str(source),
        }
    }
    Ok(Document { html: out, dynamic })
}

fn as_comments(text: &str, tags: &Tags, out: &mut String) {
    let mut at = 0;
    for (range, _) in tags.words(text) {
        out.push_str(&text[at..range.start]);
        out.push_str("<!--");
        out.push_str(&text[range.clone()]);
        out.push_str("-->");
        at = range.end;
    }
    out.push_str(&text[at..]);
}

fn unsafe_at(range: Range<usize>, message: &str) -> TemplateError {
    TemplateError::new(Part::Body, range, TemplateFault::Unsafe, message)
}

/// Where a piece of the document is in the author's text; all of the text if it is not in it (it came from an include).
fn find(body: &str, piece: &str) -> Range<usize> {
    let at = body.to_ascii_lowercase().find(&piece.to_ascii_lowercase());
    at.map_or(0..body.len(), |at| at..at + piece.len())
}

fn is_link(attribute: &str) -> bool {
    matches!(attribute, "href" | "src" | "action" | "background" | "poster")
}

/// Puts a check on every value that decides where a link leads: at the value's beginning, or after a condition.
pub(crate) fn guard_links(document: &str, tags: &mut Tags) -> String {
    let mut out = String::with_capacity(document.len());
    let mut at = 0;
    for token in html::tokenize(document) {
        let Kind::Start { attributes, .. } = token.kind else { continue };
        for attribute in attributes.iter().filter(|a| is_link(&a.name)) {
            let value = &document[attribute.value.clone()];
            let words: Vec<_> = tags.words(value).collect();
            let chosen = words.iter().any(|(_, i)| !tags.get(*i).output);
            for (range, index) in words {
                let first = value[..range.start].trim().is_empty();
                if !tags.get(index).output || !(first || chosen) {
                    continue;
                }
                let Some(source) = super::links::guarded(&tags.get(index).source) else { continue };
                let origin = tags.get(index).origin.clone();
                let word = tags.add(source, origin);
                let start = attribute.value.start + range.start;
                out.push_str(&document[at..start]);
                out.push_str(&word);
                at = attribute.value.start + range.end;
            }
        }
    }
    out.push_str(&document[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::super::library::Library;
    use super::super::tags::LoneLines;
    use super::*;

    fn settled(body: &str) -> Result<(Document, Tags), TemplateError> {
        let mut tags = Tags::new(&[body]);
        let protected = tags.protect(body, &Library::default(), "html", LoneLines::Vanish)?;
        let document = settle(&protected, &tags, body)?;
        Ok((document, tags))
    }

    #[test]
    fn what_escaping_cannot_tame_is_refused_at_its_place() {
        for (body, place) in [
            ("<p>x</p><SCRIPT>1</script>", "<SCRIPT"),
            ("<a href={{ x }}>y</a>", "{{ x }}"),
            ("<p {{ x }}>y</p>", "{{ x }}"),
            ("<img src='a' onerror='b'>", "onerror"),
            ("<style>p { color: {{ x }} }</style>", "{{ x }}"),
            ("<a href=' javascript:alert(1)'>y</a>", " javascript:alert(1)"),
        ] {
            let error = settled(body).unwrap_err();
            assert_eq!((&body[error.range], error.fault), (place, TemplateFault::Unsafe), "{body}");
        }
    }

    #[test]
    fn what_depends_on_the_recipient_is_known() {
        for body in [
            "<p class='{{ x }}'>y</p>",
            "<td {% if x %}class='a'{% endif %}>y</td>",
            "<style>{% if x %}p{color:red}{% endif %}</style>",
        ] {
            assert!(settled(body).unwrap().0.dynamic.is_some(), "{body}");
        }
        assert!(
            settled("<title>{{ x }}</title><p style='color:{{ x }}'>{{ y }}</p>")
                .unwrap()
                .0
                .dynamic
                .is_none()
        );
    }

    #[test]
    fn only_values_that_decide_where_a_link_leads_are_guarded() {
        let body = "<a href='{{ a }}?n={{ b }}'>{{ c }}</a><a href='https://x/{{ d }}'></a><a href='{% if e %}{{ f }}{% endif %}'></a>";
        let (document, mut tags) = settled(body).unwrap();
        let guarded = guard_links(&document.html, &mut tags);
        let text = tags.restore(&guarded).text;
        for (tag, expected) in [("a", true), ("b", false), ("c", false), ("d", false), ("f", true)] {
            assert_eq!(text.contains(&format!("{{{{ ({tag}) | __link }}}}")), expected, "{tag}: {text}");
        }
    }
}
