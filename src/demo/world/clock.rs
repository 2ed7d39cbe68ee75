//! When things happen: working hours, quiet weekends, a burst now and then.
//!
//! All times are UTC milliseconds. Nothing here asks the machine what time it is.

use chrono::{Datelike, Timelike, Weekday};

use super::random::{Random, derive};
use crate::domain::Timestamp;

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// How far back the world remembers.
pub(super) const DAYS: i64 = 120;

/// How much happens in each hour of a working day, UTC: a team between Lisbon and Bengaluru, and jobs at
/// two in the morning.
const WORKING_DAY: [u64; 24] =
    [1, 1, 4, 1, 2, 6, 14, 26, 46, 60, 64, 54, 40, 54, 66, 62, 50, 34, 22, 16, 11, 8, 5, 2];

/// How much happens in each hour of a weekend: hardly more than jobs.
const WEEKEND: [u64; 24] = [1, 1, 4, 1, 1, 1, 1, 2, 2, 3, 3, 2, 2, 2, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1];

/// Whether people are at work.
pub(super) fn at_work(time: i64) -> bool {
    let time = Timestamp::from_millis(time).utc();
    !is_weekend(time.weekday()) && (6..20).contains(&time.hour())
}

fn is_weekend(day: Weekday) -> bool {
    matches!(day, Weekday::Sat | Weekday::Sun)
}

/// `count` times from `start` on, over [`DAYS`] days, oldest first.
pub(super) fn times(seed: u64, start: i64, count: usize) -> Vec<i64> {
    let mut total = 0;
    let hours: Vec<u64> = (0..DAYS * 24)
        .map(|hour| {
            total += weight(seed, start.saturating_add(hour * HOUR));
            total
        })
        .collect();
    let mut random = Random::new(derive(&[seed, 0x7131]));
    let mut times: Vec<i64> = (0..count)
        .map(|_| {
            let roll = random.below(total);
            let hour = hours.partition_point(|sum| *sum <= roll) as i64;
            start.saturating_add(hour * HOUR + random.below(HOUR as u64) as i64)
        })
        .collect();
    times.sort_unstable();
    times
}

fn weight(seed: u64, hour: i64) -> u64 {
    let time = Timestamp::from_millis(hour).utc();
    let day = if is_weekend(time.weekday()) { &WEEKEND } else { &WORKING_DAY };
    let usual = day[time.hour() as usize];
    // One hour in sixty is a release or a clean-up.
    if derive(&[seed, hour as u64]).is_multiple_of(60) { usual * 5 } else { usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, 2026-07-06T00:00:00Z.
    const MONDAY: i64 = 1_783_296_000_000;

    #[test]
    fn times_are_sorted_inside_the_span_and_as_many_as_asked_for() {
        for count in [0, 1, 5_000] {
            let times = times(3, MONDAY, count);
            assert_eq!(times.len(), count);
            assert!(times.is_sorted());
            assert!(times.iter().all(|t| (MONDAY..MONDAY + DAYS * DAY).contains(t)));
        }
    }

    #[test]
    fn weekends_and_nights_are_quiet() {
        let times = times(3, MONDAY, 10_000);
        let weekend = times.iter().filter(|t| (**t - MONDAY) / DAY % 7 >= 5).count();
        let work = times.iter().filter(|t| at_work(**t)).count();
        assert!((50..1_000).contains(&weekend), "{weekend}");
        assert!((8_000..10_000).contains(&work), "{work}");
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_trouble() {
        assert_eq!(times(1, i64::MAX - 5, 20).len(), 20);
        assert_eq!(times(1, i64::MIN, 20).len(), 20);
    }
}
