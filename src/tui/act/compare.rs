//! What commands do to compare: pin one event and open it beside another, open what a range comes to, open what
//! a feed changed in a record later.

use std::sync::Arc;

use crate::diff::Subject;
use crate::domain::{Event, RowId};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::pane::Screen;
use crate::tui::pane::compare::{ComparePane, Sides};
use crate::tui::pane::timeline::Side;
use crate::tui::words;

impl App {
    /// The commands that set two sides beside each other.
    pub(super) fn act_on_sides(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::Compare => self.compare(ask),
            Command::OpenEdits => self.open_edits(0),
            Command::Open if self.open_range() => {}
            _ => return false,
        }
        true
    }

    /// Compares two events that are marked, or the one that is pinned with the selected one; else pins it.
    fn compare(&mut self, ask: &mut Vec<Effect>) {
        let marked = if self.above.is_empty() { self.timeline.marked_rows() } else { Vec::new() };
        let selected = self.event().cloned();
        match (marked.as_slice(), &self.pinned, selected) {
            // The older one stands on the left.
            ([newer, older], ..) => self.compare_rows(*older, *newer, ask),
            ([one], None, Some(event)) if *one != event.row => {
                self.compare_rows(*one, event.row, ask);
            }
            ([_, _, _, ..], None, _) => {
                let text = format!(
                    "two events can be compared, and {} are marked: `{}` takes the marks away",
                    words::count(marked.len() as u64),
                    self.ui.key(Command::Back)
                );
                self.notice = Some(Notice::info(text));
            }
            (_, Some(pinned), Some(event)) if pinned.row == event.row => {
                self.pinned = None;
                self.notice = Some(Notice::info("it is not pinned any more"));
            }
            (_, Some(pinned), Some(event)) => {
                let left = Arc::clone(pinned);
                self.open_compare(left, event, ask);
            }
            (_, None, Some(event)) => {
                let text = format!(
                    "pinned: go to another event, and `{}` there compares the two; `{}` gives it up",
                    self.ui.key(Command::Compare),
                    self.ui.key(Command::Back)
                );
                self.pinned = Some(event);
                self.notice = Some(Notice::info(text));
            }
            (_, _, None) => self.notice = Some(Notice::info("no event is selected")),
        }
    }

    fn compare_rows(&mut self, left: RowId, right: RowId, ask: &mut Vec<Effect>) {
        let missing: Vec<RowId> =
            [left, right].into_iter().filter(|row| self.library.get(*row).is_none()).collect();
        if !missing.is_empty() {
            ask.push(Effect::Load { rows: missing });
        }
        self.comparing = Some((left, right));
        self.compare_marked(ask);
    }

    /// Compares the two events that were marked, once both are at hand.
    pub(in crate::tui) fn compare_marked(&mut self, ask: &mut Vec<Effect>) {
        let Some((left, right)) = self.comparing else { return };
        let (Some(left), Some(right)) = (self.library.get(left), self.library.get(right)) else { return };
        let (left, right) = (left.clone(), right.clone());
        self.comparing = None;
        self.open_compare(left, right, ask);
    }

    fn open_compare(&mut self, left: Arc<Event>, right: Arc<Event>, ask: &mut Vec<Effect>) {
        self.pinned = None;
        for event in [&left, &right] {
            ask.extend(self.details.ask(event));
        }
        if matches!(self.above.last(), Some(Screen::Compare(_))) {
            self.above.pop();
        }
        let mut pane = ComparePane::of_events(left, right);
        match (pane.shared().map(|(source, entity)| (source.clone(), entity.clone())), self.above.last()) {
            (Some((source, entity)), Some(Screen::Lifecycle(below))) if below.is_about(&source, &entity) => {
                if let Some(life) = below.life() {
                    pane.put(life);
                }
            }
            (Some((source, entity)), _) => ask.push(Effect::Lifecycle { source, entity }),
            (None, _) => {
                let rules = self.ui.rules.get(&pane.right().feed).cloned();
                pane.compare_alone(rules.unwrap_or_default());
            }
        }
        self.above.push(Screen::Compare(pane));
    }

    /// Opens what a range of one entity comes to; whether there was one.
    fn open_range(&mut self) -> bool {
        if !self.above.is_empty() || self.in_preview || self.in_facets() {
            return false;
        }
        let Some(range) = &self.range else { return false };
        match range.lives.as_slice() {
            [life] => {
                self.above.extend(ComparePane::of_range(life).map(Screen::Compare));
            }
            lives => {
                let text = format!(
                    "the range has events of {}: what it comes to can be opened for one",
                    words::entities(lives.len() as u64)
                );
                self.notice = Some(Notice::info(text));
            }
        }
        true
    }

    /// Opens what the feed changed in the selected record, so many edits ago.
    fn open_edits(&mut self, edit: usize) {
        let Some(event) = self.event().cloned() else { return };
        let rules = self.ui.rules.get(&event.feed).cloned().unwrap_or_default();
        match ComparePane::of_edit(&event, edit, rules) {
            Some(pane) => self.above.push(Screen::Compare(pane)),
            None => {
                self.notice = Some(Notice::info("the feed never changed what it said of this event"));
            }
        }
    }

    pub(super) fn act_in_compare(&mut self, command: Command, ask: &mut Vec<Effect>) {
        match command {
            Command::NextChange => self.seek_change(true),
            Command::PreviousChange => self.seek_change(false),
            Command::NextOfEntity => self.other_side(1, ask),
            Command::PreviousOfEntity => self.other_side(-1, ask),
            other => {
                if let Some(motion) = Motion::of(other) {
                    self.scroll_event(motion);
                }
            }
        }
    }

    /// Puts the next older or newer event of the life, or the edit before or after, on the right.
    fn other_side(&mut self, by: isize, ask: &mut Vec<Effect>) {
        let Some(Screen::Compare(pane)) = self.above.last() else { return };
        let edits = matches!(pane.sides, Sides::Edit(..));
        let next = match (&pane.sides, &pane.subject) {
            (Sides::Edit(event, edit), _) => {
                let rules = self.ui.rules.get(&event.feed).cloned().unwrap_or_default();
                let edit = edit.checked_add_signed(by);
                edit.and_then(|edit| ComparePane::of_edit(event, edit, rules))
            }
            (Sides::Events(left, _), Some(Subject::Moments(life, _, to))) => {
                let right = to.checked_add_signed(by).and_then(|to| life.steps.get(to));
                right.map(|step| {
                    let mut next = ComparePane::of_events(Arc::clone(left), Arc::clone(&step.event));
                    next.put(life);
                    next
                })
            }
            _ => None,
        };
        let Some(next) = next else {
            let side = if by > 0 { Side::Older } else { Side::Newer };
            let what = if edits { "edit of this event" } else { "event of this entity" };
            self.notice = Some(Notice::info(super::nothing_further(side, what)));
            return;
        };
        ask.extend(self.details.ask(next.right()));
        self.above.pop();
        self.above.push(Screen::Compare(next));
    }
}
