//! A difference between two texts, as version control shows it.

use std::fmt::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::terminal::QUIET;

/// Lines shown around a change.
const AROUND: usize = 3;
/// Two large texts with nothing in common are compared no longer than this, and then shown one after the other.
const PATIENCE: Duration = Duration::from_secs(2);

const HEADING: Style = Style::new().bold();
const GONE: Style = AnsiColor::Red.on_default();
const COME: Style = AnsiColor::Green.on_default();

/// The difference between two texts of a name, in colour (printed with `anstream`, which leaves the colour out
/// where there is no terminal); empty if there is none.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let mut out = String::new();
    if before == after {
        return out;
    }
    let _ = writeln!(out, "{HEADING}--- {}{HEADING:#}", visible(name));
    let _ = writeln!(out, "{HEADING}+++ {}{HEADING:#}", visible(name));
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        let _ = writeln!(out, "{QUIET}{}{QUIET:#}", hunk.header().to_string().trim_end());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', GONE),
                ChangeTag::Insert => ('+', COME),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let line = change.value();
            let line = line.strip_suffix('\n').unwrap_or(line);
            let _ = writeln!(out, "{style}{sign}{}{style:#}", visible(line));
            if change.missing_newline() {
                let _ = writeln!(out, "{QUIET}\\ no line break at the end{QUIET:#}");
            }
        }
    }
    out
}

/// A line with its control characters to be seen, and not obeyed by a terminal.
pub fn visible(line: &str) -> String {
    let shown = |c: char| match c {
        '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        c if c.is_control() => '\u{fffd}',
        // What turns the direction of writing makes a line look like another.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    line.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(before: &str, after: &str) -> String {
        anstream::adapter::strip_str(&unified("a.campaign", before, after)).to_string()
    }

    #[test]
    fn changed_lines_stand_with_their_neighbours() {
        let shown = plain("1\n2\n3\n4\n5\nold\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nnew\n6\n7\n8\n9\n");
        assert_eq!(
            shown,
            "--- a.campaign\n+++ a.campaign\n@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-old\n+new\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(plain("a\n", "a\n"), "");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        let shown = plain("a\r\nb\u{1b}[2J", "a\nb\n");
        assert!(
            shown.contains("-a␍\n") && shown.contains("-b␛[2J\n\\ no line break at the end\n"),
            "{shown}"
        );
    }
}
