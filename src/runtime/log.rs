//! The log file: everything that is shown to the user for a moment stays here for later.
//!
//! Secrets never reach it: what is logged are the same sentences that the screen shows, and each line is
//! looked through once more, since other people's code logs too. The level comes from `BACKTRAIL_LOG` (`debug`, `backtrail::sync=trace`), `info` when unset.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::sync::Redactor;

/// Beyond this many bytes a log is put aside as the old one, and the old one before it is gone.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Starts logging into `path`, whose folder must be there. Keep the guard: dropping it writes what is left.
/// Where the file cannot be written there is no log, and the program goes on.
pub(crate) fn start(path: &Path, redactor: Redactor) -> Option<WorkerGuard> {
    let (writer, guard) = tracing_appender::non_blocking(Masked { file: open(path).ok()?, redactor });
    let filter =
        EnvFilter::try_from_env("BACKTRAIL_LOG").unwrap_or_else(|_| EnvFilter::new("backtrail=info,warn"));
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init().ok()?;
    Some(guard)
}

/// A file in which no secret is written. What is handed over at once is a whole number of lines.
struct Masked<W> {
    file: W,
    redactor: Redactor,
}

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(lines);
        self.file.write_all(self.redactor.mask(&text).as_bytes())?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens the file to write at its end, closed to other users whatever their and our settings are.
fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|log| log.is_file() && log.len() > LIMIT) {
        let mut old = path.as_os_str().to_owned();
        old.push(".old");
        fs::rename(path, old)?;
    }
    // Neither a link to somewhere else nor a pipe that nobody reads.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(i32::try_from(flags).unwrap_or_default())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_log_goes_on_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backtrail.log");
        fs::write(&path, "before\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        open(&path).unwrap().write_all(b"after\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\nafter\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn no_line_holds_a_secret_whoever_wrote_it() {
        let redactor = Redactor::default();
        let mut file = Masked { file: Vec::new(), redactor: redactor.clone() };
        file.write_all(b"GET /?key=sk_live_1\n").unwrap();
        redactor.hide(&crate::domain::Secret::new("sk_live_1".to_owned()));
        file.write_all(b"GET /?key=sk_live_1\n\xff").unwrap();
        let written = String::from_utf8(file.file).unwrap();
        assert_eq!(written, "GET /?key=sk_live_1\nGET /?key=<redacted>\n\u{FFFD}");
    }

    #[test]
    fn a_long_log_is_put_aside_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backtrail.log");
        for start in ["first", "second"] {
            open(&path).unwrap().write_all(start.as_bytes()).unwrap();
            open(&path).unwrap().set_len(LIMIT + 1).unwrap();
        }
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        let old = fs::read(folder.path().join("backtrail.log.old")).unwrap();
        assert!(old.starts_with(b"second"));
    }

    #[test]
    fn what_is_no_plain_file_is_no_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backtrail.log");
        symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(open(&path).is_err());
        assert!(!folder.path().join("elsewhere").exists());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(open(&path).is_err());
    }
}
