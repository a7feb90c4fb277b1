//! The text part as a template, derived from the prepared HTML once: filling it needs no HTML parser.

use super::html::{self, Attribute, Kind, Token};
use super::tags::Tags;
use super::tidy::{LINE, PARAGRAPH};

/// Elements that begin and end a line, with how many line breaks.
fn breaks(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "blockquote" | "table" | "section"
        | "article" | "pre" | "hr" => 2,
        "div" | "tr" | "li" | "td" | "th" | "dt" | "dd" | "center" | "header" | "footer" => 1,
        _ => 0,
    }
}

/// Derives a protected text template from a settled HTML document (words in its text are comments).
pub(crate) fn derive(document: &str, tags: &mut Tags) -> String {
    let tokens = html::tokenize(document);
    let mut writer = Writer {
        document,
        tokens: &tokens,
        hrefs: hrefs(document, &tokens, tags),
        out: String::with_capacity(document.len() / 4),
        fresh: true,
        marker: false,
        links: Vec::new(),
        tables: Vec::new(),
        struck: Vec::new(),
    };
    let mut hidden: Option<(String, usize)> = None;
    for (i, token) in tokens.iter().enumerate() {
        if let Some((name, depth)) = hidden.take() {
            let depth = match &token.kind {
                Kind::Start { name: n, closed: false, .. } if *n == name => depth + 1,
                Kind::End { name: n } if *n == name => depth - 1,
                _ => depth,
            };
            if depth > 0 {
                hidden = Some((name, depth));
            }
            continue;
        }
        match &token.kind {
            Kind::Start { name, attributes, closed } => {
                if is_hidden(name, attributes, document) && !closed && !html::is_void(name) {
                    hidden = Some((name.clone(), 1));
                } else {
                    writer.start(i, name, attributes, tags);
                }
            }
            Kind::End { name } => writer.end(i, name, tags),
            Kind::Text => writer.text(&document[token.range.clone()]),
            Kind::Comment => {
                if let Some(index) = tags.in_comment(&document[token.range.clone()]) {
                    let word =
                        document[token.range.clone()].trim_start_matches("<!--").trim_end_matches("-->");
                    writer.word(word, tags.get(index).output);
                }
            }
            Kind::RawText | Kind::Doctype => {}
        }
    }
    writer.out
}

fn is_hidden(name: &str, attributes: &[Attribute], document: &str) -> bool {
    matches!(name, "head" | "title")
        || attributes.iter().any(|a| {
            a.name == "hidden"
                || a.name == "style" && document[a.value.clone()].replace(' ', "").contains("display:none")
        })
}

/// The targets of all links in order, so that a run of links to one place says the place once.
fn hrefs(document: &str, tokens: &[Token], tags: &Tags) -> Vec<(usize, String)> {
    let of = |(i, token): (usize, &Token)| match &token.kind {
        Kind::Start { name, attributes, .. } if name == "a" => {
            let href = attributes.iter().find(|a| a.name == "href")?;
            Some((i, tags.restore(&document[href.value.clone()]).text))
        }
        _ => None,
    };
    tokens.iter().enumerate().filter_map(of).collect()
}

struct Writer<'a> {
    document: &'a str,
    tokens: &'a [Token],
    hrefs: Vec<(usize, String)>,
    out: String,
    /// Nothing visible stands on the current line yet.
    fresh: bool,
    /// A list marker was just written: block breaks wait for text.
    marker: bool,
    links: Vec<Link>,
    tables: Vec<Table>,
    /// Where struck text began.
    struck: Vec<usize>,
}

struct Link {
    token: usize,
    href: String,
    at: usize,
    line_start: bool,
    picture: Option<String>,
}

struct Table {
    layout: bool,
    cells: usize,
}

impl Writer<'_> {
    fn start(&mut self, i: usize, name: &str, attributes: &[Attribute], tags: &mut Tags) {
        let attribute =
            |n: &str| attributes.iter().find(|a| a.name == n).map(|a| &self.document[a.value.clone()]);
        match name {
            "table" => {
                let layout = attribute("role").is_some_and(|r| r == "presentation" || r == "none");
                self.block(2);
                self.tables.push(Table { layout, cells: 0 });
            }
            "tr" => {
                self.block(1);
                if let Some(table) = self.tables.last_mut() {
                    table.cells = 0;
                }
            }
            "td" | "th" if self.tables.last().is_some_and(|t| !t.layout) => {
                let first = self.tables.last_mut().is_none_or(|t| {
                    t.cells += 1;
                    t.cells == 1
                });
                if !first {
                    self.out.push_str(" | ");
                }
            }
            "li" => {
                self.block(1);
                self.out.push_str("- ");
                self.fresh = true;
                self.marker = true;
            }
            "br" => self.line(),
            "hr" => {
                self.block(2);
                self.out.push_str("---");
                self.fresh = false;
                self.block(2);
            }
            "a" => {
                let Some(href) = attribute("href").map(str::to_owned) else { return };
                let link = Link { token: i, href, at: self.out.len(), line_start: self.fresh, picture: None };
                self.links.push(link);
            }
            "img" => {
                let alt = attribute("alt").map(html::decode);
                if let Some(link) = self.links.last_mut() {
                    link.picture = alt.filter(|a| !a.trim().is_empty());
                }
            }
            "s" | "del" | "strike" => {
                self.out.push_str(&tags.add("{{ 'was_open' | phrase }}".to_owned(), 0..0));
                self.fresh = false;
                self.struck.push(self.out.len());
            }
            _ => self.block(breaks(name)),
        }
    }

    fn end(&mut self, i: usize, name: &str, tags: &mut Tags) {
        match name {
            "table" => {
                self.tables.pop();
                self.block(2);
            }
            "td" | "th" if self.tables.last().is_some_and(|t| !t.layout) => {}
            "a" => self.end_link(i, tags),
            "s" | "del" | "strike" => {
                if self.struck.pop().is_some() {
                    self.out.push_str(&tags.add("{{ 'was_close' | phrase }}".to_owned(), 0..0));
                }
            }
            "br" => {}
            _ => self.block(breaks(name)),
        }
    }

    /// `text: place` where the link has its line to itself, `text (place)` in a sentence, and only the text where the next link
    /// leads to the same place.
    fn end_link(&mut self, i: usize, tags: &mut Tags) {
        let Some(link) = self.links.pop() else { return };
        let here = self.hrefs.iter().position(|(token, _)| *token == link.token);
        let target = here.map(|h| self.hrefs[h].1.clone()).unwrap_or_default();
        let repeated = here.is_some_and(|h| self.hrefs.get(h + 1).is_some_and(|(_, next)| *next == target));
        let text = self.out.get(link.at..).unwrap_or_default().trim().to_owned();
        if target.is_empty() || target.starts_with('#') || repeated {
            return;
        }
        let href = html::decode(&link.href);
        let bare = href.trim_start_matches("mailto:").trim_start_matches("tel:");
        let visible = tags.restore(&text).text;
        if text == bare || visible == target || visible == tags.restore(bare).text {
            return;
        }
        if text.is_empty() {
            let Some(alt) = link.picture else { return };
            self.push_literal(&alt);
        }
        if link.line_start && self.ends_line(i) {
            self.out.push_str(&tags.add("{{ 'colon' | phrase }}".to_owned(), 0..0));
            self.out.push_str(bare);
        } else {
            self.out.push_str(" (");
            self.out.push_str(bare);
            self.out.push(')');
        }
        self.fresh = false;
    }

    /// Whether nothing visible follows on the line.
    fn ends_line(&self, i: usize) -> bool {
        for token in &self.tokens[i + 1..] {
            match &token.kind {
                Kind::Text if self.document[token.range.clone()].trim().is_empty() => {}
                Kind::Start { name, .. } | Kind::End { name } if breaks(name) > 0 || name == "br" => {
                    return true;
                }
                Kind::Comment | Kind::End { .. } => {}
                _ => return false,
            }
        }
        true
    }

    fn text(&mut self, text: &str) {
        let text = html::decode(text);
        // Zero-width characters and soft hyphens are for layout only.
        let visible = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{34f}' | '\u{feff}');
        let text: String =
            text.chars().filter(visible).map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
        if words.is_empty() {
            self.space(!text.is_empty());
            return;
        }
        self.space(blank(text.chars().next()));
        self.push_literal(&words);
        self.space(blank(text.chars().next_back()));
    }

    fn push_literal(&mut self, text: &str) {
        self.out.push_str(text);
        self.fresh = false;
        self.marker = false;
    }

    fn space(&mut self, wanted: bool) {
        if wanted && !self.fresh && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn word(&mut self, word: &str, output: bool) {
        self.out.push_str(word);
        if output {
            self.fresh = false;
            self.marker = false;
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.fresh = true;
    }

    /// Ends the line, and leaves a blank one for two. Breaks that meet become one when the message is made, because only then is
    /// known what stands between them.
    fn block(&mut self, lines: usize) {
        if lines == 0 || self.marker {
            return;
        }
        self.out.push(if lines == 1 { LINE } else { PARAGRAPH });
        self.fresh = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::super::library::Library;
    use super::super::tags::LoneLines;
    use super::super::tidy::tidy;
    use super::*;

    fn derived(body: &str) -> String {
        let mut tags = Tags::new(&[body]);
        let protected = tags.protect(body, &Library::default(), "html", LoneLines::Vanish).unwrap();
        let settled = document::settle(&protected, &tags, body).unwrap();
        let text = derive(&settled.html, &mut tags);
        tidy(&tags.restore(&text).text)
    }

    #[test]
    fn blocks_lists_and_links() {
        let text = derived(
            "<head><title>t</title><style>p{}</style></head><div style='display: none'>pre</div><h1>Hello&nbsp;{{ name }}</h1><p>See <a href='https://a.example'>this</a>, or\n <b>that</b>.</p><ul>{% for p in picks %}<li><a href='{{ p.url }}'>{{ p.title }}</a></li>{% endfor %}</ul><hr><a href='mailto:a@b.example'>a@b.example</a>",
        );
        assert_eq!(
            text,
            "Hello {{ name }}\n\nSee this (https://a.example), or that.\n\n{% for p in picks %}\n- {{ p.title }}{{ 'colon' | phrase }}{{ p.url }}\n{% endfor %}\n\n---\n\na@b.example\n"
        );
    }

    #[test]
    fn a_card_says_its_link_once() {
        let text = derived(
            "<table role='presentation'><tr><td><a href='{{ p.url }}'><img src='x' alt='{{ p.title }}'></a></td></tr><tr><td><a href='{{ p.url }}'>{{ p.title }}</a></td></tr><tr><td><a href='{{ p.url }}'>View</a></td></tr></table>",
        );
        assert_eq!(text.matches("p.url").count(), 1, "{text}");
        assert!(
            text.contains("{{ p.title }}\n") && text.contains("View{{ 'colon' | phrase }}{{ p.url }}"),
            "{text}"
        );
    }

    #[test]
    fn data_tables_keep_their_cells_apart() {
        assert_eq!(
            derived("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"),
            "a | b\n1 | 2\n"
        );
    }
}
