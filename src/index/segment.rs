//! The columns: one short number per row and column, in stretches of time short enough for the nearest cache.
//!
//! A row takes 29 bytes beside its share of the vocabulary. Stretches are shared with whoever searches them,
//! so that rows can come in meanwhile: a stretch that changes while it is searched is copied first.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{IndexRow, Parts, RowId, Status, Timestamp};

use super::vocabulary::Lexicon;

/// The most rows of a stretch.
pub(super) const MOST: usize = 4096;

/// How many rows a stretch has that was cut from a longer one: there is room for late ones.
const CUT: usize = 2048;

/// A column of numbers of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Feed,
    Entity,
    Actor,
    Deed,
}

impl Column {
    pub(super) const ALL: [Self; 4] = [Self::Feed, Self::Entity, Self::Actor, Self::Deed];
}

/// One row as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coded {
    pub(super) row: i64,
    time: Option<Timestamp>,
    numbers: [u32; Column::ALL.len()],
    set: u32,
    marks: u8,
}

impl Coded {
    pub(super) fn of(row: &IndexRow, lexicon: &mut Lexicon) -> Self {
        let deed = lexicon.deed(row.action, row.raw_action);
        Self {
            row: row.row.0,
            time: row.time,
            numbers: [row.feed, row.entity, row.actor, deed],
            set: row.set,
            marks: marks(row.status, row.parts),
        }
    }
}

/// Status and parts in one byte: the parts in the lower four bits, the status above them.
fn marks(status: Status, parts: Parts) -> u8 {
    let place = Status::ALL.iter().position(|it| *it == status).unwrap_or_default();
    parts.bits() | ((place as u8) << 4)
}

/// The status that a byte of marks holds.
pub(super) fn status_of(marks: u8) -> Status {
    Status::ALL.get(usize::from(marks >> 4)).copied().unwrap_or_default()
}

/// The parts that a byte of marks holds.
pub(super) fn parts_of(marks: u8) -> Parts {
    Parts::from_bits(marks)
}

/// Rows of a stretch of time, oldest first, each at the same position in every column.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub(super) rows: Arc<Vec<i64>>,
    columns: [Vec<u32>; Column::ALL.len()],
    pub(super) sets: Vec<u32>,
    pub(super) marks: Vec<u8>,
    /// The times of rows whose place does not tell them, by row.
    odd: Vec<(i64, Timestamp)>,
}

impl Segment {
    pub(super) fn of(rows: &[Coded]) -> Self {
        let column = |which: Column| rows.iter().map(|row| row.numbers[which as usize]).collect();
        Self {
            rows: Arc::new(rows.iter().map(|row| row.row).collect()),
            columns: Column::ALL.map(column),
            sets: rows.iter().map(|row| row.set).collect(),
            marks: rows.iter().map(|row| row.marks).collect(),
            odd: rows.iter().filter_map(|row| Some((row.row, row.time?))).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The oldest row. No segment is empty.
    pub(super) fn first(&self) -> i64 {
        self.rows.first().copied().unwrap_or(i64::MAX)
    }

    pub(super) fn column(&self, column: Column) -> &[u32] {
        &self.columns[column as usize]
    }

    /// The exact time of the row at a position.
    pub(super) fn time(&self, at: usize) -> Timestamp {
        let row = self.rows[at];
        let odd = self.odd.binary_search_by_key(&row, |(row, _)| *row);
        odd.map_or(RowId(row).time(), |found| self.odd[found].1)
    }

    /// Positions whose place does not tell the time, with the time.
    pub(super) fn odd_times(&self) -> impl Iterator<Item = (usize, Timestamp)> {
        self.odd.iter().filter_map(|(row, time)| Some((self.rows.binary_search(row).ok()?, *time)))
    }

    /// The positions of rows that stand at `from` or later and before `to`, by their place.
    pub(super) fn between(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Range<usize> {
        let before = |time: Timestamp| self.rows.partition_point(|row| RowId(*row).time() < time);
        let start = from.map_or(0, before);
        start..to.map_or(self.len(), before).max(start)
    }

    fn get(&self, at: usize) -> Coded {
        let row = self.rows[at];
        let odd = self.odd.binary_search_by_key(&row, |(row, _)| *row);
        Coded {
            row,
            time: odd.ok().map(|found| self.odd[found].1),
            numbers: Column::ALL.map(|column| self.column(column)[at]),
            set: self.sets[at],
            marks: self.marks[at],
        }
    }

    /// All rows and those of `incoming`, which are sorted and no two the same; of a row that is in both, the
    /// incoming one.
    fn merged(&self, incoming: &[Coded]) -> Vec<Coded> {
        let mut all = Vec::with_capacity(self.len() + incoming.len());
        let mut incoming = incoming.iter().copied().peekable();
        for at in 0..self.len() {
            let here = self.rows[at];
            while let Some(newer) = incoming.next_if(|it| it.row < here) {
                all.push(newer);
            }
            all.push(incoming.next_if(|it| it.row == here).unwrap_or_else(|| self.get(at)));
        }
        all.extend(incoming);
        all
    }

    /// The segments that take the place of this one when `incoming` joins it.
    pub(super) fn joined_by(&self, incoming: &[Coded]) -> Vec<Self> {
        cut(&self.merged(incoming))
    }

    /// What is left without `gone`, which is sorted.
    pub(super) fn without(&self, gone: &[i64]) -> Self {
        let kept = (0..self.len()).filter(|at| gone.binary_search(&self.rows[*at]).is_err());
        Self::of(&kept.map(|at| self.get(at)).collect::<Vec<_>>())
    }
}

/// Segments of sorted rows: one, or several of about the same length where one would be too long.
pub(super) fn cut(rows: &[Coded]) -> Vec<Segment> {
    if rows.is_empty() {
        return Vec::new();
    }
    let pieces = if rows.len() <= MOST { 1 } else { rows.len().div_ceil(CUT) };
    rows.chunks(rows.len().div_ceil(pieces)).map(Segment::of).collect()
}
