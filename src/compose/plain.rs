//! Plain text to HTML, once a template: paragraphs, line breaks, links.

use super::html::escape;
use super::links;
use super::tags::Tags;

/// Makes protected HTML of protected text. Values that are links become links when the message is made.
pub(crate) fn compile(protected: &str, tags: &mut Tags) -> String {
    let linked = with_links(protected.trim(), tags);
    let mut out = String::from("<p>");
    let mut blank = false;
    for line in linked.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            blank = !out.ends_with("<p>");
            continue;
        }
        if blank {
            out.push_str("</p>\n<p>");
        } else if !out.ends_with("<p>") {
            out.push_str("<br>\n");
        }
        blank = false;
        out.push_str(line);
    }
    out.push_str("</p>\n");
    out
}

fn with_links(text: &str, tags: &mut Tags) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|s| rest.find(s)).min() {
        with_values(&rest[..start], tags, &mut out);
        let link = &rest[start..];
        let stop = |c: char| c.is_whitespace() || "<>()\"，。；！？、）」”".contains(c);
        let end = link.find(stop).unwrap_or(link.len());
        let link = link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        let shown = escape(link);
        out.push_str(&["<a href=\"", &shown, "\">", &shown, "</a>"].concat());
        rest = &rest[start + link.len()..];
    }
    with_values(rest, tags, &mut out);
    out
}

fn with_values(text: &str, tags: &mut Tags, out: &mut String) {
    let words: Vec<_> = tags.words(text).collect();
    let mut at = 0;
    for (range, index) in words {
        let tag = tags.get(index);
        let Some(source) = links::filtered(&tag.source, "__autolink") else { continue };
        let origin = tag.origin.clone();
        out.push_str(&escape(&text[at..range.start]));
        out.push_str(&tags.add(source, origin));
        at = range.end;
    }
    out.push_str(&escape(&text[at..]));
}

#[cfg(test)]
mod tests {
    use super::super::library::Library;
    use super::super::tags::LoneLines;
    use super::*;

    #[test]
    fn paragraphs_lines_and_links() {
        let text = "Hi {{ name }} & co,\n\nsee https://a.example/{{ id }}?x=1&y=2.\n{% for p in picks %}\n- {{ p }}\n{% endfor %}\n";
        let mut tags = Tags::new(&[text]);
        let protected = tags.protect(text, &Library::default(), "txt", LoneLines::Vanish).unwrap();
        let html = compile(&protected, &mut tags);
        let html = tags.restore(&html).text;
        assert!(html.starts_with("<p>Hi {{ (name) | __autolink }} &amp; co,</p>\n<p>see <a href"), "{html}");
        assert!(html.contains("<a href=\"https://a.example/{{ id }}?x=1&amp;y=2\">"), "{html}");
        assert!(html.contains("<br>\n{% for p in picks %}- {{ (p) | __autolink }}"), "{html}");
    }
}
