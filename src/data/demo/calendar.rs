//! The two years of the demo shop: its days, sale seasons, and the seasons of its categories.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use rand::Rng;

use super::draw::Draw;

/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// How many days of history there are.
pub const DAYS: usize = 730;
/// [`super::END`] in Unix seconds.
pub const END_SECONDS: i64 = 1_795_104_000;
/// The first second of the history.
pub const START_SECONDS: i64 = END_SECONDS - DAYS as i64 * DAY;
/// Shanghai is eight hours ahead of UTC all year.
pub const SHANGHAI: i64 = 8 * 3_600;

/// One day of the shop, in Shanghai.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// Month, 1 to 12.
    pub month: i8,
    /// How strong the day's sale is, from 0 (none) to 1 (11 November).
    pub sale: f64,
}

/// The days of the history and how busy each is.
pub struct Calendar {
    days: Vec<Day>,
    usual: Vec<f64>,
    sales: Vec<f64>,
}

impl Calendar {
    /// The shop's two years.
    pub fn new() -> Self {
        let mut calendar = Self { days: Vec::with_capacity(DAYS), usual: vec![0.0], sales: vec![0.0] };
        let (mut usual, mut sales) = (0.0, 0.0);
        for index in 0..DAYS {
            let on = date_of(START_SECONDS + index as i64 * DAY);
            let sale = sale(on);
            let weekend = if on.weekday().to_monday_zero_offset() >= 5 { 1.25 } else { 1.0 };
            // The shop grew by half over the two years.
            let growth = 1.0 + 0.5 * index as f64 / DAYS as f64;
            usual += weekend * growth * (1.0 + 0.9 * sale);
            sales += weekend * growth * (0.35 + 3.6 * sale);
            calendar.days.push(Day { month: on.month(), sale });
            calendar.usual.push(usual);
            calendar.sales.push(sales);
        }
        calendar
    }

    /// A day by its index; the last one beyond the end.
    pub fn day(&self, index: usize) -> Day {
        self.days[index.min(DAYS - 1)]
    }

    /// The day an instant falls on; instants before the history count as its first day.
    pub fn day_of(&self, at: i64) -> Day {
        self.day(usize::try_from((at - START_SECONDS) / DAY).unwrap_or(0))
    }

    /// A day from `from` up to but not including `to`, busier days more often. Bargain hunters come for the sales.
    pub fn pick(&self, rng: &mut impl Rng, from: usize, to: usize, hunter: bool) -> usize {
        let running = if hunter { &self.sales } else { &self.usual };
        let aim = rng.between(running[from], running[to]);
        (running.partition_point(|&sum| sum <= aim) - 1).clamp(from, to - 1)
    }

    /// How busy the days from `from` to `to` are, as a share of the whole history.
    pub fn share(&self, from: usize, to: usize, hunter: bool) -> f64 {
        let running = if hunter { &self.sales } else { &self.usual };
        (running[to] - running[from]) / running[DAYS]
    }
}

/// The date in Shanghai at an instant in Unix seconds.
pub fn date_of(at: i64) -> Date {
    let clock = Timestamp::from_second(at + SHANGHAI).unwrap_or(Timestamp::UNIX_EPOCH);
    clock.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// How strong the sale on a date is: 6.18, 11.11, 12.12 and the weeks before Chinese New Year.
fn sale(on: Date) -> f64 {
    const NEW_YEARS: [Date; 2] = [date(2025, 1, 29), date(2026, 2, 17)];
    match (on.month(), on.day()) {
        (11, 11) => 1.0,
        (6, 18) | (12, 12) => 0.9,
        (11, 1..=10) | (6, 1..=17) => 0.55,
        (12, 10..=11) => 0.5,
        _ if NEW_YEARS.iter().any(|&new_year| on < new_year && days_between(on, new_year) <= 14) => 0.5,
        _ => 0.0,
    }
}

fn days_between(earlier: Date, later: Date) -> i64 {
    earlier.duration_until(later).as_secs() / DAY
}

/// When in the year a category is wanted.
#[derive(Debug, Clone, Copy)]
pub enum Season {
    /// All year.
    Always,
    /// Spring and autumn.
    Mild,
    /// Winter.
    Cold,
    /// New Year's resolutions and the weeks before summer.
    Fit,
}

impl Season {
    /// How much a month (1 to 12) is wanted against an average one.
    pub fn weight(self, month: i8) -> f64 {
        let month = usize::try_from(month - 1).unwrap_or(0).min(11);
        match self {
            Self::Always => 1.0,
            Self::Mild => [0.5, 0.6, 1.2, 1.7, 1.7, 1.1, 0.7, 0.7, 1.3, 1.6, 0.9, 0.4][month],
            Self::Cold => [2.4, 1.7, 0.8, 0.3, 0.2, 0.1, 0.1, 0.2, 0.4, 1.0, 2.0, 2.6][month],
            Self::Fit => [1.7, 1.3, 1.2, 1.1, 1.2, 1.0, 0.8, 0.7, 0.9, 0.8, 0.7, 0.7][month],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::demo::END;
    use crate::data::demo::draw::{Purpose, stream};

    #[test]
    fn the_end_is_midnight_in_shanghai() {
        let end: Timestamp = END.parse().unwrap();
        assert_eq!(end.as_second(), END_SECONDS);
        assert_eq!(date_of(END_SECONDS), date(2026, 11, 20));
        assert_eq!(date_of(END_SECONDS - 1), date(2026, 11, 19));
    }

    #[test]
    fn sales_draw_bargain_hunters() {
        let calendar = Calendar::new();
        let mut rng = stream(1, Purpose::History, 9);
        let mut on_sale = |hunter| {
            let days = (0..2000).map(|_| calendar.pick(&mut rng, 0, DAYS, hunter));
            days.filter(|&day| calendar.day(day).sale > 0.0).count()
        };
        let (hunters, others) = (on_sale(true), on_sale(false));
        assert!(hunters > 2 * others, "{hunters} against {others}");
    }

    #[test]
    fn a_pick_stays_inside_its_window() {
        let calendar = Calendar::new();
        let mut rng = stream(1, Purpose::History, 8);
        assert!(
            (0..1000).map(|_| calendar.pick(&mut rng, 700, 703, false)).all(|day| (700..703).contains(&day))
        );
    }
}
