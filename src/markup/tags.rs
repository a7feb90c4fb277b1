//! Where the tags of minijinja stand in a text: `{{ … }}`, `{% … %}`, `{# … #}`.

use std::ops::Range;

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// `{{ … }}`: prints a value.
    Output,
    /// `{% … %}`: a statement.
    Statement,
    /// `{# … #}`: says nothing.
    Comment,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it does.
    pub kind: TagKind,
    /// All of it, braces included; to the text's end where it is never closed.
    pub range: Range<usize>,
}

impl Tag {
    /// What stands between the braces.
    #[must_use]
    pub fn inside<'t>(&self, text: &'t str) -> &'t str {
        let end = self.range.end.saturating_sub(2).max(self.range.start + 2);
        text.get(self.range.start + 2..end).unwrap_or_default()
    }
}

/// The tags of a text, in order.
#[must_use]
pub fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|i| at + i) {
        let (kind, close) = match text.as_bytes().get(open + 1) {
            Some(b'{') => (TagKind::Output, "}}"),
            Some(b'%') => (TagKind::Statement, "%}"),
            Some(b'#') => (TagKind::Comment, "#}"),
            _ => {
                at = open + 1;
                continue;
            }
        };
        let end = end_of(text, open + 2, close, kind != TagKind::Comment);
        found.push(Tag { kind, range: open..end });
        at = end;
    }
    found
}

/// Where a tag ends; its closing braces do not count inside quotes.
fn end_of(text: &str, from: usize, close: &str, quotes: bool) -> usize {
    let mut quote = None;
    for (i, c) in text[from..].char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if quotes && matches!(c, '"' | '\'') => quote = Some(c),
            None if text[from + i..].starts_with(close) => return from + i + close.len(),
            None => {}
        }
    }
    text.len()
}

/// The text with something harmless in the place of each byte of a tag, so that all else stands where it stood: `x` for
/// what prints, spaces for what does not. Line breaks stay.
#[must_use]
pub fn without_tags(text: &str, tags: &[Tag]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        out.push_str(&text[at..tag.range.start]);
        let filler = if tag.kind == TagKind::Output { 'x' } else { ' ' };
        out.extend(text[tag.range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { filler }));
        at = tag.range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_everything_else_stays_in_its_place() {
        let text = "a {{ x | f('}}') }} é{# \" #}{% if y %}{z} {{ open";
        let found = tags(text);
        let words: Vec<&str> = found.iter().map(|t| &text[t.range.clone()]).collect();
        assert_eq!(words, ["{{ x | f('}}') }}", "{# \" #}", "{% if y %}", "{{ open"]);
        let plain = without_tags(text, &found);
        assert_eq!(plain.len(), text.len());
        assert_eq!(plain.find('é'), text.find('é'));
        assert_eq!(plain.find("{z}"), text.find("{z}"));
    }

    #[test]
    fn the_inside_of_a_tag_that_is_cut_off_is_whatever_is_there() {
        for text in ["{{", "{{ ", "{%é", "{#"] {
            let found = tags(text);
            assert_eq!(found.len(), 1);
            assert!(found[0].inside(text).len() <= text.len());
        }
    }
}
