//! The list that an index would answer with, put together the slow way.

use std::sync::Arc;

use crate::domain::{Event, Heads, List, RowId, Rows, Written, Zone};
use crate::query::{Arrangement, Directives, Group, Sort};
use crate::tui::Answer;

/// Rows, newest first, by day, among so many events.
pub(in crate::tui) fn answer_of(rows: &[RowId], of: usize) -> Answer {
    let how = Directives::default().arrangement(Zone::Utc);
    Answer { list: rows.iter().copied().collect::<Rows>().into(), how, of, whole: true }
}

/// The events, which stand newest first, in the order and under the headings of `how`.
pub(super) fn arranged(events: &[&Arc<Event>], how: &Arrangement, open: &[RowId]) -> List {
    let rows: Rows = events.iter().map(|event| event.row).collect();
    let by_time = matches!(how.sort, Sort::NewestFirst | Sort::OldestFirst);
    let oldest_first = how.sort == Sort::OldestFirst;
    if by_time && matches!(how.group, Group::Day | Group::None) {
        let heads = if how.group == Group::Day { Heads::Days } else { Heads::None };
        return List::by_time(rows, oldest_first, heads);
    }
    let name = |event: &Event, by: Group| match by {
        Group::Entity => event.record.entity.label().unwrap_or_default().to_owned(),
        Group::Actor => event.record.actor.label().unwrap_or_default().to_owned(),
        Group::Source => event.source.to_string(),
        Group::Set => event.record.set.clone().unwrap_or_default(),
        Group::Day => event.row.time().to_string()[..10].to_owned(),
        Group::None | Group::Run => String::new(),
    };
    let sort_by = match how.sort {
        Sort::Entity => Group::Entity,
        Sort::Actor => Group::Actor,
        Sort::Source => Group::Source,
        Sort::NewestFirst | Sort::OldestFirst => Group::None,
    };
    let mut order: Vec<usize> = (0..events.len()).collect();
    if oldest_first {
        order.reverse();
    }
    order.sort_by_key(|at| name(events[*at], sort_by));
    let first = order.clone();
    let place_of = |group: &str| first.iter().position(|at| name(events[*at], how.group) == group);
    order.sort_by_key(|at| place_of(&name(events[*at], how.group)));
    let same = |a: &usize, b: &usize| {
        let (a, b) = (events[*a], events[*b]);
        let run = |event: &Event| {
            (event.record.action.clone(), event.record.entity.id.clone(), event.record.actor.clone())
        };
        if how.group == Group::Run { run(a) == run(b) } else { name(a, how.group) == name(b, how.group) }
    };
    let (mut shown, mut place, mut starts) = (Vec::new(), vec![0; events.len()], Vec::new());
    let (mut sizes, mut oldest) = (Vec::new(), Vec::new());
    for group in order.chunk_by(same) {
        starts.push(shown.len() as u32);
        sizes.push(group.len() as u32);
        let last = group.iter().map(|at| events[*at].row).min().unwrap();
        oldest.push(last);
        for (nth, at) in group.iter().enumerate() {
            if nth == 0 || how.group != Group::Run || open.contains(&last) {
                shown.push(*at as u32);
            }
            place[*at] = shown.len() as u32 - 1;
        }
    }
    let order = Written { shown, place };
    match how.group {
        Group::Run => {
            let heads = if by_time { Heads::Days } else { Heads::None };
            List::written(rows, order, heads).with_runs(starts, sizes, oldest)
        }
        Group::None => List::written(rows, order, Heads::None),
        _ => List::written(rows, order, Heads::Groups(starts.into())),
    }
}
