//! What a source is doing, told to whoever listens.
//!
//! It assumes that several requests of one source wait and go on independently. It must not report a state
//! that is over.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::domain::{Fault, SourceState, SourceStatus, Timestamp};

use super::Report;
use super::line::lock;

/// A count that changes by more than one part in this many says nothing about the end.
const WAVERS: u64 = 50;

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
    /// What the server counts in each feed, by its scope; nothing where it said one thing, then another.
    totals: BTreeMap<Option<String>, Option<u64>>,
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
        Self { shown: Mutex::new(Shown { status, doing, waiting: 0, totals: BTreeMap::new() }), reports }
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

    /// A sync begins at this time.
    pub(super) fn begin(&self, began: Timestamp, events: u64) {
        lock(&self.shown).totals.clear();
        self.show(Tally::default().state(), |status| {
            status.events = events;
            (status.began, status.scopes_done, status.total) = (Some(began), 0, None);
        });
    }

    /// The walk over one feed came to its end.
    pub(super) fn scope_done(&self) {
        lock(&self.shown).status.scopes_done += 1;
    }

    /// The server counts so many events in one feed.
    pub(super) fn hear_total(&self, scope: Option<&str>, total: Option<u64>) {
        let mut shown = lock(&self.shown);
        let feeds = shown.status.scopes.unwrap_or(1);
        let known = shown.totals.entry(scope.map(str::to_owned)).or_insert(total);
        let wavers = known.zip(total).is_none_or(|(known, total)| known.abs_diff(total) > known / WAVERS);
        *known = total.filter(|_| !wavers);
        let all: Option<Vec<u64>> = shown.totals.values().copied().collect();
        shown.status.total = all
            .filter(|all| all.len() as u64 == feeds)
            .map(|all| all.into_iter().fold(0, u64::saturating_add));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_told_when_every_feed_has_one_that_stands() {
        let (sender, _heard) = tokio::sync::mpsc::unbounded_channel();
        let status = SourceStatus::idle(&"a".into(), "kaireonai", "https://example.com");
        let board = Board::new(SourceStatus { scopes: Some(2), ..status }, sender);
        board.begin(Timestamp::from_millis(5), 7);
        board.hear_total(Some("x"), Some(1_000));
        assert_eq!(board.status().total, None, "the other scope is not known");
        board.hear_total(Some("y"), Some(500));
        board.hear_total(Some("x"), Some(1_001));
        assert_eq!(board.status().total, Some(1_501));
        board.hear_total(Some("x"), Some(700));
        assert_eq!(board.status().total, None, "it said otherwise");
        board.hear_total(Some("x"), Some(700));
        assert_eq!(board.status().total, None, "and is not believed in this sync any more");
        board.begin(Timestamp::from_millis(9), 7);
        board.hear_total(None, None);
        assert_eq!((board.status().total, board.status().began), (None, Some(Timestamp::from_millis(9))));
    }
}
