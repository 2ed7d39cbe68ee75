//! The columns: one short number per row and column, and the dictionaries that say what they stand for.
//!
//! Rows are kept oldest first. A row takes 29 bytes beside its share of the dictionaries.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::domain::{Action, Actor, Entity, IndexRow, Parts, RowId, Status};
use crate::query;

/// Each distinct value once, by a number that never changes.
#[derive(Debug, Clone)]
pub(super) struct Dictionary<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Dictionary<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    pub(super) fn values(&self) -> &[T] {
        &self.values
    }
}

/// Where an event was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) source: Arc<str>,
    pub(super) feed: Arc<str>,
    pub(super) scope: Option<Arc<str>>,
}

/// What was done, in the shared word and in the feed's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Deed {
    pub(super) action: Action,
    pub(super) raw: Option<Arc<str>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Dictionaries {
    pub(super) places: Dictionary<Place>,
    pub(super) entities: Dictionary<Arc<Entity>>,
    pub(super) actors: Dictionary<Arc<Actor>>,
    pub(super) deeds: Dictionary<Deed>,
}

/// One row as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coded {
    row: i64,
    place: u32,
    entity: u32,
    actor: u32,
    deed: u32,
    set: u32,
    marks: u8,
}

impl Dictionaries {
    fn code(&mut self, row: IndexRow) -> Coded {
        let place = Place { source: row.source, feed: row.feed, scope: row.scope };
        Coded {
            row: row.row.0,
            place: self.places.number(place),
            entity: self.entities.number(row.entity),
            actor: self.actors.number(row.actor),
            deed: self.deeds.number(Deed { action: row.action, raw: row.raw_action }),
            set: row.set.as_deref().map_or(NO_SET, |set| fingerprint(&query::fold(set))),
            marks: marks(row.status, row.parts),
        }
    }
}

/// The fingerprint of rows that belong to no change set.
pub(super) const NO_SET: u32 = 0;

/// A number that equal texts share and different ones rarely do. A dictionary would not do here: many
/// feeds give each event a change set of its own. This is 32-bit FNV-1a, with zero kept for "none".
pub(super) fn fingerprint(folded: &str) -> u32 {
    let hash =
        folded.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.max(1)
}

/// Status and parts in one byte: the parts in the lower five bits, the status above them.
fn marks(status: Status, parts: Parts) -> u8 {
    let place = Status::ALL.iter().position(|it| *it == status).unwrap_or_default();
    parts.bits() | ((place as u8) << 5)
}

/// The status that a byte of marks holds.
pub(super) fn status_of(marks: u8) -> Status {
    Status::ALL.get(usize::from(marks >> 5)).copied().unwrap_or_default()
}

/// The parts that a byte of marks holds.
pub(super) fn parts_of(marks: u8) -> Parts {
    Parts::from_bits(marks)
}

/// The rows, oldest first, each at the same position in every column.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) rows: Vec<i64>,
    pub(super) place: Vec<u32>,
    pub(super) entity: Vec<u32>,
    pub(super) actor: Vec<u32>,
    pub(super) deed: Vec<u32>,
    pub(super) set: Vec<u32>,
    pub(super) marks: Vec<u8>,
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn get(&self, at: usize) -> Coded {
        Coded {
            row: self.rows[at],
            place: self.place[at],
            entity: self.entity[at],
            actor: self.actor[at],
            deed: self.deed[at],
            set: self.set[at],
            marks: self.marks[at],
        }
    }

    fn put(&mut self, at: usize, it: Coded) {
        self.rows[at] = it.row;
        self.place[at] = it.place;
        self.entity[at] = it.entity;
        self.actor[at] = it.actor;
        self.deed[at] = it.deed;
        self.set[at] = it.set;
        self.marks[at] = it.marks;
    }

    fn resize(&mut self, length: usize) {
        self.rows.resize(length, 0);
        self.place.resize(length, 0);
        self.entity.resize(length, 0);
        self.actor.resize(length, 0);
        self.deed.resize(length, 0);
        self.set.resize(length, 0);
        self.marks.resize(length, 0);
    }

    /// Where a row stands.
    pub(super) fn position(&self, row: RowId) -> Option<usize> {
        self.rows.binary_search(&row.0).ok()
    }

    /// Takes in rows in any order. A row that is there already is replaced; of two that come together
    /// the later counts. Rows newer than all others cost only themselves; others move what is newer.
    fn merge(&mut self, mut incoming: Vec<Coded>) {
        // The sort is stable, so of equal rows the later one stays behind the earlier.
        incoming.sort_by_key(|it| it.row);
        let mut fresh: Vec<Coded> = Vec::with_capacity(incoming.len());
        for (at, it) in incoming.iter().enumerate() {
            if incoming.get(at + 1).is_some_and(|next| next.row == it.row) {
                continue;
            }
            match self.position(RowId(it.row)) {
                Some(at) => self.put(at, *it),
                None => fresh.push(*it),
            }
        }
        // Filled from the end, so that each old row moves at most once and into a place already free.
        let mut old = self.len();
        let mut free = old + fresh.len();
        self.resize(free);
        while let Some(it) = fresh.last().copied() {
            free -= 1;
            if old > 0 && self.rows[old - 1] > it.row {
                old -= 1;
                let moved = self.get(old);
                self.put(free, moved);
            } else {
                self.put(free, it);
                fresh.pop();
            }
        }
    }

    fn remove(&mut self, rows: &[RowId]) {
        let mut gone: Vec<i64> = rows.iter().map(|row| row.0).collect();
        gone.sort_unstable();
        let mut kept = 0;
        for at in 0..self.len() {
            if gone.binary_search(&self.rows[at]).is_err() {
                let it = self.get(at);
                self.put(kept, it);
                kept += 1;
            }
        }
        self.resize(kept);
    }
}

/// Columns, dictionaries and the rows that wait to be merged in.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) columns: Columns,
    pub(super) dictionaries: Dictionaries,
    pending: Vec<Coded>,
}

impl Table {
    pub(super) fn insert(&mut self, rows: impl IntoIterator<Item = IndexRow>) {
        let dictionaries = &mut self.dictionaries;
        self.pending.extend(rows.into_iter().map(|row| dictionaries.code(row)));
    }

    pub(super) fn remove(&mut self, rows: &[RowId]) {
        self.settle();
        self.columns.remove(rows);
    }

    /// Merges in what waits. Merging seldom keeps loading newest first linear: each merge of older rows
    /// moves all newer ones.
    pub(super) fn settle(&mut self) {
        if !self.pending.is_empty() {
            self.columns.merge(std::mem::take(&mut self.pending));
        }
    }
}
