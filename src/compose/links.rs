//! Where links may lead.

/// Schemes that a link or a picture in a mail may have.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel", "sms", "cid"];

/// What a browser reads as the scheme: it skips blanks and control characters in front and inside.
fn scheme(url: &str) -> Option<String> {
    let end = url.find([':', '/', '?', '#'])?;
    if url.as_bytes()[end] != b':' {
        return None;
    }
    let name = url[..end].chars().filter(|c| !c.is_whitespace() && !c.is_control());
    Some(name.collect::<String>().to_ascii_lowercase())
}

/// Whether a link leads where no mail may lead: `javascript:`, `data:`, `file:`, …
pub(crate) fn refused(url: &str) -> bool {
    scheme(url).is_some_and(|s| !SCHEMES.contains(&s.as_str()))
}

/// A link as it goes into a mail: blanks and control characters encoded.
pub(crate) fn clean(url: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(url.len());
    for c in url.trim().chars() {
        if c.is_whitespace() || c.is_control() {
            for byte in c.to_string().bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The output tag `{{ x }}` as `{{ (x) | __link }}`; `None` for a raw block.
pub(crate) fn guarded(tag: &str) -> Option<String> {
    filtered(tag, "__link")
}

/// The output tag with one more filter at its end, and its whitespace control as it was.
pub(crate) fn filtered(tag: &str, filter: &str) -> Option<String> {
    let inner = tag.strip_prefix("{{")?.strip_suffix("}}")?;
    let (open, inner) = split_mark(inner, true);
    let (close, inner) = split_mark(inner, false);
    Some(format!("{{{{{open} ({}) | {filter} {close}}}}}", inner.trim()))
}

fn split_mark(inner: &str, front: bool) -> (&str, &str) {
    let mark = if front { inner.chars().next() } else { inner.chars().next_back() };
    match mark {
        Some('-' | '+') if front => inner.split_at(1),
        Some('-' | '+') => {
            let (rest, mark) = inner.split_at(inner.len() - 1);
            (mark, rest)
        }
        _ => ("", inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_with_the_scheme_are_seen() {
        for url in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
        ] {
            assert!(refused(url), "{url:?}");
        }
        for url in ["https://a.example/x:y", "/p/1", "p?x=a:b", "mailto:a@b.example", "#top", "cid:1@x", ""] {
            assert!(!refused(url), "{url:?}");
        }
    }

    #[test]
    fn blanks_are_encoded() {
        assert_eq!(clean(" https://a.example/a b\r\nc "), "https://a.example/a%20b%0D%0Ac");
    }

    #[test]
    fn a_filter_goes_around_the_whole_expression() {
        assert_eq!(guarded("{{- a if b else c -}}").unwrap(), "{{- (a if b else c) | __link -}}");
        assert_eq!(guarded("{{ -1 }}").unwrap(), "{{ (-1) | __link }}");
    }
}
