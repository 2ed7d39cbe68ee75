//! Two sides beside each other: two events or moments of a life, what a range comes to, or what a feed changed
//! in a record later.

pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::diff::{Life, Matcher, Subject};
use crate::domain::{Entity, Event, Stretch};
use crate::tui::pane::event::{EventView, Tab};

/// The screen with two sides.
#[derive(Debug)]
pub(in crate::tui) struct ComparePane {
    pub(in crate::tui) sides: Sides,
    /// What is compared; nothing yet while the life of the entity is being read.
    pub(in crate::tui) subject: Option<Subject>,
    pub(in crate::tui) view: EventView,
}

/// Where the two sides come from.
#[derive(Debug, Clone)]
pub(in crate::tui) enum Sides {
    /// What these two left behind; the left one is pinned.
    Events(Arc<Event>, Arc<Event>),
    /// The moment before the first of them, and that after the last.
    Range(Arc<Event>, Arc<Event>),
    /// What the feed said of an event before it changed it, that many edits ago, and after.
    Edit(Arc<Event>, usize),
}

impl ComparePane {
    /// Two events whose life, if they share one, is still to be read.
    pub(in crate::tui) fn of_events(left: Arc<Event>, right: Arc<Event>) -> Self {
        Self { sides: Sides::Events(left, right), subject: None, view: EventView::of(Tab::Diff) }
    }

    /// What the events of a life come to taken together.
    pub(in crate::tui) fn of_range(life: &Arc<Life>) -> Option<Self> {
        let (newest, oldest) = (life.steps.first()?, life.steps.last()?);
        let subject = Subject::Moments(Arc::clone(life), life.steps.len(), 0);
        let sides = Sides::Range(Arc::clone(&oldest.event), Arc::clone(&newest.event));
        Some(Self { sides, subject: Some(subject), view: EventView::of(Tab::Diff) })
    }

    /// What a feed changed in a record, that many edits ago; nothing where it was not changed so often.
    pub(in crate::tui) fn of_edit(event: &Arc<Event>, edit: usize, rules: Matcher) -> Option<Self> {
        let kept = event.fate.as_ref().map_or(0, |fate| fate.revisions.len());
        let subject = Some(Subject::Edit(Arc::clone(event), edit, rules)).filter(|_| edit < kept);
        let sides = Sides::Edit(Arc::clone(event), edit);
        subject.map(|subject| Self { sides, subject: Some(subject), view: EventView::of(Tab::Diff) })
    }

    /// The event on the right.
    pub(in crate::tui) fn right(&self) -> &Arc<Event> {
        match &self.sides {
            Sides::Events(_, right) | Sides::Range(_, right) | Sides::Edit(right, _) => right,
        }
    }

    /// The entity of which both sides are moments, with its source.
    pub(in crate::tui) fn shared(&self) -> Option<(&Arc<str>, &Entity)> {
        let Sides::Events(left, right) = &self.sides else { return None };
        let (one, two) = (&left.record.entity, &right.record.entity);
        (left.source == right.source && one.label().is_some() && one.same_as(two))
            .then_some((&left.source, one))
    }

    /// Whether an answer about this entity is meant for this screen.
    pub(in crate::tui) fn is_about(&self, source: &str, entity: &Entity) -> bool {
        self.shared().is_some_and(|(own, known)| **own == *source && known.same_as(entity))
    }

    /// Takes in the events of the entity that both sides share, or compares the two alone where they cannot be
    /// read.
    pub(in crate::tui) fn take(
        &mut self,
        result: Result<Vec<Arc<Event>>, String>,
        (rules, gaps): (Matcher, Vec<Stretch>),
    ) {
        match result {
            Ok(events) => self.put(&Arc::new(Life::of(events, rules, gaps))),
            Err(_) if self.subject.is_none() => self.compare_alone(rules),
            Err(_) => {}
        }
    }

    /// Compares two moments of this life.
    pub(in crate::tui) fn put(&mut self, life: &Arc<Life>) {
        let Sides::Events(left, right) = &mut self.sides else { return };
        let place = |event: &Event| life.steps.iter().position(|step| step.event.row == event.row);
        match (place(left), place(right)) {
            (Some(from), Some(to)) => {
                *left = Arc::clone(&life.steps[from].event);
                *right = Arc::clone(&life.steps[to].event);
                self.subject = Some(Subject::Moments(Arc::clone(life), from, to));
            }
            _ => self.compare_alone(life.rules().clone()),
        }
    }

    /// Compares what the two events left behind, whatever life they belong to.
    pub(in crate::tui) fn compare_alone(&mut self, rules: Matcher) {
        if let Sides::Events(left, right) = &self.sides {
            self.subject = Some(Subject::Events(Arc::clone(left), Arc::clone(right), rules));
        }
    }

    /// Events between its sides that can still be asked what they changed.
    pub(in crate::tui) fn unasked(&self) -> Vec<Arc<Event>> {
        let Some(Subject::Moments(life, from, to)) = &self.subject else { return Vec::new() };
        let (newest, oldest) = (*from.min(to), *from.max(to));
        life.unasked(newest..(oldest + 1).min(life.steps.len())).cloned().collect()
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &Arc<Event>) {
        match &self.subject {
            Some(Subject::Moments(life, ..))
                if matches!(self.sides, Sides::Events(..))
                    && life.steps.iter().any(|step| step.event.row == event.row) =>
            {
                let old = life.steps.iter().map(|step| &step.event);
                let events = old.map(|old| if old.row == event.row { event } else { old }).cloned();
                let life = Arc::new(life.with(events.collect()));
                self.put(&life);
            }
            Some(Subject::Events(_, _, rules)) => {
                let rules = rules.clone();
                if let Sides::Events(left, right) = &mut self.sides {
                    for side in [left, right].into_iter().filter(|side| side.row == event.row) {
                        *side = Arc::clone(event);
                    }
                }
                self.compare_alone(rules);
            }
            _ => {}
        }
    }
}
