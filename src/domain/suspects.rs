//! What changed before something broke, ranked by reasons that can be read.
//!
//! No model and no clock: a [`Clue`] holds what the columns of the cache know of one change, each row of
//! [`REASONS`] says how much that counts and in which words, and the sum ranks. Nothing is hidden in a
//! number that has no words beside it.

use std::sync::Arc;

use chrono::{Datelike as _, Timelike as _, Weekday};

use super::{Action, Event, RowId, Timestamp, Zone, count};

/// The moment that something broke, and how far back to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// The moment.
    pub at: Timestamp,
    /// How far before it a change may be, in milliseconds.
    pub window: i64,
    /// The zone that working hours are kept in.
    pub zone: Zone,
}

impl Case {
    /// How far back is looked where nothing else is said: two hours.
    pub const WINDOW: i64 = 2 * HOUR;
}

/// How many events share a value, such as the action, with one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many events have the value; 0 where the event has none.
    pub count: usize,
    /// How many events there are.
    pub of: usize,
    /// How many different values there are.
    pub values: usize,
}

/// What is known of one change before the moment, beside what its event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clue {
    /// The change.
    pub row: RowId,
    /// When it was.
    pub time: Timestamp,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it may have been a person who made it: no key and no automation.
    pub by_person: bool,
    /// When it was undone, if that was within [`UNDOING`].
    pub undone: Option<Timestamp>,
    /// Whether others had changed the entity before, and this actor never.
    pub first_touch: bool,
    /// How frequent its action is.
    pub action: Share,
    /// How often its entity is changed.
    pub entity: Share,
    /// How much its actor does.
    pub actor: Share,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// How long after a change it can be undone for that to count, in milliseconds: a day.
pub const UNDOING: i64 = 24 * HOUR;

/// The hours of a working day, the end excluded.
const WORK: std::ops::Range<u32> = 7..20;

/// A value is rare when it has less than this part of the events that an average value has.
const RARE: f64 = 0.25;

/// One row of [`REASONS`].
pub struct ReasonRow {
    /// Its name in JSON.
    pub name: &'static str,
    /// How many points it gives at most. Less than none speaks for the change.
    pub weight: f64,
    /// How much of that a change gets, from 0 to 1.
    strength: fn(&Clue, &Case) -> f64,
    words: fn(&Clue, &Case, &Event) -> String,
}

/// Why a change is suspected: every reason there is, with its weight and its words.
///
/// What somebody undid after the moment is what somebody who was there found guilty, and outweighs
/// everything else; what was undone before the moment was no longer in force.
pub const REASONS: &[ReasonRow] = &[
    ReasonRow {
        name: "near",
        weight: 2.0,
        strength: |clue, case| {
            let window = case.window.max(1) as f64;
            1.0 - (case.at.millis().saturating_sub(clue.time.millis())) as f64 / window
        },
        words: |clue, case, _| format!("{} before", span(since(clue.time, case.at))),
    },
    ReasonRow {
        name: "undone-after",
        weight: 4.0,
        strength: |clue, case| match clue.undone {
            Some(undone) if undone >= case.at => 1.0 - since(case.at, undone) as f64 / UNDOING as f64,
            _ => 0.0,
        },
        words: |clue, case, _| {
            let undone = clue.undone.unwrap_or(clue.time);
            let (later, after) = (since(clue.time, undone), since(case.at, undone));
            format!("undone {} later, {} after the moment", span(later), span(after))
        },
    },
    ReasonRow {
        name: "undone-before",
        weight: -2.0,
        strength: |clue, case| f64::from(u8::from(clue.undone.is_some_and(|undone| undone < case.at))),
        words: |clue, _, _| {
            let later = since(clue.time, clue.undone.unwrap_or(clue.time));
            format!("but undone {} later, before the moment", span(later))
        },
    },
    ReasonRow {
        name: "failed",
        weight: 1.0,
        strength: |clue, _| f64::from(u8::from(clue.failed)),
        words: |_, _, _| "it failed".to_owned(),
    },
    ReasonRow {
        name: "first-touch",
        weight: 1.0,
        strength: |clue, _| f64::from(u8::from(clue.first_touch)),
        words: |_, _, event| {
            let record = &event.record;
            let actor = record.actor.label().unwrap_or("this actor");
            format!("the first time {actor} changed {}", record.entity.label().unwrap_or("it"))
        },
    },
    ReasonRow {
        name: "off-hours",
        weight: 1.0,
        strength: |clue, case| f64::from(u8::from(clue.by_person && is_off_hours(clue.time, case.zone))),
        words: |clue, case, _| {
            format!("outside working hours: {}", case.zone.at(clue.time).format("%a %H:%M"))
        },
    },
    ReasonRow {
        name: "rare-action",
        weight: 1.0,
        strength: |clue, _| rarity(clue.action),
        words: |clue, _, event| rare(&format!("`{}`", event.record.action.word()), clue.action),
    },
    ReasonRow {
        name: "rare-actor",
        weight: 1.0,
        strength: |clue, _| rarity(clue.actor),
        words: |clue, _, event| rare(event.record.actor.label().unwrap_or("the actor"), clue.actor),
    },
    ReasonRow {
        name: "rare-entity",
        weight: 0.5,
        strength: |clue, _| rarity(clue.entity),
        words: |clue, _, event| rare(event.record.entity.label().unwrap_or("the entity"), clue.entity),
    },
];

impl ReasonRow {
    fn points(&self, clue: &Clue, case: &Case) -> f64 {
        self.weight * (self.strength)(clue, case).clamp(0.0, 1.0)
    }
}

/// A change before the moment, with everything that counts for or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The change.
    pub event: Arc<Event>,
    /// The points of all reasons together.
    pub score: f64,
    /// The reasons, those that count most first.
    pub reasons: Vec<Reason>,
}

/// One reason that applies.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The row of [`REASONS`] by its name.
    pub name: &'static str,
    /// The points it gives.
    pub points: f64,
    /// The reason in words.
    pub words: String,
}

/// What came of asking what changed before a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspects {
    /// What was asked.
    pub case: Case,
    /// How many changes there were.
    pub of: usize,
    /// The most suspicious of them, those first.
    pub found: Vec<Suspect>,
}

/// The sum of what counts for and against a change.
fn score(clue: &Clue, case: &Case) -> f64 {
    REASONS.iter().map(|row| row.points(clue, case)).sum()
}

/// The `most` suspicious of these changes, those first; of equal ones the nearest to the moment.
pub fn rank(clues: Vec<Clue>, case: &Case, most: usize) -> Vec<Clue> {
    let mut scored: Vec<(f64, Clue)> = clues.into_iter().map(|clue| (score(&clue, case), clue)).collect();
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(other.row.cmp(&one.row)));
    scored.truncate(most);
    scored.into_iter().map(|(_, clue)| clue).collect()
}

impl Suspect {
    /// The change that `clue` is about, which is `event`, with its reasons in words.
    pub fn of(event: Arc<Event>, clue: &Clue, case: &Case) -> Self {
        let mut reasons: Vec<Reason> = REASONS
            .iter()
            .map(|row| (row, row.points(clue, case)))
            .filter(|(_, points)| *points != 0.0)
            .map(|(row, points)| Reason { name: row.name, points, words: (row.words)(clue, case, &event) })
            .collect();
        reasons.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        Self { score: score(clue, case), reasons, event }
    }
}

/// Whether an action takes back what an earlier one did to the same entity.
pub fn undoes(later: &Action, earlier: &Action) -> bool {
    match later {
        Action::Rollback => matches!(earlier, Action::Publish | Action::Update | Action::Rollback),
        Action::Restore => matches!(earlier, Action::Archive | Action::Delete),
        Action::Delete | Action::Archive => matches!(earlier, Action::Create | Action::Restore),
        Action::Reject => matches!(earlier, Action::Approve),
        _ => false,
    }
}

fn since(from: Timestamp, to: Timestamp) -> i64 {
    to.millis().saturating_sub(from.millis())
}

/// `40 s`, `14 min`, `1 h 5 min`, `3 d 2 h`.
pub fn span(millis: i64) -> String {
    let two = |large: i64, word: &str, small: i64, part: &str| match small {
        0 => format!("{large} {word}"),
        _ => format!("{large} {word} {small} {part}"),
    };
    let minutes = millis / MINUTE;
    match minutes {
        0 => format!("{} s", millis / 1_000),
        1..60 => format!("{minutes} min"),
        60..1_440 => two(minutes / 60, "h", minutes % 60, "min"),
        _ => two(minutes / 1_440, "d", minutes / 60 % 24, "h"),
    }
}

fn is_off_hours(time: Timestamp, zone: Zone) -> bool {
    let time = zone.at(time);
    matches!(time.weekday(), Weekday::Sat | Weekday::Sun) || !WORK.contains(&time.hour())
}

/// How much rarer than others a value is: 1 for one that was never seen before, 0 from [`RARE`] on.
fn rarity(share: Share) -> f64 {
    if share.count == 0 || share.values < 2 {
        return 0.0;
    }
    let average = share.of as f64 / share.values as f64;
    1.0 - share.count as f64 / (average * RARE)
}

fn rare(what: &str, share: Share) -> String {
    format!("{what} is rare: {} of {} events", count(share.count as u64), count(share.of as u64))
}

#[cfg(test)]
mod tests;
