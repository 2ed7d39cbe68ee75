//! What commands do with one event: open it, turn its tabs, scroll it, go on to the next of its entity.

use std::rc::Rc;
use std::sync::Arc;

use crate::domain::{Event, RowId};
use crate::query::{self, Query};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::copy::Copy;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::pane::Screen;
use crate::tui::pane::compare;
use crate::tui::pane::event::view::Text;
use crate::tui::pane::event::{self, EventPane, EventView, Tab, changes};
use crate::tui::pane::timeline::Side;

/// The events that somebody had to put right, as a filter.
const SETBACKS: &str = "status:failed OR action:reject,rollback";

/// The same in words.
const SETBACK: &str = "event that failed, was rejected or rolled back";

/// What is said when there is nowhere to go on that side.
pub(in crate::tui) fn nothing_further(side: Side, what: &str) -> String {
    let word = match side {
        Side::Newer => "newer",
        Side::Older => "older",
    };
    format!("no {word} {what}")
}

impl App {
    /// The commands about the selected event.
    pub(super) fn act_on_event(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if self.narrow(command, ask) {
            return true;
        }
        if let Some(copy) = Copy::of(command) {
            self.copy(copy, ask);
            return true;
        }
        match command {
            Command::OpenLifecycle => self.open_lifecycle(ask),
            Command::Export => self.open_export(),
            Command::AiSummary => self.open_ai(ask),
            Command::CopyPath | Command::CopyValue => self.copy_field(command, ask),
            Command::CopyRequest => match self.event().cloned() {
                Some(event) => ask.push(Effect::CopyRequest { event }),
                None => self.notice = Some(Notice::info("no event is selected")),
            },
            Command::Blame => self.blame(ask),
            Command::OpenActor => self.open_actor(ask),
            Command::Around => self.show_around(ask),
            Command::Suspects => self.open_suspects(ask),
            Command::ShorterWindow => self.widen_window(false, ask),
            Command::LongerWindow => self.widen_window(true, ask),
            Command::Repeat => match self.repeatable {
                Some(command) => return self.act_on_event(command, ask),
                None => self.notice = Some(Notice::info("there is nothing to do again")),
            },
            Command::ShowInContext => self.show_in_context(ask),
            Command::Bookmark => self.bookmark(ask),
            Command::Note => self.note_event(),
            Command::Watch => self.watch(ask),
            Command::OpenUrl => match self.event().and_then(|event| event.record.url.clone()) {
                Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                    ask.push(Effect::OpenUrl(url));
                }
                _ => self.notice = Some(Notice::info("the feed names no page about this event")),
            },
            _ => return false,
        }
        true
    }

    pub(in crate::tui) fn open_event(&mut self, ask: &mut Vec<Effect>) {
        let (row, event) = if self.above.last().is_some() {
            let Some(event) = self.event() else { return };
            (event.row, Some(event.clone()))
        } else {
            let Some(row) = self.timeline.selected() else { return };
            (row, self.library.get(row).cloned())
        };
        if let Some(event) = &event {
            ask.extend(self.details.ask(event));
        }
        let view = EventView::of(self.preview.tab);
        self.above.push(Screen::Event(EventPane { row, event, view }));
    }

    pub(super) fn act_in_event(&mut self, command: Command, ask: &mut Vec<Effect>) {
        match command {
            Command::NextTab => self.turn_event(1),
            Command::PreviousTab => self.turn_event(-1),
            Command::NextChange => self.seek_change(true),
            Command::PreviousChange => self.seek_change(false),
            Command::NextOfEntity => self.neighbour(Side::Older, ask),
            Command::PreviousOfEntity => self.neighbour(Side::Newer, ask),
            Command::Open => drop(self.open_related(ask)),
            other => {
                if let Some(motion) = Motion::of(other) {
                    self.scroll_event(motion);
                }
            }
        }
    }

    fn turn_event(&mut self, by: isize) {
        if let Some(Screen::Event(pane)) = self.above.last_mut() {
            pane.view.turn(by);
            // The tab is a way of looking, not a property of one event.
            self.preview = EventView::of(pane.view.tab);
        }
    }

    /// Goes to the next or previous event of the same entity: of the life that the event was opened from,
    /// else of those that the filter selects.
    pub(super) fn neighbour(&mut self, side: Side, ask: &mut Vec<Effect>) {
        if let [.., Screen::Lifecycle(life), Screen::Event(_)] = self.above.as_mut_slice() {
            life.go_step(Motion::Lines(if side == Side::Older { 1 } else { -1 }));
            if let Some(event) = life.selected_event().cloned() {
                self.show(event.row, Some(event), ask);
            }
            return;
        }
        let Some((event, from)) = self.event().map(|event| (event, event.row)) else { return };
        match self.same_entity(event) {
            Some(query) => {
                self.sought = nothing_further(side, "event of this entity in the list");
                ask.push(Effect::Find { query, from, newer: side == Side::Newer });
            }
            None => self.notice = Some(Notice::info("this event names no entity")),
        }
    }

    /// Goes to the next or previous event that somebody had to put right: of the life on the screen, else of
    /// those that the filter selects.
    pub(super) fn setback(&mut self, side: Side, ask: &mut Vec<Effect>) {
        if let Some(Screen::Lifecycle(life)) = self.above.last_mut() {
            if life.go_to_setback(side) {
                self.preview = EventView::of(self.preview.tab);
            } else {
                let what = format!("{SETBACK} in this life");
                self.notice = Some(Notice::info(nothing_further(side, &what)));
            }
            return;
        }
        let setbacks = query::parse(SETBACKS, &self.ui.context());
        let (Some(from), Ok(setbacks)) = (self.timeline.selected(), setbacks) else { return };
        let query = self.filter.query().and(&setbacks);
        self.sought = nothing_further(side, SETBACK);
        ask.push(Effect::Find { query, from, newer: side == Side::Newer });
    }

    /// What the filter selects of the entity of `event`.
    fn same_entity(&self, event: &Event) -> Option<Query> {
        let same = query::parse(&event::related::same_entity(event)?, &self.ui.context()).ok()?;
        Some(self.filter.query().and(&same))
    }

    /// Selects `row` in the timeline and, where one event fills the screen, shows that row there.
    pub(in crate::tui) fn go_to(&mut self, row: RowId, ask: &mut Vec<Effect>) {
        self.timeline.leap(row);
        if matches!(self.above.last(), Some(Screen::Event(_))) {
            let event = self.library.get(row).cloned();
            self.show(row, event, ask);
        }
    }

    /// Puts another event in the place of the one that fills the screen.
    fn show(&mut self, row: RowId, event: Option<Arc<Event>>, ask: &mut Vec<Effect>) {
        if let Some(event) = &event {
            ask.extend(self.details.ask(event));
        }
        if let Some(Screen::Event(pane)) = self.above.last_mut() {
            let view = EventView::of(pane.view.tab);
            *pane = EventPane { row, event, view };
        }
    }

    /// The text of the event that has the keys, and the lines of it seen at once.
    pub(in crate::tui) fn text_of_event(&self) -> Option<(Rc<Text>, usize)> {
        let (event, view, area) = match self.above.last() {
            Some(Screen::Event(pane)) => {
                (pane.event.as_ref()?, pane.view, event::view::page(&self.layout(), &self.ui, pane.view.tab))
            }
            Some(Screen::Compare(pane)) => {
                let body = compare::view::body(&self.layout(), &self.ui);
                let text = changes::difference(self, pane.subject.as_ref()?, usize::from(body.width));
                return Some((text, usize::from(body.height)));
            }
            None | Some(Screen::Lifecycle(_) | Screen::Suspects(_)) => {
                (self.event()?, self.preview, self.layout().preview)
            }
            Some(_) => return None,
        };
        let body = event::view::body(area);
        let text = event::view::text(self, event, view.tab, body.width);
        Some((text, usize::from(body.height)))
    }

    pub(in crate::tui) fn view_of_event(&mut self) -> &mut EventView {
        match self.above.last_mut() {
            Some(Screen::Event(pane)) => &mut pane.view,
            Some(Screen::Compare(pane)) => &mut pane.view,
            _ => &mut self.preview,
        }
    }

    pub(super) fn scroll_event(&mut self, motion: Motion) {
        let Some((text, page)) = self.text_of_event() else { return };
        let in_related = self.in_related();
        let view = self.view_of_event();
        if in_related {
            return view.select(motion, &text, page);
        }
        view.scroll = motion.from(view.scroll, text.lines.len().saturating_sub(page) + 1, page);
    }

    pub(in crate::tui) fn scroll_preview(&mut self, motion: Motion) {
        if !self.layout().preview.is_empty() {
            self.scroll_event(motion);
        }
    }

    /// Goes to the next or previous changed field; from another tab, to the tab with the changes first.
    pub(super) fn seek_change(&mut self, next: bool) {
        let view = self.view_of_event();
        if view.tab != Tab::Diff {
            *view = EventView::of(Tab::Diff);
        }
        let Some((text, page)) = self.text_of_event() else { return };
        if text.marks.is_empty() {
            self.notice = Some(Notice::info("this event names no changed field"));
        }
        self.view_of_event().seek(next, &text.marks, text.lines.len(), page);
    }
}
