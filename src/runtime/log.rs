//! The log file: everything that is shown to the user for a moment stays here for later.
//!
//! Secrets never reach it: what is logged are the same sentences that the screen shows. The level
//! comes from `BACKTRAIL_LOG` (`debug`, `backtrail::sync=trace`), `info` when unset.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// The name of the log file.
const FILE: &str = "backtrail.log";

/// The size in bytes from which a new log is begun; the one before is kept beside it.
const FULL: u64 = 8 * 1024 * 1024;

/// Starts logging into `folder/backtrail.log`, readable for the user alone. Keep the guard: dropping it writes what is left. Without
/// a folder that can be written there is no log, and the program goes on.
pub(crate) fn start(folder: &Path) -> Option<WorkerGuard> {
    fs::create_dir_all(folder).ok()?;
    let path = folder.join(FILE);
    if fs::metadata(&path).is_ok_and(|file| file.len() > FULL) {
        fs::rename(&path, path.with_extension("log.old")).ok()?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600);
    let file = options.open(path).ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter =
        EnvFilter::try_from_env("BACKTRAIL_LOG").unwrap_or_else(|_| EnvFilter::new("backtrail=info,warn"));
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init().ok()?;
    Some(guard)
}
