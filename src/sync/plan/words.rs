//! What a walk is told, and what it answers.

use crate::domain::{Note, Segment, Stretch, Timestamp};
use crate::feed::Seam;

/// Which way time runs through a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum Direction {
    /// Newest first.
    Down,
    /// Oldest first.
    Up,
}

/// How a list is cut into answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum Cut {
    /// Numbered pages of a size that the client chooses.
    Pages,
    /// A place between records, which the client chooses.
    Offsets,
    /// Numbered pages of a size that the server chooses.
    Fixed,
    /// Each answer leads to the next.
    Led,
    /// One answer holds everything.
    Whole,
}

/// What is known of a list before it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) struct Shape {
    pub(in crate::sync) cut: Cut,
    /// The largest page that may be asked for.
    pub(in crate::sync) size: Option<u64>,
    /// The list holds nothing from before this time.
    pub(in crate::sync) since: Option<Timestamp>,
    /// The list holds nothing from this time on.
    pub(in crate::sync) until: Option<Timestamp>,
    /// Which way time runs, where that is documented or was seen.
    pub(in crate::sync) direction: Option<Direction>,
    /// The place of the next answer is the time of a record: records of that time may be cut apart.
    pub(in crate::sync) by_time: bool,
}

/// What one answer showed.
#[derive(Debug, Clone, Default)]
pub(in crate::sync) struct Sight {
    /// Entries in the page, readable or not.
    pub(in crate::sync) length: u64,
    /// The times of the readable ones, in the order of the page.
    pub(in crate::sync) times: Vec<Timestamp>,
    /// One number for each entry, the same whenever the same entry is seen. See [`prints`](super::prints).
    pub(in crate::sync) prints: Vec<u64>,
    /// Entries that could not be read as events.
    pub(in crate::sync) quarantined: u64,
    /// Whether the server says that more follows.
    pub(in crate::sync) more: Option<bool>,
    /// How many entries the server counts.
    pub(in crate::sync) total: Option<u64>,
    /// The page size that the server says it used.
    pub(in crate::sync) echo: Option<u64>,
    /// The page size that was asked for.
    pub(in crate::sync) asked: Option<u64>,
    /// Whether there is a way to ask for the next page at all.
    pub(in crate::sync) can_go_on: bool,
    /// How the next place comes about.
    pub(in crate::sync) seam: Seam,
    /// A number for the next place, the same whenever it is the same place.
    pub(in crate::sync) next: u64,
    /// The server's clock.
    pub(in crate::sync) date: Option<Timestamp>,
}

impl Sight {
    /// The newest time in the page.
    pub(in crate::sync) fn newest(&self) -> Option<Timestamp> {
        self.times.iter().copied().max()
    }

    /// The oldest time in the page.
    pub(in crate::sync) fn oldest(&self) -> Option<Timestamp> {
        self.times.iter().copied().min()
    }

    /// Most of the page could not be read: it proves nothing.
    pub(in crate::sync) fn drifted(&self) -> bool {
        self.quarantined * 2 > self.length
    }

    /// The page stands in this direction. One of a single time stands in both.
    pub(in crate::sync) fn runs(&self, direction: Direction) -> bool {
        match direction {
            Direction::Down => self.times.is_sorted_by(|before, after| before >= after),
            Direction::Up => self.times.is_sorted_by(|before, after| before <= after),
        }
    }
}

/// What an answer proves. It is written in one transaction with the rows of the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sync) struct Proof {
    /// Earlier claims rest on an order that the feed does not keep: take them back first.
    pub(in crate::sync) forget: bool,
    /// More events stand here than an answer holds: what was claimed of it before they came is so no more.
    pub(in crate::sync) doubt: Option<Stretch>,
    /// Stretches that are complete now.
    pub(in crate::sync) segments: Vec<Segment>,
    /// Why others are not.
    pub(in crate::sync) notes: Vec<Note>,
    /// Everything that the feed has here was in this one answer: what the cache has beyond it is gone.
    pub(in crate::sync) exact: Option<Stretch>,
    /// Everything that was written late before this time, as far as the lag reaches, has been looked for.
    pub(in crate::sync) checked: Option<Timestamp>,
    /// The direction that was seen.
    pub(in crate::sync) direction: Option<Direction>,
    /// The server's total, where it speaks of the whole list.
    pub(in crate::sync) total: Option<u64>,
    /// The place of the next answer is worth remembering: the rows above this time are known.
    pub(in crate::sync) resume: Option<Timestamp>,
    /// So many answers ago the list was as this says.
    #[cfg(test)]
    pub(in crate::sync) age: u64,
}

/// What to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum Ask {
    /// The head of the list.
    Head,
    /// Here: the number of a page counted from 0, or how many records come before; and how many records.
    At {
        /// The page or the record, counted from 0.
        first: u64,
        /// The size of the page.
        size: u64,
    },
    /// What the answer before led to.
    Onwards,
    /// The same once more.
    Again,
    /// What an earlier walk remembered to go on with.
    Resume,
}

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sync) enum Next {
    /// Ask this.
    Ask(Ask),
    /// Count the rows in the cache that stand before this time in the list, and say so to
    /// [`Walk::land`](super::Walk::land).
    Locate {
        /// The time.
        time: Timestamp,
        /// Which rows stand before it.
        direction: Direction,
    },
    /// The walk is done. It is settled unless something did not add up.
    Done {
        /// Everything that could be known is.
        settled: bool,
    },
    /// The walk cannot go on.
    GiveUp(Stall),
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
    /// Several different pages had the same entries.
    Repeated {
        /// Entries shown so far.
        seen: u64,
    },
    /// Every time the walk came to some place, that place was gone.
    Restarted,
    /// The list does not end, or grows faster than it can be read.
    Endless {
        /// Pages read.
        pages: u64,
    },
}
