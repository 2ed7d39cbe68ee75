//! One event: which tab is shown and how far it is scrolled.
//!
//! The same state serves the preview and the full screen. What the tabs say is built in the files below
//! this one, for a width, as lines; nothing here draws.

mod changes;
mod raw;
mod summary;
pub(in crate::tui) mod view;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Detail, Event, Fault, RowId};
use crate::tui::message::Effect;

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
}

impl Tab {
    pub(in crate::tui) const ALL: [Self; 3] = [Self::Summary, Self::Diff, Self::Raw];

    pub(in crate::tui) fn name(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Diff => "Diff",
            Self::Raw => "Raw",
        }
    }

    /// The tab `by` places further on, coming round at the ends.
    pub(in crate::tui) fn step(self, by: isize) -> Self {
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[here.wrapping_add_signed(by + 3) % 3]
    }
}

/// How one event is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct EventView {
    pub(in crate::tui) tab: Tab,
    /// Lines above the window.
    pub(in crate::tui) scroll: usize,
}

impl EventView {
    /// Shows another tab from its start.
    pub(in crate::tui) fn turn(&mut self, by: isize) {
        *self = Self { tab: self.tab.step(by), scroll: 0 };
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

    /// The answer came.
    pub(in crate::tui) fn answered(&mut self, row: RowId, fault: Option<Fault>) {
        self.asking.remove(&row);
        if let Some(fault) = fault {
            self.faults.insert(row, fault);
        }
    }
}
