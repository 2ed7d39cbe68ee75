//! News from the sources, told to the app: the cache grew, a source's state changed.
//!
//! Reports come as fast as pages do. The relay takes what has piled up, brings the columns up to date
//! once, and tells the app once; then it rests a moment, so that a long first sync leaves the machine to
//! whoever is reading.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use super::library::{Library, News};
use super::ports::{Ports, UnderWay};
use super::retention::Retention;
use crate::domain::{FaultKind, SourceState, SourceStatus};
use crate::store::{FileId, StoreError};
use crate::sync::Report;
use crate::tui::{Message, Notice};

/// The rest after a batch.
const REST: Duration = Duration::from_millis(60);

/// How many reports are taken at a time.
const BATCH: usize = 1024;

/// How often the cache is asked whether another program has written to it.
const OTHERS: Duration = Duration::from_secs(5);

/// The rest between two steps of putting away what has come to rest in the cache.
const TIDYING: Duration = Duration::from_millis(20);

/// How often at most it is read what is complete while syncs go on.
const COVERAGE: Duration = Duration::from_secs(1);

/// What the relay knows.
pub(crate) struct Relay {
    /// How every source is doing, in the order of the configuration.
    statuses: Vec<SourceStatus>,
    library: Library,
    ports: Arc<Ports>,
    /// Sources whose sync is to come or has not come to an end.
    unsettled: BTreeSet<Arc<str>>,
    /// Something is under way as long as there are such sources.
    under_way: Option<UnderWay>,
    /// Whether there may be rows in the cache that have come to rest and are not put away.
    untidy: bool,
    /// When the app was last told what is complete.
    covered: Option<Instant>,
    /// What is too old is removed once the syncs have come to rest.
    retention: Retention,
}

impl Relay {
    /// A relay that begins with these states. `first_sync` is under way until every source in `expected`
    /// has come to an end once.
    pub(crate) fn new(
        statuses: Vec<SourceStatus>,
        expected: BTreeSet<Arc<str>>,
        library: Library,
        ports: Arc<Ports>,
        first_sync: UnderWay,
        retention: Retention,
    ) -> Self {
        Self {
            statuses,
            library,
            ports,
            unsettled: expected,
            under_way: Some(first_sync),
            untidy: true,
            covered: None,
            retention,
        }
    }

    /// Tells the app of everything in `reports`, until nobody can send any more.
    pub(crate) async fn run(mut self, mut reports: UnboundedReceiver<Report>) {
        let mut version = None;
        let mut batch = Vec::new();
        loop {
            let tidying = (self.untidy || self.retention.has_work()) && self.unsettled.is_empty();
            let rest = if tidying { TIDYING } else { OTHERS };
            let count = tokio::time::timeout(rest, reports.recv_many(&mut batch, BATCH)).await;
            let stored = match count {
                Ok(0) => break,
                Ok(_) => self.hear(batch.drain(..)),
                Err(_) if tidying && self.retention.has_work() => self.remove_old().await,
                Err(_) if tidying => {
                    self.tidy().await;
                    false
                }
                Err(_) => self.others_wrote(&mut version).await,
            };
            if stored {
                self.catch_up().await;
                self.untidy = true;
            }
            self.tell_coverage(stored).await;
            if self.unsettled.is_empty() {
                self.under_way = None;
            } else if self.under_way.is_none() {
                self.under_way = Some(self.ports.begin());
            }
            if stored {
                tokio::time::sleep(REST).await;
            }
        }
    }

    /// Takes reports in; whether any of them means that the cache holds something else than before.
    fn hear(&mut self, reports: impl Iterator<Item = Report>) -> bool {
        let (mut stored, mut changed) = (false, false);
        for report in reports {
            match report {
                Report::Stored { .. } => stored = true,
                Report::Status(status) => {
                    if is_settled(&status) {
                        self.retention.synced(&status.name);
                        self.unsettled.remove(&status.name);
                    } else {
                        self.unsettled.insert(Arc::clone(&status.name));
                    }
                    if let Some(known) = self.statuses.iter_mut().find(|known| known.name == status.name) {
                        changed |= *known != status;
                        *known = status;
                    }
                }
            }
        }
        if changed {
            self.ports.tell(Message::Sources(self.statuses.clone()));
        }
        stored
    }

    async fn others_wrote(&self, version: &mut Option<(FileId, i64)>) -> bool {
        let now = self.library.version().await.ok();
        let wrote = version.is_some() && *version != now;
        *version = now;
        wrote
    }

    /// Removes some of what is too old; whether anything was.
    async fn remove_old(&mut self) -> bool {
        match self.retention.step().await {
            Ok(removed) => {
                // What is complete ends elsewhere now.
                self.covered = None;
                removed > 0
            }
            Err(error) => {
                self.ports.tell(Message::Notice(Notice::error(error.to_string())));
                false
            }
        }
    }

    /// Puts away some of what has come to rest.
    async fn tidy(&mut self) {
        let tidied = self.library.seal_some().await;
        // What failed now is tried again when there is more.
        self.untidy = matches!(tidied, Ok((true, _)));
        match tidied {
            Ok((_, News { new: 0, changed, left: false, replaced: false })) if changed.is_empty() => {}
            tidied => self.tell_news(tidied.map(|(_, news)| news)).await,
        }
    }

    /// Tells what is complete: at once where the syncs have come to rest, now and then while they go on.
    async fn tell_coverage(&mut self, stored: bool) {
        let rested = self.unsettled.is_empty() && self.under_way.is_some();
        let due = stored && self.covered.is_none_or(|told| told.elapsed() >= COVERAGE);
        if !(rested || due || self.covered.is_none()) {
            return;
        }
        self.covered = Some(Instant::now());
        // Without it, what was known stays on the screen; the cache says itself what is wrong with it.
        if let Ok(feeds) = self.library.coverage().await {
            self.ports.tell(Message::Coverage(feeds));
        }
    }

    async fn catch_up(&self) {
        let news = self.library.catch_up().await;
        self.tell_news(news).await;
    }

    async fn tell_news(&self, mut news: Result<News, StoreError>) {
        if let Err(error @ StoreError::Corrupt { .. }) = &news {
            // A fresh cache is in its place by now.
            self.ports.tell(Message::Notice(Notice::error(error.to_string())));
            news = self.library.catch_up().await;
        }
        match news {
            Ok(News { new, changed, left, replaced }) => {
                if replaced {
                    let text = "the cache was damaged and is being fetched again";
                    self.ports.tell(Message::Notice(Notice::error(text)));
                }
                // What is on the screen must not show what it said before.
                if !changed.is_empty()
                    && let Ok(events) = self.library.events(changed.into_iter().take(BATCH).collect()).await
                {
                    self.ports.tell(Message::Events(events.into_iter().map(Arc::new).collect()));
                }
                let news = Message::CacheGrew { new: new as u64 };
                self.ports.tell(if left && new == 0 { Message::CacheShrank } else { news });
            }
            Err(error) => self.ports.tell(Message::Notice(Notice::error(error.to_string()))),
        }
    }
}

/// Whether nothing more is to be expected of a source for now.
fn is_settled(status: &SourceStatus) -> bool {
    match status.state {
        SourceState::Ready | SourceState::Failed => true,
        // A server that wants to be left alone for longer than anybody waits.
        SourceState::Waiting { .. } => {
            status.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::RateLimited)
        }
        SourceState::Idle | SourceState::Syncing { .. } => false,
    }
}
