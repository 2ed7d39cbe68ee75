//! The events that are held in memory: those around what is on the screen.
//!
//! A cache over the cache. It asks for nothing itself; it says which rows are wanting, and the app turns
//! that into one effect. It may forget anything at any time, so nobody keeps a reference into it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Event, RowId};

/// How many events are held before those away from the screen are let go.
const ROOM: usize = 2_000;

/// The events in memory, by row.
#[derive(Debug, Default)]
pub(super) struct Library {
    events: HashMap<RowId, Arc<Event>>,
    asked: HashSet<RowId>,
}

impl Library {
    /// The event at `row`, if it is here.
    pub(super) fn get(&self, row: RowId) -> Option<&Arc<Event>> {
        self.events.get(&row)
    }

    /// Whether the event at `row` is here or on its way.
    pub(super) fn knows(&self, row: RowId) -> bool {
        self.events.contains_key(&row) || self.asked.contains(&row)
    }

    /// Takes in events that came from outside; an event that is already here is replaced.
    pub(super) fn put(&mut self, events: impl IntoIterator<Item = Arc<Event>>) {
        for event in events {
            self.asked.remove(&event.row);
            self.events.insert(event.row, event);
        }
    }

    /// Says which of the `rows` on the screen have to be read, and makes room for them. A row that was
    /// asked for is not asked for again while it stays on the screen, even if no event comes for it.
    pub(super) fn want(&mut self, rows: &[RowId]) -> Vec<RowId> {
        let wanting: Vec<RowId> = rows.iter().copied().filter(|row| !self.knows(*row)).collect();
        if wanting.is_empty() {
            return wanting;
        }
        if self.events.len() + wanting.len() > ROOM {
            let here: HashSet<RowId> = rows.iter().copied().collect();
            self.events.retain(|row, _| here.contains(row));
            self.asked.retain(|row| here.contains(row));
        }
        self.asked.extend(&wanting);
        wanting
    }
}
