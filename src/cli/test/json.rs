//! Results as data.

use serde_json::{Value, json};

use super::{Report, unified_plain};
use crate::diagnostic::Span;
use crate::testing::{Failure, Status, TestResult};

pub fn page(report: &Report<'_>) -> String {
    let page = json!({
        "passed": report.count(Status::Passed),
        "failed": report.count(Status::Failed),
        "skipped": report.count(Status::Skipped),
        "tests": report.results.iter().map(|r| test(report, r)).collect::<Vec<_>>(),
    });
    format!("{page:#}\n")
}

fn test(report: &Report<'_>, result: &TestResult) -> Value {
    let (file, line) = report.place(result);
    json!({
        "name": result.title,
        "file": file,
        "line": line,
        "campaign": result.campaign,
        "status": result.status(),
        "failures": result.failures.iter().map(|f| failure(report, f)).collect::<Vec<_>>(),
        "not_asked": result
            .not_asked
            .iter()
            .map(|n| json!({
                "expectation": (!n.words.is_empty()).then_some(&n.words),
                "reason": n.reason,
            }))
            .collect::<Vec<_>>(),
        "looked_at": result.looked_at.map(|seen| json!({
            "recipients": seen.recipients,
            "customers": seen.customers,
            "audience": seen.audience,
        })),
        "kept": result.kept,
    })
}

fn failure(report: &Report<'_>, failure: &Failure) -> Value {
    let found = &failure.diagnostic;
    let place = |span: Span| {
        let (line, column) = report.sources.line_column(span);
        json!({ "file": report.sources.get(span.file).name, "line": line, "column": column })
    };
    json!({
        "code": found.code,
        "message": found.message,
        "place": place(found.span),
        "expected": failure.expected,
        "found": failure.found,
        "customer": failure.customer,
        "help": found.help,
        "difference": unified_plain(failure),
    })
}
