//! Reading what could not be read as events.

use rusqlite::params;

use super::db::Db;
use super::error::StoreError;
use crate::domain::{Timestamp, Unreadable};

impl Db {
    /// The records of a source, or of all, that could not be read as events, the latest first, at most `limit`
    /// of them; of each text the first `characters`. With `scope`, those of that scope alone.
    pub fn unreadable(
        &mut self,
        source: Option<&str>,
        scope: Option<&str>,
        (limit, characters): (usize, usize),
    ) -> Result<Vec<Unreadable>, StoreError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = || {
            let mut select = self.conn.prepare_cached(
                "SELECT name, profile, scope, scope_name, reason, seen_at, raw
                 FROM quarantine JOIN feed USING (feed) JOIN source USING (source)
                 WHERE (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR scope = ?2)
                 ORDER BY seen_at DESC, quarantine DESC LIMIT ?3",
            )?;
            let records = select.query_map(params![source, scope, most], |row| {
                // Cut here: to SQLite a text ends at its first NUL.
                let raw: String = row.get(6)?;
                let cut: String = raw.chars().take(characters).collect();
                Ok(Unreadable {
                    source: row.get(0)?,
                    feed: row.get(1)?,
                    scope: row.get(2)?,
                    scope_name: row.get(3)?,
                    reason: row.get(4)?,
                    seen_at: Timestamp::from_millis(row.get(5)?),
                    length: raw.chars().count() as u64,
                    raw: cut.into(),
                })
            })?;
            records.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.explain())
    }
}
