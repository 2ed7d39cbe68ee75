//! Bringing a page of a feed into the cache.
//!
//! A page is one transaction: its rows, what could not be read, the counters and the state of the walk.
//! Bringing it in twice comes to the same as once, and pages may come in any order. A record that says
//! what it said before costs no write but, once an hour, the time it was last seen.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::codec::{self, Digest16, Encoded};
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::walk::{self, Feed, FeedKey, WalkProgress};
use crate::domain::{
    Actor, Change, Detail, Entity, Event, EventId, IndexRow, Parts, Quarantined, Record, RowId, Timestamp,
};

/// How stale `last_seen` may get before a record that is seen again is written for its sake.
const LAST_SEEN_STEP_MILLIS: i64 = 3_600_000;

/// What a page came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Events that were not in the cache before, oldest first.
    pub new: Vec<IndexRow>,
    /// Events that say something else than before, or were found more often in one page than before: the
    /// place each had and the row that stands for it now. The place differs only if the time does.
    pub changed: Vec<(RowId, IndexRow)>,
    /// Events that say what they said before.
    pub repeated: usize,
    /// Records that could not be read and were not known before.
    pub quarantined: usize,
    /// The state of the walk that is in the cache now.
    pub walk: WalkProgress,
    /// Another program changed the state of the walk since it was read: the rows of the page were kept,
    /// its state was not, and [`Written::walk`] is the other program's.
    pub overtaken: bool,
}

impl Db {
    /// Brings a page of a feed into the cache: `records`, those that could not be read, and the state of
    /// the walk after it. All of it is kept, or none.
    ///
    /// `seen_at` is when the page arrived, by the local clock. Among records of a page that are the same
    /// by identity the first counts; where the feed has no ids, the row remembers how many they were.
    pub fn write_page(
        &mut self,
        key: &FeedKey,
        records: &[Record],
        quarantined: &[Quarantined],
        progress: &WalkProgress,
        seen_at: Timestamp,
    ) -> Result<Written, StoreError> {
        self.change_with(|tx, dictionaries| {
            let feed = walk::find_or_make(tx, key)?;
            let mut page = Page {
                seq: last_seq(tx)?,
                tx,
                dictionaries,
                key,
                feed,
                seen_at,
                written: Written::default(),
            };
            page.bring_in(records)?;
            page.put_in_quarantine(quarantined)?;
            page.finish(progress)
        })
    }

    /// Keeps what a second request said of an event: the changes, and what came of it. Gives the event as
    /// it is now; nothing if it is not at that place any more.
    pub fn save_detail(
        &mut self,
        row: RowId,
        changes: &[Change],
        detail: &Detail,
    ) -> Result<Option<Event>, StoreError> {
        self.change(|tx| {
            let (code, refused) = codec::detail_code(detail);
            let bits = i64::from(Parts::from_fields(changes, None, None, None).bits());
            let seq = last_seq(tx)? + 1;
            let there = tx
                .prepare_cached(
                    "UPDATE event SET detail = ?2, parts = (parts & ~?3) | ?4, seq = ?5 WHERE row = ?1",
                )?
                .execute(params![row.0, code, i64::from(Parts::DIFF.bits()), bits, seq])?;
            if there == 0 {
                return Ok(());
            }
            tx.prepare_cached("UPDATE body SET changes = ?2, refused = ?3 WHERE row = ?1")?
                .execute(params![row.0, codec::changes_to_json(changes), refused])?;
            keep_seq(tx, seq)
        })?;
        Ok(self.events(&[row])?.pop())
    }
}

/// The last number of arrival that was given out.
pub(super) fn last_seq(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT seq FROM arrival")?.query_one([], |row| row.get(0))
}

fn keep_seq(tx: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE arrival SET seq = ?1")?.execute([seq]).map(drop)
}

/// A page on its way into the cache.
struct Page<'a> {
    tx: &'a Transaction<'a>,
    dictionaries: &'a mut Dictionaries,
    key: &'a FeedKey,
    feed: Feed,
    seen_at: Timestamp,
    seq: i64,
    written: Written,
}

/// One event of a page, however often the page has it.
struct Incoming<'a> {
    id: EventId,
    record: &'a Record,
    count: u32,
}

/// What the cache has of an event, as far as deciding needs it.
struct Stored {
    row: RowId,
    feed: i64,
    time: Timestamp,
    count: u32,
    digest: Digest16,
    last_seen: i64,
    first_seen: i64,
}

impl Stored {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let place = RowId(row.get(0)?);
        Ok(Self {
            row: place,
            feed: row.get(1)?,
            time: row.get::<_, Option<i64>>(2)?.map_or(place.time(), Timestamp::from_millis),
            count: row.get(3)?,
            digest: row.get(4)?,
            last_seen: row.get(5)?,
            first_seen: row.get(6)?,
        })
    }
}

/// The columns of `event` and `body` for one event, ready to be written.
struct Columns<'a> {
    id: EventId,
    record: &'a Record,
    count: u32,
    encoded: Encoded,
    action: i64,
    raw_action: Option<(i64, Arc<str>)>,
    set: Option<(i64, Arc<str>)>,
    entity: (i64, Arc<Entity>),
    actor: (i64, Arc<Actor>),
    first_seen: i64,
}

impl Page<'_> {
    fn bring_in(&mut self, records: &[Record]) -> rusqlite::Result<()> {
        for incoming in self.distinct(records) {
            let encoded = Encoded::of(incoming.record, &self.key.feed);
            match self.find(incoming.id)? {
                None => self.add(&incoming, encoded)?,
                Some(stored) if stored.digest == encoded.digest && stored.count >= incoming.count => {
                    self.see_again(&stored)?;
                }
                Some(stored) => self.replace(&stored, &incoming, encoded)?,
            }
        }
        Ok(())
    }

    /// The events of a page in the order of their places: `SQLite` is four times as fast when keys ascend.
    fn distinct<'r>(&self, records: &'r [Record]) -> Vec<Incoming<'r>> {
        let mut at: HashMap<EventId, usize> = HashMap::with_capacity(records.len());
        let mut all: Vec<Incoming<'r>> = Vec::with_capacity(records.len());
        for record in records {
            let id = EventId::derive(&self.key.source, self.key.scope_id(), &record.identity);
            match at.entry(id) {
                Entry::Vacant(free) => {
                    free.insert(all.len());
                    all.push(Incoming { id, record, count: 1 });
                }
                // A feed that gives ids and shows one twice has repeated itself; it is one event.
                Entry::Occupied(taken) if record.identity.native().is_none() => {
                    let count = &mut all[*taken.get()].count;
                    *count = count.saturating_add(1);
                }
                Entry::Occupied(_) => {}
            }
        }
        all.sort_by_key(|incoming| RowId::preferred(incoming.record.time, incoming.id));
        all
    }

    fn find(&self, id: EventId) -> rusqlite::Result<Option<Stored>> {
        self.tx
            .prepare_cached(
                "SELECT row, feed, time, count, digest, last_seen, first_seen FROM event WHERE id = ?1",
            )?
            .query_one([id.0], Stored::of)
            .optional()
    }

    fn add(&mut self, incoming: &Incoming<'_>, encoded: Encoded) -> rusqlite::Result<()> {
        let columns = self.columns(incoming, encoded, self.seen_at.millis(), incoming.count)?;
        let row = self.insert(&columns)?;
        self.count_event(self.feed.key, 1)?;
        self.leave_quarantine(incoming.record)?;
        let row = self.index_row(row, &columns);
        self.written.new.push(row);
        Ok(())
    }

    fn see_again(&mut self, stored: &Stored) -> rusqlite::Result<()> {
        self.written.repeated += 1;
        if self.seen_at.millis().saturating_sub(stored.last_seen) >= LAST_SEEN_STEP_MILLIS {
            self.tx
                .prepare_cached("UPDATE event SET last_seen = ?2 WHERE row = ?1")?
                .execute(params![stored.row.0, self.seen_at.millis()])?;
        }
        Ok(())
    }

    fn replace(
        &mut self,
        stored: &Stored,
        incoming: &Incoming<'_>,
        mut encoded: Encoded,
    ) -> rusqlite::Result<()> {
        self.keep_fetched_detail(stored.row, incoming.record, &mut encoded)?;
        let count = stored.count.max(incoming.count);
        let columns = self.columns(incoming, encoded, stored.first_seen, count)?;
        let row = if incoming.record.time == stored.time {
            self.put(stored.row, &columns)?;
            stored.row
        } else {
            self.remove(stored.row)?;
            self.insert(&columns)?
        };
        if stored.feed != self.feed.key {
            self.count_event(stored.feed, -1)?;
            self.count_event(self.feed.key, 1)?;
        }
        self.leave_quarantine(incoming.record)?;
        let index_row = self.index_row(row, &columns);
        self.written.changed.push((stored.row, index_row));
        Ok(())
    }

    /// What a second request said holds as long as the record itself says the same.
    fn keep_fetched_detail(
        &self,
        row: RowId,
        record: &Record,
        encoded: &mut Encoded,
    ) -> rusqlite::Result<()> {
        if record.detail != Detail::Available {
            return Ok(());
        }
        let kept = self
            .tx
            .prepare_cached(
                "SELECT detail, changes, refused FROM event JOIN body USING (row)
                 WHERE row = ?1 AND raw = ?2 AND detail IN (2, 3)",
            )?
            .query_one(params![row.0, &*record.raw], |row| {
                Ok((row.get(0)?, row.get::<_, Option<String>>(1)?, row.get(2)?))
            })
            .optional()?;
        if let Some((detail, changes, refused)) = kept {
            let without_diff = encoded.parts.bits() & !Parts::DIFF.bits();
            let diff = if changes.is_some() { Parts::DIFF.bits() } else { 0 };
            encoded.parts = Parts::from_bits(without_diff | diff);
            (encoded.detail, encoded.changes, encoded.refused) = (detail, changes, refused);
        }
        Ok(())
    }

    fn columns<'r>(
        &mut self,
        incoming: &Incoming<'r>,
        encoded: Encoded,
        first_seen: i64,
        count: u32,
    ) -> rusqlite::Result<Columns<'r>> {
        let (record, source) = (incoming.record, self.feed.source);
        let (tx, dictionaries) = (self.tx, &mut *self.dictionaries);
        let mut word = |text: Option<&str>| text.map(|text| dictionaries.key_of_word(tx, text)).transpose();
        Ok(Columns {
            id: incoming.id,
            record,
            count,
            encoded,
            action: word(Some(codec::action_word(&record.action)))?.map_or(0, |(key, _)| key),
            raw_action: word(record.raw_action.as_deref())?,
            set: word(record.set.as_deref())?,
            entity: dictionaries.key_of_entity(tx, source, &record.entity)?,
            actor: dictionaries.key_of_actor(tx, source, &record.actor)?,
            first_seen,
        })
    }

    /// Writes a new row at the next free place, and gives the place.
    fn insert(&mut self, columns: &Columns<'_>) -> rusqlite::Result<RowId> {
        let row = self.free_place(RowId::preferred(columns.record.time, columns.id))?;
        self.put(row, columns)?;
        Ok(row)
    }

    /// Writes the row at `row`, over the one that is there.
    fn put(&mut self, row: RowId, columns: &Columns<'_>) -> rusqlite::Result<()> {
        let Columns { record, encoded, .. } = columns;
        self.seq += 1;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO event (row, id, feed, entity, actor, action, raw_action, change_set,
                     status, parts, detail, time, count, digest, seq, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?
            .execute(params![
                row.0,
                columns.id.0,
                self.feed.key,
                columns.entity.0,
                columns.actor.0,
                columns.action,
                columns.raw_action.as_ref().map(|(key, _)| key),
                columns.set.as_ref().map(|(key, _)| key),
                codec::status_code(record.status),
                encoded.parts.bits(),
                encoded.detail,
                codec::time_column(record.time, row),
                columns.count,
                encoded.digest,
                self.seq,
                columns.first_seen,
                self.seen_at.millis(),
            ])?;
        let (native, identity) = codec::identity_columns(record);
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO body (row, raw, native, identity, error, summary, ai_summary, changes,
                     refused, url, facts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                row.0,
                &*record.raw,
                native,
                identity,
                record.error,
                record.summary,
                record.ai_summary,
                encoded.changes,
                encoded.refused,
                record.url,
                encoded.facts,
            ])?;
        Ok(())
    }

    /// Takes an event away from a place that it is about to leave.
    fn remove(&mut self, row: RowId) -> rusqlite::Result<()> {
        self.seq += 1;
        self.tx.prepare_cached("DELETE FROM event WHERE row = ?1")?.execute([row.0])?;
        self.tx.prepare_cached("DELETE FROM body WHERE row = ?1")?.execute([row.0])?;
        self.tx
            .prepare_cached("INSERT INTO moved (seq, row) VALUES (?1, ?2)")?
            .execute(params![self.seq, row.0])
            .map(drop)
    }

    fn index_row(&self, row: RowId, columns: &Columns<'_>) -> IndexRow {
        IndexRow {
            row,
            source: Arc::clone(&self.key.source),
            feed: Arc::clone(&self.key.feed),
            scope: self.key.scope.as_ref().map(|scope| Arc::clone(&scope.id)),
            entity: Arc::clone(&columns.entity.1),
            actor: Arc::clone(&columns.actor.1),
            action: columns.record.action.clone(),
            raw_action: columns.raw_action.as_ref().map(|(_, text)| Arc::clone(text)),
            status: columns.record.status,
            set: columns.set.as_ref().map(|(_, text)| Arc::clone(text)),
            parts: columns.encoded.parts,
        }
    }

    fn count_event(&self, feed: i64, by: i64) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE feed SET events = events + ?2 WHERE feed = ?1")?
            .execute([feed, by])
            .map(drop)
    }

    fn put_in_quarantine(&mut self, quarantined: &[Quarantined]) -> rusqlite::Result<()> {
        for one in quarantined {
            let added = self
                .tx
                .prepare_cached(
                    "INSERT INTO quarantine (feed, digest, raw, reason, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    self.feed.key,
                    codec::digest_of(&one.raw),
                    &*one.raw,
                    one.reason,
                    self.seen_at.millis()
                ])?;
            self.written.quarantined += added;
        }
        self.count_quarantined(self.written.quarantined as i64)
    }

    /// A record that could not be read once and now can, with a better profile, is not counted twice.
    fn leave_quarantine(&mut self, record: &Record) -> rusqlite::Result<()> {
        if self.feed.quarantined == 0 {
            return Ok(());
        }
        let left = self
            .tx
            .prepare_cached("DELETE FROM quarantine WHERE feed = ?1 AND digest = ?2")?
            .execute(params![self.feed.key, codec::digest_of(&record.raw)])?;
        self.count_quarantined(-(left as i64))
    }

    fn count_quarantined(&self, by: i64) -> rusqlite::Result<()> {
        if by == 0 {
            return Ok(());
        }
        self.tx
            .prepare_cached("UPDATE feed SET quarantined = quarantined + ?2 WHERE feed = ?1")?
            .execute([self.feed.key, by])
            .map(drop)
    }

    fn finish(mut self, progress: &WalkProgress) -> rusqlite::Result<Written> {
        if !self.written.new.is_empty() || !self.written.changed.is_empty() {
            keep_seq(self.tx, self.seq)?;
        }
        (self.written.walk, self.written.overtaken) = walk::advance(self.tx, &self.feed, progress)?;
        Ok(self.written)
    }

    /// The first place at or above `wanted` that no event has.
    fn free_place(&self, wanted: RowId) -> rusqlite::Result<RowId> {
        let mut taken = self.tx.prepare_cached("SELECT row FROM event WHERE row >= ?1 ORDER BY row")?;
        let mut rows = taken.query([wanted.0])?;
        let mut place = wanted.0;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != place {
                break;
            }
            place = place.checked_add(1).ok_or_else(|| codec::damaged(0, "no place is free"))?;
        }
        Ok(RowId(place))
    }
}
