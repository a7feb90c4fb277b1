//! Findings printed: for people through miette, for machines as JSON, SARIF and GitHub annotations.

use std::fmt;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde_json::json;

use super::{Diagnostic, Severity, SourceMap, Span, codes};

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, with the source around each place.
    Fancy {
        /// Whether colours are written.
        color: bool,
        /// Columns.
        width: usize,
    },
    /// A JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Commands of a GitHub workflow, which show as annotations.
    Github,
}

/// Prints findings in the order given.
///
/// # Errors
/// The writer's.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Fancy { color, width } => fancy(diagnostics, sources, color, width, out),
        Format::Json => {
            let all: Vec<_> = diagnostics.iter().map(|d| as_json(d, sources)).collect();
            writeln!(out, "{:#}", json!(all))
        }
        Format::Sarif => writeln!(out, "{:#}", sarif(diagnostics, sources)),
        Format::Github => diagnostics.iter().try_for_each(|d| github(d, sources, out)),
    }
}

fn fancy(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    color: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_context_lines(1);
    for diagnostic in diagnostics {
        let mut text = String::new();
        let shown = Shown {
            diagnostic,
            source: NamedSource::new(
                &sources.get(diagnostic.span.file).name,
                sources.get(diagnostic.span.file).text.to_string(),
            ),
        };
        handler.render_report(&mut text, &shown).map_err(io::Error::other)?;
        for related in diagnostic.related.iter().filter(|r| r.span.file != diagnostic.span.file) {
            let (line, column) = sources.line_column(related.span);
            text.push_str(&format!(
                "  see {}:{line}:{column}: {}\n",
                sources.get(related.span.file).name,
                related.text
            ));
        }
        out.write_all(text.as_bytes())?;
        writeln!(out)?;
    }
    Ok(())
}

/// One finding as miette sees it.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    source: NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        match (&self.diagnostic.help, &self.diagnostic.fix) {
            (Some(help), _) => Some(Box::new(help)),
            (None, Some(fix)) => Some(Box::new(&fix.title)),
            (None, None) => None,
        }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = Some(self.diagnostic.label.clone()).filter(|l| !l.is_empty());
        let first = LabeledSpan::new_primary_with_span(label, self.diagnostic.span.range());
        let file = self.diagnostic.span.file;
        let others = self.diagnostic.related.iter().filter(move |r| r.span.file == file);
        Some(Box::new(
            std::iter::once(first)
                .chain(others.map(|r| LabeledSpan::new_with_span(Some(r.text.clone()), r.span.range()))),
        ))
    }
}

fn place(span: Span, sources: &SourceMap) -> serde_json::Value {
    let ((line, column), (end_line, end_column)) =
        (sources.line_column(span), sources.line_column(span.at_end()));
    json!({
        "file": sources.get(span.file).name, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        "start_byte": span.start, "end_byte": span.end,
    })
}

fn as_json(d: &Diagnostic, sources: &SourceMap) -> serde_json::Value {
    json!({
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "place": place(d.span, sources),
        "label": d.label,
        "help": d.help,
        "related": d.related.iter().map(|r| json!({ "place": place(r.span, sources), "text": r.text })).collect::<Vec<_>>(),
        "fix": d.fix.as_ref().map(|f| json!({ "title": f.title, "place": place(f.span, sources), "replacement": f.replacement })),
    })
}

fn sarif(diagnostics: &[Diagnostic], sources: &SourceMap) -> serde_json::Value {
    let rules: Vec<_> = codes::CODES
        .iter()
        .map(|c| json!({ "id": c.code, "shortDescription": { "text": c.title } }))
        .collect();
    let results: Vec<_> = diagnostics
        .iter()
        .map(|d| {
            let ((line, column), (end_line, end_column)) = (sources.line_column(d.span), sources.line_column(d.span.at_end()));
            let text = d.help.as_ref().map_or_else(|| d.message.clone(), |help| format!("{}. {help}", d.message));
            json!({
                "ruleId": d.code,
                "level": d.severity,
                "message": { "text": text },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": sources.get(d.span.file).name },
                    "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
                } }],
            })
        })
        .collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{ "tool": { "driver": { "name": "herald", "version": env!("CARGO_PKG_VERSION"), "rules": rules } }, "results": results }],
    })
}

fn github(d: &Diagnostic, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    let ((line, column), (end_line, end_column)) =
        (sources.line_column(d.span), sources.line_column(d.span.at_end()));
    let word = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let text = d.help.as_ref().map_or_else(|| d.message.clone(), |help| format!("{}\n{help}", d.message));
    writeln!(
        out,
        "::{word} file={},line={line},col={column},endLine={end_line},endColumn={end_column},title={}::{}",
        property(&sources.get(d.span.file).name),
        property(d.code),
        data(&text)
    )
}

/// A value of a workflow command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
