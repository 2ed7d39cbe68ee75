//! The state of the whole interface, and what each message does to it.
//!
//! [`App::update`] never waits and never fails. What it wants from the outside it returns as effects. What
//! a command does is in `act`; what is drawn is in `view`, which reads this state and changes nothing.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use super::act::NOTHING_FURTHER;
use super::command::Context;
use super::filter::Filter;
use super::keymap::Lookup;
use super::layout::{Layout, layout};
use super::library::Library;
use super::message::{Effect, Message, Notice};
use super::overlay::Overlay;
use super::pane::event::{Details, EventView};
use super::pane::timeline::Timeline;
use super::pane::{Screen, lifecycle, sources};
use super::settings::{Settings, Ui};
use super::waiting::{Question, Timers, Why};
use super::window::Measure;
use crate::domain::{Event, Fault, RowId, SourceState, SourceStatus};

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
    pub(super) question: Question,
    pub(super) timers: Timers,
    pub(super) dirty: bool,
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
                self.notice = Some(Notice::info(NOTHING_FURTHER));
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
        for source in &sources {
            let known = self.sources.iter().find(|known| known.name == source.name);
            if let Some(note) =
                source.note.as_ref().filter(|_| known.is_none_or(|known| known.note.is_none()))
            {
                self.notice = Some(Notice::info(format!("{}: {note}", source.name)));
            }
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
        self.ui.zone = self.filter.query().directives().zone.unwrap_or(self.ui.chosen_zone);
        let measure = self.measure();
        self.timeline.settle(measure);
        self.in_preview &= !self.layout().preview.is_empty();
        if self.timeline.near(measure, 1).iter().any(|row| !self.library.knows(*row)) {
            let rows = self.library.want(self.timeline.near(measure, 3));
            ask.push(Effect::Load { rows });
        }
        self.settle_screen(ask);
        self.settle_rest(ask);
        self.settle_clock(ask);
    }

    fn settle_screen(&mut self, ask: &mut Vec<Effect>) {
        let layout = self.layout();
        match self.above.last_mut() {
            Some(Screen::Lifecycle(pane)) => pane.settle(lifecycle::view::page(&layout)),
            Some(Screen::Sources(pane)) => pane.settle(&self.sources, sources::view::page(&layout)),
            Some(Screen::Event(pane)) => {
                // An event that was opened before it was here is asked about once it is.
                if let Some(event) = pane.event.as_ref().filter(|event| self.details.worth_asking(event)) {
                    ask.extend(self.details.ask(event));
                }
            }
            None => {}
        }
    }
}
