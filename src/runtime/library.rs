//! The cache as the screen and the commands ask it: columns in memory over rows on disk.
//!
//! The columns are filled newest first, so that the newest events can be shown while the rest is still
//! on its way, and kept up to date from the store's marker of arrivals, whichever program wrote them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Entity, Event, RowId};
use crate::index::{Index, Selection};
use crate::query::Query;
use crate::store::{Db, Store, StoreError};

/// Rows read at a time while the columns are filled: about ten milliseconds of the store's time, so that
/// whoever scrolls meanwhile does not wait.
const CHUNK: usize = 10_000;

/// A handle on the cache; clones share the columns.
#[derive(Clone)]
pub struct Library {
    store: Store,
    columns: Arc<Columns>,
}

#[derive(Default)]
struct Columns {
    index: Mutex<Index>,
    /// The store's marker up to which arrivals are in the index; `None` before the first load.
    seq: Mutex<Option<u64>>,
}

/// Why a query came to no answer.
enum Stopped {
    /// Nobody waits for it any more.
    Overtaken,
    Failed(StoreError),
}

impl Library {
    /// A library over `store`, with nothing loaded.
    pub fn new(store: Store) -> Self {
        Self { store, columns: Arc::default() }
    }

    /// Fills the columns with every event of the cache.
    pub async fn load(&self) -> Result<(), StoreError> {
        let mut from = self.load_newest(CHUNK).await?;
        while let Some(oldest) = from {
            from = self.load_older(oldest).await?;
        }
        Ok(())
    }

    /// Fills the columns with the newest `limit` events. Where there are more, the place to go on from.
    pub async fn load_newest(&self, limit: usize) -> Result<Option<RowId>, StoreError> {
        let seq = self.store.run(Db::seq).await?;
        self.seq().get_or_insert(seq);
        self.load_chunk(None, limit).await
    }

    /// Fills the columns further, with some of the events older than `from`.
    pub async fn load_older(&self, from: RowId) -> Result<Option<RowId>, StoreError> {
        self.load_chunk(Some(from), CHUNK).await
    }

    async fn load_chunk(&self, from: Option<RowId>, limit: usize) -> Result<Option<RowId>, StoreError> {
        let rows = self.store.run(move |db| db.index_rows(from, limit)).await?;
        let oldest = rows.last().map(|row| row.row);
        let more = rows.len() == limit;
        self.index().insert(rows);
        Ok(oldest.filter(|_| more))
    }

    /// Takes in what was added or changed since the last look, by this program or another. Gives how many
    /// events there are more than before, and the places that were known and have another content now.
    pub async fn catch_up(&self) -> Result<(usize, Vec<RowId>), StoreError> {
        let before = self.count();
        let mut changed = Vec::new();
        loop {
            let Some(seq) = *self.seq() else { break };
            let arrivals = self.store.run(move |db| db.index_rows_since(seq, CHUNK)).await?;
            *self.seq() = Some(arrivals.seq);
            {
                let mut index = self.index();
                changed.extend(arrivals.rows.iter().map(|row| row.row).filter(|row| index.contains(*row)));
                index.remove(&arrivals.left);
                index.insert(arrivals.rows);
            }
            if !arrivals.more {
                break;
            }
        }
        Ok((self.count().saturating_sub(before), changed))
    }

    /// A number that differs from the last answer if another program has written to the cache since.
    pub async fn data_version(&self) -> Result<i64, StoreError> {
        self.store.run(Db::data_version).await
    }

    /// How many events are in the columns.
    pub fn count(&self) -> usize {
        self.index().count()
    }

    /// The events that `query` selects; `None` when `wanted` says that nobody waits for them any more.
    /// Blocks; a query about the content of events reads them from disk, with the columns free meanwhile.
    pub fn select(&self, query: &Query, wanted: &dyn Fn() -> bool) -> Result<Option<Selection>, StoreError> {
        let mut content = |rows: &[RowId]| {
            if !wanted() {
                return Err(Stopped::Overtaken);
            }
            let rows = rows.to_vec();
            self.store.run_blocking(move |db| db.events(&rows)).map_err(Stopped::Failed)
        };
        let query = &self.anchor(query)?;
        let candidates = self.index().narrow(query);
        match candidates.decide(&mut content) {
            Ok(selection) => Ok(Some(selection)),
            Err(Stopped::Overtaken) => Ok(None),
            Err(Stopped::Failed(error)) => Err(error),
        }
    }

    /// The query with the times of the events that it reckons from (`around:EVENT`) put in.
    fn anchor(&self, query: &Query) -> Result<Query, StoreError> {
        let mut query = query.clone();
        for id in query.unknown_anchors() {
            if let Some(event) = self.store.run_blocking(move |db| db.event(id))? {
                query = query.anchored(id, event.record.time);
            }
        }
        Ok(query)
    }

    /// The places of the events that `query` selects, newest first.
    pub async fn rows(&self, query: Query) -> Result<Arc<[RowId]>, StoreError> {
        let library = self.clone();
        let selection = tokio::task::spawn_blocking(move || library.select(&query, &|| true)).await;
        Ok(selection.ok().transpose()?.flatten().map_or_else(|| Arc::from([]), |selection| selection.rows))
    }

    /// The events at these places, in this order; what is no longer there is left out.
    pub async fn events(&self, rows: Vec<RowId>) -> Result<Vec<Event>, StoreError> {
        self.store.run(move |db| db.events(&rows)).await
    }

    /// The places of all events of one entity, oldest first.
    pub fn life_rows(&self, source: &str, entity: &Entity) -> Vec<RowId> {
        self.index().lifecycle(source, None, entity)
    }

    /// All events of one entity, oldest first.
    pub async fn lifecycle(&self, source: &str, entity: &Entity) -> Result<Vec<Event>, StoreError> {
        self.events(self.life_rows(source, entity)).await
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.columns.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seq(&self) -> MutexGuard<'_, Option<u64>> {
        self.columns.seq.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
