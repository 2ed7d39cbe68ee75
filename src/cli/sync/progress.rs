//! What a sync has done so far, in one line on stderr, where somebody watches.
//!
//! How long it will still take is said where every server counts its events, and only then.

use std::collections::{BTreeMap, VecDeque};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::{Progress, Safe, SourceState, SourceStatus, Timestamp};
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
        let mut parts = vec![format!("{} new events", HumanCount(self.new))];
        parts.extend(self.pace(now).map(|pace| format!("{} a second", HumanCount(pace))));
        let is_under_way = |status: &&SourceStatus| matches!(status.state, SourceState::Syncing { .. });
        let under_way: Vec<&SourceStatus> = self.sources.values().filter(is_under_way).collect();
        let waits = self.sources.values().filter_map(|status| waiting(status, now));
        parts.extend(waits);
        let told: Option<Vec<Progress>> = under_way.iter().map(|status| status.progress(now)).collect();
        let counted: Option<Vec<(u64, u64)>> =
            told.as_ref().and_then(|told| told.iter().map(|progress| progress.of).collect());
        if let Some(counted) = counted.filter(|counted| !counted.is_empty()) {
            let sum = |one: fn(&(u64, u64)) -> u64| counted.iter().map(one).fold(0, u64::saturating_add);
            let left = told.iter().flatten().map(|progress| progress.seconds_left);
            let left: Option<Vec<u64>> = left.collect();
            parts.extend(bar(sum(|of| of.0), sum(|of| of.1), left.and_then(|left| left.into_iter().max())));
        } else {
            parts.extend(under_way.iter().filter_map(|status| scopes(status)));
        }
        Safe::line(&parts.join(" · ")).as_str().to_owned()
    }
}

/// How many milliseconds ago.
fn age(time: Timestamp, now: Timestamp) -> i64 {
    now.millis().saturating_sub(time.millis())
}

/// `[########            ] 40 % of 30,000, about 12 seconds left`
fn bar(done: u64, total: u64, seconds_left: Option<u64>) -> Option<String> {
    let percent = done.saturating_mul(100).checked_div(total)?;
    let full = usize::try_from(percent.min(100) * CELLS / 100).unwrap_or_default();
    let bar = "#".repeat(full) + &" ".repeat(CELLS as usize - full);
    let left = seconds_left
        .map(|seconds| format!(", about {} left", HumanDuration(Duration::from_secs(seconds.max(1)))))
        .unwrap_or_default();
    Some(format!("[{bar}] {percent} % of {}{left}", HumanCount(total)))
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
            "800 new events · 200 a second · [#####               ] 25 % of 16,000, about 2 minutes left"
        );
        let mixed = watch([syncing("a", Some(4_000), None), syncing("b", None, Some(12))]);
        assert_eq!(mixed.line(at(10_000)), "800 new events · 200 a second · b: 3 of 12 scopes");
        assert_eq!(watch([]).line(at(6_100)), "800 new events");
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
