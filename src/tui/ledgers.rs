//! What the cache knows to be complete, for the events that the filter is about.
//!
//! Pure: ledgers in, words and places out. What has no place among the events, such as a feed that was never
//! read, stands above all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::app::App;
use super::command::Command;
use super::settings::Ui;
use super::window::ABOVE;
use super::words;
use crate::domain::{FeedCoverage, Gap, GapReason, List, SourceState, SourceStatus, Stretch, Timestamp};

/// A stretch of one feed that is not known to be complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) source: Arc<str>,
    pub(super) scope: Option<Arc<str>>,
    /// The name of the scope, or of the source where there is none.
    pub(super) label: String,
    pub(super) span: Stretch,
    pub(super) reason: GapReason,
    /// Asking again may fill it.
    pub(super) fills: bool,
}

impl Hole {
    fn of(feed: &FeedCoverage, gap: &Gap) -> Self {
        Self {
            source: Arc::clone(&feed.source),
            scope: feed.scope.clone(),
            label: feed.scope.as_ref().map_or(&*feed.source, |_| feed.label()).to_owned(),
            span: gap.span,
            reason: gap.reason,
            fills: feed.can_fill(gap),
        }
    }
}

/// How much the cache has of some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extent {
    /// It has not heard of any feed that is meant.
    Unknown,
    /// All that the feeds offer.
    Whole,
    /// Not this, and maybe more that is older.
    Lacks(Hole),
}

/// How far the list is complete, where something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing {
    /// Nothing is missing from here on.
    pub(super) complete_to: Timestamp,
    /// Why that is as far as it goes.
    pub(super) reason: GapReason,
    /// Asking again may tell more.
    pub(super) fills: bool,
}

impl Missing {
    /// The same in words, the longest first.
    pub(super) fn forms(self, sources: &[SourceStatus], ui: &Ui) -> Vec<String> {
        let syncing = sources.iter().any(|source| matches!(source.state, SourceState::Syncing { .. }));
        let to = words::short(self.complete_to, ui.now, ui.zone);
        let next = match self.fills {
            true if syncing => ", fetching the rest".to_owned(),
            true => format!(", {} fetches the rest", ui.key(Command::RefreshAll)),
            false => format!(": {}", self.reason.sentence()),
        };
        vec![format!("complete to {to}{next}"), format!("complete to {to}"), format!("to {to}")]
    }
}

impl App {
    pub(super) fn take_coverage(&mut self, feeds: Vec<FeedCoverage>) -> bool {
        if self.ledgers == feeds {
            return false;
        }
        self.ledgers = feeds;
        self.place_gaps();
        true
    }

    /// Finds anew where the gaps stand in the list.
    pub(super) fn place_gaps(&mut self) {
        let holes = self.holes();
        self.timeline.set_gaps(holes);
    }

    /// The gaps in what the filter is about, newest first.
    fn holes(&self) -> Vec<Hole> {
        let (since, until) = self.filter.query().bounds();
        let within = |span: Stretch| {
            since.is_none_or(|since| since < span.hi)
                && until.is_none_or(|until| span.lo.plus_millis(1) < until)
        };
        let mut holes: Vec<Hole> = self
            .feeds_meant()
            .flat_map(|feed| {
                let gaps = feed.ledger.gaps().into_iter().chain(feed.ledger.removed());
                gaps.map(move |gap| Hole::of(feed, &gap))
            })
            .filter(|hole| {
                within(hole.span) && !(hole.span == Stretch::ALL && self.is_being_read(&hole.source))
            })
            .collect();
        holes.sort_by_key(|hole| std::cmp::Reverse(hole.span.hi));
        holes
    }

    /// Where something is missing in what the filter is about; nothing where nothing is.
    pub(super) fn missing(&self) -> Option<Missing> {
        let newest = self.holes().into_iter().find(|hole| hole.span.hi != Timestamp::MAX)?;
        let (complete_to, reason, fills) = (newest.span.hi, newest.reason, newest.fills);
        Some(Missing { complete_to, reason, fills })
    }

    /// How much the cache has of what the filter is about.
    pub(super) fn extent(&self) -> Extent {
        if self.feeds_meant().next().is_none() {
            return Extent::Unknown;
        }
        let lacks = self.holes().into_iter().find(|hole| hole.reason != GapReason::Tie);
        lacks.map_or(Extent::Whole, Extent::Lacks)
    }

    /// Whether a source is about to be asked, or is being asked: what it was never asked for is not missing yet.
    fn is_being_read(&self, source: &str) -> bool {
        let state = self.sources.iter().find(|status| *status.name == *source).map(|status| &status.state);
        let under_way = matches!(state, Some(SourceState::Idle | SourceState::Syncing { .. }));
        under_way && !self.user.is_paused(source)
    }

    fn feeds_meant(&self) -> impl Iterator<Item = &FeedCoverage> {
        let query = self.filter.query();
        let meant = |feed: &&FeedCoverage| {
            self.sources.iter().any(|source| source.name == feed.source)
                && !query.leaves_out_source(&feed.source)
        };
        self.ledgers.iter().filter(meant)
    }
}

/// When something is missing, from the first instant to the last, in words.
pub(super) fn stretch(span: Stretch, ui: &Ui) -> String {
    let short = |time: Timestamp| words::short(time, ui.now, ui.zone);
    let (first, last) = (span.lo.plus_millis(1), span.hi.plus_millis(-1));
    match (span.lo == Timestamp::MIN, span.hi == Timestamp::MAX) {
        (true, true) => "at any time".to_owned(),
        (true, false) => format!("before {}", short(span.hi)),
        (false, true) => format!("since {}", short(first)),
        _ if short(first) == short(last) => format!("at {}", short(first)),
        _ => format!("{} to {}", short(first), short(last)),
    }
}

/// The places of the events below which holes begin, in the order of the list, and the holes that begin there,
/// the newest first. Those that begin above the first event, and all of them in a list that does not go by time,
/// are at [`ABOVE`], which comes last. `holes` stand newest first.
pub(super) fn places<'a>(list: &List, holes: &'a [Hole]) -> Vec<(usize, Vec<&'a Hole>)> {
    if list.is_empty() {
        return Vec::new();
    }
    let below = |is_above: &dyn Fn(Timestamp) -> bool| {
        let (mut low, mut high) = (0, list.len());
        while low < high {
            let middle = low.midpoint(high);
            if list.get(middle).is_some_and(|row| is_above(row.time())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).unwrap_or(ABOVE)
    };
    let mut places: BTreeMap<usize, Vec<&Hole>> = BTreeMap::new();
    for hole in holes {
        // What is held of the instant at which a gap begins stands above it.
        let place = match () {
            () if list.is_newest_first() => below(&|time| time >= hole.span.hi.plus_millis(-1)),
            () if list.is_oldest_first() => below(&|time| time <= hole.span.lo.plus_millis(1)),
            () => ABOVE,
        };
        places.entry(place).or_default().push(hole);
    }
    places.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RowId, Rows};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn hole(lo: i64, hi: i64) -> Hole {
        let span = Stretch { lo: at(lo), hi: at(hi) };
        let (source, label) = ("a".into(), String::new());
        Hole { source, scope: None, label, span, reason: GapReason::NotFetched, fills: true }
    }

    #[test]
    fn a_gap_begins_below_the_last_event_that_is_held_above_it() {
        let list: List =
            [50, 40, 32, 30, 20].map(|time| RowId::floor(at(time))).into_iter().collect::<Rows>().into();
        // A gap that ends where the oldest events are has their instant in it.
        for (lo, hi, place) in
            [(31, 40, Some(1)), (21, 31, Some(3)), (0, 21, Some(4)), (0, 10, Some(4)), (60, 70, Some(ABOVE))]
        {
            let holes = [hole(lo, hi)];
            let found = places(&list, &holes);
            assert_eq!(found.first().map(|(place, _)| *place), place, "{lo} {hi}");
        }
        let holes = [hole(31, 39), hole(25, 36), hole(0, 10)];
        let found: Vec<_> = places(&list, &holes).iter().map(|(place, here)| (*place, here.len())).collect();
        assert_eq!(found, [(1, 2), (4, 1)], "those at one place share a line");
        let never = Hole { span: Stretch::ALL, ..hole(0, 1) };
        assert_eq!(places(&list, &[never])[0].0, ABOVE, "what was never read is nowhere else");
        let oldest_first = List::by_time(list.rows().clone(), true, crate::domain::Heads::Days);
        // 20, 30, 32, 40, 50.
        for (lo, hi, place) in [(32, 40, 2), (39, 60, 3), (0, 25, ABOVE), (19, 25, 0), (60, 70, 4)] {
            assert_eq!(places(&oldest_first, &[hole(lo, hi)])[0].0, place, "{lo} {hi}");
        }
        assert!(places(&List::default(), &holes).is_empty());
    }
}
