//! The log file: everything that is shown to the user for a moment stays here for later.
//!
//! Secrets never reach it: what is logged are the same sentences that the screen shows. The level
//! comes from `BACKTRAIL_LOG` (`debug`, `backtrail::sync=trace`), `info` when unset.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Starts logging into `folder/backtrail.log`. Keep the guard: dropping it writes what is left. Without
/// a folder that can be written there is no log, and the program goes on.
pub(crate) fn start(folder: &Path) -> Option<WorkerGuard> {
    std::fs::create_dir_all(folder).ok()?;
    let file = tracing_appender::rolling::RollingFileAppender::builder()
        .filename_prefix("backtrail")
        .filename_suffix("log")
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter =
        EnvFilter::try_from_env("BACKTRAIL_LOG").unwrap_or_else(|_| EnvFilter::new("backtrail=info,warn"));
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init().ok()?;
    Some(guard)
}
