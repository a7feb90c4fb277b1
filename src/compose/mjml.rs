//! MJML to HTML, once a template.

use std::collections::HashMap;
use std::ops::Range;

use mrml::prelude::parser::{Error, ParserOptions};
use mrml::prelude::render::RenderOptions;

use super::error::{Part, TemplateError, TemplateFault};
use super::html::{self, Kind};
use super::library::Library;
use super::tags::Tags;

/// Elements whose children are elements: a tag between them goes into an `mj-raw`.
const CONTAINERS: &[&str] = &["mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero"];

/// What every MJML mail starts from; the author's own `mj-attributes` come later and win.
const DEFAULTS: &str = concat!(
    "<mj-attributes><mj-all font-family=\"-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', ",
    "'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', Arial, sans-serif\" />",
    "<mj-text font-size=\"16px\" line-height=\"1.6\" color=\"#1f2933\" />",
    "<mj-button font-size=\"16px\" line-height=\"20px\" font-weight=\"600\" inner-padding=\"12px 24px\" border-radius=\"6px\" ",
    "background-color=\"#0b6e4f\" color=\"#ffffff\" /></mj-attributes>"
);

/// Compiles protected MJML to protected HTML. `body` is the author's text, for the places of errors.
///
/// # Errors
/// Where the MJML compiler refuses the document, at the place it names.
pub(crate) fn compile(
    protected: &str,
    tags: &mut Tags,
    library: &Library,
    body: &str,
) -> Result<String, TemplateError> {
    let (before, document, after) = outer_tags(protected, tags);
    let document = with_language(document, tags);
    let document = with_defaults(&with_raw(&document, tags), &library.coloured(DEFAULTS));
    let parsed = mrml::parse_with_options(&document, &ParserOptions::default())
        .map_err(|e| layout_error(&e, &document, body))?;
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    let html = parsed.element.render(&options).map_err(|e| {
        TemplateError::new(
            Part::Body,
            0..body.len(),
            TemplateFault::Layout,
            format!("the MJML cannot be compiled: {e}"),
        )
    })?;
    if let Some(name) = unknown(&html) {
        let range = place(0, name.len() + 1, &format!("<{name}"), body);
        return Err(TemplateError::new(
            Part::Body,
            range,
            TemplateFault::Layout,
            format!("MJML has no `{name}`"),
        ));
    }
    Ok(format!("{before}{}{after}", without_reset(&html)))
}

/// An element that the compiler did not know and left as it was.
fn unknown(html: &str) -> Option<String> {
    html::tokenize(html).into_iter().find_map(|t| match t.kind {
        Kind::Start { name, .. } if name.starts_with("mj-") => Some(name),
        _ => None,
    })
}

/// Tags before and after the document itself, which the compiler would refuse.
fn outer_tags<'a>(protected: &'a str, tags: &Tags) -> (String, &'a str, String) {
    let start = protected.find("<mjml").unwrap_or(0);
    let end = protected.rfind("</mjml>").map_or(protected.len(), |i| i + "</mjml>".len()).max(start);
    let only_words = |text: &str| tags.words(text).map(|(r, _)| text[r].to_owned()).collect::<String>();
    (only_words(&protected[..start]), &protected[start..end], only_words(&protected[end..]))
}

/// A document that does not say its language says the message's.
fn with_language(document: &str, tags: &mut Tags) -> String {
    let tokens = html::tokenize(document);
    let Some(Kind::Start { name, attributes, .. }) = tokens.first().map(|t| &t.kind) else {
        return document.to_owned();
    };
    if name != "mjml" || attributes.iter().any(|a| a.name == "lang") {
        return document.to_owned();
    }
    let word = tags.add("{{ lang }}".to_owned(), 0..0);
    ["<mjml lang=\"", &word, "\"", &document["<mjml".len()..]].concat()
}

/// Puts the tags that stand between layout elements into `mj-raw`, so that an author need not.
fn with_raw(document: &str, tags: &Tags) -> String {
    let mut open: Vec<String> = Vec::new();
    let mut out = String::with_capacity(document.len() + 64);
    for token in html::tokenize(document) {
        let source = &document[token.range.clone()];
        match token.kind {
            Kind::Start { name, closed: false, .. } if !html::is_void(&name) => open.push(name),
            Kind::End { name } => {
                if let Some(at) = open.iter().rposition(|n| *n == name) {
                    open.truncate(at);
                }
            }
            Kind::Text if open.last().is_some_and(|n| CONTAINERS.contains(&n.as_str())) => {
                for (range, _) in tags.words(source) {
                    out.push_str("<mj-raw>");
                    out.push_str(&source[range]);
                    out.push_str("</mj-raw>");
                }
                continue;
            }
            _ => {}
        }
        out.push_str(source);
    }
    out
}

fn with_defaults(document: &str, defaults: &str) -> String {
    if let Some(at) = document.find("<mj-head>") {
        let at = at + "<mj-head>".len();
        return [&document[..at], defaults, &document[at..]].concat();
    }
    match document.find("<mj-body") {
        Some(at) => [&document[..at], "<mj-head>", defaults, "</mj-head>", &document[at..]].concat(),
        None => document.to_owned(),
    }
}

/// Replaces the compiler's own style sheet, which resets every table and cell for one client: applied to each of them it would
/// double the mail. That rule goes to that client alone.
fn without_reset(html: &str) -> String {
    const OPEN: &str = "<style type=\"text/css\">\n#outlook";
    const RESET: &str = concat!(
        "<style>body{margin:0;padding:0}img{border:0;line-height:100%;outline:none;text-decoration:none}p{margin:13px 0}</style>",
        "<!--[if mso]><style>table,td{border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt}</style><![endif]-->"
    );
    let Some(start) = html.find(OPEN) else { return html.to_owned() };
    let Some(length) = html[start..].find("</style>") else { return html.to_owned() };
    [&html[..start], RESET, &html[start + length + "</style>".len()..]].concat()
}

fn layout_error(error: &Error, document: &str, body: &str) -> TemplateError {
    let (what, span) = match error {
        Error::UnexpectedElement { position, .. } => ("this element has no place here", Some(position)),
        Error::UnexpectedToken { position, .. } => ("this has no place here", Some(position)),
        Error::MissingAttribute { position, .. } => ("an attribute is missing here", Some(position)),
        Error::InvalidAttribute { position, .. } => ("this attribute cannot be read", Some(position)),
        Error::InvalidFormat { position, .. } => ("this cannot be read", Some(position)),
        Error::IncludeLoaderError { position, .. } => {
            ("`mj-include` is not for mails here: write `{% include \"…\" %}`", Some(position))
        }
        Error::EndOfStream { .. } => ("an element is not closed", None),
        Error::NoRootNode => ("an MJML template begins with `<mjml>`", None),
        Error::SizeLimit { .. } | Error::ParserError { .. } => ("the MJML cannot be read", None),
    };
    let range = span.map_or(0..body.len(), |s| place(s.start, s.end, document, body));
    let detail = match error {
        Error::MissingAttribute { name, .. } => format!("{what}: `{name}`"),
        Error::ParserError { source, .. } => format!("{what}: {source}"),
        _ => what.to_owned(),
    };
    TemplateError::new(Part::Body, range, TemplateFault::Layout, detail)
}

/// Finds a place of the compiled document in the author's text: the same words, the same number of times from the start.
fn place(start: usize, end: usize, document: &str, body: &str) -> Range<usize> {
    let Some(piece) = document.get(start..end).filter(|p| !p.is_empty()) else { return 0..body.len() };
    let nth = document[..start].matches(piece).count();
    let found = body.match_indices(piece).nth(nth).or_else(|| body.match_indices(piece).next());
    found.map_or(0..body.len(), |(at, _)| at..at + piece.len())
}

#[cfg(test)]
mod tests {
    use super::super::tags::LoneLines;
    use super::*;

    fn compiled(body: &str) -> Result<String, TemplateError> {
        let mut tags = Tags::new(&[body]);
        let protected = tags.protect(body, &Library::default(), "mjml", LoneLines::Vanish)?;
        let html = compile(&protected, &mut tags, &Library::default(), body)?;
        Ok(tags.restore(&html).text)
    }

    #[test]
    fn tags_between_elements_need_no_raw() {
        let html = compiled(
            "{% set a = 1 %}<mjml><mj-body>{% for p in picks %}<mj-section><mj-column>{% if p.x %}<mj-text>{{ p.title }}</mj-text>{% endif %}</mj-column></mj-section>{% endfor %}</mj-body></mjml>",
        )
        .unwrap();
        let order = [
            "{% set a = 1 %}",
            "{% for p in picks %}",
            "{% if p.x %}",
            "{{ p.title }}",
            "{% endif %}",
            "{% endfor %}",
        ];
        let places: Vec<_> = order.iter().map(|t| html.find(t).unwrap()).collect();
        assert!(places.is_sorted(), "{html}");
        assert!(!html.contains("fonts.googleapis"), "no outside style sheet");
    }

    #[test]
    fn tags_survive_in_attributes_and_the_head() {
        let html = compiled(
            "<mjml lang=\"en\"><mj-head><mj-title>{{ t }}</mj-title><mj-preview>{{ preheader }}</mj-preview></mj-head><mj-body><mj-section><mj-column><mj-image src=\"{{ pick.image }}\" alt=\"{{ pick.title }}\" width=\"240px\" /><mj-button href=\"{{ pick.url }}\">x</mj-button></mj-column></mj-section></mj-body></mjml>",
        )
        .unwrap();
        for part in [
            "<title>{{ t }}</title>",
            "src=\"{{ pick.image }}\"",
            "alt=\"{{ pick.title }}\"",
            "href=\"{{ pick.url }}\"",
            "{{ preheader }}",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn the_reset_of_one_client_is_not_in_every_cell() {
        let html = compiled("<mjml><mj-body></mj-body></mjml>").unwrap();
        assert!(!html.contains("#outlook") && html.contains("body{margin:0"), "{html}");
        assert_eq!(html.matches("border-collapse").count(), 1, "{html}");
    }

    #[test]
    fn mistakes_are_at_their_place() {
        let body = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ a }}</mj-text><mj-foo></mj-foo></mj-column></mj-section></mj-body></mjml>";
        match compiled(body) {
            Err(error) => {
                assert_eq!(error.fault, TemplateFault::Layout);
                assert!(
                    body[error.range.clone()].contains("mj-foo"),
                    "{:?} {}",
                    error.range,
                    &body[error.range.clone()]
                );
            }
            Ok(html) => panic!("accepted: {html}"),
        }
        assert!(compiled("<p>not mjml</p>").is_err());
        assert!(compiled("<mjml><mj-body><mj-section></mj-body></mjml>").is_err());
    }
}
