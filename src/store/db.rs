//! The open cache: one connection and the texts it has met.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::open;

/// The open cache. Only the thread behind a [`super::Store`] ever holds one.
#[derive(Debug)]
pub struct Db {
    pub(super) conn: Connection,
    pub(super) dictionaries: Dictionaries,
    pub(super) path: PathBuf,
    pub(super) file: FileId,
    /// Below which place to look for rows to put away; from the newest on where there is none.
    pub(super) sealed_down_to: Option<i64>,
}

/// Which file a path led to when it was opened: device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId(pub(super) u64, pub(super) u64);

impl Db {
    /// The cache file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that is open. It is another one after a damaged cache was moved aside, by this program or
    /// another: what was read before is then no longer what the cache holds.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Turns what SQLite says into what it means to the user.
    pub(super) fn explain(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |error| StoreError::from_sqlite(&path, &error)
    }

    /// Does `work` in one transaction that takes the write lock first: it is kept whole or not at all.
    pub(super) fn change<R>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        self.change_with(|tx, _| work(tx))
    }

    /// The same for work that looks texts up, or makes them.
    pub(super) fn change_with<R>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Dictionaries) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        let dictionaries = &mut self.dictionaries;
        let done =
            self.conn.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                let answer = work(&transaction, dictionaries)?;
                transaction.commit()?;
                Ok(answer)
            });
        done.map_err(|error| {
            // They may hold keys that were rolled back.
            self.dictionaries.forget();
            StoreError::from_sqlite(&self.path, &error)
        })
    }

    /// Opens the file that another program has put in the place of ours, after it found ours damaged.
    /// What is written to a file that nobody can find would be lost.
    pub(super) fn follow_replacement(&mut self) -> Result<(), StoreError> {
        match FileId::of(&self.path) {
            Some(found) if found != self.file => self.reopen(),
            _ => Ok(()),
        }
    }

    /// A damaged file does not always make SQLite say so: a length that makes no sense is "out of
    /// memory", an index that disagrees with its table is a broken rule. So a failure that has no other
    /// explanation is checked against the whole file. That takes seconds for a million rows, and is rare.
    pub(super) fn suspect(&self, error: StoreError) -> StoreError {
        let StoreError::Other { path, .. } = &error else { return error };
        let check = self.conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
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
    pub(super) fn begin_anew(&mut self) -> Result<Option<PathBuf>, StoreError> {
        let aside = {
            let directory = open::directory_of(&self.path);
            let _lock = open::lock(directory, &self.path)?;
            self.close();
            if FileId::of(&self.path) == Some(self.file) { Some(open::set_aside(&self.path)?) } else { None }
        };
        self.reopen()?;
        Ok(aside)
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        let (fresh, _) = open::open(&self.path)?;
        *self = fresh;
        Ok(())
    }

    fn close(&mut self) {
        if let Ok(nothing) = Connection::open_in_memory() {
            self.conn = nothing;
        }
    }
}

impl Drop for Db {
    /// SQLite itself would copy the log into the file and then remove the log *by name*, which by now may
    /// be the log of a fresh cache in the same place. So it is told not to (in `open`), and the copying
    /// is done here, as far as nobody else is using the file.
    fn drop(&mut self) {
        let told = self.conn.db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE);
        if told == Ok(true) && FileId::of(&self.path) == Some(self.file) {
            let _ = self.conn.busy_timeout(std::time::Duration::ZERO);
            let _ = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}

impl FileId {
    /// The file at `path`, which is no link; nothing if there is none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::symlink_metadata(path).ok().map(|file| Self(file.dev(), file.ino()))
    }
}
