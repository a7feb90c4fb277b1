//! Names in scope, and what is known about them at a place: `customer.name` inside `{% if customer.name %}`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::check::shape::{Field, Shape};

/// What a name stands for at a place.
#[derive(Debug, Clone)]
pub(super) struct Binding<'a> {
    pub shape: Cow<'a, Shape>,
    /// Whether it may be missing.
    pub optional: bool,
}

impl Binding<'_> {
    pub fn any() -> Self {
        Self { shape: Cow::Owned(Shape::Any), optional: false }
    }
}

/// Paths (`picks[0].because`) that are known to have a value.
pub(super) type Facts = BTreeSet<String>;

#[derive(Debug, Default)]
struct Frame<'a> {
    names: BTreeMap<String, Binding<'a>>,
    facts: Facts,
    /// Whether `set` writes here: true for loops, `with` and macros, false for the branches of an `if`.
    owns: bool,
}

/// The scopes around a place, innermost last.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    offered: &'a BTreeMap<String, Field>,
    frames: Vec<Frame<'a>>,
    /// Names that were bound somewhere before, to explain their use outside.
    bound: BTreeSet<String>,
}

impl<'a> Scopes<'a> {
    pub fn new(offered: &'a BTreeMap<String, Field>, known: &[String]) -> Self {
        let facts = known.iter().cloned().collect();
        let frame = Frame { facts, owns: true, ..Frame::default() };
        Self { offered, frames: vec![frame], bound: BTreeSet::new() }
    }

    /// Opens a scope of names.
    pub fn open(&mut self) {
        self.frames.push(Frame { owns: true, ..Frame::default() });
    }

    /// Opens a branch in which these paths have values.
    pub fn assume(&mut self, facts: Facts) {
        self.frames.push(Frame { facts, ..Frame::default() });
    }

    /// Closes the innermost scope or branch.
    pub fn close(&mut self) {
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    /// From here on in this scope these paths have values.
    pub fn learn(&mut self, facts: Facts) {
        if let Some(frame) = self.frames.last_mut() {
            frame.facts.extend(facts);
        }
    }

    /// Gives a name a meaning in the innermost scope. Inside a branch it may be one of several meanings: then
    /// nothing is claimed beyond what they agree in.
    pub fn bind(&mut self, name: &str, mut binding: Binding<'a>) {
        let owner = self.frames.iter().rposition(|f| f.owns).unwrap_or(0);
        let in_branch = owner + 1 < self.frames.len();
        for frame in &mut self.frames[owner..] {
            frame.facts.retain(|path| root(path) != name);
        }
        self.bound.insert(name.to_owned());
        let names = &mut self.frames[owner].names;
        if in_branch {
            binding.optional = false;
            if names.get(name).is_some_and(|old| old.shape != binding.shape) {
                binding = Binding::any();
            }
        }
        names.insert(name.to_owned(), binding);
    }

    /// What a name stands for, if it is in scope.
    pub fn get(&self, name: &str) -> Option<Binding<'a>> {
        let local = self.frames.iter().rev().find_map(|f| f.names.get(name));
        local.cloned().or_else(|| {
            let field = self.offered.get(name)?;
            Some(Binding { shape: Cow::Borrowed(&field.shape), optional: field.optional })
        })
    }

    /// Whether a path is known to have a value here.
    pub fn is_known(&self, path: &str) -> bool {
        for frame in self.frames.iter().rev() {
            if frame.facts.contains(path) {
                return true;
            }
            if frame.names.contains_key(root(path)) {
                return false;
            }
        }
        false
    }

    /// Whether the name was bound somewhere before.
    pub fn was_bound(&self, name: &str) -> bool {
        self.bound.contains(name)
    }

    /// Every name in scope.
    pub fn names(&self) -> BTreeSet<&str> {
        let local = self.frames.iter().flat_map(|f| f.names.keys());
        local.chain(self.offered.keys()).map(String::as_str).collect()
    }

    /// The names that the message itself offers.
    pub fn offered(&self) -> &'a BTreeMap<String, Field> {
        self.offered
    }
}

/// The name that a path begins with.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}
