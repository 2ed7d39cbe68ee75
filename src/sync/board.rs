//! What a source is doing, told to whoever listens.
//!
//! It assumes that several requests of one source wait and go on independently. It must not report a state
//! that is over.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::domain::{Fault, SourceState, SourceStatus, Timestamp};

use super::Report;
use super::line::lock;

/// What one sync has done so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) pages: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) events_new: AtomicU64,
    /// The answer to the credentials, where the server did not take them.
    pub(super) refused: OnceLock<Fault>,
}

/// The status of the source, told to whoever listens whenever it changes.
#[derive(Debug)]
pub(super) struct Board {
    shown: Mutex<Shown>,
    reports: tokio::sync::mpsc::UnboundedSender<Report>,
}

#[derive(Debug)]
struct Shown {
    status: SourceStatus,
    /// What the source is doing apart from waiting.
    doing: SourceState,
    /// How many requests wait.
    waiting: u32,
}

impl Tally {
    pub(super) fn count(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    pub(super) fn page(&self, events_new: u64) {
        Self::count(&self.pages, 1);
        Self::count(&self.events_new, events_new);
    }

    pub(super) fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn events_new(&self) -> u64 {
        self.events_new.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self) -> SourceState {
        SourceState::Syncing { pages: self.pages(), events_new: self.events_new() }
    }
}

impl Board {
    pub(super) fn new(status: SourceStatus, reports: tokio::sync::mpsc::UnboundedSender<Report>) -> Self {
        let doing = status.state.clone();
        Self { shown: Mutex::new(Shown { status, doing, waiting: 0 }), reports }
    }

    pub(super) fn status(&self) -> SourceStatus {
        lock(&self.shown).status.clone()
    }

    /// Changes the status without telling anyone.
    pub(super) fn amend(&self, change: impl FnOnce(&mut SourceStatus)) {
        change(&mut lock(&self.shown).status);
    }

    /// The source is doing this now; `change` brings the rest of the status along.
    pub(super) fn show(&self, doing: SourceState, change: impl FnOnce(&mut SourceStatus)) {
        let mut shown = lock(&self.shown);
        shown.doing = doing;
        if !matches!(shown.doing, SourceState::Syncing { .. }) {
            shown.waiting = 0;
        }
        if shown.waiting == 0 {
            shown.status.state = shown.doing.clone();
        }
        change(&mut shown.status);
        self.report(Report::Status(shown.status.clone()));
    }

    /// A request waits until then.
    pub(super) fn wait_begins(&self, until: Timestamp, reason: &str) {
        let mut shown = lock(&self.shown);
        shown.waiting += 1;
        shown.status.state = SourceState::Waiting { until, reason: reason.to_owned() };
        self.report(Report::Status(shown.status.clone()));
    }

    /// It goes on.
    pub(super) fn wait_ends(&self) {
        let mut shown = lock(&self.shown);
        shown.waiting = shown.waiting.saturating_sub(1);
        if shown.waiting == 0 {
            shown.status.state = shown.doing.clone();
            self.report(Report::Status(shown.status.clone()));
        }
    }

    /// Tells whoever listens. Nobody listening is fine: the cache has it all.
    pub(super) fn report(&self, report: Report) {
        let _ = self.reports.send(report);
    }
}
