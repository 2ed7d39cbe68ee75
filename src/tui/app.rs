//! The state of the whole interface, and what each message does to it.
//!
//! [`App::update`] never waits and never fails. What it wants from the outside it returns as effects. What
//! a key or a paste becomes is in `input`, what a command does in `act`; what is drawn is in `view`, which
//! reads this state and changes nothing.

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use super::command::Command;
use super::copy::Copy;
use super::counts::Counts;
use super::filter::Filter;
use super::layout::{self, Layout, Wishes, layout};
use super::library::Library;
use super::message::{Effect, Message, Notice};
use super::overlay::Overlay;
use super::pane::event::look::Comparisons;
use super::pane::event::related::Relations;
use super::pane::event::{Details, EventView};
use super::pane::facets::Facets;
use super::pane::timeline::Timeline;
use super::pane::{Screen, facets, lifecycle, sources, views};
use super::popup::Popup;
use super::range::Range;
use super::said::Said;
use super::search::Search;
use super::settings::{Settings, Side, Ui};
use super::spinner::Spinner;
use super::tabs::Tabs;
use super::trail::Trail;
use super::waiting::{Question, Timers, Why};
use super::window::Measure;
use crate::diff::{LifeQuestion, Seen, Subject};
use crate::domain::{
    Entity, Event, Fault, FeedCoverage, RowId, SourceState, SourceStatus, Summary, UserData,
};
use crate::query::Note;

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
    /// What may stand at the cursor of the filter.
    pub(super) popup: Popup,
    pub(super) tabs: Tabs,
    pub(super) search: Search,
    pub(super) counts: Counts,
    /// The values to filter by.
    pub(super) facets: Facets,
    /// What the user made, as the app knows it.
    pub(super) user: UserData,
    /// The same until the user was told what is new since.
    pub(super) greeting: Option<RowId>,
    /// How far was read before the program was started.
    pub(super) read_before: Option<RowId>,
    /// What the cache says about the query in force.
    pub(super) advice: Vec<Note>,
    pub(super) advice_generation: u64,
    /// The filter that was lifted to see an event among all others.
    pub(super) lifted: Option<String>,
    /// What is said when there is none of what was asked for last.
    pub(super) sought: String,
    /// The command that `repeat` does again.
    pub(super) repeatable: Option<Command>,
    /// What is to be copied of marked events that are still being read.
    pub(super) copying: Option<(Copy, Vec<RowId>)>,
    /// What models wrote here about single events.
    pub(super) written: Vec<Summary>,
    /// The number of the last question about a summary.
    pub(super) ai_generation: u64,
    /// The event that another one is to be compared with.
    pub(super) pinned: Option<Arc<Event>>,
    /// Two events that are to be compared as soon as both are at hand.
    pub(super) comparing: Option<(RowId, RowId)>,
    /// What the range that was begun comes to.
    pub(super) range: Option<Range>,
    pub(super) library: Library,
    pub(super) details: Details,
    /// What was made of the changes of events that were looked at.
    pub(super) comparisons: Comparisons,
    /// What is related to the event that was looked at last.
    pub(super) relations: Relations,
    pub(super) sources: Vec<SourceStatus>,
    /// What the cache knows to be complete of every feed.
    pub(super) ledgers: Vec<FeedCoverage>,
    /// How the selected event of the timeline is looked at beside the list.
    pub(super) preview: EventView,
    /// Whether keys go to the preview.
    pub(super) in_preview: bool,
    pub(super) notice: Option<Notice>,
    /// What was said so far.
    pub(super) said: Said,
    pub(super) trail: Trail,
    /// Whether the terminal sends what the mouse does.
    pub(super) has_mouse: bool,
    /// The newest event of which the user was told or that is too old to be told.
    pub(super) told_to: RowId,
    /// The keys of a sequence that is not complete yet.
    pub(super) pressed: Vec<KeyEvent>,
    pub(super) question: Question,
    pub(super) timers: Timers,
    pub(super) spinner: Spinner,
    pub(super) dirty: bool,
}

impl App {
    /// The interface before its first frame, and what it asks for to begin with.
    pub fn new(settings: Settings) -> (Self, Vec<Effect>) {
        let ui = Ui::new(&settings);
        let user = settings.user;
        let read_before = user.read_to;
        let tabs = if settings.query.is_some() { Tabs::default() } else { Tabs::new(&user) };
        let begin = tabs.current().and_then(|name| user.view(name)).map(|view| view.query.as_str());
        let query = settings.query.as_deref().or(begin).unwrap_or_default();
        let mut app = Self {
            filter: Filter::new(query, &ui.context()),
            popup: Popup::default(),
            tabs,
            search: Search::default(),
            counts: Counts::default(),
            facets: Facets::default(),
            user,
            greeting: read_before,
            read_before,
            advice: Vec::new(),
            advice_generation: 0,
            lifted: None,
            sought: String::new(),
            repeatable: None,
            timeline: Timeline::new(settings.follow),
            above: Vec::new(),
            overlays: Vec::new(),
            copying: None,
            written: Vec::new(),
            ai_generation: 0,
            pinned: None,
            comparing: None,
            range: None,
            library: Library::default(),
            details: Details::default(),
            comparisons: Comparisons::default(),
            relations: Relations::default(),
            sources: settings.sources,
            ledgers: Vec::new(),
            preview: EventView::default(),
            in_preview: false,
            notice: None,
            said: Said::default(),
            trail: Trail::default(),
            has_mouse: false,
            told_to: RowId::floor(settings.now),
            pressed: Vec::new(),
            question: Question::default(),
            timers: Timers::default(),
            spinner: Spinner::new(settings.spinner),
            dirty: true,
            ui,
        };
        if let Some(row) = settings.at {
            app.timeline.select(row);
        }
        let mut ask = Vec::new();
        app.query_changed(&mut ask);
        app.count_new(&mut ask);
        app.settle(&mut ask);
        (app, ask)
    }

    /// Folds in what happened; returns what is wanted of the outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let mut ask = Vec::new();
        self.dirty |= match message {
            Message::Key(key) => self.key(key, &mut ask),
            Message::Mouse(mouse) => self.mouse(mouse, &mut ask),
            Message::Paste(text) => self.paste(&text, &mut ask),
            Message::Resize(width, height) => {
                let area = ratatui::layout::Rect::new(0, 0, width, height);
                std::mem::replace(&mut self.ui.area, area) != area
            }
            Message::Tick(timer, now) => self.tick(timer, now, &mut ask),
            Message::Answer { generation, result } => self.answer(generation, result, &mut ask),
            Message::Events(events) => {
                let shown = self.events(events);
                self.copy_marked(&mut ask);
                self.compare_marked(&mut ask);
                shown
            }
            Message::Lifecycle { source, entity, result } => self.take_life(&source, &entity, &result),
            Message::Profile { actor, result } => self.take_profile(&actor, &result),
            Message::Suspects { case, result } => self.take_suspects(case, &result, &mut ask),
            Message::Neighbours { generation, result } => self.take_neighbours(generation, result),
            Message::Found { from, result } => self.found(from, result, &mut ask),
            Message::Advice { generation, notes } => self.take_advice(generation, notes),
            Message::Values { asker, generation, key, values } => {
                self.take_values(asker, generation, key, values, &mut ask)
            }
            Message::Surveyed { generation, result } => self.surveyed(generation, result),
            Message::Matches { generation, result } => self.matches(generation, result),
            Message::Newest { result } => self.open_newest(result, &mut ask),
            Message::NewCounts { generation, counts } => self.take_new_counts(generation, counts),
            Message::Watched(found) => self.take_watched(found, &mut ask),
            Message::Bookmarks(events) => self.take_bookmarks(&events),
            Message::Explained(result) => self.explained(result),
            Message::CacheGrew { new: 0 } => false,
            Message::CacheGrew { .. } | Message::CacheShrank => self.grew(&mut ask),
            Message::Sources(sources) => self.take_sources(sources),
            Message::Coverage(feeds) => self.take_coverage(feeds),
            Message::Unreadable(result) => self.show_unreadable(result),
            Message::Looked { question, seen } => self.looked(&question, &seen),
            Message::Compared { subject, revealed, comparison } => {
                self.comparisons.take(&subject, &revealed, comparison)
            }
            Message::Detail { row, result } => self.detail(row, result),
            Message::Notice(notice) => {
                self.notice = Some(notice);
                true
            }
            other => self.heard_of_leaving(other, &mut ask),
        };
        ask.extend(self.said.hear(self.notice.as_ref(), self.ui.now));
        self.settle(&mut ask);
        ask
    }

    /// Whether anything on the screen may have changed since this was last asked.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Where everything is.
    pub(super) fn layout(&self) -> Layout {
        // What is beside the list belongs to it, and not to the screens above.
        let at_list = self.above.is_empty();
        let wishes = Wishes {
            preview: self.ui.preview && !self.ui.zoomed,
            below: self.ui.side == Side::Below,
            strip: at_list && !self.ui.zoomed,
            facets: match &self.facets {
                facets if at_list && facets.focused() => layout::Facets::InFront,
                facets if at_list && facets.beside() && !self.ui.zoomed => layout::Facets::Beside,
                _ => layout::Facets::Hidden,
            },
        };
        let mut layout = layout(self.ui.area, wishes);
        if self.filter.query().directives().columns.is_some() {
            // Whoever names the columns wants to see them beside each other.
            layout.row_height = 1;
        }
        layout
    }

    /// How the list of the timeline is measured.
    pub(super) fn measure(&self) -> Measure {
        let layout = self.layout();
        let gaps = self.timeline.gap_places();
        Measure { height: layout.list.height, row_height: layout.row_height, zone: self.ui.zone, gaps }
    }

    /// The event that commands are about.
    pub(super) fn event(&self) -> Option<&Arc<Event>> {
        match self.above.last() {
            None if self.timeline.gap().is_some() => None,
            None => self.timeline.selected().and_then(|row| self.library.get(row)),
            Some(Screen::Event(pane)) => pane.event.as_ref(),
            Some(Screen::Lifecycle(pane)) => pane.event(),
            Some(Screen::Compare(pane)) => Some(pane.right()),
            Some(Screen::Actor(pane)) => pane.event(),
            Some(Screen::Suspects(pane)) => pane.event(),
            Some(_) => None,
        }
    }

    fn take_life(
        &mut self,
        source: &Arc<str>,
        entity: &Entity,
        result: &Result<Vec<Arc<Event>>, String>,
    ) -> bool {
        let events = result.as_ref().map_or(&[][..], Vec::as_slice);
        let around = self.around_life(source, events);
        let mut shown = false;
        for screen in &mut self.above {
            match screen {
                Screen::Lifecycle(pane) if pane.is_about(source, entity) => {
                    pane.take(result.clone(), around.clone());
                    shown = true;
                }
                Screen::Compare(pane) if pane.is_about(source, entity) => {
                    pane.take(result.clone(), around.clone());
                    shown = true;
                }
                _ => {}
            }
        }
        shown
    }

    /// What commands about changes are about.
    pub(super) fn subject(&self) -> Option<Subject> {
        match self.above.last() {
            Some(Screen::Compare(pane)) => pane.subject.clone(),
            _ => self.event().cloned().map(Subject::Event),
        }
    }

    /// Gives what was worked out of a life to the screen that asked.
    fn looked(&mut self, question: &LifeQuestion, seen: &Seen) -> bool {
        let mut panes = self.above.iter_mut().filter_map(|screen| match screen {
            Screen::Lifecycle(pane) => Some(pane),
            _ => None,
        });
        panes.any(|pane| pane.see(question, seen))
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
                Screen::Compare(pane) => events.iter().for_each(|event| pane.renew(event)),
                Screen::Actor(pane) => events.iter().for_each(|event| pane.renew(event)),
                Screen::Suspects(pane) => events.iter().for_each(|event| pane.renew(event)),
                _ => {}
            }
        }
        for event in &events {
            self.relations.renew(event);
        }
        if let Some(range) = &mut self.range {
            range.renew(&events);
        }
        self.library.put(events);
        true
    }

    fn found(&mut self, from: RowId, result: Result<Option<RowId>, String>, ask: &mut Vec<Effect>) -> bool {
        if self.event().map_or(self.timeline.selected(), |event| Some(event.row)) != Some(from) {
            // The user has moved on.
            return false;
        }
        match result {
            Ok(Some(row)) => self.go_to(row, ask),
            Ok(None) => {
                self.notice = Some(Notice::info(self.sought.clone()));
            }
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        true
    }

    fn grew(&mut self, ask: &mut Vec<Effect>) -> bool {
        self.renew_screens(ask);
        self.counts.grow_stale();
        self.relations.grow_stale();
        if self.question.open.is_some() {
            self.question.stale = true;
        } else {
            self.filter.renew(&self.ui.context());
            self.ask(Why::News, ask);
        }
        self.search_again(ask);
        self.advise(ask);
        self.count_new(ask);
        self.look_at_watched(ask);
        false
    }

    fn take_sources(&mut self, sources: Vec<SourceStatus>) -> bool {
        let busy = |status: &SourceStatus| match status.state {
            SourceState::Idle => !self.user.is_paused(&status.name),
            _ => matches!(status.state, SourceState::Syncing { .. }),
        };
        if !sources.is_empty() && !sources.iter().any(busy) {
            // The first round is over: what comes from now on is news, and does not move the selection.
            self.timeline.pin();
            self.greet();
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
        if changed {
            self.place_gaps();
        }
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
        self.timeline.settle(&measure);
        self.in_preview &= !self.layout().preview.is_empty();
        if self.timeline.near(&measure, 1).iter().any(|row| !self.library.knows(*row)) {
            let rows = self.library.want(&self.timeline.near(&measure, 3));
            ask.push(Effect::Load { rows });
        }
        self.settle_range();
        self.settle_screen(ask);
        self.settle_related(ask);
        self.settle_counts(ask);
        if let Some(subject) = self.subject() {
            ask.extend(self.comparisons.want(&subject));
        }
        self.settle_rest(ask);
        self.settle_clock(ask);
        self.settle_spinner(ask);
    }

    fn settle_screen(&mut self, ask: &mut Vec<Effect>) {
        let layout = self.layout();
        match self.above.last_mut() {
            Some(Screen::Lifecycle(pane)) => {
                let height = lifecycle::view::height(&layout, pane.tab);
                let row_height = usize::from(layout.row_height);
                ask.extend(pane.settle(height, row_height, self.ui.zone));
                let events = pane.unasked(height / row_height.max(1));
                self.details.ask_some(&events, ask);
            }
            Some(Screen::Sources(pane)) => pane.settle(&self.sources, sources::view::room(&layout)),
            Some(Screen::Views(pane)) => pane.settle(self.user.views.len(), views::view::page(&layout)),
            Some(Screen::Event(pane)) => {
                // An event that was opened before it was here is asked about once it is.
                if let Some(event) = pane.event.as_ref().filter(|event| self.details.worth_asking(event)) {
                    ask.extend(self.details.ask(event));
                }
            }
            Some(Screen::Compare(pane)) => self.details.ask_some(&pane.unasked(), ask),
            Some(Screen::Histogram(_) | Screen::Actor(_) | Screen::Suspects(_)) => {}
            None => {
                self.facets.settle(self.counts.facets(), facets::view::page(&layout));
                if let Some(range) = &self.range {
                    self.details.ask_some(&range.unasked(), ask);
                }
            }
        }
    }
}
