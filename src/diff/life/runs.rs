//! What one actor did in a row.

use std::ops::Range;

use super::Step;
use crate::domain::Zone;

/// The steps in runs, as places from the newest on: the same action by the same actor in a row, never across
/// midnight. A step alone is a run of one.
pub fn runs(steps: &[Step], zone: Zone) -> Vec<Range<usize>> {
    let same = |one: &Step, other: &Step| {
        let (a, b) = (&one.event.record, &other.event.record);
        let day = |step: &Step| zone.at(step.event.row.time()).date_naive();
        a.action == b.action && a.actor == b.actor && a.status == b.status && day(one) == day(other)
    };
    let mut runs = Vec::new();
    let mut start = 0;
    for run in steps.chunk_by(same) {
        runs.push(start..start + run.len());
        start += run.len();
    }
    runs
}
