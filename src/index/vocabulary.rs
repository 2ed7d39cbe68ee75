//! What the numbers in the columns stand for, and which of them a facet counts as one value.
//!
//! There may be a million entities, so their texts stand one after the other in long strings and are never
//! copied: a snapshot shares all but the string that still grows.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::domain::{Action, Actor, ActorKind, Entity, FeedNames, Vocabulary, Wanted};
use crate::query::{ActorPart, EntityPart, fold};

/// How many names stand in one string.
const SHEET: usize = 4096;

/// No text, where a length is expected.
const ABSENT: u32 = u32::MAX;

/// What was done, in the shared word and in the feed's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Deed {
    pub(super) action: Action,
    pub(super) raw: Option<Arc<str>>,
}

/// Pairs of an id and a name, each with a number of its own.
#[derive(Debug, Clone, Default)]
struct Names {
    sheets: Vec<Arc<Sheet>>,
}

#[derive(Debug, Clone, Default)]
struct Sheet {
    text: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    id: u32,
    name: u32,
}

impl Names {
    fn len(&self) -> usize {
        self.sheets.last().map_or(0, |last| (self.sheets.len() - 1) * SHEET + last.entries.len())
    }

    fn push(&mut self, id: Option<&str>, name: Option<&str>) {
        if self.len().is_multiple_of(SHEET) {
            self.sheets.push(Arc::default());
        }
        let Some(sheet) = self.sheets.last_mut().map(Arc::make_mut) else { return };
        let length = |text: Option<&str>| text.map_or(ABSENT, |text| text.len() as u32);
        let entry = Entry { start: sheet.text.len() as u32, id: length(id), name: length(name) };
        sheet.text.extend([id, name].into_iter().flatten());
        sheet.entries.push(entry);
    }

    fn get(&self, number: usize) -> (Option<&str>, Option<&str>) {
        let Some(sheet) = self.sheets.get(number / SHEET) else { return (None, None) };
        let Some(entry) = sheet.entries.get(number % SHEET) else { return (None, None) };
        let mut rest = sheet.text.get(entry.start as usize..).unwrap_or_default();
        let mut text = |length: u32| {
            let (text, after) = rest.split_at_checked(length as usize).filter(|_| length != ABSENT)?;
            rest = after;
            Some(text)
        };
        (text(entry.id), text(entry.name))
    }
}

/// Values that a facet shows, each once however it is spelled.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    /// By a hash of the folded value. Among a million values the odds that two share one are about 3e-8.
    known: HashMap<u64, u32>,
    /// For each value the number whose texts spell it: the latest that was learned.
    spelled: Vec<u32>,
}

/// The group of what has no value.
pub(super) const NO_GROUP: u32 = u32::MAX;

impl Groups {
    fn of(&mut self, value: Option<&str>, number: u32) -> u32 {
        let Some(value) = value else { return NO_GROUP };
        let mut hasher = DefaultHasher::new();
        fold(value).hash(&mut hasher);
        let next = self.spelled.len() as u32;
        let group = *self.known.entry(hasher.finish()).or_insert(next);
        if group == next {
            self.spelled.push(number);
        } else {
            self.spelled[group as usize] = number;
        }
        group
    }

    pub(super) fn len(&self) -> usize {
        self.spelled.len()
    }

    /// The number whose texts spell the value of a group.
    pub(super) fn spelled(&self, group: usize) -> Option<u32> {
        self.spelled.get(group).copied()
    }
}

/// A column of group numbers beside the groups.
#[derive(Debug, Clone, Default)]
pub(super) struct Grouping {
    pub(super) of: Vec<u32>,
    pub(super) groups: Groups,
}

impl Grouping {
    fn add(&mut self, value: Option<&str>) {
        let number = self.of.len() as u32;
        let group = self.groups.of(value, number);
        self.of.push(group);
    }
}

/// Everything that numbers stand for. Number 0 stands for nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    feeds: Vec<Option<FeedNames>>,
    pub(super) sources: Grouping,
    entities: Names,
    /// For each entity the number of its type among `kinds`.
    kind_of: Vec<u32>,
    kinds: Vec<Option<Arc<str>>>,
    kind_numbers: HashMap<Option<Arc<str>>, u32>,
    pub(super) types: Grouping,
    pub(super) things: Grouping,
    actors: Names,
    actor_kinds: Vec<ActorKind>,
    pub(super) people: Grouping,
    words: HashMap<u32, Arc<str>>,
    deeds: Vec<Deed>,
    deed_numbers: HashMap<(u32, u32), u32>,
    pub(super) actions: Grouping,
}

impl Lexicon {
    /// What is not known yet of what `words` and everything newer stand for.
    pub(super) fn lacks(&self, words: impl Iterator<Item = u32>) -> Wanted {
        let mut words: Vec<u32> = words.filter(|word| *word != 0 && !self.words.contains_key(word)).collect();
        words.sort_unstable();
        words.dedup();
        Wanted {
            feeds_above: (self.feeds.len() as u32).saturating_sub(1),
            entities_above: (self.entities.len() as u32).saturating_sub(1),
            actors_above: (self.actors.len() as u32).saturating_sub(1),
            words,
        }
    }

    /// Learns what numbers stand for; what is known already is passed over.
    pub(super) fn learn(&mut self, vocabulary: Vocabulary) {
        for (number, names) in vocabulary.feeds {
            while self.feeds.len() < number as usize {
                self.add_feed(None);
            }
            if self.feeds.len() == number as usize {
                self.add_feed(Some(names));
            }
        }
        for (number, entity) in vocabulary.entities {
            while self.entities.len() < number as usize {
                self.add_entity(&Entity::default());
            }
            if self.entities.len() == number as usize {
                self.add_entity(&entity);
            }
        }
        for (number, actor) in vocabulary.actors {
            while self.actors.len() < number as usize {
                self.add_actor(&Actor::default());
            }
            if self.actors.len() == number as usize {
                self.add_actor(&actor);
            }
        }
        self.words.extend(vocabulary.words);
    }

    fn add_feed(&mut self, names: Option<FeedNames>) {
        self.sources.add(names.as_ref().map(|names| &*names.source));
        self.feeds.push(names);
    }

    fn add_entity(&mut self, entity: &Entity) {
        let kind = self.kind_number(entity.kind.as_deref());
        self.kind_of.push(kind);
        self.entities.push(entity.id.as_deref(), entity.name.as_deref());
        self.things.add(entity.id.as_deref().or(entity.name.as_deref()));
    }

    fn kind_number(&mut self, kind: Option<&str>) -> u32 {
        let kind: Option<Arc<str>> = kind.map(Arc::from);
        if let Some(number) = self.kind_numbers.get(&kind) {
            return *number;
        }
        let number = self.kinds.len() as u32;
        self.types.add(kind.as_deref());
        self.kinds.push(kind.clone());
        self.kind_numbers.insert(kind, number);
        number
    }

    fn add_actor(&mut self, actor: &Actor) {
        self.actors.push(actor.id.as_deref(), actor.name.as_deref());
        self.actor_kinds.push(actor.kind);
        self.people.add(actor.label());
    }

    /// The number of a pair of words, the shared one and the feed's own.
    pub(super) fn deed(&mut self, action: u32, raw: u32) -> u32 {
        if let Some(number) = self.deed_numbers.get(&(action, raw)) {
            return *number;
        }
        let number = self.deeds.len() as u32;
        let action_word = self.words.get(&action).map_or("", |word| word);
        let deed = Deed { action: Action::from_word(action_word), raw: self.words.get(&raw).cloned() };
        self.actions.add(Some(deed.action.word()));
        self.deeds.push(deed);
        self.deed_numbers.insert((action, raw), number);
        number
    }

    pub(super) fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The feeds by number; `None` for a number that nothing has.
    pub(super) fn feeds(&self) -> &[Option<FeedNames>] {
        &self.feeds
    }

    pub(super) fn entity_count(&self) -> usize {
        self.entities.len()
    }

    pub(super) fn entity(&self, number: usize) -> EntityPart<'_> {
        let (id, name) = self.entities.get(number);
        let kind = self.kind_of.get(number).and_then(|kind| self.kinds.get(*kind as usize)?.as_deref());
        EntityPart { kind, id, name }
    }

    /// The type numbered `kind`.
    pub(super) fn kind(&self, kind: usize) -> Option<&str> {
        self.kinds.get(kind)?.as_deref()
    }

    /// The number of the type of each entity.
    pub(super) fn kind_of(&self) -> &[u32] {
        &self.kind_of
    }

    pub(super) fn actor_count(&self) -> usize {
        self.actors.len()
    }

    pub(super) fn actor(&self, number: usize) -> ActorPart<'_> {
        let (id, name) = self.actors.get(number);
        let kind = self.actor_kinds.get(number).copied().unwrap_or_default();
        ActorPart { kind, id, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_absent_ones_and_empty_ones_apart() {
        let mut names = Names::default();
        let all: Vec<(Option<String>, Option<String>)> = (0..SHEET * 2 + 3)
            .map(|n| match n % 4 {
                0 => (Some(format!("id{n}")), Some(format!("Straße {n}"))),
                1 => (None, Some(String::new())),
                2 => (Some(String::new()), None),
                _ => (None, None),
            })
            .collect();
        for (id, name) in &all {
            names.push(id.as_deref(), name.as_deref());
        }
        assert_eq!(names.len(), all.len());
        for (number, (id, name)) in all.iter().enumerate() {
            assert_eq!(names.get(number), (id.as_deref(), name.as_deref()), "{number}");
        }
        assert_eq!(names.get(all.len()), (None, None));
    }
}
