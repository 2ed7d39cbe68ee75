//! The database of what the user made: views, lines typed before, bookmarks, notes, and how far they read.
//!
//! Small, and not to be had again: every change waits for the disk. Nothing here points into the cache but
//! by names that outlive it, so a cache that is begun anew costs the user nothing. Two programs may write at
//! once; each change is one transaction and says what is so from then on, so the later one holds.

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::Handle;
use super::database::{self, Database, FileId, Kind, Opened};
use super::error::StoreError;
use crate::domain::{Entity, EventId, LINES, RowId, Timestamp, UserChange, UserData, View};

/// A handle on the user's own data.
pub type UserStore = Handle<UserDb>;

/// What went wrong with the user's own data, told by what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDataError(pub StoreError);

impl std::error::Error for UserDataError {}

impl fmt::Display for UserDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ELSEWHERE: &str = "choose another place with `--data-dir`";
        let noun = USER.noun;
        match &self.0 {
            StoreError::Locked { path } => {
                write!(
                    f,
                    "{noun} `{}` is locked by another program: try again when it is done",
                    path.display()
                )
            }
            StoreError::DiskFull { path } => {
                write!(
                    f,
                    "there is no room on the disk for {noun} `{}`: nothing was lost, make room",
                    path.display()
                )
            }
            StoreError::Corrupt { path, what, aside } => {
                write!(f, "{noun} `{}` is damaged ({what}): ", path.display())?;
                match aside {
                    Some(aside) => {
                        write!(
                            f,
                            "it was moved to `{}` and a new one was begun{}",
                            aside.display(),
                            USER.after_damage
                        )
                    }
                    None => f.write_str("start again to begin a new one"),
                }
            }
            StoreError::ReadOnly { path } => {
                write!(f, "{noun} `{}` cannot be written: make it writable, or {ELSEWHERE}", path.display())
            }
            StoreError::Newer { path, found, known } => write!(
                f,
                "{noun} `{}` was written by a newer Backtrail (schema {found}, this one knows {known}): update \
                 Backtrail, or {ELSEWHERE}",
                path.display()
            ),
            StoreError::Denied { path, why } => {
                write!(f, "cannot keep {noun} at `{}`: {why}; {ELSEWHERE}", path.display())
            }
            StoreError::Other { path, what } => {
                write!(
                    f,
                    "{noun} `{}` failed: {what}; start again, and report it if it stays",
                    path.display()
                )
            }
        }
    }
}

/// The user's own data, open. Only the thread behind a [`UserStore`] ever holds one.
#[derive(Debug)]
pub struct UserDb {
    conn: Connection,
    path: PathBuf,
    file: FileId,
}

const USER: Kind = Kind {
    noun: "the file of your views and notes",
    after_damage: ": what you saved is in the one that was moved",
    thread: "user data",
    // `BTRU` in ASCII.
    application_id: 0x4254_5255,
    migrations: MIGRATIONS,
    tables: TABLES,
    synchronous: "full",
};

const TABLES: &[&str] = &["view", "setting", "line", "bookmark", "note", "watch"];

const MIGRATIONS: &[&str] = &["
PRAGMA application_id = 0x42545255;

CREATE TABLE view (
    view    INTEGER PRIMARY KEY,
    place   INTEGER NOT NULL,           -- the order of the tabs
    name    TEXT NOT NULL UNIQUE,
    query   TEXT NOT NULL,
    read_to INTEGER                     -- the newest event seen under it: time in ms << 18 | tie breaker
) STRICT;

-- The view to begin with, and how far was read among all events.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE line (
    text TEXT PRIMARY KEY,
    used INTEGER NOT NULL               -- counts up; the latest has the greatest
) STRICT, WITHOUT ROWID;

CREATE TABLE bookmark (
    id   BLOB PRIMARY KEY,              -- 10 bytes, the name of an event in every cache
    made INTEGER NOT NULL               -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
    id      BLOB PRIMARY KEY,
    text    TEXT NOT NULL,
    written INTEGER NOT NULL            -- ms
) STRICT, WITHOUT ROWID;

CREATE TABLE watch (
    source TEXT NOT NULL,
    kind   TEXT,
    id     TEXT,
    name   TEXT,
    since  INTEGER NOT NULL             -- ms
) STRICT;
-- NULLs count as different in a plain unique index; the number 0 differs from every text.
CREATE UNIQUE INDEX watch_key ON watch (source, ifnull(kind, 0), ifnull(id, 0), ifnull(name, 0));
"];

impl UserDb {
    /// All of it.
    pub fn load(&mut self) -> Result<UserData, StoreError> {
        load(&self.conn).map_err(|error| StoreError::from_sqlite(&self.path, &error))
    }

    /// Keeps what the user did, at the time `now` of the local clock.
    pub fn keep(&mut self, change: &UserChange, now: Timestamp) -> Result<(), StoreError> {
        let done = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|tx| {
            keep(&tx, change, now.millis())?;
            tx.commit()
        });
        done.map_err(|error| StoreError::from_sqlite(&self.path, &error))
    }
}

impl Database for UserDb {
    const KIND: &'static Kind = &USER;

    fn over(Opened { conn, path, file }: Opened) -> Self {
        Self { conn, path, file }
    }

    fn conn(&self) -> &Connection {
        &self.conn
    }

    fn conn_mut(&mut self) -> &mut Connection {
        &mut self.conn
    }

    fn place(&self) -> (&Path, FileId) {
        (&self.path, self.file)
    }
}

impl Drop for UserDb {
    fn drop(&mut self) {
        database::close(self);
    }
}

fn load(conn: &Connection) -> rusqlite::Result<UserData> {
    let setting = |name: &str| {
        conn.prepare_cached("SELECT value FROM setting WHERE name = ?1").and_then(|mut select| {
            select.query_one([name], |row| row.get::<_, rusqlite::types::Value>(0)).optional()
        })
    };
    let views = conn
        .prepare_cached("SELECT name, query, read_to FROM view ORDER BY place, view")?
        .query_map([], |row| {
            let read_to: Option<i64> = row.get(2)?;
            Ok(View { name: row.get(0)?, query: row.get(1)?, read_to: read_to.map(RowId) })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let default = match setting("begin-with")? {
        Some(rusqlite::types::Value::Text(name)) => {
            views.iter().any(|view| view.name == name).then_some(name)
        }
        _ => None,
    };
    let read_to = match setting("read-to")? {
        Some(rusqlite::types::Value::Integer(row)) => Some(RowId(row)),
        _ => None,
    };
    Ok(UserData {
        views,
        default,
        read_to,
        lines: all(conn, "SELECT text FROM line ORDER BY used DESC", |row| row.get(0))?,
        bookmarks: all(conn, "SELECT id FROM bookmark ORDER BY made DESC", |row| Ok(EventId(row.get(0)?)))?,
        notes: all(conn, "SELECT id, text FROM note ORDER BY written DESC", |row| {
            Ok((EventId(row.get(0)?), row.get(1)?))
        })?,
        paused: all(
            conn,
            "SELECT substr(name, 8) FROM setting WHERE name GLOB 'paused:*' ORDER BY name",
            |row| row.get::<_, String>(0).map(Into::into),
        )?,
        watched: all(conn, "SELECT source, kind, id, name FROM watch ORDER BY since DESC", |row| {
            let source: String = row.get(0)?;
            Ok((source.into(), Entity { kind: row.get(1)?, id: row.get(2)?, name: row.get(3)? }))
        })?,
    })
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached(sql)?.query_map([], read)?.collect()
}

fn keep(tx: &Transaction<'_>, change: &UserChange, now: i64) -> rusqlite::Result<()> {
    match change {
        UserChange::SaveView { name, query } => run(
            tx,
            "INSERT INTO view (place, name, query)
             VALUES ((SELECT ifnull(max(place), 0) + 1 FROM view), ?1, ?2)
             ON CONFLICT (name) DO UPDATE SET query = excluded.query",
            params![name, query],
        ),
        UserChange::RenameView { from, to } => {
            let renamed = tx
                .prepare_cached("UPDATE OR IGNORE view SET name = ?2 WHERE name = ?1")?
                .execute(params![from, to])?;
            if renamed == 0 {
                return Ok(());
            }
            run(
                tx,
                "UPDATE setting SET value = ?2 WHERE name = 'begin-with' AND value = ?1",
                params![from, to],
            )
        }
        UserChange::DropView(name) => {
            run(tx, "DELETE FROM setting WHERE name = 'begin-with' AND value = ?1", params![name])?;
            run(tx, "DELETE FROM view WHERE name = ?1", params![name])
        }
        UserChange::OrderViews(names) => order_views(tx, names),
        UserChange::BeginWith(None) => run(tx, "DELETE FROM setting WHERE name = 'begin-with'", params![]),
        UserChange::BeginWith(Some(name)) => set(tx, "begin-with", name),
        UserChange::Read { view: None, to } => set(tx, "read-to", &to.0),
        UserChange::Read { view: Some(name), to } => {
            run(tx, "UPDATE view SET read_to = ?2 WHERE name = ?1", params![name, to.0])
        }
        UserChange::UseLine(text) => use_line(tx, text),
        UserChange::Bookmark(id, true) => {
            run(tx, "INSERT OR IGNORE INTO bookmark (id, made) VALUES (?1, ?2)", params![id.0, now])
        }
        UserChange::Bookmark(id, false) => run(tx, "DELETE FROM bookmark WHERE id = ?1", params![id.0]),
        UserChange::Note(id, text) if text.is_empty() => {
            run(tx, "DELETE FROM note WHERE id = ?1", params![id.0])
        }
        UserChange::Note(id, text) => run(
            tx,
            "INSERT INTO note (id, text, written) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET text = excluded.text, written = excluded.written",
            params![id.0, text, now],
        ),
        UserChange::Pause { source, on: true } => set(tx, &format!("paused:{source}"), &1),
        UserChange::Pause { source, on: false } => {
            run(tx, "DELETE FROM setting WHERE name = 'paused:' || ?1", params![source])
        }
        UserChange::Watch { source, entity, on } => watch(tx, source, entity, on.then_some(now)),
    }
}

fn order_views(tx: &Transaction<'_>, names: &[String]) -> rusqlite::Result<()> {
    // Those that are not named are behind all that are, in the order they had.
    run(tx, "UPDATE view SET place = place + ?1", params![names.len() as i64])?;
    for (place, name) in names.iter().enumerate() {
        let place = place as i64 - names.len() as i64;
        run(tx, "UPDATE view SET place = ?2 WHERE name = ?1", params![name, place])?;
    }
    run(tx, "UPDATE view SET place = place + ?1", params![names.len() as i64])
}

/// Watches an entity since a moment, or does not any more.
fn watch(tx: &Transaction<'_>, source: &str, entity: &Entity, since: Option<i64>) -> rusqlite::Result<()> {
    let Entity { kind, id, name } = entity;
    // The name may be another one by now; the id is what an entity is known by.
    match since {
        Some(since) => run(
            tx,
            "INSERT INTO watch (source, kind, id, name, since) SELECT ?1, ?2, ?3, ?4, ?5
             WHERE NOT EXISTS (SELECT 1 FROM watch WHERE source = ?1 AND kind IS ?2 AND id IS ?3
                               AND (?3 NOT NULL OR name IS ?4))",
            params![source, kind, id, name, since],
        ),
        None => run(
            tx,
            "DELETE FROM watch WHERE source = ?1 AND kind IS ?2 AND id IS ?3 AND (?3 NOT NULL OR name IS ?4)",
            params![source, kind, id, name],
        ),
    }
}

fn use_line(tx: &Transaction<'_>, text: &str) -> rusqlite::Result<()> {
    run(
        tx,
        "INSERT INTO line (text, used) VALUES (?1, (SELECT ifnull(max(used), 0) + 1 FROM line))
         ON CONFLICT (text) DO UPDATE SET used = excluded.used",
        params![text],
    )?;
    run(
        tx,
        "DELETE FROM line WHERE used <= (SELECT used FROM line ORDER BY used DESC LIMIT 1 OFFSET ?1)",
        params![LINES as i64],
    )
}

fn set(tx: &Transaction<'_>, name: &str, value: &dyn rusqlite::ToSql) -> rusqlite::Result<()> {
    run(
        tx,
        "INSERT INTO setting (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )
}

fn run(tx: &Transaction<'_>, sql: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<()> {
    tx.prepare_cached(sql)?.execute(values).map(drop)
}

#[cfg(test)]
mod tests;
