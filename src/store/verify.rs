//! Whether the cache is what it should be: the file as SQLite sees it, and what this program put into it.
//!
//! It reads everything and changes nothing, so it takes as long as that takes: some seconds for a million
//! events.

use rusqlite::Connection;

use super::body::{self, Codebooks};
use super::db::Db;
use super::error::StoreError;

/// No more faults than this are told one by one.
const MOST: usize = 20;

/// What there is in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Events.
    pub events: u64,
    /// Former versions of events that their feeds changed.
    pub revisions: u64,
    /// Records that could not be read.
    pub quarantined: u64,
    /// Events that were taken out for good.
    pub purged: u64,
    /// Bytes of the file that are in use.
    pub bytes: u64,
}

impl Db {
    /// What there is in the cache.
    pub fn extent(&mut self) -> Result<Extent, StoreError> {
        let count = |sql: &str| -> rusqlite::Result<u64> {
            let count: i64 = self.conn.query_one(sql, [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        };
        let extent = || -> rusqlite::Result<Extent> {
            Ok(Extent {
                events: count("SELECT ifnull(sum(events), 0) FROM feed")?,
                revisions: count("SELECT count(*) FROM revision")?,
                quarantined: count("SELECT ifnull(sum(quarantined), 0) FROM feed")?,
                purged: count("SELECT count(*) FROM purged")?,
                bytes: count(
                    "SELECT (page_count - freelist_count) * page_size
                     FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
                )?,
            })
        };
        extent().map_err(self.explain())
    }

    /// What is wrong with the cache, one sentence each; nothing where all is well.
    pub fn verify(&mut self) -> Result<Vec<String>, StoreError> {
        let explain = self.explain();
        let (conn, codebooks) = (&self.conn, &mut self.dictionaries.codebooks);
        let mut look = || -> rusqlite::Result<Vec<String>> {
            let mut faults: Vec<String> = conn
                .prepare("PRAGMA integrity_check(20)")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            faults.retain(|said| said != "ok");
            if faults.is_empty() {
                faults.extend(counters(conn)?);
                faults.extend(bodies(conn, codebooks)?);
            }
            Ok(faults)
        };
        look().map_err(explain)
    }
}

/// Feeds whose counters say otherwise than a count.
fn counters(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare(
        "SELECT profile, events, (SELECT count(*) FROM event WHERE event.feed = feed.feed) FROM feed
         WHERE events <> (SELECT count(*) FROM event WHERE event.feed = feed.feed) LIMIT 20",
    )?
    .query_map([], |row| {
        let (profile, said, counted): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("a feed of `{profile}` is said to have {said} events and has {counted}"))
    })?
    .collect()
}

/// Events whose texts are not there or cannot be read.
fn bodies(conn: &Connection, codebooks: &mut Codebooks) -> rusqlite::Result<Vec<String>> {
    let (mut unread, mut first) = (0_u64, Vec::new());
    let mut select = conn.prepare("SELECT row FROM event ORDER BY row")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let row: i64 = row.get(0)?;
        let why = match body::get(conn, codebooks, row) {
            Ok(Some(_)) => continue,
            Ok(None) => "they are not there".to_owned(),
            Err(error) => error.to_string(),
        };
        unread += 1;
        if first.len() < MOST {
            first.push(format!("the texts of the event at place {row} cannot be read: {why}"));
        }
    }
    if unread > MOST as u64 {
        first.push(format!("and {} events more", unread - MOST as u64));
    }
    Ok(first)
}
