//! What a run of steps that is folded into one line comes to.
//!
//! It may assume that the steps follow each other in one life. It must not take silence for proof: that nothing
//! is left of a run is said only where each of its steps told all that it changed.

use std::ops::Range;

use crate::diff::{Life, Step};
use crate::domain::Detail;

/// What a run comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Net {
    /// Fields that are other ones after it, counted and the first of them named.
    Changed(String),
    /// Nothing: what was changed was changed back.
    Back,
    /// Nothing that is known: there are steps that were not asked yet what they changed.
    Unasked,
    /// Nothing that can be known: no step says all that it changed.
    Untold,
}

impl Net {
    pub(super) fn of(life: &Life, run: &Range<usize>) -> Self {
        let made = life.net(run.start, run.end - 1, &[]);
        let counts = made.diff.counts.words();
        if !counts.is_empty() {
            let blocks = made.diff.telling().map(|block| format!("{} {}", block.kind.glyph(), block.path));
            let paths: Vec<String> = blocks.take(4).collect();
            return Self::Changed(format!("{counts}: {}", paths.join(", ")));
        }
        let steps = &life.steps[run.clone()];
        if steps.iter().any(|step| step.event.record.detail == Detail::Available) {
            Self::Unasked
        } else if steps.iter().all(Step::tells_all) {
            Self::Back
        } else {
            Self::Untold
        }
    }
}
