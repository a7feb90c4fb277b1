//! What a writer of campaign files relies on: right files mean what they say, and wrong ones get one message
//! a mistake. The files and their expected messages are in `tests/syntax/`.

mod fixtures;
mod format;
mod hostile;
mod meaning;
mod show;

use std::sync::Arc;

use crate::diagnostic::render::{Format, render};
use crate::diagnostic::span::Source;
use crate::diagnostic::{FileId, SourceMap};

use super::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// The findings of a file as a person sees them.
fn printed(name: &str, text: &str) -> String {
    let mut sources = SourceMap::default();
    let file = sources.add(Source { name: name.to_owned(), path: None, text: Arc::from(text) });
    let mut out = Vec::new();
    let format = Format::Fancy { color: false, width: 100 };
    render(&parse(file, text).diagnostics, &sources, format, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}
