//! What each command does.
//!
//! A command is offered to what lies over the screen, then to the line being edited, then to what every
//! screen knows, then to the screen itself. What nobody takes does nothing.

use std::sync::Arc;

use super::app::App;
use super::command::Command;
use super::message::{Effect, Notice};
use super::motion::Motion;
use super::overlay::{self, Help, Overlay, Palette};
use super::pane::Screen;
use super::pane::event::{self, EventPane, EventView, Tab};
use super::pane::lifecycle::{self, LifecyclePane};
use super::pane::sources::{self, SourcesPane};
use super::pane::timeline::Side;
use super::waiting::Why;
use crate::domain::{Event, RowId, Zone};
use crate::query::{self, Query};

impl App {
    /// Does what the user wants.
    pub(super) fn act(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let taken = self.act_on_overlay(command, ask)
            || self.act_on_filter(command, ask)
            || self.act_anywhere(command, ask)
            || self.act_on_event(command, ask);
        if !taken {
            self.act_on_screen(command, ask);
        }
    }

    fn act_on_overlay(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let layout = self.layout();
        let Some(overlay) = self.overlays.last_mut() else { return false };
        match (overlay, command) {
            (Overlay::Quit, Command::Close | Command::Accept) => ask.push(Effect::Quit),
            (_, Command::Back | Command::Cancel | Command::Close) | (Overlay::Help(_), Command::Help) => {
                self.overlays.pop();
            }
            (Overlay::Quit, _) => {
                self.overlays.pop();
                return false;
            }
            (Overlay::Palette(palette), Command::Accept) => {
                let chosen = palette.chosen();
                self.overlays.pop();
                if let Some(command) = chosen {
                    self.act(command, ask);
                }
            }
            (Overlay::Palette(palette), Command::NextChoice) => palette.choose(Motion::Lines(1)),
            (Overlay::Palette(palette), Command::PreviousChoice) => palette.choose(Motion::Lines(-1)),
            (Overlay::Palette(_), _) => {}
            (Overlay::Help(help), command) => {
                let Some(motion) = Motion::of(command) else { return false };
                let lines = overlay::help::lines(&self.ui).len();
                help.go(motion, lines, overlay::help::page(&layout));
            }
        }
        true
    }

    fn act_on_filter(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if !self.filter.editing() {
            return false;
        }
        let context = self.ui.context();
        let changed = match command {
            Command::Accept => self.filter.accept(&context),
            Command::Cancel => self.filter.cancel(&context),
            Command::Complete => self.filter.complete(&context),
            Command::PreviousChoice => self.filter.recall(true, &context),
            Command::NextChoice => self.filter.recall(false, &context),
            _ => return false,
        };
        if changed {
            self.ask(Why::Filter, ask);
        }
        true
    }

    /// The commands that mean the same on every screen.
    fn act_anywhere(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::Quit => ask.push(Effect::Quit),
            Command::Suspend => ask.push(Effect::Suspend),
            Command::Redraw => ask.push(Effect::Redraw),
            Command::Help => self.overlays.push(Overlay::Help(Help::default())),
            Command::Palette => self.overlays.push(Overlay::Palette(Palette::default())),
            Command::Close if self.above.is_empty() && !self.in_preview => self.overlays.push(Overlay::Quit),
            Command::Back | Command::Close => self.back(),
            Command::Sources => self.open_sources(),
            Command::RefreshSource => self.refresh(ask),
            Command::RefreshAll => ask.push(Effect::Refresh { source: None }),
            Command::Follow => self.timeline.set_follow(!self.timeline.follows()),
            Command::TimeFormat => self.ui.ages = !self.ui.ages,
            Command::Preview => self.ui.preview = !self.ui.preview,
            Command::Zone => {
                self.ui.zone = match (self.ui.zone, self.ui.home_zone) {
                    (Zone::Utc, Zone::Utc) => Zone::Local,
                    (Zone::Utc, home) => home,
                    _ => Zone::Utc,
                };
                let text = self.filter.query().clone();
                self.filter.renew(&self.ui.context());
                if *self.filter.query() != text {
                    self.ask(Why::Filter, ask);
                }
            }
            Command::EditFilter => {
                self.above.clear();
                self.in_preview = false;
                self.filter.edit();
                self.ask_the_time(ask);
            }
            Command::ClearFilter => {
                let changed = self.filter.set("", &self.ui.context());
                self.filter_changed(Some(changed), "there is no filter to clear", ask);
            }
            Command::UndoQuery => {
                let changed = self.filter.undo(&self.ui.context());
                self.filter_changed(changed, "there is no filter before this one", ask);
            }
            Command::RedoQuery => {
                let changed = self.filter.redo(&self.ui.context());
                self.filter_changed(changed, "there is no filter after this one", ask);
            }
            _ => return false,
        }
        true
    }

    fn filter_changed(&mut self, changed: Option<bool>, otherwise: &str, ask: &mut Vec<Effect>) {
        match changed {
            Some(true) => self.ask(Why::Filter, ask),
            Some(false) => {}
            None => self.notice = Some(Notice::info(otherwise)),
        }
    }

    /// Leaves the innermost place; at the timeline there is nothing to leave.
    fn back(&mut self) {
        if self.above.pop().is_none() {
            self.in_preview = false;
        }
    }

    fn open_sources(&mut self) {
        if !matches!(self.above.last(), Some(Screen::Sources(_))) {
            let source = self.event().map(|event| event.source.clone());
            self.above.push(Screen::Sources(SourcesPane::at(source)));
        }
    }

    fn refresh(&mut self, ask: &mut Vec<Effect>) {
        let source = match self.above.last() {
            Some(Screen::Sources(pane)) => pane.name(&self.sources),
            _ => self.event().map(|event| event.source.clone()),
        };
        match source {
            Some(_) => ask.push(Effect::Refresh { source }),
            None => self.notice = Some(Notice::info("no source is selected")),
        }
    }

    /// The commands about the selected event.
    fn act_on_event(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if let Some(copy) = super::copy::Copy::of(command) {
            match copy.text(self.event().map(Arc::as_ref), &self.filter, &self.ui) {
                Ok(text) => ask.push(Effect::Copy(text)),
                Err(why) => self.notice = Some(Notice::info(why)),
            }
            return true;
        }
        match command {
            Command::OpenLifecycle => self.open_lifecycle(ask),
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

    fn open_lifecycle(&mut self, ask: &mut Vec<Effect>) {
        let Some(event) = self.event().cloned() else { return };
        let entity = &event.record.entity;
        if entity.label().is_none() {
            self.notice = Some(Notice::info("this event names no entity"));
            return;
        }
        let shown = |screen: &Screen| matches!(screen, Screen::Lifecycle(pane) if pane.is_about(&event.source, entity));
        if let Some(depth) = self.above.iter().position(shown) {
            // Going round in circles would make the way back endless.
            self.above.truncate(depth + 1);
            return;
        }
        self.above.push(Screen::Lifecycle(LifecyclePane::of(&event)));
        ask.push(Effect::Lifecycle { source: event.source.clone(), entity: entity.clone() });
    }

    fn act_on_screen(&mut self, command: Command, ask: &mut Vec<Effect>) {
        match self.above.last() {
            None => self.act_on_timeline(command, ask),
            Some(Screen::Event(_)) => self.act_in_event(command, ask),
            Some(Screen::Lifecycle(_)) => self.act_in_lifecycle(command, ask),
            Some(Screen::Sources(_)) => {
                let page = sources::view::page(&self.layout());
                if let (Some(motion), Some(Screen::Sources(pane))) =
                    (Motion::of(command), self.above.last_mut())
                {
                    pane.go(motion, &self.sources, page);
                }
            }
        }
    }

    fn act_on_timeline(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let measure = self.measure();
        let motion = Motion::of(command);
        match (command, motion) {
            (Command::NextPane, _) => self.in_preview = !self.in_preview && !self.layout().preview.is_empty(),
            (Command::NextTab, _) => self.preview.turn(1),
            (Command::PreviousTab, _) => self.preview.turn(-1),
            (Command::PreviewDown, _) => self.scroll_preview(Motion::Lines(3)),
            (Command::PreviewUp, _) => self.scroll_preview(Motion::Lines(-3)),
            (Command::NextChange, _) => self.seek_change(true),
            (Command::PreviousChange, _) => self.seek_change(false),
            (_, Some(motion)) if self.in_preview => self.scroll_preview(motion),
            (_, Some(motion)) => {
                let page = measure.fits(self.timeline.rows(), self.timeline.top());
                self.timeline.go(motion, page);
            }
            (Command::NextDay, _) => self.timeline.go_day(Side::Older, self.ui.zone),
            (Command::PreviousDay, _) => self.timeline.go_day(Side::Newer, self.ui.zone),
            (Command::NextOfEntity, _) => self.neighbour(Side::Older, ask),
            (Command::PreviousOfEntity, _) => self.neighbour(Side::Newer, ask),
            (Command::Open, _) => self.open_event(ask),
            _ => {}
        }
    }

    fn open_event(&mut self, ask: &mut Vec<Effect>) {
        let (row, event) = if let Some(Screen::Lifecycle(pane)) = self.above.last() {
            let Some(event) = pane.event() else { return };
            (event.row, Some(event.clone()))
        } else {
            let Some(row) = self.timeline.selected() else { return };
            (row, self.library.get(row).cloned())
        };
        if let Some(event) = &event {
            ask.extend(self.details.ask(event));
        }
        let view = EventView { tab: self.preview.tab, scroll: 0 };
        self.above.push(Screen::Event(EventPane { row, event, view }));
    }

    fn act_in_lifecycle(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let height = lifecycle::view::page(&self.layout());
        let motion = match command {
            Command::NextOfEntity => Some(Motion::Lines(1)),
            Command::PreviousOfEntity => Some(Motion::Lines(-1)),
            other => Motion::of(other),
        };
        match (motion, self.above.last_mut()) {
            (Some(motion), Some(Screen::Lifecycle(pane))) => pane.go(motion, height),
            _ if command == Command::Open => self.open_event(ask),
            _ => {}
        }
    }

    fn act_in_event(&mut self, command: Command, ask: &mut Vec<Effect>) {
        match command {
            Command::NextTab => self.turn_event(1),
            Command::PreviousTab => self.turn_event(-1),
            Command::NextChange => self.seek_change(true),
            Command::PreviousChange => self.seek_change(false),
            Command::NextOfEntity => self.neighbour(Side::Older, ask),
            Command::PreviousOfEntity => self.neighbour(Side::Newer, ask),
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
            self.preview = EventView { tab: pane.view.tab, scroll: 0 };
        }
    }

    /// Goes to the next or previous event of the same entity: of the life that the event was opened from,
    /// else of those that the filter selects.
    fn neighbour(&mut self, side: Side, ask: &mut Vec<Effect>) {
        if let [.., Screen::Lifecycle(life), Screen::Event(_)] = self.above.as_mut_slice() {
            life.go(Motion::Lines(if side == Side::Older { 1 } else { -1 }), 1);
            if let Some(event) = life.event().cloned() {
                self.show(event.row, Some(event), ask);
            }
            return;
        }
        let (Some(event), Some(from)) = (self.event(), self.timeline.selected()) else { return };
        match self.same_entity(event) {
            Some(query) => ask.push(Effect::Find { query, from, newer: side == Side::Newer }),
            None => self.notice = Some(Notice::info("this event names no entity")),
        }
    }

    /// What the filter selects of the entity of `event`.
    fn same_entity(&self, event: &Event) -> Option<Query> {
        let entity = &event.record.entity;
        let mut terms = vec![query::exact_term("source", &event.source)];
        terms.extend(entity.kind.as_deref().map(|kind| query::exact_term("type", kind)));
        terms.push(query::exact_term("entity", entity.id.as_deref().or(entity.name.as_deref())?));
        let same = query::parse(&terms.join(" "), &self.ui.context()).ok()?;
        Some(self.filter.query().and(&same))
    }

    /// Selects `row` in the timeline and, where one event fills the screen, shows that row there.
    pub(super) fn go_to(&mut self, row: RowId, ask: &mut Vec<Effect>) {
        self.timeline.select(row);
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
            let view = EventView { tab: pane.view.tab, scroll: 0 };
            *pane = EventPane { row, event, view };
        }
    }

    /// The length of the text of the event that has the keys, the lines seen at once, and where its
    /// changes begin.
    fn text_of_event(&self) -> Option<(usize, usize, Vec<usize>)> {
        let (event, view, area) = match self.above.last() {
            Some(Screen::Event(pane)) => (pane.event.as_ref()?, pane.view, self.layout().body),
            None => (self.event()?, self.preview, self.layout().preview),
            Some(_) => return None,
        };
        let body = event::view::body(area);
        let text = event::view::text(self, event, view.tab, body.width);
        Some((text.lines.len(), usize::from(body.height), text.marks))
    }

    fn view_of_event(&mut self) -> &mut EventView {
        match self.above.last_mut() {
            Some(Screen::Event(pane)) => &mut pane.view,
            _ => &mut self.preview,
        }
    }

    fn scroll_event(&mut self, motion: Motion) {
        let Some((lines, page, _)) = self.text_of_event() else { return };
        let view = self.view_of_event();
        view.scroll = motion.from(view.scroll, lines.saturating_sub(page) + 1, page);
    }

    fn scroll_preview(&mut self, motion: Motion) {
        if !self.layout().preview.is_empty() {
            self.scroll_event(motion);
        }
    }

    /// Scrolls to the next or previous changed field; from another tab, to the tab with the changes.
    fn seek_change(&mut self, next: bool) {
        let view = self.view_of_event();
        if view.tab != Tab::Diff {
            *view = EventView { tab: Tab::Diff, scroll: 0 };
            return;
        }
        let here = view.scroll;
        let Some((lines, page, marks)) = self.text_of_event() else { return };
        let mark = if next {
            marks.into_iter().find(|mark| *mark > here)
        } else {
            marks.into_iter().rev().find(|mark| *mark < here)
        };
        if let Some(mark) = mark {
            self.view_of_event().scroll = mark.min(lines.saturating_sub(page));
        }
    }
}
