//! What may stand behind an alternative: `weight 2` and `when condition`, in either order.

use super::Alternative;
use super::read::Builder;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::piece::{Kind, Piece};
use crate::syntax::tree::{Expr, ExprKind};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    Weight,
    When,
}

impl Builder<'_, '_> {
    /// Where the first clause of an alternative begins.
    pub(super) fn first_clause(&self, pieces: &[Piece]) -> usize {
        (0..pieces.len()).find(|&at| self.clause(pieces, at).is_some()).unwrap_or(pieces.len())
    }

    /// The clause that begins at a piece. `weight` is a keyword only before a figure or a sign, or where nothing
    /// else can be meant: a rule may be called so.
    fn clause(&self, pieces: &[Piece], at: usize) -> Option<Clause> {
        let piece = &pieces[at];
        if self.reader.is_word(piece, "when") {
            return Some(Clause::When);
        }
        let named = |word: &str| self.names.iter().any(|name| name == word);
        if self.reader.is_word(piece, "weight") {
            let figure = pieces.get(at + 1).is_some_and(|p| !matches!(p.kind, Kind::Word | Kind::Text));
            return (figure || !named("weight")).then_some(Clause::Weight);
        }
        let habit = self.reader.is_word(piece, "if") && at > 0 && at + 1 < pieces.len() && !named("if");
        habit.then_some(Clause::When)
    }

    /// Reads the clauses, of which each may stand once; the first begins at `from`.
    pub(super) fn clauses(&mut self, pieces: &[Piece], from: usize, alternative: &mut Alternative) {
        let starts: Vec<(usize, Clause)> =
            (from..pieces.len()).filter_map(|at| Some((at, self.clause(pieces, at)?))).collect();
        let mut seen: Vec<(Clause, Span)> = Vec::new();
        for (index, &(start, clause)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(pieces.len(), |next| next.0);
            let word = &pieces[start];
            let place = self.reader.span(word);
            if let Some(first) = seen.iter().find(|s| s.0 == clause).map(|s| s.1) {
                let (message, help) = match clause {
                    Clause::Weight => ("an alternative has one weight", "keep one of them"),
                    Clause::When => ("an alternative has one `when`", "join the conditions with `and`"),
                };
                alternative.broken = true;
                self.report(
                    Diagnostic::error("H0153", place, message)
                        .label("a second one")
                        .related(first, "the first one")
                        .help(help),
                );
                continue;
            }
            seen.push((clause, place));
            self.keyword(word, clause);
            let value = &pieces[start + 1..end];
            match clause {
                Clause::Weight => self.weight(value, place, alternative),
                Clause::When => self.when(value, place, alternative),
            }
        }
    }

    /// Reports `WHEN`, and `if` in the place of `when`.
    fn keyword(&mut self, word: &Piece, clause: Clause) {
        if self.reader.is_word(word, "if") {
            let place = self.reader.span(word);
            self.report(
                Diagnostic::error("H0153", place, "a condition begins with `when`")
                    .label("write `when`")
                    .fix("write `when`", place, "when"),
            );
            return;
        }
        self.reader.capitals(word, if clause == Clause::When { "when" } else { "weight" });
    }

    fn when(&mut self, value: &[Piece], word: Span, alternative: &mut Alternative) {
        // `when: condition` is a habit of the lines around.
        let value = self.without_sign(value, "when", &[":"]);
        if value.is_empty() {
            alternative.broken = true;
            self.report(
                Diagnostic::error("H0113", word, "nothing follows `when`")
                    .label("expected a condition behind it")
                    .help("such as `when customer.name is known`"),
            );
            alternative.when = Some(Expr { kind: ExprKind::Broken, span: word.at_end() });
            return;
        }
        let mut condition = self.reader.value(value, word.at_end(), "when");
        if matches!(condition.kind, ExprKind::List(_)) && value.iter().any(|p| p.kind == Kind::Comma) {
            condition.kind = ExprKind::Broken;
        }
        alternative.when = Some(condition);
    }

    fn weight(&mut self, value: &[Piece], word: Span, alternative: &mut Alternative) {
        let value = self.without_sign(value, "weight", &[":", "=", "*"]);
        let (place, text) = match value {
            [] => (word, ""),
            all => {
                let place = self.reader.cover(all).unwrap_or(word);
                (place, self.reader.findings.slice(place))
            }
        };
        let number = match value {
            [one] if one.kind == Kind::Number => text.replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        match number {
            Some(weight) if weight > 0.0 && weight.is_finite() => alternative.weight = weight,
            _ => {
                let label = match text {
                    "" => "a number is missing behind this",
                    _ => "not a number above 0",
                };
                self.report(
                    Diagnostic::error("H0153", place, "a weight is a number above 0")
                        .label(label)
                        .help("`weight 2` is chosen twice as often as an alternative without a weight"),
                );
            }
        }
    }

    /// The pieces behind a sign that is not needed, which is reported.
    fn without_sign<'p>(&mut self, value: &'p [Piece], word: &str, signs: &[&str]) -> &'p [Piece] {
        let Some((first, rest)) = value.split_first() else { return value };
        let text = self.reader.text(first);
        if !signs.contains(&text) {
            return value;
        }
        let span = self.reader.span(first);
        self.report(
            Diagnostic::error("H0153", span, format!("`{word}` needs no `{text}` behind it"))
                .label("not needed here")
                .fix("take it away", span, ""),
        );
        rest
    }
}
