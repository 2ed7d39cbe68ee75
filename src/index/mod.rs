//! Columns in memory over the cache: which events a query selects, and how many.
//!
//! It never reads the disk itself; rows come in, positions go out. What the columns cannot decide (texts,
//! changed fields, raw records) is asked of whoever holds the events, newest first, through a callback
//! that may refuse and so ends a query nobody waits for. The plain [`Query::matches`] is the truth that
//! tests hold this module to.
//!
//! `columns` holds the numbers; `plan` turns a query into passes over them; `ends` says where lives begin and
//! end.

mod columns;
mod ends;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{Entity, Event, IndexRow, RowId};
use crate::query::Query;

pub use ends::Ends;

use columns::Table;
use plan::{BLOCK, Plan};

/// How many events are asked for at once while a query is decided by their content.
const CHUNK: usize = 512;

/// Whoever holds the events: given places, newest first, it answers with their events in any order, without
/// those that are gone. Its error ends the query: nobody waits for it any more, or the cache cannot be read.
pub type Content<'a, E> = dyn FnMut(&[RowId]) -> Result<Vec<Event>, E> + 'a;

/// All events of the cache, by what repeats among them.
#[derive(Debug, Clone, Default)]
pub struct Index {
    table: Table,
}

/// The events that a query selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Their places, newest first.
    pub rows: Arc<[RowId]>,
    /// How many events there were to select from.
    pub of: usize,
}

/// What the columns alone say about a query: the selection but for the rows that are still open.
#[derive(Debug)]
pub struct Candidates {
    /// Rows that are or may be selected, newest first.
    rows: Vec<RowId>,
    /// Those of them that only their events can decide, newest first.
    open: Vec<RowId>,
    of: usize,
    query: Query,
}

impl Index {
    /// Takes in rows in any order. A row that is there already is replaced.
    pub fn insert(&mut self, rows: impl IntoIterator<Item = IndexRow>) {
        self.table.insert(rows);
    }

    /// Drops rows; those that are not there are passed over.
    pub fn remove(&mut self, rows: &[RowId]) {
        self.table.remove(rows);
    }

    /// How many rows there are.
    pub fn count(&mut self) -> usize {
        self.table.settle();
        self.table.columns.len()
    }

    /// Whether a row is there.
    pub fn contains(&mut self, row: RowId) -> bool {
        self.table.settle();
        self.table.columns.position(row).is_some()
    }

    /// The selection of a query. Events that `content` leaves out are not selected where their content
    /// decides.
    pub fn select<E>(&mut self, query: &Query, content: &mut Content<'_, E>) -> Result<Selection, E> {
        self.narrow(query).decide(content)
    }

    /// The first half of [`Index::select`], which takes milliseconds and needs no event: afterwards the
    /// index is free again while [`Candidates::decide`] waits for events.
    pub fn narrow(&mut self, query: &Query) -> Candidates {
        self.table.settle();
        let columns = &self.table.columns;
        let plan = Plan::of(query, &self.table);
        let (mut rows, mut open) = (Vec::new(), Vec::new());
        let blocks = columns.len().div_ceil(BLOCK);
        for block in (0..blocks).rev() {
            let start = block * BLOCK;
            let bits = plan.run(columns, start);
            for (word, (must, can)) in bits.must.iter().zip(&bits.can).enumerate().rev() {
                let first = start + word * 64;
                let mut left = *can;
                while left != 0 {
                    let at = 63 - left.leading_zeros() as usize;
                    left &= !(1 << at);
                    // Bits beyond the last row mean nothing.
                    let Some(row) = columns.rows.get(first + at).copied().map(RowId) else { continue };
                    rows.push(row);
                    if must & (1 << at) == 0 {
                        open.push(row);
                    }
                }
            }
        }
        Candidates { rows, open, of: columns.len(), query: query.clone() }
    }

    /// The places of all events of one entity in one source, oldest first: under every name it had, and in
    /// one scope only where `scope` names one.
    pub fn lifecycle(&mut self, source: &str, scope: Option<&str>, entity: &Entity) -> Vec<RowId> {
        self.table.settle();
        let dictionaries = &self.table.dictionaries;
        let places: Vec<bool> = dictionaries
            .places
            .values()
            .iter()
            .map(|place| &*place.source == source && (scope.is_none() || place.scope.as_deref() == scope))
            .collect();
        let entities: Vec<bool> =
            dictionaries.entities.values().iter().map(|other| entity.same_as(other)).collect();
        let columns = &self.table.columns;
        let wanted = columns.place.iter().zip(&columns.entity);
        wanted
            .zip(&columns.rows)
            .filter(|((place, entity), _)| places[**place as usize] && entities[**entity as usize])
            .map(|(_, row)| RowId(*row))
            .collect()
    }
}

impl Candidates {
    /// How many rows only their events can decide.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Decides the open rows by their events, in chunks, newest first.
    pub fn decide<E>(self, content: &mut Content<'_, E>) -> Result<Selection, E> {
        let Self { mut rows, open, of, query } = self;
        if !open.is_empty() {
            let mut held = HashSet::new();
            for chunk in open.chunks(CHUNK) {
                let events = content(chunk)?;
                held.extend(events.iter().filter(|event| query.matches(event)).map(|event| event.row));
            }
            let mut open = open.iter().peekable();
            rows.retain(|row| open.next_if_eq(&row).is_none() || held.contains(row));
        }
        Ok(Selection { rows: rows.into(), of })
    }
}

impl Selection {
    /// How far from the newest a row is.
    pub fn position(&self, row: RowId) -> Option<usize> {
        self.rows.binary_search_by(|it| row.cmp(it)).ok()
    }

    /// The position of a row, or of the next older one where it is not selected; past the end where
    /// there is none. For a time, ask with [`RowId::floor`] of the millisecond after it.
    pub fn at_or_older(&self, row: RowId) -> usize {
        self.rows.partition_point(|it| *it > row)
    }
}
