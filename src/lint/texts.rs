//! The texts that customers read, as lints look at them: subjects and preheaders as lines, bodies as markup.

use std::ops::Range;

use crate::check::model::{Copy, Format, Line, Template};
use crate::diagnostic::Span;
use crate::markup::html::{Attribute, Kind, Token, tokenize};
use crate::markup::{Tag, tags, without_tags};
use crate::syntax::rules::{Alternative, Part};
use crate::syntax::tree::Str;

/// A text with its tags found.
pub struct Text<'t> {
    /// As it was written.
    pub written: &'t Str,
    /// Where minijinja's tags stand.
    pub tags: Vec<Tag>,
    /// The text without them, everything else in its place.
    pub plain: String,
}

impl<'t> Text<'t> {
    /// Looks at a text.
    pub fn of(written: &'t Str) -> Self {
        let tags = tags(&written.value);
        let plain = without_tags(&written.value, &tags);
        Self { written, tags, plain }
    }

    /// The place in the file of a range.
    pub fn place(&self, range: Range<usize>) -> Span {
        self.written.place(range)
    }

    /// What was written there.
    pub fn at(&self, range: Range<usize>) -> &'t str {
        self.written.value.get(range).unwrap_or_default()
    }

    /// Whether a tag of minijinja stands in a range.
    pub fn is_filled(&self, range: &Range<usize>) -> bool {
        self.tags.iter().any(|tag| tag.range.start < range.end && range.start < tag.range.end)
    }

    /// The words that everybody reads: the text in pieces, without what differs by customer.
    pub fn literal(&self) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for tag in &self.tags {
            pieces.push(at..tag.range.start);
            at = tag.range.end;
        }
        pieces.push(at..self.written.value.len());
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

/// A body, or a text that one includes.
pub struct Body<'t> {
    /// The template that it is of.
    pub template: &'t Template,
    /// The text.
    pub text: Text<'t>,
    /// Its markup; of plain text none, of Markdown what is HTML in it.
    tokens: Vec<Token>,
}

/// A start tag of HTML or MJML.
pub struct Element<'b> {
    /// Its name, in lower case.
    pub name: &'b str,
    /// Its attributes.
    pub attributes: &'b [Attribute],
    /// From `<` to `>`.
    pub range: Range<usize>,
}

impl Element<'_> {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The tag's name, without what stands behind it.
    pub fn head(&self) -> Range<usize> {
        self.range.start..self.range.start + 1 + self.name.len()
    }
}

impl Body<'_> {
    /// Its start tags, in order. What stands in comments is none.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        self.tokens.iter().filter_map(|token| match &token.kind {
            Kind::Start { name, attributes, .. } => {
                Some(Element { name, attributes, range: token.range.clone() })
            }
            _ => None,
        })
    }

    /// Its markup, from its beginning to its end.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What an attribute says in words that are the same for everybody; none where a value is filled in.
    pub fn literal_value(&self, attribute: &Attribute) -> Option<&str> {
        let range = attribute.value.clone();
        (!self.text.is_filled(&range)).then(|| self.text.at(range))
    }
}

/// The body of a template and the texts of its own that it includes.
pub fn bodies(template: &Template) -> impl Iterator<Item = Body<'_>> {
    std::iter::once(&template.body).chain(template.includes.values()).map(|written| {
        let text = Text::of(written);
        let tokens = if template.format == Format::Text { Vec::new() } else { tokenize(&text.plain) };
        Body { template, text, tokens }
    })
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A subject.
    Subject,
    /// A preheader.
    Preheader,
}

/// The lines of a template that are texts in place.
pub fn lines(template: &Template) -> Vec<(Role, &Str)> {
    let both = [(Role::Subject, Some(&template.subject)), (Role::Preheader, template.preheader.as_ref())];
    let texts = both.into_iter().filter_map(|(role, line)| match line {
        Some(Line::Text(text)) => Some((role, text)),
        _ => None,
    });
    texts.collect()
}

/// Every way in which copy may begin: its first texts; none where a rule of no known name would be first.
pub fn beginnings(copy: &Copy) -> Vec<&Str> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    if let Some(first) = copy.rules.rules.first() {
        begin(copy, &first.name.text, &mut seen, &mut found);
    }
    found.extend(&copy.fallback);
    found
}

fn begin<'c>(copy: &'c Copy, rule: &'c str, seen: &mut Vec<&'c str>, found: &mut Vec<&'c Str>) {
    if seen.contains(&rule) {
        return;
    }
    seen.push(rule);
    let named = copy.rules.rules.iter().find(|r| r.name.text == rule);
    let firsts =
        named.into_iter().flat_map(|r| &r.alternatives).filter_map(|a: &Alternative| a.parts.first());
    for first in firsts {
        match first {
            Part::Text(text) => found.push(text),
            Part::Rule(name) => begin(copy, &name.text, seen, found),
        }
    }
}

/// All texts in a copy's rules.
pub fn texts_of(copy: &Copy) -> impl Iterator<Item = &Str> {
    let parts = copy.rules.rules.iter().flat_map(|r| &r.alternatives).flat_map(|a| &a.parts);
    let texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text),
        Part::Rule(_) => None,
    });
    texts.chain(&copy.fallback)
}
