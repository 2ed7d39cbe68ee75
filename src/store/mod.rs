//! The cache on disk, and beside it the user's own data: the only room that speaks SQL.
//!
//! One thread owns each database; everyone else holds a [`Handle`] and sends it work. The cache keeps what
//! the feeds said, byte for byte, in time order; what could not be read, with the reason; and, for each feed,
//! the ledger of what is known to be complete, written in the same transaction as the rows it speaks of.
//!
//! The room may assume that `domain` means the same thing to everyone. It must not decide what a page
//! means (that is `sync`), hold rows in memory for its own sake (that is `index`), or keep anything that
//! could not be fetched again: a damaged cache is moved aside and begun anew. What the user made (views,
//! notes) stands in a small database of its own, `user`, which outlives the cache.

mod audited;
mod body;
mod codec;
mod covered;
mod database;
mod db;
mod dictionary;
mod error;
mod fate;
mod ledger;
mod links;
mod open;
mod prune;
mod purge;
mod quarantine;
mod read;
mod rows;
mod schema;
mod seal;
mod turn;
mod user;
mod verify;
mod vocabulary;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

pub use audited::Audited;
pub use database::{Database, FileId};
pub use db::Db;
pub use error::StoreError;
pub use prune::Pruning;
pub use read::{Arrivals, Marker};
pub use seal::{Chunk, PackedTexts};
pub use turn::Turn;
pub use user::{UserDataError, UserDb, UserStore};
pub use verify::Extent;
pub use walk::{FeedKey, FeedScope, FeedState, FeedSummary, Learned, Resume, SourceSummary};
pub use write::Written;

/// Something the user should know about the cache although it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(pub String);

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

type Job<D> = Box<dyn FnOnce(&mut D) + Send>;

/// A handle on the cache.
pub type Store = Handle<Db>;

/// A handle on a database. Clones share one thread and one connection; when the last is dropped, work that
/// was sent is finished and the file is closed before the drop returns.
#[derive(Debug)]
pub struct Handle<D> {
    owner: Arc<Owner<D>>,
}

impl<D> Clone for Handle<D> {
    fn clone(&self) -> Self {
        Self { owner: Arc::clone(&self.owner) }
    }
}

#[derive(Debug)]
struct Owner<D> {
    path: Arc<Path>,
    /// Emptied when the last handle goes, which ends the thread.
    jobs: Option<mpsc::Sender<Job<D>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<D: Database> Handle<D> {
    /// Opens the file at `path` and creates it, and its directory, if need be: readable and writable by
    /// this user alone. A damaged file is moved aside and a fresh one begun, which a notice tells.
    ///
    /// Fails when the file or its directory belongs to another user or is no plain file or directory,
    /// when another program or a newer version wrote it, when it stays locked for 5 s, and when the disk
    /// is full or cannot be written.
    pub fn open(path: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        let (opened, notices) = open::open(path, D::KIND)?;
        let db = D::over(opened);
        let path: Arc<Path> = db.place().0.into();
        let (jobs, inbox) = mpsc::channel::<Job<D>>();
        let thread = thread::Builder::new()
            .name(D::KIND.thread.to_owned())
            .spawn(move || {
                let mut db = db;
                for job in inbox {
                    job(&mut db);
                }
            })
            .map_err(|error| StoreError::from_io(&path, "its thread cannot be started", &error))?;
        let owner = Owner { path, jobs: Some(jobs), thread: Mutex::new(Some(thread)) };
        Ok((Self { owner: Arc::new(owner) }, notices))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.owner.path
    }

    /// Has `work` done by the thread that owns the file, after what was sent before. Work that was sent
    /// is done even if nobody waits for the answer any more.
    pub async fn run<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&mut D) -> Result<R, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |db| {
            let _ = answer.send(database::perform(db, work));
        }))?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// The same, with the work sent before this returns, whether anybody waits for the answer or not.
    pub fn ask<R, F>(&self, work: F) -> impl Future<Output = Result<R, StoreError>> + Send + use<D, R, F>
    where
        R: Send + 'static,
        F: FnOnce(&mut D) -> Result<R, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let sent = self.send(Box::new(move |db| {
            let _ = answer.send(database::perform(db, work));
        }));
        let gone = self.gone();
        async move {
            sent?;
            answered.await.unwrap_or(Err(gone))
        }
    }

    /// The same for callers that may wait: never on a thread that serves tasks or the screen.
    pub fn run_blocking<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&mut D) -> Result<R, StoreError> + Send + 'static,
    {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(Box::new(move |db| {
            let _ = answer.send(database::perform(db, work));
        }))?;
        answered.recv().unwrap_or_else(|_| Err(self.gone()))
    }

    fn send(&self, job: Job<D>) -> Result<(), StoreError> {
        let sent = self.owner.jobs.as_ref().map(|jobs| jobs.send(job));
        if matches!(sent, Some(Ok(()))) { Ok(()) } else { Err(self.gone()) }
    }

    fn gone(&self) -> StoreError {
        StoreError::Other { path: self.path().to_owned(), what: "its thread has ended".to_owned() }
    }
}

impl<D> Drop for Owner<D> {
    fn drop(&mut self) {
        self.jobs = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // Work may hold a handle of its own, and its thread cannot wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}
