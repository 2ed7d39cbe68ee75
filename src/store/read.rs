//! Reading events back: whole ones for the screen, narrow ones for the columns in memory.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::codec;
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::links;
use super::rows::last_seq;
use crate::domain::{Event, EventId, IndexRow, Parts, Record, RowId, Timestamp};

/// What became of the cache since a marker, by whichever program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Places that an event has left. Drop these before taking [`Arrivals::rows`] in: a place may have
    /// been taken again.
    pub left: Vec<RowId>,
    /// Rows that are new or say something else than before, in the order of their arrival. A row whose
    /// place is known already stands for what was there.
    pub rows: Vec<IndexRow>,
    /// The marker to ask with next time.
    pub seq: u64,
    /// There is more: ask again at once.
    pub more: bool,
}

const EVENT: &str = "
    SELECT row, id, feed, entity, actor, action, raw_action, change_set, status, detail, time, count,
           raw, native, identity, error, summary, ai_summary, changes, refused, url, facts,
           (SELECT verdict FROM link WHERE link.id = event.id AND link.previous IS NOT NULL)
    FROM event JOIN body USING (row) WHERE row = ?1";

const INDEX_ROWS: &str = "
    SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts
    FROM event WHERE row < ?1 ORDER BY row DESC LIMIT ?2";

const ARRIVALS: &str = "
    SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts, seq
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

    /// Up to `limit` rows for the columns in memory, newest first, from below `after` or from the newest.
    /// Fewer than `limit` means that the oldest is among them. Ask for [`Db::seq`] before the first
    /// chunk, so that [`Db::index_rows_since`] then gives what arrived while the chunks were read.
    pub fn index_rows(&mut self, after: Option<RowId>, limit: usize) -> Result<Vec<IndexRow>, StoreError> {
        index_rows(&self.conn, &mut self.dictionaries, after, limit).map_err(self.explain())
    }

    /// The marker of the newest arrival: it grows with every event that is added or changed.
    pub fn seq(&mut self) -> Result<u64, StoreError> {
        last_seq(&self.conn).map(|seq| seq.max(0) as u64).map_err(self.explain())
    }

    /// What was added or changed since the marker `seq`, by this program or another; at most `limit` rows.
    pub fn index_rows_since(&mut self, seq: u64, limit: usize) -> Result<Arrivals, StoreError> {
        arrivals(&self.conn, &mut self.dictionaries, seq, limit).map_err(self.explain())
    }

    /// A number that differs from the last answer if another program has written in between. It costs
    /// next to nothing: ask it before [`Db::index_rows_since`]. It means nothing to other programs.
    pub fn data_version(&mut self) -> Result<i64, StoreError> {
        self.conn.query_row("PRAGMA data_version", [], |row| row.get(0)).map_err(self.explain())
    }
}

fn events(
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
    let raw: Box<str> = row.get(12)?;
    let mut word = |column: usize| -> rusqlite::Result<Option<String>> {
        let key: Option<i64> = row.get(column)?;
        key.map(|key| dictionaries.word(conn, key).map(|word| word.to_string())).transpose()
    };
    let (raw_action, set) = (word(6)?, word(7)?);
    Ok(Event {
        row: place,
        id: EventId(row.get(1)?),
        source: names.source,
        feed: names.feed,
        scope: names.scope,
        count: row.get(11)?,
        link: links::state(row, 22)?,
        record: Record {
            identity: codec::identity(row.get(13)?, row.get(14)?, &raw),
            time: row.get::<_, Option<i64>>(10)?.map_or(place.time(), Timestamp::from_millis),
            action: dictionaries.action(conn, row.get(5)?)?,
            raw_action,
            entity: dictionaries.entity(conn, row.get(3)?)?.as_ref().clone(),
            actor: dictionaries.actor(conn, row.get(4)?)?.as_ref().clone(),
            status: codec::status(row, 8)?,
            error: row.get(15)?,
            summary: row.get(16)?,
            ai_summary: row.get(17)?,
            changes: codec::changes(row, 18)?,
            detail: codec::detail(row, 9, 19)?,
            set,
            url: row.get(20)?,
            facts: codec::facts(row, 21)?,
            raw,
        },
    })
}

fn index_rows(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    after: Option<RowId>,
    limit: usize,
) -> rusqlite::Result<Vec<IndexRow>> {
    let below = after.map_or(i64::MAX, |row| row.0);
    let mut select = conn.prepare_cached(INDEX_ROWS)?;
    let mut found = select.query([below, signed(limit)])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(index_row(row, conn, dictionaries)?);
    }
    Ok(rows)
}

/// What the columns in memory are told of the event at `row`.
pub(super) fn index_row_at(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    row: RowId,
) -> rusqlite::Result<Option<IndexRow>> {
    let mut select = conn.prepare_cached(
        "SELECT row, feed, entity, actor, action, raw_action, change_set, status, parts
         FROM event WHERE row = ?1",
    )?;
    let mut found = select.query([row.0])?;
    found.next()?.map(|row| index_row(row, conn, dictionaries)).transpose()
}

/// Reads a row of [`INDEX_ROWS`] or [`ARRIVALS`].
fn index_row(
    row: &Row<'_>,
    conn: &Connection,
    dictionaries: &mut Dictionaries,
) -> rusqlite::Result<IndexRow> {
    let names = dictionaries.names(conn, row.get(1)?)?;
    let mut word = |column: usize| -> rusqlite::Result<_> {
        row.get::<_, Option<i64>>(column)?.map(|key| dictionaries.word(conn, key)).transpose()
    };
    let (raw_action, set) = (word(5)?, word(6)?);
    Ok(IndexRow {
        row: RowId(row.get(0)?),
        source: names.source,
        feed: names.feed,
        scope: names.scope,
        action: dictionaries.action(conn, row.get(4)?)?,
        raw_action,
        status: codec::status(row, 7)?,
        set,
        parts: Parts::from_bits(row.get(8)?),
        entity: dictionaries.entity(conn, row.get(2)?)?,
        actor: dictionaries.actor(conn, row.get(3)?)?,
    })
}

fn arrivals(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    since: u64,
    limit: usize,
) -> rusqlite::Result<Arrivals> {
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    // One moment for all three questions.
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    let mut rows = Vec::new();
    let mut seq = since;
    {
        let mut select = conn.prepare_cached(ARRIVALS)?;
        let mut found = select.query([since, signed(limit)])?;
        while let Some(row) = found.next()? {
            seq = row.get(9)?;
            rows.push(index_row(row, conn, dictionaries)?);
        }
    }
    let more = rows.len() == limit;
    if !more {
        seq = last_seq(conn)?.max(since);
    }
    let left = conn
        .prepare_cached("SELECT row FROM moved WHERE seq > ?1 AND seq <= ?2 ORDER BY seq")?
        .query_map([since, seq], |row| Ok(RowId(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    tx.finish()?;
    Ok(Arrivals { left, rows, seq: seq.max(0) as u64, more })
}

fn signed(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
