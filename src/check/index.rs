//! The one list of what each name in each file means, filled where names are resolved. Go-to-definition, references,
//! rename and hover read it, so that none of them has to guess by spelling.

use std::collections::BTreeMap;

use super::checker::{Checker, DeclId, Scope};
use super::project::Project;
use super::shape::Field;
use super::template_text::Mention;
use crate::diagnostic::{FileId, Span};
use crate::syntax::tree::Decl;

/// What a name refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// A declaration.
    Declaration(DeclId),
    /// An attribute of a profile.
    Attribute(DeclId, String),
    /// A relation of a source's data.
    Relation {
        /// The source's label.
        source: String,
        /// Its name in campaign files.
        relation: String,
    },
    /// A column of a relation.
    Column {
        /// The source's label.
        source: String,
        /// The relation.
        relation: String,
        /// Its name in campaign files.
        column: String,
    },
    /// A part of a message that a text speaks of, and that none of the above is.
    Part(Part),
    /// A rule of a copy.
    Rule(DeclId, String),
    /// A filter of templates.
    Filter(String),
    /// A file, in a `use` line or in `file("…")`.
    File(FileId),
}

/// A part of a message: `picks`, `offer.code`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// The record it is a field of; empty for a name that stands alone.
    pub of: String,
    /// The name.
    pub name: String,
    /// What it holds, in words.
    pub holds: String,
    /// Whether it may be missing for a customer.
    pub optional: bool,
    /// A sentence; may be empty.
    pub doc: String,
}

/// A name at a place. The place where something is declared is one of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The name's text.
    pub span: Span,
    /// What it means there.
    pub meaning: Meaning,
}

/// What a check learned about names.
#[derive(Debug, Default)]
pub struct Index {
    /// Every name whose meaning is known, in the order of files and places. A shared declaration that is checked
    /// with several sources has a meaning for each.
    pub uses: Vec<Use>,
    /// The names that may be used in each file: its own, and those it takes from others.
    pub names: Vec<BTreeMap<String, DeclId>>,
    /// The labels of sources in the model.
    pub sources: BTreeMap<DeclId, String>,
    /// The labels of all declarations in the model: one for each source that a declaration is used with.
    pub labels: BTreeMap<DeclId, Vec<String>>,
    /// What the templates of campaigns may speak of.
    pub offered: BTreeMap<DeclId, BTreeMap<String, Field>>,
}

impl Index {
    /// The name at an offset (the place behind its last character counts), the shortest if one is inside another.
    pub fn at(&self, file: FileId, offset: usize) -> Option<&Use> {
        let begin = self.uses.partition_point(|u| u.span.file < file);
        self.uses[begin..]
            .iter()
            .take_while(|u| u.span.file == file && u.span.start as usize <= offset)
            .filter(|u| u.span.end as usize >= offset)
            .min_by_key(|u| (u.span.end as usize == offset, u.span.end - u.span.start))
    }

    /// Every place where that is meant.
    pub fn places<'i>(&'i self, meaning: &'i Meaning) -> impl Iterator<Item = Span> + 'i {
        self.uses.iter().filter(move |u| u.meaning == *meaning).map(|u| u.span)
    }
}

impl DeclId {
    /// The declaration.
    pub fn of(self, project: &Project) -> Option<&Decl> {
        project.files.get(self.file)?.tree.decls.get(self.index)
    }
}

impl Checker<'_> {
    /// Notes what a name means.
    pub fn mark(&mut self, span: Span, meaning: Meaning) {
        self.index.uses.push(Use { span, meaning });
    }

    pub fn mark_column(&mut self, span: Span, scope: &Scope, relation: &str, column: &str) {
        if let Some((source, _)) = &scope.source {
            let meaning = Meaning::Column {
                source: source.clone(),
                relation: relation.to_owned(),
                column: column.to_owned(),
            };
            self.mark(span, meaning);
        }
    }

    pub fn mark_relation(&mut self, span: Span, scope: &Scope, relation: &str) {
        if let Some((source, schema)) = &scope.source
            && schema.relation(relation).is_some()
        {
            let meaning = Meaning::Relation { source: source.clone(), relation: relation.to_owned() };
            self.mark(span, meaning);
        }
    }

    /// Notes what the names of a text that a customer will read mean. `scope` is that of a condition on the customer.
    pub fn mark_mentions(&mut self, mentions: Vec<Mention>, scope: &Scope) {
        for mention in mentions {
            let meaning = self.mentioned(mention.part, mention.filter, scope);
            self.mark(mention.span, meaning);
        }
    }

    /// Notes that a condition on a message speaks of a part of it; `of` is the record, empty for the message itself.
    pub fn mark_part(&mut self, span: Span, of: &str, name: &str, field: &Field, scope: &Scope) {
        let part = Part {
            of: of.to_owned(),
            name: name.to_owned(),
            holds: field.shape.words().to_owned(),
            optional: field.optional,
            doc: field.doc.clone(),
        };
        let meaning = self.mentioned(part, false, scope);
        self.mark(span, meaning);
    }

    fn mentioned(&self, part: Part, filter: bool, scope: &Scope) -> Meaning {
        let relation = match part.of.as_str() {
            _ if filter => return Meaning::Filter(part.name),
            "customer" => "customers",
            "product" | "pick" => "products",
            "copy" => {
                return self
                    .copy_of(scope.file, &part.name)
                    .map_or(Meaning::Part(part), Meaning::Declaration);
            }
            _ => return Meaning::Part(part),
        };
        if self.relation_column(scope, relation, &part.name).is_some() {
            let source = scope.source.as_ref().map_or(String::new(), |s| s.0.clone());
            return Meaning::Column { source, relation: relation.to_owned(), column: part.name };
        }
        match self.profiles_with(scope, &part.name).as_slice() {
            [profile, ..] if relation == "customers" => Meaning::Attribute(*profile, part.name),
            _ => Meaning::Part(part),
        }
    }

    /// The copy of that name: of this file's names, or of any other file (messages know every copy).
    fn copy_of(&self, file: usize, name: &str) -> Option<DeclId> {
        let is_copy = |id: &DeclId| self.decl(*id).kind.text == "copy";
        let own = self.names[file].get(name).copied();
        own.into_iter().chain(self.names.iter().filter_map(|n| n.get(name).copied())).find(is_copy)
    }

    /// The index, when everything has been checked.
    pub fn finish_index(&mut self) -> Index {
        let mut index = std::mem::take(&mut self.index);
        index.uses.sort();
        index.uses.dedup();
        index.names = self
            .names
            .iter()
            .map(|names| names.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect())
            .collect();
        index.sources =
            self.sources.iter().filter_map(|(id, source)| Some((*id, source.as_ref()?.0.clone()))).collect();
        for (label, (id, _)) in &self.labels {
            index.labels.entry(*id).or_default().push(label.clone());
        }
        index
    }
}
