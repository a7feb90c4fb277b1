//! The checker's frame: who declares what, which source a declaration is about, and each declaration checked once
//! for each source that it is used with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::expr::near;
use super::index::{Index, Meaning};
use super::kinds::{self, Kind};
use super::model::Model;
use super::project::Project;
use super::schema::Schema;
use super::suggest;
use super::typed::{Expr, Type};
use crate::data::inspect::PhysicalTable;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::{Decl, Expr as Syntax, ExprKind, Setting, Value};

/// Where the checker learns what is in a database.
pub trait Catalog {
    /// The tables of the database at that path; `Ok(None)` if there is no such file.
    ///
    /// # Errors
    /// Why the file cannot be read, in a sentence.
    fn tables(&self, path: &Path) -> Result<Option<Arc<Vec<PhysicalTable>>>, String>;
}

/// One declaration: a file and a position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclId {
    /// Its file's place in [`Project::files`].
    pub file: usize,
    /// Its place among the file's declarations.
    pub index: usize,
}

/// Where an expression stands, which decides what a bare name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Segment, profile, model, policy, goal: about a customer.
    Customer,
    /// Strategy: about a product, for a customer.
    Product,
    /// Offer: about a product, the same for everybody.
    Offer,
}

/// What an expression may refer to.
#[derive(Clone)]
pub(super) struct Scope {
    pub file: usize,
    /// The source's label and data; none where no source is in scope (columns are then unknown).
    pub source: Option<(String, Arc<Schema>)>,
    pub place: Place,
    /// Inside an aggregate: its relation, and how its rows are linked to what is outside.
    pub row: Option<(String, super::typed::Link)>,
    /// Whether `in next …` may be written.
    pub future: bool,
}

/// The state of checking one declaration with one source.
pub(super) enum Progress<T> {
    Busy,
    Done(T),
}

/// The checker.
pub(super) struct Checker<'a> {
    pub project: &'a Project,
    pub catalog: &'a dyn Catalog,
    pub diagnostics: Vec<Diagnostic>,
    pub model: Model,
    /// What each name means.
    pub index: Index,
    /// Names visible in each file.
    pub names: Vec<BTreeMap<&'a str, DeclId>>,
    /// Names that a file would take if its `use` lines were right: nothing is said of their absence again.
    pub lost: Vec<BTreeSet<&'a str>>,
    /// Labels given out, and to what.
    pub labels: BTreeMap<String, (DeclId, String)>,
    /// Segments (and other conditions) being checked, against cycles.
    pub busy: Vec<(DeclId, String)>,
    /// Types of attributes, by profile, attribute and source.
    pub attributes: BTreeMap<(DeclId, String, String), Progress<Type>>,
    /// Sources by declaration.
    pub sources: BTreeMap<DeclId, Option<(String, Arc<Schema>)>>,
    /// Clusters and models that were looked at, sound or not.
    pub tried: BTreeSet<(DeclId, String)>,
    /// What each condition means, for those who judge conditions.
    pub conditions: Vec<super::Condition>,
}

impl<'a> Checker<'a> {
    pub fn new(project: &'a Project, catalog: &'a dyn Catalog) -> Self {
        Self {
            project,
            catalog,
            diagnostics: Vec::new(),
            model: Model::default(),
            index: Index::default(),
            names: Vec::new(),
            lost: Vec::new(),
            labels: BTreeMap::new(),
            busy: Vec::new(),
            attributes: BTreeMap::new(),
            sources: BTreeMap::new(),
            tried: BTreeSet::new(),
            conditions: Vec::new(),
        }
    }

    pub fn decl(&self, id: DeclId) -> &'a Decl {
        &self.project.files[id.file].tree.decls[id.index]
    }

    pub fn text(&self, span: Span) -> &'a str {
        self.project.sources.text(span)
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Collects every file's names: its own declarations first, then what it uses.
    pub fn collect_names(&mut self) {
        let project = self.project;
        let mut own: Vec<BTreeMap<&'a str, DeclId>> = Vec::new();
        for (file, parsed) in project.files.iter().enumerate() {
            let mut names: BTreeMap<&'a str, DeclId> = BTreeMap::new();
            for (index, decl) in parsed.tree.decls.iter().enumerate() {
                let Some(name) = &decl.name else { continue };
                if let Some(&first) = names.get(name.text.as_str()) {
                    let span = self.decl(first).name.as_ref().map_or(decl.head, |n| n.span);
                    self.report(
                        Diagnostic::error("H0206", name.span, format!("`{}` is declared twice", name.text))
                            .label("declared again")
                            .related(span, "first declared here")
                            .help("give one of them another name: a name means one thing, whatever its kind"),
                    );
                } else {
                    names.insert(&name.text, DeclId { file, index });
                    self.mark(name.span, Meaning::Declaration(DeclId { file, index }));
                }
                for attribute in decl.settings.iter().filter(|_| decl.kind.text == "profile") {
                    let meaning = Meaning::Attribute(DeclId { file, index }, attribute.key.text.clone());
                    self.mark(attribute.key.span, meaning);
                }
            }
            own.push(names);
        }
        self.names = own.clone();
        self.lost = project.files.iter().map(|file| self.lost_names(file)).collect();
        for (file, parsed) in project.files.iter().enumerate() {
            for (use_, target) in parsed.tree.uses.iter().zip(&parsed.uses) {
                let Some(target) = *target else {
                    self.lost[file].extend(use_.names.iter().map(|name| name.text.as_str()));
                    continue;
                };
                self.mark(use_.path.span, Meaning::File(project.files[target].id));
                for name in &use_.names {
                    match own[target].get(name.text.as_str()) {
                        Some(&decl) => {
                            self.mark(name.span, Meaning::Declaration(decl));
                            self.take_name(file, name, decl);
                        }
                        None => {
                            let known: Vec<&str> = own[target].keys().copied().collect();
                            self.lost[file].insert(&name.text);
                            // What was probably meant is what the rest of the file speaks of.
                            self.lost[file].extend(suggest::nearest(&name.text, known.iter().copied()));
                            let message = format!("\"{}\" declares no `{}`", use_.path.value, name.text);
                            let finding =
                                Diagnostic::error("H0210", name.span, message).label("not declared there");
                            self.report(near(finding, &name.text, name.span, &known, "it declares"));
                        }
                    }
                }
            }
        }
    }

    /// The words of lines that were meant to take names from a file and could not be read.
    fn lost_names(&self, file: &super::project::ProjectFile) -> BTreeSet<&'a str> {
        let lines = file.tree.broken.iter().map(|span| self.text(*span));
        let meant = ["use ", "import ", "include ", "from ", "require ", "using ", "load "];
        lines
            .filter(|line| meant.iter().any(|word| line.starts_with(word)))
            .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// Whether a name is only missing because of a `use` that was reported.
    pub fn is_lost(&self, file: usize, name: &str) -> bool {
        self.lost[file].contains(name)
    }

    fn take_name(&mut self, file: usize, name: &'a crate::syntax::tree::Name, decl: DeclId) {
        if let Some(&first) = self.names[file].get(name.text.as_str()) {
            if first != decl {
                let span = self.decl(first).head;
                self.report(
                    Diagnostic::error(
                        "H0206",
                        name.span,
                        format!("`{}` is already the name of something else here", name.text),
                    )
                    .label("taken from another file")
                    .related(span, "the other one"),
                );
            }
            return;
        }
        self.names[file].insert(&name.text, decl);
    }

    /// A unique label for a declaration with a source.
    pub fn label(&mut self, id: DeclId, source: &str) -> String {
        let decl = self.decl(id);
        let name = decl.name.as_ref().map_or("", |n| n.text.as_str());
        let file = self.project.sources.get(self.project.files[id.file].id).name.clone();
        let candidates = [
            name.to_owned(),
            format!("{name}@{source}"),
            format!("{name}@{file}"),
            format!("{name}@{file}@{source}"),
        ];
        for label in candidates {
            match self.labels.get(&label) {
                Some(owner) if *owner != (id, source.to_owned()) => {}
                Some(_) => return label,
                None => {
                    self.labels.insert(label.clone(), (id, source.to_owned()));
                    return label;
                }
            }
        }
        format!("{name}@{}:{}", id.file, id.index)
    }

    /// The declaration of that kind that a name refers to, or a finding.
    pub fn resolve(&mut self, file: usize, name: &str, span: Span, kind: &str) -> Option<DeclId> {
        let Some(&id) = self.names[file].get(name) else {
            if self.is_lost(file, name) {
                return None;
            }
            let known: Vec<&str> = self.names[file]
                .iter()
                .filter(|(_, d)| self.decl(**d).kind.text == kind)
                .map(|(n, _)| *n)
                .collect();
            let elsewhere = self.elsewhere(file, name);
            let mut finding = Diagnostic::error("H0207", span, format!("there is no {kind} `{name}` here"))
                .label("not declared")
                .help_opt(
                    elsewhere
                        .or_else(|| suggest::help(name, known.iter().copied(), &format!("{kind}s here"))),
                );
            if let Some(near) = suggest::nearest(name, known.iter().copied()) {
                finding = finding.fix(format!("write `{near}`"), span, near);
            }
            self.report(finding);
            return None;
        };
        self.mark(span, Meaning::Declaration(id));
        let found = self.decl(id);
        // Of an unknown kind that was said.
        kinds::find(&found.kind.text)?;
        if found.kind.text != kind {
            let (article, head) = (suggest::article(&found.kind.text), found.head);
            self.report(
                Diagnostic::error(
                    "H0208",
                    span,
                    format!("`{name}` is {article} {}, not a {kind}", found.kind.text),
                )
                .label(format!("a {kind} is wanted"))
                .related(head, "declared here"),
            );
            return None;
        }
        Some(id)
    }

    /// Where else a name is declared, as advice to `use` it.
    pub fn elsewhere(&self, file: usize, name: &str) -> Option<String> {
        for (_, text) in super::project::STD.iter().map(|s| (s.0, s)) {
            let declares = ["segment", "profile", "strategy", "tone"]
                .iter()
                .any(|k| text.1.contains(&format!("\n{k} {name} {{")));
            if declares {
                return Some(format!("the shipped library has one: `use {name} from \"{}\"`", text.0));
            }
        }
        self.project.files.iter().enumerate().filter(|(i, _)| *i != file).find_map(|(_, f)| {
            let declared = f.tree.decls.iter().any(|d| d.name.as_ref().is_some_and(|n| n.text == name));
            let source = self.project.sources.get(f.id);
            let own = self.project.sources.get(self.project.files[file].id).path.as_deref();
            let beside = source.path.as_deref().and_then(Path::parent) == own.and_then(Path::parent);
            let stem = source.path.as_deref().and_then(Path::file_stem).filter(|_| beside);
            let from = stem.map_or("…".into(), |stem| stem.to_string_lossy());
            let path = &source.name;
            declared.then(|| format!("`{path}` declares one: take it with `use {name} from \"{from}\"`"))
        })
    }

    /// The source that a declaration is about: its own `source:`, else the only one in its file's scope, else the
    /// user's.
    pub fn source_for(
        &mut self,
        id: DeclId,
        user: Option<&(String, Arc<Schema>)>,
    ) -> Option<(String, Arc<Schema>)> {
        let decl = self.decl(id);
        if let Some(value) = setting(decl, "source").and_then(expr_of) {
            return self.source_ref(id.file, value);
        }
        let in_scope: Vec<DeclId> =
            self.names[id.file].values().copied().filter(|d| self.decl(*d).kind.text == "source").collect();
        match in_scope.as_slice() {
            [one] => self.source(*one),
            [] => user.cloned(),
            several => {
                if let Some(user) = user {
                    return Some(user.clone());
                }
                // What cannot name its source is checked with those who use it.
                if kinds::find(&decl.kind.text).is_some_and(|kind| kind.key("source").is_none()) {
                    return None;
                }
                let names: Vec<String> = several
                    .iter()
                    .filter_map(|d| self.decl(*d).name.as_ref().map(|n| n.text.clone()))
                    .collect();
                let span = decl.head;
                self.report(
                    Diagnostic::error(
                        "H0211",
                        span,
                        "there are several sources here: this must say which one it is about",
                    )
                    .label("whose data?")
                    .help(format!("add `source:` with {}", suggest::list(&names))),
                );
                None
            }
        }
    }

    /// The source that a `source:` setting names.
    pub fn source_ref(&mut self, file: usize, value: &Syntax) -> Option<(String, Arc<Schema>)> {
        let id = self.reference(file, value, "source")?;
        self.source(id)
    }

    /// The declaration that an expression names, which must be a bare name.
    pub fn reference(&mut self, file: usize, value: &Syntax, kind: &str) -> Option<DeclId> {
        match &value.kind {
            ExprKind::Name(name) => self.resolve(file, name, value.span, kind),
            ExprKind::Broken => None,
            _ => {
                self.wrong_value(value, &format!("the name of a {kind}"));
                None
            }
        }
    }

    /// A finding that a setting's value is of another sort than the key takes; of a broken one that was said.
    pub fn wrong_value(&mut self, value: &Syntax, wanted: &str) {
        let label = match &value.kind {
            ExprKind::Broken => return,
            ExprKind::Number(_) if wanted.starts_with("a whole number") => "not such a number",
            ExprKind::Number(_) => "this is a number",
            ExprKind::Percent(_) => "this is a percent",
            ExprKind::Money { .. } => "this is an amount of money",
            ExprKind::Duration(_) => "this is a length of time",
            ExprKind::Date(_) | ExprKind::Instant(_) => "this is a date",
            ExprKind::Time(_) => "this is a time of day",
            ExprKind::Str(_) => "this is a text",
            ExprKind::List(_) => "this is a list",
            _ => "something else",
        };
        let finding = Diagnostic::error("H0205", value.span, format!("this should be {wanted}"));
        let written = self.text(value.span);
        let bare = matches!(value.kind, ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Binary(..));
        self.report(if wanted.contains("in quotes") && bare && !written.contains(['"', '(', '\n', ' ']) {
            finding.label("no quotes around it").fix(
                "put quotes around it",
                value.span,
                format!("\"{written}\""),
            )
        } else {
            finding.label(label)
        });
    }

    /// Checks what holds for declarations of every kind: known kind, known keys, no key twice, none missing.
    pub fn check_keys(&mut self, decl: &'a Decl, inside: bool) -> Option<&'static Kind> {
        let kind = kinds::find(&decl.kind.text).filter(|k| inside || k.name != "variant");
        let Some(kind) = kind else {
            self.unknown_kind(decl);
            return None;
        };
        if kind.name == "test" {
            if decl.title.is_none() && !decl.broken {
                self.report(
                    Diagnostic::error("H0212", decl.head, "a test is named by a text in quotes")
                        .label("no name")
                        .help("write `test \"what must be true\" { … }`"),
                );
            }
        } else if decl.name.is_none() && !decl.broken && !self.is_reported(decl.head) {
            self.report(
                Diagnostic::error("H0212", decl.head, format!("this {} has no name", kind.name))
                    .label("a name is missing after this"),
            );
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for setting in &decl.settings {
            self.check_key(setting, &mut seen);
        }
        let missing: Vec<&'static kinds::Key> =
            kind.keys.iter().filter(|k| k.required && !decl.broken && !seen.contains_key(k.name)).collect();
        let meant = self.unknown_keys(kind, decl, &missing);
        for key in missing.into_iter().filter(|k| !meant.contains(&k.name)) {
            self.report(
                Diagnostic::error("H0204", decl.head, format!("this {} has no `{}`", kind.name, key.name))
                    .label(format!("`{}:` is missing", key.name))
                    .help(format!("{} It takes {}", key.doc, key.takes.words())),
            );
        }
        for block in &decl.blocks {
            if kind.name == "campaign" && block.kind.text == "variant" {
                self.check_keys(block, true);
            } else {
                self.report(
                    Diagnostic::error(
                        "H0213",
                        block.head,
                        format!("a `{}` cannot stand inside a {}", block.kind.text, kind.name),
                    )
                    .label("not here"),
                );
            }
        }
        Some(kind)
    }

    /// Whether the parser has said something about a place.
    fn is_reported(&self, place: Span) -> bool {
        let inside = |d: &Diagnostic| {
            d.span.file == place.file && d.span.start >= place.start && d.span.end <= place.end
        };
        self.project.diagnostics.iter().any(inside)
    }

    /// Reports keys that the kind does not have; the missing ones that were probably meant by them.
    fn unknown_keys(
        &mut self,
        kind: &'static Kind,
        decl: &'a Decl,
        missing: &[&'static kinds::Key],
    ) -> Vec<&'static str> {
        if kind.others.is_some() {
            let written = decl.settings.iter().map(|s| s.key.text.as_str());
            let names = || kind.keys.iter().map(|k| k.name);
            return written
                .filter(|key| kind.key(key).is_none())
                .filter_map(|key| suggest::nearest(key, names()))
                .collect();
        }
        let unknown: Vec<&'a Setting> =
            decl.settings.iter().filter(|s| kind.key(&s.key.text).is_none()).collect();
        let names: Vec<&'static str> = kind.keys.iter().map(|k| k.name).collect();
        let mut meant = Vec::new();
        for (index, setting) in unknown.iter().enumerate() {
            let key = &setting.key;
            if unknown[..index].iter().any(|other| other.key.text == key.text) {
                continue;
            }
            let only = match (missing, unknown.len()) {
                ([missing], 1) => Some(missing.name),
                _ => None,
            };
            let near = suggest::nearest(&key.text, names.iter().copied()).or(only);
            let message = format!("{} {} has no `{}`", suggest::article(kind.name), kind.name, key.text);
            let finding = Diagnostic::error("H0202", key.span, message).label("unknown key");
            let has = format!("{} {} has", suggest::article(kind.name), kind.name);
            self.report(match near {
                Some(near) => {
                    meant.push(near);
                    finding.help(format!("did you mean `{near}`?")).fix(
                        format!("write `{near}`"),
                        key.span,
                        near,
                    )
                }
                None => finding.help_opt(suggest::help(&key.text, names.iter().copied(), &has)),
            });
        }
        meant
    }

    fn unknown_kind(&mut self, decl: &Decl) {
        let written = &decl.kind.text;
        if written == "variant" {
            self.report(
                Diagnostic::error("H0213", decl.head, "a `variant` stands inside its campaign")
                    .label("not at the top of a file"),
            );
            return;
        }
        let names: Vec<&str> = kinds::KINDS.iter().map(|k| k.name).filter(|k| *k != "variant").collect();
        let mut finding = Diagnostic::error(
            "H0201",
            decl.kind.span,
            format!("there is no kind of declaration called `{written}`"),
        )
        .label("unknown kind");
        if let Some(near) = suggest::nearest(written, names.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                decl.kind.span,
                near,
            );
        } else {
            finding = finding.help(format!("the kinds are {}", suggest::list(&names)));
        }
        self.report(finding);
    }

    fn check_key(&mut self, setting: &'a Setting, seen: &mut BTreeMap<&'a str, Span>) {
        let key = &setting.key;
        if let Some(first) = seen.get(key.text.as_str()) {
            self.report(
                Diagnostic::error("H0203", key.span, format!("`{}` is set twice", key.text))
                    .label("set again")
                    .related(*first, "first set here")
                    .help("keep one of them"),
            );
            return;
        }
        seen.insert(&key.text, key.span);
    }

    /// A condition: an expression that must be yes or no.
    pub fn condition(&mut self, value: &'a Syntax, scope: &Scope) -> Expr {
        let typed = self.expr(value, scope);
        if !matches!(typed.ty, Type::YesNo | Type::Unknown) {
            let words = super::expr::type_words(typed.ty);
            self.report(
                Diagnostic::error(
                    "H0227",
                    value.span,
                    "this should be a condition, something that is true or not",
                )
                .label(format!("this is {words}"))
                .help("compare it with something, for example `… >= 3`"),
            );
            return super::expr::unknown();
        }
        if let Some((source, _)) = &scope.source {
            let (span, source) = (value.span, source.clone());
            self.conditions.push(super::Condition { span, source, meaning: typed.clone() });
        }
        typed
    }
}

/// The setting of that key, the first if there are two.
pub fn setting<'d>(decl: &'d Decl, key: &str) -> Option<&'d Setting> {
    decl.settings.iter().find(|s| s.key.text == key)
}

/// The expression of a setting.
pub fn expr_of(setting: &Setting) -> Option<&Syntax> {
    match &setting.value {
        Value::Expr(e) => Some(e),
        Value::Schedule(_) => None,
    }
}
