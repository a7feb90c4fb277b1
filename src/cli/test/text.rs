//! Results for people: what failed in full, what passed in a line each.

use super::{Report, quiet, unified};
use crate::cli::common::Failure;
use crate::cli::terminal::{self, BAD, GOOD, ODD, STRONG};
use crate::diagnostic::render::{self, Format};
use crate::testing::{Status, TestResult};

/// Lines of a difference that are shown; the rest is counted.
const SHOWN: usize = 80;

pub fn print(report: &Report<'_>) -> Result<(), Failure> {
    for result in report.results {
        one(report, result)?;
    }
    let (style, words) = match report.count(Status::Failed) {
        0 => (GOOD, report.summary()),
        _ => (BAD, report.summary()),
    };
    anstream::println!("\n{style}{words}{style:#}");
    Ok(())
}

fn one(report: &Report<'_>, result: &TestResult) -> Result<(), Failure> {
    let (file, line) = report.place(result);
    let (style, word) = match result.status() {
        Status::Passed => (GOOD, "passed"),
        Status::Failed => (BAD, "failed"),
        Status::Skipped => (ODD, "skipped"),
    };
    let place = quiet(&format!("{file}:{line}{}", remark(result)));
    anstream::println!(
        "{style}{word:<8}{style:#}{STRONG}{}{STRONG:#}  {place}",
        terminal_text(&result.title)
    );
    if let Some(kept) = &result.kept {
        anstream::println!("        the message is kept in {kept}");
    }
    for asked in &result.not_asked {
        let what = if asked.words.is_empty() { String::new() } else { format!("`{}`: ", asked.words) };
        anstream::println!("        {ODD}not asked{ODD:#} {what}{}", asked.reason);
    }
    let format = Format::Fancy { color: terminal::colours(), width: terminal::width() };
    for failure in &result.failures {
        let mut text = Vec::new();
        render::render(std::slice::from_ref(&failure.diagnostic), report.sources, format, &mut text)?;
        anstream::print!("{}", String::from_utf8_lossy(&text));
        if let Some(difference) = unified(failure) {
            anstream::println!("{}", first_lines(&difference));
        }
    }
    Ok(())
}

/// At how many messages a test looked, where it did not look at all of them.
fn remark(result: &TestResult) -> String {
    match result.looked_at {
        Some(seen) if seen.customers < seen.audience => format!(
            "  {}, among {} of the audience's {} customers",
            terminal::counted(seen.recipients as u64, "message"),
            terminal::count(seen.customers as u64),
            terminal::count(seen.audience as u64)
        ),
        Some(seen) => format!("  {}", terminal::counted(seen.recipients as u64, "message")),
        None => String::new(),
    }
}

fn first_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let more = lines.len().saturating_sub(SHOWN);
    let mut out = lines[..lines.len() - more].join("\n");
    if more > 0 {
        out.push_str(&format!(
            "\n{}",
            quiet(&format!("… and {}", terminal::counted(more as u64, "more line")))
        ));
    }
    out.push('\n');
    out
}

/// A title with nothing in it that steers a terminal.
fn terminal_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
