//! One event as the world keeps it: a few bytes from which the whole record is told when it is asked for.

use super::people::Actor;
use super::random::Random;
use crate::domain::Timestamp;

/// One event. With a million of them in the process that also browses them, every byte counts.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct CompactEvent {
    /// When it happened.
    pub(in crate::demo) time: Timestamp,
    /// What its own system has to know to tell it, in that system's own packing.
    pub(super) state: u64,
    /// The place of the event before it of the same entity; [`NO_EVENT`] where there is none or its
    /// system does not ask.
    pub(super) before: u32,
    /// The place of its entity in the table of its system.
    pub(super) entity: u16,
    pub(super) actor: Actor,
    pub(super) verb: Verb,
}

/// The place of no event.
pub(super) const NO_EVENT: u32 = u32::MAX;

/// What was done. Each system has its own words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Verb {
    Create,
    Update,
    Delete,
    Publish,
    Rollback,
    Approve,
    Reject,
    Archive,
    Restore,
    Erase,
}

/// What the next event depends on besides the state of its system.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    pub(super) random: &'a mut Random,
    pub(super) time: Timestamp,
    /// The part of the world's time that has passed, in millionths; beyond a million when live.
    pub(super) progress: u64,
    /// Whether people are at work.
    pub(super) at_work: bool,
    /// How many entities from the top of each table have to be left alone, so that nothing blurs the story.
    pub(super) avoid: u16,
}

/// What somebody was at a moment ago: people change one thing several times before they go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Focus {
    pub(super) entity: u16,
    pub(super) actor: Actor,
    pub(super) until: i64,
}

impl Moment<'_> {
    /// Whether the next event goes on with what the last one of its system was about.
    pub(super) fn goes_on(&mut self, focus: Option<Focus>) -> Option<Focus> {
        focus.filter(|f| self.time.millis() < f.until && f.entity >= self.avoid && self.random.chance(45))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_takes_no_more_than_32_bytes() {
        assert!(size_of::<CompactEvent>() <= 32);
    }
}
