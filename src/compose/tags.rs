//! Template tags kept safe on their way through parsers that know nothing of them.
//!
//! Before MJML, Markdown or CSS is compiled, every `{{ … }}` and `{% … %}` is replaced by a word of letters and digits that no
//! parser touches. Afterwards the words are replaced by the tags. Because tags come back as they were written, the place of an error in
//! the compiled template leads back to the place in the author's text.

use std::ops::Range;

use super::error::{Part, TemplateError, TemplateFault};
use super::library::Library;

/// How many includes may stand inside one another.
const INCLUDE_DEPTH: usize = 8;
/// How many tags a template may have, includes and all.
const TAGS: usize = 5_000;

/// What stands between two places of a template's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// `{{ … }}`, and a `raw` block, which prints too.
    Output,
    /// `{% … %}`.
    Statement,
    /// `{# … #}`.
    Comment,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

/// A tag taken out of the text.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    /// The tag as it is put back.
    pub source: String,
    /// Where it is in the body that the author wrote.
    pub origin: Range<usize>,
    /// `source` is exactly the author's text, so that offsets inside it count.
    verbatim: bool,
    /// `{{ … }}` rather than `{% … %}`.
    pub output: bool,
}

impl Tag {
    /// The statement's first word: `for`, `endfor`, `if`, …; empty for an output.
    pub fn keyword(&self) -> &str {
        keyword(&self.source)
    }
}

/// How a line that holds nothing but statements is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoneLines {
    /// The line vanishes, its tags stay.
    Vanish,
    /// The tags stay on a line of their own as HTML comments (for Markdown, where a line counts).
    Comment,
}

/// All the tags of one template, and the word that stands for each.
#[derive(Debug, Clone)]
pub(crate) struct Tags {
    list: Vec<Tag>,
    prefix: String,
}

/// A template put together again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Restored {
    pub text: String,
    /// Where each tag begins in `text`, in order, with its number.
    spots: Vec<(usize, usize)>,
}

impl Tags {
    /// Tags for a template whose texts do not contain the word that will stand for them.
    pub fn new(texts: &[&str]) -> Self {
        let mut prefix = String::from("hrld");
        while texts.iter().any(|t| t.contains(&prefix)) {
            prefix.push('x');
        }
        Self { list: Vec::new(), prefix }
    }

    pub fn get(&self, index: usize) -> &Tag {
        &self.list[index]
    }

    /// Registers a tag of our own making, as if it stood at `origin`, and gives its word.
    pub fn add(&mut self, source: String, origin: Range<usize>) -> String {
        let output = source.starts_with("{{");
        self.list.push(Tag { source, origin, verbatim: false, output });
        self.word(self.list.len() - 1)
    }

    fn word(&self, index: usize) -> String {
        format!("{}{index}e", self.prefix)
    }

    /// A tag's word as a comment, which stands between elements.
    pub fn comment(&self, index: usize) -> String {
        format!("<!--{}-->", self.word(index))
    }

    /// The words in a text, as byte range and tag number, in order.
    pub fn words<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let start = at + text.get(at..)?.find(&self.prefix)?;
                let digits = start + self.prefix.len();
                let length = text[digits..].bytes().take_while(u8::is_ascii_digit).count();
                at = digits + length;
                let index = text[digits..at].parse().ok().filter(|i| *i < self.list.len());
                if let (Some(index), Some(b'e')) = (index, text.as_bytes().get(at)) {
                    at += 1;
                    return Some((start..at, index));
                }
            }
        })
    }

    /// Whether the text holds any word.
    pub fn any(&self, text: &str) -> bool {
        self.words(text).next().is_some()
    }

    /// Whether the text is one comment that holds exactly one word: its tag.
    pub fn in_comment(&self, comment: &str) -> Option<usize> {
        let inner = comment.strip_prefix("<!--")?.strip_suffix("-->")?;
        let (range, index) = self.words(inner).next()?;
        (range == (0..inner.len())).then_some(index)
    }

    /// Puts the tags back: words, and comments that hold one word.
    pub fn restore(&self, text: &str) -> Restored {
        let mut out = Restored::default();
        let mut at = 0;
        for (range, index) in self.words(text) {
            let comment = text[..range.start].ends_with("<!--")
                && text[range.end..].starts_with("-->")
                && at + 4 <= range.start;
            let (start, end) =
                if comment { (range.start - 4, range.end + 3) } else { (range.start, range.end) };
            push_literal(&text[at..start], &mut out.text);
            out.spots.push((out.text.len(), index));
            out.text.push_str(&self.list[index].source);
            at = end;
        }
        push_literal(&text[at..], &mut out.text);
        out
    }

    /// Reads a text, resolves its includes, and gives it with words for tags.
    pub fn protect(
        &mut self,
        text: &str,
        library: &Library,
        extension: &str,
        lone: LoneLines,
    ) -> Result<String, TemplateError> {
        let mut reader = Reader { tags: self, library, extension, lone, open: Vec::new() };
        let mut out = String::with_capacity(text.len() + text.len() / 4);
        reader.read(text, None, &mut out)?;
        Ok(out)
    }

    /// As [`Tags::protect`], for a text that is ours: its tags count as standing at `origin`.
    pub fn protect_ours(
        &mut self,
        text: &str,
        library: &Library,
        extension: &str,
        origin: Range<usize>,
    ) -> Result<String, TemplateError> {
        let mut reader = Reader { tags: self, library, extension, lone: LoneLines::Vanish, open: Vec::new() };
        let mut out = String::with_capacity(text.len());
        reader.read(text, Some(&origin), &mut out)?;
        Ok(out)
    }
}

impl Restored {
    /// Leads a place in the compiled template back to the author's text.
    pub fn origin(&self, tags: &Tags, range: &Range<usize>) -> Option<Range<usize>> {
        let after = self.spots.partition_point(|(start, _)| *start <= range.start);
        let (start, index) = *self.spots.get(after.checked_sub(1)?)?;
        let tag = &tags.list[index];
        if !tag.verbatim {
            return Some(tag.origin.clone());
        }
        let clamp = |at: usize| (tag.origin.start + at.saturating_sub(start)).min(tag.origin.end);
        Some(clamp(range.start)..clamp(range.end))
    }
}

/// Writes text that is no tag so that the engine sees none in it: style sheets hold `{#`, decoded references may hold `{{`.
fn push_literal(text: &str, out: &mut String) {
    let mut at = 0;
    while let Some(found) = next_opening(text, at) {
        out.push_str(&text[at..found]);
        let mark = &text[found..found + 2];
        out.push_str(&["{{ '", mark, "' }}"].concat());
        at = found + 2;
    }
    out.push_str(&text[at..]);
}

struct Reader<'a> {
    tags: &'a mut Tags,
    library: &'a Library,
    extension: &'a str,
    lone: LoneLines,
    open: Vec<String>,
}

impl Reader<'_> {
    /// `outer` is where the text was included, if it is not the author's own.
    fn read(
        &mut self,
        text: &str,
        outer: Option<&Range<usize>>,
        out: &mut String,
    ) -> Result<(), TemplateError> {
        let place = |range: &Range<usize>| outer.cloned().unwrap_or_else(|| range.clone());
        let tokens = scan(text).map_err(|(range, message)| {
            TemplateError::new(Part::Body, place(&range), TemplateFault::Syntax, message)
        })?;
        if self.tags.list.len() + tokens.len() > 2 * TAGS {
            let message = format!("a template may have {TAGS} tags at most");
            return Err(TemplateError::new(
                Part::Body,
                place(&(0..text.len())),
                TemplateFault::Limit,
                message,
            ));
        }
        for (i, token) in tokens.iter().enumerate() {
            let source = &text[token.range.clone()];
            match token.kind {
                Kind::Text => out.push_str(without_lone_lines(text, &tokens, i, self.lone)),
                Kind::Comment => {}
                Kind::Statement if keyword(source) == "include" => {
                    self.include(source, place(&token.range), out)?;
                }
                Kind::Statement | Kind::Output => {
                    refuse(source, &place(&token.range))?;
                    self.tags.list.push(Tag {
                        source: source.to_owned(),
                        origin: place(&token.range),
                        verbatim: outer.is_none(),
                        output: token.kind == Kind::Output,
                    });
                    let word = self.tags.word(self.tags.list.len() - 1);
                    if self.lone == LoneLines::Comment && is_lone(text, &tokens, i) {
                        out.push_str("<!--");
                        out.push_str(&word);
                        out.push_str("-->");
                    } else {
                        out.push_str(&word);
                    }
                }
            }
        }
        Ok(())
    }

    fn include(&mut self, tag: &str, origin: Range<usize>, out: &mut String) -> Result<(), TemplateError> {
        let error =
            |message: String| TemplateError::new(Part::Body, origin.clone(), TemplateFault::Include, message);
        let inner = inside(tag).strip_prefix("include").unwrap_or_default().trim();
        let quoted = |q: char| inner.strip_prefix(q).and_then(|rest| rest.strip_suffix(q));
        let name = quoted('"').or_else(|| quoted('\'')).filter(|n| !n.contains(['"', '\'']));
        let name =
            name.ok_or_else(|| error("the name of an included text must be written out".to_owned()))?;
        if self.open.iter().any(|n| n == name) {
            return Err(error(format!("`{name}` includes itself")));
        }
        if self.open.len() == INCLUDE_DEPTH {
            return Err(error(format!("more than {INCLUDE_DEPTH} includes inside one another")));
        }
        let text = self.library.find(name, self.extension).ok_or_else(|| {
            error(format!("there is no `{name}` to include"))
                .help(format!("the shipped ones are {}", Library::shipped_names(self.extension).join(", ")))
        })?;
        self.open.push(name.to_owned());
        self.read(&text, Some(&origin), out)?;
        self.open.pop();
        Ok(())
    }
}

/// Statements that have no place in a mail: those that load other files at run time, and the one that turns escaping off.
fn refuse(tag: &str, origin: &Range<usize>) -> Result<(), TemplateError> {
    let word = keyword(tag);
    let (fault, why) = match word {
        "autoescape" | "endautoescape" => (TemplateFault::Unsafe, "escaping cannot be turned off in a mail"),
        "extends" | "import" | "from" | "block" | "endblock" => {
            (TemplateFault::Include, "only `include` brings in another text")
        }
        _ => return Ok(()),
    };
    Err(TemplateError::new(Part::Body, origin.clone(), fault, format!("`{word}` is not for mails: {why}")))
}

/// What is between a tag's marks, without whitespace control.
fn inside(tag: &str) -> &str {
    let inner = tag.get(2..tag.len().saturating_sub(2)).unwrap_or_default();
    inner.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace())
}

fn keyword(tag: &str) -> &str {
    if !tag.starts_with("{%") {
        return "";
    }
    inside(tag).split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// Cuts a template's text into tags and what stands between them.
fn scan(text: &str) -> Result<Vec<Token>, (Range<usize>, String)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(found) = next_opening(text, at) {
        let kind = match text.as_bytes()[found + 1] {
            b'{' => Kind::Output,
            b'%' => Kind::Statement,
            _ => Kind::Comment,
        };
        if found > at {
            tokens.push(Token { kind: Kind::Text, range: at..found });
        }
        let unclosed = || (found..(found + 2), "a tag is opened here and never closed".to_owned());
        let mut end = closing(text, found, kind).ok_or_else(unclosed)?;
        let mut kind = kind;
        if kind == Kind::Statement && keyword(&text[found..end]) == "raw" {
            end = end_of_raw(text, end).ok_or_else(unclosed)?;
            kind = Kind::Output;
        }
        tokens.push(Token { kind, range: found..end });
        at = end;
    }
    if at < text.len() {
        tokens.push(Token { kind: Kind::Text, range: at..text.len() });
    }
    Ok(tokens)
}

fn next_opening(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len().saturating_sub(1))
        .find(|&i| bytes[i] == b'{' && matches!(bytes[i + 1], b'{' | b'%' | b'#'))
}

/// The end of the tag that begins at `start`; quotes inside an expression may hold the closing mark.
fn closing(text: &str, start: usize, kind: Kind) -> Option<usize> {
    let close: &[u8] = match kind {
        Kind::Output => b"}}",
        Kind::Statement => b"%}",
        Kind::Comment | Kind::Text => return text[start + 2..].find("#}").map(|i| start + 2 + i + 2),
    };
    let bytes = text.as_bytes();
    let (mut at, mut quote, mut braces) = (start + 2, None, 0_usize);
    while at < bytes.len() {
        let byte = bytes[at];
        if let Some(open) = quote {
            if byte == b'\\' {
                at += 1;
            } else if byte == open {
                quote = None;
            }
        } else if braces == 0 && bytes[at..].starts_with(close) {
            return Some(at + 2);
        } else {
            match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'{' => braces += 1,
                b'}' => braces = braces.saturating_sub(1),
                _ => {}
            }
        }
        at += 1;
    }
    None
}

fn end_of_raw(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + text[at..].find("{%")?;
        let end = closing(text, start, Kind::Statement)?;
        if keyword(&text[start..end]) == "endraw" {
            return Some(end);
        }
        at = start + 2;
    }
}

/// Whether the token stands on lines that hold nothing but statements, comments and blanks.
fn is_lone(text: &str, tokens: &[Token], index: usize) -> bool {
    if !matches!(tokens[index].kind, Kind::Statement | Kind::Comment) {
        return false;
    }
    let blank = |t: &Token, back: bool| -> Option<bool> {
        let s = &text[t.range.clone()];
        match t.kind {
            Kind::Output => Some(false),
            Kind::Statement | Kind::Comment => None,
            Kind::Text => {
                let line = if back { s.rsplit('\n').next() } else { s.split('\n').next() };
                if !line.unwrap_or_default().trim().is_empty() {
                    Some(false)
                } else if s.contains('\n') {
                    Some(true)
                } else {
                    None
                }
            }
        }
    };
    tokens[..index].iter().rev().find_map(|t| blank(t, true)).unwrap_or(true)
        && tokens[index + 1..].iter().find_map(|t| blank(t, false)).unwrap_or(true)
}

/// A text token, without the indentation before and the line break after tags on lines of their own.
fn without_lone_lines<'a>(text: &'a str, tokens: &[Token], index: usize, lone: LoneLines) -> &'a str {
    let mut s = &text[tokens[index].range.clone()];
    if lone == LoneLines::Comment {
        return s;
    }
    let before = index.checked_sub(1).is_some_and(|i| is_lone(text, tokens, i));
    let after = index + 1 < tokens.len() && is_lone(text, tokens, index + 1);
    if before && after && !s.contains('\n') {
        return "";
    }
    if after {
        s = &s[..s.rfind('\n').map_or(0, |i| i + 1)];
    }
    if before {
        s = s.find('\n').map_or("", |i| &s[i + 1..]);
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protect(text: &str, lone: LoneLines) -> (String, Tags) {
        let mut tags = Tags::new(&[text]);
        let out = tags.protect(text, &Library::default(), "html", lone).unwrap();
        (out, tags)
    }

    #[test]
    fn tags_come_back_as_they_were_written() {
        let text = "a {{ x | default('}}') }} b {%- if y -%} c {% endif %} {% raw %}{{ z }}{% endraw %} {{ {'a': {'b': 1}} }}";
        let (protected, tags) = protect(text, LoneLines::Vanish);
        assert!(!protected.contains('{'), "{protected}");
        assert_eq!(tags.restore(&protected).text, text);
    }

    #[test]
    fn a_word_in_the_text_is_never_taken_for_a_tag() {
        let text = "hrld0e hrldx0e {{ a }}";
        let (protected, tags) = protect(text, LoneLines::Vanish);
        assert_eq!(tags.restore(&protected).text, text);
    }

    #[test]
    fn lines_of_statements_vanish() {
        let text = "a\n  {% for x in y %}\n- {{ x }}\n  {% endfor %} {# done #}\nb {% if z %} c\n{% endif %}";
        let (protected, tags) = protect(text, LoneLines::Vanish);
        let restored = tags.restore(&protected).text;
        assert_eq!(restored, "a\n{% for x in y %}- {{ x }}\n{% endfor %}b {% if z %} c\n{% endif %}");
    }

    #[test]
    fn an_error_leads_back_to_the_authors_text() {
        let text = "<p>{{ first }}</p> {{ second | money }}";
        let (protected, tags) = protect(text, LoneLines::Vanish);
        let restored = tags.restore(&protected.replace("<p>", "<p style=\"margin:0\">"));
        let at = restored.text.find("second").unwrap();
        assert_eq!(&text[restored.origin(&tags, &(at..at + 6)).unwrap()], "second");
    }

    #[test]
    fn what_is_not_for_mails_is_refused_at_its_place() {
        for (text, place) in [
            ("a {% include name %}", "{% include name %}"),
            ("{% extends 'x' %}", "{% extends 'x' %}"),
            ("b {% autoescape false %}{% endautoescape %}", "{% autoescape false %}"),
            ("c {{ x", "{{"),
            ("d {% include 'std/none' %}", "{% include 'std/none' %}"),
        ] {
            let error =
                Tags::new(&[text]).protect(text, &Library::default(), "html", LoneLines::Vanish).unwrap_err();
            assert_eq!(&text[error.range], place, "{text}");
        }
    }

    #[test]
    fn text_that_looks_like_a_tag_only_afterwards_is_no_tag() {
        let tags = Tags::new(&[]);
        let env = minijinja::Environment::new();
        let restored = tags.restore("@media x{#a{y:z}} {{ b {% c");
        assert_eq!(env.render_str(&restored.text, ()).unwrap(), "@media x{#a{y:z}} {{ b {% c");
    }

    #[test]
    fn includes_that_go_round_are_an_error() {
        let mut library = Library::default();
        library.add("a.html", "{% include 'b' %}");
        library.add("b.html", "{% include 'a' %}");
        let error =
            Tags::new(&[]).protect("x {% include 'a' %}", &library, "html", LoneLines::Vanish).unwrap_err();
        assert_eq!(error.fault, TemplateFault::Include);
        assert!(error.message.contains("includes itself"), "{}", error.message);
    }
}
