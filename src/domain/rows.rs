//! A long list of places, newest first: what a query selects.
//!
//! There may be ten million of them, so the list shares the rows it was selected from and keeps one bit
//! for each. Every question about it costs a search by halving, never a walk.

use std::fmt;
use std::sync::Arc;

use super::RowId;

/// The most rows of one [`RowSlab`].
const SLAB: usize = 4096;

/// Some consecutive rows and which of them are in the list.
#[derive(Clone)]
pub struct RowSlab {
    /// All rows, oldest first; no more than 4,096.
    rows: Arc<Vec<i64>>,
    /// Bit `n` of word `w` stands for row `64 * w + n`. Empty where every row is in the list.
    chosen: Box<[u64]>,
    count: usize,
}

impl RowSlab {
    /// The rows for which a bit is set in `chosen`, of rows that stand oldest first, at most 4,096.
    /// Bits beyond the last row mean nothing.
    pub fn new(rows: Arc<Vec<i64>>, chosen: &[u64]) -> Self {
        debug_assert!(rows.len() <= SLAB && rows.is_sorted(), "a slab is small and sorted");
        let mut words: Vec<u64> = chosen.iter().copied().take(rows.len().div_ceil(64)).collect();
        words.resize(rows.len().div_ceil(64), 0);
        if let Some(last) = words.last_mut().filter(|_| !rows.len().is_multiple_of(64)) {
            *last &= (1 << (rows.len() % 64)) - 1;
        }
        let count = words.iter().map(|word| word.count_ones() as usize).sum();
        let chosen = if count == rows.len() { Box::default() } else { words.into() };
        Self { rows, chosen, count }
    }

    /// How many rows of it are in the list.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The `n`th row in the list, counted from the newest.
    fn get(&self, n: usize) -> Option<i64> {
        let mut left = self.count.checked_sub(n + 1)?;
        if self.chosen.is_empty() {
            return self.rows.get(left).copied();
        }
        for (at, word) in self.chosen.iter().enumerate() {
            let here = word.count_ones() as usize;
            if left < here {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return self.rows.get(at * 64 + word.trailing_zeros() as usize).copied();
            }
            left -= here;
        }
        None
    }

    /// How many rows in the list are newer than `row`.
    fn newer_than(&self, row: i64) -> usize {
        let past = self.rows.partition_point(|it| *it <= row);
        if self.chosen.is_empty() {
            return self.rows.len() - past;
        }
        let whole: usize = self.chosen[(past / 64 + 1).min(self.chosen.len())..]
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum();
        let part = self.chosen.get(past / 64).map_or(0, |word| (word >> (past % 64)).count_ones() as usize);
        whole + part
    }
}

/// Places in time order, newest first, none twice. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Rows {
    /// Newest first, none empty.
    slabs: Arc<[RowSlab]>,
    /// How many rows come before each slab, and at last how many there are.
    before: Arc<[usize]>,
    /// How many of the newest are left out.
    skipped: usize,
}

impl Rows {
    /// The rows of `slabs`, which stand newest first and do not overlap.
    pub fn new(slabs: impl IntoIterator<Item = RowSlab>) -> Self {
        let slabs: Arc<[RowSlab]> = slabs.into_iter().filter(|slab| slab.count > 0).collect();
        let mut before = Vec::with_capacity(slabs.len() + 1);
        let mut count = 0;
        before.push(0);
        for slab in slabs.iter() {
            count += slab.count;
            before.push(count);
        }
        Self { slabs, before: before.into(), skipped: 0 }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.before.last().map_or(0, |all| all - self.skipped)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `n`th from the newest.
    pub fn get(&self, n: usize) -> Option<RowId> {
        let n = n.checked_add(self.skipped)?;
        let slab = self.before.partition_point(|before| *before <= n).checked_sub(1)?;
        self.slabs.get(slab)?.get(n - self.before[slab]).map(RowId)
    }

    /// The newest.
    pub fn first(&self) -> Option<RowId> {
        self.get(0)
    }

    /// The oldest.
    pub fn last(&self) -> Option<RowId> {
        self.get(self.len().checked_sub(1)?)
    }

    /// How far from the newest a row is.
    pub fn position(&self, row: RowId) -> Option<usize> {
        let at = self.at_or_older(row);
        (self.get(at) == Some(row)).then_some(at)
    }

    /// The position of a row, or of the next older one where it is not in the list; past the end where
    /// there is none. For a time, ask with [`RowId::floor`] of the millisecond after it.
    pub fn at_or_older(&self, row: RowId) -> usize {
        let slab = self.slabs.partition_point(|slab| slab.rows.first().is_some_and(|first| *first > row.0));
        let newer = match self.slabs.get(slab) {
            Some(here) => self.before[slab] + here.newer_than(row.0),
            None => self.before.last().copied().unwrap_or_default(),
        };
        newer.saturating_sub(self.skipped)
    }

    /// The same rows without those newer than `row`.
    #[must_use]
    pub fn from_row(&self, row: RowId) -> Self {
        Self { skipped: self.skipped + self.at_or_older(row), ..self.clone() }
    }

    /// The first position whose row does not satisfy `holds`, where those that do all come first.
    pub fn partition_point(&self, holds: impl Fn(RowId) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(&holds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Some of them, from the position `from` on, at most `limit`.
    pub fn page(&self, from: usize, limit: usize) -> Vec<RowId> {
        (from..self.len()).take(limit).map_while(|n| self.get(n)).collect()
    }

    /// All of them, newest first.
    pub fn iter(&self) -> impl Iterator<Item = RowId> {
        self.slabs
            .iter()
            .flat_map(|slab| (0..slab.count).map_while(|n| slab.get(n)))
            .skip(self.skipped)
            .map(RowId)
    }
}

impl FromIterator<RowId> for Rows {
    /// From rows in any order; one that comes twice is there once.
    fn from_iter<I: IntoIterator<Item = RowId>>(rows: I) -> Self {
        let mut all: Vec<i64> = rows.into_iter().map(|row| row.0).collect();
        all.sort_unstable();
        all.dedup();
        Self::new(all.rchunks(SLAB).map(|chunk| RowSlab {
            rows: Arc::new(chunk.to_vec()),
            chosen: Box::default(),
            count: chunk.len(),
        }))
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Rows {}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().take(8)).finish_non_exhaustive()?;
        write!(f, " of {}", self.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slabs() -> impl Strategy<Value = Vec<Vec<(i64, bool)>>> {
        prop::collection::vec(prop::collection::vec((1..9_i64, any::<bool>()), 0..200), 0..4)
    }

    proptest! {
        #[test]
        fn it_answers_as_a_plain_list_does(steps in slabs(), asked in 0..3000_i64, held in 0..3000_i64) {
            let mut row = 0;
            let mut plain = Vec::new();
            let mut made = Vec::new();
            for slab in &steps {
                let mut rows = Vec::new();
                let mut bits = vec![0_u64; slab.len().div_ceil(64)];
                for (at, (step, chosen)) in slab.iter().enumerate() {
                    row += step;
                    rows.push(row);
                    bits[at / 64] |= u64::from(*chosen) << (at % 64);
                    plain.extend(chosen.then_some(RowId(row)));
                }
                made.push(RowSlab::new(Arc::new(rows), &bits));
            }
            plain.reverse();
            let whole = Rows::new(made.into_iter().rev());
            let held = RowId(held);
            for (rows, plain) in [
                (whole.clone(), plain.as_slice()),
                (whole.from_row(held), &plain[plain.partition_point(|row| *row > held)..]),
                (plain.iter().copied().collect(), plain.as_slice()),
            ] {
                prop_assert_eq!(rows.iter().collect::<Vec<_>>(), plain);
                prop_assert_eq!(rows.page(0, usize::MAX), plain);
                prop_assert_eq!((rows.first(), rows.last()), (plain.first().copied(), plain.last().copied()));
                prop_assert_eq!(rows.get(plain.len()), None);
                for row in [RowId(asked), RowId(0), RowId(i64::MAX)].iter().chain(plain) {
                    let at = plain.partition_point(|it| it > row);
                    prop_assert_eq!(rows.at_or_older(*row), at);
                    prop_assert_eq!(rows.partition_point(|it| it > *row), at);
                    prop_assert_eq!(rows.position(*row), (plain.get(at) == Some(row)).then_some(at));
                }
            }
        }
    }
}
