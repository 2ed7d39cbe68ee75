//! `backtrail tail`: events as they come, one on a line, until it is interrupted.
//!
//! What counts as coming is what happened after the newest event that the cache held of a source when the
//! command began. Older events that are found later belong to the history and stay in it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;

use super::args::TailArgs;
use super::print::{self, Printer};
use super::{asked, list};
use crate::config::Options;
use crate::domain::{Event, RowId, Timestamp};
use crate::query::{self, Query};
use crate::runtime::{Exit, Failure, Session};
use crate::sync::Report;

/// How often the cache is asked whether another program has written to it.
const OTHERS: Duration = Duration::from_secs(5);

pub(super) async fn run(
    args: TailArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let session = super::open_with_sources(options)?;
    let query = asked::read(&args.query, &session).await?;
    let zone = query.directives().zone.unwrap_or(session.config.ui.zone);
    let mut tail = Tail {
        newest: newest(&session).await?,
        printer: Printer::new(args.form(), zone, args.unmasked).without_header(),
        faults: HashMap::new(),
        printed: HashSet::new(),
        query,
        session: &session,
    };
    let (reports, heard) = mpsc::unbounded_channel();
    let connected = session.connect(reports).await;
    for name in &session.user().await.0.data().paused {
        connected.engine.pause(name, true);
    }
    for status in &connected.refused {
        if let Some(fault) = &status.fault {
            print::warn(&format!("{}: {}; {}", status.name, fault.message, fault.fix));
        }
    }
    let exit = tokio::select! {
        () = connected.engine.follow() => Ok(Exit::Fine),
        exit = tail.follow(heard) => exit,
        () = stop.cancelled() => Ok(Exit::Interrupted),
    };
    connected.engine.stop();
    exit
}

/// The newest event of each source; what is configured and has sent nothing yet begins now.
async fn newest(session: &Session) -> Result<HashMap<Arc<str>, RowId>, Failure> {
    let now = RowId::floor(Timestamp::now());
    let mut newest = HashMap::new();
    for source in &session.config.sources {
        let own = list::parse(&query::exact_term("source", &source.name), session)?;
        let row = session.library.rows(own).await?.first();
        newest.insert(Arc::clone(&source.name), row.unwrap_or(now));
    }
    Ok(newest)
}

struct Tail<'a> {
    session: &'a Session,
    query: Query,
    newest: HashMap<Arc<str>, RowId>,
    /// What was said last of each source that cannot be read.
    faults: HashMap<Arc<str>, String>,
    printed: HashSet<RowId>,
    printer: Printer,
}

impl Tail<'_> {
    /// Prints what comes until nothing can come any more, or nobody reads.
    async fn follow(&mut self, mut heard: UnboundedReceiver<Report>) -> Result<Exit, Failure> {
        let mut version = self.session.library.version().await.ok();
        let mut batch = Vec::new();
        loop {
            let stored = match tokio::time::timeout(OTHERS, heard.recv_many(&mut batch, 1024)).await {
                Ok(0) => return Ok(Exit::Fine),
                Ok(_) => {
                    let stored = batch.iter().any(|report| matches!(report, Report::Stored { .. }));
                    batch.drain(..).for_each(|report| self.complain(report));
                    stored
                }
                Err(_) => {
                    let before = std::mem::replace(&mut version, self.session.library.version().await.ok());
                    before != version
                }
            };
            if stored && let Some(exit) = self.print_new().await? {
                return Ok(exit);
            }
        }
    }

    /// Says on stderr, once, what keeps a source from being read: silence would look as if nothing happened.
    fn complain(&mut self, report: Report) {
        let Report::Status(status) = report else { return };
        match status.fault {
            Some(fault) => {
                let text = format!("{}: {}; {}", status.name, fault.message, fault.fix);
                if self.faults.get(&status.name) != Some(&text) {
                    print::warn(&text);
                    self.faults.insert(status.name, text);
                }
            }
            None => drop(self.faults.remove(&status.name)),
        }
    }

    /// Prints what is new, oldest first; the end where the reader has gone.
    async fn print_new(&mut self) -> Result<Option<Exit>, Failure> {
        self.session.library.catch_up().await?;
        let Some(oldest) = self.newest.values().min().copied() else { return Ok(None) };
        let rows = self.session.library.rows(self.query.newer_than(oldest)).await?;
        let mut new: Vec<RowId> = rows.iter().filter(|row| !self.printed.contains(row)).collect();
        new.reverse();
        for event in self.session.library.events(new).await? {
            self.printed.insert(event.row);
            if !self.is_new(&event) {
                continue;
            }
            let printed = self.printer.event(&event).and_then(|()| self.printer.flush());
            if let Some(exit) = print::ended(printed)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    fn is_new(&self, event: &Event) -> bool {
        self.newest.get(&event.source).is_some_and(|newest| event.row > *newest)
    }
}
