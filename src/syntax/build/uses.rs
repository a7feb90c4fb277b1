//! `use a, b from "file"`.

use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::syntax::grammar::Rule;
use crate::syntax::literal;
use crate::syntax::piece::{Kind, Piece, pieces};
use crate::syntax::tree::{Name, Use};

use super::Builder;

const FORM: &str = "such as `use shop, store from \"shop\"`";

impl Builder<'_, '_, '_> {
    pub(super) fn use_line(&mut self, pair: Pair<'_, Rule>) -> Option<Use> {
        let span = self.place(&pair);
        let parts = pieces(pair);
        let names = self.used_names(&parts);
        let rest = &parts[names.1..];
        let (names, from) = (names.0, rest.first());
        let path = match rest {
            [from, path, ..] if self.reader.is_word(from, "from") && is_text(path) => Some(path),
            [path, ..] if is_text(path) => {
                let place = self.reader.span(path);
                self.report(
                    Diagnostic::error("H0112", place, "`from` is missing before the file")
                        .label("expected `from` before it")
                        .fix("write `from`", place.at_start(), "from "),
                );
                Some(path)
            }
            _ => None,
        };
        let Some(path) = path else {
            self.broken.push(span);
            self.no_path(&parts, from, span);
            return None;
        };
        if names.is_empty() {
            let place = self.reader.findings.span(span.start as usize, span.start as usize + 3);
            self.report(
                Diagnostic::error("H0112", place, "`use` takes names from a file")
                    .label("names are missing")
                    .help(FORM),
            );
        }
        if let Some(extra) = parts.iter().find(|p| p.start >= path.end) {
            let place = self.reader.span(extra);
            self.report(
                Diagnostic::error("H0112", place, "a `use` line ends behind its file")
                    .label("not expected here")
                    .help(FORM),
            );
        }
        let path = literal::text(self.reader.findings, self.reader.span(path));
        Some(Use { names, path, span })
    }

    /// The names before `from`, and how many pieces they take.
    fn used_names(&mut self, parts: &[Piece]) -> (Vec<Name>, usize) {
        let mut names = Vec::new();
        let (mut at, mut comma) = (0, true);
        while let Some(piece) = parts.get(at) {
            match piece.kind {
                Kind::Comma => comma = true,
                Kind::Word => {
                    let from = self.reader.is_word(piece, "from")
                        && (!comma || parts.get(at + 1).is_none_or(is_text));
                    if from {
                        break;
                    }
                    let span = self.reader.span(piece);
                    if !comma {
                        self.report(
                            Diagnostic::error("H0112", span, "names are divided by commas")
                                .label("`,` is missing before it")
                                .fix("write `,`", span.at_start(), ", "),
                        );
                    }
                    names.push(Name { text: self.reader.text(piece).to_owned(), span });
                    comma = false;
                }
                _ => break,
            }
            at += 1;
        }
        (names, at)
    }

    fn no_path(&mut self, parts: &[Piece], from: Option<&Piece>, span: crate::diagnostic::Span) {
        if self.reader.findings.any_in(span) {
            return;
        }
        let finding = match from {
            Some(piece) if !self.reader.is_word(piece, "from") => {
                let place = self.reader.span(piece);
                Diagnostic::error("H0112", place, "`use` takes names from a file")
                    .label("expected a name, or `from \"file\"`")
            }
            _ => {
                let message = "the file that `use` takes names from is missing";
                let words =
                    parts.iter().position(|p| self.reader.is_word(p, "from")).map(|i| &parts[i + 1..]);
                match words.and_then(|words| self.reader.cover(words)) {
                    Some(place) => {
                        let form = format!("\"{}\"", self.reader.findings.slice(place));
                        Diagnostic::error("H0112", place, "the file's name stands in quotes")
                            .label("put it in quotes")
                            .fix(format!("write `{form}`"), place, form)
                    }
                    None => Diagnostic::error("H0112", span.at_end(), message)
                        .label("expected `from \"file\"` here"),
                }
            }
        };
        self.report(finding.help(FORM));
    }
}

fn is_text(piece: &Piece) -> bool {
    matches!(piece.kind, Kind::Text | Kind::OddText)
}
