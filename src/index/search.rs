//! A search under way: the columns passed over segment by segment, newest first.
//!
//! One pass gives the selection and every count. Where events have to be read to decide and the query makes
//! demands on a facet, there are two: whoever waits for the list does not also wait for counts over events
//! that are not in it.

use std::sync::Arc;

use crate::domain::{Ask, Event, EventId, Facet, FacetKey, Reach, RowId, RowSlab, Rows, Survey, Timestamp};
use crate::query::{Query, Texts};

use super::bits::{Bits, WORDS};
use super::histogram;
use super::plan::{Answers, Plan};
use super::segment::Segment;
use super::tally::Counter;
use super::vocabulary::Lexicon;

/// How many events are asked for at once while a query is decided by their content.
pub(super) const CHUNK: usize = 512;

/// Whoever holds the events. An error ends the search: nobody waits for it any more, or the cache cannot be
/// read.
pub trait Content {
    /// Why a search cannot go on.
    type Error;

    /// Given places, newest first, the events there, in any order; those that are gone are left out.
    fn events(&mut self, rows: &[RowId]) -> Result<Vec<Event>, Self::Error>;

    /// The texts of the rows that were sealed under this number; `None` where they have been put away anew.
    fn texts(&mut self, number: i64) -> Result<Option<Texts>, Self::Error>;

    /// The place of an event, where it is there.
    fn find(&mut self, event: EventId) -> Result<Option<RowId>, Self::Error>;

    /// Asked now and then; an error ends the search.
    fn go_on(&mut self) -> Result<(), Self::Error>;
}

/// What is still to be passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// For the selection and for every count.
    Everything,
    /// For the selection and the counts over it.
    Selection,
    /// For the counts over more than the selection.
    Facets,
    Done,
}

/// A search for what a query selects. It holds on to the rows that were there when it began.
pub struct Search {
    plan: Plan,
    segments: Vec<Arc<Segment>>,
    lexicon: Arc<Lexicon>,
    of: usize,
    ask: Ask,
    pass: Pass,
    /// How many segments, the oldest ones, this pass has not looked at yet.
    left: usize,
    /// Whether it is known where the events are that the query names.
    located: bool,
    /// The segments that selected rows are in, newest first, and which those are.
    found: Vec<(usize, [u64; WORDS])>,
    count: usize,
    /// The numbers of selected rows.
    counters: Vec<Counter>,
    /// The numbers of rows that are selected but for the demands on a facet.
    lifted: Vec<(FacetKey, Counter)>,
}

impl Search {
    pub(super) fn new(
        query: &Query,
        ask: &Ask,
        segments: Vec<Arc<Segment>>,
        lexicon: Arc<Lexicon>,
        of: usize,
    ) -> Self {
        let plan = Plan::of(query, &ask.facets, &lexicon);
        let (mut counters, mut lifted): (Vec<Counter>, Vec<_>) = (Vec::new(), Vec::new());
        for facet in &ask.facets {
            let counter = || Counter::new(facet.counted(), &lexicon);
            if plan.lifts(*facet) {
                lifted.push((*facet, counter()));
            } else if !counters.iter().any(|counter| counter.is_of(*facet)) {
                counters.push(counter());
            }
        }
        let pass = if plan.is_open() && !lifted.is_empty() { Pass::Selection } else { Pass::Everything };
        let (left, found) = (segments.len(), Vec::with_capacity(segments.len()));
        Self {
            plan,
            segments,
            lexicon,
            of,
            ask: ask.clone(),
            pass,
            left,
            located: false,
            found,
            count: 0,
            counters,
            lifted,
        }
    }

    /// Looks at one more stretch of rows. Whether there is more to look at.
    pub fn step<C: Content + ?Sized>(&mut self, content: &mut C) -> Result<bool, C::Error> {
        if self.left == 0 {
            (self.pass, self.left) = match self.pass {
                Pass::Selection => (Pass::Facets, self.segments.len()),
                _ => (Pass::Done, 0),
            };
        }
        if self.pass == Pass::Done {
            return Ok(false);
        }
        content.go_on()?;
        if !self.located {
            for (event, row) in self.plan.named() {
                *row = content.find(*event)?;
            }
            self.located = true;
        }
        if let Some(at) = self.left.checked_sub(1) {
            self.look(at, content)?;
            self.left = at;
        }
        Ok(self.left > 0 || self.pass == Pass::Selection)
    }

    /// Looks at everything that is left.
    pub fn finish<C: Content + ?Sized>(&mut self, content: &mut C) -> Result<(), C::Error> {
        while self.step(content)? {}
        Ok(())
    }

    fn look<C: Content + ?Sized>(&mut self, at: usize, content: &mut C) -> Result<(), C::Error> {
        let segment = Arc::clone(&self.segments[at]);
        let facets: Vec<FacetKey> = match self.pass {
            Pass::Selection => Vec::new(),
            _ => self.lifted.iter().map(|(facet, _)| *facet).collect(),
        };
        let counts_selection = self.pass != Pass::Facets;
        let masks = || counts_selection.then_some(None).into_iter().chain(facets.iter().copied().map(Some));
        let open_rows =
            |answers: &Answers<'_>| open(masks().map(|facet| answers.without(facet)), segment.len());
        let Some(mut answers) = self.plan.run(&segment, &[]) else { return Ok(()) };
        let mut open = open_rows(&answers);
        if let (false, Some(kept)) = (open.is_empty(), segment.kept())
            && let Some(texts) = content.texts(kept.seal.number)?
        {
            match self.plan.run(&segment, &self.plan.scan(&segment, &texts)) {
                Some(better) => answers = better,
                None => return Ok(()),
            }
            open = open_rows(&answers);
        }
        decide(&mut answers, &segment, &open, content)?;
        if counts_selection {
            let selected = answers.without(None).must;
            let slab = RowSlab::new(Arc::clone(&segment.rows), &selected);
            if slab.count() > 0 {
                self.count += slab.count();
                self.counters.iter_mut().for_each(|counter| counter.count(&segment, &selected));
                self.found.push((at, selected));
            }
        }
        if !facets.is_empty() {
            for (facet, counter) in &mut self.lifted {
                counter.count(&segment, &answers.without(Some(*facet)).must);
            }
        }
        Ok(())
    }

    /// How many events there were to select from.
    pub fn of(&self) -> usize {
        self.of
    }

    /// How many selected events were found so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The selected events that were found so far, newest first.
    pub fn rows(&self) -> Rows {
        Rows::new(
            self.found.iter().map(|(at, bits)| RowSlab::new(Arc::clone(&self.segments[*at].rows), bits)),
        )
    }

    /// What the numbers of the rows stand for.
    pub(super) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The selected rows that were found so far, newest first: each with its segment and its place there.
    pub(super) fn found_rows(&self) -> impl Iterator<Item = (&Segment, usize)> {
        self.found.iter().flat_map(|(at, bits)| {
            let segment = &*self.segments[*at];
            let is_found = |at: &usize| bits[at / 64] & (1 << (at % 64)) != 0;
            (0..segment.len()).rev().filter(is_found).map(move |at| (segment, at))
        })
    }

    /// How far the search has come.
    pub fn reach(&self) -> Reach {
        match self.pass {
            Pass::Everything | Pass::Selection if self.left > 0 => {
                let newer = self.segments.get(self.left);
                Reach::DownTo(RowId(newer.map_or(i64::MAX, |segment| segment.first())))
            }
            Pass::Selection => Reach::Selected,
            Pass::Facets if self.left > 0 => Reach::Selected,
            _ => Reach::Complete,
        }
    }

    /// The facets that were asked for, over the rows that were looked at so far.
    pub fn facets(&self) -> Vec<Facet> {
        let counts = |facet: FacetKey| {
            let own = self.lifted.iter().find(|(of, _)| *of == facet).map(|(_, counter)| counter);
            own.or_else(|| self.counters.iter().find(|counter| counter.is_of(facet)))
        };
        self.ask
            .facets
            .iter()
            .filter_map(|facet| Some(facet.facet(&counts(*facet)?.counts, &self.lexicon, self.ask.top)))
            .collect()
    }

    /// All that is known so far.
    pub fn survey(&self) -> Survey {
        let rows = self.rows();
        let histogram = self.ask.bars.as_ref().map(|bars| {
            let span = bars.span.or_else(|| self.span());
            histogram::count(bars, span, &self.selected(), &self.lexicon)
        });
        Survey { rows, of: self.of, facets: self.facets(), histogram, reach: self.reach() }
    }

    /// From when until when the selected events are.
    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let mut span: Option<(Timestamp, Timestamp)> = None;
        let mut see = |time: Timestamp| {
            let (from, to) = span.unwrap_or((time, time));
            span = Some((from.min(time), to.max(time)));
        };
        for (segment, bits) in self.selected() {
            let chosen = |at: &usize| bits[at / 64] & (1 << (at % 64)) != 0;
            let ends = [(0..segment.len()).find(chosen), (0..segment.len()).rfind(chosen)];
            ends.into_iter().flatten().for_each(|at| see(segment.time(at)));
            segment.odd_times().filter(|(at, _)| chosen(at)).for_each(|(_, time)| see(time));
        }
        span
    }

    fn selected(&self) -> Vec<(&Segment, &[u64; WORDS])> {
        self.found.iter().map(|(at, bits)| (&*self.segments[*at], bits)).collect()
    }
}

/// The positions, newest first, of rows that are neither selected for sure nor surely not under some mask.
fn open(masks: impl Iterator<Item = Bits>, length: usize) -> Vec<usize> {
    let mut open = [0_u64; WORDS];
    for mask in masks {
        for (word, (can, must)) in open.iter_mut().zip(mask.can.iter().zip(&mask.must)) {
            *word |= can & !must;
        }
    }
    (0..length).rev().filter(|at| open[at / 64] & (1 << (at % 64)) != 0).collect()
}

/// Settles the rows at `open` by their events.
fn decide<C: Content + ?Sized>(
    answers: &mut Answers<'_>,
    segment: &Segment,
    open: &[usize],
    content: &mut C,
) -> Result<(), C::Error> {
    for chunk in open.chunks(CHUNK) {
        content.go_on()?;
        let rows: Vec<RowId> = chunk.iter().map(|at| RowId(segment.rows[*at])).collect();
        let mut events = content.events(&rows)?;
        events.sort_unstable_by_key(|event| event.row);
        for (at, row) in chunk.iter().zip(&rows) {
            let event = events.binary_search_by_key(row, |event| event.row).ok();
            answers.settle(*at, event.map(|found| &events[found]));
        }
    }
    Ok(())
}
