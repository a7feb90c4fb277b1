//! All that answering a request needs: the last check, the open documents, and what was agreed with the client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Location, Position, Range, Uri};

use super::analysis::Analysis;
use super::documents::Documents;
use super::position::{Encoding, Lines};
use super::{library, paths};
use crate::diagnostic::{FileId, Span};

/// What the client can do, as far as answers depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Client {
    /// Completions may have places to fill in.
    pub snippets: bool,
    /// Edits may name the version of the document they are for.
    pub versioned_edits: bool,
    /// Symbols may be nested.
    pub nested_symbols: bool,
}

/// A state of things. A copy is cheap, and safe to use on another thread.
#[derive(Clone)]
pub struct Snapshot {
    /// The last check.
    pub analysis: Arc<Analysis>,
    /// The open documents.
    pub documents: Documents,
    /// What columns count.
    pub encoding: Encoding,
    /// What the client can do.
    pub client: Client,
    /// The project's folder.
    pub folder: PathBuf,
}

/// A document's text with its lines.
pub struct Page<'s> {
    /// The text.
    pub text: &'s str,
    /// Its lines.
    pub lines: &'s Lines,
    encoding: Encoding,
}

impl Page<'_> {
    /// The offset of an editor's place.
    pub fn offset(&self, position: Position) -> usize {
        self.lines.offset(self.text, position, self.encoding)
    }

    /// The editor's place of an offset.
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(self.text, offset, self.encoding)
    }

    /// The editor's range of bytes.
    pub fn range(&self, range: std::ops::Range<usize>) -> Range {
        self.lines.range(self.text, range, self.encoding)
    }
}

impl Snapshot {
    /// The path of a URI.
    pub fn path(&self, uri: &Uri) -> PathBuf {
        paths::path_of(uri, &self.folder)
    }

    /// The text that the client sees: of an open document the editor's, otherwise as it was checked.
    pub fn text<'s>(&'s self, path: &Path) -> Option<Page<'s>> {
        if let Some(open) = self.documents.get(path) {
            return Some(Page { text: &open.text, lines: &open.lines, encoding: self.encoding });
        }
        self.analysis.texts(path).first().map(|id| self.checked_text(*id))
    }

    /// A text as it was checked.
    pub fn checked_text(&self, file: FileId) -> Page<'_> {
        Page { text: self.analysis.text(file), lines: self.analysis.lines(file), encoding: self.encoding }
    }

    /// The URI of a path: the client's own for an open document.
    pub fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.get(path).map(|d| d.uri.clone()).or_else(|| paths::uri_of(path))
    }

    /// The editor's range of a span.
    pub fn range(&self, span: Span) -> Range {
        self.checked_text(span.file).range(span.range())
    }

    /// Where a span is, for the client to go to. A file of the library is written out first.
    pub fn location(&self, span: Span) -> Option<Location> {
        let path = if self.analysis.is_library(span.file) {
            library::ensure(&self.analysis.project.sources.get(span.file).name, &self.folder)?
        } else {
            self.analysis.path(span.file)
        };
        Some(Location::new(self.uri(&path)?, self.range(span)))
    }
}
