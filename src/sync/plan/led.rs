//! The walk over a list in which each answer leads to the next: cursors, links, the key of the last record.
//!
//! The server says where its next answer begins, so nothing stands between two answers that follow each other:
//! the seam is trusted. A walk begins at the head and goes on through what is known, or leaps over it with a
//! place that an earlier walk wrote down. It alone says where the list ends: a short page means nothing, and a
//! few empty ones on the way are passed over. A place that leads back to where the walk has been is no way on.
//!
//! Where the next place is the time of a record, records of that time may be cut apart. If the next answer
//! shows that record again, all of its time is there; if not, that instant stays unknown.

use std::collections::HashSet;

use super::Known;
use super::chart::Chart;
use super::claim::Standing;
use super::ground::{Below, Key};
use super::words::{Ask, Direction, Next, Proof, Shape, Sight, Stall};
use crate::domain::Timestamp;
use crate::feed::Seam;

/// Pages that one walk may read where the server counts nothing; twenty million events at usual sizes.
const PAGES_WITHOUT_TOTAL: u64 = 100_000;
/// How many empty pages in a row are passed over where the server names a next place after each, and does
/// not say whether anything is there.
const EMPTY_STEPS: u32 = 3;
/// How many where it says that more follows.
const EMPTY_PROMISES: u32 = 200;
/// How often one walk begins again because the place that it asked for is gone.
const RESTARTS: u32 = 3;

/// A walk under way.
#[derive(Debug)]
pub(super) struct Led {
    chart: Chart,
    /// The last time of the answer before.
    last: Option<Timestamp>,
    front: Option<Key>,
    at_head: bool,
    /// Known ground was met.
    has_joined: bool,
    /// Entries passed since the head.
    seen: u64,
    from_head: bool,
    longest: u64,
    empties: u32,
    restarts: u32,
    pages: u64,
    prints: HashSet<u64>,
    places: HashSet<u64>,
}

impl Led {
    pub(super) fn new(shape: Shape, known: Known) -> Self {
        Self {
            chart: Chart::new(shape, known),
            last: None,
            front: None,
            at_head: true,
            has_joined: false,
            seen: 0,
            from_head: true,
            longest: 0,
            empties: 0,
            restarts: 0,
            pages: 0,
            prints: HashSet::new(),
            places: HashSet::new(),
        }
    }

    /// The time at which known ground ends.
    pub(super) fn front(&self) -> Option<Timestamp> {
        self.chart.time(self.front)
    }

    /// Begins again at the head, since the place that was asked for is gone.
    pub(super) fn restart(&mut self) -> Next {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Next::GiveUp(Stall::Restarted);
        }
        self.chart.known.resume = None;
        (self.at_head, self.from_head) = (true, true);
        (self.last, self.front) = (None, None);
        self.seen = 0;
        self.prints.clear();
        self.places.clear();
        Next::Ask(Ask::Head)
    }

    pub(super) fn step(&mut self, sight: &Sight) -> (Proof, Next) {
        self.pages += 1;
        if self.pages > self.most_pages(sight.total) {
            return (Proof::default(), Next::GiveUp(Stall::Endless { pages: self.pages }));
        }
        let led_back = sight.can_go_on && !self.places.insert(sight.next);
        if sight.length == 0 {
            return self.empty(sight, led_back);
        }
        self.empties = 0;
        self.chart.unsettled |= sight.drifted();
        self.chart.learn_direction(sight);
        let unseen = sight.prints.iter().filter(|print| self.prints.insert(**print)).count();
        self.seen += unseen as u64;
        self.longest = self.longest.max(sight.length);
        let mut end = self.is_end(sight);
        if led_back && !end {
            let full = sight.echo.or(sight.asked).map_or(sight.length > 1, |size| sight.length >= size);
            if sight.seam != Seam::Derived || unseen > 0 || full || sight.more == Some(true) {
                return (self.claimed(sight, false), Next::GiveUp(Stall::Repeated { seen: self.seen }));
            }
            end = true;
        }
        let mut proof = self.claimed(sight, end);
        let next = self.after(sight, end);
        if self.has_joined || end {
            self.chart.joined(end, &mut proof);
        }
        let left = self.chart.known.goal.is_some() && !end && !self.has_joined;
        if (next == Next::Ask(Ask::Onwards) || left) && sight.can_go_on {
            proof.resume = self.last;
        }
        (proof, next)
    }

    fn after(&mut self, sight: &Sight, end: bool) -> Next {
        self.at_head = false;
        self.last = sight.times.last().copied().or(self.last);
        let bottom = self.chart.ground.as_ref().zip(self.last).map(|(ground, last)| ground.key(last));
        let deep = self.chart.ground.as_ref().zip(bottom).map(|(ground, key)| ground.depth(key));
        self.front = deep.or(self.front);
        if end {
            // The server says that more follows, and not where.
            self.chart.unsettled |= sight.more == Some(true);
            return Next::Done { settled: !self.chart.unsettled };
        }
        let down = self.chart.shape.direction == Some(Direction::Down);
        match deep {
            Some(deep) if down && bottom.is_some_and(|bottom| deep < bottom) => {
                self.has_joined = true;
                match self.chart.below(deep) {
                    Below::Nothing => Next::Done { settled: !self.chart.unsettled },
                    Below::Gap(gap) => self.leap(gap),
                }
            }
            Some(deep) if !self.chart.wants(deep) => {
                self.chart.skip();
                match self.chart.below(deep) {
                    Below::Nothing => Next::Done { settled: !self.chart.unsettled },
                    Below::Gap(_) => Next::Ask(Ask::Onwards),
                }
            }
            _ => Next::Ask(Ask::Onwards),
        }
    }

    /// Over known ground to `gap`, where an earlier walk wrote down how to go on from there.
    fn leap(&mut self, gap: Key) -> Next {
        let noted = self
            .chart
            .ground
            .as_ref()
            .zip(self.chart.known.resume)
            .map(|(ground, time)| (ground.key(time), time));
        match noted {
            Some((key, time)) if key == gap => {
                self.chart.known.resume = None;
                self.last = Some(time);
                self.from_head = false;
                Next::Ask(Ask::Resume)
            }
            _ => Next::Ask(Ask::Onwards),
        }
    }

    /// Whether the evidence in a page with entries says that the list ends with it.
    fn is_end(&self, sight: &Sight) -> bool {
        if !sight.can_go_on {
            return true;
        }
        match (sight.more, sight.total) {
            (Some(true), _) => false,
            (more, _) if sight.seam == Seam::Named => more == Some(false),
            (Some(false), _) => true,
            (None, Some(total)) if self.from_head => self.seen >= total,
            // A short page ends a list only at a size that this server has been seen to fill.
            (None, _) => sight.length < self.longest,
        }
    }

    fn empty(&mut self, sight: &Sight, led_back: bool) -> (Proof, Next) {
        self.empties += 1;
        let promised = sight.more == Some(true);
        let most = if promised { EMPTY_PROMISES } else { EMPTY_STEPS };
        let ends = !sight.can_go_on || sight.more == Some(false);
        if !ends && !led_back && self.empties <= most {
            return (Proof::default(), Next::Ask(Ask::Onwards));
        }
        if promised {
            let stall = Stall::Empty { seen: self.seen, total: sight.total };
            return (Proof::default(), Next::GiveUp(stall));
        }
        let proof = if self.at_head && self.chart.known.rows == 0 && self.seen == 0 {
            self.chart.prove(sight, Standing { head: true, end: true, seam: None })
        } else if let Some(last) = self.last {
            // The end came after the last entry: what is at its time is all there.
            let shown = Sight { times: vec![last], length: 1, quarantined: 0, ..sight.clone() };
            self.chart.prove(&shown, Standing { head: false, end: true, seam: Some(last) })
        } else {
            Proof::default()
        };
        (proof, Next::Done { settled: !self.chart.unsettled })
    }

    fn claimed(&mut self, sight: &Sight, end: bool) -> Proof {
        let shown_again = sight.times.first() == self.last.as_ref();
        let seam = self.last.map(|last| match self.chart.shape.direction {
            // Only what is strictly beyond that time follows.
            Some(Direction::Down) if self.chart.shape.by_time && !shown_again => last.plus_millis(-1),
            Some(Direction::Up) if self.chart.shape.by_time && !shown_again => last.plus_millis(1),
            _ => last,
        });
        self.chart.prove(sight, Standing { head: self.at_head, end, seam })
    }

    fn most_pages(&self, total: Option<u64>) -> u64 {
        total.map_or(PAGES_WITHOUT_TOTAL, |total| (total / self.longest.max(1) + 1).saturating_mul(14) + 64)
    }
}
