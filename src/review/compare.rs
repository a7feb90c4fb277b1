//! Every campaign of either side compared, and what is found put in order.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::campaign::Desk;
use super::moment::{Instants, Moment};
use super::opened::Review;
use super::people::Told;
use super::planned::Frame;
use super::report::Report;
use super::{dangers, findings};
use crate::deliver::State;
use crate::run::{RunError, Store};

/// How two sides are compared.
#[derive(Debug, Clone)]
pub struct How {
    /// The instant that both are worked out for.
    pub as_of: Moment,
    /// The seed of all randomness.
    pub seed: u64,
    /// At most so many customers of a campaign are taken through its gates.
    pub sample: usize,
    /// Whether people's names are shown.
    pub names: bool,
}

impl Review {
    /// Compares the sides.
    ///
    /// # Errors
    /// The records cannot be read. What concerns one campaign is told with that campaign.
    pub fn compare(&self, how: &How, told: Told<'_>) -> Result<Report, RunError> {
        let state = State::open_read_only(&self.project)?;
        let prints = RefCell::default();
        let instants = Instants::new(how.as_of, &self.before, &self.after);
        let desk = Desk {
            review: self,
            how,
            frame: Frame { instants: &instants, seed: how.seed, prints: &prints },
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
            let found = desk.campaign(name, places.0.get(name).copied(), places.1.get(name).copied(), told);
            let Some(found) = found else {
                unchanged.push(name.clone());
                continue;
            };
            gone.extend(found.gone);
            new.extend(found.new);
            dangers.extend(found.dangers);
            campaigns.push(found.campaign);
        }
        dangers.extend(dangers::of_new_names(&gone, &new));
        campaigns.sort_by(|a, b| b.affected().cmp(&a.affected()).then(a.name.cmp(&b.name)));
        Ok(Report {
            before: self.before.name.clone(),
            after: self.after.name.clone(),
            as_of: instants.shown(),
            databases: self.databases(),
            names: how.names,
            dangers: dangers::together(dangers),
            campaigns,
            unchanged,
            findings,
        })
    }
}
