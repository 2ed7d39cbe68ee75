//! From a path to an open database: whose file it is, whether it is sound, whether it is ours to change.
//!
//! A damaged file is moved aside, never repaired, and a fresh one takes its place: the cache can be fetched
//! again, and of the user's own data what was moved aside is the best copy there is. Sound files of others are left alone. The whole of opening happens under a lock on the
//! directory, so that two programs that start at once do not both create, migrate or move the file.
//! The file itself is never opened by anything but SQLite: closing any handle on it would drop the locks
//! that other connections of this process hold on it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use rustix::fs::{Access, FlockOperation, access, flock};

use super::Notice;
use super::database::{FileId, Kind, Opened};
use super::error::StoreError;
use crate::domain::Timestamp;

/// Before 3.51.3, SQLite could damage a database in WAL mode that two connections write to.
const SQLITE_AT_LEAST: i32 = 3_051_003;

/// How long a write waits for another program before it gives up.
const BUSY: Duration = Duration::from_secs(5);

/// Opens the file at `path` and creates what is not there.
pub(super) fn open(path: &Path, kind: &Kind) -> Result<(Opened, Vec<Notice>), StoreError> {
    let version = rusqlite::version_number();
    if version < SQLITE_AT_LEAST {
        return Err(StoreError::Other {
            path: path.to_owned(),
            what: format!("SQLite {} may damage it, 3.51.3 or newer is needed", rusqlite::version()),
        });
    }
    let mut notices = Vec::new();
    let path = &prepare_directory(path, &mut notices)?;
    let _lock = lock(directory_of(path), path)?;
    prepare_files(path)?;
    let conn = match connect(path, kind) {
        Err(StoreError::Corrupt { what, .. }) => {
            let aside = set_aside(path)?;
            notices.push(Notice(format!(
                "{} `{}` was damaged ({what}): it was moved to `{}` and a new one was begun{}",
                kind.noun,
                path.display(),
                aside.display(),
                kind.after_damage
            )));
            prepare_files(path)?;
            connect(path, kind)?
        }
        sound_or_not_ours => sound_or_not_ours?,
    };
    let file = FileId::of(path).ok_or_else(|| StoreError::Other {
        path: path.clone(),
        what: "it was removed while it was being opened".to_owned(),
    })?;
    Ok((Opened { conn, path: path.clone(), file }, notices))
}

/// The directory that holds the file at `path`.
pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Creates the directory if need be, closed to others. One that is there keeps its permissions, since it may
/// hold more than the cache: a home directory can be named too. Gives the path of the file without links
/// among its directories.
fn prepare_directory(path: &Path, notices: &mut Vec<Notice>) -> Result<PathBuf, StoreError> {
    let directory = directory_of(path);
    let failed = |doing: &'static str| move |error| StoreError::from_io(directory, doing, &error);
    let Some(name) = path.file_name() else {
        return Err(StoreError::Denied { path: path.to_owned(), why: "it is not the name of a file".into() });
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(failed("its directory cannot be created"))?;
    let directory = directory.canonicalize().map_err(failed("its directory cannot be found"))?;
    let found = fs::metadata(&directory).map_err(failed("its directory cannot be read"))?;
    refuse_foreign(&directory, found.uid())?;
    if found.mode() & 0o022 != 0 {
        let shown = directory.display();
        notices.push(Notice(format!(
            "the directory `{shown}` can be written by other users, who could put another file in the \
             place of yours: run `chmod go-w {shown}`"
        )));
    }
    Ok(directory.join(name))
}

/// Refuses what belongs to `owner` if that is not the user who runs this.
pub(super) fn refuse_foreign(path: &Path, owner: u32) -> Result<(), StoreError> {
    if owner == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(StoreError::Denied { path: path.to_owned(), why: "it belongs to another user".into() })
}

/// Holds off other programs that open the same cache, until the file is dropped. Where the file system
/// knows no such locks, nothing is held.
pub(super) fn lock(directory: &Path, path: &Path) -> Result<Option<File>, StoreError> {
    let handle = File::open(directory)
        .map_err(|error| StoreError::from_io(directory, "its directory cannot be read", &error))?;
    let start = Instant::now();
    loop {
        match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(handle)),
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() < BUSY => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(StoreError::Locked { path: path.to_owned() });
            }
            Err(_) => return Ok(None),
        }
    }
}

/// The file and what SQLite keeps beside it.
fn family(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| with_ending(path, ending))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Checks that the files are plain, ours and closed to others; creates the first, empty, if it is not there.
fn prepare_files(path: &Path) -> Result<(), StoreError> {
    for file in family(path) {
        let found = match fs::symlink_metadata(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            found => found.map_err(|error| StoreError::from_io(&file, "it cannot be looked at", &error))?,
        };
        if !found.is_file() {
            let kind = if found.is_symlink() { "a symbolic link" } else { "not a plain file" };
            return Err(StoreError::Denied { path: file, why: format!("it is {kind}") });
        }
        refuse_foreign(&file, found.uid())?;
        if found.mode() & 0o077 != 0 {
            let closed = Permissions::from_mode(found.mode() & 0o700);
            fs::set_permissions(&file, closed)
                .map_err(|error| StoreError::from_io(&file, "it cannot be closed to others", &error))?;
        }
    }
    if !path.exists() {
        // What is left of a cache whose file is gone must not be taken for part of the new one.
        if family(path)[1..].iter().any(|file| file.exists()) {
            set_aside(path)?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| StoreError::from_io(path, "it cannot be created", &error))?;
    }
    Ok(())
}

/// Renames the file and what belongs to it, so that SQLite still sees them as one, and gives the new name.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let now = Timestamp::now().utc().format("%Y%m%dT%H%M%SZ");
    let aside = (0..1_000)
        .map(|nth| match nth {
            0 => with_ending(path, &format!(".corrupt-{now}")),
            _ => with_ending(path, &format!(".corrupt-{now}-{nth}")),
        })
        .find(|free| family(free).iter().all(|file| fs::symlink_metadata(file).is_err()))
        .unwrap_or_else(|| with_ending(path, ".corrupt"));
    for (from, to) in family(path).iter().zip(family(&aside)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::from_io(from, "it is damaged and cannot be moved aside", &error));
            }
            _ => {}
        }
    }
    Ok(aside)
}

/// Opens the file, brings it to the newest schema and looks into every table.
fn connect(path: &Path, kind: &Kind) -> Result<Connection, StoreError> {
    let explain = |error| StoreError::from_sqlite(path, &error);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut conn = Connection::open_with_flags(path, flags).map_err(explain)?;
    harden(&conn).map_err(explain)?;
    refuse_others(&conn, path, kind)?;
    check_writable(&conn, path)?;
    tune(&mut conn, kind).map_err(explain)?;
    kind.schema().to_latest(&mut conn).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => explain_opening(path, &err),
        // The file says that it has a version which no program could have given it.
        other => StoreError::Corrupt { path: path.to_owned(), what: other.to_string(), aside: None },
    })?;
    check_tables(&conn, path, kind)?;
    Ok(conn)
}

/// What `error` means while a file is being opened. What is asked of it then is so plain that an error in
/// the question is one in the file: a format that does not exist, a table that is there already, a length
/// that no memory holds.
fn explain_opening(path: &Path, error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if matches!(failure.code, ErrorCode::Unknown | ErrorCode::OutOfMemory) =>
        {
            StoreError::Corrupt { path: path.to_owned(), what: error.to_string(), aside: None }
        }
        _ => StoreError::from_sqlite(path, error),
    }
}

/// Settings that hold before the first byte is read: nothing in the file can make SQLite run code, a
/// damaged page is noticed early, and closing touches no file by name (see `database::close`).
fn harden(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "mmap_size", 0)
}

/// Refuses a file that a newer version wrote, and the sound database of another program. Changes nothing.
fn refuse_others(conn: &Connection, path: &Path, kind: &Kind) -> Result<(), StoreError> {
    let ask = |sql: &str| -> Result<i64, StoreError> {
        conn.query_row(sql, [], |row| row.get(0)).map_err(|error| explain_opening(path, &error))
    };
    let application = ask("PRAGMA application_id")?;
    let version = ask("PRAGMA user_version")?;
    let tables = ask("SELECT count(*) FROM sqlite_schema")?;
    let empty = application == 0 && version == 0 && tables == 0;
    if !empty && application != kind.application_id {
        return Err(StoreError::Denied {
            path: path.to_owned(),
            why: "it is the database of another program".into(),
        });
    }
    if version > kind.version() {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known: kind.version() });
    }
    Ok(())
}

/// A file that the system lets us write and SQLite does not has a mark in its header that only a program
/// of the future could have put there.
fn check_writable(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let read_only = conn.is_readonly("main").map_err(|error| StoreError::from_sqlite(path, &error))?;
    match access(path, Access::WRITE_OK) {
        _ if !read_only => Ok(()),
        Ok(()) => Err(StoreError::Corrupt {
            path: path.to_owned(),
            what: "its header is not one that can be written".to_owned(),
            aside: None,
        }),
        Err(_) => Err(StoreError::ReadOnly { path: path.to_owned() }),
    }
}

fn tune(conn: &mut Connection, kind: &Kind) -> rusqlite::Result<()> {
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", kind.synchronous)?;
    conn.pragma_update(None, "cache_size", -16_000)?;
    // Copying the log into the file waits for the disk twice: once in 16 MiB is seldom enough.
    conn.pragma_update(None, "wal_autocheckpoint", 4_096)?;
    conn.pragma_update(None, "journal_size_limit", 16 << 20)
}

/// A file that says it has the newest schema and lacks a table was damaged.
fn check_tables(conn: &Connection, path: &Path, kind: &Kind) -> Result<(), StoreError> {
    for table in kind.tables {
        conn.prepare(&format!("SELECT * FROM {table} LIMIT 1"))
            .and_then(|mut look| look.exists([]))
            .map_err(|error| explain_opening(path, &error))?;
    }
    Ok(())
}
