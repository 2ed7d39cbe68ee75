//! Points in time and the zones they are shown in.

use std::fmt;

use chrono::{DateTime, FixedOffset, Local, Offset, SecondsFormat, TimeZone, Utc};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before every other.
    pub const MIN: Self = Self(i64::MIN);
    /// After every other.
    pub const MAX: Self = Self(i64::MAX);

    /// The point `millis` milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// What the machine's clock says now. Only the rim of the program may ask; coverage never does.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// The same point for calendar arithmetic. Beyond what a calendar can hold, the nearest end of it.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// This point moved by `millis`, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_millis())
    }
}

/// RFC 3339 in UTC with milliseconds: the form of every time in JSON.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// The zone that times are shown and typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// The machine's own.
    #[default]
    Local,
    /// Coordinated universal time.
    Utc,
    /// A fixed distance from it.
    Fixed(FixedOffset),
}

impl Zone {
    /// The point in this zone, with the offset that holds at that point.
    pub fn at(self, time: Timestamp) -> DateTime<FixedOffset> {
        let utc = time.utc();
        match self {
            // The ends of the calendar have no local time in most zones.
            Self::Local => {
                let naive = utc.naive_utc();
                let offset = Local.offset_from_utc_datetime(&naive).fix();
                Self::shifted(utc, offset)
            }
            Self::Utc => utc.fixed_offset(),
            Self::Fixed(offset) => Self::shifted(utc, offset),
        }
    }

    fn shifted(utc: DateTime<Utc>, offset: FixedOffset) -> DateTime<FixedOffset> {
        let shifted = utc.with_timezone(&offset);
        if utc.naive_utc().checked_add_offset(offset).is_some() { shifted } else { utc.fixed_offset() }
    }

    /// How the zone is named on the screen at `time`: `local +02:00`, `UTC`, `+05:30`.
    pub fn label(self, time: Timestamp) -> String {
        match self {
            Self::Local => format!("local {}", self.at(time).offset()),
            Self::Utc => "UTC".to_owned(),
            Self::Fixed(offset) => offset.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_time_is_utc_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(1_774_000_000_000).to_string(), "2026-03-20T09:46:40.000Z");
    }

    #[test]
    fn the_ends_of_the_range_can_be_shown_in_any_zone() {
        let east = Zone::Fixed(FixedOffset::east_opt(14 * 3600).unwrap());
        let west = Zone::Fixed(FixedOffset::west_opt(12 * 3600).unwrap());
        for millis in [i64::MIN, i64::MAX] {
            for zone in [Zone::Local, Zone::Utc, east, west] {
                assert!(!zone.at(Timestamp::from_millis(millis)).to_rfc3339().is_empty());
            }
        }
    }
}
