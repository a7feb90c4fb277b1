//! Templates made ready for a plan's senders, and what messages show of products.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::error::RunError;
use super::store::{Name, Store};
use crate::check::model::{Sender, Source};
use crate::compose::{self, Format, Library, Pictures, PreparedTemplate, Surroundings, TemplateSource};
use crate::plan::{ComposeStep, Plan, Work};

/// Prepared templates, by template and by the accent colour of the sender.
pub(super) type Templates = BTreeMap<(String, String), Arc<PreparedTemplate>>;

/// The steps that fill templates.
fn compose_steps(plan: &Plan) -> impl Iterator<Item = &ComposeStep> {
    plan.steps.iter().filter_map(|s| match &s.work {
        Work::Compose(step) => Some(step.as_ref()),
        _ => None,
    })
}

/// Columns of products that some template or the shipped cards may show; ids, titles and links always.
pub(super) fn shown(plan: &Plan, catalogue: &Catalogue) -> Vec<usize> {
    let mut texts: Vec<&str> = vec![Library::shipped("std/cards.html").unwrap_or_default()];
    for step in compose_steps(plan) {
        texts.extend([
            step.subject.as_str(),
            step.preheader.as_deref().unwrap_or_default(),
            step.body.as_str(),
        ]);
    }
    let mentioned = |name: &str| {
        texts.iter().any(|t| {
            t.contains(&format!(".{name}"))
                || t.contains(&format!("'{name}'"))
                || t.contains(&format!("\"{name}\""))
        })
    };
    (0..catalogue.columns.len())
        .filter(|&c| {
            let name = catalogue.columns[c].as_str();
            matches!(name, "id" | "title" | "url") || mentioned(name)
        })
        .collect()
}

/// Every template of the plan in the colours of every sender.
pub(super) fn templates(
    plan: &Plan,
    source: &Source,
    senders: &BTreeMap<String, Sender>,
    store: &Store,
) -> Result<Templates, RunError> {
    let pictures = Arc::new(pictures(source));
    let accents: BTreeSet<&str> = senders.values().map(|s| s.accent.as_str()).collect();
    let mut prepared = BTreeMap::new();
    for step in &plan.steps {
        let Work::Compose(compose) = &step.work else { continue };
        for accent in &accents {
            let library = library(compose.folder.as_deref(), &compose.body);
            let texts = serde_json::to_vec(&library).unwrap_or_default();
            let database = source.schema.database.to_string_lossy();
            let name = Name::of(
                "template",
                &[
                    step.hash.as_bytes(),
                    accent.as_bytes(),
                    &texts,
                    database.as_bytes(),
                    source.url.as_bytes(),
                ],
            );
            let template = store.remember(name, || prepare(compose, library.clone(), accent, &pictures))?;
            prepared.insert((compose.template.clone(), (*accent).to_owned()), template);
        }
    }
    Ok(prepared)
}

fn prepare(
    step: &ComposeStep,
    texts: Texts,
    accent: &str,
    pictures: &Arc<Pictures>,
) -> Result<PreparedTemplate, RunError> {
    let mut library = Library::default();
    library.set_accent(accent).map_err(RunError::Accent)?;
    for (name, text) in texts {
        library.add(name, text);
    }
    let around = Surroundings { library, pictures: Arc::clone(pictures) };
    let text = TemplateSource {
        name: step.template.clone(),
        language: Some(step.language.clone()),
        format: match step.format {
            crate::check::model::Format::Text => Format::Text,
            crate::check::model::Format::Markdown => Format::Markdown,
            crate::check::model::Format::Html => Format::Html,
            crate::check::model::Format::Mjml => Format::Mjml,
        },
        subject: step.subject.clone(),
        preheader: step.preheader.clone(),
        body: step.body.clone(),
    };
    compose::prepare(&text, &around)
        .map_err(|error| RunError::Template { template: step.template.clone(), error })
}

/// Texts by the names they are included by.
type Texts = BTreeMap<String, String>;

/// The files that a template's body includes, from the template's own folder.
fn library(folder: Option<&Path>, body: &str) -> Texts {
    let mut library = Texts::new();
    let Some(folder) = folder else { return library };
    for (at, _) in body.match_indices("include") {
        let rest = body[at + "include".len()..].trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some(name) = rest[1..].split(quote).next().filter(|n| is_below(n)) else { continue };
        if let Ok(text) = std::fs::read_to_string(folder.join(name)) {
            library.insert(name.to_owned(), text);
        }
    }
    library
}

/// Whether a relative path stays below the folder it starts from.
fn is_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
}

/// Pictures named by the data: files beside the database, also where the data names them by the shop's own address.
fn pictures(source: &Source) -> Pictures {
    let folder = source.pictures.clone();
    let shop = source.url.clone();
    Pictures::new(move |name| {
        let local = if shop.is_empty() {
            name
        } else {
            name.strip_prefix(&shop).unwrap_or(name).trim_start_matches('/')
        };
        if !is_below(local) {
            return Err(format!("`{name}` is not a picture beside the shop's database"));
        }
        std::fs::read(folder.join(local)).map_err(|e| format!("the picture `{name}` cannot be read: {e}"))
    })
}
