//! From what the grammar matched to rules and their alternatives.

use pest::iterators::Pair;

use super::{Alternative, Part, Rule};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::expr::Reader;
use crate::syntax::findings::Findings;
use crate::syntax::grammar;
use crate::syntax::piece::{Kind, Piece, pieces};
use crate::syntax::tree::Name;

/// Builds the rules of a whole text.
pub(super) fn rules(findings: &mut Findings<'_>, pair: Pair<'_, grammar::Rule>) -> Vec<Rule> {
    let pairs: Vec<_> = pair.into_inner().filter(|p| p.as_rule() == grammar::Rule::rule).collect();
    let named = pairs.iter().filter_map(|p| {
        let head = p.clone().into_inner().next().filter(|h| h.as_rule() == grammar::Rule::rule_head)?;
        Some(head.into_inner().next()?.as_str().to_owned())
    });
    let names = named.collect();
    let mut builder = Builder { reader: Reader::new(findings), names };
    pairs.into_iter().filter_map(|pair| builder.rule(pair)).collect()
}

/// Builds rules out of what the grammar matched.
pub(super) struct Builder<'f, 't> {
    pub(super) reader: Reader<'f, 't>,
    /// The names of all rules, to tell a rule called `if` from a habit.
    pub(super) names: Vec<String>,
}

impl Builder<'_, '_> {
    /// The place of a pair without the blanks that the grammar takes along.
    fn place(&self, pair: &Pair<'_, grammar::Rule>) -> Span {
        let span = pair.as_span();
        let text = &self.reader.findings.text()[span.start()..span.end()];
        self.reader.findings.span(span.start(), span.start() + text.trim_end().len())
    }

    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.reader.findings.push(finding);
    }

    fn rule(&mut self, pair: Pair<'_, grammar::Rule>) -> Option<Rule> {
        let span = self.place(&pair);
        let mut parts: Vec<_> = pair.into_inner().collect();
        let (name, sign) = match parts.first()?.as_rule() {
            grammar::Rule::rule_head => self.head(parts.remove(0))?,
            _ => return self.headless(parts, span),
        };
        let alternatives = self.alternatives(parts, sign);
        Some(Rule { name, alternatives, span })
    }

    /// `name =`, or what people write in the place of `=`; the name and the sign.
    fn head(&mut self, pair: Pair<'_, grammar::Rule>) -> Option<(Name, Span)> {
        let mut parts = pair.into_inner();
        let (name, sign) = (parts.next()?, parts.next()?);
        let (span, sign) = (self.place(&name), self.place(&sign));
        let name = Name { text: name.as_str().to_owned(), span };
        let written = self.reader.findings.slice(sign);
        if !matches!(written, "=" | "＝") {
            self.report(
                Diagnostic::error(
                    "H0150",
                    sign,
                    format!("`=` stands between `{}` and what it becomes", name.text),
                )
                .label("write `=`")
                .fix("write `=`", sign, if name.span.end == sign.start { " =" } else { "=" }),
            );
        }
        Some((name, sign))
    }

    /// A line at the margin that is not `name = …`: of `name "text"` the sign was forgotten, the rest has no name.
    fn headless(&mut self, mut parts: Vec<Pair<'_, grammar::Rule>>, span: Span) -> Option<Rule> {
        let first = pieces(parts.first()?.clone());
        if let [name, next, ..] = first.as_slice()
            && name.kind == Kind::Word
            && matches!(next.kind, Kind::Text | Kind::OddText | Kind::Word)
        {
            let place = self.reader.span(name);
            let name = Name { text: self.reader.text(name).to_owned(), span: place };
            self.report(
                Diagnostic::error("H0150", place, format!("`=` is missing behind `{}`", name.text))
                    .label("write `=` behind it")
                    .help("a line that begins at the margin begins a rule; one that goes on is indented, or begins with `|`")
                    .fix(format!("write `{} =`", name.text), place.at_end(), " ="),
            );
            let rest = parts.remove(0);
            let end = rest.as_span().end();
            let mut alternatives = vec![self.alternative(&first[1..], place.at_end(), end)];
            alternatives.extend(self.alternatives(parts, place.at_end()));
            return Some(Rule { name, alternatives, span });
        }
        if !self.reader.findings.any_in(span) {
            let text = self.reader.findings.slice(span);
            let line = text.lines().next().unwrap_or_default().trim_end().len();
            let place = self.reader.findings.span(span.start as usize, span.start as usize + line);
            self.report(
                Diagnostic::error("H0150", place, "this line belongs to no rule")
                    .label("expected `name = …`")
                    .help("such as `line = \"New for you\"`; a line that goes on with a rule is indented, or begins with `|`"),
            );
        }
        None
    }

    /// What stands between bars; `empty` is where the first was expected.
    fn alternatives(&mut self, parts: Vec<Pair<'_, grammar::Rule>>, empty: Span) -> Vec<Alternative> {
        let mut alternatives = Vec::new();
        let (mut bar, count) = (empty, parts.len());
        for (index, part) in parts.into_iter().enumerate() {
            if part.as_rule() == grammar::Rule::bar {
                bar = self.bar(&part);
                continue;
            }
            let end = part.as_span().end();
            let pieces = pieces(part);
            // A rule may put a bar before its first alternative too.
            if pieces.is_empty() && index == 0 && count > 1 {
                continue;
            }
            alternatives.push(self.alternative(&pieces, bar, end));
        }
        alternatives
    }

    fn bar(&mut self, pair: &Pair<'_, grammar::Rule>) -> Span {
        let span = self.place(pair);
        let written = self.reader.findings.slice(span);
        if written != "|" {
            self.report(
                Diagnostic::error(
                    "H0150",
                    span,
                    format!("alternatives are divided by `|`, not by `{written}`"),
                )
                .label("write `|`")
                .fix("write `|`", span, "|"),
            );
        }
        span
    }

    /// One alternative; `before` is the sign it stands behind, `end` where it ends.
    fn alternative(&mut self, pieces: &[Piece], before: Span, end: usize) -> Alternative {
        let Some(span) = self.reader.cover(pieces) else {
            self.report(
                Diagnostic::error("H0151", before, "an alternative is missing")
                    .label("nothing stands behind this")
                    .help("for an alternative that says nothing write `\"\"`")
                    .fix("write `\"\"`", before.at_end(), " \"\""),
            );
            let span = self.reader.findings.span(end, end);
            return Alternative { parts: Vec::new(), weight: 1.0, when: None, span, broken: true };
        };
        let count = self.first_clause(pieces);
        let mut alternative = Alternative { parts: Vec::new(), weight: 1.0, when: None, span, broken: false };
        self.parts(&pieces[..count], &mut alternative);
        self.clauses(pieces, count, &mut alternative);
        if alternative.parts.is_empty() && !alternative.broken {
            alternative.broken = true;
            let word = self.reader.text(&pieces[0]);
            let place = self.reader.span(&pieces[0]);
            self.report(
                Diagnostic::error("H0151", place, format!("nothing stands before `{word}`"))
                    .label("expected a text or a rule's name before it")
                    .help("for an alternative that says nothing write `\"\"`"),
            );
        }
        alternative
    }

    /// Names and texts. Everything else is text without its quotes.
    fn parts(&mut self, pieces: &[Piece], alternative: &mut Alternative) {
        let mut rest = pieces;
        while let Some(first) = rest.first() {
            if matches!(first.kind, Kind::Text | Kind::OddText) {
                let span = self.reader.span(first);
                alternative.broken |= first.kind == Kind::OddText && self.is_unclosed(span);
                let text = crate::syntax::literal::text(self.reader.findings, span);
                alternative.parts.push(Part::Text(text));
                rest = &rest[1..];
                continue;
            }
            let length =
                rest.iter().position(|p| matches!(p.kind, Kind::Text | Kind::OddText)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(length);
            rest = behind;
            if run.iter().all(|p| p.kind == Kind::Word) {
                alternative.parts.extend(run.iter().map(|word| {
                    let span = self.reader.span(word);
                    Part::Rule(Name { text: self.reader.text(word).to_owned(), span })
                }));
            } else {
                alternative.broken = true;
                self.unquoted(run);
            }
        }
    }

    fn is_unclosed(&self, span: Span) -> bool {
        let text = self.reader.findings.slice(span);
        text.chars().count() < 2 || !text.ends_with(['"', '”', '“', '’', '‘', '\''])
    }
}
