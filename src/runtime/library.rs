//! The cache as the screen and the commands ask it: columns in memory over rows on disk.
//!
//! The columns are filled newest first, so that the newest events can be shown while the rest is still
//! on its way, and kept up to date from the store's marker of arrivals, whichever program wrote them.

mod inform;
mod progress;
mod suspects;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::domain::{
    Ask, Entity, Event, EventId, FeedCoverage, IndexRow, List, RowId, Rows, SealedRows, Summary, Survey,
    Unreadable,
};
use crate::index::{Content, Index, Search};
use crate::query::{Arrangement, Query, Texts};
use crate::store::{Db, FileId, Marker, Store, StoreError};

use super::user::User;
use progress::Patience;

pub use inform::Surroundings;

/// Rows read at a time while the columns are filled: about ten milliseconds of the store's time, so that
/// whoever scrolls meanwhile does not wait.
const CHUNK: usize = 10_000;

/// As many records that could not be read are shown, and as many characters of each.
const UNREADABLE: (usize, usize) = (200, 4_000);

/// A handle on the cache; clones share the columns.
#[derive(Clone)]
pub struct Library {
    store: Store,
    columns: Arc<Columns>,
    /// What the user made, once that is known, and how far was read when it was.
    user: Arc<OnceLock<(User, Option<RowId>)>>,
}

#[derive(Default)]
struct Columns {
    index: Mutex<Index>,
    /// How far the index has come; `None` before the first load.
    seen: Mutex<Option<Seen>>,
    /// Held by whoever brings the columns up to date, from the question to the store until its answer is in.
    taking_in: tokio::sync::Mutex<()>,
}

/// The part of the cache that is in the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// The file they were read from.
    file: FileId,
    /// The store's marker up to which arrivals are in them.
    marker: Marker,
}

/// What there is to show that was not there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// How many events there are more than before.
    pub new: usize,
    /// The places that were known and have another content now. Never those that are new: nobody shows
    /// them yet, and after a long absence there can be a million.
    pub changed: Vec<RowId>,
    /// Whether events have left their places: they were removed, or stand elsewhere now.
    pub left: bool,
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
        Self { store, columns: Arc::default(), user: Arc::default() }
    }

    /// Tells the library what the user made, for queries that ask about it. Only the first time counts.
    pub fn introduce(&self, user: &User) {
        let _ = self.user.set((user.clone(), user.data().read_to));
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
        let now = self.store.run(|db| Ok(Seen { file: db.file(), marker: db.marker()? })).await?;
        self.seen().get_or_insert(now);
        self.load_chunk(None, limit).await
    }

    /// Fills the columns further, with some of the events older than `from`.
    pub async fn load_older(&self, from: RowId) -> Result<Option<RowId>, StoreError> {
        self.load_chunk(Some(from), CHUNK).await
    }

    async fn load_chunk(&self, from: Option<RowId>, limit: usize) -> Result<Option<RowId>, StoreError> {
        let _alone = self.columns.taking_in.lock().await;
        let chunk = self.store.run(move |db| db.chunk(from, limit)).await?;
        self.take_in(&[], chunk.rows, chunk.sealed).await?;
        Ok(chunk.next)
    }

    /// The latest records of a source, or of one scope of it, that could not be read as events.
    pub async fn unreadable(
        &self,
        source: Arc<str>,
        scope: Option<Arc<str>>,
    ) -> Result<Vec<Unreadable>, StoreError> {
        self.store.run(move |db| db.unreadable(Some(&source), scope.as_deref(), UNREADABLE)).await
    }

    /// Brings the columns up to date: without the rows that were left, with those that are new or changed
    /// and those that have come to rest.
    async fn take_in(
        &self,
        left: &[RowId],
        rows: Vec<IndexRow>,
        sealed: Vec<SealedRows>,
    ) -> Result<(), StoreError> {
        let lacks = self.index().lacks(&rows, &sealed);
        let learned = self.store.run(move |db| db.vocabulary(&lacks)).await?;
        let mut index = self.index();
        index.learn(learned);
        index.remove(left);
        index.insert(rows);
        for rows in sealed {
            index.seal(rows);
        }
        Ok(())
    }

    /// Puts away some rows that have come to rest, and takes in what that and others changed. Whether there
    /// may be more to put away.
    pub async fn seal_some(&self) -> Result<(bool, News), StoreError> {
        let more = self.store.run(Db::seal_some).await?;
        Ok((more, self.catch_up().await?))
    }

    /// Takes in what was added or changed since the last look, by this program or another. Where another
    /// file has taken the place of the cache, the columns are filled from that one.
    pub async fn catch_up(&self) -> Result<News, StoreError> {
        let alone = self.columns.taking_in.lock().await;
        let before = self.count();
        let (mut changed, mut left) = (Vec::new(), false);
        loop {
            let Some(seen) = *self.seen() else { break };
            let look = move |db: &mut Db| Ok((db.file(), db.index_rows_since(seen.marker, CHUNK)?));
            let (file, arrivals) = self.store.run(look).await?;
            if file != seen.file {
                *self.index() = Index::default();
                *self.seen() = None;
                drop(alone);
                self.load().await?;
                return Ok(News { new: self.count(), changed: Vec::new(), left: true, replaced: true });
            }
            {
                let index = self.index();
                changed.extend(arrivals.rows.iter().map(|row| row.row).filter(|row| index.contains(*row)));
            }
            left |= !arrivals.left.is_empty();
            self.take_in(&arrivals.left, arrivals.rows, arrivals.sealed).await?;
            *self.seen() = Some(Seen { marker: arrivals.marker, ..seen });
            if !arrivals.more {
                break;
            }
        }
        Ok(News { new: self.count().saturating_sub(before), changed, left, replaced: false })
    }

    /// Something that differs from the last answer if another program has written to the cache since, or
    /// if the cache is another file.
    pub async fn version(&self) -> Result<(FileId, i64), StoreError> {
        self.store.run(|db| Ok((db.file(), db.data_version()?))).await
    }

    /// What is known to be complete of every feed that was ever read.
    pub async fn coverage(&self) -> Result<Vec<FeedCoverage>, StoreError> {
        self.store.run(Db::coverage).await
    }

    /// What models wrote about single events.
    pub async fn summaries(&self) -> Result<Vec<Summary>, StoreError> {
        self.store.run(Db::summaries_of_one).await
    }

    /// What models wrote about several events, where all of these are among those at `rows`, newest first.
    pub async fn summaries_among(&self, rows: &[RowId]) -> Result<Vec<Summary>, StoreError> {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        self.store
            .run(move |db| {
                let mut among = Vec::new();
                for summary in db.summaries_of_several()? {
                    let places = db.places(&summary.events)?;
                    let inside = places.iter().all(|(_, row)| rows.binary_search(row).is_ok());
                    // What is no longer in the cache cannot be in a report either.
                    if inside && places.len() == summary.events.len() {
                        among.push(summary);
                    }
                }
                Ok(among)
            })
            .await
    }

    /// How many events are in the columns.
    pub fn count(&self) -> usize {
        self.index().count()
    }

    /// Which events `query` selects and what is asked of them; `None` when `wanted` says that nobody waits
    /// for it any more. Blocks; a query about the content of events reads them from disk, with the columns
    /// free meanwhile.
    pub fn survey(
        &self,
        query: &Query,
        ask: &Ask,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Survey>, StoreError> {
        Ok(self.search(query, ask, wanted)?.map(|search| search.survey()))
    }

    /// The events that `query` selects as `how` says, with the runs folded whose oldest event is not among
    /// `open`, and how many events there were to select from; `None` when nobody waits any more. Blocks.
    pub fn list(
        &self,
        query: &Query,
        how: &Arrangement,
        open: &[RowId],
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<(List, usize)>, StoreError> {
        self.list_as_it_comes(query, how, open, wanted, &mut |_, _| true)
    }

    /// Like [`Library::list`], and hands `each` the beginning of the list while the rest is looked for, with
    /// how many events there are to select from: soon a screen full of it, then now and then as much as was
    /// found. Where `each` says no, the search ends with nothing. An order other than newest first has no
    /// beginning before its end.
    pub fn list_as_it_comes(
        &self,
        query: &Query,
        how: &Arrangement,
        open: &[RowId],
        wanted: &dyn Fn() -> bool,
        each: &mut dyn FnMut(List, usize) -> bool,
    ) -> Result<Option<(List, usize)>, StoreError> {
        self.list_with(Patience::of_a_person(), query, how, open, wanted, each)
    }

    fn list_with(
        &self,
        patience: Patience,
        query: &Query,
        how: &Arrangement,
        open: &[RowId],
        wanted: &dyn Fn() -> bool,
        each: &mut dyn FnMut(List, usize) -> bool,
    ) -> Result<Option<(List, usize)>, StoreError> {
        let mut search = self.begin(query, &Ask::default())?;
        let mut content = Reader { store: &self.store, wanted };
        let mut begin = |search: &Search| each(search.list(how, open), search.of());
        let patience = how.comes_in_order().then_some(patience);
        match progress::finish(&mut search, &mut content, patience, &mut begin) {
            Ok(true) => Ok(Some((search.list(how, open), search.of()))),
            Ok(false) | Err(Stopped::Overtaken) => Ok(None),
            Err(Stopped::Failed(error)) => Err(error),
        }
    }

    fn search(
        &self,
        query: &Query,
        ask: &Ask,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Search>, StoreError> {
        let mut search = self.begin(query, ask)?;
        match search.finish(&mut Reader { store: &self.store, wanted }) {
            Ok(()) => Ok(Some(search)),
            Err(Stopped::Overtaken) => Ok(None),
            Err(Stopped::Failed(error)) => Err(error),
        }
    }

    /// A search that has not looked at anything yet.
    fn begin(&self, query: &Query, ask: &Ask) -> Result<Search, StoreError> {
        // What the query has to be told is asked of the index too, which one caller holds at a time.
        let query = self.inform(query)?;
        Ok(self.index().search(&query, ask))
    }

    /// The places of the events that `query` selects, newest first.
    pub async fn rows(&self, query: Query) -> Result<Rows, StoreError> {
        let library = self.clone();
        let survey = move || library.survey(&query, &Ask::default(), &|| true);
        let survey = tokio::task::spawn_blocking(survey).await;
        Ok(survey.ok().transpose()?.flatten().map(|survey| survey.rows).unwrap_or_default())
    }

    /// The events that `query` selects as `how` says, with every run folded. Where they come newest first, the
    /// search may end as soon as `enough` are found.
    pub async fn list_of(&self, query: Query, how: Arrangement, enough: usize) -> Result<List, StoreError> {
        let library = self.clone();
        let list = tokio::task::spawn_blocking(move || {
            let (patience, mut begun) = (Patience::for_as_many_as(enough), None);
            let mut begin = |list, _| {
                begun = Some(list);
                false
            };
            let whole = library.list_with(patience, &query, &how, &[], &|| true, &mut begin)?;
            Ok(whole.map(|(list, _)| list).or(begun))
        });
        Ok(list.await.ok().transpose()?.flatten().unwrap_or_default())
    }

    /// The events at these places, in this order; what is no longer there is left out.
    pub async fn events(&self, rows: Vec<RowId>) -> Result<Vec<Event>, StoreError> {
        self.store.run(move |db| db.events(&rows)).await
    }

    /// The events with these ids, newest first; those that are not in the cache are left out.
    pub async fn events_of(&self, ids: Vec<EventId>) -> Result<Vec<Event>, StoreError> {
        let places = self.store.run(move |db| db.places(&ids)).await?;
        let mut rows: Vec<RowId> = places.into_iter().map(|(_, row)| row).collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        self.events(rows).await
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

/// Reads what a search asks for, as long as somebody waits.
struct Reader<'a> {
    store: &'a Store,
    wanted: &'a dyn Fn() -> bool,
}

impl Content for Reader<'_> {
    type Error = Stopped;

    fn events(&mut self, rows: &[RowId]) -> Result<Vec<Event>, Stopped> {
        let rows = rows.to_vec();
        self.store.run_blocking(move |db| db.events(&rows)).map_err(Stopped::Failed)
    }

    fn texts(&mut self, number: i64) -> Result<Option<Texts>, Stopped> {
        let packed = self.store.run_blocking(move |db| db.texts(number)).map_err(Stopped::Failed)?;
        Ok(packed.and_then(|packed| packed.unpack()))
    }

    fn find(&mut self, event: EventId) -> Result<Option<RowId>, Stopped> {
        let found = self.store.run_blocking(move |db| db.event(event)).map_err(Stopped::Failed)?;
        Ok(found.map(|event| event.row))
    }

    fn go_on(&mut self) -> Result<(), Stopped> {
        if (self.wanted)() { Ok(()) } else { Err(Stopped::Overtaken) }
    }
}
