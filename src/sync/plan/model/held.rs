//! The rows of the cache, by their numbers, which the server gives out one after the other.

use super::server::Row;

/// A row as the cache has it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    time: i64,
    gone: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    rows: Vec<Option<Kept>>,
    count: u64,
}

impl Held {
    pub(super) fn has(&self, id: u64) -> bool {
        self.rows.get(id as usize).is_some_and(Option::is_some)
    }

    pub(super) fn len(&self) -> u64 {
        self.count
    }

    pub(super) fn newest(&self) -> Option<i64> {
        self.rows.iter().flatten().map(|kept| kept.time).max()
    }

    /// Brings a row in, or back. Says whether it was not there before.
    pub(super) fn bring_in(&mut self, row: &Row) -> bool {
        let place = row.id as usize;
        if self.rows.len() <= place {
            self.rows.resize(place + 1, None);
        }
        let before = self.rows[place].replace(Kept { time: row.time, gone: false });
        self.count += u64::from(before.is_none());
        before.is_none()
    }

    /// Loses a row, as a fault of the cache would.
    pub(super) fn lose(&mut self, id: u64) {
        if let Some(kept) = self.rows.get_mut(id as usize) {
            self.count -= u64::from(kept.take().is_some());
        }
    }

    pub(super) fn mark_gone(&mut self, id: u64) {
        if let Some(Some(kept)) = self.rows.get_mut(id as usize) {
            kept.gone = true;
        }
    }

    /// The rows that are not gone: their numbers and times.
    pub(super) fn present(&self) -> impl Iterator<Item = (u64, i64)> {
        let all = self.rows.iter().enumerate();
        all.filter_map(|(id, kept)| kept.filter(|kept| !kept.gone).map(|kept| (id as u64, kept.time)))
    }
}
