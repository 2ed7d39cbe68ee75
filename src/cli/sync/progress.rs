//! What a sync has done so far, in one line on stderr, where somebody watches.
//!
//! All numbers of a line count the same events: where every server that is asked counts its own, those that are
//! there of all of them, and how long the rest will take; elsewhere those that are new.

use std::collections::{BTreeMap, VecDeque};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::{Safe, SourceState, SourceStatus, Timestamp};
use crate::sync::Report;

/// The time over which the pace is taken, in milliseconds.
const WINDOW: i64 = 5_000;

/// Cells of the bar.
const CELLS: u64 = 20;

/// Shows what comes, and gives what there is to say about sources that work.
pub(super) async fn show(mut reports: UnboundedReceiver<Report>) -> BTreeMap<Arc<str>, String> {
    let mut notes = BTreeMap::new();
    let bar =
        if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut watch = Watch::default();
    while let Some(report) = reports.recv().await {
        let now = Timestamp::now();
        match report {
            Report::Stored { new, .. } => watch.stored(new.len() as u64, now),
            Report::Status(status) => {
                if let Some(note) = status.note.clone() {
                    notes.insert(Arc::clone(&status.name), note);
                }
                watch.sources.insert(Arc::clone(&status.name), status);
            }
        }
        if !bar.is_hidden() {
            bar.set_message(watch.line(now));
        }
    }
    bar.finish_and_clear();
    notes
}

/// What was seen of a sync.
#[derive(Debug, Default)]
struct Watch {
    sources: BTreeMap<Arc<str>, SourceStatus>,
    new: u64,
    /// How many events were new at which time, lately.
    lately: VecDeque<(Timestamp, u64)>,
}

impl Watch {
    fn stored(&mut self, new: u64, now: Timestamp) {
        self.new += new;
        self.lately.push_back((now, self.new));
        while self.lately.len() > 1 && self.lately.front().is_some_and(|(at, _)| age(*at, now) > WINDOW) {
            self.lately.pop_front();
        }
    }

    /// New events in a second, over the last few.
    fn pace(&self, now: Timestamp) -> Option<u64> {
        let (began, before) = *self.lately.front()?;
        let millis = u64::try_from(age(began, now)).ok().filter(|millis| *millis >= 500)?;
        Some((self.new - before).saturating_mul(1_000) / millis)
    }

    fn line(&self, now: Timestamp) -> String {
        let held = self.held();
        let mut parts = vec![match held {
            Some((done, total)) => bar(done, total),
            None => format!("{} new events", HumanCount(self.new)),
        }];
        parts.extend(self.pace(now).map(|pace| format!("{} a second", HumanCount(pace))));
        parts.extend(self.sources.values().filter_map(|status| waiting(status, now)));
        match held {
            Some(_) => parts.extend(self.seconds_left(now).map(left)),
            None => parts.extend(self.under_way().filter_map(scopes)),
        }
        Safe::line(&parts.join(" · ")).as_str().to_owned()
    }

    fn under_way(&self) -> impl Iterator<Item = &SourceStatus> {
        self.sources.values().filter(|status| matches!(status.state, SourceState::Syncing { .. }))
    }

    /// How many events of all these sources are there, of how many: where every server that is being asked counts
    /// its own. A source that came to its end has what it has.
    fn held(&self) -> Option<(u64, u64)> {
        self.under_way().next()?;
        self.sources.values().try_fold((0_u64, 0_u64), |(all_done, all), status| {
            let done = status.events.saturating_add(status.quarantined);
            let total = match status.state {
                SourceState::Ready | SourceState::Failed => done,
                SourceState::Syncing { .. } | SourceState::Waiting { .. } => {
                    status.total.filter(|total| *total >= done)?
                }
                SourceState::Idle => return None,
            };
            Some((all_done.saturating_add(done), all.saturating_add(total)))
        })
    }

    /// When the last of the sources is done, where that can be told: not while one of them waits.
    fn seconds_left(&self, now: Timestamp) -> Option<u64> {
        if self.sources.values().any(|status| matches!(status.state, SourceState::Waiting { .. })) {
            return None;
        }
        let left: Option<Vec<u64>> =
            self.under_way().map(|status| status.progress(now)?.seconds_left).collect();
        left?.into_iter().max()
    }
}

/// How many milliseconds ago.
fn age(time: Timestamp, now: Timestamp) -> i64 {
    now.millis().saturating_sub(time.millis())
}

/// `[########            ] 12,000 of 30,000 events, 40 %`
fn bar(done: u64, total: u64) -> String {
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
    let full = usize::try_from(percent.min(100) * CELLS / 100).unwrap_or_default();
    let bar = "#".repeat(full) + &" ".repeat(CELLS as usize - full);
    format!("[{bar}] {} of {} events, {percent} %", HumanCount(done), HumanCount(total))
}

/// `about 12 seconds left`
fn left(seconds: u64) -> String {
    format!("about {} left", HumanDuration(Duration::from_secs(seconds.max(1))))
}

/// What is known of a source whose server does not count its events.
fn scopes(status: &SourceStatus) -> Option<String> {
    let scopes = status.scopes.filter(|scopes| *scopes > 1)?;
    Some(format!("{}: {} of {} scopes", status.name, status.scopes_done, HumanCount(scopes)))
}

fn waiting(status: &SourceStatus, now: Timestamp) -> Option<String> {
    let SourceState::Waiting { until, reason } = &status.state else { return None };
    let left = u64::try_from(-age(*until, now)).ok()?.div_ceil(1_000);
    Some(format!("{} waits {left} s ({reason})", status.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn syncing(name: &str, total: Option<u64>, scopes: Option<u64>) -> SourceStatus {
        SourceStatus {
            state: SourceState::Syncing { pages: 9, events_new: 1_000 },
            events: 2_000,
            began: Some(at(0)),
            scopes,
            scopes_done: 3,
            total,
            ..SourceStatus::idle(&name.into(), "kaireonai", "https://example.com")
        }
    }

    fn watch(statuses: impl IntoIterator<Item = SourceStatus>) -> Watch {
        let sources = statuses.into_iter().map(|status| (Arc::clone(&status.name), status)).collect();
        let mut watch = Watch { sources, ..Watch::default() };
        watch.stored(0, at(6_000));
        watch.stored(800, at(8_000));
        watch
    }

    #[test]
    fn an_estimate_stands_only_where_every_server_counts() {
        let counted = watch([syncing("a", Some(4_000), None), syncing("b", Some(12_000), None)]);
        assert_eq!(
            counted.line(at(10_000)),
            "[#####               ] 4,000 of 16,000 events, 25 % · 200 a second · about 2 minutes left"
        );
        let mixed = watch([syncing("a", Some(4_000), None), syncing("b", None, Some(12))]);
        assert_eq!(mixed.line(at(10_000)), "800 new events · 200 a second · b: 3 of 12 scopes");
        assert_eq!(watch([]).line(at(6_100)), "800 new events");
    }

    #[test]
    fn the_percentage_is_that_of_the_numbers_beside_it() {
        let ready = SourceStatus {
            state: SourceState::Ready,
            events: 90_000,
            ..SourceStatus::idle(&"done".into(), "kaireonai", "https://example.com")
        };
        // What is there already and what came to its end counts on both sides, however little of it is new.
        let line = watch([syncing("a", Some(8_000), None), ready.clone()]).line(at(10_000));
        assert_eq!(
            line,
            "[##################  ] 92,000 of 98,000 events, 93 % · 200 a second · about 60 seconds left"
        );
        // One that waits holds the end up; one that was not asked yet can have any number.
        let waits = |state| SourceStatus { state, ..syncing("b", Some(10_000), None) };
        let until = SourceState::Waiting { until: at(20_000), reason: "429".into() };
        let line = watch([syncing("a", Some(8_000), None), waits(until)]).line(at(10_000));
        assert_eq!(
            line,
            "[####                ] 4,000 of 18,000 events, 22 % · 200 a second · b waits 10 s (429)"
        );
        let line = watch([syncing("a", Some(8_000), None), waits(SourceState::Idle)]).line(at(10_000));
        assert_eq!(line, "800 new events · 200 a second");
        // A count that is less than what is there is wrong.
        let line = watch([syncing("a", Some(1_999), None)]).line(at(10_000));
        assert_eq!(line, "800 new events · 200 a second");
        assert_eq!(watch([ready]).line(at(10_000)), "800 new events · 200 a second");
    }

    #[test]
    fn a_wait_counts_down_and_a_name_cannot_move_the_cursor() {
        let state = SourceState::Waiting { until: at(20_000), reason: "429".into() };
        let waits = watch([SourceStatus { state, ..syncing("x\u{1b}[2J", None, None) }]);
        let line = waits.line(at(10_500));
        assert!(line.ends_with("waits 10 s (429)") && !line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn the_pace_is_that_of_the_last_seconds() {
        let mut watch = watch([]);
        watch.stored(0, at(60_000));
        watch.stored(50, at(61_000));
        assert_eq!(watch.pace(at(61_000)), Some(50));
    }
}
