//! One proposal, and the places to fill in that it may have.

use std::ops::Range;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, TextEdit,
};

/// One proposal. In what it inserts `§{x}` is a place to fill in, `§|a,b|` a choice, and `§` alone where the cursor ends.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What is shown and, if nothing else is said, inserted.
    pub label: String,
    pub kind: CompletionItemKind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown.
    pub doc: String,
    pub insert: Option<String>,
    /// Smaller comes first.
    pub rank: u8,
    /// Further changes, such as of a `use` line.
    pub edits: Vec<TextEdit>,
    /// What is replaced, where it is not the word before the cursor.
    pub replaces: Option<Range<usize>>,
}

impl Entry {
    pub fn new(label: impl Into<String>, kind: CompletionItemKind, detail: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            kind,
            detail: detail.into(),
            doc: String::new(),
            insert: None,
            rank: 5,
            edits: Vec::new(),
            replaces: None,
        }
    }

    /// A word of the language.
    pub fn word(label: &str, detail: &str) -> Self {
        Self::new(label, CompletionItemKind::KEYWORD, detail)
    }

    pub fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = doc.into();
        self
    }

    pub fn inserting(mut self, text: impl Into<String>) -> Self {
        self.insert = Some(text.into());
        self
    }

    pub fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    pub fn replacing(mut self, range: Range<usize>) -> Self {
        self.replaces = Some(range);
        self
    }

    /// As the protocol has it.
    pub fn item(self, range: lsp_types::Range, snippets: bool) -> CompletionItem {
        let text = self.insert.unwrap_or_else(|| self.label.clone());
        let (new_text, places) = if snippets { snippet(&text) } else { (plain(&text), false) };
        let documentation = (!self.doc.is_empty()).then_some(Documentation::MarkupContent(MarkupContent {
            kind: MarkupKind::Markdown,
            value: self.doc,
        }));
        CompletionItem {
            sort_text: Some(format!("{:02}{}", self.rank, self.label)),
            filter_text: Some(self.label.clone()),
            label: self.label,
            kind: Some(self.kind),
            detail: (!self.detail.is_empty()).then_some(self.detail),
            documentation,
            insert_text_format: Some(if places {
                InsertTextFormat::SNIPPET
            } else {
                InsertTextFormat::PLAIN_TEXT
            }),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, new_text))),
            additional_text_edits: (!self.edits.is_empty()).then_some(self.edits),
            ..CompletionItem::default()
        }
    }
}

/// The parts of a text with places: plain text, places with what they hold, choices.
fn parts(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('§') {
        parts.push((&rest[..at], None));
        let after = &rest[at + '§'.len_utf8()..];
        let close = match after.chars().next() {
            Some('{') => after.find('}').map(|i| i + 1),
            Some('|') => after[1..].find('|').map(|i| i + 2),
            _ => None,
        };
        let end = close.unwrap_or(0);
        parts.push((&after[..end], Some(&after[..end])));
        rest = &after[end..];
    }
    parts.push((rest, None));
    parts
}

/// The text in the protocol's syntax for snippets, and whether there is a place in it.
fn snippet(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut next = 1;
    let mut places = false;
    for (part, place) in parts(text) {
        let Some(place) = place else {
            if text.contains('§') {
                out.push_str(&part.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}"));
            } else {
                out.push_str(part);
            }
            continue;
        };
        places = true;
        match place.chars().next() {
            Some('{') if place == "{}" => out.push_str(&format!("${next}")),
            Some('{') => out.push_str(&format!("${{{next}:{}", &place[1..])),
            Some('|') => out.push_str(&format!("${{{next}{place}}}")),
            _ => {
                out.push_str("$0");
                continue;
            }
        }
        next += 1;
    }
    (out, places)
}

/// The text as it is inserted where places cannot be.
fn plain(text: &str) -> String {
    let shown = |place: &str| match place.chars().next() {
        Some('{') => place[1..place.len() - 1].to_owned(),
        Some('|') => place[1..place.len() - 1].split(',').next().unwrap_or("").to_owned(),
        _ => String::new(),
    };
    parts(text).into_iter().map(|(part, place)| place.map_or_else(|| part.to_owned(), shown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_in_order_and_left_out_for_those_who_cannot_have_them() {
        let text = "offer §{name} {\n  discount: §{15}%\n  x: §|a,b|\n  §\n}";
        assert_eq!(
            snippet(text),
            ("offer ${1:name} {\n  discount: ${2:15}%\n  x: ${3|a,b|}\n  $0\n\\}".to_owned(), true)
        );
        assert_eq!(plain(text), "offer name {\n  discount: 15%\n  x: a\n  \n}");
        assert_eq!(snippet("a $b"), ("a $b".to_owned(), false));
    }
}
