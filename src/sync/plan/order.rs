//! Which way time runs through a list, as far as answers show it.

use super::words::{Direction, Sight};
use crate::domain::{GapReason, Ledger, Note, Segment};

/// The direction that an answer shows; nothing where all of it has one time.
pub(super) fn of(sight: &Sight) -> Option<Direction> {
    let (first, last) = sight.times.first().zip(sight.times.last())?;
    match first.cmp(last) {
        std::cmp::Ordering::Greater => Some(Direction::Down),
        std::cmp::Ordering::Less => Some(Direction::Up),
        std::cmp::Ordering::Equal => None,
    }
}

/// Whether an answer shows that time does not run this way through the list, or runs no way at all.
pub(super) fn contradicts(known: Option<Direction>, sight: &Sight) -> bool {
    known.or_else(|| of(sight)).map_or_else(
        // It begins and ends with the same time: so has all of it.
        || !sight.runs(Direction::Down),
        |direction| !sight.runs(direction),
    )
}

/// What lies below a claim that reaches the oldest the feed offers, and is not known: the feed offered it once,
/// nobody asked in time, and nobody can now.
pub(super) fn lost(ledger: &Ledger, claim: Segment) -> Vec<Note> {
    let mut known = ledger.clone();
    known.add(claim);
    let gaps = known.gaps().into_iter().filter(|gap| gap.span.hi <= claim.span.lo.plus_millis(1));
    gaps.map(|gap| Note { span: gap.span, reason: GapReason::Retention }).collect()
}
