//! Which rows are put away next: from the newest down, those between what was put away already.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Stretch, put_away, stretch_before, take_out};
use crate::store::dictionary::Dictionaries;

/// How many rows are put away together: as many as take some ten milliseconds, because whoever scrolls
/// meanwhile waits for them.
const USUAL: usize = if cfg!(test) { 12 } else { 2048 };

/// So many rows are worth a stretch of their own. The newest rows stay loose until there are as many.
const LEAST: usize = if cfg!(test) { 6 } else { 1024 };

/// So many loose rows there may be, all stretches together: a search for a word reads the event of each.
const LOOSE: i64 = if cfg!(test) { 5 } else { 512 };

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// Puts away rows that were not.
    Seal { start: i64, past: i64 },
    /// Puts away anew a stretch in which many rows are loose.
    Renew(Stretch),
    /// Lets a few rows between two stretches belong to the newer one.
    Join { start: i64, newer: i64 },
}

/// What to do next, looking at what is older than `place`, or at everything.
pub(super) fn next(conn: &Connection, place: Option<i64>) -> rusqlite::Result<Option<Job>> {
    if place.is_none()
        && let Some(stretch) = loosest(conn)?
    {
        return Ok(Some(Job::Renew(stretch)));
    }
    let mut place = place.unwrap_or(i64::MAX);
    loop {
        let stretch = stretch_before(conn, place)?;
        let floor = stretch.map_or(i64::MIN, |stretch| stretch.past);
        let rows = newest_between(conn, floor, place, USUAL + LEAST)?;
        let is_newest = place == i64::MAX;
        // A rest that would not be worth a stretch of its own is put away with the others.
        let taken = if rows.len() < USUAL + LEAST { rows.len() } else { USUAL };
        if let (true, Some(newest), Some(oldest)) = (taken >= LEAST, rows.first(), rows[..taken].last()) {
            // Stretches that lie side by side leave no room between them.
            let start = if taken == rows.len() && floor > i64::MIN { floor } else { *oldest };
            let past = if is_newest { newest.saturating_add(1) } else { place };
            return Ok(Some(Job::Seal { start, past }));
        }
        if let (false, Some(oldest)) = (is_newest, rows.last()) {
            let start = if floor > i64::MIN { floor } else { *oldest };
            return Ok(Some(Job::Join { start, newer: place }));
        }
        match stretch {
            Some(stretch) => place = stretch.start,
            None => return Ok(None),
        }
    }
}

/// The stretch with the most loose rows, if there are too many in all of them together.
fn loosest(conn: &Connection) -> rusqlite::Result<Option<Stretch>> {
    let count: i64 = conn.prepare_cached("SELECT count(*) FROM loose")?.query_one([], |row| row.get(0))?;
    if count < LOOSE {
        return Ok(None);
    }
    conn.prepare_cached(
        "SELECT number, start, past FROM loose JOIN segment
         ON start = (SELECT max(start) FROM segment WHERE start <= loose.row) AND loose.row < past
         GROUP BY number ORDER BY count(*) DESC LIMIT 1",
    )?
    .query_one([], |row| Ok(Stretch { number: row.get(0)?, start: row.get(1)?, past: row.get(2)? }))
    .optional()
}

/// The newest rows from `floor` on and before `place`, newest first.
fn newest_between(conn: &Connection, floor: i64, place: i64, limit: usize) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached("SELECT row FROM event WHERE row >= ?1 AND row < ?2 ORDER BY row DESC LIMIT ?3")?
        .query_map(params![floor, place, limit as i64], |row| row.get(0))?
        .collect()
}

/// Does a job, and says below which place to look for the next one.
pub(super) fn perform(
    tx: &Transaction<'_>,
    dictionaries: &mut Dictionaries,
    job: &Job,
) -> rusqlite::Result<Option<i64>> {
    match *job {
        Job::Seal { start, past } => {
            // Another program may have been faster.
            if stretch_before(tx, past)?.is_some_and(|before| before.past > start) {
                return Ok(Some(start));
            }
            put_away(tx, dictionaries, start, past, USUAL + LEAST).map(Some)
        }
        Job::Renew(stretch) => {
            take_out(tx, stretch.number)?;
            tx.prepare_cached("DELETE FROM loose WHERE row >= ?1 AND row < ?2")?
                .execute([stretch.start, stretch.past])?;
            // What came in may be more than one stretch holds.
            let mut past = stretch.past;
            while !newest_between(tx, stretch.start, past, 1)?.is_empty() {
                past = put_away(tx, dictionaries, stretch.start, past, USUAL + LEAST)?;
            }
            Ok(None)
        }
        Job::Join { start, newer } => {
            tx.prepare_cached(
                "INSERT OR IGNORE INTO loose (row) SELECT row FROM event WHERE row >= ?1 AND row < ?2",
            )?
            .execute([start, newer])?;
            tx.prepare_cached("UPDATE segment SET start = ?1 WHERE start = ?2")?.execute([start, newer])?;
            Ok(Some(start))
        }
    }
}
