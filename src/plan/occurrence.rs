//! Which occurrence of a campaign a run is: the latest slot of its `send:` at or before `as_of`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::syntax::tree::{Cadence, Schedule, SendTime, Weekday};

/// A slot of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The occurrence's name: `once`, a date, or a date with a time.
    pub name: String,
    /// The civil time, in the shop's zone or each recipient's own.
    pub at: DateTime,
    /// Whether it is each recipient's own.
    pub local: bool,
}

/// Where `as_of` stands in a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The latest slot so far.
    At(Slot),
    /// Before the first slot, which is this one.
    Before(Slot),
}

/// The latest slot at or before `as_of`, reckoned in the shop's zone; the first slot where there was none yet.
pub fn standing(schedule: &Schedule, as_of: Timestamp, zone: &TimeZone) -> Option<Standing> {
    let now = as_of.to_zoned(zone.clone()).datetime();
    let last_day = schedule.until.map_or(Date::MAX, |(date, _)| date);
    let slot = |name: String, at: DateTime| Slot { name, at, local: schedule.local };
    let daily = |fits: &dyn Fn(Date) -> bool, time: Time| {
        let mut day = now.date().min(last_day);
        // A month and a bit: every weekly and monthly schedule has a slot within.
        for _ in 0..=62 {
            if fits(day) && day.to_datetime(time) <= now {
                return Some(Standing::At(slot(day.to_string(), day.to_datetime(time))));
            }
            day = day.yesterday().ok()?;
        }
        None
    };
    match &schedule.cadence {
        Cadence::Broken => None,
        Cadence::Once(at) if *at <= now => Some(Standing::At(slot("once".to_owned(), *at))),
        Cadence::Once(at) => Some(Standing::Before(slot("once".to_owned(), *at))),
        Cadence::Daily(time) => daily(&|_| true, time_of(*time)),
        Cadence::Weekly(days, time) => daily(&|d| days.contains(&weekday(d)), time_of(*time)),
        Cadence::Monthly(day, time) => daily(&|d| is_day(d, *day), time_of(*time)),
        Cadence::Every(length) => {
            let seconds = (i64::from(length.count) * length.unit.seconds()).max(1);
            let at = as_of.as_second().div_euclid(seconds) * seconds;
            let at = Timestamp::from_second(at).ok()?.to_zoned(zone.clone()).datetime();
            let at = at.min(last_day.tomorrow().map_or(at, |d| d.at(0, 0, 0, 0)));
            Some(Standing::At(slot(at.strftime("%Y-%m-%dT%H:%M").to_string(), at)))
        }
    }
}

/// The first slot at or after a civil time; none where the schedule has ended by then.
pub fn first_from(schedule: &Schedule, from: DateTime) -> Option<Slot> {
    let last_day = schedule.until.map_or(Date::MAX, |(date, _)| date);
    let fits = |at: DateTime| at >= from && at.date() <= last_day;
    let daily = |on: &dyn Fn(Date) -> bool, time: Time| {
        // A month and a bit: every weekly and monthly schedule has a slot within.
        from.date()
            .series(jiff::Span::new().days(1))
            .take(62)
            .filter(|d| on(*d))
            .map(|d| d.to_datetime(time))
            .find(|at| fits(*at))
    };
    let at = match &schedule.cadence {
        Cadence::Broken => None,
        Cadence::Once(at) => Some(*at).filter(|at| fits(*at)),
        Cadence::Daily(time) => daily(&|_| true, time_of(*time)),
        Cadence::Weekly(days, time) => daily(&|d| days.contains(&weekday(d)), time_of(*time)),
        Cadence::Monthly(day, time) => daily(&|d| is_day(d, *day), time_of(*time)),
        Cadence::Every(length) => {
            let seconds = (i64::from(length.count) * length.unit.seconds()).max(1);
            let civil = from.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            let next = Timestamp::from_second(civil.div_euclid(seconds) * seconds).ok()?;
            let next = next.to_zoned(TimeZone::UTC).datetime();
            let next =
                if next < from { next.checked_add(jiff::Span::new().seconds(seconds)).ok()? } else { next };
            Some(next).filter(|at| fits(*at))
        }
    };
    at.map(|at| Slot { name: at.strftime("%Y-%m-%dT%H:%M").to_string(), at, local: schedule.local })
}

/// The time of day of a slot; of a best hour the earliest, from which each recipient's own is counted.
fn time_of(time: SendTime) -> Time {
    match time {
        SendTime::At(time) | SendTime::BestHour(time, _) => time,
    }
}

fn weekday(date: Date) -> Weekday {
    Weekday(date.weekday().to_monday_one_offset().unsigned_abs())
}

/// Whether a date is the month's given day; a day past the month's end is its last day.
fn is_day(date: Date, day: u8) -> bool {
    let last = date.last_of_month().day();
    let wanted = i8::try_from(day).unwrap_or(31).min(last);
    date.day() == wanted
}

/// When a recipient's message is due: the slot in the recipient's or the shop's zone, but never before `as_of`.
pub fn due(
    slot: Option<&(DateTime, bool)>,
    as_of: Timestamp,
    shop: &TimeZone,
    recipient: &TimeZone,
) -> Timestamp {
    let Some((at, local)) = slot else { return as_of };
    let zone = if *local { recipient } else { shop };
    at.to_zoned(zone.clone()).map_or(as_of, |z| z.timestamp()).max(as_of)
}

/// How long before a moment, in words: for messages about what comes first.
pub fn days_until(from: Timestamp, slot: &Slot, zone: &TimeZone) -> i64 {
    let at = slot.at.to_zoned(zone.clone()).map_or(from, |z| z.timestamp());
    (at.as_second() - from.as_second()) / 86_400
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{FileId, Span};

    fn schedule(cadence: Cadence) -> Schedule {
        Schedule { cadence, local: false, until: None, span: Span::new(FileId(0), 0, 0) }
    }

    fn nine() -> SendTime {
        SendTime::At(jiff::civil::time(9, 0, 0, 0))
    }

    #[test]
    fn a_weekly_run_belongs_to_the_last_such_day() {
        let friday: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let at = |s: Option<Standing>| match s {
            Some(Standing::At(slot)) => slot.name,
            other => format!("{other:?}"),
        };
        assert_eq!(
            at(standing(&schedule(Cadence::Weekly(vec![Weekday(1)], nine())), friday, &TimeZone::UTC)),
            "2026-11-16"
        );
        assert_eq!(at(standing(&schedule(Cadence::Daily(nine())), friday, &TimeZone::UTC)), "2026-11-19");
        assert_eq!(
            at(standing(&schedule(Cadence::Monthly(31, nine())), friday, &TimeZone::UTC)),
            "2026-10-31"
        );
    }

    #[test]
    fn a_version_leaves_at_its_own_first_slot_that_is_not_before_the_campaigns() {
        let thursday = jiff::civil::datetime(2026, 11, 19, 18, 0, 0, 0);
        let first = |cadence| first_from(&schedule(cadence), thursday).map(|s| s.at.to_string());
        assert_eq!(first(Cadence::Daily(nine())).unwrap(), "2026-11-20T09:00:00");
        assert_eq!(
            first(Cadence::Weekly(vec![Weekday(4)], SendTime::At(jiff::civil::time(18, 0, 0, 0)))).unwrap(),
            "2026-11-19T18:00:00"
        );
        assert_eq!(first(Cadence::Monthly(31, nine())).unwrap(), "2026-11-30T09:00:00");
        let length = |count| crate::syntax::tree::Length { count, unit: crate::syntax::tree::Unit::Hours };
        assert_eq!(first(Cadence::Every(length(4))).unwrap(), "2026-11-19T20:00:00");
        assert_eq!(first(Cadence::Once(thursday)).unwrap(), "2026-11-19T18:00:00");
        assert_eq!(first(Cadence::Once(jiff::civil::datetime(2026, 11, 1, 0, 0, 0, 0))), None);
    }

    #[test]
    fn before_the_only_slot_there_is_no_run_yet() {
        let early: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let once = schedule(Cadence::Once(jiff::civil::datetime(2026, 12, 1, 9, 0, 0, 0)));
        assert!(matches!(standing(&once, early, &TimeZone::UTC), Some(Standing::Before(_))));
    }

    #[test]
    fn after_the_last_day_the_last_slot_stays_the_occurrence() {
        let late: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let until = Some((jiff::civil::date(2026, 11, 10), Span::new(FileId(0), 0, 0)));
        let daily = Schedule { until, ..schedule(Cadence::Daily(nine())) };
        assert!(
            matches!(standing(&daily, late, &TimeZone::UTC), Some(Standing::At(s)) if s.name == "2026-11-10")
        );
    }
}
