//! Results as the XML of `JUnit`, which CI systems read: a suite a file, a case a test.

use std::fmt::Write;

use super::{Report, unified_plain};
use crate::diagnostic::FileId;
use crate::diagnostic::render::{self, Format};
use crate::testing::{Failure, NotAsked, Status, TestResult};

/// Columns of the excerpts.
const WIDTH: usize = 100;

pub fn page(report: &Report<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"herald test\"{}>", counts(report.results.iter()));
    let mut files: Vec<FileId> = report.results.iter().map(|r| r.span.file).collect();
    files.dedup();
    for file in files {
        let of_file = || report.results.iter().filter(|r| r.span.file == file);
        let name = attribute(&report.sources.get(file).name);
        let _ = writeln!(out, "  <testsuite name=\"{name}\"{}>", counts(of_file()));
        of_file().for_each(|result| case(report, result, &mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts<'r>(results: impl Iterator<Item = &'r TestResult>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for result in results {
        tests += 1;
        failures += usize::from(result.status() == Status::Failed);
        skipped += usize::from(result.status() == Status::Skipped);
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
}

fn case(report: &Report<'_>, result: &TestResult, out: &mut String) {
    let (file, line) = report.place(result);
    let (name, campaign, file) = (attribute(&result.title), attribute(&result.campaign), attribute(file));
    let _ =
        write!(out, "    <testcase name=\"{name}\" classname=\"{campaign}\" file=\"{file}\" line=\"{line}\"");
    match result.status() {
        Status::Passed => out.push_str("/>\n"),
        Status::Failed => {
            out.push_str(">\n");
            failure(report, &result.failures, out);
            out.push_str("    </testcase>\n");
        }
        Status::Skipped => {
            let why: Vec<String> = result.not_asked.iter().map(reason).collect();
            let _ = writeln!(out, ">\n      <skipped message=\"{}\"/>", attribute(&why.join("; ")));
            out.push_str("    </testcase>\n");
        }
    }
}

fn reason(asked: &NotAsked) -> String {
    if asked.words.is_empty() { asked.reason.clone() } else { format!("`{}`: {}", asked.words, asked.reason) }
}

/// All failures of a test in one element: the schema allows no second.
fn failure(report: &Report<'_>, failures: &[Failure], out: &mut String) {
    let Some(first) = failures.first() else { return };
    let message = match first.diagnostic.code {
        "H0301" => {
            format!("{}: expected {}, found {}", first.diagnostic.message, first.expected, first.found)
        }
        _ => first.diagnostic.message.clone(),
    };
    let _ =
        write!(out, "      <failure type=\"{}\" message=\"{}\">", first.diagnostic.code, attribute(&message));
    let mut text = Vec::new();
    for failure in failures {
        let (file, line) =
            (failure.diagnostic.span.file, report.sources.line_column(failure.diagnostic.span).0);
        text.extend(format!("{}:{line}\n", report.sources.get(file).name).into_bytes());
        let plain = Format::Fancy { color: false, width: WIDTH };
        // Writing to memory cannot fail.
        let _ = render::render(std::slice::from_ref(&failure.diagnostic), report.sources, plain, &mut text);
        text.extend(unified_plain(failure).unwrap_or_default().into_bytes());
    }
    out.push_str(&content(&String::from_utf8_lossy(&text)));
    out.push_str("</failure>\n");
}

/// A text inside an element.
fn content(text: &str) -> String {
    escaped(text, false)
}

/// A text inside an attribute, on one line.
fn attribute(text: &str) -> String {
    escaped(text, true)
}

/// What XML 1.0 cannot hold is left out.
fn escaped(text: &str, one_line: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' if one_line => out.push(' '),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_text_holds_breaks_the_page() {
        assert_eq!(attribute("a<b>&\"c\"\n\u{0}d"), "a&lt;b&gt;&amp;&quot;c&quot; d");
        assert_eq!(content("手机\n]]>\u{1b}[0m"), "手机\n]]&gt;[0m");
    }
}
