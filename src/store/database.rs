//! What both databases share: a file that only this user can read, one thread that owns it, and what
//! happens when the file turns out to be damaged.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite_migration::{M, Migrations};

use super::error::StoreError;
use super::open;

/// What tells one database from the other.
#[derive(Debug)]
pub struct Kind {
    /// What it holds, as the subject of a sentence: `the cache`.
    pub(super) noun: &'static str,
    /// What to do about a new one that took the place of a damaged one.
    pub(super) after_damage: &'static str,
    /// The name of the thread that owns it.
    pub(super) thread: &'static str,
    /// Marks a file as ours.
    pub(super) application_id: i64,
    /// How to get from each version of the schema to the next, in SQL.
    pub(super) migrations: &'static [&'static str],
    /// Every table, for the check that a file which claims to be ours has them.
    pub(super) tables: &'static [&'static str],
    /// When SQLite waits for the disk: `normal` where the last moments may be lost, else `full`.
    pub(super) synchronous: &'static str,
}

impl Kind {
    /// How to get from each version of the schema to the next.
    pub(super) fn schema(&self) -> Migrations<'static> {
        Migrations::new(self.migrations.iter().map(|sql| M::up(sql)).collect())
    }

    /// The newest version of the schema that this program knows.
    pub(super) fn version(&self) -> i64 {
        self.migrations.len() as i64
    }
}

/// A file that was opened, brought to the newest schema and found sound.
#[derive(Debug)]
pub struct Opened {
    pub(super) conn: Connection,
    pub(super) path: PathBuf,
    pub(super) file: FileId,
}

/// Which file a path led to when it was opened: device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId(pub(super) u64, pub(super) u64);

impl FileId {
    /// The file at `path`, which is no link; nothing if there is none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::symlink_metadata(path).ok().map(|file| Self(file.dev(), file.ino()))
    }
}

/// An open database. Only the thread behind a handle ever holds one.
pub trait Database: Sized + Send + 'static {
    /// What it is.
    const KIND: &'static Kind;

    /// One over a file that was just opened.
    fn over(opened: Opened) -> Self;

    /// The connection.
    fn conn(&self) -> &Connection;

    /// The connection, to be exchanged.
    fn conn_mut(&mut self) -> &mut Connection;

    /// The path, and which file it led to.
    fn place(&self) -> (&Path, FileId);

    /// Opens the file that another program has put in the place of ours, after it found ours damaged.
    /// What is written to a file that nobody can find would be lost.
    fn follow_replacement(&mut self) -> Result<(), StoreError> {
        let (path, file) = self.place();
        match FileId::of(path) {
            Some(found) if found != file => self.reopen(),
            _ => Ok(()),
        }
    }

    /// A damaged file does not always make SQLite say so: a length that makes no sense is "out of
    /// memory", an index that disagrees with its table is a broken rule. So a failure that has no other
    /// explanation is checked against the whole file. That takes seconds for a million rows, and is rare.
    fn suspect(&self, error: StoreError) -> StoreError {
        let StoreError::Other { path, .. } = &error else { return error };
        let check = self.conn().query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        let what = match check {
            Ok(verdict) if verdict == "ok" => return error,
            Ok(verdict) => verdict,
            Err(failed) => match StoreError::from_sqlite(path, &failed) {
                StoreError::Corrupt { what, .. } => what,
                _ => return error,
            },
        };
        StoreError::Corrupt { path: path.clone(), what, aside: None }
    }

    /// Puts the damaged file aside, unless another program has done so, and begins a new one. Gives the
    /// place where the damaged file is now, if it was moved by us.
    fn begin_anew(&mut self) -> Result<Option<PathBuf>, StoreError> {
        let aside = {
            let (path, file) = self.place();
            let path = path.to_owned();
            let _lock = open::lock(open::directory_of(&path), &path)?;
            if let Ok(nothing) = Connection::open_in_memory() {
                *self.conn_mut() = nothing;
            }
            if FileId::of(&path) == Some(file) { Some(open::set_aside(&path)?) } else { None }
        };
        self.reopen()?;
        Ok(aside)
    }

    /// Opens whatever is at the path now.
    fn reopen(&mut self) -> Result<(), StoreError> {
        let (fresh, _) = open::open(self.place().0, Self::KIND)?;
        *self = Self::over(fresh);
        Ok(())
    }
}

/// Does `work`, and begins a new database when the one there turns out to be damaged.
pub(super) fn perform<D: Database, R>(
    db: &mut D,
    work: impl FnOnce(&mut D) -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    db.follow_replacement()?;
    work(db).map_err(|error| match db.suspect(error) {
        StoreError::Corrupt { path, what, .. } => match db.begin_anew() {
            Ok(aside) => StoreError::Corrupt { path, what, aside },
            Err(error) => error,
        },
        other => other,
    })
}

/// What a database does last. SQLite itself would copy the log into the file and then remove the log *by
/// name*, which by now may be the log of a fresh file in the same place. So it is told not to (in `open`), and
/// the copying is done here, as far as nobody else is using the file.
pub(super) fn close(db: &impl Database) {
    let (path, file) = db.place();
    let told = db.conn().db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE);
    if told == Ok(true) && FileId::of(path) == Some(file) {
        let _ = db.conn().busy_timeout(std::time::Duration::ZERO);
        let _ = db.conn().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}
