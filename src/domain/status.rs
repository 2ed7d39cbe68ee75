//! What is known about a source: how it is doing, what went wrong, what to do about it.

use std::sync::Arc;

use super::Timestamp;

/// The state of one configured source, as lists and the sources screen show it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceStatus {
    /// The name the user gave it.
    pub name: Arc<str>,
    /// The id of its feed profile.
    pub feed: Arc<str>,
    /// Scheme, host and port it talks to.
    pub origin: String,
    /// What it is doing.
    pub state: SourceState,
    /// Events in the cache.
    pub events: u64,
    /// Records that could not be read as events.
    pub quarantined: u64,
    /// Events whose link to the entry before them is broken.
    pub broken: u64,
    /// Scopes found, where the source fans out.
    pub scopes: Option<u64>,
    /// What the user should know of it although it works, such as that another feed is read instead.
    pub note: Option<String>,
    /// When it was last known to be complete.
    pub last_sync: Option<Timestamp>,
    /// The last thing that went wrong, until a sync succeeds.
    pub fault: Option<Fault>,
    /// When the sync that is under way began.
    pub began: Option<Timestamp>,
    /// How many scopes that sync is done with.
    pub scopes_done: u64,
    /// How many events there are by the server's own count, where it counts, does so for everything that is
    /// asked for, and has said the same all along.
    pub total: Option<u64>,
}

impl SourceStatus {
    /// The state of a source that nothing has been asked of.
    pub fn idle(name: &Arc<str>, feed: &str, origin: &str) -> Self {
        Self {
            name: Arc::clone(name),
            feed: feed.into(),
            origin: origin.to_owned(),
            state: SourceState::Idle,
            events: 0,
            quarantined: 0,
            broken: 0,
            scopes: None,
            note: None,
            last_sync: None,
            fault: None,
            began: None,
            scopes_done: 0,
            total: None,
        }
    }
}

/// How a sync that is under way goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// New events in a second, since it began.
    pub per_second: u64,
    /// How many of all events are there, and how many there are by the server's own count; nothing where that
    /// is not known.
    pub of: Option<(u64, u64)>,
    /// In how many seconds it will be done at this pace; nothing where that cannot be told.
    pub seconds_left: Option<u64>,
}

impl SourceStatus {
    /// How its sync goes on at the time `now`; nothing where none is under way, or too shortly to say.
    pub fn progress(&self, now: Timestamp) -> Option<Progress> {
        let SourceState::Syncing { events_new, .. } = self.state else { return None };
        let millis = u64::try_from(now.millis().saturating_sub(self.began?.millis())).ok()?;
        if millis < TOO_SHORT {
            return None;
        }
        let per_second = events_new.saturating_mul(1_000) / millis;
        let done = self.events.saturating_add(self.quarantined);
        let of = self.total.filter(|total| *total >= done).map(|total| (done, total));
        let seconds_left = of.filter(|_| per_second > 0).map(|(done, total)| (total - done) / per_second);
        Some(Progress { per_second, of, seconds_left })
    }
}

/// The time, in milliseconds, after which a pace can be told.
const TOO_SHORT: u64 = 2_000;

/// What a source is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// Nothing has been asked of it since the program started.
    Idle,
    /// Pages are being fetched.
    Syncing {
        /// Pages fetched in this sync.
        pages: u64,
        /// Events that were new in this sync.
        events_new: u64,
    },
    /// Waiting for a time the server named, or before another try.
    Waiting {
        /// When the next request may be sent.
        until: Timestamp,
        /// Why, in two or three words: `429`, `retry`.
        reason: String,
    },
    /// The last sync reached its end.
    Ready,
    /// The last sync did not; [`SourceStatus::fault`] says why.
    Failed,
}

/// Something that went wrong, told by what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The sort of remedy it needs.
    pub kind: FaultKind,
    /// What happened and where, in one sentence without secrets.
    pub message: String,
    /// What to do next, in one sentence.
    pub fix: String,
    /// The HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// The provider's own id for the failed request, to quote to its support.
    pub request_id: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// Faults by remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The credentials are missing, wrong or expired.
    SignIn,
    /// The credentials are fine and not enough.
    Forbidden,
    /// The configuration names something the server does not have, or asks for too much.
    Configuration,
    /// The server asks us to slow down for longer than we wait on our own.
    RateLimited,
    /// No answer came.
    Network,
    /// The server failed.
    Server,
    /// The answer is not what the profile describes.
    Shape,
    /// The cache could not take it.
    Store,
}

/// What one sync of one source came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The source.
    pub source: Arc<str>,
    /// Whether it reached its end.
    pub complete: bool,
    /// Events that were not in the cache before.
    pub events_new: u64,
    /// Events of this source in the cache now.
    pub events_total: u64,
    /// Pages read.
    pub pages: u64,
    /// Requests sent, token exchanges and retries included.
    pub requests: u64,
    /// What stopped it.
    pub fault: Option<Fault>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn syncing(total: Option<u64>) -> SourceStatus {
        SourceStatus {
            state: SourceState::Syncing { pages: 9, events_new: 1_000 },
            events: 3_000,
            quarantined: 1,
            began: Some(Timestamp::from_millis(0)),
            total,
            ..SourceStatus::idle(&"a".into(), "kaireonai", "https://example.com")
        }
    }

    #[test]
    fn an_end_is_foretold_only_where_the_server_counts() {
        let at = Timestamp::from_millis;
        let told = syncing(Some(5_001)).progress(at(10_000)).unwrap();
        assert_eq!((told.per_second, told.of, told.seconds_left), (100, Some((3_001, 5_001)), Some(20)));
        let told = syncing(None).progress(at(10_000)).unwrap();
        assert_eq!((told.per_second, told.of, told.seconds_left), (100, None, None));
        assert_eq!(syncing(Some(2_000)).progress(at(10_000)).unwrap().of, None, "a count that is wrong");
        assert_eq!(syncing(Some(5_001)).progress(at(1_000)), None, "too early");
        assert_eq!(syncing(Some(5_001)).progress(at(-5)), None, "a clock that went back");
        assert_eq!(SourceStatus { state: SourceState::Ready, ..syncing(None) }.progress(at(10_000)), None);
        let stuck =
            SourceStatus { state: SourceState::Syncing { pages: 1, events_new: 0 }, ..syncing(Some(9_999)) };
        assert_eq!(stuck.progress(at(10_000)).unwrap().seconds_left, None);
    }
}
