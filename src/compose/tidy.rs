//! The last pass over a rendered text part: no blank lines in rows, no blanks at line ends, lines that a terminal can show.

use unicode_width::UnicodeWidthChar;

/// Lines are broken at a blank before this many columns.
const WIDTH: usize = 76;

/// In a derived text template: the line ends here, unless it is empty.
pub(crate) const LINE: char = '\u{1}';
/// In a derived text template: a paragraph ends here, unless one just did.
pub(crate) const PARAGRAPH: char = '\u{2}';

/// Tidies a rendered text: breaks that meet become one, at most one blank line in a row, none at the ends, lines broken at blanks
/// where they are too long. A word that is longer than a line (a link) stays whole, and text without blanks (Chinese) is not broken.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let (mut written, mut paragraph) = (0_usize, false);
    for line in text.split_inclusive(['\n', LINE, PARAGRAPH]) {
        let mark = line.chars().next_back().filter(|c| matches!(*c, '\n' | LINE | PARAGRAPH));
        let line = line[..line.len() - usize::from(mark.is_some())].trim_end();
        if !line.is_empty() {
            if !out.is_empty() {
                out.push_str(if paragraph || written > 1 { "\n\n" } else { "\n" });
            }
            (written, paragraph) = (0, false);
            wrap(line, &mut out);
        }
        match mark {
            Some(PARAGRAPH) => paragraph = true,
            Some('\n') => written += 1,
            _ => {}
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn wrap(line: &str, out: &mut String) {
    if line.len() <= WIDTH && !line.bytes().any(|b| b < b' ') {
        out.push_str(line);
        return;
    }
    let body = line.trim_start();
    let mut indent = line.len() - body.len();
    out.push_str(&line[..indent]);
    let mut column = indent;
    if body.starts_with("- ") {
        indent += 2;
    }
    for (i, word) in body.split([' ', '\t']).enumerate() {
        let width: usize = word.chars().map(|c| c.width().unwrap_or(0)).sum();
        if i > 0 {
            if column + 1 + width > WIDTH && column > indent {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.extend(word.chars().filter(|c| !c.is_control()));
        column += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_trailing_blanks_go() {
        assert_eq!(tidy("\n\n a  \n\n\n\nb\r\n- c\n\n"), " a\n\nb\n- c\n");
    }

    #[test]
    fn breaks_that_meet_are_one() {
        assert_eq!(tidy("\u{2}a\u{1}\u{1}b\u{1}\u{2} \u{1}c\nd\u{1}\u{2}"), "a\nb\n\nc\nd\n");
    }

    #[test]
    fn long_lines_are_broken_at_blanks_with_a_hanging_indent() {
        let text = tidy(&format!("- {}", "word ".repeat(30)));
        assert!(text.lines().all(|l| l.len() <= WIDTH), "{text}");
        assert!(text.lines().skip(1).all(|l| l.starts_with("  w")), "{text}");
    }

    #[test]
    fn links_and_chinese_stay_whole() {
        let link = format!("https://a.example/{}", "x".repeat(100));
        assert_eq!(tidy(&format!("see {link}")), format!("see\n{link}\n"));
        let chinese = "中".repeat(100);
        assert_eq!(tidy(&chinese), format!("{chinese}\n"));
    }
}
