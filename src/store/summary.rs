//! What language models wrote about events, by what they were asked.

use rusqlite::{OptionalExtension, params};

use super::db::Db;
use super::error::StoreError;
use crate::domain::{EventId, Summary, Timestamp};

/// How many summaries of single events are read at once.
const MOST: i64 = 1_000;

impl Db {
    /// Keeps a summary, in the place of the one that answered the same question before.
    pub fn keep_summary(&mut self, summary: &Summary) -> Result<(), StoreError> {
        let Summary { hash, model, host, made, text, events } = summary;
        self.change(|tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO summary (hash, model, host, made, text) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![hash, model, host, made.millis(), text])?;
            let mut name =
                tx.prepare_cached("INSERT OR IGNORE INTO summary_event (id, hash) VALUES (?1, ?2)")?;
            for event in events {
                name.execute(params![event.0, hash])?;
            }
            Ok(())
        })
    }

    /// The summary that answered the question with this digest.
    pub fn summary(&mut self, hash: [u8; 32]) -> Result<Option<Summary>, StoreError> {
        let explain = self.explain();
        let read = || {
            let found = self
                .conn
                .prepare_cached("SELECT hash, model, host, made, text FROM summary WHERE hash = ?1")?
                .query_one([hash], summary)
                .optional()?;
            let Some(mut found) = found else { return Ok(None) };
            let mut select = self.conn.prepare_cached("SELECT id FROM summary_event WHERE hash = ?1")?;
            found.events = select
                .query_map([hash], |row| Ok(EventId(row.get(0)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(Some(found))
        };
        read().map_err(explain)
    }

    /// The summaries that are about several events each, the newest first, at most a thousand.
    pub fn summaries_of_several(&mut self) -> Result<Vec<Summary>, StoreError> {
        let explain = self.explain();
        let read = || {
            let mut select = self.conn.prepare_cached(
                "SELECT hash, model, host, made, text FROM summary
                 WHERE (SELECT count(*) FROM summary_event WHERE summary_event.hash = summary.hash) > 1
                 ORDER BY made DESC LIMIT ?1",
            )?;
            let mut found = select.query_map([MOST], summary)?.collect::<rusqlite::Result<Vec<Summary>>>()?;
            let mut select = self.conn.prepare_cached("SELECT id FROM summary_event WHERE hash = ?1")?;
            for one in &mut found {
                let ids = select.query_map([one.hash], |row| Ok(EventId(row.get(0)?)))?;
                one.events = ids.collect::<rusqlite::Result<_>>()?;
            }
            Ok(found)
        };
        read().map_err(explain)
    }

    /// The summaries that are about a single event each, the newest first, at most a thousand.
    pub fn summaries_of_one(&mut self) -> Result<Vec<Summary>, StoreError> {
        let explain = self.explain();
        let read = || {
            let mut select = self.conn.prepare_cached(
                "SELECT hash, model, host, made, text, min(id) FROM summary JOIN summary_event USING (hash)
                 GROUP BY hash HAVING count(*) = 1 ORDER BY made DESC LIMIT ?1",
            )?;
            let found = select.query_map([MOST], |row| {
                Ok(Summary { events: vec![EventId(row.get(5)?)], ..summary(row)? })
            })?;
            found.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(explain)
    }
}

fn summary(row: &rusqlite::Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        hash: row.get(0)?,
        model: row.get(1)?,
        host: row.get(2)?,
        made: Timestamp::from_millis(row.get(3)?),
        text: row.get(4)?,
        events: Vec::new(),
    })
}
