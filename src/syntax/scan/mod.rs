//! The pass before the grammar: it settles comments, strings, brackets and line breaks.
//!
//! These four are what one wrong character upsets for the rest of a file, so they are decided with all of the
//! text in view, and their mistakes are reported here. The result is a copy of the text, every byte at its
//! place, in which comments and needless line breaks are blanks and brackets that never close have a mark where
//! they end; `grammar/campaign.pest` lists the marks. The grammar can then be total and never go back.

mod brackets;
mod chars;
mod lines;
mod quotes;

use crate::diagnostic::Diagnostic;

use super::findings::Findings;
use super::tree::Comment;

/// A line break at which open brackets end.
const STOP: u8 = 2;
/// A line break after which a declaration or a `use` begins.
const ITEM: u8 = 3;
/// A bracket nested too deeply to be read.
const HIDDEN: u8 = 4;
/// Text in wrong quotes, or without its end.
const ODD: u8 = 6;

/// What the pass gives to the grammar.
pub(super) struct Scan {
    /// The text, ready for the grammar.
    pub(super) clean: String,
    /// Every comment, in order.
    pub(super) comments: Vec<Comment>,
}

/// What kind of text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A campaign file.
    File,
    /// The text of `rules:`. Its line breaks stay, and signs that only text has are left to the grammar.
    Rules,
}

/// Runs the pass.
pub(super) fn scan(findings: &mut Findings<'_>, of: Of) -> Scan {
    let text = findings.text();
    let mut scanner = Scanner {
        of,
        text,
        bytes: text.as_bytes(),
        clean: text.as_bytes().to_vec(),
        at: 0,
        last: None,
        breaks: None,
        statement: 0,
        line: 0,
        nest: brackets::Nest::default(),
        measured: std::cell::Cell::new((1, 0)),
        no_comment_end: false,
        comments: Vec::new(),
        findings,
    };
    scanner.run();
    let comments = scanner.comments;
    #[allow(clippy::expect_used)] // whole characters are replaced by ASCII bytes, so it stays UTF-8
    let clean = String::from_utf8(scanner.clean).expect("whole characters are replaced");
    Scan { clean, comments }
}

struct Scanner<'s, 't> {
    of: Of,
    text: &'t str,
    bytes: &'t [u8],
    clean: Vec<u8>,
    at: usize,
    /// Where the last byte that means something stands.
    last: Option<usize>,
    /// First and last line break since then.
    breaks: Option<(usize, usize)>,
    /// Where the setting, head or `use` began.
    statement: usize,
    /// Where the current line began.
    line: usize,
    nest: brackets::Nest,
    /// A line that was measured, from somewhere in it to its end.
    measured: std::cell::Cell<(usize, usize)>,
    /// There is no `*/` further on, so that looking for one again and again does not take for ever.
    no_comment_end: bool,
    comments: Vec<Comment>,
    findings: &'s mut Findings<'t>,
}

impl Scanner<'_, '_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    let first = self.breaks.map_or(self.at, |(first, _)| first);
                    self.breaks = Some((first, self.at));
                    self.at += 1;
                    self.line = self.at;
                }
                b' ' => self.at += 1,
                b'\t' | b'\r' => self.blank(self.at + 1),
                b'#' => self.comment(),
                b'/' if self.foreign_comment() => {}
                0x80.. if self.space() => {}
                _ => {
                    if self.breaks.is_some() || self.last.is_none() {
                        self.line_begins();
                    }
                    self.token(byte);
                }
            }
        }
        self.nest_ends();
    }

    /// Reads what begins here, which is neither space nor comment.
    fn token(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b'"' | b'\'' => self.quoted(),
            b'(' | b'[' | b'{' => self.open(byte, 1),
            b')' | b']' | b'}' => self.close(byte, 1),
            b';' => self.semicolon(1),
            0..=0x1f | 0x7f => self.control(),
            0x80.. => self.beyond_ascii(),
            _ => self.at += 1,
        }
        self.at = self.at.max(start + 1);
        let meaning = (start..self.at).rev().find(|&i| self.clean[i] != b' ');
        self.last = meaning.or(self.last);
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Makes everything up to `end` blank and goes on there.
    fn blank(&mut self, end: usize) {
        self.fill(self.at, end, b' ');
        self.at = end;
    }

    /// Overwrites whole characters of the copy; line breaks stay unless they are part of a text.
    fn fill(&mut self, start: usize, end: usize, with: u8) {
        for byte in &mut self.clean[start..end] {
            if *byte != b'\n' || with == ODD {
                *byte = with;
            }
        }
    }

    /// Where the line of `at` ends, its line break left out.
    fn line_end(&self, at: usize) -> usize {
        // Remembered, because everything on a very long line may ask.
        let (from, to) = self.measured.get();
        if (from..=to).contains(&at) {
            return to;
        }
        let end = self.bytes[at..].iter().position(|&b| b == b'\n').map_or(self.bytes.len(), |i| at + i);
        self.measured.set((at, end));
        end
    }

    /// How far the line that begins at `line` is indented, in bytes.
    fn indent(&self, line: usize) -> usize {
        self.bytes[line..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    }

    fn comment(&mut self) {
        let mut end = self.line_end(self.at);
        if self.bytes[self.at..end].ends_with(b"\r") {
            end -= 1;
        }
        let span = self.findings.span(self.at, end);
        self.comments.push(Comment { span, documents: self.bytes[self.at..end].starts_with(b"##") });
        self.blank(end);
    }
}
