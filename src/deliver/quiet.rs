//! Quiet hours: when, by the recipient's own clock, a shop may not write.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A daily span of local time, from `from` up to but not including `to`; it may pass midnight (`21:00..08:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    to: Time,
}

impl QuietHours {
    /// Quiet hours between two local times; `None` if they are the same, since the day would have no hour left (or none quiet).
    pub fn new(from: Time, to: Time) -> Option<Self> {
        (from != to).then_some(Self { from, to })
    }

    /// Whether a local time of day is quiet.
    pub fn covers(&self, time: Time) -> bool {
        if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }

    /// The first instant at or after `at` that is not quiet in `zone`.
    ///
    /// Right across daylight saving: where the end of the quiet span is skipped by the clock, that is the instant of the change;
    /// where the clock goes back into the quiet span, it is the end's second coming.
    pub fn due(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let mut due = at;
        // Once is enough on almost every day. The clock may be set back into the quiet span at the very end of it, hence the loop;
        // no zone does that twice in a row.
        for _ in 0..3 {
            let local = zone.to_datetime(due);
            if !self.covers(local.time()) {
                break;
            }
            due = self.end_after(due, local, zone);
        }
        due
    }

    /// The first instant after `at` (whose local time is `local`, in the quiet span) at which the span ends.
    fn end_after(&self, at: Timestamp, local: DateTime, zone: &TimeZone) -> Timestamp {
        let today = local.date();
        let day = if local.time() < self.to { today } else { today.tomorrow().unwrap_or(today) };
        let end = day.to_datetime(self.to);
        let reach = |offset: jiff::tz::Offset| offset.to_timestamp(end).unwrap_or(at);
        match zone.to_ambiguous_timestamp(end).offset() {
            AmbiguousOffset::Unambiguous { offset } => reach(offset).max(at),
            // Read with the offset after the change, a skipped time lies before the change.
            AmbiguousOffset::Gap { after, .. } => {
                zone.following(reach(after)).next().map_or(at, |change| change.timestamp()).max(at)
            }
            AmbiguousOffset::Fold { before, after } => {
                let first = reach(before);
                if first > at { first } else { reach(after).max(at) }
            }
        }
    }
}

/// The zone of a recipient: the one named, or the shop's if there is no name or no zone of that name (so that one customer's bad zone
/// never holds up the others).
pub fn recipient_zone(name: Option<&str>, shop: &TimeZone) -> TimeZone {
    name.map(str::trim)
        .filter(|name| !name.is_empty())
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or_else(|| shop.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, civil::time};
    use proptest::prelude::*;

    fn hours(from: (i8, i8), to: (i8, i8)) -> QuietHours {
        QuietHours::new(time(from.0, from.1, 0, 0), time(to.0, to.1, 0, 0)).unwrap()
    }

    fn due(quiet: QuietHours, at: &str, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        quiet.due(at.parse().unwrap(), &zone).to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    #[test]
    fn a_mail_of_the_night_waits_for_the_morning_by_the_recipients_clock() {
        let quiet = hours((21, 0), (8, 0));
        // 22:30 in Shanghai; at the same instant it is 14:30 in London.
        assert_eq!(due(quiet, "2026-12-01T14:30:00Z", "Asia/Shanghai"), "2026-12-02 08:00:00 +08:00");
        assert_eq!(due(quiet, "2026-12-01T14:30:00Z", "Europe/London"), "2026-12-01 14:30:00 +00:00");
        assert_eq!(due(quiet, "2026-11-30T18:00:00Z", "Asia/Shanghai"), "2026-12-01 08:00:00 +08:00");
    }

    #[test]
    fn the_span_holds_its_first_instant_and_not_its_last() {
        let quiet = hours((21, 0), (8, 0));
        assert_eq!(due(quiet, "2026-12-01T20:59:59Z", "UTC"), "2026-12-01 20:59:59 +00:00");
        assert_eq!(due(quiet, "2026-12-01T21:00:00Z", "UTC"), "2026-12-02 08:00:00 +00:00");
        assert_eq!(due(quiet, "2026-12-02T08:00:00Z", "UTC"), "2026-12-02 08:00:00 +00:00");
        let noon = hours((12, 0), (13, 30));
        assert_eq!(due(noon, "2026-12-01T12:00:00Z", "UTC"), "2026-12-01 13:30:00 +00:00");
        assert!(QuietHours::new(time(8, 0, 0, 0), time(8, 0, 0, 0)).is_none());
    }

    #[test]
    fn a_night_with_a_change_of_clocks_still_ends_at_the_hour_it_says() {
        let quiet = hours((21, 0), (8, 0));
        // Berlin 2026: 29 March 02:00 becomes 03:00; 25 October 03:00 becomes 02:00.
        assert_eq!(due(quiet, "2026-03-28T21:00:00Z", "Europe/Berlin"), "2026-03-29 08:00:00 +02:00");
        assert_eq!(due(quiet, "2026-10-24T20:00:00Z", "Europe/Berlin"), "2026-10-25 08:00:00 +01:00");
    }

    #[test]
    fn an_end_that_the_clock_skips_is_the_instant_of_the_change() {
        let quiet = hours((21, 0), (2, 30));
        assert_eq!(due(quiet, "2026-03-29T00:30:00Z", "Europe/Berlin"), "2026-03-29 03:00:00 +02:00");
    }

    #[test]
    fn an_end_that_comes_twice_is_the_first_one_still_to_come() {
        let quiet = hours((21, 0), (2, 30));
        assert_eq!(due(quiet, "2026-10-24T23:50:00Z", "Europe/Berlin"), "2026-10-25 02:30:00 +02:00");
        // 02:45 summer time is not quiet; 02:10 winter time, half an hour later, is again.
        assert_eq!(due(quiet, "2026-10-25T00:45:00Z", "Europe/Berlin"), "2026-10-25 02:45:00 +02:00");
        assert_eq!(due(quiet, "2026-10-25T01:10:00Z", "Europe/Berlin"), "2026-10-25 02:30:00 +01:00");
    }

    #[test]
    fn a_day_that_a_zone_leaves_out_does_not_lose_the_mail() {
        // Samoa had no 30 December 2011.
        let quiet = hours((21, 0), (8, 0));
        assert_eq!(due(quiet, "2011-12-30T09:00:00Z", "Pacific/Apia"), "2011-12-31 08:00:00 +14:00");
    }

    #[test]
    fn a_recipient_without_a_known_zone_has_the_shops() {
        let shop = TimeZone::get("Asia/Shanghai").unwrap();
        for name in [None, Some(""), Some("Mars/Olympus"), Some("../../etc/passwd")] {
            assert_eq!(recipient_zone(name, &shop).iana_name(), Some("Asia/Shanghai"), "{name:?}");
        }
        assert_eq!(recipient_zone(Some(" Europe/Berlin "), &shop).iana_name(), Some("Europe/Berlin"));
    }

    proptest! {
        /// The due instant is never quiet, never early, and nothing between was free.
        #[test]
        fn the_first_free_minute_is_taken(
            minute in 0_i64..(3 * 365 * 24 * 60),
            from in 0_i64..1440,
            length in 1_i64..1380,
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/St_Johns"]),
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let of_day = |minutes: i64| time((minutes / 60 % 24) as i8, (minutes % 60) as i8, 0, 0);
            let quiet = QuietHours::new(of_day(from), of_day(from + length)).unwrap();
            let at = Timestamp::from_second(1_750_000_020 + minute * 60).unwrap();
            let due = quiet.due(at, &zone);
            prop_assert!(due >= at);
            prop_assert!(!quiet.covers(zone.to_datetime(due).time()));
            let mut before = at;
            while before < due {
                prop_assert!(quiet.covers(zone.to_datetime(before).time()));
                before += SignedDuration::from_mins(1);
            }
        }
    }
}
