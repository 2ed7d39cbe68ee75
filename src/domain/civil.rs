//! Civil time, what a clock on the wall shows, from instants and back.
//!
//! All that is asked of a zone is its offset at an instant, which every zone knows, assuming that none
//! changes its offset twice within two days.

use chrono::{NaiveDateTime, TimeDelta};

use super::{Timestamp, Zone};

/// Seconds east of UTC at an instant.
pub type OffsetAt<'a> = dyn Fn(Timestamp) -> i32 + 'a;

/// A civil time that is not exactly one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// The clock was put forward over it; the instant is as much later as the clock was put forward.
    Skipped,
    /// The clock was put back over it; the instant is the first of the two.
    Twice,
}

const DAY_MILLIS: i64 = 86_400_000;

/// What the clock shows at an instant.
pub fn civil(time: Timestamp, offset_at: &OffsetAt<'_>) -> NaiveDateTime {
    let offset = TimeDelta::seconds(offset_at(time).into());
    let utc = time.utc().naive_utc();
    utc.checked_add_signed(offset).unwrap_or(utc)
}

/// The instant at which the clock shows `civil`.
pub fn instant(civil: NaiveDateTime, offset_at: &OffsetAt<'_>) -> (Timestamp, Option<Oddity>) {
    let as_utc = civil.and_utc().timestamp_millis();
    let under = |offset: i32| Timestamp::from_millis(as_utc).plus_millis(i64::from(offset) * -1000);
    let around = |millis| offset_at(Timestamp::from_millis(as_utc).plus_millis(millis));
    let (before, after) = (around(-DAY_MILLIS), around(DAY_MILLIS));
    let holds = |offset: i32| offset_at(under(offset)) == offset;
    match (holds(before), holds(after)) {
        (true, true) if before != after => (under(before).min(under(after)), Some(Oddity::Twice)),
        (true, _) => (under(before), None),
        (false, true) => (under(after), None),
        (false, false) => (under(before), Some(Oddity::Skipped)),
    }
}

impl Zone {
    /// Seconds east of UTC at an instant.
    pub fn offset_at(self, time: Timestamp) -> i32 {
        self.at(time).offset().local_minus_utc()
    }
}
