//! What commands copy: of the selected event, or of all that are marked.

use std::sync::Arc;

use serde_json::Value;

use crate::diff::{Block, Comparison};
use crate::domain::{Event, RowId, Safe, escape_json};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::copy::Copy;
use crate::tui::message::{Effect, Notice};
use crate::tui::pane::Screen;
use crate::tui::pane::event::Tab;

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

    /// Copies the path of the changed field that was gone to, else of the first one, or what it is now.
    pub(super) fn copy_field(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let in_diff = self.view_of_event().tab == Tab::Diff;
        let here = if in_diff { self.block_here() } else { None };
        let Some(event) = self.event().cloned() else {
            self.notice = Some(Notice::info("no event is selected"));
            return;
        };
        // Whatever the screen shows at the moment, secrets stay masked.
        let made = self.comparisons.of(&event).and_then(|compared| {
            let shown = |block: &&Block| compared.shows(self.ui.look, block);
            let blocks = &compared.comparison()?.diff.blocks;
            let block = here.and_then(|here| blocks.get(here)).or_else(|| blocks.iter().find(shown));
            Some(block?.path.clone())
        });
        let Some(path) = made else {
            self.notice = Some(Notice::info("this event names no changed field"));
            return;
        };
        if command == Command::CopyPath {
            ask.push(Effect::Copy { what: "path of the field", text: Safe::line(&path).as_str().to_owned() });
            return;
        }
        let masked = Comparison::of(&event, &[]);
        let block = masked.diff.blocks.iter().find(|block| block.path == path);
        match block.and_then(|block| block.after.as_ref().or(block.before.as_ref())) {
            Some(value) => {
                let text = match value {
                    Value::String(text) => Safe::new(text).as_str().to_owned(),
                    other => escape_json(&other.to_string()).into_owned(),
                };
                ask.push(Effect::Copy { what: "value of the field", text });
            }
            None => self.notice = Some(Notice::info("the feed does not say what this field is")),
        }
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
