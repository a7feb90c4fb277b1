//! Completion, on files as they are while somebody types: half a line, a bracket open. Where the cursor stands comes from
//! the words before it ([`super::cursor`]); what there is to offer comes from the tables and the last check.

mod entry;
mod expressions;
mod keys;
mod messages;
mod names;
mod rules;
mod templates;
mod use_lines;
mod values;

use std::ops::Range;
use std::path::{Path, PathBuf};

use lsp_types::{CompletionItem, CompletionList, CompletionParams, CompletionResponse};

use super::analysis::Analysis;
use super::cursor::{self, Cursor, Spot};
use super::lexer::in_word;
use super::snapshot::{Page, Snapshot};
use super::words;
use crate::check::DeclId;
use crate::check::checker::{expr_of, setting};
use crate::check::model::Source;
use crate::syntax::tree::ExprKind;
use entry::Entry;

/// How many proposals are sent at most.
const MOST: usize = 1000;

/// Answers `textDocument/completion`.
pub fn answer(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionResponse> {
    let at = &params.text_document_position;
    let path = snapshot.path(&at.text_document.uri);
    let text = snapshot.text(&path)?;
    let offset = text.offset(at.position);
    let blank = params.context.as_ref().and_then(|c| c.trigger_character.as_deref()) == Some(" ");
    let analysis = &*snapshot.analysis;
    let campaign = path.extension().is_some_and(|e| e == "campaign");
    let file = analysis.campaign_file(&path);
    let place = Place { snapshot, analysis, path, text, file, offset };
    if campaign {
        let cursor = cursor::at(place.text.text, offset);
        let entries = place.entries(&cursor, blank);
        return Some(place.response(cursor.word, entries));
    }
    // The text of a template in a file of its own.
    let owner = place.owner_of_text()?;
    let entries = templates::entries(&place, Some(owner), 0);
    Some(place.response(words::word_before(place.text.text, offset), entries))
}

/// What is around the cursor.
pub struct Place<'s> {
    pub snapshot: &'s Snapshot,
    pub analysis: &'s Analysis,
    pub path: PathBuf,
    pub text: Page<'s>,
    /// The file in the last check.
    pub file: Option<usize>,
    pub offset: usize,
}

impl Place<'_> {
    fn entries(&self, cursor: &Cursor<'_>, blank: bool) -> Vec<Entry> {
        match &cursor.spot {
            Spot::Value { kind, key, frames } => values::entries(self, cursor, kind, key, frames),
            Spot::Text { kind, key, callee, start } => {
                match values::in_text(self, kind, key, *callee, *start) {
                    Some(entries) => entries,
                    None if *key == "rules" => rules::entries(self, self.declaration(cursor), *start),
                    None => templates::entries(self, self.declaration(cursor), *start),
                }
            }
            // A blank alone asks for nothing where names or keys begin.
            _ if blank => Vec::new(),
            Spot::Nothing => Vec::new(),
            Spot::Top => keys::at_top(),
            Spot::Key { kind, present, variants } => {
                keys::in_body(kind, present, *variants, self.colon_follows(cursor))
            }
            Spot::UseName { taken } => use_lines::names(self, taken),
            Spot::UseFrom => vec![Entry::word("from", "the file it is taken from").inserting("from \"§{}\"")],
            Spot::UsePath { start } => use_lines::paths(self, *start),
        }
    }

    fn response(&self, word: Range<usize>, entries: Vec<Entry>) -> CompletionResponse {
        let snippets = self.snapshot.client.snippets;
        let incomplete = entries.len() > MOST;
        let items: Vec<CompletionItem> = entries
            .into_iter()
            .take(MOST)
            .map(|entry| {
                let replaced = entry.replaces.clone().unwrap_or_else(|| word.clone());
                entry.item(self.text.range(replaced), snippets)
            })
            .collect();
        CompletionResponse::List(CompletionList { is_incomplete: incomplete, items })
    }

    fn colon_follows(&self, cursor: &Cursor<'_>) -> bool {
        let rest = &self.text.text[cursor.word.end..];
        let rest = rest.trim_start_matches(in_word);
        rest.trim_start_matches([' ', '\t']).starts_with(':')
    }

    /// The declaration around the cursor, as it was last checked.
    pub fn declaration(&self, cursor: &Cursor<'_>) -> Option<DeclId> {
        let (file, name) = (self.file?, cursor.name?);
        let id = *self.analysis.checked.index.names.get(file)?.get(name)?;
        (id.file == file).then_some(id)
    }

    /// The template whose text this file is.
    fn owner_of_text(&self) -> Option<DeclId> {
        let ids = self.analysis.texts(&self.path);
        let call =
            self.analysis.project.texts.iter().find(|(_, id)| ids.contains(id)).map(|(span, _)| *span)?;
        let inside = |decl: &crate::syntax::tree::Decl| {
            decl.span.file == call.file && decl.span.start <= call.start && call.end <= decl.span.end
        };
        self.analysis.declarations().find(|(_, d)| inside(d)).map(|(id, _)| id)
    }

    /// The source whose data the declaration is about: the one it names, the only one its file knows, or the first.
    pub fn source(&self, declaration: Option<DeclId>) -> Option<&Source> {
        let index = &self.analysis.checked.index;
        let names = self.file.and_then(|f| index.names.get(f));
        let label = |id: &DeclId| index.sources.get(id);
        let named = declaration.and_then(|id| {
            let value = setting(self.analysis.decl(id)?, "source").and_then(expr_of)?;
            match &value.kind {
                ExprKind::Name(name) => label(names?.get(name)?),
                _ => None,
            }
        });
        let own = declaration.and_then(|id| label(&id));
        let known = names.into_iter().flat_map(|n| n.values()).filter_map(label);
        let label = own.or(named).or_else(|| known.into_iter().next());
        let sources = &self.analysis.checked.model.sources;
        label.and_then(|l| sources.get(l)).or_else(|| sources.values().next())
    }

    /// The folder of the file.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}
