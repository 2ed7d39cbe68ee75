//! The open cache: one connection and the texts it has met.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::database::{self, Database, FileId, Kind, Opened};
use super::dictionary::Dictionaries;
use super::error::StoreError;
use super::schema;

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
}

impl Database for Db {
    const KIND: &'static Kind = &schema::CACHE;

    fn over(Opened { conn, path, file }: Opened) -> Self {
        Self { conn, dictionaries: Dictionaries::default(), path, file, sealed_down_to: None }
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

impl Drop for Db {
    fn drop(&mut self) {
        database::close(self);
    }
}
