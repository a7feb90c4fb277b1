//! Floor 1: names, types and kinds. Takes syntax trees and the shape of the data, gives a model in which nothing
//! is optional any more.

mod aggregates;
mod campaign;
pub mod checker;
mod copy;
mod copy_texts;
mod declarations;
mod derived;
pub mod expectation;
pub mod expr;
pub mod filters;
mod fixture;
pub mod functions;
mod includes;
pub mod index;
pub mod kinds;
mod later;
mod learner;
pub mod lesson;
mod lookup;
mod message_expr;
mod messages;
mod method_args;
pub mod methods;
pub mod model;
mod model_strategy;
mod names;
pub mod project;
mod proven;
mod ratings;
mod relations;
pub mod schema;
mod sender;
pub mod shape;
mod source;
mod strategy;
pub mod suggest;
mod template;
pub mod template_text;
mod test;
pub mod typed;

pub use checker::{Catalog, DeclId};
pub use index::{Index, Meaning};
pub use model::Model;
pub use project::{Disk, Project, Reader};

use crate::diagnostic::{Diagnostic, Severity, Span};

/// What a check finds: the model as far as it is sound, and every finding once, in the order of files and places.
#[derive(Debug)]
pub struct Checked {
    /// Everything that was declared.
    pub model: Model,
    /// Findings, those of the parser among them.
    pub diagnostics: Vec<Diagnostic>,
    /// What each name means.
    pub index: Index,
    /// What each condition on a customer, a product or a row means, those inside others too.
    pub conditions: Vec<Condition>,
}

/// A condition where it stands in a file, with its meaning.
#[derive(Debug, Clone)]
pub struct Condition {
    /// All of its text.
    pub span: Span,
    /// The label of the source that it was checked with.
    pub source: String,
    /// What it means.
    pub meaning: typed::Expr,
}

impl Checked {
    /// Whether there is an error, so that nothing may run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }
}

/// Checks a project.
pub fn check(project: &Project, catalog: &dyn Catalog) -> Checked {
    let mut checker = checker::Checker::new(project, catalog);
    checker.collect_names();
    checker.all_declarations();
    checker.messages();
    let index = checker.finish_index();
    let mut diagnostics = project.diagnostics.clone();
    diagnostics.extend(checker.diagnostics);
    diagnostics.sort_by(|a, b| {
        (a.span.file, a.span.start, a.span.end, a.code).cmp(&(b.span.file, b.span.start, b.span.end, b.code))
    });
    diagnostics.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    Checked { model: checker.model, diagnostics, index, conditions: checker.conditions }
}
