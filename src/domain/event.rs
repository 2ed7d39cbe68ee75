//! One change record, before and after the cache knows it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Action, Change, EventId, Fate, LinkState, RowId, Timestamp};

/// One change record as a feed profile read it from a page.
///
/// Absent, null and empty are different things on the wire. Here a value that was absent or null is
/// `None`; the exact bytes stay in [`Record::raw`], so the difference is never lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What makes this record the same record when it is seen again.
    pub identity: Identity,
    /// When the change happened, as the server says.
    pub time: Timestamp,
    /// What was done, in the words all feeds share.
    pub action: Action,
    /// What was done, in the feed's own word.
    pub raw_action: Option<String>,
    /// What it was done to.
    pub entity: Entity,
    /// Who did it.
    pub actor: Actor,
    /// Whether it worked.
    pub status: Status,
    /// Why it did not work, as the feed says.
    pub error: Option<String>,
    /// The line that lists show: built from the parts of the change by the feed or by its profile. Where
    /// the feed's language model wrote the only line there is, the same text as `ai_summary`.
    pub summary: Option<String>,
    /// What the feed's own language model wrote about the change.
    pub ai_summary: Option<String>,
    /// The fields that changed, as far as the feed said.
    pub changes: Vec<Change>,
    /// Whether a second request can say what changed, and what came of it.
    pub detail: Detail,
    /// The whole documents that a second request brought, as a JSON object of `before` and `after`, unmasked;
    /// either is null where there was none. Documents that the record carries itself are not repeated here.
    pub documents: Option<Box<str>>,
    /// The change set that this record is part of.
    pub set: Option<String>,
    /// A page about this event in the provider's own web interface.
    pub url: Option<String>,
    /// Further named facts that the profile lifts out of the record, in the profile's order.
    pub facts: Vec<Fact>,
    /// The record exactly as it was sent.
    pub raw: Box<str>,
}

impl Record {
    /// The line that no language model wrote: a feed whose only text is its model's has that in both places.
    pub fn automatic(&self) -> Option<&str> {
        self.summary.as_deref().filter(|text| Some(*text) != self.ai_summary.as_deref())
    }

    /// What was said about the change, on one line where no other mark can stand: a model's text says that it is one.
    pub fn said(&self) -> Option<Cow<'_, str>> {
        let own = self.automatic().map(Cow::Borrowed);
        own.or_else(|| self.ai_summary.as_ref().map(|text| Cow::Owned(format!("AI: {text}"))))
    }

    /// About how many bytes its documents are.
    pub fn weight(&self) -> usize {
        self.raw.len() + self.documents.as_deref().map_or(0, str::len)
    }
}

#[cfg(test)]
impl Record {
    /// A record that says when something happened and no more, for tests to fill in.
    pub(crate) fn bare(identity: Identity, time: Timestamp) -> Self {
        Self {
            identity,
            time,
            action: Action::Unknown,
            raw_action: None,
            entity: Entity::default(),
            actor: Actor::default(),
            status: Status::Unknown,
            error: None,
            summary: None,
            ai_summary: None,
            changes: Vec::new(),
            detail: Detail::Nothing,
            documents: None,
            set: None,
            url: None,
            facts: Vec::new(),
            raw: "{}".into(),
        }
    }
}

/// What makes a record the same record when it is seen again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The feed gives each record an id of its own.
    Native(String),
    /// It does not: the record is known by these parts of its content. Identical records share one row.
    Content(String),
}

impl Identity {
    /// The feed's own id, where it has one.
    pub fn native(&self) -> Option<&str> {
        match self {
            Self::Native(id) => Some(id),
            Self::Content(_) => None,
        }
    }
}

/// The thing that a change was made to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Entity {
    /// What sort of thing it is, in the feed's own word (`destination`, `decision_flow`).
    pub kind: Option<String>,
    /// The feed's id for it.
    pub id: Option<String>,
    /// Its name at the time of the event; the same entity may bear another one later.
    pub name: Option<String>,
}

impl Entity {
    /// The name, or the id where there is no name.
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.id.as_deref())
    }

    /// Whether both are about the same thing, whatever it was called at the time. Entities without an
    /// id are the same when kind and name agree.
    pub fn same_as(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match (&self.id, &other.id) {
                (Some(a), Some(b)) => a == b,
                (None, None) => self.name == other.name,
                _ => false,
            }
    }
}

/// Who made a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Actor {
    /// A person, a key or the system itself.
    pub kind: ActorKind,
    /// The feed's id for the actor.
    pub id: Option<String>,
    /// A name or an e-mail address.
    pub name: Option<String>,
}

impl Actor {
    /// The name, or the id where there is no name.
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.id.as_deref())
    }
}

/// What sort of actor made a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActorKind {
    /// A person.
    User,
    /// An API key or a service account.
    Key,
    /// The provider's own automation.
    System,
    /// The feed does not say.
    #[default]
    Unknown,
}

impl ActorKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 4] = [Self::User, Self::Key, Self::System, Self::Unknown];

    /// The word for it in queries, columns and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether a change took effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It did.
    Success,
    /// It did not.
    Failed,
    /// The feed does not say.
    #[default]
    Unknown,
}

impl Status {
    /// Every status, in the order lists show them.
    pub const ALL: [Self; 3] = [Self::Success, Self::Failed, Self::Unknown];

    /// The word for it in queries, columns and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// Where the list of changed fields comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Detail {
    /// The record is all there is: a second request has nothing to add.
    #[default]
    Nothing,
    /// A second request can say what changed; it has not been made yet.
    Available,
    /// The second request was made, and its answer is in the changes.
    Fetched,
    /// The second request was made and refused, for this reason.
    Refused(String),
}

/// A named fact about an event that is none of the shared fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The name the profile gives it.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

/// A record together with its place in the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in time order; rows sort by it, newest last.
    pub row: RowId,
    /// Its name for people and programs: stable over caches, the same whenever the record is fetched.
    pub id: EventId,
    /// The configured source it came from.
    pub source: Arc<str>,
    /// The feed profile that read it.
    pub feed: Arc<str>,
    /// The id of the scope it was found in, where the source fans out.
    pub scope: Option<Arc<str>>,
    /// How often an identical record without an id of its own was seen in one page.
    pub count: u32,
    /// What is known about its link to the entry before it, where its feed has such links.
    pub link: LinkState,
    /// What its feed did with it later; nothing for most.
    pub fate: Option<Box<Fate>>,
    /// What the feed said.
    pub record: Record,
}

impl Event {
    /// What a source, which the profile `feed` reads, makes of a record that was found in `scope`: seen once, at
    /// the place it would take in an empty cache.
    pub fn new(source: &str, feed: &str, scope: Option<&str>, record: Record) -> Self {
        let id = EventId::derive(source, scope, &record.identity);
        Self {
            row: RowId::preferred(record.time, id),
            id,
            source: source.into(),
            feed: feed.into(),
            scope: scope.map(Into::into),
            count: 1,
            link: LinkState::None,
            fate: None,
            record,
        }
    }
}

/// A record that could not be read as an event: kept, counted, never shown on the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The record exactly as it was sent.
    pub raw: Box<str>,
    /// Why it is no event, in words for people.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_text_is_never_said_without_its_mark() {
        for (summary, ai, automatic, said) in [
            (None, None, None, None),
            (Some("Updated F"), None, Some("Updated F"), Some("Updated F")),
            (Some("It grew"), Some("It grew"), None, Some("AI: It grew")),
            (None, Some("It grew"), None, Some("AI: It grew")),
            (Some("Updated F"), Some("It grew"), Some("Updated F"), Some("Updated F")),
        ] {
            let record = Record {
                summary: summary.map(str::to_owned),
                ai_summary: ai.map(str::to_owned),
                ..Record::bare(Identity::Native("a".into()), Timestamp::from_millis(0))
            };
            assert_eq!((record.automatic(), record.said().as_deref()), (automatic, said));
        }
    }
}
