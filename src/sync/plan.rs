//! The walk over one paged list: what to ask next, and what each answer proves.
//!
//! Pure: an answer goes in, what it proves and the next request come out. No clock, no I/O, no provider. It
//! assumes only that a list is cut into pages, and trusts nothing else until it has seen it: not the order,
//! not the page size, not the total. It must never take an empty page, a failed page or a page that came
//! twice for the end of a list, and never claim what no answer has shown.
//!
//! What is known is a ledger of stretches of time ([`crate::domain::Ledger`]). Every answer adds the stretch it
//! proves by itself ([`claim`]), in the same transaction as its rows. The walk decides only where to look, so
//! it may be stopped at any moment, and two may run at once:
//!
//! - [`counted`]: the client says where to ask, and answers overlap ([`vernier`] finds how);
//! - [`led`]: each answer leads to the next;
//! - [`loose`]: no order, or pages that cannot overlap. Only the whole list can be claimed, once it adds up.
//!
//! A walk first looks at the head, down to below what was known by a lag, since servers write events late; how
//! far that has been done is remembered, so that a walk which is cut short leaves it to the next. Then it goes
//! to the gaps, newest first.

use crate::domain::{Ledger, Stretch, Timestamp};

pub(super) mod audit;
mod chart;
mod claim;
mod counted;
mod ground;
mod led;
pub(super) mod loose;
#[cfg(test)]
mod model;
mod order;
pub(super) mod price;
mod vernier;
mod words;

use counted::Counted;
use led::Led;
pub(super) use loose::prints;
pub(super) use words::{Ask, Cut, Direction, Next, Proof, Shape, Sight, Stall};

/// How far below the newest known event a refresh reaches at least, in milliseconds.
pub(super) const LAG: i64 = 10 * 60 * 1000;
/// How far at most, however late events have been.
const MOST_LAG: i64 = 24 * 60 * 60 * 1000;

/// How far below the newest known event a refresh reaches, in milliseconds, where an event was once written
/// `lateness` milliseconds after its time.
pub(super) fn lag(lateness: i64) -> i64 {
    lateness.saturating_mul(2).clamp(LAG, MOST_LAG)
}

/// What earlier walks left behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// What is claimed.
    pub(super) ledger: Ledger,
    /// Up to when late events have been looked for.
    pub(super) checked: Option<Timestamp>,
    /// How far below that time to look again.
    pub(super) lag: i64,
    /// Rows of the feed in the cache.
    pub(super) rows: u64,
    /// The newest time among them.
    pub(super) newest: Option<Timestamp>,
    /// The server's total at the end of the last walk.
    pub(super) total: Option<u64>,
    /// An earlier walk wrote down how to go on below this time.
    pub(super) resume: Option<Timestamp>,
    /// Answers of this feed have stood in no order.
    pub(super) mixed: bool,
    /// What the walk is for; everything where it is left out. What lies beyond may be read on the way.
    pub(super) goal: Option<Stretch>,
}

/// A walk under way.
#[derive(Debug)]
pub(super) struct Walk {
    way: Way,
    shape: Shape,
    known: Known,
    /// A list that adds up may be claimed whole.
    trusts: bool,
    /// What comes next, once the rows of the answer are in the cache.
    next: Next,
    /// The answer, where the way has to know what was new in it.
    sight: Option<Sight>,
}

#[derive(Debug)]
enum Way {
    Counted(Box<Counted>),
    Led(Box<Led>),
    Loose(Box<loose::Walk>),
}

impl Walk {
    /// A walk over the list of this shape.
    pub(super) fn new(shape: Shape, known: Known) -> Self {
        let way = match shape.cut {
            _ if known.mixed => loose_way(&known),
            Cut::Fixed | Cut::Whole => loose_way(&known),
            Cut::Pages | Cut::Offsets => Way::Counted(Box::new(Counted::new(shape, known.clone()))),
            Cut::Led => Way::Led(Box::new(Led::new(shape, known.clone()))),
        };
        Self { way, shape, known, trusts: true, next: Next::Ask(Ask::Head), sight: None }
    }

    /// What to do first.
    pub(super) fn begin(&mut self) -> Next {
        match &mut self.way {
            Way::Counted(walk) => walk.begin(),
            Way::Led(_) | Way::Loose(_) => Next::Ask(Ask::Head),
        }
    }

    /// Takes in an answer. Gives what it proves, to be written together with its rows.
    pub(super) fn read(&mut self, sight: &Sight) -> Proof {
        let mixed = match &self.way {
            Way::Loose(_) => false,
            _ => order::contradicts(self.shape.direction, sight),
        };
        if mixed {
            return self.give_order_up(sight);
        }
        if let Way::Counted(walk) = &self.way
            && (walk.is_ignored(sight) || walk.is_lost())
        {
            // The server chooses the size itself, so no answer can be made to overlap another.
            self.trusts = !walk.is_lost();
            self.way = loose_way(&self.known);
            self.next = Next::Ask(Ask::Head);
            return Proof::default();
        }
        let (proof, next) = match &mut self.way {
            Way::Counted(walk) => walk.step(sight),
            Way::Led(walk) => walk.step(sight),
            Way::Loose(_) => {
                self.sight = Some(sight.clone());
                return Proof { total: sight.total, ..Proof::default() };
            }
        };
        self.shape.direction = proof.direction.or(self.shape.direction);
        self.next = next;
        proof
    }

    /// What to do next, now that the rows of the answer are in the cache and `new` of them were not before. A
    /// proof that comes with it is written by itself.
    pub(super) fn next(&mut self, new: u64) -> (Proof, Next) {
        let (Way::Loose(walk), Some(sight)) = (&mut self.way, self.sight.take()) else {
            return (Proof::default(), std::mem::replace(&mut self.next, Next::Ask(Ask::Again)));
        };
        match walk.step(&sight, new) {
            loose::Next::Deeper => (Proof::default(), Next::Ask(Ask::Onwards)),
            loose::Next::Again => (Proof::default(), Next::Ask(Ask::Again)),
            loose::Next::Head => (Proof::default(), Next::Ask(Ask::Head)),
            loose::Next::GiveUp(stall) => (Proof::default(), Next::GiveUp(stall)),
            loose::Next::Done(claim) => {
                let segment = claim.segment(&self.shape, &self.known.ledger).filter(|_| self.trusts);
                let checked = segment.and(claim.top);
                let segments = segment.into_iter().collect();
                let proof = Proof { segments, checked, total: sight.total, ..Proof::default() };
                (proof, Next::Done { settled: claim.settled })
            }
        }
    }

    /// How many rows of the cache stand above the place that [`Next::Locate`] asked about.
    pub(super) fn land(&mut self, rows: u64) -> Next {
        match &mut self.way {
            Way::Counted(walk) => walk.land(rows),
            Way::Led(_) | Way::Loose(_) => Next::Ask(Ask::Onwards),
        }
    }

    /// Begins again at the head, since the place that was asked for is gone.
    pub(super) fn restart(&mut self) -> Next {
        match &mut self.way {
            Way::Counted(_) => Next::GiveUp(Stall::Restarted),
            Way::Led(walk) => walk.restart(),
            Way::Loose(walk) => match walk.restart() {
                loose::Next::GiveUp(stall) => Next::GiveUp(stall),
                _ => Next::Ask(Ask::Head),
            },
        }
    }

    /// The time at which known ground ends, as far as this walk has come.
    pub(super) fn front(&self) -> Option<Timestamp> {
        match &self.way {
            Way::Counted(walk) => walk.front(),
            Way::Led(walk) => walk.front(),
            Way::Loose(_) => None,
        }
    }

    /// What was claimed rests on an order that this answer does not have.
    fn give_order_up(&mut self, sight: &Sight) -> Proof {
        self.known.ledger = Ledger::default();
        self.known.mixed = true;
        self.way = loose_way(&self.known);
        // The answer is not used: the list is read from its head.
        self.next = Next::Ask(Ask::Head);
        Proof { forget: true, total: sight.total, ..Proof::default() }
    }
}

fn loose_way(known: &Known) -> Way {
    let whole = known.ledger.is_whole();
    let basis = loose::Basis {
        top: known.ledger.top().into_iter().chain(known.newest).min().filter(|_| whole),
        total: known.total.filter(|_| whole),
        rows: known.rows,
    };
    Way::Loose(Box::new(loose::Walk::new(basis)))
}
