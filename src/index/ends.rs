//! The first and the last event of each entity.

use std::collections::HashMap;

use super::Index;
use super::segment::Column;
use crate::domain::RowId;

/// Where the lives of all entities begin and end in the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends {
    /// The oldest event of each entity, ascending.
    pub first: Vec<RowId>,
    /// The newest event of each entity, ascending.
    pub last: Vec<RowId>,
}

impl Index {
    /// The ends of all lives, one for each entity of each source, under whatever names it had. Events that
    /// name no entity are none of any. One pass over the columns.
    pub fn ends(&self) -> Ends {
        let one = self.same();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let sources: Vec<u32> = self
            .lexicon
            .feeds()
            .iter()
            .map(|names| {
                let next = numbers.len() as u32;
                names.as_ref().map_or(u32::MAX, |names| *numbers.entry(&names.source).or_insert(next))
            })
            .collect();
        let number = |table: &[u32], at: u32| table.get(at as usize).copied().unwrap_or(u32::MAX);
        let mut lives: HashMap<(u32, u32), (i64, i64)> = HashMap::new();
        for segment in &self.segments {
            let columns = segment.column(Column::Feed).iter().zip(segment.column(Column::Entity));
            for (row, (feed, entity)) in segment.rows.iter().zip(columns) {
                let Some(entity) = one.get(*entity as usize).copied().flatten() else { continue };
                lives.entry((number(&sources, *feed), entity)).or_insert((*row, *row)).1 = *row;
            }
        }
        let sorted = |end: fn(&(i64, i64)) -> i64| {
            let mut rows: Vec<RowId> = lives.values().map(|life| RowId(end(life))).collect();
            rows.sort_unstable();
            rows
        };
        Ends { first: sorted(|life| life.0), last: sorted(|life| life.1) }
    }

    /// One number for all entries of the vocabulary that are the same entity; none for those that name
    /// nothing.
    pub(super) fn same(&self) -> Vec<Option<u32>> {
        let mut numbers: HashMap<(Option<&str>, bool, &str), u32> = HashMap::new();
        (0..self.lexicon.entity_count())
            .map(|number| {
                let entity = self.lexicon.entity(number);
                let name = entity.id.or(entity.name)?;
                let next = numbers.len() as u32;
                Some(*numbers.entry((entity.kind, entity.id.is_some(), name)).or_insert(next))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::index::tests::{events, index_of};

    proptest! {
        #[test]
        fn every_entity_has_the_ends_that_its_events_have(events in events()) {
            let is_named = |at: &usize| events[*at].record.entity.label().is_some();
            let same = |a: usize, b: usize| {
                events[a].source == events[b].source && events[a].record.entity.same_as(&events[b].record.entity)
            };
            // Events stand oldest first.
            let first = (0..events.len()).filter(is_named).filter(|at| !(0..*at).any(|older| same(*at, older)));
            let last = (0..events.len())
                .filter(is_named)
                .filter(|at| !(at + 1..events.len()).any(|newer| same(*at, newer)));
            let ends = index_of(&events).ends();
            prop_assert_eq!(ends.first, first.map(|at| events[at].row).collect::<Vec<_>>());
            prop_assert_eq!(ends.last, last.map(|at| events[at].row).collect::<Vec<_>>());
        }
    }
}
