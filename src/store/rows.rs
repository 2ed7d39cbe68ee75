//! One event in the tables `event` and `body`: what is there, what is to be written, and where.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::body::{self, Body, Codebooks};
use super::codec::{self, Digest16, Encoded};
use crate::domain::{EventId, IndexRow, Marks, Parts, Record, RowId, Timestamp};
use crate::query::fingerprint;

/// The last number of arrival that was given out.
pub(super) fn last_seq(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT seq FROM arrival")?.query_one([], |row| row.get(0))
}

/// Remembers the last number of arrival that was given out.
pub(super) fn keep_seq(tx: &Transaction<'_>, seq: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE arrival SET seq = ?1")?.execute([seq]).map(drop)
}

/// What the cache has of an event, as far as deciding needs it.
pub(super) struct Stored {
    pub(super) row: RowId,
    pub(super) feed: i64,
    pub(super) time: Timestamp,
    pub(super) count: u32,
    pub(super) digest: Digest16,
    pub(super) first_seen: i64,
    pub(super) last_seen: i64,
    pub(super) gone: bool,
    pub(super) parts: Parts,
}

impl Stored {
    /// The event of this name.
    pub(super) fn find(conn: &Connection, id: EventId) -> rusqlite::Result<Option<Self>> {
        conn.prepare_cached(
            "SELECT row, feed, time, count, digest, first_seen, last_seen, gone_at IS NOT NULL, parts
             FROM event WHERE id = ?1",
        )?
        .query_one([id.0], Self::of)
        .optional()
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let place = RowId(row.get(0)?);
        Ok(Self {
            row: place,
            feed: row.get(1)?,
            time: row.get::<_, Option<i64>>(2)?.map_or(place.time(), Timestamp::from_millis),
            count: row.get(3)?,
            digest: row.get(4)?,
            first_seen: row.get(5)?,
            last_seen: row.get(6)?,
            gone: row.get(7)?,
            parts: Parts::from_bits(row.get(8)?),
        })
    }
}

/// All that is written of one event but its place. Texts that stand in dictionaries come with their keys.
pub(super) struct Columns<'a> {
    pub(super) id: EventId,
    pub(super) record: &'a Record,
    /// The id of the profile that read it.
    pub(super) profile: &'a str,
    pub(super) encoded: Encoded,
    pub(super) count: u32,
    pub(super) feed: i64,
    pub(super) action: i64,
    pub(super) raw_action: Option<i64>,
    pub(super) set: Option<i64>,
    pub(super) entity: i64,
    pub(super) actor: i64,
    pub(super) first_seen: i64,
    pub(super) last_seen: i64,
}

impl Columns<'_> {
    /// Writes the event at `row`, over what is there, as the arrival number `seq`.
    pub(super) fn put(
        &self,
        tx: &Transaction<'_>,
        codebooks: &mut Codebooks,
        row: RowId,
        seq: i64,
    ) -> rusqlite::Result<()> {
        let Self { record, encoded, .. } = self;
        tx.prepare_cached(
            "INSERT OR REPLACE INTO event (row, id, feed, entity, actor, action, raw_action, change_set,
                 status, parts, detail, time, count, digest, seq, first_seen, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            row.0,
            self.id.0,
            self.feed,
            self.entity,
            self.actor,
            self.action,
            self.raw_action,
            self.set,
            codec::status_code(record.status),
            encoded.parts.bits(),
            encoded.detail,
            codec::time_column(record.time, row),
            self.count,
            encoded.digest,
            seq,
            self.first_seen,
            self.last_seen,
        ])?;
        body::put(tx, codebooks, row.0, self.profile, &Body::of(record, encoded))
    }

    /// What the columns in memory are told of the event at `row`.
    pub(super) fn index_row(&self, row: RowId) -> IndexRow {
        // Keys are given out one after the other, and fewer than four billion fit on a disk.
        let number = |key: i64| u32::try_from(key).unwrap_or_default();
        IndexRow {
            row,
            time: (row.time() != self.record.time).then_some(self.record.time),
            feed: number(self.feed),
            entity: number(self.entity),
            actor: number(self.actor),
            action: number(self.action),
            raw_action: self.raw_action.map_or(0, number),
            set: self.record.set.as_deref().map_or(0, fingerprint),
            marks: Marks::new(self.record.status, self.encoded.parts),
        }
    }
}

/// Takes an event away from a place that it is about to leave, as the arrival number `seq`.
pub(super) fn leave(tx: &Transaction<'_>, row: RowId, seq: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM event WHERE row = ?1")?.execute([row.0])?;
    body::remove(tx, row.0)?;
    tx.prepare_cached("INSERT INTO moved (seq, row) VALUES (?1, ?2)")?.execute([seq, row.0]).map(drop)
}

/// Remembers that an event is gone from its feed, or that it is not, as the arrival number `seq`.
pub(super) fn mark_gone(
    tx: &Transaction<'_>,
    row: RowId,
    gone_at: Option<Timestamp>,
    seq: i64,
) -> rusqlite::Result<()> {
    let (clear, set) = (Parts::GONE.bits(), if gone_at.is_some() { Parts::GONE.bits() } else { 0 });
    tx.prepare_cached("UPDATE event SET gone_at = ?2, parts = (parts & ~?3) | ?4, seq = ?5 WHERE row = ?1")?
        .execute(params![row.0, gone_at.map(Timestamp::millis), clear, set, seq])
        .map(drop)
}

/// The first place at or above `wanted` that no event has.
pub(super) fn free_place(conn: &Connection, wanted: RowId) -> rusqlite::Result<RowId> {
    let mut taken = conn.prepare_cached("SELECT row FROM event WHERE row >= ?1 ORDER BY row")?;
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
