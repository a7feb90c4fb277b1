//! A `template`.

use super::checker::{Checker, DeclId};
use super::model::{self, Format, Line};
use super::project;
use super::source::string;
use super::suggest;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::syntax::tree::{self, Expr as Syntax, ExprKind};

impl<'a> Checker<'a> {
    /// A template's label.
    pub fn template(&mut self, id: DeclId) -> Option<String> {
        let label = self.label(id, "");
        if self.model.templates.contains_key(&label) {
            return Some(label);
        }
        let decl = self.decl(id);
        let language =
            self.value_of(decl, "language").and_then(|v| self.plain_text(v)).map(|t| t.value.clone())?;
        let subject = self.value_of(decl, "subject").and_then(|v| self.line(id, v))?;
        let preheader = self.value_of(decl, "preheader").and_then(|v| self.line(id, v));
        let format = match self.value_of(decl, "format").map(|v| (&v.kind, v)) {
            None => Format::Markdown,
            Some((ExprKind::Name(word), value)) => self.format(word, value.span)?,
            Some((_, value)) => {
                self.wrong_value(value, "one of `text`, `markdown`, `html` or `mjml`");
                return None;
            }
        };
        let body_value = self.value_of(decl, "body")?;
        let body = self.body(body_value)?;
        let includes = self.project.includes.get(&body_value.span).into_iter().flatten();
        let includes = includes.map(|(name, file)| (name.clone(), self.file_text(*file))).collect();
        let template =
            model::Template { label: label.clone(), language, subject, preheader, format, body, includes };
        self.model.templates.insert(label.clone(), template);
        Some(label)
    }

    fn format(&mut self, word: &str, span: Span) -> Option<Format> {
        let words = ["text", "markdown", "html", "mjml"];
        match word {
            "text" => Some(Format::Text),
            "markdown" => Some(Format::Markdown),
            "html" => Some(Format::Html),
            "mjml" => Some(Format::Mjml),
            _ => {
                let near = suggest::help(word, words, "formats are");
                self.report(
                    Diagnostic::error("H0205", span, format!("there is no format `{word}`"))
                        .label("unknown format")
                        .help_opt(near),
                );
                None
            }
        }
    }

    fn line(&mut self, id: DeclId, value: &'a Syntax) -> Option<Line> {
        match &value.kind {
            ExprKind::Name(name) => {
                let copy = self.resolve(id.file, name, value.span, "copy")?;
                Some(Line::Copy(self.label(copy, "")))
            }
            _ => self.plain_text(value).cloned().map(Line::Text),
        }
    }

    fn body(&mut self, value: &'a Syntax) -> Option<tree::Str> {
        if let Some(text) = string(value) {
            return Some(text.clone());
        }
        if project::file_call(value).is_some() {
            return self.project.texts.get(&value.span).map(|file| self.file_text(*file));
        }
        if !matches!(value.kind, ExprKind::Broken) {
            self.wrong_value(value, "a text block, or `file(\"templates/name.mjml\")`");
        }
        None
    }

    /// A file as a text.
    fn file_text(&self, file: FileId) -> tree::Str {
        let value = self.project.sources.get(file).text.to_string();
        let span = Span::new(file, 0, value.len());
        tree::Str { value, span, map: vec![(0, 0)], block: true }
    }
}
