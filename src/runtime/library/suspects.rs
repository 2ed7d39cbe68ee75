//! Questions about people and about moments: the columns answer, and the few events that are shown are read.

use std::sync::Arc;

use super::Library;
use crate::domain::{
    Actor, Ask, Case, Event, Neighbours, Profile, RowId, Suspect, Suspects, Timestamp, Zone, rank,
};
use crate::query::{self, Context, Query};
use crate::store::StoreError;

impl Library {
    /// The `most` suspicious of the changes before a moment that `query` selects; `None` when nobody waits any
    /// more. Blocks.
    pub fn suspects(
        &self,
        query: &Query,
        case: &Case,
        most: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Suspects>, StoreError> {
        let query = query.and(&before(case));
        let Some(survey) = self.survey(&query, &Ask::default(), wanted)? else { return Ok(None) };
        let index = self.index().clone();
        let clues = index.clues(&survey.rows);
        let of = clues.len();
        let ranked = rank(clues, case, most);
        let rows: Vec<RowId> = ranked.iter().map(|clue| clue.row).collect();
        let events = self.read(rows)?;
        let event = |row: RowId| events.iter().find(|event| event.row == row).cloned();
        let found = ranked.iter().filter_map(|clue| Some(Suspect::of(event(clue.row)?, clue, case)));
        Ok(Some(Suspects { case: *case, of, found: found.collect() }))
    }

    /// What is known of an actor, and the events that it names. Blocks.
    pub fn profile(
        &self,
        actor: &Actor,
        zone: Zone,
        most: usize,
    ) -> Result<(Box<Profile>, Vec<Arc<Event>>), StoreError> {
        let index = self.index().clone();
        let profile = index.profile(actor, zone, most);
        let named = [&profile.latest, &profile.failures, &profile.touches];
        let mut rows: Vec<RowId> = named.into_iter().flatten().copied().collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        rows.dedup();
        Ok((Box::new(profile), self.read(rows)?))
    }

    /// What stands next to the event at `row` among what each of these queries selects, at most `most` events
    /// of each; `None` when nobody waits any more. Blocks.
    pub fn neighbours(
        &self,
        row: RowId,
        among: &[Query],
        most: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Neighbours>>, StoreError> {
        let mut found = Vec::with_capacity(among.len());
        for query in among {
            let Some(survey) = self.survey(query, &Ask::default(), wanted)? else { return Ok(None) };
            let rows = survey.rows;
            let others = rows.len() - usize::from(rows.position(row).is_some());
            let (newer, older) = Neighbours::places(&rows, row, most);
            found.push((others, newer, older));
        }
        let mut rows: Vec<RowId> =
            found.iter().flat_map(|(_, newer, older)| newer.iter().chain(older)).copied().collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        rows.dedup();
        let events = self.read(rows)?;
        let at = |rows: Vec<RowId>| {
            let event = |row: &RowId| events.iter().find(|event| event.row == *row).cloned();
            rows.iter().filter_map(event).collect()
        };
        let all = found.into_iter();
        Ok(Some(
            all.map(|(others, newer, older)| Neighbours { others, newer: at(newer), older: at(older) })
                .collect(),
        ))
    }

    fn read(&self, rows: Vec<RowId>) -> Result<Vec<Arc<Event>>, StoreError> {
        let events = self.store.run_blocking(move |db| db.events(&rows))?;
        Ok(events.into_iter().map(Arc::new).collect())
    }
}

/// Selects what happened in the time that a case is about, the moment itself left out.
fn before(case: &Case) -> Query {
    let text = |time: Timestamp| Zone::Utc.at(time).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let (from, last) = (case.at.plus_millis(-case.window), case.at.plus_millis(-1));
    let words = format!("since:{} until:{}", text(from), text(last));
    query::parse(&words, &Context::default()).unwrap_or(Query::all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Identity, Record};

    #[test]
    fn a_case_reaches_back_as_far_as_its_window_and_ends_before_its_moment() {
        let at = Timestamp::from_millis(1_774_449_120_000);
        let query = before(&Case { at, window: 60_000, zone: Zone::Utc });
        for (millis, is_in) in [(-60_001, false), (-60_000, true), (-1, true), (0, false), (1, false)] {
            let time = at.plus_millis(millis);
            let identity = Identity::Native("1".into());
            let event = Event::new("s", "f", None, Record::bare(identity, time));
            assert_eq!(query.matches(&event), is_in, "{millis}");
        }
    }
}
