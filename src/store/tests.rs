//! What the tests of this room share.

mod damage;
mod links;
mod opening;
mod pages;
mod reading;
mod sharing;

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{Db, FeedKey, FeedState, Learned, Store, StoreError, Written};
use crate::domain::{
    Action, Actor, ActorKind, Change, Detail, Entity, Event, Fact, Identity, Op, Quarantined, Record,
    Segment, Span, Status, Timestamp,
};

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
            let rows: Vec<_> = db.index_rows(None, usize::MAX)?.iter().map(|row| row.row).collect();
            db.events(&rows)
        })
    }

    /// One number out of the tables.
    fn ask(&self, sql: &'static str) -> i64 {
        self.run(move |db| db.conn.query_row(sql, [], |row| row.get(0)).map_err(db.explain()))
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
    let span = Span { lo: Timestamp::from_millis(lo), hi: Timestamp::from_millis(hi) };
    Learned {
        generation: Some(0),
        segments: vec![Segment { span, verified_at: None, floor: false }],
        ..Learned::default()
    }
}
