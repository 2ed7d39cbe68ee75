//! What the tests of this room share.

mod damage;
mod links;
mod opening;
mod packing;
mod pages;
mod pruning;
mod purging;
mod reading;
mod sealing;
mod sharing;

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{Db, FeedKey, FeedState, Learned, Store, StoreError, Written, body};
use crate::domain::{
    Action, Actor, ActorKind, Change, Detail, Entity, Event, Fact, FeedNames, Identity, IndexRow, Op, Parts,
    Quarantined, Record, RowId, Segment, Status, Stretch, Timestamp, Wanted,
};
use crate::query::fingerprint;

/// 2026-03-20T09:46:40Z.
const T0: i64 = 1_774_000_000_000;

/// A cache in a directory that goes when the test ends.
struct Cache {
    directory: TempDir,
    store: Store,
}

impl Cache {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory.path().join("cache.db"));
        Self { directory, store }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("cache.db")
    }

    fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<R, StoreError> + Send + 'static,
    ) -> R {
        self.store.run_blocking(work).unwrap()
    }

    fn write(&self, key: &FeedKey, records: &[Record]) -> Written {
        self.write_at(key, records, T0)
    }

    /// Brings a page in that leaves the state of the walk as it is.
    fn write_at(&self, key: &FeedKey, records: &[Record], seen_at: i64) -> Written {
        let (key, records) = (key.clone(), records.to_vec());
        self.run(move |db| {
            db.write_page(&key, &records, &[], &Learned::default(), Timestamp::from_millis(seen_at))
        })
    }

    /// Every event, newest first.
    fn all(&self) -> Vec<Event> {
        self.run(|db| {
            let rows: Vec<RowId> = db
                .conn
                .prepare("SELECT row FROM event ORDER BY row DESC")
                .and_then(|mut select| select.query_map([], |row| row.get(0).map(RowId))?.collect())
                .map_err(db.explain())?;
            db.events(&rows)
        })
    }

    /// Makes it a file that has been through `version` migrations only, as far as its tables go.
    fn go_back_to(&self, version: usize) {
        let old = rusqlite::Connection::open_in_memory().unwrap();
        old.execute_batch(&crate::store::schema::CACHE.migrations[..version].concat()).unwrap();
        let is_old = |table: &&&str| old.table_exists(None, **table).unwrap();
        let newer = crate::store::schema::CACHE.tables.iter().filter(|table| !is_old(table));
        let drops: Vec<String> = newer.map(|table| format!("DROP TABLE {table};")).collect();
        let columns = if version < BEFORE_LEDGER { WITHOUT_LEDGER } else { "" };
        let sql = format!("{} {columns} PRAGMA user_version = {version}", drops.concat());
        self.run(move |db| db.conn.execute_batch(&sql).map_err(db.explain()));
    }

    /// Keeps bodies as the first version of this program did.
    fn unpack_all(&self) {
        self.run(|db| {
            db.change_with(|tx, dictionaries| {
                let mut select = tx.prepare("SELECT row FROM packed")?;
                let rows: Vec<i64> =
                    select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                for row in rows {
                    let body = body::get(tx, &mut dictionaries.codebooks, row)?.unwrap();
                    let (native, texts) = body.into_parts();
                    let [raw, identity, error, summary, ai_summary, changes, refused, url, facts, _] = texts;
                    tx.execute(
                        "INSERT INTO body (row, raw, native, identity, error, summary, ai_summary, changes,
                             refused, url, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                        rusqlite::params![
                            row, raw, native, identity, error, summary, ai_summary, changes, refused, url,
                            facts
                        ],
                    )?;
                }
                tx.execute_batch("DELETE FROM packed; DELETE FROM codebook")
            })?;
            db.dictionaries.forget();
            Ok(())
        });
    }

    /// One number out of the tables.
    fn ask(&self, sql: &'static str) -> i64 {
        self.run(move |db| db.conn.query_row(sql, [], |row| row.get(0)).map_err(db.explain()))
    }
}

/// The first schema with a ledger comes after this one.
const BEFORE_LEDGER: usize = 5;

/// Takes away what the ledger added to older tables, and lets the walk over every feed have reached its end.
const WITHOUT_LEDGER: &str = "
    DROP INDEX event_feed;
    ALTER TABLE event DROP COLUMN gone_at;
    ALTER TABLE feed DROP COLUMN ascending;
    ALTER TABLE feed DROP COLUMN mixed;
    ALTER TABLE feed DROP COLUMN lateness;
    ALTER TABLE feed DROP COLUMN checked;
    ALTER TABLE feed DROP COLUMN resume_below;
    ALTER TABLE feed DROP COLUMN resume_at;
    ALTER TABLE feed ADD COLUMN complete_to_floor INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE feed ADD COLUMN top INTEGER;
    UPDATE feed SET complete_to_floor = 1, top = 5, last_total = 2;
";

/// What a row for the columns says, with what its numbers stand for.
#[derive(Debug, PartialEq)]
struct Told {
    row: RowId,
    time: Timestamp,
    names: FeedNames,
    entity: Entity,
    actor: Actor,
    action: Action,
    raw_action: Option<String>,
    set: u32,
    status: Status,
    parts: Parts,
}

impl Told {
    fn of(event: &Event) -> Self {
        let record = &event.record;
        let (source, feed, scope) = (event.source.clone(), event.feed.clone(), event.scope.clone());
        Self {
            row: event.row,
            time: record.time,
            names: FeedNames { source, feed, scope },
            entity: record.entity.clone(),
            actor: record.actor.clone(),
            action: record.action.clone(),
            raw_action: record.raw_action.clone(),
            set: record.set.as_deref().map_or(0, fingerprint),
            status: record.status,
            parts: Parts::of(record),
        }
    }
}

fn meaning<T: Clone>(of: &[(u32, T)], number: u32) -> Option<T> {
    of.iter().find(|(it, _)| *it == number).map(|(_, meaning)| meaning.clone())
}

impl Cache {
    /// What rows for the columns say, told by the numbers alone.
    fn told(&self, rows: &[IndexRow]) -> Vec<Told> {
        let words = rows.iter().flat_map(|row| [row.action, row.raw_action]).filter(|word| *word != 0);
        let wanted = Wanted { words: words.collect(), ..Wanted::default() };
        let all = self.run(move |db| db.vocabulary(&wanted));
        let told = rows.iter().map(|row| Told {
            row: row.row,
            time: row.time.unwrap_or(row.row.time()),
            names: meaning(&all.feeds, row.feed).unwrap(),
            entity: meaning(&all.entities, row.entity).unwrap(),
            actor: meaning(&all.actors, row.actor).unwrap(),
            action: Action::from_word(&meaning(&all.words, row.action).unwrap()),
            raw_action: meaning(&all.words, row.raw_action).map(|word| word.to_string()),
            set: row.set,
            status: row.marks.status(),
            // What became of a record is not in the record.
            parts: Parts::from_bits(row.marks.parts().bits() & !(Parts::EDITED.bits() | Parts::GONE.bits())),
        });
        told.collect()
    }

    /// What the rows of every event should say, newest first.
    fn to_be_told(&self) -> Vec<Told> {
        self.all().iter().map(Told::of).collect()
    }
}

/// Opens a cache that is expected to give no notice.
fn open(path: &Path) -> Store {
    let (store, notices) = Store::open(path).unwrap();
    assert_eq!(notices, []);
    store
}

fn feed() -> FeedKey {
    FeedKey::new("prod", "kaireonai")
}

/// A record with an id and nothing that is not needed.
fn record(id: &str, time: i64) -> Record {
    Record {
        action: Action::Update,
        entity: Entity { kind: Some("flow".into()), id: Some("f1".into()), name: Some("Next best".into()) },
        actor: Actor { kind: ActorKind::User, id: None, name: Some("ada@example.com".into()) },
        status: Status::Success,
        raw: format!(r#"{{"id":"{id}","at":{time}}}"#).into(),
        ..Record::bare(Identity::Native(id.to_owned()), Timestamp::from_millis(time))
    }
}

/// A record with something in every field.
fn full_record(id: &str, time: i64) -> Record {
    Record {
        raw_action: Some("ROLLED_BACK".into()),
        action: Action::Rollback,
        status: Status::Failed,
        error: Some("it broke".into()),
        summary: Some("Rolled back".into()),
        ai_summary: Some("The model says so".into()),
        changes: vec![
            Change { path: "a".into(), op: Op::Add, before: None, after: Some(json!(null)) },
            Change {
                path: "b[x].c".into(),
                op: Op::Replace,
                before: Some(json!(1.5)),
                after: Some(json!("é")),
            },
            Change { path: "d".into(), op: Op::Remove, before: Some(json!({"z": 1, "a": []})), after: None },
            Change { path: "e".into(), op: Op::Set, before: None, after: None },
            Change { path: String::new(), op: Op::Move, before: Some(json!(1)), after: Some(json!(1)) },
        ],
        detail: Detail::Refused("403: not yours".into()),
        set: Some("set-1".into()),
        url: Some("https://example.com/e".into()),
        facts: vec![Fact { name: "version".into(), value: String::new() }],
        ..record(id, time)
    }
}

/// A record without an id, known by `content`.
/// What a second request may say: that there is nothing more.
fn fetched() -> Record {
    Record { detail: Detail::Fetched, ..record("", T0) }
}

fn nameless(content: &str, time: i64) -> Record {
    Record { identity: Identity::Content(content.to_owned()), raw: content.into(), ..record(content, time) }
}

fn unreadable(raw: &str) -> Quarantined {
    Quarantined { raw: raw.into(), reason: "it has no time".into() }
}

/// Files in the directory whose names have `part`.
fn files(directory: &TempDir, part: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(part))
        .collect();
    names.sort();
    names
}

/// An answer that proves everything between two times.
fn proves(lo: i64, hi: i64) -> Learned {
    let span = Stretch { lo: Timestamp::from_millis(lo), hi: Timestamp::from_millis(hi) };
    Learned {
        generation: Some(0),
        segments: vec![Segment { span, verified_at: None, floor: false }],
        ..Learned::default()
    }
}
