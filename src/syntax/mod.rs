//! Floor 0: text, the pest parser and the syntax tree.
//!
//! A file goes through four passes, none of which can fail: `scan` settles comments, strings, brackets and line
//! breaks; the grammar (`grammar/campaign.pest`) finds declarations, settings and the pieces of expressions;
//! `build` makes the tree of them, with `expr` and `schedule` for what stands behind a colon.

mod build;
mod expr;
mod findings;
pub mod format;
mod grammar;
mod literal;
mod piece;
mod places;
pub mod rules;
mod scan;
mod schedule;
pub mod tree;
mod words;

use pest::Parser;

use crate::diagnostic::{Diagnostic, FileId};

/// The code of a currency that people write otherwise: `¥`, `yuan`, `cny`.
pub fn currency_code(word: &str) -> Option<&'static str> {
    words::currency(word)
}

/// Larger files are refused: places are kept in 32 bits, and nobody writes this much by hand.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// What a file says, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree; of a broken file all that could be understood.
    pub tree: tree::File,
    /// Every independent mistake once, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a campaign file. Whatever the text is, there is a tree; no text makes it panic, hang or recurse deeply.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let nothing =
        || tree::File { uses: Vec::new(), decls: Vec::new(), comments: Vec::new(), broken: Vec::new() };
    let mut findings = findings::Findings::new(file, text);
    if text.len() > LARGEST {
        let start = findings.span(0, 0);
        findings.push(
            Diagnostic::error(
                "H0101",
                start,
                format!("this file has {} MB; at most 16 are read", text.len() >> 20),
            )
            .help("divide it into several, and join them with `use`"),
        );
        return Parsed { tree: nothing(), diagnostics: findings.finish() };
    }
    let scan = scan::scan(&mut findings, scan::Of::File);
    let parsed =
        grammar::Grammar::parse(grammar::Rule::file, &scan.clean).ok().and_then(|mut pairs| pairs.next());
    let tree = if let Some(pair) = parsed {
        build::build(&mut findings, pair, scan.comments)
    } else {
        // The grammar takes every text; should it not, the file must not seem empty and sound.
        let start = findings.span(0, 0);
        findings.push(
            Diagnostic::error("H0100", start, "this file could not be read to its end")
                .help("please report this as a mistake of the program, with the file"),
        );
        nothing()
    };
    Parsed { tree, diagnostics: findings.finish() }
}

#[cfg(test)]
mod tests;
