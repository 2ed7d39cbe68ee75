//! Columns in memory over the cache: which events a query selects, how many, of what sort and when.
//!
//! It never reads the disk itself; rows come in, positions and counts go out. What the columns cannot decide
//! (texts, changed fields, raw records) is asked of whoever holds the events, newest first, through
//! [`Content`], which may refuse and so end a search nobody waits for. The plain [`Query::matches`] is the
//! truth that tests hold this module to.
//!
//! `segment` holds the numbers, `vocabulary` what they stand for; `plan` turns a query into passes over
//! them, which answer in `bits`; `search` makes the passes, `tally` counts for facets and `histogram` over time;
//! `ends` says where lives begin and end, `clues` what is odd about single changes, `profile` what one actor did, `arrange` puts what was found into another order.

mod arrange;
mod bits;
mod clues;
mod ends;
mod facets;
mod histogram;
mod plan;
mod profile;
mod search;
mod segment;
mod tally;
#[cfg(test)]
pub(crate) mod tests;
mod vocabulary;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::{Ask, Entity, IndexRow, RowId, SealedRows, Vocabulary, Wanted};
use crate::query::Query;

use segment::{Coded, Column, Segment, cut};
use vocabulary::Lexicon;

pub use ends::Ends;
pub use facets::narrow;
pub use search::{Content, Search};

/// All events of the cache, by what repeats among them.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// Oldest first, none empty, no two overlapping.
    segments: Vec<Arc<Segment>>,
    lexicon: Arc<Lexicon>,
    count: usize,
}

impl Index {
    /// What has to be learned before `rows` are inserted and `sealed` is taken in.
    pub fn lacks(&self, rows: &[IndexRow], sealed: &[SealedRows]) -> Wanted {
        let late = sealed.iter().flat_map(|sealed| &sealed.late);
        let loose = rows.iter().chain(late).map(|row| (row.action, row.raw_action));
        let words = sealed.iter().flat_map(|sealed| sealed.words.iter().copied());
        self.lexicon.lacks(loose.chain(words).flat_map(|(action, raw)| [action, raw]))
    }

    /// Learns what numbers stand for. What is known already is passed over.
    pub fn learn(&mut self, vocabulary: Vocabulary) {
        if vocabulary != Vocabulary::default() {
            Arc::make_mut(&mut self.lexicon).learn(vocabulary);
        }
    }

    /// Takes in rows in any order, after [`Index::learn`] was told what their numbers stand for. A row that
    /// is there already is replaced; of two that come together the later counts.
    pub fn insert(&mut self, rows: impl IntoIterator<Item = IndexRow>) {
        let lexicon = Arc::make_mut(&mut self.lexicon);
        let mut coded: Vec<Coded> = rows.into_iter().map(|row| Coded::of(&row, lexicon)).collect();
        // The sort is stable, so of equal rows the later one stays behind the earlier.
        coded.sort_by_key(|it| it.row);
        let mut distinct: Vec<Coded> = Vec::with_capacity(coded.len());
        for it in coded {
            match distinct.last_mut() {
                Some(last) if last.row == it.row => *last = it,
                _ => distinct.push(it),
            }
        }
        let mut rest = distinct.as_slice();
        // From the newest on, so that the segments still to be looked at keep their places.
        while let Some(last) = rest.last() {
            let (home, floor) = self.home(last.row);
            let (before, here) = rest.split_at(rest.partition_point(|it| it.row < floor));
            let joined = match self.segments.get(home.start).filter(|_| !home.is_empty()) {
                Some(segment) => segment.joined_by(here),
                None => cut(here),
            };
            self.put(home, joined);
            rest = before;
        }
    }

    /// The segment that a row belongs to, or where one for it is to be put, and the first place for which
    /// the answer is the same.
    fn home(&self, row: i64) -> (Range<usize>, i64) {
        let next = self.segments.partition_point(|segment| segment.from() <= row);
        let before = next.checked_sub(1).map(|at| (at, &self.segments[at]));
        let floor = match before {
            Some((at, segment)) if segment.to().is_none_or(|to| row < to) => {
                return (at..at + 1, segment.from());
            }
            Some((_, segment)) => segment.to().unwrap_or(i64::MIN),
            None => i64::MIN,
        };
        // A segment that is still open takes in what is older, one that has come to rest does not.
        let joins = self.segments.get(next).is_some_and(|segment| segment.kept().is_none());
        (next..next + usize::from(joins), floor)
    }

    /// Takes in rows that have come to rest, in the place of all that are there in their stretch of time.
    /// [`Index::learn`] was told before what their numbers stand for.
    pub fn seal(&mut self, mut sealed: SealedRows) {
        let (from, to) = (sealed.from, sealed.to);
        let (late, gone) = (std::mem::take(&mut sealed.late), std::mem::take(&mut sealed.gone));
        let start = self.segments.partition_point(|segment| {
            segment.to().is_some_and(|to| to <= from) || segment.rows.last().is_some_and(|last| *last < from)
        });
        let end = self.segments.partition_point(|segment| segment.from() < to).max(start);
        let outside = |older: bool| -> Vec<Coded> {
            let wanted = |row: i64| if older { row < from } else { row >= to };
            self.segments[start..end].iter().flat_map(|segment| segment.coded(wanted)).collect()
        };
        let (older, newer) = (outside(true), outside(false));
        let mut segments = cut(&older);
        segments.push(Segment::sealed(sealed, Arc::make_mut(&mut self.lexicon)));
        segments.extend(cut(&newer));
        self.put(start..end, segments);
        self.remove(&gone);
        self.insert(late);
    }

    fn put(&mut self, place: Range<usize>, segments: Vec<Segment>) {
        let length = |segments: &[Arc<Segment>]| segments.iter().map(|it| it.len()).sum::<usize>();
        self.count -= length(&self.segments[place.clone()]);
        let segments: Vec<Arc<Segment>> =
            segments.into_iter().filter(|segment| segment.len() > 0).map(Arc::new).collect();
        self.count += length(&segments);
        self.segments.splice(place, segments);
    }

    /// Drops rows; those that are not there are passed over.
    pub fn remove(&mut self, rows: &[RowId]) {
        let mut gone: Vec<i64> = rows.iter().map(|row| row.0).collect();
        gone.sort_unstable();
        let mut rest = gone.as_slice();
        while let Some(last) = rest.last() {
            let Some(home) = self.segments.partition_point(|segment| segment.first() <= *last).checked_sub(1)
            else {
                return;
            };
            let (before, here) =
                rest.split_at(rest.partition_point(|row| *row < self.segments[home].first()));
            let left = self.segments[home].without(here);
            self.put(home..home + 1, vec![left]);
            rest = before;
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether a row is there.
    pub fn contains(&self, row: RowId) -> bool {
        let home = self.segments.partition_point(|segment| segment.first() <= row.0).checked_sub(1);
        home.is_some_and(|home| self.segments[home].rows.binary_search(&row.0).is_ok())
    }

    /// The oldest row.
    pub fn oldest(&self) -> Option<RowId> {
        self.segments.first().map(|segment| RowId(segment.first()))
    }

    /// The feeds' own words for what was done, each once.
    pub fn raw_actions(&self) -> Vec<String> {
        let words: BTreeSet<&str> =
            self.lexicon.deeds().iter().filter_map(|deed| deed.raw.as_deref()).collect();
        words.into_iter().map(str::to_owned).collect()
    }

    /// The ids of those who did something, each once.
    pub fn actor_ids(&self) -> Vec<String> {
        let ids = (0..self.lexicon.actor_count()).filter_map(|number| self.lexicon.actor(number).id);
        ids.collect::<BTreeSet<&str>>().into_iter().map(str::to_owned).collect()
    }

    /// A search for what `query` selects, over the rows that are there now. Making it costs a look at the
    /// vocabulary; the rows are passed over by [`Search::step`], for which the index is not needed any more.
    pub fn search(&self, query: &Query, ask: &Ask) -> Search {
        Search::new(query, ask, self.segments.clone(), Arc::clone(&self.lexicon), self.count)
    }

    /// The places of all events of one entity in one source, oldest first: under every name it had, and in
    /// one scope only where `scope` names one.
    pub fn lifecycle(&self, source: &str, scope: Option<&str>, entity: &Entity) -> Vec<RowId> {
        let feeds: Vec<bool> = self
            .lexicon
            .feeds()
            .iter()
            .map(|names| {
                names.as_ref().is_some_and(|names| {
                    &*names.source == source && (scope.is_none() || names.scope.as_deref() == scope)
                })
            })
            .collect();
        let same = |number| {
            let other = self.lexicon.entity(number);
            other.kind == entity.kind.as_deref()
                && other.id == entity.id.as_deref()
                && (other.id.is_some() || other.name == entity.name.as_deref())
        };
        let entities: Vec<bool> = (0..self.lexicon.entity_count()).map(same).collect();
        let holds = |table: &[bool], number: u32| table.get(number as usize).copied().unwrap_or_default();
        let found = self.segments.iter().flat_map(|segment| {
            let (places, things) = (segment.column(Column::Feed), segment.column(Column::Entity));
            let both = places.iter().zip(things).zip(&*segment.rows);
            both.filter(|((feed, entity), _)| holds(&entities, **entity) && holds(&feeds, **feed))
                .map(|(_, row)| RowId(*row))
        });
        found.collect()
    }
}
