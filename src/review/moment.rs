//! The instant that both sides are worked out for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::side::Side;
use crate::check::model::Source;

/// The instant as it is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// This one, wherever the shop is.
    Instant(Timestamp),
    /// When the clocks of each shop say this.
    Local(DateTime),
}

/// The instant of every source: where the sides set another zone for one, the newer side's, so that both are worked out for one.
pub(super) struct Instants {
    moment: Moment,
    zones: BTreeMap<String, TimeZone>,
}

impl Instants {
    pub fn new(moment: Moment, before: &Side, after: &Side) -> Self {
        let sources = |side: &Side| side.workspace.checked.model.sources.clone().into_values();
        let zones = sources(before).chain(sources(after)).map(|s| (s.label, s.schema.timezone.clone()));
        Self { moment, zones: zones.collect() }
    }

    /// The instant for a source, in whole seconds.
    pub fn of(&self, source: &Source) -> Timestamp {
        self.within(self.zones.get(&source.label).unwrap_or(&source.schema.timezone))
    }

    fn within(&self, zone: &TimeZone) -> Timestamp {
        let at = match self.moment {
            Moment::Instant(at) => at,
            // Only what lies past the year 9999 is no instant.
            Moment::Local(time) => time.to_zoned(zone.clone()).map_or(Timestamp::MAX, |z| z.timestamp()),
        };
        Timestamp::from_second(at.as_second()).unwrap_or(at)
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        let names: BTreeSet<_> = self.zones.values().map(TimeZone::iana_name).collect();
        match self.moment {
            Moment::Local(time) if names.len() > 1 => {
                format!("{} in the zone of each source", time.strftime("%Y-%m-%d %H:%M"))
            }
            _ => {
                let zone = self.zones.values().next().cloned().unwrap_or(TimeZone::UTC);
                self.within(&zone).to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
            }
        }
    }
}
