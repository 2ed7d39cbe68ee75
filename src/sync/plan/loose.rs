//! The walk over a list without order, or one whose pages cannot overlap: all of it is known, or nothing.
//!
//! Where the server names the next place, it alone says where the list ends: a short page means nothing, and
//! a few empty pages on the way are passed over. A place that leads back to where the walk has been is no
//! way on. Where the next place is derived from a record, a page that shows nothing new is the end unless it
//! is full, since then more records share that value than fit into a page.
//!
//! A walk starts at the head and goes deeper. It ends in one of two ways. At the **end of the list**, on
//! the server's own evidence. Or, on a refresh, at **known ground**: the whole list is on record, everything
//! on this page was in the cache already, and the total has moved by as much as the cache has; where nothing
//! is counted, the pages came newest first and this one reaches below the newest known time by [`LAG`]. An
//! interrupted first walk has nothing on record, so the next one goes to the end again.
//!
//! Rows move between pages while a walk is under way. New ones push others down, which shows them twice
//! and loses none. Removed ones pull others up past a page border, where no request sees them. So a walk
//! that reached the end compares the rows it saw with the total: a few too few may be new at the head,
//! which another look there shows; otherwise it walks again, at most [`PASSES`] times. What still does
//! not add up is reported as not settled, and the next refresh goes to the end once more. One thing can
//! still hide: a removal and an arrival between the same two requests leave the total as it was.

use std::collections::HashSet;

use super::LAG;
use super::words::{Direction, Shape, Sight, Stall};
use crate::domain::{Ledger, Segment, Stretch, Timestamp};
use crate::feed::Seam;

/// How often one walk may go to the end of the list.
const PASSES: u32 = 2;
/// How often one walk may look at the head again for what arrived meanwhile.
const LOOKS: u32 = 5;
/// How often an empty page that contradicts the server's total is asked for again.
const EMPTY_TRIES: u32 = 2;
/// How many pages in a row may show nothing new where the client counts, beside half of all that were read:
/// rows may have been pushed down, or the server shows its last page, in whatever order, for ever.
const STALE: u64 = 20;
/// Pages one walk may read where the server counts nothing; twenty million events at usual sizes.
const PAGES_WITHOUT_TOTAL: u64 = 100_000;
/// How many empty pages in a row are passed over where the server names a next place after each, and does
/// not say whether anything is there.
const EMPTY_STEPS: u32 = 3;
/// How many where it says that more follows.
const EMPTY_PROMISES: u32 = 200;
/// How often one walk begins again because the place that it asked for is gone.
const RESTARTS: u32 = 3;

/// What earlier walks left behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sync) struct Basis {
    /// The time below which the last complete walk left nothing out; `None` without one.
    pub(in crate::sync) top: Option<Timestamp>,
    /// The server's total at the end of that walk.
    pub(in crate::sync) total: Option<u64>,
    /// Rows of this feed in the cache when this walk starts.
    pub(in crate::sync) rows: u64,
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
    /// Everything adds up.
    pub(in crate::sync) settled: bool,
    /// Below this time nothing was left out: the server's clock at the beginning, else the newest time.
    pub(in crate::sync) top: Option<Timestamp>,
    /// The oldest time of the list, where the walk went to its end and found any.
    pub(in crate::sync) oldest: Option<Timestamp>,
    /// The walk ended on known ground.
    pub(in crate::sync) joins: bool,
    /// The server's clock at the beginning.
    pub(in crate::sync) date: Option<Timestamp>,
}

impl Claim {
    /// The stretch that is known after the walk over a list of this shape.
    pub(super) fn segment(self, shape: &Shape, before: &Ledger) -> Option<Segment> {
        let hi = self.top.filter(|_| self.settled)?;
        let hi = shape.until.map_or(hi, |until| until.min(hi));
        let oldest = self.oldest.map_or(Timestamp::MIN, |oldest| oldest.plus_millis(-1));
        let whole = (shape.since.map_or(oldest, |since| since.plus_millis(-1)), shape.since.is_none());
        let known = before.segments().first().filter(|_| self.joins);
        let (lo, floor) = known.map_or(whole, |known| (known.span.lo, known.floor));
        Stretch::between(lo, hi).map(|span| Segment { span, verified_at: self.date, floor })
    }
}

/// A walk under way.
#[derive(Debug)]
pub(in crate::sync) struct Walk {
    basis: Basis,
    /// Rows of this feed in the cache now.
    rows: u64,
    /// Pages read, in all passes.
    pages: u64,
    passes: u32,
    looks: u32,
    restarts: u32,
    /// This pass only looks at the head for what arrived since the last one.
    looking: bool,
    /// More than half of some page could not be read: nothing may be claimed.
    drifted: bool,
    /// What the first page of this pass said about the top.
    top: Option<Timestamp>,
    date: Option<Timestamp>,
    oldest: Option<Timestamp>,
    /// Every entry seen in this pass and in the looks after it.
    seen: HashSet<u64>,
    pass: Pass,
}

/// What counts from the head on.
#[derive(Debug, Default)]
struct Pass {
    pages: u64,
    /// Entries passed, repeated pages left out.
    offset: u64,
    longest: u64,
    /// Some page was not newest first, or reached less deep than the one before.
    disordered: bool,
    /// The oldest time of the last page.
    last_oldest: Option<Timestamp>,
    /// The total fell: rows were removed, and others may have been pulled past a page border.
    shrank: bool,
    total: Option<u64>,
    last: Vec<u64>,
    repeats: u32,
    /// Pages in a row that showed nothing that this walk had not seen.
    stale: u64,
    empties: u32,
    /// Some page, or the step from one to the next, went from newer to older.
    fell: bool,
    /// Places that answers led to.
    places: HashSet<u64>,
}

impl Walk {
    /// A walk that starts at the head.
    pub(in crate::sync) fn new(basis: Basis) -> Self {
        Self {
            basis,
            rows: basis.rows,
            pages: 0,
            passes: 1,
            looks: 0,
            restarts: 0,
            looking: false,
            drifted: false,
            top: None,
            date: None,
            oldest: None,
            seen: HashSet::new(),
            pass: Pass::default(),
        }
    }

    /// Takes in one page, of which `new` entries were not in the cache before, and says what comes next.
    pub(in crate::sync) fn step(&mut self, page: &Sight, new: u64) -> Next {
        self.pages += 1;
        self.pass.pages += 1;
        if self.pages > self.most_pages(page.total) {
            return Next::GiveUp(Stall::Endless { pages: self.pages });
        }
        self.drifted |= page.drifted();
        self.pass.shrank |= self.pass.total.zip(page.total).is_some_and(|(before, now)| now < before);
        self.pass.total = page.total;
        if self.pass.pages == 1 && !self.looking {
            // No claim reaches beyond the server's clock: an event dated in the future would otherwise
            // make everything before it look known.
            self.date = page.date;
            self.top = page.date.or(page.newest());
        }
        let led_back = page.seam != Seam::Counted && page.can_go_on && !self.pass.places.insert(page.next);
        if page.length == 0 {
            return self.after_empty(page, led_back);
        }
        self.pass.empties = 0;
        if led_back {
            return self.after_loop(page);
        }
        if is_same(&page.prints, &self.pass.last) {
            self.pass.repeats += 1;
            if self.pass.repeats >= 2 {
                return Next::GiveUp(Stall::Repeated { seen: self.pass.offset });
            }
            // Exactly one page of new rows may have pushed this one down: look one deeper.
            return if page.can_go_on { Next::Deeper } else { self.at_end(page) };
        }
        self.pass.repeats = 0;
        self.rows += new;
        let unseen = self.take_in(page);
        self.pass.stale = if unseen == 0 { self.pass.stale + 1 } else { 0 };
        if self.is_end(page) {
            self.at_end(page)
        } else if page.seam == Seam::Counted && self.pass.stale > STALE + self.pass.pages / 2 {
            Next::GiveUp(Stall::Repeated { seen: self.seen.len() as u64 })
        } else if self.is_known_ground(page, new) {
            self.finish(true, true)
        } else if self.looking && unseen == 0 && !self.pass.disordered {
            self.after_look(page)
        } else {
            Next::Deeper
        }
    }

    /// Begins again at the head, since the place that was asked for is gone.
    pub(in crate::sync) fn restart(&mut self) -> Next {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Next::GiveUp(Stall::Restarted);
        }
        self.looking = false;
        self.seen.clear();
        self.pass = Pass::default();
        Next::Head
    }

    /// The page with entries leads to a place where this pass has been.
    fn after_loop(&mut self, page: &Sight) -> Next {
        let unseen = self.take_in(page);
        let full = size_of(page).map_or(page.length > 1, |size| page.length >= size);
        match page.seam {
            Seam::Derived if unseen == 0 && !full && page.more != Some(true) => self.at_end(page),
            _ => Next::GiveUp(Stall::Repeated { seen: self.pass.offset }),
        }
    }

    /// Adds a page to what this walk has seen; says how many of its entries were not seen before.
    fn take_in(&mut self, page: &Sight) -> usize {
        let (oldest, newest) = (page.oldest(), page.newest());
        let shallower = self.pass.last_oldest.zip(oldest).is_some_and(|(before, now)| now > before);
        self.pass.disordered |= !page.runs(Direction::Down) || shallower;
        let deeper = self.pass.last_oldest.zip(oldest).is_some_and(|(before, now)| now < before);
        self.pass.fell |= deeper || newest > oldest;
        self.pass.last_oldest = oldest.or(self.pass.last_oldest);
        self.oldest = self.oldest.into_iter().chain(oldest).min();
        self.pass.offset += page.length;
        self.pass.longest = self.pass.longest.max(page.length);
        self.pass.last.clone_from(&page.prints);
        let before = self.seen.len();
        self.seen.extend(&page.prints);
        self.seen.len() - before
    }

    fn most_pages(&self, total: Option<u64>) -> u64 {
        total.map_or(PAGES_WITHOUT_TOTAL, |total| {
            let pages = total / self.pass.longest.max(1) + 1;
            pages.saturating_mul(2 * u64::from(PASSES + LOOKS)) + 64
        })
    }

    /// Whether the evidence in a page with entries says that the list ends with it.
    fn is_end(&self, page: &Sight) -> bool {
        if !page.can_go_on {
            return true;
        }
        match (page.more, page.total) {
            (Some(true), _) => false,
            (more, _) if page.seam == Seam::Named => more == Some(false),
            (_, Some(total)) => self.pass.offset >= total,
            (Some(false), None) => true,
            // A short page ends a list only at a size that this server has been seen to fill: a first
            // page may be short because the server gives less than was asked for.
            (None, None) => page.length < self.pass.longest,
        }
    }

    fn after_empty(&mut self, page: &Sight, led_back: bool) -> Next {
        if page.seam == Seam::Named {
            return self.after_empty_step(page, led_back);
        }
        let short_of_total = page.total.is_some_and(|total| {
            // A server that leaves entries out of pages already cut sends fewer than its total. There, being
            // past the page that the total ends on is evidence, once a page of the full size was seen.
            let past = size_of(page).map_or(0, |size| size.saturating_mul(self.pass.pages.saturating_sub(1)));
            let filled = size_of(page).is_some_and(|size| self.pass.longest >= size);
            self.pass.offset < total && !(filled && past >= total)
        });
        let contradicts = page.more == Some(true) || short_of_total;
        if !contradicts {
            return self.at_end(page);
        }
        self.pass.empties += 1;
        self.pass.pages -= 1;
        if self.pass.empties > EMPTY_TRIES {
            if page.more == Some(false) {
                // The server says twice that this is the end, and its count says otherwise.
                return self.done(false);
            }
            return Next::GiveUp(Stall::Empty { seen: self.pass.offset, total: page.total });
        }
        Next::Again
    }

    /// An empty page of a list whose server names the next place.
    fn after_empty_step(&mut self, page: &Sight, led_back: bool) -> Next {
        self.pass.empties += 1;
        let promised = page.more == Some(true);
        let most = if promised { EMPTY_PROMISES } else { EMPTY_STEPS };
        if !page.can_go_on || page.more == Some(false) {
            self.at_end(page)
        } else if !led_back && self.pass.empties <= most {
            Next::Deeper
        } else if promised {
            Next::GiveUp(Stall::Empty { seen: self.pass.offset, total: page.total })
        } else {
            self.at_end(page)
        }
    }

    /// Whether a refresh may stop here, see the head of this file.
    fn is_known_ground(&self, page: &Sight, new: u64) -> bool {
        let Some(top) = self.basis.top else { return false };
        let reaches_below = page.oldest().is_some_and(|oldest| oldest < top.plus_millis(-LAG));
        let all_known = new == 0 && page.quarantined < page.length;
        let adds_up = match (page.total, self.basis.total) {
            (Some(now), Some(then)) => {
                i128::from(now) - i128::from(then) == i128::from(self.rows) - i128::from(self.basis.rows)
            }
            // Without a count, the order has to have been seen: a page of one time has none.
            (None, None) => self.pass.fell && !self.pass.disordered && reaches_below,
            _ => false,
        };
        let undisturbed = self.passes == 1 && !self.looking && !self.drifted && !self.pass.shrank;
        undisturbed && all_known && adds_up && (reaches_below || self.pass.disordered)
    }

    /// The end of the list was reached.
    fn at_end(&mut self, page: &Sight) -> Next {
        if self.looking {
            return self.after_look(page);
        }
        if self.pass.shrank {
            return self.walk_again();
        }
        if page.more == Some(true) && page.seam != Seam::Counted {
            // The server says that more follows, and not where.
            return self.done(false);
        }
        match self.missing(page) {
            0 => self.done(true),
            _ => self.look_or_walk_again(),
        }
    }

    /// A look at the head came to rows that were seen before.
    fn after_look(&mut self, page: &Sight) -> Next {
        if self.missing(page) == 0 && !self.pass.shrank {
            return self.done(true);
        }
        self.walk_again()
    }

    fn look_or_walk_again(&mut self) -> Next {
        if self.looks >= LOOKS {
            return self.walk_again();
        }
        self.looks += 1;
        self.looking = true;
        self.pass = Pass::default();
        Next::Head
    }

    fn walk_again(&mut self) -> Next {
        if self.passes >= PASSES {
            return self.done(false);
        }
        self.passes += 1;
        self.looking = false;
        self.seen.clear();
        self.pass = Pass::default();
        Next::Head
    }

    /// Entries that the server counts and this walk has not seen.
    fn missing(&self, page: &Sight) -> u64 {
        page.total.map_or(0, |total| total.saturating_sub(self.seen.len() as u64))
    }

    fn done(&self, adds_up: bool) -> Next {
        self.finish(adds_up, false)
    }

    fn finish(&self, adds_up: bool, joins: bool) -> Next {
        let settled = adds_up && !self.drifted;
        Next::Done(Claim { settled, top: self.top, oldest: self.oldest, joins, date: self.date })
    }
}

/// Whether two pages hold the same entries: those of one time may change places.
fn is_same(page: &[u64], other: &[u64]) -> bool {
    page.len() == other.len() && page.iter().all(|print| other.contains(print))
}

/// The page size that counts: the server's word before ours.
fn size_of(page: &Sight) -> Option<u64> {
    page.echo.or(page.asked)
}

/// One number per entry of a page, from a number per identity: identical entries within one page are told
/// apart by how often they came before, so that two equal records count as two.
pub(in crate::sync) fn prints(identities: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut times = std::collections::HashMap::new();
    identities
        .map(|identity| {
            let time: &mut u64 = times.entry(identity).or_insert(0);
            *time += 1;
            identity.wrapping_add((*time - 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        })
        .collect()
}

#[cfg(test)]
mod tests;
