//! Where a list ends: on evidence, and never on one answer that could be something else.
//!
//! An answer that holds less than was asked for may stand at the end, or come from a server that gives less
//! than it did. So it is held against one that was asked for in a size the server has just been seen to give,
//! or against what stands beyond it. An empty answer, a failed one and the last page once more prove nothing.

use super::super::claim::Standing;
use super::super::vernier;
use super::super::words::{Ask, Cut, Next, Proof, Sight, Stall};
use super::{Counted, EMPTY_TRIES, End, SHORTS, promises};

impl Counted {
    pub(super) fn end_of(&mut self, sight: &Sight, begins: u64, size: u64, same_end: bool) -> End {
        let reach = begins + sight.length;
        let same = || sight.prints.len() == self.ending.len() && self.ends_with(sight);
        let confirmed = self.confirmed && same();
        self.confirmed = false;
        let promises = promises(sight, begins);
        let ends = sight.more == Some(false) || sight.total == Some(reach);
        let short = sight.length < size;
        if !short {
            (self.shorts, self.probes) = (0, 0);
            return End::No;
        }
        self.probes += 1;
        self.shorts = if same_end || confirmed { self.shorts + 1 } else { 1 };
        // What this answer itself is short of, another has shown the server to give, or the server says so.
        let proven = size <= self.proven || sight.echo == Some(size);
        let placed = self.is_placed(sight, begins);
        // A word that nothing more follows may be older than the size that the server gives by now.
        let sure = sight.total == Some(reach) || sight.echo.is_some() || self.shorts >= 2;
        match (promises, ends) {
            (false, true) if proven && placed && sure => End::Here,
            (false, _) if self.shorts >= 2 && (confirmed || (proven && placed)) => End::Here,
            (true, _) if !same_end => End::No,
            (true, _) if self.shorts >= SHORTS => End::Disputed,
            _ if self.probes >= SHORTS => End::Disputed,
            _ => End::Maybe,
        }
    }

    /// Whether all of the answer stood at the end before.
    pub(super) fn ends_with(&self, sight: &Sight) -> bool {
        sight.prints.iter().all(|print| self.ending.contains(print))
    }

    /// Why the walk cannot go on: the server counts more, or shows the same again and again.
    pub(super) fn stall(&self) -> Stall {
        match self.total.filter(|total| *total > self.most) {
            Some(total) => Stall::Empty { seen: self.most, total: Some(total) },
            None => Stall::Repeated { seen: self.most },
        }
    }

    /// Asks for the end of the list once more, in a size that the server has just been seen to give.
    pub(super) fn probe(&mut self, sight: &Sight) -> Next {
        let size = sight.length.min(self.cap);
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, self.tail + 1, size),
            _ => vernier::page(self.seen, self.tail + 1, size),
        };
        if let Some(ask) = ask {
            return self.ask(ask);
        }
        // No page of that size holds the end and what is beyond: look at what is beyond, then again.
        self.beyond = Some(self.asked);
        self.ending.clone_from(&sight.prints);
        let first = if self.chart.shape.cut == Cut::Offsets { self.seen } else { self.seen.div_ceil(size) };
        self.ask(Ask::At { first, size })
    }

    pub(super) fn empty(&mut self, sight: &Sight) -> (Proof, Next) {
        if let Some(end) = self.beyond.take() {
            self.confirmed = true;
            return (Proof::default(), self.ask(end));
        }
        self.empties += 1;
        let promises = sight.more == Some(true) || sight.total.is_some_and(|total| total > 0);
        let at_head = self.asked == Ask::Head || matches!(self.asked, Ask::At { first: 0, .. });
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
