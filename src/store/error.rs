//! What can go wrong with the cache, told by what the user can do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The cache could not do what was asked. Each variant has a remedy of its own, and says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another program kept the cache to itself for longer than we wait.
    #[error(
        "the cache `{}` is locked by another program: wait until it is done, or end it, and try again",
        path.display()
    )]
    Locked {
        /// The cache file.
        path: PathBuf,
    },
    /// There is no room for what was to be written; nothing of it was.
    #[error(
        "there is no room on the disk for the cache `{}`: nothing was lost, make room and try again",
        path.display()
    )]
    DiskFull {
        /// The cache file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the cache `{}` is damaged ({what}): {}", path.display(), remedy_of_damage(aside.as_deref()))]
    Corrupt {
        /// The cache file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// Where the damaged file was moved, when a fresh cache stands in its place already.
        aside: Option<PathBuf>,
    },
    /// The file or its directory cannot be written.
    #[error(
        "the cache `{}` cannot be written: make it writable, or choose another place with `--cache-dir`",
        path.display()
    )]
    ReadOnly {
        /// The cache file.
        path: PathBuf,
    },
    /// A newer version of this program wrote the file.
    #[error(
        "the cache `{}` was written by a newer Backtrail (schema {found}, this one knows {known}): \
         update Backtrail, or choose another place with `--cache-dir`",
        path.display()
    )]
    Newer {
        /// The cache file.
        path: PathBuf,
        /// The schema version in the file.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// The place is not ours, or not fit to keep the cache in.
    #[error("cannot keep the cache at `{}`: {why}; choose another place with `--cache-dir`", path.display())]
    Denied {
        /// The file or directory that stands in the way.
        path: PathBuf,
        /// Why it does.
        why: String,
    },
    /// Anything else; it will not go away by itself.
    #[error("the cache `{}` failed: {what}; start again, and report it if it stays", path.display())]
    Other {
        /// The cache file.
        path: PathBuf,
        /// What SQLite or the system said.
        what: String,
    },
}

fn remedy_of_damage(aside: Option<&Path>) -> String {
    match aside {
        Some(aside) => {
            format!("it was moved to `{}` and a new one was begun, sync to fill it", aside.display())
        }
        None => "start again to begin a new one".to_owned(),
    }
}

impl StoreError {
    /// What `error`, which SQLite gave for the cache at `path`, means to the user.
    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let path = path.to_owned();
        let what = error.to_string();
        match error {
            E::SqliteFailure(failure, _) => Self::from_code(path, *failure, what),
            // The questions are fixed and tested: one that the tables do not fit is answered by damage.
            E::SqlInputError { msg, .. } => Self::Corrupt { path, what: msg.clone(), aside: None },
            // The program wrote what it can read: a column of another shape is damage.
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::InvalidColumnType(..) => Self::Corrupt { path, what, aside: None },
            _ => Self::Other { path, what },
        }
    }

    fn from_code(path: PathBuf, failure: rusqlite::ffi::Error, what: String) -> Self {
        /// `SQLITE_IOERR_SHORT_READ`: the file ends before the page it says it has.
        const SHORT_READ: i32 = 522;
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked { path },
            ErrorCode::DiskFull => Self::DiskFull { path },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { path, what, aside: None },
            ErrorCode::SystemIoFailure if failure.extended_code == SHORT_READ => {
                Self::Corrupt { path, what, aside: None }
            }
            ErrorCode::ReadOnly => Self::ReadOnly { path },
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::Denied { path, why: what },
            _ => Self::Other { path, what },
        }
    }

    /// What a failed step of the file system at `path` means to the user.
    pub(super) fn from_io(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { path },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            ErrorKind::PermissionDenied | ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                Self::Denied { path, why: format!("{doing}: {error}") }
            }
            _ => Self::Other { path, what: format!("{doing}: {error}") },
        }
    }
}
