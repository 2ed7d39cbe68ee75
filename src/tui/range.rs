//! What a range of the list comes to: for each entity in it, its events as a life of their own.
//!
//! It is made when the range changes and not while it is drawn. A range with more than can be read between two
//! keys is told by its numbers alone.

use std::sync::Arc;

use super::app::App;
use crate::diff::{Comparison, Life};
use crate::domain::{Event, RowId};

/// The most events that are read together.
const MOST: usize = 400;

/// And the most bytes of their records.
const HEAVIEST: usize = 512 * 1024;

/// What a range comes to.
#[derive(Debug)]
pub(super) struct Range {
    rows: Vec<RowId>,
    /// Some of its events are known better by now.
    stale: bool,
    /// How many of its events are not at hand yet, or too much to be read together.
    pub(super) missing: usize,
    /// The events of each entity, the entity with the newest one first.
    pub(super) lives: Vec<Arc<Life>>,
    /// What the events of each life come to.
    pub(super) net: Vec<Comparison>,
}

impl Range {
    /// How many events are in it.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Events that can still be asked what they changed.
    pub(super) fn unasked(&self) -> Vec<Arc<Event>> {
        self.lives.iter().flat_map(|life| life.unasked(0..life.steps.len())).cloned().collect()
    }

    /// These events are known better than before.
    pub(super) fn renew(&mut self, events: &[Arc<Event>]) {
        self.stale |= events.iter().any(|event| self.rows.contains(&event.row));
    }
}

impl App {
    /// Makes what the range comes to anew, where it is another one.
    pub(super) fn settle_range(&mut self) {
        let rows = if self.above.is_empty() { self.timeline.range_rows() } else { return };
        let Some(rows) = rows else {
            self.range = None;
            return;
        };
        let fresh = |range: &Range| range.rows == rows && range.missing == 0 && !range.stale;
        if self.range.as_ref().is_some_and(fresh) {
            return;
        }
        let mut events: Vec<Arc<Event>> = Vec::new();
        let mut weight = 0;
        for row in &rows {
            let Some(event) = self.library.get(*row) else { continue };
            weight += Comparison::weight(event);
            if events.len() >= MOST || weight > HEAVIEST {
                break;
            }
            events.push(Arc::clone(event));
        }
        let missing = rows.len() - events.len();
        let mut groups: Vec<Vec<Arc<Event>>> = Vec::new();
        for event in events {
            let same = |group: &&mut Vec<Arc<Event>>| {
                group[0].source == event.source && group[0].record.entity.same_as(&event.record.entity)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(event),
                None => groups.push(vec![event]),
            }
        }
        let life = |events: Vec<Arc<Event>>| {
            let (rules, gaps) = self.around_life(&events[0].source.clone(), &events);
            Arc::new(Life::of(events, rules, gaps))
        };
        let lives: Vec<Arc<Life>> = groups.into_iter().map(life).collect();
        let net = lives.iter().map(|life| life.net(0, life.steps.len() - 1, &[])).collect();
        self.range = Some(Range { rows, stale: false, missing, lives, net });
    }
}
