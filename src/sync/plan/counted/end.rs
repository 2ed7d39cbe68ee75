//! Where a list ends: on evidence, and never on one answer that could be something else.
//!
//! An answer that holds less than was asked for may stand at the end, or come from a server that gives less
//! than it did. So the end is looked at once more in a size so small that every server gives it. Where no
//! such page holds the end together with something above it, the answer is kept, and two more requests, for one
//! entry each, have to show that nothing stands behind its last entry and that this stands where it is thought
//! to. An empty answer, a failed one and the last page once more prove nothing by themselves.

use super::super::claim::Standing;
use super::super::vernier;
use super::super::words::{Ask, Cut, Next, Proof, Sight, Stall};
use super::{Counted, EMPTY_TRIES, End, SHORTS, SURELY_GIVEN, promises};

/// An answer that is the end if what is asked next does not contradict it.
#[derive(Debug)]
pub(super) struct Last {
    sight: Sight,
    /// Nothing stands above it.
    head: bool,
    /// The row behind its last entry, counted from 0.
    reach: u64,
    /// What may stand last: entries of one time may change places.
    entries: Vec<u64>,
    /// Nothing is behind it.
    closed: bool,
    /// Where it came from.
    ask: Ask,
    /// The request that it answered.
    #[cfg_attr(not(test), expect(dead_code, reason = "the model asks"))]
    asked: u64,
}

impl Counted {
    pub(super) fn end_of(&mut self, sight: &Sight, begins: u64, size: u64, same_end: bool) -> End {
        let reach = begins + sight.length;
        let promises = promises(sight, begins);
        if sight.length >= size {
            (self.shorts, self.probes) = (0, 0);
            return End::No;
        }
        self.probes += 1;
        self.shorts = if same_end { self.shorts + 1 } else { 1 };
        let sure = size <= SURELY_GIVEN;
        let (echoed, counted) = (sight.echo == Some(size), sight.total == Some(reach));
        let ends = sight.more == Some(false) || counted;
        let placed = self.is_placed(sight, begins);
        match (promises, ends) {
            // A word that nothing more follows may be older than the size that the server gives by now.
            (false, true) if placed && (echoed || sure) => End::Here,
            (false, false) if placed && sure && self.shorts >= 2 => End::Here,
            (true, _) if !same_end => End::No,
            (true, _) if self.shorts >= SHORTS => End::Disputed,
            _ if self.probes >= SHORTS => End::Disputed,
            _ => End::Maybe,
        }
    }

    /// Why the walk cannot go on: the server counts more, or shows the same again and again.
    pub(super) fn stall(&self) -> Stall {
        match self.total.filter(|total| *total > self.most) {
            Some(total) => Stall::Empty { seen: self.most, total: Some(total) },
            None => Stall::Repeated { seen: self.most },
        }
    }

    /// Asks for the end of the list once more, in as small a size as holds it together with what is above.
    pub(super) fn probe(&mut self, sight: &Sight, head: bool) -> Next {
        let most = SURELY_GIVEN.min(self.cap);
        let overlap = (self.tail + 1).min(self.seen);
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, overlap, (overlap + 1).min(most)),
            _ => vernier::closest(self.seen, overlap, most),
        };
        match ask {
            Some(ask) => self.ask(ask),
            // What the server counts is not there: no closer look makes that add up.
            None if promises(sight, self.seen.saturating_sub(sight.length)) => self.ask(self.asked),
            None => self.look_behind(sight, head),
        }
    }

    /// Asks for what is behind the last entry of an answer that may be the end.
    pub(super) fn look_behind(&mut self, sight: &Sight, head: bool) -> Next {
        let bottom = sight.times.last();
        let tied = sight.prints.iter().zip(&sight.times).filter(|(_, time)| Some(*time) == bottom);
        let mut entries: Vec<u64> = tied.map(|(print, _)| *print).collect();
        if entries.is_empty() {
            entries.extend(sight.prints.last());
        }
        self.ending = Some(Last {
            sight: sight.clone(),
            head,
            reach: self.seen,
            entries,
            closed: false,
            ask: self.asked,
            asked: self.requests,
        });
        self.ask(Ask::At { first: self.seen, size: 1 })
    }

    /// Takes in what came from behind the end, or from its last row.
    pub(super) fn confirm(&mut self, mut last: Last, sight: &Sight) -> (Proof, Next) {
        let known = sight.prints.iter().all(|print| last.entries.contains(print));
        if !last.closed {
            // Beyond its end some servers show the last page again; of several entries, any may stand last.
            if !(sight.length == 0 || (known && last.entries.len() == 1)) {
                if !known {
                    self.doubt();
                }
                return self.contradict(sight, None);
            }
            let ask = Ask::At { first: last.reach - 1, size: 1 };
            last.closed = true;
            self.ending = Some(last);
            return (Proof::default(), self.ask(ask));
        }
        if !known || sight.length != 1 {
            return self.contradict(sight, Some(last));
        }
        let mut proof = self.chart.prove(&last.sight, Standing { head: last.head, end: true, seam: None });
        self.chart.joined(true, &mut proof);
        // What came late since then is for the next walk to find.
        proof.exact = None;
        #[cfg(test)]
        {
            proof.age = self.requests - last.asked;
        }
        (proof, Next::Done { settled: !self.chart.unsettled })
    }

    /// What was taken for the end is not: the walk goes on behind it. Or it was `misplaced`: a server that gives
    /// less than it is asked for counts its pages in that, or rows went meanwhile.
    fn contradict(&mut self, sight: &Sight, misplaced: Option<Last>) -> (Proof, Next) {
        let proof = self.chart.prove(sight, Standing::default());
        self.disputes += 1;
        if self.disputes > SHORTS {
            self.chart.unsettled = true;
            return (proof, Next::GiveUp(self.stall()));
        }
        let next = match misplaced {
            Some(Last { ask: Ask::At { first: first @ 1.., size }, sight, .. })
                if sight.length >= SURELY_GIVEN && size > sight.length && self.is_paged() =>
            {
                self.cap = self.cap.min(sight.length);
                self.seen = (first + 1) * sight.length;
                self.go_on()
            }
            Some(last) => self.ask(last.ask),
            None if self.chart.ground.is_some() => self.go_on(),
            None => self.by_number(),
        };
        (proof, next)
    }

    pub(super) fn empty(&mut self, sight: &Sight) -> (Proof, Next) {
        self.empties += 1;
        let promises = sight.more == Some(true) || sight.total.is_some_and(|total| total > 0);
        let at_head = self.is_at_head();
        self.look_around();
        if !at_head && let Some(next) = self.search_up() {
            return (Proof::default(), next);
        }
        if !at_head {
            if self.empties > EMPTY_TRIES {
                return (
                    Proof::default(),
                    Next::GiveUp(Stall::Empty { seen: self.most, total: sight.total }),
                );
            }
            return (Proof::default(), self.step_up(self.cap / 2));
        }
        if promises {
            if self.empties > 2 {
                return (Proof::default(), Next::GiveUp(Stall::Empty { seen: 0, total: sight.total }));
            }
            return (Proof::default(), self.ask(Ask::Again));
        }
        let says_so = sight.more == Some(false) || sight.total == Some(0);
        if !says_so && self.empties < 2 {
            return (Proof::default(), self.ask(Ask::Again));
        }
        // An empty list where there were rows is no proof that there never were any.
        let proof = if self.chart.known.rows == 0 {
            self.chart.prove(sight, Standing { head: true, end: true, seam: None })
        } else {
            Proof::default()
        };
        (proof, Next::Done { settled: !self.chart.unsettled })
    }
}
