//! What came of a test.

use crate::check::model::Test;
use crate::data::Key;
use crate::diagnostic::{Diagnostic, Span};

/// Whether a test holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All that it says is true.
    Passed,
    /// Something it says is not.
    Failed,
    /// What it says, or a part of it, could not be asked; nothing that could be asked failed.
    Skipped,
}

/// What came of one test.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// Its name.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// The campaign's label.
    pub campaign: String,
    /// What does not hold.
    pub failures: Vec<Failure>,
    /// What could not be asked.
    pub not_asked: Vec<NotAsked>,
    /// At how many recipients' messages it looked; none where it looks at one customer or at nobody.
    pub looked_at: Option<LookedAt>,
    /// The file that its message was kept in just now.
    pub kept: Option<String>,
}

/// Something that does not hold.
#[derive(Debug, Clone)]
pub struct Failure {
    /// For people, at its place in the file.
    pub diagnostic: Diagnostic,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// Whose message it is about.
    pub customer: Option<Key>,
    /// The texts that differ, where whole messages are compared.
    pub difference: Option<Difference>,
}

/// Two texts that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file of the first.
    pub name: String,
    /// What was kept.
    pub before: String,
    /// What there is now.
    pub after: String,
}

/// An expectation that could not be asked; without words all of the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAsked {
    /// The expectation as it stands in the file; empty for all of the test.
    pub words: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// How much of an audience was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedAt {
    /// Recipients whose messages were looked at.
    pub recipients: usize,
    /// Customers of the audience among whom they were.
    pub customers: usize,
    /// The whole audience.
    pub audience: usize,
}

impl TestResult {
    pub(super) fn new(test: &Test) -> Self {
        Self {
            title: test.title.clone(),
            span: test.span,
            campaign: test.campaign.clone(),
            failures: Vec::new(),
            not_asked: Vec::new(),
            looked_at: None,
            kept: None,
        }
    }

    pub(super) fn skipped(test: &Test, reason: String) -> Self {
        Self { not_asked: vec![NotAsked { words: String::new(), reason }], ..Self::new(test) }
    }

    pub(super) fn broken(test: &Test, reason: &str) -> Self {
        Self { failures: vec![Failure::broken(test.span, reason)], ..Self::new(test) }
    }

    /// Whether it holds.
    pub fn status(&self) -> Status {
        if !self.failures.is_empty() {
            Status::Failed
        } else if !self.not_asked.is_empty() {
            Status::Skipped
        } else {
            Status::Passed
        }
    }
}

impl Failure {
    /// A test that could not be run.
    pub(super) fn broken(span: Span, reason: &str) -> Self {
        Self {
            diagnostic: Diagnostic::error("H0303", span, format!("this test cannot be run: {reason}"))
                .label("nothing was asked"),
            expected: "a test that can be run".to_owned(),
            found: reason.to_owned(),
            customer: None,
            difference: None,
        }
    }
}
