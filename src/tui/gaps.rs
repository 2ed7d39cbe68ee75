//! Stretches of time of which the cache may lack events: there, nothing in a histogram proves nothing.

use super::app::App;
use crate::domain::{SourceStatus, Timestamp};

/// A stretch of which the cache may lack events: from its start, up to but not including its end, open where
/// there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl Gap {
    fn meets(self, (from, to): (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|start| start < to) && self.to.is_none_or(|end| from < end)
    }
}

/// Whether the cache may lack events of this stretch, the end excluded.
pub(super) fn is_open(gaps: &[Gap], stretch: (Timestamp, Timestamp)) -> bool {
    gaps.iter().any(|gap| gap.meets(stretch))
}

impl App {
    /// Where the cache may lack events that the filter is about.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let query = self.filter.query();
        let meant = self.sources.iter().filter(|source| !query.leaves_out_source(&source.name));
        gaps(meant, self.ui.now)
    }
}

/// How long after its last sync a source still counts as up to date, in milliseconds.
const FRESH: i64 = 15 * 60_000;

/// A source is complete as of its last sync that reached the end; before there was one, nothing of it is.
fn gaps<'a>(sources: impl Iterator<Item = &'a SourceStatus>, now: Timestamp) -> Vec<Gap> {
    let is_fresh = |synced: Timestamp| synced >= now.plus_millis(-FRESH);
    let old = sources.map(|source| source.last_sync).filter(|synced| !synced.is_some_and(is_fresh));
    old.min().map(|from| Gap { from, to: None }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceState;
    use crate::tui::tests::support::{NOW, source};

    #[test]
    fn after_the_last_sync_and_before_the_first_nothing_is_proved() {
        let with = |minutes: Option<i64>| {
            let last_sync = minutes.map(|minutes| NOW.plus_millis(-minutes * 60_000));
            SourceStatus { last_sync, ..source("a", "streamkap", SourceState::Ready) }
        };
        let bar =
            |minutes: i64| (NOW.plus_millis(-minutes * 60_000), NOW.plus_millis(-(minutes - 1) * 60_000));
        for (synced, open, closed) in [
            (vec![Some(50), Some(2)], vec![50, 3], vec![51, 100]),
            (vec![Some(5), Some(2)], vec![], vec![1, 5, 100]),
            (vec![Some(5), None], vec![5, 100_000], vec![]),
            (vec![], vec![], vec![1]),
        ] {
            let sources: Vec<SourceStatus> = synced.into_iter().map(with).collect();
            let gaps = gaps(sources.iter(), NOW);
            assert!(open.into_iter().all(|minutes| is_open(&gaps, bar(minutes))));
            assert!(!closed.into_iter().any(|minutes| is_open(&gaps, bar(minutes))));
        }
        let ended = [Gap { from: None, to: Some(NOW) }];
        assert_eq!((is_open(&ended, bar(1)), is_open(&ended, bar(0))), (true, false));
    }
}
