//! Findings for machines.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::codes::CODES;
use crate::diagnostic::{Diagnostic, Severity, Span};

use super::place::Places;

/// A place as JSON: lines and columns from 1, columns in characters, and bytes from 0.
fn place(places: &mut Places<'_>, span: Span) -> Value {
    let region = places.region(span);
    json!({
        "file": places.name(span.file),
        "line": region.line,
        "column": region.column,
        "end_line": region.end_line,
        "end_column": region.end_column,
        "start_byte": span.start,
        "end_byte": span.end,
    })
}

fn finding(d: &Diagnostic, places: &mut Places<'_>) -> Value {
    let related: Vec<Value> =
        d.related.iter().map(|l| json!({ "place": place(places, l.span), "text": l.text })).collect();
    json!({
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "place": place(places, d.span),
        "label": d.label,
        "related": related,
        "help": d.help,
        "fix": d.fix.as_ref().map(|fix| json!({
            "title": fix.title,
            "place": place(places, fix.span),
            "replacement": fix.replacement,
        })),
    })
}

pub(super) fn json(
    diagnostics: &[&Diagnostic],
    places: &mut Places<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let list: Vec<Value> = diagnostics.iter().map(|d| finding(d, places)).collect();
    serde_json::to_writer_pretty(&mut *out, &list)?;
    writeln!(out)
}

/// Lines shown before and after the one that a finding is in.
const AROUND: usize = 2;

/// Findings with the lines around them: `excerpt` has the number of each line, its text, and the part that is meant as a
/// range of characters.
pub(super) fn excerpts(diagnostics: &[&Diagnostic], places: &mut Places<'_>) -> Vec<Value> {
    diagnostics
        .iter()
        .map(|d| {
            let mut value = finding(d, places);
            value["excerpt"] = excerpt(places, d.span);
            value
        })
        .collect()
}

fn excerpt(places: &mut Places<'_>, span: Span) -> Value {
    let region = places.region(span);
    let first = region.line.saturating_sub(AROUND).max(1);
    let lines =
        places.text(span.file).lines().enumerate().skip(first - 1).take(region.line + AROUND - first + 1);
    lines
        .map(|(at, text)| {
            let number = at + 1;
            let end =
                if region.end_line == region.line { region.end_column } else { text.chars().count() + 1 };
            let marked = (number == region.line).then(|| [region.column - 1, end.max(region.column + 1) - 1]);
            json!({ "line": number, "text": text, "marked": marked })
        })
        .collect()
}

/// A message with what to do about it, on one line.
fn sentence(d: &Diagnostic) -> String {
    let fix = d.fix.as_ref().map(|fix| fix.title.as_str());
    d.help.as_deref().or(fix).map_or_else(|| d.message.clone(), |help| format!("{}; {help}", d.message))
}

pub(super) fn github(
    diagnostics: &[&Diagnostic],
    places: &mut Places<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The escapes of GitHub's own toolkit: `%` first, then what would end the line or the property.
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    for d in diagnostics {
        let region = places.region(d.span);
        let level = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(out, "::{level} file={},line={}", property(places.name(d.span.file)), region.line)?;
        if region.end_line == region.line {
            write!(out, ",col={},endColumn={}", region.column, region.end_column.max(region.column + 1))?;
        } else {
            write!(out, ",endLine={}", region.end_line)?;
        }
        writeln!(out, ",title={}::{}", property(d.code), data(&sentence(d)))?;
    }
    Ok(())
}

pub(super) fn sarif(
    diagnostics: &[&Diagnostic],
    places: &mut Places<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules: Vec<Value> = CODES
        .iter()
        .map(|code| {
            json!({
                "id": code.code,
                "shortDescription": { "text": code.title },
                "help": { "text": code.page, "markdown": code.page },
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, places)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "herald", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn result(d: &Diagnostic, places: &mut Places<'_>) -> Value {
    let level = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut result = json!({
        "ruleId": d.code,
        "level": level,
        "message": { "text": sentence(d) },
        "locations": [{ "physicalLocation": physical(d.span, places) }],
    });
    if let Some(index) = CODES.iter().position(|code| code.code == d.code) {
        result["ruleIndex"] = json!(index);
    }
    if !d.related.is_empty() {
        let related = d.related.iter().zip(1..).map(|(label, id): (_, usize)| {
            json!({ "id": id, "message": { "text": label.text }, "physicalLocation": physical(label.span, places) })
        });
        result["relatedLocations"] = Value::Array(related.collect());
    }
    if let Some(fix) = &d.fix {
        result["fixes"] = json!([{
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(places.name(fix.span.file)) },
                "replacements": [{
                    "deletedRegion": region(fix.span, places),
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        }]);
    }
    result
}

fn physical(span: Span, places: &mut Places<'_>) -> Value {
    json!({ "artifactLocation": { "uri": uri(places.name(span.file)) }, "region": region(span, places) })
}

fn region(span: Span, places: &mut Places<'_>) -> Value {
    let region = places.region(span);
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

/// A file's name as a relative URI: everything but unreserved characters and `/` as `%XX`.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
