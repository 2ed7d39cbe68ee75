//! What commands do to the filter: accept, cancel, clear, back and forth, and the zone its times are in.

use crate::domain::Zone;
use crate::query;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::waiting::Why;

impl App {
    pub(super) fn act_on_filter(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if !self.filter.editing() {
            return false;
        }
        let context = self.ui.context();
        let changed = match command {
            Command::Accept => self.accept_filter(&context),
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

    fn accept_filter(&mut self, context: &query::Context) -> bool {
        let changed = self.filter.accept(context);
        let directives = self.filter.query().directives();
        let newest_first = matches!(directives.sort, None | Some(query::Sort::NewestFirst));
        let by_day = matches!(directives.group, None | Some(query::Group::Day));
        if !newest_first || !by_day || directives.columns.is_some() {
            // Silence would look as if it had been understood.
            let text = "the list is newest first, by day: `sort:`, `group:` and `cols:` change nothing here";
            self.notice = Some(Notice::info(text));
        }
        changed
    }

    pub(super) fn other_zone(&mut self, ask: &mut Vec<Effect>) {
        if self.filter.query().directives().zone.is_some() {
            self.notice = Some(Notice::info("the filter decides about the zone with `tz:`"));
            return;
        }
        self.ui.chosen_zone = match (self.ui.chosen_zone, self.ui.home_zone) {
            (Zone::Utc, Zone::Utc) => Zone::Local,
            (Zone::Utc, home) => home,
            _ => Zone::Utc,
        };
        // The same words may mean other times now.
        if self.filter.renew(&self.ui.context()) {
            self.ask(Why::Filter, ask);
        }
    }

    pub(super) fn filter_changed(&mut self, changed: Option<bool>, otherwise: &str, ask: &mut Vec<Effect>) {
        match changed {
            Some(true) => self.ask(Why::Filter, ask),
            Some(false) => {}
            None => self.notice = Some(Notice::info(otherwise)),
        }
    }
}
