//! The layout of a file: which of its parts are sound, and the empty lines between them.

use pest::iterators::Pair;
use unicode_width::UnicodeWidthStr;

use crate::diagnostic::Diagnostic;
use crate::syntax::grammar::Rule;
use crate::syntax::piece::{Kind, pieces};

use super::block;
use super::page::{Blank, Break, Line, Page, Source, is_space};
use super::parts;
use super::tokens::{Token, tokens};
use super::value::WIDTH;

/// A part of a file.
struct Item<'t> {
    what: What<'t>,
    start: usize,
    end: usize,
}

enum What<'t> {
    Use(Vec<Token<'t>>),
    Decl(parts::Block<'t>),
    /// Not sound: its lines stay as they are.
    Kept,
}

/// The file's text, formatted.
pub(super) fn write(source: Source<'_>, file: Pair<'_, Rule>, findings: &[Diagnostic]) -> String {
    let items = whole_lines(source, items(source, file, &Mistakes::of(findings)));
    let mut page = Page::new(source, 0, Break { indent: 0, blank: Blank::First });
    page.hanging = 0;
    let mut above: Option<(&Item<'_>, bool)> = None;
    for item in &items {
        let lines = match &item.what {
            What::Use(tokens) => Some(use_lines(source, item.start, tokens)),
            What::Decl(decl) => Some(block::lines(source, decl, 0, 0)),
            What::Kept => None,
        };
        let several = lines.as_ref().is_none_or(|lines| lines.len() > 1);
        if let Some((above, above_several)) = above {
            page.break_line(0, between(source, above, item, several || above_several));
        }
        match lines {
            Some(lines) => page.splice(item.start, item.end, lines),
            None => page.copy(item.start, item.end),
        }
        page.break_line(0, Blank::AsWritten);
        above = Some((item, several));
    }
    page.comments_before(source.text.len());
    page.finish()
}

/// The parts of a file in order, with what stands between them and is neither space nor comment.
fn items<'t>(source: Source<'t>, file: Pair<'_, Rule>, mistakes: &Mistakes) -> Vec<Item<'t>> {
    let mut items = Vec::new();
    let mut at = 0;
    for pair in file.into_inner() {
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        let item = match pair.as_rule() {
            Rule::use_line | Rule::decl if mistakes.touch(start, end) => None,
            Rule::use_line => use_item(source, pair),
            Rule::decl => {
                parts::block(source, pair).map(|decl| Item { start, end: decl.end, what: What::Decl(decl) })
            }
            Rule::stray => None,
            _ => continue,
        };
        let kept =
            || Item { what: What::Kept, start, end: start + source.slice(start, end).trim_end().len() };
        let item = item.unwrap_or_else(kept);
        strays(source, at, start, &mut items);
        at = item.end;
        items.push(item);
    }
    strays(source, at, source.text.len(), &mut items);
    items
}

fn use_item<'t>(source: Source<'t>, pair: Pair<'_, Rule>) -> Option<Item<'t>> {
    let start = pair.as_span().start();
    let pieces = pieces(pair);
    // `use` itself is no piece of the grammar.
    let known = pieces.iter().all(|p| matches!(p.kind, Kind::Word | Kind::Comma | Kind::Text));
    let tokens = tokens(source, &pieces).filter(|tokens| known && tokens.iter().all(|t| !t.broken))?;
    let end = tokens.last()?.end;
    Some(Item { what: What::Use(tokens), start, end })
}

/// Keeps what stands between two parts and is neither space nor comment: comments of another language, say.
fn strays(source: Source<'_>, start: usize, end: usize, items: &mut Vec<Item<'_>>) {
    let mut at = start;
    let first = source.comments.partition_point(|c| (c.span.start as usize) < start);
    let inside = source.comments[first..].iter().map(|c| c.span.range()).take_while(|c| c.start < end);
    for (from, to) in inside.map(|c| (c.start, c.end)).chain([(end, end)]) {
        let text = source.slice(at, from);
        let bare = text.trim_start_matches(is_space);
        if !bare.is_empty() {
            let start = at + text.len() - bare.len();
            let end = start + bare.trim_end_matches(is_space).len();
            items.push(Item { what: What::Kept, start, end });
        }
        at = to.max(at);
    }
}

/// The places of all findings: apart from one another, in order.
struct Mistakes(Vec<(usize, usize)>);

impl Mistakes {
    fn of(findings: &[Diagnostic]) -> Self {
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(findings.len());
        for finding in findings {
            let (start, end) = (finding.span.start as usize, finding.span.end as usize);
            match places.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => places.push((start, end)),
            }
        }
        Self(places)
    }

    /// Whether one of them is in or right beside a part.
    fn touch(&self, start: usize, end: usize) -> bool {
        let first = self.0.partition_point(|place| place.1 < start);
        self.0.get(first).is_some_and(|place| place.0 <= end)
    }
}

/// What is kept is kept by whole lines, together with whatever else stands on them.
fn whole_lines<'t>(source: Source<'_>, items: Vec<Item<'t>>) -> Vec<Item<'t>> {
    let text = source.text;
    let kept = |item: &Item<'_>| matches!(item.what, What::Kept);
    let mut out: Vec<Item<'t>> = Vec::with_capacity(items.len());
    for mut item in items {
        if let Some(above) = out.last_mut()
            && (kept(above) || kept(&item))
            && !source.breaks_line(above.end, item.start.max(above.end))
        {
            item = Item { what: What::Kept, start: above.start, end: item.end.max(above.end) };
            out.pop();
        }
        if kept(&item) {
            // What stands before it on its line may be part of it by now, with lines before that.
            while let Some(above) = out.last()
                && !source.breaks_line(above.end, item.start)
            {
                item.start = above.start;
                out.pop();
            }
            item.start = text[..item.start].rfind('\n').map_or(0, |i| i + 1);
            item.end = text[item.end..].find('\n').map_or(text.len(), |i| item.end + i);
        }
        out.push(item);
    }
    out
}

/// The empty lines between two parts: one, unless both are short, or a comment stands between them apart.
fn between(source: Source<'_>, above: &Item<'_>, below: &Item<'_>, several: bool) -> Blank {
    let kept = [above, below].iter().any(|item| matches!(item.what, What::Kept));
    let alike = std::mem::discriminant(&above.what) == std::mem::discriminant(&below.what);
    if kept || (alike && (!several || matches!(above.what, What::Use(_)))) {
        return Blank::AsWritten;
    }
    let first = source.comments.partition_point(|c| (c.span.start as usize) < above.end);
    let mut own =
        source.comments[first..].iter().map(|c| c.span.range()).take_while(|c| c.start < below.start);
    match own.find(|c| source.begins_line(c.start)) {
        Some(comment) if source.has_blank(comment.end, below.start) => Blank::AsWritten,
        _ => Blank::Always,
    }
}

fn use_lines(source: Source<'_>, start: usize, tokens: &[Token<'_>]) -> Vec<Line> {
    let mut page = Page::new(source, start, Break { indent: 0, blank: Blank::Never });
    page.hanging = 4;
    page.token("use", start, start + 3, false);
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1).map_or(0, |t| if t.space { 0 } else { t.text.width() });
        let path = index + 1 == tokens.len() || token.text == "from";
        if token.space && !path && page.column() + 1 + token.width + next > WIDTH {
            page.break_line(4, Blank::Never);
        }
        page.token(token.text, token.start, token.end, token.space || index == 0);
    }
    page.lines
}
