//! The life of one entity: its events, the last change of each of its fields, its state at one moment.
//!
//! What follows from the events is worked out when they come and when the moment is another one, never while it
//! is drawn.

mod fields;
mod items;
mod moment;
mod rail;
pub(in crate::tui) mod view;

use items::{Item, foldable, items};

use std::collections::HashSet;
use std::sync::Arc;

use crate::diff::{Blame, Life, LifeQuestion, Look, Matcher, Moment, Portrait, Seen};
use crate::domain::{Action, Entity, Event, RowId, Status, Stretch, Timestamp, Zone};
use crate::tui::message::Effect;
use crate::tui::motion::Motion;
use crate::tui::pane::timeline::Side;

/// Records of up to so many bytes are read at once: that takes less than a frame.
const AT_ONCE: usize = 256 * 1024;

/// The screen with the life of one entity.
#[derive(Debug)]
pub(in crate::tui) struct LifecyclePane {
    pub(in crate::tui) source: Arc<str>,
    pub(in crate::tui) entity: Entity,
    pub(in crate::tui) life: Loaded,
    pub(in crate::tui) tab: Tab,
    /// The selected event.
    pub(in crate::tui) selected: RowId,
    /// The index of the first line of events on the screen.
    pub(in crate::tui) top: usize,
    /// What stands on one line: a step, or a run of them that is folded.
    items: Vec<Item>,
    /// The oldest events of the runs that are not folded.
    open: HashSet<RowId>,
    /// The last change of each field, once somebody looks at it.
    blame: Vec<Blame>,
    /// Whether it was looked at.
    blamed: bool,
    /// What is being worked out beside the screen.
    working: Option<Look>,
    /// The state at the moment that is looked at.
    portrait: Option<(Moment, Portrait)>,
    /// The time to look at, where it is not that of the selected event.
    time: Option<Timestamp>,
    /// The selected field and the first one on the screen, on each of the tabs with fields.
    field: [Place; 2],
    /// The field to select as soon as it is there.
    sought: Option<String>,
}

/// A selected line and the first one on the screen.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    selected: usize,
    top: usize,
}

/// A tab of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) enum Tab {
    /// What happened.
    #[default]
    Events,
    /// The last change of each field.
    Fields,
    /// Its fields at one moment.
    State,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Events, Self::Fields, Self::State];

    fn name(self) -> &'static str {
        match self {
            Self::Events => "Events",
            Self::Fields => "Fields",
            Self::State => "State",
        }
    }

    fn step(self, by: isize) -> Self {
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[here.wrapping_add_signed(by + 3) % 3]
    }
}

/// What came of asking for the events.
#[derive(Debug)]
pub(in crate::tui) enum Loaded {
    Waiting,
    Here(Arc<Life>),
    Failed(String),
}

impl LifecyclePane {
    /// The life of the entity of `event`, with that event selected.
    pub(in crate::tui) fn of(event: &Event) -> Self {
        Self {
            source: event.source.clone(),
            entity: event.record.entity.clone(),
            life: Loaded::Waiting,
            tab: Tab::Events,
            selected: event.row,
            top: 0,
            items: Vec::new(),
            open: HashSet::new(),
            blame: Vec::new(),
            blamed: false,
            working: None,
            portrait: None,
            time: None,
            field: [Place::default(); 2],
            sought: None,
        }
    }

    /// Whether nothing is known yet.
    pub(in crate::tui) fn waits(&self) -> bool {
        matches!(self.life, Loaded::Waiting)
    }

    /// The same at the last change of one field.
    pub(in crate::tui) fn at_field(self, path: Option<String>) -> Self {
        Self { tab: Tab::Fields, sought: path, ..self }
    }

    /// Whether an answer about this entity is meant for this screen.
    pub(in crate::tui) fn is_about(&self, source: &str, entity: &Entity) -> bool {
        *self.source == *source && self.entity.same_as(entity)
    }

    /// Takes in the events, or why there are none. The rules are those of their feed; the cache may lack events at
    /// the times of the gaps.
    pub(in crate::tui) fn take(
        &mut self,
        result: Result<Vec<Arc<Event>>, String>,
        (rules, gaps): (Matcher, Vec<Stretch>),
    ) {
        match (result, &self.life) {
            (Ok(events), _) => self.put(Life::of(events, rules, gaps)),
            // What is on the screen is worth more than the news that it could not be read again.
            (Err(_), Loaded::Here(_)) => {}
            (Err(message), _) => self.life = Loaded::Failed(message),
        }
    }

    fn put(&mut self, life: Life) {
        self.life = Loaded::Here(Arc::new(life));
        (self.items, self.blame, self.blamed, self.portrait) = (Vec::new(), Vec::new(), false, None);
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &Arc<Event>) {
        if let Loaded::Here(life) = &self.life
            && life.steps.iter().any(|step| step.event.row == event.row)
        {
            let others = life.steps.iter().map(|step| &step.event);
            let events = others.map(|old| if old.row == event.row { event } else { old }).cloned().collect();
            self.put(life.with(events));
        }
    }

    /// The life, once it is here and has any events.
    pub(in crate::tui) fn life(&self) -> Option<&Arc<Life>> {
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

    /// The line that the selected step stands on.
    fn item(&self) -> Option<usize> {
        let place = self.place()?;
        self.items.iter().position(|item| item.steps.contains(&place))
    }

    /// The selected event; of a field, the one that changed or told it.
    pub(in crate::tui) fn event(&self) -> Option<&Arc<Event>> {
        let life = self.life()?;
        let step = match self.tab {
            Tab::Events => self.place(),
            Tab::Fields => self.blame.get(self.field[0].selected).map(|blame| blame.step),
            Tab::State => self.told_by().or_else(|| self.place()),
        };
        life.steps.get(step?).map(|step| &step.event)
    }

    /// The selected event, whichever tab is shown.
    pub(in crate::tui) fn selected_event(&self) -> Option<&Arc<Event>> {
        let life = self.life()?;
        self.place().map(|place| &life.steps[place].event)
    }

    /// The step that told the selected field of the state.
    fn told_by(&self) -> Option<usize> {
        let (_, portrait) = self.portrait.as_ref()?;
        portrait.fields.get(self.field[1].selected).map(|field| field.basis.step())
    }

    /// The selected field, where fields are shown.
    pub(in crate::tui) fn path(&self) -> Option<&str> {
        match self.tab {
            Tab::Events => None,
            Tab::Fields => self.blame.get(self.field[0].selected).map(|blame| blame.path.as_str()),
            Tab::State => {
                let fields = &self.portrait.as_ref()?.1.fields;
                fields.get(self.field[1].selected).map(|field| field.path.as_str())
            }
        }
    }

    /// Shows another tab.
    pub(in crate::tui) fn turn(&mut self, by: isize) {
        self.tab = self.tab.step(by);
    }

    /// Shows the state at a time.
    pub(in crate::tui) fn look_at(&mut self, time: Timestamp) {
        (self.tab, self.time) = (Tab::State, Some(time));
    }

    /// Moves the selection: among the events, or among the fields.
    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        let fields = match self.tab {
            Tab::Events => return self.go_event(motion, page),
            Tab::Fields => self.blame.len(),
            Tab::State => self.portrait.as_ref().map_or(0, |(_, portrait)| portrait.fields.len()),
        };
        let place = &mut self.field[usize::from(self.tab == Tab::State)];
        place.selected = motion.from(place.selected, fields, page);
    }

    /// Selects another event, whichever tab is shown.
    pub(in crate::tui) fn go_event(&mut self, motion: Motion, page: usize) {
        self.time = None;
        let (Some(item), Some(life)) = (self.item(), self.life()) else { return };
        let item = motion.from(item, self.items.len(), page);
        self.selected = life.steps[self.items[item].steps.start].event.row;
    }

    /// Selects the step next to the selected one, folded runs notwithstanding.
    pub(in crate::tui) fn go_step(&mut self, motion: Motion) {
        self.time = None;
        if let (Some(place), Some(life)) = (self.place(), self.life()) {
            self.selected = life.steps[motion.from(place, life.steps.len(), 1)].event.row;
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
            (self.selected, self.time) = (row, None);
        }
        found.is_some()
    }

    /// Folds or unfolds the run that the selected event belongs to; whether there was one.
    pub(in crate::tui) fn fold(&mut self, fold: bool, zone: Zone) -> bool {
        let (Some(place), Some(life)) = (self.place(), self.life()) else { return false };
        let run = foldable(&life.steps, zone).into_iter().find(|run| run.contains(&place));
        let Some(oldest) = run.map(|run| life.steps[run.end - 1].event.row) else { return false };
        let changed = if fold { self.open.remove(&oldest) } else { self.open.insert(oldest) };
        if changed {
            self.items = Vec::new();
        }
        changed
    }

    /// Works out what the tab that is shown needs, or asks for it where that takes long, and keeps the selection on
    /// the screen, of which `height` lines show events or fields.
    pub(in crate::tui) fn settle(&mut self, height: usize, row_height: usize, zone: Zone) -> Option<Effect> {
        let life = self.life().cloned()?;
        if self.items.is_empty() {
            self.items = items(&life, &self.open, zone);
        }
        let wanted = self.wanted(&life).filter(|_| self.working.is_none());
        let ask = wanted.and_then(|look| self.look(LifeQuestion { life: Arc::clone(&life), look }));
        if self.tab == Tab::Fields {
            let place = self.sought.as_ref().and_then(|path| sought(&self.blame, path));
            if let Some(place) = place {
                self.field[0].selected = place;
            }
            self.sought = self.sought.take().filter(|_| self.blame.is_empty());
        }
        self.scroll(height, row_height);
        let seen = self.items.iter_mut().skip(self.top).take(height / row_height.max(1) + 1);
        seen.for_each(|item| item.sum_up(&life));
        ask
    }

    /// What the tab that is shown needs and is not there.
    fn wanted(&self, life: &Life) -> Option<Look> {
        match self.tab {
            Tab::Events => None,
            Tab::Fields => (!self.blamed).then_some(Look::Fields),
            Tab::State => {
                let at = self.place().unwrap_or(0);
                let moment = self.time.map_or(Moment::After(life.steps[at].event.row), Moment::At);
                let other = self.portrait.as_ref().is_none_or(|(known, _)| *known != moment);
                other.then_some(Look::State(moment))
            }
        }
    }

    fn look(&mut self, question: LifeQuestion) -> Option<Effect> {
        if question.weight() > AT_ONCE {
            self.working = Some(question.look);
            return Some(Effect::Look(question));
        }
        self.put_seen(question.look, question.answer());
        None
    }

    /// Takes in what was worked out of a life; whether that was asked from here.
    pub(in crate::tui) fn see(&mut self, question: &LifeQuestion, seen: &Seen) -> bool {
        if self.working != Some(question.look) {
            return false;
        }
        // Where more is known by now, it is asked again.
        self.working = None;
        if self.life().is_some_and(|own| Arc::ptr_eq(own, &question.life)) {
            self.put_seen(question.look, seen.clone());
        }
        true
    }

    fn put_seen(&mut self, look: Look, seen: Seen) {
        match (look, seen) {
            (_, Seen::Fields(blame)) => (self.blame, self.blamed) = (blame, true),
            (Look::State(moment), Seen::State(portrait)) => self.portrait = Some((moment, portrait)),
            (Look::Fields, Seen::State(_)) => {}
        }
    }

    /// Whether something is being worked out beside the screen.
    fn is_working(&self) -> bool {
        self.working.is_some()
    }

    fn scroll(&mut self, height: usize, row_height: usize) {
        if let Some(place) = self.item() {
            let tall = |item: &Item| row_height + usize::from(item.gap);
            self.top = self.top.min(place);
            while self.top < place
                && self.items[self.top..=place].iter().map(tall).sum::<usize>() > height.max(1)
            {
                self.top += 1;
            }
            // No room is left below while there is something above.
            while self.top > 0 && self.items[self.top - 1..].iter().map(tall).sum::<usize>() <= height {
                self.top -= 1;
            }
        }
        let lengths =
            [self.blame.len(), self.portrait.as_ref().map_or(0, |(_, portrait)| portrait.fields.len())];
        for (place, len) in self.field.iter_mut().zip(lengths) {
            let height = height.max(1);
            place.selected = place.selected.min(len.saturating_sub(1));
            place.top = place
                .top
                .min(len.saturating_sub(height))
                .clamp((place.selected + 1).saturating_sub(height), place.selected);
        }
    }

    /// Events that can still be asked what they changed, the newest first: among those of the `page` lines that are
    /// seen, or all of them where the fields are looked at.
    pub(in crate::tui) fn unasked(&self, page: usize) -> Vec<Arc<Event>> {
        let Some(life) = self.life() else { return Vec::new() };
        if self.tab != Tab::Events {
            return life.unasked(0..life.steps.len()).cloned().collect();
        }
        let seen = self.items.iter().skip(self.top).take(page.max(1));
        seen.flat_map(|item| life.unasked(item.steps.clone())).cloned().collect()
    }
}

/// The place of the field, or of what it stands in, or of the first that stands in it.
fn sought(blame: &[Blame], path: &str) -> Option<usize> {
    let place = |fits: &dyn Fn(&str) -> bool| blame.iter().position(|blame| fits(&blame.path));
    place(&|own| own == path)
        .or_else(|| place(&|own| path.starts_with(own)))
        .or_else(|| place(&|own| own.starts_with(path)))
}
