//! When the count of a feed was last compared with what is in the cache, and what that came to.
//!
//! It decides only when to compare again, so that a restart does not repeat what was just done. Nothing that is
//! claimed rests on it.

use rusqlite::{Connection, OptionalExtension, params};

use super::db::Db;
use super::error::StoreError;
use super::walk::{FeedKey, find, find_or_make, key_of};
use crate::domain::Timestamp;

/// What the last comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audited {
    /// When it was made, by the local clock.
    pub at: Timestamp,
    /// How many events the feed then counted more than there are in the cache. What is left when everything
    /// was looked at cannot be read, or is counted and not shown.
    pub off: i64,
}

impl Db {
    /// What the last audit of a feed came to; nothing before the first.
    pub fn audited(&mut self, key: &FeedKey) -> Result<Option<Audited>, StoreError> {
        let read = || match key_of(&self.conn, key)? {
            Some(feed) => read(&self.conn, feed),
            None => Ok(None),
        };
        read().map_err(self.explain())
    }

    /// Remembers what an audit of a feed came to.
    pub fn save_audit(&mut self, key: &FeedKey, audited: Audited) -> Result<(), StoreError> {
        self.change(|tx| {
            let feed = find_or_make(tx, key)?;
            tx.prepare_cached(
                "INSERT INTO audit (feed, at, off) VALUES (?1, ?2, ?3)
                 ON CONFLICT (feed) DO UPDATE SET at = excluded.at, off = excluded.off",
            )?
            .execute(params![feed.key, audited.at.millis(), audited.off])
            .map(drop)
        })
    }

    /// How many records of a feed came and could not be read.
    pub fn unread(&mut self, key: &FeedKey) -> Result<u64, StoreError> {
        find(&self.conn, key).map(|feed| feed.map_or(0, |feed| feed.quarantined)).map_err(self.explain())
    }

    /// The time of the event of a feed that has so many newer ones; nothing where there are not so many. Those
    /// that are gone do not count, and identical ones count once.
    pub fn time_at(&mut self, key: &FeedKey, newer: u64) -> Result<Option<Timestamp>, StoreError> {
        let read = || {
            let Some(feed) = key_of(&self.conn, key)? else { return Ok(None) };
            self.conn
                .prepare_cached(
                    "SELECT ifnull(time, row >> 18) FROM event INDEXED BY event_feed
                     WHERE feed = ?1 AND gone_at IS NULL ORDER BY row DESC LIMIT 1 OFFSET ?2",
                )?
                .query_one(params![feed, i64::try_from(newer).unwrap_or(i64::MAX)], |row| {
                    row.get(0).map(Timestamp::from_millis)
                })
                .optional()
        };
        read().map_err(self.explain())
    }
}

pub(super) fn read(conn: &Connection, feed: i64) -> rusqlite::Result<Option<Audited>> {
    conn.prepare_cached("SELECT at, off FROM audit WHERE feed = ?1")?
        .query_one([feed], |row| Ok(Audited { at: Timestamp::from_millis(row.get(0)?), off: row.get(1)? }))
        .optional()
}
