//! What a query has to be told before it is asked, and what the cache says about it: values, counts, notes.

use std::sync::Arc;

use super::Library;
use crate::diff::{Matcher, Rules};
use crate::domain::{Ask, EventId, FacetKey, RowId, Survey, Timestamp, UserData, Zone};
use crate::index;
use crate::query::complete::{self, Value};
use crate::query::{self, Mark, Marked, Mention, Note, Query, Told, World};
use crate::store::{Db, StoreError};

/// How many different values are held against what a query mentions; beyond, it would take too long for
/// what it is worth.
const MOST_VALUES: usize = 50_000;

/// What is configured around the cache, for what is said about a query.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The names of the configured sources.
    pub sources: Vec<Arc<str>>,
    /// The zone that times are shown in.
    pub zone: Zone,
}

impl Library {
    /// The query, told what is not in events: the times it reckons from (`around:EVENT`), what the user
    /// marked, where lives begin and end.
    pub(super) fn inform(&self, query: &Query) -> Result<Query, StoreError> {
        let mut query = query.clone();
        for id in query.unknown_anchors() {
            if let Some(event) = self.store.run_blocking(move |db| db.event(id))? {
                query = query.anchored(id, event.record.time);
            }
        }
        let asked = query.marks();
        Ok(if asked.is_empty() { query } else { query.marked(&self.marks(&asked)?) })
    }

    /// Which events bear the marks that are asked for.
    fn marks(&self, asked: &[Mark]) -> Result<Told, StoreError> {
        let mut marks = Told::default();
        if asked.iter().any(|mark| matches!(mark, Mark::First | Mark::Last)) {
            let ends = self.index().ends();
            marks.first = Marked::Among(ends.first.into());
            marks.last = Marked::Among(ends.last.into());
        }
        let Some((user, read_to)) = self.user.get() else { return Ok(marks) };
        let data = user.data();
        if asked.contains(&Mark::New) {
            // What was never looked at is not new: there would be nothing else.
            marks.new = read_to.map_or_else(Marked::default, Marked::Above);
        }
        if asked.contains(&Mark::Bookmarked) {
            marks.bookmarked = self.places(data.bookmarks.clone())?.into_iter().map(|(_, row)| row).collect();
        }
        if asked.contains(&Mark::Noted) {
            marks.notes = self.notes(&data)?.into();
        }
        if asked.contains(&Mark::Watched) {
            let watched = data.watched.iter();
            marks.watched = watched.flat_map(|(source, entity)| self.life_rows(source, entity)).collect();
        }
        Ok(marks)
    }

    fn places(&self, ids: Vec<EventId>) -> Result<Vec<(EventId, RowId)>, StoreError> {
        self.store.run_blocking(move |db| db.places(&ids))
    }

    fn notes(&self, data: &UserData) -> Result<Vec<(RowId, Arc<str>)>, StoreError> {
        let places = self.places(data.notes.iter().map(|(id, _)| *id).collect())?;
        Ok(places.into_iter().filter_map(|(id, row)| Some((row, Arc::from(data.note(id)?)))).collect())
    }

    /// The values of a key among the events that `rest` selects, those that fit what is typed best first;
    /// `None` when `wanted` says that nobody waits for them any more. Blocks.
    pub fn values(
        &self,
        key: &str,
        rest: &Query,
        typed: &str,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let Some(facet) = FacetKey::ALL.into_iter().find(|facet| facet.key() == key) else {
            return Ok(Some(Vec::new()));
        };
        let ask = Ask { facets: vec![facet], top: usize::MAX, bars: None };
        let Some(survey) = self.survey(rest, &ask, wanted)? else { return Ok(None) };
        let values = survey.facets.into_iter().flat_map(|facet| facet.values).map(|it| Value {
            name: (it.label != it.value).then(|| it.label.into()),
            value: it.value.into(),
            count: it.count as u64,
        });
        Ok(Some(complete::best(typed, values.collect())))
    }

    /// What `ask` wants to know of the events that `query` selects, of its facets only the values that have
    /// `typed` in them; `None` when `wanted` says that nobody waits any more. Blocks.
    pub fn counts(
        &self,
        query: &Query,
        ask: &Ask,
        typed: &str,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Survey>, StoreError> {
        if typed.trim().is_empty() {
            return self.survey(query, ask, wanted);
        }
        // A rare value may be meant, so all of them are looked at.
        let all = Ask { top: usize::MAX, ..ask.clone() };
        let Some(survey) = self.survey(query, &all, wanted)? else { return Ok(None) };
        let facets = survey.facets.into_iter().map(|facet| index::narrow(facet, typed, ask.top)).collect();
        Ok(Some(Survey { facets, ..survey }))
    }

    /// What the cache says about what a query mentions. Blocks.
    pub fn advise(&self, mentions: &[Mention], around: &Surroundings) -> Vec<Note> {
        query::advise(mentions, &Cache { library: self, around, rules: Matcher::new(&Rules::default()) })
    }

    /// How many events `query` selects.
    pub fn count_of(&self, query: &Query) -> Result<usize, StoreError> {
        let survey = self.survey(query, &Ask::default(), &|| true)?;
        Ok(survey.map_or(0, |survey| survey.rows.len()))
    }
}

/// The cache as a query is held against it. What cannot be read is not known.
struct Cache<'a> {
    library: &'a Library,
    around: &'a Surroundings,
    rules: Matcher,
}

impl World for Cache<'_> {
    fn values(&self, key: &str) -> Option<Vec<String>> {
        let facet = FacetKey::ALL.into_iter().find(|facet| facet.key() == key)?;
        let ask = Ask { facets: vec![facet], top: MOST_VALUES + 1, bars: None };
        let survey = self.library.survey(&Query::all(), &ask, &|| true).ok()??;
        let found = survey.facets.into_iter().next()?;
        if found.distinct > MOST_VALUES {
            return None;
        }
        let texts = |it: crate::domain::FacetValue| [String::from(it.value), String::from(it.label)];
        let mut values: Vec<String> = found.values.into_iter().flat_map(texts).collect();
        match facet {
            // A source that sent nothing yet is known all the same.
            FacetKey::Source => values.extend(self.around.sources.iter().map(ToString::to_string)),
            FacetKey::Action => values.extend(self.library.index().raw_actions()),
            FacetKey::Actor => values.extend(self.library.index().actor_ids()),
            _ => {}
        }
        Some(values)
    }

    fn has_changes(&self) -> bool {
        let context = query::Context::default();
        let count = query::parse("has:diff", &context).ok().map(|query| self.library.count_of(&query));
        !matches!(count, Some(Ok(0)))
    }

    fn reaches(&self) -> Option<Timestamp> {
        let summaries = self.library.store.run_blocking(Db::sources_summary).ok()?;
        let is_complete = |name: &Arc<str>| {
            summaries.iter().any(|summary| summary.name == *name && summary.last_sync.is_some())
        };
        if self.around.sources.iter().all(is_complete) {
            return None;
        }
        self.library.index().oldest().map(RowId::time)
    }

    fn masks(&self, name: &str) -> bool {
        self.rules.redacts_name(name)
    }

    fn show(&self, time: Timestamp) -> String {
        self.around.zone.at(time).format("%-d %b %Y").to_string()
    }
}
