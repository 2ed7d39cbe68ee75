//! The last change of each field.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::portrait::Doubt;
use super::told::Says;
use super::trace::Place;
use super::{Basis, Life};
use crate::diff::path::{self, Step};
use crate::diff::rules::Matcher;
use crate::diff::walk::{compare_with, redact_with};
use crate::domain::{Change, Op};

/// The last change of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Blame {
    /// The readable path of the field.
    pub path: String,
    /// The change, masked; nothing where the field has not changed as far as is known.
    pub change: Option<Change>,
    /// The step that changed it, else the oldest that tells its value.
    pub step: usize,
    /// What it holds now, masked; `None` where it is not there any more, or not known.
    pub value: Option<Value>,
    /// Why a later change may not be known.
    pub doubt: Option<Doubt>,
}

impl Life {
    /// The last change of each field that is known, the latest first; fields that never changed come last.
    pub fn blame(&self) -> Vec<Blame> {
        let mut found: BTreeMap<Place, (usize, Change)> = BTreeMap::new();
        let mut said: BTreeSet<Place> = BTreeSet::new();
        for (i, step) in self.steps.iter().enumerate().filter(|(_, step)| step.took_effect()) {
            for change in self.changes(step).iter() {
                let moved = change.path.split(" → ").next().unwrap_or_default();
                let place = field(path::steps(moved));
                // What changed later, itself or together with what it stands in, hides this.
                let newer = (0..=place.len()).any(|length| said.contains(&place[..length]));
                // What went and came again is told by its fields.
                let again = change.op == Op::Remove
                    && said.iter().any(|other| other.len() > place.len() && other.starts_with(&place));
                if newer || again {
                    continue;
                }
                said.insert(place.clone());
                for (place, change) in taken_apart(place, change) {
                    found.entry(place).or_insert((i, change));
                }
            }
        }
        let now = self.portrait(0);
        let mut fields: Vec<Blame> = Vec::new();
        for (place, (step, change)) in &found {
            let known = now.fields.iter().find(|field| field.place == *place);
            let Some(shown) = masked(change, &self.rules) else { continue };
            let gone = change.op == Op::Remove;
            let value = known
                .map_or_else(|| if gone { None } else { shown.after.clone() }, |field| field.value.clone());
            let path = path::render(place);
            fields.push(Blame { path, value, change: Some(shown), step: *step, doubt: self.unseen(*step) });
        }
        for field in &now.fields {
            let told = |(place, _): (&Place, &(usize, Change))| {
                place.starts_with(&field.place) || field.place.starts_with(place)
            };
            if field.value.is_some() && !found.iter().any(told) {
                let (path, value) = (field.path.clone(), field.value.clone());
                let doubt = if let Basis::Doubtful(_, doubt) = field.basis { Some(doubt) } else { None };
                // That it never changed can be said of the steps that are known.
                let step = self.steps.len();
                fields.push(Blame { path, change: None, step, value, doubt });
            }
        }
        fields.sort_by_key(|field| field.step);
        fields
    }

    /// The changes of the entity itself: where the documents are known, without what an event states beside them.
    fn changes<'s>(&self, step: &'s super::Step) -> Cow<'s, [Change]> {
        let told = step.told();
        match &told.documents {
            Some(both) => Cow::Owned(compare_with(&both.before, &both.after, &self.rules)),
            None => Cow::Borrowed(&told.changes),
        }
    }

    /// Why a change after the step at `step` may not be known.
    fn unseen(&self, step: usize) -> Option<Doubt> {
        let mute = |i: &usize| matches!(self.steps[*i].told().says, Says::Mute | Says::Some);
        if let Some(mute) = (0..step).find(mute) {
            return Some(Doubt::Mute(mute));
        }
        // What came after the newest event is for all sources to say, and not for one field.
        let time = |at: usize| self.steps[at].event.row.time();
        self.has_gap(time(step), time(0)).then_some(Doubt::Gap)
    }
}

/// The place of a change as a field: a set has no elements that could be told apart.
fn field(mut place: Place) -> Place {
    if place.first().is_some_and(|step| matches!(step, Step::Key(key) if *key == path::DOCUMENT)) {
        place.remove(0);
    }
    let by_place = |step: &Step<'static>| match step {
        Step::Element(label) => {
            let inner = label.trim_start_matches('[').trim_end_matches(']');
            inner.bytes().all(|byte| byte.is_ascii_digit())
        }
        Step::Key(_) => false,
    };
    // A place in a list is another element's after the next change.
    if let Some(list) = place.iter().position(by_place) {
        place.truncate(list);
    }
    place
}

/// A change of an object that comes or goes as the changes of its fields.
fn taken_apart(place: Place, change: &Change) -> Vec<(Place, Change)> {
    let object = match (change.op, &change.before, &change.after) {
        (Op::Add | Op::Set | Op::Replace, _, Some(Value::Object(after))) if !after.is_empty() => after,
        _ => return vec![(place, change.clone())],
    };
    let mut parts = Vec::new();
    for (key, value) in object {
        let mut below = place.clone();
        below.push(Step::Key(key.clone().into()));
        // What each field was before is not looked for in the old object.
        let op = if change.op == Op::Replace { Op::Set } else { change.op };
        let part = Change { path: path::render(&below), op, before: None, after: Some(value.clone()) };
        parts.extend(taken_apart(below, &part));
    }
    parts
}

fn masked(change: &Change, rules: &Matcher) -> Option<Change> {
    let mut own = [change.clone()];
    redact_with(&mut own, &rules.within_texts());
    own.into_iter().next()
}
