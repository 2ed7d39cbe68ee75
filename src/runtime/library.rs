//! The cache as the screen and the commands ask it: columns in memory over rows on disk.
//!
//! The columns are filled newest first, so that the newest events can be shown while the rest is still
//! on its way, and kept up to date from the store's marker of arrivals, whichever program wrote them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Entity, Event, RowId};
use crate::index::{Index, Selection};
use crate::query::Query;
use crate::store::{Db, FileId, Store, StoreError};

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
    /// How far the index has come; `None` before the first load.
    seen: Mutex<Option<Seen>>,
}

/// The part of the cache that is in the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// The file they were read from.
    file: FileId,
    /// The store's marker up to which arrivals are in them.
    seq: u64,
}

/// What there is to show that was not there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// How many events there are more than before.
    pub new: usize,
    /// The places that were known and have another content now. Never those that are new: nobody shows
    /// them yet, and after a long absence there can be a million.
    pub changed: Vec<RowId>,
    /// Whether another cache has taken the place of the one that was read: a damaged one was moved aside.
    pub replaced: bool,
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
        let now = self.store.run(|db| Ok(Seen { file: db.file(), seq: db.seq()? })).await?;
        self.seen().get_or_insert(now);
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

    /// Takes in what was added or changed since the last look, by this program or another. Where another
    /// file has taken the place of the cache, the columns are filled from that one.
    pub async fn catch_up(&self) -> Result<News, StoreError> {
        let before = self.count();
        let mut changed = Vec::new();
        loop {
            let Some(seen) = *self.seen() else { break };
            let look = move |db: &mut Db| Ok((db.file(), db.index_rows_since(seen.seq, CHUNK)?));
            let (file, arrivals) = self.store.run(look).await?;
            if file != seen.file {
                *self.index() = Index::default();
                *self.seen() = None;
                self.load().await?;
                return Ok(News { new: self.count(), changed: Vec::new(), replaced: true });
            }
            *self.seen() = Some(Seen { seq: arrivals.seq, ..seen });
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
        Ok(News { new: self.count().saturating_sub(before), changed, replaced: false })
    }

    /// Something that differs from the last answer if another program has written to the cache since, or
    /// if the cache is another file.
    pub async fn version(&self) -> Result<(FileId, i64), StoreError> {
        self.store.run(|db| Ok((db.file(), db.data_version()?))).await
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

    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.columns.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Identity, Record, Timestamp};
    use crate::store::{FeedKey, Learned};

    fn write(store: &Store, ids: &[&str]) {
        write_raw(store, ids, "{}");
    }

    fn write_raw(store: &Store, ids: &[&str], raw: &str) {
        let record = |id: &&str| Record {
            entity: Entity { kind: None, id: Some((*id).to_owned()), name: None },
            raw: raw.into(),
            ..Record::bare(Identity::Native((*id).to_owned()), Timestamp::from_millis(1_774_000_000_000))
        };
        let (key, records) = (FeedKey::new("prod", "kaireonai"), ids.iter().map(record).collect::<Vec<_>>());
        let write = move |db: &mut Db| {
            db.write_page(&key, &records, &[], &Learned::default(), Timestamp::from_millis(0))
        };
        store.run_blocking(write).unwrap();
    }

    #[tokio::test]
    async fn what_another_program_wrote_is_news() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.db");
        let (store, _) = Store::open(&path).unwrap();
        write(&store, &["a"]);
        let library = Library::new(store);
        library.load().await.unwrap();
        let version = library.version().await.unwrap();
        let other = Store::open(&path).unwrap().0;
        write(&other, &["b", "c"]);
        write_raw(&other, &["a"], "{\"more\":1}");
        assert_ne!(library.version().await.unwrap(), version);
        let news = library.catch_up().await.unwrap();
        // What is new is read when it comes into view; only what may be on the screen is read again.
        assert_eq!((news.new, news.changed.len(), news.replaced), (2, 1, false));
        assert_eq!(library.count(), 3);
    }

    #[tokio::test]
    async fn the_columns_of_a_cache_that_was_moved_aside_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.db");
        let (store, _) = Store::open(&path).unwrap();
        write(&store, &["a", "b", "c"]);
        let library = Library::new(store);
        library.load().await.unwrap();
        assert_eq!(library.count(), 3);
        let version = library.version().await.unwrap();

        // What another program does that finds the file damaged.
        for end in ["", "-wal", "-shm"] {
            let name = |middle: &str| folder.path().join(format!("cache.db{middle}{end}"));
            std::fs::rename(name(""), name(".corrupt")).unwrap();
        }
        write(&Store::open(&path).unwrap().0, &["d"]);
        assert_ne!(library.version().await.unwrap(), version);
        let news = library.catch_up().await.unwrap();
        assert_eq!((news.new, news.replaced), (1, true));
        let rows = library.rows(Query::all()).await.unwrap();
        let events = library.events(rows.to_vec()).await.unwrap();
        assert_eq!(events[0].record.entity.id.as_deref(), Some("d"));
        assert_eq!((events.len(), library.count()), (1, 1));
    }
}
