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
        }
    }
}

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
