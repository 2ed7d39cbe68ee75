//! Counting the values of a column among chosen rows.

use super::bits::WORDS;
use super::facets::Counted;
use super::segment::{Column, Segment};
use super::vocabulary::Lexicon;
use crate::domain::{FacetKey, Marks, Status};

/// How many chosen rows have each number.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    counted: Counted,
    pub(super) counts: Vec<u32>,
}

impl Counter {
    pub(super) fn new(counted: Counted, lexicon: &Lexicon) -> Self {
        let numbers = match counted {
            Counted::Column(Column::Feed) => lexicon.feeds().len(),
            Counted::Column(Column::Entity) => lexicon.entity_count(),
            Counted::Column(Column::Actor) => lexicon.actor_count(),
            Counted::Column(Column::Deed) => lexicon.deeds().len(),
            Counted::Status => Status::ALL.len(),
        };
        Self { counted, counts: vec![0; numbers] }
    }

    pub(super) fn is_of(&self, facet: FacetKey) -> bool {
        self.counted == facet.counted()
    }

    /// Counts the rows of `segment` whose bit is set.
    pub(super) fn count(&mut self, segment: &Segment, chosen: &[u64; WORDS]) {
        let counts = &mut self.counts;
        match self.counted {
            Counted::Column(column) => each(segment.column(column), chosen, |number| {
                if let Some(count) = counts.get_mut(*number as usize) {
                    *count += 1;
                }
            }),
            Counted::Status => {
                let mut by_marks = [0_u32; Marks::COUNT];
                each(&segment.marks, chosen, |marks| by_marks[usize::from(marks.bits())] += 1);
                for (marks, count) in Marks::all().zip(by_marks) {
                    let status = marks.status();
                    if let Some(place) = Status::ALL.iter().position(|it| *it == status) {
                        counts[place] += count;
                    }
                }
            }
        }
    }
}

/// Calls `see` with each value whose bit is set. Bits beyond the last value mean nothing.
pub(super) fn each<T>(values: &[T], chosen: &[u64; WORDS], mut see: impl FnMut(&T)) {
    for (values, word) in values.chunks(64).zip(chosen) {
        if *word == u64::MAX {
            values.iter().for_each(&mut see);
            continue;
        }
        let mut left = *word;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            if let Some(value) = values.get(at) {
                see(value);
            }
        }
    }
}
