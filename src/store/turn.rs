//! Whose turn it is to fill the cache from a source, among all programs that have it open.
//!
//! Rows are safe without it: pages can come from two programs at once. It keeps them from asking one server
//! for the same twice. The lock is one that the kernel frees when its program ends, however it ends. Where
//! the file system knows no such locks, it is everybody's turn.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};

use super::Store;
use super::codec::digest_of;
use super::error::StoreError;
use super::open::directory_of;

/// The folder beside the cache that the locks are in. They stay there: who removes a lock file that another
/// program is about to lock makes two turns of one.
const FOLDER: &str = "turns";

/// The turn of this program. Dropping it makes it another's.
#[derive(Debug)]
pub struct Turn {
    _file: Option<File>,
}

impl Store {
    /// Takes the turn for `source`, unless another program has it.
    pub fn take_turn(&self, source: &str) -> Result<Option<Turn>, StoreError> {
        let folder = directory_of(self.path()).join(FOLDER);
        let digest = u128::from_be_bytes(digest_of(source.as_bytes()));
        let path = folder.join(format!("{digest:032x}"));
        let file = open(&folder, &path)
            .map_err(|error| StoreError::from_io(&path, "the lock of a source cannot be opened", &error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Turn { _file: Some(file) })),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(_) => Ok(Some(Turn { _file: None })),
        }
    }
}

fn open(folder: &Path, path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits() as i32);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            options.open(path)
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_the_turn_of_a_source_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.db");
        let (one, other) = (Store::open(&path).unwrap().0, Store::open(&path).unwrap().0);
        let turn = one.take_turn("prod").unwrap();
        assert!(turn.is_some());
        assert!(other.take_turn("prod").unwrap().is_none(), "it is taken");
        assert!(one.take_turn("prod").unwrap().is_none(), "by this program too");
        assert!(other.take_turn("staging/../../x").unwrap().is_some(), "another source has another");
        drop(turn);
        assert!(other.take_turn("prod").unwrap().is_some());
    }

    #[test]
    fn a_lock_that_cannot_be_made_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
        std::fs::write(folder.path().join(FOLDER), "in the way").unwrap();
        let refused = store.take_turn("prod").unwrap_err().to_string();
        assert!(refused.contains("lock of a source"), "{refused}");
    }
}
