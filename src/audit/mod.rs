//! Floor 8: the lints that need the shop's data: whom a segment holds, which languages an audience reads, how large the largest mails
//! are. They look through the same session as a run, and send nothing. Their place in the table of lints is in `lint/`, as are silences.

mod everybody_or_nobody;
mod languages;
mod large_mail;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::check::model::{Campaign, Source};
use crate::data::{Fingerprint, Key};
use crate::deliver::state::state_path;
use crate::diagnostic::Diagnostic;
use crate::lint::Subject;
use crate::plan::{Asked, compile};
use crate::run::execute::CHUNK;
use crate::run::{Draft, Outcome, RunError, Session, Store};

/// The most customers of an audience that are looked at: mails of a million people look like those of the first twenty thousand.
const LOOKED_AT: usize = 20_000;

/// What was found, and what could not be looked at.
#[derive(Debug, Default)]
pub struct Audit {
    /// Findings of the lints that need the shop's data.
    pub found: Vec<Diagnostic>,
    /// What was not looked at, and why: a sentence each.
    pub skipped: Vec<String>,
}

/// Told of what is being looked at, how far it is, and of how much.
pub type Told<'t> = &'t mut dyn FnMut(&str, u64, u64);

/// Looks at the segments and campaigns of a sound project, as of an instant for each source by its label.
///
/// # Errors
/// A database that cannot be read.
pub fn audit(
    subject: &Subject<'_>,
    as_of: &BTreeMap<String, Timestamp>,
    project: &Path,
    told: Told<'_>,
) -> Result<Audit, RunError> {
    let mut audit = Audit::default();
    let present: BTreeMap<&str, (&Source, Timestamp)> = subject
        .model()
        .sources
        .values()
        .filter(|source| source.schema.database.exists())
        .filter_map(|source| Some((source.label.as_str(), (source, *as_of.get(&source.label)?))))
        .collect();
    for source in subject.model().sources.values().filter(|s| !present.contains_key(s.label.as_str())) {
        let path = source.schema.database.display();
        audit.skipped.push(format!("the database {path} is not there, so nothing was counted"));
    }
    everybody_or_nobody::look(subject, &present, project, &mut audit)?;
    for (_, decl, campaign) in subject.campaigns().filter(|(file, ..)| subject.project.files[*file].asked) {
        let Some((source, as_of)) = present.get(campaign.source.as_str()) else { continue };
        let look = Look { subject, campaign, decl };
        match session(subject, campaign, source, *as_of, project) {
            Ok(session) => campaign_findings(&look, &session, &mut audit, told)?,
            Err(reason) => {
                audit.skipped.push(format!("the mails of {} were not looked at: {reason}", campaign.label));
            }
        }
    }
    Ok(audit)
}

/// A campaign that is looked at.
struct Look<'l, 'a> {
    subject: &'l Subject<'a>,
    campaign: &'l Campaign,
    decl: &'l crate::syntax::tree::Decl,
}

fn session(
    subject: &Subject<'_>,
    campaign: &Campaign,
    source: &Source,
    as_of: Timestamp,
    project: &Path,
) -> Result<Session, String> {
    let fingerprint = Fingerprint::of(&source.schema.database).map_err(|e| e.to_string())?.to_hex();
    let asked = Asked {
        campaign: &campaign.label,
        as_of,
        occurrence: None,
        now: true,
        seed: 1,
        fingerprint: &fingerprint,
    };
    let plan = compile(subject.model(), &asked).map_err(|e| e.to_string())?;
    let state = state_path(project);
    let state = state.exists().then_some(state);
    let store = Store::of_project(project);
    Session::open(subject.model(), plan, state.as_deref(), &store).map_err(|e| e.to_string())
}

fn campaign_findings(
    look: &Look<'_, '_>,
    session: &Session,
    audit: &mut Audit,
    told: Told<'_>,
) -> Result<(), RunError> {
    let mut ids: Vec<Key> = session.audience()?;
    ids.truncate(LOOKED_AT);
    let mut languages = languages::Languages::default();
    let mut largest = large_mail::Largest::default();
    for (index, chunk) in ids.chunks(CHUNK as usize).enumerate() {
        told(&look.campaign.label, index as u64 * CHUNK, ids.len() as u64);
        for outcome in session.chunk(chunk)? {
            if let Outcome::Draft(draft) = outcome {
                let draft: Draft = *draft;
                languages.see(&draft);
                largest.see(draft);
            }
        }
    }
    audit.found.extend(languages.findings(look));
    audit.found.extend(largest.findings(look, session));
    Ok(())
}
