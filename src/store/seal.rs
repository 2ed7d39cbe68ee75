//! Rows that have come to rest, put away in stretches: their columns, their texts, what is not in the texts.
//!
//! All of it could be read from the events again; it is there so that a million events are in memory in the
//! time of a few frames, and a word is found in them without reading one. A stretch says what the events in
//! it are until one of them changes or another comes in between: those rows are noted as loose, in the same
//! transaction (see [`touch`]), and count for what they are now. When there are many, their stretch is put
//! away anew.
//!
//! `columns` is how a stretch stands in a blob; `work` decides which rows are next.

mod columns;
mod work;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::body;
use super::codec::damaged;
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::read::{events, index_row, index_rows_between};
use crate::domain::{IndexRow, RowId, SealedRows};
use crate::query::{Filter, Texts, TextsBuilder};

/// How hard texts and columns are compressed. Higher levels save little and take ten times as long.
const LEVEL: i32 = 3;

/// A stretch ends early where its records are longer than this together, in bytes: what is put away together
/// is read together.
const ENOUGH: usize = if cfg!(test) { 2000 } else { 8 << 20 };

/// No stretch has longer texts or columns than this, in bytes; what says otherwise is damaged.
const MOST_BYTES: usize = 1 << 30;

/// How many events are read at a time while their texts are put together.
const BATCH: usize = 256;

/// Some rows for the columns in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Rows that have come to rest.
    pub sealed: Vec<SealedRows>,
    /// Rows that have not.
    pub rows: Vec<IndexRow>,
    /// Where to go on with what is older; nothing where there is no more.
    pub next: Option<RowId>,
}

/// The texts of a stretch, compressed.
#[derive(Debug)]
pub struct PackedTexts(Vec<u8>);

impl PackedTexts {
    /// The texts. This takes a millisecond, so do it elsewhere than on the thread of the cache. Nothing where
    /// they are not what was written: then the events have to be read instead.
    pub fn unpack(&self) -> Option<Texts> {
        unpack(&self.0).and_then(Texts::read)
    }
}

/// A stretch of rows, without what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    number: i64,
    start: i64,
    past: i64,
}

impl Db {
    /// About `limit` rows for the columns in memory, newest first, from below `after` or from the newest.
    /// Ask for [`Db::marker`] before the first chunk, so that [`Db::index_rows_since`] then gives what arrived
    /// while the chunks were read.
    pub fn chunk(&mut self, after: Option<RowId>, limit: usize) -> Result<Chunk, StoreError> {
        let explain = self.explain();
        let mut chunk = || -> rusqlite::Result<Chunk> {
            let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Deferred)?;
            let chunk = chunk(&tx, &mut self.dictionaries, after, limit.max(1))?;
            tx.finish()?;
            Ok(chunk)
        };
        chunk().map_err(explain)
    }

    /// The texts of the rows that were sealed under this number; nothing if they were put away anew since.
    pub fn texts(&mut self, number: i64) -> Result<Option<PackedTexts>, StoreError> {
        self.conn
            .prepare_cached("SELECT data FROM segment_texts WHERE number = ?1")
            .and_then(|mut select| select.query_one([number], |row| row.get(0).map(PackedTexts)).optional())
            .map_err(self.explain())
    }

    /// Puts away some more rows that have come to rest, about two thousand. Whether there may be more.
    pub fn seal_some(&mut self) -> Result<bool, StoreError> {
        let Some(job) = work::next(&self.conn, self.sealed_down_to).map_err(self.explain())? else {
            self.sealed_down_to = None;
            return Ok(false);
        };
        self.sealed_down_to = self.change_with(|tx, dictionaries| work::perform(tx, dictionaries, &job))?;
        Ok(true)
    }
}

/// Notes that these rows, if their stretches were put away, are not any more what they were then. Every
/// write to the tables `event` and `body` calls this, in its own transaction. `rows` is sorted.
pub(super) fn touch(tx: &Transaction<'_>, rows: &[i64]) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    let mut select =
        tx.prepare_cached("SELECT number, start, past FROM segment WHERE start <= ?1 ORDER BY start DESC")?;
    let mut found = select.query([last])?;
    while let Some(row) = found.next()? {
        let stretch = Stretch { number: row.get(0)?, start: row.get(1)?, past: row.get(2)? };
        if stretch.past <= *first {
            break;
        }
        let within =
            rows.partition_point(|row| *row < stretch.start)..rows.partition_point(|row| *row < stretch.past);
        for row in &rows[within] {
            tx.prepare_cached("INSERT OR IGNORE INTO loose (row) VALUES (?1)")?.execute([row])?;
        }
    }
    Ok(())
}

/// The newest stretch that begins before a place.
fn stretch_before(conn: &Connection, place: i64) -> rusqlite::Result<Option<Stretch>> {
    conn.prepare_cached(
        "SELECT number, start, past FROM segment WHERE start < ?1 ORDER BY start DESC LIMIT 1",
    )?
    .query_one([place], |row| Ok(Stretch { number: row.get(0)?, start: row.get(1)?, past: row.get(2)? }))
    .optional()
}

fn chunk(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    after: Option<RowId>,
    limit: usize,
) -> rusqlite::Result<Chunk> {
    let mut chunk = Chunk::default();
    let mut place = after.map_or(i64::MAX, |row| row.0);
    let mut left = limit;
    loop {
        let stretch = stretch_before(conn, place)?;
        let floor = stretch.map_or(i64::MIN, |stretch| stretch.past);
        let rows = index_rows_between(conn, dictionaries, floor, place, left)?;
        left -= rows.len();
        let last = rows.last().map(|row| row.row);
        chunk.rows.extend(rows);
        if left == 0 {
            chunk.next = last;
            return Ok(chunk);
        }
        let Some(stretch) = stretch else { return Ok(chunk) };
        let sealed = sealed(conn, dictionaries, stretch)?;
        left = left.saturating_sub(sealed.rows.len());
        chunk.sealed.push(sealed);
        place = stretch.start;
        if left == 0 {
            chunk.next = Some(RowId(place));
            return Ok(chunk);
        }
    }
}

/// The rows of a stretch, and what became of them since.
fn sealed(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    stretch: Stretch,
) -> rusqlite::Result<SealedRows> {
    let (data, filter): (Vec<u8>, Vec<u8>) = conn
        .prepare_cached("SELECT data, filter FROM segment_columns WHERE number = ?1")?
        .query_one([stretch.number], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => damaged(0, "rows were put away and are not there"),
            other => other,
        })?;
    let read = unpack(&data).and_then(|bytes| columns::read(&bytes, stretch.start..stretch.past));
    let Some(rows) = read else { return Err(damaged(0, "rows that were put away cannot be read")) };
    let mut sealed =
        SealedRows { number: stretch.number, from: stretch.start, to: stretch.past, filter, ..rows };
    let mut select = conn.prepare_cached("SELECT row FROM loose WHERE row >= ?1 AND row < ?2")?;
    for row in select.query_map([stretch.start, stretch.past], |row| row.get(0))? {
        let row = row?;
        match index_row(conn, dictionaries, row)? {
            Some(found) => sealed.late.push(found),
            None => sealed.gone.push(RowId(row)),
        }
    }
    Ok(sealed)
}

/// The stretches with a greater number than `number`, at most `limit`, the lowest numbers first.
pub(super) fn sealed_since(
    conn: &Connection,
    dictionaries: &mut Dictionaries,
    number: i64,
    limit: usize,
) -> rusqlite::Result<Vec<SealedRows>> {
    let mut select = conn.prepare_cached(
        "SELECT number, start, past FROM segment WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let found = select.query_map(params![number, limit as i64], |row| {
        Ok(Stretch { number: row.get(0)?, start: row.get(1)?, past: row.get(2)? })
    })?;
    found.map(|stretch| sealed(conn, dictionaries, stretch?)).collect()
}

/// The greatest number of a stretch.
pub(super) fn last_number(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT ifnull(max(number), 0) FROM segment")?.query_one([], |row| row.get(0))
}

/// Puts away rows of a stretch of time, the newest `limit` of them at most, and says from which place on.
fn put_away(
    tx: &Transaction<'_>,
    dictionaries: &mut Dictionaries,
    start: i64,
    past: i64,
    limit: usize,
) -> rusqlite::Result<i64> {
    let mut rows = index_rows_between(tx, dictionaries, start, past, limit.saturating_add(1))?;
    let places: Vec<RowId> = rows.iter().map(|row| row.row).take(limit).collect();
    let (mut whole, mut length) = (Vec::with_capacity(places.len()), 0);
    for batch in places.chunks(if cfg!(test) { 1 } else { BATCH }) {
        let read = events(tx, dictionaries, batch)?;
        length += read.iter().map(|event| event.record.raw.len()).sum::<usize>();
        whole.extend(read);
        if length > ENOUGH {
            break;
        }
    }
    let is_all = whole.len() == rows.len();
    rows.truncate(whole.len());
    rows.reverse();
    let start = rows.first().map_or(start, |oldest| if is_all { start } else { oldest.row.0 });
    body::renew(tx, &mut dictionaries.codebooks, start, past)?;
    let mut texts = TextsBuilder::default();
    whole.iter().rev().for_each(|event| texts.push(&event.record));
    let texts = texts.finish();
    let data = pack(&columns::write(&rows))?;
    let packed = pack(&texts)?;
    let filter = Texts::read(texts).map(|texts| Filter::over(&texts)).unwrap_or_default();
    tx.prepare_cached("INSERT INTO segment (start, past) VALUES (?1, ?2)")?.execute([start, past])?;
    let number = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO segment_columns (number, data, filter) VALUES (?1, ?2, ?3)")?
        .execute(params![number, data, filter])?;
    tx.prepare_cached("INSERT INTO segment_texts (number, data) VALUES (?1, ?2)")?
        .execute(params![number, packed])?;
    tx.prepare_cached("DELETE FROM loose WHERE row >= ?1 AND row < ?2")?.execute([start, past])?;
    Ok(start)
}

/// Forgets every stretch that holds a row of the table `doomed`, or a row that came, changed or left since:
/// what it says of that row may stand nowhere else.
pub(super) fn take_out_stale(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let stale: Vec<i64> = tx
        .prepare(
            "SELECT number FROM segment WHERE EXISTS
                 (SELECT 1 FROM doomed WHERE row >= start AND row < past)
             OR EXISTS (SELECT 1 FROM loose WHERE row >= start AND row < past)",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for number in stale {
        tx.execute(
            "DELETE FROM loose WHERE EXISTS
                 (SELECT 1 FROM segment WHERE number = ?1 AND row >= start AND row < past)",
            [number],
        )?;
        take_out(tx, number)?;
    }
    Ok(())
}

/// Forgets every stretch that holds a place from `first` to `last`: its texts are of what is removed there.
pub(super) fn take_out_between(tx: &Transaction<'_>, first: i64, last: i64) -> rusqlite::Result<()> {
    let stretches: Vec<Stretch> = tx
        .prepare_cached("SELECT number, start, past FROM segment WHERE start <= ?2 AND past > ?1")?
        .query_map([first, last], |row| {
            Ok(Stretch { number: row.get(0)?, start: row.get(1)?, past: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for Stretch { number, start, past } in stretches {
        tx.prepare_cached("DELETE FROM loose WHERE row >= ?1 AND row < ?2")?.execute([start, past])?;
        take_out(tx, number)?;
    }
    Ok(())
}

/// Forgets that a stretch was put away.
fn take_out(tx: &Transaction<'_>, number: i64) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM segment WHERE number = ?1",
        "DELETE FROM segment_columns WHERE number = ?1",
        "DELETE FROM segment_texts WHERE number = ?1",
    ] {
        tx.prepare_cached(sql)?.execute([number])?;
    }
    Ok(())
}

fn pack(bytes: &[u8]) -> rusqlite::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = zstd::zstd_safe::get_frame_content_size(bytes).ok()??;
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST_BYTES)?;
    zstd::bulk::decompress(bytes, length).ok().filter(|bytes| bytes.len() == length)
}
