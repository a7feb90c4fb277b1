//! The page being written: lines, and the comments of the source carried over to them.
//!
//! Comments are never asked for by the layout. Whatever token comes next, the comments that stand before it in
//! the source are written first, behind the line where they stood behind something, else on lines of their own.
//! So a comment can be moved to a worse place, but not lost.

use unicode_width::UnicodeWidthStr;

use crate::syntax::tree::Comment;

/// Where comments behind short settings begin, so that those of one file tend to stand below one another.
const NOTES: usize = 33;
/// A line longer than this does not push its neighbours' comments to the right.
const LONG: usize = 70;

/// Whether an empty line may stand before the next line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    Never,
    /// Not here, but from the next line on as in the source.
    First,
    AsWritten,
    Always,
}

/// The next token begins a line.
#[derive(Clone, Copy)]
pub(super) struct Break {
    pub(super) indent: usize,
    pub(super) blank: Blank,
}

/// A line, with the comment behind it.
#[derive(Default)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) indent: usize,
    note: Option<String>,
    /// Nothing may be put behind it: it is a comment, or was copied.
    closed: bool,
    /// It begins with a key.
    setting: bool,
}

impl Line {
    fn at(indent: usize) -> Self {
        Self { text: " ".repeat(indent), indent, ..Self::default() }
    }
}

/// What is read: the text, its copy with comments blank, and the comments.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) clean: &'t str,
    pub(super) comments: &'t [Comment],
}

impl<'t> Source<'t> {
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// How many comments begin before a place.
    fn before(&self, at: usize) -> usize {
        self.comments.partition_point(|c| (c.span.start as usize) < at)
    }

    pub(super) fn commented(&self, start: usize, end: usize) -> bool {
        self.before(start) < self.before(end)
    }

    pub(super) fn breaks_line(&self, start: usize, end: usize) -> bool {
        self.slice(start, end).contains('\n')
    }

    /// Whether an empty line stands between two places.
    pub(super) fn has_blank(&self, start: usize, end: usize) -> bool {
        let mut lines = self.slice(start, end).split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_some() && line.trim().is_empty() {
                return true;
            }
        }
        false
    }

    /// Whether nothing stands before a place on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = &self.text[..at];
        let line = before.rfind('\n').map_or(0, |i| i + 1);
        before[line..].chars().all(is_space)
    }
}

/// Whether the scan takes a character for a space.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

pub(super) struct Page<'t> {
    pub(super) source: Source<'t>,
    pub(super) lines: Vec<Line>,
    pub(super) pending: Option<Break>,
    /// Where a line goes on that only a comment broke.
    pub(super) hanging: usize,
    /// Columns that the first line is taken to be longer than it is.
    pub(super) slack: usize,
    column: usize,
    /// Where the source was read up to.
    at: usize,
    next: usize,
    /// The last line is a `##` comment that documents nothing, and must not begin to.
    undocumented: bool,
}

impl<'t> Page<'t> {
    /// An empty page whose source begins at a place; its first line is yet to begin.
    pub(super) fn new(source: Source<'t>, at: usize, first: Break) -> Self {
        Self {
            source,
            lines: Vec::new(),
            pending: Some(first),
            hanging: first.indent + 2,
            slack: 0,
            column: 0,
            at,
            next: source.before(at),
            undocumented: false,
        }
    }

    /// The column where the next character will stand, or would if no line had to begin.
    pub(super) fn column(&self) -> usize {
        self.pending.map_or(self.column + self.slack, |pending| pending.indent)
    }

    /// The same without the slack.
    pub(super) fn true_column(&self) -> usize {
        self.pending.map_or(self.column, |pending| pending.indent)
    }

    /// The indentation of the last line.
    pub(super) fn indent(&self) -> usize {
        self.lines.last().map_or(0, |line| line.indent)
    }

    pub(super) fn break_line(&mut self, indent: usize, blank: Blank) {
        self.pending = Some(Break { indent, blank });
    }

    /// Writes what stands in the source from `start` to `end`.
    pub(super) fn token(&mut self, text: &str, start: usize, end: usize, space: bool) {
        self.comments_before(start);
        match self.pending.take() {
            Some(pending) => self.new_line(pending, start),
            None if space => self.push(" "),
            None => {}
        }
        self.push(text);
        self.at = end;
    }

    /// Writes something that has no place in the source, right behind the last token.
    pub(super) fn push(&mut self, text: &str) {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
            self.column += text.width();
        }
    }

    /// Marks the last line as one that begins with a key.
    pub(super) fn mark_setting(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.setting = true;
        }
    }

    fn new_line(&mut self, pending: Break, start: usize) {
        let comma = !self.source.slice(self.at, start).chars().all(is_space);
        let documents = self.lines.last().is_some_and(|l| l.closed && l.text.trim_start().starts_with("##"));
        let blank = match pending.blank {
            Blank::Never | Blank::First => false,
            Blank::AsWritten => self.source.has_blank(self.at, start),
            Blank::Always => true,
        } || (documents && comma)
            || self.undocumented;
        self.undocumented = false;
        if blank && !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::at(pending.indent));
        self.column = pending.indent;
        self.slack = 0;
    }

    /// Writes the comments that stand before a place and are not written yet.
    pub(super) fn comments_before(&mut self, start: usize) {
        while let Some(comment) = self.source.comments.get(self.next) {
            let place = comment.span.range();
            if place.start >= start {
                break;
            }
            self.next += 1;
            let text = self.source.slice(place.start, place.end).trim_end();
            let behind = !self.source.begins_line(place.start);
            let pending = self.pending.unwrap_or(Break { indent: self.hanging, blank: Blank::Never });
            match self.lines.last_mut() {
                Some(line) if behind && line.note.is_none() && !line.closed => {
                    line.note = Some(text.to_owned());
                    self.pending = Some(pending);
                }
                _ => {
                    self.new_line(pending, place.start);
                    self.push(text);
                    if let Some(line) = self.lines.last_mut() {
                        line.closed = true;
                    }
                    self.undocumented = behind && comment.documents;
                    let blank = match pending.blank {
                        Blank::Never => Blank::Never,
                        _ => Blank::AsWritten,
                    };
                    self.pending = Some(Break { blank, ..pending });
                }
            }
            self.at = place.end;
        }
    }

    /// Writes a text block: its lines keep their value, whatever the indentation.
    pub(super) fn text_block(&mut self, text: &str) {
        let indent = self.indent();
        self.push("\"\"\"");
        let mut lines: Vec<&str> = text.split('\n').skip(1).collect();
        lines.pop();
        let common = crate::syntax::literal::common_indent(lines.iter().copied());
        for line in lines {
            let text = if line.trim().is_empty() {
                String::new()
            } else {
                format!("{}{}", " ".repeat(indent + 2), &line[common..])
            };
            self.lines.push(Line { text, closed: true, ..Line::default() });
        }
        self.lines.push(Line::at(indent));
        self.column = indent;
        self.slack = 0;
        self.push("\"\"\"");
    }

    /// Takes over what was written elsewhere of the source from `start` to `end`.
    pub(super) fn splice(&mut self, start: usize, end: usize, lines: Vec<Line>) {
        self.comments_before(start);
        if let Some(pending) = self.pending.take() {
            self.new_line(pending, start);
            self.lines.pop();
        }
        self.lines.extend(lines);
        self.column = self.lines.last().map_or(0, |line| line.text.width());
        self.at = end;
        self.next = self.source.before(end);
    }

    /// Copies the source from `start` to `end` as it is.
    pub(super) fn copy(&mut self, start: usize, end: usize) {
        let lines = self.source.slice(start, end).split('\n');
        let lines = lines.map(|text| Line { text: text.to_owned(), closed: true, ..Line::default() });
        self.splice(start, end, lines.collect());
    }

    /// The text of the page; comments behind neighbouring lines are put below one another.
    pub(super) fn finish(self) -> String {
        let mut out = String::new();
        let braces = |a: &Line, b: &Line| a.text.ends_with('{') || b.text.trim_start().starts_with('}');
        for run in self.lines.chunk_by(|a, b| a.note.is_some() && b.note.is_some() && !braces(a, b)) {
            let widths: Vec<usize> = run.iter().map(|line| line.text.width()).collect();
            let column = run.iter().zip(&widths).filter(|(_, width)| **width <= LONG);
            let column = column.map(|(line, width)| (width + 2).max(if line.setting { NOTES } else { 0 }));
            let column = column.max().unwrap_or(0);
            for (line, width) in run.iter().zip(widths) {
                out.push_str(&line.text);
                if let Some(note) = &line.note {
                    out.push_str(&" ".repeat(column.max(width + 2) - width));
                    out.push_str(note);
                }
                out.push('\n');
            }
        }
        out
    }
}
