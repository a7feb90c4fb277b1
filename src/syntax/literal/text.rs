//! The value of a string or text block, and where in the file each part of it stands.

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::findings::Findings;
use crate::syntax::tree::Str;

/// Reads the text literal at a place. Its quotes may be wrong and its end may be missing; that was reported.
pub(in crate::syntax) fn text(findings: &mut Findings<'_>, span: Span) -> Str {
    let literal = findings.slice(span);
    if literal.starts_with("\"\"\"") && literal.contains('\n') {
        return block(findings, span, literal);
    }
    let (open, close) = if literal.starts_with("\"\"\"") {
        // A text in wrong quotes may begin like a block and end like a string.
        (3, if literal.len() >= 6 && literal.ends_with("\"\"\"") { 3 } else { 0 })
    } else {
        let open = literal.chars().next().map_or(0, char::len_utf8);
        let last = literal[open..].chars().next_back().filter(|c| "\"'“”‘’".contains(*c));
        (open, last.map_or(0, char::len_utf8))
    };
    let closed = if literal.starts_with('"') && !ends_in_quote(literal) { 0 } else { close };
    string(findings, span, open, literal.len() - closed)
}

/// Whether a string's last quote is its end and not an escaped one.
fn ends_in_quote(literal: &str) -> bool {
    let before = literal.strip_suffix(['"', '”', '“']).unwrap_or_default();
    literal.len() > 1
        && !before.is_empty()
        && before.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0
}

fn string(findings: &mut Findings<'_>, span: Span, from: usize, to: usize) -> Str {
    let literal = findings.slice(span);
    let start = span.start as usize;
    let mut value = String::with_capacity(to - from);
    let mut map = vec![(0, (start + from) as u32)];
    let mut at = from;
    while let Some(length) = literal[at..to].find('\\') {
        value.push_str(&literal[at..at + length]);
        at += length;
        let escaped = literal[at + 1..to].chars().next();
        let width = 1 + escaped.map_or(0, char::len_utf8);
        // The value's character stands where the escape does.
        note(&mut map, value.len(), start + at);
        match escaped {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some(c @ ('"' | '\\')) => value.push(c),
            other => {
                let place = findings.span(start + at, start + at + width);
                findings.push(
                    Diagnostic::error(
                        "H0114",
                        place,
                        "a backslash stands before `\"`, `\\`, `n` or `t` only",
                    )
                    .label("unknown escape")
                    .fix(
                        "write `\\\\`",
                        findings.span(start + at, start + at + 1),
                        "\\\\",
                    ),
                );
                value.push('\\');
                note(&mut map, value.len(), start + at + 1);
                value.extend(other);
            }
        }
        at += width;
        note(&mut map, value.len(), start + at);
    }
    value.push_str(&literal[at..to]);
    Str { value, span, map, block: false }
}

fn block(findings: &Findings<'_>, span: Span, literal: &str) -> Str {
    let start = span.start as usize;
    let mut lines = Vec::new();
    let mut at = literal.find('\n').map_or(literal.len(), |i| i + 1);
    if !literal[3..at].trim().is_empty() {
        at = 3;
    }
    for line in literal[at..].split_inclusive('\n') {
        lines.push((at, line.trim_end_matches('\n').trim_end_matches('\r')));
        at += line.len();
    }
    let closes = |line: &str| line.trim_start().starts_with("\"\"\"") || line.trim().is_empty();
    if lines.last().is_some_and(|(_, line)| closes(line)) {
        lines.pop();
    }
    let indent = common_indent(lines.iter().map(|(_, line)| *line));
    let (mut value, mut map) = (String::new(), Vec::new());
    let mut previous_end = None;
    for &(at, line) in &lines {
        if let Some(end) = previous_end {
            // The line break of the value stands at the file's, behind a `\r` and blanks that were taken off.
            let line_break = literal[end..at].rfind('\n').map_or(end, |i| end + i);
            note(&mut map, value.len(), start + line_break);
            value.push('\n');
        }
        let skip = if line.trim().is_empty() { line.len() } else { indent.min(line.len()) };
        note(&mut map, value.len(), start + at + skip);
        value.push_str(&line[skip..]);
        previous_end = Some(at + line.len());
    }
    if map.is_empty() {
        map.push((0, findings.span(start + 3, start + 3).start));
    }
    Str { value, span, map, block: true }
}

/// Notes where the value's next byte stands; what was noted for the same byte of an empty line gives way.
fn note(map: &mut Vec<(u32, u32)>, value: usize, file: usize) {
    let entry = (value as u32, file as u32);
    match map.last_mut() {
        Some(last) if last.0 == entry.0 => *last = entry,
        _ => map.push(entry),
    }
}

/// How many bytes of indentation all lines share, blank ones left out.
pub(in crate::syntax) fn common_indent<'l>(lines: impl Iterator<Item = &'l str>) -> usize {
    let mut common: Option<&str> = None;
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let own = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        common = Some(match common {
            None => own,
            Some(common) => {
                let shared = common.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
                &own[..shared]
            }
        });
    }
    common.map_or(0, str::len)
}
