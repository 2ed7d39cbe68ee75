//! Events that are marked in the list, one by one or as a range.
//!
//! Marks are places of events and not of lines: they stay on their events whatever joins the list, and those
//! that a filter leaves out are still marked.

use std::collections::BTreeSet;

use super::Timeline;
use super::row::Chosen;
use crate::domain::RowId;
use crate::tui::motion::Motion;

/// The most events that a range marks: nobody has looked at more.
pub(in crate::tui) const MOST: usize = 10_000;

/// The marks of a list.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rows: BTreeSet<RowId>,
    /// Where a range was begun that goes up to the selection.
    anchor: Option<RowId>,
}

impl Timeline {
    /// Marks the selected event, or takes its mark away, and goes on to the next; ends a range that was begun.
    pub(in crate::tui) fn mark(&mut self) {
        if self.marks.anchor.is_some() {
            return self.range();
        }
        let Some(row) = self.selected() else { return };
        if !self.marks.rows.remove(&row) {
            self.marks.rows.insert(row);
        }
        self.go(Motion::Lines(1), 1);
    }

    /// Begins a range at the selected event; where one was begun, marks what is in it.
    pub(in crate::tui) fn range(&mut self) {
        if let Some((from, to)) = self.ranged() {
            let list = self.list();
            self.marks.rows.extend(list.page(from, to - from + 1));
            self.marks.anchor = None;
        } else {
            self.marks.anchor = self.selected();
        }
    }

    /// Gives up the range that was begun, else all marks; whether there was anything to give up.
    pub(in crate::tui) fn clear_marks(&mut self) -> bool {
        let marked = self.marks.anchor.is_some() || !self.marks.rows.is_empty();
        if self.marks.anchor.take().is_none() {
            self.marks.rows.clear();
        }
        marked
    }

    /// The places from the first to the last of the range that was begun.
    fn ranged(&self) -> Option<(usize, usize)> {
        let (anchor, here) = (self.list().near(self.marks.anchor?)?, self.place()?);
        let (from, to) = (anchor.min(here), anchor.max(here));
        // The end at the selection is what the user sees.
        Some(if here == from {
            (from, to.min(from + MOST - 1))
        } else {
            (from.max(to.saturating_sub(MOST - 1)), to)
        })
    }

    /// The places of the events in the range that was begun, newest first.
    pub(in crate::tui) fn range_rows(&self) -> Option<Vec<RowId>> {
        let (from, to) = self.ranged()?;
        Some(self.list().page(from, to - from + 1))
    }

    /// Whether the event at this place in the list is marked, or in the range that was begun.
    pub(in crate::tui) fn chosen(&self, place: usize, row: RowId) -> Chosen {
        if self.ranged().is_some_and(|(from, to)| (from..=to).contains(&place)) {
            Chosen::Ranged
        } else if self.marks.rows.contains(&row) {
            Chosen::Marked
        } else {
            Chosen::No
        }
    }

    /// How many events are in the range that was begun.
    pub(in crate::tui) fn range_len(&self) -> Option<usize> {
        self.ranged().map(|(from, to)| to - from + 1)
    }

    /// The places of the marked events, newest first, those in the range included.
    pub(in crate::tui) fn marked_rows(&self) -> Vec<RowId> {
        let mut rows = self.marks.rows.clone();
        if let Some((from, to)) = self.ranged() {
            rows.extend(self.list().page(from, to - from + 1));
        }
        rows.into_iter().rev().collect()
    }

    /// How many events are marked, those in the range included.
    pub(in crate::tui) fn marked(&self) -> usize {
        let Some((from, to)) = self.ranged() else { return self.marks.rows.len() };
        let list = self.list();
        let inside = |row: &RowId| {
            list.near(*row).is_some_and(|place| (from..=to).contains(&place) && list.get(place) == Some(*row))
        };
        to - from + 1 + self.marks.rows.iter().filter(|row| !inside(row)).count()
    }
}
