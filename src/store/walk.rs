//! What the cache remembers of a source and of the walks over each of its feeds.
//!
//! Nothing here decides anything: `sync` does, and hands over what it concluded together with the rows it
//! concluded it from.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::db::Db;
use super::error::StoreError;
use super::{audited, ledger, links, prune};
use crate::domain::{Fault, FaultKind, Ledger, Note, RowId, Segment, Stretch, Timestamp};

/// Names one feed: a configured source, the profile that reads it and, where it fans out, the scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedKey {
    /// The name the user gave the source.
    pub source: Arc<str>,
    /// The id of the feed profile.
    pub feed: Arc<str>,
    /// The scope, where the source fans out.
    pub scope: Option<FeedScope>,
    /// The feed of the same source that this one stands in for: what that one said of an event stays.
    pub proper: Option<Arc<str>>,
}

/// The scope of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedScope {
    /// The provider's id for it. It alone names the scope.
    pub id: Arc<str>,
    /// What people call it; the newest name is kept.
    pub name: Option<Arc<str>>,
}

impl FeedKey {
    /// The feed of a source that does not fan out.
    pub fn new(source: impl Into<Arc<str>>, feed: impl Into<Arc<str>>) -> Self {
        Self { source: source.into(), feed: feed.into(), scope: None, proper: None }
    }

    /// The same feed in one scope.
    #[must_use]
    pub fn in_scope(mut self, id: impl Into<Arc<str>>, name: Option<&str>) -> Self {
        self.scope = Some(FeedScope { id: id.into(), name: name.map(Arc::from) });
        self
    }

    /// The same feed, standing in for the one that is called `proper`.
    #[must_use]
    pub fn for_want_of(mut self, proper: Option<&Arc<str>>) -> Self {
        self.proper = proper.cloned();
        self
    }

    /// The id of the scope.
    pub fn scope_id(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| &*scope.id)
    }
}

/// What the cache remembers of the walks over one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Counts how often claims were taken back. What was concluded under an older number may rest on a claim
    /// that is no more, and is not written (see [`super::Written::overtaken`]).
    pub generation: u64,
    /// What is known to be complete.
    pub ledger: Ledger,
    /// Whether the feed sends the oldest first; nothing until it was seen.
    pub ascending: Option<bool>,
    /// Answers of the feed came in no order.
    pub mixed: bool,
    /// Up to when events that were written late have been looked for.
    pub checked: Option<Timestamp>,
    /// How late an event was ever written, in milliseconds: it was found where everything was known already.
    pub lateness: i64,
    /// How to go on with a list whose answers lead to each other.
    pub resume: Option<Resume>,
    /// How many events the feed last said it has.
    pub last_total: Option<u64>,
    /// When a walk last was complete, by the local clock: for people, never for decisions.
    pub last_sync: Option<Timestamp>,
    /// How many of its events were removed on purpose; the feed may still count them.
    pub removed: u64,
}

/// A place in a list that an answer led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Everything from here on was known when it was written down.
    pub below: Timestamp,
    /// The place, in the words of the profile language.
    pub place: String,
}

/// What an answer says beyond its records. It is written in the same transaction, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    /// The [`FeedState::generation`] that it was concluded under; nothing for what concludes nothing.
    pub generation: Option<u64>,
    /// All earlier claims are wrong: the feed keeps no order.
    pub mixed: bool,
    /// What was claimed of this stretch is not believed any more.
    pub forget: Option<Stretch>,
    /// Stretches that are complete now.
    pub segments: Vec<Segment>,
    /// Why others are not.
    pub notes: Vec<Note>,
    /// Everything the feed has strictly inside is among the records: what the cache has beyond them is gone.
    pub exact: Option<Stretch>,
    /// When the request was sent, by the local clock: what came into the cache since then is not gone.
    pub asked_at: Option<Timestamp>,
    /// When the answer was written, by the server's clock.
    pub date: Option<Timestamp>,
    /// Up to when events that were written late have been looked for.
    pub checked: Option<Timestamp>,
    /// Whether the feed sends the oldest first.
    pub ascending: Option<bool>,
    /// How many events the feed says it has.
    pub total: Option<u64>,
    /// How to go on, where that is worth keeping; `Some(None)` forgets it.
    pub resume: Option<Option<Resume>>,
    /// The walk is over; by the local clock.
    pub synced_at: Option<Timestamp>,
}

/// One feed of a source and what the cache has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSummary {
    /// Which feed.
    pub key: FeedKey,
    /// Events in the cache.
    pub events: u64,
    /// Records that could not be read as events.
    pub quarantined: u64,
    /// What is remembered of the walks over it.
    pub state: FeedState,
    /// When its count was last compared with what is in the cache, by the local clock.
    pub audited_at: Option<Timestamp>,
}

/// One source and what the cache has of it, whether or not it is still configured.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSummary {
    /// The name the user gave it.
    pub name: Arc<str>,
    /// Its feeds, by scope id.
    pub feeds: Vec<FeedSummary>,
    /// Events in the cache.
    pub events: u64,
    /// Records that could not be read as events.
    pub quarantined: u64,
    /// Events whose link to the entry before them is broken.
    pub broken: u64,
    /// What the user should know of it although it works.
    pub note: Option<String>,
    /// When it was last known to be complete.
    pub last_sync: Option<Timestamp>,
    /// Before this time no request may be sent.
    pub next_allowed_at: Option<Timestamp>,
    /// The last thing that went wrong, until a sync succeeds.
    pub fault: Option<Fault>,
}

impl SourceSummary {
    /// How many scopes the cache knows, whichever feed was read in them.
    pub fn scopes(&self) -> u64 {
        let ids = self.feeds.iter().filter_map(|feed| feed.key.scope_id());
        ids.collect::<BTreeSet<_>>().len() as u64
    }
}

impl Db {
    /// Remembers what the user should know of a source although it works.
    pub fn save_note(&mut self, source: &str, note: Option<&str>) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute("INSERT INTO source (name) VALUES (?1) ON CONFLICT DO NOTHING", [source])?;
            tx.prepare_cached(
                "INSERT INTO source_note (source, note) SELECT source, ?2 FROM source WHERE name = ?1
                 ON CONFLICT (source) DO UPDATE SET note = excluded.note",
            )?
            .execute(params![source, note])
            .map(drop)
        })
    }

    /// What is remembered of the walks over a feed; the default where none has begun.
    pub fn state(&mut self, key: &FeedKey) -> Result<FeedState, StoreError> {
        find(&self.conn, key)
            .map(|feed| feed.map(|feed| feed.state).unwrap_or_default())
            .map_err(self.explain())
    }

    /// How many events of a feed are in the cache.
    pub fn count(&mut self, key: &FeedKey) -> Result<u64, StoreError> {
        find(&self.conn, key).map(|feed| feed.map_or(0, |feed| feed.events)).map_err(self.explain())
    }

    /// The newest time among the events of a feed.
    pub fn newest(&mut self, key: &FeedKey) -> Result<Option<Timestamp>, StoreError> {
        let newest = || {
            let Some(feed) = find(&self.conn, key)? else { return Ok(None) };
            self.conn
                .prepare_cached(
                    "SELECT row, time FROM event INDEXED BY event_feed WHERE feed = ?1
                     ORDER BY row DESC LIMIT 1",
                )?
                .query_one([feed.key], |row| Ok(time(row, 1)?.unwrap_or(RowId(row.get(0)?).time())))
                .optional()
        };
        newest().map_err(self.explain())
    }

    /// How many events of a feed are on one side of `time`: strictly newer, or strictly older. Those that are
    /// gone from the feed do not count, and identical ones count as often as they are there; those that were
    /// removed on purpose count as the oldest.
    pub fn count_beyond(&mut self, key: &FeedKey, time: Timestamp, newer: bool) -> Result<u64, StoreError> {
        let count = || {
            let Some(feed) = find(&self.conn, key)? else { return Ok(0) };
            let (low, high) = if newer {
                (RowId::floor(time.plus_millis(1)).0, i64::MAX)
            } else {
                (i64::MIN, RowId::floor(time).0 - 1)
            };
            self.conn
                .prepare_cached(
                    "SELECT ifnull(sum(count), 0) FROM event INDEXED BY event_feed
                     WHERE feed = ?1 AND row BETWEEN ?2 AND ?3 AND gone_at IS NULL",
                )?
                .query_one([feed.key, low, high], |row| unsigned(row, 0))
                .map(|count| if newer { count } else { count.saturating_add(feed.state.removed) })
        };
        count().map_err(self.explain())
    }

    /// How many events of a source are in the cache, all feeds and scopes together.
    pub fn count_source(&mut self, source: &str) -> Result<u64, StoreError> {
        self.conn
            .prepare_cached(
                "SELECT ifnull(sum(events), 0) FROM feed JOIN source USING (source) WHERE name = ?1",
            )
            .and_then(|mut select| select.query_one([source], |row| unsigned(row, 0)))
            .map_err(self.explain())
    }

    /// Before this time no request may be sent to the source, whichever program asks.
    pub fn next_allowed_at(&mut self, source: &str) -> Result<Option<Timestamp>, StoreError> {
        self.conn
            .prepare_cached("SELECT next_allowed_at FROM source WHERE name = ?1")
            .and_then(|mut select| select.query_one([source], |row| time(row, 0)).optional())
            .map(Option::flatten)
            .map_err(self.explain())
    }

    /// Remembers that no request may be sent to the source before `until`; an earlier time than the one
    /// that is remembered changes nothing.
    pub fn hold_source(&mut self, source: &str, until: Timestamp) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.prepare_cached(
                "INSERT INTO source (name, next_allowed_at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE
                 SET next_allowed_at = excluded.next_allowed_at
                 WHERE next_allowed_at IS NULL OR next_allowed_at < excluded.next_allowed_at",
            )?
            .execute(params![source, until.millis()])
            .map(drop)
        })
    }

    /// Remembers how a sync of a source ended: the time if it was complete (by the local clock, else the
    /// earlier one stays) and what went wrong, if anything did.
    pub fn save_outcome(
        &mut self,
        source: &str,
        complete_at: Option<Timestamp>,
        fault: Option<&Fault>,
    ) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.prepare_cached(
                "INSERT INTO source (name, last_sync, fault) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE
                 SET last_sync = ifnull(excluded.last_sync, last_sync), fault = excluded.fault",
            )?
            .execute(params![source, complete_at.map(Timestamp::millis), fault.map(fault_to_json)])
            .map(drop)
        })
    }

    /// Every source that the cache knows, by name.
    pub fn sources_summary(&mut self) -> Result<Vec<SourceSummary>, StoreError> {
        summary(&self.conn).map_err(self.explain())
    }
}

/// A row of `feed`.
pub(super) struct Feed {
    pub(super) key: i64,
    pub(super) source: i64,
    pub(super) quarantined: u64,
    pub(super) state: FeedState,
    events: u64,
    scope_name: Option<String>,
}

pub(super) fn find(conn: &Connection, key: &FeedKey) -> rusqlite::Result<Option<Feed>> {
    let found = conn
        .prepare_cached(
            "SELECT feed, source, events, quarantined, scope_name,
                generation, ascending, mixed, lateness, resume_below, resume_at, last_total, last_sync, checked
         FROM feed WHERE source = (SELECT source FROM source WHERE name = ?1) AND profile = ?2
              AND ifnull(scope, 0) = ifnull(?3, 0)",
    )?
    .query_one(params![key.source, key.feed, key.scope_id()], |row| {
        Ok(Feed {
            key: row.get(0)?,
            source: row.get(1)?,
            events: unsigned(row, 2)?,
            quarantined: unsigned(row, 3)?,
            scope_name: row.get(4)?,
            state: state_at(row, 5)?,
        })
    })
    .optional()?;
    found
        .map(|mut feed| {
            feed.state.ledger = ledger::read(conn, feed.key)?;
            feed.state.removed = prune::removed(conn, feed.key)?;
            Ok(feed)
        })
        .transpose()
}

/// The number of a feed.
pub(super) fn key_of(conn: &Connection, key: &FeedKey) -> rusqlite::Result<Option<i64>> {
    Ok(find(conn, key)?.map(|feed| feed.key))
}

/// The number of the feed that `key` stands in for, if that was ever read.
pub(super) fn proper(conn: &Connection, key: &FeedKey) -> rusqlite::Result<Option<i64>> {
    let Some(feed) = &key.proper else { return Ok(None) };
    let proper = FeedKey { feed: Arc::clone(feed), proper: None, ..key.clone() };
    Ok(find(conn, &proper)?.map(|feed| feed.key))
}

/// The row of a feed, made if it is not there; the newest name of its scope is kept. Inside a transaction.
pub(super) fn find_or_make(conn: &Connection, key: &FeedKey) -> rusqlite::Result<Feed> {
    let name = key.scope.as_ref().and_then(|scope| scope.name.as_deref());
    if let Some(feed) = find(conn, key)? {
        if name.is_some() && name != feed.scope_name.as_deref() {
            conn.execute("UPDATE feed SET scope_name = ?2 WHERE feed = ?1", params![feed.key, name])?;
        }
        return Ok(feed);
    }
    conn.execute("INSERT INTO source (name) VALUES (?1) ON CONFLICT DO NOTHING", [&*key.source])?;
    conn.execute(
        "INSERT INTO feed (source, profile, scope, scope_name)
         SELECT source, ?2, ?3, ?4 FROM source WHERE name = ?1",
        params![key.source, key.feed, key.scope_id(), name],
    )?;
    find(conn, key)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// Writes down what an answer taught about `feed`, unless claims that it may rest on were taken back since.
/// Gives the state that is in the cache now, and whether that happened. Inside a transaction.
pub(super) fn learn(
    conn: &Connection,
    feed: &Feed,
    learned: &Learned,
    lateness: i64,
) -> rusqlite::Result<(FeedState, bool)> {
    let mut state = feed.state.clone();
    if learned.generation.is_some_and(|generation| generation != state.generation) {
        return Ok((state, true));
    }
    if learned.mixed && !state.mixed {
        let (generation, removed) = (state.generation + 1, state.removed);
        let kept = state.ledger.kept_from();
        state = FeedState { generation, mixed: true, removed, ..FeedState::default() };
        if let Some(kept) = kept {
            state.ledger.keep_from(kept);
        }
    }
    if let Some(span) = learned.forget {
        state.ledger.forget(span);
        state.generation += 1;
    }
    learned.segments.iter().for_each(|segment| state.ledger.add(*segment));
    learned.notes.iter().for_each(|note| state.ledger.note(*note));
    state.checked = learned.checked.max(state.checked).or(state.ledger.top());
    state.ascending = learned.ascending.or(state.ascending);
    state.lateness = state.lateness.max(lateness);
    state.last_total = learned.total.map(|total| total.min(i64::MAX as u64)).or(state.last_total);
    if let Some(resume) = &learned.resume {
        state.resume.clone_from(resume);
    }
    state.last_sync = learned.synced_at.or(state.last_sync);
    if state == feed.state {
        return Ok((state, false));
    }
    if state.ledger != feed.state.ledger {
        ledger::write(conn, feed.key, &state.ledger)?;
    }
    conn.prepare_cached(
        "UPDATE feed SET generation = ?2, ascending = ?3, mixed = ?4, lateness = ?5, resume_below = ?6,
             resume_at = ?7, last_total = ?8, last_sync = ?9, checked = ?10
         WHERE feed = ?1",
    )?
    .execute(params![
        feed.key,
        signed(state.generation),
        state.ascending,
        state.mixed,
        state.lateness,
        state.resume.as_ref().map(|resume| resume.below.millis()),
        state.resume.as_ref().map(|resume| &resume.place),
        state.last_total.map(signed),
        state.last_sync.map(Timestamp::millis),
        state.checked.map(Timestamp::millis),
    ])?;
    Ok((state, false))
}

/// The state of a feed, but for its ledger and what was removed of it.
fn state_at(row: &Row<'_>, first: usize) -> rusqlite::Result<FeedState> {
    let (below, place) = (time(row, first + 4)?, row.get::<_, Option<String>>(first + 5)?);
    Ok(FeedState {
        generation: unsigned(row, first)?,
        ledger: Ledger::default(),
        ascending: row.get(first + 1)?,
        mixed: row.get(first + 2)?,
        lateness: row.get(first + 3)?,
        resume: below.zip(place).map(|(below, place)| Resume { below, place }),
        last_total: row.get::<_, Option<i64>>(first + 6)?.map(|total| total.max(0) as u64),
        last_sync: time(row, first + 7)?,
        checked: time(row, first + 8)?,
        removed: 0,
    })
}

/// A count or a number as SQLite holds it; the server's claims may be beyond what fits.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

fn summary(conn: &Connection) -> rusqlite::Result<Vec<SourceSummary>> {
    let mut feeds = conn.prepare_cached(
        "SELECT profile, scope, scope_name, events, quarantined,
                generation, ascending, mixed, lateness, resume_below, resume_at, last_total, last_sync, checked, feed
         FROM feed WHERE source = ?1 ORDER BY profile, scope",
    )?;
    let mut sources = conn.prepare_cached(
        "SELECT source, name, next_allowed_at, last_sync, fault, note
             FROM source LEFT JOIN source_note USING (source) ORDER BY name",
    )?;
    let mut rows = sources.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let name: Arc<str> = row.get(1)?;
        let broken = links::broken(conn, row.get(0)?)?;
        let feeds: Vec<FeedSummary> = feeds
            .query_map([row.get::<_, i64>(0)?], |row| {
                let mut key = FeedKey::new(Arc::clone(&name), row.get::<_, String>(0)?);
                if let Some(scope) = row.get::<_, Option<String>>(1)? {
                    key = key.in_scope(scope, row.get::<_, Option<String>>(2)?.as_deref());
                }
                Ok(FeedSummary {
                    key,
                    events: unsigned(row, 3)?,
                    quarantined: unsigned(row, 4)?,
                    audited_at: audited::read(conn, row.get(14)?)?.map(|audited| audited.at),
                    state: FeedState {
                        ledger: ledger::read(conn, row.get(14)?)?,
                        removed: prune::removed(conn, row.get(14)?)?,
                        ..state_at(row, 5)?
                    },
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        all.push(SourceSummary {
            events: feeds.iter().fold(0, |all, feed| feed.events.saturating_add(all)),
            quarantined: feeds.iter().fold(0, |all, feed| feed.quarantined.saturating_add(all)),
            broken: u64::try_from(broken).unwrap_or_default(),
            note: row.get(5)?,
            next_allowed_at: time(row, 2)?,
            last_sync: time(row, 3)?,
            fault: row.get::<_, Option<String>>(4)?.as_deref().and_then(fault_from_json),
            name,
            feeds,
        });
    }
    Ok(all)
}

/// The words for the kinds of fault in the column `source.fault`.
const FAULT_WORDS: &[(FaultKind, &str)] = &[
    (FaultKind::SignIn, "sign_in"),
    (FaultKind::Forbidden, "forbidden"),
    (FaultKind::Configuration, "configuration"),
    (FaultKind::RateLimited, "rate_limited"),
    (FaultKind::Network, "network"),
    (FaultKind::Server, "server"),
    (FaultKind::Shape, "shape"),
    (FaultKind::Store, "store"),
];

fn fault_to_json(fault: &Fault) -> String {
    let kind = FAULT_WORDS.iter().find(|(kind, _)| *kind == fault.kind).map(|(_, word)| *word);
    json!({
        "kind": kind,
        "message": fault.message,
        "fix": fault.fix,
        "http_status": fault.http_status,
        "request_id": fault.request_id,
        "at": fault.at.millis(),
    })
    .to_string()
}

/// A fault that a newer program wrote in another way is as good as none: it only informs.
fn fault_from_json(text: &str) -> Option<Fault> {
    let fault: Value = serde_json::from_str(text).ok()?;
    let text = |key: &str| fault[key].as_str().map(str::to_owned);
    Some(Fault {
        kind: FAULT_WORDS.iter().find(|(_, word)| fault["kind"] == *word)?.0,
        message: text("message")?,
        fix: text("fix")?,
        http_status: fault["http_status"].as_u64().and_then(|status| u16::try_from(status).ok()),
        request_id: text("request_id"),
        at: Timestamp::from_millis(fault["at"].as_i64()?),
    })
}
