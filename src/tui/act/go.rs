//! What commands do to go to a place in the list: a time, what was not read, where one was before.

use crate::domain::RowId;
use crate::query::{self, Context};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::overlay::Asked;
use crate::tui::pane::Screen;
use crate::tui::words;

impl App {
    /// The commands that lead to a place in the list from every screen.
    pub(super) fn act_on_places(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::GoToTime => {
                // `7d` means seven days before the moment it is typed.
                self.ask_the_time(ask);
                self.ask_for(Asked::Time, "");
            }
            Command::FirstUnread => self.go_to_unread(),
            Command::LastPlace => {
                self.leave_for_list();
                if !self.timeline.leap_back() {
                    self.notice = Some(Notice::info("there is no place to go back to yet"));
                }
            }
            _ => return false,
        }
        true
    }

    /// Back to the list, whatever is above it.
    fn leave_for_list(&mut self) {
        self.above.clear();
        self.in_preview = false;
        self.facets.leave();
    }

    fn go_to_unread(&mut self) {
        self.leave_for_list();
        match self.timeline.first_unread(self.read_before) {
            Some(row) => self.timeline.leap(row),
            None if self.read_before.is_none() => {
                self.notice = Some(Notice::info("nothing was read before: all of it is new"));
            }
            None => self.notice = Some(Notice::info("everything in the list was read")),
        }
    }

    /// Goes to the newest event of the time that `text` names or, where it has none, the next older one.
    pub(super) fn go_to_time(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let context = Context { zone: self.ui.zone, ..self.ui.context() };
        let (from, to) = match query::moment(text.trim(), &context) {
            Ok(stretch) => stretch,
            Err(error) => {
                let meant = error.fix.as_ref().map(|fix| fix.apply(text.trim()));
                let meant = meant.map(|text| format!("; did you mean `{text}`?")).unwrap_or_default();
                self.notice = Some(Notice::error(format!("{error}{meant}")));
                return;
            }
        };
        // An instant has no length, and its own millisecond is meant.
        let end = to.max(from.plus_millis(1));
        if let Some(Screen::Lifecycle(pane)) = self.above.last_mut() {
            // As on the command line: what was so when that time was over.
            return pane.look_at(end.plus_millis(-1));
        }
        self.leave_for_list();
        let list = self.timeline.list();
        let rows = list.rows();
        if rows.is_empty() {
            self.notice = Some(Notice::info("there is no event to go to"));
            return;
        }
        let place = rows.at_or_older(RowId(RowId::floor(end).0.saturating_sub(1)));
        let Some(row) = rows.get(place).or_else(|| rows.get(rows.len() - 1)) else { return };
        self.timeline.leap(row);
        let said = words::full(row.time(), self.ui.zone);
        if place == rows.len() {
            self.notice =
                Some(Notice::info(format!("the list begins later: its oldest event was on {said}")));
        } else if row.time() < from && to > from {
            self.notice = Some(Notice::info(format!("nothing then: the event before was on {said}")));
        }
    }
}
