//! H0506: recipients whose language no template of the campaign is written in.

use std::collections::BTreeMap;

use super::Look;
use crate::diagnostic::Diagnostic;
use crate::lint::value;
use crate::run::Draft;
use crate::run::datum::Datum;

/// Below this share of the recipients a language is not worth a text of its own.
const SHARE: f64 = 0.01;

/// Recipients by their language and the label of the template that they get.
#[derive(Default)]
pub struct Languages {
    seen: BTreeMap<(String, String), u64>,
    total: u64,
}

impl Languages {
    /// Counts a message.
    pub fn see(&mut self, draft: &Draft) {
        self.total += 1;
        if let Some(locale) = draft.inputs.customer.get("locale").and_then(Datum::text) {
            *self.seen.entry((locale.to_owned(), draft.inputs.template.clone())).or_default() += 1;
        }
    }

    /// The languages that are missing, each with how many people read it.
    pub fn findings(&self, look: &Look<'_, '_>) -> Vec<Diagnostic> {
        let Some(place) = value(look.decl, "template").map(|v| v.span) else { return Vec::new() };
        let templates = &look.subject.model().templates;
        let mut missing: BTreeMap<&str, (u64, Vec<&str>)> = BTreeMap::new();
        for ((locale, template), count) in &self.seen {
            let Some(template) = templates.get(template) else { continue };
            if language(locale) != language(&template.language) {
                let entry = missing.entry(locale).or_default();
                entry.0 += count;
                if !entry.1.contains(&template.language.as_str()) {
                    entry.1.push(&template.language);
                }
            }
        }
        missing.retain(|_, (count, _)| *count as f64 >= self.total as f64 * SHARE);
        let words = |(locale, (count, get)): (&&str, &(u64, Vec<&str>))| {
            let people = if *count == 1 { "1 recipient reads" } else { "recipients read" };
            let number = if *count == 1 { String::new() } else { format!("{count} ") };
            format!("{number}{people} `{locale}` and would get a text in `{}`", get.join("`, `"))
        };
        if missing.is_empty() {
            return Vec::new();
        }
        let told: Vec<String> = missing.iter().map(words).collect();
        let most = missing.iter().max_by_key(|(_, (count, _))| *count);
        let most = most.map_or("", |(locale, _)| locale);
        vec![
            Diagnostic::warning("H0506", place, told.join("; "))
                .label(format!("of {} recipients", self.total))
                .help(format!("add a template in that language: `[… when locale = \"{most}\", …]`")),
        ]
    }
}

/// The language of a tag, without script and country: whoever reads one form of it can read another.
fn language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}
