//! What a walk knows of its list: its shape, which way time runs, what is claimed so far.

use super::claim::{self, Standing};
use super::ground::{Below, Ground, Key};
use super::words::{Direction, Proof, Shape, Sight};
use super::{Known, order};
use crate::domain::{Stretch, Timestamp};

/// The list of one walk, as far as it is known.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) shape: Shape,
    pub(super) known: Known,
    /// Set as soon as the direction is known.
    pub(super) ground: Option<Ground>,
    /// Something did not add up.
    pub(super) unsettled: bool,
    /// When this walk began, as far as late events go: what is written later is for the next to find.
    reached: Option<Timestamp>,
    /// Something that is not known was left out before known ground was met.
    skipped: bool,
}

impl Chart {
    pub(super) fn new(shape: Shape, known: Known) -> Self {
        let ground = shape.direction.map(|direction| Ground::new(direction, &known));
        Self { shape, known, ground, unsettled: false, reached: None, skipped: false }
    }

    /// The time behind a key.
    pub(super) fn time(&self, key: Option<Key>) -> Option<Timestamp> {
        self.ground.as_ref().zip(key).map(|(ground, key)| ground.time(key))
    }

    /// The walk has come to known ground, or to the `end` of the list. If it came down from now, or up to now,
    /// what was written late is found.
    pub(super) fn joined(&self, end: bool, proof: &mut Proof) {
        let all = !self.skipped && (end || self.shape.direction == Some(Direction::Down));
        proof.checked = self.reached.filter(|_| all && self.shape.until.is_none());
    }

    /// The walk leaves something out that is not known.
    pub(super) fn skip(&mut self) {
        self.skipped = true;
    }

    /// What lies below the deep end `key` of a known stretch, as far as this list goes.
    pub(super) fn below(&self, key: Key) -> Below {
        let end = match self.shape.direction {
            Some(Direction::Up) => self.shape.until.map(|until| until.millis().saturating_neg()),
            _ => self.shape.since.map(Timestamp::millis),
        };
        match &self.ground {
            Some(_) if end.is_some_and(|end| key < end) => Below::Nothing,
            Some(ground) => ground.below(key),
            None => Below::Gap(key),
        }
    }

    /// Whether the walk is for what lies right below the deep end `key` of a known stretch.
    pub(super) fn wants(&self, key: Key) -> bool {
        self.ground.as_ref().is_none_or(|ground| ground.wants(key))
    }

    /// Takes back that the instant `tie` is known, if it is claimed to be. Gives what is not known any more.
    pub(super) fn doubt(&mut self, tie: Timestamp) -> Option<Stretch> {
        let span = Stretch { lo: tie.plus_millis(-1), hi: tie.plus_millis(1) };
        self.known.ledger.around(tie)?;
        self.known.ledger.forget(span);
        Some(span)
    }

    pub(super) fn learn_direction(&mut self, sight: &Sight) {
        if self.shape.direction.is_none()
            && let Some(direction) = order::of(sight)
        {
            self.shape.direction = Some(direction);
            self.ground = Some(Ground::new(direction, &self.known));
        }
    }

    /// What an answer proves where it stands: its own stretch, which needs nothing else, and what its place
    /// adds to that.
    pub(super) fn prove(&mut self, sight: &Sight, standing: Standing) -> Proof {
        if self.reached.is_none() && self.shape.direction != Some(Direction::Down) {
            self.reached = sight.date.or(self.known.ledger.top());
        }
        let bounded = self.shape.since.is_some() || self.shape.until.is_some();
        let mut proof = Proof {
            exact: claim::exact(sight).filter(|_| !sight.drifted()),
            direction: self.shape.direction,
            total: sight.total.filter(|_| !bounded),
            ..Proof::default()
        };
        let past = self.known.ledger.top();
        if let Some(segment) = claim::of(&self.shape, self.shape.direction, sight, standing, past) {
            if let Some(ground) = &mut self.ground {
                ground.add(segment);
            }
            if segment.floor {
                proof.notes.extend(order::lost(&self.known.ledger, segment));
            }
            self.known.ledger.add(segment);
            if let Some(ground) = &mut self.ground {
                proof.notes.iter().for_each(|note| ground.note(*note));
            }
            if standing.head && self.reached.is_none() && self.shape.direction == Some(Direction::Down) {
                self.reached = Some(segment.span.hi);
            }
            proof.segments.push(segment);
        }
        proof
    }
}
