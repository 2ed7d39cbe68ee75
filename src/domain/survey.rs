//! What is asked of the events that a query selects, and what is said of them: which, how many, of what
//! sort, when.

use std::fmt;

use super::{RowId, Rows, Timestamp, Zone};

/// What to find out about the events that a query selects, besides which they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The keys whose values are counted.
    pub facets: Vec<FacetKey>,
    /// How many values of each are listed.
    pub top: usize,
    /// How the events are counted over time; not at all by default.
    pub bars: Option<Bars>,
}

/// What is known about the events that a query selects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// The events, newest first.
    pub rows: Rows,
    /// How many events there were to select from.
    pub of: usize,
    /// The facets that were asked for, in the order they were asked for.
    pub facets: Vec<Facet>,
    /// The events over time, where that was asked for.
    pub histogram: Option<Histogram>,
    /// How far it goes.
    pub reach: Reach,
}

/// How far a survey goes. A query about the content of events takes time, so there is news of it before
/// its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Everything is said.
    #[default]
    Complete,
    /// Which events are selected is said in full, and so are the facets that the query makes no demands on;
    /// the others go down to some place.
    Selected,
    /// Only what stands at this place or is newer was looked at.
    DownTo(RowId),
}

/// A key of the query language whose values are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetKey {
    /// What was done, in the shared word.
    Action,
    /// The type of the entity.
    Type,
    /// The configured source.
    Source,
    /// A person, a key or the system.
    ActorType,
    /// Whether it worked.
    Status,
    /// The entity: by its id, or by its name where it has none.
    Entity,
    /// Who did it: by name, or by id where there is none.
    Actor,
}

/// The values of one key among the events that everything but this key's own conditions selects: those that
/// a query sets on it at its top level are lifted. Events without a value are not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The key.
    pub key: FacetKey,
    /// The most frequent values, most frequent first.
    pub values: Vec<FacetValue>,
    /// How many values there are, those that are not listed included.
    pub distinct: usize,
}

/// One value of a facet. Spellings that differ only in case are one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// The value as a term with this key names it.
    pub value: Box<str>,
    /// What people know it by; for an entity its latest name.
    pub label: Box<str>,
    /// How many events have it.
    pub count: usize,
}

impl FacetKey {
    /// Every facet, in the order lists show them.
    pub const ALL: [Self; 7] =
        [Self::Action, Self::Type, Self::Source, Self::ActorType, Self::Status, Self::Entity, Self::Actor];

    /// Its key in the query language.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Type => "type",
            Self::Source => "source",
            Self::ActorType => "actor_type",
            Self::Status => "status",
            Self::Entity => "entity",
            Self::Actor => "actor",
        }
    }
}

/// How events are counted over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bars {
    /// The zone whose calendar cuts time into bars.
    pub zone: Zone,
    /// How many bars there may be. Where the unit is not given, the shortest that keeps to this is taken.
    pub at_most: usize,
    /// The length of one bar.
    pub unit: Option<Unit>,
    /// From when up to and including when; by default from the oldest to the newest selected event.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Whether and by what the events of one bar are told apart.
    pub stack: Option<FacetKey>,
}

/// The length of a bar on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// How many.
    pub count: u32,
    /// Of what.
    pub of: Span,
}

/// A span of the calendar. Days and longer ones are civil: a day can have 23 or 25 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week; it begins on a Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// Events over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// The length of each bar.
    pub unit: Unit,
    /// Where bars begin, oldest first, and at last where the last one ends. Empty where there is no bar.
    pub edges: Vec<Timestamp>,
    /// What the bars are made of, largest first and the rest last; a single one where they are not stacked.
    pub series: Vec<Series>,
}

/// One part of every bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The value that its events share; `None` for all events, or for the rest of them.
    pub value: Option<Box<str>>,
    /// How many events there are in each bar, oldest bar first.
    pub counts: Vec<usize>,
}

impl Histogram {
    /// How many bars there are.
    pub fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Whether there is no bar.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events are in each bar, all series together.
    pub fn totals(&self) -> Vec<usize> {
        (0..self.len()).map(|bar| self.series.iter().map(|series| series.counts[bar]).sum()).collect()
    }
}

/// `6 h`, `1 day`, `2 weeks`.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.of {
            Span::Minute => "min",
            Span::Hour => "h",
            Span::Day => "day",
            Span::Week => "week",
            Span::Month => "month",
            Span::Year => "year",
        };
        let plural = if self.count > 1 && self.of >= Span::Day { "s" } else { "" };
        write!(f, "{} {word}{plural}", self.count)
    }
}
