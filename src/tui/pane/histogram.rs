//! The events over time, on a screen of their own: which bars are chosen, and by what they are stacked.
//!
//! The cursor is a time and not the number of a bar, so it stays where it is while bars come and go.

pub(in crate::tui) mod view;

use crate::domain::{FacetKey, Histogram, Timestamp};
use crate::tui::motion::Motion;

/// What bars can be stacked by.
const STACKS: [Option<FacetKey>; 4] =
    [None, Some(FacetKey::Action), Some(FacetKey::Status), Some(FacetKey::Source)];

/// The screen.
#[derive(Debug, Default)]
pub(in crate::tui) struct HistogramPane {
    /// The place in [`STACKS`].
    stack: usize,
    /// A time in the bar that the cursor is on; the last bar where there is none.
    cursor: Option<Timestamp>,
    /// A time in the bar at the other end of the range.
    anchor: Option<Timestamp>,
}

impl HistogramPane {
    /// A screen with the cursor on the bar of that time.
    pub(in crate::tui) fn at(time: Option<Timestamp>) -> Self {
        Self { cursor: time, ..Self::default() }
    }

    /// What the bars are stacked by.
    pub(in crate::tui) fn stack(&self) -> Option<FacetKey> {
        STACKS[self.stack % STACKS.len()]
    }

    /// Stacks the bars by the next key.
    pub(in crate::tui) fn turn(&mut self) {
        self.stack = (self.stack + 1) % STACKS.len();
    }

    /// The bars that are chosen, from the first up to and including the last, and the one under the cursor.
    pub(in crate::tui) fn bars(&self, histogram: &Histogram) -> Option<((usize, usize), usize)> {
        let last = histogram.len().checked_sub(1)?;
        let bar_of = |time: Timestamp| {
            histogram.edges.partition_point(|edge| *edge <= time).saturating_sub(1).min(last)
        };
        let cursor = self.cursor.map_or(last, bar_of);
        let anchor = self.anchor.map_or(cursor, bar_of);
        Some(((cursor.min(anchor), cursor.max(anchor)), cursor))
    }

    /// Moves the cursor; a list that goes down goes back in time.
    pub(in crate::tui) fn go(&mut self, motion: Motion, histogram: &Histogram) {
        let Some((_, cursor)) = self.bars(histogram) else { return };
        let last = histogram.len() - 1;
        let from_newest = motion.from(last - cursor, histogram.len(), histogram.len() / 4);
        self.cursor = histogram.edges.get(last - from_newest).copied();
    }

    /// Begins a range at the cursor, or ends it.
    pub(in crate::tui) fn range(&mut self, histogram: &Histogram) {
        self.anchor = match self.anchor {
            Some(_) => None,
            None => self.bars(histogram).and_then(|(_, cursor)| histogram.edges.get(cursor).copied()),
        };
    }

    /// Whether a range was begun and not ended.
    pub(in crate::tui) fn in_range(&self) -> bool {
        self.anchor.is_some()
    }

    /// Gives the range up; whether there was one.
    pub(in crate::tui) fn dismiss(&mut self) -> bool {
        self.anchor.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Series, Span, Unit};

    fn bars(from: i64, number: i64) -> Histogram {
        Histogram {
            unit: Unit { count: 1, of: Span::Minute },
            edges: (from..=from + number).map(|edge| Timestamp::from_millis(edge * 60_000)).collect(),
            series: vec![Series { value: None, counts: vec![1; number as usize] }],
        }
    }

    #[test]
    fn the_cursor_stays_at_its_time_and_a_range_reaches_from_where_it_was_begun() {
        let mut pane = HistogramPane::default();
        assert_eq!(pane.bars(&bars(0, 10)), Some(((9, 9), 9)));
        pane.go(Motion::Lines(2), &bars(0, 10));
        pane.range(&bars(0, 10));
        pane.go(Motion::Lines(-1), &bars(0, 10));
        assert_eq!(pane.bars(&bars(0, 10)), Some(((7, 8), 8)));
        assert_eq!(pane.bars(&bars(-5, 30)), Some(((12, 13), 13)), "there are more bars before and after");
        assert_eq!(pane.bars(&bars(20, 3)), Some(((0, 0), 0)), "the nearest there is");
        assert_eq!(pane.bars(&bars(0, 0)), None);
        pane.go(Motion::Bottom, &bars(0, 10));
        assert_eq!(pane.bars(&bars(0, 10)), Some(((0, 7), 0)));
        assert_eq!((pane.dismiss(), pane.dismiss()), (true, false));
    }

    #[test]
    fn stacks_go_round() {
        let mut pane = HistogramPane::default();
        let seen: Vec<_> = (0..5)
            .map(|_| {
                pane.turn();
                pane.stack().map(FacetKey::key)
            })
            .collect();
        assert_eq!(seen, [Some("action"), Some("status"), Some("source"), None, Some("action")]);
    }
}
