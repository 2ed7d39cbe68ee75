//! One event: which tab is shown and how far it is scrolled.
//!
//! The same state serves the preview and the full screen. What the tabs say is built in the files below
//! this one, for a width, as lines; nothing here draws.

pub(in crate::tui) mod changes;
mod fields;
mod flow;
pub(in crate::tui) mod look;
pub(in crate::tui) mod raw;
pub(in crate::tui) mod related;
mod revisions;
mod sides;
mod summary;
mod tree;
pub(in crate::tui) mod view;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Detail, Event, Fault, RowId};
use crate::tui::message::Effect;
use crate::tui::motion::Motion;
use view::Text;

/// A tab of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) enum Tab {
    /// Facts, texts, errors.
    #[default]
    Summary,
    /// The changed fields.
    Diff,
    /// The record as it was sent.
    Raw,
    /// What happened together with it, near to it, and by the same actor.
    Related,
}

impl Tab {
    pub(in crate::tui) const ALL: [Self; 4] = [Self::Summary, Self::Diff, Self::Raw, Self::Related];

    pub(in crate::tui) fn name(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Diff => "Diff",
            Self::Raw => "Raw",
            Self::Related => "Related",
        }
    }

    /// The tab `by` places further on, coming round at the ends.
    pub(in crate::tui) fn step(self, by: isize) -> Self {
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        let len = Self::ALL.len();
        Self::ALL[here.wrapping_add_signed(by + len as isize) % len]
    }
}

/// How one event is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct EventView {
    pub(in crate::tui) tab: Tab,
    /// Lines above the window.
    pub(in crate::tui) scroll: usize,
    /// The changed field that was gone to, or the related event, counted from the first.
    pub(in crate::tui) change: Option<usize>,
}

impl EventView {
    /// A tab from its start.
    pub(in crate::tui) fn of(tab: Tab) -> Self {
        Self { tab, ..Self::default() }
    }

    /// Shows another tab from its start.
    pub(in crate::tui) fn turn(&mut self, by: isize) {
        *self = Self::of(self.tab.step(by));
    }

    /// Goes to the next or previous of the changed fields that begin at the lines `marks`, out of `lines`
    /// of which `page` are seen at once. Without one to go on from, it is the first one seen.
    pub(in crate::tui) fn seek(&mut self, next: bool, marks: &[usize], lines: usize, page: usize) {
        let Some(last) = marks.len().checked_sub(1) else { return };
        let change = match self.change {
            Some(here) if next => (here + 1).min(last),
            Some(here) => here.saturating_sub(1).min(last),
            None => marks.partition_point(|mark| *mark < self.scroll).min(last),
        };
        self.change = Some(change);
        let (mark, end) = (marks[change], marks.get(change + 1).copied().unwrap_or(lines));
        if mark < self.scroll || end > self.scroll + page {
            self.scroll = mark.min(lines.saturating_sub(page));
        }
    }

    /// The related event that is selected: the first one, where none was gone to.
    pub(in crate::tui) fn selected(self, text: &Text) -> usize {
        self.change.unwrap_or(0).min(text.marks.len().saturating_sub(1))
    }

    /// Moves among the related events, with the selected one in sight and, above the first of a section, its
    /// heading. Where there is none, the text moves.
    pub(in crate::tui) fn select(&mut self, motion: Motion, text: &Text, page: usize) {
        let furthest = text.lines.len().saturating_sub(page);
        if text.marks.is_empty() {
            self.scroll = motion.from(self.scroll, furthest + 1, page);
            return;
        }
        let place = motion.from(self.selected(text), text.marks.len(), page);
        self.change = Some(place);
        let mark = text.marks[place];
        let above = place.checked_sub(1).map_or(0, |before| text.marks[before] + 1);
        // The last line of the page may say how much there is below it.
        let lowest = (mark + 2).saturating_sub(page);
        self.scroll = self.scroll.min(above.max(lowest)).max(lowest).min(furthest);
    }
}

/// The screen that shows one event and nothing else.
#[derive(Debug)]
pub(in crate::tui) struct EventPane {
    pub(in crate::tui) row: RowId,
    /// The event, once it is here.
    pub(in crate::tui) event: Option<Arc<Event>>,
    pub(in crate::tui) view: EventView,
}

/// How many second requests are under way at a time where many events are looked at.
const AT_A_TIME: usize = 40;

/// What is known about second requests: which are on their way, and which failed.
#[derive(Debug, Default)]
pub(in crate::tui) struct Details {
    asking: HashSet<RowId>,
    faults: HashMap<RowId, Fault>,
}

impl Details {
    pub(in crate::tui) fn asking(&self, row: RowId) -> bool {
        self.asking.contains(&row)
    }

    /// How many are on their way.
    pub(in crate::tui) fn under_way(&self) -> usize {
        self.asking.len()
    }

    /// Why the last second request for `row` brought nothing.
    pub(in crate::tui) fn fault(&self, row: RowId) -> Option<&Fault> {
        self.faults.get(&row)
    }

    /// Whether asking for `event` by itself makes sense: not again after it failed.
    pub(in crate::tui) fn worth_asking(&self, event: &Event) -> bool {
        event.record.detail == Detail::Available && !self.asking(event.row) && self.fault(event.row).is_none()
    }

    /// Asks for `event` if there is anything to ask.
    pub(in crate::tui) fn ask(&mut self, event: &Event) -> Option<Effect> {
        if event.record.detail != Detail::Available || !self.asking.insert(event.row) {
            return None;
        }
        self.faults.remove(&event.row);
        Some(Effect::FetchDetail { row: event.row })
    }

    /// Asks for those of `events` that were not asked for yet, a few at a time: the next ones when these are there.
    pub(in crate::tui) fn ask_some(&mut self, events: &[Arc<Event>], ask: &mut Vec<Effect>) {
        let room = AT_A_TIME.saturating_sub(self.asking.len());
        let worth: Vec<&Arc<Event>> =
            events.iter().filter(|event| self.worth_asking(event)).take(room).collect();
        ask.extend(worth.into_iter().filter_map(|event| self.ask(event)));
    }

    /// The answer came.
    pub(in crate::tui) fn answered(&mut self, row: RowId, fault: Option<Fault>) {
        self.asking.remove(&row);
        if let Some(fault) = fault {
            self.faults.insert(row, fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_fields_are_gone_to_one_by_one_and_stay_in_sight() {
        let mut view = EventView::of(Tab::Diff);
        let marks = [2, 3, 9, 12];
        let mut walk = |next| {
            view.seek(next, &marks, 15, 5);
            (view.change.unwrap(), view.scroll)
        };
        let there: Vec<_> = (0..5).map(|_| walk(true)).collect();
        assert_eq!(there, [(0, 0), (1, 3), (2, 9), (3, 10), (3, 10)]);
        let back: Vec<_> = (0..4).map(|_| walk(false)).collect();
        assert_eq!(back, [(2, 9), (1, 3), (0, 2), (0, 2)]);
        let mut empty = EventView::default();
        empty.seek(true, &[], 0, 5);
        assert_eq!(empty.change, None);
    }
}
