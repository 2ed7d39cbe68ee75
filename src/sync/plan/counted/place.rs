//! Where to ask next: deeper, further up, or at a gap.

use super::super::ground::Key;
use super::super::vernier;
use super::super::words::{Ask, Cut, Next};
use super::Counted;

impl Counted {
    /// Asks for what overlaps known ground and reaches deepest below it.
    pub(super) fn go_on(&mut self) -> Next {
        let overlap = self.tail + 1;
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, overlap, self.cap),
            _ => vernier::page(self.seen, overlap, self.cap),
        };
        if let Some(ask) = ask {
            return self.ask(ask);
        }
        self.in_tie = true;
        self.by_number()
    }

    /// Goes deeper by number alone, where no answer can overlap as it should.
    pub(super) fn by_number(&mut self) -> Next {
        let offsets = self.chart.shape.cut == Cut::Offsets;
        let one = if offsets {
            vernier::offset(self.seen, 1, self.cap)
        } else {
            vernier::page(self.seen, 1, self.cap)
        };
        if let Some(ask) = one {
            return self.ask(ask);
        }
        // Only behind an answer that ended just where this one begins may numbers be trusted.
        self.bare = self.contiguous;
        let place = if self.contiguous { self.seen } else { self.seen.saturating_sub(1) };
        let first = if offsets { place } else { place / self.cap };
        let again = self.asked == Ask::At { first, size: self.cap };
        self.asked = Ask::At { first: if again { first + 1 } else { first }, size: self.cap };
        Next::Ask(self.asked)
    }

    pub(super) fn step_up(&mut self, least: u64) -> Next {
        self.contiguous = false;
        self.up = self.up.saturating_mul(2).max(least).max(1);
        self.seen = self.seen.saturating_sub(self.up);
        if self.seen <= 1 {
            self.seen = 0;
            self.heads += 1;
            return self.ask(Ask::Head);
        }
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, 1, self.cap),
            _ => vernier::page(self.seen, 1, self.cap),
        };
        let ask = ask.unwrap_or(Ask::Head);
        self.heads += u32::from(matches!(ask, Ask::Head | Ask::At { first: 0, .. }));
        self.ask(ask)
    }

    pub(super) fn locate(&mut self, gap: Key) -> Next {
        self.front = Some(gap);
        let Some(ground) = &self.chart.ground else { return self.ask(Ask::Head) };
        Next::Locate { time: ground.time(gap), direction: ground.direction() }
    }
}
