//! Snapshots of one entity that follow each other: each record is compared with the one before it.
//!
//! The one before is mostly in the same page, else in a later or an earlier page of the same walk, which
//! [`Chains`] remembers the ends of. Of a record whose predecessor was not met nothing is claimed but what it
//! says itself: its fields are stated, without a value before.
//!
//! It assumes that pages come in the order of the list. It must not take a record for its own predecessor,
//! nor one that may not be next to it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::changes::{Extractor, ExtractorKind};
use super::expr::Values;
use super::json::Json;
use super::{Page, Profile};
use crate::domain::{Entity, Record, Timestamp};

/// How many entities a walk remembers the ends of. Further ones are compared inside of each page only.
const MOST_ENTITIES: usize = 2_000;

/// What a record is to be compared by.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// How many of its changes are its own and not those of a chain.
    own: usize,
    /// One for each `chain` of the profile.
    parts: Vec<Option<Value>>,
}

/// The ends of what a walk has seen of each entity.
#[derive(Debug, Default)]
pub struct Chains(HashMap<Entity, Ends>);

#[derive(Debug)]
struct Ends {
    /// The oldest record, to be told what came before it.
    oldest: (Record, Shot),
    /// The newest record's time, and what the one after it is to be compared with.
    newest: (Timestamp, Shot),
}

/// The snapshots of a record; nothing where the profile compares none.
pub(super) fn shot(
    extractors: &[Extractor],
    record: &Json<'_>,
    outer: Option<&Json<'_>>,
    own: usize,
) -> Option<Shot> {
    let values = Values { record: Some(record), outer, ..Values::default() };
    let part = |extractor: &Extractor| match &extractor.kind {
        ExtractorKind::Chain { snapshot } => {
            Some(snapshot.value(&values).map(|snapshot| snapshot.to_value()))
        }
        _ => None,
    };
    let parts: Vec<Option<Value>> = extractors.iter().filter_map(part).collect();
    (!parts.is_empty()).then_some(Shot { own, parts })
}

/// Compares the snapshots of every entity in a page, each with the one before it in time.
pub(super) fn link(extractors: &[Extractor], page: &mut Page) {
    for places in by_entity(page).into_values() {
        let mut before = None;
        page.open.extend(places.first().map(|place| page.records[*place].identity.clone()));
        for place in places {
            compare(extractors, before, &mut page.records[place], &page.shots[place]);
            before = Some(&page.shots[place]);
        }
    }
}

/// Says of `record` what is different from `before`, or what it is where that is not known.
fn compare(extractors: &[Extractor], before: Option<&Shot>, record: &mut Record, shot: &Shot) {
    record.changes.truncate(shot.own);
    let chains = extractors.iter().filter(|extractor| matches!(extractor.kind, ExtractorKind::Chain { .. }));
    for (which, chain) in chains.enumerate() {
        let before = before.and_then(|before| before.parts[which].as_ref());
        record.changes.extend(chain.since(before, shot.parts[which].as_ref()));
    }
}

/// The records of each entity by their places in the page, the oldest first.
fn by_entity(page: &Page) -> HashMap<Entity, Vec<usize>> {
    let mut entities: HashMap<Entity, Vec<usize>> = HashMap::new();
    if page.shots.len() != page.records.len() {
        return entities;
    }
    for (place, record) in page.records.iter().enumerate() {
        // The name of an entity may change; its id does not.
        let mut entity = record.entity.clone();
        entity.name = entity.name.filter(|_| entity.id.is_none());
        entities.entry(entity).or_default().push(place);
    }
    // Lists stand newest first unless their ends say otherwise; records of one time keep that order.
    let (first, last) = (page.records.first(), page.records.last());
    let rising = first.zip(last).is_some_and(|(first, last)| first.time < last.time);
    for places in entities.values_mut() {
        if !rising {
            places.reverse();
        }
        places.sort_by_key(|place| page.records[*place].time);
    }
    entities
}

impl Chains {
    /// Joins a page to those that the walk brought before it. Gives the records of earlier pages that say
    /// something else now, because `page` has what came before them.
    pub fn join(&mut self, profile: &Profile, page: &mut Page) -> Vec<Record> {
        let mut changed = Vec::new();
        for (entity, places) in by_entity(page) {
            let (Some(first), Some(last)) = (places.first().copied(), places.last().copied()) else {
                continue;
            };
            let full = self.0.len() >= MOST_ENTITIES;
            match self.0.entry(entity) {
                Entry::Occupied(mut known) => {
                    changed.extend(known.get_mut().join(&profile.changes, page, first, last));
                }
                Entry::Vacant(free) if !full => {
                    free.insert(Ends {
                        oldest: (page.records[first].clone(), page.shots[first].clone()),
                        newest: (page.records[last].time, page.shots[last].clone()),
                    });
                }
                Entry::Vacant(_) => {}
            }
        }
        changed
    }
}

impl Ends {
    fn join(
        &mut self,
        extractors: &[Extractor],
        page: &mut Page,
        first: usize,
        last: usize,
    ) -> Option<Record> {
        let (oldest, newest) = (page.records[first].time, page.records[last].time);
        if newest <= self.oldest.0.time {
            let again = page.records.iter().any(|record| record.identity == self.oldest.0.identity);
            let end = (page.records[first].clone(), page.shots[first].clone());
            let (mut record, shot) = std::mem::replace(&mut self.oldest, end);
            // A record that a page repeats was compared there.
            return (!again).then(|| {
                compare(extractors, Some(&page.shots[last]), &mut record, &shot);
                record
            });
        }
        if oldest >= self.newest.0 {
            compare(extractors, Some(&self.newest.1), &mut page.records[first], &page.shots[first]);
            page.open.retain(|identity| *identity != page.records[first].identity);
            self.newest = (newest, page.shots[last].clone());
        }
        None
    }
}
