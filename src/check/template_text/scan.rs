//! Cuts a text into its tags, with what is wrong in their lexis: what is never closed, brackets, strange letters.

use std::ops::Range;

use minijinja::machinery::{Token, Tokenizer};
use minijinja::syntax::SyntaxConfig;

/// How many tokens one tag may have. The engine's parser calls itself once for some of them, so this bounds its
/// stack; a tag that people wrote has a few dozen.
const TOKENS_IN_A_TAG: usize = 500;

/// How many mistakes are looked for in one text; later ones are seldom mistakes of their own.
const FAULTS: usize = 20;

/// `{{ … }}` or `{% … %}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// All of it, marks included.
    pub range: Range<usize>,
    /// The first word of a statement, with its place; none for an output.
    pub word: Option<Range<usize>>,
    /// Whether a single `=` stands outside brackets: what tells `{% set x = 1 %}` from a `set` block.
    pub assigns: bool,
}

/// A mistake that can be seen without a grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The text to point at.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What to write in place of `range`.
    pub replacement: Option<String>,
}

impl Fault {
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None, replacement: None }
    }

    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    pub fn replace(mut self, text: &str) -> Self {
        self.help = Some(format!("write `{text}`"));
        self.replacement = Some(text.to_owned());
        self
    }
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The tags that are whole, in order.
    pub tags: Vec<Tag>,
    /// What is wrong, in order.
    pub faults: Vec<Fault>,
    /// The regions that could not be read.
    pub broken: Vec<Range<usize>>,
}

/// Cuts a text into tags. Behind a mistake it goes on with the next tag.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut from = 0;
    while scan.faults.len() < FAULTS {
        let Some(stop) = (Piece { text, from, open: None, done: from }).read(&mut scan) else { break };
        from = stop;
    }
    scan
}

/// A tag that is being read.
struct Open {
    tag: Tag,
    output: bool,
    tokens: usize,
    brackets: Vec<(Range<usize>, char)>,
}

impl Open {
    fn closing(&self) -> &'static str {
        if self.output { "}}" } else { "%}" }
    }
}

/// The text from a place on, until its end or a mistake.
struct Piece<'t> {
    text: &'t str,
    from: usize,
    open: Option<Open>,
    /// Where the last token ended.
    done: usize,
}

impl Piece<'_> {
    /// Reads on; gives the place to go on from after a mistake, none at the text's end.
    fn read(mut self, scan: &mut Scan) -> Option<usize> {
        let mut tokens = Tokenizer::new(&self.text[self.from..], "", false, SyntaxConfig::default());
        loop {
            let fault = match tokens.next_token() {
                Ok(Some((token, span))) => {
                    let range = self.from + span.start_offset as usize..self.from + span.end_offset as usize;
                    self.done = range.end;
                    self.take(&token, range, scan)
                }
                Ok(None) => {
                    let open = self.open.as_ref()?;
                    Some(unclosed(open))
                }
                Err(error) => Some(self.lexical(error.detail().unwrap_or_default())),
            };
            if let Some(fault) = fault {
                return self.recover(fault, scan);
            }
        }
    }

    fn take(&mut self, token: &Token<'_>, range: Range<usize>, scan: &mut Scan) -> Option<Fault> {
        let Some(open) = self.open.as_mut() else {
            let output = matches!(token, Token::VariableStart);
            if output || matches!(token, Token::BlockStart) {
                let tag = Tag { range, word: None, assigns: false };
                self.open = Some(Open { tag, output, tokens: 0, brackets: Vec::new() });
            }
            return None;
        };
        open.tokens += 1;
        open.tag.range.end = range.end;
        if open.tokens > TOKENS_IN_A_TAG {
            let start = open.tag.range.start;
            return Some(Fault::new(start..start + 2, "this tag is too long to be read").help("cut it up"));
        }
        match token {
            Token::VariableEnd | Token::BlockEnd => {
                if let Some(open) = self.open.take() {
                    scan.tags.push(open.tag);
                }
            }
            Token::Ident(_) if open.tokens == 1 && !open.output => open.tag.word = Some(range),
            Token::Assign if open.brackets.is_empty() => open.tag.assigns = true,
            Token::ParenOpen => open.brackets.push((range, ')')),
            Token::BracketOpen => open.brackets.push((range, ']')),
            Token::BraceOpen => open.brackets.push((range, '}')),
            Token::ParenClose => return close(self.text, open, range, ')'),
            Token::BracketClose => return close(self.text, open, range, ']'),
            Token::BraceClose => return close(self.text, open, range, '}'),
            _ => {}
        }
        None
    }

    /// What the engine's lexer stumbled over, just behind the last token.
    fn lexical(&self, detail: &str) -> Fault {
        let rest = &self.text[self.done..];
        let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
        let at = self.done + blank;
        let find = |mark: &str| rest.find(mark).map_or(at, |i| self.done + i);
        if detail.contains("comment") {
            let at = find("{#");
            return Fault::new(at..at + 2, "this comment is never closed").help("a comment ends with `#}`");
        }
        if detail.contains("raw block") {
            let at = find("{%");
            let end = self.text[at..].find("%}").map_or(self.text.len(), |i| at + i + 2);
            return Fault::new(at..end, "this `raw` is never closed").help("it ends with `{% endraw %}`");
        }
        if detail.contains("string") {
            let quote = self.text[at..].chars().next().unwrap_or('"');
            return Fault::new(at..at + 1, "this text in quotes is never closed")
                .help(format!("end it with `{quote}`"));
        }
        strange(self.text, at, detail)
    }

    /// Reports the mistake, or that its tag is never closed where that explains it, and finds where to go on.
    fn recover(self, fault: Fault, scan: &mut Scan) -> Option<usize> {
        let Some(open) = self.open else {
            scan.broken.push(self.done..self.text.len());
            scan.faults.push(fault);
            return None;
        };
        let start = open.tag.range.start;
        let inside = start + 2;
        let closing = self.text[inside..].find(open.closing()).map(|i| inside + i + 2);
        let next = ["{{", "{%"].iter().filter_map(|m| self.text[inside..].find(m)).min().map(|i| inside + i);
        let end = match (closing, next) {
            (Some(closing), Some(next)) if next < closing => None,
            (closing, _) => closing,
        };
        let strange_bracket = fault.message.contains("ends with");
        scan.faults.push(if end.is_some() || strange_bracket { fault } else { unclosed(&open) });
        let stop = end.or(next);
        scan.broken.push(start..stop.unwrap_or(self.text.len()));
        stop
    }
}

fn unclosed(open: &Open) -> Fault {
    let start = open.tag.range.start;
    let mark = if open.output { "{{" } else { "{%" };
    Fault::new(start..start + 2, format!("`{mark}` is never closed"))
        .help(format!("close it with `{}`", open.closing()))
}

/// A closing bracket: must match the last that was opened.
fn close(text: &str, open: &mut Open, range: Range<usize>, bracket: char) -> Option<Fault> {
    match open.brackets.pop() {
        Some((_, expected)) if expected == bracket => None,
        Some((opened, expected)) => {
            let help = format!("close it with `{expected}`");
            Some(Fault::new(opened, "this bracket is never closed").help(help))
        }
        None if bracket == '}' => {
            let mark = if open.output { "{{" } else { "{%" };
            let start = if text[..range.start].ends_with('%') { range.start - 1 } else { range.start };
            let end = if text[range.end..].starts_with('}') { range.end + 1 } else { range.end };
            let message = format!("a tag that begins with `{mark}` ends with `{}`", open.closing());
            Some(Fault::new(start..end, message).replace(open.closing()))
        }
        None => Some(Fault::new(range, format!("`{bracket}` closes nothing"))),
    }
}

/// A character that no tag may have, with what was probably meant.
fn strange(text: &str, at: usize, detail: &str) -> Fault {
    let rest = &text[at..];
    let Some(c) = rest.chars().next() else { return Fault::new(at..at, "the text ends inside a tag") };
    let range = at..at + c.len_utf8();
    if rest.starts_with("&&") {
        return Fault::new(at..at + 2, "`&&` is no word of templates").replace("and");
    }
    let wide = [
        ("“”„‟″＂「」", "\""),
        ("‘’‚＇", "'"),
        ("，、", ","),
        ("｜", "|"),
        ("（", "("),
        ("）", ")"),
        ("：", ":"),
        ("＝", "="),
        ("．。", "."),
        ("％", "%"),
        ("［【", "["),
        ("］】", "]"),
        ("–—−", "-"),
        ("\u{a0}\u{3000}\u{200b}\u{feff}", " "),
    ];
    if let Some((_, plain)) = wide.iter().find(|(set, _)| set.contains(c)) {
        let name = if plain.trim().is_empty() {
            "a special blank stands here".to_owned()
        } else {
            format!("`{c}` is not the sign that templates use")
        };
        // Quotes go in pairs: to replace the first alone would leave a text without its end.
        if matches!(*plain, "\"" | "'")
            && let Some((end, close)) = rest.char_indices().skip(1).find(|(_, other)| {
                wide.iter().any(|(set, right)| right == plain && set.contains(*other))
                    || plain.contains(*other)
            })
        {
            let inner = &rest[c.len_utf8()..end];
            if !inner.contains(['"', '\'', '\n', '{', '}']) {
                let whole = at..at + end + close.len_utf8();
                return Fault::new(whole, name).replace(&format!("{plain}{inner}{plain}"));
            }
        }
        let help =
            if *plain == " " { "write an ordinary blank".to_owned() } else { format!("write `{plain}`") };
        let fault = Fault::new(range, name).replace(plain);
        return Fault { help: Some(help), ..fault };
    }
    match c {
        '!' => Fault::new(range, "`!` is no word of templates").replace("not "),
        '?' => Fault::new(range, "`?` is no word of templates").help("write `a if condition else b`"),
        _ if detail.contains("unexpected character") => {
            Fault::new(range, format!("`{c}` does not belong in a tag"))
        }
        _ => Fault::new(range, detail.to_owned()),
    }
}
