//! Effects that let something out of the program: the clipboard, files.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::SetOnce;

use super::{Outbox, Ports};
use crate::config::{SecretRef, Source};
use crate::domain::{Event, RowId, Zone};
use crate::export::About;
use crate::query::Query;
use crate::runtime::clipboard::{self, Tool};
use crate::runtime::{Export, Session, Target, curl, details, leaving::NotWritten};
use crate::sync::Engine;
use crate::tui::{Destination, Effect, Message, Notice, Outgoing};

/// The most that is put together for the clipboard, in bytes.
const MOST: usize = 4 * 1024 * 1024;

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
    async fn copy(&self, what: &'static str, text: String) -> Message {
        match clipboard::by_tool(&self.tools, what, &text, &self.hidden).await {
            Ok(notice) => Message::Notice(notice),
            Err(why) => Message::NotTaken { what, text, why },
        }
    }

    /// What a file says of itself once it is there.
    async fn to_file(&self, rows: &[RowId], about: About, outgoing: &Outgoing) -> Result<String, String> {
        let Destination::File { path, replace } = &outgoing.to else { return Err(String::new()) };
        let target = Target::begin(&expand(path), *replace).map_err(|failure| failure.to_string())?;
        let out = std::io::BufWriter::new(target.writer().map_err(|failure| failure.to_string())?);
        let masked = self.export.write(rows, outgoing.format, about, out).await.map_err(words)?;
        let shown = target.path().display().to_string();
        target.keep().map_err(|failure| failure.to_string())?;
        Ok(format!("wrote {shown}: {}", told(rows.len(), masked)))
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
            if let Destination::File { .. } = outgoing.to {
                let said = out.to_file(&rows, about, &outgoing).await;
                return Message::Exported(said.map(|said| with(&said, left)));
            }
            let mut text = Bounded(Vec::new());
            match out.export.write(&rows, outgoing.format, about, &mut text).await {
                Err(why) => Message::Exported(Err(words(why))),
                Ok(masked) => {
                    let said = format!("copied {}", told(rows.len(), masked));
                    outbox.send(Message::Exported(Ok(with(&said, left))));
                    out.copy(outgoing.format.name(), String::from_utf8_lossy(&text.0).into_owned()).await
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
    let several = if unknown.len() == 1 { "1 event".to_owned() } else { format!("{} events", unknown.len()) };
    outbox.send(Message::Notice(Notice::info(format!("asking what changed in {several} first"))));
    details::ask(engine.wait().await, unknown).await.left_out()
}

/// What was said, with what is left to say.
fn with(said: &str, left: Option<String>) -> String {
    left.map_or_else(|| said.to_owned(), |left| format!("{said}; {left}"))
}

fn told(events: usize, masked: usize) -> String {
    let hidden = if masked > 0 { format!(", {masked} secrets masked") } else { String::new() };
    format!("{events} events{hidden}")
}

fn words(why: NotWritten) -> String {
    match why {
        NotWritten::Store(error) => error.to_string(),
        NotWritten::Io(error) => format!("it cannot be written: {error}"),
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
