//! The documents that are open in the editor. Their text overlays what is on disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::position::{Encoding, Lines};
use crate::check::{Disk, Reader};

/// An open document.
#[derive(Debug, Clone)]
pub struct Document {
    /// As the editor names it.
    pub uri: Uri,
    /// The editor's count of its changes.
    pub version: i32,
    /// The text as it is in the editor.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: Arc<Lines>,
}

/// All open documents, by path. A copy is cheap.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// A document was opened.
    pub fn open(&mut self, path: PathBuf, uri: Uri, version: i32, text: &str) {
        let lines = Arc::new(Lines::new(text));
        self.open.insert(path, Document { uri, version, text: text.into(), lines });
    }

    /// A document was changed; false if it is not open.
    pub fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get_mut(path) else { return false };
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let lines = Lines::new(&text);
                    let start = lines.offset(&text, range.start, encoding);
                    let end = lines.offset(&text, range.end, encoding).max(start);
                    text.replace_range(start..end, &change.text);
                }
            }
        }
        document.version = version;
        document.lines = Arc::new(Lines::new(&text));
        document.text = text.into();
        true
    }

    /// A document was closed.
    pub fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// The open document of that path.
    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.open.iter()
    }
}

impl Reader for Documents {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.open.get(path) {
            Some(document) => Ok(document.text.as_bytes().to_vec()),
            None => Disk.read(path),
        }
    }
}
