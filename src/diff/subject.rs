//! What can be compared, and how much work that is.
//!
//! It may assume that what it holds does not change while it is compared. Two subjects are the same only where
//! they hold the very same things: what was compared before and is still at hand is not compared again.

use std::sync::Arc;

use serde_json::Value;

use super::life::Life;
use super::model::Diff;
use super::snapshots::Snapshots;
use super::{Comparison, Covered, Matcher};
use crate::domain::{Change, Event};

/// Something that has two sides.
#[derive(Debug, Clone)]
pub enum Subject {
    /// What changed in one event.
    Event(Arc<Event>),
    /// What two events left behind, or what was sent about them; the rules are those of their feed.
    Events(Arc<Event>, Arc<Event>, Matcher),
    /// Two moments of one life: right after these steps, of which the greater number is the older.
    Moments(Arc<Life>, usize, usize),
    /// What a feed changed in a record later: that many edits ago.
    Edit(Arc<Event>, usize, Matcher),
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event(one), Self::Event(two)) => Arc::ptr_eq(one, two),
            (Self::Events(a, b, _), Self::Events(c, d, _)) => Arc::ptr_eq(a, c) && Arc::ptr_eq(b, d),
            (Self::Moments(one, a, b), Self::Moments(two, c, d)) => Arc::ptr_eq(one, two) && (a, b) == (c, d),
            (Self::Edit(one, a, _), Self::Edit(two, b, _)) => Arc::ptr_eq(one, two) && a == b,
            _ => false,
        }
    }
}

impl Subject {
    /// About how many bytes have to be looked at to compare it.
    pub fn weight(&self) -> usize {
        match self {
            Self::Event(event) => Comparison::weight(event),
            Self::Events(one, two, _) => one.record.weight() + two.record.weight(),
            Self::Moments(life, ..) => life.weight(),
            Self::Edit(event, ..) => {
                let former = event.fate.iter().flat_map(|fate| &fate.revisions).map(|edit| edit.raw.len());
                event.record.raw.len() + former.sum::<usize>()
            }
        }
    }

    /// Compares it. `revealed` are paths of fields to show although they would be masked.
    pub fn compare(&self, revealed: &[String]) -> Comparison {
        match self {
            Self::Event(event) => Comparison::of(event, revealed),
            Self::Events(one, two, rules) => Comparison::of_two(one, two, rules, revealed),
            Self::Moments(life, from, to) => {
                let made = life.between(*from, *to, revealed);
                match (life.steps.get(*from), life.steps.get(*to)) {
                    // Of neither moment anything is known.
                    (Some(one), Some(two)) if [*from, *to].iter().all(|at| life.portrait(*at).is_blank()) => {
                        Comparison::of_two(&one.event, &two.event, life.rules(), revealed)
                    }
                    _ => made,
                }
            }
            Self::Edit(event, edit, rules) => Comparison::of_edit(event, *edit, rules, revealed),
        }
    }
}

impl Comparison {
    /// What is different after the second of two events: in the documents as they left them where both carry
    /// some, else in the records that were sent, which the notes say then.
    pub fn of_two(first: &Event, second: &Event, rules: &Matcher, revealed: &[String]) -> Self {
        let changes: Vec<Change> =
            [first, second].iter().flat_map(|event| event.record.changes.iter().cloned()).collect();
        let rules = Snapshots::rules(&changes).with(rules).revealing(revealed);
        let left = |event: &Event| Snapshots::of(&event.record).map(|both| both.after);
        if let (Some(before), Some(after)) = (left(first), left(second)) {
            return Self::made(before, after, rules, Vec::new());
        }
        let notes = vec![
            "These records do not both carry whole documents: the records themselves are compared."
                .to_owned(),
        ];
        Self::made(record(&first.record.raw), record(&second.record.raw), rules, notes)
    }

    /// What a feed changed in a record later, so many edits ago: what it said before against what it said next.
    pub fn of_edit(event: &Event, edit: usize, rules: &Matcher, revealed: &[String]) -> Self {
        let revisions = event.fate.as_ref().map_or(&[][..], |fate| &fate.revisions);
        let before = revisions.get(edit).map_or(Value::Null, |edit| record(&edit.raw));
        let next = edit.checked_sub(1).and_then(|next| revisions.get(next));
        let after = record(next.map_or(&event.record.raw, |next| &next.raw));
        let rules = Snapshots::rules(&event.record.changes).with(rules).revealing(revealed);
        Self::made(before, after, rules, Vec::new())
    }

    fn made(before: Value, after: Value, rules: Matcher, notes: Vec<String>) -> Self {
        let diff = Diff::of_documents(&before, &after, &rules);
        Self { diff, documents: Some(Snapshots { before, after }), rules, record: Covered::default(), notes }
    }
}

/// A record as a document; what is no JSON is a text.
fn record(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| Value::from(raw))
}
