//! The ledgers of all feeds, for who wants to show them.

use super::db::Db;
use super::error::StoreError;
use super::ledger;
use crate::domain::FeedCoverage;

impl Db {
    /// What is known to be complete of every feed that was ever read, by source, profile and scope.
    pub fn coverage(&mut self) -> Result<Vec<FeedCoverage>, StoreError> {
        let read = || {
            let mut select = self.conn.prepare_cached(
                "SELECT name, profile, scope, scope_name, events, feed FROM feed JOIN source USING (source)
                 ORDER BY name, profile, scope",
            )?;
            let feeds = select.query_map([], |row| {
                Ok(FeedCoverage {
                    source: row.get(0)?,
                    feed: row.get(1)?,
                    scope: row.get(2)?,
                    scope_name: row.get(3)?,
                    events: u64::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
                    ledger: ledger::read(&self.conn, row.get(5)?)?,
                })
            })?;
            feeds.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.explain())
    }
}
