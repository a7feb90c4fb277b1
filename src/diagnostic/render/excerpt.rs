//! The lines that a finding shows.

use std::borrow::Cow;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::diagnostic::Span;

use super::place::Places;

/// Lines longer than this are cut to what stands around the place.
const LONG: usize = 400;
/// How much of a long line is kept on each side, in bytes.
const AROUND: usize = 120;

/// A part of a file: lines `first_line..`, of which the first may begin within a line.
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Where the lines of `text` begin.
    starts: Vec<usize>,
    first_line: usize,
    /// Characters before `text` on its first line.
    first_column: usize,
    /// Where `text` begins in the file.
    offset: usize,
}

impl Excerpt {
    /// The lines of some places in one file, with one more on either side.
    pub(super) fn around(places: &mut Places<'_>, span: Span, others: &[Span]) -> Self {
        let (name, text) = (places.name(span.file).to_owned(), places.text(span.file));
        let from = others.iter().map(|s| s.start).fold(span.start, u32::min) as usize;
        let to = others.iter().map(|s| s.end).fold(span.end, u32::max) as usize;
        let starts = places.starts(span.file);
        let line_of = |offset: usize| starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let first = line_of(from).saturating_sub(1);
        let last = (line_of(to) + 2).min(starts.len());
        let (begin, end) = (starts[first], starts.get(last).copied().unwrap_or(text.len()));
        let longest =
            (first..last).map(|i| starts.get(i + 1).copied().unwrap_or(text.len()) - starts[i]).max();
        if longest.is_some_and(|length| length > LONG) {
            let line = line_of(span.start as usize);
            return Self::cut(name, text, starts[line], line, span);
        }
        let own: Vec<usize> = starts[first..last].iter().map(|s| s - begin).collect();
        Self {
            name,
            text: visible(&text[begin..end]).into_owned(),
            starts: own,
            first_line: first,
            first_column: 0,
            offset: begin,
        }
    }

    /// A piece of one line.
    fn cut(name: String, text: &str, line_start: usize, line: usize, span: Span) -> Self {
        let at = span.start as usize;
        let line_end = text[at..].find('\n').map_or(text.len(), |i| at + i);
        let mut begin = at.saturating_sub(AROUND).max(line_start);
        let mut end = (at + AROUND).min(line_end);
        while !text.is_char_boundary(begin) {
            begin -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let first_column = text[line_start..begin].chars().count();
        let text = visible(&text[begin..end]).into_owned();
        Self { name, text, starts: vec![0], first_line: line, first_column, offset: begin }
    }

    /// A place in the file as a place in the excerpt, if it is in it.
    pub(super) fn within(&self, span: Span) -> Option<SourceSpan> {
        let start =
            (span.start as usize).checked_sub(self.offset).filter(|start| *start <= self.text.len())?;
        let end = (span.end as usize).saturating_sub(self.offset).min(self.text.len());
        Some(SourceSpan::new(start.into(), end.saturating_sub(start)))
    }

    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let first = self.line_of(span.offset()).saturating_sub(before);
        let last =
            (self.line_of(span.offset() + span.len().saturating_sub(1)) + after).min(self.starts.len() - 1);
        let line_start = self.starts[first];
        let end = self.starts.get(last + 1).copied().unwrap_or(self.text.len());
        // Without context the beginning is the place itself: miette asks so for line and column.
        let begin = if before == 0 { span.offset() } else { line_start };
        let lines = self.text.get(begin..end).ok_or(MietteError::OutOfBounds)?;
        let column = self.text.get(line_start..begin).map_or(0, |text| text.chars().count());
        let column = if before == 0 && first == 0 { column + self.first_column } else { column };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            lines.as_bytes(),
            SourceSpan::new(begin.into(), end - begin),
            self.first_line + first,
            column,
            last - first,
        )))
    }
}

/// Text in which nothing steers the terminal or hides: each such character becomes blanks of its length.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let hides = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    // `\r\n` stays: it is one line break.
    let plain = text.replace("\r\n", "\n");
    if !plain.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let line_break = c == '\r' && chars.peek() == Some(&'\n');
        if hides(c) && !line_break {
            shown.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}
