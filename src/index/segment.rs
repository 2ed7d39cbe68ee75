//! The columns: one short number per row and column, in stretches of time short enough for the nearest cache.
//!
//! A row takes 30 bytes beside its share of the vocabulary. Stretches are shared with whoever searches them,
//! so that rows can come in meanwhile: a stretch that changes while it is searched is copied first.
//!
//! The texts of rows that have come to rest are kept elsewhere; a segment knows where, and what is surely
//! not in them. Rows that come or change afterwards are loose: nothing is known of their texts.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{IndexRow, Marks, RowId, SealedRows, Timestamp};
use crate::query::Filter;

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
    marks: Marks,
}

impl Coded {
    pub(super) fn of(row: &IndexRow, lexicon: &mut Lexicon) -> Self {
        let deed = lexicon.deed(row.action, row.raw_action);
        Self {
            row: row.row.0,
            time: row.time,
            numbers: [row.feed, row.entity, row.actor, deed],
            set: row.set,
            marks: row.marks,
        }
    }
}

/// Rows of a stretch of time, oldest first, each at the same position in every column.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub(super) rows: Arc<Vec<i64>>,
    columns: [Vec<u32>; Column::ALL.len()],
    pub(super) sets: Vec<u32>,
    pub(super) marks: Vec<Marks>,
    /// The times of rows whose place does not tell them, by row.
    odd: Vec<(i64, Timestamp)>,
    kept: Option<Kept>,
}

/// Where the texts of a segment are.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) seal: Arc<Seal>,
    /// The first place that belongs to the segment.
    from: i64,
    /// The first place after it.
    to: i64,
    /// Rows that came or changed since, oldest first.
    pub(super) loose: Vec<i64>,
}

/// Texts that were put away together.
#[derive(Debug)]
pub(super) struct Seal {
    pub(super) number: i64,
    /// Whose texts they are, in their order.
    pub(super) rows: Arc<Vec<i64>>,
    pub(super) filter: Filter,
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
            kept: None,
        }
    }

    /// The segment of rows that have come to rest. Without a filter that can be read, nothing is known of
    /// their texts.
    pub(super) fn sealed(sealed: SealedRows, lexicon: &mut Lexicon) -> Self {
        let numbers: Vec<u32> =
            sealed.words.iter().map(|(action, raw)| lexicon.deed(*action, *raw)).collect();
        let deed = |at: &u32| numbers.get(*at as usize).copied().unwrap_or(u32::MAX);
        let deeds = sealed.deeds.iter().map(deed).collect();
        let rows = Arc::new(sealed.rows);
        let seal = |filter| Seal { number: sealed.number, rows: Arc::clone(&rows), filter };
        let kept = Filter::read(&sealed.filter).map(|filter| Kept {
            seal: Arc::new(seal(filter)),
            from: sealed.from,
            to: sealed.to,
            loose: Vec::new(),
        });
        let columns = [sealed.feeds, sealed.entities, sealed.actors, deeds];
        Self { rows, columns, sets: sealed.sets, marks: sealed.marks, odd: sealed.times, kept }
    }

    /// Where the texts of its rows are, if they have come to rest.
    pub(super) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// The first place that belongs to it.
    pub(super) fn from(&self) -> i64 {
        self.kept.as_ref().map_or(self.first(), |kept| kept.from)
    }

    /// The first place after it, where that does not depend on what comes in.
    pub(super) fn to(&self) -> Option<i64> {
        self.kept.as_ref().map(|kept| kept.to)
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

    /// The segments that take the place of this one when `incoming`, whose places belong to it, joins it.
    pub(super) fn joined_by(&self, incoming: &[Coded]) -> Vec<Self> {
        let mut pieces = cut(&self.merged(incoming));
        let Some(kept) = &self.kept else { return pieces };
        let mut loose = kept.loose.clone();
        loose.extend(incoming.iter().map(|it| it.row));
        loose.sort_unstable();
        loose.dedup();
        let mut to = kept.to;
        for (nth, piece) in pieces.iter_mut().enumerate().rev() {
            let from = if nth == 0 { kept.from } else { piece.first() };
            let here = loose.partition_point(|row| *row < from)..loose.partition_point(|row| *row < to);
            let loose = loose[here].to_vec();
            piece.kept = Some(Kept { seal: Arc::clone(&kept.seal), from, to, loose });
            to = from;
        }
        pieces
    }

    /// What is left without `gone`, which is sorted.
    pub(super) fn without(&self, gone: &[i64]) -> Self {
        Self { kept: self.kept.clone(), ..Self::of(&self.coded(|row| gone.binary_search(&row).is_err())) }
    }

    /// The rows that satisfy `wanted`.
    pub(super) fn coded(&self, wanted: impl Fn(i64) -> bool) -> Vec<Coded> {
        (0..self.len()).filter(|at| wanted(self.rows[*at])).map(|at| self.get(at)).collect()
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
