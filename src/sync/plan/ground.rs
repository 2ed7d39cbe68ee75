//! What a walk knows already, turned so that deeper in the list is always less.
//!
//! Time runs down one list and up another. Here every time is a **key** that falls from the head of the list to
//! its end, so that the walks have one way to think.

use super::Known;
use super::words::Direction;
use crate::domain::{Ledger, Note, Segment, Stretch, Timestamp};

/// A time, or a time turned round, such that it falls along the list.
pub(super) type Key = i64;

/// The known stretches of a list, by key.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    direction: Direction,
    ledger: Ledger,
    /// What the walk is for, where that is not everything.
    goal: Option<Stretch>,
}

/// What lies below a place on known ground.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing: the list is known from there to its end, or asking cannot tell more.
    Nothing,
    /// A gap, which begins here.
    Gap(Key),
}

impl Ground {
    /// The ground that is known, as far as it need not be looked at again: events are written late, so what is
    /// newer than some time is.
    pub(super) fn new(direction: Direction, known: &Known) -> Self {
        let mut trusted = if known.rows == 0 { Ledger::default() } else { known.ledger.clone() };
        // Counted from the newest event and not only from the server's clock: what an event is dated by may be
        // another clock, and what is newer than all that is known is new.
        let checked = known.checked.or(trusted.top());
        if let Some(checked) = checked.into_iter().chain(known.newest).min() {
            trusted.forget(Stretch { lo: checked.plus_millis(-known.lag), hi: Timestamp::MAX });
        }
        let mut ground = Self { direction, ledger: Ledger::default(), goal: None };
        ground.goal = known.goal.map(|goal| ground.turn(goal));
        trusted.segments().iter().for_each(|segment| ground.add(*segment));
        for note in known.ledger.notes() {
            ground.note(*note);
        }
        ground
    }

    pub(super) fn note(&mut self, note: Note) {
        let span = self.turn(note.span);
        self.ledger.note(Note { span, ..note });
    }

    /// Which way time runs through the list.
    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    /// The key of a time.
    pub(super) fn key(&self, time: Timestamp) -> Key {
        match self.direction {
            Direction::Down => time.millis(),
            Direction::Up => time.millis().saturating_neg(),
        }
    }

    /// The time of a key.
    pub(super) fn time(&self, key: Key) -> Timestamp {
        let time = Timestamp::from_millis(key);
        match self.direction {
            Direction::Down => time,
            Direction::Up => Timestamp::from_millis(key.saturating_neg()),
        }
    }

    pub(super) fn add(&mut self, segment: Segment) {
        // Where time runs up, nothing says that the end of the list stays its end.
        let floor = segment.floor && self.direction == Direction::Down;
        let mut span = self.turn(segment.span);
        if segment.floor && self.direction == Direction::Up {
            span.hi = Timestamp::MAX;
        }
        self.ledger.add(Segment { span, floor, ..segment });
    }

    /// Whether the head of the list is known and need not be asked.
    pub(super) fn has_head(&self) -> bool {
        self.direction == Direction::Up && self.ledger.top() == Some(Timestamp::MAX)
    }

    /// The key at the deep end of the known stretch that goes on below `key`; `key` itself if none does.
    pub(super) fn depth(&self, key: Key) -> Key {
        let holds = |one: &&Segment| one.span.lo.millis() <= key && key < one.span.hi.millis();
        self.ledger.segments().iter().find(holds).map_or(key, |one| one.span.lo.millis())
    }

    /// Whether the walk is for what lies right below the deep end `key` of a known stretch.
    pub(super) fn wants(&self, key: Key) -> bool {
        self.goal.is_none() || self.below(key) == Below::Gap(key)
    }

    /// What lies below the deep end `key` of a known stretch.
    pub(super) fn below(&self, mut key: Key) -> Below {
        loop {
            let at = self.ledger.segments().iter().position(|one| one.span.lo.millis() == key);
            let Some(at) = at else {
                let wanted = self.goal.is_none_or(|goal| goal.lo.millis() < key);
                return if wanted { Below::Gap(key) } else { Below::Nothing };
            };
            if self.ledger.segments()[at].floor {
                return Below::Nothing;
            }
            let deeper = self.ledger.segments().get(at + 1);
            let lo = deeper.map_or(Timestamp::MIN, |deeper| deeper.span.hi.plus_millis(-1));
            let gap = Stretch { lo, hi: Timestamp::from_millis(key).plus_millis(1) };
            match deeper {
                _ if !self.ledger.is_final(gap) && self.goal.is_none_or(|goal| goal.joins(gap)) => {
                    return Below::Gap(key);
                }
                Some(deeper) => key = deeper.span.lo.millis(),
                None => return Below::Nothing,
            }
        }
    }

    /// The first gap of the list.
    pub(super) fn first_gap(&self) -> Option<Key> {
        let head = self.ledger.segments().first()?;
        match self.below(head.span.lo.millis()) {
            Below::Gap(key) => Some(key),
            Below::Nothing => None,
        }
    }

    fn turn(&self, span: Stretch) -> Stretch {
        match self.direction {
            Direction::Down => span,
            Direction::Up => Stretch {
                lo: Timestamp::from_millis(span.hi.millis().saturating_neg()),
                hi: Timestamp::from_millis(span.lo.millis().saturating_neg()),
            },
        }
    }
}
