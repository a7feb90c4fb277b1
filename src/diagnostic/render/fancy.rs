//! Findings for people, drawn by miette.

use std::fmt;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use crate::diagnostic::{Diagnostic, Severity, Span};

use super::excerpt::{Excerpt, visible};
use super::place::Places;

pub(super) fn render(
    diagnostics: &[&Diagnostic],
    places: &mut Places<'_>,
    color: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    // Narrower than this, miette's arithmetic has no room for the words.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width.max(40))
        .with_links(false)
        .with_context_lines(1)
        .without_syntax_highlighting();
    for diagnostic in diagnostics {
        let report = Report::new(diagnostic, places);
        let mut text = String::new();
        handler
            .render_report(&mut text, &report)
            .map_err(|_| io::Error::other("a finding could not be drawn"))?;
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Related places within so many lines are shown in one excerpt with the finding's own.
const NEAR: usize = 5;

/// A finding as miette sees it.
struct Report {
    message: String,
    code: String,
    severity: Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    excerpt: Excerpt,
    elsewhere: Vec<Report>,
}

impl Report {
    fn new(diagnostic: &Diagnostic, places: &mut Places<'_>) -> Self {
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            diagnostic.related.iter().partition(|label| label.span.file == diagnostic.span.file);
        // A place further off is shown below and not above: the finding's own place comes first.
        let line = places.region(diagnostic.span).line;
        let mut near = |span: Span| places.region(span).line.abs_diff(line) <= NEAR;
        let (here, far): (Vec<_>, Vec<_>) = here.into_iter().partition(|label| near(label.span));
        let spans: Vec<Span> = here.iter().map(|label| label.span).collect();
        let excerpt = Excerpt::around(places, diagnostic.span, &spans);
        let text = |label: &str| Some(visible(label).into_owned()).filter(|l| !l.is_empty());
        let own = excerpt.within(diagnostic.span);
        let mut labels: Vec<_> = own
            .map(|span| LabeledSpan::new_primary_with_span(text(&diagnostic.label), span))
            .into_iter()
            .collect();
        labels.extend(here.iter().filter_map(|label| {
            excerpt.within(label.span).map(|span| LabeledSpan::new_with_span(text(&label.text), span))
        }));
        let elsewhere = elsewhere
            .into_iter()
            .chain(far)
            .map(|label| {
                let excerpt = Excerpt::around(places, label.span, &[]);
                let labels =
                    excerpt.within(label.span).map(|span| LabeledSpan::new_primary_with_span(None, span));
                Report {
                    message: visible(&label.text).into_owned(),
                    code: String::new(),
                    severity: Severity::Warning,
                    help: None,
                    labels: labels.into_iter().collect(),
                    excerpt,
                    elsewhere: Vec::new(),
                }
            })
            .collect();
        Self {
            message: visible(&diagnostic.message).into_owned(),
            code: diagnostic.code.to_owned(),
            severity: diagnostic.severity,
            help: help(diagnostic),
            labels,
            excerpt,
            elsewhere,
        }
    }
}

/// The help; where there is none, what the fix does.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let fix = diagnostic.fix.as_ref().map(|fix| fix.title.as_str());
    diagnostic.help.as_deref().or(fix).map(|help| visible(help).into_owned())
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(&self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning if self.code.is_empty() => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
