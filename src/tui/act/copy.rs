//! What commands copy: of the selected event, or of all that are marked.

use std::sync::Arc;

use crate::domain::{Event, RowId};
use crate::tui::app::App;
use crate::tui::copy::Copy;
use crate::tui::message::{Effect, Notice};
use crate::tui::pane::Screen;

/// The most marked events that are copied at once: no clipboard takes more than a few hundred of them.
const MOST: usize = 1_000;

impl App {
    pub(super) fn copy(&mut self, copy: Copy, ask: &mut Vec<Effect>) {
        let marked = self.above.is_empty() && copy.is_of_events();
        let rows = if marked { self.timeline.marked_rows() } else { Vec::new() };
        if rows.is_empty() {
            let sides = matches!(self.above.last(), Some(Screen::Compare(_)));
            let subject = self.subject().filter(|_| sides);
            let difference = subject.and_then(|subject| copy.difference(&subject));
            match difference.unwrap_or_else(|| self.copied(copy)) {
                Ok(text) => ask.push(Effect::Copy { what: copy.name(), text }),
                Err(why) => self.notice = Some(Notice::info(why)),
            }
            return;
        }
        if rows.len() > MOST {
            self.notice = Some(Notice::info("too many events are marked: at most 1,000 are copied at once"));
            return;
        }
        let missing: Vec<RowId> =
            rows.iter().copied().filter(|row| self.library.get(*row).is_none()).collect();
        if !missing.is_empty() {
            ask.push(Effect::Load { rows: missing });
        }
        self.copying = Some((copy, rows));
        self.copy_marked(ask);
    }

    fn copied(&self, copy: Copy) -> Result<String, String> {
        copy.text(self.event().map(Arc::as_ref), &self.filter, &self.ui)
    }

    /// Copies the events that were marked, once all of them are at hand.
    pub(in crate::tui) fn copy_marked(&mut self, ask: &mut Vec<Effect>) {
        let Some((copy, rows)) = &self.copying else { return };
        let events: Option<Vec<&Arc<Event>>> = rows.iter().map(|row| self.library.get(*row)).collect();
        let Some(events) = events else { return };
        let mut lines: Vec<String> = Vec::new();
        for text in events.into_iter().filter_map(|event| copy.text(Some(event), &self.filter, &self.ui).ok())
        {
            // Several events of one actor name one actor.
            if !lines.contains(&text) {
                lines.push(text);
            }
        }
        ask.push(Effect::Copy { what: copy.names(), text: lines.join("\n") });
        self.copying = None;
    }
}
