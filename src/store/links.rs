//! What is known about how the entries of a feed hang together.
//!
//! An entry names the hash of the one before it. Entries come in any order, again and again, and from several
//! programs, and a server may write one late that belongs further down. So a link is judged by looking its
//! hash up among all entries of the feed that were ever seen, and not by what happens to lie next to it:
//!
//! - it **holds** if an entry bears the hash that it names and nobody else names that one;
//! - it is **broken** if an answer showed another entry in the place of the one that it names, and the named
//!   one was never seen, or is named by another entry too;
//! - else it is **open**: the entry that it names may just not have been fetched.
//!
//! An entry that was written late stands in nobody's place: it names one that lies above it, or is itself
//! named by a third, which is where it belongs. What answers showed is only ever added up, so the order in which they come has no say. A link that was judged broken is
//! judged again whenever an entry arrives that has a bearing on it, so a verdict can be taken back.
//! How a hash comes about is not known here, and nothing is said about it.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::codec::{self, Digest16};
use super::db::Db;
use super::error::StoreError;
use super::walk::FeedKey;
use crate::domain::{EventId, Identity, Link, LinkState, Parts};

/// The most entries that are judged again because of one other. In a chain there is one; a feed in which
/// all name the same must not make a page take for ever.
const MOST: i64 = 64;

/// The numbers in the column `link.verdict`.
const OPEN: i64 = 0;
const HOLDS: i64 = 1;
const BROKEN: i64 = 2;

/// A row of `link` without its verdict.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    hash: Option<Digest16>,
    previous: Option<Digest16>,
    /// An answer showed the entry that it names on its older side.
    beside: bool,
}

/// Where it is kept what became of events whose link was judged.
pub(super) struct News<'a> {
    /// The last number of arrival that was given out.
    pub(super) seq: &'a mut i64,
    /// The places that were written to.
    pub(super) touched: &'a mut Vec<i64>,
}

/// Takes in what a page of a feed showed, and judges every link that this has a bearing on. Events whose
/// link is judged otherwise than before arrive anew. Gives how many they are.
pub(super) fn take_in(
    tx: &Transaction<'_>,
    (key, feed): (&FeedKey, i64),
    links: &[(Identity, Link)],
    mut news: News<'_>,
) -> rusqlite::Result<usize> {
    let mut fresh = HashSet::new();
    let mut doubtful: Vec<EventId> = Vec::new();
    for (identity, link) in links {
        let id = EventId::derive(&key.source, key.scope_id(), identity);
        doubtful.push(id);
        let Some((before, now)) = learn(tx, feed, id, link)? else { continue };
        if before.is_none() {
            fresh.insert(id);
        }
        for known in before.iter().chain([&now]) {
            doubtful.extend(touched(tx, feed, known)?);
        }
    }
    let mut changed = 0;
    let mut judged = HashSet::new();
    for id in doubtful.into_iter().filter(|id| judged.insert(*id)) {
        changed += usize::from(judge(tx, feed, id, fresh.contains(&id), &mut news)?);
    }
    Ok(changed)
}

/// Adds what `link` says to what is known. Gives what was known and what is now; nothing if that is the
/// same.
fn learn(
    tx: &Transaction<'_>,
    feed: i64,
    id: EventId,
    link: &Link,
) -> rusqlite::Result<Option<(Option<Known>, Known)>> {
    let digest = |text: &Option<Box<str>>| text.as_deref().map(|text| codec::digest_of(text.as_bytes()));
    let (hash, previous, older) = (digest(&link.hash), digest(&link.previous), digest(&link.older));
    let before = tx
        .prepare_cached("SELECT hash, previous, beside FROM link WHERE id = ?1 AND feed = ?2")?
        .query_one(params![id.0, feed], |row| {
            Ok(Known { hash: row.get(0)?, previous: row.get(1)?, beside: row.get(2)? })
        })
        .optional()?;
    let renamed = before.as_ref().is_some_and(|known| known.previous != previous);
    if renamed {
        // What stood beside another version of the entry says nothing about this one.
        tx.prepare_cached("DELETE FROM link_beside WHERE id = ?1")?.execute([id.0])?;
    }
    let other = older.filter(|older| previous.is_some_and(|previous| previous != *older));
    let met = match other {
        Some(other) => tx
            .prepare_cached("INSERT INTO link_beside (id, older) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![id.0, other])?,
        None => 0,
    };
    let seen = before.as_ref().is_some_and(|known| known.beside && !renamed);
    let beside = seen || (previous.is_some() && previous == older);
    let now = Known { hash, previous, beside };
    if before.as_ref() == Some(&now) {
        return Ok((met > 0).then_some((before, now)));
    }
    tx.prepare_cached(
        "INSERT INTO link (id, feed, hash, previous, beside, verdict) VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT (id) DO UPDATE SET feed = excluded.feed, hash = excluded.hash,
             previous = excluded.previous, beside = excluded.beside",
    )?
    .execute(params![id.0, feed, now.hash, now.previous, now.beside])?;
    Ok(Some((before, now)))
}

/// The entries that an entry like `known` has a bearing on: those that name it, those beside which it or one
/// of these or the one that it names stood, and those that name the same one as it does.
fn touched(tx: &Transaction<'_>, feed: i64, known: &Known) -> rusqlite::Result<Vec<EventId>> {
    let mut ids = naming(tx, feed, known.hash, MOST)?;
    let mut beside = tx.prepare_cached(
        "SELECT id FROM link_beside WHERE older IN (?2, ?4)
         UNION SELECT beside.id FROM link JOIN link_beside AS beside ON beside.older = link.hash
         WHERE link.feed = ?1 AND link.previous = ?2 LIMIT ?3",
    )?;
    let beside =
        beside.query_map(params![feed, known.hash, MOST, known.previous], |row| Ok(EventId(row.get(0)?)))?;
    for id in beside {
        ids.push(id?);
    }
    // Where two more name the same, they were judged when the second of them came.
    ids.extend(naming(tx, feed, known.previous, 2)?);
    Ok(ids)
}

/// Entries that name `hash` as that of the one before them, at most `limit`.
fn naming(
    tx: &Transaction<'_>,
    feed: i64,
    hash: Option<Digest16>,
    limit: i64,
) -> rusqlite::Result<Vec<EventId>> {
    let Some(hash) = hash else { return Ok(Vec::new()) };
    tx.prepare_cached("SELECT id FROM link WHERE feed = ?1 AND previous = ?2 LIMIT ?3")?
        .query_map(params![feed, hash, limit], |row| Ok(EventId(row.get(0)?)))?
        .collect()
}

/// Judges one link. Gives whether its event arrives anew because of it.
fn judge(
    tx: &Transaction<'_>,
    feed: i64,
    id: EventId,
    fresh: bool,
    news: &mut News<'_>,
) -> rusqlite::Result<bool> {
    let found = tx
        .prepare_cached("SELECT previous, beside, verdict FROM link WHERE id = ?1 AND feed = ?2")?
        .query_one(params![id.0, feed], |row| {
            Ok((row.get::<_, Option<Digest16>>(0)?, row.get(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?;
    // The entry beside which something stood may be of another feed.
    let Some((previous, beside, before)) = found else { return Ok(false) };
    let now = match previous {
        None => OPEN,
        Some(previous) => verdict(tx, feed, id, previous, beside)?,
    };
    if now != before {
        tx.prepare_cached("UPDATE link SET verdict = ?2 WHERE id = ?1")?.execute(params![id.0, now])?;
    }
    mark(tx, id, now == BROKEN, now != before && !fresh, news)
}

/// Whether an entry that is where it belongs stood in the place of the one that the entry `id` names. One
/// that names an entry later than itself was written late and belongs further up; one that a third entry
/// names belongs below that.
fn replaced(tx: &Transaction<'_>, feed: i64, id: EventId) -> rusqlite::Result<bool> {
    tx.prepare_cached(
        "SELECT 1 FROM link_beside JOIN link AS other ON other.feed = ?2 AND other.hash = link_beside.older
         WHERE link_beside.id = ?1 AND NOT EXISTS (
             SELECT 1 FROM link AS named JOIN event AS above ON above.id = named.id
                  JOIN event AS below ON below.id = other.id
             WHERE named.feed = ?2 AND named.hash = other.previous AND above.row >> 18 > below.row >> 18)
         AND NOT EXISTS (SELECT 1 FROM link AS third WHERE third.feed = ?2 AND third.previous = other.hash)",
    )?
    .exists(params![id.0, feed])
}

/// What a link to the entry that bears the hash `previous` is worth. `beside` says whether the two were seen
/// next to each other.
fn verdict(
    tx: &Transaction<'_>,
    feed: i64,
    id: EventId,
    previous: Digest16,
    beside: bool,
) -> rusqlite::Result<i64> {
    let there = tx
        .prepare_cached("SELECT 1 FROM link WHERE feed = ?1 AND hash = ?2 AND id <> ?3")?
        .exists(params![feed, previous, id.0])?;
    let alone = naming(tx, feed, Some(previous), 2)?.len() <= 1;
    Ok(if there && alone {
        HOLDS
    } else if replaced(tx, feed, id)? {
        BROKEN
    } else if there && beside {
        HOLDS
    } else {
        OPEN
    })
}

/// Marks the event of a link, or takes the mark away. It arrives anew where that `is_news` in any case: a
/// record that was written again has lost its mark, and one that is new comes with the page. Gives whether it
/// does.
fn mark(
    tx: &Transaction<'_>,
    id: EventId,
    broken: bool,
    is_news: bool,
    news: &mut News<'_>,
) -> rusqlite::Result<bool> {
    let bit = i64::from(Parts::BROKEN.bits());
    let marked = if broken { bit } else { 0 };
    let seq = is_news.then_some(*news.seq + 1);
    let place: Option<i64> = tx
        .prepare_cached(
            "UPDATE event SET parts = (parts & ~?2) | ?3, seq = ifnull(?4, seq)
             WHERE id = ?1 AND (parts & ?2 <> ?3 OR ?4 IS NOT NULL) RETURNING row",
        )?
        .query_one(params![id.0, bit, marked, seq], |row| row.get(0))
        .optional()?;
    let Some(place) = place else { return Ok(false) };
    news.touched.push(place);
    if let Some(seq) = seq {
        *news.seq = seq;
    }
    Ok(is_news)
}

impl Db {
    /// How many events of a source have a broken link to the entry before them.
    pub fn count_broken(&mut self, source: &str) -> Result<u64, StoreError> {
        let source = self
            .conn
            .prepare_cached("SELECT source FROM source WHERE name = ?1")
            .and_then(|mut select| select.query_one([source], |row| row.get::<_, i64>(0)).optional());
        let count = source.and_then(|source| source.map_or(Ok(0), |source| broken(&self.conn, source)));
        count.map(|count| u64::try_from(count).unwrap_or_default()).map_err(self.explain())
    }
}

/// How many events of a source have a broken link.
pub(super) fn broken(conn: &Connection, source: i64) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "SELECT count(*) FROM link JOIN event USING (id) JOIN feed ON feed.feed = link.feed
         WHERE link.verdict = 2 AND feed.source = ?1",
    )?
    .query_one([source], |row| row.get(0))
}

/// The verdict in `column`, which is null where an entry says nothing about the one before it.
pub(super) fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<LinkState> {
    Ok(match row.get::<_, Option<i64>>(column)? {
        None => LinkState::None,
        Some(HOLDS) => LinkState::Holds,
        Some(BROKEN) => LinkState::Broken,
        Some(_) => LinkState::Open,
    })
}
