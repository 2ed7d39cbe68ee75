//! What a page says of events that are in the cache already: that one was changed, that one is gone, that one
//! was written late.
//!
//! It must not forget anything: what a feed said before is kept, and what is gone from it stays.

use rusqlite::params;

use super::{Incoming, Page};
use crate::domain::{EventId, IndexRow, Parts, RowId, Timestamp};
use crate::store::body;
use crate::store::read::index_row;
use crate::store::rows::{Stored, mark_gone};
use crate::store::walk::Learned;

impl Page<'_> {
    /// What is older than what the feed is kept from was removed on purpose, and is not brought in again.
    pub(super) fn is_too_old(&self, time: Timestamp) -> bool {
        self.feed.state.ledger.kept_from().is_some_and(|kept| time < kept)
    }

    /// A record that was written into a stretch that is known tells how late its feed can be.
    pub(super) fn notice_lateness(&mut self, time: Timestamp) {
        let ledger = &self.feed.state.ledger;
        if let Some(known) = ledger.around(time) {
            self.lateness = self.lateness.max(known.span.hi.millis().saturating_sub(time.millis()));
        }
    }

    /// Keeps what the feed said before it changed a record. Says whether the event was ever changed.
    pub(super) fn keep_revision(
        &mut self,
        stored: &Stored,
        incoming: &Incoming<'_>,
    ) -> rusqlite::Result<bool> {
        let was_edited = stored.parts.has(Parts::EDITED);
        let before = body::get(self.tx, &mut self.dictionaries.codebooks, stored.row.0)?;
        let Some(before) = before.filter(|before| before.raw() != &*incoming.record.raw) else {
            return Ok(was_edited);
        };
        self.tx
            .prepare_cached("INSERT INTO revision (id, raw, time, replaced_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![incoming.id.0, before.raw(), stored.time.millis(), self.seen_at.millis()])?;
        Ok(true)
    }

    /// Marks what the feed does not have any more: the page shows everything strictly inside the span.
    pub(super) fn find_gone(&mut self, learned: &Learned) -> rusqlite::Result<()> {
        let Some(span) = learned.exact else { return Ok(()) };
        let missing: Vec<RowId> = {
            let mut select = self.tx.prepare_cached(
                "SELECT row, id, time, first_seen FROM event INDEXED BY event_feed
                 WHERE feed = ?1 AND row BETWEEN ?2 AND ?3 AND gone_at IS NULL",
            )?;
            let (low, high) = (RowId::floor(span.lo), RowId::floor(span.hi));
            let mut rows = select.query([self.feed.key, low.0, high.0])?;
            let mut missing = Vec::new();
            while let Some(row) = rows.next()? {
                let place = RowId(row.get(0)?);
                let time = row.get::<_, Option<i64>>(2)?.map_or(place.time(), Timestamp::from_millis);
                let came_since =
                    learned.asked_at.is_some_and(|at| row.get(3).is_ok_and(|seen: i64| seen >= at.millis()));
                if span.has(time) && !came_since && !self.ids.contains(&EventId(row.get(1)?)) {
                    missing.push(place);
                }
            }
            missing
        };
        for row in missing {
            self.seq += 1;
            mark_gone(self.tx, row, Some(learned.date.unwrap_or(self.seen_at)), self.seq)?;
            self.touched.push(row.0);
            self.written.gone += 1;
            let row = self.row_at(row)?;
            self.written.changed.extend(row);
        }
        Ok(())
    }

    /// What the columns in memory are told of the event at a place that stays its place.
    pub(super) fn row_at(&mut self, row: RowId) -> rusqlite::Result<Option<(RowId, IndexRow)>> {
        let found = index_row(self.tx, self.dictionaries, row.0)?;
        Ok(found.map(|found| (row, found)))
    }
}
