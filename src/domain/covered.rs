//! The ledger of one feed, with the names that people know it by.

use std::sync::Arc;

use super::{Gap, Ledger, Timestamp};

/// A record that could not be read as an event, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The name the user gave the source.
    pub source: Arc<str>,
    /// The id of the feed profile that could not read it.
    pub feed: Arc<str>,
    /// The provider's id of the scope.
    pub scope: Option<Arc<str>>,
    /// What people call the scope, where the provider says so.
    pub scope_name: Option<Arc<str>>,
    /// Why it could not be read.
    pub reason: String,
    /// When it came, by the local clock.
    pub seen_at: Timestamp,
    /// Its text, or the beginning of it.
    pub raw: Box<str>,
    /// How many characters its text has.
    pub length: u64,
}

impl Unreadable {
    /// The name of the scope, or of the feed where there is none.
    pub fn label(&self) -> &str {
        self.scope_name.as_ref().or(self.scope.as_ref()).unwrap_or(&self.feed)
    }
}

/// What the cache knows to be complete of one feed of a source: one for each scope, where the source fans out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedCoverage {
    /// The name the user gave the source.
    pub source: Arc<str>,
    /// The id of the feed profile.
    pub feed: Arc<str>,
    /// The provider's id of the scope.
    pub scope: Option<Arc<str>>,
    /// What people call the scope, where the provider says so.
    pub scope_name: Option<Arc<str>>,
    /// Events in the cache.
    pub events: u64,
    /// What is known to be complete.
    pub ledger: Ledger,
}

impl FeedCoverage {
    /// The name of the scope, or of the feed where there is none.
    pub fn label(&self) -> &str {
        self.scope_name.as_ref().or(self.scope.as_ref()).unwrap_or(&self.feed)
    }

    /// Whether asking again may fill this gap.
    pub fn can_fill(&self, gap: &Gap) -> bool {
        !self.ledger.is_final(gap.span)
    }
}
