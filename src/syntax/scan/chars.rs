//! Characters that are not of the language but are typed for one that is.

use crate::diagnostic::Diagnostic;

use super::{Of, Scanner};

/// The character of the language that a full-width or typographic one stands for.
fn twin(c: char) -> Option<char> {
    Some(match c {
        '，' | '、' => ',',
        '【' => '[',
        '】' => ']',
        '–' | '—' | '−' => '-',
        '：' | '（' | '）' | '［' | '］' | '｛' | '｝' | '；' | '＝' | '＜' | '＞' | '＋' | '－' | '＊'
        | '／' | '％' | '！' | '．' => char::from_u32(u32::from(c) - 0xFEE0)?,
        _ => return None,
    })
}

impl Scanner<'_, '_> {
    /// A space that is not ASCII: an ideographic one, one that does not break, one of no width.
    pub(super) fn space(&mut self) -> bool {
        let Some(c) = self.text[self.at..].chars().next() else { return false };
        let space = c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}');
        if space {
            self.blank(self.at + c.len_utf8());
        }
        space
    }

    /// A character beyond ASCII begins here, in neither text nor comment.
    pub(super) fn beyond_ascii(&mut self) {
        let Some(c) = self.text[self.at..].chars().next() else { return };
        let width = c.len_utf8();
        if self.of == Of::Rules && self.innermost().is_none() && "，、；：！．".contains(c) {
            // Punctuation of a text whose quotes were forgotten, or a colon in the place of `=`.
            self.at += width;
            return;
        }
        if let Some(right) = twin(c) {
            return self.full_width(c, right, width);
        }
        match c {
            '“' | '”' | '‘' | '’' => {
                let end = self.line_end(self.at);
                let closers: &[char] =
                    if "“”".contains(c) { &['”', '“', '"'] } else { &['’', '‘', '\''] };
                let rest = &self.text[self.at + width..end];
                match rest.char_indices().find(|(_, r)| closers.contains(r)) {
                    Some((offset, r)) => {
                        self.other_quotes(self.at + width, self.at + width + offset, r.len_utf8());
                    }
                    None => self.at += width,
                }
            }
            '\u{80}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{200c}'..='\u{200f}' => {
                self.unusable(c, width);
            }
            _ => self.at += width,
        }
    }

    fn full_width(&mut self, c: char, right: char, width: usize) {
        if right == ';' {
            return self.semicolon(width);
        }
        let span = self.findings.span(self.at, self.at + width);
        let message = match c {
            '–' | '—' | '−' => format!("`{c}` is not the `-` of the keyboard"),
            _ => format!("`{c}` is the full-width form of `{right}`"),
        };
        self.report(Diagnostic::error("H0122", span, message).label(format!("write `{right}`")).fix(
            format!("write `{right}`"),
            span,
            right.to_string(),
        ));
        self.fill(self.at, self.at + width, b' ');
        #[allow(clippy::cast_possible_truncation)] // every twin is ASCII
        let byte = right as u8;
        self.clean[self.at] = byte;
        match byte {
            b'(' | b'[' | b'{' => self.open(byte, width),
            b')' | b']' | b'}' => self.close(byte, width),
            _ => self.at += width,
        }
    }

    /// `;`: nothing at a line's end, a comma elsewhere.
    pub(super) fn semicolon(&mut self, width: usize) {
        let span = self.findings.span(self.at, self.at + width);
        let ends = self.separates_nothing(width);
        if self.of == Of::Rules && !ends {
            self.at += width;
            return;
        }
        let message =
            if ends { "a line needs no `;` at its end" } else { "settings on one line are divided by `,`" };
        let (label, title, right) =
            if ends { ("not needed here", "take it away", "") } else { ("write `,`", "write `,`", ",") };
        self.report(Diagnostic::error("H0128", span, message).label(label).fix(title, span, right));
        self.separator(width);
    }

    fn separator(&mut self, width: usize) {
        let with = if self.separates_nothing(width) { b' ' } else { b',' };
        self.fill(self.at, self.at + width, b' ');
        self.clean[self.at] = with;
        self.at += width;
    }

    fn separates_nothing(&self, width: usize) -> bool {
        let rest = self.text[self.at + width..self.line_end(self.at)].trim_start();
        rest.is_empty() || rest.starts_with(['#', '}'])
    }

    /// A control character: it cannot be seen, so it must not mean anything.
    pub(super) fn control(&mut self) {
        let c = char::from(self.bytes[self.at]);
        self.unusable(c, 1);
    }

    fn unusable(&mut self, c: char, width: usize) {
        let span = self.findings.span(self.at, self.at + width);
        let message = format!("an invisible character (U+{:04X}) stands here", u32::from(c));
        self.report(Diagnostic::error("H0115", span, message).label("here").fix("take it away", span, ""));
        self.blank(self.at + width);
    }

    /// `// …` and `/* … */`, where they cannot be divisions: reports them and reads on behind.
    pub(super) fn foreign_comment(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        // `https://…` without quotes is no comment.
        let after_colon = self.at > 0 && self.bytes[self.at - 1] == b':';
        if rest.starts_with(b"//") && !after_colon {
            let end = self.line_end(self.at);
            let span = self.findings.span(self.at, self.at + 2);
            self.report(
                Diagnostic::error("H0129", span, "a comment begins with `#`").label("write `#`").fix(
                    "write `#`",
                    span,
                    "#",
                ),
            );
            self.blank(end);
            return true;
        }
        if rest.starts_with(b"/*") && !self.no_comment_end {
            let Some(length) = self.text[self.at + 2..].find("*/") else {
                self.no_comment_end = true;
                return false;
            };
            let end = self.at + 2 + length + 2;
            let span = self.findings.span(self.at, end);
            let lines = self.findings.slice(span);
            let inner = lines[2..lines.len() - 2].trim();
            let mut finding = Diagnostic::error(
                "H0129",
                self.findings.span(self.at, self.at + 2),
                "a comment begins with `#`",
            )
            .label("and ends with its line");
            if !inner.contains('\n') && matches!(self.bytes.get(end), None | Some(b'\n' | b'\r')) {
                finding = finding.fix("write `#`", span, format!("# {inner}"));
            }
            self.report(finding);
            let newlines: Vec<usize> = (self.at..end).filter(|&i| self.bytes[i] == b'\n').collect();
            self.blank(end);
            if let (Some(&first), Some(&last)) = (newlines.first(), newlines.last()) {
                self.breaks = Some((self.breaks.map_or(first, |(f, _)| f), last));
                self.line = last + 1;
            }
            return true;
        }
        false
    }
}
