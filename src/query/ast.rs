//! A query that has been understood: immutable, without spans, in one normal form.
//!
//! Normal form: no `And` directly in an `And`, no `Or` in an `Or`, no `Not` in a `Not`, and neither `And`
//! nor `Or` with fewer than two sides. Printing and parsing again gives an equal query.

use std::ops::Bound;

use crate::domain::{Event, EventId, Parts, Timestamp, Zone};

use super::content;
use super::fields::{FieldRow, Part, PartKind, Word};
use super::marks::Marked;
use super::number::Number;
use super::text::Pattern;

/// What a query selects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// Every event.
    All,
    Term(Term),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

/// One condition: it holds when any of its tests does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    /// `key:a,b`.
    Field(&'static FieldRow, Vec<Test>),
    /// `@path:a,b`.
    Leaf(Vec<LeafTest>),
    /// A word, a phrase or a regular expression without a key.
    Text(Pattern),
}

/// One of the alternatives of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Text(Pattern),
    /// `@me`, with what the configuration says that is.
    Me(Pattern),
    Word(&'static Word),
    /// A word about something that is not in the event, with the events it holds for once that was told.
    Mark(&'static Word, Option<Marked>),
    /// A text of the user's own about the event, with the events whose text it is once that was told.
    Note(Pattern, Option<Marked>),
    Time(TimeTest),
    Number(NumberTest),
    Change(ChangeTest),
}

/// A stretch of time: from its start, up to but not including its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeTest {
    /// As typed.
    pub(super) text: Box<str>,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
    /// The event that the stretch lies around. Until its time is known, nothing is.
    pub(super) anchor: Option<Anchor>,
}

/// `around:EVENTID~SPAN`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Anchor {
    pub(super) event: EventId,
    pub(super) span_millis: i64,
    pub(super) is_known: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NumberTest {
    /// As typed.
    pub(super) text: Box<str>,
    pub(super) bounds: (Bound<Number>, Bound<Number>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChangeTest {
    pub(super) path: Pattern,
    pub(super) value: Option<(Side, Pattern)>,
}

/// Which value of a change is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeafTest {
    pub(super) path: Box<str>,
    /// As typed.
    pub(super) text: Box<str>,
    pub(super) value: LeafValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LeafValue {
    /// A text, or the same number in another notation.
    Is(Pattern, Option<Number>),
    /// Between bounds that are numbers, times or both (`2026` is).
    Between {
        numbers: Option<(Bound<Number>, Bound<Number>)>,
        times: Option<(Option<Timestamp>, Option<Timestamp>)>,
    },
}

impl Expr {
    /// All of `sides`, in normal form.
    pub(super) fn all_of(sides: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(sides.len());
        for side in sides {
            match side {
                Self::All => {}
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.swap_remove(0),
            _ => Self::And(flat),
        }
    }

    /// Any of `sides`, in normal form. `sides` is not empty.
    pub(super) fn any_of(sides: Vec<Self>) -> Self {
        if sides.contains(&Self::All) {
            return Self::All;
        }
        let mut flat = Vec::with_capacity(sides.len());
        for side in sides {
            match side {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { Self::Or(flat) }
    }

    /// Everything but this, in normal form.
    pub(super) fn complement(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Whether the event is selected. Total: whatever is missing in an event, the answer is yes or no.
    pub(crate) fn matches(&self, event: &Event) -> bool {
        match self {
            Self::All => true,
            Self::Term(term) => term.matches(event),
            Self::Not(inner) => !inner.matches(event),
            Self::And(sides) => sides.iter().all(|side| side.matches(event)),
            Self::Or(sides) => sides.iter().any(|side| side.matches(event)),
        }
    }

    pub(super) fn terms_mut(&mut self, change: &mut dyn FnMut(&mut Term)) {
        match self {
            Self::All => {}
            Self::Term(term) => change(term),
            Self::Not(inner) => inner.terms_mut(change),
            Self::And(sides) | Self::Or(sides) => sides.iter_mut().for_each(|side| side.terms_mut(change)),
        }
    }

    pub(crate) fn terms(&self, see: &mut dyn FnMut(&Term)) {
        match self {
            Self::All => {}
            Self::Term(term) => see(term),
            Self::Not(inner) => inner.terms(see),
            Self::And(sides) | Self::Or(sides) => sides.iter().for_each(|side| side.terms(see)),
        }
    }
}

impl Term {
    fn matches(&self, event: &Event) -> bool {
        let record = &event.record;
        let parts = [
            Part::Source(&event.source),
            Part::Entity((&record.entity).into()),
            Part::Actor((&record.actor).into()),
            Part::Action(&record.action, record.raw_action.as_deref()),
            Part::Status(record.status),
            Part::Set(record.set.as_deref()),
            Part::Time(record.time),
            Part::Row(event.row),
        ];
        parts.iter().any(|part| self.agrees(part))
            // Looking for these takes time, so it comes last and only where it is asked for.
            || (self.looks_at(PartKind::Parts) && self.agrees(&Part::Parts(Parts::of_event(event))))
            || (self.looks_at(PartKind::Event) && self.agrees(&Part::Event(event)))
    }

    /// Whether some value of this kind of part can make the term hold.
    pub(crate) fn looks_at(&self, kind: PartKind) -> bool {
        match self {
            Self::Field(row, tests) => tests.iter().any(|test| test.looks_at(row, kind)),
            Self::Leaf(_) => kind == PartKind::Event,
            Self::Text(_) => {
                matches!(kind, PartKind::Entity | PartKind::Actor | PartKind::Action | PartKind::Event)
            }
        }
    }

    /// Whether this part of an event alone makes the term hold. A term holds for an event exactly when
    /// one of its parts makes it hold.
    pub(crate) fn agrees(&self, part: &Part<'_>) -> bool {
        match self {
            Self::Field(row, tests) => tests.iter().any(|test| match (test, part) {
                (Test::Text(pattern) | Test::Me(pattern), part) => (row.agrees)(part, pattern),
                (Test::Word(word), part) => (word.holds)(part),
                (Test::Mark(_, Some(rows)) | Test::Note(_, Some(rows)), Part::Row(row)) => rows.holds(*row),
                (Test::Time(test), Part::Time(time)) => test.holds(*time),
                (Test::Number(test), Part::Event(event)) => content::versions(&event.record)
                    .any(|text| content::is_version_within(&text, &test.bounds)),
                (Test::Change(test), Part::Event(event)) => content::changed(event, test),
                _ => false,
            }),
            Self::Leaf(tests) => {
                matches!(part, Part::Event(event) if tests.iter().any(|test| content::leaf(event, test)))
            }
            Self::Text(pattern) => match part {
                Part::Entity(entity) => {
                    [entity.kind, entity.id, entity.name].into_iter().any(|text| pattern.matches_some(text))
                }
                Part::Actor(actor) => {
                    [actor.id, actor.name].into_iter().any(|text| pattern.matches_some(text))
                }
                Part::Action(action, raw) => pattern.matches(action.word()) || pattern.matches_some(*raw),
                Part::Event(event) => content::free_text(event, pattern),
                _ => false,
            },
        }
    }

    /// The stretches of time of a term about time, the end excluded.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = (Option<Timestamp>, Option<Timestamp>)> {
        let tests = match self {
            Self::Field(_, tests) => tests.as_slice(),
            _ => &[],
        };
        tests.iter().filter_map(|test| match test {
            Test::Time(test) if test.is_known() => Some((test.from, test.to)),
            _ => None,
        })
    }

    /// The events, by their places, that a term about marks holds for.
    pub(crate) fn marked(&self) -> impl Iterator<Item = &Marked> {
        let tests = match self {
            Self::Field(_, tests) => tests.as_slice(),
            _ => &[],
        };
        tests.iter().filter_map(|test| match test {
            Test::Mark(_, rows) | Test::Note(_, rows) => rows.as_ref(),
            _ => None,
        })
    }

    /// The whole texts that a term about change sets asks for, folded; `None` where it asks for more than
    /// whole texts.
    pub(crate) fn whole_texts(&self) -> Option<Vec<&str>> {
        let Self::Field(_, tests) = self else { return None };
        tests
            .iter()
            .map(|test| match test {
                Test::Text(Pattern::Exact(needle)) => Some(needle.folded()),
                _ => None,
            })
            .collect()
    }
}

impl Test {
    /// Whether some value of this kind of part can make the test of a field hold.
    pub(super) fn looks_at(&self, row: &FieldRow, kind: PartKind) -> bool {
        match self {
            Self::Text(_) | Self::Me(_) => row.parts.contains(&kind),
            Self::Word(word) => word.part == kind,
            Self::Time(_) => kind == PartKind::Time,
            Self::Mark(..) | Self::Note(..) => kind == PartKind::Row,
            Self::Number(_) | Self::Change(_) => kind == PartKind::Event,
        }
    }
}

impl TimeTest {
    fn is_known(&self) -> bool {
        self.anchor.as_ref().is_none_or(|anchor| anchor.is_known)
    }

    fn holds(&self, time: Timestamp) -> bool {
        self.is_known() && self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }

    /// Puts the stretch around `time`.
    pub(super) fn settle(&mut self, time: Timestamp) {
        if let Some(anchor) = &mut self.anchor {
            anchor.is_known = true;
            self.from = Some(time.plus_millis(-anchor.span_millis));
            self.to = Some(time.plus_millis(anchor.span_millis).plus_millis(1));
        }
    }
}

/// How the selected events are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Directives {
    /// The order of the list.
    pub sort: Option<Sort>,
    /// What stands under one heading.
    pub group: Option<Group>,
    /// The zone of the times shown and typed.
    pub zone: Option<Zone>,
    /// The columns of the list, named as in [`super::DIRECTIVES`].
    pub columns: Option<Vec<&'static str>>,
}

/// How a list is arranged, with what a query leaves open filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrangement {
    /// The order.
    pub sort: Sort,
    /// What stands under one heading.
    pub group: Group,
    /// The zone that days are counted in.
    pub zone: Zone,
}

impl Arrangement {
    /// Whether the list begins with the newest event and goes on as events are found, newest first.
    pub fn comes_in_order(&self) -> bool {
        self.sort == Sort::NewestFirst && matches!(self.group, Group::None | Group::Day)
    }
}

impl Directives {
    /// How the list is arranged where `zone` is the zone that days are counted in: newest first, and under
    /// headings that fit the order.
    pub fn arrangement(&self, zone: Zone) -> Arrangement {
        let sort = self.sort.unwrap_or(Sort::NewestFirst);
        let group = self.group.unwrap_or(match sort {
            Sort::NewestFirst | Sort::OldestFirst => Group::Day,
            Sort::Entity => Group::Entity,
            Sort::Actor => Group::Actor,
            Sort::Source => Group::Source,
        });
        Arrangement { sort, group, zone: self.zone.unwrap_or(zone) }
    }
}

/// An order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Oldest first.
    OldestFirst,
    /// Newest first.
    NewestFirst,
    /// By entity, newest first in each.
    Entity,
    /// By actor, newest first in each.
    Actor,
    /// By source, newest first in each.
    Source,
}

/// What stands under one heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Everything.
    None,
    /// One civil day.
    Day,
    /// One entity.
    Entity,
    /// One actor.
    Actor,
    /// One source.
    Source,
    /// What one actor did to one entity in a row.
    Run,
    /// One change set.
    Set,
}
