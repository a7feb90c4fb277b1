//! From what the grammar matched to the tree of the file.

mod head;
mod uses;

use pest::iterators::Pair;

use crate::diagnostic::{Diagnostic, Span};

use super::expr::Reader;
use super::findings::Findings;
use super::grammar::Rule;
use super::piece::{Kind, pieces};
use super::schedule::schedule;
use super::tree::{Comment, Decl, File, Name, Setting, Value};

/// Builds the tree.
pub(super) fn build(findings: &mut Findings<'_>, file: Pair<'_, Rule>, comments: Vec<Comment>) -> File {
    let mut builder = Builder {
        reader: Reader::new(findings),
        comments: &comments,
        broken: Vec::new(),
        extra_brace: false,
    };
    let (mut uses, mut decls) = (Vec::new(), Vec::new());
    for pair in file.into_inner() {
        match pair.as_rule() {
            Rule::use_line => uses.extend(builder.use_line(pair)),
            Rule::decl => decls.push(builder.decl(pair)),
            Rule::stray => builder.stray(&pair),
            _ => {}
        }
    }
    let broken = builder.broken;
    File { uses, decls, comments, broken }
}

struct Builder<'f, 't, 'c> {
    reader: Reader<'f, 't>,
    comments: &'c [Comment],
    broken: Vec<Span>,
    /// A brace too many was reported in the block being read: it took the closing one.
    extra_brace: bool,
}

impl Builder<'_, '_, '_> {
    fn place(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let text = &self.reader.findings.text()[span.start()..];
        let length = span.end() - span.start();
        // The grammar takes the blanks before the next thing along.
        let length = text.get(..length).map_or(length, |t| t.trim_end().len());
        self.reader.findings.span(span.start(), span.start() + length)
    }

    fn report(&mut self, finding: Diagnostic) {
        self.reader.findings.push(finding);
    }

    /// `kind name { … }`, at the top of a file or inside another.
    fn decl(&mut self, pair: Pair<'_, Rule>) -> Decl {
        let whole = self.place(&pair);
        let nested = pair.as_rule() == Rule::block;
        let mut parts = pair.into_inner().peekable();
        let mut decl = self.head(parts.next(), whole, nested);
        decl.docs = self.docs(whole);
        let outer = std::mem::replace(&mut self.extra_brace, false);
        for part in parts {
            match part.as_rule() {
                Rule::setting => self.setting(part, &mut decl),
                Rule::forgot => self.forgot(part, &mut decl),
                Rule::block => {
                    let block = self.decl(part);
                    decl.broken |= block.broken;
                    decl.blocks.push(block);
                }
                Rule::bad_line => {
                    decl.broken = true;
                    self.extra_brace |= part.as_str().contains('{');
                    self.bad_line(&part);
                }
                Rule::no_open => self.no_open(decl.head),
                Rule::missing => {
                    decl.broken = true;
                    if !self.extra_brace {
                        self.no_close(&decl, whole);
                    }
                }
                _ => {}
            }
        }
        self.extra_brace |= outer;
        decl.broken |= decl.settings.iter().any(|s| is_broken(&s.value));
        decl
    }

    fn no_open(&mut self, head: Span) {
        let place = head.at_end();
        self.report(
            Diagnostic::error("H0111", place, "a declaration's settings stand in braces")
                .label("`{` is missing here")
                .fix("write `{`", place, " {"),
        );
    }

    /// A block without its brace. If a block inside was closed further left than it began, that brace was meant
    /// for this one, and the block inside is the one to mend.
    fn no_close(&mut self, decl: &Decl, whole: Span) {
        let text = self.reader.findings.text();
        // How far a line is indented up to a place, if nothing else stands before that place.
        let indent = |before: &str| {
            let line = before.trim_end_matches([' ', '\t']);
            line.ends_with('\n').then(|| before.len() - line.len())
        };
        let robbed = decl.blocks.iter().rev().find(|block| {
            let end = text[..block.span.end as usize].strip_suffix('}').and_then(indent);
            let start = indent(&text[..block.span.start as usize]);
            end.is_some_and(|end| start.is_some_and(|start| end < start))
        });
        let finding =
            Diagnostic::error("H0110", robbed.map_or(decl.head, |b| b.head), "this block is never closed")
                .label("opened here")
                .help("`}` on a line of its own closes it");
        self.report(match robbed {
            Some(_) => finding,
            None => finding.fix("write `}` at its end", whole.at_end(), "\n}"),
        });
    }

    fn setting(&mut self, pair: Pair<'_, Rule>, decl: &mut Decl) {
        let span = self.place(&pair);
        let mut parts = pair.into_inner();
        let (Some(key), Some(colon), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let key = self.name(&key);
        let colon = self.place(&colon);
        let sign = self.reader.findings.slice(colon);
        if sign.starts_with(['=', '＝']) {
            self.report(
                Diagnostic::error(
                    "H0127",
                    colon,
                    format!("a colon stands between `{}` and its value", key.text),
                )
                .label("write `:`")
                .fix("write `:`", colon, ":"),
            );
        }
        let value = self.value(&decl.kind, &key, value, colon.at_end());
        let docs = self.docs(span);
        decl.settings.push(Setting { key, value, docs, span });
    }

    fn value(&mut self, kind: &Name, key: &Name, value: Pair<'_, Rule>, empty: Span) -> Value {
        let pieces = pieces(value);
        self.extra_brace |= pieces.iter().any(|p| p.kind == Kind::Brace && !p.lost);
        if key.text == "send" && sends(&kind.text) {
            return Value::Schedule(schedule(&mut self.reader, &pieces, empty));
        }
        Value::Expr(self.reader.value(&pieces, empty, &key.text))
    }

    /// `key value`: a colon was forgotten, or it is no setting at all.
    fn forgot(&mut self, pair: Pair<'_, Rule>, decl: &mut Decl) {
        let span = self.place(&pair);
        let mut parts = pair.into_inner();
        let (Some(key), Some(value)) = (parts.next(), parts.next()) else { return };
        let key = self.name(&key);
        let before = self.reader.findings.count();
        let value = self.value(&decl.kind, &key, value, key.span.at_end());
        if self.reader.findings.count() > before {
            self.reader.findings.rewind(before);
            decl.broken = true;
            self.not_a_setting(span);
            return;
        }
        self.report(
            Diagnostic::error("H0127", key.span, format!("a colon is missing behind `{}`", key.text))
                .label("write `:` behind it")
                .fix(format!("write `{}:`", key.text), key.span.at_end(), ":"),
        );
        let docs = self.docs(span);
        decl.settings.push(Setting { key, value, docs, span });
    }

    fn bad_line(&mut self, pair: &Pair<'_, Rule>) {
        let span = self.place(pair);
        self.not_a_setting(span);
    }

    fn not_a_setting(&mut self, span: Span) {
        self.broken.push(span);
        if self.reader.findings.any_in(span) {
            return;
        }
        let text = self.reader.findings.slice(span);
        let finding =
            Diagnostic::error("H0104", span, "this line is not a setting").label("expected `key: value`");
        let words = text.split_whitespace().next().is_some_and(|word| word.contains('-'));
        self.report(match text.split_once(':') {
            Some((key, _)) if words && !key.contains(' ') => {
                let (length, right) = (key.len(), key.replace('-', "_"));
                let key = self.reader.findings.span(span.start as usize, span.start as usize + length);
                finding.help("a name has letters, digits and `_` in it").fix(
                    format!("write `{right}`"),
                    key,
                    right,
                )
            }
            _ => finding.help("every line of a block is a key, a colon and a value"),
        });
    }

    fn stray(&mut self, pair: &Pair<'_, Rule>) {
        let span = self.place(pair);
        if span.start == span.end {
            return;
        }
        self.broken.push(span);
        if self.reader.findings.any_in(span) {
            return;
        }
        let text = self.reader.findings.slice(span);
        let first = text.lines().next().unwrap_or_default().trim_end();
        let line = self.reader.findings.span(span.start as usize, span.start as usize + first.len());
        let word = super::words::word_at(text).unwrap_or_default();
        self.report(match word {
            _ if text.trim_matches(['}', ' ', '\t', '\n', '\r']).is_empty() => {
                Diagnostic::error("H0109", line, "this `}` closes nothing")
                    .label("no block is open here")
                    .fix("take it away", line, "")
            }
            "import" | "include" | "from" | "require" | "using" | "load" => {
                Diagnostic::error("H0112", line, "names are taken from a file by `use`")
                    .label("write `use name from \"file\"`")
                    .help("such as `use shop, store from \"shop\"`")
            }
            _ => Diagnostic::error("H0105", line, "this stands outside every declaration")
                .label("expected `use` or a declaration")
                .help("a declaration is `kind name { … }`, such as `segment regulars { … }`"),
        });
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.place(pair);
        Name { text: self.reader.findings.slice(span).to_owned(), span }
    }

    /// The text of the `##` comments on the lines just above a place.
    fn docs(&self, of: Span) -> String {
        let text = self.reader.findings.text();
        let mut end = self.comments.partition_point(|c| c.span.start < of.start);
        let mut below = of.start as usize;
        let mut lines = Vec::new();
        while let Some(comment) = end.checked_sub(1).and_then(|i| self.comments.get(i)) {
            let between = &text[comment.span.end as usize..below];
            if !comment.documents || !between.trim().is_empty() || between.matches('\n').count() != 1 {
                break;
            }
            let before = text[..comment.span.start as usize].trim_end_matches([' ', '\t', '\u{feff}']);
            if !before.is_empty() && !before.ends_with('\n') {
                break;
            }
            lines.push(self.reader.findings.slice(comment.span).trim_start_matches('#').trim());
            below = comment.span.start as usize;
            end -= 1;
        }
        lines.reverse();
        lines.join("\n")
    }
}

fn is_broken(value: &Value) -> bool {
    match value {
        Value::Expr(expr) => matches!(expr.kind, super::tree::ExprKind::Broken),
        Value::Schedule(schedule) => schedule.cadence == super::tree::Cadence::Broken,
    }
}

/// Whether `send:` of such a declaration is a schedule, and not an attribute or a column of that name.
pub(super) fn sends(kind: &str) -> bool {
    kind == "campaign" || !super::words::KINDS.contains(&kind)
}
