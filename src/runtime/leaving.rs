//! What goes out of the program as a file, and what is said of it there.
//!
//! A file is written beside its place and put there whole, so that nobody ever finds a half. It takes the place of
//! another only where that was asked for.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::{Failure, Library};
use crate::domain::{FeedCoverage, GapReason, RowId, Stretch, Timestamp, Zone};
use crate::export::{About, Format, Writer};
use crate::query::Query;
use crate::store::StoreError;

/// How many gaps are named in a report.
const NAMED: usize = 12;

/// How many events are read from the cache at a time.
const CHUNK: usize = 500;

/// A file that is being written. Nothing is left of it unless it is kept.
pub struct Target {
    path: PathBuf,
    file: NamedTempFile,
    replace: bool,
}

impl Target {
    /// Begins a file for this place, readable by its owner alone.
    pub fn begin(path: &Path, replace: bool) -> Result<Self, Failure> {
        if path.is_dir() {
            return Err(Failure::usage(format!("`{}` is a folder", path.display())).help("name a file in it"));
        }
        if !replace && path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error))?;
        Ok(Self { path: path.to_owned(), file, replace })
    }

    /// Where the file will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What to write into.
    pub fn writer(&self) -> Result<File, Failure> {
        self.file.as_file().try_clone().map_err(|error| unwritable(&self.path, &error))
    }

    /// Puts the file in its place.
    pub fn keep(self) -> Result<(), Failure> {
        let Self { path, file, replace } = self;
        file.as_file().sync_all().map_err(|error| unwritable(&path, &error))?;
        let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        kept.map(drop).map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => unwritable(&path, &failed.error),
        })
    }
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format!("`{}` exists already", path.display()))
        .help("name another file, or ask to replace it")
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be written: {error}", path.display()))
}

/// What a report on the events that `query` selects says of its coverage.
pub fn coverage(feeds: &[FeedCoverage], query: &Query, zone: Zone) -> Vec<String> {
    let missing = missing(feeds, query, None, zone);
    if meant(feeds, query).next().is_none() {
        return missing;
    }
    let head = match missing.len() {
        0 => "complete".to_owned(),
        1 => "1 gap".to_owned(),
        several => format!("{several} gaps: something may be missing"),
    };
    let more = missing.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more"));
    std::iter::once(head).chain(missing.into_iter().take(NAMED)).chain(more).collect()
}

/// What the cache may lack of the events that `query` is about, of `within` alone where that is given: one line for
/// each gap, the newest first.
pub fn missing(feeds: &[FeedCoverage], query: &Query, within: Option<Stretch>, zone: Zone) -> Vec<String> {
    let (since, until) = query.bounds();
    if meant(feeds, query).next().is_none() {
        return vec!["nothing was fetched yet".to_owned()];
    }
    let wanted = |span: Stretch| {
        since.is_none_or(|since| since < span.hi)
            && until.is_none_or(|until| span.lo.plus_millis(1) < until)
            && within.is_none_or(|within| within.lo < span.hi && span.lo.plus_millis(1) < within.hi)
    };
    let mut gaps = Vec::new();
    for feed in meant(feeds, query) {
        for gap in feed.ledger.gaps() {
            if gap.reason != GapReason::Tie && wanted(gap.span) {
                let scope = feed.scope.as_ref().map_or(String::new(), |_| format!(" {}", feed.label()));
                let words = stretch(gap.span, zone);
                gaps.push((
                    gap.span.hi,
                    format!("{}{scope}: {words}: {}", feed.source, gap.reason.sentence()),
                ));
            }
        }
    }
    gaps.sort_by_key(|(newest, _)| std::cmp::Reverse(*newest));
    gaps.into_iter().map(|(_, line)| line).collect()
}

/// The feeds that `query` is about.
fn meant<'f>(feeds: &'f [FeedCoverage], query: &Query) -> impl Iterator<Item = &'f FeedCoverage> {
    feeds.iter().filter(|feed| !query.leaves_out_source(&feed.source))
}

fn stretch(span: Stretch, zone: Zone) -> String {
    let at = |time: Timestamp| zone.at(time).format("%Y-%m-%d %H:%M").to_string();
    match (span.lo == Timestamp::MIN, span.hi == Timestamp::MAX) {
        (true, true) => "at any time".to_owned(),
        (true, false) => format!("before {}", at(span.hi)),
        (false, true) => format!("since {}", at(span.lo)),
        (false, false) => format!("{} to {}", at(span.lo), at(span.hi)),
    }
}

/// The first and the last time of some events.
pub fn range(rows: impl IntoIterator<Item = RowId>) -> Option<(Timestamp, Timestamp)> {
    rows.into_iter().map(RowId::time).fold(None, |range, time| match range {
        None => Some((time, time)),
        Some((first, last)) => Some((time.min(first), time.max(last))),
    })
}

/// Events on their way out.
#[derive(Clone)]
pub(crate) struct Export {
    pub(crate) library: Library,
    pub(crate) feeds: Arc<std::collections::BTreeMap<Arc<str>, String>>,
}

/// Why an export came to nothing.
pub(crate) enum NotWritten {
    Store(StoreError),
    Io(io::Error),
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for NotWritten {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Export {
    /// Writes the events at `rows`, a few at a time. Gives how many values were masked.
    pub(crate) async fn write(
        &self,
        rows: &[RowId],
        format: Format,
        about: About,
        out: impl io::Write + Send,
    ) -> Result<usize, NotWritten> {
        let mut writer = Writer::new(format, out, about);
        for pass in 0..format.passes() {
            if pass > 0 {
                writer.next_pass()?;
            }
            for chunk in rows.chunks(CHUNK) {
                for event in self.library.events(chunk.to_vec()).await? {
                    writer.event(&event)?;
                }
            }
        }
        Ok(writer.finish()?)
    }

    /// What a report on these events says.
    pub(crate) async fn about(&self, title: String, query: &Query, rows: &[RowId], zone: Zone) -> About {
        let feeds = self.library.coverage().await.unwrap_or_default();
        let mut summaries = self.library.summaries().await.unwrap_or_default();
        summaries.extend(self.library.summaries_among(rows).await.unwrap_or_default());
        About {
            title,
            query: query.to_string(),
            count: rows.len(),
            range: range(rows.iter().copied()),
            coverage: coverage(&feeds, query, zone),
            zone,
            made: Timestamp::now(),
            feeds: (*self.feeds).clone(),
            summaries,
            ..About::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there_and_replaces_nothing_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        let target = Target::begin(&path, false).unwrap();
        target.writer().unwrap().write_all(b"one").unwrap();
        assert!(!path.exists());
        target.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert!(Target::begin(&path, false).err().unwrap().to_string().contains("exists already"));
        // One that came to be while it was written stays as well.
        let other = folder.path().join("other");
        let late = Target::begin(&other, false).unwrap();
        std::fs::write(&other, "theirs").unwrap();
        assert!(late.keep().err().unwrap().to_string().contains("exists already"));
        assert_eq!(std::fs::read(&other).unwrap(), b"theirs");
        let again = Target::begin(&path, true).unwrap();
        again.writer().unwrap().write_all(b"two").unwrap();
        again.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        drop(Target::begin(&folder.path().join("never"), false).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Target::begin(folder.path(), false).err().unwrap().to_string().contains("is a folder"));
        let nowhere = folder.path().join("no/such/folder.md");
        assert!(Target::begin(&nowhere, false).err().unwrap().to_string().contains("cannot be written"));
    }

    #[test]
    fn gaps_are_named_and_nothing_missing_is_said_in_a_word() {
        use crate::domain::{Ledger, Segment};
        let at = Timestamp::from_millis;
        let feed = |segments: Vec<Segment>| FeedCoverage {
            source: "a".into(),
            feed: "streamkap".into(),
            scope: None,
            scope_name: None,
            events: 1,
            ledger: Ledger::new(segments, []),
        };
        let span = |lo, hi, floor| Segment { span: Stretch { lo, hi }, verified_at: None, floor };
        let whole = feed(vec![span(Timestamp::MIN, at(5_000), true)]);
        let query =
            crate::query::parse("until:1970-01-01T00:00:03Z", &crate::query::Context::default()).unwrap();
        assert_eq!(coverage(&[whole], &query, Zone::Utc), ["complete"]);
        let holed = feed(vec![span(at(2_000), at(5_000), false)]);
        let lines = coverage(&[holed], &query, Zone::Utc);
        assert_eq!(lines[0], "1 gap");
        assert!(lines[1].starts_with("a: before 1970-01-01 00:00: "), "{lines:?}");
        assert_eq!(coverage(&[], &query, Zone::Utc), ["nothing was fetched yet"]);
    }
}
