//! One style for every campaign file: text in, text out, nothing to choose.
//!
//! The layout works on what the grammar matched, not on the tree, so that parentheses, numbers and texts stay as
//! they were written. It goes from the outside in: `file` (declarations, and what is not sound and therefore
//! kept), `block` (settings in columns), `value` (what breaks where), `tokens` (spaces); `page` takes the lines
//! and carries the comments over. In the end the result is read again and compared with the source (`same`).

mod block;
mod file;
mod page;
mod parts;
mod same;
mod tokens;
mod value;

use std::fmt;

use pest::Parser;

use super::{LARGEST, Parsed, findings, grammar, parse, scan};
use crate::diagnostic::FileId;

/// A bracket that had to be opened may let its neighbours stand in another column; more rounds are not needed.
const MOST: usize = 4;

/// Why a text was not formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The result would not say the same: a mistake of the formatter.
    Changed,
    /// The result would be larger than a campaign file may be.
    Large,
    /// The text has mistakes, and what they mean would change.
    Broken,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => {
                "formatting would change what it says, so it was left alone: a mistake of the program, \
                 please report it with the file"
            }
            Self::Large => "formatted it would be larger than a campaign file may be, so it was left alone",
            Self::Broken => {
                "it has mistakes that would mean something else after formatting, so it was left alone: \
                 mend them first"
            }
        })
    }
}

impl std::error::Error for Refused {}

/// Formats a campaign file. Declarations with mistakes in them stay as they are.
///
/// Line ends become all `\r\n` if the first one is, else all `\n`; a byte order mark stays. The result is the
/// same when it is formatted again.
///
/// # Errors
/// If the result would not parse to the same tree and the same comments.
pub fn format(text: &str) -> Result<String, Refused> {
    let windows = text.find('\n').is_some_and(|end| text[..end].ends_with('\r'));
    let plain = text.replace("\r\n", "\n");
    let (mark, body) = match plain.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", plain.as_str()),
    };
    let formatted = mark.to_owned() + &formatted(body)?;
    Ok(if windows { formatted.replace('\n', "\r\n") } else { formatted })
}

/// Formats a text with plain line ends.
fn formatted(text: &str) -> Result<String, Refused> {
    let before = parse(FileId(0), text);
    let refused = if before.diagnostics.is_empty() { Refused::Changed } else { Refused::Broken };
    let Some(mut after) = layout(text, &before) else { return Ok(text.to_owned()) };
    for _ in 0..MOST {
        if after.len() > LARGEST {
            return Err(Refused::Large);
        }
        let read = parse(FileId(0), &after);
        if !same::same((text, &before), (&after, &read)) {
            return Err(refused);
        }
        match layout(&after, &read) {
            Some(again) if again != after => after = again,
            _ => return Ok(after),
        }
    }
    Err(refused)
}

/// The text laid out; none if it has so many mistakes that not all of them are known.
fn layout(text: &str, parsed: &Parsed) -> Option<String> {
    if parsed.diagnostics.iter().any(|d| matches!(d.code, "H0100" | "H0101")) {
        return None;
    }
    let mut findings = findings::Findings::new(FileId(0), text);
    let scan = scan::scan(&mut findings, scan::Of::File);
    let file = grammar::Grammar::parse(grammar::Rule::file, &scan.clean).ok()?.next()?;
    let source = page::Source { text, clean: &scan.clean, comments: &scan.comments };
    Some(file::write(source, file, &parsed.diagnostics))
}
