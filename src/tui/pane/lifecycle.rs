//! The life of one entity: which events it has and which one is selected.

pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::domain::{Action, Entity, Event, RowId, Status};
use crate::tui::life::Life;
use crate::tui::motion::Motion;
use crate::tui::pane::timeline::Side;

/// The screen with the life of one entity.
#[derive(Debug)]
pub(in crate::tui) struct LifecyclePane {
    pub(in crate::tui) source: Arc<str>,
    pub(in crate::tui) entity: Entity,
    pub(in crate::tui) life: Loaded,
    /// The selected event.
    pub(in crate::tui) selected: RowId,
    /// The index of the first step on the screen.
    pub(in crate::tui) top: usize,
}

/// What came of asking for the events.
#[derive(Debug)]
pub(in crate::tui) enum Loaded {
    Waiting,
    Here(Life),
    Failed(String),
}

impl LifecyclePane {
    /// The life of the entity of `event`, with that event selected.
    pub(in crate::tui) fn of(event: &Event) -> Self {
        Self {
            source: event.source.clone(),
            entity: event.record.entity.clone(),
            life: Loaded::Waiting,
            selected: event.row,
            top: 0,
        }
    }

    /// Whether an answer about this entity is meant for this screen.
    pub(in crate::tui) fn is_about(&self, source: &str, entity: &Entity) -> bool {
        *self.source == *source && self.entity.same_as(entity)
    }

    /// Takes in the events, or why there are none.
    pub(in crate::tui) fn take(&mut self, result: Result<Vec<Arc<Event>>, String>) {
        match (result, &self.life) {
            (Ok(events), _) => self.life = Loaded::Here(Life::of(events)),
            // What is on the screen is worth more than the news that it could not be read again.
            (Err(_), Loaded::Here(_)) => {}
            (Err(message), _) => self.life = Loaded::Failed(message),
        }
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &Arc<Event>) {
        if let Loaded::Here(life) = &self.life
            && life.steps.iter().any(|step| step.event.row == event.row)
        {
            let others = life.steps.iter().map(|step| &step.event);
            let events = others.map(|old| if old.row == event.row { event } else { old }).cloned().collect();
            self.life = Loaded::Here(Life::of(events));
        }
    }

    /// The life, once it is here and has any events.
    pub(in crate::tui) fn life(&self) -> Option<&Life> {
        match &self.life {
            Loaded::Here(life) if !life.steps.is_empty() => Some(life),
            _ => None,
        }
    }

    /// The index of the selected step, or of the next older one.
    pub(in crate::tui) fn place(&self) -> Option<usize> {
        let steps = &self.life()?.steps;
        let newer = steps.partition_point(|step| step.event.row > self.selected);
        Some(newer.min(steps.len() - 1))
    }

    /// The selected event.
    pub(in crate::tui) fn event(&self) -> Option<&Arc<Event>> {
        let life = self.life()?;
        self.place().map(|place| &life.steps[place].event)
    }

    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        if let (Some(place), Some(life)) = (self.place(), self.life()) {
            self.selected = life.steps[motion.from(place, life.steps.len(), page)].event.row;
        }
    }

    /// Selects the nearest step on that side that failed, was rejected or rolled back; whether there is one.
    pub(in crate::tui) fn go_to_setback(&mut self, side: Side) -> bool {
        let (Some(place), Some(life)) = (self.place(), self.life()) else { return false };
        let is_setback = |event: &Event| {
            event.record.status == Status::Failed
                || matches!(event.record.action, Action::Reject | Action::Rollback)
        };
        let mut steps = life.steps.iter().map(|step| &step.event);
        let found = match side {
            Side::Older => steps.skip(place + 1).find(|event| is_setback(event)),
            Side::Newer => steps.by_ref().take(place).filter(|event| is_setback(event)).last(),
        };
        let found = found.map(|event| event.row);
        if let Some(row) = found {
            self.selected = row;
        }
        found.is_some()
    }

    /// Keeps the selection on the screen, of which `page` steps are seen at once.
    pub(in crate::tui) fn settle(&mut self, page: usize) {
        if let (Some(place), Some(life)) = (self.place(), self.life()) {
            let page = page.max(1);
            self.top = self
                .top
                .min(life.steps.len().saturating_sub(page))
                .clamp((place + 1).saturating_sub(page), place);
        }
    }
}
