//! The order of a list against sorting events one by one.

use proptest::prelude::*;

use super::*;
use crate::domain::{Ask, Event};
use crate::index::tests::{FromList, events, index_of};
use crate::query::Query;

/// The list of all `events` as `how` says.
fn list(events: &[Event], how: Arrangement, open: &[RowId]) -> List {
    let mut search = index_of(events).search(&Query::all(), &Ask::default());
    let Ok(()) = search.finish(&mut FromList::of(events));
    search.list(&how, open)
}

/// What the events of one group share, as text.
fn shared(group: Group, event: &Event) -> String {
    let record = &event.record;
    let folded = |text: Option<&String>| format!("{:?}", text.map(|text| fold(text).into_owned()));
    match group {
        Group::None | Group::Run => String::new(),
        Group::Day => event.row.time().utc().date_naive().to_string(),
        Group::Entity => folded(record.entity.id.as_ref().or(record.entity.name.as_ref())),
        Group::Actor => folded(record.actor.name.as_ref().or(record.actor.id.as_ref())),
        Group::Source => fold(&event.source).into_owned(),
        // Sets are told apart within a feed.
        Group::Set => format!("{} {:?} {}", folded(record.set.as_ref()), event.scope, event.source),
    }
}

fn group_for(sort: Sort) -> Group {
    match sort {
        Sort::Entity => Group::Entity,
        Sort::Actor => Group::Actor,
        Sort::Source => Group::Source,
        Sort::NewestFirst | Sort::OldestFirst => Group::None,
    }
}

const SORTS: [Sort; 5] = [Sort::NewestFirst, Sort::OldestFirst, Sort::Entity, Sort::Actor, Sort::Source];
const GROUPS: [Group; 7] =
    [Group::None, Group::Day, Group::Entity, Group::Actor, Group::Source, Group::Set, Group::Run];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_order_is_whole_and_keeps_groups_together(
        events in events(),
        sort in prop::sample::select(SORTS.to_vec()),
        group in prop::sample::select(GROUPS[..6].to_vec()),
    ) {
        let list = list(&events, Arrangement { sort, group, zone: Zone::Utc }, &[]);
        let event = |row: RowId| events.iter().find(|event| event.row == row).unwrap();
        let shown: Vec<RowId> = list.page(0, usize::MAX);
        let mut rows = shown.clone();
        rows.sort_unstable();
        rows.dedup();
        prop_assert_eq!(rows.len(), events.len(), "each event once");
        for (place, row) in shown.iter().enumerate() {
            prop_assert_eq!(list.near(*row), Some(place));
        }
        // A group is one stretch, and begins where the list says.
        let groups: Vec<String> = shown.iter().map(|row| shared(group, event(*row))).collect();
        let begins: Vec<usize> = (0..groups.len()).filter(|at| *at == 0 || groups[at - 1] != groups[*at]).collect();
        let distinct: std::collections::HashSet<&String> = groups.iter().collect();
        prop_assert_eq!(begins.len(), distinct.len());
        if let Heads::Groups(starts) = list.heads() {
            prop_assert_eq!(starts.iter().map(|at| *at as usize).collect::<Vec<_>>(), begins.clone());
        }
        // Within a group, what is sorted by stands together too, newest first.
        let within: Vec<String> = shown.iter().map(|row| shared(group_for(sort), event(*row))).collect();
        for pair in 1..shown.len() {
            if groups[pair - 1] != groups[pair] || within[pair - 1] != within[pair] {
                continue;
            }
            let (before, after) = (shown[pair - 1], shown[pair]);
            prop_assert!((before < after) == (sort == Sort::OldestFirst), "{before:?} {after:?}");
        }
    }

    #[test]
    fn runs_take_one_line_until_they_are_opened(events in events(), opened in any::<bool>(), oldest in any::<bool>()) {
        let sort = if oldest { Sort::OldestFirst } else { Sort::NewestFirst };
        let how = Arrangement { sort, group: Group::Run, zone: Zone::Utc };
        let mut in_order: Vec<&Event> = events.iter().collect();
        if !oldest {
            in_order.reverse();
        }
        let same = |a: &Event, b: &Event| {
            let of = |event: &Event| {
                let action = fold(event.record.action.word()).into_owned();
                (shared(Group::Actor, event), shared(Group::Entity, event), action, shared(Group::Source, event), shared(Group::Day, event))
            };
            let named = |event: &Event| event.record.actor.label().is_some() && event.record.entity.label().is_some();
            named(a) && named(b) && of(a) == of(b)
        };
        let runs: Vec<Vec<&Event>> = in_order.chunk_by(|a, b| same(a, b)).map(<[&Event]>::to_vec).collect();
        let open: Vec<RowId> = runs.iter().filter(|_| opened).filter_map(|run| run.iter().map(|event| event.row).min()).collect();
        let list = list(&events, how, &open);
        if opened {
            prop_assert_eq!(list.len(), events.len());
        } else {
            prop_assert_eq!(list.len(), runs.len());
        }
        for run in runs {
            let first = list.near(run[0].row).unwrap();
            prop_assert_eq!(list.get(first), Some(run[0].row));
            let (places, size) = list.run(first).unwrap();
            prop_assert_eq!(size, run.len());
            prop_assert!(run.iter().all(|event| places.contains(&list.near(event.row).unwrap())));
        }
    }
}

#[test]
fn names_are_sorted_whatever_their_case_and_what_has_none_comes_last() {
    use crate::index::tests::event_by;
    let named = |row: i64, name: Option<&str>| {
        let mut event = event_by(row, 0);
        event.record.entity = crate::domain::Entity { kind: None, id: None, name: name.map(Into::into) };
        event
    };
    let events =
        [named(1, Some("b")), named(2, None), named(3, Some("A")), named(4, Some("B")), named(5, Some("c"))];
    let how = Arrangement { sort: Sort::Entity, group: Group::Entity, zone: Zone::Utc };
    let list = list(&events, how, &[]);
    assert_eq!(list.page(0, 9), [3, 4, 1, 5, 2].map(RowId));
}
