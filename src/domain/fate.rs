//! What a feed did with a record after it had sent it.

use super::{Event, Timestamp};

/// What became of a record in its feed. The cache keeps it in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// When it was found that the feed does not have it any more, by the server's clock.
    pub gone_at: Option<Timestamp>,
    /// How often the feed said something else of it.
    pub edits: u64,
    /// What it said before, the latest first; not all of it where that was often.
    pub revisions: Vec<Revision>,
}

impl Event {
    /// How often the feed changed the record after it was first read.
    pub fn edits(&self) -> u64 {
        self.fate.as_ref().map_or(0, |fate| fate.edits)
    }

    /// When the feed was found to have dropped the record, by the server's clock.
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.fate.as_ref().and_then(|fate| fate.gone_at)
    }
}

/// What a feed said of an event before it said something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The record as it was sent.
    pub raw: Box<str>,
    /// When something else was seen, by the local clock: for people, never for decisions.
    pub replaced_at: Timestamp,
}
