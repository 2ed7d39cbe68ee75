//! The cache on disk: the only room that speaks SQL.
//!
//! One thread owns the database; everyone else holds a [`Store`] and sends it work. What is kept is what
//! the feeds said, byte for byte, in time order; what could not be read, with the reason; and, for each feed,
//! the ledger of what is known to be complete, written in the same transaction as the rows it speaks of.
//!
//! The room may assume that `domain` means the same thing to everyone. It must not decide what a page
//! means (that is `sync`), hold rows in memory for its own sake (that is `index`), or keep anything that
//! could not be fetched again: a damaged cache is moved aside and begun anew.

mod codec;
mod db;
mod dictionary;
mod error;
mod ledger;
mod links;
mod open;
mod read;
mod rows;
mod schema;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

pub use db::{Db, FileId};
pub use error::StoreError;
pub use read::Arrivals;
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

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// A handle on the cache. Clones share one thread and one connection; when the last is dropped, work that
/// was sent is finished and the file is closed before the drop returns.
#[derive(Debug, Clone)]
pub struct Store {
    owner: Arc<Owner>,
}

#[derive(Debug)]
struct Owner {
    path: Arc<Path>,
    /// Emptied when the last handle goes, which ends the thread.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the cache at `path` and creates it, and its directory, if need be: readable and writable by
    /// this user alone. A damaged file is moved aside and a fresh one begun, which a notice tells.
    ///
    /// Fails when the file or its directory belongs to another user or is no plain file or directory,
    /// when another program or a newer version wrote it, when it stays locked for 5 s, and when the disk
    /// is full or cannot be written.
    pub fn open(path: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        let (db, notices) = open::open(path)?;
        let path: Arc<Path> = db.path().into();
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = thread::Builder::new()
            .name("cache".to_owned())
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

    /// The cache file.
    pub fn path(&self) -> &Path {
        &self.owner.path
    }

    /// Has `work` done by the thread that owns the cache, after what was sent before. Work that was sent
    /// is done even if nobody waits for the answer any more.
    pub async fn run<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&mut Db) -> Result<R, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |db| {
            let _ = answer.send(perform(db, work));
        }))?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// The same for callers that may wait: never on a thread that serves tasks or the screen.
    pub fn run_blocking<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&mut Db) -> Result<R, StoreError> + Send + 'static,
    {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(Box::new(move |db| {
            let _ = answer.send(perform(db, work));
        }))?;
        answered.recv().unwrap_or_else(|_| Err(self.gone()))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let sent = self.owner.jobs.as_ref().map(|jobs| jobs.send(job));
        if matches!(sent, Some(Ok(()))) { Ok(()) } else { Err(self.gone()) }
    }

    fn gone(&self) -> StoreError {
        StoreError::Other { path: self.path().to_owned(), what: "its thread has ended".to_owned() }
    }
}

/// Does `work`, and begins a new cache when the one there turns out to be damaged.
fn perform<R>(db: &mut Db, work: impl FnOnce(&mut Db) -> Result<R, StoreError>) -> Result<R, StoreError> {
    db.follow_replacement()?;
    work(db).map_err(|error| match db.suspect(error) {
        StoreError::Corrupt { path, what, .. } => match db.begin_anew() {
            Ok(aside) => StoreError::Corrupt { path, what, aside },
            Err(error) => error,
        },
        other => other,
    })
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.jobs = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // Work may hold a handle of its own, and its thread cannot wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}
