//! The timeline: which rows there are, which one is selected, which are on the screen.
//!
//! Places are remembered as rows, never as indices: arrivals above move neither the selection nor, once
//! the list is scrolled, the window. A remembered row that the query does not select stands for the next
//! older one that it does, so that lifting a filter finds the old place again. Nothing here walks the
//! rows: there may be a million. Only where the newest come first are arrivals held back and counted; in
//! another order they join wherever they belong.

mod columns;
pub(in crate::tui) mod empty;
mod found;
pub(in crate::tui) mod gaps;
mod marks;
pub(in crate::tui) mod range;
pub(in crate::tui) mod row;
pub(in crate::tui) mod view;

use marks::Marks;

use crate::domain::{List, RowId, Zone};
use crate::query::Arrangement;
use crate::tui::message::Answer;
use crate::tui::motion::Motion;
use crate::tui::window::{Measure, head};

/// The timeline.
#[derive(Debug, Default)]
pub(in crate::tui) struct Timeline {
    /// The list, its order, and how many events there are in the cache.
    list: List,
    how: Option<Arrangement>,
    of: usize,
    /// Whether the first answer has come.
    answered: bool,
    /// The oldest event of each run that is not folded.
    open: Vec<RowId>,
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
    gaps: gaps::Gaps,
    /// Where the selection was before the last leap.
    last: Option<RowId>,
    marks: Marks,
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

    /// The list as it is shown.
    pub(in crate::tui) fn list(&self) -> List {
        match self.hold {
            Some(hold) => self.list.from_row(hold),
            None => self.list.clone(),
        }
    }

    /// How many events the query selects, and how many there are.
    pub(in crate::tui) fn counts(&self) -> (usize, usize) {
        (self.list.rows().len(), self.of)
    }

    /// How the list is arranged.
    pub(in crate::tui) fn how(&self) -> Option<&Arrangement> {
        self.how.as_ref()
    }

    /// The oldest event of each run that is not folded.
    pub(in crate::tui) fn open(&self) -> &[RowId] {
        &self.open
    }

    /// Unfolds the run that is selected, where it is folded; whether the list has to be asked for again.
    pub(in crate::tui) fn unfold(&mut self) -> bool {
        let list = self.list();
        let Some(place) = self.place().filter(|place| list.stands_for(*place) > 1) else { return false };
        let oldest = list.oldest_of_run(place);
        self.open.extend(oldest);
        oldest.is_some()
    }

    /// Folds the run that the selected event belongs to; whether the list has to be asked for again.
    pub(in crate::tui) fn fold(&mut self) -> bool {
        let list = self.list();
        let Some(place) = self.place() else { return false };
        let Some((places, size)) = list.run(place) else { return false };
        let Some(oldest) = list.oldest_of_run(place).filter(|_| size > 1 && places.len() > 1) else {
            return false;
        };
        self.open.retain(|row| *row != oldest);
        true
    }

    /// The newest row that was ever at the top of the screen.
    pub(in crate::tui) fn seen(&self) -> Option<RowId> {
        self.seen
    }

    /// Leaves this list for another, of which the answer is still to come; gives the place here.
    pub(in crate::tui) fn exchange(&mut self, place: Place) -> Place {
        let Place { seen, selected, top, pinned } = place;
        (self.hold, self.last, self.marks) = (None, None, Marks::default());
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
        match self.seen {
            Some(seen) if self.list.is_newest_first() => self.list.rows().at_or_older(seen),
            _ => 0,
        }
    }

    /// The index of the selection.
    pub(in crate::tui) fn place(&self) -> Option<usize> {
        let list = self.list();
        match self.selected {
            Some(row) => list.near(row),
            None => (!list.is_empty()).then_some(0),
        }
    }

    /// The selected row.
    pub(in crate::tui) fn selected(&self) -> Option<RowId> {
        self.place().and_then(|place| self.list().get(place))
    }

    /// The index of the first row on the screen.
    pub(in crate::tui) fn top(&self) -> usize {
        self.top.and_then(|row| self.list().near(row)).unwrap_or(0)
    }

    /// Takes the answer to another query: everything in it counts as seen.
    pub(in crate::tui) fn replace(&mut self, answer: Answer) {
        self.seen = answer.list.rows().first();
        self.hold = if self.holds() { self.seen } else { None };
        self.put(answer);
    }

    /// Takes the answer to the same query, asked again because there is more to find.
    pub(in crate::tui) fn renew(&mut self, answer: Answer) {
        if !self.answered || !self.pinned {
            return self.replace(answer);
        }
        if self.list.is_empty() {
            self.seen = answer.list.rows().first();
        }
        self.put(answer);
    }

    /// Whether the selection would stay where it is if this were the beginning of the list.
    pub(in crate::tui) fn reaches_selection(&self, list: &List) -> bool {
        let last = list.rows().len().checked_sub(1).and_then(|last| list.rows().get(last));
        match self.selected.filter(|_| self.pinned) {
            Some(selected) => last.is_some_and(|last| last <= selected),
            None => true,
        }
    }

    fn put(&mut self, Answer { list, how, of, .. }: Answer) {
        (self.list, self.how, self.of, self.answered) = (list, Some(how), of, true);
    }

    /// Makes the selection the user's own; from now on arrivals do not move it.
    pub(in crate::tui) fn pin(&mut self) {
        if !self.pinned {
            self.selected = self.selected();
            self.pinned = self.selected.is_some();
            if self.holds() {
                self.hold = self.list.rows().first();
            }
        }
    }

    /// Turns following on or off. Off, the list stays as it is; on, what was held back joins it.
    pub(in crate::tui) fn set_follow(&mut self, follow: bool) {
        self.follow = follow;
        self.hold = if self.holds() { self.list().rows().first() } else { None };
    }

    fn holds(&self) -> bool {
        !self.follow && self.pinned
    }

    /// Selects `row`, or the next older one.
    pub(in crate::tui) fn select(&mut self, row: RowId) {
        (self.pinned, self.gaps.selected) = (true, false);
        self.selected = Some(row);
    }

    /// Selects `row`, or the next older one, and remembers where the selection was.
    pub(in crate::tui) fn leap(&mut self, row: RowId) {
        let here = self.selected();
        if self.hold.is_some_and(|hold| hold < row) {
            self.hold = self.list.rows().first();
        }
        self.select(row);
        if self.selected() != here {
            self.last = here;
        }
    }

    /// Goes back to where the selection was before the last leap; whether there was one.
    pub(in crate::tui) fn leap_back(&mut self) -> bool {
        self.last.map(|last| self.leap(last)).is_some()
    }

    /// The oldest event that was not read, where everything up to `read_to` was before the list was opened.
    /// What came since and was not on the screen yet comes first.
    pub(in crate::tui) fn first_unread(&self, read_to: Option<RowId>) -> Option<RowId> {
        let read_to = if self.arrivals() > 0 { self.seen } else { read_to };
        let rows = self.list.rows();
        rows.get(rows.at_or_older(read_to?).checked_sub(1)?)
    }

    /// Moves the selection; to the top means to the newest event there is, held back or not.
    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        if motion == Motion::Top {
            self.hold = if self.holds() { self.list.rows().first() } else { None };
            self.top = None;
        }
        if let Some(place) = self.place() {
            let list = self.list();
            let selected = list.get(motion.from(place, list.len(), page));
            if matches!(motion, Motion::Pages(_) | Motion::HalfPages(_)) {
                // The window goes along, so that the selection stays at its height.
                self.top = list.get(motion.from(self.top(), list.len(), page));
            }
            match selected {
                Some(selected) if matches!(motion, Motion::Top | Motion::Bottom) => self.leap(selected),
                Some(selected) => self.select(selected),
                None => {}
            }
        }
    }

    /// Selects the first event of the next group below, or of the one above: days, where the list goes by them.
    pub(in crate::tui) fn go_group(&mut self, side: Side, zone: Zone) {
        let Some(place) = self.place() else { return };
        let list = self.list();
        let (start, end) = group_around(&list, place, zone);
        let target = match side {
            Side::Older => end,
            Side::Newer if start < place || start == 0 => start,
            Side::Newer => group_around(&list, start - 1, zone).0,
        };
        if let Some(row) = list.get(target) {
            self.select(row);
        }
    }

    /// Brings the window to where the selection is visible. Called after every change, with the window's
    /// measure as it is now.
    pub(in crate::tui) fn settle(&mut self, measure: &Measure) {
        let Some(place) = self.place() else {
            self.top = None;
            return;
        };
        let list = self.list();
        let top = measure.scroll(&list, self.top(), place);
        let first = list.get(top);
        if !list.is_newest_first() {
            self.top = first.filter(|_| top > 0);
            self.seen = self.seen.max(list.rows().first());
        } else if top > 0 {
            self.top = first;
        } else {
            self.top = None;
            // Arrivals that are held back are still to be seen.
            self.seen = self.seen.max(first);
        }
    }

    /// The rows on the screen, with a margin of so many half pages on both sides.
    pub(in crate::tui) fn near(&self, measure: &Measure, halves: usize) -> Vec<RowId> {
        let list = self.list();
        let (top, page) = (self.top().min(list.len()), usize::from(measure.height));
        let margin = halves * page / 2;
        let first = top.saturating_sub(margin);
        list.page(first, top + page + margin - first)
    }
}

/// The places of the group that the row at a place belongs to, under one heading.
fn group_around(list: &List, place: usize, zone: Zone) -> (usize, usize) {
    if let Some((_, places)) = list.group(place) {
        return (places.start, places.end);
    }
    let this = head(list, place, zone);
    if this.is_none() {
        return (0, list.len());
    }
    // Days follow each other, so those of this one are found by halving.
    let is_this = |at: usize| head(list, at, zone) == this;
    (first(0, place, is_this), first(place, list.len(), |at| !is_this(at)))
}

/// The first place from `low` on, before `high`, for which `holds`, where it holds for all that follow; `high`
/// where there is none.
fn first(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
