//! The selected events in the order that a query asks for.
//!
//! Newest first costs nothing. For any other order each selected row gets two short numbers, that of its
//! group and that of its place within, and the rows are sorted by them: a million in some hundred
//! milliseconds.

use std::collections::HashMap;

use chrono::Datelike as _;

use super::search::Search;
use super::segment::Column;
use super::vocabulary::{Grouping, Lexicon, NO_GROUP};
use crate::domain::{Heads, List, RowId, Rows, Written, Zone};
use crate::query::{Arrangement, Group, Sort, fold};

/// What sorting and grouping need to know of a row, as numbers that are equal where the values are.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    entity: u32,
    actor: u32,
    source: u32,
    deed: u32,
    set: (u32, u32),
    day: i32,
}

impl Search {
    /// The events found so far as `how` says; runs whose oldest event is among `open` are not folded.
    pub fn list(&self, how: &Arrangement, open: &[RowId]) -> List {
        let rows = self.rows();
        let oldest_first = how.sort == Sort::OldestFirst;
        let is_by_time = oldest_first || how.sort == Sort::NewestFirst;
        match how.group {
            Group::Day if is_by_time => return List::by_time(rows, oldest_first, Heads::Days),
            Group::None if is_by_time => return List::by_time(rows, oldest_first, Heads::None),
            _ => {}
        }
        let keys = self.keys(how);
        let order = order(how, &keys, self.lexicon());
        match how.group {
            Group::None => List::written(rows, written(order), Heads::None),
            Group::Run => {
                let heads = if is_by_time { Heads::Days } else { Heads::None };
                with_runs(rows, &order, &keys, heads, open)
            }
            group => {
                let heads = Heads::Groups(starts(&order, |at| group_of(group, &keys[at])).into());
                List::written(rows, written(order), heads)
            }
        }
    }

    /// The keys of the selected rows, newest first.
    fn keys(&self, how: &Arrangement) -> Vec<Keys> {
        let lexicon = self.lexicon();
        let group =
            |grouping: &Grouping, number: u32| grouping.of.get(number as usize).copied().unwrap_or(NO_GROUP);
        let mut keys = Vec::with_capacity(self.count());
        let mut days = Days { zone: how.zone, known: None };
        for (segment, at) in self.found_rows() {
            let number = |column: Column| segment.column(column).get(at).copied().unwrap_or_default();
            let feed = number(Column::Feed);
            keys.push(Keys {
                entity: group(&lexicon.things, number(Column::Entity)),
                actor: group(&lexicon.people, number(Column::Actor)),
                source: group(&lexicon.sources, feed),
                deed: group(&lexicon.actions, number(Column::Deed)),
                set: (segment.sets.get(at).copied().unwrap_or_default(), feed),
                day: days.of(RowId(segment.rows[at])),
            });
        }
        keys
    }
}

/// The civil days of rows that come in the order of time, as numbers.
struct Days {
    zone: Zone,
    /// The minute of the row before, and its day.
    known: Option<(i64, i32)>,
}

impl Days {
    fn of(&mut self, row: RowId) -> i32 {
        // No zone begins a day within a minute.
        let minute = row.time().millis().div_euclid(60_000);
        if let Some((known, day)) = self.known
            && known == minute
        {
            return day;
        }
        let day = self.zone.at(row.time()).date_naive().num_days_from_ce();
        self.known = Some((minute, day));
        day
    }
}

/// The number that the rows of one group share.
fn group_of(group: Group, keys: &Keys) -> (u32, u32) {
    match group {
        Group::Day => (keys.day as u32, 0),
        Group::Entity => (keys.entity, 0),
        Group::Actor => (keys.actor, 0),
        Group::Source => (keys.source, 0),
        Group::Set => keys.set,
        Group::None | Group::Run => (0, 0),
    }
}

/// The positions of the rows, counted from the newest, in the order of the list.
fn order(how: &Arrangement, keys: &[Keys], lexicon: &Lexicon) -> Vec<u32> {
    let count = keys.len() as u32;
    let oldest_first = how.sort == Sort::OldestFirst;
    let place = |at: u32| if oldest_first { count - at } else { at };
    let ranks = match how.sort {
        Sort::NewestFirst | Sort::OldestFirst => Vec::new(),
        Sort::Entity => ranks(&lexicon.things, |number| {
            let entity = lexicon.entity(number);
            entity.name.or(entity.id)
        }),
        Sort::Actor => ranks(&lexicon.people, |number| {
            let actor = lexicon.actor(number);
            actor.name.or(actor.id)
        }),
        Sort::Source => ranks(&lexicon.sources, |number| {
            lexicon.feeds().get(number).and_then(|names| Some(&*names.as_ref()?.source))
        }),
    };
    let rank = |key: &Keys| {
        let group = match how.sort {
            Sort::NewestFirst | Sort::OldestFirst => return 0,
            Sort::Entity => key.entity,
            Sort::Actor => key.actor,
            Sort::Source => key.source,
        };
        // What has no name comes last.
        ranks.get(group as usize).copied().unwrap_or(u32::MAX)
    };
    // A group stands where its first event would stand in the order of time.
    let is_sorted_by_group = matches!(
        (how.sort, how.group),
        (Sort::Entity, Group::Entity) | (Sort::Actor, Group::Actor) | (Sort::Source, Group::Source)
    );
    let mut first: HashMap<(u32, u32), u32> = HashMap::new();
    if !is_sorted_by_group && !matches!(how.group, Group::None | Group::Run) {
        let mut see = |at: u32| {
            let group = group_of(how.group, &keys[at as usize]);
            let next = first.len() as u32;
            first.entry(group).or_insert(next);
        };
        if oldest_first { (0..count).rev().for_each(&mut see) } else { (0..count).for_each(&mut see) }
    }
    let group = |key: &Keys| first.get(&group_of(how.group, key)).copied().unwrap_or_default();
    let mut order: Vec<(u32, u32, u32)> =
        (0..count).map(|at| (group(&keys[at as usize]), rank(&keys[at as usize]), place(at))).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, place)| if oldest_first { count - place } else { place }).collect()
}

/// For each group of a facet its place in the order of names.
fn ranks<'l>(grouping: &Grouping, name: impl Fn(usize) -> Option<&'l str>) -> Vec<u32> {
    let mut names: Vec<(Option<String>, usize)> = (0..grouping.groups.len())
        .map(|group| {
            let number = grouping.groups.spelled(group).unwrap_or_default() as usize;
            (name(number).map(|name| fold(name).into_owned()), group)
        })
        .collect();
    names.sort_unstable();
    let mut ranks = vec![u32::MAX; names.len()];
    for (rank, (name, group)) in names.into_iter().enumerate() {
        if name.is_some() {
            ranks[group] = rank as u32;
        }
    }
    ranks
}

fn written(shown: Vec<u32>) -> Written {
    let mut place = vec![0; shown.len()];
    for (at, row) in shown.iter().enumerate() {
        place[*row as usize] = at as u32;
    }
    Written { shown, place }
}

/// Where in `order` something new begins.
fn starts<T: PartialEq>(order: &[u32], of: impl Fn(usize) -> T) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut last = None;
    for (place, at) in order.iter().enumerate() {
        let this = Some(of(*at as usize));
        if this != last {
            starts.push(place as u32);
            last = this;
        }
    }
    starts
}

/// What one actor did to one entity in a row, on one day, as one line.
fn with_runs(rows: Rows, order: &[u32], keys: &[Keys], heads: Heads, open: &[RowId]) -> List {
    let of = |at: usize| {
        let key = &keys[at];
        // What names neither actor nor entity has nothing in common with its neighbour.
        let alone = if key.entity == NO_GROUP || key.actor == NO_GROUP { at + 1 } else { 0 };
        (key.actor, key.entity, key.deed, key.source, key.day, alone)
    };
    let begins = starts(order, of);
    let ends = begins.iter().skip(1).copied().chain([order.len() as u32]);
    let (mut shown, mut starts, mut sizes, mut ends_at) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut place = vec![0; order.len()];
    for (begin, end) in begins.iter().zip(ends) {
        let run = &order[*begin as usize..end as usize];
        starts.push(shown.len() as u32);
        sizes.push(run.len() as u32);
        let oldest = run.iter().max().and_then(|at| rows.get(*at as usize)).unwrap_or(RowId(i64::MIN));
        ends_at.push(oldest);
        let is_open = open.contains(&oldest);
        for (nth, at) in run.iter().enumerate() {
            if nth == 0 || is_open {
                shown.push(*at);
            }
            place[*at as usize] = shown.len() as u32 - 1;
        }
    }
    List::written(rows, Written { shown, place }, heads).with_runs(starts, sizes, ends_at)
}

#[cfg(test)]
mod tests;
