//! What is counted beside the list: the values of keys, and the events over time.
//!
//! What the screen shows decides what is asked. Whatever changes that (the filter, the size, what is stacked)
//! is seen when the app settles, so no command has to think of it. Until an answer comes, the counts of the
//! question before stay: they are never blank while one types. The list comes first: counts of another filter
//! are given up when it changes, and asked for when the new list is there.

use super::app::App;
use super::layout::Layout;
use super::message::Effect;
use super::pane::{Screen, facets, histogram};
use super::view::strip;
use super::waiting::Why;
use crate::domain::{Ask, Bars, Facet, Histogram, Survey};
use crate::query::Query;

/// The counts and the question about them.
#[derive(Debug, Default)]
pub(super) struct Counts {
    facets: Vec<Facet>,
    histogram: Option<Histogram>,
    asked: Option<Asked>,
    generation: u64,
    /// Whether the answer is still to come.
    open: bool,
    /// Whether the cache grew since it was asked.
    stale: bool,
}

/// A question about counts.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    query: Query,
    ask: Ask,
    typed: String,
}

impl Counts {
    /// The values of the keys that are counted, as far as they are known.
    pub(super) fn facets(&self) -> &[Facet] {
        &self.facets
    }

    /// The events over time, as far as that is known.
    pub(super) fn histogram(&self) -> Option<&Histogram> {
        self.histogram.as_ref()
    }

    /// The cache grew: the counts are those of before.
    pub(super) fn grow_stale(&mut self) {
        self.stale = true;
    }

    /// Gives up the question on its way; the number that makes it void, where there is one.
    pub(super) fn give_up(&mut self) -> Option<u64> {
        std::mem::take(&mut self.open).then(|| {
            self.asked = None;
            self.generation += 1;
            self.generation
        })
    }

    fn take(&mut self, survey: Survey) {
        self.facets = survey.facets;
        self.histogram = survey.histogram;
    }
}

impl App {
    /// Asks for the counts that the screen shows, where they are not asked for already.
    pub(super) fn settle_counts(&mut self, ask: &mut Vec<Effect>) {
        if self.question.open == Some(Why::Filter) {
            return;
        }
        let layout = self.layout();
        let Some(wanted) = self.counts_for(&layout) else { return };
        let counts = &mut self.counts;
        let is_other = counts.asked.as_ref() != Some(&wanted);
        // While the cache is being filled, each answer is waited for: else there would never be one.
        if !is_other && (counts.open || !counts.stale) {
            return;
        }
        counts.generation += 1;
        (counts.open, counts.stale) = (true, false);
        let Asked { query, ask: about, typed } = wanted.clone();
        counts.asked = Some(wanted);
        ask.push(Effect::Survey { generation: counts.generation, query, ask: about, typed });
    }

    /// What the screen shows counts of; `None` where it shows none.
    fn counts_for(&self, layout: &Layout) -> Option<Asked> {
        let (at_most, stack) = match self.above.last() {
            None => (strip::room(layout), None),
            Some(Screen::Histogram(pane)) => (histogram::view::room(layout), pane.stack()),
            Some(_) => return None,
        };
        let is_listed = !layout.facets.is_empty();
        if at_most == 0 && !is_listed {
            return None;
        }
        let bars =
            (at_most > 0).then_some(Bars { zone: self.ui.zone, at_most, unit: None, span: None, stack });
        let (keys, top, typed) = if is_listed {
            (facets::KEYS.to_vec(), facets::MOST, self.facets.typed().to_owned())
        } else {
            (Vec::new(), 0, String::new())
        };
        Some(Asked { query: self.filter.query().clone(), ask: Ask { facets: keys, top, bars }, typed })
    }

    pub(super) fn surveyed(&mut self, generation: u64, result: Result<Survey, String>) -> bool {
        if generation != self.counts.generation {
            return false;
        }
        self.counts.open = false;
        // What could not be counted could not be listed either, and the list says why.
        if let Ok(survey) = result {
            self.counts.take(survey);
        }
        true
    }
}
