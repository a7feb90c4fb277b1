//! Findings, published to the files they are about, and taken back when they are gone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    PublishDiagnosticsParams, Uri,
};

use super::analysis::Analysis;
use super::documents::Documents;
use super::paths;
use super::position::Encoding;
use crate::check::Meaning;
use crate::diagnostic::{self, FileId, Severity, Span};

/// How many findings of one file are shown: nobody reads more, and editors grow slow.
const MOST: usize = 500;

/// What the client has been told.
#[derive(Debug, Default)]
pub struct Published {
    told: BTreeMap<PathBuf, (Option<i32>, Vec<Diagnostic>)>,
}

impl Published {
    /// What has to be told after a check: findings that are new or changed, and none where there were some.
    pub fn update(
        &mut self,
        analysis: &Analysis,
        documents: &Documents,
        encoding: Encoding,
    ) -> Vec<PublishDiagnosticsParams> {
        let mut found = by_path(analysis, documents, encoding);
        for path in self.told.keys().chain(documents.iter().map(|d| d.0)) {
            found.entry(path.clone()).or_default();
        }
        let mut params = Vec::new();
        for (path, diagnostics) in found {
            let open = documents.get(&path);
            let version = open.map(|d| d.version);
            let now = (version, diagnostics);
            if self.told.get(&path) == Some(&now)
                || (now.1.is_empty() && open.is_none() && !self.told.contains_key(&path))
            {
                continue;
            }
            let Some(uri) = uri(&path, documents) else { continue };
            params.push(PublishDiagnosticsParams { uri, diagnostics: now.1.clone(), version });
            if now.1.is_empty() && open.is_none() {
                self.told.remove(&path);
            } else {
                self.told.insert(path, now);
            }
        }
        params
    }
}

fn uri(path: &std::path::Path, documents: &Documents) -> Option<Uri> {
    documents.get(path).map(|d| d.uri.clone()).or_else(|| paths::uri_of(path))
}

fn by_path(
    analysis: &Analysis,
    documents: &Documents,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut found: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for finding in &analysis.checked.diagnostics {
        if analysis.is_library(finding.span.file) {
            // Nobody can mend the library; what does not fit is this project's use of it.
            for span in analysis.checked.index.places(&Meaning::File(finding.span.file)) {
                let message = format!("in the shipped library: {}", text(finding));
                let mut shown = one(finding, analysis, documents, encoding);
                shown.range =
                    analysis.lines(span.file).range(analysis.text(span.file), span.range(), encoding);
                shown.message = message;
                found.entry(analysis.path(span.file)).or_default().push(shown);
            }
            continue;
        }
        let shown = one(finding, analysis, documents, encoding);
        found.entry(analysis.path(finding.span.file)).or_default().push(shown);
    }
    for (path, diagnostics) in &mut found {
        diagnostics.truncate(MOST);
        // A text that two templates name is checked for both.
        if analysis.texts(path).len() < 2 {
            continue;
        }
        let mut seen: Vec<Diagnostic> = Vec::new();
        diagnostics.retain(|d| {
            let new = !seen.contains(d);
            if new {
                seen.push(d.clone());
            }
            new
        });
    }
    found
}

/// A finding as the protocol has it.
pub fn one(
    finding: &diagnostic::Diagnostic,
    analysis: &Analysis,
    documents: &Documents,
    encoding: Encoding,
) -> Diagnostic {
    let range = |span: Span| {
        let file: FileId = span.file;
        analysis.lines(file).range(analysis.text(file), span.range(), encoding)
    };
    let related: Vec<_> = finding
        .related
        .iter()
        .filter_map(|label| {
            let uri = uri(&analysis.path(label.span.file), documents)?;
            let location = Location::new(uri, range(label.span));
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    Diagnostic {
        range: range(finding.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        code_description: None,
        source: Some("herald".to_owned()),
        message: text(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: None,
    }
}

fn text(finding: &diagnostic::Diagnostic) -> String {
    match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    }
}
