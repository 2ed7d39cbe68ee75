//! What the columns know of the changes before a moment: who had been there, what was undone, what is rare.
//!
//! One pass over all rows counts every value and puts the lives aside that the changes in question belong
//! to; what is asked of a change is then looked up in its life.

use std::collections::HashMap;

use super::Index;
use super::segment::{Column, Segment};
use super::vocabulary::{Grouping, NO_GROUP};
use crate::domain::{ActorKind, Clue, RowId, Rows, Share, Status, Timestamp, UNDOING, undoes};

/// What the life of an entity says of one event.
struct Step {
    row: i64,
    deed: u32,
    /// The group of the actor.
    actor: u32,
    failed: bool,
}

/// How many rows have each value, by the number of the value.
struct Counts {
    values: Vec<u32>,
    distinct: usize,
}

impl Counts {
    fn new(values: usize) -> Self {
        Self { values: vec![0; values], distinct: 0 }
    }

    fn see(&mut self, value: Option<usize>) {
        if let Some(count) = value.and_then(|value| self.values.get_mut(value)) {
            self.distinct += usize::from(*count == 0);
            *count += 1;
        }
    }

    fn share(&self, value: Option<usize>, of: usize) -> Share {
        let count = value.and_then(|value| self.values.get(value)).copied().unwrap_or_default();
        Share { count: count as usize, of, values: self.distinct }
    }
}

/// The value that a number belongs to, among those of `grouping`.
fn group(grouping: &Grouping, number: u32) -> Option<usize> {
    grouping.of.get(number as usize).copied().filter(|group| *group != NO_GROUP).map(|group| group as usize)
}

/// One row of the cache as numbers.
#[derive(Clone, Copy)]
struct Seen {
    row: i64,
    life: Option<(u32, u32)>,
    deed: u32,
    actor: u32,
    failed: bool,
}

impl Index {
    /// What is known of the events at `rows`, newest first. Rows that are not there are passed over.
    pub fn clues(&self, rows: &Rows) -> Vec<Clue> {
        let one = self.same();
        let sources: Vec<u32> = self.lexicon.sources.of.clone();
        let mut asked: Vec<i64> = rows.iter().map(|row| row.0).collect();
        asked.reverse();
        let mut suspects: Vec<(Seen, Timestamp)> = Vec::with_capacity(asked.len());
        let mut lives: HashMap<(u32, u32), Vec<Step>> = HashMap::new();
        let seen = |segment: &Segment, at: usize| {
            let number = |column: Column| segment.column(column)[at];
            let life = one.get(number(Column::Entity) as usize).copied().flatten();
            let source = sources.get(number(Column::Feed) as usize).copied().unwrap_or(NO_GROUP);
            Seen {
                row: segment.rows[at],
                life: life.map(|life| (source, life)),
                deed: number(Column::Deed),
                actor: number(Column::Actor),
                failed: segment.marks[at].status() == Status::Failed,
            }
        };
        for segment in &self.segments {
            let from = asked.partition_point(|row| *row < segment.first());
            let here = asked[from..].iter().take_while(|row| Some(*row) <= segment.rows.last());
            for at in here.filter_map(|row| segment.rows.binary_search(row).ok()) {
                let it = seen(segment, at);
                suspects.push((it, segment.time(at)));
                it.life.map(|life| lives.entry(life).or_default());
            }
        }
        let (mut actions, mut people) =
            (Counts::new(self.lexicon.actions.groups.len()), Counts::new(self.lexicon.people.groups.len()));
        let mut things = Counts::new(one.len());
        for segment in &self.segments {
            for at in 0..segment.len() {
                let it = seen(segment, at);
                actions.see(group(&self.lexicon.actions, it.deed));
                people.see(group(&self.lexicon.people, it.actor));
                let Some(life) = it.life else { continue };
                things.see(Some(life.1 as usize));
                if let Some(steps) = lives.get_mut(&life) {
                    let actor = self.lexicon.people.of.get(it.actor as usize).copied().unwrap_or(NO_GROUP);
                    steps.push(Step { row: it.row, deed: it.deed, actor, failed: it.failed });
                }
            }
        }
        let clue = |(it, time): &(Seen, Timestamp)| {
            let life = it.life.and_then(|life| lives.get(&life)).map_or(&[][..], Vec::as_slice);
            let kind = self.lexicon.actor(it.actor as usize).kind;
            Clue {
                row: RowId(it.row),
                time: *time,
                failed: it.failed,
                by_person: matches!(kind, ActorKind::User | ActorKind::Unknown),
                undone: self.undone(it.row, life),
                first_touch: is_first_touch(it.row, life),
                action: actions.share(group(&self.lexicon.actions, it.deed), self.count),
                entity: things.share(it.life.map(|life| life.1 as usize), self.count),
                actor: people.share(group(&self.lexicon.people, it.actor), self.count),
            }
        };
        suspects.iter().rev().map(clue).collect()
    }

    /// When the event at `row` was undone: by the first event of its life that can have undone it, unless the
    /// same was done again before.
    fn undone(&self, row: i64, life: &[Step]) -> Option<Timestamp> {
        let deeds = self.lexicon.deeds();
        let place = life.binary_search_by_key(&row, |step| step.row).ok()?;
        let earlier = &deeds.get(life[place].deed as usize)?.action;
        if life[place].failed {
            return None;
        }
        for step in life[place + 1..].iter().filter(|step| !step.failed) {
            let time = RowId(step.row).time();
            if time.millis().saturating_sub(RowId(row).time().millis()) > UNDOING {
                return None;
            }
            let later = &deeds.get(step.deed as usize)?.action;
            if undoes(later, earlier) {
                return Some(time);
            }
            if later == earlier {
                return None;
            }
        }
        None
    }
}

/// Whether others were there before the event at `row`, and its actor never.
fn is_first_touch(row: i64, life: &[Step]) -> bool {
    let Ok(place) = life.binary_search_by_key(&row, |step| step.row) else { return false };
    let actor = life[place].actor;
    place > 0 && actor != NO_GROUP && life[..place].iter().all(|step| step.actor != actor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Actor, Entity, Event};
    use crate::index::tests::{event_by, index_of};

    const MINUTE: i64 = 60_000;

    /// What `actor` did to `name`, so many minutes after the first of them.
    fn done(minutes: i64, actor: &str, action: Action, name: &str) -> Event {
        let time = Timestamp::from_millis(1_775_001_600_000 + minutes * MINUTE);
        let mut event = event_by(RowId::floor(time).0, 0);
        event.record.time = time;
        event.record.action = action;
        event.record.actor = Actor { kind: ActorKind::User, id: None, name: Some(actor.into()) };
        event.record.entity = Entity { kind: Some("flow".into()), id: Some(name.into()), name: None };
        event.record.status = Status::Success;
        event
    }

    #[test]
    fn it_is_known_who_was_there_before_and_what_was_undone() {
        let mut failed = done(20, "ana", Action::Rollback, "b");
        failed.record.status = Status::Failed;
        let events = vec![
            done(0, "ben", Action::Create, "a"),
            done(1, "ben", Action::Publish, "a"),
            done(2, "ana", Action::Publish, "a"),
            done(9, "ana", Action::Rollback, "a"),
            done(10, "ben", Action::Publish, "b"),
            failed,
            done(30, "ana", Action::Archive, "c"),
            done(31 + 24 * 60, "ana", Action::Restore, "c"),
        ];
        let index = index_of(&events);
        let rows: Rows = events.iter().rev().map(|event| event.row).collect();
        let mut clues = index.clues(&rows);
        assert_eq!(clues.iter().map(|clue| clue.row).collect::<Vec<_>>(), rows.page(0, 99), "newest first");
        clues.reverse();
        let minute = |nth: usize| events[nth].record.time;
        let undone: Vec<Option<Timestamp>> = clues.iter().map(|clue| clue.undone).collect();
        // Of two versions the rollback takes back the later one; one that failed takes back nothing, and
        // after a day nothing counts as undone.
        assert_eq!(undone, [None, None, Some(minute(3)), None, None, None, None, None]);
        let first: Vec<bool> = clues.iter().map(|clue| clue.first_touch).collect();
        assert_eq!(first, [false, false, true, false, false, true, false, false]);
        assert!(clues[5].failed);
        assert_eq!(clues[2].action, Share { count: 3, of: 8, values: 5 });
        assert_eq!(clues[2].actor, Share { count: 5, of: 8, values: 2 });
        assert_eq!(clues[2].entity, Share { count: 4, of: 8, values: 3 });
        assert!(clues[2].by_person && clues[2].time == minute(2));
        assert_eq!(index.clues(&Rows::default()), []);
    }
}
