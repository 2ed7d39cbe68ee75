//! What can be done about the selected source: test it, let it rest, fetch what is missing, look at what could
//! not be read.

use std::sync::Arc;

use super::coverage;
use crate::domain::{Unreadable, UserChange};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::overlay::{Overlay, Told};
use crate::tui::pane::Screen;
use crate::tui::words;

impl App {
    /// Does what a command of this screen says about the selected source; whether it was one.
    pub(in crate::tui) fn act_on_source(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let act = match command {
            Command::Open => {
                self.open_scope(ask);
                return true;
            }
            Command::TestSource => Self::test_source,
            Command::PauseSource => Self::pause_source,
            Command::Backfill => Self::backfill,
            Command::Unreadable => Self::ask_for_unreadable,
            _ => return false,
        };
        let Some(Screen::Sources(pane)) = self.above.last() else { return false };
        if let Some(source) = pane.name(&self.sources) {
            act(self, source, ask);
        }
        true
    }

    fn test_source(&mut self, source: Arc<str>, ask: &mut Vec<Effect>) {
        self.notice = Some(Notice::info(format!("asking {source} for one page")));
        ask.push(Effect::Test { source });
    }

    fn pause_source(&mut self, source: Arc<str>, ask: &mut Vec<Effect>) {
        let on = !self.user.is_paused(&source);
        let says = if on { "is paused until it is asked for" } else { "is asked again" };
        self.notice = Some(Notice::info(format!("{source} {says}")));
        self.keep(UserChange::Pause { source: Arc::clone(&source), on }, ask);
        ask.push(Effect::Pause { source, on });
    }

    fn backfill(&mut self, source: Arc<str>, ask: &mut Vec<Effect>) {
        let Some(Screen::Sources(pane)) = self.above.last() else { return };
        if pane.scope.is_some() {
            return self.open_scope(ask);
        }
        let feeds = self.ledgers.iter().filter(|feed| feed.source == source);
        let fills: Vec<Effect> = feeds.flat_map(coverage::fills).collect();
        let says = match fills.len() {
            0 if self.ledgers.iter().any(|feed| feed.source == source) => {
                format!("nothing is missing of {source} that asking could bring")
            }
            _ => format!("asking {source} for all that is missing"),
        };
        self.notice = Some(Notice::info(says));
        // A source that was never read is asked as a whole.
        let whole = !self.ledgers.iter().any(|feed| feed.source == source);
        ask.extend(whole.then(|| Effect::Refresh { source: Some(source), wanted: Vec::new() }));
        ask.extend(fills);
    }

    fn ask_for_unreadable(&mut self, source: Arc<str>, ask: &mut Vec<Effect>) {
        ask.push(Effect::Unreadable { source, scope: self.scope_selected() });
    }

    /// Shows the records that could not be read as events, each with when it came and why.
    pub(in crate::tui) fn show_unreadable(&mut self, result: Result<Vec<Unreadable>, String>) -> bool {
        match result {
            Ok(records) if records.is_empty() => {
                self.notice = Some(Notice::info("every record could be read as an event"));
            }
            Ok(records) => {
                let ui = &self.ui;
                let told = records.iter().flat_map(|record| {
                    let time = words::short(record.seen_at, ui.now, ui.zone);
                    let shown = record.raw.chars().count() as u64;
                    let rest = match record.length.saturating_sub(shown) {
                        0 => None,
                        rest => Some(format!("  … and {}", words::plural(rest, "character"))),
                    };
                    let text = record.raw.lines().map(|line| format!("  {line}"));
                    let head = format!("{time} · {}: {}", record.label(), record.reason);
                    std::iter::once(head).chain(text).chain(rest).chain([String::new()]).collect::<Vec<_>>()
                });
                let lines = told.collect();
                self.overlays.push(Overlay::Told(Told::new(
                    "unreadable",
                    "Records that could not be read as events",
                    lines,
                )));
            }
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        true
    }
}
