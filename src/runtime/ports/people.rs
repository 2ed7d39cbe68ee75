//! Effects about people and about what changed before a moment.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Ports;
use crate::domain::{Actor, Case, EventId, RowId, Zone};
use crate::query::Query;
use crate::tui::Message;

/// How many events of each sort are named of an actor.
const EVENTS: usize = 12;

/// How many events of each sort are shown that are related to one.
const RELATED: usize = 6;

/// How many changes before a moment are shown: nobody reads further.
const SUSPECTS: usize = 50;

impl Ports {
    pub(super) fn profile(&self, actor: Actor, zone: Zone) {
        let (library, outbox, under_way) = (self.library.clone(), self.outbox.clone(), self.begin());
        tokio::task::spawn_blocking(move || {
            let result = library.profile(&actor, zone, EVENTS).map_err(|error| error.to_string());
            outbox.send(Message::Profile { actor, result });
            drop(under_way);
        });
    }

    pub(super) fn bookmarks(&self, ids: Vec<EventId>) {
        let library = self.library.clone();
        self.answer(async move {
            // Without them there is less to go to, and nothing to be told.
            let events = library.events_of(ids).await.unwrap_or_default();
            Message::Bookmarks(events.into_iter().map(Arc::new).collect())
        });
    }

    /// Finds the newest event that `query` selects, and how many there are.
    pub(super) fn watched(&self, query: Query) {
        let library = self.library.clone();
        self.answer(async move {
            let rows = library.rows(query).await.unwrap_or_default();
            let newest: Vec<RowId> = rows.first().into_iter().collect();
            let event = library.events(newest).await.unwrap_or_default().pop();
            Message::Watched(event.map(|event| (Arc::new(event), rows.len())))
        });
    }

    pub(super) fn neighbours(&self, generation: u64, row: RowId, among: Vec<Query>) {
        self.latest(&self.newest.related, generation, move |library, wanted| {
            let found = library.neighbours(row, &among, RELATED, wanted).transpose()?;
            let result = found.map_err(|error| error.to_string());
            Some(Message::Neighbours { generation, result })
        });
    }

    pub(super) fn suspects(&self, query: Query, case: Case) {
        let generation = self.newest.suspects.load(Ordering::SeqCst) + 1;
        self.latest(&self.newest.suspects, generation, move |library, wanted| {
            let found = library.suspects(&query, &case, SUSPECTS, wanted).transpose()?;
            Some(Message::Suspects { case, result: found.map_err(|error| error.to_string()) })
        });
    }
}
