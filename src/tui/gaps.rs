//! Stretches of time of which the cache may lack events: there, nothing in a histogram proves nothing.

use std::sync::Arc;

use super::app::App;
use crate::diff::Matcher;
use crate::domain::{Event, FeedCoverage, Gap, GapReason, SourceStatus, Stretch, Timestamp};

/// How long after its last sync a source still counts as up to date, in milliseconds.
const FRESH: i64 = 15 * 60_000;

/// Whether the cache may lack events of these times, the end excluded.
pub(super) fn is_open(gaps: &[Stretch], (from, to): (Timestamp, Timestamp)) -> bool {
    gaps.iter().any(|gap| from < gap.hi && gap.lo.plus_millis(1) < to)
}

impl App {
    /// Where the cache may lack events that the filter is about.
    pub(super) fn gaps(&self) -> Vec<Stretch> {
        let query = self.filter.query();
        let meant = self.sources.iter().filter(|source| !query.leaves_out_source(&source.name));
        meant.flat_map(|source| self.gaps_of(source)).map(|(_, span)| span).collect()
    }

    /// What the cache may lack of the times from `from` to `to`, of any source: of which, and of when.
    pub(super) fn unknown(&self, from: Timestamp, to: Timestamp) -> Vec<(String, Stretch)> {
        // What is still to come is not missing.
        let to = to.min(self.ui.now).max(from);
        let within = |(_, span): &(String, Stretch)| is_open(&[*span], (from, to.plus_millis(1)));
        self.sources.iter().flat_map(|source| self.gaps_of(source)).filter(within).collect()
    }

    /// What the cache may lack of a source, with the name of the scope, or of the source where there is none.
    fn gaps_of<'a>(&'a self, source: &'a SourceStatus) -> impl Iterator<Item = (String, Stretch)> + 'a {
        let feeds = self.ledgers.iter().filter(|feed| feed.source == source.name);
        let since = since_last_sync(source, feeds.clone().next().is_some(), self.ui.now);
        let of_feed = |feed: &'a FeedCoverage| {
            let label = feed.scope.as_ref().map_or(&*feed.source, |_| feed.label());
            let removed = feed.ledger.removed().map(|gap| gap.span);
            visible(feed.ledger.gaps()).chain(removed).map(|span| (label.to_owned(), span))
        };
        feeds.flat_map(of_feed).chain(since.map(|span| (source.name.to_string(), span)))
    }

    /// What the life of one entity is read with: the rules of the feed of its events, and where the cache may lack
    /// some of them.
    pub(super) fn around_life(&self, source: &str, events: &[Arc<Event>]) -> (Matcher, Vec<Stretch>) {
        let rules = events.first().and_then(|event| self.ui.rules.get(&event.feed)).cloned();
        let meant = self.ledgers.iter().filter(|feed| {
            let is_its = |event: &Arc<Event>| event.scope == feed.scope && event.feed == feed.feed;
            *feed.source == *source && events.iter().any(is_its)
        });
        let gaps = meant.flat_map(|feed| visible(feed.ledger.gaps())).collect();
        (rules.unwrap_or_default(), gaps)
    }
}

/// Without the instants that two answers share: they are no stretch that anybody could see.
fn visible(gaps: Vec<Gap>) -> impl Iterator<Item = Stretch> {
    gaps.into_iter().filter(|gap| gap.reason != GapReason::Tie).map(|gap| gap.span)
}

/// What may have happened since a source was last asked to the end; everything, where nothing is known of it.
fn since_last_sync(source: &SourceStatus, is_known: bool, now: Timestamp) -> Option<Stretch> {
    match source.last_sync {
        None if is_known => None,
        None => Some(Stretch::ALL),
        Some(synced) if synced >= now.plus_millis(-FRESH) => None,
        Some(synced) => Some(Stretch { lo: synced, hi: Timestamp::MAX }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceState;
    use crate::tui::tests::support::{NOW, source};

    fn at(minutes: i64) -> Timestamp {
        NOW.plus_millis(-minutes * 60_000)
    }

    #[test]
    fn after_the_last_sync_and_before_the_first_nothing_is_proved() {
        for (synced, is_known, expected) in [
            (None, false, Some(Stretch::ALL)),
            (None, true, None),
            (Some(50), true, Some(Stretch { lo: at(50), hi: Timestamp::MAX })),
            (Some(2), false, None),
        ] {
            let status =
                SourceStatus { last_sync: synced.map(at), ..source("a", "streamkap", SourceState::Ready) };
            assert_eq!(since_last_sync(&status, is_known, NOW), expected);
        }
    }

    #[test]
    fn a_bar_is_open_where_it_shares_time_with_a_gap() {
        let gaps = [Stretch { lo: at(20), hi: at(10) }];
        for (from, to, open) in
            [(21, 20, false), (21, 19, true), (15, 14, true), (11, 9, true), (10, 9, false)]
        {
            assert_eq!(is_open(&gaps, (at(from), at(to))), open, "{from} {to}");
        }
        assert!(is_open(&[Stretch::ALL], (at(1), at(0))) && !is_open(&[], (at(1), at(0))));
    }
}
