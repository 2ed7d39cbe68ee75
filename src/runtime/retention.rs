//! Removing events that are older than the user keeps them, after a sync and on demand.
//!
//! What the user bookmarked or noted is spared. Where the file of that cannot be read, nothing is removed: it
//! cannot be told what the user wants to come back to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config;
use crate::domain::Timestamp;
use crate::store::{Pruning, Store, StoreError};

use super::user::User;

/// How often at most the events of one source are looked through.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// What came of a removal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Events that were removed.
    pub removed: u64,
    /// Events that are as old and were spared.
    pub kept: u64,
}

/// Removes all that `pruning` is about, some at a time.
pub async fn prune(store: &Store, mut pruning: Pruning) -> Result<Pruned, StoreError> {
    loop {
        let (more, after) = prune_some(store, pruning).await?;
        if !more {
            return Ok(Pruned { removed: after.removed, kept: after.kept });
        }
        pruning = after;
    }
}

async fn prune_some(store: &Store, mut pruning: Pruning) -> Result<(bool, Pruning), StoreError> {
    store.run(move |db| Ok((db.prune_some(&mut pruning)?, pruning))).await
}

/// The time before which events that are kept for so long are too old.
pub fn limit(keep: Duration) -> Timestamp {
    Timestamp::now().plus_millis(-i64::try_from(keep.as_millis()).unwrap_or(i64::MAX))
}

/// Removes, source by source, what is too old by the configuration.
pub(crate) struct Retention {
    store: Store,
    user: User,
    limits: BTreeMap<Arc<str>, Duration>,
    /// When a source was last looked through.
    looked: BTreeMap<Arc<str>, Instant>,
    due: VecDeque<Arc<str>>,
    under_way: Option<Pruning>,
}

impl Retention {
    pub(crate) fn new(store: Store, user: User, sources: &[config::Source]) -> Self {
        let limits = sources.iter().filter_map(|source| Some((Arc::clone(&source.name), source.keep?)));
        let (looked, due) = (BTreeMap::new(), VecDeque::new());
        Self { store, user, limits: limits.collect(), looked, due, under_way: None }
    }

    /// A sync of this source has come to its end.
    pub(crate) fn synced(&mut self, source: &Arc<str>) {
        let lately = self.looked.get(source).is_some_and(|looked| looked.elapsed() < EVERY);
        if self.limits.contains_key(source) && !lately {
            self.looked.insert(Arc::clone(source), Instant::now());
            self.due.push_back(Arc::clone(source));
        }
    }

    /// Whether there may be something to remove.
    pub(crate) fn has_work(&self) -> bool {
        self.under_way.is_some() || !self.due.is_empty()
    }

    /// Removes some of it. Gives how many events that were.
    pub(crate) async fn step(&mut self) -> Result<u64, StoreError> {
        let pruning = match self.under_way.take() {
            Some(pruning) => pruning,
            None => match self.begin().await {
                Some(pruning) => pruning,
                None => return Ok(0),
            },
        };
        let before = pruning.removed;
        let (more, after) = prune_some(&self.store, pruning).await?;
        let removed = after.removed - before;
        self.under_way = more.then_some(after);
        Ok(removed)
    }

    async fn begin(&mut self) -> Option<Pruning> {
        let source = self.due.pop_front()?;
        let keep = *self.limits.get(&source)?;
        let marked = self.user.marked().await?;
        Some(Pruning::new(&source, limit(keep), marked))
    }

    /// Removes all of it. Gives what came of each source of which something was removed.
    pub(crate) async fn finish(&mut self) -> Result<Vec<(Arc<str>, Pruned)>, StoreError> {
        let mut all = Vec::new();
        let Some(marked) = self.user.marked().await else { return Ok(all) };
        while let Some(source) = self.due.pop_front() {
            let Some(keep) = self.limits.get(&source) else { continue };
            let pruned = prune(&self.store, Pruning::new(&source, limit(*keep), marked.clone())).await?;
            if pruned.removed > 0 {
                all.push((source, pruned));
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EventId, Identity, Record, UserChange};
    use crate::store::{Db, FeedKey, Learned};

    const DAY: i64 = 24 * 60 * 60 * 1000;

    /// A cache with an event of each of the last ten days, in two sources.
    fn filled(folder: &std::path::Path) -> Store {
        let (store, _) = Store::open(&folder.join("cache.db")).unwrap();
        let now = Timestamp::now();
        let records: Vec<Record> = (0..10)
            .map(|day| {
                let time = now.plus_millis(-day * DAY - DAY / 2);
                let raw = format!("{{\"day\":{day}}}").into();
                Record { raw, ..Record::bare(Identity::Native(day.to_string()), time) }
            })
            .collect();
        for source in ["kept", "whole"] {
            let (key, records) = (FeedKey::new(source, "kaireonai"), records.clone());
            store
                .run_blocking(move |db| db.write_page(&key, &records, &[], &Learned::default(), now))
                .unwrap();
        }
        store
    }

    fn count(store: &Store, source: &'static str) -> u64 {
        store.run_blocking(move |db| db.count_source(source)).unwrap()
    }

    #[tokio::test]
    async fn after_a_sync_what_is_too_old_goes_and_what_is_marked_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path());
        let (user, _) = User::open(folder.path()).await;
        let key = |day: &str| EventId::derive("kept", None, &Identity::Native(day.to_owned()));
        user.keep(UserChange::Bookmark(key("8"), true)).await.unwrap();
        user.keep(UserChange::Note(key("7"), "why?".into())).await.unwrap();
        let mut retention = Retention::new(store.clone(), user.clone(), &[]);
        retention.limits.insert("kept".into(), Duration::from_secs(5 * 24 * 60 * 60));
        retention.synced(&"whole".into());
        assert!(!retention.has_work(), "nothing says how long that one is kept");
        retention.synced(&"kept".into());
        while retention.has_work() {
            retention.step().await.unwrap();
        }
        assert_eq!((count(&store, "kept"), count(&store, "whole")), (7, 10));
        for day in ["7", "8"] {
            let id = key(day);
            assert!(store.run_blocking(move |db| db.event(id)).unwrap().is_some(), "{day}");
        }
        retention.synced(&"kept".into());
        assert!(!retention.has_work(), "it was looked through just now");
        let removed = store.run_blocking(Db::coverage).unwrap()[0].ledger.removed();
        assert!(removed.is_some_and(|removed| removed.span.hi <= Timestamp::now().plus_millis(-5 * DAY)));
    }

    #[tokio::test]
    async fn nothing_is_removed_while_it_is_not_known_what_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path());
        std::fs::write(folder.path().join("file"), "").unwrap();
        let (user, _) = User::open(&folder.path().join("file")).await;
        let mut retention = Retention::new(store.clone(), user, &[]);
        retention.limits.insert("kept".into(), Duration::from_secs(5 * 24 * 60 * 60));
        retention.synced(&"kept".into());
        assert_eq!(retention.finish().await.unwrap(), []);
        assert_eq!(count(&store, "kept"), 10);
    }
}
