//! The state of the whole interface, and what each message does to it.
//!
//! [`App::update`] never waits and never fails. What it wants from the outside it returns as effects. What
//! a command does is in `act`; what is drawn is in `view`, which reads this state and changes nothing.

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use super::command::Context;
use super::filter::Filter;
use super::keymap::Lookup;
use super::layout::{Layout, layout};
use super::library::Library;
use super::message::{Answer, Effect, Message, Notice, Timer};
use super::overlay::Overlay;
use super::pane::event::{Details, EventView};
use super::pane::timeline::Timeline;
use super::pane::{Screen, lifecycle, sources};
use super::settings::{Settings, Ui};
use super::window::Measure;
use crate::domain::{Event, Fault, RowId, SourceState, SourceStatus, Timestamp};

/// How long the selection rests on an event before a second request is made for it.
const REST: Duration = Duration::from_millis(250);

/// How often the time of day is asked for.
const MINUTE: Duration = Duration::from_secs(60);

/// How often, while a countdown is on the screen.
const SECOND: Duration = Duration::from_secs(1);

/// The whole interface.
#[derive(Debug)]
pub struct App {
    pub(super) ui: Ui,
    pub(super) timeline: Timeline,
    /// The screens gone into from the timeline, the innermost last.
    pub(super) above: Vec<Screen>,
    /// What lies over the screen, the topmost last.
    pub(super) overlays: Vec<Overlay>,
    pub(super) filter: Filter,
    pub(super) library: Library,
    pub(super) details: Details,
    pub(super) sources: Vec<SourceStatus>,
    /// How the selected event of the timeline is looked at beside the list.
    pub(super) preview: EventView,
    /// Whether keys go to the preview.
    pub(super) in_preview: bool,
    pub(super) notice: Option<Notice>,
    /// The keys of a sequence that is not complete yet.
    pub(super) pressed: Vec<KeyEvent>,
    question: Question,
    timers: Timers,
    dirty: bool,
}

/// The question to the index that is on its way.
#[derive(Debug, Default)]
struct Question {
    generation: u64,
    open: Option<Why>,
    /// Whether the cache grew since it was asked.
    stale: bool,
}

/// Why the index is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Another query is in force.
    Filter,
    /// There is more to find.
    News,
}

/// The timers that are waited for. A greater number makes the earlier timers of its sort void.
#[derive(Debug, Default)]
struct Timers {
    clock: u64,
    period: Option<Duration>,
    rest: u64,
    /// The row that the selection stays on, and whether it has rested there long enough.
    resting: Option<(RowId, bool)>,
}

impl App {
    /// The interface before its first frame, and what it asks for to begin with.
    pub fn new(settings: Settings) -> (Self, Vec<Effect>) {
        let ui = Ui::new(&settings);
        let mut app = Self {
            filter: Filter::new(&settings.query, &ui.context()),
            timeline: Timeline::new(settings.follow),
            above: Vec::new(),
            overlays: Vec::new(),
            library: Library::default(),
            details: Details::default(),
            sources: settings.sources,
            preview: EventView::default(),
            in_preview: false,
            notice: None,
            pressed: Vec::new(),
            question: Question::default(),
            timers: Timers::default(),
            dirty: true,
            ui,
        };
        let mut ask = Vec::new();
        app.ask(Why::Filter, &mut ask);
        app.settle(&mut ask);
        (app, ask)
    }

    /// Folds in what happened; returns what is wanted of the outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let mut ask = Vec::new();
        self.dirty |= match message {
            Message::Key(key) => self.key(key, &mut ask),
            Message::Paste(text) => self.paste(&text, &mut ask),
            Message::Resize(width, height) => {
                let area = ratatui::layout::Rect::new(0, 0, width, height);
                std::mem::replace(&mut self.ui.area, area) != area
            }
            Message::Tick(timer, now) => self.tick(timer, now),
            Message::Answer { generation, result } => self.answer(generation, result, &mut ask),
            Message::Events(events) => self.events(events),
            Message::Lifecycle { source, entity, result } => {
                let mut shown = false;
                for screen in &mut self.above {
                    if let Screen::Lifecycle(pane) = screen
                        && pane.is_about(&source, &entity)
                    {
                        pane.take(result.clone());
                        shown = true;
                    }
                }
                shown
            }
            Message::Found { from, result } => self.found(from, result, &mut ask),
            Message::CacheGrew { new } => self.grew(new, &mut ask),
            Message::Sources(sources) => self.take_sources(sources),
            Message::Detail { row, result } => self.detail(row, result),
            Message::Notice(notice) => {
                self.notice = Some(notice);
                true
            }
        };
        self.settle(&mut ask);
        ask
    }

    /// Whether anything on the screen may have changed since this was last asked.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Where everything is.
    pub(super) fn layout(&self) -> Layout {
        layout(self.ui.area, self.ui.preview)
    }

    /// How the list of the timeline is measured.
    pub(super) fn measure(&self) -> Measure {
        let layout = self.layout();
        Measure { height: layout.list.height, row_height: layout.row_height, zone: self.ui.zone }
    }

    /// The event that commands are about.
    pub(super) fn event(&self) -> Option<&Arc<Event>> {
        match self.above.last() {
            None => self.timeline.selected().and_then(|row| self.library.get(row)),
            Some(Screen::Event(pane)) => pane.event.as_ref(),
            Some(Screen::Lifecycle(pane)) => pane.event(),
            Some(Screen::Sources(_)) => None,
        }
    }

    /// What keys mean at the moment.
    pub(super) fn context(&self) -> Context {
        match (self.overlays.last(), self.above.last()) {
            (Some(overlay), _) => overlay.context(),
            (None, None) if self.filter.editing() => Context::Prompt,
            (None, None) if !self.in_preview => Context::Lists,
            (None, Some(Screen::Lifecycle(_))) => Context::Lists,
            (None, None | Some(Screen::Event(_))) => Context::Detail,
            (None, Some(Screen::Sources(_))) => Context::Everywhere,
        }
    }

    /// Asks the index for the events of the query in force.
    pub(super) fn ask(&mut self, why: Why, ask: &mut Vec<Effect>) {
        let question = &mut self.question;
        question.generation += 1;
        // A question that another one overtakes may have been the one for another filter.
        question.open = Some(if question.open == Some(Why::Filter) { Why::Filter } else { why });
        question.stale = false;
        ask.push(Effect::Query { generation: question.generation, query: self.filter.query().clone() });
    }

    fn key(&mut self, key: KeyEvent, ask: &mut Vec<Effect>) -> bool {
        if key.kind == KeyEventKind::Release {
            return false;
        }
        self.notice = None;
        self.timeline.pin();
        let context = self.context();
        self.pressed.push(key);
        match self.ui.keymap.lookup(context, &self.pressed) {
            Lookup::Found(command) => {
                self.pressed.clear();
                self.act(command, ask);
            }
            Lookup::Prefix(_) => {}
            Lookup::None => {
                let alone = self.pressed.len() == 1;
                self.pressed.clear();
                if alone && context.takes_text() {
                    self.typed(key, ask);
                } else if matches!(self.overlays.last(), Some(Overlay::Quit)) {
                    self.overlays.pop();
                }
            }
        }
        true
    }

    fn typed(&mut self, key: KeyEvent, ask: &mut Vec<Effect>) {
        match self.overlays.last_mut() {
            Some(Overlay::Palette(palette)) => palette.key(key),
            Some(_) => {}
            None => {
                if self.filter.key(key, &self.ui.context()) {
                    self.ask(Why::Filter, ask);
                }
            }
        }
    }

    fn paste(&mut self, text: &str, ask: &mut Vec<Effect>) -> bool {
        if self.context() != Context::Prompt {
            return false;
        }
        match self.overlays.last_mut() {
            Some(Overlay::Palette(palette)) => palette.paste(text),
            Some(_) => return false,
            None => {
                if self.filter.paste(text, &self.ui.context()) {
                    self.ask(Why::Filter, ask);
                }
            }
        }
        true
    }

    fn tick(&mut self, timer: Timer, now: Timestamp) -> bool {
        self.ui.now = now;
        match timer {
            Timer::Clock(number) if number == self.timers.clock => {
                // Settling winds it up again.
                self.timers.period = None;
                self.shows_ages()
            }
            Timer::Rest(number) if number == self.timers.rest => {
                if let Some((_, rested)) = &mut self.timers.resting {
                    *rested = true;
                }
                false
            }
            Timer::Clock(_) | Timer::Rest(_) => false,
        }
    }

    fn answer(&mut self, generation: u64, result: Result<Answer, String>, ask: &mut Vec<Effect>) -> bool {
        if generation != self.question.generation {
            return false;
        }
        let why = self.question.open.take();
        match (result, why) {
            (Ok(answer), Some(Why::News)) => self.timeline.renew(answer),
            (Ok(answer), _) => self.timeline.replace(answer),
            (Err(message), _) => self.notice = Some(Notice::error(message)),
        }
        if self.question.stale {
            self.ask(Why::News, ask);
        }
        true
    }

    fn events(&mut self, events: Vec<Arc<Event>>) -> bool {
        for screen in &mut self.above {
            match screen {
                Screen::Event(pane) => {
                    if let Some(event) = events.iter().find(|event| event.row == pane.row) {
                        pane.event = Some(event.clone());
                    }
                }
                Screen::Lifecycle(pane) => events.iter().for_each(|event| pane.renew(event)),
                Screen::Sources(_) => {}
            }
        }
        self.library.put(events);
        true
    }

    fn found(&mut self, from: RowId, result: Result<Option<RowId>, String>, ask: &mut Vec<Effect>) -> bool {
        if self.timeline.selected() != Some(from) {
            // The user has moved on.
            return false;
        }
        match result {
            Ok(Some(row)) => self.go_to(row, ask),
            Ok(None) => {
                self.notice = Some(Notice::info("the filter selects no further event of this entity"));
            }
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        true
    }

    fn grew(&mut self, new: u64, ask: &mut Vec<Effect>) -> bool {
        if new == 0 {
            return false;
        }
        for screen in &self.above {
            if let Screen::Lifecycle(pane) = screen {
                ask.push(Effect::Lifecycle { source: pane.source.clone(), entity: pane.entity.clone() });
            }
        }
        if self.question.open.is_some() {
            self.question.stale = true;
        } else {
            self.filter.renew(&self.ui.context());
            self.ask(Why::News, ask);
        }
        false
    }

    fn take_sources(&mut self, sources: Vec<SourceStatus>) -> bool {
        let busy =
            |status: &SourceStatus| matches!(status.state, SourceState::Idle | SourceState::Syncing { .. });
        if !sources.is_empty() && !sources.iter().any(busy) {
            // The first round is over: what comes from now on is news, and does not move the selection.
            self.timeline.pin();
        }
        let changed = self.sources != sources;
        self.sources = sources;
        changed
    }

    fn detail(&mut self, row: RowId, result: Result<Arc<Event>, Fault>) -> bool {
        match result {
            Ok(event) => {
                self.details.answered(row, None);
                self.events(vec![event])
            }
            Err(fault) => {
                self.details.answered(row, Some(fault));
                true
            }
        }
    }

    /// Brings everything in line with what has changed: the windows, the events in memory, the timers.
    fn settle(&mut self, ask: &mut Vec<Effect>) {
        let measure = self.measure();
        self.timeline.settle(measure);
        self.in_preview &= !self.layout().preview.is_empty();
        if self.timeline.near(measure, 1).iter().any(|row| !self.library.knows(*row)) {
            let rows = self.library.want(self.timeline.near(measure, 3));
            ask.push(Effect::Load { rows });
        }
        self.settle_screen();
        self.settle_rest(ask);
        self.settle_clock(ask);
    }

    fn settle_screen(&mut self) {
        let layout = self.layout();
        match self.above.last_mut() {
            Some(Screen::Lifecycle(pane)) => pane.settle(lifecycle::view::page(&layout)),
            Some(Screen::Sources(pane)) => pane.settle(&self.sources, sources::view::page(&layout)),
            Some(Screen::Event(_)) | None => {}
        }
    }

    fn settle_rest(&mut self, ask: &mut Vec<Effect>) {
        let row = self.timeline.selected();
        if row != self.timers.resting.map(|(row, _)| row) {
            self.preview.scroll = 0;
            self.timers.resting = row.map(|row| (row, false));
            if row.is_some() {
                self.timers.rest += 1;
                ask.push(Effect::Timer { timer: Timer::Rest(self.timers.rest), after: REST });
            }
        }
        if let Some((row, true)) = self.timers.resting
            && !self.layout().preview.is_empty()
            && let Some(event) = self.library.get(row)
            && self.details.worth_asking(event)
        {
            ask.extend(self.details.ask(event));
            self.dirty = true;
        }
    }

    fn settle_clock(&mut self, ask: &mut Vec<Effect>) {
        let waits = self.sources.iter().any(|source| matches!(source.state, SourceState::Waiting { .. }));
        let period = if waits { SECOND } else { MINUTE };
        let Some(running) = self.timers.period else {
            // It came due, or the program starts.
            return self.wind(period, period, ask);
        };
        if running != period {
            // The countdown has to begin with the right number.
            self.wind(period, Duration::ZERO, ask);
        }
    }

    fn wind(&mut self, period: Duration, after: Duration, ask: &mut Vec<Effect>) {
        self.timers.clock += 1;
        self.timers.period = Some(period);
        ask.push(Effect::Timer { timer: Timer::Clock(self.timers.clock), after });
    }

    /// Asks for the time of day, which a filter with `since:` needs to be exact.
    pub(super) fn ask_the_time(&mut self, ask: &mut Vec<Effect>) {
        let period = self.timers.period.unwrap_or(MINUTE);
        self.wind(period, Duration::ZERO, ask);
    }

    /// Whether the passing of time alone changes what is on the screen.
    fn shows_ages(&self) -> bool {
        let waits = self.sources.iter().any(|source| matches!(source.state, SourceState::Waiting { .. }));
        waits || self.ui.ages || !self.above.is_empty() || !self.layout().preview.is_empty()
    }
}
