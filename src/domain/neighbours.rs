//! What stands before and after one event among others.

use std::sync::Arc;

use super::{Event, RowId, Rows};

/// The events nearest to one of them in a selection, itself left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbours {
    /// How many others were selected.
    pub others: usize,
    /// Those just after it, newest first.
    pub newer: Vec<Arc<Event>>,
    /// Those just before it, newest first.
    pub older: Vec<Arc<Event>>,
}

impl Neighbours {
    /// The places on either side of `row` that are the nearest to it, newest first: at most `most` together, as
    /// many on one side as on the other where both have so many.
    pub fn places(rows: &Rows, row: RowId, most: usize) -> (Vec<RowId>, Vec<RowId>) {
        let above = rows.at_or_older(row);
        let below = above + usize::from(rows.get(above) == Some(row));
        let left = rows.len() - below;
        let newer = above.min((most / 2).max(most.saturating_sub(left)));
        (rows.page(above - newer, newer), rows.page(below, most - newer))
    }

    /// All that are known, newest first.
    pub fn events(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.newer.iter().chain(&self.older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_get_their_half_and_what_one_lacks_goes_to_the_other() {
        let rows: Rows = [9, 8, 7, 6, 5, 4, 3, 2].map(RowId).into_iter().collect();
        for (row, newer, older) in [
            (6, &[8, 7][..], &[5, 4][..]),
            (9, &[], &[8, 7, 6, 5]),
            (8, &[9], &[7, 6, 5]),
            (2, &[6, 5, 4, 3], &[]),
            (3, &[6, 5, 4], &[2]),
            // It need not be one of them.
            (20, &[], &[9, 8, 7, 6]),
            (1, &[5, 4, 3, 2], &[]),
        ] {
            let numbers = |rows: Vec<RowId>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
            let (above, below) = Neighbours::places(&rows, RowId(row), 4);
            assert_eq!((numbers(above), numbers(below)), (newer.to_vec(), older.to_vec()), "{row}");
        }
        let one: Rows = [RowId(5)].into_iter().collect();
        assert_eq!(Neighbours::places(&one, RowId(5), 4), (Vec::new(), Vec::new()));
        assert_eq!(Neighbours::places(&Rows::default(), RowId(5), 4), (Vec::new(), Vec::new()));
    }
}
