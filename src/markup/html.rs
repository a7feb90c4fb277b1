//! A small tokenizer for HTML, enough to know where in a document a place is. Used while a template is prepared or
//! looked at, never per message.

use std::ops::Range;

/// One attribute of a start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// In lower case.
    pub name: String,
    /// Where the value is, without its quotes; empty at the attribute's end if there is none.
    pub value: Range<usize>,
    /// Between quotes.
    pub quoted: bool,
}

/// What a piece of a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// The content of `style`, `script`, `title` or `textarea`, in which no tag is a tag.
    RawText,
    Start {
        name: String,
        attributes: Vec<Attribute>,
        closed: bool,
    },
    End {
        name: String,
    },
    Comment,
    Doctype,
}

/// A piece of a document and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// Elements without an end tag.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Cuts a document into tokens that cover it without a gap. Never fails: what is no markup is text.
pub(crate) fn tokenize(html: &str) -> Vec<Token> {
    cut(html, true)
}

/// With `raw`, the content of `style` and its like is one token, as in HTML; without, it is markup, as in XML.
fn cut(html: &str, raw: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let (kind, end) = next(html, at);
        let raw = match &kind {
            Kind::Start { name, closed: false, .. }
                if raw && matches!(name.as_str(), "style" | "script" | "title" | "textarea") =>
            {
                Some(end_of_raw(html, end, name))
            }
            _ => None,
        };
        tokens.push(Token { kind, range: at..end });
        at = end;
        if let Some(raw_end) = raw.filter(|e| *e > end) {
            tokens.push(Token { kind: Kind::RawText, range: end..raw_end });
            at = raw_end;
        }
    }
    tokens
}

fn next(html: &str, at: usize) -> (Kind, usize) {
    let rest = &html[at..];
    if let Some(comment) = rest.strip_prefix("<!--") {
        return (Kind::Comment, comment.find("-->").map_or(html.len(), |i| at + 4 + i + 3));
    }
    if rest.starts_with("<!") || rest.starts_with("<?") {
        return (Kind::Doctype, rest.find('>').map_or(html.len(), |i| at + i + 1));
    }
    let second = rest.as_bytes().get(1).copied().unwrap_or_default();
    if rest.starts_with("</") && rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) {
        let end = rest.find('>').map_or(html.len(), |i| at + i + 1);
        return (Kind::End { name: name_at(html, at + 2) }, end);
    }
    if rest.starts_with('<') && second.is_ascii_alphabetic() {
        return start_tag(html, at);
    }
    // Text reaches to the next thing that begins a tag or a comment.
    let markup =
        |i: usize| matches!(html.as_bytes().get(i + 1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?'));
    let first = html[at..].chars().next().map_or(html.len(), |c| at + c.len_utf8());
    let end = html[first..].match_indices('<').map(|(i, _)| first + i).find(|i| markup(*i));
    (Kind::Text, end.unwrap_or(html.len()))
}

fn name_at(html: &str, at: usize) -> String {
    let end =
        html[at..].find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).map_or(html.len(), |i| at + i);
    html[at..end].to_ascii_lowercase()
}

fn start_tag(html: &str, start: usize) -> (Kind, usize) {
    let bytes = html.as_bytes();
    let name = name_at(html, start + 1);
    let mut at = start + 1 + name.len();
    let mut attributes = Vec::new();
    let mut closed = false;
    loop {
        while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'/') {
            closed = bytes[at] == b'/';
            at += 1;
        }
        match bytes.get(at) {
            None => return (Kind::Start { name, attributes, closed }, html.len()),
            Some(b'>') => return (Kind::Start { name, attributes, closed }, at + 1),
            Some(_) => {
                closed = false;
                let (attribute, end) = attribute(html, at);
                attributes.push(attribute);
                at = end;
            }
        }
    }
}

fn attribute(html: &str, start: usize) -> (Attribute, usize) {
    let bytes = html.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() && !matches!(bytes[at], b'=' | b'>' | b'/') {
        at += 1;
    }
    let name = html.get(start..at).unwrap_or_default().to_ascii_lowercase();
    let mut value = at;
    while value < bytes.len() && bytes[value].is_ascii_whitespace() {
        value += 1;
    }
    if bytes.get(value) != Some(&b'=') {
        return (Attribute { name, value: at..at, quoted: true }, at);
    }
    value += 1;
    while value < bytes.len() && bytes[value].is_ascii_whitespace() {
        value += 1;
    }
    if let Some(quote @ (b'"' | b'\'')) = bytes.get(value) {
        let from = value + 1;
        let to = bytes[from..].iter().position(|b| b == quote).map_or(bytes.len(), |i| from + i);
        return (Attribute { name, value: from..to, quoted: true }, (to + 1).min(bytes.len()));
    }
    let mut to = value;
    while to < bytes.len() && !bytes[to].is_ascii_whitespace() && bytes[to] != b'>' {
        to += 1;
    }
    (Attribute { name, value: value..to, quoted: false }, to)
}

fn end_of_raw(html: &str, from: usize, name: &str) -> usize {
    let close = format!("</{name}");
    let bytes = html.as_bytes();
    (from..bytes.len())
        .find(|&i| {
            bytes[i..].len() >= close.len()
                && bytes[i..i + close.len()].eq_ignore_ascii_case(close.as_bytes())
        })
        .unwrap_or(bytes.len())
}

/// How deep elements may stand inside one another.
pub(crate) const DEPTH: usize = 200;

/// How deep elements stand inside one another. Parsers and writers that call themselves stand on this being small.
/// With `xml`, as a parser sees it that knows no raw text.
pub(crate) fn depth(html: &str, xml: bool) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for token in cut(html, !xml) {
        match token.kind {
            Kind::Start { name, closed: false, .. } if !is_void(&name) => open += 1,
            Kind::End { .. } => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Turns character references into characters: the named ones that mails use, and all numeric ones.
pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|e| *e <= 10);
        if let Some((character, end)) = end.and_then(|e| reference(&rest[1..e]).map(|c| (c, e))) {
            out.push(character);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "rarr" => '→',
        "larr" => '←',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        "shy" => '\u{ad}',
        _ => return None,
    })
}

/// Escapes the characters that mean something in text and in quoted attribute values.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match entity(c) {
            Some(entity) => out.push_str(entity),
            None => out.push(c),
        }
    }
    out
}

fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cover_the_document() {
        let html = "<!doctype html><html lang=en><style>a>b{}</style><p class='x y' hidden>a < b &amp; <!-- <i> --><br/></p>x";
        let tokens = tokenize(html);
        let mut at = 0;
        for token in &tokens {
            assert_eq!(token.range.start, at);
            at = token.range.end;
        }
        assert_eq!(at, html.len());
        assert!(tokens.iter().any(|t| t.kind == Kind::RawText && &html[t.range.clone()] == "a>b{}"));
        assert!(tokens.iter().any(|t| t.kind == Kind::Comment && &html[t.range.clone()] == "<!-- <i> -->"));
    }

    #[test]
    fn attributes_keep_their_places() {
        let html = r#"<a href="x?a=1" title = 'y' z=w checked>"#;
        let Kind::Start { attributes, .. } = &tokenize(html)[0].kind else { panic!("a start tag") };
        let seen: Vec<_> =
            attributes.iter().map(|a| (a.name.as_str(), &html[a.value.clone()], a.quoted)).collect();
        assert_eq!(
            seen,
            [("href", "x?a=1", true), ("title", "y", true), ("z", "w", false), ("checked", "", true)]
        );
    }

    #[test]
    fn references_are_decoded() {
        assert_eq!(decode("a &amp; b &#65; &#x4e2d; &unknown; &"), "a & b A 中 &unknown; &");
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_stop(html in "[a-z<>/!\\-\"'= &中]{0,200}") {
            let tokens = tokenize(&html);
            let whole: String = tokens.iter().map(|t| &html[t.range.clone()]).collect();
            proptest::prop_assert_eq!(whole, html);
        }
    }
}
