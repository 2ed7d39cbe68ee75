//! What one event says about the fields of its entity.

use crate::diff::snapshots::Snapshots;
use crate::domain::{Action, Event, Op, Status};

/// What one event says about the fields of its entity.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) says: Says,
    /// The documents before and after, where the record carries them.
    pub(super) documents: Option<Snapshots>,
}

/// How much an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// It changed nothing: it failed.
    Nothing,
    /// Each field that changed.
    All,
    /// New values, and not that there are no others.
    Some,
    /// That something was done, and not what.
    Mute,
}

impl Told {
    pub(super) fn by(event: &Event) -> Self {
        let record = &event.record;
        if record.status == Status::Failed {
            return Self { says: Says::Nothing, documents: None };
        }
        let documents = Snapshots::of(record);
        let says = if documents.is_some() {
            Says::All
        } else if record.changes.is_empty() {
            Says::Mute
        } else if record.changes.iter().any(|change| change.op == Op::Set) {
            Says::Some
        } else {
            Says::All
        };
        Self { says, documents }
    }

    /// Whether the entity is not there after the event.
    pub(super) fn ends(event: &Event) -> bool {
        event.record.action == Action::Delete && event.record.status != Status::Failed
    }

    /// Whether it was not there before.
    pub(super) fn begins(event: &Event) -> bool {
        event.record.action == Action::Create && event.record.status != Status::Failed
    }
}
