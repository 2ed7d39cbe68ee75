//! One actor in numbers: what it did, to what, when, and what it did for the first time.
//!
//! One pass over the rows. An actor is known by its name, or by its id where it has none; an entry of the
//! vocabulary that bears the same id in another spelling of the name is the same actor.

use std::collections::HashMap;

use chrono::{Datelike as _, Timelike as _};

use super::Index;
use super::segment::Column;
use super::vocabulary::NO_GROUP;
use crate::domain::{Actor, Alias, FacetKey, FacetValue, Profile, RowId, Status, Timestamp, Zone};
use crate::query::fold;

const HOUR: i64 = 3_600_000;

impl Index {
    /// What is known of `actor`, with its hours in `zone` and at most `most` events of each sort.
    pub fn profile(&self, actor: &Actor, zone: Zone, most: usize) -> Profile {
        let is_actor = self.same_actor(actor);
        let one = self.same();
        let mut counts = Tallies::default();
        let mut clock = Clock { zone, known: None };
        let mut profile = Profile { of: self.count, ..Profile::default() };
        let mut failures = Vec::new();
        for segment in &self.segments {
            for (at, number) in segment.column(Column::Actor).iter().enumerate() {
                if !is_actor.get(*number as usize).copied().unwrap_or_default() {
                    continue;
                }
                let row = RowId(segment.rows[at]);
                let (feed, entity) = (segment.column(Column::Feed)[at], segment.column(Column::Entity)[at]);
                profile.events += 1;
                profile.first = profile.first.or(Some(row));
                profile.latest.push(row);
                if segment.marks[at].status() == Status::Failed {
                    failures.push(row);
                }
                let (day, hour) = clock.of(row.time());
                profile.hours[day][hour] += 1;
                let source = self.lexicon.sources.of.get(feed as usize).copied().unwrap_or(NO_GROUP);
                *counts.aliases.entry((source, *number)).or_default() += 1;
                *counts.deeds.entry(segment.column(Column::Deed)[at]).or_default() += 1;
                *counts.entities.entry(entity).or_default() += 1;
                if let Some(life) = one.get(entity as usize).copied().flatten() {
                    counts.touched.entry((source, life)).or_insert(row);
                }
            }
        }
        profile.failed = failures.len();
        profile.failures = newest(failures, most);
        profile.latest = newest(std::mem::take(&mut profile.latest), most);
        profile.entities = counts.touched.len();
        let mut touches: Vec<RowId> = counts.touched.values().copied().collect();
        touches.sort_unstable();
        profile.touches = newest(touches, most);
        profile.actions = self.values(FacetKey::Action, &counts.deeds);
        profile.types = self.values(FacetKey::Type, &counts.entities);
        profile.aliases = self.aliases(&counts.aliases);
        profile
    }

    /// For each number of an actor, whether it is this one.
    fn same_actor(&self, actor: &Actor) -> Vec<bool> {
        let label = actor.label().map(fold);
        let same = |number| {
            let other = self.lexicon.actor(number);
            let name = other.name.or(other.id).map(fold);
            let same_id = other.id.is_some() && other.id == actor.id.as_deref() && other.kind == actor.kind;
            (label.is_some() && name == label) || same_id
        };
        (0..self.lexicon.actor_count()).map(same).collect()
    }

    /// The values of `key` that these numbers stand for, the most frequent first.
    fn values(&self, key: FacetKey, numbers: &HashMap<u32, usize>) -> Vec<FacetValue> {
        let groups = key.groups(&self.lexicon);
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for (number, count) in numbers {
            if let Some(group) = groups.get(*number as usize).filter(|group| **group != NO_GROUP) {
                *counts.entry(*group).or_default() += count;
            }
        }
        let mut values: Vec<FacetValue> = counts
            .into_iter()
            .map(|(group, count)| {
                let (value, label) = key.spelled(group as usize, &self.lexicon);
                FacetValue { value, label, count }
            })
            .collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values
    }

    fn aliases(&self, numbers: &HashMap<(u32, u32), usize>) -> Vec<Alias> {
        let mut aliases: Vec<Alias> = numbers
            .iter()
            .filter_map(|((source, number), count)| {
                let (source, _) = FacetKey::Source.spelled(*source as usize, &self.lexicon);
                let actor = self.lexicon.actor(*number as usize);
                (!source.is_empty()).then(|| Alias {
                    source: (*source).into(),
                    kind: actor.kind,
                    id: actor.id.map(str::to_owned),
                    name: actor.name.map(str::to_owned),
                    count: *count,
                })
            })
            .collect();
        aliases.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| (&a.source, &a.name).cmp(&(&b.source, &b.name)))
        });
        aliases
    }
}

/// How often each number was met, and where an entity was met first.
#[derive(Default)]
struct Tallies {
    aliases: HashMap<(u32, u32), usize>,
    deeds: HashMap<u32, usize>,
    entities: HashMap<u32, usize>,
    touched: HashMap<(u32, u32), RowId>,
}

/// Of rows that stand oldest first, the newest, those first.
fn newest(mut rows: Vec<RowId>, most: usize) -> Vec<RowId> {
    rows.reverse();
    rows.truncate(most);
    rows
}

/// Weekdays and hours of times that come in order: a calendar is asked once an hour.
struct Clock {
    zone: Zone,
    known: Option<(i64, (usize, usize))>,
}

impl Clock {
    fn of(&mut self, time: Timestamp) -> (usize, usize) {
        // Zones differ from each other by whole quarters of an hour.
        let quarter = time.millis().div_euclid(HOUR / 4);
        match self.known {
            Some((known, place)) if known == quarter => place,
            _ => {
                let local = self.zone.at(time);
                let place = (local.weekday().num_days_from_monday() as usize, local.hour() as usize);
                self.known = Some((quarter, place));
                place
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Event;
    use crate::index::tests::{events, index_of};

    fn is_by(event: &Event, actor: &Actor) -> bool {
        let other = &event.record.actor;
        let label = |actor: &Actor| actor.label().map(|label| fold(label).into_owned());
        (label(actor).is_some() && label(other) == label(actor))
            || (other.id.is_some() && other.id == actor.id && other.kind == actor.kind)
    }

    proptest! {
        #[test]
        fn a_profile_says_what_the_events_say(events in events(), pick in any::<prop::sample::Index>()) {
            prop_assume!(!events.is_empty());
            let actor = pick.get(&events).record.actor.clone();
            let profile = index_of(&events).profile(&actor, Zone::Utc, 3);
            // Events stand oldest first.
            let mine: Vec<&Event> = events.iter().filter(|event| is_by(event, &actor)).collect();
            let rows = |events: &[&Event]| -> Vec<RowId> {
                events.iter().rev().take(3).map(|event| event.row).collect()
            };
            prop_assert_eq!((profile.events, profile.of), (mine.len(), events.len()));
            prop_assert_eq!(profile.latest, rows(&mine));
            prop_assert_eq!(profile.first, mine.first().map(|event| event.row));
            let failed: Vec<&Event> =
                mine.iter().copied().filter(|event| event.record.status == Status::Failed).collect();
            prop_assert_eq!((profile.failed, profile.failures), (failed.len(), rows(&failed)));
            let same = |a: &Event, b: &Event| {
                a.source == b.source && a.record.entity.same_as(&b.record.entity)
            };
            let touches: Vec<&Event> = mine
                .iter()
                .enumerate()
                .filter(|(at, event)| {
                    event.record.entity.label().is_some() && !mine[..*at].iter().any(|older| same(older, event))
                })
                .map(|(_, event)| *event)
                .collect();
            prop_assert_eq!((profile.entities, profile.touches), (touches.len(), rows(&touches)));
            prop_assert_eq!(profile.actions.iter().map(|it| it.count).sum::<usize>(), mine.len());
            prop_assert_eq!(profile.hours.iter().flatten().sum::<u32>() as usize, mine.len());
            prop_assert_eq!(profile.aliases.iter().map(|it| it.count).sum::<usize>(), mine.len());
        }
    }

    #[test]
    fn hours_are_those_of_the_zone() {
        let east = Zone::Fixed(chrono::FixedOffset::east_opt(19_800).unwrap());
        // Wed 1 Apr 2026, 18:29 and 18:31 UTC: either side of midnight in Kolkata.
        let mut clock = Clock { zone: east, known: None };
        let at = |minute: i64| Timestamp::from_millis(1_775_001_600_000 + minute * 60_000);
        assert_eq!((clock.of(at(1_109)), clock.of(at(1_111))), ((2, 23), (3, 0)));
    }
}
