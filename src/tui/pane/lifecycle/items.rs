//! What stands on the lines of the rail: a step, or a run of steps that is folded, and what that comes to.
//!
//! It may assume that the steps follow each other in one life. It must not take silence for proof: that nothing
//! is left of a run is said only where each of its steps told all that it changed.

use std::collections::HashSet;
use std::ops::Range;

use crate::diff::{Life, Step, runs};
use crate::domain::{Detail, RowId, Zone};

/// What stands on one line of the rail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) steps: Range<usize>,
    /// What a run of several comes to, once somebody sees it: that is worked out of the whole life.
    pub(super) net: Option<Net>,
    /// The cache may lack events between this and the next older one.
    pub(super) gap: bool,
}

impl Item {
    /// Whether it stands for several steps.
    pub(super) fn is_run(&self) -> bool {
        self.steps.len() > 1
    }

    /// Works out what a run comes to.
    pub(super) fn sum_up(&mut self, life: &Life) {
        if self.is_run() && self.net.is_none() {
            self.net = Some(Net::of(life, &self.steps));
        }
    }
}

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

/// The runs that say nothing beside what they come to: without versions, and undone by nobody.
pub(super) fn foldable(steps: &[Step], zone: Zone) -> Vec<Range<usize>> {
    let plain = |step: &Step| {
        step.versions.now().is_none() && step.undone.is_none() && step.undoes.is_none() && step.took_effect()
    };
    let all = runs(steps, zone).into_iter();
    all.filter(|run| run.len() > 1 && steps[run.clone()].iter().all(plain)).collect()
}

/// What stands on the lines of the rail.
pub(super) fn items(life: &Life, open: &HashSet<RowId>, zone: Zone) -> Vec<Item> {
    let steps = &life.steps;
    let folded: Vec<Range<usize>> = foldable(steps, zone)
        .into_iter()
        .filter(|run| !open.contains(&steps[run.end - 1].event.row))
        .collect();
    let gap = |last: usize| {
        steps
            .get(last + 1)
            .is_some_and(|next| life.has_gap(next.event.row.time(), steps[last].event.row.time()))
    };
    let mut items = Vec::new();
    let mut at = 0;
    while at < steps.len() {
        // A gap within a run would be hidden by it.
        let run = folded.iter().find(|run| run.start == at);
        let run = run.filter(|run| !(run.start..run.end - 1).any(gap)).cloned().unwrap_or(at..at + 1);
        at = run.end;
        items.push(Item { gap: gap(run.end - 1), steps: run, net: None });
    }
    items
}
