//! What commands do with what is related to an event: go among it, open it, list all of it.

use crate::domain::Neighbours;
use crate::tui::app::App;
use crate::tui::message::{Effect, Notice};
use crate::tui::pane::Screen;
use crate::tui::pane::event::related::{self, Item};
use crate::tui::pane::event::{EventPane, EventView, Tab};

impl App {
    /// Whether the keys go to one event: it fills the screen, or the preview beside the list has them.
    pub(in crate::tui) fn in_event(&self) -> bool {
        match self.above.last() {
            None => self.in_preview,
            screen => matches!(screen, Some(Screen::Event(_))),
        }
    }

    /// Whether the keys go to what is related to one event.
    pub(in crate::tui) fn in_related(&self) -> bool {
        let tab = match self.above.last() {
            Some(Screen::Event(pane)) => pane.view.tab,
            _ => self.preview.tab,
        };
        self.in_event() && tab == Tab::Related
    }

    /// Asks what is related to the event on the screen, where that is looked at.
    pub(in crate::tui) fn settle_related(&mut self, ask: &mut Vec<Effect>) {
        if self.shows_related()
            && let Some(event) = self.event().cloned()
        {
            ask.extend(self.relations.want(&event, &self.ui.context()));
        }
    }

    /// Whether the screen shows what is related to an event.
    pub(in crate::tui) fn shows_related(&self) -> bool {
        match self.above.last() {
            Some(Screen::Event(pane)) => pane.view.tab == Tab::Related,
            None | Some(Screen::Lifecycle(_) | Screen::Suspects(_)) => {
                self.preview.tab == Tab::Related && !self.layout().preview.is_empty()
            }
            Some(_) => false,
        }
    }

    /// Takes what is related to an event; the selection stays on its line.
    pub(in crate::tui) fn take_neighbours(
        &mut self,
        generation: u64,
        result: Result<Vec<Neighbours>, String>,
    ) -> bool {
        let before = self.selected_item();
        if !self.relations.take(generation, result) {
            return false;
        }
        if let Some(before) = before {
            let place = self.items().iter().position(|item| item.is(&before));
            self.view_of_event().change = place;
        }
        true
    }

    /// The lines of the tab that can be selected.
    fn items(&self) -> Vec<Item> {
        let Some(event) = self.event() else { return Vec::new() };
        related::lines(self, event, 0).into_iter().filter_map(|(item, _)| item).collect()
    }

    fn selected_item(&mut self) -> Option<Item> {
        let view = *self.view_of_event();
        if !self.in_related() {
            return None;
        }
        let items = self.items();
        let place = view.change.unwrap_or(0).min(items.len().checked_sub(1)?);
        items.into_iter().nth(place)
    }

    /// Opens the related event that is selected, or lists all of its section. Whether this is what the tab that
    /// has the keys is for.
    pub(in crate::tui) fn open_related(&mut self, ask: &mut Vec<Effect>) -> bool {
        if !self.in_related() {
            return false;
        }
        match self.selected_item() {
            None => self.notice = Some(Notice::info("there is no related event to open")),
            Some(Item::All(filter)) => {
                let event = self.event().map(|event| event.row);
                self.leap_to(&filter, ask);
                if let Some(row) = event {
                    self.timeline.select(row);
                }
            }
            Some(Item::Event(event)) => {
                let shown = |screen: &Screen| matches!(screen, Screen::Event(pane) if pane.row == event.row);
                if let Some(depth) = self.above.iter().position(shown) {
                    // Going round in circles would make the way back endless.
                    self.above.truncate(depth + 1);
                    return true;
                }
                ask.extend(self.details.ask(&event));
                let view = EventView::default();
                self.above.push(Screen::Event(EventPane { row: event.row, event: Some(event), view }));
            }
        }
        true
    }
}
