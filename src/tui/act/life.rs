//! What commands do in the life of an entity: turn its tabs, go among its events and fields, fold its runs, look
//! at another moment.

use std::sync::Arc;

use crate::domain::Event;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::pane::Screen;
use crate::tui::pane::event::{EventPane, EventView, Tab as EventTab};
use crate::tui::pane::lifecycle::view::{page, places};
use crate::tui::pane::lifecycle::{LifecyclePane, Tab};
use crate::tui::pane::timeline::Side;

impl App {
    pub(super) fn act_in_lifecycle(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let (layout, zone) = (self.layout(), self.ui.zone);
        let Some(Screen::Lifecycle(pane)) = self.above.last_mut() else { return };
        let (tab, page) = (pane.tab, page(&layout, pane.tab));
        match command {
            Command::NextTab => return pane.turn(1),
            Command::PreviousTab => return pane.turn(-1),
            Command::NextSetback => return self.setback(Side::Older, ask),
            Command::PreviousSetback => return self.setback(Side::Newer, ask),
            Command::NextOfEntity => pane.go_step(Motion::Lines(1)),
            Command::PreviousOfEntity => pane.go_step(Motion::Lines(-1)),
            Command::Unfold if tab == Tab::Events && pane.fold(false, zone) => {}
            Command::Fold if tab == Tab::Events => drop(pane.fold(true, zone)),
            Command::Open | Command::Unfold => return self.open_from_life(ask),
            Command::PreviewDown | Command::PreviewUp if !places(&layout, tab).1.is_empty() => {
                let lines = if command == Command::PreviewDown { 3 } else { -3 };
                return self.scroll_preview(Motion::Lines(lines));
            }
            other => match Motion::of(other) {
                Some(motion) => pane.go(motion, page),
                None => return,
            },
        }
        self.preview = EventView::of(self.preview.tab);
    }

    /// Opens the selected event; from a field, the event that changed or told it, at that field.
    fn open_from_life(&mut self, ask: &mut Vec<Effect>) {
        let Some(Screen::Lifecycle(pane)) = self.above.last_mut() else { return };
        if pane.tab == Tab::Events {
            return self.open_event(ask);
        }
        let path = pane.path().map(str::to_owned);
        let Some(event) = pane.event().cloned() else {
            self.notice = Some(Notice::info("no event that is known changed this field"));
            return;
        };
        pane.selected = event.row;
        ask.extend(self.details.ask(&event));
        let view = EventView::of(EventTab::Diff);
        self.above.push(Screen::Event(EventPane { row: event.row, event: Some(event), view }));
        if let Some(path) = path {
            self.show_field(&path);
        }
    }

    /// Shows who changed the field last that was gone to in the event, among all fields of its entity.
    pub(super) fn blame(&mut self, ask: &mut Vec<Effect>) {
        let path = self.path_here();
        let Some((event, depth)) = self.life_of_selected() else { return };
        if let Some(depth) = depth {
            self.above.truncate(depth);
        }
        self.push_lifecycle(&event, LifecyclePane::of(&event).at_field(path), ask);
    }

    /// Shows the life of the entity of the selected event.
    pub(super) fn open_lifecycle(&mut self, ask: &mut Vec<Effect>) {
        let Some((event, depth)) = self.life_of_selected() else { return };
        match depth {
            Some(depth) => self.above.truncate(depth + 1),
            None => self.push_lifecycle(&event, LifecyclePane::of(&event), ask),
        }
    }

    /// The selected event, and the depth at which the life of its entity stands already: going round in circles
    /// would make the way back endless. Nothing where it names no entity.
    fn life_of_selected(&mut self) -> Option<(Arc<Event>, Option<usize>)> {
        let event = self.event().cloned()?;
        let entity = &event.record.entity;
        if entity.label().is_none() {
            self.notice = Some(Notice::info("this event names no entity"));
            return None;
        }
        let shown = |screen: &Screen| matches!(screen, Screen::Lifecycle(pane) if pane.is_about(&event.source, entity));
        let depth = self.above.iter().position(shown);
        Some((event, depth))
    }

    /// Puts the life of the entity of `event` on the screen, and asks for it.
    pub(super) fn push_lifecycle(&mut self, event: &Event, pane: LifecyclePane, ask: &mut Vec<Effect>) {
        self.above.push(Screen::Lifecycle(Box::new(pane)));
        ask.push(Effect::Lifecycle { source: event.source.clone(), entity: event.record.entity.clone() });
    }
}
