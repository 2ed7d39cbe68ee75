//! What a walk is told of a page, and what it says to it.

use crate::domain::Timestamp;
use crate::feed::Seam;

/// What earlier walks left behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sync) struct Basis {
    /// The newest time below which the last complete walk left nothing out; `None` without one.
    pub(in crate::sync) top: Option<Timestamp>,
    /// The server's total at the end of that walk.
    pub(in crate::sync) total: Option<u64>,
    /// Rows of this feed in the cache when this walk starts.
    pub(in crate::sync) rows: u64,
}

/// What one page showed.
#[derive(Debug, Clone, Default)]
pub(in crate::sync) struct Sight {
    /// Entries in the page, readable or not.
    pub(in crate::sync) length: u64,
    /// One number for each entry, the same whenever the same entry is seen. See [`prints`](super::prints).
    pub(in crate::sync) prints: Vec<u64>,
    /// Entries that could not be read as events.
    pub(in crate::sync) quarantined: u64,
    /// Rows that were not in the cache before this page.
    pub(in crate::sync) new: u64,
    /// Whether the server says that more follows.
    pub(in crate::sync) more: Option<bool>,
    /// How many entries the server counts.
    pub(in crate::sync) total: Option<u64>,
    /// The page size that was asked for, or that the server says it used.
    pub(in crate::sync) size: Option<u64>,
    /// Whether there is a way to ask for the next page at all.
    pub(in crate::sync) can_go_on: bool,
    /// How the next place comes about.
    pub(in crate::sync) seam: Seam,
    /// A number for the next place, the same whenever it is the same place.
    pub(in crate::sync) next: u64,
    /// The newest time in the page.
    pub(in crate::sync) newest: Option<Timestamp>,
    /// The oldest time in the page.
    pub(in crate::sync) oldest: Option<Timestamp>,
    /// Whether the entries stand newest first.
    pub(in crate::sync) descending: bool,
    /// The server's clock.
    pub(in crate::sync) date: Option<Timestamp>,
}

/// What to do after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sync) enum Next {
    /// Ask for the page after this one.
    Deeper,
    /// Ask for this page again.
    Again,
    /// Start over at the head of the list.
    Head,
    /// The walk is done.
    Done(Claim),
    /// The walk cannot go on.
    GiveUp(Stall),
}

/// What a finished walk knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) struct Claim {
    /// Everything adds up: later refreshes may stop at known ground.
    pub(in crate::sync) settled: bool,
    /// The newest time below which nothing was left out, never later than the server's clock.
    pub(in crate::sync) top: Option<Timestamp>,
    /// The server's total.
    pub(in crate::sync) total: Option<u64>,
}

/// Why a walk cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sync) enum Stall {
    /// A page came empty although the server counts more entries than it has shown.
    Empty {
        /// Entries shown so far.
        seen: u64,
        /// Entries the server counts; `None` where it only says that there is more.
        total: Option<u64>,
    },
    /// Three different pages had the same entries.
    Repeated {
        /// Entries shown so far.
        seen: u64,
    },
    /// Every time the walk came to some place, that place was gone.
    Restarted,
    /// The list does not end.
    Endless {
        /// Pages read.
        pages: u64,
    },
}
