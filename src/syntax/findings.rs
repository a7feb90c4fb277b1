//! Where the mistakes of one file are gathered.

use crate::diagnostic::{Diagnostic, FileId, Span};

/// A file that is not of this language at all must not fill the memory with messages.
const MOST: usize = 1_000;

/// The mistakes found so far.
pub(super) struct Findings<'t> {
    file: FileId,
    text: &'t str,
    list: Vec<Diagnostic>,
    left_out: usize,
}

impl<'t> Findings<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        Self { file, text, list: Vec::new(), left_out: 0 }
    }

    /// The whole text of the file.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The text of a place.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// A place, widened to whole characters.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let (mut start, mut end) = (start.min(self.text.len()), end.min(self.text.len()));
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Span::new(self.file, start, end.max(start))
    }

    pub(super) fn push(&mut self, finding: Diagnostic) {
        if self.is_full() {
            self.left_out += 1;
        } else {
            self.list.push(finding);
        }
    }

    /// Whether no more are kept, so that looking closer is of no use.
    fn is_full(&self) -> bool {
        self.list.len() >= MOST
    }

    /// How many there are, to tell later whether a part added any.
    pub(super) fn count(&self) -> usize {
        self.list.len() + self.left_out
    }

    /// Takes back what was pushed since `count`.
    pub(super) fn rewind(&mut self, count: usize) {
        if self.left_out == 0 {
            self.list.truncate(count);
        }
    }

    /// Whether a mistake was already reported within a place.
    pub(super) fn any_in(&self, span: Span) -> bool {
        !self.is_full()
            && self.list.iter().rev().any(|d| d.span.start >= span.start && d.span.end <= span.end)
    }

    /// All of them, in the order of their places.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| (d.span.start, d.span.end, d.code));
        self.list.dedup();
        if self.left_out > 0 {
            let end = self.span(self.text.len(), self.text.len());
            let message = format!("{} more mistakes in this file are not shown", self.left_out);
            self.list
                .push(Diagnostic::error("H0100", end, message).help("mend the first ones and check again"));
        }
        self.list
    }
}
