//! What is said about expressions that are not of the language, and the form that is.

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::piece::{Kind, Piece};
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};

use super::{Cursor, Place, Reader, Reported, compares};

impl Reader<'_, '_> {
    /// A value ended, and something follows that is no operator.
    pub(super) fn left_over(&mut self, cursor: &Cursor<'_>) -> Reported {
        let Some(piece) = cursor.peek(0) else { return Reported };
        let (span, text) = (self.span(piece), self.text(piece));
        let before = cursor.at.checked_sub(1).and_then(|i| cursor.pieces.get(i)).map(|p| self.text(p));
        let finding = match text.to_lowercase().as_str() {
            "where" if cursor.place == Place::Elsewhere => outside(span, "`where`"),
            "where" if cursor.pieces[..cursor.at].iter().any(|p| self.is_word(p, "where")) => {
                Diagnostic::error("H0136", span, "an aggregate has one `where`")
                    .label("a second one")
                    .help("join the conditions with `and`")
            }
            "where" => Diagnostic::error("H0136", span, "the window closes the aggregate")
                .label("`where` stands before the window")
                .help("such as `count(orders where amount > 100 CNY in last 30 days)`"),
            "in" | "since" | "before" if cursor.place == Place::Elsewhere => outside(span, "a window"),
            "in" | "since" | "before" => {
                Diagnostic::error("H0136", span, "the window closes the aggregate, and there is only one")
                    .label("a second one")
            }
            "last" | "next" if cursor.peek(1).is_some_and(|p| p.kind == Kind::Number) => {
                Diagnostic::error("H0136", span, format!("a window begins with `in {text}`"))
                    .label("`in` is missing")
                    .fix("write `in`", span.at_start(), "in ")
            }
            "between" => self.between(cursor, span),
            "like" | "ilike" => Diagnostic::error("H0120", span, format!("`{text}` is written `contains`"))
                .label("write `contains`")
                .help("without `%`: `title contains \"phone\"`"),
            "if" => Diagnostic::error("H0120", span, "`if` is written `when`").label("write `when`").fix(
                "write `when`",
                span,
                "when",
            ),
            "&" => symbol(span, text, "and"),
            "|" => symbol(span, text, "or"),
            _ => match piece.kind {
                Kind::Mark if text == "@" => self.address(span),
                Kind::Mark => mark(span, text),
                Kind::Brace => brace(span, text),
                Kind::Colon if cursor.peek(1).is_some_and(|p| self.text(p) == "/") => self.address(span),
                Kind::Colon => {
                    Diagnostic::error("H0103", span, "a colon stands between a key and its value only")
                        .label("not expected here")
                        .help("compare with `=`; text stands in quotes")
                }
                _ if cursor.at.checked_sub(1).is_some_and(|i| self.text_ended(&cursor.pieces[i], piece)) => {
                    Diagnostic::error("H0106", span, "the text ends at the quote before this")
                        .label("outside the text")
                        .help("inside a text write `'` for a quote, or `\\\"`")
                }
                _ if self.comma_forgotten(cursor, piece) => {
                    let end = cursor.pieces[cursor.at - 1].end;
                    let place = self.findings.span(end, end);
                    Diagnostic::error("H0113", span, "a comma is missing before this")
                        .label("the next item")
                        .fix("write `,`", place, ",")
                }
                Kind::Number | Kind::Text | Kind::Word | Kind::Square | Kind::Date
                    if cursor.place == Place::Argument
                        && cursor.at == 1
                        && cursor.pieces[0].kind == Kind::Word =>
                {
                    let name = self.span(&cursor.pieces[0]);
                    let word = self.text(&cursor.pieces[0]);
                    Diagnostic::error("H0127", name, format!("a colon is missing behind `{word}`"))
                        .label("write `:` behind it")
                        .fix(format!("write `{word}:`"), name.at_end(), ":")
                }
                _ => {
                    let message = match before {
                        Some(before) => format!(
                            "an operator is missing between `{}` and `{}`",
                            short(before),
                            short(text)
                        ),
                        None => format!("`{}` was not expected here", short(text)),
                    };
                    Diagnostic::error("H0103", span, message)
                        .label("not expected here")
                        .help("values are joined by `and`, `or`, `=`, `+` …; items of a list by commas; text stands in quotes")
                }
            },
        };
        self.findings.push(finding);
        Reported
    }

    /// Whether a text ended at a quote that was meant to be part of it.
    fn text_ended(&self, text: &Piece, next: &Piece) -> bool {
        text.kind == Kind::Text
            && text.end == next.start
            && matches!(next.kind, Kind::Word | Kind::Text | Kind::Number)
    }

    /// Whether items of brackets stand on lines of their own and the comma between two is not there.
    fn comma_forgotten(&self, cursor: &Cursor<'_>, next: &Piece) -> bool {
        let Some(before) = cursor.at.checked_sub(1).and_then(|i| cursor.pieces.get(i)) else { return false };
        let between = self.findings.text().get(before.end..next.start).unwrap_or_default();
        between.contains('\n') && matches!(next.kind, Kind::Word | Kind::Number | Kind::Text | Kind::Square)
    }

    /// Something stands where a value should, and is none.
    pub(super) fn no_value(&mut self, cursor: &Cursor<'_>, piece: &Piece) -> Reported {
        let (span, text) = (self.span(piece), self.text(piece));
        let before = cursor.at.checked_sub(1).and_then(|i| cursor.pieces.get(i)).map(|p| self.text(p));
        let finding = match piece.kind {
            Kind::Mark => mark(span, text),
            Kind::Brace => brace(span, text),
            Kind::Op if text == ".." => {
                Diagnostic::error("H0113", span, "a range begins with its lower bound")
                    .label("expected a value before it")
                    .help("such as `0..5`; without an upper bound `3..`")
            }
            _ => {
                let message = match before {
                    Some(before) => {
                        format!("a value is missing between `{}` and `{}`", short(before), short(text))
                    }
                    None => format!("nothing stands before `{}`", short(text)),
                };
                Diagnostic::error("H0113", span, message).label("expected a value before it")
            }
        };
        self.findings.push(finding);
        Reported
    }

    /// The pieces end where a value should follow.
    pub(super) fn nothing_follows(&mut self, cursor: &Cursor<'_>) -> Reported {
        let Some(piece) = cursor.at.checked_sub(1).and_then(|i| cursor.pieces.get(i)) else {
            return Reported;
        };
        let (span, text) = (self.span(piece), self.text(piece));
        self.findings.push(
            Diagnostic::error("H0113", span, format!("nothing follows `{}`", short(text)))
                .label("expected a value behind it"),
        );
        Reported
    }

    /// `age between 18 and 25`.
    fn between(&self, cursor: &Cursor<'_>, span: Span) -> Diagnostic {
        let finding = Diagnostic::error("H0120", span, "`between` is written as a range")
            .label("write `in`, and `..` between the bounds")
            .help("such as `age in 18..25`");
        match (cursor.peek(1), cursor.peek(2), cursor.peek(3)) {
            (Some(low), Some(and), Some(high)) if self.is_word(and, "and") => {
                let form = format!("in {}..{}", self.text(low), self.text(high));
                finding.fix(format!("write `{form}`"), span.to(self.span(high)), form)
            }
            _ => finding,
        }
    }

    /// A mail or web address without quotes: all that stands around its `@` or `://`.
    fn address(&self, sign: Span) -> Diagnostic {
        let text = self.findings.text();
        let ends = |c: char| c.is_whitespace() || ",()[]{}\"".contains(c);
        let start = text[..sign.start as usize].rfind(ends).map_or(0, |i| i + 1);
        let end = text[sign.end as usize..].find(ends).map_or(text.len(), |i| sign.end as usize + i);
        let span = self.findings.span(start, end);
        let address = self.findings.slice(span);
        Diagnostic::error("H0103", span, "an address stands in quotes").label("put quotes around it").fix(
            "put quotes around it",
            span,
            format!("\"{address}\""),
        )
    }

    /// `in last month`.
    pub(super) fn window_without_number(&mut self, cursor: &Cursor<'_>) -> Reported {
        let Some(piece) = cursor.peek(2) else { return Reported };
        let span = self.span(piece);
        self.findings.push(
            Diagnostic::error("H0130", span, "a window says how many days, hours or weeks")
                .label("the number is missing")
                .help("such as `in last 30 days`"),
        );
        Reported
    }

    /// What stands after `is`: `missing` or `known`.
    pub(super) fn is_what(
        &mut self,
        cursor: &mut Cursor<'_>,
        left: &Expr,
        at: usize,
    ) -> Result<(bool, Span), Reported> {
        let is = self.span(&cursor.pieces[at]);
        let denied = cursor.peek(0).is_some_and(|p| self.is_word(p, "not"));
        let Some(piece) = cursor.peek(usize::from(denied)) else {
            self.findings.push(
                Diagnostic::error("H0113", is, "nothing follows `is`")
                    .label("expected `missing` or `known` behind it"),
            );
            return Err(Reported);
        };
        let span = self.span(piece);
        let word = if piece.kind == Kind::Word { self.text(piece) } else { "" };
        let known = match word {
            "missing" => denied,
            "known" => !denied,
            w if ["null", "none", "empty", "nil"].contains(&w.to_lowercase().as_str()) => denied,
            _ => {
                let value = self.findings.slice(left.span);
                let (sign, whole) =
                    if denied { ("!=", is.to(self.span(&cursor.pieces[cursor.at]))) } else { ("=", is) };
                self.findings.push(
                    Diagnostic::error(
                        "H0103",
                        span,
                        "`is` asks only whether a value is `missing` or `known`",
                    )
                    .label("expected `missing` or `known`")
                    .help(format!("to compare write `{} {sign} …`", short(value)))
                    .fix(format!("write `{sign}`"), whole, sign),
                );
                return Err(Reported);
            }
        };
        cursor.at += 1 + usize::from(denied);
        let right = if known { "is known" } else { "is missing" };
        if denied || !matches!(word, "missing" | "known") {
            let whole = is.to(span);
            self.findings.push(
                Diagnostic::error("H0133", whole, format!("this is written `{right}`"))
                    .label(format!("write `{right}`"))
                    .fix(format!("write `{right}`"), whole, right),
            );
        }
        Ok((known, span))
    }

    /// `x = null`: nothing equals a missing value.
    pub(super) fn compared_with_null(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        operator: &Piece,
    ) -> Option<ExprKind> {
        let known = match op {
            BinaryOp::Eq => false,
            BinaryOp::Ne => true,
            _ => return None,
        };
        let ExprKind::Name(word) = &right.kind else { return None };
        if !["null", "NULL", "Null", "None", "nil"].contains(&word.as_str()) {
            return None;
        }
        let form = if known { "is known" } else { "is missing" };
        let span = self.span(operator).to(right.span);
        self.findings.push(
            Diagnostic::error("H0133", span, format!("this is written `{form}`"))
                .label(format!("write `{form}`"))
                .help("a missing value is equal to nothing, not even to another missing one")
                .fix(format!("write `{form}`"), span, form),
        );
        Some(ExprKind::Is { value: Box::new(left.clone()), known })
    }

    /// `18 <= age <= 25`.
    pub(super) fn chained(&mut self, cursor: &Cursor<'_>, left: &Expr) -> Reported {
        let Some(piece) = cursor.peek(0) else { return Reported };
        let span = self.span(piece);
        let middle = match &left.kind {
            ExprKind::Binary(op, _, middle) if compares(*op) => self.findings.slice(middle.span),
            _ => "",
        };
        let mut finding = Diagnostic::error("H0135", span, "comparisons do not follow one another")
            .label("a second comparison")
            .related(left.span, "the first one");
        finding = if middle.is_empty() || middle.len() > 40 {
            finding.help("join them with `and`")
        } else {
            finding.fix(format!("write `and {middle}`"), span.at_start(), format!("and {middle} "))
        };
        self.findings.push(finding);
        Reported
    }

    /// `- a` lines, as other files write lists.
    pub(super) fn dashes(&mut self, pieces: &[Piece]) -> Option<Expr> {
        let starts = |piece: &Piece| {
            let before = || self.findings.text()[..piece.start].trim_end_matches([' ', '\t']).ends_with('\n');
            piece.kind == Kind::Op && self.text(piece) == "-" && before()
        };
        if !pieces.first().is_some_and(starts) {
            return None;
        }
        let firsts: Vec<usize> = (0..pieces.len()).filter(|&i| starts(&pieces[i])).collect();
        let span = self.cover(pieces)?;
        let items: Vec<&[Piece]> = firsts
            .iter()
            .enumerate()
            .map(|(n, &first)| &pieces[first + 1..firsts.get(n + 1).copied().unwrap_or(pieces.len())])
            .filter(|item| !item.is_empty())
            .collect();
        let texts: Vec<&str> =
            items.iter().filter_map(|i| self.cover(i)).map(|s| self.findings.slice(s)).collect();
        self.findings.push(
            Diagnostic::error("H0134", self.span(&pieces[0]), "a list stands in square brackets")
                .label("not a dash")
                .fix("write a list", span, format!("[{}]", texts.join(", "))),
        );
        let items = items.into_iter().map(|item| self.item(item, Place::Elsewhere)).collect();
        Some(Expr { kind: ExprKind::List(items), span })
    }

    /// `1,000`: the comma would end the number. Gives the pieces with such numbers made one, if no other comma
    /// stands among them.
    pub(super) fn thousands(&mut self, pieces: &[Piece]) -> Option<Vec<Piece>> {
        let mut joined: Vec<Piece> = Vec::new();
        let mut rest = pieces.iter();
        while let Some(piece) = rest.next() {
            if piece.kind != Kind::Comma {
                joined.push(piece.clone());
                continue;
            }
            let number = joined.last_mut().filter(|p| p.kind == Kind::Number && p.end == piece.start)?;
            let next = rest.next().filter(|p| p.kind == Kind::Number && p.start == piece.end)?;
            let digits = self.text(next).bytes().take_while(u8::is_ascii_digit).count();
            if digits != 3 {
                return None;
            }
            number.end = next.end;
        }
        for number in joined.iter().filter(|p| p.kind == Kind::Number) {
            let span = self.span(number);
            let text = self.findings.slice(span);
            if text.contains(',') {
                let form = text.replace(',', "_");
                self.findings.push(
                    Diagnostic::error("H0137", span, "a comma ends a number")
                        .label(format!("write `{form}`"))
                        .help("large numbers may be grouped by `_`")
                        .fix(format!("write `{form}`"), span, form),
                );
            }
        }
        Some(joined)
    }
}

fn outside(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("H0136", span, format!("{what} stands inside the parentheses of an aggregate"))
        .label("not expected here")
        .help("such as `count(orders where amount > 100 CNY in last 30 days)`")
}

fn symbol(span: Span, text: &str, right: &str) -> Diagnostic {
    Diagnostic::error("H0120", span, format!("`{text}` is written `{right}`"))
        .label(format!("write `{right}`"))
        .fix(format!("write `{right}`"), span, right)
}

fn mark(span: Span, text: &str) -> Diagnostic {
    let finding =
        Diagnostic::error("H0103", span, format!("`{text}` has no meaning here")).label("not expected here");
    match text {
        "¥" | "￥" | "$" | "€" | "£" => {
            let code = crate::syntax::words::currency(text).unwrap_or("CNY");
            Diagnostic::error("H0131", span, "a currency is written by its three letters")
                .label(format!("write `{code}`"))
                .fix(format!("write `{code}`"), span, code)
        }
        "'" | "’" | "‘" | "“" | "”" => {
            finding.help("text stands in straight double quotes, closed on its line: `\"…\"`")
        }
        _ => finding.help("text stands in quotes: `\"…\"`"),
    }
}

fn brace(span: Span, text: &str) -> Diagnostic {
    let finding =
        Diagnostic::error("H0103", span, "braces do not belong in a value").label("not expected here");
    if text.starts_with("{{") || text.starts_with("{%") {
        finding.help("text with `{{ … }}` in it stands in quotes: `\"Hello {{ customer.name }}\"`")
    } else {
        finding.help("a list stands in `[ ]`; what a call is given stands in `( )`")
    }
}

/// A text short enough for a sentence.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 30 && line.len() == text.len() {
        return line.to_owned();
    }
    line.chars().take(29).chain(['…']).collect()
}
