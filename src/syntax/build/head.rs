//! What stands before a declaration's brace.

use pest::iterators::Pair;

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::literal;
use crate::syntax::piece::{Kind, Piece, pieces};
use crate::syntax::tree::{Decl, Expr, Name};

use super::Builder;

impl Builder<'_, '_, '_> {
    /// `kind name "Title" share`.
    pub(super) fn head(&mut self, pair: Option<Pair<'_, Rule>>, whole: Span, nested: bool) -> Decl {
        let span = pair.as_ref().map_or(whole, |pair| self.place(pair));
        let parts = pair.map(pieces).unwrap_or_default();
        let mut decl = Decl {
            kind: Name { text: String::new(), span },
            name: None,
            title: None,
            share: None,
            docs: String::new(),
            settings: Vec::new(),
            blocks: Vec::new(),
            span: whole,
            head: span,
            broken: false,
        };
        let Some((kind, mut rest)) = parts.split_first() else { return decl };
        decl.kind = self.word(kind);
        if let [name, others @ ..] = rest
            && name.kind == Kind::Word
        {
            decl.name = Some(self.word(name));
            rest = self.joined_name(&mut decl, name, others);
        }
        if let Some(number) = rest.first().filter(|p| p.kind == Kind::Number && decl.name.is_none()) {
            let place = self.reader.span(number);
            self.report(
                Diagnostic::error("H0111", place, "a name begins with a letter").label("not with a digit"),
            );
            decl.name = Some(self.word(number));
            rest = &rest[1..];
        }
        while let [piece, others @ ..] = rest {
            let place = self.reader.span(piece);
            match piece.kind {
                Kind::Text | Kind::OddText if decl.title.is_none() => {
                    decl.title = Some(literal::text(self.reader.findings, place));
                }
                Kind::Number if decl.share.is_none() && (nested || decl.kind.text == "variant") => {
                    let kind = literal::number(self.reader.findings, place);
                    decl.share = Some(Expr { kind, span: place });
                }
                _ => {
                    self.unexpected(&mut decl, rest);
                    break;
                }
            }
            rest = others;
        }
        self.name_needed(&mut decl);
        decl
    }

    fn word(&self, piece: &Piece) -> Name {
        Name { text: self.reader.text(piece).to_owned(), span: self.reader.span(piece) }
    }

    /// `my-segment`: reads the parts as one name, and says how it is written.
    fn joined_name<'p>(&mut self, decl: &mut Decl, first: &Piece, rest: &'p [Piece]) -> &'p [Piece] {
        let (mut count, mut end) = (0, first.end);
        while let Some(piece) =
            rest.get(count).filter(|p| p.start == end && !matches!(p.kind, Kind::Text | Kind::OddText))
        {
            end = piece.end;
            count += 1;
        }
        if count == 0 {
            return rest;
        }
        let span = self.reader.findings.span(first.start, end);
        let text = self.reader.findings.slice(span);
        let mut right: String =
            text.chars().map(|c| if crate::syntax::words::is_word_char(c) { c } else { '_' }).collect();
        while right.contains("__") {
            right = right.replace("__", "_");
        }
        let right = right.trim_end_matches('_').to_owned();
        self.report(
            Diagnostic::error("H0111", span, "a name has letters, digits and `_` in it, and nothing else")
                .label(format!("write `{right}`"))
                .fix(format!("write `{right}`"), span, right.clone()),
        );
        decl.name = Some(Name { text: right, span });
        &rest[count..]
    }

    fn unexpected(&mut self, decl: &mut Decl, rest: &[Piece]) {
        let Some(span) = self.reader.cover(rest) else { return };
        let words = rest.iter().all(|p| p.kind == Kind::Word);
        if let (true, Some(name), None) = (words, &decl.name, &decl.title) {
            let whole = name.span.to(span);
            let right = self.reader.findings.slice(whole).split_whitespace().collect::<Vec<_>>().join("_");
            self.report(
                Diagnostic::error("H0111", whole, "a name is one word")
                    .label("several words")
                    .help("a title stands in quotes behind the name")
                    .fix(format!("write `{right}`"), whole, right.clone()),
            );
            decl.name = Some(Name { text: right, span: whole });
            return;
        }
        self.report(
            Diagnostic::error(
                "H0111",
                span,
                "a declaration begins with its kind, its name and a title in quotes",
            )
            .label("not expected here")
            .help("such as `segment vip \"The best customers\" {`"),
        );
    }

    fn name_needed(&mut self, decl: &mut Decl) {
        if decl.name.is_some() || decl.kind.text == "test" {
            return;
        }
        let kind = decl.kind.text.clone();
        match &decl.title {
            Some(title) => {
                let form: String =
                    title.value.chars().filter(|c| crate::syntax::words::is_word_char(*c)).collect();
                let simple = form == title.value && form.starts_with(crate::syntax::words::is_letter);
                let finding =
                    Diagnostic::error("H0111", title.span, format!("this {kind} has a title but no name"))
                        .label("a name, without quotes, stands before the title");
                let (span, form) = (title.span, title.value.clone());
                if simple {
                    // The rest of the project goes by the name that was meant.
                    decl.name = Some(Name { text: form.clone(), span });
                }
                self.report(if simple {
                    finding.fix(format!("write `{form}`"), span, form)
                } else {
                    finding
                });
            }
            None => self.report(
                Diagnostic::error("H0111", decl.kind.span, format!("`{kind}` has no name"))
                    .label("expected a name behind it")
                    .help(format!("such as `{kind} my_{kind} {{`")),
            ),
        }
    }
}
