//! The text that customers will read is minijinja. Here it is checked when a campaign is compiled: names against
//! what the message offers ([`super::shape`]), filters against the table of filters, and what may be missing for a
//! customer. Every finding stands at its own place inside the text.
//!
//! The text is read by minijinja's own parser, so that what passes here is what the engine will read. What is not
//! known ([`super::shape::Shape::Any`], open records) is never complained about.

mod attributes;
mod blocks;
mod calls;
mod expressions;
mod facts;
mod filters;
mod grammar;
mod names;
mod operators;
mod printing;
mod report;
mod scan;
mod scope;
mod statements;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::index::Part;
use super::shape::Field;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Expr, Str};

use report::Report;
use scan::{Fault, Scan};
use scope::{Binding, Scopes};
use statements::Walker;

/// How much text a mail's part may have, in bytes. Mail programs cut a mail off far below this.
const LONGEST: usize = 1 << 20;

/// Checks a text against the names that a message offers. The codes are in `report`.
pub fn check_text(text: &Str, offered: &BTreeMap<String, Field>, diagnostics: &mut Vec<Diagnostic>) {
    check_text_where(text, offered, &[], diagnostics);
}

/// The same for a text that is used only where these paths (`customer.name`) have a value, such as a line of copy
/// with a `when` (see [`known_when`]).
pub fn check_text_where(
    text: &Str,
    offered: &BTreeMap<String, Field>,
    known: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) {
    diagnostics.append(&mut read(text, offered, known).finish());
}

/// A name in a text, with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The name's place in the file.
    pub span: Span,
    /// What it means.
    pub part: Part,
    /// Whether it is a filter's name.
    pub filter: bool,
}

/// [`check_text_where`], and the names that the text speaks of.
pub fn read_text(
    text: &Str,
    offered: &BTreeMap<String, Field>,
    known: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Mention> {
    let mut report = read(text, offered, known);
    let mentions = report.take_mentions();
    diagnostics.append(&mut report.finish());
    mentions
}

fn read<'t>(text: &'t Str, offered: &BTreeMap<String, Field>, known: &[String]) -> Report<'t> {
    let value = text.value.as_str();
    let mut report = Report::new(text);
    if value.len() > LONGEST {
        report.fault(&Fault::new(0..0, "this text is longer than a megabyte, which no mail can be"));
        return report;
    }
    let scan = scan::scan(value);
    for fault in &scan.faults {
        report.fault(fault);
    }
    let blocks = blocks::check(value, &scan.tags);
    if scan.faults.is_empty() {
        for (fault, related) in &blocks.faults {
            report.fault_with(fault, related.as_ref());
        }
    }
    for fault in &blocks.refused {
        report.refused(fault);
    }
    let scopes = Scopes::new(offered, known);
    if report.is_readable() {
        match grammar::read(value) {
            Ok(root) => Walker::new(value, 0, scopes, &mut report, true).statement(&root),
            Err(fault) => {
                tags_alone(value, &scan, scopes, &mut report);
                if report.is_readable() {
                    report.fault(&fault);
                }
            }
        }
    } else {
        tags_alone(value, &scan, scopes, &mut report);
    }
    report
}

/// The paths that have a value where a condition of the language holds, for [`check_text_where`].
pub fn known_when(condition: &Expr) -> Vec<String> {
    facts::known_when(condition).into_iter().collect()
}

/// Checks every tag for itself, where the text as a whole can't be read: a name that a loop binds stays bound to
/// the end, and nothing is said about what may be missing.
fn tags_alone<'t>(value: &'t str, scan: &Scan, mut scopes: Scopes<'_>, report: &mut Report<'t>) {
    for range in &scan.broken {
        bind_words(&value[range.clone()], &mut scopes);
    }
    for tag in &scan.tags {
        if report.is_full() {
            return;
        }
        let source = &value[tag.range.clone()];
        let word = tag.word.clone().map_or("", |word| &value[word]);
        let text = match word {
            "set" if tag.assigns => source.to_owned(),
            "for" | "if" | "with" | "set" | "filter" | "macro" | "call" => {
                format!("{source}{{% end{word} %}}")
            }
            "elif" => format!("{}{{% endif %}}", source.replacen("elif", "  if", 1)),
            "" if source.starts_with("{{") => source.to_owned(),
            _ => continue,
        };
        match grammar::read(&text) {
            Ok(root) => {
                let mut walker = Walker::new(value, tag.range.start, scopes, report, false);
                walker.statement(&root);
                scopes = walker.into_scopes();
            }
            Err(mut fault) => {
                bind_words(source, &mut scopes);
                let place = |at: usize| tag.range.start + at.min(source.len());
                fault.range = place(fault.range.start)..place(fault.range.end);
                report.fault(&fault);
            }
        }
    }
}

/// What could not be read may have bound any of its words.
fn bind_words(broken: &str, scopes: &mut Scopes<'_>) {
    let words = broken.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    for word in words.take(200) {
        if scopes.get(word).is_none() {
            scopes.bind(word, Binding::any());
        }
    }
}
