//! How a record stands in the columns of `event` and `body`, and how it is read back.

use rusqlite::Row;
use rusqlite::types::Type;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::domain::{
    Action, ActorKind, Change, Detail, Fact, Identity, Op, Parts, Record, Status, Timestamp,
};

/// The first 16 bytes of a SHA-256.
pub(super) type Digest16 = [u8; 16];

/// What a record becomes on disk, without the keys that only the tables know.
pub(super) struct Encoded {
    pub(super) digest: Digest16,
    pub(super) parts: Parts,
    pub(super) changes: Option<String>,
    pub(super) detail: i64,
    pub(super) refused: Option<String>,
    pub(super) facts: Option<String>,
    pub(super) documents: Option<Box<str>>,
}

impl Encoded {
    /// Encodes `record`, as read by the profile `feed`.
    pub(super) fn of(record: &Record, feed: &str) -> Self {
        let changes = changes_to_json(&record.changes);
        let facts = facts_to_json(&record.facts);
        let (detail, refused) = detail_code(&record.detail);
        Self {
            digest: digest(record, feed, changes.as_deref(), facts.as_deref()),
            parts: Parts::of(record),
            changes,
            detail,
            refused: refused.map(str::to_owned),
            facts,
            documents: record.documents.clone(),
        }
    }
}

/// A digest over all that the feed said and all that the profile made of it: a new version of a profile
/// changes rows as well as a changed record does.
fn digest(record: &Record, feed: &str, changes: Option<&str>, facts: Option<&str>) -> Digest16 {
    let time = record.time.millis().to_string();
    let (detail, refused) = detail_code(&record.detail);
    let mut hash = Sha256::new();
    for part in [
        Some(&*record.raw),
        Some(feed),
        Some(&time),
        Some(action_word(&record.action)),
        record.raw_action.as_deref(),
        record.entity.kind.as_deref(),
        record.entity.id.as_deref(),
        record.entity.name.as_deref(),
        Some(record.actor.kind.word()),
        record.actor.id.as_deref(),
        record.actor.name.as_deref(),
        Some(record.status.word()),
        record.error.as_deref(),
        record.summary.as_deref(),
        record.ai_summary.as_deref(),
        changes,
        refused,
        record.set.as_deref(),
        record.url.as_deref(),
        facts,
    ] {
        // The length keeps parts apart, and an absent one from an empty one.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.update([detail as u8]);
    first_16(&hash.finalize())
}

/// A digest over some bytes.
pub(super) fn digest_of(bytes: &[u8]) -> Digest16 {
    first_16(&Sha256::digest(bytes))
}

fn first_16(bytes: &[u8]) -> Digest16 {
    let mut first = [0; 16];
    first.copy_from_slice(&bytes[..16]);
    first
}

/// A column holds what this program would not have written.
pub(super) fn damaged(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}

/// The key of an entry in a dictionary, as the columns in memory hold it.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u32> {
    let key: i64 = row.get(column)?;
    u32::try_from(key).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, key))
}

/// The word of an action in the store; unlike [`Action::word`] it tells "unknown" from no word at all.
pub(super) fn action_word(action: &Action) -> &str {
    if *action == Action::Unknown { "" } else { action.word() }
}

/// The numbers in the column `event.status`. Entries are only ever added, at the end.
const STATUSES: &[Status] = &[Status::Success, Status::Failed, Status::Unknown];

/// The numbers in the column `actor.kind`. Entries are only ever added, at the end.
const ACTOR_KINDS: &[ActorKind] = &[ActorKind::User, ActorKind::Key, ActorKind::System, ActorKind::Unknown];

pub(super) fn status_code(status: Status) -> i64 {
    code(STATUSES, &status)
}

pub(super) fn status(row: &Row<'_>, column: usize) -> rusqlite::Result<Status> {
    decode(STATUSES, row, column)
}

pub(super) fn actor_kind_code(kind: ActorKind) -> i64 {
    code(ACTOR_KINDS, &kind)
}

pub(super) fn actor_kind(row: &Row<'_>, column: usize) -> rusqlite::Result<ActorKind> {
    decode(ACTOR_KINDS, row, column)
}

fn code<T: PartialEq>(all: &[T], value: &T) -> i64 {
    all.iter().position(|one| one == value).map_or(-1, |at| at as i64)
}

fn decode<T: Copy>(all: &[T], row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let code: i64 = row.get(column)?;
    usize::try_from(code)
        .ok()
        .and_then(|at| all.get(at).copied())
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(column, code))
}

/// The number for what is known of a second request, and why it was refused.
pub(super) fn detail_code(detail: &Detail) -> (i64, Option<&str>) {
    match detail {
        Detail::Nothing => (0, None),
        Detail::Available => (1, None),
        Detail::Fetched => (2, None),
        Detail::Refused(why) => (3, Some(why)),
    }
}

pub(super) fn detail(row: &Row<'_>, code: usize, refused: Option<String>) -> rusqlite::Result<Detail> {
    Ok(match row.get(code)? {
        0 => Detail::Nothing,
        1 => Detail::Available,
        2 => Detail::Fetched,
        3 => Detail::Refused(refused.unwrap_or_default()),
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(code, other)),
    })
}

/// The identity in two columns: whether it is native, and its text unless that is `raw`.
pub(super) fn identity_columns(record: &Record) -> (bool, Option<&str>) {
    match &record.identity {
        Identity::Native(id) => (true, Some(id)),
        Identity::Content(content) => (false, (**content != *record.raw).then_some(content)),
    }
}

pub(super) fn identity(native: bool, text: Option<String>, raw: &str) -> Identity {
    let text = text.unwrap_or_else(|| raw.to_owned());
    if native { Identity::Native(text) } else { Identity::Content(text) }
}

/// A change on disk. Values stay unparsed at first: they are as deep as a reader of JSON allows, and
/// inside this they would be deeper.
#[derive(Serialize, Deserialize)]
struct StoredChange<'a> {
    path: String,
    op: String,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    before: Option<&'a RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    after: Option<&'a RawValue>,
}

/// A value that is there is `Some`, even when it is null.
fn there<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(value).map(Some)
}

/// The changes as JSON; nothing where there are none.
pub(super) fn changes_to_json(changes: &[Change]) -> Option<String> {
    #[derive(Serialize)]
    struct Written<'a> {
        path: &'a str,
        op: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<&'a Value>,
    }
    if changes.is_empty() {
        return None;
    }
    let changes: Vec<Written<'_>> = changes
        .iter()
        .map(|change| Written {
            path: &change.path,
            op: change.op.word(),
            before: change.before.as_ref(),
            after: change.after.as_ref(),
        })
        .collect();
    // Text keys and plain values: there is nothing in it that could fail.
    serde_json::to_string(&changes).ok()
}

pub(super) fn changes(text: Option<&str>) -> rusqlite::Result<Vec<Change>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let wrong = |error: serde_json::Error| damaged(0, &error.to_string());
    let parse = |value: Option<&RawValue>| -> rusqlite::Result<Option<Value>> {
        value.map(|value| serde_json::from_str(value.get())).transpose().map_err(wrong)
    };
    let stored: Vec<StoredChange<'_>> = serde_json::from_str(text).map_err(wrong)?;
    stored
        .into_iter()
        .map(|change| {
            Ok(Change {
                path: change.path,
                op: Op::from_word(&change.op).ok_or_else(|| damaged(0, "no such operation"))?,
                before: parse(change.before)?,
                after: parse(change.after)?,
            })
        })
        .collect()
}

fn facts_to_json(facts: &[Fact]) -> Option<String> {
    if facts.is_empty() {
        return None;
    }
    let facts: Vec<(&str, &str)> = facts.iter().map(|fact| (&*fact.name, &*fact.value)).collect();
    serde_json::to_string(&facts).ok()
}

pub(super) fn facts(text: Option<&str>) -> rusqlite::Result<Vec<Fact>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let facts: Vec<(String, String)> =
        serde_json::from_str(text).map_err(|error| damaged(0, &error.to_string()))?;
    Ok(facts.into_iter().map(|(name, value)| Fact { name, value }).collect())
}

/// The exact time, where the place in time order does not tell it.
pub(super) fn time_column(record: Timestamp, row: crate::domain::RowId) -> Option<i64> {
    (row.time() != record).then_some(record.millis())
}
