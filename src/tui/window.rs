//! Which part of a long list is on the screen.
//!
//! The rows are newest first and may be a million, so nothing here walks them: a place is found by
//! halving, and only the rows of one screen are looked at. A line of the screen shows a row or the rule of
//! its day; the first line is always the rule of the day that the first row belongs to.

use chrono::NaiveDate;

use crate::domain::{RowId, Rows, Zone};
use crate::tui::words;

/// One thing in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The rule of a day, one line.
    Day(NaiveDate),
    /// The row at this index, as many lines as a row takes.
    Row(usize),
}

/// The index of `row` in `rows` (newest first), or of the next older one where it is not among them, or
/// of the last one. `None` when there are no rows.
pub(super) fn position(rows: &Rows, row: RowId) -> Option<usize> {
    let newer = rows.at_or_older(row);
    rows.len().checked_sub(1).map(|last| newer.min(last))
}

/// How a window is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Lines of the window.
    pub(super) height: u16,
    /// Lines of one row.
    pub(super) row_height: u16,
    /// The zone that days are counted in.
    pub(super) zone: Zone,
}

impl Measure {
    fn day(self, row: RowId) -> NaiveDate {
        words::day(row.time(), self.zone)
    }

    /// What the window shows when its first row is the one at index `top`. A row is only shown whole.
    pub(super) fn items(self, rows: &Rows, top: usize) -> Vec<Item> {
        let mut items = Vec::new();
        let mut left = self.height;
        let mut day = None;
        for index in top..rows.len() {
            let Some(this) = rows.get(index).map(|row| self.day(row)) else { break };
            let rule = u16::from(day != Some(this));
            if left < rule + self.row_height {
                break;
            }
            if rule == 1 {
                items.push(Item::Day(this));
                day = Some(this);
            }
            items.push(Item::Row(index));
            left -= rule + self.row_height;
        }
        items
    }

    /// How many rows the window shows from `top` on; at least one, so that a page always moves.
    pub(super) fn fits(self, rows: &Rows, top: usize) -> usize {
        self.items(rows, top).iter().filter(|item| matches!(item, Item::Row(_))).count().max(1)
    }

    /// The first row of the window, moved from `top` as little as makes `selected` visible, and never so
    /// far down that lines stay empty which rows above could fill. After a jump `selected` stands in the middle: what happened around it is what a reader wants next.
    pub(super) fn scroll(self, rows: &Rows, top: usize, selected: usize) -> usize {
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
    fn top_for(self, rows: &Rows, bottom: usize) -> usize {
        let mut top = bottom;
        let mut day = rows.get(bottom).map(|row| self.day(row));
        let mut used = 1 + self.row_height;
        while let Some(above) = top.checked_sub(1) {
            let this = rows.get(above).map(|row| self.day(row));
            used += self.row_height + u16::from(this != day);
            if used > self.height {
                break;
            }
            (top, day) = (above, this);
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// `n` rows, newest first, `per_day` on each day.
    fn rows(n: i64, per_day: i64) -> Rows {
        let day = 86_400_000;
        (0..n)
            .map(|i| {
                RowId::floor(Timestamp::from_millis((1_000 - i / per_day) * day - i % per_day + day / 2))
            })
            .collect()
    }

    fn measure(height: u16, row_height: u16) -> Measure {
        Measure { height, row_height, zone: Zone::Utc }
    }

    #[test]
    fn a_row_is_found_or_the_next_older_or_the_last() {
        let rows = rows(10, 10);
        let third = rows.get(3).unwrap();
        assert_eq!(position(&rows, third), Some(3));
        assert_eq!(position(&rows, RowId(third.0 + 1)), Some(3));
        assert_eq!(position(&rows, RowId(third.0 - 1)), Some(4));
        assert_eq!(position(&rows, RowId(i64::MIN)), Some(9));
        assert_eq!(position(&Rows::default(), third), None);
    }

    #[test]
    fn every_day_has_one_rule_and_the_first_line_is_one() {
        let rows = rows(9, 3);
        let items = measure(7, 1).items(&rows, 1);
        let shape: String =
            items.iter().map(|item| if matches!(item, Item::Day(_)) { '-' } else { 'r' }).collect();
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
        assert_eq!(m.scroll(&Rows::default(), 5, 7), 0);
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
    fn the_selection_is_always_visible() {
        let rows = rows(40, 3);
        for height in 2..12 {
            for selected in 0..40 {
                for top in [0, 7, 39] {
                    let m = measure(height, 1);
                    let top = m.scroll(&rows, top, selected);
                    assert!(m.items(&rows, top).contains(&Item::Row(selected)), "{height} {selected} {top}");
                }
            }
        }
    }
}
