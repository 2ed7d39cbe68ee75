//! The timeline: which rows there are, which one is selected, which are on the screen.
//!
//! Places are remembered as rows, never as indices: arrivals above move neither the selection nor, once
//! the list is scrolled, the window. A remembered row that the query does not select stands for the next
//! older one that it does, so that lifting a filter finds the old place again. Nothing here walks the
//! rows: there may be a million.

pub(in crate::tui) mod empty;
pub(in crate::tui) mod row;
pub(in crate::tui) mod view;

use crate::domain::{RowId, Rows, Zone};
use crate::tui::message::Answer;
use crate::tui::motion::Motion;
use crate::tui::window::{Measure, position};
use crate::tui::words;

/// The timeline.
#[derive(Debug, Default)]
pub(in crate::tui) struct Timeline {
    answer: Answer,
    /// Whether the first answer has come.
    answered: bool,
    /// Whether arrivals join the list.
    follow: bool,
    /// The newest row that may be shown; later ones are counted. `None` shows all.
    hold: Option<RowId>,
    /// The newest row that was ever at the top of the screen.
    seen: Option<RowId>,
    /// The selected row; `None` is the newest.
    selected: Option<RowId>,
    /// The first row on the screen; `None` is the newest.
    top: Option<RowId>,
    /// Whether the selection is the user's: until then it stays with the newest event.
    pinned: bool,
}

/// Where one is in a list, for a list that was left.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct Place {
    seen: Option<RowId>,
    selected: Option<RowId>,
    top: Option<RowId>,
    pinned: bool,
}

/// Which side of a row to look on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Side {
    Newer,
    Older,
}

impl Timeline {
    pub(in crate::tui) fn new(follow: bool) -> Self {
        Self { follow, ..Self::default() }
    }

    /// The rows of the list, newest first.
    pub(in crate::tui) fn rows(&self) -> Rows {
        match self.hold {
            Some(hold) => self.answer.rows.from_row(hold),
            None => self.answer.rows.clone(),
        }
    }

    /// How many events the query selects, and how many there are.
    pub(in crate::tui) fn counts(&self) -> (usize, usize) {
        (self.answer.rows.len(), self.answer.of)
    }

    /// The newest row that was ever at the top of the screen.
    pub(in crate::tui) fn seen(&self) -> Option<RowId> {
        self.seen
    }

    /// Leaves this list for another, of which the answer is still to come; gives the place here.
    pub(in crate::tui) fn exchange(&mut self, place: Place) -> Place {
        let Place { seen, selected, top, pinned } = place;
        self.hold = None;
        Place {
            seen: std::mem::replace(&mut self.seen, seen),
            selected: std::mem::replace(&mut self.selected, selected),
            top: std::mem::replace(&mut self.top, top),
            pinned: std::mem::replace(&mut self.pinned, pinned),
        }
    }

    pub(in crate::tui) fn answered(&self) -> bool {
        self.answered
    }

    pub(in crate::tui) fn follows(&self) -> bool {
        self.follow
    }

    /// How many events came that have not been on the screen, because they are above it or held back.
    pub(in crate::tui) fn arrivals(&self) -> usize {
        self.seen.map_or(0, |seen| self.answer.rows.at_or_older(seen))
    }

    /// The index of the selection.
    pub(in crate::tui) fn place(&self) -> Option<usize> {
        let rows = self.rows();
        match self.selected {
            Some(row) => position(&rows, row),
            None => (!rows.is_empty()).then_some(0),
        }
    }

    /// The selected row.
    pub(in crate::tui) fn selected(&self) -> Option<RowId> {
        self.place().and_then(|place| self.rows().get(place))
    }

    /// The index of the first row on the screen.
    pub(in crate::tui) fn top(&self) -> usize {
        self.top.and_then(|row| position(&self.rows(), row)).unwrap_or(0)
    }

    /// Takes the answer to another query: everything in it counts as seen.
    pub(in crate::tui) fn replace(&mut self, answer: Answer) {
        self.seen = answer.rows.first();
        self.hold = if self.holds() { self.seen } else { None };
        self.answer = answer;
        self.answered = true;
    }

    /// Takes the answer to the same query, asked again because there is more to find.
    pub(in crate::tui) fn renew(&mut self, answer: Answer) {
        if !self.answered || !self.pinned {
            return self.replace(answer);
        }
        if self.answer.rows.is_empty() {
            self.seen = answer.rows.first();
        }
        self.answer = answer;
    }

    /// Makes the selection the user's own; from now on arrivals do not move it.
    pub(in crate::tui) fn pin(&mut self) {
        if !self.pinned {
            self.selected = self.selected();
            self.pinned = self.selected.is_some();
            if self.holds() {
                self.hold = self.answer.rows.first();
            }
        }
    }

    /// Turns following on or off. Off, the list stays as it is; on, what was held back joins it.
    pub(in crate::tui) fn set_follow(&mut self, follow: bool) {
        self.follow = follow;
        self.hold = if self.holds() { self.rows().first() } else { None };
    }

    fn holds(&self) -> bool {
        !self.follow && self.pinned
    }

    /// Selects `row`, or the next older one.
    pub(in crate::tui) fn select(&mut self, row: RowId) {
        self.pinned = true;
        self.selected = Some(row);
    }

    /// Moves the selection; to the top means to the newest event there is, held back or not.
    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        if motion == Motion::Top {
            self.hold = if self.holds() { self.answer.rows.first() } else { None };
            self.top = None;
        }
        if let Some(place) = self.place() {
            let rows = self.rows();
            let selected = rows.get(motion.from(place, rows.len(), page));
            if matches!(motion, Motion::Pages(_) | Motion::HalfPages(_)) {
                // The window goes along, so that the selection stays at its height.
                self.top = rows.get(motion.from(self.top(), rows.len(), page));
            }
            if let Some(selected) = selected {
                self.select(selected);
            }
        }
    }

    /// Selects the first event of the day before, or of the day after.
    pub(in crate::tui) fn go_day(&mut self, side: Side, zone: Zone) {
        let Some(place) = self.place() else { return };
        let rows = self.rows();
        let day = |row: RowId| words::day(row.time(), zone);
        let Some(this) = rows.get(place).map(day) else { return };
        let target = match side {
            Side::Older => rows.partition_point(|row| day(row) >= this),
            Side::Newer => match rows.partition_point(|row| day(row) > this) {
                0 => 0,
                start if start < place => start,
                start => {
                    let newer = rows.get(start - 1).map(day);
                    rows.partition_point(|row| Some(day(row)) > newer)
                }
            },
        };
        if let Some(row) = rows.get(target) {
            self.select(row);
        }
    }

    /// Brings the window to where the selection is visible. Called after every change, with the window's
    /// measure as it is now.
    pub(in crate::tui) fn settle(&mut self, measure: Measure) {
        let Some(place) = self.place() else {
            self.top = None;
            return;
        };
        let rows = self.rows();
        let top = measure.scroll(&rows, self.top(), place);
        let first = rows.get(top);
        if top > 0 {
            self.top = first;
        } else {
            self.top = None;
            // Arrivals that are held back are still to be seen.
            self.seen = self.seen.max(first);
        }
    }

    /// The rows on the screen, with a margin of so many half pages on both sides, newest first.
    pub(in crate::tui) fn near(&self, measure: Measure, halves: usize) -> Vec<RowId> {
        let rows = self.rows();
        let (top, page) = (self.top().min(rows.len()), usize::from(measure.height));
        let margin = halves * page / 2;
        let first = top.saturating_sub(margin);
        rows.page(first, top + page + margin - first)
    }
}
