//! The events that a query selects, in the order in which they are shown: by time, or in groups.
//!
//! The order of time costs nothing, whatever its length. Any other is written down, four bytes each way for
//! an event, so that the place of a row is found as fast as the row at a place.

use std::sync::Arc;

use super::{RowId, Rows};

/// A list of events in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    rows: Rows,
    order: Order,
    /// What stands between the events.
    heads: Heads,
    /// Where runs begin and how many events each has, for a list in which a run takes one line.
    runs: Option<Runs>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Newest,
    Oldest,
    /// For each place in the list the place among the rows, and for each row its place in the list. A row that
    /// is folded away has the place of the one that stands for it.
    Written {
        shown: Arc<[u32]>,
        place: Arc<[u32]>,
    },
}

/// What stands between the events of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Heads {
    /// Nothing.
    None,
    /// The days, wherever one begins.
    #[default]
    Days,
    /// Something of what a group has in common; the places where groups begin, ascending from 0.
    Groups(Arc<[u32]>),
}

/// The runs of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Runs {
    /// The places where they begin, ascending from 0.
    starts: Arc<[u32]>,
    /// How many events each has, those that are folded away included.
    sizes: Arc<[u32]>,
    /// The oldest event of each: it stays the same while newer ones join the run.
    oldest: Arc<[RowId]>,
}

/// An order that is written down: which rows are shown, and which stands for which.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// For each place in the list the position of its row, counted from the newest.
    pub shown: Vec<u32>,
    /// For each row, from the newest, its place in the list.
    pub place: Vec<u32>,
}

impl From<Rows> for List {
    /// The newest first, by day.
    fn from(rows: Rows) -> Self {
        Self { rows, ..Self::default() }
    }
}

impl List {
    /// In the order of time.
    pub fn by_time(rows: Rows, oldest_first: bool, heads: Heads) -> Self {
        let order = if oldest_first { Order::Oldest } else { Order::Newest };
        Self { rows, order, heads, runs: None }
    }

    /// In an order that is written down.
    pub fn written(rows: Rows, order: Written, heads: Heads) -> Self {
        let Written { shown, place } = order;
        debug_assert!(place.len() == rows.len(), "every row has a place");
        Self { rows, order: Order::Written { shown: shown.into(), place: place.into() }, heads, runs: None }
    }

    /// The same with runs that begin at these places, have so many events each, and this one as the oldest.
    #[must_use]
    pub fn with_runs(self, starts: Vec<u32>, sizes: Vec<u32>, oldest: Vec<RowId>) -> Self {
        debug_assert!(starts.len() == sizes.len() && sizes.len() == oldest.len(), "one of each for a run");
        let runs = Runs { starts: starts.into(), sizes: sizes.into(), oldest: oldest.into() };
        Self { runs: Some(runs), ..self }
    }

    /// All events, newest first, those that are folded away included.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether the newest come first, as they come in.
    pub fn is_newest_first(&self) -> bool {
        self.order == Order::Newest
    }

    /// Whether the oldest come first, and time runs down the list.
    pub fn is_oldest_first(&self) -> bool {
        self.order == Order::Oldest
    }

    /// The same list without the events that are newer than `row`, where the newest come first.
    #[must_use]
    pub fn from_row(&self, row: RowId) -> Self {
        match self.order {
            Order::Newest => Self { rows: self.rows.from_row(row), ..self.clone() },
            Order::Oldest | Order::Written { .. } => self.clone(),
        }
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        match &self.order {
            Order::Newest | Order::Oldest => self.rows.len(),
            Order::Written { shown, .. } => shown.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place.
    pub fn get(&self, place: usize) -> Option<RowId> {
        match &self.order {
            Order::Newest => self.rows.get(place),
            Order::Oldest => self.rows.get(self.rows.len().checked_sub(place + 1)?),
            Order::Written { shown, .. } => self.rows.get(*shown.get(place)? as usize),
        }
    }

    /// The place of a row, or of the next older one where it is not in the list, or of the oldest; none in an
    /// empty list.
    pub fn near(&self, row: RowId) -> Option<usize> {
        let last = self.rows.len().checked_sub(1)?;
        let position = self.rows.at_or_older(row).min(last);
        Some(match &self.order {
            Order::Newest => position,
            Order::Oldest => last - position,
            Order::Written { place, .. } => place.get(position).copied()? as usize,
        })
    }

    /// Some rows, from a place on, at most `limit`.
    pub fn page(&self, from: usize, limit: usize) -> Vec<RowId> {
        (from..self.len()).take(limit).map_while(|place| self.get(place)).collect()
    }

    /// What stands between the events.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// Which group the event at a place belongs to, and the places of that group; none where nothing is
    /// grouped, or by day.
    pub fn group(&self, place: usize) -> Option<(usize, std::ops::Range<usize>)> {
        match &self.heads {
            Heads::Groups(starts) => span(starts, place, self.len()),
            Heads::None | Heads::Days => None,
        }
    }

    /// The places of the run that the event at a place belongs to, and how many events it has.
    pub fn run(&self, place: usize) -> Option<(std::ops::Range<usize>, usize)> {
        let runs = self.runs.as_ref()?;
        let (nth, places) = span(&runs.starts, place, self.len())?;
        Some((places, runs.sizes.get(nth).copied()? as usize))
    }

    /// The oldest event of the run that the event at a place belongs to.
    pub fn oldest_of_run(&self, place: usize) -> Option<RowId> {
        let runs = self.runs.as_ref()?;
        let (nth, _) = span(&runs.starts, place, self.len())?;
        runs.oldest.get(nth).copied()
    }

    /// How many events the one at a place stands for: more than one where it is a run that is folded.
    pub fn stands_for(&self, place: usize) -> usize {
        self.run(place).filter(|(places, _)| places.len() == 1).map_or(1, |(_, size)| size)
    }
}

/// Which of the stretches that begin at `starts` a place lies in, and where that goes.
fn span(starts: &[u32], place: usize, len: usize) -> Option<(usize, std::ops::Range<usize>)> {
    let nth = starts.partition_point(|start| *start as usize <= place).checked_sub(1)?;
    let end = starts.get(nth + 1).map_or(len, |next| *next as usize);
    (place < end).then(|| (nth, starts[nth] as usize..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[i64]) -> Rows {
        rows.iter().copied().map(RowId).collect()
    }

    fn all(list: &List) -> Vec<i64> {
        list.page(0, usize::MAX).into_iter().map(|row| row.0).collect()
    }

    #[test]
    fn by_time_it_goes_either_way() {
        let newest = List::from(rows(&[9, 7, 5]));
        let oldest = List::by_time(rows(&[9, 7, 5]), true, Heads::None);
        assert_eq!((all(&newest), all(&oldest)), (vec![9, 7, 5], vec![5, 7, 9]));
        for (row, in_newest, in_oldest) in [(10, 0, 2), (9, 0, 2), (8, 1, 1), (5, 2, 0), (1, 2, 0)] {
            assert_eq!(newest.near(RowId(row)), Some(in_newest), "{row}");
            assert_eq!(oldest.near(RowId(row)), Some(in_oldest), "{row}");
        }
        assert_eq!(List::default().near(RowId(1)), None);
        assert_eq!(all(&newest.from_row(RowId(7))), [7, 5]);
        assert_eq!(all(&oldest.from_row(RowId(7))), [5, 7, 9]);
        assert_eq!((newest.get(3), oldest.get(3)), (None, None));
    }

    #[test]
    fn in_groups_every_row_has_its_place() {
        // Two groups: the second and the fourth row, then the others.
        let order = Written { shown: vec![1, 3, 0, 2], place: vec![2, 0, 3, 1] };
        let list = List::written(rows(&[9, 7, 5, 3]), order, Heads::Groups([0, 2].into()));
        assert_eq!(all(&list), [7, 3, 9, 5]);
        for (row, place) in [(9, 2), (7, 0), (6, 3), (5, 3), (3, 1), (0, 1)] {
            assert_eq!(list.near(RowId(row)), Some(place), "{row}");
        }
        assert_eq!(list.group(1), Some((0, 0..2)));
        assert_eq!(list.group(2), Some((1, 2..4)));
        assert_eq!(list.group(4), None);
    }

    #[test]
    fn a_folded_run_takes_one_line() {
        // Of four rows, the middle two are folded into one.
        let order = Written { shown: vec![0, 1, 3], place: vec![0, 1, 1, 2] };
        let list = List::written(rows(&[9, 7, 5, 3]), order, Heads::Days);
        let list = list.with_runs(vec![0, 1, 2], vec![1, 2, 1], [9, 5, 3].map(RowId).into());
        assert_eq!(list.oldest_of_run(1), Some(RowId(5)));
        assert_eq!((all(&list), list.len(), list.rows().len()), (vec![9, 7, 3], 3, 4));
        assert_eq!(list.near(RowId(5)), Some(1), "the one that stands for it");
        assert_eq!([0, 1, 2].map(|place| list.stands_for(place)), [1, 2, 1]);
        let open = Written { shown: vec![0, 1, 2, 3], place: vec![0, 1, 2, 3] };
        let open = List::written(rows(&[9, 7, 5, 3]), open, Heads::Days).with_runs(
            vec![0, 1, 3],
            vec![1, 2, 1],
            [9, 5, 3].map(RowId).into(),
        );
        assert_eq!(open.run(2), Some((1..3, 2)));
        assert_eq!(open.stands_for(1), 1);
    }
}
