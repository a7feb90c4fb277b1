//! Floor 0: findings about campaign files: codes, spans, help and fixes, and how they are printed.

pub mod codes;
pub mod render;
pub mod span;

pub use span::{FileId, SourceMap, Span};

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing runs until this is mended.
    Error,
    /// Worth a look; nothing stops.
    Warning,
}

/// A second place that explains the first, with what to say there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The exact text pointed at.
    pub span: Span,
    /// What is said there, a few words.
    pub text: String,
}

/// A change of text that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the fix does, as an order: "write `=`".
    pub title: String,
    /// The text to replace; empty for an insertion.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One finding: what is wrong, exactly where, what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// A code such as `H0203`, explained by `herald explain`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence, in a marketer's words, without a full stop.
    pub message: String,
    /// The exact text that is wrong.
    pub span: Span,
    /// A few words printed under that text.
    pub label: String,
    /// Further places, such as the first of two declarations.
    pub related: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The change that would mend it, where there is one.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error with a code, its place, and a sentence.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message.into())
    }

    /// A warning with a code, its place, and a sentence.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message.into())
    }

    fn new(severity: Severity, code: &'static str, span: Span, message: String) -> Self {
        Self {
            code,
            severity,
            message,
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Words to print under the wrong text.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// What to do about it, if there is anything to say.
    #[must_use]
    pub fn help_opt(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }

    /// A second place that explains the first.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// The change that would mend it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }
}
