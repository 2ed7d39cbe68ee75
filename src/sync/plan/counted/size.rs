//! How much the server gives, and where an answer really stands.
//!
//! Servers clamp the size of a page, with a word or without one, and may begin to do so in the middle of a
//! walk; then the same page number means another place. What an answer holds, what is known to follow it and
//! what it shares with the one before it tell.

use super::super::ground::Key;
use super::super::words::{Ask, Cut, Sight};
use super::{Counted, SURELY_GIVEN, Short, promises};

impl Counted {
    /// The row that the answer begins at, counted from 0. A server that gives less than was asked for counts
    /// its pages in what it gives.
    pub(super) fn begins_at(&mut self, sight: &Sight, bottom: Key) -> u64 {
        let Ask::At { first, size } = self.asked else {
            self.notice_cap(sight, 0, self.chart.shape.size.unwrap_or(self.cap));
            return 0;
        };
        if self.chart.shape.cut == Cut::Offsets {
            self.notice_cap(sight, first, size);
            return first;
        }
        if let Some(echo) = sight.echo.filter(|echo| *echo > 0 && *echo < size) {
            self.cap = self.cap.min(echo);
            return first * echo;
        }
        if first == 0 {
            self.notice_cap(sight, 0, size);
        } else if sight.length < size && self.is_cut_short(sight, first * size, first * sight.length, bottom)
        {
            self.cap = self.cap.min(sight.length);
            return first * sight.length;
        }
        first * size
    }

    /// Whether a short answer began at row `less` because the server gives no more than that, and not at row
    /// `begins`. How many rows stand above the place where known ground ends tells the one from the other.
    fn is_cut_short(&self, sight: &Sight, begins: u64, less: u64, bottom: Key) -> bool {
        let Some((ground, front)) = self.chart.ground.as_ref().zip(self.front) else { return false };
        let above = sight.times.iter().filter(|time| ground.key(**time) > front).count() as u64;
        let place = self.front_at.filter(|_| sight.length >= SURELY_GIVEN);
        if bottom > front {
            // It is short, and yet more follows.
            return promises(sight, begins) || place.is_some_and(|place| begins + above > place);
        }
        place.is_some_and(|place| (less + above).abs_diff(place) < (begins + above).abs_diff(place))
    }

    /// A page that is short although more follows shows how much the server gives.
    pub(super) fn notice_cap(&mut self, sight: &Sight, begins: u64, size: u64) {
        // A server that gives what was asked for has not said that it gives no more.
        if let Some(echo) = sight.echo.filter(|echo| *echo > 0 && *echo < size) {
            self.cap = self.cap.min(echo);
        }
        if promises(sight, begins) && sight.length < size {
            self.cap = self.cap.min(sight.length).max(1);
        }
    }

    pub(super) fn size_of(&self, sight: &Sight) -> u64 {
        let asked = match self.asked {
            Ask::At { size, .. } => size,
            _ => self.chart.shape.size.unwrap_or(sight.length),
        };
        let given = sight.echo.filter(|echo| *echo > 0).map_or(asked, |echo| echo.min(asked));
        given.min(self.cap).max(sight.length)
    }

    /// Two answers in a row that hold as many entries, fewer than were asked for, although more follow: the
    /// server gives less than it did.
    pub(super) fn notice_clamp(&mut self, sight: &Sight) {
        let Ask::At { first, size } = self.asked else { return };
        let (begins, least) = match self.chart.shape.cut {
            Cut::Offsets => (first, first),
            _ => (first * size, first * sight.length),
        };
        let counts_more = sight.total.is_some_and(|total| {
            begins < total && total != begins + sight.length && total > least + sight.length
        });
        let more = sight.more.unwrap_or(counts_more);
        let clamped = (sight.length < size && more).then_some(sight.length);
        if clamped.is_some() && clamped == self.clamped {
            self.cap = self.cap.min(sight.length);
        }
        self.clamped = clamped;
    }

    /// Whether the answer shares as many entries with the one before as it has to if it begins where it is
    /// thought to: a server that began to give less counts its pages in another way.
    pub(super) fn is_placed(&self, sight: &Sight, begins: u64) -> bool {
        let shared = sight.prints.iter().filter(|print| self.last.contains(print)).count() as u64;
        begins == 0 || self.last_reach.is_some_and(|reach| reach.checked_sub(begins) == Some(shared))
    }

    /// More than a short answer showed shows that the list did not end there: so much the server gives, if
    /// that was the head of the list, or if it gave as much twice.
    pub(super) fn doubt_short(&mut self, sight: &Sight, begins: u64, size: u64) {
        let (reach, entry) = (begins + sight.length, sight.prints.last().copied());
        if self.short.is_some_and(|short| reach > short.reach && entry != short.entry) {
            self.doubt();
        }
        if sight.length < size {
            let key =
                self.chart.ground.as_ref().zip(sight.times.last()).map(|(ground, last)| ground.key(*last));
            self.short = Some(Short { reach, length: sight.length, entry, key, head: begins == 0 });
        }
    }

    pub(super) fn doubt(&mut self) {
        let Some(short) = self.short.take() else { return };
        if short.head || self.doubted == Some(short.length) {
            self.cap = self.cap.min(short.length).max(1);
        }
        self.doubted = Some(short.length);
        self.shorts = 0;
    }
}
