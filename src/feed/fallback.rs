//! `[fallback]`: the feed that is read instead where the server refuses one.

use super::Profile;

/// The feed that is read instead where the server refuses this one.
#[derive(Debug)]
pub(super) struct Fallback {
    /// Statuses that mean that this feed is not for this key.
    pub(super) on: Vec<u16>,
    /// The id of the other feed.
    pub(super) feed: String,
    /// What to tell the user then.
    pub(super) note: Option<String>,
}

impl Profile {
    /// The id of the feed that is read instead where the server refuses this one.
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_ref().map(|fallback| fallback.feed.as_str())
    }

    /// Whether an answer of this status means that another feed is to be read.
    pub fn falls_back_on(&self, status: u16) -> bool {
        self.fallback.as_ref().is_some_and(|fallback| fallback.on.contains(&status))
    }

    /// What to tell the user where `other` is read instead.
    pub fn fallback_note(&self, other: &Self) -> Option<String> {
        let own = self.fallback.as_ref()?.note.clone();
        let plain =
            || format!("the server keeps {} from this key: {} is read instead", self.name, other.name);
        Some(own.unwrap_or_else(plain))
    }
}
