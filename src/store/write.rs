//! Bringing a page of a feed into the cache.
//!
//! A page is one transaction: its rows, what could not be read, the counters and the state of the walk.
//! Bringing it in twice comes to the same as once, and pages may come in any order. A record that says
//! what it said before costs no write but, once an hour, the time it was last seen.

mod changed;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Transaction, params};

use super::body;
use super::codec::{self, Encoded};
use super::db::Db;
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::links;
use super::purge::is_purged;
use super::rows::{Columns, Stored, free_place, keep_seq, last_seq, leave, mark_gone};
use super::seal;
use super::walk::{self, Feed, FeedKey, FeedState, Learned};
use crate::domain::{
    Detail, Event, EventId, Identity, IndexRow, Link, Parts, Quarantined, Record, RowId, Timestamp,
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
    /// Events of which another was found to say otherwise whether their link to the entry before holds.
    pub relinked: usize,
    /// Events that say what they said before.
    pub repeated: usize,
    /// Records that could not be read and were not known before.
    pub quarantined: usize,
    /// Events that are gone from the feed, as the page proves.
    pub gone: usize,
    /// What is remembered of the feed now.
    pub state: FeedState,
    /// Claims were taken back since [`Learned::generation`]: the rows of the page were kept, what was learned
    /// from it was not.
    pub overtaken: bool,
}

impl Db {
    /// Brings a page of a feed into the cache: `records`, those that could not be read, and what else was
    /// learned from it. All of it is kept, or none.
    ///
    /// `seen_at` is when the page arrived, by the local clock. Among records of a page that are the same
    /// by identity the first counts; where the feed has no ids, the row remembers how many they were.
    pub fn write_page(
        &mut self,
        key: &FeedKey,
        records: &[Record],
        quarantined: &[Quarantined],
        learned: &Learned,
        seen_at: Timestamp,
    ) -> Result<Written, StoreError> {
        self.write_linked_page(key, records, quarantined, &[], learned, seen_at)
    }

    /// The same for a feed whose entries name the one before them: `links` is what the page showed of that,
    /// each entry by its identity.
    pub fn write_linked_page(
        &mut self,
        key: &FeedKey,
        records: &[Record],
        quarantined: &[Quarantined],
        links: &[(Identity, Link)],
        learned: &Learned,
        seen_at: Timestamp,
    ) -> Result<Written, StoreError> {
        self.change_with(|tx, dictionaries| {
            let feed = walk::find_or_make(tx, key)?;
            let mut page = Page {
                proper: walk::proper(tx, key)?,
                seq: last_seq(tx)?,
                tx,
                dictionaries,
                key,
                feed,
                seen_at,
                touched: Vec::new(),
                events: 0,
                quarantined: 0,
                lateness: 0,
                ids: HashSet::new(),
                written: Written::default(),
            };
            page.bring_in(records)?;
            page.put_in_quarantine(quarantined)?;
            page.take_in_links(links)?;
            page.finish(learned)
        })
    }

    /// Keeps what a second request said of an event: of `told`, the changes, the documents, and what came of the
    /// request. Gives the event as it is now; nothing if it is not at that place any more.
    pub fn save_detail(&mut self, row: RowId, told: &Record) -> Result<Option<Event>, StoreError> {
        self.change_with(|tx, dictionaries| {
            let (code, refused) = codec::detail_code(&told.detail);
            let bits = i64::from(Parts::from_fields(&told.changes, None, None, None).bits());
            let seq = last_seq(tx)? + 1;
            let there = tx
                .prepare_cached(
                    "UPDATE event SET detail = ?2, parts = (parts & ~?3) | ?4, seq = ?5 WHERE row = ?1",
                )?
                .execute(params![row.0, code, i64::from(Parts::DIFF.bits()), bits, seq])?;
            if there == 0 {
                return Ok(());
            }
            let feed = tx
                .prepare_cached("SELECT feed FROM event WHERE row = ?1")?
                .query_one([row.0], |row| row.get(0))?;
            let profile = dictionaries.names(tx, feed)?.feed;
            if let Some(body) = body::get(tx, &mut dictionaries.codebooks, row.0)? {
                let changes = codec::changes_to_json(&told.changes);
                let body = body.with_detail(changes, refused, told.documents.as_deref());
                body::put(tx, &mut dictionaries.codebooks, row.0, &profile, &body)?;
                body::remove_old(tx, row.0)?;
            }
            seal::touch(tx, &[row.0])?;
            keep_seq(tx, seq)
        })?;
        Ok(self.events(&[row])?.pop())
    }
}

/// A page on its way into the cache.
struct Page<'a> {
    tx: &'a Transaction<'a>,
    dictionaries: &'a mut Dictionaries,
    key: &'a FeedKey,
    feed: Feed,
    /// The feed that this one stands in for.
    proper: Option<i64>,
    seen_at: Timestamp,
    /// The last number of arrival that was given out.
    seq: i64,
    /// The places that this page writes to.
    touched: Vec<i64>,
    /// By how much the counters of the feed change.
    events: i64,
    quarantined: i64,
    /// How late the latest of them was written.
    lateness: i64,
    /// Every event of the page.
    ids: HashSet<EventId>,
    written: Written,
}

/// One event of a page, however often the page has it.
struct Incoming<'a> {
    id: EventId,
    record: &'a Record,
    count: u32,
}

impl<'p> Page<'p> {
    fn bring_in(&mut self, records: &[Record]) -> rusqlite::Result<()> {
        for incoming in self.distinct(records) {
            self.ids.insert(incoming.id);
            let encoded = Encoded::of(incoming.record, &self.key.feed);
            match Stored::find(self.tx, incoming.id)? {
                None if self.is_too_old(incoming.record.time) || is_purged(self.tx, incoming.id)? => {
                    self.written.repeated += 1;
                }
                None => self.add(&incoming, encoded)?,
                Some(stored) if self.proper == Some(stored.feed) => self.see_again(&stored)?,
                Some(stored) if stored.digest == encoded.digest && stored.count >= incoming.count => {
                    self.see_again(&stored)?;
                }
                Some(stored) => self.replace(&stored, incoming, encoded)?,
            }
        }
        Ok(())
    }

    /// The events of a page in the order of their places: SQLite is four times as fast when keys ascend.
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

    fn add(&mut self, incoming: &Incoming<'_>, encoded: Encoded) -> rusqlite::Result<()> {
        let columns = self.columns(incoming, encoded, self.seen_at.millis())?;
        let row = self.put_anew(&columns)?;
        self.events += 1;
        self.notice_lateness(incoming.record.time);
        self.leave_quarantine(incoming.record)?;
        self.written.new.push(columns.index_row(row));
        Ok(())
    }

    fn see_again(&mut self, stored: &Stored) -> rusqlite::Result<()> {
        self.written.repeated += 1;
        if stored.gone {
            self.seq += 1;
            mark_gone(self.tx, stored.row, None, self.seq)?;
            self.touched.push(stored.row.0);
            let back = self.row_at(stored.row)?;
            self.written.changed.extend(back);
        }
        if self.seen_at.millis().saturating_sub(stored.last_seen) >= LAST_SEEN_STEP_MILLIS {
            self.tx
                .prepare_cached("UPDATE event SET last_seen = ?2 WHERE row = ?1")?
                .execute([stored.row.0, self.seen_at.millis()])?;
        }
        Ok(())
    }

    fn replace(
        &mut self,
        stored: &Stored,
        mut incoming: Incoming<'_>,
        mut encoded: Encoded,
    ) -> rusqlite::Result<()> {
        self.keep_fetched_detail(stored.row, incoming.record, &mut encoded)?;
        if self.keep_revision(stored, &incoming)? {
            encoded.parts = Parts::from_bits(encoded.parts.bits() | Parts::EDITED.bits());
        }
        incoming.count = incoming.count.max(stored.count);
        let columns = self.columns(&incoming, encoded, stored.first_seen)?;
        let row = if incoming.record.time == stored.time {
            self.seq += 1;
            body::remove_old(self.tx, stored.row.0)?;
            columns.put(self.tx, &mut self.dictionaries.codebooks, stored.row, self.seq)?;
            self.touched.push(stored.row.0);
            stored.row
        } else {
            self.seq += 1;
            leave(self.tx, stored.row, self.seq)?;
            self.touched.push(stored.row.0);
            self.put_anew(&columns)?
        };
        if stored.feed != self.feed.key {
            self.count(stored.feed, -1, 0)?;
            self.events += 1;
        }
        self.leave_quarantine(incoming.record)?;
        self.written.changed.push((stored.row, columns.index_row(row)));
        Ok(())
    }

    /// Writes a new row at the next free place, and gives the place.
    fn put_anew(&mut self, columns: &Columns<'_>) -> rusqlite::Result<RowId> {
        let row = free_place(self.tx, RowId::preferred(columns.record.time, columns.id))?;
        self.seq += 1;
        columns.put(self.tx, &mut self.dictionaries.codebooks, row, self.seq)?;
        self.touched.push(row.0);
        Ok(row)
    }

    /// What a second request said holds as long as the record itself says the same.
    fn keep_fetched_detail(
        &mut self,
        row: RowId,
        record: &Record,
        encoded: &mut Encoded,
    ) -> rusqlite::Result<()> {
        if record.detail != Detail::Available {
            return Ok(());
        }
        let detail: Option<i64> = self
            .tx
            .prepare_cached("SELECT detail FROM event WHERE row = ?1 AND detail IN (2, 3)")?
            .query_one([row.0], |row| row.get(0))
            .optional()?;
        let Some(detail) = detail else { return Ok(()) };
        let kept = body::get(self.tx, &mut self.dictionaries.codebooks, row.0)?;
        if let Some(kept) = kept.filter(|kept| kept.raw() == &*record.raw) {
            let without_diff = encoded.parts.bits() & !Parts::DIFF.bits();
            let diff = if kept.changes().is_some() { Parts::DIFF.bits() } else { 0 };
            encoded.parts = Parts::from_bits(without_diff | diff);
            encoded.detail = detail;
            encoded.changes = kept.changes().map(str::to_owned);
            encoded.refused = kept.refused().map(str::to_owned);
            encoded.documents = kept.documents().map(Box::from);
        }
        Ok(())
    }

    fn columns<'r>(
        &mut self,
        incoming: &Incoming<'r>,
        encoded: Encoded,
        first_seen: i64,
    ) -> rusqlite::Result<Columns<'r>>
    where
        'p: 'r,
    {
        let Incoming { id, record, count } = *incoming;
        let (source, feed) = (self.feed.source, self.feed.key);
        let (tx, dictionaries) = (self.tx, &mut *self.dictionaries);
        let mut word = |text: Option<&str>| text.map(|text| dictionaries.key_of_word(tx, text)).transpose();
        let (raw_action, set) = (word(record.raw_action.as_deref())?, word(record.set.as_deref())?);
        Ok(Columns {
            id,
            record,
            profile: &self.key.feed,
            encoded,
            count,
            feed,
            action: dictionaries.key_of_word(tx, codec::action_word(&record.action))?,
            raw_action,
            set,
            entity: dictionaries.key_of_entity(tx, source, &record.entity)?,
            actor: dictionaries.key_of_actor(tx, source, &record.actor)?,
            first_seen,
            last_seen: self.seen_at.millis(),
        })
    }

    fn put_in_quarantine(&mut self, quarantined: &[Quarantined]) -> rusqlite::Result<()> {
        for one in quarantined {
            self.written.quarantined += self
                .tx
                .prepare_cached(
                    "INSERT INTO quarantine (feed, digest, raw, reason, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    self.feed.key,
                    codec::digest_of(one.raw.as_bytes()),
                    &*one.raw,
                    one.reason,
                    self.seen_at.millis()
                ])?;
        }
        self.quarantined += self.written.quarantined as i64;
        Ok(())
    }

    /// A record that could not be read once and now can, with a better profile, is not counted twice.
    fn leave_quarantine(&mut self, record: &Record) -> rusqlite::Result<()> {
        if self.feed.quarantined > 0 {
            self.quarantined -= self
                .tx
                .prepare_cached("DELETE FROM quarantine WHERE feed = ?1 AND digest = ?2")?
                .execute(params![self.feed.key, codec::digest_of(record.raw.as_bytes())])?
                as i64;
        }
        Ok(())
    }

    fn take_in_links(&mut self, links: &[(Identity, Link)]) -> rusqlite::Result<()> {
        let feed = (self.key, self.feed.key);
        let news = links::News { seq: &mut self.seq, touched: &mut self.touched };
        self.written.relinked = links::take_in(self.tx, feed, links, news)?;
        Ok(())
    }

    fn count(&self, feed: i64, events: i64, quarantined: i64) -> rusqlite::Result<()> {
        if events == 0 && quarantined == 0 {
            return Ok(());
        }
        self.tx
            .prepare_cached(
                "UPDATE feed SET events = events + ?2, quarantined = quarantined + ?3 WHERE feed = ?1",
            )?
            .execute([feed, events, quarantined])
            .map(drop)
    }

    fn finish(mut self, learned: &Learned) -> rusqlite::Result<Written> {
        self.find_gone(learned)?;
        let Written { new, changed, relinked, .. } = &self.written;
        if !new.is_empty() || !changed.is_empty() || *relinked > 0 {
            keep_seq(self.tx, self.seq)?;
        }
        self.touched.sort_unstable();
        seal::touch(self.tx, &self.touched)?;
        self.count(self.feed.key, self.events, self.quarantined)?;
        (self.written.state, self.written.overtaken) =
            walk::learn(self.tx, &self.feed, learned, self.lateness)?;
        Ok(self.written)
    }
}
