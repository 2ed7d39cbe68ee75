//! Where the cache and the feed part, although everything is claimed to be known.
//!
//! A count of the feed that differs from what the cache has says that something is wrong and not where. So the
//! difference is followed: above some row there is none, above the end of the list there is all of it, and
//! halving what lies between leads to where it begins in as many requests as the number of pages has binary
//! digits. Two ways of asking how large it is at some row:
//!
//! - by **rank**: a row whose time differs from the one before it stands at a place that is known on both sides;
//! - by **time**: a server that can be asked for what happened from some time on counts that.
//!
//! Pure, like the walks. It assumes that the list keeps an order and that its total is of the whole list. It
//! proves nothing: what it finds is not believed any more, and the walk over the gap that this leaves does the
//! rest. A server that lies in its counts costs requests and no more.

use super::words::{Ask, Cut, Direction, Sight};
use crate::domain::{Stretch, Timestamp};

/// Entries in an answer that is asked for to compare one row.
const SIZE: u64 = 20;
/// How often a group of one time that fills an answer is evaded.
const TIES: u32 = 4;
/// Requests after which a search ends without a result.
const REQUESTS: u32 = 60;

/// How the size of the difference is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum Means {
    /// Which row stands at a place.
    Ranks {
        /// How the list is cut into answers: by pages or by records.
        cut: Cut,
        /// Which way time runs through it.
        direction: Direction,
    },
    /// How many events there are from some time on, that time included.
    Times,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum Step {
    /// Ask this of the whole list.
    Ask(Ask),
    /// Ask how many events there are from this time on.
    Count(Timestamp),
    /// Count the rows of the cache that stand before this time, see [`super::Next::Locate`].
    Locate(Timestamp, Direction),
    /// Find the time of the row of the cache that has so many newer ones.
    Rank(u64),
    /// That is all. Here the cache and the feed part, unless nothing could be found.
    Done(Option<Stretch>),
}

/// A place, and by how much the feed has more than the cache above it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Rows above it.
    rows: u64,
    /// The time there; nothing at the ends of the list.
    time: Option<Timestamp>,
    off: i64,
}

/// A search under way.
#[derive(Debug)]
pub(in crate::sync) struct Audit {
    means: Means,
    size: u64,
    /// Rows of the feed when this began.
    total: u64,
    above: Mark,
    below: Mark,
    /// What is compared at the moment.
    rows: u64,
    time: Option<Timestamp>,
    ties: u32,
    requests: u32,
}

impl Audit {
    /// A search for where a feed of `total` events and a cache of `rows` part, with pages of at most `size`.
    pub(in crate::sync) fn new(means: Means, size: u64, total: u64, rows: u64) -> Self {
        let off = total as i64 - rows as i64;
        let last = if means == Means::Times { rows } else { total };
        Self {
            means,
            size: size.clamp(1, SIZE),
            total,
            above: Mark { rows: 0, time: None, off: 0 },
            below: Mark { rows: last, time: None, off },
            rows: 0,
            time: None,
            ties: 0,
            requests: 0,
        }
    }

    /// Requests so far.
    #[cfg(test)]
    pub(in crate::sync) fn requests(&self) -> u32 {
        self.requests
    }

    /// What to do first.
    pub(in crate::sync) fn begin(&mut self) -> Step {
        if self.above.off == self.below.off { Step::Done(None) } else { self.halve() }
    }

    /// Takes in the answer to [`Step::Ask`].
    pub(in crate::sync) fn read(&mut self, sight: &Sight) -> Step {
        let Means::Ranks { cut, direction } = self.means else { return Step::Done(None) };
        let total = sight.total.unwrap_or(self.total);
        let begins = self.begins(cut);
        if sight.length == 0 || sight.quarantined > 0 || !sight.runs(direction) {
            return Step::Done(None);
        }
        if sight.length < self.size && begins + sight.length < total {
            // It gives less than was asked for: the next pages are asked for so.
            self.size = sight.length;
            return self.halve();
        }
        let differs = sight.times.windows(2).position(|pair| pair[0] != pair[1]);
        let Some(differs) = differs else {
            self.ties += 1;
            return if self.ties > TIES { Step::Done(None) } else { self.halve() };
        };
        // What arrived since at the head stands above, and was not there to be compared.
        let arrived = if direction == Direction::Down { total as i64 - self.total as i64 } else { 0 };
        let rows = (begins + differs as u64 + 1).saturating_add_signed(-arrived);
        self.rows = rows.clamp(self.above.rows, self.below.rows);
        self.time = sight.times.get(differs + 1).copied();
        self.time.map_or(Step::Done(None), |time| Step::Locate(time, direction))
    }

    /// Takes in the rows that [`Step::Locate`] asked for.
    pub(in crate::sync) fn land(&mut self, rows: u64) -> Step {
        match self.means {
            Means::Ranks { .. } => self.compare(self.rows, self.rows as i64 - rows as i64),
            // So many rows of the cache are what the server is asked to count.
            Means::Times => {
                self.rows = rows;
                self.time.map_or(Step::Done(None), |time| self.count(time))
            }
        }
    }

    /// Takes in the time that [`Step::Rank`] asked for.
    pub(in crate::sync) fn ranked(&mut self, time: Option<Timestamp>) -> Step {
        let (Some(time), Means::Times) = (time, self.means) else { return Step::Done(None) };
        // Some servers can be asked for whole seconds only.
        let time = Timestamp::from_millis(time.millis().div_euclid(1_000).saturating_mul(1_000));
        self.time = Some(time);
        Step::Locate(time.plus_millis(-1), Direction::Down)
    }

    /// Takes in the count that [`Step::Count`] asked for.
    pub(in crate::sync) fn counted(&mut self, total: Option<u64>) -> Step {
        let Some(total) = total else { return Step::Done(None) };
        self.compare(self.rows, total as i64 - self.rows as i64)
    }

    fn compare(&mut self, rows: u64, off: i64) -> Step {
        let mark = Mark { rows, time: self.time, off };
        let before = (self.above.rows, self.below.rows);
        *(if off == self.above.off { &mut self.above } else { &mut self.below }) = mark;
        if before == (self.above.rows, self.below.rows) {
            self.ties += 1;
        }
        self.halve()
    }

    fn halve(&mut self) -> Step {
        let left = self.below.rows.saturating_sub(self.above.rows);
        if left <= self.size || self.ties > TIES {
            return Step::Done(self.found());
        }
        if self.requests >= REQUESTS {
            return Step::Done(None);
        }
        // Beside the middle, where that is in a group of one time.
        let part = [4, 2, 6, 1, 7][self.ties as usize % 5];
        let middle = self.above.rows + left / 8 * part + left % 8 * part / 8;
        match self.means {
            Means::Ranks { cut, .. } => {
                self.requests += 1;
                self.rows = middle;
                let first = if cut == Cut::Pages { middle / self.size } else { middle };
                Step::Ask(Ask::At { first, size: self.size })
            }
            Means::Times => Step::Rank(middle),
        }
    }

    fn count(&mut self, time: Timestamp) -> Step {
        self.requests += 1;
        Step::Count(time)
    }

    fn begins(&self, cut: Cut) -> u64 {
        if cut == Cut::Pages { self.rows / self.size * self.size } else { self.rows }
    }

    /// The stretch between the two marks.
    fn found(&self) -> Option<Stretch> {
        let (above, below) = (self.above.time, self.below.time);
        let (lo, hi) = match self.means {
            // Rows before a mark were counted, and none at its own time.
            Means::Ranks { direction: Direction::Up, .. } => (above.map(|time| time.plus_millis(-1)), below),
            Means::Ranks { direction: Direction::Down, .. } => (below, above.map(|time| time.plus_millis(1))),
            Means::Times => (below.map(|time| time.plus_millis(-1)), above),
        };
        let (lo, hi) = (lo.unwrap_or(Timestamp::MIN), hi.unwrap_or(Timestamp::MAX));
        // An instant alone would pass for a group of one time that no answer holds.
        let wide = i64::from(hi <= lo.plus_millis(2));
        Stretch::between(lo.plus_millis(-wide), hi.plus_millis(wide))
    }
}

#[cfg(test)]
mod tests;
