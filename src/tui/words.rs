//! Times and numbers as words.
//!
//! Pure: a value in, a short text out. The texts have no colour and no width of their own beyond what is
//! promised here.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use crate::domain::{Timestamp, Zone};

pub(super) use crate::domain::{count, plural};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The civil day of a point in a zone.
pub(super) fn day(time: Timestamp, zone: Zone) -> NaiveDate {
    zone.at(time).date_naive()
}

/// A day as day rules show it: `Wed 1 Apr 2026`.
pub(super) fn day_name(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// The time of day, `10:30` or `10:30:05`.
pub(super) fn clock(time: Timestamp, zone: Zone, seconds: bool) -> String {
    zone.at(time).format(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
}

/// A point in full: `Wed 1 Apr 2026 10:30:05 +02:00`.
pub(super) fn full(time: Timestamp, zone: Zone) -> String {
    zone.at(time).format("%a %-d %b %Y %H:%M:%S %:z").to_string()
}

/// The last instant of a stretch in full, without the seconds where it is the last of a minute: whoever names a
/// minute means all of it.
pub(super) fn through(time: Timestamp, zone: Zone) -> String {
    if time.millis().rem_euclid(MINUTE) != MINUTE - 1 {
        return full(time, zone);
    }
    zone.at(time).format("%a %-d %b %Y %H:%M %:z").to_string()
}

/// A point to the second, always in as many cells: ` 1 Apr 2026 10:30:05`.
pub(super) fn stamp(time: Timestamp, zone: Zone) -> String {
    zone.at(time).format("%e %b %Y %H:%M:%S").to_string()
}

/// A day and a time of day in the fewest characters that say which year: `1 Apr 10:30`, `1 Apr 2025`.
pub(super) fn short(time: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (then, today): (DateTime<FixedOffset>, _) = (zone.at(time), zone.at(now));
    let same_year = then.year() == today.year();
    then.format(if same_year { "%-d %b %H:%M" } else { "%-d %b %Y" }).to_string()
}

/// How long ago, in at most five characters: `now`, `4m`, `3h`, `12d`, `3y`. The future is `now` too:
/// clocks of servers run ahead.
pub(super) fn age(time: Timestamp, now: Timestamp) -> String {
    let millis = now.millis().saturating_sub(time.millis());
    match millis {
        ..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", millis / MINUTE),
        HOUR..DAY => format!("{}h", millis / HOUR),
        _ if millis < 400 * DAY => format!("{}d", millis / DAY),
        _ => format!("{}y", (millis / (365 * DAY)).min(9_999)),
    }
}

/// How long ago as a phrase: `just now`, `4 minutes ago`, `1 day ago`.
pub(super) fn ago(time: Timestamp, now: Timestamp) -> String {
    let millis = now.millis().saturating_sub(time.millis());
    let (number, unit) = match millis {
        ..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => (millis / MINUTE, "minute"),
        HOUR..DAY => (millis / HOUR, "hour"),
        _ => (millis / DAY, "day"),
    };
    format!("{} ago", plural(number.unsigned_abs(), unit))
}

/// How long until a point: `40s`, `3m 20s`, `2h 5m`; `now` when it has passed.
pub(super) fn until(time: Timestamp, now: Timestamp) -> String {
    // A wait that ends within the second shown would otherwise read `0s`.
    length(time.millis().saturating_sub(now.millis()).saturating_add(SECOND - 1) / SECOND)
}

/// A length of time: `40s`, `3m 20s`, `2h 5m`; `now` where it is none.
pub(super) fn length(seconds: i64) -> String {
    match seconds {
        ..=0 => "now".to_owned(),
        1..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {}s", seconds / 60, seconds % 60),
        _ => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A number of entities: `1 entity`, `2 entities`.
pub(super) fn entities(number: u64) -> String {
    if number == 1 { "1 entity".to_owned() } else { format!("{} entities", count(number)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_775_040_000_000); // 2026-04-01T10:40:00Z

    #[test]
    fn ages_are_short_and_never_negative() {
        for (seconds, short, long) in [
            (-50, "now", "just now"),
            (59, "now", "just now"),
            (60, "1m", "1 minute ago"),
            (3_599, "59m", "59 minutes ago"),
            (7_200, "2h", "2 hours ago"),
            (86_400, "1d", "1 day ago"),
            (86_400 * 399, "399d", "399 days ago"),
            (86_400 * 800, "2y", "800 days ago"),
        ] {
            let then = NOW.plus_millis(-seconds * 1_000);
            assert_eq!((age(then, NOW).as_str(), ago(then, NOW).as_str()), (short, long), "{seconds}");
        }
        assert!(age(Timestamp::from_millis(i64::MIN), NOW).len() <= 5);
    }

    #[test]
    fn countdowns_end_at_now() {
        for (millis, text) in
            [(-5, "now"), (0, "now"), (1, "1s"), (40_000, "40s"), (200_000, "3m 20s"), (7_500_000, "2h 5m")]
        {
            assert_eq!(until(NOW.plus_millis(millis), NOW), text, "{millis}");
        }
    }

    #[test]
    fn times_name_their_zone_and_their_year_where_it_matters() {
        assert_eq!(full(NOW, Zone::Utc), "Wed 1 Apr 2026 10:40:00 +00:00");
        assert_eq!(through(NOW, Zone::Utc), full(NOW, Zone::Utc));
        assert_eq!(through(NOW.plus_millis(MINUTE - 1), Zone::Utc), "Wed 1 Apr 2026 10:40 +00:00");
        assert_eq!(day_name(day(NOW, Zone::Utc)), "Wed 1 Apr 2026");
        assert_eq!(clock(NOW, Zone::Utc, false), "10:40");
        assert_eq!(stamp(NOW, Zone::Utc), " 1 Apr 2026 10:40:00");
        assert_eq!(stamp(NOW.plus_millis(20 * DAY), Zone::Utc), "21 Apr 2026 10:40:00");
        assert_eq!(short(NOW.plus_millis(-HOUR), NOW, Zone::Utc), "1 Apr 09:40");
        assert_eq!(short(NOW.plus_millis(-300 * DAY), NOW, Zone::Utc), "5 Jun 2025");
    }
}
