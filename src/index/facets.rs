//! Facets: which numbers count for which value of a key, and which values are the most frequent.

use crate::domain::{ActorKind, Facet, FacetKey, FacetValue, Status};
use crate::query::fold;

use super::segment::Column;
use super::vocabulary::{Grouping, Lexicon, NO_GROUP};

/// What the numbers of a facet are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Column(Column),
    Status,
}

impl FacetKey {
    pub(super) fn counted(self) -> Counted {
        match self {
            Self::Action => Counted::Column(Column::Deed),
            Self::Type | Self::Entity => Counted::Column(Column::Entity),
            Self::Source => Counted::Column(Column::Feed),
            Self::ActorType | Self::Actor => Counted::Column(Column::Actor),
            Self::Status => Counted::Status,
        }
    }

    /// For each number of what is counted, the group that it belongs to.
    pub(super) fn groups(self, lexicon: &Lexicon) -> Vec<u32> {
        match self {
            Self::Action => lexicon.actions.of.clone(),
            Self::Type => {
                let group = |kind: &u32| lexicon.types.of.get(*kind as usize).copied().unwrap_or(NO_GROUP);
                lexicon.kind_of().iter().map(group).collect()
            }
            Self::Source => lexicon.sources.of.clone(),
            Self::ActorType => {
                let place = |kind| ActorKind::ALL.iter().position(|it| *it == kind).unwrap_or_default();
                (0..lexicon.actor_count()).map(|actor| place(lexicon.actor(actor).kind) as u32).collect()
            }
            Self::Status => (0..Status::ALL.len() as u32).collect(),
            Self::Entity => lexicon.things.of.clone(),
            Self::Actor => lexicon.people.of.clone(),
        }
    }

    pub(super) fn group_count(self, lexicon: &Lexicon) -> usize {
        match self {
            Self::ActorType => ActorKind::ALL.len(),
            Self::Status => Status::ALL.len(),
            _ => self.grouping(lexicon).map_or(0, |grouping| grouping.groups.len()),
        }
    }

    fn grouping(self, lexicon: &Lexicon) -> Option<&Grouping> {
        match self {
            Self::Action => Some(&lexicon.actions),
            Self::Type => Some(&lexicon.types),
            Self::Source => Some(&lexicon.sources),
            Self::Entity => Some(&lexicon.things),
            Self::Actor => Some(&lexicon.people),
            Self::ActorType | Self::Status => None,
        }
    }

    /// The value of a group, and what people know it by.
    pub(super) fn spelled(self, group: usize, lexicon: &Lexicon) -> (Box<str>, Box<str>) {
        let number = self.grouping(lexicon).and_then(|it| it.groups.spelled(group)).unwrap_or_default();
        let number = number as usize;
        let text = match self {
            Self::Action => lexicon.deeds().get(number).map(|deed| deed.action.word()),
            Self::Type => lexicon.kind(number),
            Self::Source => lexicon.feeds().get(number).and_then(|names| Some(&*names.as_ref()?.source)),
            Self::ActorType => ActorKind::ALL.get(group).map(|kind| kind.word()),
            Self::Status => Status::ALL.get(group).map(|status| status.word()),
            Self::Entity => lexicon.entity(number).id.or(lexicon.entity(number).name),
            Self::Actor => lexicon.actor(number).name.or(lexicon.actor(number).id),
        };
        let label = if self == Self::Entity { lexicon.entity(number).name.or(text) } else { text };
        (text.unwrap_or_default().into(), label.unwrap_or_default().into())
    }

    /// The facet whose values were counted by number, with the `top` most frequent values.
    pub(super) fn facet(self, counts: &[u32], lexicon: &Lexicon, top: usize) -> Facet {
        let mut by_group = vec![0_usize; self.group_count(lexicon)];
        for (group, count) in self.groups(lexicon).iter().zip(counts) {
            if let Some(sum) = by_group.get_mut(*group as usize) {
                *sum += *count as usize;
            }
        }
        let mut found: Vec<(usize, usize)> =
            by_group.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        let distinct = found.len();
        // Of those as frequent as the last that is listed, the first by name are: so all of them are looked at.
        if top < found.len() {
            found.select_nth_unstable_by(top, |a, b| b.1.cmp(&a.1));
            let least = found[top].1;
            found.retain(|(_, count)| *count >= least);
        }
        let mut values: Vec<FacetValue> = found
            .into_iter()
            .map(|(group, count)| {
                let (value, label) = self.spelled(group, lexicon);
                FacetValue { value, label, count }
            })
            .collect();
        values.sort_by_cached_key(|it| (std::cmp::Reverse(it.count), fold(&it.value).into_owned()));
        values.truncate(top);
        Facet { key: self, values, distinct }
    }
}

/// Of a facet the `top` most frequent values that have `typed` in them or in what people know them by.
#[must_use]
pub fn narrow(facet: Facet, typed: &str, top: usize) -> Facet {
    let typed = fold(typed.trim());
    let has = |text: &str| fold(text).contains(&*typed);
    let mut values: Vec<FacetValue> =
        facet.values.into_iter().filter(|it| has(&it.value) || has(&it.label)).collect();
    let distinct = values.len();
    values.truncate(top);
    Facet { values, distinct, ..facet }
}
