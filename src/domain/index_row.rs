//! What the columns in memory know of an event, and what the numbers in it stand for.

use std::sync::Arc;

use super::{Actor, Change, Entity, Event, LinkState, Record, RowId, Status, Timestamp};

/// The part of an event that repeats from event to event, as numbers, and where the event stands.
///
/// The store hands these out and the index takes them in; neither may import the other. The numbers are
/// keys of the store's dictionaries, given out from 1 upwards and never again for something else;
/// [`Vocabulary`] says what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexRow {
    /// Its place in time order.
    pub row: RowId,
    /// Its time, where its place does not tell it exactly.
    pub time: Option<Timestamp>,
    /// The source, feed profile and scope it came from.
    pub feed: u32,
    /// What it was done to, under the name of that time.
    pub entity: u32,
    /// Who did it.
    pub actor: u32,
    /// What was done, as a word all feeds share.
    pub action: u32,
    /// What was done, as the feed's own word; 0 where the feed does not say.
    pub raw_action: u32,
    /// A fingerprint of the change set that it is part of; 0 where there is none.
    pub set: u32,
    /// Whether it worked, and which of the longer parts it has.
    pub marks: Marks,
}

/// Consecutive rows that have come to rest, column by column, with what is known of their texts. The columns
/// are of one length, and what belongs to one row stands at the same position in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedRows {
    /// By this their texts are asked for. It is never given to other rows.
    pub number: i64,
    /// The first place that belongs to them.
    pub from: i64,
    /// The first place after them.
    pub to: i64,
    /// Their places, oldest first.
    pub rows: Vec<i64>,
    /// The times of those rows whose place does not tell them, by place, oldest first.
    pub times: Vec<(i64, Timestamp)>,
    /// As in [`IndexRow::feed`].
    pub feeds: Vec<u32>,
    /// As in [`IndexRow::entity`].
    pub entities: Vec<u32>,
    /// As in [`IndexRow::actor`].
    pub actors: Vec<u32>,
    /// What was done: a position in [`SealedRows::words`].
    pub deeds: Vec<u32>,
    /// Pairs of [`IndexRow::action`] and [`IndexRow::raw_action`].
    pub words: Vec<(u32, u32)>,
    /// As in [`IndexRow::set`].
    pub sets: Vec<u32>,
    /// As in [`IndexRow::marks`].
    pub marks: Vec<Marks>,
    /// What is surely not in their texts.
    pub filter: Vec<u8>,
    /// Rows between [`SealedRows::from`] and [`SealedRows::to`] that came or changed afterwards.
    pub late: Vec<IndexRow>,
    /// Rows that left afterwards.
    pub gone: Vec<RowId>,
}

/// The source, the profile and the scope that events come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedNames {
    /// The configured source.
    pub source: Arc<str>,
    /// The feed profile that read the events.
    pub feed: Arc<str>,
    /// The id of the scope, where the source fans out.
    pub scope: Option<Arc<str>>,
}

/// What numbers in [`IndexRow`]s stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Where events come from.
    pub feeds: Vec<(u32, FeedNames)>,
    /// Things that were changed.
    pub entities: Vec<(u32, Entity)>,
    /// Those who changed them.
    pub actors: Vec<(u32, Actor)>,
    /// Actions, in the shared words and in the feeds' own.
    pub words: Vec<(u32, Arc<str>)>,
}

/// What a reader of [`IndexRow`]s knows already and what it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Every feed above this number.
    pub feeds_above: u32,
    /// Every entity above this number.
    pub entities_above: u32,
    /// Every actor above this number.
    pub actors_above: u32,
    /// These words.
    pub words: Vec<u32>,
}

/// A status and parts in one number, so that they can be kept beside every row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks(u16);

impl Marks {
    /// How many different [`Marks::bits`] there can be: all of them are less than this.
    pub const COUNT: usize = Status::ALL.len() << Parts::BITS;

    /// The marks of an event with this status and these parts.
    pub fn new(status: Status, parts: Parts) -> Self {
        let place = Status::ALL.iter().position(|it| *it == status).unwrap_or_default();
        Self(u16::from(parts.bits()) | ((place as u16) << Parts::BITS))
    }

    /// All there can be, by their [`Marks::bits`].
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u16).map(Self)
    }

    /// The status.
    pub fn status(self) -> Status {
        Status::ALL.get(usize::from(self.0 >> Parts::BITS)).copied().unwrap_or_default()
    }

    /// The parts.
    pub const fn parts(self) -> Parts {
        Parts::from_bits((self.0 & ((1 << Parts::BITS) - 1)) as u8)
    }

    /// As one number.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The marks that [`Marks::bits`] gave; nothing for a number that it never gives.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if (bits as usize) < Self::COUNT { Some(Self(bits)) } else { None }
    }
}

/// Which of the parts that take a look at the whole record an event has: one byte, so that it can be
/// kept beside every row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Parts(u8);

impl Parts {
    /// How many bits [`Parts::bits`] can have.
    pub const BITS: u32 = u8::BITS;

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
        let fate = event.fate.as_deref().map_or(Self::default(), |fate| {
            let gone = if fate.gone_at.is_some() { Self::GONE.0 } else { 0 };
            let edited = if fate.edits > 0 { Self::EDITED.0 } else { 0 };
            Self(gone | edited)
        });
        Self(Self::of(&event.record).0 | link.0 | fate.0)
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
        let all = Parts::from_bits(u8::MAX);
        for (status, parts) in Status::ALL.into_iter().flat_map(|status| [(status, parts), (status, all)]) {
            let marks = Marks::new(status, parts);
            assert_eq!((marks.status(), marks.parts()), (status, parts));
            assert_eq!(Marks::from_bits(marks.bits()), Some(marks));
        }
        assert_eq!(Marks::from_bits(Marks::COUNT as u16), None);
    }
}
