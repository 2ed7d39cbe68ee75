//! Looking for a place whose number nobody knows: rows that were never fetched stand above it.
//!
//! The rows of the cache say only how far down it is at least. So the steps down double until an answer stands
//! below the place, then the middle between the two is asked. Every answer on the way proves its own stretch,
//! so that none is asked in vain, and none has to be right about where it stands.

use super::super::words::{Ask, Cut, Next};
use super::Counted;

/// After so many answers the place is approached page by page.
const TRIES: u32 = 48;

/// A search under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// A row that stands above the place, counted from 0.
    above: u64,
    /// A row that stands below it.
    below: Option<u64>,
    step: u64,
    tries: u32,
}

impl Search {
    pub(super) fn new(cap: u64) -> Self {
        Self { above: 0, below: None, step: cap, tries: 0 }
    }
}

impl Counted {
    /// The place that the cache told is too deep: rows above it went since it counted them.
    pub(super) fn look_around(&mut self) {
        if std::mem::take(&mut self.landed) {
            self.search.get_or_insert(Search::new(self.cap));
        }
    }

    /// An answer that ends at row `reach` is all above the place. Gives what to ask next in a search.
    pub(super) fn search_down(&mut self, reach: u64) -> Option<Next> {
        let search = self.search.as_mut()?;
        search.above = search.above.max(reach);
        self.search_on()
    }

    /// The last answer is all below the place, or there is none so far down.
    pub(super) fn search_up(&mut self) -> Option<Next> {
        let begins = match self.asked {
            Ask::At { first, size } if self.chart.shape.cut == Cut::Pages => first * size,
            Ask::At { first, .. } => first,
            _ => 0,
        };
        let search = self.search.as_mut()?;
        search.below = Some(begins);
        self.search_on()
    }

    fn search_on(&mut self) -> Option<Next> {
        let search = self.search.as_mut()?;
        search.tries += 1;
        let place = match search.below {
            None => {
                let place = search.above + search.step;
                search.step = search.step.saturating_mul(2);
                place
            }
            Some(below) => search.above.midpoint(below.max(search.above)),
        };
        let near = search.below.is_some_and(|below| below <= search.above + self.cap);
        let place = self.total.map_or(place, |total| place.min(total));
        if near || search.tries > TRIES || place <= search.above {
            let above = search.above;
            self.search = None;
            if !near {
                return None;
            }
            (self.seen, self.tail, self.contiguous) = (above.max(1), 1, false);
            return Some(self.go_on());
        }
        (self.seen, self.tail, self.contiguous) = (place, 1, false);
        Some(self.go_on())
    }
}
