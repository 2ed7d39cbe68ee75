//! Fetching: what to ask next, asking it, and handing pages to the store.
//!
//! An [`Engine`] owns the configured sources. Each of its syncs walks every feed of a source (one per
//! scope) from the newest event down, page by page: a request is built by the feed profile, sent by
//! `http`, read by the profile again, written to the store in one transaction and judged by `plan`, which
//! says what to ask next. A fetch asks for the part that a query is about (`filtered`), which proves nothing
//! about the rest. Where a server keeps a feed from the key, another may be read in its place (`standin`).
//! Whoever holds the other end of the channel hears of it as [`Report`]s.
//!
//! It assumes that a source may fail in any way at any time. It must not lose or repeat an event because
//! of that, must not let one source hold up another, must not ask a server more often than it allows,
//! and must not show a secret to anyone but the origin it belongs to.
//!
//! What a cache knows to be complete of a feed is a ledger of stretches of time ([`crate::domain::Ledger`]).

mod board;
mod clock;
mod detail;
mod engine;
mod extent;
mod fault;
mod faults;
mod filtered;
mod gate;
mod host;
mod http;
mod line;
mod local;
mod plan;
mod probe;
mod pull;
mod redact;
mod retry;
mod scopes;
mod standin;
mod token;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{IndexRow, RowId, ScopeChoice, SourceStatus, Via};
use crate::feed::{Binding, Profile};

pub use engine::{Engine, Which};
pub use extent::Extent;
pub use filtered::{Fetched, narrow};
pub use http::Authorities;
pub use plan::price::requests;
pub use probe::Probe;
pub use redact::Redactor;

/// A configured source, ready to be asked.
#[derive(Debug)]
pub struct Source {
    /// The name the user gave it.
    pub name: Arc<str>,
    /// How its feed is asked for and read.
    pub profile: Arc<Profile>,
    /// How it is, where the server refuses that one.
    pub stand_in: Option<Arc<Profile>>,
    /// Where its answers come from.
    pub via: Via,
    /// Variables that hold secrets; a program that is a source does not get to see them.
    pub hidden: Vec<String>,
    /// The user's values and secrets.
    pub binding: Binding,
    /// What it fans out over, where its profile does.
    pub scopes: ScopeChoice,
    /// How often it is asked again while the program follows.
    pub poll: Duration,
    /// How far back from now its events are kept; nothing older is asked for. `None` is for ever.
    pub keep: Option<Duration>,
    /// Requests may go unencrypted to another machine.
    pub insecure_http: bool,
    /// The proxy that its requests take, as `http://host:port`; `None` is what the environment says.
    pub proxy: Option<String>,
    /// Who may vouch for it beside those whom the machine trusts.
    pub trusted: Option<Arc<Authorities>>,
}

/// Something that happened while syncing.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "each is read once, soon after it was sent")]
pub enum Report {
    /// A source's state changed.
    Status(SourceStatus),
    /// A page went into the cache.
    Stored {
        /// The source it came from.
        source: Arc<str>,
        /// The rows that were not in the cache before.
        new: Vec<IndexRow>,
        /// Rows that were there and say something else now: the place each had and the row it is now.
        changed: Vec<(RowId, IndexRow)>,
    },
}

#[cfg(test)]
mod tests;
