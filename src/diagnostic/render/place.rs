//! Lines and columns of many places, without counting each file's lines again for every one.

use std::collections::BTreeMap;

use crate::diagnostic::{FileId, SourceMap, Span};

/// Finds lines and columns.
pub(super) struct Places<'s> {
    pub(super) sources: &'s SourceMap,
    starts: BTreeMap<FileId, Vec<usize>>,
}

/// A place for people: all numbers count from 1, columns in characters; the end is one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl<'s> Places<'s> {
    pub(super) fn new(sources: &'s SourceMap) -> Self {
        Self { sources, starts: BTreeMap::new() }
    }

    pub(super) fn name(&self, file: FileId) -> &'s str {
        &self.sources.get(file).name
    }

    pub(super) fn text(&self, file: FileId) -> &'s str {
        &self.sources.get(file).text
    }

    /// Where each line begins, in bytes.
    pub(super) fn starts(&mut self, file: FileId) -> &[usize] {
        let text = self.text(file);
        self.starts.entry(file).or_insert_with(|| {
            let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    pub(super) fn region(&mut self, span: Span) -> Region {
        let (line, column) = self.point(span.file, span.start as usize);
        let (end_line, end_column) = self.point(span.file, span.end as usize);
        Region { line, column, end_line, end_column }
    }

    fn point(&mut self, file: FileId, offset: usize) -> (usize, usize) {
        let text = self.text(file);
        let starts = self.starts(file);
        let line = starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|i| starts.get(i)).copied().unwrap_or_default();
        let column = text.get(start..offset.min(text.len())).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }
}
