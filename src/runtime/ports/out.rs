//! Effects that let something out of the program: the clipboard, files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::SetOnce;

use super::{Outbox, Ports};
use crate::config::{SecretRef, Source};
use crate::domain::{Event, RowId, Zone, plural};
use crate::export::{About, Format};
use crate::query::Query;
use crate::runtime::clipboard::{self, Tool};
use crate::runtime::{Export, Failure, Session, Target, curl, details, leaving};
use crate::sync::Engine;
use crate::tui::{Destination, Effect, Existing, Message, NotWritten, Notice, Outgoing};

/// The most that is put together for the clipboard, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// The highest number that is put behind the name of a file.
const MOST_NUMBERS: u32 = 999;

/// What things are let out with.
pub(super) struct Out {
    export: Export,
    sources: Vec<Source>,
    tools: Vec<Tool>,
    /// Variables that hold secrets; a program does not get to see them.
    hidden: Vec<String>,
}

impl Out {
    pub(super) fn of(session: &Session) -> Self {
        Self {
            export: session.export(),
            sources: session.config.sources.clone(),
            tools: Tool::find(|name| std::env::var_os(name)),
            hidden: session.config.secrets().filter_map(SecretRef::variable).collect(),
        }
    }

    /// Copies a text; the message says how, or that nobody took it.
    async fn copy(&self, what: &str, text: String) -> Message {
        match clipboard::by_tool(&self.tools, what, &text, &self.hidden).await {
            Ok(notice) => Message::Notice(notice),
            Err(why) => Message::NotTaken { what: what.to_owned(), text, why },
        }
    }

    /// What a file says of itself once it is there.
    async fn to_file(
        &self,
        rows: &[RowId],
        about: About,
        format: Format,
        (path, existing): (&str, Existing),
    ) -> Result<String, NotWritten> {
        let failed = |failure: Failure| NotWritten::Failed(failure.message().to_owned());
        let path = expand(path);
        let path = if existing == Existing::Numbered { free(path) } else { path };
        if existing != Existing::Replaced && is_taken(&path) {
            return Err(NotWritten::Exists(shown(&path)));
        }
        let target = Target::begin(&path, existing == Existing::Replaced).map_err(failed)?;
        let out = std::io::BufWriter::new(target.writer().map_err(failed)?);
        let masked = self.export.write(rows, format, about, out).await.map_err(words)?;
        target.keep().map_err(failed)?;
        Ok(format!("wrote {}: {}", shown(&path), told(rows.len(), masked)))
    }
}

impl Ports {
    pub(super) fn let_out(&self, effect: Effect) {
        let out = Arc::clone(&self.out);
        match effect {
            Effect::Copy { what, text } => self.answer(async move { out.copy(what, text).await }),
            Effect::CopyRequest { event } => self.answer(async move {
                match curl::line(&out.sources, &event) {
                    Ok(line) => out.copy("request", line).await,
                    Err(why) => Message::Notice(Notice::info(why)),
                }
            }),
            Effect::Export { outgoing, title, query, zone } => {
                self.export(out, outgoing, (title, query, zone));
            }
            _ => {}
        }
    }

    fn export(&self, out: Arc<Out>, outgoing: Outgoing, (title, query, zone): (String, Query, Zone)) {
        let (outbox, engine) = (self.outbox.clone(), Arc::clone(&self.engine));
        self.answer(async move {
            let mut rows: Vec<RowId> = outgoing.rows.iter().collect();
            if outgoing.format.passes() > 1 {
                // A report tells a story from its beginning.
                rows.reverse();
            }
            let left = if outgoing.format.passes() > 1 {
                let unknown = details::unknown(&out.export.library, &rows).await.unwrap_or_default();
                ask(&engine, unknown, &outbox).await
            } else {
                None
            };
            let about = out.export.about(title, &query, &rows, zone).await;
            let about = About { unmasked: outgoing.unmasked, ..about };
            let format = outgoing.format;
            if let Destination::File { path, existing } = &outgoing.to {
                let written = out.to_file(&rows, about, format, (path, *existing)).await;
                return Message::Exported(written.map(|said| Some(with(&said, left))));
            }
            let mut text = Bounded(Vec::new());
            match out.export.write(&rows, format, about, &mut text).await {
                Err(why) => Message::Exported(Err(words(why))),
                Ok(masked) => {
                    outbox.send(Message::Exported(Ok(None)));
                    let what = format!("{} of {}", format.name(), told(rows.len(), masked));
                    let text = String::from_utf8_lossy(&text.0).into_owned();
                    match (out.copy(&what, text).await, left) {
                        (Message::Notice(notice), left) => {
                            Message::Notice(Notice { text: with(&notice.text, left), ..notice })
                        }
                        (other, left) => {
                            if let Some(left) = left {
                                outbox.send(Message::Notice(Notice::info(left)));
                            }
                            other
                        }
                    }
                }
            }
        });
    }
}

/// Asks what changed in events of which that is not known, for a report tells of little else. What is still to say
/// of it comes back.
async fn ask(engine: &SetOnce<Engine>, unknown: Vec<Event>, outbox: &Outbox) -> Option<String> {
    if unknown.is_empty() {
        return None;
    }
    let several = plural(unknown.len() as u64, "event");
    outbox.send(Message::Notice(Notice::info(format!("asking what changed in {several} first"))));
    details::ask(engine.wait().await, unknown).await.left_out()
}

/// What was said, with what is left to say.
fn with(said: &str, left: Option<String>) -> String {
    left.map_or_else(|| said.to_owned(), |left| format!("{said}; {left}"))
}

fn told(events: usize, masked: usize) -> String {
    let hidden = format!(" ({} masked)", plural(masked as u64, "secret"));
    format!("{}{}", plural(events as u64, "event"), if masked > 0 { hidden.as_str() } else { "" })
}

fn words(why: leaving::NotWritten) -> NotWritten {
    NotWritten::Failed(match why {
        leaving::NotWritten::Store(error) => error.to_string(),
        leaving::NotWritten::Io(error) => format!("it cannot be written: {error}"),
    })
}

fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The path, or the first one with a number behind its name where nothing stands yet.
fn free(path: PathBuf) -> PathBuf {
    let numbered = |number: u32| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
        path.with_file_name(format!("{stem}-{number}{}", ending.unwrap_or_default()))
    };
    let taken = is_taken(&path);
    let other = taken.then(|| (2..=MOST_NUMBERS).map(numbered).find(|path| !is_taken(path))).flatten();
    other.unwrap_or(path)
}

/// The whole path as people write it.
fn shown(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let dirs = directories::BaseDirs::new();
    let in_home = dirs.as_ref().and_then(|dirs| whole.strip_prefix(dirs.home_dir()).ok());
    match in_home {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => whole.display().to_string(),
    }
}

/// The path, with the home folder for the `~` that it may begin with.
fn expand(path: &str) -> PathBuf {
    let home = path.strip_prefix("~/").zip(directories::BaseDirs::new());
    home.map_or_else(|| PathBuf::from(path), |(rest, dirs)| dirs.home_dir().join(rest))
}

/// A text that does not grow without end.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(std::io::Error::other("it is too much for a clipboard, write a file"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_the_first_number_that_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for (name, expected) in [
            ("changes.md", "changes.md"),
            ("changes.md", "changes-2.md"),
            ("changes.md", "changes-3.md"),
            ("plain", "plain"),
            ("plain", "plain-2"),
        ] {
            let path = free(place(name));
            assert_eq!(path, place(expected));
            std::fs::write(path, "").unwrap();
        }
    }

    #[test]
    fn a_path_is_told_whole_and_events_are_counted_one_by_one() {
        let home = directories::BaseDirs::new().unwrap().home_dir().join("reports/a.md");
        assert_eq!(shown(&home), "~/reports/a.md");
        assert_eq!(shown(Path::new("/srv/a.md")), "/srv/a.md");
        let folder = std::env::current_dir().unwrap();
        assert_eq!(shown(Path::new("a.md")), shown(&folder.join("a.md")));
        for (events, masked, expected) in [
            (1, 0, "1 event"),
            (2, 0, "2 events"),
            (1, 1, "1 event (1 secret masked)"),
            (3, 2, "3 events (2 secrets masked)"),
        ] {
            assert_eq!(told(events, masked), expected);
        }
    }
}
