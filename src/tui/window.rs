//! Which part of a long list is on the screen.
//!
//! There may be a million rows, so nothing here walks them: only those of one screen are looked at. A line of
//! the screen shows a row or the heading of its group; where there are headings, the first line is always the
//! one of the group that the first row belongs to.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{Heads, List, Zone};
use crate::tui::words;

/// What stands above the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// The day that they are of.
    Day(NaiveDate),
    /// What the group of this number has in common.
    Group(usize),
}

/// What stands above the row at a place.
pub(super) fn head(list: &List, place: usize, zone: Zone) -> Option<Head> {
    match list.heads() {
        Heads::None => None,
        Heads::Days => Some(Head::Day(words::day(list.get(place)?.time(), zone))),
        Heads::Groups(_) => list.group(place).map(|(nth, _)| Head::Group(nth)),
    }
}

/// One thing in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The heading of the group that the row at this index belongs to, one line.
    Head(Head, usize),
    /// The row at this index, as many lines as a row takes.
    Row(usize),
    /// What is missing below the row at this index, or [`ABOVE`] all rows, one line.
    Gap(usize),
}

/// The place of what is missing above the first row, among the indices below which something is.
pub(super) const ABOVE: usize = usize::MAX;

/// How a window is measured.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    /// Lines of the window.
    pub(super) height: u16,
    /// Lines of one row.
    pub(super) row_height: u16,
    /// The zone that days are counted in.
    pub(super) zone: Zone,
    /// The rows below which something is missing, ascending; [`ABOVE`] comes last.
    pub(super) gaps: Arc<[usize]>,
}

impl Measure {
    /// The lines of the row at `index`, with what is missing below it.
    fn lines(&self, index: usize) -> u16 {
        self.row_height + u16::from(self.has_gap(index))
    }

    fn has_gap(&self, index: usize) -> bool {
        self.gaps.binary_search(&index).is_ok()
    }

    /// What the window shows when its first row is the one at index `top`. A row is only shown whole.
    pub(super) fn items(&self, rows: &List, top: usize) -> Vec<Item> {
        let mut items = Vec::new();
        let mut left = self.height;
        let mut last = None;
        if top == 0 && left > 0 && self.has_gap(ABOVE) {
            items.push(Item::Gap(ABOVE));
            left -= 1;
        }
        for index in top..rows.len() {
            let this = head(rows, index, self.zone);
            let rule = u16::from(this != last);
            if left < rule + self.lines(index) {
                break;
            }
            if let Some(head) = this.filter(|_| this != last) {
                items.push(Item::Head(head, index));
                last = this;
            }
            items.push(Item::Row(index));
            if self.has_gap(index) {
                items.push(Item::Gap(index));
            }
            left -= rule + self.lines(index);
        }
        items
    }

    /// How many rows the window shows from `top` on; at least one, so that a page always moves.
    pub(super) fn fits(&self, rows: &List, top: usize) -> usize {
        self.items(rows, top).iter().filter(|item| matches!(item, Item::Row(_))).count().max(1)
    }

    /// The first row of the window, moved from `top` as little as makes `selected` visible, and never so
    /// far down that lines stay empty which rows above could fill. After a jump `selected` stands in the middle: what happened around it is what a reader wants next.
    pub(super) fn scroll(&self, rows: &List, top: usize, selected: usize) -> usize {
        let Some(last) = rows.len().checked_sub(1) else { return 0 };
        let lowest = self.top_for(rows, last);
        let top = top.min(lowest);
        let page = self.fits(rows, top);
        if (top..top + page).contains(&selected) {
            return top;
        }
        let near = page / 4;
        if selected + near < top || selected > top + page + near {
            let middle = self.top_for(rows, last.min(selected + page / 2));
            return middle.min(selected);
        }
        if selected < top { selected } else { self.top_for(rows, selected) }
    }

    /// The first row of a window whose last row is `bottom`.
    fn top_for(&self, rows: &List, bottom: usize) -> usize {
        let mut top = bottom;
        let mut last = head(rows, bottom, self.zone);
        let mut used = u16::from(last.is_some()) + self.lines(bottom);
        while let Some(above) = top.checked_sub(1) {
            let this = head(rows, above, self.zone);
            used += self.lines(above) + u16::from(this != last);
            used += u16::from(above == 0 && self.has_gap(ABOVE));
            if used > self.height {
                break;
            }
            (top, last) = (above, this);
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RowId, Rows, Timestamp};

    /// `n` rows, newest first, `per_day` on each day.
    fn rows(n: i64, per_day: i64) -> List {
        let day = 86_400_000;
        let row =
            |i| RowId::floor(Timestamp::from_millis((1_000 - i / per_day) * day - i % per_day + day / 2));
        (0..n).map(row).collect::<Rows>().into()
    }

    fn measure(height: u16, row_height: u16) -> Measure {
        Measure { height, row_height, zone: Zone::Utc, gaps: Arc::default() }
    }

    #[test]
    fn every_day_has_one_rule_and_the_first_line_is_one() {
        let rows = rows(9, 3);
        let items = measure(7, 1).items(&rows, 1);
        let shape: String =
            items.iter().map(|item| if matches!(item, Item::Head(..)) { '-' } else { 'r' }).collect();
        assert_eq!(shape, "-rr-rrr");
        assert_eq!(measure(6, 2).items(&rows, 0).len(), 3, "a row is only shown whole");
    }

    #[test]
    fn the_window_moves_as_little_as_it_must() {
        let rows = rows(100, 50);
        let m = measure(11, 1);
        for (top, selected, expected) in
            [(0, 9, 0), (0, 10, 1), (20, 25, 20), (20, 18, 18), (0, 12, 3), (0, 99, 90), (99, 99, 90)]
        {
            assert_eq!(m.scroll(&rows, top, selected), expected, "{top} {selected}");
        }
        assert_eq!(m.scroll(&List::default(), 5, 7), 0);
    }

    #[test]
    fn after_a_jump_the_selection_stands_in_the_middle() {
        let rows = rows(100, 50);
        let m = measure(11, 1);
        for (top, selected, expected) in [(20, 5, 1), (0, 30, 26), (0, 16, 12), (90, 2, 0), (0, 98, 90)] {
            assert_eq!(m.scroll(&rows, top, selected), expected, "{top} {selected}");
        }
    }

    #[test]
    fn what_is_missing_takes_a_line_below_its_row() {
        let rows = rows(9, 3);
        let m = Measure { gaps: Arc::from([1, 8]), ..measure(7, 1) };
        let shape = |top| -> String {
            let shape = |item: &Item| match item {
                Item::Head(..) => '-',
                Item::Row(_) => 'r',
                Item::Gap(_) => 'g',
            };
            m.items(&rows, top).iter().map(shape).collect()
        };
        assert_eq!((shape(0).as_str(), shape(5).as_str()), ("-rrgr-r", "-r-rrrg"));
        assert_eq!(m.scroll(&rows, 0, 8), 5, "the gap below the last row is seen with it");
    }

    #[test]
    fn what_is_missing_above_all_rows_stands_first() {
        let rows = rows(9, 3);
        let m = Measure { gaps: Arc::from([1, ABOVE]), ..measure(7, 1) };
        assert_eq!(m.items(&rows, 0)[0], Item::Gap(ABOVE));
        assert!(!m.items(&rows, 1).contains(&Item::Gap(ABOVE)));
        assert_eq!(m.fits(&rows, 0), 3, "two headings and two gaps beside them");
        assert_eq!(measure(7, 1).fits(&rows, 0), 5);
        assert!(Measure { gaps: Arc::from([ABOVE]), ..measure(0, 1) }.items(&rows, 0).is_empty());
    }

    #[test]
    fn the_selection_is_always_visible() {
        let rows = rows(40, 3);
        for height in 4..12 {
            for selected in 0..40 {
                for top in [0, 7, 39] {
                    let m = Measure { gaps: Arc::from([3, 7, 8, 9, ABOVE]), ..measure(height, 1) };
                    let top = m.scroll(&rows, top, selected);
                    assert!(m.items(&rows, top).contains(&Item::Row(selected)), "{height} {selected} {top}");
                }
            }
        }
    }
}
