//! The text of `rules:` in a `copy`: a small grammar of its own, from which copy is generated.
//!
//! ```text
//! line  = hello hook | hook
//! hello = "{{ customer.name }}，" when customer.name is known
//! hook  = "{{ picks[0].title }} 新品到店" | "为您挑选的新手机" weight 2
//! ```
//!
//! It stands inside a text of a campaign file. It is read as a text of its own, by the same scan, pieces and
//! expressions as the file; then every place is moved to where it stands in the file (`place`).

mod clauses;
mod place;
mod read;
mod words;

use pest::Parser;

use super::findings::Findings;
use super::grammar;
use super::scan;
use super::tree::{Expr, Name, Str};
use crate::diagnostic::{Diagnostic, Span};

/// What the text of `rules:` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Rules, in order; copy begins at the first. Two may have one name: that is for the checker to say.
    pub rules: Vec<Rule>,
    /// All of the text, quotes included.
    pub span: Span,
}

/// `name = alternative | alternative`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// What it may become, in order; at least one unless the rule is broken.
    pub alternatives: Vec<Alternative>,
    /// From its name to the end of its last alternative.
    pub span: Span,
}

/// `part part weight 2 when condition`.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// What it is made of, in order.
    pub parts: Vec<Part>,
    /// How often it is chosen, compared with the others; 1 if not given.
    pub weight: f64,
    /// Where it may be chosen.
    pub when: Option<Expr>,
    /// All of it.
    pub span: Span,
    /// Whether a part of it could not be read (reported): absence of a part proves nothing then.
    pub broken: bool,
}

/// One part of an alternative.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The name of another rule.
    Rule(Name),
    /// A text, written in minijinja.
    Text(Str),
}

/// Reads the text of `rules:`, with every mistake at its place in the file. Whatever the text is, there are rules.
pub fn parse(text: &Str) -> (Rules, Vec<Diagnostic>) {
    let mut findings = Findings::new(text.span.file, &text.value);
    let clean = scan::scan(&mut findings, scan::Of::Rules).clean;
    let pair = grammar::Grammar::parse(grammar::Rule::rules, &clean).ok().and_then(|mut pairs| pairs.next());
    let mut rules = match pair {
        Some(pair) => read::rules(&mut findings, pair),
        None => {
            // The grammar takes every text; should it not, the text must not seem empty and sound.
            let whole = findings.span(0, text.value.len());
            findings.push(
                Diagnostic::error("H0100", whole, "these rules could not be read to their end")
                    .help("please report this as a mistake of the program, with the file"),
            );
            Vec::new()
        }
    };
    let mut diagnostics = findings.finish();
    place::in_the_file(text, &mut rules, &mut diagnostics);
    (Rules { rules, span: text.span }, diagnostics)
}

#[cfg(test)]
mod tests;
