//! What the columns in memory know of an event.

use std::sync::Arc;

use super::{Action, Actor, Change, Entity, Event, LinkState, Record, RowId, Status};

/// The part of an event that repeats from event to event, and where the event stands.
///
/// The store hands these out and the index takes them in; neither may import the other. Values behind an
/// [`Arc`] are compared by content, never by address; sharing one `Arc` among equal values keeps a
/// million rows small while they are on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// Its place in time order.
    pub row: RowId,
    /// The configured source it came from.
    pub source: Arc<str>,
    /// The feed profile that read it.
    pub feed: Arc<str>,
    /// The id of the scope it was found in, where the source fans out.
    pub scope: Option<Arc<str>>,
    /// What it was done to, under the name of that time.
    pub entity: Arc<Entity>,
    /// Who did it.
    pub actor: Arc<Actor>,
    /// What was done, in the words all feeds share.
    pub action: Action,
    /// What was done, in the feed's own word.
    pub raw_action: Option<Arc<str>>,
    /// Whether it worked.
    pub status: Status,
    /// The change set that it is part of.
    pub set: Option<Arc<str>>,
    /// Which of the longer parts it has.
    pub parts: Parts,
}

impl IndexRow {
    /// The row of `event`, with `Arc`s of its own.
    pub fn of(event: &Event) -> Self {
        let record = &event.record;
        Self {
            row: event.row,
            source: Arc::clone(&event.source),
            feed: Arc::clone(&event.feed),
            scope: event.scope.clone(),
            entity: Arc::new(record.entity.clone()),
            actor: Arc::new(record.actor.clone()),
            action: record.action.clone(),
            raw_action: record.raw_action.as_deref().map(Arc::from),
            status: record.status,
            set: record.set.as_deref().map(Arc::from),
            parts: Parts::of_event(event),
        }
    }
}

/// Which of the parts that take a look at the whole record an event has: one byte, so that it can be
/// kept beside every row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Parts(u8);

impl Parts {
    /// It says which fields changed.
    pub const DIFF: Self = Self(1);
    /// It has a summary built from its parts.
    pub const SUMMARY: Self = Self(2);
    /// It has a summary by the feed's language model.
    pub const AI: Self = Self(4);
    /// It says why it did not work.
    pub const ERROR: Self = Self(8);
    /// Its link to the entry before it is broken.
    pub const BROKEN: Self = Self(16);
    /// Its feed does not have it any more.
    pub const GONE: Self = Self(32);
    /// Its feed has said something else of it before.
    pub const EDITED: Self = Self(64);

    /// The parts that `record` has.
    pub fn of(record: &Record) -> Self {
        Self::from_fields(
            &record.changes,
            record.summary.as_deref(),
            record.ai_summary.as_deref(),
            record.error.as_deref(),
        )
    }

    /// The parts that `event` has.
    pub fn of_event(event: &Event) -> Self {
        let link = if event.link == LinkState::Broken { Self::BROKEN } else { Self::default() };
        Self(Self::of(&event.record).0 | link.0)
    }

    /// The parts of a record with these fields. A text that is there but empty is no part.
    pub fn from_fields(
        changes: &[Change],
        summary: Option<&str>,
        ai_summary: Option<&str>,
        error: Option<&str>,
    ) -> Self {
        let has = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        [
            (!changes.is_empty(), Self::DIFF),
            (has(summary), Self::SUMMARY),
            (has(ai_summary), Self::AI),
            (has(error), Self::ERROR),
        ]
        .into_iter()
        .filter(|(there, _)| *there)
        .fold(Self::default(), |all, (_, part)| Self(all.0 | part.0))
    }

    /// Whether all of `parts` are there.
    pub const fn has(self, parts: Self) -> bool {
        self.0 & parts.0 == parts.0
    }

    /// As one number, for a column of the store.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The parts that [`Parts::bits`] gave; bits that mean nothing are dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0b0111_1111)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Op;

    #[test]
    fn an_empty_text_is_no_part_and_bits_survive() {
        let change = Change { path: "mode".into(), op: Op::Set, before: None, after: None };
        let parts = Parts::from_fields(&[change], Some(""), Some("it grew"), None);
        assert!(parts.has(Parts::DIFF) && parts.has(Parts::AI));
        assert!(!parts.has(Parts::SUMMARY) && !parts.has(Parts::ERROR));
        assert_eq!(Parts::from_bits(parts.bits() | 0x80), parts);
    }
}
