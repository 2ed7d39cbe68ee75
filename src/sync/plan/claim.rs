//! What one answer proves, and nothing of where to go next.
//!
//! An answer is cut from the list at one moment. If time runs one way through the list, then everything the
//! feed has strictly between the oldest and the newest time of the answer is in it: an answer needs no other
//! to prove that much, and may be applied late, twice, or out of turn. Its outer times are left out, since
//! more events of those times may stand just outside it. Three things let a claim reach further: standing at
//! the head of the list, standing at its end, and a server that says where its next answer begins.

use super::words::{Direction, Shape, Sight};
use crate::domain::{Segment, Stretch, Timestamp};

/// Where in the list an answer stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// Nothing comes before it.
    pub(super) head: bool,
    /// Nothing comes after it, on evidence.
    pub(super) end: bool,
    /// The server led here from an answer that ended at this time, and nothing stands between the two.
    pub(super) seam: Option<Timestamp>,
}

/// The times that the answer alone proves. Nothing where an entry could not be read.
pub(super) fn exact(sight: &Sight) -> Option<Stretch> {
    let (oldest, newest) = sight.oldest().zip(sight.newest())?;
    Stretch::between(oldest, newest).filter(|_| sight.quarantined == 0)
}

/// The claim that an answer at `standing` supports. Up to `past` the feed was known before: so much of time is
/// over, even where the server does not tell the time. `direction` may be unknown only for an answer that
/// shows the whole list, or one that proves nothing but itself.
pub(super) fn of(
    shape: &Shape,
    direction: Option<Direction>,
    sight: &Sight,
    standing: Standing,
    past: Option<Timestamp>,
) -> Option<Segment> {
    if sight.drifted() {
        return None;
    }
    let ends = sight.oldest().zip(sight.newest());
    let whole = standing.head && standing.end;
    let (oldest, newest) = ends.or_else(|| (whole && sight.length == 0).then_some(NOTHING))?;
    let (reaches_now, reaches_floor) = match direction {
        Some(Direction::Down) => (standing.head, standing.end),
        Some(Direction::Up) => (standing.end, standing.head),
        None => (whole, whole),
    };
    let mut lo = oldest;
    let mut hi = newest;
    match (direction, standing.seam) {
        (Some(Direction::Down), Some(seam)) => hi = hi.max(seam.plus_millis(1)),
        (Some(Direction::Up), Some(seam)) => lo = lo.min(seam.plus_millis(-1)),
        _ => {}
    }
    if reaches_now {
        let now = sight.date.or(past.max(Some(hi))).unwrap_or(hi);
        hi = shape.until.map_or(now, |until| until.min(now));
    }
    let mut floor = false;
    if reaches_floor {
        floor = shape.since.is_none();
        let first = if oldest == NOTHING.0 { Timestamp::MIN } else { oldest };
        // The instant before the oldest is known to be empty, even where more may stand beside the oldest.
        lo = shape.since.map_or(first.plus_millis(-2), |since| since.plus_millis(-1));
    }
    // An event dated in the future must not make everything before it look known.
    hi = sight.date.map_or(hi, |date| hi.min(date));
    Stretch::between(lo, hi).map(|span| Segment { span, verified_at: sight.date, floor })
}

/// The outer times of an empty list.
const NOTHING: (Timestamp, Timestamp) = (Timestamp::MAX, Timestamp::MIN);
