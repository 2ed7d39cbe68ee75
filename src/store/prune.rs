//! Removing what is old: events before a time with all that was made of them, some at a time.
//!
//! Each batch is one transaction, in which the time that its feed is kept from rises as well: at every moment
//! what is known to be complete is there, and what is removed is not asked for again. Other programs that
//! have the cache open hear of the places that are left, as they do when an event moves.
//!
//! It must not remove what the user marked, and must not touch names that other programs may have looked up:
//! names that nobody bears any more go when no other program has the cache open.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::db::Db;
use super::error::StoreError;
use super::purge::TEXTS;
use super::rows::{keep_seq, last_seq, leave};
use super::seal;
use crate::domain::{EventId, RowId, Timestamp};

/// How many events are removed at a time: as many as take some ten milliseconds, because whoever reads
/// meanwhile waits for them.
const BATCH: usize = if cfg!(test) { 4 } else { 500 };

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A removal under way.
#[derive(Debug, Clone)]
pub struct Pruning {
    source: String,
    before: Timestamp,
    spared: HashSet<EventId>,
    /// The feed that is next, and the place in it to go on from.
    at: (i64, i64),
    /// How many events were removed.
    pub removed: u64,
    /// How many of those that are as old were spared.
    pub kept: u64,
}

impl Pruning {
    /// A removal of what `source` has before a time, but for the events in `spared`.
    pub fn new(source: &str, before: Timestamp, spared: HashSet<EventId>) -> Self {
        Self { source: source.to_owned(), before, spared, at: (0, i64::MIN), removed: 0, kept: 0 }
    }
}

/// An event that is old enough.
struct Old {
    row: i64,
    id: EventId,
    count: i64,
}

impl Db {
    /// Removes some more. Whether there may be more to remove.
    pub fn prune_some(&mut self, pruning: &mut Pruning) -> Result<bool, StoreError> {
        let Some(feed) = self.next_feed(pruning).map_err(self.explain())? else { return Ok(false) };
        let from = if feed == pruning.at.0 { pruning.at.1 } else { i64::MIN };
        let (before, spared) = (pruning.before, &pruning.spared);
        let (removed, kept, next) = self.change(|tx| remove_some(tx, feed, from, before, spared))?;
        pruning.removed += removed;
        pruning.kept += kept;
        pruning.at = next.map_or((feed + 1, i64::MIN), |row| (feed, row));
        // What was put away has holes now.
        self.sealed_down_to = None;
        Ok(true)
    }

    /// How many events of a source are before a time, those in `spared` left out.
    pub fn count_before(
        &mut self,
        source: &str,
        before: Timestamp,
        spared: &HashSet<EventId>,
    ) -> Result<u64, StoreError> {
        let count = || -> rusqlite::Result<u64> {
            let mut select = self.conn.prepare_cached(
                "SELECT id FROM event INDEXED BY event_feed
                 WHERE feed IN (SELECT feed FROM feed JOIN source USING (source) WHERE name = ?1) AND row < ?2",
            )?;
            let mut rows = select.query(params![source, RowId::floor(before).0])?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                count += u64::from(!spared.contains(&EventId(row.get(0)?)));
            }
            Ok(count)
        };
        count().map_err(self.explain())
    }

    /// Gives back the room that was left, with the names that nobody bears any more. Fails where another
    /// program has the cache open.
    pub fn tidy_up(&mut self) -> Result<(), StoreError> {
        self.alone(|tx, _| {
            seal::take_out_stale(tx)?;
            tx.execute_batch(TEXTS)?;
            tx.execute("DELETE FROM moved", []).map(drop)
        })
    }

    fn next_feed(&self, pruning: &Pruning) -> rusqlite::Result<Option<i64>> {
        let (feed, from) = pruning.at;
        if from > i64::MIN {
            return Ok(Some(feed));
        }
        // The time that a feed is kept from rises by the day where nothing is to be removed.
        let (before, lately) = (pruning.before, pruning.before.plus_millis(-DAY));
        self.conn
            .prepare_cached(
                "SELECT feed.feed FROM feed JOIN source USING (source) LEFT JOIN retention USING (feed)
                 WHERE name = ?1 AND feed.feed >= ?2 AND (kept_from IS NULL OR kept_from < ?3 OR EXISTS
                     (SELECT 1 FROM event INDEXED BY event_feed WHERE event.feed = feed.feed AND row < ?4))
                 ORDER BY feed.feed LIMIT 1",
            )?
            .query_one(params![pruning.source, feed, lately.millis(), RowId::floor(before).0], |row| {
                row.get(0)
            })
            .optional()
    }
}

/// Removes the oldest events of a feed from the place `from` on. Gives how many, how many were spared, and the
/// place to go on from where there are more.
fn remove_some(
    tx: &Transaction<'_>,
    feed: i64,
    from: i64,
    before: Timestamp,
    spared: &HashSet<EventId>,
) -> rusqlite::Result<(u64, u64, Option<i64>)> {
    let end = RowId::floor(before).0;
    let mut found = oldest(tx, feed, from..end, BATCH)?;
    let mut kept_from = before;
    if found.len() == BATCH
        && let Some(last) = found.last()
    {
        // What happened at one time goes together: what is kept begins with a whole instant.
        kept_from = RowId(last.row).time().plus_millis(1);
        let rest = oldest(tx, feed, last.row + 1..RowId::floor(kept_from).0, usize::MAX >> 1)?;
        found.extend(rest);
    }
    let next = (kept_from < before).then(|| RowId::floor(kept_from).0);
    let (doomed, kept): (Vec<Old>, Vec<Old>) = found.into_iter().partition(|old| !spared.contains(&old.id));
    take_out(tx, &doomed)?;
    let counted: i64 = doomed.iter().map(|old| old.count).sum();
    raise(tx, feed, kept_from, counted)?;
    let unread = tx
        .prepare_cached("DELETE FROM quarantine WHERE feed = ?1 AND seen_at < ?2")?
        .execute(params![feed, kept_from.millis()])?;
    tx.prepare_cached(
        "UPDATE feed SET events = events - ?2, quarantined = quarantined - ?3 WHERE feed = ?1",
    )?
    .execute(params![feed, doomed.len() as i64, unread as i64])?;
    Ok((doomed.len() as u64, kept.len() as u64, next))
}

fn oldest(
    conn: &Connection,
    feed: i64,
    places: std::ops::Range<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Old>> {
    conn.prepare_cached(
        "SELECT row, id, count FROM event INDEXED BY event_feed
         WHERE feed = ?1 AND row >= ?2 AND row < ?3 ORDER BY row LIMIT ?4",
    )?
    .query_map(params![feed, places.start, places.end, limit as i64], |row| {
        Ok(Old { row: row.get(0)?, id: EventId(row.get(1)?), count: row.get(2)? })
    })?
    .collect()
}

/// Takes events out, with what was said of them before, and with what was put together from them and others.
fn take_out(tx: &Transaction<'_>, doomed: &[Old]) -> rusqlite::Result<()> {
    let mut seq = last_seq(tx)?;
    for old in doomed {
        seq += 1;
        leave(tx, RowId(old.row), seq)?;
        for sql in ["DELETE FROM revision WHERE id = ?1", "DELETE FROM link_beside WHERE id = ?1"] {
            tx.prepare_cached(sql)?.execute([old.id.0])?;
        }
    }
    if let (Some(first), Some(last)) = (doomed.first(), doomed.last()) {
        keep_seq(tx, seq)?;
        seal::take_out_between(tx, first.row, last.row)?;
    }
    Ok(())
}

/// Writes down from which time on the feed is kept, and that so many of its events were removed.
fn raise(tx: &Transaction<'_>, feed: i64, kept_from: Timestamp, removed: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO retention (feed, kept_from, removed) VALUES (?1, ?2, ?3) ON CONFLICT (feed) DO UPDATE
         SET kept_from = max(kept_from, excluded.kept_from), removed = removed + excluded.removed",
    )?
    .execute(params![feed, kept_from.millis(), removed])
    .map(drop)
}

/// How many events of a feed were removed; the feed may still count them.
pub(super) fn removed(conn: &Connection, feed: i64) -> rusqlite::Result<u64> {
    let removed: Option<i64> = conn
        .prepare_cached("SELECT removed FROM retention WHERE feed = ?1")?
        .query_one([feed], |row| row.get(0))
        .optional()?;
    Ok(removed.and_then(|removed| u64::try_from(removed).ok()).unwrap_or_default())
}
