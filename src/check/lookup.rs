//! What there is at a place: columns, relations, profiles and their attributes.

use super::checker::{Checker, DeclId, Place, Progress, Scope, expr_of};
use super::expr::unknown;
use super::schema::{Relation, Schema};
use super::typed::{Expr, Op, Type};
use crate::diagnostic::Diagnostic;
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// The type of the column that a bare name would be, if there is one.
    pub fn column_of(&self, scope: &Scope, name: &str) -> Option<Type> {
        match (&scope.row, scope.place) {
            (Some((relation, _)), _) => self.relation_column(scope, relation, name),
            (None, Place::Customer) => self.relation_column(scope, "customers", name),
            (None, Place::Product | Place::Offer) => self.relation_column(scope, "products", name),
        }
    }

    pub fn relation_column(&self, scope: &Scope, relation: &str, name: &str) -> Option<Type> {
        let (_, schema) = scope.source.as_ref()?;
        schema.relation(relation)?.column(name).map(|c| c.ty)
    }

    pub fn relation<'s>(&self, scope: &'s Scope, name: &str) -> Option<&'s Relation> {
        scope.source.as_ref().and_then(|(_, s)| s.relation(name))
    }

    pub fn is_known(&self, scope: &Scope) -> bool {
        scope.source.as_ref().is_some_and(|(_, s)| s.known)
    }

    pub fn relation_names(&self, scope: &Scope) -> Vec<String> {
        let relations = scope.source.as_ref().map(|(_, s)| s.relations.as_slice()).unwrap_or_default();
        relations.iter().filter(|r| r.of_customer() || r.of_product()).map(|r| r.name.clone()).collect()
    }

    pub fn column_names(&self, scope: &Scope, relation: &str) -> Vec<String> {
        self.relation(scope, relation)
            .map(|r| r.columns.iter().map(|c| c.name.clone()).collect())
            .unwrap_or_default()
    }

    /// Every name that an expression at this place may use, for "did you mean".
    pub fn names_in(&self, scope: &Scope) -> Vec<String> {
        let mut names = match (&scope.row, scope.place) {
            (Some((relation, _)), _) => self.column_names(scope, relation),
            (None, Place::Customer) => self.column_names(scope, "customers"),
            (None, _) => self.column_names(scope, "products"),
        };
        if scope.row.is_none() && scope.place == Place::Customer {
            names.extend(self.attribute_names(scope));
            let declared = self.names[scope.file].iter();
            names.extend(
                declared
                    .filter(|(_, id)| {
                        matches!(self.decl(**id).kind.text.as_str(), "segment" | "model" | "cluster")
                    })
                    .map(|(n, _)| (*n).to_owned()),
            );
        }
        if scope.row.is_some() || scope.place == Place::Product {
            let declared = self.names[scope.file].iter();
            names.extend(
                declared.filter(|(_, id)| self.decl(**id).kind.text == "offer").map(|(n, _)| (*n).to_owned()),
            );
        }
        names
    }

    pub fn attribute_names(&self, scope: &Scope) -> Vec<String> {
        self.profiles(scope)
            .into_iter()
            .flat_map(|p| self.decl(p).settings.iter().map(|s| s.key.text.clone()))
            .collect()
    }

    /// Profiles whose attributes are known here: the file's own and used ones, and those declared beside the source.
    pub fn profiles(&self, scope: &Scope) -> Vec<DeclId> {
        let is_profile = |id: &DeclId| self.decl(*id).kind.text == "profile";
        let mut found: Vec<DeclId> = self.names[scope.file].values().copied().filter(is_profile).collect();
        if let Some((label, _)) = &scope.source
            && let Some((id, _)) = self.labels.get(label)
        {
            found.extend(self.names[id.file].values().copied().filter(is_profile));
        }
        found.sort();
        found.dedup();
        found
    }

    pub fn profiles_with(&self, scope: &Scope, attribute: &str) -> Vec<DeclId> {
        let has = |id: &DeclId| self.decl(*id).settings.iter().any(|s| s.key.text == attribute);
        self.profiles(scope).into_iter().filter(has).collect()
    }

    /// A reference to an attribute, with its type.
    pub fn attribute(&mut self, profile: DeclId, name: &str, scope: &Scope) -> Expr {
        let Some((source, schema)) = scope.source.clone() else { return unknown() };
        let key = (profile, name.to_owned(), source.clone());
        let ty = match self.attributes.get(&key) {
            Some(Progress::Done(ty)) => *ty,
            Some(Progress::Busy) => {
                let decl = self.decl(profile);
                let span =
                    decl.settings.iter().find(|s| s.key.text == name).map_or(decl.head, |s| s.key.span);
                self.report(
                    Diagnostic::error("H0215", span, format!("`{name}` depends on itself"))
                        .label("a circle")
                        .help("an attribute may use other attributes, but not in a circle"),
                );
                self.attributes.insert(key, Progress::Done(Type::Unknown));
                return unknown();
            }
            None => self.check_attribute(profile, name, &source, &schema),
        };
        let label = self.label(profile, &source);
        Expr::new(Op::Attribute { profile: label, name: name.to_owned() }, ty)
    }

    /// Checks one attribute with one source and keeps it in the model.
    fn check_attribute(&mut self, profile: DeclId, name: &str, source: &str, schema: &Arc<Schema>) -> Type {
        let key = (profile, name.to_owned(), source.to_owned());
        self.attributes.insert(key.clone(), Progress::Busy);
        let decl = self.decl(profile);
        let Some(setting) = decl.settings.iter().find(|s| s.key.text == name) else { return Type::Unknown };
        let scope = Scope {
            file: profile.file,
            source: Some((source.to_owned(), Arc::clone(schema))),
            place: Place::Customer,
            row: None,
            future: false,
        };
        let value = expr_of(setting).map_or_else(unknown, |e| self.expr(e, &scope));
        let ty = value.ty;
        let label = self.label(profile, source);
        let attribute = super::model::Attribute { name: name.to_owned(), value, doc: setting.docs.clone() };
        let entry = self
            .model
            .profiles
            .entry(label.clone())
            .or_insert_with(|| super::model::Profile { label, attributes: Vec::new() });
        if !entry.attributes.iter().any(|a| a.name == name) {
            entry.attributes.push(attribute);
        }
        self.attributes.insert(key, Progress::Done(ty));
        ty
    }
}
