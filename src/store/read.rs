//! Reading events back: whole ones for the screen, narrow ones for the columns in memory.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::body;
use super::codec::{self, damaged};
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::fate;
use super::links;
use super::rows::last_seq;
use super::seal::{last_number, sealed_since};
use crate::domain::{Event, EventId, IndexRow, Marks, Parts, Record, RowId, SealedRows, Timestamp};
use crate::query::fingerprint;

/// What became of the cache since a marker, by whichever program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Places that an event has left. Drop these before taking [`Arrivals::rows`] in: a place may have
    /// been taken again.
    pub left: Vec<RowId>,
    /// Rows that are new or say something else than before, in the order of their arrival. A row whose
    /// place is known already stands for what was there.
    pub rows: Vec<IndexRow>,
    /// Rows that have come to rest since: take them in after the others.
    pub sealed: Vec<SealedRows>,
    /// The marker to ask with next time.
    pub marker: Marker,
    /// There is more: ask again at once.
    pub more: bool,
}

/// How much of the cache somebody has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marker {
    /// The number of the last arrival.
    seq: i64,
    /// The number of the last stretch of rows that was put away.
    sealed: i64,
}

const EVENT: &str = "
    SELECT row, id, feed, entity, actor, action, raw_action, change_set, status, detail, time, count,
           codebook, data,
           (SELECT verdict FROM link WHERE link.id = event.id AND link.previous IS NOT NULL), gone_at, parts
    FROM event LEFT JOIN packed USING (row) WHERE row = ?1";

const INDEX_ROWS: &str = "
    SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts, time
    FROM event WHERE row >= ?1 AND row < ?2 ORDER BY row DESC LIMIT ?3";

const INDEX_ROW: &str = "
    SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts, time
    FROM event WHERE row = ?1";

const ARRIVALS: &str = "
    SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts, time, seq
    FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2";

impl Db {
    /// The events at these places, in this order. A place where there is none is left out.
    pub fn events(&mut self, rows: &[RowId]) -> Result<Vec<Event>, StoreError> {
        events(&self.conn, &mut self.dictionaries, rows).map_err(self.explain())
    }

    /// The event of this name.
    pub fn event(&mut self, id: EventId) -> Result<Option<Event>, StoreError> {
        let row = self
            .conn
            .prepare_cached("SELECT row FROM event WHERE id = ?1")
            .and_then(|mut select| select.query_one([id.0], |row| row.get(0)).optional())
            .map_err(self.explain())?;
        match row {
            Some(row) => Ok(self.events(&[RowId(row)])?.pop()),
            None => Ok(None),
        }
    }

    /// The places of those of these events that are in the cache.
    pub fn places(&mut self, ids: &[EventId]) -> Result<Vec<(EventId, RowId)>, StoreError> {
        let find = |id: &EventId| {
            let mut select = self.conn.prepare_cached("SELECT row FROM event WHERE id = ?1")?;
            Ok(select.query_one([id.0], |row| row.get(0)).optional()?.map(|row| (*id, RowId(row))))
        };
        ids.iter()
            .filter_map(|id| find(id).transpose())
            .collect::<rusqlite::Result<_>>()
            .map_err(self.explain())
    }

    /// The ids of the entities of `source` that are called `text`: that very id where it is one, else the ids
    /// of those that have or had this name, whatever its case.
    pub fn entities_called(&mut self, source: &str, text: &str) -> Result<Vec<String>, StoreError> {
        let select = "SELECT DISTINCT id FROM entity JOIN source USING (source)
                      WHERE source.name = ?1 AND id IS NOT NULL";
        let ids = |also: &str| -> rusqlite::Result<Vec<String>> {
            let mut found = self.conn.prepare_cached(&format!("{select} AND {also}"))?;
            found.query_map([source, text], |row| row.get(0))?.collect()
        };
        ids("id = ?2")
            .and_then(|own| if own.is_empty() { ids("entity.name = ?2 COLLATE NOCASE") } else { Ok(own) })
            .map_err(self.explain())
    }

    /// The marker of what there is: it grows with every event that is added or changed, and when rows are
    /// put away.
    pub fn marker(&mut self) -> Result<Marker, StoreError> {
        let marker = || Ok(Marker { seq: last_seq(&self.conn)?, sealed: last_number(&self.conn)? });
        marker().map_err(self.explain())
    }

    /// What was added, changed or put away since `marker`, by this program or another; at most `limit` rows.
    pub fn index_rows_since(&mut self, marker: Marker, limit: usize) -> Result<Arrivals, StoreError> {
        arrivals(&self.conn, &mut self.dictionaries, marker, limit).map_err(self.explain())
    }

    /// A number that differs from the last answer if another program has written in between. It costs
    /// next to nothing: ask it before [`Db::index_rows_since`]. It means nothing to other programs.
    pub fn data_version(&mut self) -> Result<i64, StoreError> {
        self.conn.query_row("PRAGMA data_version", [], |row| row.get(0)).map_err(self.explain())
    }
}

pub(super) fn events(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    rows: &[RowId],
) -> rusqlite::Result<Vec<Event>> {
    let mut select = conn.prepare_cached(EVENT)?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let mut found = select.query([row.0])?;
        if let Some(row) = found.next()? {
            events.push(event(row, conn, dictionaries)?);
        }
    }
    Ok(events)
}

/// Reads a row of [`EVENT`].
fn event(row: &Row<'_>, conn: &Connection, dictionaries: &mut Dictionaries) -> rusqlite::Result<Event> {
    let place = RowId(row.get(0)?);
    let names = dictionaries.names(conn, row.get(2)?)?;
    let body = match row.get_ref(13)?.as_blob_or_null()? {
        Some(data) => body::unpack(conn, &mut dictionaries.codebooks, row.get(12)?, data)?,
        None => body::get_old(conn, place.0)?.ok_or_else(|| damaged(13, "an event has no body"))?,
    };
    let (native, [raw, identity, error, summary, ai_summary, changes, refused, url, facts, documents]) =
        body.into_parts();
    let raw = raw.unwrap_or_default();
    let mut word = |column: usize| -> rusqlite::Result<Option<String>> {
        let key: Option<i64> = row.get(column)?;
        key.map(|key| dictionaries.word(conn, key).map(|word| word.to_string())).transpose()
    };
    let (raw_action, set) = (word(6)?, word(7)?);
    let gone_at = row.get::<_, Option<i64>>(15)?.map(Timestamp::from_millis);
    let parts = Parts::from_bits(row.get(16)?);
    Ok(Event {
        row: place,
        id: EventId(row.get(1)?),
        source: names.source,
        feed: names.feed,
        scope: names.scope,
        count: row.get(11)?,
        link: links::state(row, 14)?,
        fate: fate::read(conn, EventId(row.get(1)?), gone_at, parts)?,
        record: Record {
            identity: codec::identity(native, identity.map(Into::into), &raw),
            time: row.get::<_, Option<i64>>(10)?.map_or(place.time(), Timestamp::from_millis),
            action: dictionaries.action(conn, row.get(5)?)?,
            raw_action,
            entity: dictionaries.entity(conn, row.get(3)?)?.as_ref().clone(),
            actor: dictionaries.actor(conn, row.get(4)?)?.as_ref().clone(),
            status: codec::status(row, 8)?,
            error: error.map(Into::into),
            summary: summary.map(Into::into),
            ai_summary: ai_summary.map(Into::into),
            changes: codec::changes(changes.as_deref())?,
            detail: codec::detail(row, 9, refused.map(Into::into))?,
            documents,
            set,
            url: url.map(Into::into),
            facts: codec::facts(facts.as_deref())?,
            raw,
        },
    })
}

/// Rows for the columns in memory at `from` or later and before `to`, newest first, at most `limit`.
pub(super) fn index_rows_between(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    from: i64,
    to: i64,
    limit: usize,
) -> rusqlite::Result<Vec<IndexRow>> {
    let mut select = conn.prepare_cached(INDEX_ROWS)?;
    let mut found = select.query([from, to, signed(limit)])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read_index_row(row, conn, dictionaries)?);
    }
    Ok(rows)
}

/// The row for the columns in memory of the event at a place, if there is one.
pub(super) fn index_row(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    row: i64,
) -> rusqlite::Result<Option<IndexRow>> {
    let mut select = conn.prepare_cached(INDEX_ROW)?;
    let mut found = select.query([row])?;
    found.next()?.map(|row| read_index_row(row, conn, dictionaries)).transpose()
}

/// Reads a row of [`INDEX_ROWS`], [`INDEX_ROW`] or [`ARRIVALS`].
fn read_index_row(
    row: &Row<'_>,
    conn: &Connection,
    dictionaries: &mut Dictionaries,
) -> rusqlite::Result<IndexRow> {
    let set = row.get::<_, Option<i64>>(6)?.map(|key| dictionaries.word(conn, key)).transpose()?;
    Ok(IndexRow {
        row: RowId(row.get(0)?),
        time: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
        feed: codec::number(row, 1)?,
        entity: codec::number(row, 2)?,
        actor: codec::number(row, 3)?,
        action: codec::number(row, 4)?,
        raw_action: if row.get_ref(5)? == ValueRef::Null { 0 } else { codec::number(row, 5)? },
        set: set.as_deref().map_or(0, fingerprint),
        marks: Marks::new(codec::status(row, 7)?, Parts::from_bits(row.get(8)?)),
    })
}

/// How many stretches of rows that were put away are told of at once.
const STRETCHES: usize = 16;

fn arrivals(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    since: Marker,
    limit: usize,
) -> rusqlite::Result<Arrivals> {
    // One moment for all questions.
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    let mut rows = Vec::new();
    let mut seq = since.seq;
    {
        let mut select = conn.prepare_cached(ARRIVALS)?;
        let mut found = select.query([since.seq, signed(limit)])?;
        while let Some(row) = found.next()? {
            seq = row.get(10)?;
            rows.push(read_index_row(row, conn, dictionaries)?);
        }
    }
    let rows_left = rows.len() == limit;
    if !rows_left {
        seq = last_seq(conn)?.max(since.seq);
    }
    let left = conn
        .prepare_cached("SELECT row FROM moved WHERE seq > ?1 AND seq <= ?2 ORDER BY seq")?
        .query_map([since.seq, seq], |row| Ok(RowId(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    // What was put away says what is there now, so everything that arrived has to be told before.
    let sealed =
        if rows_left { Vec::new() } else { sealed_since(conn, dictionaries, since.sealed, STRETCHES)? };
    tx.finish()?;
    let last = sealed.last().map_or(since.sealed, |sealed| sealed.number);
    let more = rows_left || sealed.len() == STRETCHES;
    Ok(Arrivals { left, rows, sealed, marker: Marker { seq, sealed: last }, more })
}

fn signed(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
