//! Counting selected rows over time.
//!
//! Rows stand in time order, so a bar is a range of positions in a segment, and its height the number of
//! bits set there. Only rows whose place does not tell their time are looked at one by one.

mod calendar;

use std::ops::Range;

use crate::domain::{Bars, FacetKey, Histogram, RowId, Series, Status, Timestamp};

use super::bits::WORDS;
use super::facets::Counted;
use super::segment::Segment;
use super::tally::Counter;
use super::vocabulary::{Lexicon, NO_GROUP};

/// How many values a stack tells apart; the rest is one part.
const PARTS: usize = 5;

/// A segment and which of its rows are selected.
pub(super) type Chosen<'a> = (&'a Segment, &'a [u64; WORDS]);

/// The selected rows in bars, over `span` (both ends included) or nothing where there is none.
pub(super) fn count(
    bars: &Bars,
    span: Option<(Timestamp, Timestamp)>,
    chosen: &[Chosen<'_>],
    lexicon: &Lexicon,
) -> Histogram {
    let offset_at = |time| bars.zone.offset_at(time);
    let (unit, edges) = calendar::cut(span, bars.unit, bars.at_most, &offset_at);
    let parts = Parts::of(bars.stack, chosen, lexicon);
    let mut counts = vec![vec![0_usize; edges.len().saturating_sub(1)]; parts.count()];
    for (segment, selected) in chosen {
        let mut even = **selected;
        for (at, time) in segment.odd_times() {
            let bit = 1 << (at % 64);
            if even[at / 64] & bit != 0 {
                even[at / 64] &= !bit;
                if let Some(bar) = bar_of(&edges, time) {
                    counts[parts.part_of(segment, at)][bar] += 1;
                }
            }
        }
        count_even(segment, &even, &edges, &parts, &mut counts);
    }
    Histogram { unit, edges, series: parts.series(counts) }
}

/// The bar that an instant is in.
fn bar_of(edges: &[Timestamp], time: Timestamp) -> Option<usize> {
    let bar = edges.partition_point(|edge| *edge <= time).checked_sub(1)?;
    (bar + 1 < edges.len()).then_some(bar)
}

/// Counts rows whose place tells their time.
fn count_even(
    segment: &Segment,
    selected: &[u64; WORDS],
    edges: &[Timestamp],
    parts: &Parts,
    counts: &mut [Vec<usize>],
) {
    let (Some(first), Some(last)) = (segment.rows.first(), segment.rows.last()) else { return };
    let time = |row: &i64| RowId(*row).time();
    let from = edges.partition_point(|edge| *edge <= time(first)).saturating_sub(1);
    for (bar, edge) in edges.windows(2).enumerate().skip(from) {
        if edge[0] > time(last) {
            break;
        }
        let here = segment.between(Some(edge[0]), Some(edge[1]));
        if parts.is_single() {
            counts[0][bar] += ones(selected, here);
        } else {
            for at in here.filter(|at| selected[at / 64] & (1 << (at % 64)) != 0) {
                counts[parts.part_of(segment, at)][bar] += 1;
            }
        }
    }
}

/// How many bits are set at the positions of `range`.
fn ones(bits: &[u64; WORDS], range: Range<usize>) -> usize {
    if range.is_empty() {
        return 0;
    }
    let (first, last) = (range.start / 64, (range.end - 1) / 64);
    let count = |(at, word): (usize, &u64)| {
        let mut word = *word;
        if at == first {
            word &= u64::MAX << (range.start % 64);
        }
        if at == last {
            word &= u64::MAX >> (63 - (range.end - 1) % 64);
        }
        word.count_ones() as usize
    };
    bits.iter().enumerate().take(last + 1).skip(first).map(count).sum()
}

/// What the bars are made of.
struct Parts {
    stack: Option<FacetKey>,
    values: Vec<Box<str>>,
    /// For each number of what is stacked the part that it belongs to.
    part_of: Vec<usize>,
}

impl Parts {
    fn of(stack: Option<FacetKey>, chosen: &[Chosen<'_>], lexicon: &Lexicon) -> Self {
        let Some(facet) = stack else {
            return Self { stack, values: Vec::new(), part_of: Vec::new() };
        };
        let mut counter = Counter::new(facet.counted(), lexicon);
        for (segment, selected) in chosen {
            counter.count(segment, selected);
        }
        let values: Vec<Box<str>> =
            facet.facet(&counter.counts, lexicon, PARTS).values.into_iter().map(|it| it.value).collect();
        let groups = facet.groups(lexicon);
        let mut part_by_group = vec![values.len(); facet.group_count(lexicon)];
        for (group, part) in part_by_group.iter_mut().enumerate() {
            let (value, _) = facet.spelled(group, lexicon);
            *part = values.iter().position(|it| *it == value).unwrap_or(values.len());
        }
        let part = |group: &u32| match *group {
            NO_GROUP => values.len(),
            group => part_by_group.get(group as usize).copied().unwrap_or(values.len()),
        };
        let part_of = groups.iter().map(part).collect();
        Self { stack, values, part_of }
    }

    fn is_single(&self) -> bool {
        self.values.is_empty()
    }

    /// The named parts and the rest.
    fn count(&self) -> usize {
        self.values.len() + 1
    }

    fn part_of(&self, segment: &Segment, at: usize) -> usize {
        let Some(facet) = self.stack else { return 0 };
        let number = match facet.counted() {
            Counted::Column(column) => segment.column(column)[at] as usize,
            Counted::Status => {
                let status = segment.marks[at].status();
                Status::ALL.iter().position(|it| *it == status).unwrap_or_default()
            }
        };
        self.part_of.get(number).copied().unwrap_or(self.values.len())
    }

    fn series(self, counts: Vec<Vec<usize>>) -> Vec<Series> {
        let rest = self.values.len();
        let values = self.values.into_iter().map(Some).chain([None]);
        values
            .zip(counts)
            .enumerate()
            .filter(|(part, (_, counts))| *part == 0 || *part < rest || counts.iter().any(|count| *count > 0))
            .map(|(_, (value, counts))| Series { value, counts })
            .collect()
    }
}
