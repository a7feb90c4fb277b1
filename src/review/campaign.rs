//! One campaign on both sides.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::compare::How;
use super::dangers;
use super::declarations::{self, Place};
use super::mails::Compared;
use super::opened::Review;
use super::people::{self, Ready, Told};
use super::planned::{Frame, Planned, differing_steps};
use super::report::{Audience, Campaign, Cause, Danger, Standing};
use super::side::{Found, Side};
use crate::data::Key;
use crate::deliver::State;
use crate::deliver::state::state_path;
use crate::plan::{Inliner, Plan};
use crate::run::shop::Shop;
use crate::run::{RunError, Session, Store};

/// What every campaign is worked out with.
pub struct Desk<'a> {
    /// Both sides.
    pub review: &'a Review,
    /// How they are compared.
    pub how: &'a How,
    /// What plans are compiled with.
    pub frame: Frame<'a>,
    /// Where results are kept, of both sides.
    pub store: Store,
    /// The records, if there are any.
    pub state: Option<State>,
}

/// What was found of a campaign in which something changes.
pub struct Different {
    /// It.
    pub campaign: Campaign,
    /// What endangers people.
    pub dangers: Vec<Danger>,
    /// Its plan where it is on the older side only.
    pub gone: Option<Plan>,
    /// Its plan where it is on the newer side only.
    pub new: Option<Plan>,
}

/// A campaign on one side.
struct One<'s> {
    side: &'s Side,
    found: Found,
}

impl Desk<'_> {
    /// What changes in a campaign; none where nothing does for anybody.
    pub fn campaign(
        &self,
        name: &str,
        before: Option<Place>,
        after: Option<Place>,
        told: Told<'_>,
    ) -> Option<Different> {
        let one = |side, place: Option<Place>| self.one(side, place);
        if is_same(&one(&self.review.before, before), &one(&self.review.after, after)) {
            return None;
        }
        let alone = |newer, place: Option<Place>| self.review.alone(newer, place?);
        let (old, new) = (alone(false, before), alone(true, after));
        let before = old.as_ref().map_or_else(|| one(&self.review.before, before), |o| one(&o.0, Some(o.1)));
        let after = new.as_ref().map_or_else(|| one(&self.review.after, after), |o| one(&o.0, Some(o.1)));
        if is_same(&before, &after) {
            return None;
        }
        self.different(name, &before, &after, told)
    }

    fn one<'s>(&self, side: &'s Side, place: Option<Place>) -> One<'s> {
        One { side, found: side.find(place, &self.frame) }
    }

    fn different(&self, name: &str, before: &One<'_>, after: &One<'_>, told: Told<'_>) -> Option<Different> {
        let shown = if after.found.place().is_some() { after } else { before };
        let place = shown.found.place()?;
        let (old, new) = (before.found.planned(), after.found.planned());
        let steps = old.zip(new).map(|(old, new)| differing_steps(&old.plan, &new.plan));
        let mut campaign = Campaign {
            name: name.to_owned(),
            title: shown.side.title(place),
            file: shown.side.file_name(place.file),
            before: before.found.standing(),
            after: after.found.standing(),
            causes: causes(before, after),
            steps: steps.unwrap_or_default(),
            audience: None,
            mails: None,
            stopped: None,
        };
        if (old.is_some() || new.is_some())
            && let Err(error) = self.people(&mut campaign, before, after, told)
        {
            campaign.stopped.get_or_insert(error.to_string());
        }
        if [before, after].iter().any(|one| matches!(one.found, Found::Unplanned(..))) {
            campaign.audience = self.bare_audiences(before, after).or(campaign.audience);
        }
        let dangers = dangers::of_campaign(&campaign, old, new);
        let only = |planned: Option<&Planned>, other: &Standing| {
            planned.filter(|_| *other == Standing::Absent).map(|p| p.plan.clone())
        };
        let (gone, new) = (only(old, &campaign.after), only(new, &campaign.before));
        Some(Different { campaign, dangers, gone, new })
    }

    fn people(
        &self,
        campaign: &mut Campaign,
        old: &One<'_>,
        new: &One<'_>,
        told: Told<'_>,
    ) -> Result<(), RunError> {
        let mut stopped = None;
        let mut ready = |one: &One<'_>| {
            let opened = self.ready(one.side, one.found.planned()?);
            opened.map_err(|e| stopped = Some(format!("{}: {e}", one.side.name))).ok()
        };
        let (before, after) = (ready(old), ready(new));
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
        let mut compared =
            Compared::new(as_they_were(old.found.planned(), new.found.planned()), self.how.names);
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
    fn bare_audiences(&self, before: &One<'_>, after: &One<'_>) -> Option<Audience> {
        let ids = |one: &One<'_>| match &one.found {
            Found::Absent => Some(Arc::default()),
            Found::Broken(_) => None,
            // What cannot be counted is not known, whatever the reason: the campaign's own was told.
            Found::Unplanned(place, _) | Found::Planned(place, _) => {
                self.bare_audience(one.side, *place).ok().flatten()
            }
        };
        let (before, after) = (ids(before), ids(after));
        (before.is_some() || after.is_some()).then(|| people::audience(before, after))
    }

    fn bare_audience(&self, side: &Side, place: Place) -> Result<Option<Arc<Vec<Key>>>, RunError> {
        let model = &side.workspace.checked.model;
        let Some(campaign) = side.label(place).and_then(|label| model.campaigns.get(&label)) else {
            return Ok(None);
        };
        let Some(source) = model.sources.get(&campaign.source) else { return Ok(None) };
        let mut inliner = Inliner::new(model);
        let condition = inliner.expr(&campaign.audience);
        if !inliner.later.is_empty() {
            return Ok(None);
        }
        let shop = Shop::open(
            Arc::clone(&source.schema),
            self.frame.instants.of(source),
            self.records().as_deref(),
        )?;
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

/// Whether nothing is decided otherwise; of what cannot be worked out on either side, whether it is written as it was.
fn is_same(before: &One<'_>, after: &One<'_>) -> bool {
    match (before.found.planned(), after.found.planned()) {
        (Some(old), Some(new)) => old.essence == new.essence,
        (None, None) => before.found.standing() == after.found.standing() && causes(before, after).is_empty(),
        _ => false,
    }
}

/// What was changed in the files; for a campaign that is on one side only that is all of it, and is not told.
fn causes(before: &One<'_>, after: &One<'_>) -> Vec<Cause> {
    let of = |one: &One<'_>| Some(declarations::of_campaign(&one.side.workspace.project, one.found.place()?));
    of(before).zip(of(after)).map(|(old, new)| declarations::differences(&old, &new)).unwrap_or_default()
}
