//! The layout of declarations: heads, settings with their values below one another, blocks.

use unicode_width::UnicodeWidthStr;

use super::page::{Blank, Break, Line, Page, Source};
use super::parts::{Block, Body, Entry, Setting};
use super::tokens::{self, Token};
use super::value::{self, Chain, WIDTH};

/// The lines of a block; `name` is the width its name is filled to.
pub(super) fn lines(source: Source<'_>, block: &Block<'_>, indent: usize, name: usize) -> Vec<Line> {
    let mut page = Page::new(source, block.start, Break { indent, blank: Blank::Never });
    head(&mut page, &block.head, name);
    if let Some(body) = &block.body {
        let short = one_line(source, body).is_some_and(|width| page.column() + width <= WIDTH);
        page.hanging = indent;
        page.token("{", body.open, body.open + 1, true);
        if short {
            on_one_line(&mut page, body);
        } else {
            on_lines(&mut page, body, indent);
        }
    }
    page.lines
}

fn head(page: &mut Page<'_>, tokens: &[Token<'_>], name: usize) {
    for (index, token) in tokens.iter().enumerate() {
        if token.text.contains('\n') {
            page.token("", token.start, token.end, true);
            page.text_block(token.text);
        } else {
            page.token(token.text, token.start, token.end, index > 0);
        }
        if index == 1 && tokens.len() > 2 {
            page.push(&" ".repeat(name.saturating_sub(token.width)));
        }
    }
}

/// The width of a body on the line of its head, if it may stand there: it was written so.
fn one_line(source: Source<'_>, body: &Body<'_>) -> Option<usize> {
    let first = body.entries.first().map_or(body.close, Entry::start);
    let empty = body.entries.is_empty();
    if source.commented(body.open, body.close) || (!empty && source.breaks_line(body.open, first)) {
        return None;
    }
    let mut width = if empty { 3 } else { 5 };
    for (index, entry) in body.entries.iter().enumerate() {
        let Entry::Setting(setting) = entry else { return None };
        if setting.value.iter().any(|t| t.broken) {
            return None;
        }
        width += setting.key.width() + 2 + tokens::width(&setting.value) + if index > 0 { 2 } else { 0 };
    }
    Some(width)
}

fn on_one_line(page: &mut Page<'_>, body: &Body<'_>) {
    for (index, entry) in body.entries.iter().enumerate() {
        let Entry::Setting(setting) = entry else { continue };
        if index > 0 {
            page.push(",");
        }
        page.token(setting.key, setting.start, setting.colon, true);
        page.push(": ");
        value::flat(page, &setting.value);
    }
    page.token("}", body.close, body.close + 1, !body.entries.is_empty());
}

fn on_lines(page: &mut Page<'_>, body: &Body<'_>, indent: usize) {
    let inner = indent + 2;
    let written = entries(page.source, &body.entries, inner);
    page.break_line(inner, Blank::First);
    for (entry, lines) in body.entries.iter().zip(written) {
        page.splice(entry.start(), entry.end(), lines);
        page.break_line(inner, Blank::AsWritten);
    }
    page.comments_before(body.close);
    page.break_line(indent, Blank::Never);
    page.token("}", body.close, body.close + 1, false);
}

/// The lines of all entries of a body.
fn entries(source: Source<'_>, entries: &[Entry<'_>], indent: usize) -> Vec<Vec<Line>> {
    // Settings one below the other have their values in one column. One that opens a bracket or a text at its
    // line's end stands for itself, and ends the column.
    let mut apart: Vec<bool> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Setting(setting) => opens(&setting_lines(source, setting, indent, 1, 0)),
            Entry::Block(_) => false,
        })
        .collect();
    let mut slack = vec![0; entries.len()];
    let wanted = columns(source, entries, &apart);
    for (index, entry) in entries.iter().enumerate() {
        let Entry::Setting(setting) = entry else { continue };
        let pad = wanted[index].saturating_sub(setting.key.width()) + 1;
        // What does not fit in that column opens its bracket, and then need not stand there.
        if !apart[index] && pad > 1 && opens(&setting_lines(source, setting, indent, pad, 0)) {
            apart[index] = true;
            slack[index] = pad - 1;
        }
    }
    let columns = columns(source, entries, &apart);
    let write = |(index, entry): (usize, &Entry<'_>)| match entry {
        Entry::Setting(setting) => {
            let pad = columns[index].saturating_sub(setting.key.width()) + 1;
            setting_lines(source, setting, indent, pad, slack[index])
        }
        Entry::Block(block) => lines(source, block, indent, columns[index]),
    };
    entries.iter().enumerate().map(write).collect()
}

/// For each setting the width of the widest key of those it stands among; for each block that of the names.
fn columns(source: Source<'_>, entries: &[Entry<'_>], apart: &[bool]) -> Vec<usize> {
    let width = |index: usize| match &entries[index] {
        Entry::Setting(setting) => setting.key.width(),
        Entry::Block(block) => block.head.get(1).map_or(0, |name| name.width),
    };
    let alike = |index: usize| match (&entries[index - 1], &entries[index]) {
        (Entry::Setting(above), Entry::Setting(below)) => {
            !apart[index - 1] && !apart[index] && !source.has_blank(above.end, below.start)
        }
        (Entry::Block(above), Entry::Block(below)) => {
            above.head.len() == below.head.len() && !source.has_blank(above.end, below.start)
        }
        _ => false,
    };
    let mut columns = Vec::with_capacity(entries.len());
    let mut start = 0;
    while start < entries.len() {
        let mut end = start + 1;
        while end < entries.len() && alike(end) {
            end += 1;
        }
        let widest = (start..end).map(width).max().unwrap_or(0);
        columns.resize(end, widest);
        start = end;
    }
    columns
}

/// Whether the first of several lines ends with what opens a bracket or a text.
fn opens(lines: &[Line]) -> bool {
    lines.len() > 1 && lines[0].text.ends_with(['(', '[', '"'])
}

fn setting_lines(
    source: Source<'_>,
    setting: &Setting<'_>,
    indent: usize,
    pad: usize,
    slack: usize,
) -> Vec<Line> {
    let mut page = Page::new(source, setting.start, Break { indent, blank: Blank::Never });
    page.token(setting.key, setting.start, setting.colon, false);
    page.push(":");
    page.mark_setting();
    let begin = setting.value.first().map_or(setting.end, |t| t.start);
    page.comments_before(begin);
    if page.pending.is_none() {
        page.push(&" ".repeat(pad));
        page.slack = slack;
    }
    if setting.schedule {
        value::flat(&mut page, &setting.value);
    } else {
        value::write(&mut page, &setting.value, Chain::Under(indent + 2), 0);
    }
    page.lines
}
