//! Both sides opened, and every campaign that differs worked out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::declarations::{self, Place};
use super::git::Repository;
use super::mails::Compared;
use super::people::{self, Ready, Told};
use super::planned::{Frame, Planned, differing_steps};
use super::range::Asked;
use super::report::{Campaign, Danger, Report, Standing};
use super::side::{Files, Found, Side};
use super::{dangers, findings};
use crate::data::Key;
use crate::deliver::State;
use crate::deliver::state::state_path;
use crate::plan::Inliner;
use crate::run::shop::Shop;
use crate::run::workspace::{DiskCatalog, campaign_files};
use crate::run::{RunError, Session, Store};

/// How two sides are compared.
#[derive(Debug, Clone)]
pub struct How {
    /// The instant that both are worked out for.
    pub as_of: Timestamp,
    /// The seed of all randomness.
    pub seed: u64,
    /// At most so many customers of a campaign are taken through its gates.
    pub sample: usize,
    /// Whether people's names are shown.
    pub names: bool,
}

/// Two sides, opened.
pub struct Review {
    project: PathBuf,
    before: Side,
    after: Side,
}

impl Review {
    /// Reads and checks both sides; names shown to people are relative to `project`.
    ///
    /// # Errors
    /// A sentence for people: git cannot be asked, or a file cannot be read.
    pub fn open(repository: &Repository, asked: &Asked, project: &Path) -> Result<Self, String> {
        let disk = DiskCatalog::default();
        let tree =
            |commit| repository.tree(commit).map(|t| Files::Commit(Box::new(t))).map_err(|e| e.to_string());
        let old_files = tree(&asked.before)?;
        let new_files = asked.after.as_ref().map_or(Ok(Files::Disk), &tree)?;
        let new_paths = paths(repository, &new_files, &asked.paths)?;
        let old_paths = paths(repository, &old_files, &asked.paths)?;
        if new_paths.is_empty() && old_paths.is_empty() {
            return Err("there is no `.campaign` file here, on either side".to_owned());
        }
        let new_name =
            asked.after.as_ref().map_or_else(|| "the working tree".to_owned(), super::git::Commit::words);
        let open = |name, paths: &[PathBuf], files: &Files, databases: &[PathBuf]| {
            Side::open(name, paths, project, files, &disk, databases).map_err(|e| e.to_string())
        };
        let after = open(new_name, &new_paths, &new_files, &[])?;
        let before = open(asked.before.words(), &old_paths, &old_files, &after.databases())?;
        let after = if after.databases().iter().all(|d| d.exists()) {
            after
        } else {
            // Both sides may be of a time before the files moved.
            open(after.name.clone(), &new_paths, &new_files, &before.databases())?
        };
        Ok(Self { project: project.to_owned(), before, after })
    }

    /// The zone in which a day begins: the shop's.
    pub fn zone(&self) -> TimeZone {
        let zone = |side: &Side| {
            let sources = &side.workspace.checked.model.sources;
            sources.values().next().map(|s| s.schema.timezone.clone())
        };
        zone(&self.after).or_else(|| zone(&self.before)).unwrap_or(TimeZone::UTC)
    }

    /// Demo shops that were not made yet: those of the newer side, which serve the older one too.
    pub fn missing_demos(&self) -> BTreeSet<PathBuf> {
        let sources = |side: &Side| side.workspace.checked.model.sources.clone();
        let newer = Some(sources(&self.after)).filter(|s| !s.is_empty());
        let sources = newer.unwrap_or_else(|| sources(&self.before)).into_values();
        sources.filter(|s| s.demo && !s.schema.database.exists()).map(|s| s.schema.database.clone()).collect()
    }

    /// Compares the sides.
    ///
    /// # Errors
    /// The records cannot be read. What concerns one campaign is told with that campaign.
    pub fn compare(&self, how: &How, told: Told<'_>) -> Result<Report, RunError> {
        let state = State::open_read_only(&self.project)?;
        let prints = RefCell::default();
        let desk = Desk {
            review: self,
            how,
            frame: Frame { as_of: how.as_of, seed: how.seed, prints: &prints },
            store: Store::of_project(&self.project),
            state,
        };
        let places = (self.before.campaigns(), self.after.campaigns());
        let names: BTreeSet<&String> = places.0.keys().chain(places.1.keys()).collect();
        let findings = findings::differing(&self.before, &self.after);
        let mut dangers = dangers::of_findings(&findings);
        let (mut campaigns, mut unchanged) = (Vec::new(), Vec::new());
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        for name in names {
            let before = self.before.find(name, places.0.get(name), &desk.frame);
            let after = self.after.find(name, places.1.get(name), &desk.frame);
            match (&before, &after) {
                (Found::Planned(_, planned), Found::Absent) => gone.push(planned.plan.clone()),
                (Found::Absent, Found::Planned(_, planned)) => new.push(planned.plan.clone()),
                _ => {}
            }
            match desk.campaign(name, &before, &after, told) {
                Some((campaign, found)) => {
                    campaigns.push(campaign);
                    dangers.extend(found);
                }
                None => unchanged.push(name.clone()),
            }
        }
        dangers.extend(dangers::of_new_names(&gone, &new));
        let dangers = dangers::together(dangers);
        campaigns.sort_by(|a, b| b.affected().cmp(&a.affected()).then(a.name.cmp(&b.name)));
        Ok(Report {
            before: self.before.name.clone(),
            after: self.after.name.clone(),
            as_of: how.as_of.to_zoned(self.zone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
            databases: self.databases(),
            names: how.names,
            dangers,
            campaigns,
            unchanged,
            findings,
        })
    }

    fn databases(&self) -> Vec<String> {
        let all: BTreeSet<PathBuf> =
            self.before.databases().into_iter().chain(self.after.databases()).collect();
        let shown = |d: &PathBuf| d.strip_prefix(&self.project).unwrap_or(d).display().to_string();
        all.iter().filter(|d| d.exists()).map(shown).collect()
    }
}

/// The campaign files of a side, at or below these paths; what git ignores is no part of a review.
fn paths(repository: &Repository, files: &Files, asked: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in asked {
        match files {
            Files::Commit(tree) => found.extend(tree.campaign_files(path)),
            Files::Disk if !path.exists() => {}
            Files::Disk => found
                .extend(campaign_files(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?),
        }
    }
    if let Files::Disk = files {
        let ignored = repository.ignored(&found).map_err(|e| e.to_string())?;
        found.retain(|path| !ignored.contains(path));
    }
    Ok(found)
}

/// What every campaign is worked out with.
struct Desk<'a> {
    review: &'a Review,
    how: &'a How,
    frame: Frame<'a>,
    store: Store,
    state: Option<State>,
}

impl Desk<'_> {
    /// What changes in a campaign; none where nothing does for anybody.
    fn campaign(
        &self,
        name: &str,
        before: &Found,
        after: &Found,
        told: Told<'_>,
    ) -> Option<(Campaign, Vec<Danger>)> {
        let (old, new) = (before.planned(), after.planned());
        if let (Some(old), Some(new)) = (old, new)
            && old.essence == new.essence
        {
            return None;
        }
        let causes = self.causes(before.place(), after.place());
        let standing = (before.standing(), after.standing());
        let worked_out = old.is_some() || new.is_some();
        if !worked_out && standing.0 == standing.1 && causes.is_empty() {
            return None;
        }
        let (side, place) = match after.place() {
            Some(place) => (&self.review.after, place),
            None => (&self.review.before, before.place()?),
        };
        let steps = old.zip(new).map(|(old, new)| differing_steps(&old.plan, &new.plan)).unwrap_or_default();
        let mut campaign = Campaign {
            name: name.to_owned(),
            title: side.title(place),
            file: side.file_name(place.file),
            before: standing.0,
            after: standing.1,
            causes,
            steps,
            audience: None,
            mails: None,
            stopped: None,
        };
        if worked_out && let Err(error) = self.people(&mut campaign, old, new, told) {
            campaign.stopped.get_or_insert(error.to_string());
        }
        if [before, after].iter().any(|found| matches!(found, Found::Unplanned(..))) {
            self.bare_audiences(&mut campaign);
        }
        let dangers = dangers::of_campaign(&campaign, old, new);
        Some((campaign, dangers))
    }

    /// What was changed in the files; for a campaign that is on one side only that is all of it, and is not told.
    fn causes(&self, before: Option<Place>, after: Option<Place>) -> Vec<super::report::Cause> {
        let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
        let of = |side: &Side, place| declarations::of_campaign(&side.workspace.project, place);
        declarations::differences(&of(&self.review.before, before), &of(&self.review.after, after))
    }

    fn people(
        &self,
        campaign: &mut Campaign,
        old: Option<&Planned>,
        new: Option<&Planned>,
        told: Told<'_>,
    ) -> Result<(), RunError> {
        let mut stopped = None;
        let mut ready = |side: &Side, planned: Option<&Planned>| {
            let opened = self.ready(side, planned?);
            opened.map_err(|e| stopped = Some(format!("{}: {e}", side.name))).ok()
        };
        let before = ready(&self.review.before, old);
        let after = ready(&self.review.after, new);
        campaign.stopped = stopped;
        let (before, after) = (before.as_ref(), after.as_ref());
        // Nobody gets anything of a campaign that is not there; of one that cannot be worked out it is not known.
        let known =
            |standing: &Standing, side: Option<&Ready>| side.is_some() || *standing == Standing::Absent;
        let whole = known(&campaign.before, before) && known(&campaign.after, after);
        let Some(session) = after.or(before).map(|r| &r.session) else { return Ok(()) };
        let ids = |side: Option<&Ready>, standing: &Standing| match side {
            Some(side) => Some(Arc::clone(&side.audience)),
            None => (*standing == Standing::Absent).then(Arc::default),
        };
        let mut audience = people::audience(ids(before, &campaign.before), ids(after, &campaign.after));
        if self.how.names {
            audience.names = people::names(&session.shop, &people::examples(&audience))?;
        }
        campaign.audience = Some(audience);
        let mut compared = Compared::new(as_they_were(old, new), self.how.names);
        let (state, sample) = (self.state.as_ref(), self.how.sample);
        let mut mails = people::mails(before, after, whole, state, sample, &mut compared, told)?;
        if !whole {
            // Without the other side nobody starts or stops.
            mails.starts.clear();
            mails.stops.clear();
        }
        campaign.mails = Some(mails);
        Ok(())
    }

    /// The audiences alone, of a campaign that this version cannot work out: they can often be counted all the same.
    fn bare_audiences(&self, campaign: &mut Campaign) {
        let ids = |side: &Side, standing: &Standing| match standing {
            Standing::Absent => Some(Arc::default()),
            Standing::Broken => None,
            // What cannot be counted is not known, whatever the reason: the campaign's own was told.
            Standing::Unplanned(_) | Standing::Planned => {
                self.bare_audience(side, &campaign.name).ok().flatten()
            }
        };
        let before = ids(&self.review.before, &campaign.before);
        let after = ids(&self.review.after, &campaign.after);
        if before.is_some() || after.is_some() {
            campaign.audience = Some(people::audience(before, after));
        }
    }

    fn bare_audience(&self, side: &Side, name: &str) -> Result<Option<Arc<Vec<Key>>>, RunError> {
        let model = &side.workspace.checked.model;
        let Some(campaign) = model.campaigns.get(name) else { return Ok(None) };
        let Some(source) = model.sources.get(&campaign.source) else { return Ok(None) };
        let mut inliner = Inliner::new(model);
        let condition = inliner.expr(&campaign.audience);
        if !inliner.later.is_empty() {
            return Ok(None);
        }
        let shop = Shop::open(Arc::clone(&source.schema), self.how.as_of, self.records().as_deref())?;
        Ok(Some(Arc::new(shop.select(&condition)?)))
    }

    fn records(&self) -> Option<PathBuf> {
        Some(state_path(&self.review.project)).filter(|path| path.exists())
    }

    fn ready(&self, side: &Side, planned: &Planned) -> Result<Ready, RunError> {
        let (model, plan) = (&side.workspace.checked.model, planned.plan.clone());
        let session = Session::open(model, plan, self.records().as_deref(), &self.store)?;
        Ready::new(session, &self.store)
    }
}

/// The templates whose mails are worded as they were.
fn as_they_were(old: Option<&Planned>, new: Option<&Planned>) -> BTreeSet<String> {
    let Some((old, new)) = old.zip(new) else { return BTreeSet::new() };
    let same = new.wordings.iter().filter(|(template, hash)| old.wordings.get(*template) == Some(*hash));
    same.map(|(template, _)| template.clone()).collect()
}
