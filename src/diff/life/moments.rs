//! Two moments of a life compared.
//!
//! Only what is sure of both moments is compared. A field of which the value before is not known counts as set;
//! what is not known at all is counted and named.

use serde_json::Value;

use super::portrait::{Field, document};
use super::{Basis, Life, Portrait};
use crate::diff::model::Diff;
use crate::diff::path::Step;
use crate::diff::walk::{Place, compare_placed};
use crate::diff::{Comparison, Covered, Snapshots};
use crate::domain::{Change, Op};

impl Life {
    /// What is different at one moment from what was at another: right after the steps at `from` and at `to`,
    /// of which the greater number is the older. `revealed` are paths of masked fields to show.
    pub fn between(&self, from: usize, to: usize, revealed: &[String]) -> Comparison {
        let rules = self.rules.revealing(revealed);
        let (old, new) = (self.portrait(from), self.portrait(to));
        let sure = |portrait: &Portrait, field: &Field| {
            let other = portrait.fields.iter().find(|other| other.place == field.place);
            match other {
                Some(other) => other.basis.is_sure(),
                None => portrait.whole.is_some_and(Basis::is_sure) || covered(portrait, field),
            }
        };
        let both = |own: &Portrait, other: &Portrait| {
            let known = own.fields.iter().filter(|field| field.basis.is_sure() && sure(other, field));
            document(known.filter_map(|field| Some((&field.place, field.bare.as_ref()?))))
        };
        let (before, after) = (both(&old, &new), both(&new, &old));
        let mut changes = compare_placed(&before, &after, &rules);
        changes.extend(beside(&old, &new).into_iter().map(|change| (change, Place::default())));
        let diff = Diff::of(changes, &rules).with_documents(&before, &after);
        let notes = self.said_of(&old, &new);
        Comparison {
            diff,
            documents: Some(Snapshots { before, after }),
            rules,
            record: Covered::default(),
            notes,
        }
    }

    /// What the steps from the one at `newest` down to the one at `oldest` changed taken together.
    pub fn net(&self, newest: usize, oldest: usize, revealed: &[String]) -> Comparison {
        self.between(oldest + 1, newest, revealed)
    }

    fn said_of(&self, old: &Portrait, new: &Portrait) -> Vec<String> {
        let mut notes = Vec::new();
        let unsure =
            |portrait: &Portrait| portrait.fields.iter().filter(|field| !field.basis.is_sure()).count();
        let (unsure, known) = (unsure(old).max(unsure(new)), old.fields.len().max(new.fields.len()));
        let mute = self.steps[new.at.min(old.at)..old.at.max(new.at)]
            .iter()
            .filter(|step| step.took_effect() && step.told().says != super::told::Says::All)
            .count();
        if mute > 0 {
            let events = if mute == 1 {
                "1 event between does".to_owned()
            } else {
                format!("{mute} events between do")
            };
            notes.push(format!("{events} not say all that changed."));
        }
        if unsure > 0 {
            notes.push(format!(
                "{unsure} of {known} fields are not compared: their value may have changed unseen."
            ));
        }
        let inferred = |portrait: &Portrait| portrait.counts()[1];
        if inferred(old) + inferred(new) > 0 {
            notes.push("Part of both sides is inferred from events before and after.".to_owned());
        }
        notes
    }
}

/// Whether `portrait` knows, of another field above or below it, that this one is not there.
fn covered(portrait: &Portrait, field: &Field) -> bool {
    portrait.fields.iter().any(|other| {
        let around = field.place.starts_with(&other.place) || other.place.starts_with(&field.place);
        around && other.basis.is_sure()
    })
}

/// What stands in lists that are not known as a whole, and fields of which only the new value is known.
fn beside(old: &Portrait, new: &Portrait) -> Vec<Change> {
    let mut changes = Vec::new();
    let in_list = |field: &Field| field.place.iter().any(|step| matches!(step, Step::Element(_)));
    let whole = old.whole.is_some_and(Basis::is_sure);
    for field in new.fields.iter().filter(|field| field.basis.is_sure()) {
        let was = old.fields.iter().find(|other| other.place == field.place);
        let was = was.filter(|was| was.basis.is_sure());
        let (before, after): (Option<Value>, Option<Value>) =
            (was.and_then(|was| was.bare.clone()), field.bare.clone());
        let op = match (was, &before, &after) {
            (Some(_), Some(before), Some(after)) if in_list(field) && before != after => Op::Replace,
            (Some(_), Some(_), None) if in_list(field) => Op::Remove,
            (Some(_), None, Some(_)) if in_list(field) => Op::Add,
            // It was told since: somebody set it, to what it may have been before.
            (None, _, Some(_)) if !whole && field.basis.step() < old.at && !covered(old, field) => Op::Set,
            _ => continue,
        };
        changes.push(Change { path: field.path.clone(), op, before, after });
    }
    changes
}
