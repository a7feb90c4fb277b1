//! Findings about one text, each at its place in the file.

use std::ops::Range;

use super::Mention;
use super::blocks::Related;
use super::grammar;
use super::scan::Fault;
use crate::check::index::Part;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::Str;

/// A name that is not offered.
pub(super) const NAME: &str = "H0240";
/// A field that a record does not have.
pub(super) const FIELD: &str = "H0241";
/// A text that can't be read as a template.
pub(super) const UNREADABLE: &str = "H0242";
/// An unknown filter, test or function.
pub(super) const FILTER: &str = "H0249";
/// A value that may be missing (a warning).
pub(super) const MISSING: &str = "H0244";
/// A value of the wrong kind.
pub(super) const KIND: &str = "H0245";
/// A value printed as computers write it (a warning).
pub(super) const RAW: &str = "H0246";
/// A list or a record printed whole.
pub(super) const WHOLE: &str = "H0247";
/// A statement that has no place in a mail.
pub(super) const STATEMENT: &str = "H0248";

/// How many findings one text may have. Looking for the nearest of many names for each of many mistakes takes long,
/// and nobody reads so many.
const MOST: usize = 100;

/// How many names of one text are noted.
const MENTIONS: usize = 20_000;

/// Collects findings about a text.
#[derive(Debug)]
pub(super) struct Report<'t> {
    text: &'t Str,
    found: Vec<Diagnostic>,
    mentions: Vec<Mention>,
}

impl<'t> Report<'t> {
    pub fn new(text: &'t Str) -> Self {
        Self { text, found: Vec::new(), mentions: Vec::new() }
    }

    /// The place in the file of a range of the text.
    pub fn place(&self, range: Range<usize>) -> Span {
        self.text.place(grammar::inside(&self.text.value, range))
    }

    /// The words of a range of the text.
    pub fn words(&self, range: Range<usize>) -> &'t str {
        &self.text.value[grammar::inside(&self.text.value, range)]
    }

    pub fn error(&self, code: &'static str, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.place(range), message)
    }

    pub fn warning(&self, code: &'static str, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(code, self.place(range), message)
    }

    /// Adds a finding; one too many is left out.
    pub fn add(&mut self, finding: Diagnostic) {
        if !self.is_full() {
            self.found.push(finding);
        }
    }

    /// Whether there are as many findings as anyone will read.
    pub fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// Notes a name and what it means.
    pub fn mention(&mut self, range: Range<usize>, part: Part, filter: bool) {
        if self.mentions.len() < MENTIONS {
            let span = self.place(range);
            self.mentions.push(Mention { span, part, filter });
        }
    }

    /// The names that were noted.
    pub fn take_mentions(&mut self) -> Vec<Mention> {
        std::mem::take(&mut self.mentions)
    }

    /// Adds a mistake of grammar.
    pub fn fault(&mut self, fault: &Fault) {
        self.fault_with(fault, None);
    }

    /// Adds a mistake of grammar with the statement that explains it.
    pub fn fault_with(&mut self, fault: &Fault, related: Option<&Related>) {
        let mut finding = self.finding(UNREADABLE, fault);
        if let Some(related) = related {
            finding = finding.related(self.place(related.range.clone()), related.text.clone());
        }
        self.add(finding);
    }

    /// Adds a statement that has no place in a mail.
    pub fn refused(&mut self, fault: &Fault) {
        let finding = self.finding(STATEMENT, fault);
        self.add(finding);
    }

    fn finding(&self, code: &'static str, fault: &Fault) -> Diagnostic {
        let finding =
            self.error(code, fault.range.clone(), fault.message.clone()).help_opt(fault.help.clone());
        match &fault.replacement {
            Some(text) => {
                let title = format!("write `{}`", text.trim());
                finding.fix(title, self.place(fault.range.clone()), text.clone())
            }
            None => finding,
        }
    }

    /// Whether no mistake of grammar has been found.
    pub fn is_readable(&self) -> bool {
        self.found.iter().all(|d| d.code != UNREADABLE)
    }

    /// The findings, in the order of their places, each once.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|d| (d.span.start, d.span.end, d.code));
        self.found.dedup_by(|a, b| (a.span, a.code) == (b.span, b.code));
        self.found
    }
}
