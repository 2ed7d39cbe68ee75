//! What a query asks for, in words that a server may know too.

use super::{Status, Timestamp};

/// A condition on events: one field of the filter language and one exact value of it.
///
/// A query that is all of several conditions selects nothing that misses one of them, so a server that can
/// filter by one may be asked to. What comes is looked at again: a server may compare in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// What was done, in the words all feeds share or, where none fits, in the feed's own.
    Action(String),
    /// The type of the entity.
    Type(String),
    /// The id of the entity, or its name.
    Entity(String),
    /// The id or the name of the actor.
    Actor(String),
    /// Whether it worked.
    Status(Status),
    /// At this time or later.
    Since(Timestamp),
    /// Before this time.
    Until(Timestamp),
}

impl Condition {
    /// Every [`Condition::key`].
    pub const KEYS: [&str; 7] = ["action", "type", "entity", "actor", "status", "since", "until"];

    /// The key of the field, as queries and feed profiles write it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Action(_) => "action",
            Self::Type(_) => "type",
            Self::Entity(_) => "entity",
            Self::Actor(_) => "actor",
            Self::Status(_) => "status",
            Self::Since(_) => "since",
            Self::Until(_) => "until",
        }
    }
}
