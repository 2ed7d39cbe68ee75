//! The vocabulary: which keys there are, what they mean and which part of an event they look at.
//!
//! [`FIELDS`] and [`DIRECTIVES`] are the only lists of keys in the program. The parser, both evaluators,
//! help, documentation and completion derive from them; a new field is a new row.

use crate::domain::{Action, Actor, ActorKind, Entity, Event, Parts, RowId, Status, Timestamp};

use super::content;
use super::marks::Mark;
use super::text::{self, Pattern};
use super::texts::RowTexts;

/// One key of the language.
#[derive(Debug)]
pub struct FieldRow {
    /// The key as it is printed.
    pub key: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What it selects, in one line.
    pub help: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// A use of it that parses.
    pub example: &'static str,
    /// The parts of an event that a text value is compared with.
    pub(super) parts: &'static [PartKind],
    /// Whether a part of an event agrees with a text value.
    pub(super) agrees: fn(&Part<'_>, &Pattern) -> bool,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text, compared like this where no sign says otherwise.
    Text(Compare),
    /// A word of a closed list.
    Words(&'static [Word]),
    /// A point or stretch of time.
    Time(TimeRole),
    /// A number or a range of numbers.
    Number,
    /// The path of a changed field, with the value before or after where one is given.
    Change,
}

/// How a text value is compared where no sign says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The whole text; a star stands for anything.
    Exact,
    /// Any part of the text.
    Contains,
}

/// What a time literal of a field asks of the time of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeRole {
    /// At or after its start.
    Since,
    /// Before its end.
    Until,
    /// Within it.
    On,
    /// Near it, on both sides.
    Around,
}

/// One word of a closed list.
#[derive(Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// What it selects, in one line.
    pub help: &'static str,
    pub(super) part: PartKind,
    pub(super) holds: fn(&Part<'_>) -> bool,
    /// What has to be known beside the event, for a word about its place or about what the user did.
    pub(super) mark: Option<Mark>,
}

/// A part of an event that terms look at. All but the last two repeat from event to event, so the index
/// answers for them without the event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    Source(&'a str),
    Entity(EntityPart<'a>),
    Actor(ActorPart<'a>),
    Action(&'a Action, Option<&'a str>),
    Status(Status),
    Parts(Parts),
    Set(Option<&'a str>),
    Time(Timestamp),
    Row(RowId),
    Event(&'a Event),
    /// What an index over texts keeps of an event. It stands for the event where it can.
    Texts(&'a RowTexts<'a>),
}

/// The texts of an entity, wherever they are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityPart<'a> {
    pub(crate) kind: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
}

/// The kind and the texts of an actor, wherever they are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActorPart<'a> {
    pub(crate) kind: ActorKind,
    pub(crate) id: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
}

impl<'a> From<&'a Entity> for EntityPart<'a> {
    fn from(entity: &'a Entity) -> Self {
        Self { kind: entity.kind.as_deref(), id: entity.id.as_deref(), name: entity.name.as_deref() }
    }
}

impl<'a> From<&'a Actor> for ActorPart<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { kind: actor.kind, id: actor.id.as_deref(), name: actor.name.as_deref() }
    }
}

/// The kinds of [`Part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    Source,
    Entity,
    Actor,
    Action,
    Status,
    Parts,
    Set,
    Time,
    Row,
    Event,
}

impl FieldRow {
    /// How its values are compared, in a few words for help and documentation.
    pub fn comparison(&self) -> &'static str {
        match self.kind {
            Kind::Text(Compare::Exact) => "exact; `*` is a glob, `~` part of the text, `/…/` a regex",
            Kind::Text(Compare::Contains) => "part of the text; `=` exact, `*` is a glob, `/…/` a regex",
            Kind::Words(_) => "one of a list",
            Kind::Time(TimeRole::Since) => "from the start of it",
            Kind::Time(TimeRole::Until) => "to the end of it",
            Kind::Time(TimeRole::On) => "within it; `a..b`, `<`, `>`",
            Kind::Time(TimeRole::Around) => "15 minutes to both sides, or the span after `~`",
            Kind::Number => "equal; `a..b`, `<`, `>`",
            Kind::Change => "the last parts of a path, `*` is a glob; `->` new value, `<-` old value",
        }
    }
}

const EXACT: Kind = Kind::Text(Compare::Exact);
const CONTAINS: Kind = Kind::Text(Compare::Contains);

/// Every key that selects events, in the order help shows them.
pub const FIELDS: &[FieldRow] = &[
    FieldRow {
        key: "action",
        aliases: &["act"],
        help: "what was done, in the shared word or the feed's own",
        kind: EXACT,
        example: "action:rollback",
        parts: &[PartKind::Action],
        agrees: action_agrees,
    },
    FieldRow {
        key: "type",
        aliases: &["kind"],
        help: "the type of the entity",
        kind: EXACT,
        example: "type:decision_flow",
        parts: &[PartKind::Entity],
        agrees: |part, pattern| matches!(part, Part::Entity(it) if pattern.matches_some(it.kind)),
    },
    FieldRow {
        key: "entity",
        aliases: &["ent"],
        help: "the id or name of the entity",
        kind: CONTAINS,
        example: "entity:checkout",
        parts: &[PartKind::Entity],
        agrees: |part, pattern| matches!(part, Part::Entity(it) if either(pattern, it.id, it.name)),
    },
    FieldRow {
        key: "id",
        aliases: &[],
        help: "the id of the event, here or in the feed",
        kind: EXACT,
        example: "id:3kq0x8v2m4n6p1rt",
        parts: &[PartKind::Event],
        agrees: |part, pattern| matches!(part, Part::Event(event) if content::id(event, pattern)),
    },
    FieldRow {
        key: "actor",
        aliases: &["user", "by", "who"],
        help: "the id, name or e-mail address of who did it",
        kind: CONTAINS,
        example: "actor:jane",
        parts: &[PartKind::Actor],
        agrees: |part, pattern| matches!(part, Part::Actor(it) if either(pattern, it.id, it.name)),
    },
    FieldRow {
        key: "actor_type",
        aliases: &[],
        help: "a person, a key or the system",
        kind: Kind::Words(ACTOR_TYPES),
        example: "actor_type:key",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "status",
        aliases: &[],
        help: "whether it worked",
        kind: Kind::Words(STATUSES),
        example: "status:failed",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "source",
        aliases: &["src"],
        help: "the configured source",
        kind: EXACT,
        example: "source:streamkap*",
        parts: &[PartKind::Source],
        agrees: |part, pattern| matches!(part, Part::Source(name) if pattern.matches(name)),
    },
    FieldRow {
        key: "since",
        aliases: &["after"],
        help: "at that time or later",
        kind: Kind::Time(TimeRole::Since),
        example: "since:7d",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "until",
        aliases: &["before"],
        help: "not later than the end of that time",
        kind: Kind::Time(TimeRole::Until),
        example: "until:yesterday",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "on",
        aliases: &[],
        help: "within that time",
        kind: Kind::Time(TimeRole::On),
        example: "on:2026-03-25",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "around",
        aliases: &[],
        help: "near a time or an event",
        kind: Kind::Time(TimeRole::Around),
        example: "around:2026-03-25T16:45~30m",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "field",
        aliases: &[],
        help: "a changed field, its new value, its old value",
        kind: Kind::Change,
        example: "field:mode->upsert",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "version",
        aliases: &["ver"],
        help: "any version number that the event names",
        kind: Kind::Number,
        example: "version:3..5",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "error",
        aliases: &[],
        help: "why it did not work",
        kind: CONTAINS,
        example: "error:timeout",
        parts: &[PartKind::Event],
        agrees: |part, pattern| match part {
            Part::Event(event) => pattern.matches_some(event.record.error.as_deref()),
            Part::Texts(texts) => texts.errors().any(|text| pattern.matches(text)),
            _ => false,
        },
    },
    FieldRow {
        key: "summary",
        aliases: &[],
        help: "the feed's summary and its AI summary",
        kind: CONTAINS,
        example: "summary:\"rolled back\"",
        parts: &[PartKind::Event],
        agrees: |part, pattern| match part {
            Part::Event(event) => {
                either(pattern, event.record.summary.as_deref(), event.record.ai_summary.as_deref())
            }
            Part::Texts(texts) => texts.summaries().any(|text| pattern.matches(text)),
            _ => false,
        },
    },
    FieldRow {
        key: "note",
        aliases: &[],
        help: "your own note about the event",
        kind: CONTAINS,
        example: "note:ticket",
        parts: &[PartKind::Row],
        agrees: never,
    },
    FieldRow {
        key: "set",
        aliases: &[],
        help: "the id of the change set",
        kind: EXACT,
        example: "set:0b6a3a0e",
        parts: &[PartKind::Set],
        agrees: |part, pattern| matches!(part, Part::Set(set) if pattern.matches_some(*set)),
    },
    FieldRow {
        key: "has",
        aliases: &[],
        help: "a part that not every event has",
        kind: Kind::Words(PARTS),
        example: "has:diff",
        parts: &[],
        agrees: never,
    },
    FieldRow {
        key: "is",
        aliases: &[],
        help: "a sort of event",
        kind: Kind::Words(SORTS),
        example: "is:reversal",
        parts: &[],
        agrees: never,
    },
];

const fn word(word: &'static str, help: &'static str, part: PartKind, holds: fn(&Part<'_>) -> bool) -> Word {
    Word { word, help, part, holds, mark: None }
}

const fn mark(word: &'static str, help: &'static str, mark: Mark) -> Word {
    Word { word, help, part: PartKind::Row, holds: |_| false, mark: Some(mark) }
}

const ACTOR_TYPES: &[Word] = &[
    word("user", "a person", PartKind::Actor, |part| by(part, ActorKind::User)),
    word("key", "an API key or a service account", PartKind::Actor, |part| by(part, ActorKind::Key)),
    word("system", "the provider's own automation", PartKind::Actor, |part| by(part, ActorKind::System)),
    word("unknown", "the feed does not say", PartKind::Actor, |part| by(part, ActorKind::Unknown)),
];

const STATUSES: &[Word] = &[
    word("success", "it worked", PartKind::Status, |part| matches!(part, Part::Status(Status::Success))),
    word("failed", "it did not", PartKind::Status, |part| matches!(part, Part::Status(Status::Failed))),
    word("unknown", "the feed does not say", PartKind::Status, |part| {
        matches!(part, Part::Status(Status::Unknown))
    }),
];

const PARTS: &[Word] = &[
    word("diff", "it says which fields changed", PartKind::Parts, |part| with(part, Parts::DIFF)),
    word("summary", "a summary built from its parts", PartKind::Parts, |part| with(part, Parts::SUMMARY)),
    word("ai", "a summary by the feed's language model", PartKind::Parts, |part| with(part, Parts::AI)),
    word("error", "it says why it did not work", PartKind::Parts, |part| with(part, Parts::ERROR)),
    word("version", "it names a version number", PartKind::Event, |part| match part {
        Part::Event(event) => content::versions(&event.record).next().is_some(),
        Part::Texts(texts) => texts.versions().next().is_some(),
        _ => false,
    }),
    word(
        "name",
        "its entity has a name",
        PartKind::Entity,
        |part| matches!(part, Part::Entity(it) if it.name.is_some()),
    ),
    mark("note", "you wrote a note about it", Mark::Noted),
    mark("bookmark", "you bookmarked it", Mark::Bookmarked),
];

const SORTS: &[Word] = &[
    word("failed", "it did not work", PartKind::Status, |part| matches!(part, Part::Status(Status::Failed))),
    word("system", "the provider's own automation did it", PartKind::Actor, |part| {
        by(part, ActorKind::System)
    }),
    word("reversal", "it went back: a rollback or a restore", PartKind::Action, |part| {
        matches!(part, Part::Action(Action::Rollback | Action::Restore, _))
    }),
    word("broken", "the entry before it is not the one that it names by its hash", PartKind::Parts, |part| {
        with(part, Parts::BROKEN)
    }),
    word("edited", "its feed has said something else of it before", PartKind::Parts, |part| {
        with(part, Parts::EDITED)
    }),
    word("gone", "its feed does not have it any more", PartKind::Parts, |part| with(part, Parts::GONE)),
    word("destructive", "something is gone for good: a deletion or an erasure", PartKind::Action, |part| {
        matches!(part, Part::Action(Action::Delete | Action::Erase, _))
    }),
    mark("new", "it is newer than what you have read", Mark::New),
    mark("first", "nothing in the cache is older of its entity", Mark::First),
    mark("last", "nothing in the cache is newer of its entity", Mark::Last),
    mark("bookmarked", "you bookmarked it", Mark::Bookmarked),
    mark("watched", "you watch its entity", Mark::Watched),
];

fn never(_: &Part<'_>, _: &Pattern) -> bool {
    false
}

fn by(part: &Part<'_>, kind: ActorKind) -> bool {
    matches!(part, Part::Actor(actor) if actor.kind == kind)
}

fn with(part: &Part<'_>, wanted: Parts) -> bool {
    matches!(part, Part::Parts(parts) if parts.has(wanted))
}

fn either(pattern: &Pattern, a: Option<&str>, b: Option<&str>) -> bool {
    pattern.matches_some(a) || pattern.matches_some(b)
}

/// A whole word also means its past tense and its aliases: `updated` is `update`.
fn action_agrees(part: &Part<'_>, pattern: &Pattern) -> bool {
    let Part::Action(action, raw) = part else { return false };
    let means = match pattern {
        Pattern::Exact(needle) => Action::from_word(&needle.text) == **action,
        _ => false,
    };
    means || pattern.matches(action.word()) || pattern.matches_some(*raw)
}

/// A key that says how the selected events are shown.
#[derive(Debug)]
pub struct DirectiveRow {
    /// The key.
    pub key: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// The words it takes.
    pub words: &'static [&'static str],
    /// A use of it that parses.
    pub example: &'static str,
}

/// Every key that says how events are shown.
pub const DIRECTIVES: &[DirectiveRow] = &[
    DirectiveRow {
        key: "sort",
        help: "the order of the list; a minus puts the newest first",
        words: &["time", "-time", "entity", "actor", "source"],
        example: "sort:-time",
    },
    DirectiveRow {
        key: "group",
        help: "what stands under one heading",
        words: &["none", "day", "entity", "actor", "source", "run", "set"],
        example: "group:day",
    },
    DirectiveRow {
        key: "tz",
        help: "the zone of the times shown and typed",
        words: &["local", "utc", "+02:00"],
        example: "tz:utc",
    },
    DirectiveRow {
        key: "cols",
        help: "the columns of the list, with commas between",
        words: &["time", "action", "type", "entity", "actor", "actor_type", "source", "status", "summary"],
        example: "cols:time,action,entity",
    },
];

/// The row of a key or an alias, in any case.
pub fn field(key: &str) -> Option<&'static FieldRow> {
    let key = text::fold(key);
    FIELDS.iter().find(|row| row.key == key || row.aliases.contains(&&*key))
}

/// The row of a directive, in any case.
pub fn directive(key: &str) -> Option<&'static DirectiveRow> {
    let key = text::fold(key);
    DIRECTIVES.iter().find(|row| row.key == key)
}

impl PartialEq for FieldRow {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl PartialEq for DirectiveRow {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}
