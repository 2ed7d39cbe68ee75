//! Taking events out of the cache for good: their texts, what they are found by, and what they taught.
//!
//! A purge has the cache to itself: other programs hold texts and columns of it in memory, which would bring
//! back what is taken out. What is left of an event is its id, a digest, so that no answer of the feed brings
//! it back and what is known to be complete stays so. What is freed on the disk is overwritten with zeros.
//!
//! A whole source is forgotten without a trace; whoever syncs it again begins anew.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::body::{self, Codebooks};
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::seal;
use crate::domain::{EventId, RowId};

/// What of an event stands in tables of its own, and what of it was put together with others. What cannot be
/// read, in quarantine, may be about anything, so that of the same feeds goes too.
const EVENTS: &str = "
DELETE FROM revision WHERE id IN (SELECT id FROM doomed);
DELETE FROM link_beside WHERE id IN (SELECT id FROM doomed);
DELETE FROM packed WHERE row IN (SELECT row FROM doomed);
DELETE FROM body WHERE row IN (SELECT row FROM doomed);
DELETE FROM quarantine WHERE feed IN (SELECT feed FROM doomed);
UPDATE feed SET quarantined = 0, events = events - (SELECT count(*) FROM doomed WHERE doomed.feed = feed.feed)
    WHERE feed IN (SELECT feed FROM doomed);
DELETE FROM event WHERE row IN (SELECT row FROM doomed);
";

/// Texts that no event has any more. It holds while nothing else names them: see [`seal::take_out_stale`].
pub(super) const TEXTS: &str = "
DELETE FROM entity WHERE entity NOT IN (SELECT entity FROM event);
DELETE FROM actor WHERE actor NOT IN (SELECT actor FROM event);
DELETE FROM word WHERE word NOT IN (SELECT action FROM event)
    AND word NOT IN (SELECT raw_action FROM event WHERE raw_action IS NOT NULL)
    AND word NOT IN (SELECT change_set FROM event WHERE change_set IS NOT NULL);
";

/// Scopes of which nothing else is left. The server may name them again; what was purged stays away by its id.
/// Where older events were removed as well, that has to stay known, and only the name goes.
const SCOPES: &str = "
CREATE TEMP TABLE bare AS SELECT feed FROM feed
    WHERE feed IN (SELECT feed FROM doomed) AND events = 0 AND scope IS NOT NULL;
UPDATE feed SET scope_name = NULL WHERE feed IN (SELECT feed FROM bare);
DELETE FROM bare WHERE feed IN (SELECT feed FROM retention);
DELETE FROM link_beside WHERE id IN (SELECT id FROM link WHERE feed IN (SELECT feed FROM bare));
DELETE FROM link WHERE feed IN (SELECT feed FROM bare);
DELETE FROM coverage WHERE feed IN (SELECT feed FROM bare);
DELETE FROM feed WHERE feed IN (SELECT feed FROM bare);
DROP TABLE temp.bare;
";

/// All that is remembered of the source whose number is in the table `leaving`.
const SOURCE: &str = "
DELETE FROM link_beside WHERE id IN (SELECT id FROM link JOIN feed USING (feed) JOIN leaving USING (source));
DELETE FROM link WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source));
DELETE FROM quarantine WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source));
DELETE FROM coverage WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source));
DELETE FROM retention WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source));
DELETE FROM audit WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source));
DELETE FROM source_note WHERE source IN (SELECT source FROM leaving);
DELETE FROM feed WHERE source IN (SELECT source FROM leaving);
DELETE FROM source WHERE source IN (SELECT source FROM leaving);
";

impl Db {
    /// Takes the events at these places out for good, all or none of them. Gives how many there were. Fails
    /// where another program has the cache open.
    pub fn purge(&mut self, rows: &[RowId]) -> Result<usize, StoreError> {
        self.alone(|tx, dictionaries| {
            let mut doom = tx.prepare("INSERT INTO doomed SELECT row, id, feed FROM event WHERE row = ?1")?;
            for row in rows {
                doom.execute([row.0])?;
            }
            drop(doom);
            tx.execute("INSERT OR IGNORE INTO purged (id) SELECT id FROM doomed", [])?;
            let count = take_out(tx, &mut dictionaries.codebooks)?;
            tx.execute_batch(SCOPES)?;
            Ok(count)
        })
    }

    /// Forgets a source: its events, and what is known of it. Gives how many events it had; nothing where the
    /// cache never heard of it. Fails where another program has the cache open.
    pub fn purge_source(&mut self, name: &str) -> Result<Option<usize>, StoreError> {
        self.alone(|tx, dictionaries| {
            let known =
                tx.execute("INSERT INTO leaving SELECT source FROM source WHERE name = ?1", [name])?;
            if known == 0 {
                return Ok(None);
            }
            tx.execute(
                "INSERT INTO doomed SELECT row, id, feed FROM event
                 WHERE feed IN (SELECT feed FROM feed JOIN leaving USING (source))",
                [],
            )?;
            let count = take_out(tx, &mut dictionaries.codebooks)?;
            tx.execute_batch(SOURCE)?;
            Ok(Some(count))
        })
    }

    /// Does `work` while no other program has the cache open, and leaves nothing of what it deletes in the
    /// file. Leaving the write-ahead log is what SQLite grants only to the last that has a file open; see
    /// <https://www.sqlite.org/wal.html#persistence_of_wal_mode>.
    pub(super) fn alone<R>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Dictionaries) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        let explain = self.explain();
        self.conn.flush_prepared_statement_cache();
        let alone = set(&self.conn, "PRAGMA journal_mode = DELETE")
            .and_then(|()| set(&self.conn, "PRAGMA locking_mode = EXCLUSIVE"))
            .and_then(|()| set(&self.conn, "PRAGMA secure_delete = ON"));
        let done = alone.and_then(|()| self.work_alone(work));
        // What was looked up may be gone; what was not purged is looked up again.
        self.dictionaries = Dictionaries::default();
        self.sealed_down_to = None;
        let shared = set(&self.conn, "PRAGMA locking_mode = NORMAL")
            .and_then(|()| set(&self.conn, "PRAGMA journal_mode = WAL"));
        done.and_then(|done| shared.map(|()| done)).map_err(explain)
    }

    fn work_alone<R>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Dictionaries) -> rusqlite::Result<R>,
    ) -> rusqlite::Result<R> {
        self.conn.execute_batch(
            "CREATE TEMP TABLE doomed (row INTEGER PRIMARY KEY, id BLOB NOT NULL, feed INTEGER NOT NULL);
             CREATE TEMP TABLE leaving (source INTEGER PRIMARY KEY);",
        )?;
        let dictionaries = &mut self.dictionaries;
        let done = self.conn.transaction_with_behavior(TransactionBehavior::Exclusive).and_then(|tx| {
            let done = work(&tx, dictionaries)?;
            tx.commit()?;
            Ok(done)
        });
        self.conn.flush_prepared_statement_cache();
        self.conn.execute_batch("DROP TABLE temp.doomed; DROP TABLE temp.leaving;")?;
        let done = done?;
        self.conn.execute_batch("VACUUM")?;
        Ok(done)
    }
}

/// Takes out the events in the table `doomed` with all that was made of them.
fn take_out(tx: &Transaction<'_>, codebooks: &mut Codebooks) -> rusqlite::Result<usize> {
    let count: i64 = tx.query_one("SELECT count(*) FROM doomed", [], |row| row.get(0))?;
    let mut select = tx.prepare("SELECT DISTINCT profile FROM feed JOIN doomed USING (feed)")?;
    let profiles: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    drop(select);
    seal::take_out_stale(tx)?;
    tx.execute_batch(EVENTS)?;
    tx.execute_batch(TEXTS)?;
    for profile in &profiles {
        body::unlearn(tx, codebooks, profile)?;
    }
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Runs a pragma, whatever it answers.
fn set(conn: &Connection, pragma: &str) -> rusqlite::Result<()> {
    conn.query_row(pragma, [], |_| Ok(())).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    })
}

/// Whether an event was taken out for good.
pub(super) fn is_purged(conn: &Connection, id: EventId) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM purged WHERE id = ?1")?.exists([id.0])
}
