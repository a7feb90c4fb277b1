//! Where texts end: strings, `"""` blocks, and quotes of other habits.

use crate::diagnostic::Diagnostic;

use super::{ODD, Of, Scanner};

impl Scanner<'_, '_> {
    /// A text begins here, with `"` or `'`.
    pub(super) fn quoted(&mut self) {
        if self.bytes[self.at..].starts_with(b"\"\"\"") {
            self.block();
        } else if self.bytes[self.at] == b'\'' {
            let end = self.line_end(self.at);
            match self.text[self.at + 1..end].find('\'') {
                Some(length) => self.other_quotes(self.at + 1, self.at + 1 + length, 1),
                None => self.at += 1,
            }
        } else {
            self.string();
        }
    }

    /// Text in quotes that are not `"`: `inner` from `start` to `end`, closed by a quote of `width` bytes.
    pub(super) fn other_quotes(&mut self, start: usize, end: usize, width: usize) {
        let span = self.findings.span(self.at, end + width);
        let inner = self.text[start..end].replace('\\', "\\\\").replace('"', "\\\"");
        self.report(
            Diagnostic::error("H0123", span, "text stands in straight double quotes")
                .label("other quotes")
                .fix("write straight quotes", span, format!("\"{inner}\"")),
        );
        self.fill(self.at, end + width, ODD);
        self.at = end + width;
    }

    fn string(&mut self) {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.bytes.get(end) {
                None | Some(b'\n') => break self.unclosed_string(start, end),
                Some(b'\\') if !matches!(self.bytes.get(end + 1), None | Some(b'\n')) => {
                    // One whole character is escaped, whatever its length.
                    end += 1;
                    let length = self.text[end..].chars().next().map_or(1, char::len_utf8);
                    self.fill(end - 1, end + length, b' ');
                    end += length;
                }
                Some(b'"') => break self.at = end + 1,
                Some(0..0x20) => {
                    self.fill(end, end + 1, b' ');
                    end += 1;
                }
                Some(_) => end += 1,
            }
        }
    }

    fn unclosed_string(&mut self, start: usize, line_end: usize) {
        if let Some((offset, curly)) =
            self.text[start + 1..line_end].char_indices().find(|(_, c)| "”“".contains(*c))
        {
            return self.other_quotes(start + 1, start + 1 + offset, curly.len_utf8());
        }
        let line = self.text[start..line_end].trim_end();
        // `["a, b]),`: what closes open brackets at the line's end was not meant to be text.
        let text = line.trim_end_matches(|c: char| ")],; ".contains(c));
        let closers = line[text.len()..].chars().filter(|c| ")]".contains(*c)).count();
        let one_line = self.block_on_this_line().then(|| line.strip_suffix('}')).flatten().map(str::trim_end);
        let head = (!self.in_block()).then(|| line.strip_suffix('{')).flatten().map(str::trim_end);
        let kept = if let Some(text) = head.filter(|text| text.len() > 1 && self.of == Of::File) {
            text
        } else if let Some(text) = one_line.filter(|text| text.len() > 1) {
            text
        } else if closers > 0 && closers <= self.open_brackets() && text.len() > 1 {
            text
        } else {
            line
        };
        if kept.len() == line.len() || one_line.is_some() {
            self.forget_brackets(self.line);
        }
        let end = start + kept.len();
        let span = self.findings.span(start, end);
        let of_a_file = self.of == Of::File;
        self.report(
            Diagnostic::error("H0106", span, "this text has no closing quote")
                .label("opened here, and the line ends")
                .help_opt(
                    of_a_file.then(|| "text of several lines opens and closes with `\"\"\"`".to_owned()),
                )
                .fix("write `\"`", span.at_end(), "\""),
        );
        self.fill(start, end, ODD);
        self.at = end;
    }

    /// A text block: it ends at a line that starts with `"""`, or, forgotten, before a line that is not indented
    /// deeper than the line that opened it.
    fn block(&mut self) {
        let start = self.at;
        let first = self.line_end(start);
        let same_line = self.text[start + 3..first].trim();
        if let Some(length) = self.text[start + 3..first].find("\"\"\"") {
            return self.block_on_one_line(start, start + 3 + length + 3);
        }
        let (indent, mut line, mut end) = (self.indent(self.line), first, first);
        let closed = loop {
            if line >= self.bytes.len() {
                break false;
            }
            line += 1;
            let line_end = self.line_end(line);
            let text = self.text[line..line_end].trim_start();
            if text.starts_with("\"\"\"") {
                end = line_end - text.len() + 3;
                self.line = line;
                break true;
            }
            if !text.trim_end().is_empty() {
                if self.indent(line) <= indent {
                    break false;
                }
                end = line_end;
            }
            line = line_end;
        };
        if !closed {
            self.unclosed_block(start, end);
        } else if !same_line.is_empty() {
            let span = self.findings.span(start, start + 3);
            self.report(
                Diagnostic::error("H0107", span, "the text begins on the line below `\"\"\"`")
                    .label("the line must end here")
                    .help("put the words that follow on a line of their own, indented"),
            );
            self.fill(start, end, ODD);
        } else {
            for byte in &mut self.clean[start + 3..end - 3] {
                if *byte == b'"' || (*byte < b' ' && *byte != b'\n') {
                    *byte = b' ';
                }
            }
        }
        self.at = end;
    }

    fn block_on_one_line(&mut self, start: usize, end: usize) {
        let span = self.findings.span(start, end);
        let inner = self.text[start + 3..end - 3].trim().replace('\\', "\\\\").replace('"', "\\\"");
        self.report(
            Diagnostic::error("H0107", span, "text of one line stands in single `\"`")
                .label("`\"\"\"` is for text of several lines")
                .fix("write it between `\"`", span, format!("\"{inner}\"")),
        );
        self.fill(start, end, ODD);
        self.at = end;
    }

    fn unclosed_block(&mut self, start: usize, end: usize) {
        let span = self.findings.span(start, start + 3);
        let body = self.text[start + 3..end].trim_end();
        let mut finding = Diagnostic::error("H0107", span, "this text block has no closing `\"\"\"`");
        finding = if body.ends_with("\"\"\"") {
            let wrong = self.findings.span(start + body.len(), start + 3 + body.len());
            let indent = " ".repeat(self.indent(self.line));
            finding.label("opened here").related(wrong, "this must stand on a line of its own").fix(
                "put it on its own line",
                wrong,
                format!("\n{indent}\"\"\""),
            )
        } else {
            let place = self.findings.span(end, end);
            let indent = " ".repeat(self.indent(self.line));
            finding
                .label("opened here")
                .help("every line of the text is indented deeper than its key; `\"\"\"` on a line of its own ends it")
                .fix("write `\"\"\"` below the text", place, format!("\n{indent}\"\"\""))
        };
        self.report(finding);
        self.forget_brackets(self.line);
        self.fill(start, end, ODD);
    }
}
