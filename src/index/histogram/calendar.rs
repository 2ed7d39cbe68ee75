//! Cutting a span of time along the calendar of a zone.
//!
//! Hours and shorter ones go by the clock that runs, so that a day of 25 hours has 25 of them; several hours,
//! days and longer ones by the clock on the wall, so that each begins where people expect it.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::domain::{OffsetAt, Span, Timestamp, Unit, civil, instant};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The lengths that bars can have, shortest first. Beyond them, tens of years and so on.
const UNITS: &[Unit] = &[
    Unit { count: 1, of: Span::Minute },
    Unit { count: 5, of: Span::Minute },
    Unit { count: 15, of: Span::Minute },
    Unit { count: 1, of: Span::Hour },
    Unit { count: 3, of: Span::Hour },
    Unit { count: 6, of: Span::Hour },
    Unit { count: 12, of: Span::Hour },
    Unit { count: 1, of: Span::Day },
    Unit { count: 1, of: Span::Week },
    Unit { count: 1, of: Span::Month },
    Unit { count: 3, of: Span::Month },
    Unit { count: 1, of: Span::Year },
];

/// More bars than anyone can look at are not made, whatever is asked for.
const MOST: usize = 10_000;

/// The unit and the edges of the bars that cover `span`, both ends included. Without a unit the shortest is
/// taken that makes no more than `at_most` bars.
pub(super) fn cut(
    span: Option<(Timestamp, Timestamp)>,
    unit: Option<Unit>,
    at_most: usize,
    offset_at: &OffsetAt<'_>,
) -> (Unit, Vec<Timestamp>) {
    let Some((from, to)) = span.filter(|(from, to)| from <= to) else {
        return (unit.unwrap_or(UNITS[0]), Vec::new());
    };
    if let Some(unit) = unit {
        return (unit, edges(unit, from, to, MOST, offset_at).unwrap_or_default());
    }
    let years = (1..).map(|power| Unit { count: 10_u32.saturating_pow(power), of: Span::Year }).take(6);
    let at_most = at_most.clamp(1, MOST);
    let mut last = UNITS[0];
    for unit in UNITS.iter().copied().chain(years) {
        // Nothing is longer than its nominal length by more than a tenth, so there is no need to try.
        if (to.millis().saturating_sub(from.millis())) / length(unit) <= at_most as i64 + at_most as i64 / 8
            && let Some(edges) = edges(unit, from, to, at_most, offset_at)
        {
            return (unit, edges);
        }
        last = unit;
    }
    (last, edges(last, from, to, MOST, offset_at).unwrap_or_default())
}

/// How long a unit is, about.
fn length(unit: Unit) -> i64 {
    let one = match unit.of {
        Span::Minute => MINUTE,
        Span::Hour => HOUR,
        Span::Day => DAY,
        Span::Week => 7 * DAY,
        Span::Month => 30 * DAY,
        Span::Year => 365 * DAY,
    };
    one.saturating_mul(unit.count.into())
}

/// The edges from the start of the bar that `from` is in to the end of the one that `to` is in; `None` where
/// that makes more than `at_most` bars.
fn edges(
    unit: Unit,
    from: Timestamp,
    to: Timestamp,
    at_most: usize,
    offset_at: &OffsetAt<'_>,
) -> Option<Vec<Timestamp>> {
    let mut edges = vec![start(unit, from, offset_at)];
    while let Some(last) = edges.last().copied().filter(|last| *last <= to) {
        if edges.len() > at_most {
            return None;
        }
        // Where the calendar ends, so does the last bar.
        let end = Timestamp::from_millis(i64::MAX);
        edges.push(after(unit, last, offset_at).filter(|next| *next > last).unwrap_or(end));
        if edges.last() == Some(&end) {
            break;
        }
    }
    Some(edges)
}

/// The minutes of a unit that goes by the clock that runs.
fn running(unit: Unit) -> Option<i64> {
    match unit.of {
        Span::Minute => Some(i64::from(unit.count.max(1))),
        Span::Hour if unit.count <= 1 => Some(60),
        _ => None,
    }
}

/// The start of the bar that an instant is in.
fn start(unit: Unit, time: Timestamp, offset_at: &OffsetAt<'_>) -> Timestamp {
    let clock = civil(time, offset_at);
    if let Some(minutes) = running(unit) {
        return time.plus_millis(-past(clock, minutes));
    }
    let start = floor(unit, clock).map_or(time, |start| instant(start, offset_at).0);
    start.min(time)
}

/// How long ago the clock showed a whole number of times so many minutes, in milliseconds.
fn past(clock: NaiveDateTime, minutes: i64) -> i64 {
    let of_day =
        i64::from(clock.num_seconds_from_midnight()) * 1000 + i64::from(clock.nanosecond() / 1_000_000);
    of_day % (minutes * MINUTE)
}

/// The start of the bar after the one that begins at `edge`.
fn after(unit: Unit, edge: Timestamp, offset_at: &OffsetAt<'_>) -> Option<Timestamp> {
    if let Some(minutes) = running(unit) {
        // Where the clock was put by less than the unit, one bar is shorter and the next is in step again.
        return Some(edge.plus_millis(minutes * MINUTE - past(civil(edge, offset_at), minutes)));
    }
    // The edge may be later than the calendar wants it, where the clock was put forward over midnight.
    let mut next = floor(unit, civil(edge, offset_at))?;
    for _ in 0..3 {
        next = step(unit, next)?;
        let found = instant(next, offset_at).0;
        if found > edge {
            return Some(found);
        }
    }
    None
}

/// The civil time at which the bar begins that a civil time is in.
fn floor(unit: Unit, clock: NaiveDateTime) -> Option<NaiveDateTime> {
    let (date, count) = (clock.date(), unit.count.max(1));
    let date = match unit.of {
        Span::Minute | Span::Hour => {
            let hour = clock.hour() - clock.hour() % count.min(24);
            return date.and_hms_opt(hour, 0, 0);
        }
        Span::Day => date,
        Span::Week => date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))?,
        Span::Month => {
            let month = date.month0() - date.month0() % count.min(12);
            NaiveDate::from_ymd_opt(date.year(), month + 1, 1)?
        }
        Span::Year => {
            let count = i32::try_from(count).ok()?;
            NaiveDate::from_ymd_opt(date.year() - date.year().rem_euclid(count), 1, 1)?
        }
    };
    Some(date.and_time(NaiveTime::MIN))
}

/// The civil time a unit later.
fn step(unit: Unit, clock: NaiveDateTime) -> Option<NaiveDateTime> {
    let count = unit.count.max(1);
    match unit.of {
        Span::Minute => clock.checked_add_signed(TimeDelta::minutes(count.into())),
        Span::Hour => {
            let hour = clock.hour() + count;
            if hour < 24 {
                clock.date().and_hms_opt(hour, 0, 0)
            } else {
                Some(clock.date().succ_opt()?.and_time(NaiveTime::MIN))
            }
        }
        Span::Day => clock.checked_add_days(Days::new(count.into())),
        Span::Week => clock.checked_add_days(Days::new(u64::from(count) * 7)),
        Span::Month => clock.checked_add_months(Months::new(count)),
        Span::Year => clock.checked_add_months(Months::new(count.checked_mul(12)?)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    /// One hour east of UTC, two from 29 March 01:00 UTC to 25 October 01:00 UTC: Berlin in 2026.
    fn berlin(time: Timestamp) -> i32 {
        if (at("2026-03-29T01:00:00Z")..at("2026-10-25T01:00:00Z")).contains(&time) { 7200 } else { 3600 }
    }

    /// Half an hour is all that Lord Howe Island puts its clock by: to 10:30 on 4 April 15:00 UTC.
    fn lord_howe(time: Timestamp) -> i32 {
        if time < at("2026-04-04T15:00:00Z") { 11 * 3600 } else { 10 * 3600 + 1800 }
    }

    /// A zone that skips the midnight of 6 September, as Santiago did in 2026.
    fn santiago(time: Timestamp) -> i32 {
        if time < at("2026-09-06T04:00:00Z") { -4 * 3600 } else { -3 * 3600 }
    }

    fn bars(unit: (u32, Span), from: &str, to: &str, offset_at: &OffsetAt<'_>) -> Vec<(String, i64)> {
        let unit = Unit { count: unit.0, of: unit.1 };
        let (_, edges) = cut(Some((at(from), at(to))), Some(unit), 0, offset_at);
        let bars = edges.windows(2);
        bars.map(|bar| {
            let minutes = (bar[1].millis() - bar[0].millis()) / MINUTE;
            (civil(bar[0], offset_at).format("%m-%d %H:%M").to_string(), minutes)
        })
        .collect()
    }

    fn listed(bars: &[(&str, i64)]) -> Vec<(String, i64)> {
        bars.iter().map(|(start, minutes)| ((*start).to_owned(), *minutes)).collect()
    }

    #[test]
    fn days_have_the_hours_that_the_clock_gives_them() {
        let days = bars((1, Span::Day), "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", &berlin);
        assert_eq!(days, listed(&[("03-28 00:00", 1440), ("03-29 00:00", 1380), ("03-30 00:00", 1440)]));
        let days = bars((1, Span::Day), "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", &berlin);
        assert_eq!(days, listed(&[("10-25 00:00", 1500)]));
        let days = bars((1, Span::Day), "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z", &santiago);
        assert_eq!(days, listed(&[("09-05 00:00", 1440), ("09-06 01:00", 1380), ("09-07 00:00", 1440)]));
    }

    #[test]
    fn each_hour_that_passes_is_a_bar() {
        for (from, to, hours) in [
            ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", 23),
            ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", 25),
        ] {
            let bars = bars((1, Span::Hour), from, to, &berlin);
            assert_eq!(bars.len(), hours);
            assert!(bars.iter().all(|(start, minutes)| start.ends_with(":00") && *minutes == 60), "{bars:?}");
        }
        let half = bars((1, Span::Hour), "2026-04-04T14:10:00Z", "2026-04-04T16:00:00Z", &lord_howe);
        assert_eq!(half, listed(&[("04-05 01:00", 60), ("04-05 01:30", 30), ("04-05 02:00", 60)]));
    }

    #[test]
    fn several_hours_begin_where_the_wall_clock_says() {
        let bars = bars((6, Span::Hour), "2026-03-28T22:30:00Z", "2026-03-29T12:00:00Z", &berlin);
        assert_eq!(
            bars,
            listed(&[("03-28 18:00", 360), ("03-29 00:00", 300), ("03-29 06:00", 360), ("03-29 12:00", 360)])
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let weeks = bars((1, Span::Week), "2026-04-01T00:00:00Z", "2026-04-06T00:00:00Z", &berlin);
        assert_eq!(weeks, listed(&[("03-30 00:00", 7 * 1440), ("04-06 00:00", 7 * 1440)]));
        let months = bars((1, Span::Month), "2026-02-14T00:00:00Z", "2026-03-31T21:59:59Z", &berlin);
        assert_eq!(months, listed(&[("02-01 00:00", 28 * 1440), ("03-01 00:00", 31 * 1440 - 60)]));
        let quarters = bars((3, Span::Month), "2026-02-14T00:00:00Z", "2026-02-15T00:00:00Z", &berlin);
        assert_eq!(quarters, listed(&[("01-01 00:00", 90 * 1440 - 60)]));
    }

    #[test]
    fn the_shortest_unit_that_keeps_to_the_number_is_taken() {
        let utc = |_: Timestamp| 0;
        let from = at("2026-01-01T00:00:00Z");
        for (length, at_most, unit) in [
            (1, 60, "1 min"),
            (HOUR - 1, 60, "1 min"),
            (HOUR, 60, "5 min"),
            (DAY - 1, 24, "1 h"),
            (DAY, 24, "3 h"),
            (7 * DAY, 60, "3 h"),
            (120 * DAY, 60, "1 week"),
            (120 * DAY, 125, "1 day"),
            (365 * DAY, 12, "3 months"),
            (365 * DAY - 1, 12, "1 month"),
            (365 * DAY, 1, "10 years"),
            (i64::MAX / 2, 10, "1000000 years"),
        ] {
            let (taken, edges) = cut(Some((from, from.plus_millis(length))), None, at_most, &utc);
            assert_eq!(taken.to_string(), unit, "{length} in {at_most}");
            assert!((2..=at_most + 1).contains(&edges.len()), "{length}: {}", edges.len());
            assert!(edges.is_sorted_by(|a, b| a < b), "{length}");
            assert!(edges[0] <= from && edges[edges.len() - 1] > from.plus_millis(length), "{length}");
        }
    }

    #[test]
    fn nothing_and_the_ends_of_time_can_be_cut_too() {
        let far = |time: Timestamp| if time.millis() < 0 { -3600 } else { 14 * 3600 };
        assert_eq!(cut(None, None, 60, &far).1, []);
        for span in [(i64::MIN, i64::MAX), (i64::MAX, i64::MAX), (i64::MIN, i64::MIN), (i64::MIN, 0)] {
            let span = (Timestamp::from_millis(span.0), Timestamp::from_millis(span.1));
            let (_, edges) = cut(Some(span), None, 60, &far);
            assert!(edges.len() > 1 && edges.is_sorted_by(|a, b| a < b), "{span:?}: {edges:?}");
        }
    }
}
