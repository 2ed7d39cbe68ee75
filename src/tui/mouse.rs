//! What the mouse does, while the user lets it: choose in the list, give the keys to a pane, scroll.
//!
//! The wheel does what keys do, so it works wherever they do.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::app::App;
use super::command::Command;
use super::message::Effect;
use super::motion::Motion;
use super::overlay::Overlay;
use super::window::Item;
use crate::domain::RowId;

/// How many lines the wheel moves.
const WHEEL: i32 = 3;

impl App {
    pub(super) fn mouse(&mut self, mouse: MouseEvent, ask: &mut Vec<Effect>) -> bool {
        let place = Position { x: mouse.column, y: mouse.row };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(1, place, ask),
            MouseEventKind::ScrollUp => self.wheel(-1, place, ask),
            MouseEventKind::Down(MouseButton::Left) => self.click(place, ask),
            _ => return false,
        }
        true
    }

    fn wheel(&mut self, way: i32, place: Position, ask: &mut Vec<Effect>) {
        self.notice = None;
        self.timeline.pin();
        if self.overlays.is_empty() && self.layout().preview.contains(place) {
            return self.scroll_preview(Motion::Lines(way * WHEEL));
        }
        let picks = matches!(self.overlays.last(), Some(Overlay::Pick(_)));
        let command = match (picks, way > 0) {
            (true, true) => Command::NextChoice,
            (true, false) => Command::PreviousChoice,
            (false, true) => Command::Down,
            (false, false) => Command::Up,
        };
        // In a line that is typed, up and down would leave it.
        if picks || !self.context().takes_text() {
            (0..WHEEL).for_each(|_| self.act(command, ask));
        }
    }

    /// Selects the event below the pointer; one that is selected already is opened.
    fn click(&mut self, place: Position, ask: &mut Vec<Effect>) {
        if !self.overlays.is_empty() || !self.above.is_empty() || self.filter.editing() {
            return;
        }
        self.notice = None;
        self.timeline.pin();
        let layout = self.layout();
        if layout.facets.contains(place) {
            self.in_preview = false;
            return self.facets.focus();
        }
        self.facets.leave();
        self.in_preview = layout.preview.contains(place);
        if let Some(row) = self.row_at(place) {
            if self.timeline.selected() == Some(row) {
                self.open_event(ask);
            } else {
                self.timeline.select(row);
            }
        }
    }

    /// The event of the list that stands at a place of the screen.
    fn row_at(&self, place: Position) -> Option<RowId> {
        let (list, rows) = (self.layout().list, self.timeline.list());
        let measure = self.measure();
        let mut y = list.y;
        for item in measure.items(&rows, self.timeline.top()) {
            let height = if matches!(item, Item::Row(_)) { measure.row_height } else { 1 };
            if let (Item::Row(index), true) = (item, (y..y + height).contains(&place.y)) {
                return rows.get(index).filter(|_| list.contains(place));
            }
            y += height;
        }
        None
    }
}
