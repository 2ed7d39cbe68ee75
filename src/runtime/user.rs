//! What the user made, as the browser and the commands use it: loaded once, changed in memory and on disk.
//!
//! A file that cannot be opened costs what is in it, not the program: the browser says so once and goes on
//! without.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{EventId, Timestamp, UserChange, UserData};
use crate::store::{UserDataError, UserDb, UserStore};

/// The file, in the folder for data.
const FILE: &str = "user.db";

/// What the user made; clones share it.
#[derive(Clone, Default)]
pub struct User {
    store: Option<UserStore>,
    data: Arc<Mutex<UserData>>,
}

impl User {
    /// Opens the file in `folder` and reads it. What the user should know comes with it: that the file was
    /// damaged, or why there is none.
    pub async fn open(folder: &Path) -> (Self, Vec<String>) {
        let path = folder.join(FILE);
        let opened = tokio::task::spawn_blocking(move || UserStore::open(&path)).await;
        let (store, mut notices) = match opened {
            Ok(Ok((store, notices))) => (store, notices.iter().map(ToString::to_string).collect::<Vec<_>>()),
            Ok(Err(error)) => return (Self::default(), vec![UserDataError(error).to_string()]),
            Err(_) => return (Self::default(), Vec::new()),
        };
        let data = match store.run(UserDb::load).await {
            Ok(data) => data,
            Err(error) => {
                notices.push(UserDataError(error).to_string());
                UserData::default()
            }
        };
        (Self { store: Some(store), data: Arc::new(Mutex::new(data)) }, notices)
    }

    /// All of it, as it is now.
    pub fn data(&self) -> UserData {
        self.lock().clone()
    }

    /// The events that are bookmarked or noted, as the file says now, which other programs write to as well;
    /// nothing where it cannot be read.
    pub async fn marked(&self) -> Option<HashSet<EventId>> {
        let data = self.store.as_ref()?.run(UserDb::load).await.ok()?;
        let noted = data.notes.iter().map(|(id, _)| *id);
        Some(data.bookmarks.iter().copied().chain(noted).collect())
    }

    /// Keeps what the user did, in the order of the calls; what is returned says what became of it.
    pub fn keep(
        &self,
        change: UserChange,
    ) -> impl Future<Output = Result<(), UserDataError>> + Send + 'static {
        self.lock().apply(&change);
        // Sent before this returns: what was done later must not be kept earlier.
        let kept = self.store.as_ref().map(|store| store.ask(move |db| db.keep(&change, Timestamp::now())));
        async move {
            match kept {
                Some(kept) => kept.await.map_err(UserDataError),
                None => Ok(()),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, UserData> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_kept_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let (user, notices) = User::open(folder.path()).await;
        assert_eq!(notices, Vec::<String>::new());
        user.keep(UserChange::UseLine("status:failed".into())).await.unwrap();
        assert_eq!(user.data().lines, ["status:failed"]);
        drop(user);
        assert_eq!(User::open(folder.path()).await.0.data().lines, ["status:failed"]);
    }

    #[tokio::test]
    async fn without_a_file_everything_works_until_the_end() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let (user, notices) = User::open(&folder.path().join("file")).await;
        assert!(notices[0].contains("views and notes"), "{notices:?}");
        user.keep(UserChange::UseLine("a".into())).await.unwrap();
        assert_eq!(user.data().lines, ["a"]);
    }
}
