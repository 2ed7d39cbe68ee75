//! One condition and the rows of one segment.
//!
//! Three-valued: of a row, a condition may be known to hold, known not to hold, or open until the event
//! is read. Both bounds are kept, "must hold" and "can hold", one bit per row each; negation exchanges
//! and inverts them, so the answer stays exact however conditions nest.

use super::segment::MOST;

/// How many words hold a bit for each row of a segment.
pub(super) const WORDS: usize = MOST / 64;

/// For each row of a segment whether a condition must hold and whether it can.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    pub(super) must: [u64; WORDS],
    pub(super) can: [u64; WORDS],
}

impl Bits {
    pub(super) const NONE: Self = Self { must: [0; WORDS], can: [0; WORDS] };
    pub(super) const ALL: Self = Self { must: [u64::MAX; WORDS], can: [u64::MAX; WORDS] };

    pub(super) fn invert(&mut self) {
        for (must, can) in self.must.iter_mut().zip(&mut self.can) {
            (*must, *can) = (!*can, !*must);
        }
    }

    pub(super) fn combine(&mut self, other: &Self, with: impl Fn(u64, u64) -> u64) {
        for (mine, other) in self.must.iter_mut().zip(other.must) {
            *mine = with(*mine, other);
        }
        for (mine, other) in self.can.iter_mut().zip(other.can) {
            *mine = with(*mine, other);
        }
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.combine(other, |a, b| a & b);
    }

    /// Settles a row that was open.
    pub(super) fn settle(&mut self, at: usize, holds: bool) {
        let bit = 1 << (at % 64);
        if holds {
            self.must[at / 64] |= bit;
        } else {
            self.can[at / 64] &= !bit;
        }
    }

    pub(super) fn is_open(&self, at: usize) -> bool {
        (self.can[at / 64] & !self.must[at / 64]) & (1 << (at % 64)) != 0
    }

    pub(super) fn can_any(&self) -> bool {
        self.can.iter().any(|word| *word != 0)
    }
}
