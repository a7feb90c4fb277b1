//! What every mail has whoever wrote its template: language, character set, preheader, postal address and the way out.

use super::error::TemplateError;
use super::html::{self, Kind};
use super::library::Library;
use super::tags::Tags;

/// Where the standard layout takes its content.
const CONTENT: &str = "<!--content-->";

/// Puts protected content into the shipped standard layout.
pub(crate) fn wrap(content: &str, tags: &mut Tags, library: &Library) -> Result<String, TemplateError> {
    let layout = library.find("std/mail", "html").unwrap_or_default();
    let layout = tags.protect_ours(&layout, library, "html", 0..0)?;
    Ok(layout.replacen(CONTENT, content, 1))
}

/// Whether a document is a whole page rather than a piece of one.
pub(crate) fn is_page(protected: &str) -> bool {
    html::tokenize(protected)
        .iter()
        .any(|t| matches!(&t.kind, Kind::Start { name, .. } if name == "html" || name == "body"))
}

/// Adds to a page what it lacks. What the author wrote is left as it is.
pub(crate) fn complete(page: &str, tags: &mut Tags, library: &Library) -> Result<String, TemplateError> {
    let mut page = page.to_owned();
    let mentions = |page: &str, tags: &Tags, name: &str| {
        tags.words(page).any(|(_, i)| tags.get(i).output && tags.get(i).source.contains(name))
    };
    if !mentions(&page, tags, "unsubscribe_url") || !mentions(&page, tags, "sender.address") {
        let footer = library.find("std/footer", "html").unwrap_or_default();
        let footer = tags.protect_ours(&footer, library, "html", 0..0)?;
        insert(&mut page, &footer, |t| matches!(&t.kind, Kind::End { name } if name == "body"), false);
        if !page.contains(".h-footer{") {
            let mut style = ["<style>", &library.find("std/footer", "css").unwrap_or_default()].concat();
            if page.contains("prefers-color-scheme") {
                style.push_str(DARK_FOOTER);
            }
            style.push_str("</style>");
            insert(&mut page, &style, |t| matches!(&t.kind, Kind::End { name } if name == "head"), false);
        }
    }
    if !mentions(&page, tags, "preheader") {
        let words = tags.protect_ours(PREHEADER, library, "html", 0..0)?;
        insert(&mut page, &words, |t| matches!(&t.kind, Kind::Start { name, .. } if name == "body"), true);
    }
    with_alt(&mut page);
    let lower = page.to_ascii_lowercase();
    let mut head = String::new();
    if !lower.contains("charset") {
        head.push_str("<meta charset=\"utf-8\">");
    }
    if !lower.contains("\"color-scheme\"") {
        // A design without rules for the dark says so, and clients leave its colours alone.
        let schemes = if lower.contains("prefers-color-scheme") { "light dark" } else { "light" };
        head.push_str("<meta name=\"color-scheme\" content=\"");
        head.push_str(schemes);
        head.push_str("\">");
    }
    insert(&mut page, &head, |t| matches!(&t.kind, Kind::Start { name, .. } if name == "head"), true);
    with_language(&mut page, tags);
    if !page.trim_start().to_ascii_lowercase().starts_with("<!doctype")
        && !tags.any(&page[..page.len().min(40)])
    {
        page.insert_str(0, "<!doctype html>\n");
    }
    Ok(page)
}

const PREHEADER: &str = concat!(
    "{% if preheader %}<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden\">",
    "{{ preheader }}</div>{% endif %}"
);

/// For a page with rules for the dark: the footer put under it follows them.
const DARK_FOOTER: &str =
    "@media (prefers-color-scheme:dark){.h-footer,.h-footer a{color:#b8c1cc!important}}";

/// Inserts a piece after or before the first token that matches; at the end or the start of the page if none does.
fn insert(page: &mut String, piece: &str, matches: impl Fn(&html::Token) -> bool, after: bool) {
    let tokens = html::tokenize(page);
    let place = tokens.iter().find(|t| matches(t)).map(|t| if after { t.range.end } else { t.range.start });
    let at = place.unwrap_or(if after { 0 } else { page.len() });
    page.insert_str(at, piece);
}

/// A picture without words for those who do not see it says that it needs none; otherwise its file name would be read out.
fn with_alt(page: &mut String) {
    for token in html::tokenize(page).iter().rev() {
        if let Kind::Start { name, attributes, .. } = &token.kind
            && name == "img"
            && !attributes.iter().any(|a| a.name == "alt")
        {
            page.insert_str(token.range.start + "<img".len(), " alt=\"\"");
        }
    }
}

/// A page that does not say its language says the message's.
fn with_language(page: &mut String, tags: &mut Tags) {
    let tokens = html::tokenize(page);
    let Some(token) = tokens.iter().find(|t| matches!(&t.kind, Kind::Start { name, .. } if name == "html"))
    else {
        return;
    };
    let Kind::Start { attributes, .. } = &token.kind else { return };
    let known =
        attributes.iter().any(|a| a.name == "lang" && !a.value.is_empty() && &page[a.value.clone()] != "und");
    if known {
        return;
    }
    let word = tags.add("{{ lang }}".to_owned(), 0..0);
    match attributes.iter().find(|a| a.name == "lang") {
        Some(empty) => page.replace_range(empty.value.clone(), &word),
        None => page.insert_str(token.range.start + "<html".len(), &format!(" lang=\"{word}\"")),
    }
}
